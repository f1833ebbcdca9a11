"""A case that asks which functions of a template share their Hyperplane ENIs, and how many there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from lambda_vpc import eni
from lambda_vpc.cloudformation.template import FUNCTION_TYPES, Scenario
from lambda_vpc.guide.cases.base import Case, CaseResult, Subject, agreed, in_words
from lambda_vpc.guide.strict_reader import StrictReader
from lambda_vpc.reading import KeyPath

KEYS = {"plan": True, "shares": True, "enis": True}


@dataclass(frozen=True, kw_only=True)
class PlanCase(Case):
    """Functions, the groups that share, and the number of ENIs at the start."""

    kind: ClassVar[str] = "plan"
    functions: tuple[str, ...]
    shares: frozenset[frozenset[str]]
    enis: int

    @property
    def expected(self) -> str:
        """The expectation in words."""
        return _words(self.shares, self.enis)

    def run(self, subject: Subject) -> CaseResult:
        """Plan the ENIs of the functions as each scenario of the template has them."""
        actual = agreed(map(self._answer, subject.template.scenarios))
        return CaseResult(case=self, passed=actual == self.expected, actual=actual)

    def functions_of(self, scenario: Scenario) -> list[eni.Function]:
        """The functions as a scenario of the template has them.

        Raises:
            ValueError: no such function, or settings that Lambda does not take.
        """
        return [_function(scenario, name) for name in self.functions]

    def _answer(self, scenario: Scenario) -> str:
        try:
            found = eni.plan(self.functions_of(scenario))
        except ValueError as error:
            return str(error)
        return _words(frozenset(frozenset(group) for group in found.shares), found.enis)


def _words(shares: frozenset[frozenset[str]], enis: int) -> str:
    groups = sorted(" + ".join(sorted(group)) for group in shares)
    return f"{' | '.join(groups)}; {enis} ENIs"


def _function(scenario: Scenario, name: str) -> eni.Function:
    found = scenario.resources.get(name)
    if found is None or found.type not in FUNCTION_TYPES:
        raise ValueError(f"the template has no function '{name}'")
    return eni.Function(
        name, _ids(found.get("VpcConfig", "SubnetIds")), _ids(found.get("VpcConfig", "SecurityGroupIds"))
    )


def _ids(value: object) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [] if value is None else [value]
    return tuple(map(in_words, items))


def parse(reader: StrictReader, item: Mapping, where: KeyPath, common: Mapping) -> PlanCase | None:
    """Read a plan case; problems go to the reader."""
    groups = reader.items(item["shares"], (*where, "shares"))
    if not isinstance(item["enis"], int):
        reader.problem((*where, "enis"), "'enis' is a number")
    return PlanCase(
        **common,
        functions=reader.names(item["plan"], (*where, "plan")),
        shares=frozenset(
            frozenset(reader.names(group, (*where, "shares", position)))
            for position, group in enumerate(groups)
        ),
        enis=item["enis"],
    )
