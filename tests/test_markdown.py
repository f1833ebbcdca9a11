"""Each page stands as plain Markdown beside it, and llms.txt lists them all."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

import pages
from conftest import ROOT, SITE_URL
from lambda_vpc.guide import facts
from lambda_vpc.guide.languages import LANGUAGES
from lambda_vpc.guide.spec import load

FACTS = facts.load(ROOT / "docs" / "facts.yaml")
SNIPPETS = load(ROOT / "snippets")

_FENCE = re.compile(r"^(`{3,})[^\n]*\n.*?^\1$\n?", re.DOTALL | re.MULTILINE)
_INLINE = re.compile(r"(`+) ?.*?\1")
_TAG = re.compile(r"(?<!\\)</?[a-zA-Z][^>]*>|(?<!\\)<!--")
_LINK = re.compile(r"\]\((\S+?)\)")


def html_pages(site: Path) -> list[str]:
    """The folders of all pages, from the site's root, with a closing slash."""
    return sorted(
        path.parent.relative_to(site).as_posix() + "/"
        for language in LANGUAGES
        for path in (site / language).rglob("index.html")
    )


def prose(markdown: str) -> str:
    """What is left without code."""
    return _INLINE.sub("", _FENCE.sub("", markdown))


@pytest.fixture(scope="module")
def written(site: Path) -> dict[str, str]:
    """The Markdown of each page by the page's folder."""
    return {
        path.parent.relative_to(site).as_posix() + "/": path.read_text("utf-8") for path in site.rglob("*.md")
    }


def test_every_page_has_its_markdown_beside_it(site: Path, written: dict[str, str]) -> None:
    assert sorted(written) == html_pages(site), "see docs/hooks/markdown_pages.py"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_address_is_the_page_s_with_index_md(written: dict[str, str], language: str) -> None:
    for name in pages.names(pages.DOCS, language):
        folder = f"{language}/{name}/".removesuffix("index/")
        assert f"\npage: {SITE_URL}{folder}\n" in written[folder]
        for other in set(LANGUAGES) - {language}:
            counterpart = f"{SITE_URL}{folder.replace(language, other, 1)}index.md"
            assert f"\n{other}: {counterpart}\n" in written[folder]


def test_every_page_names_its_markdown_in_its_head(site: Path) -> None:
    for folder in html_pages(site):
        links = re.findall(
            r"<link[^>]*type=\"?text/markdown[^>]*>", (site / folder / "index.html").read_text("utf-8")
        )
        assert len(links) == 1 and 'href="index.md"' in links[0], folder


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_snippet_stands_in_the_markdown_byte_for_byte_with_its_address(
    written: dict[str, str], language: str
) -> None:
    for name, snippet in SNIPPETS.items():
        text = written[f"{language}/snippets/{name}/"]
        assert f"\n{snippet.text}" in text, f"{language}/snippets/{name}/index.md changes the snippet"
        assert f"({SITE_URL}{snippet.raw})" in text, f"{language}/snippets/{name}/index.md: no address"
        for case in snippet.cases:
            assert case.name[language].split("`")[0][:20] in text.replace("\\", ""), f"{name}#{case.id}"


def test_a_page_shows_its_snippets_and_facts(written: dict[str, str]) -> None:
    for language in LANGUAGES:
        for name in pages.names(pages.DOCS, language):
            source = (pages.DOCS / language / f"{name}.md").read_text("utf-8")
            text = written[f"{language}/{name}/".removesuffix("index/")]
            for snippet in re.findall(r"^{{ snippet (\S+) }}", source, re.MULTILINE):
                assert SNIPPETS[snippet].text in text, f"{language}/{name}: {snippet}"
            for cited in re.findall(r"{{ fact ([^}]*) }}", re.sub(r"`[^`\n]*`", "", source)):
                for fact in cited.split():
                    assert f"[^{fact}]" in text, f"{language}/{name}: {fact} is not cited"
                    assert len(re.findall(rf"^\[\^{fact}\]: \S", text, re.MULTILINE)) == 1


def test_no_directive_and_no_html_is_left(written: dict[str, str]) -> None:
    left = []
    for folder, text in written.items():
        plain = prose(text)
        left += [f"{folder}: {found}" for found in re.findall(r"{{.*?}}", plain)]
        left += [f"{folder}: {found[0]}" for found in _TAG.finditer(plain)]
    assert not left, left[:20]


def test_every_link_is_whole_and_leads_somewhere(site: Path, written: dict[str, str]) -> None:
    missing = set()
    for folder, text in written.items():
        for address in _LINK.findall(prose(text)):
            if address.startswith("#"):
                continue
            assert re.match(r"https?://", address), f"{folder}: {address} is not whole"
            path = address.split("#")[0]
            if path.startswith(SITE_URL) and not (site / path.removeprefix(SITE_URL)).is_file():
                missing.add(f"{folder}: {address}")
    assert not missing, sorted(missing)[:20]


def test_llms_txt_lists_every_page_once_under_a_heading(site: Path, written: dict[str, str]) -> None:
    text = (site / "llms.txt").read_text("utf-8")
    assert re.match(r"# \S.*\n\n> \S.*\n", text), "llms.txt begins with title and summary"
    listed = Counter(re.findall(r"^- \[[^\]]+\]\((\S+)\): \S", text, re.MULTILINE))
    assert set(listed.values()) == {1}, [address for address, number in listed.items() if number > 1]
    assert set(listed) == {f"{SITE_URL}{folder}index.md" for folder in written}
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert len(headings) == len(set(headings)) > 2 * len(LANGUAGES)
    assert not re.search(r"\n\n\n|{{|<[a-z]", text)


def test_llms_txt_lists_a_generated_page_in_the_section_that_leads_to_it(site: Path) -> None:
    parts = re.split(r"^## ", (site / "llms.txt").read_text("utf-8"), flags=re.MULTILINE)
    for language in LANGUAGES:
        for folder, generated in (("snippets", len(SNIPPETS)), ("reference/facts", len(FACTS.topics))):
            pattern = rf"\({SITE_URL}{language}/{folder}/\S+/index\.md\)"
            found = {part.partition("\n")[0]: len(re.findall(pattern, part)) for part in parts}
            listed = {title: number for title, number in found.items() if number}
            assert list(listed.values()) == [generated], f"{language}/{folder}: {listed}"
            (title,) = listed
            (part,) = (part for part in parts if part.startswith(f"{title}\n"))
            assert f"({SITE_URL}{language}/{folder}/index.md)" in part, f"{title} does not list {folder}"
