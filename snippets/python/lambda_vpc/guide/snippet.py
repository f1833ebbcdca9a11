"""A snippet with everything that must be true of it, and what comes out when its cases run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lambda_vpc.guide import addresses
from lambda_vpc.guide.cases import Case, CaseResult, Subject
from lambda_vpc.guide.languages import Text
from lambda_vpc.iam.policy import AttachedPolicy
from lambda_vpc.reading import KeyPath, Source

POLICY_LAYERS: Mapping[str, str] = {
    "identity-policy": "identity",
    "permissions-boundary": "boundary",
    "scp": "scp",
    "trust-policy": "resource",
    "resource-policy": "resource",
    "endpoint-policy": "endpoint",
}
"""Kind of a policy snippet to the layer it is decided in."""
COMMAND_KINDS = ("cli-input", "command-output")
"""Kinds that are the input or the output of an AWS CLI command."""
PIPELINE = "pipeline"
"""Kind of a file that has the checker run: a configuration of a hook, a linter or a CI system."""
KINDS = (*POLICY_LAYERS, "template", *COMMAND_KINDS, PIPELINE)


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
    folder: Path
    """Where the file lies."""
    aws_managed: str | None
    """Name of the AWS managed policy this is the text of."""
    command: str | None
    """The command whose input or output this is, such as `aws lambda create-function`."""
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
        return addresses.raw(self.name, Path(self.source.path).suffix)

    def results(self) -> list[CaseResult]:
        """Run every case."""
        return self.run(self.source)

    def results_of(self, wrong: Wrong) -> list[CaseResult]:
        """Run every case on a wrong variant in the snippet's place."""
        return self.run(wrong.source, attach_to=wrong.attach_to)

    def run(self, source: Source, *, attach_to: tuple[str, ...] | None = None) -> list[CaseResult]:
        """Run every case on a file in the snippet's place.

        Raises:
            PolicyError: the file, or a policy in it, is not a policy.
        """
        subject = self.subject(source, attach_to=attach_to)
        return [case.run(subject) for case in self.cases]

    def subject(self, source: Source, *, attach_to: tuple[str, ...] | None = None) -> Subject:
        """A file in the snippet's place, with everything around it that the cases need."""
        attached = [companion.attached(companion.source, None) for companion in self.with_companions()]
        if self.kind in POLICY_LAYERS:
            attached.insert(0, self.attached(source, attach_to))
        managed = {
            other.aws_managed: other.source.data for other in self.others.values() if other.aws_managed
        }
        return Subject(source, tuple(attached), managed, self.folder)

    def with_companions(self) -> list[Snippet]:
        """The snippets whose policies apply in the cases besides its own."""
        return [self.others[name] for name in self.companions]

    def attached(self, source: Source, attach_to: tuple[str, ...] | None) -> AttachedPolicy:
        """A policy in the snippet's place, as it is attached in the cases."""
        targets = self.attach_to if attach_to is None else attach_to
        return AttachedPolicy(POLICY_LAYERS[self.kind], source.data, targets)


RULE_ID = re.compile(r"[EWI]\d{4}")
"""A lint rule id."""
