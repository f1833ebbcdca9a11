"""The answers as one list of entries, each with a place: what SARIF, JUnit and annotations are made of."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lambda_vpc import sentences
from lambda_vpc.checking.policies import PolicyAnswer
from lambda_vpc.checking.ways import REACHED, UNKNOWN, Way, named
from lambda_vpc.cli.files import FileAnswers
from lambda_vpc.cli.texts import detail_of
from lambda_vpc.network.trace import Reached, Result
from lambda_vpc.rules import RULES, Report

BAD_FILE = "bad-file"
"""What stands for a rule's id where a file cannot be used."""
_TITLES = {
    BAD_FILE: "A file that cannot be used",
    "explicit-deny": "A statement denies the call",
    "implicit-deny": "No statement allows the call",
    "undocumented": "AWS documents no answer, or the call leaves it open",
}
LEVELS = {"error": "error", "warning": "warning", "informational": "note"}
"""By severity of a finding, the level of an entry."""


@dataclass(frozen=True)
class Entry:
    """One answer about one place."""

    file: str
    line: int
    """1-based."""
    name: str
    """What was asked, as the name of a test."""
    level: str
    """`error`, `warning`, `note`, or `pass`."""
    rule: str
    """Id of a lint rule, code of a reason, or a key of `_TITLES`; empty for a pass."""
    message: str
    unknown: bool = False
    """Whether there is no answer: it is neither wrong nor right."""

    @property
    def title(self) -> str:
        """What the rule or the code says in general."""
        if self.rule in RULES:
            return RULES[self.rule].title
        return _TITLES.get(self.rule) or sentences.reason(self.rule, "en")


def counts_ways(options: argparse.Namespace) -> bool:
    """Whether a way that is blocked is wrong: somebody named the destination."""
    return options.command == "trace" or bool(options.to)


def of_file(found: FileAnswers, counts_ways: bool) -> Iterator[Entry]:
    """The entries of a file.

    Args:
        found: the answers about it.
        counts_ways: whether its ways are among them, see `counts_ways`.
    """
    for problem in found.problems:
        yield Entry(problem.path, problem.line, "the file can be used", "error", BAD_FILE, problem.message)
    for finding in found.findings:
        yield _of_finding(finding)
    for way in found.ways if counts_ways else ():
        yield from _of_way(way)


def _of_finding(found: Report) -> Entry:
    name = f"{found.rule} {RULES[found.rule].title}"
    return Entry(found.path, found.line, name, LEVELS[found.severity], found.rule, found.message)


def _of_way(way: Way) -> Iterator[Entry]:
    for result in way.results:
        where = f"{way.function} to {way.destination}"
        if result.subnet:
            where += f" from {result.subnet}"
        if result.scenario:
            where += f" with {', '.join(f'{name}={value}' for name, value in result.scenario.items())}"
        if isinstance(result, Reached):
            yield Entry(way.file, way.line, where, "pass", "", " -> ".join(result.hops))
        else:
            level, said = _level(result, way), f"{where}: {_said(result)}"
            is_open = named(result) == UNKNOWN
            yield Entry(result.path, result.line, where, level, str(result.why), said, is_open)


def _level(result: Result, way: Way) -> str:
    if named(result) == UNKNOWN:
        return "warning"
    # In a zone that is down a subnet is meant to be: the others decide.
    return "note" if way.answer == REACHED else "error"


def _said(result: Result) -> str:
    detail = detail_of(result)
    said = f"{named(result)} at {result.at}: {sentences.sentence(result.why, 'en')}"
    return f"{said} ({detail})" if detail else said


def of_call(found: PolicyAnswer) -> Sequence[Entry]:
    """The entries of a decision: the decision itself, and what the rules find in the policies."""
    request = found.request
    name = f"{request.action} by {request.principal}"
    statement = found.statement
    other = next((one for one in found.others if one.statement.file), None)
    # Where nothing allows a call, the first policy is the place to mend.
    place = statement or (other.statement if other else None)
    file, line = (place.file, place.line) if place else ("-", 1)
    by = f" by {statement.name}" if statement else ""
    if found.answer == "allow":
        entry = Entry(file, line, name, "pass", "", f"allow{by}")
    elif found.answer == "deny":
        why = "explicit-deny" if found.explicit else "implicit-deny"
        entry = Entry(file, line, name, "error", why, f"{name}: {found.answer}{by}")
    else:
        said = f"{name}: undocumented{by}: {found.question}"
        entry = Entry(file, line, name, "warning", "undocumented", said, True)
    return [entry, *map(_of_finding, found.findings)]
