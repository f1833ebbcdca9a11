"""What a picture is made of: boxes, labels that fit them, lines between them and the signs of answers.

Units are those of the picture's viewBox.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from lambda_vpc.diagram.texts import shortened, width, wrapped

LARGE, SMALL = 14, 12.5
LINE = 17
"""From one line of text to the next."""
PAD = 8
"""Left and right of the text in a box."""
MARK = 18
"""What a sign takes of a box's width."""


@dataclass(frozen=True)
class Box:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right side."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Its lower side."""
        return self.y + self.height

    @property
    def middle(self) -> float:
        """The horizontal position of its center."""
        return self.x + self.width / 2

    @property
    def center(self) -> float:
        """The vertical position of its center."""
        return self.y + self.height / 2


def measure(size: float, style: str) -> float:
    """The font size to measure with: bold letters are wider."""
    return size * (1.12 if style in ("strong", "zone-name") else 1)


@dataclass(frozen=True)
class Label:
    """A line of text and the box it must stay in."""

    text: str
    x: float
    baseline: float
    size: float
    style: str
    inside: Box
    full: str = ""
    """The whole text, where it is shortened."""
    middle: bool = False
    """Whether `x` is its middle, not its start."""

    @property
    def box(self) -> Box:
        """What it covers at most."""
        wide = width(self.text, measure(self.size, self.style))
        x = self.x - wide / 2 if self.middle else self.x
        return Box(x, self.baseline - self.size * 0.85, wide, self.size * 1.1)


@dataclass(frozen=True)
class Shape:
    """A box that is drawn."""

    box: Box
    style: str
    round: float = 4
    hatched: Box | None = None
    """The part of it that is hatched."""


@dataclass(frozen=True)
class Line:
    """A line from box to box, with an arrowhead at its end."""

    points: tuple[tuple[float, float], ...]
    style: str
    start: Box
    end: Box


@dataclass(frozen=True)
class Mark:
    """The sign of an answer: a check mark, a cross, a question mark."""

    x: float
    y: float
    answer: str


@dataclass
class Layout:
    """A picture with all positions."""

    width: float = 0
    height: float = 0
    shapes: list[Shape] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)


class Canvas:
    """A layout that is being made."""

    def __init__(self) -> None:
        self.found = Layout()

    def label(
        self, text: str, box: Box, y: float, style: str = "", *, size: float = LARGE, middle: bool = False,
        full: str = "",
    ) -> None:  # fmt: skip
        """One line of text, as much of it as its box has room for; `y` is the line's top."""
        room = box.width - 2 * PAD
        short = shortened(text, measure(size, style), room)
        if not short:
            return
        x = box.middle if middle else box.x + PAD
        self.found.labels.append(
            Label(short, x, y + size, size, style, box, full or (text if short != text else ""), middle)
        )

    def lines(
        self, text: str, box: Box, y: float, most: int, style: str = "minor", *, size: float = SMALL
    ) -> float:
        """A text in at most so many lines; the top of the line after it."""
        for line in wrapped(text, measure(size, style), box.width - 2 * PAD, most) if text else ():
            self.label(line, box, y, style, size=size, full=text if line.endswith("…") else "")
            y += LINE
        return y

    def mark(self, box: Box, answer: str | None) -> Box:
        """Put a sign at the right of a box; the box that is left for labels."""
        if answer is None:
            return box
        self.found.marks.append(Mark(box.right - MARK / 2 - 4, box.y + MARK / 2 + 4, answer))
        return Box(box.x, box.y, box.width - MARK, box.height)
