"""The states of a function below each other: what each refuses, and which state it turns into.

Drawn from [`function_states`][lambda_vpc.eni.function_states]. A line of a box says when its state ends; from
there a line runs in a lane of its own, at the right, to the state that follows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lambda_vpc.diagram.shapes import LARGE, LINE, MARK, PAD, SMALL, Box, Canvas, Line, Mark, Shape, measure
from lambda_vpc.diagram.svg import Picture
from lambda_vpc.diagram.texts import width, wrapped
from lambda_vpc.diagram.words import Words
from lambda_vpc.eni import Answer, State, States, Transition

_MARGIN = 6
_WIDE = 560
"""Width of a state."""
_GAP = 16
_LANE = 11
_ENTRY = 11
"""Between the arrows that enter a state."""
_MOST = 6
"""Lines of one text at most."""
_SIGNS = {Answer.REFUSED: "blocked", Answer.WORKS: "reached", Answer.UNDOCUMENTED: "unknown"}


def states(known: States, language: str) -> Picture:
    """The picture of a function's states.

    Args:
        known: the states, usually [`function_states`][lambda_vpc.eni.function_states].
        language: `ja` or `en`.

    Raises:
        KeyError: no such language.
    """
    words = Words(language)
    canvas = _Maker(words, known)
    canvas.make()
    return Picture(language, words("states.title"), _said(words, known), canvas.found)


@dataclass(frozen=True)
class _Said:
    """One text in a state's box."""

    text: str
    sign: str = ""
    """The answer whose sign stands before it."""
    turns: Transition | None = None


class _Maker(Canvas):
    def __init__(self, words: Words, known: States) -> None:
        super().__init__()
        self.words = words
        self.known = known
        self.boxes: dict[str, Box] = {}
        self.exits: list[tuple[Transition, float]] = []

    def make(self) -> None:
        y = float(_MARGIN)
        for transition in self.known.transitions:
            if transition.start is None:
                y = self._creation(transition, y)
        for state in _drawn(self.known):
            y = self._state(state, y) + _GAP
        lanes = self._lines_between()
        y = self._unexplained(y)
        self.found.width = _MARGIN + _WIDE + lanes + _MARGIN
        self.found.height = y - _GAP + _MARGIN

    def _creation(self, transition: Transition, y: float) -> float:
        box = Box(_MARGIN, y, min(_WIDE, 24 + width(transition.create or "", measure(SMALL, "strong"))), 26)
        self.found.shapes.append(Shape(box, "internet", 13))
        self.label(transition.create or "", box, y + 6, "strong", size=SMALL, middle=True)
        self.boxes[""] = box
        return box.bottom + _GAP + 4

    def _state(self, state: State, y: float) -> float:
        said = list(_texts(self.words, self.known, state))
        shape = len(self.found.shapes)
        box = Box(_MARGIN, y, _WIDE, 0)
        y = self._named(state, box, y + 6)
        for one in said:
            y = self._said(one, box, y)
        entries = sum(1 for transition in self.known.transitions if transition.end == state.name)
        exits = sum(1 for one in said if one.turns)
        high = max(y + 5 - box.y, 12 + entries * _ENTRY + exits * LINE)
        box = Box(box.x, box.y, box.width, high)
        self.boxes[state.name] = box
        self.found.shapes.insert(shape, Shape(box, "thing", 8))
        return box.bottom

    def _named(self, state: State, box: Box, y: float) -> float:
        """The name, and behind it what it means."""
        head = Box(box.x, y, box.width, LINE + 2)
        self.label(state.name, head, y, "strong")
        indent = min(box.width, width(state.name, measure(LARGE, "strong")) + PAD)
        beside = Box(box.x + indent, y, box.width - indent, LINE + 2)
        meaning = _plain(state.meaning[self.words.language])
        if width(meaning, SMALL) <= beside.width - 2 * PAD:
            self.label(meaning, beside, y + 1, "minor", size=SMALL)
            return y + LINE + 2
        lines = wrapped(meaning, SMALL, box.width - 2 * PAD, _MOST)
        below = Box(box.x, y + LINE, box.width, LINE * len(lines) + 2)
        return self.lines(meaning, below, y + LINE + 1, _MOST)

    def _said(self, one: _Said, box: Box, y: float) -> float:
        inside = Box(box.x + MARK + 3, box.y, box.width - MARK - 3, 0)
        style = f"answer {one.sign}" if one.sign else ""
        if one.sign:
            self.found.marks.append(Mark(box.x + PAD + MARK / 2 - 2, y + LINE / 2, one.sign))
        lines = wrapped(one.text, SMALL, inside.width - 2 * PAD, _MOST)
        inside = Box(inside.x, y, inside.width, LINE * len(lines) + 2)
        if one.turns:
            self.exits.append((one.turns, y + LINE / 2))
        for line in lines:
            self.label(line, inside, y + 1, style, size=SMALL)
            y += LINE
        return y + 1

    def _lines_between(self) -> float:
        """Draw the transitions, short ones in the inner lanes; the width of all lanes."""
        entered: dict[str, int] = {}
        right = _MARGIN + _WIDE
        spans = []
        for transition, y in self.exits:
            end = self.boxes[transition.end]
            number = entered[transition.end] = entered.get(transition.end, -1) + 1
            spans.append((y, end.y + 12 + number * _ENTRY, transition))
        for lane, (y, entry, transition) in enumerate(sorted(spans, key=lambda span: abs(span[0] - span[1]))):
            x = right + 12 + lane * _LANE
            points = ((right, y), (x, y), (x, entry), (right, entry))
            start, end = self.boxes[transition.start or ""], self.boxes[transition.end]
            self.found.lines.append(Line(points, "connection", start, end))
        for transition in self.known.transitions:
            if transition.start is None:
                start, end = self.boxes[""], self.boxes[transition.end]
                points = ((start.middle, start.bottom), (start.middle, end.y))
                self.found.lines.append(Line(points, "connection", start, end))
        return 12 + len(spans) * _LANE

    def _unexplained(self, y: float) -> float:
        names = _unexplained(self.known)
        if not names:
            return y
        text = _unexplained_in_words(self.words, names)
        lines = wrapped(text, SMALL, _WIDE - 2 * PAD, _MOST)
        box = Box(_MARGIN, y, _WIDE, 10 + LINE * len(lines))
        self.found.shapes.append(Shape(box, "outside", 8))
        self.lines(text, box, y + 5, _MOST)
        return box.bottom + _GAP


def _drawn(known: States) -> list[State]:
    """The states that a transition speaks of, in the order of the file."""
    named = {name for one in known.transitions for name in (one.start, one.end)}
    return [state for state in known.states.values() if state.name in named]


def _unexplained(known: States) -> list[str]:
    drawn = {state.name for state in _drawn(known)}
    return [name for name in known.states if name not in drawn]


def _unexplained_in_words(words: Words, names: Sequence[str]) -> str:
    return words("states.unexplained", names=words.listed(list(names)))


def _texts(words: Words, known: States, state: State) -> Iterator[_Said]:
    """What a state's box says below its name."""
    for answer, word in (
        (Answer.REFUSED, "states.refused"),
        (Answer.WORKS, "states.works"),
        (Answer.UNDOCUMENTED, "states.undocumented"),
    ):
        operations = [name for name in known.operations if state.answer(name) is answer]
        if operations:
            yield _Said(words(word, operations=words.listed(operations)), _SIGNS[answer])
    # An update leaves the state as it is; what it refuses is refused in the state that works.
    for status in known.last_update_statuses.values() if state.works else ():
        operations = [name for name in status.refused if name in state.works]
        if operations:
            name = f"LastUpdateStatus {status.name}"
            text = words("states.during", status=name, operations=words.listed(operations))
            yield _Said(text, _SIGNS[Answer.REFUSED])
    for transition in known.transitions:
        if transition.start == state.name:
            when = _plain(transition.when[words.language])
            yield _Said(words("states.turns", to=transition.end, when=when), turns=transition)


def _plain(text: str) -> str:
    return " ".join(text.replace("`", "").split()).rstrip("。.")


def _said(words: Words, known: States) -> str:
    """All that is drawn, in words, state by state."""
    parts, apart = [], words("states.next")
    for transition in known.transitions:
        if transition.start is None:
            turns = words("states.turns", to=transition.end, when=_plain(transition.when[words.language]))
            parts.append(f"{transition.create} {turns}")
    for state in _drawn(known):
        said = [_plain(state.meaning[words.language]), *(one.text for one in _texts(words, known, state))]
        parts.append(f"{state.name}: {apart.join(said)}")
    if names := _unexplained(known):
        parts.append(_unexplained_in_words(words, names))
    return "".join(part + words("text.end") for part in parts).strip()
