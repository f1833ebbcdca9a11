"""A picture card as a PNG file: the same bytes on every machine, in few colors, so that it is small.

Its colors are those of docs/theme/assets/palette.css, and those of pictures that are files of their own.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise

from PIL import Image, ImageDraw

import card_layout
from card_layout import BAR, HEIGHT, MARK, WIDTH, Card, Placed, placed
from card_text import STROKE, font
from lambda_vpc.diagram.shapes import Box, Label, Layout, Line, Mark, Shape, measure
from lambda_vpc.diagram.svg import Picture
from render import THEME

Color = tuple[int, int, int]
Ends = tuple[tuple[int, int], tuple[int, int]]
"""Of a line."""

_FINE = 4
"""How much larger slanted and round shapes are drawn before they are made small."""
_RADIUS = 8
"""Of the sign of an answer."""
_SIGNS = {
    "reached": [[(-4.5, 0.5), (-1.5, 3.5), (4.5, -3.5)]],
    "blocked": [[(-3.5, -3.5), (3.5, 3.5)], [(3.5, -3.5), (-3.5, 3.5)]],
    "unknown": [
        [(-3, -2.5), (-2, -4.9), (0, -5.5), (2, -4.9), (3, -2.5), (0, 0), (0, 2)],
        [(0, 4.2), (0, 5.4)],
    ],
}
"""As in lambda_vpc.diagram.svg, the curves as lines."""
_DASHES = {"zone": (5, 3), "outside": (2, 3), "blocked": (7, 4), "unknown": (2, 4)}
_FILLS = {"vpc": "frame", "internet": "frame", "service": "frame", "zone": "zone", "public": "public",
          "private": "private", "function": "function"}  # fmt: skip


# --- colors -------------------------------------------------------------------------------------


def _declared(css: str) -> dict[str, Color]:
    """The colors of a style sheet by their names, those of its first scheme, which is the light one."""
    found: dict[str, Color] = {}
    for name, written in re.findall(r"--([\w-]+): #([0-9a-f]{6}|[0-9a-f]{3});", css):
        digits = written if len(written) == 6 else "".join(2 * digit for digit in written)
        found.setdefault(name, tuple(bytes.fromhex(digits)))
    return found


@cache
def colors() -> dict[str, Color]:
    """Every color of a card by what it is for."""
    page = _declared((THEME / "assets" / "palette.css").read_text("utf-8"))
    # A picture that is a file of its own brings its colors.
    picture = _declared(Picture("en", "", "", Layout()).svg(alone=True))
    return {
        "paper": (255, 255, 255),
        "panel": page["guide-surface"],
        "edge": page["guide-hairline"],
        "ink": page["md-default-fg-color"],
        "minor": page["md-default-fg-color--light"],
        "lead": page["md-primary-fg-color"],
        "way": page["md-accent-fg-color"],
    } | {name.removeprefix("diagram-"): color for name, color in picture.items() if name != "diagram-minor"}


_BASE = ("paper", "panel", "edge", "ink", "minor", "line", "lead", "way", "reached", "blocked")
"""In every card. Between ink and paper lie also the colors at the edges of letters."""
_IN_PICTURES = ("unknown", "zone", "public", "private", "function")
_MOST = 16
"""Colors of a file in which a pixel takes half a byte, which makes it half as large."""


@cache
def _palette(pictured: bool) -> Image.Image:
    """The few colors of a card; without a picture there is room for more edges of letters."""
    known = colors()

    def edge(name: str, part: float) -> Color:
        return tuple(round(255 - part * (255 - one)) for one in known[name])

    found = [*(known[name] for name in _BASE), edge("ink", 0.3)]
    if pictured:
        found += [known[name] for name in _IN_PICTURES]
    else:
        found += [edge(name, 0.5) for name in ("lead", "reached", "blocked")]
    assert len(found) <= _MOST
    palette = Image.new("P", (1, 1))
    palette.putpalette([one for color in found for one in color])
    return palette


# --- the card -----------------------------------------------------------------------------------


def draw(card: Card) -> bytes:
    """A card as a PNG file."""
    image = _empty().copy()
    at = ImageDraw.Draw(image)
    where = placed(card)
    if where.panel:
        at.rounded_rectangle(_corners(where.panel), 10, colors()["panel"], colors()["edge"])
    if where.picture:
        _Drawing(image, where).all(where.picture)
    for text in where.texts:
        _write(at, text.text, text.x, text.baseline, text.size, colors()[text.color], bold=text.bold)
    # To the nearest color there is, each pixel by itself.
    few = image.quantize(palette=_palette(where.picture is not None), dither=Image.Dither.NONE)
    file = io.BytesIO()
    few.save(file, "PNG", compress_level=7)
    return file.getvalue()


@cache
def _empty() -> Image.Image:
    """What all cards have: paper, the mark, and the band."""
    image = Image.new("RGB", (WIDTH, HEIGHT), colors()["paper"])
    at = ImageDraw.Draw(image)
    at.rectangle((0, HEIGHT - BAR, WIDTH, HEIGHT), colors()["lead"])
    at.rectangle((WIDTH * 0.8, HEIGHT - BAR, WIDTH, HEIGHT), colors()["way"])
    _mark(image)
    return image


def _mark(image: Image.Image) -> None:
    """The mark, as docs/theme/.icons/guide/mark.svg has it: a function in its network, and the way out."""
    one = MARK.width / 24

    def place(x: float, y: float) -> tuple[float, float]:
        return MARK.x + x * one, MARK.y + y * one

    def arc(x: float, y: float, start: int) -> list[tuple[float, float]]:
        turn = [(0.0, -1.0), (0.38, -0.92), (0.71, -0.71), (0.92, -0.38), (1.0, 0.0)]
        for _ in range(start):
            turn = [(-b, a) for a, b in turn]
        return [place(x + 3.5 * a, y + 3.5 * b) for a, b in turn]

    # Against the clock from the right side to the open corner.
    frame = [place(21, 13), *arc(17.5, 6.5, 0)[::-1], *arc(6.5, 6.5, 3)[::-1], *arc(6.5, 17.5, 2)[::-1],
             place(13, 21)]  # fmt: skip
    way = [place(x, y) for x, y in ((7.5, 7.5), (9.4, 7.5), (10.6, 8.3), (16, 17), (17.3, 17.8), (22, 17.8))]
    foot = [place(12, 10.8), place(7.8, 17.5)]
    _stroke(image, [frame], 2 * one, colors()["lead"])
    _stroke(image, [way, foot], 2.4 * one, colors()["way"])


def _write(
    at: ImageDraw.ImageDraw, text: str, x: float, baseline: float, size: float, color: Color, *,
    bold: bool = False, middle: bool = False,
) -> None:  # fmt: skip
    stroke = STROKE * size if bold else 0
    at.text(
        (x if middle else x + stroke, baseline), text, color, font(size), "ms" if middle else "ls",
        stroke_width=stroke,
    )  # fmt: skip


def _corners(box: Box) -> tuple[int, int, int, int]:
    return round(box.x), round(box.y), round(box.right), round(box.bottom)


# --- slanted and round --------------------------------------------------------------------------


def _smooth(image: Image.Image, around: Box, color: Color, shape: Callable[..., None]) -> None:
    """Draw what has smooth edges: `shape` gets what it draws on, and a function that places a point there."""
    x, y = int(around.x) - 1, int(around.y) - 1
    size = int(around.right) + 2 - x, int(around.bottom) + 2 - y
    mask = Image.new("L", (size[0] * _FINE, size[1] * _FINE))
    shape(ImageDraw.Draw(mask), lambda point: ((point[0] - x) * _FINE, (point[1] - y) * _FINE))
    image.paste(color, (x, y), mask.reduce(_FINE))


def _around(points: list[tuple[float, float]], more: float = 0) -> Box:
    xs, ys = zip(*points, strict=True)
    return Box(
        min(xs) - more, min(ys) - more, max(xs) - min(xs) + 2 * more, max(ys) - min(ys) + 2 * more
    )  # fmt: skip


def _stroke(image: Image.Image, lines: list[list[tuple[float, float]]], wide: float, color: Color) -> None:
    """Lines with round ends and corners."""

    def shape(at: ImageDraw.ImageDraw, place: Callable[..., tuple[float, float]]) -> None:
        for line in lines:
            points = [place(point) for point in line]
            at.line(points, 255, round(wide * _FINE))
            for point in points:
                at.circle(point, wide * _FINE / 2, 255)

    _smooth(image, _around([point for line in lines for point in line], wide), color, shape)


# --- a picture ----------------------------------------------------------------------------------


class _Drawing:
    """Draws a picture of lambda_vpc.diagram where it is placed; as lambda_vpc/diagram/style.css has it."""

    def __init__(self, image: Image.Image, where: Placed) -> None:
        self.image = image
        self.at = ImageDraw.Draw(image)
        self.left, self.top = where.at
        self.scale = where.scale
        self.colors = colors()

    def all(self, picture: Layout) -> None:
        """Everything, in the order in which one lies over the other."""
        for shape in picture.shapes:
            self.shape(shape)
        for line in sorted(picture.lines, key=lambda line: line.style.startswith("way")):
            self.line(line)
        for label in picture.labels:
            self.label(label)
        for mark in picture.marks:
            self.mark(mark)

    def place(self, point: tuple[float, float]) -> tuple[float, float]:
        """A point of the picture on the card."""
        return self.left + point[0] * self.scale, self.top + point[1] * self.scale

    def shape(self, shape: Shape) -> None:
        """A box; what hatches it is too fine for a card."""
        names = shape.style.split()
        fill = None if "group" in names else next((_FILLS[one] for one in names if one in _FILLS), "thing")
        edge = self.colors["minor" if "vpc" in names else "line"]
        left, top, right, bottom = self._corners(shape.box)
        inside = self.colors[fill] if fill else None
        dashes = next((_DASHES[one] for one in ("outside", "zone") if one in names), None)
        self.at.rounded_rectangle((left, top, right, bottom), shape.round * self.scale, inside,
                                  inside if dashes else edge)  # fmt: skip
        if dashes:
            for points in (((left, top), (right, top)), ((left, bottom), (right, bottom)),
                           ((left, top), (left, bottom)), ((right, top), (right, bottom))):  # fmt: skip
                self._dashed(points, dashes, edge, 1)

    def _corners(self, box: Box) -> tuple[int, int, int, int]:
        return (*map(round, self.place((box.x, box.y))), *map(round, self.place((box.right, box.bottom))))

    def line(self, line: Line) -> None:
        """A connection or a way; all parts of it lead across or down."""
        names = line.style.split()
        color = self.colors[names[-1] if names[0] == "way" else "minor"]
        wide = 2 if names[0] == "way" else 1
        points = [tuple(map(round, self.place(point))) for point in line.points]
        dashes = _DASHES.get(names[-1])
        for start, end in pairwise(points):
            if dashes:
                self._dashed((start, end), dashes, color, wide)
            else:
                self.at.line((start, end), color, wide)
        self._head(line, color)

    def _dashed(self, points: Ends, dashes: tuple[int, int], color: Color, wide: int) -> None:
        for start, end in _pieces(points, dashes):
            self.at.line((start, end), color, wide)

    def _head(self, line: Line, color: Color) -> None:
        (x0, y0), (x, y) = line.points[-2:]
        dx, dy = (x > x0) - (x < x0), (y > y0) - (y < y0)
        bx, by = x - 7 * dx, y - 7 * dy
        points = [self.place(one) for one in
                  ((x, y), (bx - 4 * dy, by - 4 * dx), (bx + 4 * dy, by + 4 * dx))]  # fmt: skip
        _smooth(self.image, _around(points), color,
                lambda at, place: at.polygon([place(one) for one in points], 255))  # fmt: skip

    def label(self, label: Label) -> None:
        """A line of text; its room was measured for any font."""
        names = label.style.split()
        color = next((one for one in ("reached", "blocked", "unknown", "minor") if one in names), "text")
        x, baseline = self.place((label.x, label.baseline))
        text = card_layout.shown(label.text)
        size = label.size * self.scale
        bold = measure(1, label.style) > 1
        _write(self.at, text, x, baseline, size, self.colors[color], bold=bold, middle=label.middle)

    def mark(self, mark: Mark) -> None:
        """The sign of an answer."""
        center = self.place((mark.x, mark.y))
        radius = _RADIUS * self.scale
        around = Box(center[0] - radius, center[1] - radius, 2 * radius, 2 * radius)
        _smooth(self.image, around, self.colors[mark.answer],
                lambda at, place: at.circle(place(center), radius * _FINE, 255))  # fmt: skip
        lines = [[(center[0] + x * self.scale, center[1] + y * self.scale) for x, y in line]
                 for line in _SIGNS[mark.answer]]  # fmt: skip
        _stroke(self.image, lines, 2 * self.scale, self.colors["back"])


def _pieces(points: Ends, dashes: tuple[int, int]) -> Iterator[Ends]:
    """The dashes of a line that leads across or down."""
    (x0, y0), (x, y) = points
    length = abs(x - x0) + abs(y - y0)
    dx, dy = (x > x0) - (x < x0), (y > y0) - (y < y0)
    for start in range(0, length + 1, sum(dashes)):
        end = min(start + dashes[0] - 1, length)
        yield (x0 + dx * start, y0 + dy * start), (x0 + dx * end, y0 + dy * end)
