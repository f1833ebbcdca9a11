"""Finds the guide's links in Markdown, HTML or any other text, without reading the text as one of them.

A link is what begins with the address of the site and goes on as addresses do. So the same links are found in
an attribute, in a code block, in JSON, or bare in a sentence; and no text is too odd to be read.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

LONGEST = 2_000
"""Characters of an address; what follows does not belong to it."""

# Printable ASCII without what ends an address in every format: quotes, <>, {}, | ^ ` and \.
_ADDRESS = re.compile(r"[!#-&(-;=?-\[\]_a-z~]*")
_NEXT = re.compile(r"https?://")
_PORT = "(?::443|:80)?"
"""Says nothing that the scheme has not said."""
_CLOSES = {")": "(", "]": "["}
_BEHIND = ".,;:!?*_~&(["
"""At the end of an address, these belong to the sentence or the markup around it."""
# Bounded, for the numbers of a hostile file.
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});")
# As JSON and Markdown may write them.
_ESCAPED = re.compile(r"\\(?:u0026|([/_#&?=.~-]))")
_SELECTED = ":~:"
"""Begins what a browser adds to a fragment for a text that was selected; it names no place."""
# What only this guide has below its root.
_TELLING = re.compile(r"/(?:snippets/sha256/[0-9a-f]{16}/|embed/(?:ja|en)/|(?:ja|en)/snippets/)")
_LONGEST_ROOT = 200


@dataclass(frozen=True)
class Link:
    """A link to the guide, where it stands and where it leads."""

    file: str
    """As it is to be named to the reader."""
    line: int
    """Counted from 1."""
    address: str
    """As it is written, without escapes."""
    root: str
    """The part of the address that is the site's root, with a closing slash."""
    path: str
    """Below the root, without percent-encoding."""
    query: str
    fragment: str


class Sites:
    """The addresses below which links are the guide's.

    Args:
        roots: each begins with `http://` or `https://`; links may have either.

    Raises:
        ValueError: one is no such address; the message is the address.
    """

    def __init__(self, roots: Sequence[str]) -> None:
        self.roots = tuple(dict.fromkeys(map(_root, roots)))
        # The longest first: one may lie below another.
        known = "|".join(
            f"(?i:{re.escape(host)}){'' if ':' in host else _PORT}{re.escape(path)}"
            for host, path in sorted(
                ((urlsplit(root).netloc, urlsplit(root).path.rstrip("/")) for root in self.roots),
                key=lambda pair: (-len(pair[1]), pair),
            )
        )
        self.pattern = re.compile(rf"(?:(?i:https?):)?//(?:{known})")


def _root(address: str) -> str:
    try:
        parts = urlsplit(address)
        good = parts.scheme in ("http", "https") and parts.hostname and not parts.query
    except ValueError:
        good = False
    if not good:
        raise ValueError(address)
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}/"


def find(text: str, file: str, sites: Sites) -> Iterator[Link]:
    """The links to the guide in a text, in their order.

    Args:
        text: Markdown, HTML or anything else.
        file: how it is named to the reader.
        sites: where the guide is.
    """
    for number, line in enumerate(text.split("\n"), 1):
        for address, start in _addresses(_plain(line), sites.pattern):
            if link := _link(file, number, address, start):
                yield link


def guessed(text: str) -> str | None:
    """The root of a site that looks like the guide's, from the first link that only it would have."""
    for found in _TELLING.finditer(text):
        before = text[max(found.start() - _LONGEST_ROOT, 0) : found.start()]
        begin = max(before.rfind("http://"), before.rfind("https://"))
        if begin >= 0 and _ADDRESS.fullmatch(before, begin):
            return f"{before[begin:]}/"
    return None


def _plain(line: str) -> str:
    """A line as its reader gets it: HTML, JSON and Markdown may escape signs of an address."""
    if "&" in line:
        line = _ENTITY.sub(lambda found: html.unescape(found[0]), line)
    if "\\" in line:
        line = _ESCAPED.sub(lambda found: found[1] or "&", line)
    return line


def _addresses(line: str, pattern: re.Pattern[str]) -> Iterator[tuple[str, int]]:
    """Each address that begins with a site's root, and the length of the root in it."""
    at = 0
    while found := pattern.search(line, at):
        rest = _cut(_ADDRESS.match(line, found.end(), found.end() + LONGEST)[0])
        at = found.end() + len(rest)
        yield found[0] + rest, len(found[0])


def _cut(text: str) -> str:
    """An address without what belongs to the text around it: a closing bracket, a full stop."""
    text = _NEXT.split(text, maxsplit=1)[0]
    open_: list[str] = []
    query = False
    for position, letter in enumerate(text):
        if letter in "?#":
            query = letter == "?"
        if letter == "[" and not query:  # only a key path has these; AsciiDoc has the words of a link in them
            text = text[:position]
            break
        if letter in "([":
            open_.append(letter)
        elif letter in ")]" and (not open_ or open_.pop() != _CLOSES[letter]):
            text = text[:position]
            break
    return text.rstrip(_BEHIND)


def _link(file: str, line: int, address: str, start: int) -> Link | None:
    rest = address[start:]
    if rest and rest[0] not in "/?#":
        return None  # another host or folder, whose name begins alike
    before, _, fragment = rest.partition("#")
    path, _, query = before.partition("?")
    return Link(
        file, line, address, address[:start] + "/",
        unquote(path.removeprefix("/")), query, unquote(fragment.partition(_SELECTED)[0]),
    )  # fmt: skip
