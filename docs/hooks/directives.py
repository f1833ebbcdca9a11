"""Every hook expands its own page directives with [`expand`][]; a mistake is reported with page and line.

In the strict build a report fails the build; while serving it shows red in the page.
"""

from __future__ import annotations

import html
import logging
from collections.abc import Callable, Mapping

from mkdocs.plugins import event_priority
from mkdocs.structure.pages import Page

import blocks
from lambda_vpc.guide import directives
from lambda_vpc.guide.directives import Directive

log = logging.getLogger("mkdocs.hooks.directives")

Handler = Callable[[str, Page], str]
"""Gets the argument and the page, returns Markdown or HTML, or raises `DirectiveError`."""


class DirectiveError(ValueError):
    """The argument of a directive names something that does not exist; says how to mend it."""


def without_argument(write: Callable[[Page], str]) -> Handler:
    """A handler for a directive that takes no argument."""

    def handler(argument: str, page: Page) -> str:
        if argument:
            raise DirectiveError(f"takes no argument, found '{argument}'; remove it")
        return write(page)

    return handler


def expand(markdown: str, page: Page, handlers: Mapping[str, Handler]) -> str:
    """Replace the directives named in `handlers`, leaving code and other directives as they are.

    Args:
        markdown: the page's text.
        page: the page, passed on to the handlers and named in reports.
        handlers: by directive name.
    """

    def write(found: Directive) -> str:
        if found.name not in handlers:
            return found.text
        try:
            return blocks.kept(handlers[found.name](found.argument, page), page)
        except DirectiveError as error:
            return _report(page, found, str(error))

    return directives.expand(markdown, write)


# Before every other hook: each sees the whole page.
@event_priority(100)
def on_page_content(html: str, page: Page, **_: object) -> str:
    """Put the blocks that were kept out of Markdown in their places."""
    return blocks.restored(html, page)


def _report(page: Page, found: Directive, message: str) -> str:
    """Log a mistake in a page with its place, and return what shows it in the page."""
    line = _line(page, found)
    place = f"docs/{page.file.src_uri}" + (f":{line}" if line else "")
    log.warning("%s: %s", place, message)
    return f'<strong class="broken" lang="en">{html.escape(f"{place}: {message}")}</strong>'


def _line(page: Page, wanted: Directive) -> int | None:
    """The line of a directive in the page's file; a generated page has none."""
    found = 0
    for number, line in enumerate(page.file.content_string.split("\n"), 1):
        found += line.count(wanted.text)
        if found >= wanted.nth:
            return number
    return None


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Report every directive that no hook knows; this hook is listed after the ones that expand."""

    def unknown(found: Directive) -> str:
        return _report(page, found, f"unknown directive '{found.name}'; see docs/hooks for the known ones")

    return directives.expand(markdown, unknown)
