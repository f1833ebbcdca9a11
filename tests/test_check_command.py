"""One call answers for several files, functions and destinations; its exit code tells the answers apart."""

from __future__ import annotations

import io
import json
import re
import sys

import pytest

from lambda_vpc import __version__
from lambda_vpc.__main__ import main
from lambda_vpc.cli.exit_codes import MEANINGS, worst
from networks import changed, clean, nat_per_az, one_nat, ref, resource, route, without

V4 = "internet-ipv4"


@pytest.fixture
def given(tmp_path, monkeypatch):
    """Files by the word that stands for them in a command; the command runs in their folder."""
    monkeypatch.chdir(tmp_path)
    open_ = one_nat() | {f"Route{z}": route(f"Table{z}", NatGatewayId={"Ref": "Nat"}) for z in "AC"}
    other = clean(nat_per_az())
    other["Other"] = other.pop("Function")
    contents = {
        "fine": {"Resources": clean(nat_per_az())},
        "other": {"Resources": other, "Parameters": {
            "Mode": {"Type": "String", "Default": "a", "AllowedValues": ["a", "b"]}}},
        "blocked": {"Resources": clean(without(nat_per_az(), "RouteC"))},
        "open": {"Resources": clean(open_), "Parameters": {"Nat": {"Type": "String"}}},
        "found": {"Resources": changed(clean(one_nat()), "Function", VpcConfig={
            "SubnetIds": [ref("PrivateA")], "SecurityGroupIds": [ref("FunctionGroup")]})},
        "error": {"Resources": clean(one_nat()) | {
            "Role": resource("IAM::Role", AssumeRolePolicyDocument={})}},
        "none": {"Resources": {"Bucket": resource("S3::Bucket")}},
        "broken": [],
    }  # fmt: skip
    for word, content in contents.items():
        (tmp_path / f"{word}.json").write_text(json.dumps(content, indent=1), "utf-8")
    return tmp_path


@pytest.fixture
def run(capsys, given):
    """Runs a command; exit code, standard output and standard error."""

    def run(*arguments):
        try:
            code = main(list(arguments))
        except SystemExit as stop:
            code = stop.code
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


# --- exit codes ---------------------------------------------------------------------------------

CODES = {
    "reached": (0, ["trace", "--to", V4, "fine.json"]),
    "no function to ask": (0, ["trace", "--to", V4, "none.json"]),
    "nothing found": (0, ["check", "fine.json"]),
    "a way out that is blocked, which nobody asked for": (0, ["check", "blocked.json"]),
    "only informational": (0, ["check", "found.json", "--fail-on", "error"]),
    "nothing is to fail": (0, ["check", "error.json", "--fail-on", "none"]),
    "a list of choices": (0, ["choices", "fine.json", "none.json"]),
    "blocked": (1, ["trace", "--to", V4, "blocked.json"]),
    "blocked once": (1, ["trace", "--to", V4, "fine.json", "blocked.json", "open.json"]),
    "blocked from what must be reached": (1, ["check", "--to", V4, "blocked.json"]),
    "a warning": (1, ["check", "found.json"]),
    "an error": (1, ["check", "error.json", "--fail-on", "error"]),
    "unknown": (2, ["trace", "--to", V4, "open.json"]),
    "unknown once": (2, ["trace", "--to", V4, "fine.json", "open.json"]),
    "unknown in a check": (2, ["check", "--to", V4, "fine.json", "open.json"]),
    "bad input": (3, ["trace", "--to", V4, "broken.json"]),
    "bad input beside an answer": (3, ["check", "broken.json", "found.json"]),
    "no such file": (3, ["check", "missing.json"]),
    "no such function": (4, ["trace", "--to", V4, "--function", "Nobody", "fine.json"]),
    "no such function anywhere": (
        4,
        ["trace", "--to", V4, "--function", "Nobody", "fine.json", "other.json"],
    ),
    "no such destination": (4, ["check", "--to", "internet", "fine.json"]),
    "no such destination, and no function": (4, ["check", "--to", "internet", "none.json"]),
    "no such parameter": (4, ["check", "--parameter", "X=1", "fine.json"]),
    "no such parameter anywhere": (4, ["check", "--parameter", "X=1", "fine.json", "other.json"]),
    "no such parameter, which may be missing": (
        0,
        ["check", "--parameter", "X=1", "--if-present", "fine.json"],
    ),
    "no such function, which may be missing": (
        0,
        ["trace", "--to", V4, "--function", "Nobody", "--if-present", "fine.json", "other.json"],
    ),
    "a value that is not allowed": (4, ["check", "--parameter", "Mode=c", "--if-present", "other.json"]),
    "a file twice": (4, ["check", "fine.json", "fine.json"]),
    "no file": (4, ["check"]),
    "no file to trace": (4, ["trace", "--to", V4]),
    "a function without its destination": (4, ["trace", "--function", "Function", "fine.json"]),
    "one word too many": (4, ["trace", "fine.json", "Function", V4, "s3"]),
    "no such format": (4, ["check", "--format", "xml", "fine.json"]),
    "no command": (4, []),
    "no such command": (4, ["chek", "fine.json"]),
}


@pytest.mark.parametrize("name", CODES)
def test_the_exit_code_tells_the_answers_apart(run, name):
    wanted, arguments = CODES[name]
    code, out, err = run(*arguments)
    assert code == wanted, out + err
    # What was asked for and found is on standard output, what is wrong with the question beside it.
    assert bool(err) is (code in (3, 4))
    assert "Traceback" not in out + err


def test_every_code_is_tried_and_said():
    assert {code for code, _ in CODES.values()} | {5} == set(MEANINGS)


def test_of_several_codes_the_worst_is_left():
    assert [worst(codes) for codes in ([], [0, 2], [2, 1], [1, 3], [3, 4], [4, 5])] == [0, 2, 1, 3, 4, 5]


# --- several of everything ----------------------------------------------------------------------


def test_each_way_stands_below_its_question(run):
    code, out, _ = run("trace", "--to", V4, "--to", "s3", "fine.json", "blocked.json")
    assert code == 1
    questions = [line for line in out.splitlines() if line[0] not in " n"]
    assert [re.sub(r":\d+\)$", ")", line) for line in questions] == [
        "Function to internet-ipv4: reached (fine.json)",
        "Function to s3: reached (fine.json)",
        "Function to internet-ipv4: blocked (blocked.json)",
        "Function to s3: blocked (blocked.json)",
    ]


def test_a_blocked_way_shows_the_line(run, given):
    _, out, _ = run("trace", "--to", V4, "blocked.json")
    text = (given / "blocked.json").read_text("utf-8").split("\n")
    number = next(number for number, line in enumerate(text, 1) if '"TableC": {' in line)
    assert f"blocked.json:{number}: no-default-route\n" in out
    assert f'{number} |   "TableC": {{\n' in out


def test_a_function_is_asked_about_in_the_file_that_has_it(run):
    code, out, _ = run("trace", "--to", V4, "--function", "Other", "fine.json", "other.json")
    assert (code, out.count(" to internet-ipv4: ")) == (0, 1)
    assert "Other to internet-ipv4: reached" in out


def test_a_parameter_is_given_to_the_file_that_has_it(run):
    _, out, _ = run("choices", "--parameter", "Mode=b", "fine.json", "other.json", "--json")
    fine, other = json.loads(out)["files"]
    assert fine["choices"]["parameters"] == []
    assert other["choices"]["parameters"][0]["given"] == "b"


def test_a_broken_file_does_not_hide_the_others(run):
    code, out, err = run("check", "broken.json", "found.json")
    assert code == 3
    assert err.startswith("broken.json:1: is not a CloudFormation template")
    assert "found.json: 1 warning" in out


def test_a_check_says_findings_ways_and_enis(run):
    code, out, _ = run("check", "found.json")
    assert code == 1
    lines = out.splitlines()
    assert lines[0] == "found.json: 1 warning"
    assert re.match(r"W9815    found\.json:\d+: .* Add a subnet in another Availability Zone\.$", lines[1])
    assert re.match(r' +\d+ | +"SubnetIds": \[$', lines[2])
    assert "Function to internet-ipv4: reached" in out
    assert "ENIs at the start: 1" in lines


def test_standard_input_is_a_template(run, given, monkeypatch):
    raw = (given / "blocked.json").read_bytes()
    for arguments, start in (
        (["trace", "--to", V4, "-"], "Function to internet-ipv4: blocked (-:"),
        (["trace", "-", "Function", V4], "reached  PrivateA"),
        (["check", "-"], "-: no findings"),
        (["diagram", "-"], "<svg"),
    ):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
        assert run(*arguments)[1].startswith(start)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert run("check", "-")[2].startswith("-:1: is empty")


# --- decide -------------------------------------------------------------------------------------

ALLOW = {"Version": "2012-10-17", "Statement": [
    {"Sid": "AllowAll", "Effect": "Allow", "Action": "lambda:*", "Resource": "*"},
    {"Sid": "NeedVpc", "Effect": "Deny", "Action": ["lambda:CreateFunction"], "Resource": "*",
     "Condition": {"Null": {"lambda:VpcIds": "true"}}},
]}  # fmt: skip
CREATE = ["decide", "lambda:CreateFunction", "policy.json", "--principal",
          "arn:aws:iam::111122223333:role/deployer", "--function", "orders",
          "--region", "eu-west-1"]  # fmt: skip


@pytest.fixture
def policy(given):
    (given / "policy.json").write_text(json.dumps(ALLOW, indent=1), "utf-8")


DECISIONS = {
    "allow": (0, [*CREATE, "--subnets", "subnet-1", "--security-groups", "sg-1"]),
    "deny": (1, CREATE),
    "unknown": (2, ["decide", "lambda:CreateFunction", "policy.json", "--principal", CREATE[4], "--function",
                    "orders", "--region", "eu-west-1", "--scp", "vpc.json", "--subnets", "subnet-1",
                    "--security-groups", "sg-1"]),
    "no such file": (3, [*CREATE, "--boundary", "missing.json"]),
    "no policy": (3, [*CREATE, "--boundary", "fine.json"]),
    "no such action": (4, ["decide", "lambda:Create", "policy.json", "--principal", CREATE[4]]),
    "a call nobody makes": (4, [*CREATE, "--settings", "removed"]),
    "no caller": (4, ["decide", "lambda:CreateFunction", "policy.json"]),
    "context without a value": (4, [*CREATE, "--context", "aws:SourceVpc"]),
}  # fmt: skip


@pytest.mark.parametrize("name", DECISIONS)
def test_a_decision_has_the_same_codes(run, policy, given, name):
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*",
                 "Condition": {"StringEquals": {"lambda:VpcIds": "vpc-1"}}}  # fmt: skip
    (given / "vpc.json").write_text(json.dumps({"Version": "2012-10-17", "Statement": statement}), "utf-8")
    wanted, arguments = DECISIONS[name]
    code, out, err = run(*arguments)
    assert code == wanted, out + err
    assert bool(out) is (code < 3)


def test_a_decision_names_the_statement_its_line_and_why_not_the_others(run, policy):
    _, out, _ = run(*CREATE)
    lines = [line.strip() for line in out.splitlines()]
    assert lines[0].startswith("deny")
    assert lines[1] == "policy.json:11: NeedVpc (identity)"
    assert lines[2] == '11 |    "Sid": "NeedVpc",'
    assert lines[3] == "other         policy.json:5: AllowAll (identity)"
    assert lines[4] == "matches, but does not decide (Allow)"


def test_context_may_have_several_values_or_say_that_a_key_is_absent(run, policy):
    keys = ["--context", "aws:SourceVpc=vpc-1", "--context", "aws:CalledVia=a.amazonaws.com",
            "--context", "aws:CalledVia=b.amazonaws.com", "--context", "aws:SourceVpce="]  # fmt: skip
    context = json.loads(run(*CREATE, *keys, "--json")[1])["request"]["context"]
    assert context["aws:SourceVpc"] == {"present": True, "values": ["vpc-1"]}
    assert context["aws:CalledVia"]["values"] == ["a.amazonaws.com", "b.amazonaws.com"]
    assert context["aws:SourceVpce"] == {"present": False, "values": []}


def test_policies_of_one_level_are_separated_by_commas(run, policy, given):
    for name, action in (("one", "s3:*"), ("two", "lambda:*")):
        statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
        document = {"Version": "2012-10-17", "Statement": [statement]}
        (given / f"{name}.json").write_text(json.dumps(document), "utf-8")
    allowed = DECISIONS["allow"][1]
    assert run(*allowed, "--scp", "one.json,two.json")[0] == 0
    assert run(*allowed, "--scp", "one.json", "--scp", "two.json")[0] == 1


# --- the terminal -------------------------------------------------------------------------------


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("environment", "arguments", "colored"),
    [
        ({}, [], True),
        ({"NO_COLOR": "1"}, [], False),
        ({"TERM": "dumb"}, [], False),
        ({"NO_COLOR": "1"}, ["--color", "always"], True),
        ({}, ["--color", "never"], False),
        ({}, ["--json"], False),
    ],
)
def test_colors_are_for_terminals(given, monkeypatch, environment, arguments, colored):
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    assert main(["trace", "--to", V4, "blocked.json", *arguments]) == 1
    assert ("\x1b[31mblocked\x1b[0m" in terminal.getvalue()) is colored
    assert ("\x1b" in terminal.getvalue()) is colored


def test_no_color_reaches_a_file(run):
    assert "\x1b" not in run("check", "found.json")[1]


def test_the_version_is_the_package_s(run):
    assert run("--version")[:2] == (0, f"lambda-vpc {__version__}\n")


@pytest.mark.parametrize("command", ["check", "trace", "decide", "choices", "diagram", "links", "completion"])
def test_every_command_has_help(run, command):
    code, out, _ = run(command, "--help")
    assert code == 0
    assert f"lambda-vpc {command}" in out
    if command in ("check", "trace", "decide"):
        assert "examples:" in out
        assert f"5  {MEANINGS[5]}" in out
