"""A snippet in somebody else's page: whole, light, in the reader's colors, and never more than text."""

from __future__ import annotations

import hashlib
import html
import json
import re
import shutil
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Browser, Frame, Page, expect

import small_site
from conftest import ROOT, SITE_URL, build_site
from lambda_vpc.guide import addresses, releases
from lambda_vpc.guide.key_paths import extents, resolve
from lambda_vpc.guide.languages import LANGUAGES
from lambda_vpc.guide.snippet import Snippet
from lambda_vpc.guide.spec import load
from tour import NARROW, WIDE, served, visitor
from weight import kilobytes, loads

SNIPPETS = load(ROOT / "snippets")
HISTORIES = releases.load(ROOT / "snippets")
KILOBYTES = 15
TEMPLATE = "network/nat-per-az"
POLICY = "condition-keys/deployer"


def written(site: Path, name: str, language: str) -> str:
    return (site / addresses.embed(name, language) / "index.html").read_text("utf-8")


def answer(site: Path, name: str, language: str) -> dict[str, object]:
    return json.loads((site / addresses.oembed(name, language)).read_text("utf-8"))


def text_of(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", markup))


# The page


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SNIPPETS)
def test_a_page_for_frames_holds_the_file_byte_for_byte(site: Path, name: str, language: str) -> None:
    page = written(site, name, language)
    (code,) = re.findall(r"<pre[^>]*><code>(.*?)</code></pre>", page, re.DOTALL)
    assert text_of(code) == SNIPPETS[name].text
    assert f'<html lang="{language}">' in page
    assert '<meta name="robots" content="noindex">' in page
    assert f'<link rel="canonical" href="{SITE_URL}{language}/snippets/{name}/">' in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_for_frames_says_where_the_code_comes_from(site: Path, language: str) -> None:
    for name, snippet in SNIPPETS.items():
        page = written(site, name, language)
        (header,) = re.findall(r"<header>(.*?)</header>", page, re.DOTALL)
        # Relative: a copy of the site leads to its own pages.
        target = f"../../../../{language}/snippets/{name}/"
        assert f'href="{target}" target="_blank" rel="noopener"' in header
        assert snippet.title[language] in text_of(header)
        version = HISTORIES[name].current(snippet) if name in HISTORIES else None
        assert releases.sha256(snippet)[:8] in text_of(header)
        assert (version is None) == ("<time" not in header), name
        if version:
            assert f'<time datetime="{version.on}">{version.on}</time>' in header
            assert f'{version.pinned}"' in header
    assert HISTORIES, "nothing was released: this shows nothing"


def test_nothing_lists_the_pages_for_frames(site: Path) -> None:
    lists = [f"search/{language}{part}.js" for language in LANGUAGES for part in ("", "-lists")]
    for path in ["sitemap.xml", "llms.txt", *lists]:
        # The page about links names one in its text; a list has it as an address of its own.
        listed = re.findall(
            r"""["'>(][^"'>( ]*\bembed/(?:ja|en)/[^"'<) ]*["'<)]""", (site / path).read_text("utf-8")
        )
        assert not listed, path
    assert not list((site / "embed").rglob("*.md"))


def test_a_page_for_frames_is_light(site: Path) -> None:
    weights = {}
    for path in (site / "embed").rglob("*.html"):
        found = loads(site, path)
        weights[path.relative_to(site).as_posix()] = kilobytes(found)
        assert [one.kind for one in found] == ["html", "svg", "css", "js"]
    assert len(weights) == len(LANGUAGES) * len(SNIPPETS)
    heavy = {page: f"{weight:.1f}" for page, weight in weights.items() if weight > KILOBYTES}
    assert not heavy, f"over {KILOBYTES} KB: {heavy}"


# oEmbed (https://oembed.com, version 1.0)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SNIPPETS)
def test_a_snippet_s_page_leads_to_its_oembed_answer(site: Path, name: str, language: str) -> None:
    page = (site / language / "snippets" / name / "index.html").read_text("utf-8")
    (link,) = re.findall(r'<link [^>]*type="application/json\+oembed"[^>]*>', page)
    title = SNIPPETS[name].title[language]
    assert f'href="{SITE_URL}{addresses.oembed(name, language)}"' in link
    assert html.unescape(re.findall(r' title="([^"]*)"', link)[0]) == title
    assert re.search(r"rel=\"alternate \"", link), (
        "rel=alternate would make the theme's script fetch a sitemap"
    )


def test_no_other_page_leads_to_one(site: Path) -> None:
    for path in ("ja", "en/snippets", "en/network/ipv6"):
        assert "oembed" not in (site / path / "index.html").read_text("utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SNIPPETS)
def test_an_oembed_answer_is_as_the_specification_asks(site: Path, name: str, language: str) -> None:
    found = answer(site, name, language)
    assert found["version"] == "1.0"
    assert found["type"] == "rich"
    # Of a rich answer, these are required; pixels are whole numbers.
    assert isinstance(found["html"], str)
    assert type(found["width"]) is int and type(found["height"]) is int
    assert found["title"] == SNIPPETS[name].title[language]
    assert found["provider_url"] == f"{SITE_URL}{language}/"
    assert found["provider_name"] and found["cache_age"] > 0
    # Valid XHTML.
    frame = ET.fromstring(found["html"])
    assert frame.tag == "iframe"
    assert frame.attrib["src"] == SITE_URL + addresses.embed(name, language)
    assert frame.attrib["title"] == SNIPPETS[name].title[language]
    assert (frame.attrib["width"], frame.attrib["height"]) == (str(found["width"]), str(found["height"]))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "name", ["permissions/trust-policy", "network/attach-function", "eni/function-pending"]
)
def test_an_oembed_answer_knows_how_high_a_short_file_is(
    browser: Browser, served_site: str, site: Path, name: str, language: str
) -> None:
    found = answer(site, name, language)
    with visitor(browser, viewport={"width": found["width"], "height": found["height"]}) as page:
        page.goto(served_site + addresses.embed(name, language))
        needed = page.evaluate("document.documentElement.getBoundingClientRect().height")
        # With room for the bar below a line that is too wide.
        assert needed <= found["height"] <= needed + 20


# In a browser, framed by a page of another origin


WIKI = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Wiki</title><h1>Wiki</h1>
<iframe id="frame" title="snippet" width="%d" height="60" %s src="%s"></iframe>
<script>
const heard = [];
addEventListener("message", ({ source, data }) => {
  if (source !== frame.contentWindow || data.type !== "lambda-vpc:height") return;
  heard.push(data);
  frame.height = data.height;
});
</script>"""


@contextmanager
def framed(
    browser: Browser, folder: Path, address: str, *, width: int = 720, frame: str = "", **options: object
) -> Iterator[tuple[Page, Frame]]:
    """A page on another port with a frame in it."""
    (folder / "wiki.html").write_text(WIKI % (width, frame, html.escape(address)), "utf-8")
    with served(folder) as wiki, visitor(browser, **options) as page:
        page.goto(f"{wiki}wiki.html", wait_until="networkidle")
        inside = page.frames[1]
        assert urlsplit(inside.url).netloc != urlsplit(wiki).netloc, "not another origin"
        yield page, inside


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", [TEMPLATE, POLICY])
def test_in_a_frame_the_code_has_the_colors_of_the_site(
    browser: Browser, served_site: str, tmp_path: Path, name: str, scheme: str
) -> None:
    colors = """(code) => {
        const found = {};
        for (const one of code.querySelectorAll("span[class]")) {
            if (!one.closest(".code-note")) found[one.className] = getComputedStyle(one).color;
        }
        return found;
    }"""
    with visitor(browser, color_scheme=scheme) as page:
        page.goto(f"{served_site}en/snippets/{name}/")
        of_site = page.locator("[data-file] pre > code").evaluate(colors)
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    address = served_site + addresses.embed(name, "en")
    with framed(browser, tmp_path, address, color_scheme=scheme) as (_, frame):
        assert frame.locator("code").last.evaluate(colors) == of_site
        assert len(of_site) > 1
        assert frame.evaluate("getComputedStyle(document.body).backgroundColor") == paper
        expect(frame.locator("pre")).to_be_visible()


@pytest.mark.parametrize("width", [720, 320])
@pytest.mark.parametrize("query", ["", "?lines=Resources.Vpc", "?lines=No.Such"])
def test_a_frame_learns_how_high_to_be(
    browser: Browser, served_site: str, tmp_path: Path, query: str, width: int
) -> None:
    address = served_site + addresses.embed(TEMPLATE, "ja") + query
    with framed(browser, tmp_path, address, width=width) as (page, frame):
        page.wait_for_function("heard.length && frame.height == heard.at(-1).height")
        last = page.evaluate("heard.at(-1)")
        assert last["type"] == "lambda-vpc:height" and last["snippet"] == TEMPLATE
        assert frame.evaluate("document.documentElement.scrollHeight <= innerHeight")
        assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
        needed = frame.evaluate("document.body.getBoundingClientRect().bottom")
        assert needed <= last["height"] < needed + 2
        # A page that becomes narrower is told again.
        page.evaluate("heard.length = 0; frame.width = 240")
        page.wait_for_function("heard.length > 0")


def test_a_wiki_that_allows_a_frame_nothing_but_scripts_shows_it_all_the_same(
    browser: Browser, served_site: str, tmp_path: Path
) -> None:
    address = served_site + addresses.embed(POLICY, "en")
    with framed(browser, tmp_path, address, frame='sandbox="allow-scripts"') as (page, frame):
        page.wait_for_function("heard.length > 0")
        assert shown(frame) == SNIPPETS[POLICY].text
        assert frame.evaluate("getComputedStyle(document.querySelector('pre')).lineHeight") == "20px"
        frame.get_by_role("button", name="Copy").click()
        expect(frame.get_by_role("status")).not_to_be_empty()


def test_a_page_of_its_own_announces_no_height(browser: Browser, served_site: str) -> None:
    with visitor(browser) as page:
        page.add_init_script("heard = []; addEventListener('message', ({ data }) => heard.push(data))")
        page.goto(served_site + addresses.embed(TEMPLATE, "en"), wait_until="networkidle")
        assert page.evaluate("heard") == []


def shown(frame: Page | Frame) -> str:
    return frame.locator("pre code").text_content()


def lines(snippet: Snippet, first: int, last: int) -> str:
    return "\n".join(snippet.text.split("\n")[first - 1 : last])


@pytest.mark.parametrize(
    ("name", "path"),
    [
        (TEMPLATE, "Resources.Vpc"),
        (TEMPLATE, "Resources[Vpc].Properties"),
        (POLICY, "Statement.0"),
        (POLICY, "Statement[DeployFunctions].Action"),
        (POLICY, "Statement[1].Condition.StringEquals[iam:PassedToService]"),
        (POLICY, "Statement[DeployFunctions].Action[lambda:GetFunction]"),
    ],
)
def test_a_frame_shows_the_lines_of_a_key_path(
    browser: Browser, served_site: str, tmp_path: Path, name: str, path: str
) -> None:
    snippet = SNIPPETS[name]
    wanted = extents(snippet.source)[resolve(snippet.source.data, path)]
    address = f"{served_site}{addresses.embed(name, 'en')}?lines={quote(path)}"
    with framed(browser, tmp_path, address) as (_, frame):
        assert shown(frame) == lines(snippet, *wanted)
        assert frame.locator("pre span[class]").count()
        expect(frame.locator("#part")).to_have_text(
            f"Only the lines of {path} are shown. Show the whole file"
        )
        expect(frame.locator("#no-part")).to_be_hidden()
        frame.get_by_role("link", name="Show the whole file").click()
        expect(frame.locator("pre code")).to_have_text(snippet.text, use_inner_text=False)
        expect(frame.locator("#part")).to_be_hidden()


def test_a_frame_finds_what_notes_are_about(browser: Browser, served_site: str) -> None:
    """By the very key paths that specs write."""
    asked = 0
    with visitor(browser) as page:
        for snippet in SNIPPETS.values():
            places = extents(snippet.source)
            for note in snippet.notes[:2]:
                address = f"{served_site}{addresses.embed(snippet.name, 'en')}?lines={quote(note.key_path)}"
                page.goto(address)
                path = resolve(snippet.source.data, note.key_path)
                while path not in places:  # a function that is written short has no line of its own
                    path = path[:-1]
                assert places[path][0] == note.line
                assert shown(page) == lines(snippet, *places[path]), f"{snippet.name}: {note.key_path}"
                asked += 1
    assert asked > 40


@pytest.mark.parametrize(
    "path",
    ["Resources.Gone", "Resources.Vpc.Type.x", "0", "__proto__", "constructor", "Resources[toString]", "1",
     ".", "[", "Resources.", "..Resources", "Resources[]", "Resources.Vpc]",
     "<img src=x onerror=alert(1)>", "x" * 3000],
)  # fmt: skip
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_key_path_that_is_not_there_is_said_with_a_way_back(
    browser: Browser, served_site: str, path: str, language: str
) -> None:
    name = TEMPLATE
    with visitor(browser, viewport=NARROW) as page:
        page.goto(f"{served_site}{addresses.embed(name, language)}?lines={quote(path)}")
        expect(page.locator("pre")).to_be_hidden()
        expect(page.locator("#no-part")).to_contain_text(path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.locator("#no-part a").click()
        expect(page.locator("pre")).to_be_visible()
        assert shown(page) == SNIPPETS[name].text


@pytest.mark.parametrize("query", ["", "?lines=Resources.Vpc"])
def test_the_button_copies_the_file_byte_for_byte(
    browser: Browser, served_site: str, tmp_path: Path, query: str
) -> None:
    snippet = SNIPPETS[TEMPLATE]
    address = served_site + addresses.embed(TEMPLATE, "en") + query
    # The frame says nothing of the clipboard, so its own script may not use it.
    with framed(browser, tmp_path, address, permissions=["clipboard-read"]) as (page, frame):
        frame.get_by_role("button", name="Copy").click()
        expect(frame.get_by_role("status")).to_have_text("Copied")
        page.locator("h1").click()
        assert page.evaluate("navigator.clipboard.readText()") == snippet.text


def test_without_javascript_the_whole_code_is_there_and_no_button(browser: Browser, served_site: str) -> None:
    with visitor(browser, java_script_enabled=False) as page:
        page.goto(served_site + addresses.embed(TEMPLATE, "en") + "?lines=Resources.Vpc")
        assert shown(page) == SNIPPETS[TEMPLATE].text
        expect(page.locator("button")).to_be_hidden()
        expect(page.locator("#part")).to_be_hidden()


def test_from_disk_a_page_for_frames_works(browser: Browser, site: Path) -> None:
    page_file = site / addresses.embed(TEMPLATE, "en") / "index.html"
    with visitor(browser) as page:
        page.goto(f"{page_file.as_uri()}?lines=Resources.Vpc")
        assert shown(page).startswith("  Vpc:")
        page.get_by_role("link", name="Show the whole file").click()
        expect(page.locator("pre code")).to_contain_text("AWSTemplateFormatVersion")
        with page.expect_popup() as opened:
            page.locator("h1 a").click()
        expect(opened.value.locator("h1")).to_contain_text(SNIPPETS[TEMPLATE].title["en"])


def test_wide_code_is_scrolled_by_keyboard(browser: Browser, served_site: str) -> None:
    with visitor(browser, viewport=NARROW) as page:
        page.goto(served_site + addresses.embed("network/authorizer-rest-api", "en"))
        assert page.locator("pre").evaluate("(pre) => pre.scrollWidth > pre.clientWidth + 50")
        for _ in range(10):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.tagName") == "PRE":
                break
        page.keyboard.press("ArrowRight")
        # Not wait_for_function, which the page's policy stops.
        scrolled = "(pre) => new Promise((yes) => (pre.scrollLeft ? yes() : (pre.onscroll = () => yes())))"
        page.locator("pre").evaluate(scrolled)


# Hostile contents


RTL = "\u202egnirts\u202c \u2067\u05d0"
TITLE = f"<script>alert(1)</script> \"a\" 'b' & &amp; </title></textarea> {RTL}"
LONG = "x" * 5000
FILE = f"""
# </script><script>alert(2)</script> <!-- {RTL} "a" 'b' &amp;
AWSTemplateFormatVersion: "2010-09-09"
Description: "</code></pre><img src=x onerror=alert(3)>"
Resources:
  Vpc:
    Type: AWS::EC2::VPC
    Metadata:
      "</script><script>alert(4)</script>": "{LONG}"
      Rtl: {RTL}
    Properties:
      CidrBlock: 10.0.0.0/16


"""
WITHDRAWN = "<b>Wrong</b> </script> `x`"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small site of two snippets: a hostile one that is withdrawn, and one that gave way to it."""
    folder = tmp_path_factory.mktemp("hostile")
    root = folder / "project"
    hooks = ("language", "facts", "released", "snippets", "embeds", "terms", "directives", "tables",
             "markdown_pages", "site")  # fmt: skip
    small_site.write(root, nav=("index.md", "snippets/index.md"), hooks=hooks)
    for name in ("facts.yaml", "terms.yaml"):
        shutil.copy(ROOT / "docs" / name, root / "docs" / name)
    topic = root / "snippets" / "network"
    topic.mkdir()
    (topic / "hostile.yaml").write_text(FILE, "utf-8")
    for name, title in (("hostile", TITLE), ("good", "Good")):
        texts = dict.fromkeys(LANGUAGES, title)
        spec = {"kind": "template", "title": texts, "summary": texts, "facts": ["E01"]}
        (topic / f"{name}.spec.yaml").write_text(json.dumps(spec), "utf-8")
    (topic / "good.yaml").write_text("Resources:\n  Vpc:\n    Type: AWS::EC2::VPC\n", "utf-8")
    why = dict.fromkeys(LANGUAGES, WITHDRAWN)
    entries = {}
    for name in ("hostile", "good"):
        data = (topic / f"{name}.yaml").read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        pinned = root / addresses.pinned(digest[:16], f"{name}.yaml")
        pinned.parent.mkdir(parents=True)
        pinned.write_bytes(data)
        version = {"file": f"{name}.yaml", "sha256": digest, "date": "2026-01-31", "why": why}
        entries[f"network/{name}"] = {"versions": [version]}
    entries["network/hostile"]["versions"][0]["withdrawn"] = {"date": "2026-02-28", "why": why}
    entries["network/good"]["superseded"] = {"by": "network/hostile", "date": "2026-02-28", "why": why}
    (root / "snippets" / releases.FILE).write_text(json.dumps(entries), "utf-8")
    # Not strict: the pages of facts link to one that is not there.
    built = build_site(folder / "site", root=root, strict=False)
    assert built.returncode == 0, built.stderr
    return folder / "site"


@pytest.fixture
def hostile_page(browser: Browser, hostile: Path) -> Iterator[tuple[Page, str]]:
    """A page that fails when a script of the snippet runs or anything is blocked, and the site's address."""
    with served(hostile) as address, visitor(browser, viewport=WIDE, permissions=["clipboard-read"]) as page:
        heard: list[str] = []
        page.on("dialog", lambda dialog: (heard.append(dialog.message), dialog.dismiss()))
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("console", lambda message: message.type == "error" and heard.append(message.text))
        yield page, address
        assert heard == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_contents_are_text_in_a_frame(hostile_page: tuple[Page, str], language: str) -> None:
    page, address = hostile_page
    page.goto(address + addresses.embed("network/hostile", language))
    expect(page.locator("h1 a")).to_have_text(TITLE)
    assert page.title().startswith("<script>alert(1)</script>")
    assert shown(page) == FILE
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("button").click()
    expect(page.get_by_role("status")).not_to_be_empty()
    assert page.evaluate("navigator.clipboard.readText()") == FILE
    mark = page.locator(".mark")
    expect(mark).to_contain_text("2026-02-28")
    expect(mark).to_contain_text("<b>Wrong</b> </script> x")
    assert mark.locator("strong").inner_text()
    # A line of the file by its key, though the file begins with an empty one.
    page.goto(f"{address}{addresses.embed('network/hostile', language)}?lines=Resources.Vpc.Properties")
    assert shown(page) == "    Properties:\n      CidrBlock: 10.0.0.0/16"
    key = quote("Resources.Vpc.Metadata[</script><script>alert(4)</script>]")
    page.goto(f"{address}{addresses.embed('network/hostile', language)}?lines={key}")
    assert LONG in shown(page) and shown(page).count("\n") == 0


def test_a_title_that_turns_around_turns_nothing_else_around(hostile_page: tuple[Page, str]) -> None:
    page, address = hostile_page
    page.goto(address + addresses.embed("network/good", "en"))
    mark = page.locator(".mark")
    expect(mark.locator("a")).to_have_text(TITLE)
    assert mark.locator("a").evaluate("(link) => link.href") == f"{address}en/snippets/network/hostile/"
    expect(mark.locator("strong")).to_have_text(f"Use “{TITLE}” instead.")
    assert mark.locator("a").evaluate("(link) => getComputedStyle(link).unicodeBidi") == "isolate"


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_contents_are_text_in_the_oembed_answer(hostile: Path, language: str) -> None:
    found = answer(hostile, "network/hostile", language)
    assert found["title"] == TITLE
    assert "<script" not in found["html"]
    assert ET.fromstring(found["html"]).attrib["title"] == TITLE


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_contents_are_text_in_the_catalogue(hostile_page: tuple[Page, str], language: str) -> None:
    page, address = hostile_page
    page.goto(f"{address}{language}/snippets/")
    expect(page.locator(".catalogue tbody th a").last).to_have_text(TITLE)
    marks = page.locator(".catalogue-mark")
    expect(marks).to_have_count(2)
    expect(page.locator(".catalogue time").first).to_have_text("2026-01-31")
    page.locator("[name=text]").fill("</script> zzz")
    expect(page.locator(".catalogue tr[data-kind]:visible")).to_have_count(0)
    page.locator("[name=text]").fill("</SCRIPT>")
    expect(page.locator(".catalogue tr[data-kind]:visible")).to_have_count(1)
