"""The published style sheet: nothing looks different for the rules that are left out of it."""

from __future__ import annotations

import re
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from conftest import ROOT
from tour import NARROW, OTHER_SCHEME, WIDE, visitor

# Last, so that no hook stands before a module of Python with its name.
sys.path.append(str(ROOT / "docs" / "hooks"))

from pictures import colors
from style_sheet import Elements, used

PAGE = """<!doctype html><html lang="en"><body data-md-color-scheme="default">
<nav class="menu wide" id="main"><a href="x/">x</a></nav><input type="checkbox" data-kind="a">
<b data-column="Kind" aria-label="a kind" title="Kind">c</b><template><i class="later">x</i></template>
<details><summary>more</summary><svg><path d="M0 0"/></svg></details></body></html>"""


@pytest.fixture
def elements() -> Elements:
    found = Elements()
    found.add_page(PAGE)
    found.add_script('box.className="from-script";document.body.dataset.someState="on";h("mark")')
    return found


@pytest.mark.parametrize(
    "rule",
    [
        "a{color:red}",
        ".menu a:hover{color:red}",
        ".menu.wide>a::before{color:red}",
        "nav#main{color:red}",
        ":root{color:red}",
        "input:checked~.menu{color:red}",
        "[type=checkbox]{color:red}",
        '[data-kind="a"]{color:red}',
        "a[href]{color:red}",
        "b[data-column]::before{color:red}",
        "b[aria-label]{color:red}",
        "b[title]{color:red}",
        ".later{color:red}",
        "body:not(.gone) a{color:red}",
        ":is(.gone,.menu) a{color:red}",
        ".menu:has(a){color:red}",
        "details[open]{color:red}",
        ".from-script{color:red}",
        "[data-some-state=on] .menu{color:red}",
        "mark{color:red}",
        "@media print{a{color:red}}",
        "@supports (color:red){a{color:red}}",
        "@page{margin:1cm}",
        ".menu{color:red;a{color:red}}",
        ".menu{--x:1px;width:var(--x)}",
        ".menu{animation:turn 1s}@keyframes turn{from{top:0}to{top:1px}}",
        "a{background:url(data:image/svg+xml,x)}",
        "a{color:red!important}",
        ".menu:some-new-thing(a){color:red}",
    ],
)  # fmt: skip
def test_a_rule_that_a_page_or_a_script_can_use_stays(elements: Elements, rule: str) -> None:
    def normal(text: str) -> str:
        return re.sub(r"\s|[\"']", "", text)

    assert normal(used(rule, elements)) == normal(rule)


@pytest.mark.parametrize(
    "rule",
    [
        ".gone{color:red}",
        ".menu .gone{color:red}",
        ".gone>.menu{color:red}",
        ".menu.gone{color:red}",
        "a.menu{color:red}",  # there is no link of this class
        "table{color:red}",
        "#other{color:red}",
        "[dir=rtl] a{color:red}",
        "[type=radio]{color:red}",
        "[data-kind=b]{color:red}",
        ":is(.gone,table) a{color:red}",
        "@media print{.gone{color:red}}",
        ".menu{--x:1px}",
        ".menu{--x:var(--y);--y:1px}",
        "@keyframes turn{from{top:0}}",
        "/* a */",
    ],
)  # fmt: skip
def test_a_rule_that_nothing_can_use_goes(elements: Elements, rule: str) -> None:
    assert used(rule, elements) == ""


def test_of_several_selectors_those_stay_that_something_can_use(elements: Elements) -> None:
    assert used(".gone, a ,table{ color : red }", elements) == "a{color:red}"


def test_a_style_sheet_that_cannot_be_read_is_refused(elements: Elements) -> None:
    with pytest.raises(ValueError, match="line 2"):
        used("a{color:red}\n}", elements)


# In a browser, every element of pages of each kind, with the published style sheet and with all rules

PAGES = (
    "ja/",
    "en/network/internet-nat/",
    "ja/troubleshooting/create/",
    "en/eni/other-compute/",
    "en/condition-keys/guardrails/",
    "ja/snippets/permissions/execution-role/",
    "en/reference/checker/",
    "en/reference/checker/guide/",
    "en/reference/facts/",
    "ja/reference/glossary/",
    "404.html",
)
# Two elements of each kind: a kind is what a style sheet can tell by an element and those it stands in.
SEEN = r"""() => {
    document.getAnimations().forEach((running) => running.finish());
    const names = [...getComputedStyle(document.body)].filter((name) => !name.startsWith("--"));
    const kinds = new Map(), counts = new Map(), found = [];
    const kind = (element) => {
        if (!element) return "";
        if (!kinds.has(element)) {
            const own = `${element.tagName}.${element.getAttribute("class") ?? ""}`;
            kinds.set(element, `${kind(element.parentElement)} > ${own}`);
        }
        return kinds.get(element);
    };
    for (const element of document.querySelectorAll("*")) {
        const count = (counts.get(kind(element)) ?? 0) + 1;
        counts.set(kind(element), count);
        if (count > 2) continue;
        for (const part of [null, "::before", "::after"]) {
            const style = getComputedStyle(element, part);
            if (part && ["none", "normal"].includes(style.content)) continue;
            const values = names.map((name) => `${name}: ${style.getPropertyValue(name)}`);
            found.push([`${kind(element).slice(-200)}${part ?? ""}`, values.join("; ")]);
        }
    }
    return found;
}"""

# The theme's scripts answer a changed screen or scroll position some frames later.
SETTLED = """() => new Promise((resolve) => {
    scrollTo(0, 0);
    const frame = (left) => left ? requestAnimationFrame(() => frame(left - 1)) : resolve();
    frame(6);
})"""


def all_rules() -> str:
    """The style sheets that the published one is made of, whole."""
    theme = Path(str(files("material"))) / "templates/assets/stylesheets"
    reference = Path(str(files("mkdocstrings_handlers.python"))) / "templates/material/style.css"
    own = sorted((ROOT / "docs/theme/assets").glob("*.css"))
    sheets = [
        *sorted(theme.glob("main.*.css")),
        *sorted(theme.glob("palette.*.css")),
        *(sheet for sheet in own if sheet.name != "root.css"),
        reference,
        Path(str(files("lambda_vpc.diagram"))) / "style.css",
    ]
    return "\n".join([*(sheet.read_text("utf-8") for sheet in sheets), colors()])


def states(page: Page) -> dict[str, list]:
    """What elements look like: wide and narrow, in both schemes, searching, with all unfolded, printed."""

    def seen() -> list:
        page.evaluate(SETTLED)
        return page.evaluate(SEEN)

    found = {"wide": seen()}
    # The checker would begin to load, and say how far it is.
    page.evaluate("document.querySelectorAll('details:not(.change)').forEach((one) => { one.open = true; })")
    page.evaluate(OTHER_SCHEME)
    # A script marks what has the focus, at a moment of its own choice.
    page.evaluate("document.activeElement.blur()")
    found["unfolded, dark"] = seen()
    page.set_viewport_size(NARROW)
    page.evaluate("for (const id of ['__drawer', '__search']) document.getElementById(id).checked = true")
    found["narrow, drawer and search open"] = seen()
    page.emulate_media(media="print")
    found["printed"] = seen()
    return found


@pytest.mark.parametrize("path", PAGES)
def test_no_element_looks_different_for_the_rules_that_are_left_out(
    browser: Browser, served_site: str, path: str
) -> None:
    whole_sheet = all_rules()
    looks = []
    for sheet in (None, whole_sheet):
        with visitor(browser, viewport=WIDE, reduced_motion="reduce") as page:
            if sheet is not None:
                page.route(
                    "**/assets/site.css",
                    lambda route: route.fulfill(body=whole_sheet, content_type="text/css; charset=utf-8"),
                )
            page.goto(served_site + path)
            page.wait_for_load_state("networkidle")
            page.locator("html.js").wait_for(state="attached")
            looks.append(states(page))
    published, whole = looks
    for state, elements in whole.items():
        assert len(elements) > 50
        assert [name for name, _ in published[state]] == [name for name, _ in elements], (
            f"{path}, {state}: a part is there with one of the style sheets only"
        )
        different = [
            (one[0], *sorted(set(other[1].split("; ")) - set(one[1].split("; ")))[:3])
            for one, other in zip(published[state], elements, strict=True)
            if one != other
        ]
        assert not different, f"{path}, {state}: {len(different)} look different, as {different[:5]}"
