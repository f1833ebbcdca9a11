"""The page for a reader's own template or policy has the answers of the command line, and sends nothing."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping

import pytest

from conftest import ROOT
from lambda_vpc.__main__ import main
from lambda_vpc.checking import policies
from lambda_vpc.guide import spec
from lambda_vpc.guide.cases.decision import DecisionCase
from lambda_vpc.guide.languages import LANGUAGES
from lambda_vpc.sentences import sentence

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
