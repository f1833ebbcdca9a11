"""What stops a packet, or leaves its way open: one code, the record to look at, and its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from lambda_vpc.answers import Answer, Undetermined
from lambda_vpc.network.model import Place, Record
from lambda_vpc.sentences import Code


@dataclass(frozen=True)
class Obstacle:
    """One reason why a destination is not reached, or why that cannot be told."""

    code: Code
    at: Place
    """The record to mend, or the nearest one the source holds."""
    certain: bool
    """`True`: blocked; `False`: unknown."""
    detail: str
    """What is missing or in the way: a port, a parameter, another record."""
    part: str
    """The property to mend, where it is one."""

    @property
    def line(self) -> int:
        """1-based line of the property, or of the record."""
        return self.at.line_of(self.part) if self.part else self.at.line


@dataclass(frozen=True)
class Note:
    """Something a reader should know about a way that is open."""

    code: Code
    detail: str = ""


def blocked(code: Code, at: Place, *, part: str = "", detail: str = "") -> Obstacle:
    """A certain obstacle.

    Args:
        code: the reason.
        at: the record to mend.
        part: the property to mend, where it is one.
        detail: what is missing or in the way.
    """
    return Obstacle(code, at, True, detail, part)


def unknown(code: Code, at: Place, detail: str, *, part: str = "") -> Obstacle:
    """A question that is left open.

    Args:
        code: the reason.
        at: the nearest record there is.
        detail: the single thing that would have to be known.
        part: the property that leaves it open, where it is one.
    """
    return Obstacle(code, at, False, detail, part)


def judged(
    answer: Answer, code: Code, at: Place, *, part: str = "", detail: str = "", open_code: Code | None = None
) -> Iterator[Obstacle]:
    """No obstacle for `True`, a certain one for `False`, an open one otherwise.

    Args:
        answer: whether the way is open here.
        code: the reason where it is not.
        at: the record to mend.
        part: the property to mend.
        detail: what is in the way where it certainly is.
        open_code: the reason where the answer is undetermined, by default that a value is open.
    """
    if answer is False:
        yield blocked(code, at, part=part, detail=detail)
    else:
        yield from open_only(answer, open_code or Code.VALUE_UNKNOWN, at, part=part)


def open_only(answer: Answer, code: Code, at: Place, *, part: str = "") -> Iterator[Obstacle]:
    """An open obstacle for an undetermined answer, none for `True` and `False`."""
    if isinstance(answer, Undetermined):
        yield unknown(code, at, answer.question, part=part)


@dataclass
class Walk:
    """A way through the network as far as it is known."""

    hops: list[str] = field(default_factory=list)
    obstacles: list[Obstacle] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def passes(self, record: Record) -> None:
        """A record on the way must exist in every case."""
        self.add(open_only(record.exists, Code.EXISTENCE_UNKNOWN, record.at))

    def add(self, found: Iterable[Obstacle]) -> None:
        """Obstacles met on the way."""
        self.obstacles.extend(found)

    def join(self, other: Walk) -> None:
        """Another stretch of the way."""
        self.hops += other.hops
        self.obstacles += other.obstacles
        self.notes += [note for note in other.notes if note not in self.notes]

    @property
    def decisive(self) -> Obstacle | None:
        """What is certain to block comes before what is unknown."""
        return next((o for o in self.obstacles if o.certain), self.obstacles[0] if self.obstacles else None)


def parts(walks: Sequence[Walk], at: Place, code: Code) -> Walk:
    """The way to any one of several parts of a destination: blocked or reached only where all parts are.

    Args:
        walks: the way to each part.
        at: where the parts come apart.
        code: the reason given where some are blocked and some reached.
    """
    ends = [walk.decisive for walk in walks]
    certain = [None if end is None else end.certain for end in ends]
    if False in certain:
        return walks[certain.index(False)]
    if len(set(certain)) == 1:
        return walks[0]
    walk = Walk()
    stopped = next(end for end in ends if end is not None)
    walk.add([unknown(code, at, f"{stopped.at.name}: {stopped.code}")])
    return walk
