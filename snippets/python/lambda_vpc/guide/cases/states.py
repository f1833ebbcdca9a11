"""A case that asks what a template sets, its parameters, references and functions resolved.

For what no evaluator judges and a reader still relies on: encryption, which address goes with which NAT
gateway, which block a function computes for a subnet.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from lambda_vpc.answers import Undetermined, both
from lambda_vpc.cloudformation.intrinsics import Scope, Unknown
from lambda_vpc.cloudformation.template import Scenario, Template
from lambda_vpc.guide.cases.base import Case, CaseResult, Subject, agreed
from lambda_vpc.guide.cases.template_policies import plain
from lambda_vpc.guide.strict_reader import StrictReader
from lambda_vpc.reading import BadInput, KeyPath

KEYS = {"states": True, "parameters": False, "given": False}


@dataclass(frozen=True, kw_only=True)
class StatesCase(Case):
    """Values by their place, and what must stand there in every scenario."""

    kind: ClassVar[str] = "states"
    values: Mapping[str, object]
    """`LogicalId.Property`, `LogicalId`, `Outputs.Name` or `Rules.Name` to the value.

    Another resource is written `${LogicalId}`.
    """
    parameters: Mapping[str, str]
    given: Mapping[str, object]
    """`LogicalId.Attribute` to a value that AWS would make at deployment."""

    @property
    def expected(self) -> str:
        """The expectation in words."""
        return _words(self.values)

    def run(self, subject: Subject) -> CaseResult:
        """Resolve the values."""
        try:
            template = subject.template_with(self.parameters, self.given)
            found = [
                {place: _value(template, scenario, place) for place in self.values}
                for scenario in template.scenarios
            ]
        except BadInput as bad:
            return CaseResult(case=self, passed=False, actual=str(bad))
        actual = agreed(map(_words, found))
        return CaseResult(case=self, passed=actual == self.expected, actual=actual)


def _value(template: Template, scenario: Scenario, place: str) -> object:
    name, *path = place.split(".")
    if name in ("Outputs", "Rules"):
        written = template.source.data.get(name, {}).get(".".join(path))
        scope = next((one.scope for one in scenario.resources.values() if "/" not in one.logical_id), None)
        if not isinstance(written, Mapping) or scope is None:
            return f"nothing at '{place}'"
        return plain(_IN_SECTION[name](scope, written))
    resource = scenario.resources.get(name)
    if resource is None:
        return f"nothing at '{place}'"
    found: object = resource.properties
    for key in path:
        if isinstance(found, list) and key.isdigit() and int(key) < len(found):
            found = found[int(key)]
        elif isinstance(found, Mapping):
            found = found.get(key)
        else:
            found = found if isinstance(found, Unknown) else None
    return plain(found)


def _rule(scope: Scope, written: Mapping) -> object:
    """Whether the assertions of a rule hold, so that a deployment begins."""
    answer = both([scope.holds(one.get("Assert")) for one in written.get("Assertions", ())])
    return f"unknown: {answer.question}" if isinstance(answer, Undetermined) else answer


_IN_SECTION: Mapping[str, Callable[[Scope, Mapping], object]] = {
    "Outputs": lambda scope, written: scope.resolve(written.get("Value")),
    "Rules": _rule,
}


def _words(values: Mapping[str, object]) -> str:
    return ", ".join(f"{place} = {json.dumps(value, ensure_ascii=False)}" for place, value in values.items())


def parse(reader: StrictReader, item: Mapping, where: KeyPath, common: Mapping) -> StatesCase | None:
    """Read a states case; problems go to the reader."""
    values = reader.mapping(item["states"], (*where, "states"))
    if not values:
        reader.problem((*where, "states"), "give a value for each place, such as Vpc.EnableDnsSupport: true")
    parameters = reader.mapping(item.get("parameters"), (*where, "parameters"))
    return StatesCase(
        **common,
        values=values,
        parameters={name: str(value) for name, value in parameters.items()},
        given=reader.mapping(item.get("given"), (*where, "given")),
    )
