"""What stands where on a picture card: 1200 by 630 pixels, as the sites that show such cards want them.

On the left the guide's name, where a page stands, its title, and what it says; on the right a picture of its
network, or the lines of a policy. Nothing here draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from card_text import cut, fitted, shown, width
from lambda_vpc.diagram.shapes import Box, Layout

WIDTH, HEIGHT = 1200, 630
MARGIN = 56
BAR = 12
"""The band of color at the bottom."""
MARK = Box(MARGIN, 46, 52, 52)
"""The guide's mark."""

_GAP = 48
_RIGHT = Box(664, 46, WIDTH - MARGIN - 664, HEIGHT - BAR - 46 - 40)
"""Where a picture or lines stand."""
_PAD = 24
_BASELINE = 0.88
"""From a line's top to its baseline, in ems."""
_TITLE = tuple(range(62, 29, -4))
_LARGE_TITLE = (84, 76, 68, *_TITLE)
"""Where nothing stands beside it."""
_TOLD, _LARGE_TOLD = 25, 32
_TOLD_LINES = 4
_TOLD_LEADING = 1.4
_FILE = 20
_LEADING = 1.28
_INDENT = 24


@dataclass(frozen=True)
class Row:
    """A line on the right of a card."""

    text: str
    style: str = "code"
    """`allow`, `deny` or `name` for a heading; `code`, or `minor` for what belongs to the line above."""
    indent: int = 0


@dataclass(frozen=True)
class Card:
    """What a card shows; every text may hold anything."""

    name: str
    """What the guide is called."""
    place: str
    """Where the page stands."""
    title: str
    told: str
    """What the page says."""
    file: str = ""
    """What can be copied there."""
    figure: Layout | tuple[Row, ...] | None = None


@dataclass(frozen=True)
class Text:
    """A line of text with its place."""

    text: str
    x: float
    baseline: float
    size: float
    color: str
    bold: bool = False

    @property
    def box(self) -> Box:
        """What it covers."""
        wide = width(self.text, self.size, bold=self.bold)
        return Box(self.x, self.baseline - _BASELINE * self.size, wide, 1.15 * self.size)


@dataclass
class Placed:
    """A card with all positions."""

    texts: list[Text] = field(default_factory=list)
    panel: Box | None = None
    """Behind lines on the right."""
    picture: Layout | None = None
    at: tuple[float, float] = (0, 0)
    """Of the picture's left upper corner."""
    scale: float = 1
    """Of the picture."""


def placed(card: Card) -> Placed:
    """Give everything on a card its place."""
    found = Placed()
    room = WIDTH - 2 * MARGIN if card.figure is None else _RIGHT.x - _GAP - MARGIN
    beside = MARK.right + 14
    name = cut(shown(card.name), MARGIN + room - beside, 30, bold=True)
    found.texts.append(Text(name, beside, MARK.center + 11, 30, "ink", True))
    y = MARK.bottom + 44
    if place := cut(shown(card.place), room, 24):
        found.texts.append(Text(place, MARGIN, y + 21, 24, "lead"))
    y += 40
    alone = card.figure is None
    sizes = _LARGE_TITLE if alone else _TITLE
    most = [3 if size > 46 else 4 if size > 34 else 6 for size in sizes]
    title = fitted(shown(card.title), room, sizes, most, bold=True)
    y = _lines(found, title.lines, y, title.size, "ink", bold=True) + 14
    bottom = HEIGHT - BAR - 40
    if card.file:
        bottom -= _FILE * _LEADING
        file = cut(shown(card.file), room, _FILE)
        found.texts.append(Text(file, MARGIN, bottom + _FILE, _FILE, "minor"))
        bottom -= 16
    size = _LARGE_TOLD if alone else _TOLD
    most = min(_TOLD_LINES, int((bottom - y) / (size * _TOLD_LEADING)))
    if most > 0 and card.told:
        told = fitted(shown(card.told), room, (size,), (most,))
        _lines(found, told.lines, y, size, "minor", leading=_TOLD_LEADING)
    if isinstance(card.figure, Layout):
        _picture(found, card.figure)
    elif card.figure:
        _rows(found, card.figure)
    return found


def _lines(
    found: Placed, lines: Sequence[str], y: float, size: float, color: str, *, bold: bool = False,
    leading: float = _LEADING,
) -> float:  # fmt: skip
    """Lines below each other; the top of what comes next."""
    for line in lines:
        found.texts.append(Text(line, MARGIN, y + _BASELINE * size, size, color, bold))
        y += size * leading
    return y


def _picture(found: Placed, picture: Layout) -> None:
    """A picture as large as it can be, in the middle of its place."""
    found.picture = picture
    found.scale = min(_RIGHT.width / picture.width, _RIGHT.height / picture.height, 1.25)
    wide, high = picture.width * found.scale, picture.height * found.scale
    found.at = _RIGHT.x + (_RIGHT.width - wide) / 2, _RIGHT.y + (_RIGHT.height - high) / 2


_SIZES = {"allow": 26, "deny": 26, "name": 24, "code": 23, "minor": 19}
_COLORS = {"allow": "reached", "deny": "blocked", "name": "ink", "code": "ink", "minor": "minor"}
_SPACE = 12
"""Above a heading."""


def height(rows: Sequence[Row]) -> float:
    """How high lines are."""
    between = sum(_SPACE for row in rows[1:] if row.style in ("allow", "deny"))
    return sum(_SIZES[row.style] * _LEADING for row in rows) + between


ROOM = _RIGHT.height - 2 * _PAD
"""How high lines may be; what is longer is cut off."""


def _rows(found: Placed, rows: Sequence[Row]) -> None:
    high = min(height(rows) + 2 * _PAD, _RIGHT.height)
    found.panel = Box(_RIGHT.x, _RIGHT.y, _RIGHT.width, high)
    y = _RIGHT.y + _PAD
    for number, row in enumerate(rows):
        size = _SIZES[row.style]
        if number and row.style in ("allow", "deny"):
            y += _SPACE
        if y + size * _LEADING > _RIGHT.bottom - _PAD + 1:
            break
        x = _RIGHT.x + _PAD + min(row.indent, 8) * _INDENT
        bold = row.style in ("allow", "deny", "name")
        text = cut(shown(row.text), _RIGHT.right - _PAD - x, size, bold=bold)
        found.texts.append(Text(text, x, y + _BASELINE * size, size, _COLORS[row.style], bold))
        y += size * _LEADING
