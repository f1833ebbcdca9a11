"""What a written value may turn out to be besides plain data: open, a reference, a text with open pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum, auto


class Origin(Enum):
    """Where a value that is not known comes from."""

    OPEN = auto()
    """Not known: it may be anything, a resource of this template included."""
    EXISTING = auto()
    """There before the template is deployed: a parameter, an import, an SSM parameter, an id written out."""
    GENERATED = auto()
    """AWS makes it at deployment: it exists then, only its text is not known."""
    MISSING = auto()
    """A name that nothing in the template has; it cannot be deployed."""


@dataclass(frozen=True)
class Unknown:
    """A value the template leaves open."""

    what: str
    """What would have to be known, such as `parameter VpcId`; for people, nothing hangs on its wording."""
    origin: Origin = Origin.OPEN
    parts: tuple[Part | Unknown, ...] = field(default=(), repr=False)
    """Of a text that is open only in part: its pieces in order, at least one of them unknown. Two such texts
    are equal only when all their pieces are."""


@dataclass(frozen=True)
class Other(Unknown):
    """A parameter known only to be none of some values."""

    excluded: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Reference:
    """A resource of the template, or one attribute of it."""

    resource: str
    """Logical id; `Stack/Resource` inside a nested stack."""
    attribute: str | None = None
    """`None`: the resource itself, by the id that `Ref` and its id attribute give."""

    def __str__(self) -> str:
        return f"${{{self.resource}{'.' + self.attribute if self.attribute else ''}}}"


@dataclass(frozen=True)
class Pseudo:
    """A pseudo parameter whose value is not given, such as `AWS::Region`."""

    name: str

    def __str__(self) -> str:
        return f"${{{self.name}}}"


Part = str | Reference | Pseudo
"""A piece of a text."""


class OpenText(str):
    """A text with pieces that only AWS knows at deployment: references and open pseudo parameters.

    As a `str` it reads as `Fn::Sub` would write it (`arn:${AWS::Partition}:s3:::x`), for people and for
    comparing services by name. What is a reference and what a literal `${...}` is told by `parts` alone.
    """

    __slots__ = ("parts",)

    parts: tuple[Part, ...]

    def __new__(cls, parts: Iterable[Part]) -> OpenText:
        """A text from its pieces; see [`compose`][lambda_vpc.cloudformation.values.compose]."""
        pieces = tuple(parts)
        found = super().__new__(cls, "".join(map(str, pieces)))
        found.parts = pieces
        return found

    def filled(self, fill: Callable[[Reference | Pseudo], str]) -> str:
        """The plain text with every open piece replaced."""
        return "".join(part if isinstance(part, str) else fill(part) for part in self.parts)


class _NoValue:
    """What `AWS::NoValue` gives: the key or item is as if it were not written."""


NO_VALUE = _NoValue()


def pieces(value: object) -> tuple[Part | Unknown, ...] | None:
    """The pieces of a value inside a text; `None` for a list, a map or nothing."""
    if isinstance(value, OpenText):
        return value.parts
    if isinstance(value, Unknown):
        return value.parts or (value,)
    if isinstance(value, bool):
        return (str(value).lower(),)
    if isinstance(value, str | Reference | Pseudo):
        return (value,)
    if isinstance(value, int | float):
        return (str(value),)
    return None


def compose(parts: Iterable[Part | Unknown]) -> str | Reference | Unknown:
    """A text from its pieces: plain where all are; the open value itself where it stands alone."""
    found: list[Part | Unknown] = []
    literal: list[str] = []
    for part in parts:
        if isinstance(part, str):
            literal.append(part)
            continue
        if literal and (text := "".join(literal)):
            found.append(text)
        literal = []
        found.append(part)
    rest = "".join(literal)
    if not found:
        return rest
    if rest:
        found.append(rest)
    if len(found) == 1 and isinstance(found[0], Reference | Unknown):
        return found[0]
    unknown = [part for part in found if isinstance(part, Unknown)]
    if not unknown:
        return OpenText(found)
    opens = [part for part in found if not isinstance(part, str)]
    existing = opens == unknown and all(part.origin is Origin.EXISTING for part in unknown)
    return Unknown(unknown[0].what, Origin.EXISTING if existing else Origin.OPEN, tuple(found))


def shown(value: object, limit: int = 80) -> str:
    """A value as it is named in a message: one that would fill the screen is cut."""
    text = str(value)
    return text if len(text) <= limit else f"{text[:limit]}…"
