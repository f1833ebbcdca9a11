"""In a real browser every page works: language, search, copying, both color schemes, a narrow screen."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from conftest import html_files

OTHER = {"ja": "en", "en": "ja"}
NARROW = {"width": 390, "height": 844}


@contextmanager
def visitor(browser: Browser, **options: object) -> Iterator[Page]:
    """A fresh visitor: nothing stored, English browser unless said otherwise."""
    context: BrowserContext = browser.new_context(**({"locale": "en-US"} | options))
    page = context.new_page()
    try:
        yield page
    finally:
        # Chromium can wait forever when a context is closed in the middle of a navigation.
        page.goto("about:blank")
        context.close()


@pytest.fixture(scope="module")
def paths(site: Path) -> list[str]:
    """Every page's address from the site's root; the root page leads elsewhere at once."""
    found = [path.relative_to(site).as_posix().removesuffix("index.html") for path in html_files(site)]
    return [path for path in found if path]


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
        # Notes stand between the lines and are not part of the code.
        code = block.locator("> code").evaluate(
            """code => {
                const copy = code.cloneNode(true);
                copy.querySelectorAll(".code-note").forEach((note) => note.remove());
                return copy.textContent;
            }"""
        )
        assert copied.strip() == code.strip()


def _problems(
    browser: Browser, served_site: str, paths: list[str], look: Callable[[Page], object], **options
):
    """What `look` finds on each page, by address; pages without a finding are left out."""
    with visitor(browser, **options) as page:
        found = {}
        for path in paths:
            page.goto(served_site + path)
            if problem := look(page):
                found[path] = problem
        return found


def test_no_page_asks_another_host_or_reports_an_error(
    browser: Browser, served_site: str, paths: list[str]
) -> None:
    host = urlsplit(served_site).netloc
    with visitor(browser) as page:
        messages: list[str] = []
        page.on(
            "request", lambda request: urlsplit(request.url).netloc == host or messages.append(request.url)
        )
        page.on(
            "console", lambda message: message.type in ("error", "warning") and messages.append(message.text)
        )
        page.on("pageerror", lambda error: messages.append(str(error)))
        found = {}
        for path in paths:
            page.goto(served_site + path, wait_until="networkidle" if path in paths[:2] else "load")
            if messages:
                found[path] = messages.copy()
                messages.clear()
        # That a violation would be seen: an element the policy forbids.
        page.evaluate("document.body.append(Object.assign(new Image(), {src: 'https://example.net/x.png'}))")
        page.wait_for_timeout(100)
        assert any("Content Security Policy" in message for message in messages), "the test sees no violation"
    assert not found, f"requests to other hosts, errors or policy violations: {found}"


@pytest.fixture(scope="module")
def distinct_paths(paths: list[str]) -> list[str]:
    """Every written page, and two of each topic's snippet pages, which are all generated alike."""
    kept, generated = [], {}
    for path in paths:
        match = re.fullmatch(r"(../snippets/[^/]+/)[^/]+/", path)
        if match is None:
            kept.append(path)
        else:
            generated.setdefault(match[1], []).append(path)
    return kept + [path for group in generated.values() for path in (group[0], group[-1])]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_an_accessibility_violation(
    browser: Browser, served_site: str, distinct_paths: list[str], scheme: str
) -> None:
    axe = Axe()
    options = {"resultTypes": ["violations"]}
    if scheme == "dark":
        options["runOnly"] = ["color-contrast"]  # it differs from the light one in colors only

    def violations(page: Page) -> list[str]:
        return [
            f"{violation['id']}: {node['html'][:160]}"
            for violation in axe.run(page, options=options).response["violations"]
            for node in violation["nodes"]
        ]

    found = _problems(browser, served_site, distinct_paths, violations, color_scheme=scheme, bypass_csp=True)
    assert not found, f"axe, {scheme} scheme: {found}"


def test_the_search_dialog_has_no_accessibility_violation(browser: Browser, served_site: str) -> None:
    with visitor(browser, bypass_csp=True) as page:
        page.goto(f"{served_site}ja/")
        search(page, "lambda")
        # Half faded in, its texts have less contrast than they will have.
        page.evaluate("Promise.allSettled(document.getAnimations().map((running) => running.finished))")
        result = Axe().run(page)
        assert result.violations_count == 0, result.generate_report()


def test_no_page_is_wider_than_a_narrow_screen(browser: Browser, served_site: str, paths: list[str]) -> None:
    def overflow(page: Page) -> int:
        return page.evaluate("document.documentElement.scrollWidth - innerWidth")

    found = {
        p: v for p, v in _problems(browser, served_site, paths, overflow, viewport=NARROW).items() if v > 0
    }
    assert not found, f"pixels too wide at {NARROW['width']}: {found}; let the element scroll, or wrap"
