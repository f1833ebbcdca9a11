"""What every kind of case has in common: a question with an expected answer, and what it is asked of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from lambda_vpc.cloudformation import template
from lambda_vpc.cloudformation.intrinsics import Unknown
from lambda_vpc.guide.languages import Text
from lambda_vpc.iam.policy import AttachedPolicy
from lambda_vpc.reading import Source


@dataclass(frozen=True)
class Subject:
    """A snippet's file, or a wrong variant in its place, with everything around it that a case needs."""

    source: Source
    policies: Sequence[AttachedPolicy]
    """The file itself, if it is a policy, and its companions."""
    managed: Mapping[str, object] = field(repr=False)
    """Text of AWS managed policies by name."""
    folder: Path | None = None
    """Where nested stacks of a template are looked for."""

    @cached_property
    def template(self) -> template.Template:
        """The file as a template, its parameters as they default."""
        return self.template_with({})

    def template_with(
        self, parameters: Mapping[str, str], given: Mapping[str, object] | None = None
    ) -> template.Template:
        """The file as a template with parameters.

        Args:
            parameters: their values; the others as they default.
            given: `LogicalId.Attribute` to a value that AWS would make at deployment.
        """
        if given:
            source = replace(self.source, data=_with_attributes(self.source.data, given))
            return template.of(source, parameters, folder=self.folder)
        key = tuple(sorted(parameters.items()))
        if key not in self._templates:
            self._templates[key] = template.of(self.source, parameters, folder=self.folder)
        return self._templates[key]

    @cached_property
    def _templates(self) -> dict[tuple[tuple[str, str], ...], template.Template]:
        """Each reading of the file, made once for all cases."""
        return {}


def _with_attributes(value: object, given: Mapping[str, object]) -> object:
    """A document with some `Fn::GetAtt` replaced by their values."""
    if isinstance(value, list):
        return [_with_attributes(item, given) for item in value]
    if not isinstance(value, Mapping):
        return value
    written = value.get("Fn::GetAtt") if len(value) == 1 else None
    if written is not None:
        name = ".".join(map(str, written)) if isinstance(written, list) else str(written)
        return given.get(name, value)
    return {key: _with_attributes(item, given) for key, item in value.items()}


@dataclass(frozen=True, kw_only=True)
class Case:
    """One question about a snippet, with the answer that must come out."""

    kind: ClassVar[str]
    id: str
    name: Text
    line: int
    """Where it stands in the spec."""
    facts: tuple[str, ...] = ()

    @property
    def expected(self) -> str:
        """The expectation in words, as a failure message shows it."""
        raise NotImplementedError

    def run(self, subject: Subject) -> CaseResult:
        """Ask the question of a subject."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class CaseResult:
    """What came out of a case."""

    case: Case
    passed: bool
    actual: str
    """The answer, worded like the expectation."""


def agreed(answers: Iterable[str]) -> str:
    """One answer for all scenarios of a template, or what the scenarios answer where they differ."""
    found = list(dict.fromkeys(answers))
    return found[0] if len(found) == 1 else f"differs by parameters: {' / '.join(found)}"


def in_words(value: object) -> str:
    """A property's value as text; what the template leaves open is named, the same wherever it stands."""
    return f"({value.what})" if isinstance(value, Unknown) else str(value)
