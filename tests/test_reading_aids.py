"""In a browser: what a copy button copies, and the text of a fact beside the link that cites it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from conftest import ROOT
from tour import WIDE, visitor

FACT_TEXT = "#fact-text"


@pytest.fixture
def reader(browser: Browser) -> Iterator[Page]:
    """A visitor whose clipboard can be read."""
    with visitor(browser, viewport=WIDE, permissions=["clipboard-read", "clipboard-write"]) as page:
        yield page


def copied(page: Page, block: str) -> str:
    """What is in the clipboard after a click on a block's copy button."""
    page.locator(block).first.scroll_into_view_if_needed()
    page.locator(f"{block} .md-code__button[data-md-type=copy]").first.click()
    expect(page.locator(".md-dialog")).to_have_text(re.compile("Copied"))
    return page.evaluate("navigator.clipboard.readText()")


def test_a_snippet_is_copied_as_its_file_byte_for_byte(reader: Page, served_site: str) -> None:
    reader.goto(f"{served_site}en/snippets/network/nat-per-az/")
    assert reader.locator("[data-file] .code-note").count()
    raw = (ROOT / "snippets/network/nat-per-az.yaml").read_text("utf-8")
    assert copied(reader, "[data-file]") == raw


def test_of_a_session_only_what_was_typed_is_copied(reader: Page, served_site: str) -> None:
    reader.goto(f"{served_site}en/network/internet-nat/")
    reader.evaluate(
        """() => {
            const code = document.querySelector(".language-console code");
            code.innerHTML = '<span class="gp">$ </span>aws a <span class="se">\\\\</span>\\n    --b\\n'
                + '<span class="go">printed</span>\\n\\n<span class="go">more</span>\\n'
                + '<span class="gp">$ </span>aws c\\n';
        }"""
    )
    assert copied(reader, ".language-console") == "aws a \\\n    --b\naws c\n"


def test_every_citation_shows_its_fact_to_pointer_and_keyboard(reader: Page, served_site: str) -> None:
    reader.goto(f"{served_site}en/network/internet-nat/")
    href = reader.evaluate(
        """() => {
            const links = [...document.querySelectorAll("article > p .fact a")];
            return links.find((link) => !link.title).getAttribute("href");
        }"""
    )
    later = reader.locator(f".fact a[href='{href}']").last
    text = reader.locator(f".fact a[href='{href}'][title]").get_attribute("title")
    later.hover()
    expect(reader.locator(FACT_TEXT)).to_have_text(text)
    expect(later).to_have_attribute("aria-describedby", FACT_TEXT.removeprefix("#"))
    reader.keyboard.press("Escape")
    expect(reader.locator(FACT_TEXT)).to_be_hidden()
    later.focus()
    expect(reader.locator(FACT_TEXT)).to_be_visible()
    reader.locator(FACT_TEXT).hover()
    reader.wait_for_timeout(300)
    expect(reader.locator(FACT_TEXT)).to_be_visible()  # the pointer may rest on it
    box = reader.locator(FACT_TEXT).bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= WIDE["width"]


def test_the_text_stays_beside_a_citation_that_is_scrolled_and_goes_with_it(
    reader: Page, served_site: str
) -> None:
    reader.goto(f"{served_site}en/network/internet-nat/")
    last = reader.locator("article .fact a").last
    last.focus()  # which scrolls to it, after it has the focus
    expect(reader.locator(FACT_TEXT)).to_be_visible()
    for by in (0, -60, 30):
        reader.evaluate(
            """by => new Promise((done) => {
                scrollBy(0, by);
                requestAnimationFrame(() => setTimeout(done));
            })""",
            by,
        )
        gap = reader.evaluate(
            """() => {
                const [text, link] = ["#fact-text", "[aria-describedby=fact-text]"].map((one) =>
                    document.querySelector(one).getBoundingClientRect());
                return Math.min(Math.abs(text.top - link.bottom), Math.abs(text.bottom - link.top));
            }"""
        )
        assert gap < 2, f"after scrolling by {by} the text is {gap} px away"
    reader.evaluate("scrollTo(0, 0)")
    expect(reader.locator(FACT_TEXT)).to_be_hidden()
