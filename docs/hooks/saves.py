"""While serving: what a save touches, so that only this is decided and rendered again.

A page touches itself, and the pages of the snippets that it begins or ends to show. A snippet, its spec or a
wrong variant of it touches whatever names it: other snippets, and with these the pages. Everything else
(facts, words, theme, configuration, a file that is new or gone, a page's title) touches everything, and so
does whatever this module is not sure of. `mkdocs build` knows nothing of it, and stays the judge.

Left as they were at the last build of everything, since nobody who looks at a page being written sees them:
search data, sitemap, llms.txt, the front page and that for missing pages, index, feeds and list of
addresses, which pages' notes are alike, and whether a released address is gone.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

_PAGE = re.compile(r"docs/(?P<source>(?P<language>[a-z]{2})/.+\.md)")
_SNIPPET = re.compile(
    r"snippets/(?!python/|sha256/)(?P<name>[^/]+/[^/.]+)(?:\.spec\.yaml|\.json|\.yaml|\.wrong/.+)"
)
# Looked at by no build, and gone as soon as an editor has saved.
_NO_FILE = re.compile(r"node_modules|\.(?!icons).*|.*~|#.*#|.*\.(?:pyc|swp|tmp)|__pycache__|4913")
_HEADING = re.compile(r"^#+ .*$", re.MULTILINE)
_TITLE = re.compile(r"^(?:# |title:).*$", re.MULTILINE)
_SHOWN = re.compile(r"\{\{ (?:snippet|network|wrong) ([^ #}]+)")
# What is read from the pages of the whole reference.
_WHOLE_REFERENCE = re.compile(r"^::: |\{\{ objects \}\}", re.MULTILINE)
# Directives that tell of snippets without naming them, and one that repeats headings of other pages.
_TELLS_OF_SNIPPETS = re.compile(r"\{\{ (?:catalogue|rule|problems) ")
_TELLS_OF_HEADINGS = re.compile(r"\{\{ problems ")


@dataclass
class _Run:
    """What a server knows of the last build that was finished, and of this one."""

    serving: bool = False
    files: dict[str, bytes] = field(default_factory=dict)
    """What the files held that the site is made of, by their path below the project."""
    pages: dict[str, str] = field(default_factory=dict)
    """The Markdown of every page, those that no file holds included, by source."""
    now: dict[str, bytes] = field(default_factory=dict)
    pages_now: dict[str, str] = field(default_factory=dict)
    everything: bool = True
    """Whether this build has to render everything."""


_run = _Run()


def starts(*, serving: bool) -> None:
    """Say how MkDocs was started."""
    _run.serving = serving


def serving() -> bool:
    """Whether one process makes build after build."""
    return _run.serving


def forget() -> None:
    """Have the next build render everything."""
    _run.files.clear()


def look(root: Path) -> None:
    """See what the files of a project hold now."""
    _run.now = dict(_files(root)) if _run.serving else {}


def everything() -> bool:
    """Whether this build renders everything: known once `pages` was asked."""
    return not _run.serving or _run.everything


def finished(broken: Collection[str]) -> None:
    """Remember what the site is made of.

    Args:
        broken: the files with a mistake, which have yet to be read.
    """
    unread = {path for path in _changed() if _is_in(path, broken)}
    before = {path: text for path, text in _run.files.items() if path in unread}
    _run.files = {path: text for path, text in _run.now.items() if path not in unread} | before
    _run.pages = _run.pages_now


# --- what is touched ----------------------------------------------------------------------------


def snippets(broken: Collection[str] = ()) -> set[str] | None:
    """The snippets whose answers may be other ones than at the last build; `None`: all."""
    changed = {path for path in _changed() if not _is_in(path, broken)}
    touched = {found["name"] for path in changed if (found := _SNIPPET.fullmatch(path))}
    if not _run.files or any(map(_touches_everything, changed)):
        return None
    while more := {
        found["name"]
        for path, text in _run.now.items()
        if (found := _SNIPPET.fullmatch(path))
        and found["name"] not in touched
        and _names(path, text, touched)
    }:
        touched |= more
    if any(b"aws-managed:" in _run.now.get(f"snippets/{name}.spec.yaml", b"") for name in touched):
        return None  # other snippets name these policies by their ARN
    return touched


def pages(sources: Mapping[str, str], broken: Collection[str]) -> set[str] | None:
    """The pages that have to be rendered; `None`: all.

    Args:
        sources: the Markdown of every page, by source.
        broken: the files with a mistake, which leave everything as it was.
    """
    _run.pages_now = dict(sources)
    changed = {path for path in _changed() if not _is_in(path, broken)}
    named = snippets(broken)
    touched = None if named is None else _pages(sources, changed, named)
    _run.everything = touched is None
    return touched


def _pages(sources: Mapping[str, str], changed: Collection[str], named: Collection[str]) -> set[str] | None:
    before = _run.pages
    if before.keys() != sources.keys():
        return None
    other = {source for source, text in sources.items() if text != before[source]}
    touched = set(other)
    for source in other:
        texts = before[source], sources[source]
        is_written = f"docs/{source}" in changed
        if any(map(_WHOLE_REFERENCE.search, texts)) or (is_written and _differ(_TITLE, texts)):
            return None
        if is_written and _differ(_HEADING, texts):
            touched |= _with(_TELLS_OF_HEADINGS, sources)
        shown = [set(_SHOWN.findall(text)) for text in texts]
        language = source.partition("/")[0]
        touched |= {f"{language}/snippets/{name}.md" for name in shown[0] ^ shown[1]} & sources.keys()
    if named:
        touched |= _with(_naming(named), sources) | _with(_TELLS_OF_SNIPPETS, sources)
    return touched


def showing(path: str) -> set[str] | None:
    """The pages that a file's mistakes concern; `None`: all."""
    if page := _PAGE.fullmatch(path):
        return {page["source"]}
    if snippet := _SNIPPET.fullmatch(path):
        return _with(_naming([snippet["name"]]), _run.pages_now)
    return None


def _changed() -> set[str]:
    before, now = _run.files, _run.now
    return {path for path in before.keys() | now.keys() if before.get(path) != now.get(path)}


def _touches_everything(path: str) -> bool:
    is_known = path in _run.files and path in _run.now
    if _SNIPPET.fullmatch(path):
        return not (is_known or ".wrong/" in path)
    return not (is_known and _PAGE.fullmatch(path))


def _is_in(path: str, broken: Collection[str]) -> bool:
    """Whether a file was not read because of a mistake; snippets are read together."""
    return path in broken or (
        path.startswith("snippets/") and any(one.startswith("snippets/") for one in broken)
    )


def _naming(names: Collection[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w/-])(?:{'|'.join(map(re.escape, sorted(names)))})(?![\w-])")


def _names(path: str, text: bytes, touched: Collection[str]) -> bool:
    """Whether a file of a snippet names another one, or a file beside it as nested stacks do."""
    topic = path.split("/")[1]
    beside = {name.partition("/")[2] + "." for name in touched if name.startswith(f"{topic}/")}
    return any(name.encode() in text for name in {*touched, *beside})


def _with(pattern: re.Pattern[str], sources: Mapping[str, str]) -> set[str]:
    return {source for source, text in sources.items() if pattern.search(text)}


def _differ(pattern: re.Pattern[str], texts: tuple[str, str]) -> bool:
    return pattern.findall(texts[0]) != pattern.findall(texts[1])


def _files(root: Path) -> Iterator[tuple[str, bytes]]:
    """What the files hold that a site is made of."""
    for place in ("docs", "snippets"):
        for folder, folders, names in os.walk(root / place):
            folders[:] = [name for name in folders if not _NO_FILE.fullmatch(name)]
            for name in names:
                if not _NO_FILE.fullmatch(name):
                    path = Path(folder, name)
                    yield path.relative_to(root).as_posix(), path.read_bytes()
    yield "mkdocs.yml", (root / "mkdocs.yml").read_bytes()
