"""Blocks of HTML that hooks write pass Markdown by, and the page is the same."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from conftest import ROOT

# Last, so that no hook stands before a module of Python with its name.
sys.path.append(str(ROOT / "docs" / "hooks"))

import blocks

BLOCK = '<section id="a">\n<p class="x" id=b>*c*</p>\n</section>'


def page(name: str = "en/a.md") -> SimpleNamespace:
    return SimpleNamespace(file=SimpleNamespace(src_uri=name), present_anchor_ids=set())


def test_a_block_is_not_read_by_markdown_and_comes_back_as_it_was() -> None:
    one, other = page(), page("ja/a.md")
    spaced = f"\n\n{BLOCK}\n\n"
    text = "Before." + blocks.kept(spaced, one) + blocks.kept(BLOCK, other)
    assert BLOCK not in text and "<!-- block 0 -->" in text
    second = blocks.kept(BLOCK.replace("c", "d"), one)
    assert blocks.whole(second, one) == BLOCK.replace("c", "d")
    assert blocks.restored(f"<p>Before.</p>{blocks.kept(BLOCK, one)}", one) == f"<p>Before.</p>{BLOCK}"
    assert one.present_anchor_ids == {"a", "b"}, "a link to an id in a block is a dead one"
    assert not other.present_anchor_ids
    assert blocks.restored(blocks.kept(BLOCK, one), one) == BLOCK


@pytest.mark.parametrize(
    "text",
    [
        "Markdown with <b>some</b>\nHTML.",
        "<sup>one line</sup>",
        "<div markdown>\n*a*\n</div>",
        '<div class="x" markdown="1">\n*a*\n</div>',
        "<p>\n{{ fact K01 }}\n</p>",
    ],
)
def test_what_others_have_to_read_stays(text: str) -> None:
    assert blocks.kept(text, page()) == text
