"""Mistakes in what the site is made of: a build stops at them, a server shows them in its pages and goes on.

A mistake is shown in red at the top of the pages that it concerns, with file, line and mend, and said on the
terminal. Until it is mended the pages keep what the file held before.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import yaml
from mkdocs.exceptions import PluginError

from lambda_vpc.guide.languages import LANGUAGES
from lambda_vpc.reading import BadInput, Problem
from render import render

log = logging.getLogger("mkdocs.hooks.mistakes")

T = TypeVar("T")

MOST = 5
"""Mistakes of one file that are told: the first ones are often the cause of the others."""

_ARTICLE = re.compile(r"<article\b[^>]*>")
_BOX = re.compile(r"<!-- mistakes -->.*?<!-- /mistakes -->", re.DOTALL)
_PLACE = re.compile(
    r"(?P<path>(?:docs/|snippets/)?[\w./-]+\.\w+)(?::(?P<line>\d+))?: (?P<message>.+)", re.DOTALL
)


@dataclass
class _Run:
    """What a server knows; nothing of it is used by a build."""

    serving: bool = False
    problems: list[Problem] = field(default_factory=list)
    """Of this build, as they were found."""
    good: dict[Path, object] = field(default_factory=dict)
    """What a file held when it was last without a mistake."""
    bad: dict[Path, int] = field(default_factory=dict)
    """When the files were changed that have one."""
    shown: bool = False
    """Whether a page shows one."""


_run = _Run()


def starts(*, serving: bool) -> None:
    """Say how MkDocs was started."""
    _run.serving = serving


def begin() -> None:
    """Forget the mistakes of the build before."""
    _run.problems.clear()
    _run.bad.clear()


def found(bad: BadInput, *, usable: bool) -> None:
    """Note mistakes, or stop at them.

    Args:
        bad: what is wrong.
        usable: whether there is something from before, to go on with.

    Raises:
        PluginError: in a build, and where there is nothing to go on with.
    """
    if not (_run.serving and usable):
        raise PluginError(str(bad)) from bad
    for problem in bad.problems[:MOST]:
        note(problem)
    if (rest := len(bad.problems) - MOST) > 0:
        last = bad.problems[MOST - 1]
        note(Problem(last.path, last.line, f"{rest} more behind it; mend these first"))


def note(problem: Problem) -> None:
    """Note a mistake with which a server goes on."""
    if problem not in _run.problems:
        log.error("%s", problem)
        _run.problems.append(problem)


def last_good(load: Callable[[Path], T], path: Path) -> T:
    """What a file holds; while serving and as long as it has a mistake, what it held before.

    Raises:
        PluginError: as `found`.
    """
    changed = path.stat().st_mtime_ns
    if _run.bad.get(path) != changed:
        try:
            _run.good[path] = load(path)
        except BadInput as bad:
            found(bad, usable=path in _run.good)
            _run.bad[path] = changed
    return _run.good[path]


def paths() -> set[str]:
    """The files with mistakes, as messages name them."""
    return {problem.path for problem in _run.problems}


def of(error: BaseException) -> list[Problem]:
    """What a build stopped at, from the error that came out of it."""
    chain = list(_chain(error))
    for one in chain:
        if isinstance(one, BadInput):
            return list(one.problems)
    for one in chain:
        if place := _PLACE.fullmatch(str(one).strip()):
            return [Problem(place["path"], int(place["line"] or 1), place["message"])]
    return [_unexpected(chain[-1])]


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and what it came from, the first cause last."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _unexpected(error: BaseException) -> Problem:
    """An error that has no place of its own, with the last line of the guide's own code that it came from."""
    path, line = "mkdocs.yml", 1
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        return Problem(path, error.problem_mark.line + 1, f"is not YAML: {error.problem}")
    trace = error.__traceback__
    while trace is not None:
        name = Path(trace.tb_frame.f_code.co_filename)
        if {"hooks", "lambda_vpc"} & set(name.parts):
            path, line = "/".join(name.parts[-3:]), trace.tb_lineno
        trace = trace.tb_next
    return Problem(path, line, f"{type(error).__name__}: {error}")


# --- in pages -----------------------------------------------------------------------------------


def show(site: Path, concerned: Mapping[str, Collection[str]]) -> None:
    """Put a box with the mistakes into the pages of a site that they concern, and take the others out.

    Args:
        site: the folder of the site.
        concerned: by file with a mistake, the addresses of the pages that it concerns, below the site's root.
    """
    if not _run.problems and not _run.shown:
        return
    _run.shown = bool(_run.problems)
    for language in LANGUAGES:
        for page in sorted((site / language).rglob("*.html")):
            address = f"{page.parent.relative_to(site).as_posix()}/"
            _show(page, language, [one for one in _run.problems if address in concerned[one.path]])


def _show(page: Path, language: str, problems: list[Problem]) -> None:
    html = page.read_text("utf-8")
    new = _BOX.sub("", html)
    article = _ARTICLE.search(new)
    if problems and article:
        box = render("mistakes.html", language, problems=problems).strip()
        new = f"{new[: article.end()]}<!-- mistakes -->{box}<!-- /mistakes -->{new[article.end() :]}"
    if new != html:
        page.write_text(new, "utf-8")
