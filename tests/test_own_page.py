"""The page for a reader's own template or policy has the answers of the command line, and sends nothing."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from conftest import ROOT
from lambda_vpc.__main__ import main
from lambda_vpc.checking import policies
from lambda_vpc.guide import spec
from lambda_vpc.guide.cases.decision import DecisionCase
from lambda_vpc.guide.languages import LANGUAGES
from lambda_vpc.sentences import sentence
from tour import FIRST_SCHEME, NARROW, SCHEMES, again, axe, switch, visitor

# Last, so that no hook stands before a module of Python with its name.
sys.path.append(str(ROOT / "docs" / "hooks"))

import browser as in_browser
import own_examples
from render import words
from rule_titles import titles

SNIPPETS = spec.load(ROOT / "snippets")
EXAMPLES = own_examples.examples(SNIPPETS)
TEMPLATES = [
    *(one.path for one in SNIPPETS.values() if one.kind == "template"),
    "snippets/network/nat-per-az.wrong/both-to-one-nat.yaml",
    "snippets/network/nat-per-az.wrong/no-egress-rule.yaml",
    "snippets/network/attach-new-vpc.wrong/only-subnets.yaml",
]


def ask(text: str, language: str = "en", **chosen: str) -> dict:
    """What the browser gets: a question and its answer as JSON."""
    question = {"ask": "own", "text": text, "language": language, "chosen": chosen or None}
    answer = json.loads(in_browser.ask(json.dumps(question)))
    assert "fault" not in answer, answer
    return answer


def plain(html: str) -> str:
    """The words of a piece of HTML, without the picture."""
    without = re.sub(r"<svg.*?</svg>|<button.*?</button>|<wbr>", "", html, flags=re.DOTALL)
    text = re.sub(r"<[^<>]+>", "", without)
    for name, letter in (("&#39;", "'"), ("&#34;", '"'), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(name, letter)
    return re.sub(r"\s+", " ", text)


def text_of(path: str) -> str:
    return (ROOT / path).read_text("utf-8")


def word(name: str, language: str) -> str:
    return words()[name][language]


# --- the same answers -----------------------------------------------------------------------------


def of_command_line(capsys: pytest.CaptureFixture, *arguments: str) -> dict:
    main([*arguments, "--json"])
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("path", TEMPLATES)
def test_a_template_has_the_answers_of_the_command_line(path: str, capsys: pytest.CaptureFixture) -> None:
    text = text_of(path)
    function = re.search(r'name="function">.*?<option value="([^"]+)" selected', ask(text)["form"], re.DOTALL)
    if function is None:
        assert word("own_no_function", "en") in ask(text)["html"]
        return
    told = of_command_line(capsys, "trace", str(ROOT / path), function[1], "internet-ipv4")["answers"]
    for language in LANGUAGES:
        answer = ask(text, language)
        rows = re.findall(r'<tr role="row">(.*?)</tr>', answer["html"], re.DOTALL)
        assert len(rows) == min(len(told), 50)
        for row, one in zip(rows, told, strict=False):
            said = plain(row)
            assert word(f"trace_{one['answer']}", language) in said
            assert (one["subnet"] or "") in said
            assert all(f"{name}={value}" in said for name, value in one["scenario"].items())
            if one["answer"] == "reached":
                assert " → ".join(one["hops"]) in said
            else:
                assert f"{one['at']}: {sentence(one['why'], language)}" in said
                assert one["line"] in answer["lines"] and f'data-line="{one["line"]}"' in row


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one.name)
def test_an_example_is_asked_what_its_case_asks(example: own_examples.Example) -> None:
    result = next(
        result
        for result in (
            example.snippet.results_of(example.wrong) if example.wrong else example.snippet.results()
        )
        if result.case is example.case
    )
    for language in LANGUAGES:
        html = ask(example.text, language, **example.chosen)["html"]
        outcome = plain(html.split("</p>")[0])
        if example.kind == "policy":
            actual = result.actual.partition(" by ")
            assert outcome.startswith(f"{example.case.call}: {word(f'decision_{actual[0]}', language)}")
            assert actual[2] in plain(html)
        elif not isinstance(example.case, DecisionCase):
            said = plain(html)
            for subnet, answer in result.answers.items():
                assert re.search(rf"{subnet} {word(f'trace_{answer.outcome}', language)}", said)
            assert "<svg" in html


POLICIES = [
    *(
        one.path
        for one in SNIPPETS.values()
        if one.kind in ("identity-policy", "scp", "permissions-boundary")
    ),
    "snippets/condition-keys/approved-vpc-guardrail.wrong/plain-string-not-equals.json",
    "snippets/condition-keys/approved-vpc-guardrail.wrong/for-all-values.json",
]
DEPLOYER = "arn:aws:iam::111122223333:role/deployer"
VPC = {
    "subnets": ("subnet-0a1a1a1a1a1a1a1a1",),
    "security_groups": ("sg-0a2a2a2a2a2a2a2a2",),
    "vpc": "vpc-0123456789abcdef0",
}


@pytest.mark.parametrize("path", POLICIES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_policy_has_the_answers_of_the_checker_in_all_four_states_of_an_update(
    path: str, language: str
) -> None:
    html = ask(text_of(path), language, kind="policy", admin="yes")["html"]
    everything = policies.read(text_of("snippets/condition-keys/administrator-access.json"), "all.json")
    files = policies.PolicyFiles(identity=(policies.read(text_of(path), "mine.json"), everything))
    table = html.partition(f'aria-label="{word("own_states", language)}"')[2].partition("</table>")[0]
    rows = [plain(row) for row in re.findall(r'<tr role="row".*?</tr>', table, re.DOTALL)]
    assert len(rows) == len(policies.Settings)
    for row, settings in zip(rows, policies.Settings, strict=True):
        given = VPC if settings in (policies.Settings.GIVEN, policies.Settings.UNCHANGED) else {}
        found = policies.decide(
            files,
            policies.Call("lambda:UpdateFunctionConfiguration", DEPLOYER, settings=settings,
                          function="orders-api", region="ap-northeast-1", **given),
        )  # fmt: skip
        assert (
            f"{word(f'when_{settings.value}', language)} {word(f'decision_{found.answer}', language)}" in row
        )
        if found.answer == policies.UNDOCUMENTED:
            assert found.question in row
        elif found.statement is not None:
            assert found.statement.name in row


def test_every_statement_that_does_not_decide_says_why() -> None:
    text = text_of("snippets/condition-keys/approved-vpc-guardrail.json")
    for language in LANGUAGES:
        said = plain(ask(text, language, kind="policy", vpc="vpc-1", admin="yes")["html"])
        assert (
            f"{word('own_decides', language)} {word('own_layer_identity', language)}: DenyOtherVpcs" in said
        )
        assert f"{sentence('condition-not-met', language)} (ForAnyValue:StringNotEquals" in said


def test_a_missing_condition_key_is_decided_as_if_the_request_lacked_it() -> None:
    text = text_of("snippets/condition-keys/one-vpc-guardrail.json")
    html = ask(text, kind="policy", admin="yes")["html"]
    table = html.partition(f'aria-label="{word("own_keys", "en")}"')[2].partition("</table>")[0]
    assert "lambda:VpcIds vpc-0123456789abcdef0" in plain(table)
    files = policies.PolicyFiles(
        identity=(
            policies.read(text, "mine.json"),
            policies.read(text_of("snippets/condition-keys/administrator-access.json"), "all.json"),
        )
    )
    call = policies.Call(
        "lambda:UpdateFunctionConfiguration", DEPLOYER, settings=policies.Settings.GIVEN,
        function="orders-api", region="ap-northeast-1", context={"lambda:VpcIds": []}, **VPC,
    )  # fmt: skip
    found = policies.decide(files, call)
    differs = found.answer != "allow"
    assert (word("own_same", "en") in plain(table)) is not differs


@pytest.mark.parametrize("layer", [name for name in policies.LAYERS if name != "identity"])
def test_each_layer_can_be_added_and_can_stop_the_call(layer: str) -> None:
    everything = text_of("snippets/condition-keys/administrator-access.json")
    principal = {"Principal": "*"} if layer in ("resource", "endpoint") else {}
    denying = {"Sid": "Stop", "Effect": "Deny", "Action": "*", "Resource": "*"} | principal
    other = json.dumps({"Version": "2012-10-17", "Statement": [denying]})
    assert "answer allow" in ask(everything, kind="policy")["html"]
    html = ask(everything, kind="policy", **{f"layer:{layer}": other})["html"]
    assert "answer deny" in html
    assert f"{word(f'own_layer_{layer}', 'en')}: Stop" in plain(html)


def test_a_finding_names_its_rule_in_the_language_of_the_page_and_marks_the_english_message() -> None:
    text = text_of("snippets/network/nat-per-az.wrong/both-to-one-nat.yaml")
    for language in LANGUAGES:
        answer = ask(text, language)
        assert f"W9822: {titles(language)['W9822']}" in plain(answer["html"])
        assert re.search(r'<span lang="en">[^<]*PrivateDefaultRouteC', answer["html"])


TWO = """\
Parameters:
  Stage: {Type: String, AllowedValues: [prod, test]}
Conditions:
  Prod: !Equals [!Ref Stage, prod]
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Subnet: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24}}
  Group: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref Vpc, GroupDescription: g}}
  Orders:
    Type: AWS::Lambda::Function
    Properties:
      VpcConfig: !If
        - Prod
        - {SubnetIds: [!Ref Subnet], SecurityGroupIds: [!Ref Group]}
        - !Ref AWS::NoValue
"""


def test_every_combination_of_parameters_is_listed_and_one_can_be_drawn() -> None:
    first = ask(TWO)
    for stage, answer in (("prod", "blocked"), ("test", "reached")):
        assert f"Stage={stage} {answer}" in plain(first["html"])
        assert f"<option>Stage={stage}</option>" in first["form"]
    drawn = {
        stage: ask(TWO, kind="template", scenario=f"Stage={stage}")["html"] for stage in ("prod", "test")
    }
    for stage, html in drawn.items():
        assert f"<code>Stage={stage}</code></figcaption>" in html
    assert len({re.search(r"<svg.*?</svg>", html, re.DOTALL)[0] for html in drawn.values()}) == 2
    given = ask(TWO, kind="template", **{"parameter:Stage": "test"})
    assert "blocked" not in plain(given["html"])


# --- texts that lead to no answer -----------------------------------------------------------------

BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 10)}]\n" for n in range(9)
)
HOSTILE: Mapping[str, str] = {
    "nothing": " \n",
    "no document": "{",
    "a list": "[1, 2]",
    "words": "hello",
    "aliases that multiply": BOMB,
    "deep": "[" * 100_000,
    "a policy that is none": '{"Statement": 7}',
    "a policy with a misspelled element": '{"Statement": {"Efect": "Allow"}}',
    "a template without resources": "Resources: {}",
    "two documents": "Resources: {}\n---\na: 1\n",
    "a zero byte": "Resources:\n  A: {Type: 'T\0'}\n",
    "markup": "<img src=x onerror=alert(1)>",
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_without_an_answer_gets_its_line_and_the_mend(name: str, language: str) -> None:
    answer = ask(HOSTILE[name], language)
    assert word("change_unread", language) in answer["html"]
    assert answer["lines"], answer
    assert "<img" not in answer["html"]


def test_what_a_text_holds_is_never_markup() -> None:
    evil = "<img src=x onerror=alert(1)>"
    function = {"Type": "AWS::Lambda::Function", "Properties": {"VpcConfig": {"SubnetIds": [evil]}}}
    answer = ask(json.dumps({"Resources": {evil: function}, "Parameters": {evil: {"Type": evil}}}))
    assert "<img" not in answer["html"] + answer["form"]
    condition = {"Condition": {"Null": {evil: "true"}}}
    policy = {"Sid": evil, "Effect": "Deny", "Action": evil, "Resource": "*"} | condition
    answer = ask(json.dumps({"Statement": [policy]}), kind="policy", principal=evil)
    assert "<img" not in answer["html"] + answer["form"]


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"service": "s33"}, "s33"),
        ({"port": "0"}, "a port is 1 to 65535"),
        ({"parameter:Stage": "nope"}, "Stage"),
    ],
)
def test_a_choice_that_does_not_fit_a_template_keeps_the_form(chosen: dict[str, str], message: str) -> None:
    answer = ask(TWO, kind="template", **chosen)
    assert message in plain(answer["html"])
    assert answer["form"]


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"other_action": "lambda:CreateFuncton"}, "did you mean 'lambda:CreateFunction'?"),
        ({"principal": "me"}, "'me' is not a user"),
        ({"context": "lambda:VpcIds"}, "write KEY=VALUE"),
        ({"subnets": ""}, "subnets"),
        ({"layer:scp": "{"}, "is not JSON"),
    ],
)
def test_a_choice_that_nobody_makes_keeps_the_form(chosen: dict[str, str], message: str) -> None:
    answer = ask(text_of("snippets/condition-keys/deployer.json"), kind="policy", **chosen)
    assert message in plain(answer["html"])
    assert answer["form"] and not answer["lines"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('{"Statement": []}', "policy"),
        ("Version: '2012-10-17'\nStatement: []\n", "policy"),
        ('{"Statement": [', "policy"),
        ('{\n  "Statement": [', "policy"),
        ('{"Resources": {"A": {"Statement": []}}', "template"),
        (text_of("snippets/network/nat-per-az.yaml"), "template"),
        (text_of("snippets/permissions/function-with-deny.yaml"), "template"),
        ("", "template"),
    ],
)
def test_what_a_text_is_is_told_by_its_content(text: str, kind: str) -> None:
    assert ask(text)["kind"] == kind


def test_a_policy_with_principals_is_first_taken_for_one_of_a_resource() -> None:
    form = ask(text_of("snippets/permissions/trust-policy.json"))["form"]
    assert '<option value="resource" selected>' in form


# --- in a browser ---------------------------------------------------------------------------------

READY = {"ja": "例を選ぶか", "en": "Choose an example"}
SLOW = 240_000
"""Milliseconds in which a loaded machine starts the checker: no promise of the page."""
FAULTY = "network/nat-per-az#both-to-one-nat"


def start(page: Page, root: str, language: str = "en") -> None:
    page.goto(f"{root}{language}/check-in-browser/")
    page.locator(".own-begin button").click()
    expect(page.get_by_text(READY[language])).to_be_visible(timeout=SLOW)


def outcome(page: Page, text: str) -> None:
    expect(page.locator(".change-outcome")).to_contain_text(text, timeout=SLOW)


def field(page: Page) -> Locator:
    return page.locator(".change-editor textarea")


def paste(page: Page, text: str) -> None:
    """A long text, at once."""
    field(page).evaluate(
        "(area, text) => { area.value = text; area.dispatchEvent(new Event('input', {bubbles: true})); }",
        text,
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_template_with_a_fault_is_drawn_and_explained(
    context: BrowserContext, address: str, language: str
) -> None:
    with again(context) as page:
        start(page, address, language)
        text = text_of("snippets/network/nat-per-az.yaml")
        field(page).fill(text.replace("InternetGatewayId: !Ref InternetGateway", "VpnGatewayId: vgw-1"))
        outcome(page, word("trace_blocked", language))
        assert page.locator(".change-answer svg .way.blocked").count()
        said = page.locator(".own-answers").inner_text()
        assert "PrivateSubnetA" in said
        line = page.locator(".own-answers button").first
        line.click()
        number = int(line.get_attribute("data-line"))
        from_, to = field(page).evaluate("(area) => [area.selectionStart, area.selectionEnd]")
        assert field(page).input_value()[from_:to] == field(page).input_value().split("\n")[number - 1]
        field(page).fill(text)
        outcome(page, word("trace_reached", language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_four_states_of_an_update_stand_side_by_side(
    context: BrowserContext, address: str, language: str
) -> None:
    with again(context) as page:
        start(page, address, language)
        page.locator(".own-examples").select_option("condition-keys/approved-vpc-guardrail")
        outcome(page, "lambda:CreateFunction")
        page.locator("[name=action]").select_option("lambda:UpdateFunctionConfiguration")
        outcome(page, "lambda:UpdateFunctionConfiguration")
        rows = page.get_by_role("table", name=word("own_states", language)).locator("tbody tr")
        expect(rows).to_have_count(len(policies.Settings))
        answers = ["allow", "deny", "allow", "undocumented"]
        for row, settings, answer in zip(rows.all(), policies.Settings, answers, strict=True):
            expect(row).to_contain_text(word(f"when_{settings.value}", language))
            expect(row.locator(".answer")).to_have_text(word(f"decision_{answer}", language))
        page.locator("[name=settings]").select_option("none")
        outcome(page, word("decision_deny", language))
        expect(page.locator(".own-chosen")).to_contain_text(word("when_none", language))


def test_what_is_chosen_stays_chosen_and_the_answer_follows(context: BrowserContext, address: str) -> None:
    with again(context) as page:
        start(page, address)
        page.locator(".own-examples").select_option(FAULTY)
        outcome(page, "blocked")
        assert page.locator("[name=without_az]").input_value() == "a"
        page.locator("[name=without_az]").select_option("")
        outcome(page, "reached")
        page.locator("[name=port]").fill("587")
        outcome(page, "587")
        field(page).press("Control+End")
        field(page).press("Enter")
        expect(page.locator("[name=port]")).to_have_value("587")
        page.locator("[name=service]").fill("s33")
        outcome(page, word("change_unread", "en"))
        expect(page.locator("[name=service]")).to_be_focused()


def test_a_file_is_opened_and_one_that_is_no_text_or_too_large_is_refused(
    context: BrowserContext, address: str, tmp_path: Path
) -> None:
    with again(context) as page:
        start(page, address)
        opener = page.locator("input[type=file]")
        opener.set_input_files(ROOT / "snippets/network/nat-shared.yaml")
        outcome(page, "reached")
        no_text, large = tmp_path / "no-text.yaml", tmp_path / "large.yaml"
        no_text.write_bytes(b"\xff\xfe\x00")
        large.write_text("# \n" * 1_000_000)
        for path, said in ((no_text, "change_own_unreadable"), (large, "change_own_large")):
            opener.set_input_files(path)
            expect(page.locator(".change-status")).to_have_text(word(said, "en").format(limit=2))
        field(page).fill("#" * 2_000_001)
        expect(page.locator(".change-status")).to_have_text(word("change_own_large", "en").format(limit=2))


def test_a_file_is_dropped(context: BrowserContext, address: str) -> None:
    with again(context) as page:
        start(page, address)
        files = page.evaluate_handle(
            """(text) => {
                const data = new DataTransfer();
                data.items.add(new File([text], "mine.json"));
                return data;
            }""",
            text_of("snippets/condition-keys/deployer.json"),
        )
        field(page).dispatch_event("drop", {"dataTransfer": files})
        outcome(page, "lambda:UpdateFunctionConfiguration: Allowed")


MANY = "Resources:\n" + "".join(
    f"  F{n}:\n    Type: AWS::Lambda::Function\n    Properties: {{VpcConfig: {{SubnetIds: [!Ref S{n}]}}}}\n"
    for n in range(10_000)
)


# The others are asked without a browser: what they end in is the same.
@pytest.mark.parametrize("text", [MANY, "Resources:\n  A: " + "x" * 1_900_000], ids=["resources", "string"])
def test_a_hostile_text_ends_in_a_sentence_and_the_page_stays_usable(
    context: BrowserContext, address: str, text: str
) -> None:
    with again(context) as page:
        start(page, address)
        paste(page, text)
        refused = page.locator(".change-outcome")
        stopped = page.get_by_text(word("change_too_long", "en"))
        expect(refused.or_(stopped).first).to_be_visible(timeout=SLOW)
        page.locator(".own-examples").select_option(FAULTY)
        outcome(page, "OrdersFunction → internet, IPv4, zone a down: blocked")


def test_a_reader_can_cancel(context: BrowserContext, address: str) -> None:
    with again(context) as page:
        start(page, address)
        paste(page, MANY)
        page.get_by_role("button", name=word("change_cancel", "en")).click()
        expect(page.locator(".change-status")).to_have_text(word("change_canceled", "en"))
        page.locator(".own-examples").select_option(FAULTY)
        outcome(page, "blocked")


def test_nothing_is_asked_of_any_server_before_the_reader_says_so_nor_after_loading(
    browser: Browser, address: str
) -> None:
    with visitor(browser) as page:
        asked: list[str] = []
        page.context.on("request", lambda request: asked.append(request.url))
        page.goto(f"{address}en/check-in-browser/")
        page.wait_for_load_state("networkidle")
        assert not [url for url in asked if re.search("/assets/(change|runtime|own)/", url)]
        page.locator(".own-begin button").click()
        expect(page.get_by_text(READY["en"])).to_be_visible(timeout=SLOW)
        page.wait_for_load_state("networkidle")
        assert [url for url in asked if "/assets/runtime/" in url]
        asked.clear()
        for name in (FAULTY, "condition-keys/approved-vpc-scp", "network/dual-stack"):
            page.locator(".own-examples").select_option(name)
            page.locator(".change-outcome").wait_for(timeout=SLOW)
        page.locator("input[type=file]").set_input_files(ROOT / "snippets/network/nat-shared.yaml")
        outcome(page, "OrdersFunction → internet, IPv4: reached")
        page.locator("[name=region]").fill("eu-west-1")
        field(page).fill("Resources: [")
        outcome(page, word("change_unread", "en"))
        page.wait_for_timeout(500)
        assert asked == []


def test_the_page_works_by_keyboard(context: BrowserContext, address: str) -> None:
    with again(context) as page:
        page.goto(f"{address}en/check-in-browser/")
        page.locator(".own-begin button").focus()
        page.keyboard.press("Enter")
        expect(page.locator(".own-examples")).to_be_focused(timeout=SLOW)
        expect(page.get_by_text(READY["en"])).to_be_visible(timeout=SLOW)
        page.keyboard.press("ArrowDown")
        outcome(page, "reached")
        expect(page.locator(".own-examples")).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        expect(field(page)).to_be_focused()
        page.keyboard.press("Tab")  # leaves the field
        expect(page.locator("[name=function]")).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.press("ArrowDown")
        outcome(page, "internet, IPv6")
        expect(page.locator("[name=destination]")).to_be_focused()


@pytest.mark.parametrize(
    ("language", "name"), [("ja", FAULTY), ("en", "condition-keys/approved-vpc-guardrail")]
)
def test_axe_finds_nothing_and_a_narrow_screen_is_enough(
    context: BrowserContext, address: str, language: str, name: str
) -> None:
    with again(context) as page:
        start(page, address, language)
        page.locator(".own-examples").select_option(name)
        page.locator(".change-outcome").wait_for(timeout=SLOW)
        page.locator(".own-form details").evaluate_all("all => all.forEach((one) => { one.open = true; })")
        page.evaluate(AXE_SCRIPT)
        for scheme in SCHEMES:
            switch(page, scheme) if scheme != FIRST_SCHEME else None
            page.evaluate("document.getAnimations().forEach((running) => running.finish())")
            assert axe(page, ".own") == []
        page.set_viewport_size(NARROW)
        assert axe(page, ".own", runOnly=["target-size"], rules={"target-size": {"enabled": True}}) == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_without_webassembly_from_disk_or_without_scripts_the_page_says_what_it_needs(
    browser: Browser, address: str, site: Path
) -> None:
    needs = word("own_needs", "en")
    with visitor(browser, java_script_enabled=False) as page:
        page.goto(f"{address}en/check-in-browser/")
        assert page.get_by_text(needs).is_visible() and not page.locator(".own-begin").is_visible()
    with visitor(browser) as page:
        page.add_init_script("delete globalThis.WebAssembly")
        page.goto(f"{address}en/check-in-browser/")
        assert page.get_by_text(needs).is_visible() and not page.locator(".own-begin").is_visible()
    with visitor(browser) as page:
        page.goto(f"{site.as_uri()}/en/check-in-browser/index.html")
        assert page.get_by_text(needs).is_visible() and not page.locator(".own-begin").is_visible()


def test_the_page_says_when_the_checker_cannot_be_loaded(browser: Browser, address: str) -> None:
    with visitor(browser) as page:
        page.route("**/assets/runtime/**", lambda route: route.abort())
        page.goto(f"{address}en/check-in-browser/")
        page.locator(".own-begin button").click()
        expect(page.locator(".change-status")).to_have_text(word("change_failed", "en"))
