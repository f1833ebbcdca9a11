"""The guide's words: reads docs/terms.yaml strictly, lists all on the glossary page, links to one.

`{{ glossary }}` becomes the list of all words, `{{ term hyperplane-eni }}` a link to one of them, written
as the page's language spells it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from markupsafe import Markup
from mkdocs.exceptions import PluginError
from mkdocs.structure.pages import Page

from directives import DirectiveError, expand
from lambda_vpc.guide.spec_reader import LANGUAGES
from lambda_vpc.reading import BadInput, Problem, Source, read, suggestion
from render import language_of, link, render

PATH = Path(__file__).parents[1] / "terms.yaml"
PAGE = "reference/glossary.md"

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_CODE = re.compile(r"`([^`]+)`")
_NEEDED = {"id", "seen_in", *LANGUAGES}
_OPTIONAL = {"also", "avoid", "means"}


@dataclass(frozen=True)
class Term:
    """One word in both languages."""

    id: str
    """Its anchor on the glossary page."""
    text: Mapping[str, str]
    """The spelling, by language."""
    also: tuple[str, ...]
    """Other spellings that AWS uses."""
    means: Mapping[str, str] | None
    """A definition by language, code in backticks; `None` where the word speaks for itself."""
    seen_in: str
    """Where the Japanese spelling was seen."""

    @property
    def verified(self) -> bool:
        """Whether the Japanese spelling was seen anywhere."""
        return not self.seen_in.startswith("unverified")


def load(path: Path = PATH) -> dict[str, Term]:
    """The words by id, in the order of their English spelling; read again only when the file has changed.

    Raises:
        BadInput: the file breaks its form; each problem names file, line and mend.
    """
    return _load(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=1)
def _load(path: Path, _changed: int) -> dict[str, Term]:
    return parse(read(path, f"docs/{path.name}"))


def parse(source: Source) -> dict[str, Term]:
    """The words in a file that has been read; raises `BadInput` like [`load`][terms.load]."""
    entries = source.data if isinstance(source.data, list) else []
    problems = [] if entries else [source.problem((), "must be a list of words, each with an id")]
    found: dict[str, Term] = {}
    for number, entry in enumerate(entries):
        wrong = list(_problems(source, number, entry, found))
        problems += wrong
        if not wrong:
            found[entry["id"]] = Term(
                entry["id"],
                {language: entry[language] for language in LANGUAGES},
                tuple(entry.get("also", ())),
                entry.get("means"),
                entry["seen_in"],
            )
    if problems:
        raise BadInput(problems)
    return dict(sorted(found.items(), key=lambda item: item[1].text["en"].casefold()))


def _problems(source: Source, number: int, entry: object, earlier: Mapping[str, Term]) -> Iterator[Problem]:
    at = (number,)
    if not isinstance(entry, Mapping):
        yield source.problem(at, f"must be a mapping with the keys {', '.join(sorted(_NEEDED))}")
        return
    for key in entry.keys() - _NEEDED - _OPTIONAL:
        yield source.problem((*at, key), f"unknown key '{key}'{suggestion(key, [*_NEEDED, *_OPTIONAL])}")
    for key in sorted(_NEEDED):
        if not isinstance(entry.get(key), str) or not entry[key].strip():
            yield source.problem((*at, key), f"'{key}' is missing; write a text")
    for key in ("also", "avoid"):
        if not isinstance(entry.get(key, []), list):
            yield source.problem((*at, key), f"'{key}' must be a list of spellings")
    means = entry.get("means")
    if means is not None and (not isinstance(means, Mapping) or means.keys() != set(LANGUAGES)):
        yield source.problem((*at, "means"), f"'means' needs a text in {' and '.join(LANGUAGES)}")
    id_ = entry.get("id")
    if isinstance(id_, str) and not _ID.fullmatch(id_):
        yield source.problem((*at, "id"), f"id '{id_}': use small letters, digits and single hyphens")
    if id_ in earlier:
        yield source.problem((*at, "id"), f"the id '{id_}' stands twice; ids are addresses")


def _glossary_directive(argument: str, page: Page) -> str:
    if argument:
        raise DirectiveError(f"takes no argument, found '{argument}'; remove it")
    language = language_of(page)
    other = next(one for one in LANGUAGES if one != language)
    return render("glossary.html", language, terms=load().values(), other=other, rich=_rich)


def _term_directive(argument: str, page: Page) -> str:
    known = load()
    if argument not in known:
        raise DirectiveError(f"no word '{argument}' in docs/terms.yaml{suggestion(argument, list(known))}")
    language = language_of(page)
    address = link(page, f"{language}/{PAGE}")
    return render("glossary-term.html", language, term=known[argument], address=address).strip()


def _rich(text: str) -> Markup:
    """A text with code in backticks as HTML."""
    parts = _CODE.split(text)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else part for number, part in enumerate(parts)
    )


HANDLERS = {"glossary": _glossary_directive, "term": _term_directive}


def on_pre_build(**_: object) -> None:
    """Stop before any page is rendered when docs/terms.yaml breaks its form."""
    try:
        load()
    except BadInput as error:
        raise PluginError(str(error)) from None


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Expand this hook's directives."""
    return expand(markdown, page, HANDLERS)
