"""Wrong variants: what comes out of the case that finds each, its picture, and what differs.

For `mkdocs build` another process makes all of this, while this one makes what is right.
"""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path

import beside
import code_rows
import network_pictures
import saves
from lambda_vpc.guide.cases import CaseResult
from lambda_vpc.guide.languages import LANGUAGES
from lambda_vpc.guide.snippet import Snippet, Wrong
from lambda_vpc.guide.spec import load

Outcomes = dict[tuple[str, str], CaseResult]


@dataclass
class _Run:
    """What another process makes for this build, and what came out, by snippet and variant."""

    making: Future[tuple[Outcomes, network_pictures.Made, code_rows.Made]] | None = None
    outcomes: Outcomes = field(default_factory=dict)


_run = _Run()


def begin(root: Path) -> None:
    """Begin anew, in another process.

    While serving nothing is begun: what was made is kept in this process, and the next build has it.

    Args:
        root: the `snippets` folder, which this process reads besides.
    """
    _run.outcomes = {}
    _run.making = None if saves.serving() else beside.begin(_all, root)


def finish() -> None:
    """Take what the other process has made."""
    if _run.making:
        _run.outcomes, pictures, compared = _run.making.result()
        network_pictures.made.update(pictures)
        code_rows.made.update(compared)


def outcome(snippet: Snippet, wrong: Wrong) -> CaseResult:
    """What comes out of the case that a wrong variant names; asked once for all pages that show it."""
    key = snippet.name, wrong.name
    if key not in _run.outcomes:
        _run.outcomes[key] = _outcome(snippet, wrong)
    return _run.outcomes[key]


def changed(snippet: Snippet, wrong: Wrong) -> list[code_rows.Row]:
    """A wrong variant's lines that are not the snippet's; all where only something around it differs."""
    syntax = code_rows.syntax_of(wrong.path)
    if wrong.text == snippet.text:
        return code_rows.rows(wrong.text, syntax)
    return code_rows.changed_rows(snippet.text, wrong.text, syntax)


def _outcome(snippet: Snippet, wrong: Wrong) -> CaseResult:
    case = replace(snippet, cases=tuple(case for case in snippet.cases if case.id == wrong.caught_by))
    return case.results_of(wrong)[0]


def _all(root: Path) -> tuple[Outcomes, network_pictures.Made, code_rows.Made]:
    for snippet in load(root).values():
        for wrong in snippet.wrong:
            changed(snippet, wrong)
            if not wrong.caught_by_rule:
                outcome(snippet, wrong)
            for language in LANGUAGES:
                network_pictures.picture_of_wrong(snippet, wrong.name, language)
    return _run.outcomes, network_pictures.made, code_rows.made
