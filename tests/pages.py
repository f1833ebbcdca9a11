"""Reads a page as its reader gets it, section by section, and names what two languages do not share.

A section runs from one heading to the next, whatever their levels; what stands above the first heading,
front matter included, belongs to the first section.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

from markdown import Markdown
from mkdocs.utils import meta
from mkdocs.utils.yaml import yaml_load

from lambda_vpc.guide.directives import Directive, expand
from lambda_vpc.guide.languages import LANGUAGES as LANGUAGES

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"

# Stands in the text where a directive or code was, and counts as neither Japanese nor Latin.
REMOVED = "\N{OBJECT REPLACEMENT CHARACTER}"

# Cited where the sentence wants them: in a section their set counts, for other directives the order too.
CITED_ANYWHERE = frozenset({"fact", "term"})

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r"(#{1,6})(?!#)\s*(.*?)\s*#*\s*$")
_ID = re.compile(r"\{:?[^{}]*#([^\s{}]+)[^{}]*\}\s*$")
_GOOD_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_BLOCKS = frozenset(
    ["p", "li", "td", "th", "dt", "dd", "summary", "figcaption", "div", "ul", "ol", "dl", "table", "tr"]
    + [f"h{level}" for level in range(1, 7)]
)


class PageError(ValueError):
    """A page cannot be compared; each line of the message names file, line and mend."""


@dataclass(frozen=True)
class Section:
    """What one section holds; `line` is its heading's line and `start` its first, counted from 1."""

    id: str
    level: int
    line: int
    start: int
    source: str
    directives: tuple[tuple[str, str], ...] = ()
    links: frozenset[str] = frozenset()
    images: tuple[str, ...] = ()
    tables: tuple[tuple[int, int], ...] = ()  # rows and columns
    texts: tuple[str, ...] = ()  # paragraphs, list items, table cells: no markup, no code, no directives


@dataclass(frozen=True)
class Page:
    """One file in one language; `path` is relative to the repository, as messages show it."""

    path: str
    sections: Mapping[str, Section]


def names(docs: Path, language: str) -> set[str]:
    """The pages of a language, as paths below `docs/<language>` without `.md`."""
    return {path.relative_to(docs / language).as_posix()[:-3] for path in (docs / language).rglob("*.md")}


def read(docs: Path, language: str, name: str) -> Page:
    """Read `docs/<language>/<name>.md` with the site's own Markdown settings.

    Raises:
        PageError: a heading has no id of its own, a bad one or one that another heading has.
    """
    file = docs / language / f"{name}.md"
    path = f"docs/{language}/{name}.md"
    text = file.read_text(encoding="utf-8")
    body, data = meta.get_data(text)
    lines = text.split("\n")
    first = len(lines) - len(body.split("\n"))
    headings = _headings(path, lines, first)
    html = _read_html(body)
    if [(level, id_) for level, id_, _ in headings] != [(part.level, part.id) for part in html.parts[1:]]:
        made = ", ".join(f"#{part.id}" for part in html.parts[1:])
        raise PageError(
            f"{path}: Markdown makes these headings: {made}. Write each one as `## Text {{#id}}`, from the "
            "start of its line, with a blank line before it"
        )
    above = [str(data[key]) for key in ("title", "description") if key in data] + html.parts[0].texts
    sections = {}
    for number, (level, id_, line) in enumerate(headings):
        start = line if number else 1
        end = headings[number + 1][2] - 1 if number + 1 < len(headings) else len(lines)
        source = "\n".join(lines[start - 1 : end])
        parts = html.parts[:2] if number == 0 else [html.parts[number + 1]]
        sections[id_] = Section(
            id_,
            level,
            line,
            start,
            source,
            directives=tuple(_directives(source)),
            links=frozenset(_target(name, link) for part in parts for link in part.links if _internal(link)),
            images=tuple(_target(name, image) for part in parts for image in part.images),
            tables=tuple((rows, columns) for part in parts for rows, columns in part.tables),
            texts=tuple(([] if number else above) + parts[-1].texts),
        )
    return Page(path, sections)


def running_text(markdown: str) -> list[str]:
    """The paragraphs, list items and cells of a Markdown text, without markup, code and directives."""
    html = _read_html(markdown)
    return [text for part in html.parts for text in part.texts]


def differences(one: Page, other: Page) -> list[str]:
    """What the two languages of a page do not share: a message each, empty when they are equal."""
    found = []
    for here, there in ((one, other), (other, one)):
        for section in here.sections.values():
            if section.id not in there.sections:
                found.append(
                    f"{there.path}: section #{section.id} is missing; {here.path}:{section.line} has it. "
                    "Write it there, or take it away here"
                )
    shared = [id_ for id_ in one.sections if id_ in other.sections]
    order = [id_ for id_ in other.sections if id_ in one.sections]
    for first, second in zip(shared, order, strict=True):
        if first != second:
            found.append(
                f"{other.path}:{other.sections[second].line}: section #{second} stands where "
                f"{one.path}:{one.sections[first].line} has #{first}: bring both into one order"
            )
            break
    for id_ in shared:
        found += _section_differences(one, other, id_)
    return found


def _section_differences(one: Page, other: Page, id_: str) -> Iterator[str]:
    here, there = one.sections[id_], other.sections[id_]
    places = f"{one.path}:{here.line} and {other.path}:{there.line}: section #{id_}"
    if here.level != there.level:
        yield f"{places} has level {here.level} in one and {there.level} in the other: make them equal"
    for what, ours, theirs in (
        ("cites", _cited(here), _cited(there)),
        ("links to", here.links, there.links),
    ):
        for page, section, missing in ((one, here, theirs - ours), (other, there, ours - theirs)):
            for item in sorted(missing):
                yield (
                    f"{page.path}:{section.line}: section #{id_} {what} no {item}, the other language does: "
                    "add it here, or take it away there"
                )
    for what, ours, theirs in (
        ("directives", _ordered(here), _ordered(there)),
        ("images", here.images, there.images),
        ("tables", _tables(here), _tables(there)),
    ):
        if ours != theirs:
            yield (
                f"{places} has other {what} in the two languages, or another order: "
                f"{_listed(ours)} and {_listed(theirs)}"
            )


def _cited(section: Section) -> frozenset[str]:
    return frozenset(
        f"{{{{ {name} {word} }}}}"
        for name, argument in section.directives
        if name in CITED_ANYWHERE
        for word in argument.split()
    )


def _ordered(section: Section) -> tuple[str, ...]:
    return tuple(f"{{{{ {n} {a} }}}}" for n, a in section.directives if n not in CITED_ANYWHERE)


def _tables(section: Section) -> tuple[str, ...]:
    return tuple(f"{rows} rows × {columns} columns" for rows, columns in section.tables)


def _listed(items: tuple[str, ...]) -> str:
    return ", ".join(items) or "none"


def _headings(path: str, lines: list[str], first: int) -> list[tuple[int, str, int]]:
    """Level, id and line of each heading outside code; the first `first` lines are front matter."""
    found: list[tuple[int, str, int]] = []
    mistakes = []
    fence = None
    for number, line in enumerate(lines[first:], first + 1):
        mark = _FENCE.match(line)
        if fence is None and mark:
            fence = mark[1]
        elif fence is not None:
            if mark and mark[1].startswith(fence) and not line.strip(" `~"):
                fence = None
        elif heading := _HEADING.match(line):
            id_ = _ID.search(heading[2])
            if not id_:
                mistakes.append(f"{path}:{number}: heading without an id: end the line with {{#some-id}}")
            elif not _GOOD_ID.fullmatch(id_[1]):
                mistakes.append(
                    f"{path}:{number}: heading id '{id_[1]}': use small letters, digits and single hyphens"
                )
            elif earlier := next((line for _, known, line in found if known == id_[1]), None):
                mistakes.append(
                    f"{path}:{number}: heading id '{id_[1]}' stands on line {earlier} too: choose another"
                )
            else:
                found.append((len(heading[1]), id_[1], number))
    if not found and not mistakes:
        mistakes.append(f"{path}:1: no heading: begin the page with `# Title {{#top}}`")
    if mistakes:
        raise PageError("\n".join(mistakes))
    return found


def _directives(source: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []

    def note(directive: Directive) -> str:
        # The words by which a case is linked are the language's own.
        argument = directive.argument.partition(" ")[0] if directive.name == "case" else directive.argument
        found.append((directive.name, argument))
        return ""

    for line in expand(source, note).split("\n"):
        if line.startswith("::: "):  # an object's documentation, written by mkdocstrings
            found.append((":::", line[4:].strip()))
    return found


@cache
def _markdown() -> Markdown:
    """Python-Markdown with the extensions that mkdocs.yml gives the site."""
    with (ROOT / "mkdocs.yml").open(encoding="utf-8") as file:
        listed = yaml_load(file)["markdown_extensions"]
    settings = {}
    for item in listed:
        settings |= item if isinstance(item, dict) else {item: {}}
    return Markdown(extensions=list(settings), extension_configs=settings)


def _read_html(markdown: str) -> _Html:
    html = _Html()
    html.feed(_markdown().reset().convert(expand(markdown, lambda _: REMOVED)))
    html.close()
    return html


def _internal(link: str) -> bool:
    parts = urlsplit(link)
    return not parts.scheme and not parts.netloc


def _target(name: str, link: str) -> str:
    """A link's page and anchor, the same text wherever in a language it is written."""
    parts = urlsplit(link)
    path = f"{name}.md"
    if parts.path:
        path = posixpath.normpath(posixpath.join(posixpath.dirname(path), parts.path))
    return path + (f"#{parts.fragment}" if parts.fragment else "")


@dataclass
class _Part:
    """What the HTML holds from one heading to the next; the first part has no heading."""

    level: int
    id: str
    links: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    tables: list[list[int]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)


class _Html(HTMLParser):
    """Cuts a page's HTML at its headings."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts = [_Part(0, "")]
        self.text: list[str] = []
        self.code = 0
        self.cells = 0
        self.permalink = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag in _BLOCKS:
            self._end_of_text()
        if re.fullmatch("h[1-6]", tag):
            self.parts.append(_Part(int(tag[1]), attributes.get("id") or ""))
        part = self.parts[-1]
        if tag in ("code", "pre"):
            self.code += 1
            self.text.append(REMOVED if self.code == 1 else "")
        elif tag == "a":
            self.permalink = attributes.get("class") == "headerlink"
            if not self.permalink and attributes.get("href"):
                part.links.append(attributes["href"])
        elif tag == "img":
            part.images.append(attributes.get("src") or "")
        elif tag == "br":
            self.text.append("\n")
        elif tag == "table":
            part.tables.append([0, 0])
        elif tag == "tr" and part.tables:
            part.tables[-1][0] += 1
            self.cells = 0
        elif tag in ("td", "th") and part.tables:
            self.cells += 1
            part.tables[-1][1] = max(part.tables[-1][1], self.cells)

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._end_of_text()
        if tag in ("code", "pre"):
            self.code -= 1
        elif tag == "a":
            self.permalink = False

    def handle_data(self, data: str) -> None:
        if not self.code and not self.permalink:
            self.text.append(data)

    def close(self) -> None:
        super().close()
        self._end_of_text()

    def _end_of_text(self) -> None:
        text = "".join(self.text).strip()
        self.text = []
        if text.strip(REMOVED):
            self.parts[-1].texts.append(text)
