"""A template's picture stands on its page; a case that is chosen and a wrong variant show their own."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, Page, expect

import pages
from conftest import ROOT
from lambda_vpc.guide import addresses
from lambda_vpc.guide.cases.trace import TraceCase
from lambda_vpc.guide.languages import LANGUAGES
from lambda_vpc.guide.snippet import Snippet
from lambda_vpc.guide.spec import load

SNIPPETS = load(ROOT / "snippets")
DRAWN = {
    name: snippet
    for name, snippet in SNIPPETS.items()
    if any(isinstance(case, TraceCase) for case in snippet.cases)
}
PER_AZ = "network/nat-per-az"


def cases_of(snippet: Snippet) -> list[TraceCase]:
    return [case for case in snippet.cases if isinstance(case, TraceCase)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_trace_case_and_every_wrong_variant_that_one_finds_has_a_picture(
    site: Path, language: str
) -> None:
    wanted = set()
    for name, snippet in DRAWN.items():
        cases = {case.id for case in cases_of(snippet)}
        anchors = [addresses.case(case) for case in cases]
        anchors += [addresses.wrong(wrong.name) for wrong in snippet.wrong if wrong.caught_by in cases]
        wanted |= {addresses.picture(name, anchor, language) for anchor in anchors}
    found = {path.relative_to(site).as_posix() for path in site.glob(f"pictures/*/*/*.{language}.svg")}
    assert found == wanted
    for path in sorted(found):
        assert ElementTree.parse(site / path).getroot().tag.endswith("}svg"), path


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_that_shows_a_template_shows_its_network_before_it(language: str) -> None:
    late = []
    for path in sorted((pages.DOCS / language).rglob("*.md")):
        text = path.read_text("utf-8")
        for name in re.findall(r"\{\{ snippet (\S+)[^}]*\}\}", text):
            picture = text.find(f"{{{{ network {name} }}}}")
            if name in DRAWN and not 0 <= picture < text.index(f"{{{{ snippet {name}"):
                late.append(f"{path.relative_to(ROOT)}: {name}")
    assert not late, f"write {{{{ network TOPIC/NAME }}}} before the snippet: {late}"


@pytest.fixture
def page(browser: Browser, served_site: str) -> Page:
    page = browser.new_page()
    page.goto(f"{served_site}en/{addresses.snippet_page(PER_AZ).removesuffix('.md')}/")
    return page


def test_choosing_a_case_shows_its_picture(page: Page) -> None:
    figure = page.locator("figure.network")
    expect(figure.locator("svg title").first).not_to_contain_text("zone a")
    link = figure.get_by_role("link", name="zone a down")
    link.focus()
    page.keyboard.press("Enter")
    expect(figure.locator("svg title").first).to_contain_text("with zone a down")
    assert figure.locator("svg").count() == 1
    assert figure.locator("svg style").count() == 0, "the page's policy refuses it"
    expect(figure.locator("[aria-current]")).to_have_text(re.compile(r"zone\sa\sdown"))
    figure.get_by_role("link", name="IPv4 reached", exact=False).first.click()
    expect(figure.locator("svg title").first).not_to_contain_text("zone a")


def test_opening_a_wrong_variant_shows_where_it_breaks(page: Page) -> None:
    wrong = page.locator(f"#{addresses.wrong('both-to-one-nat')}")
    assert wrong.locator("svg").count() == 0
    wrong.locator("summary").click()
    expect(wrong.locator("svg .mark.blocked").first).to_be_visible()


def test_without_scripts_a_case_leads_to_its_picture(browser: Browser, served_site: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served_site}ja/{addresses.snippet_page(PER_AZ).removesuffix('.md')}/")
    page.locator(".network-cases > a").nth(1).click()
    assert page.url.endswith(addresses.picture(PER_AZ, addresses.case("zone-a-down"), "ja"))
    context.close()


def test_an_address_of_a_folded_case_opens_the_table(page: Page, served_site: str) -> None:
    page.goto(f"{page.url}#{addresses.case('ipv6')}")
    expect(page.locator(f"#{addresses.case('ipv6')}")).to_be_visible()
