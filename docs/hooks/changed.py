"""What a reader's change of a snippet leads to, as HTML: cases beside the proven answers, picture, findings.

MkDocs is not needed: this runs in the reader's browser, with the templates that wrote the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import case_tables
import network_pictures
from lambda_vpc import reading, rules
from lambda_vpc.cloudformation import template
from lambda_vpc.guide.cases import Case, CaseResult
from lambda_vpc.guide.snippet import POLICY_LAYERS, Snippet
from lambda_vpc.guide.spec import policy_problem
from lambda_vpc.iam.conditions import PolicyError
from lambda_vpc.iam.policy import Policy
from lambda_vpc.reading import BadInput, Problem, Source
from lambda_vpc.rules import Report
from lambda_vpc.sentences import sentence
from render import render
from rule_titles import titles

MOST = 50
"""Problems and findings that are listed."""


@dataclass(frozen=True)
class Answer:
    """What is shown beside a changed text."""

    html: str
    differing: int | None
    """How many cases come out differently; `None` where the text cannot be read."""
    lines: tuple[int, ...]
    """Lines of the text, from 1, that something is said of."""


@dataclass
class Change:
    """A snippet whose text a reader changes."""

    snippet: Snippet
    language: str
    """`ja` or `en`."""

    @cached_property
    def proven(self) -> Sequence[CaseResult]:
        """What comes out of the cases of the proven text."""
        return self._results(self.snippet.source)

    def answer(self, text: str, chosen: str | None = None) -> Answer:
        """What comes out for a text in the snippet's place.

        Args:
            text: the whole file.
            chosen: id of the case that is drawn; by default the first one that comes out differently.
        """
        try:
            source = self._read(text)
            results = self.proven if source is self.snippet.source else self._results(source)
        except BadInput as bad:
            return self._refused(bad.problems)
        except PolicyError as error:
            return self._refused([policy_problem(self.snippet.source, error)])
        differing = [result for result in results if not result.passed]
        found = self._findings(source)
        html = render(
            "change.html",
            self.language,
            snippet=self.snippet,
            rows=[(was, now) for was, now in zip(self.proven, results, strict=True)],
            differing=len(differing),
            findings=found[:MOST],
            more=len(found) - MOST,
            titles=titles(self.language),
            picture=self._picture(source, results, chosen),
            sentence=sentence,
            by_answer=case_tables.by_answer,
            alike=case_tables.alike,
            cite=lambda ids: "",
        )
        return Answer(html, len(differing), tuple(dict.fromkeys(report.line for report in found)))

    def _read(self, text: str) -> Source:
        """The text as the loader reads the file.

        Raises:
            BadInput: it is no JSON or YAML, or not what a snippet of this kind is.
        """
        path = self.snippet.path
        if text == self.snippet.text:
            return self.snippet.source
        source = reading.parse(text, path, is_json=path.endswith(".json"))
        if self.snippet.kind in POLICY_LAYERS:
            try:
                Policy.parse(source.data)
            except PolicyError as error:
                raise BadInput([policy_problem(source, error)]) from None
        if self.snippet.kind == "template":
            template.of(source)
        return source

    def _results(self, source: Source) -> Sequence[CaseResult]:
        # The picture is drawn of the same reading.
        subject = network_pictures.subject(self.snippet, source)
        return [case.run(subject) for case in self.snippet.cases]

    def _findings(self, source: Source) -> list[Report]:
        """What the guide's lint rules find, without what the snippet accepts and says why."""
        kind = self.snippet.kind
        if kind == "template":
            found = rules.findings(source, alone=True)
        elif kind not in POLICY_LAYERS:
            return []
        else:
            found = rules.findings_in_policy(
                source, "trust" if kind == "trust-policy" else POLICY_LAYERS[kind]
            )
        accepted = {one.rule for one in self.snippet.accept}
        return [report for report in found if report.rule not in accepted]

    def _picture(
        self, source: Source, results: Sequence[CaseResult], chosen: str | None
    ) -> tuple[network_pictures.Picture, str, list[tuple[Case, str, str]]] | None:
        """A case's picture and id, and what can be chosen: each case, its words, and whether it passed."""
        traced = [result for result in results if network_pictures.is_drawn(result.case)]
        if not traced:
            return None
        ids = [result.case.id for result in traced]
        if chosen not in ids:
            chosen = next((result.case.id for result in traced if not result.passed), ids[0])
        case = traced[ids.index(chosen)].case
        try:
            picture = network_pictures.picture_of_change(self.snippet, source, case, self.language)
        except BadInput:  # the function or the destination of the case is gone: its row says so
            return None
        choices = [
            (result.case, network_pictures.label(self.snippet, result.case, self.language), result.passed)
            for result in traced
        ]
        return picture, chosen, choices

    def _refused(self, problems: Sequence[Problem]) -> Answer:
        html = render(
            "change-refused.html", self.language, problems=problems[:MOST], more=len(problems) - MOST
        )
        return Answer(html, None, tuple(dict.fromkeys(problem.line for problem in problems)))
