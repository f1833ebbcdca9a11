"""Which functions share which Hyperplane ENIs: functions at the left, subnets as columns, one row of ENIs for
each set of security groups.

Drawn from [`plan`][lambda_vpc.eni.plan]. From a group of functions that use the same ENIs one line leads into
each of them; lines run below a row's ENIs, where no label is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lambda_vpc import eni
from lambda_vpc.diagram.shapes import LINE, PAD, SMALL, Box, Canvas, Line, Shape
from lambda_vpc.diagram.svg import Picture
from lambda_vpc.diagram.texts import named
from lambda_vpc.diagram.words import Words
from lambda_vpc.eni import Combination, Function, Plan

_MARGIN = 6
_GAP = 8
_LEFT = 190
"""Width of the functions' column."""
_GUTTER = 26
"""Where lines run down or up to their row, between the functions and the subnets."""
_COLUMNS = {1: 300, 2: 214, 3: 141}
_NARROW = 132
_TOP = 50
"""Room for the labels above the first row."""
_HIGH = 26
"""Height of a function."""
_LANE = 7


def sharing(functions: Iterable[Function], language: str) -> Picture:
    """The picture of the ENIs that functions use at the start.

    Args:
        functions: as for [`plan`][lambda_vpc.eni.plan].
        language: `ja` or `en`.

    Raises:
        ValueError: what `plan` refuses.
        KeyError: no such language.
    """
    functions = list(functions)
    found = eni.plan(functions)
    words = Words(language)
    canvas = _Maker(words, found, functions)
    canvas.make()
    return Picture(language, words("sharing.title"), _said(words, found, functions), canvas.found)


@dataclass(frozen=True)
class _Group:
    """Functions that use the same ENIs."""

    names: tuple[str, ...]
    subnets: tuple[str, ...]


class _Maker(Canvas):
    def __init__(self, words: Words, found: Plan, functions: Sequence[Function]) -> None:
        super().__init__()
        self.words = words
        self.plan = found
        self.rows = _rows(found, functions)
        self.vpcs = _columns(functions)
        self.columns: dict[str, Box] = {}

    def make(self) -> None:
        shapes = self.found.shapes
        top, y = 6.0, 6.0 + _TOP
        self._place_columns()
        for groups, row in self.rows.items():
            y = self._row(groups, row, y) + 2 * _GAP
        y = self._outside(y)
        service = Box(_MARGIN, top, _LEFT, y - top)
        frames = [Shape(service, "service", 8)]
        self.lines(self.words("label.lambda"), service, top + 4, 2)
        for vpc, subnets in self.vpcs.items():
            boxes = [self.columns[subnet] for subnet in subnets]
            frame = Box(boxes[0].x - _GAP, top, boxes[-1].right - boxes[0].x + 2 * _GAP, y - top)
            frames.append(Shape(frame, "vpc", 8))
            self.label(_vpc(self.words, self.plan, vpc), frame, top + 4, "strong")
            for subnet, box in zip(subnets, boxes, strict=True):
                column = Box(box.x, top + 24, box.width, y - top - 24 - _GAP)
                frames.append(Shape(column, "subnet private"))
                self.label(self.words.bare(subnet), column, column.y + 4)
        shapes[:0] = frames
        self.found.width = max(shape.box.right for shape in frames) + _MARGIN
        self.found.height = y + 6

    def _place_columns(self) -> None:
        count = sum(map(len, self.vpcs.values()))
        wide = _COLUMNS.get(count, _NARROW)
        x = _MARGIN + _LEFT + _GUTTER
        for subnets in self.vpcs.values():
            x += _GAP
            for subnet in subnets:
                self.columns[subnet] = Box(x, 0, wide, 0)
                x += wide + _GAP
            x += _GAP

    def _row(self, groups: tuple[str, ...], row: Sequence[_Group], y: float) -> float:
        """Draw the ENIs of one set of security groups with their functions; where the row ends."""
        subnets = dict.fromkeys(subnet for group in row for subnet in group.subnets)
        lines = list(self._names(groups, self.columns[next(iter(subnets))].width - 2 * _GAP))
        high = 10 + LINE * (1 + len(lines))
        enis = {
            subnet: Box(self.columns[subnet].x + _GAP, y, self.columns[subnet].width - 2 * _GAP, high)
            for subnet in subnets
        }
        for box in enis.values():
            self.found.shapes.append(Shape(box, "interfaces"))
            self.label(self.words("sharing.eni"), box, y + 4, "strong")
            for number, (line, full) in enumerate(lines, 1):
                self.label(line, box, y + 4 + LINE * number, "minor", size=SMALL, full=full)
        lanes = y + high + 10
        below = y
        for number, group in enumerate(row):
            box = self._functions(group.names, below)
            below = box.bottom + _GAP
            lane = lanes + number * _LANE
            gutter = box.right + _GAP + (number + 1) * (_GUTTER - 4) / (len(row) + 1)
            for subnet in group.subnets:
                end = enis[subnet]
                x = end.x + end.width * (number + 1) / (len(row) + 1)
                start = (box.right, box.center)
                points = [start, (gutter, box.center), (gutter, lane), (x, lane), (x, end.bottom)]
                self.found.lines.append(Line(tuple(points), "connection", box, end))
        return max(below - _GAP, lanes + (len(row) - 1) * _LANE + 4)

    def _names(self, groups: Sequence[str], wide: float) -> Iterator[tuple[str, str]]:
        """Lines of the names of security groups, each with the whole name where it is shortened."""
        for name in map(self.words.bare, groups):
            lines = named(name, SMALL, wide - 2 * PAD)
            yield from ((line, "" if "".join(lines) == name else name) for line in lines)

    def _functions(self, names: Sequence[str], y: float, word: str = "") -> Box:
        """Functions below each other, several in a box of their own."""
        x, wide = _MARGIN + _GAP, _LEFT - 2 * _GAP
        outline = Box(x, y, wide, _HIGH)
        if len(names) > 1:
            outline = Box(x, y, wide, len(names) * (_HIGH + 6) + 6)
            self.found.shapes.append(Shape(outline, "group"))
        for number, name in enumerate(names):
            box = outline if len(names) == 1 else Box(x + 6, y + 6 + number * (_HIGH + 6), wide - 12, _HIGH)
            self.found.shapes.append(Shape(box, "function", 6))
            text = self.words(word, name=name) if word else name
            self.label(text, box, box.y + 5, "strong", middle=True)
        return outline

    def _outside(self, y: float) -> float:
        if self.plan.outside:
            return self._functions(self.plan.outside, y, "label.no-vpc").bottom + _GAP
        return y


def _rows(found: Plan, functions: Sequence[Function]) -> dict[tuple[str, ...], list[_Group]]:
    """The groups of functions by their set of security groups, in the order given."""
    by_name = {function.name: function for function in functions}
    rows: dict[tuple[str, ...], list[_Group]] = {}
    for names in found.shares:
        first = by_name[names[0]]
        key = tuple(sorted(first.security_groups))
        rows.setdefault(key, []).append(_Group(names, first.subnets))
    return rows


def _columns(functions: Sequence[Function]) -> dict[str | None, list[str]]:
    """The subnets by VPC, in the order given."""
    vpc_of: dict[str, str | None] = {}
    for function in functions:
        for subnet in function.subnets:
            vpc_of[subnet] = vpc_of.get(subnet) or function.vpc
    found: dict[str | None, list[str]] = {}
    for subnet, vpc in vpc_of.items():
        found.setdefault(vpc, []).append(subnet)
    return found


def _vpc(words: Words, found: Plan, vpc: str | None) -> str:
    """A VPC with its number of ENIs."""
    known = "sharing.vpc" if vpc is None else "sharing.named-vpc"
    return words(known, name=vpc, enis=found.by_vpc[vpc])


def _said(words: Words, found: Plan, functions: Sequence[Function]) -> str:
    """All that is drawn, in words: each VPC, each row of ENIs with its functions."""
    end = words("text.end")
    parts = [_vpc(words, found, vpc) + end for vpc in _columns(functions)]
    for groups, row in _rows(found, functions).items():
        named = words.listed([words.bare(name) for name in groups])
        for group in row:
            for subnets, names in _shared(found, groups, group):
                key = "sharing.shared" if len(names) > 1 else "sharing.own"
                listed = words.listed([words.bare(subnet) for subnet in subnets])
                parts.append(words(key, functions=words.listed(names), groups=named, subnets=listed))
    parts += [words("label.no-vpc", name=name) + end for name in found.outside]
    return "".join(dict.fromkeys([*parts, words("sharing.runs") + end])).strip()


def _shared(found: Plan, groups: tuple[str, ...], group: _Group) -> Iterable[tuple[list[str], list[str]]]:
    """A group's subnets by all the functions that use their ENI."""
    by_names: dict[tuple[str, ...], list[str]] = {}
    for subnet in group.subnets:
        by_names.setdefault(found.combinations[Combination(subnet, groups)], []).append(subnet)
    return [(subnets, list(names)) for names, subnets in by_names.items()]
