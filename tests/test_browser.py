"""In a real browser every page works: language, search, copying, both color schemes, a narrow screen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, expect

from tour import (
    FIRST_SCHEME,
    KINDS,
    NARROW,
    OTHER_SCHEME,
    SCHEMES,
    WIDE,
    Visit,
    axe,
    faint,
    html_files,
    visitor,
)

OTHER = {"ja": "en", "en": "ja"}


@pytest.fixture(scope="module")
def some_heading(site: Path) -> tuple[str, str]:
    """A page with a heading far enough down, without its language: path and heading id."""
    for path in sorted((site / "en").rglob("index.html")):
        ids = re.findall(r'<h2 id="([^"]+)"', path.read_text("utf-8"))
        if ids and "reference" not in path.parts:
            return path.parent.relative_to(site / "en").as_posix().removeprefix(".") + "/", ids[-1]
    raise AssertionError("no page has a second-level heading")


def search(page: Page, query: str) -> list[str]:
    """Type a query into the open page; the addresses of the results."""
    page.keyboard.press("/")
    page.keyboard.type(query)
    page.locator(".md-search-result__link").first.wait_for()
    return page.locator(".md-search-result__link").evaluate_all("links => links.map((link) => link.href)")


@pytest.mark.parametrize(
    ("locale", "home"), [("ja-JP", "ja/"), ("en-GB", "en/"), ("fr-FR", "en/")], ids=lambda value: str(value)
)
def test_the_root_page_takes_a_visitor_to_the_browsers_language(
    browser: Browser, served_site: str, locale: str, home: str
) -> None:
    with visitor(browser, locale=locale) as page:
        page.goto(served_site)
        page.wait_for_url(served_site + home)


def test_the_root_page_remembers_the_language_chosen(browser: Browser, served_site: str) -> None:
    with visitor(browser, locale="ja-JP") as page:
        page.goto(f"{served_site}ja/")
        page.locator("[data-language-switch]").click()
        page.wait_for_url(f"{served_site}en/")
        page.goto(served_site)
        page.wait_for_url(f"{served_site}en/")


def test_without_javascript_the_root_page_shows_two_links(browser: Browser, served_site: str) -> None:
    with visitor(browser, java_script_enabled=False) as page:
        page.goto(served_site)
        assert page.get_by_role("link").all_inner_texts() == ["日本語", "English"]
        page.get_by_role("link", name="日本語").click()
        page.wait_for_url(f"{served_site}ja/")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_language_switch_keeps_page_and_heading(
    browser: Browser, served_site: str, some_heading: tuple[str, str], language: str
) -> None:
    path, heading = some_heading
    path = path.lstrip("/")
    with visitor(browser) as page:
        page.goto(f"{served_site}{language}/{path}#{heading}")
        page.locator("[data-language-switch]").click()
        page.wait_for_url(f"{served_site}{OTHER[language]}/{path}#{heading}")
        expect(page.locator("html")).to_have_attribute("lang", OTHER[language])
        expect(page.locator(f"[id='{heading}']")).to_be_in_viewport()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_search_finds_pages_of_its_own_language_only(
    browser: Browser, served_site: str, language: str
) -> None:
    with visitor(browser) as page:
        page.goto(f"{served_site}{language}/reference/rules/")
        found = search(page, "lambda vpc")
        assert found
        assert all(url.startswith(f"{served_site}{language}/") for url in found), found
        page.keyboard.press("ArrowDown")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.url == found[0]


def test_search_works_on_the_404_page(browser: Browser, served_site: str) -> None:
    with visitor(browser) as page:
        page.goto(f"{served_site}no/such/page")
        found = search(page, "lambda")
        assert all(url.startswith(f"{served_site}en/") for url in found), found


def test_search_hears_what_is_pasted_with_the_mouse(browser: Browser, served_site: str) -> None:
    with visitor(browser) as page:
        page.goto(f"{served_site}en/")
        page.locator(".md-search__input").click()
        page.keyboard.insert_text("lambda")  # fires `input` and no key
        page.locator(".md-search-result__link").first.wait_for()


def test_search_says_so_when_its_data_cannot_be_loaded(browser: Browser, served_site: str) -> None:
    with visitor(browser) as page:
        page.route("**/search/en.js", lambda route: route.abort())
        page.goto(f"{served_site}en/")
        page.locator(".md-search__input").click()
        page.keyboard.type("lambda")
        expect(page.locator(".md-search-result__meta")).to_have_text(re.compile("could not be loaded"))


def test_opened_from_disk_pages_link_to_each_other_and_search_works(browser: Browser, site: Path) -> None:
    with visitor(browser) as page:
        page.goto(f"{site.as_uri()}/ja/index.html")
        found = search(page, "lambda")
        assert all(url.split("?")[0].split("#")[0].endswith("/index.html") for url in found), found
        page.goto(f"{site.as_uri()}/ja/index.html")
        page.locator("[data-language-switch]").click()
        page.wait_for_url(f"{site.as_uri()}/en/index.html")


def test_the_copy_button_copies_the_code_as_it_stands(browser: Browser, served_site: str, site: Path) -> None:
    path = next(
        path.parent.relative_to(site).as_posix()
        for path in html_files(site / "en")
        if "<pre" in path.read_text("utf-8")
    )
    with visitor(browser, permissions=["clipboard-read", "clipboard-write"]) as page:
        page.goto(f"{served_site}{path}/")
        block = page.locator("pre:has(> .md-code__nav)").first
        block.locator(".md-code__button[data-md-type=copy]").click()
        expect(page.locator(".md-dialog")).to_have_text(re.compile("Copied"))
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.strip()
        # Notes stand between the lines and are not part of the code, nor is a prompt.
        code = block.locator("> code").evaluate(
            """code => {
                const copy = code.cloneNode(true);
                copy.querySelectorAll(".code-note, .gp, .go").forEach((note) => note.remove());
                return copy.textContent;
            }"""
        )
        assert copied.strip() == code.strip()


# One visit per page (tools/tour.py): what it asks and reports, its structure, its colors, its width


def test_no_page_asks_another_host_or_reports_an_error(visits: dict[str, Visit]) -> None:
    found = {path: seen.messages for path, seen in visits.items() if seen.messages}
    assert not found, f"requests to other hosts, errors or policy violations: {found}"


def test_no_page_has_an_accessibility_violation(visits: dict[str, Visit]) -> None:
    found = {path: seen.structure for path, seen in visits.items() if seen.structure}
    assert not found, f"axe: {found}"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_text_is_too_faint_for_its_background(visits: dict[str, Visit], scheme: str) -> None:
    found = {path: seen.contrast[scheme] for path, seen in visits.items() if seen.contrast[scheme]}
    assert not found, f"axe, color scheme {scheme}: {found}"


def test_no_page_is_wider_than_a_narrow_screen(visits: dict[str, Visit]) -> None:
    found = {path: seen.overflow for path, seen in visits.items() if seen.overflow > 0}
    assert not found, f"pixels too wide at {NARROW['width']}: {found}; let the element scroll, or wrap"


def measured(page: Page, served_site: str, scheme: str) -> set[str]:
    """Open a page without fault in a color scheme; the kinds of text seen on it."""
    seen: set[str] = set()
    page.goto(f"{served_site}en/network/internet-nat/")
    page.evaluate(AXE_SCRIPT)
    if scheme != FIRST_SCHEME:
        assert page.evaluate(OTHER_SCHEME) == scheme
    assert faint(page, seen) == []
    return seen


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_text_that_is_too_faint_is_found_among_those_measured_before(
    browser: Browser, served_site: str, scheme: str
) -> None:
    with visitor(browser, viewport=WIDE) as page:
        seen = measured(page, served_site, scheme)
        assert len(seen) > 10
        page.evaluate(
            """() => {
                const spans = [...document.querySelectorAll("pre code span")];
                const last = spans.findLast((span) => /\\w{2}/.test(span.innerText) && !span.children.length);
                last.style.color = "rgba(128, 128, 128, 0.3)";  // on any background
            }"""
        )
        (found,) = faint(page, seen)
        assert found.startswith("<span")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_link_that_looks_like_the_text_around_it_is_found(
    browser: Browser, served_site: str, scheme: str
) -> None:
    with visitor(browser, viewport=WIDE) as page:
        seen = measured(page, served_site, scheme)
        page.evaluate(
            """() => {
                const link = document.querySelector("article p a[href*=choosing]");
                link.style.color = getComputedStyle(link.parentElement).color;
                link.style.textDecoration = "none";
            }"""
        )
        (found,) = faint(page, seen)
        assert found.startswith("<a")


@pytest.mark.parametrize("attribute", ["class", "style"])
def test_a_page_with_a_text_of_another_kind_is_measured(
    browser: Browser, served_site: str, attribute: str
) -> None:
    with visitor(browser, viewport=WIDE) as page:
        page.goto(f"{served_site}en/network/internet-nat/")
        kinds = set(page.evaluate(KINDS))
        assert kinds and kinds == set(page.evaluate(KINDS))
        page.evaluate(
            "(name) => document.querySelector('article p').setAttribute(name, 'color: gray')", attribute
        )
        assert not set(page.evaluate(KINDS)) <= kinds


def test_the_search_dialog_has_no_accessibility_violation(browser: Browser, served_site: str) -> None:
    with visitor(browser) as page:
        page.goto(f"{served_site}ja/")
        search(page, "lambda")
        # Half faded in, its texts have less contrast than they will have.
        page.evaluate("Promise.allSettled(document.getAnimations().map((running) => running.finished))")
        page.evaluate(AXE_SCRIPT)
        assert axe(page, "html") == []
