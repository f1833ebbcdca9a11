"""Whatever a template holds, the command ends within seconds: in an answer, or an error with its mend."""

from __future__ import annotations

import json
import time

import pytest

from lambda_vpc.__main__ import main
from networks import nat_per_az, ref, resource

SECONDS = 5
"""What an input of up to 1 MB may take on a machine of two cores (processor time)."""

FUNCTION = {
    "Fn": resource("Lambda::Function", VpcConfig={"SubnetIds": [ref("S")], "SecurityGroupIds": [ref("G")]}),
    "V": resource("EC2::VPC", CidrBlock="10.0.0.0/16"),
    "G": resource("EC2::SecurityGroup", VpcId=ref("V"), GroupDescription="g"),
}


def subnet(block, **body):
    return resource("EC2::Subnet", VpcId=ref("V"), CidrBlock=block) | body


def document(block="10.0.0.0/24", resources=None, **sections):
    return {"Resources": {**FUNCTION, "S": subnet(block), **(resources or {})}, **sections}


def nested(function, inner, times):
    for _ in range(times):
        inner = {function: inner}
    return inner


def chain_of_attributes(count, value):
    found = {f"S{n}": subnet(value(f"S{n + 1}")) for n in range(count)}
    return document({"Fn::GetAtt": "S0.CidrBlock"}, found | {f"S{count}": subnet("10.0.0.0/24")})


def attribute(name):
    return {"Fn::GetAtt": [name, "CidrBlock"]}


def growing_sub(times):
    text: object = "x"
    for _ in range(times):
        text = {"Fn::Sub": ["${x}" * 10, {"x": text}]}
    return text


def loop(name, items, body):
    return {f"Fn::ForEach::{name}": [name, items, body]}


def exists(conditions, name):
    return document(resources={"S": subnet("10.0.0.0/24", Condition=name)}, Conditions=conditions)


def equals(left, right="a"):
    return {"Fn::Equals": [left, right]}


TEXT = {"Type": "String"}
INPUTS = {
    "a chain of 12,000 conditions": lambda: exists(
        {"C0": equals("a")} | {
            f"C{n}": {"Fn::And": [{"Condition": f"C{n - 1}"}] * 2} for n in range(1, 12_000)}, "C11999"),
    "a chain of conditions inside comparisons": lambda: exists(
        {f"C{n}": equals({"Fn::If": [f"C{n + 1}", "a", "b"]}) for n in range(8_000)}, "C0"),
    "a circle of conditions inside comparisons": lambda: exists(
        {f"C{n}": equals({"Fn::If": [f"C{(n + 1) % 5_000}", "a", "b"]}) for n in range(5_000)}, "C0"),
    "a chain of attributes": lambda: chain_of_attributes(5_000, attribute),
    "attributes that double on every level": lambda: chain_of_attributes(
        40, lambda name: {"Fn::Join": ["", [attribute(name)] * 10]}),
    "a Sub that grows on every level": lambda: document(growing_sub(20)),
    "a Sub of one long text": lambda: document({"Fn::Sub": ["${x}" * 200_000, {"x": "y" * 100_000}]}),
    "a Sub of open values": lambda: document({"Fn::Sub": "${P}" * 200_000}, Parameters={"P": TEXT}),
    "a Sub that never closes": lambda: document({"Fn::Sub": "${" * 400_000}),
    "a dynamic reference that never closes": lambda: document("{{resolve:" * 90_000),
    "a dynamic reference that closes once": lambda: document("{{resolve:" * 90_000 + "} x"),
    "JSON in JSON in JSON": lambda: document(nested("Fn::ToJsonString", '"' * 10, 45)),
    "Base64 of Base64": lambda: document(nested("Fn::Base64", "a" * 10_000, 90)),
    "splits of a long text": lambda: document(
        {"Fn::Join": ["", [{"Fn::Join": ["-", {"Fn::Split": [",", {"Ref": "P"}]}]}] * 3_000]},
        Parameters={"P": TEXT | {"Default": "a," * 100_000}}),
    "3,000 parameters that are compared": lambda: document(
        resources={f"V{n}": resource("EC2::VPC") | {"Condition": f"C{n}"} for n in range(3_000)},
        Parameters={f"P{n}": TEXT for n in range(3_000)},
        Conditions={f"C{n}": equals(ref(f"P{n}")) for n in range(3_000)}),
    "large conditions of six parameters": lambda: document(
        resources={f"V{n}": resource("EC2::VPC") | {"Condition": f"C{n}"} for n in range(300)},
        Parameters={f"P{n}": TEXT for n in range(6)},
        Conditions={f"C{n}": {"Fn::Or": [equals(ref(f"P{n % 6}"))] * 50} for n in range(300)}),
    "one parameter with 50,000 values": lambda: exists({"C": equals(ref("P"), "1")}, "C") | {
        "Parameters": {"P": TEXT | {"AllowedValues": [str(n) for n in range(50_000)]}}},
    "one parameter compared with 7,000 values": lambda: document(
        resources={f"V{n}": resource("EC2::VPC") | {"Condition": f"C{n}"} for n in range(7_000)},
        Parameters={"P": TEXT}, Conditions={f"C{n}": equals(ref("P"), f"a{n}") for n in range(7_000)}),
    "loops in loops": lambda: document(resources=loop("A", ["a"] * 200, loop("B", ["b"] * 200, loop(
        "C", ["c"] * 200, {"X${A}${B}${C}": resource("EC2::VPC")})))),
    "loops that make nothing": lambda: document(resources={
        name: item for n in range(100) for name, item in loop(
            f"A{n}", ["a"] * 200, loop("B", ["b"] * 100, loop("C", ["c"] * 100, {}))).items()}),
    "a loop over long texts": lambda: document(resources=loop(
        "A", ["x" * 100_000, "y" * 100_000], {"X&{A}": resource("EC2::VPC", CidrBlock="${A}" * 50_000)})),
    "a long chain of conditions for 64 values": lambda: document(
        resources={"S": subnet("10.0.0.0/24", Condition="C9999")},
        Parameters={"P": TEXT | {"AllowedValues": [str(n) for n in range(64)]}},
        Conditions={"C0": equals(ref("P"))} | {
            f"C{n}": {"Fn::And": [{"Condition": f"C{n - 1}"}] * 2} for n in range(1, 10_000)}),
    "many parameters in 60 scenarios": lambda: document(
        resources={"Used": resource("EC2::VPC", X=ref("P")) | {"Condition": "C"}},
        Parameters={"P": TEXT | {"AllowedValues": [str(n) for n in range(60)]}} | {
            f"Q{n}": {"Type": "CommaDelimitedList", "Default": "a,b,c,d"} for n in range(12_000)},
        Conditions={"C": equals(ref("P"), "1")}),
    "Globals that many functions share": lambda: document(
        resources={
            f"F{n}": resource("Serverless::Function", Environment={"Variables": {}}) for n in range(5_000)},
        Globals={"Function": {"Environment": {"Variables": {f"a{n}": "" for n in range(25_000)}}}}),
    "a long list that many resources hand on": lambda: document(
        resources={f"F{n}": {"Type": "Custom::X", "Properties": {"A": ref("L")}} for n in range(9_000)},
        Parameters={"L": {"Type": "CommaDelimitedList", "Default": "a," * 100_000}}),
    "long lists that many conditions compare": lambda: document(
        resources={f"F{n}": resource("EC2::VPC") | {"Condition": f"C{n}"} for n in range(3_000)},
        Parameters={name: {"Type": "CommaDelimitedList", "Default": "a," * 100_000} for name in "LM"},
        Conditions={f"C{n}": equals(ref("L"), ref("M")) for n in range(6_000)}),
    "60,000 resources that are none": lambda: document(resources={f"F{n}": 1 for n in range(60_000)}),
    "a list of 300,000 values": lambda: document(Metadata=["a"] * 180_000),
}  # fmt: skip


@pytest.mark.parametrize("name", INPUTS)
def test_hostile_input_ends_in_an_answer_or_an_error_within_seconds(capsys, tmp_path, name):
    path = tmp_path / "t.json"
    path.write_text(json.dumps(INPUTS[name]()), "utf-8")
    assert path.stat().st_size <= 1_000_000
    start = time.process_time()
    code = main(["trace", str(path), "Fn", "internet-ipv4"])
    taken = time.process_time() - start
    told = capsys.readouterr()
    assert code in (0, 1, 2, 3), f"{code}: {told.err}"
    if code == 3:
        assert told.err.startswith(f"{path}:1: ")
        assert ";" in told.err or "expected" in told.err, "an error that names no mend"
    assert len(told.out + told.err) < 10_000
    assert taken < SECONDS


GROWS = {
    "a chain of attributes": '"S',
    "a Sub that grows on every level": '"S"',
    "loops in loops": '"X${A}${B}${C}"',
    "Base64 of Base64": '"S"',
}


@pytest.mark.parametrize("name", GROWS)
def test_what_grows_beyond_bounds_is_refused_at_the_line_it_grows_at(capsys, tmp_path, name):
    path = tmp_path / "t.json"
    text = json.dumps(INPUTS[name](), indent=1)
    path.write_text(text, "utf-8")
    assert main(["trace", str(path), "Fn", "internet-ipv4"]) == 3
    line = text.splitlines()[int(capsys.readouterr().err.removeprefix(f"{path}:").partition(":")[0]) - 1]
    assert GROWS[name] in line


def test_a_chain_of_conditions_is_answered_however_long_it_is(capsys, tmp_path):
    path = tmp_path / "t.json"
    path.write_text(json.dumps(INPUTS["a chain of 12,000 conditions"]()), "utf-8")
    assert main(["trace", str(path), "Fn", "internet-ipv4"]) == 1
    assert "route-table-not-associated" in capsys.readouterr().out


def test_a_pattern_made_to_never_end_does_not_hold_the_command(capsys, tmp_path):
    path = tmp_path / "t.json"
    declared = {"P": TEXT | {"AllowedPattern": "(a+)+$", "Default": "x"}}
    path.write_text(json.dumps({"Resources": nat_per_az(), "Parameters": declared}), "utf-8")
    start = time.monotonic()
    arguments = ["trace", str(path), "Function", "internet-ipv4", "--parameter", f"P={'a' * 60}!"]
    assert main(arguments) == 0
    assert time.monotonic() - start < 20, "the pattern is tried without a limit"
    capsys.readouterr()
