"""A directive says what it needs when something is missing; a case is linked by words, never by its title."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

# Last, so that no hook stands before a module of Python with its name.
sys.path.append(str(Path(__file__).parents[1] / "docs" / "hooks"))

import snippets
from directives import DirectiveError
from lambda_vpc.guide.spec import load

ROOT = Path(__file__).parents[1]
PAGE = SimpleNamespace(file=SimpleNamespace(src_uri="en/network/x.md", use_directory_urls=True))


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snippets, "_snippets", load(ROOT / "snippets"))
    monkeypatch.setattr(snippets, "_address", lambda snippet, page: f"{snippet.name}/")


def test_a_case_is_linked_by_the_words_of_the_page() -> None:
    shown = snippets.HANDLERS["case"]("network/nat-per-az#internet yes, by NAT", PAGE)
    assert shown == '<a href="network/nat-per-az/#case-internet">yes, by NAT</a>'


@pytest.mark.parametrize(
    ("argument", "complaint"),
    [
        ("network/nat-per-az#internet", "say in words what the case shows"),
        ("network/nat-per-az#internte yes", "has no case 'internte' (did you mean 'internet'?)"),
        ("network/nat-per-ax#internet yes", "no snippet 'network/nat-per-ax' (did you mean"),
    ],
)
def test_a_case_that_cannot_be_linked_is_named(argument: str, complaint: str) -> None:
    with pytest.raises(DirectiveError) as raised:
        snippets.HANDLERS["case"](argument, PAGE)
    assert complaint in str(raised.value)
