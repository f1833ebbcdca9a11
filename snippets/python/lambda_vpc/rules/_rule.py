"""What a lint rule is: an id, a text for the guide, and a plain function from a template to findings.

A rule's function carries the text as its docstring: a title line, then the sections `What:`, `Why:`,
`Wrong:` and `Right:`. `Wrong:` and `Right:` list snippet addresses, one per line: `topic/name` or
`topic/name#variant`. Nothing here knows cfn-lint.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lambda_vpc.cloudformation.template import Resource
from lambda_vpc.reading import KeyPath
from lambda_vpc.rules._policies import Statement
from lambda_vpc.rules._subject import Network, Subject

IAM_GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide"
LAMBDA_GUIDE = "https://docs.aws.amazon.com/lambda/latest/dg"
VPC_GUIDE = "https://docs.aws.amazon.com/vpc/latest/userguide"

SECTIONS = ("What", "Why", "Wrong", "Right")
SEVERITIES: Mapping[str, str] = {"E": "error", "W": "warning", "I": "informational"}
"""First letter of a rule's id to its severity, as cfn-lint names them."""

_HEADING = re.compile(r"(\w+):")
_ADDRESS = re.compile(r"[a-z0-9-]+/[a-z0-9-]+(#[a-z0-9-]+)?")


@dataclass(frozen=True)
class Finding:
    """One thing wrong in a template."""

    path: KeyPath
    """Where it is to be mended."""
    message: str
    """What is wrong, what follows from it, and what to write instead."""


@dataclass(frozen=True)
class Rule:
    """One lint rule with its entry in the guide; all texts in English."""

    id: str
    """Severity letter and number."""
    title: str
    what: str
    """What the rule reports; paragraphs are separated by an empty line."""
    why: str
    wrong: tuple[str, ...]
    """Addresses of wrong variants that this rule finds: `topic/name#variant`."""
    right: tuple[str, ...]
    """Addresses of snippets that do it right: `topic/name`."""
    source_url: str
    """AWS's page on the matter."""
    tags: tuple[str, ...]
    findings: Callable[[Subject], Iterator[Finding]]
    """Everything the rule finds in a template."""

    @property
    def severity(self) -> str:
        """`error`, `warning` or `informational`."""
        return SEVERITIES[self.id[0]]


OfStatement = Callable[[Statement, Subject], Iterator[Finding]]
OfResource = Callable[[Network, Resource], Iterator[Finding]]


def statement_rule(rule_id: str, source_url: str) -> Callable[[OfStatement], Rule]:
    """Makes a rule of a function that says what is wrong with one policy statement."""

    def made(function: OfStatement) -> Rule:
        def findings(subject: Subject) -> Iterator[Finding]:
            for statement in subject.statements:
                yield from function(statement, subject)

        return _rule(rule_id, source_url, ("iam", "policies"), function, findings)

    return made


def resource_rule(
    rule_id: str, source_url: str, types: Sequence[str], *, whatever_is_chosen: bool = False
) -> Callable[[OfResource], Rule]:
    """Makes a rule of a function that says what is wrong with one resource of a network.

    A template is judged once for every choice of the parameters that its conditions depend on.

    Args:
        rule_id: the rule's id.
        source_url: AWS's page on the matter.
        types: types of the resources that the rule judges.
        whatever_is_chosen: speak only where every choice has the finding: what a parameter offers is meant.
    """

    def made(function: OfResource) -> Rule:
        def findings(subject: Subject) -> Iterator[Finding]:
            return _over_choices(function, types, subject.networks, whatever_is_chosen)

        return _rule(rule_id, source_url, ("lambda", "network"), function, findings)

    return made


def _over_choices(
    function: OfResource, types: Sequence[str], networks: Sequence[Network], whatever_is_chosen: bool
) -> Iterator[Finding]:
    found: dict[tuple[str, Finding], list[Mapping[str, str]]] = {}
    spared: set[str] = set()
    for network in networks:
        for resource in (r for type_ in types for r in network.scenario.by_type.get(type_, ())):
            findings = list(function(network, resource)) if resource.exists is True else []
            if not findings:
                spared.add(resource.logical_id)
            for finding in findings:
                found.setdefault((resource.logical_id, finding), []).append(network.scenario.choices)
    for (name, finding), choices in found.items():
        if not (whatever_is_chosen and name in spared):
            yield Finding(finding.path, finding.message + _when(choices, len(networks)))


def _when(choices: Sequence[Mapping[str, str]], of: int) -> str:
    """What all choices that have the finding share, where others do not have it."""
    if len(choices) == of:
        return ""
    shared = set(choices[0].items()).intersection(*(choice.items() for choice in choices))
    named = ", ".join(f"{name}={value}" for name, value in choices[0].items() if (name, value) in shared)
    return f" (with {named})" if named else ""


# --- the text -----------------------------------------------------------------------------------


def _rule(
    rule_id: str, source_url: str, tags: tuple[str, ...], function: Callable, findings: Callable
) -> Rule:
    code = function.__code__
    where = f"{Path(code.co_filename).name}:{code.co_firstlineno}: rule {rule_id}"
    title, texts = _sections(inspect.getdoc(function) or "", where)
    return Rule(
        rule_id, title, _paragraphs(texts["What"]), _paragraphs(texts["Why"]),
        _addresses(texts["Wrong"], f"{where}, Wrong"), _addresses(texts["Right"], f"{where}, Right"),
        source_url, tags, findings,
    )  # fmt: skip


def _sections(docstring: str, where: str) -> tuple[str, Mapping[str, str]]:
    """The title, and the text of each section.

    Raises:
        ValueError: a section is missing, unknown or written twice, or a line stands in none.
    """
    title, *lines = docstring.splitlines() or [""]
    if not title:
        raise ValueError(f"{where} has no docstring; begin with its title")
    sections: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in lines:
        heading = _HEADING.fullmatch(line)
        if heading:
            if heading[1] not in SECTIONS or heading[1] in sections:
                raise ValueError(f"{where}: '{line}' is unknown or stands twice")
            current = sections.setdefault(heading[1], [])
        elif current is not None and (line.startswith("    ") or not line):
            current.append(line)
        elif line:
            raise ValueError(f"{where}: '{line}' stands in no section; indent it")
    texts = {name: inspect.cleandoc("\n".join(body)).strip() for name, body in sections.items()}
    for name in SECTIONS:
        if not texts.get(name):
            raise ValueError(f"{where} has no section '{name}:'")
    return title, texts


def _paragraphs(text: str) -> str:
    """Line ends inside a paragraph are only there for the source file."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in re.split(r"\n\s*\n", text))


def _addresses(text: str, where: str) -> tuple[str, ...]:
    addresses = tuple(text.split())
    for address in addresses:
        if not _ADDRESS.fullmatch(address):
            raise ValueError(f"{where}: '{address}' is no snippet address (topic/name or topic/name#variant)")
    return addresses
