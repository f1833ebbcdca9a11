"""The command answers in text or JSON, with an exit code a script can rely on, and never with a traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from lambda_vpc.__main__ import main
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
    assert "reached  no VPC" in out
    assert "note: a function without VpcConfig leaves through the VPC that Lambda manages" in out


MISTAKES = {
    "no such file": (["missing.yaml", "Function", V4], "missing.yaml:1: cannot be read"),
    "no such function": (["FILE", "Nobody", V4], "has no Lambda function 'Nobody'"),
    "no such destination": (["FILE", "Function", "internet"], "'internet' is no destination"),
    "no such parameter": (["FILE", "Function", V4, "--parameter", "X=1"], "has no parameter 'X'"),
    "a parameter without value": (["FILE", "Function", V4, "--parameter", "X"], "write NAME=VALUE"),
    "no such zone": (["FILE", "Function", V4, "--without-az", "z"], "has no subnet in zone 'z'"),
    "an argument too few": (["FILE", "Function"], "the following arguments are required: DESTINATION"),
    "an unknown option": (["FILE", "Function", V4, "--az", "a"], "unrecognized arguments"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_2_and_says_what_to_do(capsys, file, name):
    arguments, message = MISTAKES[name]
    path = file(one_nat())
    code, out, err = run(capsys, *[path if a == "FILE" else a for a in arguments])
    assert code == 2
    assert message in err
    assert not out


def test_a_mistake_is_json_too_where_json_is_asked_for(capsys, tmp_path):
    path = tmp_path / "broken.yaml"
    path.write_text("Resources:\n  A: {Type: T}\n  A: {Type: T}\n", "utf-8")
    code, out, _ = run(capsys, str(path), "Function", V4, "--json")
    assert code == 2
    assert json.loads(out)["problems"][0]["line"] == 3


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
