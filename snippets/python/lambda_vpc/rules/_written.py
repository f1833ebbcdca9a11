"""A value as the template writes it, with its path: a resolved value has lost the place it came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lambda_vpc.cloudformation.intrinsics import Scope
from lambda_vpc.reading import KeyPath

_NO_VALUE = {"Ref": "AWS::NoValue"}


@dataclass(frozen=True, eq=False)
class Written:
    """A piece of a template: where it stands, and the `Fn::If` branches in which it exists.

    With a scope, only the branches that its conditions take are followed, and none behind a condition that is
    open; without one, every branch is.
    """

    value: Any
    path: KeyPath
    scope: Scope | None = None
    branch: frozenset[tuple[str, bool]] = frozenset()

    @property
    def resolved(self) -> object:
        """The value with every intrinsic function replaced, as far as there is a scope to do so."""
        return self.scope.resolve(self.value) if self.scope else self.value

    def coexists(self, other: Written) -> bool:
        """Whether both can be deployed together: no condition is true for one and false for the other."""
        return not any((name, not truth) in other.branch for name, truth in self.branch)

    def alternatives(self) -> Iterator[Written]:
        """The piece itself, or the branches of an `Fn::If` that may be taken; nothing for `AWS::NoValue`."""
        name, argument = intrinsic(self.value)
        if name != "Fn::If":
            if self.value != _NO_VALUE:
                yield self
            return
        if not isinstance(argument, list) or len(argument) != 3 or not isinstance(argument[0], str):
            return
        condition = argument[0]
        for position, truth in ((1, True), (2, False)):
            if (condition, not truth) in self.branch:
                continue
            if self.scope and self.scope.condition(condition) is not truth:
                continue
            path = (*self.path, "Fn::If", position)
            branch = self.branch | {(condition, truth)}
            yield from Written(argument[position], path, self.scope, branch).alternatives()

    def get(self, key: str) -> Iterator[Written]:
        """The value under a key, once per branch in which there is one."""
        for part in self.alternatives():
            if isinstance(part.value, Mapping) and key in part.value:
                yield from part.below(key).alternatives()

    def one(self, *keys: str) -> Written | None:
        """The first value at the end of the keys; `None` where there is none."""
        found: Written | None = self
        for key in keys:
            found = next(found.get(key), None) if found else None
        return found

    def items(self) -> Iterator[Written]:
        """The items of a list; the value itself where it is none, or where a function makes the list."""
        for part in self.alternatives():
            if isinstance(part.value, list):
                for position in range(len(part.value)):
                    yield from part.below(position).alternatives()
            else:
                yield part

    def entries(self) -> Iterator[tuple[str, Written]]:
        """Key and value of a map, once per branch; intrinsic functions are no entries."""
        for part in self.alternatives():
            if isinstance(part.value, Mapping) and not intrinsic(part.value)[0]:
                for key in part.value:
                    if isinstance(key, str):
                        yield key, part.below(key)

    def below(self, key: str | int) -> Written:
        """The value under a key or at a position, whatever it is."""
        return Written(self.value[key], (*self.path, key), self.scope, self.branch)


def intrinsic(value: object) -> tuple[str | None, Any]:
    """Name and argument of an intrinsic function; `None` for any other value."""
    if isinstance(value, Mapping) and len(value) == 1:
        ((name, argument),) = value.items()
        if isinstance(name, str) and (name == "Ref" or name.startswith("Fn::")):
            return name, argument
    return None, None
