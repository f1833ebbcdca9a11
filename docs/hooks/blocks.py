"""Blocks of HTML that hooks write: they are finished, and Markdown would only read them, tag by tag.

Comments hold their places until the page is HTML.
"""

from __future__ import annotations

import re

from mkdocs.structure.pages import Page

_blocks: dict[str, list[str]] = {}
"""By the page's file, until they are in their places."""
_PLACE = re.compile(r"<!-- block (\d+) -->")
_MARKDOWN = re.compile(r"<[^<>]* markdown(?:>|[ =])")
_ID = re.compile(r"""<[a-z][^<>]*?\sid=["']?([^\s"'>]+)""")


def kept(text: str, page: Page) -> str:
    """What stands in the page's Markdown for this text: the text itself, unless it is a block of HTML.

    Args:
        text: what a directive is replaced by.
        page: where.
    """
    block = text.strip()
    if not (block.startswith("<") and block.endswith(">") and "\n" in block):
        return text
    # One that holds directives is for other hooks to finish, one that holds Markdown for Markdown.
    if "{{ " in block or _MARKDOWN.search(block):
        return text
    blocks = _blocks.setdefault(page.file.src_uri, [])
    blocks.append(block)
    return text.replace(block, f"<!-- block {len(blocks) - 1} -->")


def whole(text: str, page: Page) -> str:
    """A page's Markdown or HTML with its blocks in their places."""
    blocks = _blocks.get(page.file.src_uri, [])
    return _PLACE.sub(lambda found: blocks[int(found[1])], text)


def restored(html: str, page: Page) -> str:
    """The page's HTML with its blocks, which are not kept any longer."""
    found = whole(html, page)
    # MkDocs holds links against the ids that it saw in the Markdown.
    for block in _blocks.pop(page.file.src_uri, []):
        page.present_anchor_ids.update(_ID.findall(block))
    return found
