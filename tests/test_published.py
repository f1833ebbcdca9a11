"""What a reader copies is published unchanged, and every address the guide gives out leads somewhere."""

from __future__ import annotations

import re
import shutil
import sys
from collections import Counter
from html import unescape
from pathlib import Path
from urllib.parse import urldefrag, urljoin

import pytest

import small_site
from conftest import ROOT, build_site
from lambda_vpc.guide import addresses, facts, releases
from lambda_vpc.guide.languages import LANGUAGES
from lambda_vpc.guide.snippet import Snippet
from lambda_vpc.guide.spec import load
from lambda_vpc.rules import RULES

sys.path.append(str(ROOT / "docs" / "hooks"))

from plain_markdown import Node, read
from rule_titles import titles

SNIPPETS = load(ROOT / "snippets")
HISTORIES = releases.load(ROOT / "snippets")
FACTS = facts.load(ROOT / "docs" / "facts.yaml")


def page(site: Path, language: str, source: str) -> str:
    """The page as built; `source` is its path below the language."""
    folder = site / language / source.removesuffix(".md").removesuffix("index")
    return (folder / "index.html").read_text("utf-8")


@pytest.mark.parametrize("snippet", SNIPPETS.values(), ids=list(SNIPPETS))
def test_a_raw_file_is_published_byte_for_byte(site: Path, snippet: Snippet) -> None:
    assert (site / snippet.raw).read_bytes() == (ROOT / snippet.path).read_bytes(), (
        f"{snippet.path} and what is published as {snippet.raw} differ: see docs/hooks/snippets.py"
    )


def test_nothing_else_is_published_beside_the_raw_files(site: Path) -> None:
    published = {path.relative_to(site).as_posix() for path in site.glob("snippets/**/*") if path.is_file()}
    pinned = {version.pinned for history in HISTORIES.values() for version in history.versions}
    for_programs = {addresses.INDEX, addresses.INDEX_SCHEMA, addresses.PLACES, addresses.feed()}
    assert published == {snippet.raw for snippet in SNIPPETS.values()} | pinned | for_programs


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("snippet", SNIPPETS.values(), ids=list(SNIPPETS))
def test_the_page_of_a_snippet_has_an_anchor_for_each_case_and_wrong_variant(
    site: Path, snippet: Snippet, language: str
) -> None:
    found = page(site, language, addresses.snippet_page(snippet.name))
    anchors = [addresses.case(case.id) for case in snippet.cases]
    anchors += [addresses.wrong(wrong.name) for wrong in snippet.wrong]
    missing = [anchor for anchor in anchors if found.count(f' id="{anchor}"') != 1]
    assert not missing, f"{language}/{addresses.snippet_page(snippet.name)} has not once each: {missing}"


_FILE = re.compile(r"<div [^>]*\bdata-file\b[^>]*><pre>.*?<code>(.*?)</code></pre>", re.DOTALL)
_NOTE = re.compile(r'<span class="?code-note.*?</span>', re.DOTALL)
_SECTION = re.compile(r'<section class="?snippet\b.*?</section>', re.DOTALL)


def files_in(html: str) -> list[str]:
    """What docs/theme/assets/copy.js copies from the blocks that are whole files."""
    return [unescape(re.sub(r"<[^>]*>", "", _NOTE.sub("", code))) for code in _FILE.findall(html)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("snippet", SNIPPETS.values(), ids=list(SNIPPETS))
def test_the_code_on_the_page_of_a_snippet_is_copied_byte_for_byte(
    site: Path, snippet: Snippet, language: str
) -> None:
    assert files_in(page(site, language, addresses.snippet_page(snippet.name))) == [snippet.text]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_shown_in_part_is_copied_whole(site: Path, language: str) -> None:
    texts = {snippet.text for snippet in SNIPPETS.values()}
    shown = [path.read_text("utf-8") for path in (site / language).rglob("index.html")]
    sections = [
        section for html in shown for section in _SECTION.findall(html) if "data-copies-file" in section
    ]
    assert sections
    copied = [files_in(section)[:1] for section in sections]
    assert all(len(found) == 1 and found[0] in texts for found in copied), (
        "a block with data-copies-file needs the whole, with data-file, in its section: see "
        "docs/theme/parts/snippet-difference.html"
    )


_DECIDED_BY = re.compile(r'<td[^>]*data-column="?(?:Decided by|判定理由)"?[^>]*>(.*?)</td>', re.DOTALL)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_case_says_what_decided_it(site: Path, language: str) -> None:
    cells = [
        (page.parent.name, re.sub(r"<[^>]*>", "", cell).strip())
        for page in site.glob(f"{language}/snippets/*/*/index.html")
        for cell in _DECIDED_BY.findall(page.read_text(encoding="utf-8"))
    ]
    assert len(cells) > 400
    assert not [name for name, text in cells if not text]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_rules_page_has_an_anchor_for_each_rule(site: Path, language: str) -> None:
    found = page(site, language, addresses.RULES)
    missing = [rule for rule in RULES if f' id="{addresses.rule(rule)}"' not in found]
    assert not missing, f"docs/{language}/{addresses.RULES}: no heading has the id of {missing}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_rule_is_called_by_its_heading_wherever_a_page_names_it(site: Path, language: str) -> None:
    called = titles(language)
    missing = sorted(RULES.keys() - called.keys())
    assert not missing, f"docs/{language}/{addresses.RULES}: '## ID: title {{#id}}' is missing for {missing}"
    if language == "ja":
        english = [
            rule for rule, title in called.items() if not re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", title)
        ]
        assert not english, f"docs/ja/{addresses.RULES}: write the titles of {english} in Japanese"
    named = 0
    for path in (site / language).rglob("index.html"):
        for rule, title in _RULE_NAMED.findall(path.read_text(encoding="utf-8")):
            named += 1
            assert unescape(title) == called[rule], f"{path.relative_to(site)}: {rule}"
    assert named > 20


_RULE_NAMED = re.compile(
    r"(?:lint rule|lint ルール) (?:<code>)?([EWI]98\d\d)(?:</code>)?</a>(?:: )?([^<·]*[^<· ])?"
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_lists_every_snippet_with_its_raw_file(site: Path, language: str) -> None:
    found = page(site, language, addresses.SNIPPETS)
    missing = [name for name, one in SNIPPETS.items() if found.count(f'href="../../{one.raw}"') != 1]
    assert not missing, f"{language}/{addresses.SNIPPETS} does not link to the raw files of {missing}"


# --- addresses from before a page was split ------------------------------------------------------


def article(site: Path, path: str) -> Node:
    """What a page says; `path` is its address from the site's root."""
    return read(
        re.findall(r"<article\b.*</article>", (site / path / "index.html").read_text("utf-8"), re.S)[0]
    )


def ids_of(node: Node) -> list[str]:
    """The id of an element and those below, in order."""
    own = [node.attributes["id"]] if "id" in node.attributes else []
    return own + [id_ for child in node.children if isinstance(child, Node) for id_ in ids_of(child)]


def leading_on(site: Path, path: str) -> dict[str, str]:
    """By each anchor on a link, where the link leads, from the site's root."""
    here = f"https://host/{path}"
    return {
        id_: urljoin(here, link.attributes["href"]).removeprefix("https://host/")
        for link in article(site, path).all("a")
        for id_ in ids_of(link)
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_fact_stands_on_the_page_of_its_topic_and_nowhere_else(site: Path, language: str) -> None:
    topics = {
        path.parent.name: [heading.attributes["id"] for heading in article(site, str(path.parent)).all("h2")]
        for path in site.glob(f"{language}/reference/facts/*/index.html")
    }
    wanted = {topic: [] for topic in FACTS.topics}
    for fact in sorted(FACTS.by_id.values(), key=lambda fact: fact.id):
        wanted[fact.topic].append(addresses.fact(fact.id))
    assert topics == wanted, "see docs/hooks/facts.py"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_address_of_a_fact_leads_on_to_the_page_of_its_topic(site: Path, language: str) -> None:
    path = f"{language}/reference/facts/"
    found = leading_on(site, path)
    wanted = {
        anchor: f"{path}{fact.topic}/#{anchor}"
        for fact in FACTS.by_id.values()
        for anchor in [addresses.fact(fact.id)]
    }
    assert {anchor: found.get(anchor) for anchor in wanted} == wanted
    assert set(FACTS.topics) | {addresses.HOW_CHECKED} <= set(ids_of(article(site, path)))


def test_a_citation_leads_to_the_fact_itself_and_a_page_has_its_text_once(site: Path) -> None:
    pages = {f"{fact.topic}/#{addresses.fact(fact.id)}" for fact in FACTS.by_id.values()}
    cited = set()
    for path in site.rglob("index.html"):
        here = path.relative_to(site).parent.as_posix() + "/"
        start = f"https://host/{here.partition('/')[0]}/reference/facts/"
        titles: dict[str, int] = {}
        for citation in re.findall(r'<sup class="?fact.*?</sup>', path.read_text("utf-8"), re.DOTALL):
            for link in read(citation).all("a"):
                target = urljoin(f"https://host/{here}", link.attributes["href"]).removeprefix(start)
                titles[target] = titles.get(target, 0) + ("title" in link.attributes)
        assert titles.keys() <= pages, f"{here}: {titles.keys() - pages}"
        assert set(titles.values()) <= {1}, f"{here}: {titles}; see lighter.titles_once"
        cited |= titles.keys()
    assert len(cited) > 200


# Sections that stood on the page of the checker.
MOVED = {
    "iam": ["iam", "request", "policy", "service-reference"],
    "template": ["template", "rules"],
    "network": ["network", "eni"],
    "model": [],
    "guide": ["snippet", "answers"],
    "checking": [],
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_address_of_what_the_checker_offers_leads_on_to_where_it_is_documented(
    site: Path, language: str
) -> None:
    path = f"{language}/reference/checker/"
    found = leading_on(site, path)
    wanted, within = {}, {}
    for part, sections in MOVED.items():
        anchors = ids_of(article(site, f"{path}{part}"))
        assert set(sections) <= set(anchors), f"docs/{path}{part}.md"
        wanted |= {section: f"{path}{part}/#{section}" for section in sections}
        within |= {anchor: f"{path}{part}/#" for anchor in anchors if anchor.startswith("lambda_vpc.")}
    assert {anchor: found.get(anchor) for anchor in wanted} == wanted, f"docs/{path[:-1]}.md"
    assert len(within) > 400 and set(within) == {one for one in found if one.startswith("lambda_vpc.")}
    for anchor, start in within.items():
        # A member of a class leads to the class.
        target, object_ = urldefrag(found[anchor])
        assert f"{target}#" == start and f"{anchor}.".startswith(f"{object_}."), f"{anchor}: {found[anchor]}"
        assert anchor.count(".") - object_.count(".") <= 1, f"{anchor}: {found[anchor]}"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", ["reference/facts/", "reference/checker/"])
def test_an_anchor_stands_once_on_a_page_that_leads_on(site: Path, language: str, path: str) -> None:
    counted = Counter(ids_of(article(site, f"{language}/{path}")))
    assert not [id_ for id_, number in counted.items() if number > 1]


def test_the_addresses_are_those_that_are_given_out() -> None:
    """Permanent: a form that changes breaks the links that readers keep."""
    assert addresses.raw("network/ipv6", ".yaml") == "snippets/network/ipv6.yaml"
    assert addresses.snippet_page("network/ipv6") == "snippets/network/ipv6.md"
    assert addresses.embed("network/ipv6", "ja") == "embed/ja/network/ipv6/"
    assert addresses.oembed("network/ipv6", "ja") == "oembed/ja/network/ipv6.json"
    assert addresses.case("zone-a-down") == "case-zone-a-down"
    assert addresses.wrong("one-nat-gateway") == "wrong-one-nat-gateway"
    assert addresses.rule("E9801") == "e9801"
    assert addresses.facts("condition-keys") == "reference/facts/condition-keys.md"
    assert addresses.fact("K02") == "k02"
    assert addresses.split("network/ipv6#no-route") == ("network/ipv6", "no-route")
    assert addresses.split("network/ipv6") == ("network/ipv6", "")


def test_a_site_without_a_snippet_that_was_released_is_not_built(tmp_path: Path) -> None:
    root = tmp_path / "project"
    small_site.write(root, hooks=("language", "facts", "released", "snippets", "directives", "site"))
    shutil.copy(ROOT / "docs" / "facts.yaml", root / "docs" / "facts.yaml")
    for path in (releases.FILE, releases.FOLDER):
        found = ROOT / "snippets" / path
        (shutil.copytree if found.is_dir() else shutil.copy)(found, root / "snippets" / path)
    built = build_site(tmp_path / "site", root=root, strict=False)
    assert built.returncode != 0
    for name, history in releases.load(ROOT / "snippets").items():
        address = addresses.raw(name, Path(history.latest.file).suffix)
        assert f"{address} was released and is linked: restore the file" in built.stderr
    assert "Traceback" not in built.stderr
