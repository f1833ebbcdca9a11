"""What a page says in a sentence or two: for search engines, for who pastes its link, and for llms.txt."""

from __future__ import annotations

import re

from plain_markdown import read

MOST = {"ja": 120, "en": 160}
"""Letters of a description, as search results show them."""

_PARAGRAPH = re.compile(r"<p\b.*?</p>", re.DOTALL)
# What a script may show.
_TEMPLATE = re.compile(r"<template\b.*?</template>", re.DOTALL)
_SENTENCE = re.compile(r"(?<=。)(?=.)|(?<=[.!?:])\s+(?=[A-Z0-9“\"(])")
_WIDE = r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]"
# Between Japanese sentences a space is only where the source had a line break.
_SPACE = re.compile(rf"(?<={_WIDE}) (?={_WIDE})|(?<=。) ")
_BREAK = re.compile(r"[\s、]\S*$")


def described(html: str, title: str, language: str) -> str:
    """How a page begins: the whole sentences that are short enough, or the start of the first.

    Args:
        html: the content of the page.
        title: of the page, for one that has no paragraph.
        language: `ja` or `en`.

    Returns:
        Plain text on one line. It ends with a full stop where the page goes on with a list behind a colon.
    """
    paragraphs = (read(found[0]) for found in _PARAGRAPH.finditer(_TEMPLATE.sub("", html)))
    first = next((one.children[0] for one in paragraphs if one.text.strip()), None)
    if first is None:
        return title
    # Marks of sources.
    first.children = [one for one in first.children if isinstance(one, str) or one.tag != "sup"]
    text = shortened(_SPACE.sub("", " ".join(first.text.split())), MOST[language])
    return f"{text[:-1]}." if text.endswith(":") else text


def shortened(text: str, most: int) -> str:
    """As many sentences of a text as have room; of a long first one its start, with … behind it."""
    if len(text) <= most:
        return text
    end = 0
    for found in [*_SENTENCE.finditer(text), None]:
        length = found.start() if found else len(text)
        if length > most:
            break
        end = length
    if end:
        return text[:end]
    # At a word's end, unless that is far away, as in Japanese.
    start = text[: most - 1]
    cut = _BREAK.sub("", start)
    return (cut if len(cut) > most / 2 else start).rstrip(" ,、:;(（「") + "…"
