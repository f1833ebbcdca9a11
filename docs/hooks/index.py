"""For programs and feed readers: every snippet, every place that can be linked to, and what changed.

`snippets/index.json` with its schema, the schema of the checker's answers, `snippets/addresses.json`, and
Atom feeds: `ja/snippets/feed.xml`, `en/snippets/feed.xml`, and `snippets/feed.xml` with both languages in
each entry.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

import released
import saves
from lambda_vpc.checking import data as answers
from lambda_vpc.guide import addresses, permanent
from lambda_vpc.guide import index as guide_index
from lambda_vpc.guide.cases import CaseResult
from lambda_vpc.guide.changes import SUPERSEDED, WITHDRAWN, Change, changes
from lambda_vpc.guide.languages import LANGUAGES
from lambda_vpc.guide.releases import History
from lambda_vpc.guide.snippet import Snippet
from language import split
from render import render
from render import words as all_words

_ARTICLE = re.compile(r"<article\b.*</article>", re.DOTALL)
_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML cannot hold, not even escaped."""


@dataclass
class _Build:
    """What this build has seen so far."""

    ids: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """By language, by the address of the page below it."""


_build = _Build()


def files(
    config: MkDocsConfig, snippets: Mapping[str, Snippet], results: Mapping[str, Sequence[CaseResult]]
) -> Iterator[File]:
    """Index and feeds.

    Args:
        config: of the site.
        snippets: all of this build, by name.
        results: what came out of their cases, by name.
    """
    histories = {name: released.history(name) for name in snippets}
    data = guide_index.index(config.site_url, snippets, results, histories)
    found = {
        addresses.INDEX: _json(data),
        addresses.INDEX_SCHEMA: guide_index.SCHEMA.read_text("utf-8"),
        addresses.ANSWERS_SCHEMA: answers.SCHEMA.read_text("utf-8"),
        addresses.PLACES: "",  # known once every page is written
        addresses.feed(): feed(LANGUAGES, config, snippets, histories),
    }
    found |= {
        addresses.feed(language): feed((language,), config, snippets, histories) for language in LANGUAGES
    }
    for path, text in found.items():
        yield File.generated(config, path, content=text)


# --- what can be linked to ----------------------------------------------------------------------


def on_files(files: Files, config: MkDocsConfig) -> None:
    """Begin anew."""
    _build.ids = {language: {} for language in LANGUAGES}


def on_page_context(context: dict, page: Page, config: MkDocsConfig, **_: object) -> dict:
    """The catalogue and the pages of snippets name the feed of their language."""
    language, path = split(page.file.src_uri, config)
    if path.startswith("snippets/"):
        context["feed"] = {"path": addresses.feed(language), "title": _title(language, config)}
    return context


@event_priority(-100)
def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Note the places on a page."""
    article = _ARTICLE.search(output)
    if not article:
        raise PluginError(f"docs/{page.file.src_uri}: no <article>: mend docs/hooks/index.py")
    language, _ = split(page.file.src_uri, config)
    _build.ids[language][page.url.removeprefix(f"{language}/")] = permanent.ids(article[0])
    return output


# After all other hooks, which write files as well.
@event_priority(-200)
def on_post_build(config: MkDocsConfig) -> None:
    """Write down which addresses there are."""
    if not saves.everything():
        return
    site = Path(config.site_dir)
    index = json.loads((site / addresses.INDEX).read_text("utf-8"))
    named = {
        address.removeprefix(index["site"])
        for snippet in index["snippets"]
        for address in (snippet["addresses"]["raw"], *(one["pinned"] for one in snippet["versions"]))
    }
    redirects = permanent.load_redirects(Path(config.config_file_path).parent)
    moved = {old: redirect.to for old, redirect in redirects.items()}
    data = guide_index.places(_build.ids, {addresses.PLACES, *_published(site)} - named, moved)
    (site / addresses.PLACES).write_text(_json(data), "utf-8")


def _published(site: Path) -> Iterator[str]:
    """What is published besides pages, below the root."""
    for folder, _, names in os.walk(site):
        below = Path(folder).relative_to(site).as_posix()
        for name in names:
            # Pages, and the same as Markdown beside them.
            if not name.endswith(".html") and not (name == "index.md" and below.startswith(LANGUAGES)):
                yield name if below == "." else f"{below}/{name}"


def _json(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


# --- feeds --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """One change, as a feed tells it."""

    id: str
    """An address that no other entry has, in this feed or another; it stays when others come."""
    title: str
    updated: str
    links: Mapping[str, str]
    """By language."""
    said: Mapping[str, str]
    """The reason, by language."""


def feed(
    languages: Sequence[str],
    config: MkDocsConfig,
    snippets: Mapping[str, Snippet],
    histories: Mapping[str, History],
) -> str:
    """What changed among the snippets, as Atom, in one language or in several."""
    language = languages[0] if len(languages) == 1 else None
    found = changes(histories.values())
    text = render(
        "feed.xml",
        language or LANGUAGES[0],
        languages=languages,
        id=config.site_url + addresses.feed(language),
        title=" / ".join(_title(one, config) for one in languages),
        author=" / ".join(_guide(one, config) for one in languages),
        links={one: config.site_url + addresses.page(addresses.SNIPPETS, one) for one in languages},
        updated=_moment(found[0]) if found else "1970-01-01T00:00:00Z",
        entries=[_entry(change, languages, config, snippets) for change in found],
    )
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def _entry(
    change: Change, languages: Sequence[str], config: MkDocsConfig, snippets: Mapping[str, Snippet]
) -> Entry:
    snippet = snippets[change.name]
    pages = {
        one: config.site_url + addresses.page(addresses.snippet_page(change.name), one) for one in languages
    }
    said = {one: change.why[one] for one in languages}
    if change.by:
        other = snippets[change.by]
        instead = word("feed_instead")
        said = {one: f"{why} {instead[one].format(title=other.title[one])}" for one, why in said.items()}
    what = word(f"change_{change.what}")
    digits = change.version.digits
    whose = pages[languages[0]] if len(languages) == 1 else config.site_url + snippet.raw
    if change.what == WITHDRAWN:
        place, id_ = addresses.pin(digits), f"#withdrawn-{digits}"
    elif change.what == SUPERSEDED:
        place, id_ = "", "#superseded"
    else:
        place = id_ = f"#{addresses.version(digits)}"
    return Entry(
        id=whose + id_,
        title=" / ".join(f"{snippet.title[one]} ({what[one]})" for one in languages),
        updated=_moment(change),
        links={one: address + place for one, address in pages.items()},
        said=said,
    )


def word(name: str) -> Mapping[str, str]:
    """A word of the interface, by language."""
    return all_words()[name]


def _moment(change: Change) -> str:
    return f"{change.on.isoformat()}T00:00:00Z"


def _guide(language: str, config: MkDocsConfig) -> str:
    return config.extra["languages"][language]["site_name"]


def _title(language: str, config: MkDocsConfig) -> str:
    return word("feed_title")[language].format(guide=_guide(language, config))
