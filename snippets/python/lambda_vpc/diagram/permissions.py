"""Who holds which permission: the deployer, who passes the execution role, and the two that call with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lambda_vpc.diagram.shapes import LINE, MARK, PAD, SMALL, Box, Canvas, Line, Mark, Shape
from lambda_vpc.diagram.svg import Picture
from lambda_vpc.diagram.texts import width
from lambda_vpc.diagram.words import Words

_MARGIN = 6
_WIDE = 676
_GAP = 8
_BETWEEN = 34
_LEAST, _WIDEST = 128, 300
"""Width of a list."""


@dataclass(frozen=True)
class Grant:
    """Actions that one statement allows or denies."""

    statement: str
    allowed: bool
    actions: tuple[str, ...]


def permissions(
    deployer: Sequence[Grant], role: str, service: Sequence[Grant], code: Sequence[Grant], language: str
) -> Picture:
    """The picture of who holds which permission.

    Args:
        deployer: what whoever creates the function may do.
        role: name of the execution role.
        service: what the Lambda service may do with the role.
        code: what the function's code may do with it.
        language: `ja` or `en`.

    Raises:
        KeyError: no such language.
    """
    words = Words(language)
    canvas = _Maker(words)
    canvas.make(deployer, role, service, code)
    title = words("permissions.title")
    return Picture(language, title, _said(words, deployer, role, service, code), canvas.found)


class _Maker(Canvas):
    def __init__(self, words: Words) -> None:
        super().__init__()
        self.words = words

    def make(
        self, deployer: Sequence[Grant], role: str, service: Sequence[Grant], code: Sequence[Grant]
    ) -> None:
        top = self._holder("permissions.deployer", deployer, Box(_MARGIN, _MARGIN, _WIDE, 0))
        bar = Box(_MARGIN, top.bottom + _BETWEEN, _WIDE, 30)
        self.found.shapes.append(Shape(bar, "internet", 8))
        self.label(_role(self.words, role), bar, bar.y + 6, "strong", middle=True)
        self._arrow(top, bar, bar.middle, "permissions.passes")
        half = (_WIDE - _GAP) / 2
        y = bar.bottom + _BETWEEN
        shapes = len(self.found.shapes)
        left = self._holder("permissions.lambda", service, Box(_MARGIN, y, half, 0))
        right = self._holder("permissions.code", code, Box(_MARGIN + half + _GAP, y, half, 0))
        bottom = max(left.bottom, right.bottom)
        # Both as high as the higher one.
        for number, shape in enumerate(self.found.shapes[shapes:], shapes):
            if shape.style == "service":
                box = Box(shape.box.x, shape.box.y, shape.box.width, bottom - y)
                self.found.shapes[number] = Shape(box, "service", 8)
                self._arrow(bar, box, box.middle, "permissions.acts")
        self.found.width = _WIDE + 2 * _MARGIN
        self.found.height = bottom + _MARGIN

    def _arrow(self, start: Box, end: Box, x: float, word: str) -> None:
        self.found.lines.append(Line(((x, start.bottom), (x, end.y)), "connection", start, end))
        room = Box(x + 2, start.bottom, start.right - x - 2, end.y - start.bottom)
        self.label(self.words(word), room, room.center - 9, "minor", size=SMALL)

    def _holder(self, word: str, grants: Sequence[Grant], box: Box) -> Box:
        """A holder with the lists of its actions, as many beside each other as fit."""
        shape = len(self.found.shapes)
        head = Box(box.x, box.y, box.width, 5 + LINE + 4)
        self.label(self.words(word), head, box.y + 5, "strong")
        y = head.bottom
        for row in _rows(grants, box.width - 2 * _GAP):
            spare = (box.width - _GAP * (len(row) + 1) - sum(map(_wide, row))) / len(row)
            high = 10 + LINE * (2 + max(len(grant.actions) for grant in row))
            x = box.x + _GAP
            for grant in row:
                place = Box(x, y, _wide(grant) + spare, high)
                self._grant(grant, place)
                x = place.right + _GAP
            y += high + _GAP
        box = Box(box.x, box.y, box.width, y - box.y)
        self.found.shapes.insert(shape, Shape(box, "service", 8))
        return box

    def _grant(self, grant: Grant, box: Box) -> None:
        answer = "reached" if grant.allowed else "blocked"
        self.found.shapes.append(Shape(box, "thing"))
        self.found.marks.append(Mark(box.x + PAD + 7, box.y + 5 + LINE / 2, answer))
        inside = Box(box.x + MARK + 2, box.y, box.width - MARK - 2, box.height)
        word = self.words("permissions.allowed" if grant.allowed else "permissions.denied")
        self.label(word, inside, box.y + 6, f"answer {answer}", size=SMALL)
        self.label(grant.statement, box, box.y + 5 + LINE, "minor", size=SMALL)
        for number, action in enumerate(grant.actions, 2):
            self.label(action, box, box.y + 5 + LINE * number, size=SMALL)


def _role(words: Words, name: str) -> str:
    return words("permissions.role") + f" {name}"


def _rows(grants: Sequence[Grant], room: float) -> list[list[Grant]]:
    """The lists row by row."""
    rows: list[list[Grant]] = []
    left = 0.0
    for grant in grants:
        if not rows or left < _wide(grant):
            rows.append([])
            left = room
        rows[-1].append(grant)
        left -= _wide(grant) + _GAP
    return rows


def _wide(grant: Grant) -> float:
    """The width that a list needs, of which that of its longest action; a statement's name is shortened."""
    longest = max(width(action, SMALL) for action in grant.actions)
    return min(_WIDEST, max(_LEAST, longest + 2 * PAD + 1))


def _said(
    words: Words, deployer: Sequence[Grant], role: str, service: Sequence[Grant], code: Sequence[Grant]
) -> str:
    """All that is drawn, in words, holder by holder."""
    end = words("text.end")
    passed = f"{_role(words, role)}: " + words("permissions.passes") + end
    parts = [_held(words, words("permissions.deployer"), deployer), passed]
    for word, grants in (("permissions.lambda", service), ("permissions.code", code)):
        name = words("text.named", name=words(word), kind=words("permissions.acts"))
        parts.append(_held(words, name, grants))
    return "".join(parts).strip()


def _held(words: Words, name: str, grants: Sequence[Grant]) -> str:
    said = [
        words(
            "permissions.allowed-by" if grant.allowed else "permissions.denied-by",
            statement=grant.statement,
            actions=words.listed(list(grant.actions)),
        )
        for grant in grants
    ]
    return f"{name}: " + words("states.next").join(said) + words("text.end")
