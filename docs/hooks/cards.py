"""What others show of a page when its link is pasted: title, description, and a picture card of its own.

The tags stand in every page. The cards are drawn by another process while MkDocs writes the pages, and only
by `mkdocs build`: nobody pastes links of a server that shows what is being written.
"""

from __future__ import annotations

import re
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from html import escape, unescape
from pathlib import Path

from markupsafe import Markup
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

import beside
import card_contents
import network_pictures
from card_drawing import draw
from card_layout import HEIGHT, WIDTH, Card, Row
from described import MOST, described, shortened
from directives import DirectiveError
from lambda_vpc.diagram.shapes import Layout
from lambda_vpc.guide import addresses
from lambda_vpc.guide.snippet import Snippet
from language import FALLBACK, split
from render import render, words

Figure = Layout | tuple[Row, ...] | None

_HOME = "index.md"
_SNIPPETS, _PICTURES = "docs/hooks/snippets.py", "docs/hooks/pictures.py"
_DIRECTIVE = re.compile(r"^\{\{ (network|picture|snippet|snippet-code) (.+?) \}\}\s*$", re.MULTILINE)
# What turns the direction of a text around, and what no line of text has.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+")


@dataclass
class _Run:
    """How MkDocs was started, and what this build has so far; by the source of a page."""

    serving: bool = False
    shows: dict[str, tuple[str, str]] = field(default_factory=dict)
    """The first directive of a page that shows a picture or a snippet."""
    drawing: dict[str, Future[bytes]] = field(default_factory=dict)


_run = _Run()


def on_startup(command: str, dirty: bool) -> None:
    """Remember whether this process serves."""
    _run.serving = command == "serve"


def on_pre_build(config: MkDocsConfig) -> None:
    """Forget the last build."""
    beside.end()
    _run.shows.clear()
    _run.drawing.clear()


# Before the directives are expanded.
@event_priority(100)
def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> None:
    """Note what a page shows first."""
    if found := _DIRECTIVE.search(markdown):
        _run.shows[page.file.src_uri] = found[1], found[2]


# After the hooks that change the page: sources are numbered, lines joined.
@event_priority(-100)
def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> None:
    """Describe a page, and begin to draw its card."""
    source = page.file.src_uri
    language, rest = split(source, config)
    if language is None:
        return
    # A summary of the guide's data has code in backticks.
    own = shortened(_plain(page.meta.get("description", "")).replace("`", ""), MOST[language])
    text = own or _plain(described(html, _title(page, config), language))
    page.meta["description"] = escape(text)  # the theme writes it as it is
    if not _run.serving:
        card = _card(page, language, rest, config)
        _run.drawing[source] = beside.begin(draw, card)


def on_page_context(context: dict, page: Page, config: MkDocsConfig, nav: object) -> dict:
    """Give a page its tags."""
    language, rest = split(page.file.src_uri, config)
    if language is not None:
        context["card_title"] = title = _title(page, config)
        context["card_tags"] = _tags(
            language, config, title=title, description=_described(page), url=page.canonical_url,
            image=addresses.card(rest, language), kind="website" if rest == _HOME else "article",
        )  # fmt: skip
    return context


def on_template_context(context: dict, template_name: str, config: MkDocsConfig) -> dict:
    """Give the root page its tags: what it says in both languages, and the card of the fallback."""
    if template_name == "index.html":
        said = config.extra["languages"].values()
        title, description = (" / ".join(one[name] for one in said) for name in ("site_name", "description"))
        context["card_tags"] = _tags(
            FALLBACK, config, title=title, description=description, url=config.site_url,
            image=addresses.card(_HOME, FALLBACK), kind="website",
        )  # fmt: skip
    return context


def on_post_build(config: MkDocsConfig) -> None:
    """Write the cards."""
    for source, drawing in _run.drawing.items():
        try:
            card = drawing.result()
        except Exception as error:
            raise PluginError(f"docs/{source}: its picture card cannot be drawn: {error!r}") from None
        language, rest = split(source, config)
        path = Path(config.site_dir, addresses.card(rest, language))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(card)
    beside.end()


def on_build_error(error: Exception) -> None:
    """Leave no process behind."""
    beside.end()


# --- what a card and its tags say ---------------------------------------------------------------


def _plain(text: str) -> str:
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", " ".join(str(text).split()))


def _title(page: Page, config: MkDocsConfig) -> str:
    language, rest = split(page.file.src_uri, config)
    if rest == _HOME:
        return config.extra["languages"][language]["site_name"]
    # MkDocs gives a title without elements, but with entities.
    return _plain(unescape(page.title))


def _tags(language: str, config: MkDocsConfig, **said: str) -> Markup:
    locales = {other: known["locale"] for other, known in config.extra["languages"].items()}
    return Markup(render(
        "card.html", language, site=config.extra["languages"][language]["site_name"], root=config.site_url,
        width=WIDTH, height=HEIGHT, locale=locales.pop(language), others=locales.values(), **said,
    ))  # fmt: skip


def _described(page: Page) -> str:
    return unescape(page.meta["description"])


def _card(page: Page, language: str, rest: str, config: MkDocsConfig) -> Card:
    place = [unescape(one.title) for one in reversed(page.ancestors)]
    snippet, figure = _shown(page, language, config)
    if own := snippet is not None and addresses.snippet_page(snippet.name) == rest:
        place.append(words()[f"kind_{snippet.kind}"][language])
    return Card(
        name=config.extra["languages"][language]["site_name"],
        place=" › ".join(place),
        title=_title(page, config),
        told=_described(page),
        file=snippet.path if own else "",
        figure=figure,
    )


def _shown(page: Page, language: str, config: MkDocsConfig) -> tuple[Snippet | None, Figure]:
    """What a page shows first, and its snippet if it is of one."""
    what, argument = _run.shows.get(page.file.src_uri, ("", ""))
    if what == "picture":
        # What cannot be drawn is reported where the page shows it.
        with suppress(DirectiveError):
            return None, config.hooks[_PICTURES].drawn(argument, language).layout
    name, variant = addresses.split(argument.partition(" from ")[0])
    snippet = config.hooks[_SNIPPETS]._snippets.get(name) if what else None
    if snippet is None:
        return None, None
    if variant in {wrong.name for wrong in snippet.wrong}:
        picture = network_pictures.picture_of_wrong(snippet, variant, language)
    else:
        picture = next(iter(network_pictures.pictures(snippet, language)), None)
    return snippet, picture.layout if picture else card_contents.rows(snippet)
