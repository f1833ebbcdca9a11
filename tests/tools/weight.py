"""What a first visit to a page loads, read in the built files: search is not used, nothing is cached."""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_TAG = re.compile(r"<(link|script|img|source|iframe|object|embed|video|audio)\b([^>]*)>")
_ATTRIBUTE = re.compile(r"""([\w-]+)=(?:"([^"]*)"|'([^']*)'|([^\s>]+))""")
_LOADED_LINKS = frozenset(["stylesheet", "icon", "preload", "modulepreload", "manifest"])
"""Of the links in a page's head."""


@dataclass(frozen=True)
class Load:
    """One file that a page asks for, and its bytes with gzip -9."""

    path: str
    size: int

    @property
    def kind(self) -> str:
        """`html`, `css` or `js`, otherwise the end of the file's name."""
        return self.path.rpartition(".")[2]


def loads(site: Path, page: Path) -> list[Load]:
    """The page and all that it loads at once.

    Raises:
        FileNotFoundError: it loads what does not exist.
    """
    html = page.read_text("utf-8")
    # What a script holds is no element.
    outline = re.sub(r"(<script\b[^>]*>).*?</script>", r"\1", html, flags=re.DOTALL)
    asked = []
    for tag, written in _TAG.findall(outline):
        attributes = {name: a or b or c for name, a, b, c in _ATTRIBUTE.findall(written)}
        if tag != "link":
            asked.append(attributes.get("src") or attributes.get("data"))
        elif attributes.get("rel") in _LOADED_LINKS:
            asked.append(attributes["href"])
    files = dict.fromkeys(
        (page.parent / one).resolve() for one in asked if one and not one.startswith("data:")
    )
    root = site.resolve()
    return [
        Load(page.relative_to(site).as_posix(), compressed(html.encode())),
        *(Load(file.relative_to(root).as_posix(), _compressed_file(file)) for file in files),
    ]


def compressed(body: bytes) -> int:
    """Bytes with gzip -9."""
    return len(gzip.compress(body, 9, mtime=0))


@cache
def _compressed_file(file: Path) -> int:
    return compressed(file.read_bytes())


def kilobytes(found: list[Load]) -> float:
    """All of it in KB of 1024 bytes."""
    return sum(one.size for one in found) / 1024
