"""A case that asks whether a function reaches a destination from each of its subnets, and by which way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from lambda_vpc import network
from lambda_vpc.guide.cases.base import Case, CaseResult, Subject
from lambda_vpc.guide.strict_reader import StrictReader
from lambda_vpc.network import from_template
from lambda_vpc.network.trace import Blocked, Reached, Unknown
from lambda_vpc.reading import BadInput, KeyPath
from lambda_vpc.sentences import Code

KEYS = {
    "from": True, "to": True, "without-az": False, "parameters": False,
    "reached": False, "blocked": False, "unknown": False,
}  # fmt: skip


@dataclass(frozen=True)
class SubnetAnswer:
    """What is expected, or came out, for one subnet."""

    outcome: str
    """`reached`, `blocked` or `unknown`."""
    way: tuple[str, ...] = ()
    """The hops, for `reached`."""
    why: Code | None = None
    """For `blocked` and `unknown`."""
    at: str | None = None
    """Logical id of the resource where it ends; `None` in an expectation: wherever it does."""

    def __str__(self) -> str:
        if self.outcome == "reached":
            return f"reached by {' → '.join(self.way) or 'no hop'}"
        where = f" at {self.at}" if self.at else ""
        return f"{self.outcome}: {self.why}{where}" if self.why else self.outcome

    def meets(self, expected: SubnetAnswer | None) -> bool:
        """Whether it is what was expected."""
        return expected is not None and replace(self, at=self.at if expected.at else None) == expected


@dataclass(frozen=True, kw_only=True)
class TraceCase(Case):
    """A function, a destination, and the path or the obstacle for each subnet."""

    kind: ClassVar[str] = "trace"
    NO_VPC: ClassVar[str] = "no-vpc"
    """Stands for the subnet of a function without VpcConfig."""
    function: str
    destination: str
    without_az: str | None
    parameters: Mapping[str, str]
    answers: Mapping[str, SubnetAnswer]

    @property
    def expected(self) -> str:
        """The expectation in words."""
        return _words(self.answers)

    def run(self, subject: Subject) -> TraceResult:
        """Trace the packets."""
        try:
            template = subject.template_with(self.parameters)
            networks = from_template.networks(template)
            outcomes = network.trace(networks, self.function, self.destination, self.without_az)
        except BadInput as bad:
            return TraceResult(case=self, passed=False, actual=str(bad), answers={}, outcomes=())
        found: dict[str, SubnetAnswer] = {}
        for outcome in outcomes:
            subnet = outcome.subnet or self.NO_VPC
            answer = _answer(outcome)
            # Scenarios that differ are one answer only when they agree.
            found[subnet] = answer if found.get(subnet, answer) == answer else SubnetAnswer("differs")
        passed = found.keys() == self.answers.keys() and all(
            answer.meets(self.answers[subnet]) for subnet, answer in found.items()
        )
        return TraceResult(case=self, passed=passed, actual=_words(found), answers=found, outcomes=outcomes)


@dataclass(frozen=True, kw_only=True)
class TraceResult(CaseResult):
    """The answers that came out, by subnet."""

    answers: Mapping[str, SubnetAnswer]
    outcomes: tuple[network.Result, ...]

    def notes(self, subnet: str) -> tuple[Code, ...]:
        """What a reader should know about the way from a subnet, each once; also where nothing is passed."""
        reached = [found for found in self.outcomes if isinstance(found, Reached)]
        here = [found for found in reached if (found.subnet or TraceCase.NO_VPC) == subnet]
        return tuple(dict.fromkeys(note.code for found in here for note in found.notes))


def _answer(outcome: network.Result) -> SubnetAnswer:
    match outcome:
        case Reached():
            return SubnetAnswer("reached", outcome.hops)
        case Blocked():
            return SubnetAnswer("blocked", why=outcome.why, at=outcome.at)
        case Unknown():
            return SubnetAnswer("unknown", why=outcome.why, at=outcome.at)


def _words(answers: Mapping[str, SubnetAnswer]) -> str:
    return "; ".join(f"{subnet} {answer}" for subnet, answer in sorted(answers.items()))


def parse(reader: StrictReader, item: Mapping, where: KeyPath, common: Mapping) -> TraceCase | None:
    """Read a trace case; problems go to the reader."""
    answers: dict[str, SubnetAnswer] = {}
    for subnet, hops in reader.mapping(item.get("reached"), (*where, "reached")).items():
        answers[subnet] = SubnetAnswer("reached", reader.names(hops, (*where, "reached", subnet)))
    for outcome in ("blocked", "unknown"):
        for subnet, why in reader.mapping(item.get(outcome), (*where, outcome)).items():
            if subnet in answers:
                reader.problem((*where, outcome, subnet), f"'{subnet}' has two answers; keep one")
            code, _, at = str(why).partition(" at ")
            code = _code(reader, code, (*where, outcome, subnet))
            answers[subnet] = SubnetAnswer(outcome, why=code, at=at or None)
    if not answers:
        reader.problem(where, "give 'reached', 'blocked' or 'unknown', by subnet")
        return None
    parameters = reader.mapping(item.get("parameters"), (*where, "parameters"))
    return TraceCase(
        **common,
        function=str(item["from"]),
        destination=str(item["to"]),
        without_az=None if item.get("without-az") is None else str(item["without-az"]),
        parameters={name: str(value) for name, value in parameters.items()},
        answers=answers,
    )


def _code(reader: StrictReader, value: str, where: KeyPath) -> Code | None:
    name = reader.one_of(value, where, list(Code), "reason")
    return Code(name) if name in list(Code) else None
