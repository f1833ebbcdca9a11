"""What stops a packet, or leaves its way open: one code, the resource to look at, and its line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from lambda_vpc.answers import Answer, Undetermined
from lambda_vpc.cloudformation.intrinsics import Unknown
from lambda_vpc.cloudformation.template import Resource


@dataclass(frozen=True)
class Obstacle:
    """One reason why a destination is not reached, or why that cannot be told."""

    code: str
    """Key of the sentence in `sentences.yaml`."""
    at: str
    """Logical id of the resource to mend, or of the nearest one the template holds."""
    certain: bool
    """`True`: blocked; `False`: unknown."""
    detail: str
    """What is missing or in the way: a port, a parameter, another resource."""
    path: str
    line: int
    """1-based line in the file `path`."""


@dataclass(frozen=True)
class Note:
    """Something a reader should know about a way that is open."""

    code: str
    detail: str = ""


def blocked(code: str, at: Resource, *property_path: str | int, detail: str = "") -> Obstacle:
    """A certain obstacle at a resource, or at one of its properties."""
    return Obstacle(code, at.logical_id, True, detail, at.source.path, at.line(*property_path))


def unknown(code: str, at: Resource, detail: str, *property_path: str | int) -> Obstacle:
    """A question that the template or the documentation leaves open."""
    return Obstacle(code, at.logical_id, False, detail, at.source.path, at.line(*property_path))


def judged(answer: Answer, code: str, at: Resource, *property_path: str | int, detail: str = "",
           open_code: str = "value-unknown") -> Iterable[Obstacle]:  # fmt: skip
    """No obstacle for `True`, a certain one for `False`, an open one otherwise."""
    if answer is False:
        yield blocked(code, at, *property_path, detail=detail)
    elif isinstance(answer, Undetermined):
        yield unknown(open_code, at, answer.question, *property_path)


def truth(value: object, default: bool) -> Answer:
    """A property that is true or false, written as such or as text."""
    if value is None:
        return default
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    return Undetermined(value.what if isinstance(value, Unknown) else f"'{value}' is not true or false")


@dataclass
class Walk:
    """A way through the network as far as it is known."""

    hops: list[str] = field(default_factory=list)
    obstacles: list[Obstacle] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def exists(self, resource: Resource) -> None:
        """A resource on the way must exist in every case."""
        if isinstance(resource.exists, Undetermined):
            self.obstacles.append(unknown("existence-unknown", resource, resource.exists.question))

    def add(self, found: Iterable[Obstacle]) -> None:
        """Obstacles met on the way."""
        self.obstacles.extend(found)

    def join(self, other: Walk) -> None:
        """Another stretch of the way."""
        self.hops += other.hops
        self.obstacles += other.obstacles
        self.notes += other.notes

    @property
    def decisive(self) -> Obstacle | None:
        """What is certain to block comes before what is unknown."""
        return next((o for o in self.obstacles if o.certain), self.obstacles[0] if self.obstacles else None)


def worst(walks: list[Walk]) -> Walk:
    """Of several ways that must all be open: a blocked one, else an unknown one, else the first."""

    def rank(walk: Walk) -> int:
        obstacle = walk.decisive
        return 2 if obstacle is None else 1 if not obstacle.certain else 0

    return min(walks, key=rank)
