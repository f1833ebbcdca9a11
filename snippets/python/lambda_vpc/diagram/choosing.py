"""A decision as questions below each other: one answer leads to the right and ends, the other leads on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lambda_vpc.diagram.shapes import LARGE, LINE, PAD, SMALL, Box, Canvas, Line, Shape, measure
from lambda_vpc.diagram.svg import Picture
from lambda_vpc.diagram.texts import wrapped
from lambda_vpc.diagram.words import Words

Text = Mapping[str, str]

_ANSWERS = {"yes": "choosing.yes", "no": "choosing.no"}
_OTHER = {"yes": "no", "no": "yes"}

_MARGIN = 6
_WIDE = 366
"""Width of a question."""
_ACROSS = 62
"""Between a question and what its answer means."""
_TAKE = 240
_BETWEEN = 30
_MOST = 6


@dataclass(frozen=True)
class Question:
    """A question of which one answer ends the decision."""

    ask: Text
    ends_with: str
    """`yes` or `no`."""
    take: Text
    """What this answer means."""


def choosing(questions: Sequence[Question], otherwise: Text, language: str) -> Picture:
    """The picture of a decision.

    Args:
        questions: in the order in which they are asked.
        otherwise: what no answer before leads to.
        language: `ja` or `en`.

    Raises:
        KeyError: no such language, or an answer other than `yes` and `no`.
    """
    words = Words(language)
    canvas = _Maker(words, questions, otherwise)
    canvas.make()
    return Picture(language, words("choosing.title"), canvas.said(), canvas.found)


class _Maker(Canvas):
    def __init__(self, words: Words, questions: Sequence[Question], otherwise: Text) -> None:
        super().__init__()
        self.words = words
        self.questions = questions
        self.otherwise = otherwise[words.language]

    def make(self) -> None:
        y = float(_MARGIN)
        before: tuple[Box, str] | None = None
        for number, question in enumerate(self.questions, 1):
            text = self._asked(number, question)
            box = self._box(text, Box(_MARGIN, y, _WIDE, 0), "thing", LARGE)
            self._leads_on(before, box)
            self._ends(question, box)
            before = box, _OTHER[question.ends_with]
            y = max(box.bottom, self.found.shapes[-1].box.bottom) + _BETWEEN
        box = self._box(self.otherwise, Box(_MARGIN, y, _WIDE, 0), "public", LARGE, "strong")
        self._leads_on(before, box)
        self.found.width = _MARGIN + _WIDE + _ACROSS + _TAKE + _MARGIN
        self.found.height = box.bottom + _MARGIN

    def _asked(self, number: int, question: Question) -> str:
        return self.words("choosing.question", number=number, text=question.ask[self.words.language])

    def _box(self, text: str, place: Box, style: str, size: float, text_style: str = "") -> Box:
        """A box as high as its text."""
        lines = wrapped(text, measure(size, text_style), place.width - 2 * PAD, _MOST)
        box = Box(place.x, place.y, place.width, 14 + LINE * len(lines))
        self.found.shapes.append(Shape(box, style, 8))
        self.lines(text, box, box.y + 6, _MOST, text_style, size=size)
        return box

    def _leads_on(self, before: tuple[Box, str] | None, box: Box) -> None:
        if before is None:
            return
        start, answer = before
        x = box.x + 40
        self.found.lines.append(Line(((x, start.bottom), (x, box.y)), "connection", start, box))
        room = Box(x + 2, start.bottom, 120, box.y - start.bottom)
        self.label(self.words(_ANSWERS[answer]), room, room.center - 9, "minor", size=SMALL)

    def _ends(self, question: Question, box: Box) -> None:
        text = question.take[self.words.language]
        lines = wrapped(text, measure(LARGE, "strong"), _TAKE - 2 * PAD, _MOST)
        high = 14 + LINE * len(lines)
        place = Box(box.right + _ACROSS, max(box.y, box.center - high / 2), _TAKE, high)
        take = self._box(text, place, "public", LARGE, "strong")
        y = min(box.center, take.bottom - 6)
        self.found.lines.append(Line(((box.right, y), (take.x, y)), "connection", box, take))
        room = Box(box.right, y - 19, _ACROSS - 8, 18)
        self.label(self.words(_ANSWERS[question.ends_with]), room, y - 17, "minor", size=SMALL, middle=True)

    def said(self) -> str:
        """All that is drawn, in words, question by question."""
        words, end = self.words, self.words("text.end")
        parts = []
        for number, question in enumerate(self.questions, 1):
            take = words(
                "choosing.leads",
                answer=words(_ANSWERS[question.ends_with]),
                take=question.take[words.language],
            )
            asked = self._asked(number, question)
            parts.append(asked + (" " if asked.endswith("?") else end) + take + end)
        return ("".join(parts) + words("choosing.otherwise", take=self.otherwise) + end).strip()
