"""The checker's objects by module: `{{ objects }}` leads from the address of each to where it is documented.

All of them stood on the page of the checker once, and that address is given out. Which objects there are is
read in the finished pages below it, so that none is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

from directives import expand, without_argument
from lambda_vpc.guide import addresses
from page_links import language_of, own
from render import render

_PLACE = "<!-- objects -->"
_HEADING = re.compile(r'<h(?P<level>[2-6]) id="(?P<id>lambda_vpc\.[^"]+)"')
_MODULE, _OBJECT = 2, 3
"""Levels of headings; members stand deeper."""


@dataclass
class Entry:
    """A module or an object, by the id of its heading, with what stands below it."""

    id: str
    below: list[Entry] = field(default_factory=list)


def modules(html: str) -> list[Entry]:
    """The modules documented on a page, with their objects, and these with all of their members."""
    found: list[Entry] = []
    for heading in _HEADING.finditer(html):
        level, entry = int(heading["level"]), Entry(heading["id"])
        if level == _MODULE:
            found.append(entry)
        elif level == _OBJECT:
            found[-1].below.append(entry)
        else:
            found[-1].below[-1].below.append(entry)
    return found


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Expand this hook's directive: the list itself waits for the pages that it is read in."""
    return expand(markdown, page, {"objects": without_argument(lambda page: f"\n\n{_PLACE}\n\n")})


def on_env(env: Environment, config: MkDocsConfig, files: Files) -> Environment:
    """Write the list, now that every page has its content."""
    pages = [file.page for file in files.documentation_pages() if file.page is not None]
    for page in pages:
        if _PLACE in (page.content or ""):
            listed = [
                (one, own(page, _path(other)))
                for other in _parts(page, pages)
                for one in modules(other.content)
            ]
            listed.sort(key=lambda entry: entry[0].id)
            text = render("objects.html", language_of(page), modules=listed)
            page.content = page.content.replace(_PLACE, text)
    return env


def _parts(page: Page, pages: Iterable[Page]) -> list[Page]:
    folder = f"{language_of(page)}/{addresses.below(addresses.CHECKER)}"
    return [one for one in pages if one.file.src_uri.startswith(folder)]


def _path(page: Page) -> str:
    return page.file.src_uri.partition("/")[2]
