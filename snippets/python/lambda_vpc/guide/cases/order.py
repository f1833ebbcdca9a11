"""A case that asks whether CloudFormation creates one resource after others.

CloudFormation creates what a resource refers to, and what it names under `DependsOn`, before the resource;
everything else may be created at the same time. Source: AWS CloudFormation User Guide, `DependsOn` attribute.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from lambda_vpc.cloudformation.order import created_before
from lambda_vpc.guide.cases.base import Case, CaseResult, Subject
from lambda_vpc.guide.strict_reader import StrictReader
from lambda_vpc.reading import KeyPath

KEYS = {"create": True, "after": True}


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


def parse(reader: StrictReader, item: Mapping, where: KeyPath, common: Mapping) -> OrderCase | None:
    """Read an order case; problems go to the reader."""
    after = reader.names(item["after"], (*where, "after"))
    if not after:
        reader.problem((*where, "after"), "name the resources that have to exist before")
    return OrderCase(**common, resource=str(item["create"]), after=after)
