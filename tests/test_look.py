"""The look holds on a phone, on paper, with less motion, and nothing jumps while a page loads."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from lambda_vpc.guide.languages import LANGUAGES
from tour import NARROW, WIDE, html_files, visitor

# Last, so that no hook stands before a module of Python with its name.
sys.path.append(str(Path(__file__).parents[1] / "docs" / "hooks"))

from plain_markdown import Node, read

TABLE = "en/condition-keys/keys/"
FOLDED = "en/permissions/execution-role/"
LINKED = "en/network/choosing/"
# What a reader reads in a cell, as the column's name does.
_LABEL = "cell => getComputedStyle(cell, '::before').content"
# What shifts while a page loads, in parts of the screen; 0 without a shift.
_SHIFTS = """() => new Promise((resolve) => {
    let sum = 0;
    const add = (list) => { for (const entry of list.getEntries()) sum += entry.value; };
    new PerformanceObserver(add).observe({type: "layout-shift", buffered: true});
    setTimeout(() => resolve(sum), 300);
})"""
# Elements with a transition or an animation.
_MOVING = """() => [...document.querySelectorAll("*")].filter((one) => {
    const style = getComputedStyle(one);
    const animated = style.animationName === "none" ? "0s" : style.animationDuration;
    return `${style.transitionDuration}, ${animated}`.split(",").some((time) => parseFloat(time) > 0);
}).length"""


def tables(site: Path) -> Iterator[tuple[str, Node]]:
    """The pages' own tables, each with the page it stands on."""
    for path in html_files(site):
        for table in read(path.read_text("utf-8")).all("table"):
            if "rows" in table.classes:
                yield path.relative_to(site).as_posix(), table


def test_every_cell_of_a_table_names_its_column_where_it_will_stand_alone(site: Path) -> None:
    wrong, seen = [], 0
    for path, table in tables(site):
        head, *rows = table.all("tr")
        columns = [" ".join(cell.text.split()) for cell in head.all("th")]
        for row in rows:
            if any(cell.attributes.get("scope") == "rowgroup" for cell in row.all("th")):
                continue  # the title of the rows below it
            names = [cell.attributes.get("data-column", "") for cell in row.all("td", "th")]
            seen += 1
            if names != ["", *columns[1:]] or table.attributes.get("role") != "table":
                wrong.append(f"{path}: {names} in a table of {columns}")
    assert seen > 500, "the tables are not marked: see docs/hooks/tables.py"
    assert not wrong, "\n".join(wrong)


def test_no_table_is_left_to_the_theme_s_script(site: Path) -> None:
    left = [
        path.relative_to(site).as_posix()
        for path in html_files(site)
        if any(not table.classes for table in read(path.read_text("utf-8")).all("table"))
    ]
    assert not left, f"a table without a class, which the theme's script would wrap while reading: {left}"


def test_on_a_phone_a_row_is_a_card_and_on_a_desk_it_is_a_row(browser: Browser, served_site: str) -> None:
    with visitor(browser, viewport=WIDE) as page:
        page.goto(served_site + TABLE)
        table = page.locator("table.rows").first
        first, second = (table.locator("tbody td").nth(number) for number in (0, 1))
        assert first.bounding_box()["y"] == second.bounding_box()["y"]
        assert second.evaluate(_LABEL) == "none"
        page.set_viewport_size(NARROW)
        assert second.bounding_box()["y"] >= first.bounding_box()["y"] + first.bounding_box()["height"]
        assert second.evaluate(_LABEL) not in ("none", "")
        # Stacked, it is still a table to assistive software.
        assert page.get_by_role("table").first.get_by_role("row").count() > 2
        assert page.get_by_role("cell").count() == page.locator("table [role=cell]").count()


@pytest.mark.parametrize("zoom", [2, 4])
def test_a_zoomed_page_is_as_wide_as_the_window(browser: Browser, served_site: str, zoom: int) -> None:
    # A browser that zooms lays a page out as for a smaller screen.
    zoomed = {side: length // zoom for side, length in WIDE.items()}
    with visitor(browser, viewport=zoomed) as page:
        for path in ("ja/", "no/such/page", TABLE, FOLDED):
            page.goto(served_site + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= zoomed["width"], path


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page_path", ["", "condition-keys/keys/", "network/internet-nat/"])
def test_nothing_jumps_while_a_page_loads(
    browser: Browser, served_site: str, language: str, page_path: str
) -> None:
    for viewport in (WIDE, NARROW):
        with visitor(browser, viewport=viewport) as page:
            page.goto(f"{served_site}{language}/{page_path}", wait_until="networkidle")
            assert page.evaluate(_SHIFTS) == 0, viewport


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_the_front_page_s_field_opens_the_search_by_keyboard(
    browser: Browser, served_site: str, key: str
) -> None:
    with visitor(browser) as page:
        page.goto(f"{served_site}en/")
        page.locator("[data-open-search]").focus()
        page.keyboard.press(key)
        expect(page.locator(".md-search__input")).to_be_focused()


def test_the_front_page_offers_no_search_that_would_not_open(browser: Browser, served_site: str) -> None:
    with visitor(browser, java_script_enabled=False) as page:
        page.goto(f"{served_site}en/")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.locator("[data-open-search]")).to_be_hidden()


def test_what_the_browser_draws_itself_is_of_the_same_scheme(browser: Browser, served_site: str) -> None:
    drawn = "getComputedStyle(document.documentElement).colorScheme"
    for scheme, expected in (("dark", "dark"), ("light", "normal")):
        with visitor(browser, color_scheme=scheme) as page:
            page.goto(f"{served_site}en/", wait_until="networkidle")
            assert page.evaluate(drawn) == expected
            # At such an element a browser styles the whole page anew.
            assert page.locator("meta[name=color-scheme]").count() == 0
            assert page.locator("meta[name=theme-color-scheme]").count() == 1


def printed(browser: Browser, address: str) -> Iterator[Page]:
    """A page of a reader who chose the dark scheme, as it goes to the printer."""
    with visitor(browser, color_scheme="dark") as page:
        page.goto(address)
        assert page.evaluate("document.body.dataset.mdColorScheme") == "slate"
        page.emulate_media(media="print")
        yield page


def test_paper_is_light_and_holds_nothing_to_click(browser: Browser, served_site: str) -> None:
    for page in printed(browser, served_site + TABLE):
        # The numbers of the pages, too, which have the color of the scheme otherwise.
        margins = """() => [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules])
            .filter((rule) => rule instanceof CSSPageRule).map((rule) => rule.cssText).join()"""
        assert re.search(r"@bottom-right[^}]*[ {;]color: (rgb\(0, 0, 0\)|#000|black)", page.evaluate(margins))
        color = "name => getComputedStyle(document.querySelector('article p'))[name]"
        assert page.evaluate(color, "color") == "rgb(31, 39, 48)"
        for control in ("header", "footer", ".md-sidebar", ".md-path", ".headerlink", "article button"):
            found = page.locator(control)
            assert found.count(), f"{control}: has the theme's markup changed?"
            assert not any(one.is_visible() for one in found.all()), f"{control} is printed"


def test_paper_shows_what_a_page_folds(browser: Browser, served_site: str) -> None:
    for page in printed(browser, served_site + FOLDED):
        folded = page.locator("article details:not(.snippet *, [open])")
        assert folded.count(), f"{FOLDED} folds nothing any more: name another page here"
        hidden = "(one) => !one.lastElementChild.checkVisibility({contentVisibilityAuto: true})"
        assert not any(one.evaluate(hidden) for one in folded.all())


def test_paper_shows_where_a_link_leads(browser: Browser, served_site: str) -> None:
    for page in printed(browser, served_site + LINKED):
        links = page.locator("article :is(p, li, td) > a[href^=http]")
        assert links.count(), f"{LINKED} leads nowhere else any more: name another page here"
        said = links.first.evaluate("link => getComputedStyle(link, '::after').content")
        assert "attr(href)" in said or links.first.get_attribute("href") in said


def test_a_printed_snippet_is_whole_and_no_longer_than_it_must(browser: Browser, served_site: str) -> None:
    for page in printed(browser, served_site + "en/snippets/network/nat-per-az/"):
        # The reasons that a reader opens one by one fill the pages; a link to a picture cannot be followed.
        for left_out in (".case-why", ".network-later:not(:has(svg))"):
            found = page.locator(left_out)
            assert found.count(), f"{left_out}: no longer on this page"
            display = found.evaluate_all("all => all.map((one) => getComputedStyle(one).display)")
            assert set(display) == {"none"}, f"{left_out} is printed"
        breaks = "(one) => [getComputedStyle(one).breakBefore, getComputedStyle(one).breakInside]"
        assert page.locator(".code-note").first.evaluate(breaks) == ["avoid", "avoid"]
        # What is wrong, how it differs and what finds it are read together.
        assert page.locator("details.wrong").first.evaluate(breaks)[1] == "avoid"
        # Two thirds of a page, so that it stands below what introduces it.
        assert page.locator("article svg.diagram").first.bounding_box()["height"] <= 130 / 25.4 * 96


def test_what_is_printed_above_something_stays_with_it(browser: Browser, served_site: str) -> None:
    breaks = "all => all.map((one) => [getComputedStyle(one).breakAfter, getComputedStyle(one).breakInside])"
    for page in printed(browser, served_site + "en/snippets/network/nat-per-az/"):
        labels = page.locator("article .snippet-part").evaluate_all(breaks)
        assert labels and {after for after, _ in labels} == {"avoid"}, "a label is the last line of a page"
    for page in printed(browser, served_site + "en/"):
        steps = page.locator("article .steps li").evaluate_all(breaks)
        assert steps and {inside for _, inside in steps} == {"avoid"}, "a step's number ends a page"


@pytest.mark.parametrize("path", ["ja/network/databases/", "ja/network/api-gateway-authorizer/"])
def test_no_word_of_a_case_is_broken_on_a_phone(browser: Browser, served_site: str, path: str) -> None:
    with visitor(browser, viewport=NARROW) as page:
        page.goto(served_site + path)
        broken = page.locator(".network-cases > a").evaluate_all(
            """links => links.flatMap((link) => {
                const text = link.firstChild, at = text.data.search(/AZ.[ac].が停止/);
                if (at < 0) return [];
                const range = document.createRange();
                range.setStart(text, at);
                range.setEnd(text, at + 8);
                return [new Set([...range.getClientRects()].map((one) => one.top)).size > 1];
            })"""
        )
    assert broken, "no zone is down any more: name another word here"
    assert not any(broken)


def test_who_asks_for_less_motion_gets_none(browser: Browser, served_site: str) -> None:
    with visitor(browser, reduced_motion="no-preference") as page:
        page.goto(f"{served_site}en/")
        assert page.evaluate(_MOVING) > 0, "nothing moves any more: this test can go"
    with visitor(browser, reduced_motion="reduce") as page:
        page.goto(f"{served_site}en/")
        assert page.evaluate(_MOVING) == 0


@pytest.mark.parametrize(
    "path", ["en/", "en/network/internet-nat/", "ja/network/central-egress/", "ja/eni/lifecycle/"]
)
def test_the_smallest_letters_of_a_picture_can_be_read_on_a_phone(
    browser: Browser, served_site: str, path: str
) -> None:
    with visitor(browser, viewport=NARROW) as page:
        page.goto(served_site + path)
        sizes = page.evaluate(
            """() => [...document.querySelectorAll(".picture svg text")].map((text) => {
                const picture = text.ownerSVGElement;
                const scale = picture.getBoundingClientRect().width / picture.viewBox.baseVal.width;
                return scale * parseFloat(getComputedStyle(text).fontSize);
            })"""
        )
        weights = page.locator(".picture text.answer").evaluate_all(
            "texts => texts.map((text) => getComputedStyle(text).fontWeight)"
        )
    assert sizes
    assert set(weights) <= {"400"}, "a picture's answers are measured as light letters"
    assert min(sizes) >= 9, f"{path}: letters of {min(sizes):.1f} px; see docs/theme/assets/networks.css"


def test_paper_has_no_page_left_empty_before_a_box_or_a_picture(browser: Browser, served_site: str) -> None:
    with visitor(browser) as page:
        page.emulate_media(media="print")
        page.goto(served_site + FOLDED)
        breaks = "boxes => boxes.map((box) => getComputedStyle(box).breakInside)"
        assert set(page.locator("article details").evaluate_all(breaks)) == {"auto"}
        page.goto(f"{served_site}en/network/internet-nat/")
        high = page.locator("article .picture svg").first.bounding_box()["height"]
        assert 300 < high < 120 / 25.4 * 96 + 1


def test_paper_says_a_rule_in_the_reader_s_language_only(browser: Browser, served_site: str) -> None:
    with visitor(browser) as page:
        page.emulate_media(media="print")
        page.goto(f"{served_site}ja/reference/rules/")
        shown = page.locator(".rule [lang=en]").evaluate_all(
            "all => all.filter((one) => one.checkVisibility()).length"
        )
        assert page.locator(".rule [lang=en]").count() > 20
        assert not shown


# Citations that do not stand on the line of the word before them, by the text around them.
_CUT_OFF = """() => [...document.querySelectorAll("article :is(p, li) .fact")].flatMap((cited) => {
    const before = document.createTreeWalker(cited.parentElement, NodeFilter.SHOW_TEXT);
    let word = null;
    while (before.nextNode() && !cited.contains(before.currentNode)) {
        if (cited.compareDocumentPosition(before.currentNode) & 4) break;
        if (before.currentNode.data.trim()) word = before.currentNode;
    }
    if (!word) return [];
    const range = document.createRange();
    range.setStart(word, word.data.trimEnd().length - 1);
    range.setEnd(word, word.data.trimEnd().length);
    const [last, first] = [range.getBoundingClientRect(), cited.querySelector("a").getBoundingClientRect()];
    return first.top > last.bottom || first.left < last.left ? [word.data.slice(-20)] : [];
})"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_line_begins_with_the_number_of_a_source(
    browser: Browser, served_site: str, language: str
) -> None:
    found = {}
    with visitor(browser, viewport=WIDE) as page:
        page.goto(f"{served_site}{language}/network/internet-nat/")
        for width in range(330, 800, 10):
            page.set_viewport_size({"width": width, "height": 800})
            if cut := page.evaluate(_CUT_OFF):
                found[width] = cut
    assert not found, f"{found}; see docs/theme/assets/fact-text.css"
