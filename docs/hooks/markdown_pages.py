"""Each page once more as plain Markdown, for scripts and language models, and llms.txt that lists them.

The Markdown of a page stands beside it: `en/network/ipv6/` is `en/network/ipv6/index.md`. It is written from
the finished page, so that it says neither more nor less.
"""

from __future__ import annotations

import json
import re
from concurrent.futures import Future
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

import beside
from described import described
from facts import known
from lambda_vpc.guide import addresses
from language import split
from plain_markdown import Written, write

NAME = "index.md"
MANY = 20
"""Pages from which another process writes them."""

_ARTICLE = re.compile(r"<article\b[^>]*>(.*)</article>", re.DOTALL)


@dataclass
class _Run:
    """The pages of this build that are being written."""

    beside: bool = False
    """Whether another process writes."""
    pages: list[tuple[Page, Future[Written]]] = field(default_factory=list)


_run = _Run()


# When it is known which pages are rendered.
def on_nav(nav: Navigation, config: MkDocsConfig, files: Files) -> Navigation:
    """Forget the last build, and see whether another process is worth its beginning."""
    _run.pages.clear()
    _run.beside = len(files.documentation_pages()) >= MANY
    return nav


def _cited() -> dict[str, tuple[str, str]]:
    """The facts by their anchor: the id, and how the address of the page ends that has it."""
    return {
        addresses.fact(fact.id): (fact.id, addresses.below(addresses.facts(fact.topic)))
        for fact in known().by_id.values()
    }


def _footnotes(cited: list[str], language: str) -> str:
    """What each cited fact says, and on which sources it rests."""
    facts, lines = known(), []
    for name in cited:
        fact = facts.by_id[name]
        sources = [facts.sources[key] for key in fact.sources]
        basis = "; ".join(f"[{one.title}]({one.url})" if one.url else one.title for one in sources)
        text = " ".join(fact.text[language].split())
        lines.append(f"[^{name}]: {text} ({facts.how[fact.how].name[language]}, {fact.checked_on}: {basis})")
    return "\n".join(lines)


# Before docs/hooks/site.py, which adds what is not for reading; after the links are resolved.
@event_priority(-50)
def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Have the page's Markdown written."""
    article = _ARTICLE.search(output)
    if not article:
        raise PluginError(f"docs/{page.file.src_uri}: no <article>: mend docs/hooks/markdown_pages.py")
    facts = _cited() if '<sup class="fact">' in article[1] else {}
    arguments = article[1], page.canonical_url, config.site_url, NAME, facts
    if _run.beside:
        _run.pages.append((page, beside.begin(write, *arguments)))
    else:
        _write(page, write(*arguments), config)
    return output


# Before docs/hooks/cards.py ends the processes.
@event_priority(50)
def on_post_build(config: MkDocsConfig) -> None:
    """Put the texts beside their pages."""
    for page, writing in _run.pages:
        _write(page, writing.result(), config)


def _write(page: Page, written: Written, config: MkDocsConfig) -> None:
    language, _ = split(page.file.src_uri, config)
    others = {
        other: config.site_url + page.url.replace(language, other, 1) + NAME
        for other in config.extra["languages"]
        if other != language
    }
    head = ["---", f"title: {json.dumps(page.title, ensure_ascii=False)}", f"language: {language}"]
    head += [f"page: {page.canonical_url}", *(f"{other}: {url}" for other, url in others.items()), "---"]
    blocks = ["\n".join(head), written.text]
    if written.cited:
        blocks.append(_footnotes(written.cited, language))
    path = Path(config.site_dir, page.file.dest_uri).with_name(NAME)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n\n".join(blocks) + "\n", "utf-8")


def on_template_context(context: dict, template_name: str, config: MkDocsConfig) -> dict:
    """What llms.txt says of a page: its description, or how it begins."""
    if template_name == "llms.txt":
        context["markdown_name"] = NAME
        context["described"] = lambda page: _described(page, context["language_of"](page))
        context["language_of"] = lambda page: split(page.file.src_uri, config)[0]
    return context


def _described(page: Page, language: str) -> str:
    # As docs/hooks/cards.py has it for the page's head.
    if "description" in page.meta:
        return unescape(page.meta["description"])
    return described(page.content or "", page.title, language)
