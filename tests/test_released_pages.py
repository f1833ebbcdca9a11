"""Who links to a snippet or to a place on its page gets a link that lasts, and is told what became of it."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Browser, Page, expect

import release
import small_site
from conftest import ROOT, SITE_URL, build_site
from lambda_vpc.cloudformation import template
from lambda_vpc.guide import addresses, pasting, releases
from lambda_vpc.guide.languages import LANGUAGES
from lambda_vpc.guide.snippet import Snippet
from lambda_vpc.guide.spec import load
from tour import NARROW, WIDE, axe, served, visitor

sys.path.append(str(ROOT / "docs" / "hooks"))

from plain_markdown import Node, read

SNIPPETS = load(ROOT / "snippets")
WORDS = yaml.safe_load((ROOT / "docs/theme/words.yaml").read_text("utf-8"))
HOOKS = (
    "language",
    "facts",
    "used",
    "snippets",
    "directives",
    "tables",
    "markdown_pages",
    "site",
)

CHANGED, WITHDRAWN, SUPERSEDED, DRAFT, AHEAD = (
    f"permissions/{name}" for name in ("changed", "withdrawn", "superseded", "draft", "ahead")
)
BEFORE = """\
Parameters:
  TeamName:
    Type: String
  Path:
    Type: String
    Default: /
Resources:
  TeamRole:
    Type: AWS::IAM::Role
    Properties:
      RoleName: !Ref TeamName
      Path: !Ref Path
      AssumeRolePolicyDocument: {}
"""
AFTER = BEFORE.replace("      Path: !Ref Path\n", "      Path: !Ref Path\n      MaxSessionDuration: 3600\n")
TEMPLATE_SPEC = """\
kind: template
title: {ja: 'チーム "A" の <b>[ロール]</b>', en: 'Role of team "A" <b>[x]</b>'}
summary: {ja: 要約。, en: Summary.}
facts: [K12, K02]
cases:
  - id: path
    name: {ja: パス, en: Path}
    states: {TeamRole.Path: /}
    facts: [K13]
wrong:
  - file: other.yaml
    because: {ja: 理由。, en: Reason.}
    caught-by: path
"""
POLICY = """\
{
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "Deny", "Effect": "Deny", "Action": "lambda:CreateFunction", "Resource": "*",
      "Condition": {"Null": {"lambda:VpcIds": "true"}}}
  ]
}
"""
POLICY_SPEC = """\
kind: identity-policy
title: {ja: 題, en: Title}
summary: {ja: 要約。, en: Summary.}
facts: [K12]
cases:
  - id: no-vpc
    name: {ja: VPC なし, en: No VPC}
    call: lambda:CreateFunction
    decision: deny by Deny
wrong:
  - file: other.json
    because: {ja: 理由。, en: Reason.}
    caught-by: no-vpc
"""
WHY = {
    "en": 'Sessions end </script><img src="x" onerror="alert(1)"> after an hour.',
    "ja": "1 時間で <終わり> ます。",
}
DANGEROUS = {"en": "Allows <everyone>.", "ja": "誰でも <許可> します。"}
BETTER = {"en": "That one needs no name.", "ja": "名前が要りません。"}


def digits(text: str) -> str:
    """The part of a file's hash that stands in its pinned address."""
    return hashlib.sha256(text.encode()).hexdigest()[: releases.DIGITS]


def write_snippet(root: Path, name: str, text: str, spec: str, suffix: str, wrong: str) -> None:
    path = root / "snippets" / name
    path.with_suffix(".wrong").mkdir(parents=True)
    path.with_suffix(suffix).write_text(text, "utf-8")
    path.with_suffix(".spec.yaml").write_text(spec, "utf-8")
    (path.with_suffix(".wrong") / f"other{suffix}").write_text(wrong, "utf-8")


def write_policy(root: Path, name: str, version: str = "") -> None:
    text = POLICY.replace("2012-10-17", f"2012-10-17{version}") if version else POLICY
    write_snippet(root, name, text, POLICY_SPEC, ".json", POLICY.replace('"true"', '"false"'))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Snippets of every kind of history: changed and released, withdrawn, superseded, never released."""
    root = tmp_path_factory.mktemp("released") / "project"
    nav = ("index.md", "reference/facts.md", "reference/rules.md", "snippets/index.md", "linking.md")
    small_site.write(root, nav=nav, hooks=HOOKS)
    shutil.copy(ROOT / "docs" / "facts.yaml", root / "docs" / "facts.yaml")
    for language in LANGUAGES:
        pages = root / "docs" / language
        shown = "\n\n".join(f"{{{{ snippet {name} }}}}" for name in (CHANGED, WITHDRAWN, SUPERSEDED))
        (pages / "index.md").write_text(f"# Home {language} & garden {{#home}}\n\n{shown}\n", "utf-8")
        (pages / "reference").mkdir()
        (pages / "reference" / "facts.md").write_text(
            f"# Facts {{#facts}}\n\n## How {{#how-checked}}\n\n{{{{ wrong {DRAFT}#other }}}}\n", "utf-8"
        )
        # What the templates look up or link to.
        (pages / "reference" / "rules.md").write_text("# Rules {#rules}\n", "utf-8")
        (pages / "linking.md").write_text("# Links {#linking}\n", "utf-8")
    wrong = BEFORE.replace("      Path: !Ref Path\n", "")
    write_snippet(root, CHANGED, BEFORE, TEMPLATE_SPEC, ".yaml", wrong)
    for name in (WITHDRAWN, SUPERSEDED, AHEAD):
        write_policy(root, name)
    release.release(root, {}, "2026-01-10")
    (root / "snippets" / f"{CHANGED}.yaml").write_text(AFTER, "utf-8")
    release.release(root, {CHANGED: WHY}, "2026-02-20")
    written = root / "snippets" / f"{WITHDRAWN}.json"
    written.write_text(POLICY + "\n", "utf-8")
    release.release(root, {WITHDRAWN: WHY}, "2026-02-21")
    release.withdraw(root, digits(POLICY + "\n"), DANGEROUS, "2026-03-01")
    release.supersede(root, SUPERSEDED, CHANGED, BETTER, "2026-03-02")
    write_policy(root, DRAFT)
    (root / "snippets" / f"{AHEAD}.json").write_text(POLICY + "\n\n", "utf-8")
    return root


@pytest.fixture(scope="module")
def small(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site of the project."""
    into = tmp_path_factory.mktemp("released-site")
    built = build_site(into, root=project)
    assert built.returncode == 0, built.stderr
    return into


@pytest.fixture(scope="module")
def small_served(small: Path) -> Iterator[str]:
    with served(small) as address:
        yield address


def folder(name: str, language: str) -> str:
    """The address of a snippet's page, from the site's root."""
    return f"{language}/{addresses.below(addresses.snippet_page(name))}"


def page_of(site: Path, name: str, language: str) -> Node:
    """What the page of a snippet says."""
    text = (site / folder(name, language) / "index.html").read_text("utf-8")
    return read(re.findall(r"<article\b.*</article>", text, re.DOTALL)[0])


def by_id(node: Node, id_: str) -> Node:
    (found,) = [one for one in node.all("li", "details", "h2", "th", "tr") if one.attributes.get("id") == id_]
    return found


def texts_to_paste(article: Node) -> dict[str, str]:
    """By its label, each text that a reader can paste."""
    (section,) = [one for one in article.all("div") if "data-served" in one.attributes]
    labels = [one.text for one in section.all("p") if "snippet-part" in one.classes]
    codes = [pre.text for pre in section.all("pre")]
    return dict(zip(labels, codes, strict=True))


def labelled(article: Node, what: str, language: str) -> str:
    return texts_to_paste(article)[WORDS[f"paste_{what}"][language]]


# --- what is pasted -----------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_snippet_page_has_every_link_ready_to_paste(small: Path, language: str) -> None:
    article = page_of(small, CHANGED, language)
    page = SITE_URL + folder(CHANGED, language)
    title = yaml.safe_load(TEMPLATE_SPEC)["title"][language]
    assert labelled(article, "page", language) == page
    assert labelled(article, "raw", language) == f"{SITE_URL}snippets/{CHANGED}.yaml"
    pinned = f"{SITE_URL}snippets/sha256/{digits(AFTER)}/changed.yaml"
    assert labelled(article, "pinned", language) == pinned
    linked = f"{page}?pin={digits(AFTER)}"
    in_markdown = re.sub(r"([\[\]<>])", r"\\\1", title)
    assert labelled(article, "markdown", language) == f"[{in_markdown}]({linked})"
    (link,) = read(labelled(article, "html", language)).all("a")
    assert (link.attributes["href"], link.text) == (linked, title)
    (frame,) = read(labelled(article, "iframe", language)).all("iframe")
    assert frame.attributes["src"] == SITE_URL + addresses.embed(CHANGED, language)
    assert frame.attributes["title"] == title
    assert (small / pinned.removeprefix(SITE_URL)).read_text("utf-8") == AFTER


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sections_come_last_and_in_order(small: Path, language: str) -> None:
    ids = [one.attributes["id"] for one in page_of(small, CHANGED, language).all("h1", "h2")]
    assert ids == ["snippet", "cases", "wrong", "related", "link", "history"]


@pytest.mark.parametrize("name", [DRAFT, AHEAD])
@pytest.mark.parametrize("language", LANGUAGES)
def test_bytes_that_were_not_released_have_no_pinned_address(small: Path, name: str, language: str) -> None:
    article = page_of(small, name, language)
    assert WORDS["not_released"][language] in article.text
    assert WORDS["paste_pinned"][language] not in texts_to_paste(article)
    assert "?pin=" not in "".join(texts_to_paste(article).values())
    assert f"{SITE_URL}snippets/{name}.json" in labelled(article, "curl", language)
    current = (small / f"snippets/{name}.json").read_bytes()
    assert hashlib.sha256(current).hexdigest() in article.text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("snippet", SNIPPETS.values(), ids=list(SNIPPETS))
def test_every_snippet_page_tells_its_hash_and_offers_every_link(
    site: Path, snippet: Snippet, language: str
) -> None:
    article = page_of(site, snippet.name, language)
    assert releases.sha256(snippet) in article.text
    labels = [f"paste_{what}" for what in ("page", "raw", "markdown", "html", "iframe", "curl")]
    labels += ["paste_deploy"] * (snippet.kind == "template")
    missing = {WORDS[label][language] for label in labels} - texts_to_paste(article).keys()
    assert not missing, f"see docs/theme/parts/snippet-pastes.html: {missing}"


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_the_command_fetches_the_file_and_refuses_another(
    small: Path, small_served: str, tmp_path: Path, shell: str
) -> None:
    command = labelled(page_of(small, CHANGED, "en"), "curl", "en").replace(SITE_URL, small_served)
    run = subprocess.run([shell, "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout == "changed.yaml: OK\n"
    assert (tmp_path / "changed.yaml").read_text("utf-8") == AFTER
    other = command.replace(digits(AFTER) + "/", digits(BEFORE) + "/")
    run = subprocess.run([shell, "-c", other], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode != 0 and "FAILED" in run.stdout
    gone = command.replace("changed.yaml &&", "nothing.yaml &&")
    assert subprocess.run([shell, "-c", gone], cwd=tmp_path, capture_output=True, check=False).returncode != 0


def arguments(command: str, **values: str) -> list[str]:
    """What a shell hands over, one argument a line."""
    run = subprocess.run(
        ["sh", "-c", command.replace("aws cloudformation deploy", "printf '%s\\n'")],
        env=values,
        capture_output=True,
        text=True,
        check=False,
    )
    return run.stdout.splitlines() if run.returncode == 0 else []


def test_a_template_is_deployed_with_all_it_needs_and_not_without_a_value(small: Path) -> None:
    command = labelled(page_of(small, CHANGED, "en"), "deploy", "en")
    assert arguments(command, TeamName="orders team") == [
        *("--template-file", "changed.yaml", "--stack-name", "changed"),
        *("--capabilities", "CAPABILITY_NAMED_IAM"),
        *("--parameter-overrides", "TeamName=orders team"),
    ]
    assert arguments(command) == [], "the shell must stop at a value that nobody gave"
    bare = SNIPPETS["permissions/execution-role"]
    assert pasting.deploy(bare).endswith("--capabilities CAPABILITY_IAM"), "all parameters have a default"
    assert "--capabilities" not in pasting.deploy(SNIPPETS["network/database-first-user"])
    assert pasting.required(SNIPPETS["permissions/function-with-deny"]) == ["SubnetIds", "SecurityGroupIds"]


@pytest.mark.parametrize(
    ("resource", "needed"),
    [
        ("{Type: AWS::EC2::VPC}", None),
        ("{Type: AWS::IAM::Role, Properties: {}}", "CAPABILITY_IAM"),
        ("{Type: AWS::IAM::RolePolicy, Properties: {PolicyName: a, RoleName: b}}", "CAPABILITY_IAM"),
        ("{Type: AWS::IAM::Role, Properties: {RoleName: !Sub 'a'}}", "CAPABILITY_NAMED_IAM"),
        ("{Type: AWS::IAM::User, Properties: {UserName: a}}", "CAPABILITY_NAMED_IAM"),
        ("{Type: AWS::Serverless::Function, Properties: {}}", "CAPABILITY_IAM"),
        ("{Type: AWS::Serverless::Function, Properties: {Role: a}}", None),
    ],
)
def test_what_is_acknowledged_is_what_the_template_needs(resource: str, needed: str | None) -> None:
    found = template.parse(f"Transform: AWS::Serverless-2016-10-31\nResources:\n  One: {resource}\n")
    assert pasting.capability(found) == needed


# --- related pages, history, notices ------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_snippet_page_names_the_pages_that_show_it_and_its_facts(small: Path, language: str) -> None:
    shown = {name: page_of(small, name, language) for name in (CHANGED, DRAFT, AHEAD)}
    links = {
        name: {
            (one.text, one.attributes["href"])
            for one in article.all("a")
            if one.text and not one.attributes.get("href", "#").startswith("#")
        }
        for name, article in shown.items()
    }
    assert (f"Home {language} & garden", "../../../") in links[CHANGED]
    assert ("Facts", "../../../reference/facts/") in links[DRAFT], "it shows a wrong variant"
    assert WORDS["shown_on"][language] not in shown[AHEAD].text
    cited = [
        [address.rpartition("#")[2] for _, address in sorted(links[CHANGED]) if f"#{fact}" in address]
        for fact in ("k12", "k02", "k13")
    ]
    assert all(cited)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_history_tells_each_version_and_shows_what_differs(small: Path, language: str) -> None:
    article = page_of(small, CHANGED, language)
    entries = [one for one in article.all("li") if "data-state" in one.attributes]
    assert [one.attributes["data-state"] for one in entries] == ["current", "changed"]
    assert WHY[language] in entries[0].text and "2026-02-20" in entries[0].text
    assert release.FIRST[language] in entries[1].text and "2026-01-10" in entries[1].text
    assert by_id(article, addresses.version(digits(AFTER))) is entries[0]
    difference = by_id(article, addresses.version(digits(BEFORE)))
    assert difference.tag == "details"
    assert [one.text.strip() for one in difference.all("ins", "del")] == ["MaxSessionDuration: 3600"]
    for entry, text in zip(entries, (AFTER, BEFORE), strict=True):
        target = f"snippets/sha256/{digits(text)}/changed.yaml"
        assert [one for one in entry.all("a") if one.attributes["href"].endswith(target)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_withdrawn_and_a_superseded_snippet_say_so_first_wherever_they_stand(
    small: Path, language: str
) -> None:
    home = read((small / language / "index.html").read_text("utf-8"))
    blocks = [one for one in home.all("section") if "snippet" in one.classes]
    notices = [[one.text for one in block.all("div") if "notice" in one.classes] for block in blocks]
    assert notices[0] == []
    for name, (in_block,) in zip((WITHDRAWN, SUPERSEDED), notices[1:], strict=True):
        article = page_of(small, name, language)
        (on_page,) = [one.text for one in article.all("div") if "notice" in one.classes]
        assert on_page == in_block
        assert article.text.index(on_page) < article.text.index(WORDS["cases"][language])
        if name == WITHDRAWN:
            assert DANGEROUS[language] in on_page and "2026-03-01" in on_page
        else:
            assert BETTER[language] in on_page and "2026-03-02" in on_page
            assert yaml.safe_load(TEMPLATE_SPEC)["title"][language] in on_page
    states = [
        one.attributes["data-state"]
        for one in page_of(small, WITHDRAWN, language).all("li")
        if "data-state" in one.attributes
    ]
    assert states == ["withdrawn", "changed"]


def test_a_snippet_that_was_released_and_is_gone_fails_the_build(project: Path, tmp_path: Path) -> None:
    root = tmp_path / "project"
    shutil.copytree(project, root)
    for path in (root / "snippets" / "permissions").glob("superseded.*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    built = build_site(tmp_path / "out", root=root)
    assert built.returncode != 0
    assert "snippets/permissions/superseded.json was released and is linked" in built.stderr


# --- permalinks ---------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("snippet", SNIPPETS.values(), ids=list(SNIPPETS))
def test_every_case_and_every_wrong_variant_has_a_link_of_its_own(
    site: Path, snippet: Snippet, language: str
) -> None:
    found = [
        (one.attributes["href"], one.attributes["title"])
        for one in page_of(site, snippet.name, language).all("a")
        if "headerlink" in one.classes and not one.text
    ]
    wanted = [(f"#{addresses.case(case.id)}", WORDS["link_to_case"][language]) for case in snippet.cases] + [
        (f"#{addresses.wrong(wrong.name)}", WORDS["link_to_wrong"][language]) for wrong in snippet.wrong
    ]
    assert found == wanted


@pytest.fixture
def reader(browser: Browser) -> Iterator[Page]:
    """A visitor whose clipboard can be read."""
    with visitor(browser, viewport=WIDE, permissions=["clipboard-read", "clipboard-write"]) as page:
        yield page


def clipboard(page: Page) -> str:
    expect(page.locator(".md-dialog--active [role=status]")).to_have_text(re.compile("Copied|コピー"))
    return page.evaluate("navigator.clipboard.readText()")


@pytest.mark.parametrize("anchor", ["case-path", "wrong-other", "history"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_permalink_leads_there_and_copies_the_address_that_is_served(
    reader: Page, small_served: str, language: str, anchor: str
) -> None:
    address = small_served + folder(CHANGED, language)
    reader.goto(f"{address}?pin={digits(BEFORE)}")
    reader.locator("details.cases > summary").click()
    link = reader.locator(f".headerlink[href='#{anchor}']")
    link.focus()
    expect(link).to_have_css("opacity", "1")
    reader.keyboard.press("Enter")
    assert clipboard(reader) == f"{address}#{anchor}"
    # The theme writes the heading above into the address as soon as the page has scrolled.
    expect(reader.locator(f"[id='{anchor}']")).to_be_in_viewport()


def test_the_permalink_of_a_case_has_a_name_and_is_seen_by_a_finger(
    browser: Browser, small_served: str
) -> None:
    with visitor(browser, viewport=NARROW, has_touch=True, is_mobile=True) as page:
        page.goto(small_served + folder(CHANGED, "ja"))
        page.locator("details.cases > summary").click()
        link = page.get_by_role("link", name=WORDS["link_to_case"]["ja"], exact=True)
        expect(link).to_have_css("opacity", "1")
        box = link.bounding_box()
        assert min(box["width"], box["height"]) >= 24


def test_from_disk_the_canonical_addresses_are_copied(reader: Page, small: Path) -> None:
    reader.goto(f"{(small / folder(CHANGED, 'en')).as_uri()}/index.html")
    expect(reader.locator("[data-served] pre").first).to_have_text(SITE_URL + folder(CHANGED, "en"))
    reader.locator(".headerlink[href='#history']").click()
    expect(reader.locator(".md-dialog--active")).to_be_visible()
    copied = reader.locator(".headerlink[href='#history']").get_attribute("data-clipboard-text")
    assert copied == f"{SITE_URL}{folder(CHANGED, 'en')}#history"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_copied_has_the_address_that_is_served(
    reader: Page, small: Path, small_served: str, language: str
) -> None:
    wanted = texts_to_paste(page_of(small, CHANGED, language))
    reader.goto(small_served + folder(CHANGED, language))
    blocks = reader.locator("[data-served] pre")
    expect(blocks).to_have_count(len(wanted))
    for number, text in enumerate(wanted.values()):
        blocks.nth(number).locator(".md-code__button").click()
        assert clipboard(reader) == text.replace(SITE_URL, small_served)


def test_without_a_script_the_canonical_addresses_stand(browser: Browser, small_served: str) -> None:
    with visitor(browser, java_script_enabled=False) as page:
        page.goto(f"{small_served}{folder(CHANGED, 'en')}?pin={digits(BEFORE)}")
        expect(page.locator("[data-served] pre").first).to_have_text(SITE_URL + folder(CHANGED, "en"))
        assert page.locator("[data-pin]").inner_text().strip() == ""


# --- links that name a version ------------------------------------------------------------------

PINS = {
    "current": (CHANGED, digits(AFTER)),
    "changed": (CHANGED, digits(BEFORE)),
    "changed since, not released": (AHEAD, digits(POLICY)),
    "withdrawn": (WITHDRAWN, digits(POLICY + "\n")),
    "of another snippet": (DRAFT, digits(POLICY)),
    "never": (CHANGED, "0123456789abcdef"),
}
ANSWERS = {
    "current": "pin_current",
    "changed": "pin_changed",
    "changed since, not released": "pin_changed",
    "withdrawn": "pin_withdrawn",
    "of another snippet": "pin_unknown",
    "never": "pin_unknown",
}


@pytest.mark.parametrize("pin", PINS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_link_that_names_a_version_says_what_became_of_it(
    reader: Page, small_served: str, language: str, pin: str
) -> None:
    name, named = PINS[pin]
    reader.goto(f"{small_served}{folder(name, language)}?pin={named}")
    answer = reader.locator("[data-pin][role=status]")
    expect(answer).to_contain_text(WORDS[ANSWERS[pin]][language])
    told = answer.inner_text()
    assert [word for word in set(ANSWERS.values()) if WORDS[word][language] in told] == [ANSWERS[pin]]
    assert reader.evaluate("[document.activeElement.tagName, scrollY]") == ["BODY", 0]
    assert answer.bounding_box()["y"] < WIDE["height"] / 2
    if pin == "changed":
        assert WHY[language] in told and "2026-02-20" in told
    if pin == "changed since, not released":
        assert WORDS["not_released"][language] in told
    if pin == "withdrawn":
        assert DANGEROUS[language] in told and "2026-03-01" in told
    offered = answer.get_by_role("link", name=WORDS["pin_difference"][language])
    assert offered.count() == pin.startswith("changed"), "a link to what differs where nothing does"
    if pin.startswith("changed"):
        difference = reader.locator(f"details#{addresses.version(named)}")
        expect(difference).not_to_have_attribute("open", "")
        offered.click()
        expect(difference).to_have_attribute("open", "")
        expect(difference).to_be_in_viewport()
        assert difference.locator("button").count() == 0, "lines of two files are no text to copy"


HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "0123456789ABCDEF",
    "",
    "a" * 5000,
    "\u202e0123456789abcdef",
    '"] li, [x="',
]


@pytest.mark.parametrize("value", HOSTILE)
def test_what_no_version_can_be_called_is_not_looked_up(reader: Page, small_served: str, value: str) -> None:
    errors: list[str] = []
    reader.on("pageerror", lambda error: errors.append(str(error)))
    reader.on("dialog", lambda dialog: errors.append(dialog.message))
    reader.goto(f"{small_served}{folder(CHANGED, 'en')}")
    reader.evaluate("value => location.search = new URLSearchParams({pin: value})", value)
    answer = reader.locator("[data-pin].notice")
    expect(answer).to_have_text(WORDS["pin_unknown"]["en"])
    assert errors == []


def test_a_link_to_a_place_that_names_a_version_leads_to_the_place(reader: Page, small_served: str) -> None:
    reader.goto(f"{small_served}{folder(CHANGED, 'en')}?pin={digits(BEFORE)}#wrong-other")
    expect(reader.locator("[data-pin].notice")).to_be_attached()
    expect(reader.locator("#wrong-other")).to_be_in_viewport()


def test_nothing_is_loaded_for_a_version_that_no_link_names(reader: Page, small_served: str) -> None:
    asked: list[str] = []
    reader.on("request", lambda request: asked.append(request.url))
    reader.goto(small_served + folder(CHANGED, "en"), wait_until="networkidle")
    assert not [url for url in asked if "pin" in url]
    assert reader.locator("[data-pin]").inner_text().strip() == ""


@pytest.mark.parametrize("name", [CHANGED, WITHDRAWN, SUPERSEDED])
def test_pages_with_a_history_have_no_accessibility_violation(
    reader: Page, small_served: str, name: str
) -> None:
    from axe_playwright_python.base import AXE_SCRIPT

    reader.goto(f"{small_served}{folder(name, 'ja')}?pin={digits(BEFORE)}")
    expect(reader.locator("[data-pin].notice")).to_be_attached()
    reader.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    reader.evaluate(AXE_SCRIPT)
    assert axe(reader, "html") == []


def test_a_page_is_described_by_its_summary_and_not_by_an_answer_that_nobody_asked_for(small: Path) -> None:
    for language, summary in yaml.safe_load(TEMPLATE_SPEC)["summary"].items():
        first = next(page_of(small, CHANGED, language).all("p"))
        assert first.text.startswith(summary)


def test_hostile_words_are_text(small: Path) -> None:
    for name in (CHANGED, WITHDRAWN, SUPERSEDED):
        for language in LANGUAGES:
            article = page_of(small, name, language)
            assert not list(article.all("b", "img", "everyone"))
            assert [one for one in article.all("p", "li") if WHY[language] in one.text or name == SUPERSEDED]
