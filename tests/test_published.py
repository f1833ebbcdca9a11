"""What a reader copies is published unchanged, and every address the guide gives out leads somewhere."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from conftest import ROOT
from lambda_vpc.guide import addresses
from lambda_vpc.guide.languages import LANGUAGES
from lambda_vpc.guide.snippet import Snippet
from lambda_vpc.guide.spec import load
from lambda_vpc.rules import RULES

SNIPPETS = load(ROOT / "snippets")


def page(site: Path, language: str, source: str) -> str:
    """The page as built; `source` is its path below the language."""
    folder = site / language / source.removesuffix(".md").removesuffix("index")
    return (folder / "index.html").read_text("utf-8")


@pytest.mark.parametrize("snippet", SNIPPETS.values(), ids=list(SNIPPETS))
def test_a_raw_file_is_published_byte_for_byte(site: Path, snippet: Snippet) -> None:
    assert (site / snippet.raw).read_bytes() == (ROOT / snippet.path).read_bytes(), (
        f"{snippet.path} and what is published as {snippet.raw} differ: see docs/hooks/snippets.py"
    )


def test_nothing_else_is_published_beside_the_raw_files(site: Path) -> None:
    published = {path.relative_to(site).as_posix() for path in site.glob("snippets/**/*") if path.is_file()}
    assert published == {snippet.raw for snippet in SNIPPETS.values()}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("snippet", SNIPPETS.values(), ids=list(SNIPPETS))
def test_the_page_of_a_snippet_has_an_anchor_for_each_case_and_wrong_variant(
    site: Path, snippet: Snippet, language: str
) -> None:
    found = page(site, language, addresses.snippet_page(snippet.name))
    anchors = [addresses.case(case.id) for case in snippet.cases]
    anchors += [addresses.wrong(wrong.name) for wrong in snippet.wrong]
    missing = [anchor for anchor in anchors if found.count(f' id="{anchor}"') != 1]
    assert not missing, f"{language}/{addresses.snippet_page(snippet.name)} has not once each: {missing}"


_FILE = re.compile(r"<div [^>]*\bdata-file\b[^>]*><pre>.*?<code>(.*?)</code></pre>", re.DOTALL)
_NOTE = re.compile(r'<span class="?code-note.*?</span>', re.DOTALL)
_SECTION = re.compile(r'<section class="?snippet\b.*?</section>', re.DOTALL)


def files_in(html: str) -> list[str]:
    """What docs/theme/assets/copy.js copies from the blocks that are whole files."""
    return [unescape(re.sub(r"<[^>]*>", "", _NOTE.sub("", code))) for code in _FILE.findall(html)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("snippet", SNIPPETS.values(), ids=list(SNIPPETS))
def test_the_code_on_the_page_of_a_snippet_is_copied_byte_for_byte(
    site: Path, snippet: Snippet, language: str
) -> None:
    assert files_in(page(site, language, addresses.snippet_page(snippet.name))) == [snippet.text]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_shown_in_part_is_copied_whole(site: Path, language: str) -> None:
    texts = {snippet.text for snippet in SNIPPETS.values()}
    shown = [path.read_text("utf-8") for path in (site / language).rglob("index.html")]
    sections = [
        section for html in shown for section in _SECTION.findall(html) if "data-copies-file" in section
    ]
    assert sections
    copied = [files_in(section)[:1] for section in sections]
    assert all(len(found) == 1 and found[0] in texts for found in copied), (
        "a block with data-copies-file needs the whole, with data-file, in its section: see "
        "docs/theme/parts/snippet-difference.html"
    )


_DECIDED_BY = re.compile(r'<td[^>]*data-column="?(?:Decided by|判定理由)"?[^>]*>(.*?)</td>', re.DOTALL)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_case_says_what_decided_it(site: Path, language: str) -> None:
    cells = [
        (page.parent.name, re.sub(r"<[^>]*>", "", cell).strip())
        for page in site.glob(f"{language}/snippets/*/*/index.html")
        for cell in _DECIDED_BY.findall(page.read_text(encoding="utf-8"))
    ]
    assert len(cells) > 400
    assert not [name for name, text in cells if not text]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_rules_page_has_an_anchor_for_each_rule(site: Path, language: str) -> None:
    found = page(site, language, addresses.RULES)
    missing = [rule for rule in RULES if f' id="{addresses.rule(rule)}"' not in found]
    assert not missing, f"docs/{language}/{addresses.RULES}: no heading has the id of {missing}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_lists_every_snippet_with_its_raw_file(site: Path, language: str) -> None:
    found = page(site, language, addresses.SNIPPETS)
    missing = [name for name, one in SNIPPETS.items() if found.count(f'href="../../{one.raw}"') != 1]
    assert not missing, f"{language}/{addresses.SNIPPETS} does not link to the raw files of {missing}"


def test_the_addresses_are_those_that_are_given_out() -> None:
    """Permanent: a form that changes breaks the links that readers keep."""
    assert addresses.raw("network/ipv6", ".yaml") == "snippets/network/ipv6.yaml"
    assert addresses.snippet_page("network/ipv6") == "snippets/network/ipv6.md"
    assert addresses.case("zone-a-down") == "case-zone-a-down"
    assert addresses.wrong("one-nat-gateway") == "wrong-one-nat-gateway"
    assert addresses.rule("E9801") == "e9801"
    assert addresses.fact("K02") == "k02"
    assert addresses.split("network/ipv6#no-route") == ("network/ipv6", "no-route")
    assert addresses.split("network/ipv6") == ("network/ipv6", "")
