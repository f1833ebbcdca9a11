"""Addresses that were released go on working: docs/redirects.yaml, and a warning for each that would break.

A page that moved is still there in small: it leads on with the reader's #fragment. A place that moved within
its page keeps its old id beside the new one; one that moved to another page leads on from where it was.
"""

from __future__ import annotations

import logging
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urldefrag

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

import mistakes
import policy
import saves
from lambda_vpc.guide import permanent
from lambda_vpc.guide.languages import LANGUAGES
from lambda_vpc.guide.permanent import Redirect
from lambda_vpc.reading import BadInput
from render import render

log = logging.getLogger("mkdocs.hooks.moved")

_redirects: dict[str, Redirect] = {}


@dataclass
class _Run:
    """Whether `_redirects` are those of docs/redirects.yaml; there may be none."""

    read: bool = False


_run = _Run()


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Read where moved addresses lead."""
    try:
        read = permanent.load_redirects(_root(config))
    except BadInput as bad:
        mistakes.found(bad, usable=_run.read)
    else:
        _redirects.clear()
        _redirects.update(read)
        _run.read = True
    return files


# After the links are resolved, and before docs/hooks/markdown_pages.py reads the page.
def on_page_content(html: str, page: Page, **_: object) -> str:
    """Keep the places of a page that moved."""
    address = page.url.partition("/")[2]
    elsewhere = {}
    for place, target in _places_of(address):
        if target.startswith("#"):
            html = _with_alias(html, place, target[1:])
        else:
            elsewhere[place] = target
    if not elsewhere:
        return html
    root = posixpath.relpath("/", f"/{page.url}") + "/"
    return html + render("moved-places.html", page.url.partition("/")[0], places=elsewhere, root=root)


def _places_of(address: str) -> Iterator[tuple[str, str]]:
    """The places of a page that moved, and where each leads, seen from that page."""
    for old, redirect in _redirects.items():
        page, place = urldefrag(old)
        if place and page == address:
            new_page, new_place = urldefrag(redirect.to)
            if new_page == address:
                yield place, f"#{new_place}"
            else:
                yield place, _relative(new_page, address) + (f"#{new_place}" if new_place else "")


def _relative(address: str, start: str) -> str:
    return posixpath.relpath(f"/{address}", f"/{start}") + "/"


_INSIDE = {
    **dict.fromkeys(("dd", "dt", "li", "td", "th"), re.compile(">")),
    **dict.fromkeys(("tbody", "tr"), re.compile(r"<t[dh]\b[^<>]*>")),
    "details": re.compile(r"<summary\b[^<>]*>"),
}
"""Where in an element its old id stands: a parser would move it out of a table, or what is folded stay so."""


def _with_alias(html: str, old: str, new: str) -> str:
    element = re.compile(rf"""<([a-z][a-z0-9]*)\b[^<>]*?\sid=["']?{re.escape(new)}["'\s>]""")
    found = element.search(html)
    if not found:
        return html  # the check of all addresses, below, says what is missing
    inside = found[1] in _INSIDE and _INSIDE[found[1]].search(html, found.end() - 1)
    at = inside.end() if inside else found.start()
    return html[:at] + f'<span id="{old}"></span>' + html[at:]


# When everything else is written.
@event_priority(-200)
def on_post_build(config: MkDocsConfig) -> None:
    """Write the pages that lead on, and name every released address that would break."""
    if not saves.everything():
        return
    site = Path(config.site_dir)
    for old, redirect in _redirects.items():
        if "#" not in old:
            for language in LANGUAGES:
                _write(site / language / old / "index.html", language, old, redirect.to, config)
    try:
        released = permanent.load_released(_root(config))
    except BadInput as bad:
        raise PluginError(str(bad)) from None
    if released or _redirects:
        for problem in permanent.broken(released, _redirects, permanent.of_site(site)):
            log.warning("%s", problem)


def _write(path: Path, language: str, old: str, new: str, config: MkDocsConfig) -> None:
    if path.exists():
        return  # still a page: the check says so
    text = render(
        "moved-page.html",
        language,
        to=_relative(new, old),
        places=dict(_places_of(old)),
        root=posixpath.relpath("/", f"/{language}/{old}") + "/",
        canonical=f"{config.site_url}{language}/{new}",
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(policy.added(text), "utf-8")


def _root(config: MkDocsConfig) -> Path:
    return Path(config.config_file_path).parent
