"""Facts: reads docs/facts.yaml strictly, cites a fact where a page rests on it, lists all on one page.

In a page, `{{ fact K02 K03 }}` becomes small links to the facts page, and `{{ how-checked }}` and
`{{ facts }}` become that page's tables. Other hooks cite with [`citation`][facts.citation].
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache
from pathlib import Path

import jinja2
from markupsafe import Markup, escape
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File
from mkdocs.structure.pages import Page

from directives import DirectiveError, expand
from lambda_vpc.reading import BadInput, Problem, Source, read, suggestion

DOCS = Path(__file__).parents[1]
PATH = DOCS / "facts.yaml"
PAGE = "reference/facts.md"
LANGUAGES = ("ja", "en")

LABELS = {
    "ja": {
        "cite": "根拠 {id}",
        "how": "確認方法",
        "means": "意味",
        "count": "件数",
    },
    "en": {
        "cite": "fact {id}",
        "how": "How it was checked",
        "means": "Meaning",
        "count": "Facts",
    },
}

_ID = re.compile(r"[A-Z]\d{2}")
_CODE = re.compile(r"`([^`]+)`")
# Markdown would read these inside a title attribute, where a reader wants them as they are.
_NOT_MARKDOWN = str.maketrans({mark: f"&#{ord(mark)};" for mark in "*_[]|{}\\`"})


@dataclass(frozen=True)
class Fact:
    """One claim about AWS."""

    id: str
    """A letter and two digits."""
    topic: str
    how: str
    checked_on: str
    """ISO date."""
    sources: tuple[str, ...]
    """Keys of [`Facts.sources`][facts.Facts]."""
    text: Mapping[str, str]
    """By language; code stands in backticks."""
    value: object
    """What data can confirm, or `None`."""
    line: int
    """Where it begins in docs/facts.yaml."""

    @property
    def anchor(self) -> str:
        """Its heading id on the facts page, the same in every language."""
        return self.id.lower()


@dataclass(frozen=True)
class Facts:
    """docs/facts.yaml as read: the facts by id, and the tables they refer to."""

    by_id: Mapping[str, Fact]
    topics: Mapping[str, Mapping[str, str]]
    how: Mapping[str, Mapping]
    sources: Mapping[str, Mapping[str, str]]

    def named(self, ids: Iterable[str]) -> list[Fact]:
        """The facts with these ids, in this order.

        Raises:
            ValueError: no such fact.
        """
        ids = list(ids)
        for id_ in ids:
            if id_ not in self.by_id:
                raise ValueError(
                    f"unknown fact '{id_}'{suggestion(id_, list(self.by_id))}; "
                    "facts are written in docs/facts.yaml"
                )
        return [self.by_id[id_] for id_ in ids]


def load(path: Path = PATH) -> Facts:
    """The facts, read again only when the file has changed.

    Raises:
        BadInput: the file breaks its form; each problem names file, line and mend.
    """
    return _load(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=1)
def _load(path: Path, _changed: int) -> Facts:
    return parse(read(path, f"docs/{path.name}"))


def parse(source: Source) -> Facts:
    """The facts in a file that has been read; raises `BadInput` like [`load`][facts.load]."""
    form = _Form(source)
    root = form.mapping((), {"topics", "how", "sources", "facts"})
    topics = {key: form.texts(("topics", key)) for key in form.keys(("topics",))}
    how = {}
    for key in form.keys(("how",)):
        form.mapping(("how", key), {*LANGUAGES, "means"})
        how[key] = {**form.texts(("how", key)), "means": form.texts(("how", key, "means"))}
    for key in form.keys(("sources",)):
        form.mapping(("sources", key), {"title"}, {"url", "lang"})
    found: dict[str, Fact] = {}
    entries = root.get("facts")
    if not isinstance(entries, list):
        form.wrong(("facts",), "must be a list of facts")
        entries = []
    for number in range(len(entries)):
        fact = _fact(form, ("facts", number))
        if fact is None:
            continue
        if fact.id in found:
            form.wrong(
                ("facts", number, "id"),
                f"duplicate fact {fact.id} (first on line {found[fact.id].line}); take the next free number",
            )
        found.setdefault(fact.id, fact)
    # A fact that could not be read would leave entries unused that are not.
    for table in ("topics", "how", "sources") if not form.problems else ():
        used = {key for fact in found.values() for key in (fact.topic, fact.how, *fact.sources)}
        for key in form.keys((table,)):
            if key not in used:
                form.wrong((table, key), f"no fact uses '{key}'; remove it from {table}")
    if form.problems:
        raise BadInput(form.problems)
    return Facts(found, topics, how, root["sources"])


def _fact(form: _Form, at: tuple) -> Fact | None:
    keys = {"id", "topic", "how", "checked_on", "sources", *LANGUAGES}
    entry = form.mapping(at, keys, {"value"})
    if not keys <= entry.keys():
        return None
    form.name = f"fact {entry['id']}: "
    if not _ID.fullmatch(str(entry["id"])):
        form.wrong((*at, "id"), f"'{entry['id']}' is no id; write a capital letter and two digits, as in K02")
    form.one_of((*at, "topic"), "topics")
    form.one_of((*at, "how"), "how")
    sources = entry["sources"] if isinstance(entry["sources"], list) else []
    if not sources:
        form.wrong((*at, "sources"), "name at least one source, as in [DG-VPC]")
    for number in range(len(sources)):
        form.one_of((*at, "sources", number), "sources")
    try:
        date.fromisoformat(str(entry["checked_on"]))
    except ValueError:
        form.wrong((*at, "checked_on"), f"'{entry['checked_on']}' is no date; write it as 2026-11-22")
    text = form.texts(at)
    fact = Fact(
        str(entry["id"]),
        str(entry["topic"]),
        str(entry["how"]),
        str(entry["checked_on"]),
        tuple(map(str, sources)),
        text,
        entry.get("value"),
        form.source.line(at),
    )
    form.name = ""
    return fact


@dataclass
class _Form:
    """Collects what is wrong with the form of a file, each mistake with its line."""

    source: Source
    problems: list[Problem] = field(default_factory=list)
    name: str = ""

    def wrong(self, at: tuple, message: str) -> None:
        self.problems.append(self.source.problem(at, self.name + message))

    def at(self, at: tuple) -> object:
        value = self.source.data
        for key in at:
            inside = (isinstance(value, dict) and key in value) or isinstance(value, list)
            value = value[key] if inside else None
        return value

    def keys(self, at: tuple) -> Iterator[str]:
        value = self.at(at)
        yield from value if isinstance(value, dict) else ()

    def mapping(self, at: tuple, needed: set[str], optional: frozenset[str] | set[str] = frozenset()) -> dict:
        value = self.at(at)
        if not isinstance(value, dict):
            self.wrong(at, f"must be a mapping with the keys {', '.join(sorted(needed))}")
            return {}
        known = sorted(needed | optional)
        for key in value.keys() - needed - optional:
            self.wrong((*at, key), f"unknown key '{key}'{suggestion(key, known)}")
        for key in sorted(needed - value.keys()):
            language = " (a text in this language)" if key in LANGUAGES else ""
            self.wrong(at, f"'{key}' is missing; add it{language}")
        return value

    def texts(self, at: tuple) -> dict[str, str]:
        """One text a language; lines are sentences, joined as each language joins them."""
        found = {}
        for language, joint in zip(LANGUAGES, ("", " "), strict=True):
            text = self.at((*at, language))
            if not isinstance(text, str) or not text.strip():
                self.wrong((*at, language), f"has no text in '{language}'; write one")
                text = ""
            found[language] = joint.join(text.split("\n")).strip()
        return found

    def one_of(self, at: tuple, table: str) -> None:
        value, known = self.at(at), list(self.keys((table,)))
        if value not in known:
            self.wrong(at, f"'{value}' is not in the table {table}{suggestion(str(value), known)}")


def citation(ids: Iterable[str], language: str, page: File) -> str:
    """Links from a page to facts, as one line of HTML.

    Args:
        ids: as in docs/facts.yaml.
        language: `ja` or `en`.
        page: the page that cites, from which the links are relative.

    Raises:
        ValueError: no such fact.
    """
    target = File(f"{language}/{PAGE}", None, "", page.use_directory_urls)
    return _render(
        "facts-citation.html",
        language,
        cited=load().named(ids),
        address=target.url_relative_to(page),
    ).strip()


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(DOCS / "theme"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {"rich": _rich, "plain": _plain}
    return environment


def _render(template: str, language: str, **names: object) -> str:
    return (
        _environment()
        .get_template(template)
        .render(facts=load(), lang=language, label=LABELS[language], **names)
    )


def _rich(text: str) -> Markup:
    """A text with code in backticks as HTML."""
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if code else part for code, part in _split(text)
    )


def _plain(text: str) -> Markup:
    """The same text for an attribute in a line of Markdown."""
    return Markup(str(escape("".join(part for _, part in _split(text)))).translate(_NOT_MARKDOWN))


def _split(text: str) -> list[tuple[bool, str]]:
    return [(bool(number % 2), part) for number, part in enumerate(_CODE.split(text))]


def _language(page: Page) -> str:
    return page.file.src_uri.partition("/")[0]


def _fact_directive(argument: str, page: Page) -> str:
    if not argument:
        raise DirectiveError("name the facts after the word fact, as in: fact K02 K03")
    try:
        return citation(argument.split(), _language(page), page.file)
    except ValueError as error:
        raise DirectiveError(str(error)) from None


def _table_directive(template: str):
    def handler(argument: str, page: Page) -> str:
        if argument:
            raise DirectiveError(f"takes no argument, found '{argument}'; remove it")
        return _render(template, _language(page))

    return handler


HANDLERS = {
    "fact": _fact_directive,
    "facts": _table_directive("facts.html"),
    "how-checked": _table_directive("facts-how.html"),
}


def on_pre_build(**_: object) -> None:
    """Stop before any page is rendered when docs/facts.yaml breaks its form."""
    try:
        load()
    except BadInput as error:
        raise PluginError(str(error)) from None


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Expand this hook's directives."""
    return expand(markdown, page, HANDLERS)
