"""Holds a link against what a site has: as it should be, outdated, withdrawn, moved or broken."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from difflib import get_close_matches
from urllib.parse import unquote

from lambda_vpc.guide import addresses
from lambda_vpc.guide.languages import LANGUAGES
from lambda_vpc.links.finding import Link
from lambda_vpc.links.published import Event, Listed, Published, Version
from lambda_vpc.reading import clipped

PINNED, CURRENT, OUTDATED, WITHDRAWN, BROKEN, MOVED, UNCHECKED = ANSWERS = (
    "pinned", "current", "outdated", "withdrawn", "broken", "moved", "unchecked",
)  # fmt: skip
"""Every answer there is. `current`: it names no version and leads to what is there now."""

_MOVED = "has another URL now"
_Address = Callable[[Listed], str]
"""The address of a snippet in the form that a link has."""

_MOST_GUESSES = 100
"""Addresses for which one that was perhaps meant is looked for: that takes time."""
_LONGEST_GUESS = 200


@dataclass(frozen=True)
class Answer:
    """What a link is."""

    answer: str
    """One of `ANSWERS`."""
    why: str = ""
    """What is to be said about it, as a sentence without its full stop."""
    instead: str = ""
    """Below the root, the address to link to."""
    snippet: str = ""
    """The snippet that it leads to."""


class Judge:
    """Judges the links to one site; every address is judged once, however often it stands there."""

    def __init__(self, published: Published, language: str) -> None:
        self._site = published
        self._language = language
        self._known: dict[tuple[str, str, str], Answer] = {}
        self._guesses = 0
        listed = published.snippets.values()
        self._raw = {one.raw: one for one in listed}
        self._pinned = {version.pinned: (one, version) for one in listed for version in one.versions}
        self._by_file = {_last(path): one for path, (one, _) in self._pinned.items()}
        self._by_digits = {version.digits: version for _, version in self._pinned.values()}
        pages = [f"{language}/{page}" for page in published.pages or () for language in LANGUAGES]
        embeds = [addresses.embed(name, language) for name in published.snippets for language in LANGUAGES]
        self._everything = sorted({*self._raw, *published.files, *pages, *embeds})
        self._files = published.files | {
            "", addresses.INDEX, addresses.INDEX_SCHEMA, addresses.ANSWERS_SCHEMA, addresses.PLACES,
            addresses.feed(), *map(addresses.feed, LANGUAGES),
        }  # fmt: skip

    def __call__(self, link: Link) -> Answer:
        """What a link is."""
        key = link.path, link.query, link.fragment
        if key not in self._known:
            self._known[key] = self._judged(*key)
        return self._known[key]

    def _judged(self, path: str, query: str, fragment: str) -> Answer:
        if path in self._files or path == "index.html":
            return Answer(CURRENT)
        if path in self._raw:
            return self._unpinned(self._raw[path], lambda other: other.raw)
        if path.startswith(addresses.PINNED):
            return self._pinned_file(path)
        pin = _pin(query)
        language, _, rest = path.removeprefix(addresses.EMBEDS).partition("/")
        if language not in LANGUAGES:
            return self._nothing(path)
        if path.startswith(addresses.EMBEDS):
            one = self._site.snippets.get(rest.removesuffix("index.html").rstrip("/"))
            if one is None:
                return self._broken("there is no such embed", path)
            return self._snippet_page(one, pin, lambda other: addresses.embed(other.name, language))
        return self._page(path, language, _page_of(rest), pin, fragment)

    # --- snippets -------------------------------------------------------------------------------

    def _unpinned(self, one: Listed, address: _Address) -> Answer:
        if one.withdrawn:
            return self._withdrawn(one, one.withdrawn, address)
        return self._superseded(one, address) or Answer(CURRENT, snippet=one.name)

    def _pinned_file(self, path: str) -> Answer:
        if path in self._pinned:
            one, version = self._pinned[path]
            return self._version(
                one, version, lambda other: other.latest.pinned if other.latest else other.raw
            )
        digits, _, file = path.removeprefix(addresses.PINNED).partition("/")
        if digits in self._by_digits:
            there = self._by_digits[digits].pinned
            return Answer(BROKEN, f"these digits are those of {_last(there)}", there)
        if file not in self._by_file:
            return self._broken("there is no such file", path)
        one = self._by_file[file]
        return self._no_version(one, digits, lambda version: version.pinned, one.raw)

    def _snippet_page(self, one: Listed, pin: str, address: _Address) -> Answer:
        if not pin:
            return self._unpinned(one, address)
        version = next((version for version in one.versions if version.digits == pin), None)
        if version is None:
            to = address(one)
            return self._no_version(one, pin, lambda version: to + addresses.pin(version.digits), to)
        return self._version(one, version, lambda other: _with_pin(address(other), other))

    def _no_version(
        self, one: Listed, digits: str, address: Callable[[Version], str], otherwise: str
    ) -> Answer:
        found = self._guess(digits, [version.digits for version in one.versions])
        why = f"no version of {one.name} with the digits '{clipped(digits)}' was released"
        why += f" (did you mean '{found}'?)" if found else ""
        meant = next((version for version in one.versions if version.digits == found), one.latest)
        return Answer(BROKEN, why, address(meant) if meant else otherwise, one.name)

    def _version(self, one: Listed, version: Version, address: _Address) -> Answer:
        if version.withdrawn:
            return self._withdrawn(one, version.withdrawn, address)
        if superseded := self._superseded(one, address):
            return superseded
        latest = one.latest
        if latest is None or latest is version:
            return Answer(PINNED, snippet=one.name)
        said = latest.released
        why = f"changed on {said.on}: {_sentence(said.why[self._language])}"
        return Answer(OUTDATED, why, address(one), one.name)

    def _withdrawn(self, one: Listed, event: Event, address: _Address) -> Answer:
        why = f"withdrawn on {event.on}: {_sentence(event.why[self._language])}"
        other = self._site.snippets.get(one.by or "")
        if other:
            return Answer(WITHDRAWN, why, address(other), one.name)
        return Answer(WITHDRAWN, why, address(one) if one.latest else "", one.name)

    def _superseded(self, one: Listed, address: _Address) -> Answer | None:
        other = self._site.snippets.get(one.by or "")
        if other is None:
            return None
        why = f"superseded by {other.name}: {_sentence(one.by_why[self._language])}"
        return Answer(OUTDATED, why, address(other), one.name)

    # --- pages ----------------------------------------------------------------------------------

    def _page(self, path: str, language: str, page: str, pin: str, fragment: str) -> Answer:
        place = f"{page}#{fragment}" if fragment else page
        pages, moved = self._site.pages, self._site.moved
        if place in moved:
            return Answer(MOVED, _MOVED, f"{language}/{moved[place]}")
        topic, _, name = page.removesuffix("/").removeprefix("snippets/").partition("/")
        one = self._site.snippets.get(f"{topic}/{name}") if page.startswith("snippets/") else None
        if one is None and pages is None:
            return Answer(UNCHECKED, f"no {addresses.PLACES} beside the index says which pages there are")
        if one is None and page not in pages:
            if page in moved:
                to = f"{language}/{moved[page]}"
                return Answer(MOVED, _MOVED, to if "#" in to or not fragment else f"{to}#{fragment}")
            return self._broken("there is no such page", path)
        answer = Answer(CURRENT)
        if one is not None:
            answer = self._snippet_page(
                one, pin, lambda other: addresses.page(addresses.snippet_page(other.name), language)
            )
        if fragment and pages is not None and answer.answer != WITHDRAWN:
            ids = pages.get(page, frozenset())
            versions = {addresses.version(version.digits) for version in one.versions} if one else set()
            if fragment not in ids and fragment not in versions:
                found = self._guess(fragment, ids | versions)
                why = f"the page has no place #{clipped(fragment)}"
                why += f" (did you mean #{found}?)" if found else ""
                return Answer(BROKEN, why, f"{language}/{page}#{found}" if found else "", answer.snippet)
            if fragment in ids and answer.instead.startswith(f"{language}/{page}?"):
                return replace(answer, instead=f"{answer.instead}#{fragment}")
        return answer

    def _nothing(self, path: str) -> Answer:
        """No form of address that the site has; below a language there may be the page that was meant."""
        if self._site.pages is None and not path.startswith("snippets/"):
            return Answer(UNCHECKED, f"no {addresses.PLACES} beside the index says which files there are")
        if self._site.pages is not None and _page_of(path) in self._site.pages:
            to = f"{self._language}/{_page_of(path)}"
            return Answer(BROKEN, "the language is missing", to)
        return self._broken(f"there is no such {'file' if '.' in _last(path) else 'page'}", path)

    # --- what was perhaps meant -----------------------------------------------------------------

    def _broken(self, why: str, path: str) -> Answer:
        found = self._guess(path, self._everything)
        return Answer(BROKEN, f"{why} (did you mean '{found}'?)" if found else why, found)

    def _guess(self, word: str, known: Collection[str]) -> str:
        """The nearest that there is, or nothing; only so often, and only for what is short."""
        if self._guesses >= _MOST_GUESSES or len(word) > _LONGEST_GUESS:
            return ""
        self._guesses += 1
        return next(iter(get_close_matches(word, sorted(known), 1)), "")


def _pin(query: str) -> str:
    """The version that a query names, or nothing."""
    for part in query.split("&"):
        name, _, value = part.partition("=")
        if name == addresses.PIN:
            return unquote(value)
    return ""


def _with_pin(address: str, one: Listed) -> str:
    return address + addresses.pin(one.latest.digits) if one.latest else address


def _page_of(rest: str) -> str:
    """A page below its language, however its address is written: of its HTML, of its Markdown, unfinished."""
    rest = rest.removesuffix("index.html").removesuffix("index.md")
    return rest if not rest or rest.endswith("/") else f"{rest}/"


def _last(path: str) -> str:
    return path.rpartition("/")[2]


def _sentence(text: str) -> str:
    """A reason on one line, without its full stop: more follows."""
    return " ".join(text.split()).rstrip(".。")
