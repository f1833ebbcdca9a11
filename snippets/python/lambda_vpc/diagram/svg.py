"""A picture as SVG text: classes and no colors, so that one style sheet serves every theme."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

from lambda_vpc.diagram import describe
from lambda_vpc.diagram.colors import rule
from lambda_vpc.diagram.layout import laid_out
from lambda_vpc.diagram.scene import Scene
from lambda_vpc.diagram.shapes import Box, Label, Layout, Line, Mark, Shape

_SIZES = {14: "", 12.5: "small"}
_HATCH = 14


@dataclass(frozen=True)
class Picture:
    """A picture with the words that say the same."""

    language: str
    title: str
    description: str
    layout: Layout

    def svg(self, identifier: str = "diagram", *, alone: bool = False) -> str:
        """The picture as text.

        Args:
            identifier: what its ids begin with; unique on a page.
            alone: whether it is a file of its own, which brings its style sheet.

        Returns:
            An `svg` element, with a newline at its end.
        """
        ids = f"{identifier}-title", f"{identifier}-text"
        wide, high = _n(self.layout.width), _n(self.layout.height)
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="diagram" role="img" lang="{self.language}" '
            f'viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" '
            f'aria-labelledby="{ids[0]} {ids[1]}">',
            f'<title id="{ids[0]}">{_text(self.title)}</title>',
            f'<desc id="{ids[1]}">{_text(self.description)}</desc>',
            *([f"<style>\n{_sheet()}</style>"] if alone else []),
            *_drawn(self.layout),
            "</svg>",
        ]
        return "\n".join(parts) + "\n"


def drawn(scene: Scene) -> Picture:
    """A scene with all positions, and with the words that say the same."""
    title, description = describe.title(scene), describe.description(scene)
    return Picture(scene.words.language, title, description, laid_out(scene))


def picture(scene: Scene, identifier: str = "diagram", *, alone: bool = False) -> str:
    """The SVG of a scene; see [`Picture.svg`][lambda_vpc.diagram.svg.Picture.svg]."""
    return drawn(scene).svg(identifier, alone=alone)


def _sheet() -> str:
    """All that a picture of its own needs, in the colors of the reader's scheme."""
    dark = f"@media (prefers-color-scheme: dark) {{\n{rule('.diagram', 'dark')}}}\n"
    drawn = (Path(__file__).with_name(name).read_text("utf-8") for name in ("alone.css", "style.css"))
    return "".join([rule(".diagram", "light"), dark, *drawn])


def _drawn(layout: Layout) -> Iterator[str]:
    for shape in layout.shapes:
        yield from _shape(shape)
    # The ways over the connections, where they meet.
    for line in sorted(layout.lines, key=lambda line: line.style.startswith("way")):
        yield _line(line)
    yield from _labels(layout.labels)
    yield from (_mark(mark) for mark in layout.marks)


def _shape(shape: Shape) -> Iterator[str]:
    box = shape.box
    yield (
        f'<rect class="{shape.style}" x="{_n(box.x)}" y="{_n(box.y)}" width="{_n(box.width)}" '
        f'height="{_n(box.height)}" rx="{_n(shape.round)}"/>'
    )
    if shape.hatched:
        yield f'<path class="hatch" d="{"".join(_hatch(shape.hatched))}"/>'


def _hatch(box: Box) -> Iterator[str]:
    """Diagonal strokes that end at the borders of a box."""
    reach = _HATCH
    while reach < box.width + box.height:
        x0, y0 = (box.x + reach, box.y) if reach <= box.width else (box.right, box.y + reach - box.width)
        x1, y1 = (box.x, box.y + reach) if reach <= box.height else (box.x + reach - box.height, box.bottom)
        yield f"M{_n(x0)} {_n(y0)}L{_n(x1)} {_n(y1)}"
        reach += _HATCH


def _line(line: Line) -> str:
    path = "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in line.points)
    return f'<g class="{line.style}"><path d="{path}"/><path class="head" d="{_head(line)}"/></g>'


def _head(line: Line) -> str:
    """An arrowhead whose point is the line's end."""
    (x0, y0), (x, y) = line.points[-2:]
    dx, dy = (x > x0) - (x < x0), (y > y0) - (y < y0)
    bx, by = x - 7 * dx, y - 7 * dy
    return f"M{_n(x)} {_n(y)}L{_n(bx - 4 * dy)} {_n(by - 4 * dx)}L{_n(bx + 4 * dy)} {_n(by + 4 * dx)}z"


def _labels(labels: Iterable[Label]) -> Iterator[str]:
    for label in labels:
        names = [name for name in (label.style, _SIZES[label.size], "mid" if label.middle else "") if name]
        style = f' class="{" ".join(names)}"' if names else ""
        title = f"<title>{_text(label.full)}</title>" if label.full else ""
        yield f'<text{style} x="{_n(label.x)}" y="{_n(label.baseline)}">{title}{_text(label.text)}</text>'


_SIGNS = {
    "reached": "M-4.5 0.5L-1.5 3.5L4.5 -3.5",
    "blocked": "M-3.5 -3.5L3.5 3.5M3.5 -3.5L-3.5 3.5",
    "unknown": "M-3 -2.5C-3 -6.5 3 -6.5 3 -2.5C3 -0.5 0 -0.5 0 2M0 4.2V5.4",
}


def _mark(mark: Mark) -> str:
    return (
        f'<g class="mark {mark.answer}" transform="translate({_n(mark.x)} {_n(mark.y)})">'
        f'<circle r="8"/><path d="{_SIGNS[mark.answer]}"/></g>'
    )


def _text(text: str) -> str:
    """Text that is valid XML, whatever characters a name has."""
    return escape("".join(c if c.isprintable() else "�" for c in text), quote=False)


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
