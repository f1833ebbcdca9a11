"""What was released of a snippet, on pages: its versions, and a notice where one must not be used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mkdocs.structure.pages import Page

import code_rows
import released
from lambda_vpc.guide.pasting import pastes
from lambda_vpc.guide.releases import Version, sha256
from lambda_vpc.guide.snippet import Snippet
from page_links import language_of, link
from render import render


@dataclass(frozen=True)
class Entry:
    """One released version as its snippet's page tells of it."""

    version: Version
    state: str
    """`current`, `changed` or `withdrawn`: what a link to it has to say."""
    address: str
    """Of its bytes, seen from the page."""
    rows: Sequence[code_rows.Row]
    """What the file of today has otherwise; nothing where that is this version."""


def history(snippet: Snippet, page: Page) -> str:
    """A snippet's versions, the newest first, as HTML.

    Args:
        snippet: as it is now.
        page: its own.
    """
    found = released.history(snippet.name)
    current = found.current(snippet)
    syntax = code_rows.syntax_of(snippet.path)
    root = snippet.folder.parents[1]

    def entry(version: Version) -> Entry:
        state = "withdrawn" if version.withdrawn else "current" if version is current else "changed"
        rows: Sequence[code_rows.Row] = ()
        if version is not current:
            before = (root / version.pinned).read_bytes().decode()
            rows = code_rows.changed_rows(before, snippet.text, syntax)
        return Entry(version, state, link(page, version.pinned), rows)

    return render(
        "snippet-history.html",
        language_of(page),
        current=current,
        sha256=sha256(snippet),
        entries=[entry(version) for version in reversed(found.versions)],
        syntax=syntax,
    )


def links(snippet: Snippet, page: Page) -> str:
    """What a reader pastes elsewhere, as HTML."""
    version = released.history(snippet.name).current(snippet)
    site = page.canonical_url.removesuffix(page.url)
    return render(
        "snippet-pastes.html",
        language_of(page),
        pastes=list(pastes(snippet, language_of(page), site, version)),
        version=version,
    )


def notice(snippet: Snippet, instead: Snippet | None, page: Page, address: str | None) -> str:
    """That a snippet's last version was withdrawn, or that another snippet is to be used; otherwise nothing.

    Args:
        snippet: the one on the page.
        instead: the one that supersedes it.
        page: where the notice stands.
        address: of `instead`, seen from the page.
    """
    found = released.history(snippet.name)
    withdrawn = found.latest.withdrawn if found.latest else None
    if not withdrawn and not found.superseded:
        return ""
    return render(
        "snippet-notice.html",
        language_of(page),
        withdrawn=withdrawn,
        version=found.latest,
        superseded=found.superseded,
        instead=instead,
        address=address,
    )


def pinned(page: Page) -> str:
    """The place where a link that names a version is answered, and the answers."""
    return render("snippet-pin.html", language_of(page), script=link(page, "assets/pages/pin.js"))
