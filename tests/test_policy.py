"""The security policy refuses what it would block, however it is written."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import ROOT

# Last, so that no hook stands before a module of Python with its name.
sys.path.append(str(ROOT / "docs" / "hooks"))

import policy

HEAD = '<meta charset="utf-8">'
PIECES = (
    "<p", "<a", ">", " ", "\n", "style", "STYLE", "<style", "on", "onclick", "OnLoad", " = ", "=", '"', "'",
    "javascript:", "JavaScript:", 'href="', "x", "content", "<script>", "</script>", "İ",
)  # fmt: skip


def is_refused(html: str) -> bool:
    try:
        policy.check(HEAD + html, "page")
    except policy.Blocked:
        return True
    return False


@pytest.mark.parametrize(
    "html",
    [
        '<p style="top: 0">', "<P STYLE='top: 0'>", '<p class="a"\n style = "top: 0">', "<style>",
        "<STYLE media=print>",
        '<p onclick="x()">', "<p\tONCLICK=x()>", "<a href='javascript:x()'>", '<a href="JavaScript:x()">',
    ],
)  # fmt: skip
def test_what_would_be_blocked_is_refused(html: str) -> None:
    assert is_refused(html)


@pytest.mark.parametrize(
    "html", ["<p>style = on, onclick = x</p>", '<p class="style">', "<p>javascript:</p>", '<p data-on="x">']
)
def test_words_are_not_refused(html: str) -> None:
    assert not is_refused(html)


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_the_quick_look_passes_nothing_by_that_a_look_at_each_tag_finds(html: str) -> None:
    markup = policy._SCRIPT.sub(r"<script\1></script>", html)
    found = policy._INLINE.search(markup) or policy._FOREIGN.search(markup)
    assert is_refused(html) == bool(found)
