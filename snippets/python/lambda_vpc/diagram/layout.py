"""Where everything of a picture stands: boxes, labels that fit them, and lines between them.

Rows of subnets are aligned over all zones. Lines run in lanes that hold no label: a strip at the right of
each zone for the ways, one at its left for the functions, channels above every row of subnets. Units are
those of the picture's viewBox.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lambda_vpc.diagram import describe
from lambda_vpc.diagram.scene import Cell, Frame, Group, Scene, Thing
from lambda_vpc.diagram.shapes import (
    LARGE,
    LINE,
    MARK,
    PAD,
    SMALL,
    Box,
    Canvas,
    Layout,
    Line,
    Mark,
    Shape,
    measure,
)
from lambda_vpc.diagram.texts import named, width, wrapped
from lambda_vpc.diagram.ways import INTERNET, Node, Way

_OUTER = 6
"""Margin left and right of the frames."""
_AROUND = 16
"""Further margin, for lines that go around the frames."""
_LEFT, _RIGHT = 8, 24
"""Lanes beside the subnets of a zone."""
_GAP = 8
_ZONE_WIDTHS = {1: 300, 2: 224, 3: 206}
_NARROW_ZONE = 184
_LABEL_CELL = 164
"""Room for a VPC's label at the left of its gateways at most."""
_EDGE_WIDTH = (104, 190)
_KIND_LINES = 3
"""Of what a thing is, below its name at most."""
_ANSWER_LINES = 6
"""Of one answer at most."""


@dataclass
class _Column:
    """A zone's lanes."""

    box: Box
    left: float
    right: float
    """Where the strip for the ways begins."""


@dataclass
class _Room:
    """A frame's channels."""

    box: Box
    top: float
    """The channel below the gateways."""
    upper: float
    """The channel above the zones."""
    rows: list[float]
    """The channel above each row of subnets."""
    below: float
    """The channel below the frame."""
    last: bool


@dataclass(frozen=True)
class _Stand:
    """Where a node stands."""

    box: Box
    frame: int
    place: str
    """`thing`, `middle`, `edge`, `function` or `internet`."""
    column: int = 0
    row: int = 0


def laid_out(scene: Scene) -> Layout:
    """The positions of everything in a scene."""
    return _Maker(scene).made()


class _Maker(Canvas):
    def __init__(self, scene: Scene) -> None:
        super().__init__()
        self.scene = scene
        self.stands: dict[Node, _Stand] = {}
        self.cells: dict[str, Box] = {}
        self.columns: list[list[_Column]] = []
        self.rooms: list[_Room] = []
        self.lane = min(5.0, 20 / max(1, len(scene.ways)))
        self.channel = 10 + self.lane * max(0, len(scene.ways) - 1)
        self.groups: list[Box] = []
        self.bus = min(5.0, 60 / max(1, len(scene.groups)))
        around = any(way.leaves and way.subnet is None for way in scene.ways)
        self.outer = _OUTER + (_AROUND if self._busy() or around else 0)
        self.outer += self.bus * len(scene.groups) if self._busy() else 0
        self.marks: dict[Node, str] = {}
        for way in scene.ways:
            for node in way.marks:
                # A certain obstacle hides an open question at the same thing.
                if self.marks.get(node) != "blocked":
                    self.marks[node] = way.answer

    def _busy(self) -> bool:
        """Whether lines go around: more than one connected group, or more than one frame."""
        connected = [group for group in self.scene.groups if group.subnets]
        return len(connected) > 1 or len(self.scene.frames) > 1

    def made(self) -> Layout:
        found = self.found
        inner = max([self._frame_width(frame) for frame in self.scene.frames], default=320)
        found.width = inner + 2 * self.outer
        y = 6.0
        if self.scene.internet:
            self._internet(y)
            y += 30 + 22
        for number, frame in enumerate(self.scene.frames):
            y = self._frame(number, frame, Box(self.outer, y, inner, 0))
        if self.scene.groups:
            y = self._functions(y, inner)
        self._connections()
        for number, way in enumerate(self.scene.ways):
            self._way(number, way)
        if self.scene.internet and not self.scene.ways:
            self._exits()
        found.height = self._answers(y) + 6
        return found

    # --- the internet ---------------------------------------------------------------------------

    def _internet(self, y: float) -> None:
        box = Box(self.outer, y, self.found.width - 2 * self.outer, 30)
        self.found.shapes.append(Shape(box, "internet", 15))
        self.label(self.scene.internet, box, y + 7, middle=True)
        self.stands[Node(INTERNET)] = _Stand(box, 0, "internet")

    # --- frames ---------------------------------------------------------------------------------

    def _frame_width(self, frame: Frame) -> float:
        zones = len(frame.zones)
        columns = zones * (_ZONE_WIDTHS.get(zones, _NARROW_ZONE) + _GAP) + _GAP
        edge = self._label_cell(frame, _LABEL_CELL) + len(frame.edge) * (_EDGE_WIDTH[0] + _GAP)
        middle = len(frame.middle) * (_EDGE_WIDTH[0] + _GAP) + 2 * _GAP + _RIGHT
        return max(columns, edge, middle, 320)

    def _label_cell(self, frame: Frame, most: float) -> float:
        """Room for a frame's label with its mark."""
        return min(most, width(frame.label, measure(LARGE, "strong")) + 2 * PAD + MARK)

    def _frame(self, number: int, frame: Frame, outline: Box) -> float:
        """Draw a frame from its top border down; where the next thing may begin."""
        shape = len(self.found.shapes)
        border = outline.y + (20 if frame.edge else 0)
        y = self._edge(number, frame, outline, border)
        top = y
        y += self.channel
        if frame.middle:
            y = self._middle(number, frame, outline, y) + self.channel
            top, upper = top, y - self.channel
        else:
            upper = top
        rows, y = self._zones(number, frame, outline, y)
        box = Box(outline.x, border, outline.width, y + _GAP - border)
        self.found.shapes.insert(shape, Shape(box, "vpc", 8))
        below = box.bottom + 4
        last = number == len(self.scene.frames) - 1
        self.rooms.append(_Room(box, top, upper, rows, below, last))
        return box.bottom + 16 + self.bus * (len(self.scene.groups) if self._busy() else 1)

    def _edge(self, number: int, frame: Frame, outline: Box, border: float) -> float:
        label = self._label_cell(frame, _LABEL_CELL if frame.edge else min(280, outline.width))
        cell = Box(outline.x, border + 4, label, 22)
        answer = self.marks.get(Node(frame.name)) if frame.name else None
        self.label(frame.label, self.mark(cell, answer), border + 6, "strong")
        if not frame.edge:
            return border + 28
        room = outline.width - label - _GAP * len(frame.edge)
        wide = min(_EDGE_WIDTH[1], room / len(frame.edge))
        x = outline.right - (wide + _GAP) * len(frame.edge)
        height = max(self._thing_height(thing, wide) for thing in frame.edge) + 1
        for thing in frame.edge:
            box = Box(x, border - 20, wide, height)
            self._thing(thing, Node(thing.name), box, _Stand(box, number, "edge"))
            x += wide + _GAP
        return max(border + 28, border - 20 + height) + 2

    def _middle(self, number: int, frame: Frame, outline: Box, y: float) -> float:
        room = outline.width - _GAP * (len(frame.middle) + 1) - _RIGHT
        wide = room / len(frame.middle)
        height = max(self._thing_height(thing, wide) for thing in frame.middle) + 1
        for index, thing in enumerate(frame.middle):
            box = Box(outline.x + _GAP + index * (wide + _GAP), y, wide, height)
            self._thing(thing, Node(thing.name), box, _Stand(box, number, "middle"))
        return y + height

    def _thing_height(self, thing: Thing, wide: float) -> float:
        kind = len(wrapped(thing.kind, SMALL, wide - 2 * PAD, _KIND_LINES)) if thing.kind else 0
        return 9 + LINE * (len(self._name(thing, wide)) + kind)

    def _name(self, thing: Thing, wide: float) -> Sequence[str]:
        """Its name in lines, with room for a mark whether there is one or not: a case moves nothing."""
        return named(thing.label, LARGE, wide - 2 * PAD - MARK) if thing.name else [thing.label]

    def _thing(self, thing: Thing, node: Node, box: Box, stand: _Stand) -> None:
        style = thing.style + (" outside" if thing.outside else "")
        self.found.shapes.append(Shape(box, style))
        self.stands[node] = stand
        # A mark at the interfaces of Lambda is the subnet's.
        room = self.mark(box, self.marks.get(node) if node.name else None)
        y = box.y + 4
        name = self._name(thing, box.width)
        for line in name:
            self.label(line, room, y, full="" if "".join(name) == thing.label else thing.label)
            y += LINE
        self.lines(thing.kind, box, y, _KIND_LINES)

    # --- zones and subnets ----------------------------------------------------------------------

    def _zones(self, number: int, frame: Frame, outline: Box, y: float) -> tuple[list[float], float]:
        count = len(frame.zones)
        if not count:
            self.columns.append([])
            return [], y
        wide = (outline.width - _GAP * (count + 1)) / count
        shapes = len(self.found.shapes)
        top = y
        columns = [
            _Column(Box(x, top, wide, 0), x + 4, x + wide - _RIGHT + 5)
            for x in (outline.x + _GAP + index * (wide + _GAP) for index in range(count))
        ]
        self.columns.append(columns)
        headers = 0.0
        for zone, column in zip(frame.zones, columns, strict=True):
            cell = Box(column.box.x, top, wide - _RIGHT, 40)
            bottom = self.lines(zone.label, cell, top + 3, 2, "zone-name")
            headers = max(headers, bottom - top)
        y = top + headers + 2
        rows: list[float] = []
        for row in _rows(frame):
            rows.append(y)
            y += self.channel
            height = max(self._height(cell, wide) for cell in row.values())
            for index, cell in row.items():
                column = columns[index].box
                box = Box(column.x + _LEFT, y, wide - _LEFT - _RIGHT, height)
                self._cell(number, cell, box, index, len(rows) - 1)
            y += height
        y += PAD
        for zone, column in zip(frame.zones, columns, strict=True):
            column.box = Box(column.box.x, top, wide, y - top)
            style = "zone down" if zone.down else "zone"
            hatched = Box(column.box.x, top + headers, wide, y - top - headers) if zone.down else None
            self.found.shapes.insert(shapes, Shape(column.box, style, 6, hatched))
        return rows, y

    def _facts(self, cell: Cell, wide: float) -> list[str]:
        """What is written below a subnet's name."""
        words = self.scene.words
        is_outside = cell.outside and cell.kind == "unknown"
        kind = words("subnet.outside" if is_outside else f"subnet.{cell.kind}")
        room = wide - _LEFT - _RIGHT - 2 * PAD
        both = f"{kind} · {cell.block}" if cell.block else kind
        facts = [both] if width(both, SMALL) <= room else [kind, cell.block]
        return [line for fact in [*facts, *cell.routes] for line in wrapped(fact, SMALL, room, 2)]

    def _height(self, cell: Cell, wide: float) -> float:
        inner = wide - _LEFT - _RIGHT - 2 * PAD
        lines = 1 + len(self._facts(cell, wide))
        return 8 + LINE * lines + sum(self._thing_height(thing, inner) + 6 for thing in cell.things) + 2

    def _cell(self, number: int, cell: Cell, box: Box, column: int, row: int) -> None:
        style = f"subnet {cell.kind}" + (" outside" if cell.outside else "")
        self.found.shapes.append(Shape(box, style))
        self.cells[cell.name] = box
        room = self.mark(box, self.marks.get(Node("", cell.name)))
        self.label(cell.label, room, box.y + 4, "strong")
        y = box.y + 4 + LINE
        for fact in self._facts(cell, self.columns[number][column].box.width):
            self.label(fact, box, y, "minor", size=SMALL)
            y += LINE
        # What the functions come in by stands at the bottom.
        heights = [self._thing_height(thing, box.width - 2 * PAD) for thing in cell.things]
        y += 4
        spare = box.bottom - y - sum(heights) - 6 * len(heights)
        for thing, height in zip(cell.things, heights, strict=True):
            if thing.style == "interfaces":
                y += max(0.0, spare)
            place = Box(box.x + PAD, y, box.width - 2 * PAD, height)
            node = Node(thing.name, cell.name)
            self._thing(thing, node, place, _Stand(place, number, "thing", column, row))
            y += height + 6

    # --- functions ------------------------------------------------------------------------------

    def _functions(self, y: float, inner: float) -> float:
        shapes = len(self.found.shapes)
        top = y
        y += 10
        for group in self.scene.groups:
            y = self._group(group, Box(self.outer + _GAP, y, inner - 2 * _GAP, 0)) + _GAP
        outline = Box(self.outer, top, inner, y + 18 - top)
        self.label(self.scene.words("label.lambda"), outline, y - 3, "minor", size=SMALL)
        self.found.shapes.insert(shapes, Shape(outline, "service", 8))
        return outline.bottom + 10

    def _group(self, group: Group, outline: Box) -> float:
        """A group's functions, several beside each other; where it ends."""
        if len(group.names) == 1:
            box = Box(outline.x, outline.y, outline.width, 28)
            self._function(group.names[0], box, group.kind)
            self.groups.append(box)
            return box.bottom
        across = min(len(group.names), max(1, int((outline.width - _GAP) // 150)))
        wide = (outline.width - _GAP) / across - _GAP
        rows = -(-len(group.names) // across)
        box = Box(outline.x, outline.y, outline.width, rows * 34 + _GAP)
        self.found.shapes.append(Shape(box, "group"))
        for index, name in enumerate(group.names):
            x = box.x + _GAP + (index % across) * (wide + _GAP)
            self._function(name, Box(x, box.y + 8 + index // across * 34, wide, 28), group.kind)
        self.groups.append(box)
        return box.bottom

    def _function(self, name: str, box: Box, kind: str) -> None:
        self.found.shapes.append(Shape(box, "function", 6))
        node = Node(name)
        self.stands[node] = _Stand(box, 0, "function")
        mark = self.marks.get(node)
        self.mark(box, mark)
        inside = Box(box.x + MARK, box.y, box.width - 2 * MARK, box.height) if mark else box
        words = {"not-connected": "label.no-vpc", "not-known": "label.connection-not-known"}
        text = self.scene.words(words[kind], name=name) if kind in words else name
        self.label(text, inside, box.y + 6, "strong", middle=True)

    # --- lines ----------------------------------------------------------------------------------

    def _connections(self) -> None:
        """From each group of functions one way into every subnet."""
        connected = [group for group in self.scene.groups if group.subnets]
        for number, group in enumerate(connected):
            box = self.groups[number]
            for name in group.subnets:
                stand = self.stands.get(Node("", name))
                if stand is not None:
                    share = (number + 1) / (len(connected) + 1)
                    points = self._up(box, number, stand, share)
                    self.found.lines.append(Line(tuple(points), self._style(name), box, stand.box))

    def _style(self, subnet: str) -> str:
        """A connection is part of the way, unless the packets do not even leave the function."""
        for way in self.scene.ways:
            if way.subnet == subnet and Node(self.scene.function) not in way.marks:
                return f"way {way.answer}"
        return "connection"

    def _up(self, box: Box, number: int, stand: _Stand, share: float) -> Iterator[tuple[float, float]]:
        room = self.rooms[stand.frame]
        bottom_row = stand.row == len(room.rows) - 1
        column = self.columns[stand.frame][stand.column]
        if bottom_row:
            x = stand.box.x + PAD + share * (stand.box.width - 2 * PAD)
        else:
            x = column.left + share * (_LEFT - 6)
        straight = room.last and number == 0
        if straight:
            yield x, box.y
        else:
            lane = self.outer - 8 - self.bus * number
            channel = room.below + self.bus * (number + 0.5)
            yield box.x, box.center
            yield lane, box.center
            yield lane, channel
            yield x, channel
        if bottom_row:
            yield x, stand.box.bottom
        else:
            yield x, stand.box.center
            yield stand.box.x, stand.box.center

    def _exits(self) -> None:
        """Without a way: what leads to the internet, leads there."""
        for stand in list(self.stands.values()):
            if stand.place != "edge" or stand.frame != 0:
                continue
            thing = next(t for t in self.scene.frames[0].edge if self.stands[Node(t.name)] is stand)
            if thing.style == "gateway" and not thing.outside:
                self._line(Node(thing.name), Node(INTERNET), "exit", 0)

    def _way(self, number: int, way: Way) -> None:
        for start, end in dict.fromkeys(way.steps):
            self._line(start, end, f"way {way.answer}", number)

    def _line(self, start: Node, end: Node, style: str, number: int) -> None:
        one, other = self.stands.get(start), self.stands.get(end)
        if one is None or other is None:
            return
        points = list(self._route(one, other, number))
        line = Line(tuple(points), style, one.box, other.box)
        if points and line not in self.found.lines:
            self.found.lines.append(line)

    def _route(self, one: _Stand, other: _Stand, number: int) -> Iterator[tuple[float, float]]:
        """Corners from one thing to another; none where no way is drawn between such things."""
        shift = number * self.lane
        if other.place == "internet":
            yield from self._to_internet(one, other.box, shift)
        elif one.place == "thing" and other.frame == one.frame:
            room = self.rooms[one.frame]
            x = self.columns[one.frame][one.column].right + shift
            y = one.box.center - (4 if one.box.height < 30 else 6)
            yield one.box.right, y
            yield x, y
            if other.place == "thing":
                yield from self._to_thing(one, other, x, shift)
            else:
                channel = room.upper + 4 + shift
                yield x, channel
                yield from self._to_top(other, channel, room, shift)
        elif one.place == "middle" and other.place == "edge" and other.frame == one.frame:
            channel = self.rooms[one.frame].top + 4
            x = one.box.middle
            yield x, one.box.y
            yield x, channel
            end = self._port(other)
            yield end, channel
            yield end, other.box.bottom

    def _to_thing(self, one: _Stand, other: _Stand, x: float, shift: float) -> Iterator[tuple[float, float]]:
        y = other.box.center + (4 if other.box.height < 30 else 6)
        if other.column != one.column:
            channel = self.rooms[one.frame].rows[one.row] + 4 + shift
            yield x, channel
            x = self.columns[other.frame][other.column].right + shift
            yield x, channel
        yield x, y
        yield other.box.right, y

    def _to_top(
        self, other: _Stand, channel: float, room: _Room, shift: float
    ) -> Iterator[tuple[float, float]]:
        end = self._port(other)
        if other.place == "edge" and room.top != room.upper:
            side = room.box.right - _RIGHT + 5 + shift
            yield side, channel
            channel = room.top + 4 + shift
            yield side, channel
        yield end, channel
        yield end, other.box.bottom

    def _port(self, stand: _Stand) -> float:
        """Where ways meet: they enter a gateway together."""
        return stand.box.middle

    def _to_internet(self, one: _Stand, box: Box, shift: float) -> Iterator[tuple[float, float]]:
        if one.place == "edge" and one.frame == 0:
            x = self._port(one)
            yield x, one.box.y
            yield x, box.bottom
        elif one.place == "edge":
            x = self._port(one)
            side = self.found.width - self.outer + 8 + min(shift, 10)
            yield x, one.box.y
            yield x, one.box.y - 4
            yield side, one.box.y - 4
            yield side, box.center
            yield box.right, box.center
        elif one.place == "function":
            yield one.box.x, one.box.center
            yield 6, one.box.center
            yield 6, box.center
            yield box.x, box.center

    # --- answers --------------------------------------------------------------------------------

    def _answers(self, y: float) -> float:
        """The answers in words, one paragraph each."""
        wide = self.found.width - 12
        for way in self.scene.ways:
            box = Box(6 + MARK, y, wide - MARK, 0)
            text = describe.answer(self.scene, way)
            lines = wrapped(text, LARGE, box.width - 2 * PAD, _ANSWER_LINES)
            box = Box(box.x, y, box.width, LINE * len(lines) + 6)
            self.found.marks.append(Mark(6 + MARK / 2, y + MARK / 2 + 1, way.answer))
            for line in lines:
                full = text if line.endswith("…") else ""
                self.label(line, box, y + 2, f"answer {way.answer}", full=full)
                y += LINE
            y += 6
        if self.scene.assumptions:
            text = describe.assumed(self.scene).strip()
            lines = wrapped(text, SMALL, wide - 2 * PAD, 4)
            y = self.lines(text, Box(6, y, wide, LINE * len(lines) + 4), y, 4)
        return y


def _rows(frame: Frame) -> list[dict[int, Cell]]:
    """Rows of subnets by zone: the public ones above, those the functions use at the bottom."""
    nat = {cell.name for cell in frame.cells if any(thing.style == "nat" for thing in cell.things)}
    stacks: Sequence[list[list[Cell]]] = ([], [])
    for index in range(len(frame.zones)):
        above, beneath = [], []
        for cell in frame.cells:
            if cell.zone == index:
                is_above = not cell.used and (
                    cell.kind == "public" or (cell.kind == "unknown" and cell.name in nat)
                )
                (above if is_above else beneath).append(cell)
        beneath.sort(key=lambda cell: cell.used)
        stacks[0].append(above)
        stacks[1].append(beneath)
    rows: list[dict[int, Cell]] = []
    if not any(above and beneath for above, beneath in zip(*stacks, strict=True)):
        # No zone has both: side by side.
        stacks = [[]] * len(frame.zones), [above + beneath for above, beneath in zip(*stacks, strict=True)]
    most = max((len(cells) for cells in stacks[0]), default=0)
    rows += [{i: cells[n] for i, cells in enumerate(stacks[0]) if n < len(cells)} for n in range(most)]
    most = max((len(cells) for cells in stacks[1]), default=0)
    for n in range(most):
        # Aligned at the bottom, next to the functions.
        rows.append(
            {
                i: cells[n - most + len(cells)]
                for i, cells in enumerate(stacks[1])
                if n - most + len(cells) >= 0
            }
        )
    return rows
