"""A case that asks whether CloudFormation creates one resource after others.

CloudFormation creates what a resource refers to, and what it names under `DependsOn`, before the resource;
everything else may be created at the same time. Source: AWS CloudFormation User Guide, `DependsOn` attribute.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from lambda_vpc.guide.cases.base import Case, CaseResult, Subject
from lambda_vpc.guide.strict_reader import StrictReader
from lambda_vpc.reading import KeyPath

KEYS = {"create": True, "after": True}

_SUBSTITUTION = re.compile(r"\$\{([A-Za-z0-9]+)(?:\.[^}]*)?\}")


@dataclass(frozen=True, kw_only=True)
class OrderCase(Case):
    """A resource, and those that have to exist before it is created."""

    kind: ClassVar[str] = "order"
    resource: str
    after: tuple[str, ...]

    @property
    def expected(self) -> str:
        """The expectation in words."""
        return f"{self.resource} after {', '.join(self.after)}"

    def run(self, subject: Subject) -> CaseResult:
        """Follow references and `DependsOn`."""
        resources = subject.source.data.get("Resources", {})
        if self.resource not in resources:
            return CaseResult(
                case=self, passed=False, actual=f"the template has no resource '{self.resource}'"
            )
        before = created_before(resources, self.resource)
        found = [name for name in self.after if name in before]
        actual = f"{self.resource} after {', '.join(found) or 'none of them'}"
        return CaseResult(case=self, passed=actual == self.expected, actual=actual)


def created_before(resources: Mapping[str, Mapping], name: str) -> frozenset[str]:
    """Logical ids of everything that is created before a resource.

    Args:
        resources: the template's resources as written, with the long form of intrinsic functions.
        name: logical id of one of them.
    """
    found: set[str] = set()
    open_ = [name]
    while open_:
        body = resources[open_.pop()]
        if not isinstance(body, Mapping):
            continue
        depends_on = body.get("DependsOn", [])
        named = {*(depends_on if isinstance(depends_on, list) else [depends_on])}
        for other in named | set(_references(body.get("Properties"))):
            if other in resources and other not in found:
                found.add(other)
                open_.append(other)
    return frozenset(found - {name})


def _references(value: object) -> Iterator[str]:
    """Names that a written value refers to."""
    if isinstance(value, list):
        for item in value:
            yield from _references(item)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if key == "Ref" and isinstance(item, str):
                yield item
            elif key == "Fn::GetAtt":
                yield str(item[0] if isinstance(item, list) and item else item).partition(".")[0]
            elif key == "Fn::Sub":
                text = item[0] if isinstance(item, list) and item else item
                yield from _SUBSTITUTION.findall(str(text))
                yield from _references(item)
            else:
                yield from _references(item)


def parse(reader: StrictReader, item: Mapping, where: KeyPath, common: Mapping) -> OrderCase | None:
    """Read an order case; problems go to the reader."""
    after = reader.names(item["after"], (*where, "after"))
    if not after:
        reader.problem((*where, "after"), "name the resources that have to exist before")
    return OrderCase(**common, resource=str(item["create"]), after=after)
