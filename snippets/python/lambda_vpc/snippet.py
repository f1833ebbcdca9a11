"""A snippet with everything that must be true of it, and what comes out when its cases run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from lambda_vpc import iam
from lambda_vpc.reading import KeyPath, Source
from lambda_vpc.request import FUNCTION_CALLS, Request, Settings, VpcConfig

LANGUAGES = ("ja", "en")
POLICY_LAYERS: Mapping[str, str] = {
    "identity-policy": "identity",
    "permissions-boundary": "boundary",
    "scp": "scp",
    "trust-policy": "resource",
    "resource-policy": "resource",
    "endpoint-policy": "endpoint",
}
"""Kind of a policy snippet to the layer it is decided in."""
KINDS = (*POLICY_LAYERS, "template", "cli-input", "command-output")

Text = Mapping[str, str]
"""A text in both languages."""


@dataclass(frozen=True)
class Note:
    """Why a line of the snippet is there."""

    key_path: str
    line: int
    text: Text


@dataclass(frozen=True)
class NoEffect:
    """A part of the snippet that changes no answer today, and why it stays."""

    key_path: str
    path: KeyPath
    because: Text


@dataclass(frozen=True)
class Accept:
    """A lint finding that is right to live with."""

    rule: str
    because: Text


@dataclass(frozen=True)
class Case:
    """One question about a snippet, with the answer that must come out."""

    id: str
    name: Text
    line: int
    """Where it stands in the spec."""
    call: str
    request: Request
    settings: Settings
    vpc: VpcConfig | None
    subnets: tuple[str, ...]
    security_groups: tuple[str, ...]
    by: str
    effect: str
    """`allow`, `deny` or `undocumented`."""
    statement: str | None
    """The statement that must decide; `None` in a `deny`: nothing may allow the request."""
    facts: tuple[str, ...]

    @property
    def vpc_words(self) -> bool:
        """Whether the VPC settings are worth a word: the call is one that can set them."""
        return self.vpc is not None or self.call in FUNCTION_CALLS

    @property
    def expected(self) -> str:
        """The expectation as the spec words it."""
        return f"{self.effect} by {self.statement}" if self.statement else self.effect


@dataclass(frozen=True)
class Result:
    """What came out of a case."""

    case: Case
    actual: str
    """Worded like an expectation: `allow by Sid`, `deny by Sid`, `deny`, `undocumented`."""
    decision: iam.Decision | None
    question: str | None
    """What AWS leaves undocumented, in English."""

    @property
    def passed(self) -> bool:
        """Whether the answer is the expected one; an expected `allow` names no statement unless it must."""
        if self.case.effect == "allow" and self.case.statement is None:
            return self.actual.partition(" by ")[0] == "allow"
        return self.actual == self.case.expected


@dataclass(frozen=True)
class Wrong:
    """A plausible mistake, and the named thing that catches it."""

    snippet: str
    source: Source
    kind: str
    because: Text
    caught_by: str
    """A lint rule id or a case id."""
    attach_to: tuple[str, ...] | None = None
    """ARNs of the principals it is attached to, where that is the mistake."""

    @property
    def name(self) -> str:
        """Stem of the file; the address is `SNIPPET#NAME`."""
        return Path(self.source.path).stem

    @property
    def path(self) -> str:
        """The file, as it is named to the reader."""
        return self.source.path

    @property
    def text(self) -> str:
        """The file's text."""
        return self.source.text

    @property
    def caught_by_rule(self) -> bool:
        """Whether a lint rule catches it, rather than a case."""
        return RULE_ID.fullmatch(self.caught_by) is not None


@dataclass(frozen=True)
class Snippet:
    """One file a reader may copy, with everything that must be true of it."""

    name: str
    """`TOPIC/NAME`, without suffix; the same in pages, addresses and tests."""
    source: Source
    spec: Source
    kind: str
    title: Text
    summary: Text
    facts: tuple[str, ...]
    companions: tuple[str, ...]
    notes: tuple[Note, ...]
    accept: tuple[Accept, ...]
    no_effect: tuple[NoEffect, ...]
    cases: tuple[Case, ...]
    wrong: tuple[Wrong, ...]
    attach_to: tuple[str, ...]
    """ARNs of the principals an identity policy or a boundary is attached to in the cases."""
    aws_managed: str | None
    """Name of the AWS managed policy this is the text of."""
    others: Mapping[str, Snippet] = field(repr=False, compare=False)
    """All snippets by name, for the companions."""

    @property
    def path(self) -> str:
        """The file, as it is named to the reader."""
        return self.source.path

    @property
    def text(self) -> str:
        """The file's text, byte for byte what is published."""
        return self.source.text

    @property
    def raw(self) -> str:
        """The permanent address of the file, below the site's root."""
        return f"snippets/{self.name}{Path(self.source.path).suffix}"

    def results(self) -> list[Result]:
        """Run every case."""
        return run(self, self.source.data)

    def results_of(self, wrong: Wrong) -> list[Result]:
        """Run every case on a wrong variant in the snippet's place."""
        attach_to = self.attach_to if wrong.attach_to is None else wrong.attach_to
        return run(replace(self, kind=wrong.kind, attach_to=attach_to), wrong.source.data)


RULE_ID = re.compile(r"[EWI]\d{4}")
"""A lint rule id."""


def policies(snippet: Snippet, document: object, principal: str) -> iam.Policies:
    """The policies that apply to a principal: a document in the snippet's place and its companions."""
    return _layers(_documents(snippet, document), principal)


def _documents(snippet: Snippet, document: object) -> list[tuple[Snippet, iam.Policy]]:
    companions = [snippet.others[name] for name in snippet.companions]
    pairs = [(snippet, document), *((companion, companion.source.data) for companion in companions)]
    return [(owner, iam.Policy.parse(data)) for owner, data in pairs]  # type: ignore[arg-type]


def _layers(documents: list[tuple[Snippet, iam.Policy]], principal: str) -> iam.Policies:
    layers: dict[str, list[iam.Policy]] = {}
    for owner, policy in documents:
        layer = POLICY_LAYERS[owner.kind]
        if layer in ("identity", "boundary") and principal not in owner.attach_to:
            continue
        layers.setdefault(layer, []).append(policy)

    def of(layer: str) -> tuple[iam.Policy, ...] | None:
        return tuple(layers[layer]) if layer in layers else None

    scp = of("scp")
    return iam.Policies(
        identity=of("identity") or (),
        boundary=of("boundary"),
        scp=None if scp is None else (scp,),
        resource=of("resource"),
        endpoint=of("endpoint"),
    )


def run(snippet: Snippet, document: object) -> list[Result]:
    """Run a snippet's cases on a document in the snippet's place.

    Raises:
        PolicyError: the document is not a policy.
    """
    if not snippet.cases:
        return []
    documents = _documents(snippet, document)
    return [_result(case, _layers(documents, case.request.principal)) for case in snippet.cases]


def _result(case: Case, known: iam.Policies) -> Result:
    try:
        decision = iam.decide(known, case.request)
    except iam.Undocumented as unknown:
        return Result(case, "undocumented", None, str(unknown))
    effect = "allow" if decision.allowed else "deny"
    return Result(case, f"{effect} by {decision.statement}" if decision.statement else effect, decision, None)
