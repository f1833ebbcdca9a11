"""A case of a template looks at every scenario, and no handler, however mistaken, holds up a build."""

from __future__ import annotations

import json
import time
from textwrap import indent

import pytest

from lambda_vpc.guide.cases import CaseResult, Subject, parse
from lambda_vpc.guide.cases import invoke as invoke_module
from lambda_vpc.guide.strict_reader import StrictReader
from lambda_vpc.reading import parse as read_text

COMMON = {"id": "one", "name": {"ja": "一つ", "en": "One"}}


def run(template: str, case: dict) -> CaseResult:
    """A case asked of a template."""
    reader = StrictReader(read_text(json.dumps([COMMON | case]), "one.spec.yaml", is_json=True))
    found = parse(reader, COMMON | case, (0,))
    reader.finish()
    assert found is not None
    return found.run(Subject(read_text(template, "one.yaml"), (), {}))


def function(code: str, *, extra: str = "") -> str:
    """A template with one function whose handler has this code."""
    return f"""\
Parameters:
  Stage: {{Type: String, AllowedValues: [test, live]}}
Conditions:
  Live: !Equals [!Ref Stage, live]
Resources:
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Handler: index.handler
      Runtime: python3.13
      Role: arn:aws:iam::111122223333:role/orders
      Code:
        ZipFile: |
{indent(code, "          ")}
{indent(extra, "      ")}
"""


ECHO = "import os\ndef handler(event, context):\n    return {'asked': event, 'name': os.environ.get('NAME')}"


def test_a_handler_answers_from_its_event_and_its_own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    template = function(ECHO, extra="Environment: {Variables: {NAME: orders}}")
    asked = {"invoke": "Function", "event": {"n": 1}, "returns": {"asked.n": 1, "name": "orders"}}
    assert run(template, asked).passed
    monkeypatch.setenv("NAME", "of this process")
    alone = {"invoke": "Function", "event": {}, "returns": {"name": None}}
    assert run(function(ECHO), alone).passed, "a handler sees the variables of the process that asks"


@pytest.mark.parametrize(
    ("code", "actual"),
    [
        ("def handler(event, context):\n    while True: pass", "raises nothing: no answer within 1 seconds"),
        ("while True: pass", "raises nothing: no answer within 1 seconds"),
        ("import time\ntime.sleep(60)", "raises nothing: no answer within 1 seconds"),
        ("def handler(event, context):\n    raise ValueError('no')", "raises no"),
        ("raise SystemExit('over')", "raises over"),
        ("import os\nos._exit(3)", "raises nothing: its process ended with exit code 3"),
        ("import os\nos.kill(os.getpid(), 9)", "raises nothing: its process ended with exit code -9"),
        ("def handler(event, context):\n    return 'x' * (1 << 40)", "raises "),
        ("handler = [", "raises "),
        ("def other(event, context): pass", "raises 'handler'"),
        ("print('{')\ndef handler(event, context):\n    return {'asked': 1}", "asked = 1"),
    ],
)
def test_whatever_a_handler_does_there_is_an_answer_in_time(
    monkeypatch: pytest.MonkeyPatch, code: str, actual: str
) -> None:
    monkeypatch.setattr(invoke_module, "LIMIT", 1.0)
    before = time.monotonic()
    result = run(function(code), {"invoke": "Function", "event": {}, "returns": {"asked": 1}})
    assert time.monotonic() - before < 10
    assert result.actual.startswith(actual)
    assert result.passed is (actual == "asked = 1")


def test_an_error_that_is_expected_is_not_met_by_an_answer() -> None:
    asked = {"invoke": "Function", "event": {}, "raises": "no"}
    assert (
        run(function("def handler(event, context):\n    raise KeyError('no')"), asked).actual == "raises 'no'"
    )
    result = run(function("def handler(event, context):\n    return 'fine'"), asked)
    assert (result.passed, result.actual) == (False, 'returns "fine"')


@pytest.mark.parametrize(
    ("logical_id", "actual"),
    [("Nothing", "the template has no function 'Nothing'"), ("Function", "Function has no inline code")],
)
def test_a_function_without_code_is_an_answer_too(logical_id: str, actual: str) -> None:
    template = function("x").replace("ZipFile: |\n          x", "S3Bucket: amzn-s3-demo-bucket")
    asked = {"invoke": logical_id, "event": {}, "returns": {"asked": 1}}
    assert run(template, asked).actual == actual


def test_a_handler_is_run_as_each_scenario_has_it() -> None:
    template = function(ECHO).replace("    Properties:", "    Condition: Live\n    Properties:")
    asked = {"invoke": "Function", "event": {}, "returns": {"asked": {}}}
    result = run(template, asked)
    assert not result.passed
    assert sorted(result.actual.removeprefix("differs by parameters: ").split(" / ")) == [
        "asked = {}",
        "the template has no function 'Function'",
    ]
    assert run(function(ECHO), asked).passed


def test_a_variable_that_the_template_leaves_open_is_named_in_words() -> None:
    template = function(ECHO, extra="Environment: {Variables: {NAME: !Ref Stage}}")
    asked = {"invoke": "Function", "event": {}, "returns": {"name": "(parameter Stage)"}}
    assert run(template, asked).actual == 'name = "(parameter Stage)"'


def test_enis_are_planned_as_each_scenario_has_them() -> None:
    template = """\
Parameters:
  Stage: {Type: String, AllowedValues: [test, live]}
Conditions:
  Live: !Equals [!Ref Stage, live]
Resources:
  Orders:
    Type: AWS::Lambda::Function
    Properties: {VpcConfig: {SubnetIds: [subnet-1], SecurityGroupIds: [sg-1]}}
  Reports:
    Type: AWS::Lambda::Function
    Properties: {VpcConfig: {SubnetIds: [subnet-1], SecurityGroupIds: [!If [Live, sg-2, sg-1]]}}
"""
    asked = {"plan": ["Orders", "Reports"], "shares": [["Orders", "Reports"]], "enis": 1}
    result = run(template, asked)
    assert not result.passed
    assert "Orders + Reports; 1 ENIs" in result.actual and "Orders | Reports; 2 ENIs" in result.actual
    assert run(template.replace("!If [Live, sg-2, sg-1]", "sg-1"), asked).passed
