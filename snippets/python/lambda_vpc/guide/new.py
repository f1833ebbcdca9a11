"""Begins a snippet: its file, its spec with cases, a wrong variant, and a section in both languages.

What is written comes from `starters/KIND/`, passes the loader, and its cases come out as expected. What a
writer has to say is marked `TODO`; a test refuses what still holds one.
"""

from __future__ import annotations

import difflib
import string
from dataclasses import dataclass
from pathlib import Path

import yaml

from lambda_vpc.guide.languages import LANGUAGES
from lambda_vpc.guide.snippet import KINDS
from lambda_vpc.guide.spec import topics
from lambda_vpc.guide.strict_reader import ID
from lambda_vpc.reading import Problem, WrongUsage, suggestion

MARK = "TODO"
"""Stands wherever something is left to write."""

_STARTERS = Path(__file__).with_name("starters")
_WRONG = "first-mistake"


@dataclass(frozen=True)
class Left:
    """A line that is left to write."""

    path: str
    """From the project's folder."""
    line: int
    what: str
    """The line itself."""


def create(root: Path, name: str, kind: str, page: str | None = None) -> list[Left]:
    """Write the files of a new snippet and its section on a page, all of them or none.

    Args:
        root: the project's folder, holding mkdocs.yml.
        name: `TOPIC/NAME`; the topic is a folder of `snippets`, the name becomes part of addresses.
        kind: one of `snippet.KINDS`.
        page: `TOPIC/PAGE` that shows it; by default the page of the topic whose name is most alike.

    Returns:
        What is left to write, file by file.

    Raises:
        WrongUsage: the folder is no project, the topic, kind or page does not exist, or the name is taken.
    """
    snippets, docs = root / "snippets", root / "docs"
    _refuse_unless((root / "mkdocs.yml").is_file() and snippets.is_dir() and docs.is_dir(), str(root),
                   "is not a copy of the guide's repository, which holds mkdocs.yml, docs and snippets; go "
                   "there first")  # fmt: skip
    topic, _, short = name.partition("/")
    known = topics(snippets)
    _refuse_unless(topic in known, name, f"no topic '{topic}'{suggestion(topic, known)}; write TOPIC/NAME")
    _refuse_unless(ID.fullmatch(short) is not None, name, "NAME must be lower-case words joined by '-'")
    _refuse_unless(kind in KINDS, "--kind", f"no kind '{kind}'{suggestion(kind, KINDS)}")
    taken = sorted(path.name for path in (snippets / topic).iterdir() if path.name.partition(".")[0] == short)
    _refuse_unless(not taken, name, f"is there already: snippets/{topic}/{', '.join(taken)}")
    page = _page(docs, topic, short, page)
    written = _files(topic, short, kind) | _sections(docs, page, name, short)
    for path, text in written.items():
        target = root / path
        target.parent.mkdir(exist_ok=True)
        before = target.read_text("utf-8") if target.is_file() else ""
        target.write_text(before + text, "utf-8", newline="\n")
    return [left for path in written for left in _left(root, path)]


def _refuse_unless(holds: bool, place: str, message: str) -> None:
    if not holds:
        raise WrongUsage([Problem(place, 1, message)])


def _page(docs: Path, topic: str, short: str, page: str | None) -> str:
    """The page of the topic that is named, or whose name is most like the snippet's."""
    written = [
        {path.relative_to(docs / language).as_posix().removesuffix(".md") for path in _pages(docs, language)}
        for language in LANGUAGES
    ]
    known = sorted(set.intersection(*written))
    if page is not None:
        page = page.removesuffix(".md")
        _refuse_unless(
            page in known, "--page", f"no page '{page}' in both languages{suggestion(page, known)}"
        )
        return page
    own = [one for one in known if one.startswith(f"{topic}/")]
    _refuse_unless(bool(own), topic, "has no page yet; name one with --page")
    return difflib.get_close_matches(f"{topic}/{short}", own, 1, cutoff=0)[0]


def _pages(docs: Path, language: str) -> list[Path]:
    return sorted((docs / language).rglob("*.md"))


def _files(topic: str, short: str, kind: str) -> dict[str, str]:
    """By path from the project's folder, the text of the snippet, its spec and its wrong variant."""
    found = {}
    for path in sorted((_STARTERS / kind).iterdir()):
        part, suffix = path.stem, path.suffix
        name = {
            "snippet": f"{short}{suffix}",
            "spec": f"{short}.spec{suffix}",
            "wrong": f"{short}.wrong/{_WRONG}{suffix}",
        }[part]
        found[f"snippets/{topic}/{name}"] = path.read_text("utf-8")
    return found


def _sections(docs: Path, page: str, name: str, short: str) -> dict[str, str]:
    """What is added at the end of the page in each language, under a heading id that is free in all."""
    texts = {language: (docs / language / f"{page}.md").read_text("utf-8") for language in LANGUAGES}
    id_ = short
    while any(f"#{id_}}}" in text for text in texts.values()):
        id_ += "-example"
    sections = yaml.safe_load((_STARTERS / "section.yaml").read_text("utf-8"))
    return {
        f"docs/{language}/{page}.md": string.Template(sections[language]).substitute(id=id_, name=name)
        for language in LANGUAGES
    }


def _left(root: Path, path: str) -> list[Left]:
    lines = (root / path).read_text("utf-8").splitlines()
    return [Left(path, number, line.strip()) for number, line in enumerate(lines, 1) if MARK in line]
