"""Page directives: `{{ name argument }}` in Markdown, outside code, becomes what its handler returns.

Every hook expands its own directives with [`expand`][]; a wrong argument is reported with page and
line. In the strict build a report fails the build; while serving it shows red in the page.
"""

from __future__ import annotations

import html
import logging
import re
from collections import Counter
from collections.abc import Callable, Mapping

from mkdocs.structure.pages import Page

log = logging.getLogger("mkdocs.hooks.directives")

Handler = Callable[[str, Page], str]

_DIRECTIVE = re.compile(r"\{\{ ([a-z][a-z-]*)(?: +([^{}]*?))? \}\}")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


class DirectiveError(ValueError):
    """The argument of a directive names something that does not exist; says how to mend it."""


def expand(markdown: str, page: Page, handlers: Mapping[str, Handler]) -> str:
    """Replace the directives named in `handlers`, leaving code and other directives as they are.

    Args:
        markdown: the page's text; fenced blocks and inline code are not touched.
        page: the page, passed on to the handlers and named in reports.
        handlers: by directive name; a handler gets the argument and returns Markdown or HTML, or
            raises `DirectiveError`.
    """
    seen: Counter[str] = Counter()

    def replace(match: re.Match[str]) -> str:
        name, argument = match[1], match[2] or ""
        if name not in handlers:
            return match[0]
        seen[match[0]] += 1
        try:
            return handlers[name](argument, page)
        except DirectiveError as error:
            return report(page, _line(page, match[0], seen[match[0]]), str(error))

    lines, fence = [], None
    for line in markdown.split("\n"):
        mark = _FENCE.match(line)
        if fence is None and mark:
            fence = mark[1]
        elif fence is not None:
            if mark and mark[1][0] == fence[0] and len(mark[1]) >= len(fence) and not line.strip(" `~"):
                fence = None
        elif "{{" in line:
            # Every second part of a line split at backticks is inline code.
            parts = line.split("`")
            parts[::2] = [_DIRECTIVE.sub(replace, part) for part in parts[::2]]
            line = "`".join(parts)
        lines.append(line)
    return "\n".join(lines)


def report(page: Page, line: int | None, message: str) -> str:
    """Log a mistake in a page with its place, and return what shows it in the page."""
    place = f"docs/{page.file.src_uri}" + (f":{line}" if line else "")
    log.warning("%s: %s", place, message)
    return f'<strong class="broken" lang="en">{html.escape(f"{place}: {message}")}</strong>'


def _line(page: Page, text: str, nth: int) -> int | None:
    """The line of the nth occurrence in the page's file; a generated page has none."""
    found = 0
    for number, line in enumerate(page.file.content_string.split("\n"), 1):
        found += line.count(text)
        if found >= nth:
            return number
    return None


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Report every directive that no hook knows; this hook is listed after the ones that expand."""
    names = sorted({name for name, _ in _DIRECTIVE.findall(_without_code(markdown))})
    handlers = {name: _unknown(name) for name in names}
    return expand(markdown, page, handlers) if handlers else markdown


def _without_code(markdown: str) -> str:
    return re.sub(r"(?ms)^ {0,3}(`{3,}|~{3,}).*?^ {0,3}\1|`[^`\n]*`", "", markdown)


def _unknown(name: str) -> Handler:
    def handler(_argument: str, _page: Page) -> str:
        raise DirectiveError(f"unknown directive '{name}'; see docs/hooks for the known ones")

    return handler
