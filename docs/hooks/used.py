"""Which pages show a snippet: `{{ used TOPIC/NAME }}` lists them on the snippet's own page.

Read in the directives of all pages, so this hook is listed before docs/hooks/snippets.py, which expands them;
the list waits until every page has been read.
"""

from __future__ import annotations

import re

from jinja2 import Environment
from markupsafe import Markup
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

import saves
from lambda_vpc.guide import addresses
from lambda_vpc.guide.directives import Directive, expand
from page_links import language_of, link
from render import render

_SHOW = frozenset(["snippet", "network", "wrong"])
"""Directives that show a snippet, or a wrong variant of it."""
_PLACE = re.compile(r"<!-- used (\S+) -->")

_shown: dict[str, dict[str, Page]] = {}
"""By snippet, the pages that show it, by their source."""


def on_nav(nav: Navigation, **_: object) -> Navigation:
    """Forget the pages of the build before, as far as they are read again."""
    if saves.everything():
        _shown.clear()
    return nav


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Note which snippets a page shows, and keep a place for the list of the pages that show one."""
    for shown in _shown.values():
        shown.pop(page.file.src_uri, None)

    def read(found: Directive) -> str:
        if found.name == "used":
            return f"\n\n<!-- used {found.argument} -->\n\n"
        if found.name in _SHOW:
            name, _ = addresses.split(found.argument.partition(" ")[0])
            _shown.setdefault(name, {})[page.file.src_uri] = page
        return found.text

    return expand(markdown, read)


def on_env(env: Environment, config: MkDocsConfig, files: Files) -> Environment:
    """Write the lists, now that every page has been read."""
    for file in files.documentation_pages():
        page = file.page
        if page is not None and "<!-- used " in (page.content or ""):
            page.content = _PLACE.sub(lambda found, page=page: _listed(found[1], page), page.content)
    return env


def _listed(name: str, page: Page) -> str:
    language = language_of(page)
    pages = [
        (Markup(one.title).striptags(), link(page, one.file.src_uri))
        for _, one in sorted(_shown.get(name, {}).items())
        if one is not page and language_of(one) == language
    ]
    return render("snippet-used.html", language, pages=pages)
