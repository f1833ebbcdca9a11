"""The list of all snippets is narrowed while one types, and a link leads to the narrowed list."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, expect

from conftest import ROOT
from lambda_vpc.guide import releases
from lambda_vpc.guide.languages import LANGUAGES
from lambda_vpc.guide.snippet import Snippet
from lambda_vpc.guide.spec import load
from tour import NARROW, WIDE, axe, visitor

SNIPPETS = load(ROOT / "snippets")
HISTORIES = releases.load(ROOT / "snippets")
ROWS = ".catalogue tr[data-kind]:visible"


def shown(page: Page) -> list[str]:
    """The names of the snippets in the list, in its order."""
    addresses = page.locator(f"{ROWS} th a").evaluate_all("links => links.map((link) => link.pathname)")
    return ["/".join(address.strip("/").split("/")[-2:]) for address in addresses]


def fitting(fits: Callable[[Snippet], bool]) -> list[str]:
    return [name for name, snippet in SNIPPETS.items() if fits(snippet)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_javascript_every_snippet_is_listed_and_no_field_shown(
    browser: Browser, served_site: str, language: str
) -> None:
    with visitor(browser, java_script_enabled=False) as page:
        page.goto(f"{served_site}{language}/snippets/?text=nothing")
        assert shown(page) == list(SNIPPETS)
        expect(page.locator(".catalogue-filter")).to_be_hidden()


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_snippet_has_the_day_of_its_last_change(
    browser: Browser, served_site: str, language: str
) -> None:
    with visitor(browser) as page:
        page.goto(f"{served_site}{language}/snippets/")
        days = page.locator(ROWS).evaluate_all(
            "rows => rows.map((row) => row.querySelector('time')?.textContent ?? null)"
        )
    nothing = releases.History("")
    versions = [HISTORIES.get(name, nothing).current(snippet) for name, snippet in SNIPPETS.items()]
    assert days == [version and version.on.isoformat() for version in versions]
    assert any(days)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_is_narrowed_by_keyboard_and_says_how_many_are_left(
    browser: Browser, served_site: str, language: str
) -> None:
    with visitor(browser, viewport=WIDE) as page:
        page.goto(f"{served_site}{language}/snippets/")
        assert shown(page) == list(SNIPPETS)
        status = page.locator(".catalogue-found [role=status]")
        expect(status).to_have_text(re.compile(str(len(SNIPPETS))))
        page.locator("[name=text]").focus()
        page.keyboard.type("NAT  ＰＥＲ-az")  # full width, as a Japanese keyboard may write it
        assert shown(page) == ["network/nat-per-az"]
        expect(status).to_have_text(re.compile(rf"\b1\b.*\b{len(SNIPPETS)}\b|{len(SNIPPETS)}.*\b1 "))
        # Of a topic without a snippet, its title is gone, too.
        assert page.locator(".catalogue [scope=rowgroup]:visible").count() == 1
        page.keyboard.press("Tab")
        page.keyboard.type(page.locator("[name=kind] option[value=scp]").inner_text())
        assert shown(page) == []
        expect(status).to_have_text(re.compile("ありません|No snippet"))
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert shown(page) == list(SNIPPETS)
        assert page.evaluate("document.activeElement.name") == "text"
        assert page.evaluate("location.search") == ""
        expect(page.locator(".catalogue-found button")).to_be_hidden()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("?kind=template", lambda one: one.kind == "template"),
        ("?topic=eni", lambda one: one.name.startswith("eni/")),
        ("?kind=template&topic=eni", lambda one: one.kind == "template" and one.name.startswith("eni/")),
        ("?text=.json", lambda one: one.path.endswith(".json")),
        ("?text=permissions/", lambda one: one.name.startswith("permissions/")),
        ("?kind=none-such&topic=%3Cb%3E", lambda one: True),
        ("?other=1#eni", lambda one: True),
    ],
)
def test_an_address_leads_to_the_narrowed_list(
    browser: Browser, served_site: str, language: str, query: str, fits: Callable[[Snippet], bool]
) -> None:
    with visitor(browser) as page:
        page.goto(f"{served_site}{language}/snippets/{query}")
        assert shown(page) == fitting(fits)
        assert fitting(fits)
        # No list is left without a choice.
        chosen = page.locator("select").evaluate_all("lists => lists.map((list) => list.selectedIndex)")
        assert min(chosen) >= 0


def test_the_address_says_what_is_chosen_and_keeps_what_is_not_the_list_s(
    browser: Browser, served_site: str
) -> None:
    with visitor(browser) as page:
        page.goto(f"{served_site}en/snippets/?other=1#eni")
        page.locator("[name=text]").fill("a b&c")
        page.locator("[name=topic]").select_option("eni")
        address = page.url
        assert "other=1" in address and "text=a+b%26c" in address and "topic=eni" in address
        page.goto(address)
        assert page.locator("[name=text]").input_value() == "a b&c"
        page.locator("[name=text]").fill("")
        assert "text=" not in page.url and page.url.endswith("topic=eni#eni")
        page.keyboard.press("Enter")
        assert shown(page) == fitting(lambda one: one.name.startswith("eni/"))


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_narrowed_list_has_no_accessibility_violation(
    browser: Browser, served_site: str, scheme: str, viewport: dict[str, int]
) -> None:
    with visitor(browser, color_scheme=scheme, viewport=viewport) as page:
        for query in ("?topic=network&kind=template", "?text=no+such+snippet"):
            page.goto(f"{served_site}ja/snippets/{query}")
            page.evaluate(AXE_SCRIPT)
            assert axe(page, "html", rules={"target-size": {"enabled": True}}) == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_from_disk_the_list_is_narrowed_too(browser: Browser, site: Path) -> None:
    with visitor(browser) as page:
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto((site / "en" / "snippets" / "index.html").as_uri())
        page.locator("[name=kind]").select_option("scp")
        assert page.locator(ROWS).count() == len(fitting(lambda one: one.kind == "scp")) > 0
        assert errors == []


def test_no_other_page_loads_what_narrows_the_list(site: Path) -> None:
    for path in ("ja", "en/network/ipv6", "en/snippets/network/nat-per-az"):
        assert "catalogue" not in (site / path / "index.html").read_text("utf-8")
