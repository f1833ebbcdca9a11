"""Each page once more as plain Markdown, for scripts and language models, and llms.txt that lists them.

The Markdown of a page stands beside it: `en/network/ipv6/` is `en/network/ipv6/index.md`. It is written from
the finished page, so that it says neither more nor less.
"""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from urllib.parse import urldefrag, urljoin

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.pages import Page

from described import described
from facts import known
from lambda_vpc.guide import addresses
from language import split
from plain_markdown import Writer, read

NAME = "index.md"

_ARTICLE = re.compile(r"<article\b[^>]*>(.*)</article>", re.DOTALL)


def _fact_at(address: str) -> str | None:
    """The fact that an absolute address leads to."""
    page, anchor = urldefrag(address)
    fact = known().by_id.get(anchor.upper())
    if fact and anchor == addresses.fact(fact.id) and page.endswith(_facts_page(fact.topic)):
        return fact.id
    return None


def _facts_page(topic: str) -> str:
    return addresses.below(addresses.facts(topic))


def _writer(page: Page, config: MkDocsConfig) -> Writer:
    def fact(address: str) -> str | None:
        return _fact_at(urljoin(page.canonical_url, address))

    def link(address: str) -> str:
        if address.startswith("#"):
            return address
        whole, anchor = urldefrag(urljoin(page.canonical_url, address))
        if whole.startswith(config.site_url) and whole.endswith("/") and whole != config.site_url:
            whole += NAME
        return whole + (f"#{anchor}" if anchor else "")

    return Writer(link, fact)


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
    """Write the page's Markdown beside it."""
    article = _ARTICLE.search(output)
    if not article:
        raise PluginError(f"docs/{page.file.src_uri}: no <article>: mend docs/hooks/markdown_pages.py")
    language, _ = split(page.file.src_uri, config)
    writer = _writer(page, config)
    text = writer.markdown(read(article[1]))
    others = {
        other: config.site_url + page.url.replace(language, other, 1) + NAME
        for other in config.extra["languages"]
        if other != language
    }
    head = ["---", f"title: {json.dumps(page.title, ensure_ascii=False)}", f"language: {language}"]
    head += [f"page: {page.canonical_url}", *(f"{other}: {url}" for other, url in others.items()), "---"]
    blocks = ["\n".join(head), text]
    if writer.cited:
        blocks.append(_footnotes(writer.cited, language))
    path = Path(config.site_dir, page.file.dest_uri).with_name(NAME)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n\n".join(blocks) + "\n", "utf-8")
    return output


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
