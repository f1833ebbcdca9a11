"""In a real browser every page works: language, search, copying, both color schemes, a narrow screen."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page, expect

from conftest import html_files, open_browser

OTHER = {"ja": "en", "en": "ja"}
NARROW = {"width": 390, "height": 844}
WIDE = {"width": 1280, "height": 720}


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


# One visit per page: what it asks and reports, its structure, its colors, its width


@dataclass(frozen=True)
class Visit:
    """What was seen on one page."""

    messages: tuple[str, ...]
    """Requests to other hosts, and what the console reports."""
    structure: tuple[str, ...]
    """What axe finds, colors aside."""
    contrast: Mapping[str, Sequence[str]]
    """By color scheme, texts too faint against what is behind them."""
    overflow: int
    """Pixels by which it is wider than a narrow screen."""


# Contrast is decided by a text's color, size and weight and by what is painted behind it. Of texts alike in
# all of these one is measured. A positioned box may lie over another, so its class counts, too. What axe
# leaves undecided, as a text of signs alone or one half covered, is not known yet: the next page is asked.
FAINT = r"""(seen) => {
    const known = new Set(seen), behind = new Map(), asked = [];
    const painted = (element) => {
        if (!element) return "";
        if (!behind.has(element)) {
            const style = getComputedStyle(element);
            const own = [style.backgroundColor, style.backgroundImage, style.opacity, style.filter,
                style.mixBlendMode, style.position === "static" ? "" : element.className].join(" ");
            behind.set(element, `${painted(element.parentElement)} / ${own}`);
        }
        return behind.get(element);
    };
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const element = texts.currentNode.parentElement;
        if (!/[\p{L}\p{N}]{2}/u.test(texts.currentNode.data) || !element.checkVisibility()) continue;
        const style = getComputedStyle(element);
        const own = [style.color, style.fontSize, style.fontWeight, style.textShadow].join(" ");
        const key = `${painted(element)} / ${own}`;
        if (!known.has(key)) {
            known.add(key);
            element.dataset.measure = asked.push(key) - 1;
        }
    }
    const options = {runOnly: ["color-contrast"], resultTypes: ["violations", "passes"], elementRef: true};
    return (asked.length ? axe.run("[data-measure]", options) : Promise.resolve({violations: [], passes: []}))
        .then(({violations, passes}) => {
            const nodes = (rules) => rules.flatMap((rule) => rule.nodes);
            const decided = nodes([...violations, ...passes])
                .map((node) => asked[node.element.dataset.measure]);
            const faint = nodes(violations).map((node) => node.html.slice(0, 160));
            document.querySelectorAll("[data-measure]").forEach((element) => delete element.dataset.measure);
            return {decided: decided.filter(Boolean), faint};
        });
}"""
# As a click on the theme's own button, without the seconds in which colors fade over.
OTHER_SCHEME = """() => {
    document.querySelector("[for^=__palette]:not([hidden])").click();
    document.getAnimations().forEach((running) => running.finish());
    return document.body.dataset.mdColorScheme;
}"""
FIRST_SCHEME = "default"
SCHEMES = (FIRST_SCHEME, "slate")


def axe(page: Page, context: object, **options: object) -> list[str]:
    """What axe, which must be on the page, finds; each with the element's beginning."""
    found = page.evaluate(
        "([context, options]) => axe.run(context, options).then((results) => results.violations)",
        # Nothing is fetched beforehand: this only serves rules on sound and rotated screens.
        [context, {"resultTypes": ["violations"], "preload": False} | options],
    )
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]


def faint(page: Page, seen: set[str]) -> list[str]:
    """Texts of too little contrast among those whose colors are not in `seen`, to which they are added."""
    found = page.evaluate(FAINT, list(seen))
    seen.update(found["decided"])
    return found["faint"]


def visit(page: Page, address: str, seen: set[str], messages: list[str], *, wait_until: str) -> Visit:
    """Look at one page from every side and leave the page in the scheme and size it was found in."""
    messages.clear()
    page.goto(address, wait_until=wait_until)
    page.evaluate(AXE_SCRIPT)
    structure = axe(page, "html", rules={"color-contrast": {"enabled": False}})
    contrast = {FIRST_SCHEME: faint(page, seen)}
    contrast[page.evaluate(OTHER_SCHEME)] = faint(page, seen)
    assert page.evaluate(OTHER_SCHEME) == FIRST_SCHEME
    page.set_viewport_size(NARROW)
    overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    page.set_viewport_size(WIDE)
    return Visit(tuple(messages), tuple(structure), contrast, overflow)


def tour(chromium: str, site: str, paths: list[str]) -> dict[str, Visit]:
    """Visit each page once; the last look makes sure that a forbidden request would have been noticed."""
    host = urlsplit(site).netloc
    messages: list[str] = []
    seen: set[str] = set()
    with open_browser(chromium) as browser, visitor(browser, viewport=WIDE) as page:
        page.on(
            "request", lambda request: urlsplit(request.url).netloc == host or messages.append(request.url)
        )
        page.on(
            "console", lambda message: message.type in ("error", "warning") and messages.append(message.text)
        )
        page.on("pageerror", lambda error: messages.append(str(error)))
        visits = {
            path: visit(page, site + path, seen, messages, wait_until="load" if number else "networkidle")
            for number, path in enumerate(paths)
        }
        page.evaluate("document.body.append(Object.assign(new Image(), {src: 'https://example.net/x.png'}))")
        page.wait_for_timeout(100)
        assert any("Content Security Policy" in message for message in messages), "the tour sees no violation"
    return visits


@pytest.fixture(scope="module")
def visits(chromium: str, served_site: str, paths: list[str]) -> dict[str, Visit]:
    """Every page, visited once; the two languages side by side."""
    parts = [[path for path in paths if path.startswith("ja/") is japanese] for japanese in (True, False)]
    with ThreadPoolExecutor() as together:
        ja, rest = together.map(functools.partial(tour, chromium, served_site), parts)
    assert len(ja) + len(rest) == len(paths) > 2
    return ja | rest


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


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_text_that_is_too_faint_is_found_among_those_measured_before(
    browser: Browser, served_site: str, scheme: str
) -> None:
    with visitor(browser, viewport=WIDE) as page:
        seen: set[str] = set()
        page.goto(f"{served_site}en/network/internet-nat/")
        page.evaluate(AXE_SCRIPT)
        if scheme != FIRST_SCHEME:
            assert page.evaluate(OTHER_SCHEME) == scheme
        assert faint(page, seen) == []
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


def test_the_search_dialog_has_no_accessibility_violation(browser: Browser, served_site: str) -> None:
    with visitor(browser) as page:
        page.goto(f"{served_site}ja/")
        search(page, "lambda")
        # Half faded in, its texts have less contrast than they will have.
        page.evaluate("Promise.allSettled(document.getAnimations().map((running) => running.finished))")
        page.evaluate(AXE_SCRIPT)
        assert axe(page, "html") == []
