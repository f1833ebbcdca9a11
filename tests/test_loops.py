"""`Fn::ForEach` is unrolled as far as its collections are known; what stays open says so and what helps."""

from __future__ import annotations

import json

import pytest
import yaml

from lambda_vpc.cloudformation import template
from lambda_vpc.cloudformation.intrinsics import Reference, Unknown
from lambda_vpc.cloudformation.values import Origin
from lambda_vpc.reading import BadInput
from networks import resource

TEXT = {"Type": "String"}


def looped(resources, parameters=None, **sections):
    document = {"Transform": "AWS::LanguageExtensions", "Resources": resources, **sections}
    return template.parse(json.dumps(document, indent=1), "t.json", parameters)


def each(name, items, body, identifier="X"):
    return {f"Fn::ForEach::{name}": [identifier, items, body]}


def test_a_loop_makes_a_resource_for_each_item():
    body = resource("EC2::Subnet", A={"Fn::Sub": "${X}-${AWS::Region}"}, B={"Ref": "X"}, C="Net${X}",
                    D={"Fn::GetAtt": ["Net${X}", "Arn"]}, E="&{X}", F={"Fn::Sub": "${!X}"}, G=1,
                    H="${Y}", I={"Ref": ["X"]})  # fmt: skip
    found = looped(each("Nets", ["a.b", 2], {"Net&{X}": body}))
    (scenario,) = found.scenarios
    assert found.open is None
    both = {"F": "${X}", "G": 1, "H": "${Y}", "I": Unknown("a Ref that is not a name")}
    missing = Unknown("'Neta.b', which this template does not define", Origin.MISSING)
    assert {name: dict(r.properties) for name, r in scenario.resources.items()} == {
        "Netab": {"A": "a.b-${AWS::Region}", "B": "a.b", "C": "Neta.b", "D": missing, "E": "ab"} | both,
        "Net2": {"A": "2-${AWS::Region}", "B": "2", "C": "Net2", "D": Reference("Net2", "Arn"), "E": "2"}
        | both,
    }


def test_loops_in_loops_use_both_identifiers_and_keep_their_line():
    inner = each("In", ["a", "b"], {"Net${X}${Y}": resource("EC2::Subnet", Z="${X}/${Y}")}, "Y")
    found = looped({"Vpc": resource("EC2::VPC")} | each("Out", ["1", "2"], inner))
    resources = found.scenarios[0].resources
    assert [(name, resources[name].get("Z")) for name in list(resources)[1:]] == [
        ("Net1a", "1/a"), ("Net1b", "1/b"), ("Net2a", "2/a"), ("Net2b", "2/b")]  # fmt: skip
    lines = found.source.text.splitlines()
    assert '"Net${X}${Y}"' in lines[resources["Net2b"].line() - 1]
    assert '"Z"' in lines[resources["Net2b"].line("Z") - 1]


COLLECTIONS = {
    "a list": (["a", "b"], ["Ra", "Rb"]),
    "nothing": ([], []),
    "a parameter with a default": ({"Ref": "Names"}, ["Rx", "Ry"]),
    "items that are parameters": ([{"Ref": "One"}, "b"], ["R1", "Rb"]),
    "a mapping": ({"Fn::FindInMap": ["M", "k", "Names"]}, ["Rm"]),
}


@pytest.mark.parametrize("name", COLLECTIONS)
def test_a_loop_runs_over_whatever_the_template_settles(name):
    items, expected = COLLECTIONS[name]
    found = looped(
        {"Vpc": resource("EC2::VPC")} | each("L", items, {"R${X}": resource("EC2::Subnet")}),
        Parameters={"Names": {"Type": "CommaDelimitedList", "Default": "x,y"}, "One": TEXT | {"Default": 1}},
        Mappings={"M": {"k": {"Names": ["m"]}}},
    )
    assert list(found.scenarios[0].resources)[1:] == expected
    assert found.open is None


def test_a_loop_over_the_identifier_of_another_is_settled_by_it():
    inner = each("In", {"Fn::FindInMap": ["M", {"Ref": "X"}, "Names"]}, {"R${Y}": resource("EC2::VPC")}, "Y")
    found = looped(
        each("Out", ["k", "l"], inner), Mappings={"M": {"k": {"Names": ["m"]}, "l": {"Names": "n"}}}
    )
    assert found.open.startswith("Fn::ForEach::In is not unrolled")
    assert list(found.scenarios[0].resources) == ["Rm"]


OPEN_COLLECTIONS = {
    "a parameter without a value": ({"Ref": "Names"}, "parameter Names"),
    "an item without a value": (["a", {"Ref": "Names"}], "parameter Names"),
    "an item that AWS makes": ([{"Ref": "Vpc"}], "${Vpc}, which only AWS knows"),
    "an open Region": ([{"Ref": "AWS::Region"}], "${AWS::Region}, which only AWS knows"),
    "a text": ("a", "a, which is no list"),
}


@pytest.mark.parametrize("name", OPEN_COLLECTIONS)
def test_a_loop_that_is_not_settled_leaves_the_template_open_and_says_what_helps(name):
    items, what = OPEN_COLLECTIONS[name]
    loop = each("L", items, {"R${X}": resource("EC2::Subnet")})
    found = looped({"Vpc": resource("EC2::VPC")} | loop, Parameters={"Names": TEXT})
    assert list(found.scenarios[0].resources) == ["Vpc"]
    assert found.open == (
        f"Fn::ForEach::L is not unrolled: it hangs on {what}; "
        "`aws cloudformation get-template --template-stage Processed` prints what they make"
    )


def test_a_given_parameter_settles_a_loop():
    loop = each("L", {"Ref": "Names"}, {"R${X}": resource("EC2::Subnet")})
    found = looped(loop, {"Names": "a, b"}, Parameters={"Names": {"Type": "CommaDelimitedList"}})
    assert list(found.scenarios[0].resources) == ["Ra", "Rb"]


def test_loops_of_conditions_properties_and_outputs_are_unrolled(tmp_path):
    inner = {
        "Transform": "AWS::LanguageExtensions",
        "Conditions": each("C", ["A", "B"], {"Is${X}": {"Fn::Equals": ["${X}", "A"]}}),
        "Resources": {
            "Vpc": resource("EC2::VPC", **each("P", ["A", "B"], {"Prop${X}": "${X}"})) | {"Condition": "IsA"},
            "Other": resource("EC2::VPC") | {"Condition": "IsB"},
        },
        "Outputs": each("O", ["A", "B"], {"Out${X}": {"Value": {"Fn::Sub": "o-${X}"}}}),
    }
    (tmp_path / "inner.yaml").write_text(yaml.safe_dump(inner), "utf-8")
    outer = {
        "In": resource("CloudFormation::Stack", TemplateURL="inner.yaml"),
        "Use": resource("EC2::Subnet", X={"Fn::GetAtt": ["In", "Outputs.OutB"]}),
    }
    (tmp_path / "main.yaml").write_text(yaml.safe_dump({"Resources": outer}), "utf-8")
    (scenario,) = template.load(tmp_path / "main.yaml").scenarios
    assert set(scenario.resources) == {"In/Vpc", "Use"}
    assert scenario.resources["In/Vpc"].properties == {"PropA": "A", "PropB": "B"}
    assert scenario.resources["Use"].get("X") == "o-B"


def test_conditions_that_a_loop_makes_are_scenarios():
    loop = each("C", ["a", "b"], {"Is${X}": {"Fn::Equals": [{"Ref": "Mode"}, {"Ref": "X"}]}})
    found = looped({"Vpc": resource("EC2::VPC") | {"Condition": "Isb"}, "Always": resource("EC2::VPC")},
                   Parameters={"Mode": TEXT}, Conditions=loop)  # fmt: skip
    assert [(str(s), "Vpc" in s.resources) for s in found.scenarios] == [
        ("Mode=b", True),
        ("Mode=not b", False),
    ]


def test_a_loop_over_a_parameter_that_conditions_vary_is_unrolled_in_each_scenario():
    declared = {"Names": {"Type": "CommaDelimitedList", "AllowedValues": ["", "b"], "Default": "b"}}
    condition = {"None": {"Fn::Equals": [{"Fn::Join": ["", {"Ref": "Names"}]}, ""]}}
    found = looped(each("L", {"Ref": "Names"}, {"R${X}": resource("EC2::Subnet", Y={"Ref": "Names"})})
                   | {"Vpc": resource("EC2::VPC") | {"Condition": "None"}, "Always": resource("EC2::VPC")},
                   Parameters=declared, Conditions=condition)  # fmt: skip
    assert [(str(s), list(s.resources)) for s in found.scenarios] == [
        ("Names=b", ["Rb", "Always"]), ('Names=""', ["Vpc", "Always"])]  # fmt: skip


SHAPE = "write a list of identifier, collection and one map"
REFUSED = {
    "no list": ({"Fn::ForEach::L": "x"}, SHAPE),
    "too short": ({"Fn::ForEach::L": ["X", ["a"]]}, SHAPE),
    "no name": ({"Fn::ForEach::L": [1, ["a"], {}]}, SHAPE),
    "no map": ({"Fn::ForEach::L": ["X", ["a"], []]}, SHAPE),
    "one name twice": (each("L", ["a.", "a"], {"R&{X}": resource("EC2::VPC")}), "makes this name twice"),
    "a name that is there": (
        {"Ra": resource("EC2::VPC")} | each("L", ["a"], {"R${X}": resource("EC2::VPC")}),
        "Ra: a loop makes this name twice"),
    "a property twice": (
        {"R": resource("EC2::VPC", A=1, **each("L", ["A"], {"${X}": 2}))}, "A: a loop makes this name twice"),
    "no resource": (each("L", ["a"], {"R${X}": {"Properties": {}}}), "Ra: Type must be a text"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_loop_that_is_written_wrong_is_refused_with_its_line(name):
    resources, message = REFUSED[name]
    with pytest.raises(BadInput, match=message) as error:
        looped(resources)
    assert error.value.problems[0].line > 3


PROCESSED = "`aws cloudformation get-template --template-stage Processed` prints what they make"
MACROS = {
    "a macro": ({"Transform": "Own"}, "macro Own"),
    "a macro with parameters": ({"Transform": [{"Name": "Own"}]}, "macro Own"),
    "a macro at the top": ({"Fn::Transform": {"Name": "AWS::Include"}}, "macro at the top of the template"),
    "a macro among resources": (
        {"Resources": {"A": resource("EC2::VPC"), "Fn::Transform": {}}}, "Fn::Transform"),
    "a macro in a resource": (
        {"Resources": {"A": resource("EC2::VPC") | {"Fn::Transform": {}}}}, "macro or module A"),
    "a module": ({"Resources": {"A": {"Type": "Own::MODULE"}}}, "macro or module A"),
}  # fmt: skip


@pytest.mark.parametrize("name", MACROS)
def test_what_a_macro_may_change_is_open_and_said(name):
    sections, expected = MACROS[name]
    document = {"Resources": {"A": resource("EC2::VPC")}, **sections}
    found = template.parse(json.dumps(document), "t.json").open
    assert found == f"{expected} may change the template; {PROCESSED}"


def test_transforms_whose_effect_is_known_leave_nothing_open():
    known = ["AWS::Serverless-2016-10-31", "AWS::LanguageExtensions", "AWS::SecretsManager-2024-09-16"]
    document = {"Transform": known, "Resources": {"A": resource("EC2::VPC")}}
    assert template.parse(json.dumps(document), "t.json").open is None
