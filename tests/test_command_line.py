"""The command answers in text or JSON, with an exit code a script can rely on, and never with a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from lambda_vpc import network
from lambda_vpc.__main__ import main
from lambda_vpc.diagram.words import Words
from networks import changed, nat_per_az, one_nat, ref, resource, route, without

V4 = "internet-ipv4"


@pytest.fixture
def file(tmp_path):
    """Writes a network as a template file and gives its path."""

    def write(resources, name="template.json", **sections):
        path = tmp_path / name
        path.write_text(json.dumps({"Resources": resources, **sections}, indent=1), "utf-8")
        return str(path)

    return write


def run(capsys, *arguments):
    """Exit code, standard output and standard error."""
    try:
        code = main(["trace", *arguments])
    except SystemExit as stop:
        code = stop.code
    told = capsys.readouterr()
    return code, told.out, told.err


def test_reached_from_every_subnet_is_0_and_shows_the_hops(capsys, file):
    code, out, _ = run(capsys, file(nat_per_az()), "Function", V4)
    assert code == 0
    assert out.splitlines() == [
        "reached  PrivateA -> NatA -> Gateway",
        "reached  PrivateC -> NatC -> Gateway",
    ]


def test_blocked_from_one_subnet_is_1_and_shows_place_reason_and_mend(capsys, file):
    resources = without(nat_per_az(), "RouteC")
    path = file(resources)
    lines = Path(path).read_text("utf-8").split("\n")
    line = next(number for number, text in enumerate(lines, 1) if '"TableC": {' in text)
    code, out, _ = run(capsys, path, "Function", V4)
    assert code == 1
    told = out.splitlines()
    assert told[0] == "reached  PrivateA -> NatA -> Gateway"
    assert told[1].startswith("blocked  PrivateC: TableC: the route table has no default route; add one")
    assert told[2].strip() == f"{path}:{line}: no-default-route"


def test_unknown_is_2_and_names_what_is_missing(capsys, file):
    resources = one_nat() | {
        f"Route{z}": route(f"Table{z}", NatGatewayId={"Ref": "Nat"}) for z in "AC"
    }  # fmt: skip
    path = file(resources, Parameters={"Nat": {"Type": "String"}})
    code, out, _ = run(capsys, path, "Function", V4)
    assert code == 2
    assert "NAT gateway parameter Nat" in out


def test_a_zone_that_is_down_counts_only_where_the_function_goes_on(capsys, file):
    assert run(capsys, file(nat_per_az()), "Function", V4, "--without-az", "a")[0] == 0
    assert run(capsys, file(one_nat()), "Function", V4, "--without-az", "a")[0] == 1
    alone = changed(one_nat(), "Function", VpcConfig={
        "SubnetIds": [ref("PrivateA")], "SecurityGroupIds": [ref("FunctionGroup")]})  # fmt: skip
    assert run(capsys, file(alone), "Function", V4, "--without-az", "a")[0] == 1


def test_a_parameter_chooses_the_scenario(capsys, file):
    resources = nat_per_az()
    resources["RouteC"] = resources["RouteC"] | {"Condition": "WithNat"}
    path = file(resources, Parameters={"Nat": {"Type": "String", "AllowedValues": ["yes", "no"]}},
                Conditions={"WithNat": {"Fn::Equals": [{"Ref": "Nat"}, "yes"]}})  # fmt: skip
    code, out, _ = run(capsys, path, "Function", V4)
    assert code == 1
    assert "blocked  PrivateC [Nat=no]" in out
    assert run(capsys, path, "Function", V4, "--parameter", "Nat=yes")[0] == 0


def test_json_holds_every_answer(capsys, file):
    path = file(without(nat_per_az(), "UseC"))
    code, out, _ = run(capsys, path, "Function", V4, "--json")
    told = json.loads(out)
    assert code == told["exit-code"] == 1
    reached, blocked = told["answers"]
    assert (reached["answer"], reached["subnet"], reached["hops"]) == (
        "reached",
        "PrivateA",
        ["NatA", "Gateway"],
    )
    assert (blocked["answer"], blocked["at"], blocked["why"]) == (
        "blocked", "PrivateC", "route-table-not-associated")  # fmt: skip
    assert blocked["file"] == path
    assert blocked["line"] > 1


def test_a_note_is_shown_with_its_reason(capsys, file):
    resources = changed(one_nat(), "Function", VpcConfig=None)
    code, out, _ = run(capsys, file(resources), "Function", V4)
    assert code == 0
    assert out.startswith("reached  no VPC\n")
    assert "note: a function without VpcConfig leaves through the VPC that Lambda manages" in out


BAD_INPUT = {
    "no such file": ("missing.yaml", "missing.yaml:1: cannot be read: No such file or directory"),
    "a folder": (".", ".:1: is not a regular file; name a file"),
    "a name no file can have": ("a\0b", "cannot be read: no file can have this name"),
    "a name that is too long": ("x" * 5000, "cannot be read: File name too long"),
}


@pytest.mark.parametrize("name", BAD_INPUT)
def test_input_that_cannot_be_used_is_3_and_says_why(capsys, name):
    path, message = BAD_INPUT[name]
    code, out, err = run(capsys, path, "Function", V4)
    assert code == 3
    assert message in err
    assert not out


MISTAKES = {
    "no such function": (["FILE", "Nobody", V4], "has no Lambda function 'Nobody'"),
    "no such destination": (["FILE", "Function", "internet"], "'internet' is no destination"),
    "no such parameter": (["FILE", "Function", V4, "--parameter", "X=1"], "has no parameter 'X'"),
    "a parameter without value": (["FILE", "Function", V4, "--parameter", "X"], "write NAME=VALUE"),
    "a parameter twice": (
        ["FILE", "Function", V4, "--parameter", "X=1", "--parameter", "X=2"], "'X' is given twice"),
    "a value that is not allowed": (
        ["FILE", "Function", V4, "--parameter", "Mode=c"],
        "Mode: 'c' is not one of its AllowedValues; use a or b"),
    "an item that is not allowed": (
        ["FILE", "Function", V4, "--parameter", "Modes=a,c"], "Modes: 'c' is not one of its AllowedValues"),
    "a value that does not match": (
        ["FILE", "Function", V4, "--parameter", "Id=vpc"], "Id: 'vpc' does not match its AllowedPattern"),
    "no such Region": (["FILE", "Function", V4, "--region", "Tokyo"], "'Tokyo' is no Region; write one like"),
    "no such zone": (["FILE", "Function", V4, "--without-az", "z"], "has no subnet in zone 'z'"),
    "an argument too few": (["FILE", "Function"], "the following arguments are required: DESTINATION"),
    "an unknown option": (["FILE", "Function", V4, "--az", "a"], "unrecognized arguments"),
    "no command": ([], "the following arguments are required: TEMPLATE"),
}  # fmt: skip
DECLARED = {
    "Mode": {"Type": "String", "Default": "a", "AllowedValues": ["a", "b"]},
    "Modes": {"Type": "CommaDelimitedList", "Default": "a", "AllowedValues": ["a", "b"]},
    "Id": {"Type": "String", "Default": "vpc-1", "AllowedPattern": "vpc-[0-9a-f]+"},
}


@pytest.mark.parametrize("name", MISTAKES)
def test_wrong_usage_is_4_and_says_what_to_do(capsys, file, name):
    arguments, message = MISTAKES[name]
    path = file(one_nat(), Parameters=DECLARED)
    code, out, err = run(capsys, *[path if a == "FILE" else a for a in arguments])
    assert code == 4
    assert message in err
    assert not out


def test_values_that_are_allowed_are_taken(capsys, file):
    path = file(one_nat(), Parameters=DECLARED)
    given = [f"--parameter={text}" for text in ("Mode=b", "Modes=b, a", "Id=vpc-0a")]
    assert run(capsys, path, "Function", V4, *given)[0] == 0


def test_a_mistake_is_json_too_where_json_is_asked_for(capsys, tmp_path):
    path = tmp_path / "broken.yaml"
    path.write_text("Resources:\n  A: {Type: T}\n  A: {Type: T}\n", "utf-8")
    code, out, _ = run(capsys, str(path), "Function", V4, "--json")
    told = json.loads(out)
    assert code == told["exit-code"] == 3
    assert told["problems"][0]["line"] == 3


def test_a_fault_of_the_command_is_5_and_one_sentence_that_asks_for_a_report(capsys, file, monkeypatch):
    def fails(*_):
        raise RecursionError("deep")

    monkeypatch.setattr(network, "trace", fails)
    path = file(one_nat())
    code, out, err = run(capsys, path, "Function", V4)
    assert (code, out) == (5, "")
    assert err.startswith("lambda-vpc itself failed (RecursionError in test_command_line.py:")
    assert "report it to the project's issue tracker" in err
    assert len(err.splitlines()) == 1
    code, out, _ = run(capsys, path, "Function", V4, "--json")
    assert code == json.loads(out)["exit-code"] == 5


def test_help_names_every_exit_code(capsys):
    code, out, _ = run(capsys, "--help")
    assert code == 0
    listed = out[out.index("exit codes:") :]
    assert [line.split()[0] for line in listed.splitlines()[1:] if line] == list("012345")


# --- pictures -----------------------------------------------------------------------------------


def draw(capsys, *arguments):
    """Exit code, standard output and standard error of `lambda-vpc diagram`."""
    try:
        code = main(["diagram", *arguments])
    except SystemExit as stop:
        code = stop.code
    told = capsys.readouterr()
    return code, told.out, told.err


def test_a_network_alone_is_drawn_with_0(capsys, file):
    code, out, err = draw(capsys, file(nat_per_az()))
    assert (code, err) == (0, "")
    svg = ET.fromstring(out)
    assert svg.get("lang") == "en"
    assert "Network diagram" in out
    assert 'class="way' not in out


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_way_is_drawn_with_the_exit_code_of_its_trace(capsys, file, language):
    lang = ["--lang", language]
    shared, whole = file(one_nat(), "shared.json"), file(nat_per_az(), "whole.json")
    for path, code, more in (
        (whole, 0, []),
        (shared, 1, ["--without-az", "a"]),
        (whole, 0, ["--without-az", "a"]),
    ):
        assert run(capsys, path, "Function", V4, *more)[0] == code
        drawn, out, _ = draw(capsys, path, "--to", V4, *more, *lang)
        assert drawn == code
        assert ET.fromstring(out).get("lang") == language
        assert 'class="way' in out
    unknown = file(one_nat() | {
        f"Route{z}": route(f"Table{z}", NatGatewayId={"Ref": "Nat"}) for z in "AC"
    }, "unknown.json", Parameters={"Nat": {"Type": "String"}})  # fmt: skip
    code, out, err = draw(capsys, unknown, "--to", V4, *lang)
    assert code == 2
    assert "note     without a value: Nat" in err
    assert ET.fromstring(out) is not None


def test_of_several_combinations_the_worst_is_drawn_and_named(capsys, file):
    resources = nat_per_az()
    resources["RouteC"] = resources["RouteC"] | {"Condition": "WithNat"}
    path = file(resources, Parameters={"Nat": {"Type": "String", "AllowedValues": ["yes", "no"]}},
                Conditions={"WithNat": {"Fn::Equals": [{"Ref": "Nat"}, "yes"]}})  # fmt: skip
    code, out, err = draw(capsys, path, "--to", V4)
    assert code == 1
    assert "With Nat=no." in out
    assert "note     drawn is one of 2 combinations of parameters: Nat=no; choose another with" in err
    code, out, err = draw(capsys, path, "--to", V4, "--parameter", "Nat=yes")
    assert (code, err) == (0, "")


PICTURE_MISTAKES = {
    "no such function": (["FILE", "--function", "Nobody"], "has no Lambda function 'Nobody'"),
    "no such destination": (["FILE", "--to", "internet"], "'internet' is no destination"),
    "no such zone": (["FILE", "--without-az", "z"], "has no subnet in zone 'z'"),
    "no such language": (["FILE", "--lang", "de"], "invalid choice: 'de'"),
    "no such parameter": (["FILE", "--parameter", "X=1"], "has no parameter 'X'"),
    "several functions": (["TWO", "--to", V4], "has several functions; choose one with --function:"),
    "no function": (["NONE", "--to", V4], "has no Lambda function"),
    "JSON": (["FILE", "--json"], "unrecognized arguments: --json"),
}  # fmt: skip


@pytest.mark.parametrize("name", PICTURE_MISTAKES)
def test_a_picture_nobody_can_draw_is_4_and_says_what_to_do(capsys, file, name):
    arguments, message = PICTURE_MISTAKES[name]
    files = {
        "FILE": file(one_nat(), "one.json"),
        "TWO": file(one_nat() | {"Other": one_nat()["Function"]}, "two.json"),
        "NONE": file(without(one_nat(), "Function"), "none.json"),
    }
    code, out, err = draw(capsys, *[files.get(a, a) for a in arguments])
    assert code == 4
    assert message in err
    assert not out


@pytest.mark.parametrize("name", BAD_INPUT)
def test_a_template_that_cannot_be_used_is_not_drawn(capsys, name):
    path, message = BAD_INPUT[name]
    code, out, err = draw(capsys, path)
    assert code == 3
    assert message in err
    assert not out


def test_a_function_without_a_way_is_drawn_alone(capsys, file):
    path = file(one_nat() | {"Other": one_nat()["Function"]})
    assert ">Other<" in draw(capsys, path)[1]
    assert ">Other<" not in draw(capsys, path, "--function", "Function")[1]


def test_a_picture_is_xml_in_any_encoding(file):
    path = file(one_nat())
    command = [sys.executable, "-m", "lambda_vpc", "diagram", path, "--lang", "ja"]
    for encoding in ("utf-8", "ascii", "shift_jis"):
        environment = os.environ | {"PYTHONIOENCODING": encoding}
        done = subprocess.run(command, capture_output=True, check=True, env=environment)
        title = ET.fromstring(done.stdout)[0].text
        assert title == Words("ja")("text.title")


# --- scenarios ----------------------------------------------------------------------------------


def conditional(name, resources, condition):
    return resources | {name: resources[name] | {"Condition": condition}}


def test_an_answer_that_is_the_same_in_every_scenario_is_said_once(capsys, file):
    resources = conditional("RouteC", nat_per_az(), "WithNat")
    path = file(resources, Parameters={"Nat": {"Type": "String", "AllowedValues": ["yes", "no"]}},
                Conditions={"WithNat": {"Fn::Equals": [{"Ref": "Nat"}, "yes"]}})  # fmt: skip
    _, out, _ = run(capsys, path, "Function", V4)
    assert [line.partition(":")[0] for line in out.splitlines() if line[0] != " "] == [
        "reached  PrivateA -> NatA -> Gateway",
        "reached  PrivateC [Nat=yes] -> NatC -> Gateway",
        "blocked  PrivateC [Nat=no]",
    ]
    _, out, _ = run(capsys, path, "Function", V4, "--json")
    assert [answer["scenario"] for answer in json.loads(out)["answers"]] == [
        {},
        {"Nat": "yes"},
        {"Nat": "no"},
    ]


def test_of_two_parameters_only_the_one_that_decides_is_named(capsys, file):
    resources = conditional("RouteC", conditional("Extra", nat_per_az() | {
        "Extra": resource("EC2::VPC")}, "More"), "WithNat")  # fmt: skip
    yes_no = {"Type": "String", "AllowedValues": ["yes", "no"]}
    path = file(resources, Parameters={"Nat": yes_no, "Other": yes_no}, Conditions={
        "WithNat": {"Fn::Equals": [{"Ref": "Nat"}, "yes"]},
        "More": {"Fn::Equals": [{"Ref": "Other"}, "yes"]}})  # fmt: skip
    _, out, _ = run(capsys, path, "Function", V4)
    assert "Other" not in out
    assert "blocked  PrivateC [Nat=no]" in out


def test_parameters_left_open_are_said_in_words(capsys, file):
    names = [f"P{number}" for number in range(8)]
    found = nat_per_az()
    last = found.pop("RouteC")
    for name in names[:-1]:
        found |= {f"R{name}": resource("EC2::VPC") | {"Condition": name}}
    found = conditional("RouteC", found | {"RouteC": last}, "P7")
    path = file(found, Parameters={name: {"Type": "String"} for name in names},
                Conditions={name: {"Fn::Equals": [{"Ref": name}, "a"]} for name in names})  # fmt: skip
    code, out, _ = run(capsys, path, "Function", V4)
    assert code == 2
    assert "Unknown(" not in out
    assert "note     too many combinations: P6, P7 left open; settle it with --parameter NAME=VALUE" in out
    assert run(capsys, path, "Function", V4, "--parameter", "P7=a")[0] == 0


def test_defaults_that_count_are_named(capsys, file):
    resources = changed(nat_per_az(), "RouteC", NatGatewayId={"Ref": "Nat"})
    declared = {"Nat": {"Type": "String", "Default": "nat-1"}, "Idle": {"Type": "String", "Default": "x"}}
    path = file(resources, Parameters=declared)
    _, out, _ = run(capsys, path, "Function", V4)
    assert "note     taken by default: Nat=nat-1; other values with --parameter NAME=VALUE" in out
    assert "taken by default" not in run(capsys, path, "Function", V4, "--parameter", "Nat=nat-2")[1]


def test_an_open_answer_names_the_options_that_settle_it(capsys, file):
    resources = changed(nat_per_az(), "RouteC", NatGatewayId={"Ref": "Nat"})
    path = file(resources, Parameters={"Nat": {"Type": "String"}})
    assert "note     without a value: Nat; give one with --parameter NAME=VALUE" in run(
        capsys, path, "Function", V4)[1]  # fmt: skip
    resources = conditional("RouteC", nat_per_az(), "Tokyo")
    path = file(resources, Conditions={"Tokyo": {"Fn::Equals": [{"Ref": "AWS::Region"}, "ap-northeast-1"]}})
    assert "note     the Region is open; give it with --region" in run(capsys, path, "Function", V4)[1]
    code, out, _ = run(capsys, path, "Function", V4, "--region", "ap-northeast-1")
    assert (code, "note" in out) == (0, False)


def test_rules_of_the_template_are_said_to_be_unchecked(capsys, file):
    path = file(nat_per_az(), Rules={"R": {"Assertions": []}})
    assert "note     the template's Rules are not checked" in run(capsys, path, "Function", V4)[1]


# --- output -------------------------------------------------------------------------------------

CONTROLS = "\x1b[31m\x9b\x7f\u202e\u2028\t"


def test_no_control_character_of_a_template_reaches_the_terminal(capsys, file):
    resources = changed(nat_per_az(), "Function", VpcConfig={
        "SubnetIds": [f"subnet-{CONTROLS}関数"], "SecurityGroupIds": [ref("FunctionGroup")]})  # fmt: skip
    path = file(resources)
    for arguments in ([path, "Function", V4], [path, "Function", V4, "--json"], [path, f"F{CONTROLS}", V4]):
        _, out, err = run(capsys, *arguments)
        assert (out + err).replace("\n", "").isprintable()
    assert "subnet-\\x1b[31m\\x9b\\x7f\\u202e\\u2028\\t関数" in run(capsys, path, "Function", V4)[1]
    _, out, _ = run(capsys, path, "Function", V4, "--json")
    assert json.loads(out)["answers"][0]["subnet"] == f"subnet-{CONTROLS}関数"


def test_it_runs_as_a_module(file):
    command = [sys.executable, "-m", "lambda_vpc", "trace", file({"Function": resource("Lambda::Function")})]
    done = subprocess.run(
        [*command, "Function", "internet-ipv6"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert "no-ipv6-without-vpc" in done.stdout


def test_a_reader_that_stops_reading_sees_no_traceback(file):
    command = [sys.executable, "-m", "lambda_vpc", "trace", file(nat_per_az()), "Function", V4, "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait() == 0
    process.stderr.close()


def test_a_full_disk_is_said_in_one_sentence(file):
    command = [sys.executable, "-m", "lambda_vpc", "trace", file(nat_per_az()), "Function", V4]
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 5
    assert done.stderr == "lambda-vpc: the answer cannot be written: No space left on device\n"


def test_a_closed_output_leaves_the_exit_code(file):
    command = [sys.executable, "-m", "lambda_vpc", "trace", file(nat_per_az()), "Function", V4]
    closed = subprocess.run(
        ["sh", "-c", '"$@" >&-', "sh", *command], stderr=subprocess.PIPE, text=True, check=False
    )
    assert (closed.returncode, closed.stderr) == (0, "")
