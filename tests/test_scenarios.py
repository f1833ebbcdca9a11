"""Parameters, the Region and conditions make scenarios; those alike in effect are one."""

from __future__ import annotations

import json
import sys

import pytest

from lambda_vpc.answers import Undetermined
from lambda_vpc.cloudformation import template
from lambda_vpc.cloudformation.intrinsics import Origin, Reference, Unknown
from lambda_vpc.cloudformation.parameters import (
    MAX_ANSWERS,
    MAX_COMBINATIONS,
    MAX_SCENARIOS,
    choices,
)
from lambda_vpc.reading import WrongUsage
from networks import resource

TEXT = {"Type": "String"}
VPC = resource("EC2::VPC")


def read(resources, given=None, region=None, **sections):
    document = {"Resources": resources, **sections}
    return template.parse(json.dumps(document), "t.json", given, region=region)


def value_of(written, given=None, region=None, **sections):
    """What one property resolves to in the first scenario."""
    found = read({"Vpc": VPC, "Subject": resource("EC2::Subnet", Value=written)}, given, region, **sections)
    return found.scenarios[0].resources["Subject"].get("Value")


def equals(name, value):
    return {"Fn::Equals": [{"Ref": name}, value]}


def under(condition, body=VPC):
    return body | {"Condition": condition}


def told(found, name="Vpc"):
    return [(str(scenario), name in scenario.resources) for scenario in found.scenarios]


# --- values -------------------------------------------------------------------------------------

OPEN = {"Parameters": {"Open": TEXT}}


def test_texts_that_are_open_in_different_places_are_different():
    one, other, whole = (
        value_of({"Fn::Sub": text}, **OPEN) for text in ("${Open}-a", "${Open}-b", "${Open}")
    )
    assert one.what == other.what == whole.what == "parameter Open"
    assert len({one, other, whole}) == 3
    assert one == value_of({"Fn::Join": ["-", [{"Ref": "Open"}, "a"]]}, **OPEN)
    assert one.origin is whole.origin is Origin.EXISTING
    assert value_of({"Fn::Sub": "${Open}-${AWS::Region}"}, **OPEN).origin is Origin.OPEN
    assert value_of({"Fn::Sub": "${Open}-${Nowhere}"}, **OPEN).origin is Origin.OPEN


def test_a_literal_is_never_taken_for_a_reference():
    literal, reference, region = value_of({"Fn::Split": [",", {"Fn::Sub": "${!Vpc},${Vpc},${AWS::Region}"}]})
    assert (literal, type(literal)) == ("${Vpc}", str)
    assert reference == Reference("Vpc")
    assert region == "${AWS::Region}"
    declared = {"Ids": {"Type": "CommaDelimitedList"}}
    found = value_of({"Ref": "Ids"}, {"Ids": "${Vpc}, b"}, Parameters=declared)
    assert [(item, type(item)) for item in found] == [("${Vpc}", str), ("b", str)]


ORIGINS = {
    "a parameter": ({"Ref": "Open"}, Origin.EXISTING),
    "an import": ({"Fn::ImportValue": "x"}, Origin.EXISTING),
    "a list that AWS makes": ({"Fn::Select": [0, {"Fn::GetAtt": ["Vpc", "X"]}]}, Origin.GENERATED),
    "blocks of a block that AWS makes": (
        {"Fn::Cidr": [{"Fn::GetAtt": ["Vpc", "X"]}, 1, 8]}, Origin.GENERATED),
    "a part of a value that AWS makes": ({"Fn::Split": [":", {"Ref": "Vpc"}]}, Origin.GENERATED),
    "a dynamic reference": ("{{resolve:ssm:/a}}", Origin.OPEN),
    "a missing resource": ({"Ref": "Nowhere"}, Origin.MISSING),
    "an attribute of a missing resource": ({"Fn::GetAtt": "Nowhere.Arn"}, Origin.MISSING),
    "an item of a list that exists": (
        {"Fn::Select": [0, {"Fn::Split": [",", {"Fn::ImportValue": "x"}]}]}, Origin.EXISTING),
}  # fmt: skip


@pytest.mark.parametrize("name", ORIGINS)
def test_where_an_unknown_value_comes_from_is_said(name):
    written, origin = ORIGINS[name]
    assert value_of(written, **OPEN).origin is origin


def test_an_ssm_parameter_that_is_given_exists_already():
    declared = {"Id": {"Type": "AWS::SSM::Parameter::Value<String>"}}
    found = value_of({"Ref": "Id"}, {"Id": "/vpc"}, Parameters=declared)
    assert found == Unknown("SSM parameter /vpc", Origin.EXISTING)


# --- values that are given ----------------------------------------------------------------------

LIST = {"Type": "CommaDelimitedList"}
TAKEN = {
    "one of the allowed": (TEXT | {"AllowedValues": ["a", "b"]}, "b"),
    "a number of the allowed": ({"Type": "Number", "AllowedValues": [1, 2]}, "2"),
    "a truth of the allowed": (TEXT | {"AllowedValues": [True, False]}, "true"),
    "a list of the allowed": (LIST | {"AllowedValues": ["a", "b"]}, "b, a"),
    "a list with an item that is looked up": (LIST | {"AllowedValues": ["a"]}, "a,{{resolve:ssm:/b}}"),
    "allowed values that are no list": (TEXT | {"AllowedValues": "ab"}, "c"),
    "no allowed values": (TEXT | {"AllowedValues": []}, "c"),
    "one that matches": (TEXT | {"AllowedPattern": "vpc-[0-9]+"}, "vpc-1"),
    "a list of which every item matches": (LIST | {"AllowedPattern": "vpc-[0-9]+"}, "vpc-1, vpc-2"),
    "a pattern that is none": (TEXT | {"AllowedPattern": "("}, "a"),
    "a pattern that is a number": (TEXT | {"AllowedPattern": 1}, "a"),
}  # fmt: skip


SYSTEMS = (sys.platform, "emscripten")
"""This one, and a browser, which has no processes."""


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("name", TAKEN)
def test_a_value_that_the_parameter_allows_is_taken(name, system, monkeypatch):
    monkeypatch.setattr(sys, "platform", system)
    declared, value = TAKEN[name]
    assert read({"Vpc": VPC}, {"P": value}, Parameters={"P": declared}).scenarios


REFUSED = {
    "none of the allowed": (
        TEXT | {"AllowedValues": ["a", "b"]}, "c", "'c' is not one of its AllowedValues; use a or b"),
    "an item that is none of the allowed": (
        LIST | {"AllowedValues": ["a", "b"]}, "a, c", "'c' is not one of its AllowedValues; use a or b"),
    "one that does not match": (
        TEXT | {"AllowedPattern": "vpc-[0-9]+"}, "vpc-x",
        "'vpc-x' does not match its AllowedPattern; write a value that matches vpc-[0-9]+"),
    "one of which only a part matches": (
        TEXT | {"AllowedPattern": "vpc-[0-9]+"}, "my-vpc-1x",
        "'my-vpc-1x' does not match its AllowedPattern; write a value that matches vpc-[0-9]+"),
    "a list of which an item does not match": (
        LIST | {"AllowedPattern": "[a-z]"}, "a,1",
        "'a,1' does not match its AllowedPattern; write a value that matches [a-z]"),
}  # fmt: skip


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("name", REFUSED)
def test_a_value_that_cloudformation_would_refuse_is_refused_with_the_mend(name, system, monkeypatch):
    monkeypatch.setattr(sys, "platform", system)
    declared, value, message = REFUSED[name]
    with pytest.raises(WrongUsage) as error:
        read({"Vpc": VPC}, {"P": value}, Parameters={"P": declared})
    assert str(error.value) == f"t.json:1: P: {message}"


def test_a_pattern_is_tried_by_python_alone_whatever_the_working_folder_holds(tmp_path, monkeypatch):
    (tmp_path / "re.py").write_text("fullmatch = lambda pattern, text: True")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WrongUsage, match="does not match its AllowedPattern"):
        read({"Vpc": VPC}, {"P": "a"}, Parameters={"P": TEXT | {"AllowedPattern": "b"}})


# --- Regions ------------------------------------------------------------------------------------

REGIONS = {
    "ap-northeast-1": ("aws", "amazonaws.com"),
    "cn-north-1": ("aws-cn", "amazonaws.com.cn"),
    "us-gov-west-1": ("aws-us-gov", "amazonaws.com"),
    "us-iso-east-1": ("${AWS::Partition}", "${AWS::URLSuffix}"),
}


@pytest.mark.parametrize("region", REGIONS)
def test_a_region_settles_partition_and_suffix_where_its_name_tells(region):
    names = ["AWS::Region", "AWS::Partition", "AWS::URLSuffix"]
    assert value_of([{"Ref": name} for name in names], region=region) == [region, *REGIONS[region]]


def test_values_chosen_by_region_are_resolved_once_it_is_given():
    sections = {
        "Mappings": {"M": {"eu-west-1": {"Zone": "a"}, "us-east-1": {"Zone": "b"}}},
        "Conditions": {"Europe": equals("AWS::Region", "eu-west-1")},
    }
    written = [{"Fn::FindInMap": ["M", {"Ref": "AWS::Region"}, "Zone"]}, {"Fn::If": ["Europe", "yes", "no"]}]
    assert value_of(written, region="eu-west-1", **sections) == ["a", "yes"]
    assert value_of(written, region="us-east-1", **sections) == ["b", "no"]


def test_an_open_region_stays_recognizable_in_every_scenario():
    endpoint = resource("EC2::VPCEndpoint", ServiceName={"Fn::Sub": "x.${AWS::Region}.s3"},
                        Zone={"Fn::GetAZs": {"Ref": "AWS::Region"}})  # fmt: skip
    found = read({"Vpc": under("Europe"), "E": endpoint},
                 Conditions={"Europe": equals("AWS::Region", "eu-west-1")})  # fmt: skip
    assert told(found) == [("AWS::Region=eu-west-1", True), ("AWS::Region=not eu-west-1", False)]
    first, other = (scenario.resources["E"] for scenario in found.scenarios)
    assert first.get("ServiceName") == "x.eu-west-1.s3"
    assert other.get("ServiceName") == "x.${AWS::Region}.s3"
    assert first.get("Zone")[0] == "eu-west-1a"
    assert other.get("Zone")[0] == "${AWS::Region}a"


def test_a_region_that_is_compared_with_nothing_known_is_undetermined():
    same = {"Same": {"Fn::Equals": [{"Ref": "AWS::Region"}, {"Ref": "Home"}]}}
    found = read({"Vpc": under("Same")}, Conditions=same, Parameters={"Home": TEXT})
    assert isinstance(found.scenarios[0].resources["Vpc"].exists, Undetermined)


# --- comparisons --------------------------------------------------------------------------------

COMPARED = {
    "two texts": (["a", "a"], True),
    "two other texts": (["a", "b"], False),
    "a number and its text": ([1, "1"], True),
    "a truth and its text": ([True, "true"], True),
    "a reference and itself": ([{"Ref": "Vpc"}, {"Ref": "Vpc"}], True),
    "a reference and a text": ([{"Ref": "Vpc"}, "a"], "condition C: ${Vpc}, which only AWS knows"),
    "an open pseudo parameter": (
        [{"Ref": "AWS::StackId"}, {"Fn::Sub": "a-${Vpc}"}], "condition C: AWS::StackId"),
    "an open Region in a text": (
        [{"Fn::Sub": "a-${AWS::Region}"}, "a-b"], "condition C: AWS::Region (give --region)"),
    "a literal that looks open": ([{"Fn::Sub": "${!Vpc}"}, "a"], False),
    "a parameter inside a text": ([{"Fn::Sub": "a-${Open}"}, "a"], "condition C: parameter Open"),
    "one open text twice": ([{"Fn::Sub": "a-${Open}"}, {"Fn::Sub": "a-${Open}"}], True),
    "one parameter written in two ways": (
        [{"Ref": "Open"}, {"Fn::Sub": "${Open}"}], "condition C: parameter Open"),
    "one list of which the position is a number, and a truth": (
        [{"Fn::Select": [1, {"Ref": "Open"}]}, {"Fn::Select": [True, {"Ref": "Open"}]}],
        "condition C: item 1 of parameter Open"),
    "two fractions": ([1.5, "1.5"], True),
    "a text and nothing": (["a", None], "condition C: a comparison with a value that is no text"),
    "a list": ([["a"], "a"], "condition C: a comparison with a value that is no text"),
    "two lists": ([["a"], ["a"]], True),
}  # fmt: skip


@pytest.mark.parametrize("name", COMPARED)
def test_a_comparison_holds_fails_or_says_what_is_missing(name):
    sides, expected = COMPARED[name]
    found = read({"Vpc": VPC, "Subject": under("C")}, Conditions={"C": {"Fn::Equals": sides}}, **OPEN)
    resources = found.scenarios[0].resources
    if isinstance(expected, bool):
        assert ("Subject" in resources) == expected
    else:
        assert resources["Subject"].exists.question == expected


def test_the_question_of_a_condition_names_the_innermost_one():
    conditions = {"Outer": {"Fn::Not": [{"Condition": "Inner"}]}, "Inner": {"Fn::Guess": []}}
    (scenario,) = read({"Vpc": under("Outer")}, Conditions=conditions).scenarios
    assert scenario.resources["Vpc"].exists.question == "condition Inner: Fn::Guess in a condition"


CIRCLES = {
    "one": ({"A": {"Condition": "A"}}, "condition A: condition A, which refers to itself"),
    "two": (
        {"A": {"Condition": "B"}, "B": {"Condition": "A"}},
        "condition B: condition A, which refers to itself",
    ),
    "none": ({"A": {"Condition": "X"}}, "condition A: condition X, which this template does not define"),
}


@pytest.mark.parametrize("name", CIRCLES)
def test_the_question_of_a_circle_names_the_condition_that_closes_it(name):
    conditions, question = CIRCLES[name]
    (scenario,) = read({"Vpc": under("A")}, Conditions=conditions).scenarios
    assert scenario.resources["Vpc"].exists.question == question


DECIDED = {
    "a circle that another side decides": (
        {"A": {"Fn::Or": [{"Condition": "B"}, {"Fn::Equals": [1, 1]}]}, "B": {"Condition": "A"}}, True),
    "a circle inside a comparison": ({"A": {"Fn::Equals": [{"Fn::If": ["A", 1, 2]}, 1]}}, Undetermined),
    "a condition inside a comparison": (
        {"A": {"Fn::Equals": [{"Fn::If": ["B", 1, 2]}, 1]}, "B": {"Fn::Equals": [1, 1]}}, True),
    "a condition that is a text": ({"A": "x"}, Undetermined),
    "a condition of two functions": ({"A": {"Fn::Equals": [1, 1], "Fn::Not": [1]}}, Undetermined),
    "an Equals of three": ({"A": {"Fn::Equals": [1, 1, 1]}}, Undetermined),
    "a Condition of a list": ({"A": {"Condition": ["A"]}}, Undetermined),
    "an And that fails": ({"A": {"Fn::Not": [{"Fn::And": [{"Fn::Equals": [1, 2]}]}]}}, True),
    "a Not of two": ({"A": {"Fn::Not": [{"Fn::Equals": [1, 2]}, {"Fn::Equals": [1, 2]}]}}, Undetermined),
    "an Equals of one": ({"A": {"Fn::Equals": [1]}}, Undetermined),
    "an Equals of a map": ({"A": {"Fn::Equals": {"B": 1, "C": 1}}}, Undetermined),
    "an And of a text": ({"A": {"Fn::And": "x"}}, Undetermined),
}  # fmt: skip


@pytest.mark.parametrize("name", DECIDED)
def test_conditions_that_are_written_oddly_are_answered_or_open(name):
    conditions, expected = DECIDED[name]
    (scenario,) = read({"Vpc": under("A")}, Conditions=conditions).scenarios
    exists = scenario.resources["Vpc"].exists
    assert isinstance(exists, expected) if expected is Undetermined else exists is expected


# --- which scenarios ----------------------------------------------------------------------------

FREE_DEFAULTS = {
    "the default is compared": ("x", "x", [("Free=x", True), ("Free=not x", False)]),
    "another value is compared": ("x", "", [("Free=x", False), ('Free=""', True)]),
    "the default is empty": ("", "", [('Free=""', True), ('Free=not ""', False)]),
    "a number": (1, "1", [("Free=1", True), ("Free=not 1", False)]),
    "a number with a fraction": ("1.5", 1.5, [("Free=1.5", True), ("Free=not 1.5", False)]),
}


@pytest.mark.parametrize("name", FREE_DEFAULTS)
def test_a_default_without_allowed_values_is_one_scenario_and_what_else_it_may_be_another(name):
    default, compared, expected = FREE_DEFAULTS[name]
    found = read({"Vpc": under("Is"), "Always": VPC}, Conditions={"Is": equals("Free", compared)},
                 Parameters={"Free": TEXT | {"Default": default}})  # fmt: skip
    assert told(found) == expected


def test_an_ssm_parameter_that_is_compared_has_no_default():
    found = read({"Vpc": under("Is")}, Conditions={"Is": equals("Id", "x")}, Parameters={
        "Id": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "x"}})  # fmt: skip
    assert told(found) == [("Id=x", True), ("Id=not x", False)]


def test_a_value_that_is_none_of_some_may_be_any_other():
    conditions = {"Is": equals("P", "a"), "Same": {"Fn::Equals": [{"Ref": "P"}, {"Ref": "Q"}]},
                  "Wrong": {"Fn::Equals": [{"Ref": "Given"}, {"Ref": "P"}]}}  # fmt: skip
    found = read({"Is": under("Is"), "Same": under("Same"), "Wrong": under("Wrong")},
                 {"Q": "b", "Given": "a"}, Conditions=conditions,
                 Parameters=dict.fromkeys(("P", "Q", "Given"), TEXT))  # fmt: skip
    is_a, other = found.scenarios
    assert set(is_a.resources) == {"Is", "Wrong"}
    assert set(other.resources) == {"Same"}
    assert other.resources["Same"].exists.question == "condition Same: parameter P"


NOT_VARIED = {
    "two parameters in one text": {"Fn::Sub": "${P}${P}"},
    "a parameter after a text": {"Fn::Sub": "a-${P}"},
    "a literal": {"Fn::Sub": "${!P}"},
    "an attribute": {"Fn::Sub": "${P.X}"},
    "a text with a map": {"Fn::Sub": ["${P}", {}]},
    "a map that only looks like a Ref": {"Ref": "P", "Other": 1},
    "a Ref of a list": {"Ref": ["P"]},
    "a Join that is compared with a text": {"Fn::Join": ["", [{"Ref": "P"}]]},
    "a Base64": {"Fn::Base64": {"Ref": "P"}},
}


@pytest.mark.parametrize("name", NOT_VARIED)
def test_a_parameter_is_varied_only_where_it_is_compared_as_a_whole(name):
    found = read({"Vpc": under("Is"), "Always": VPC}, Parameters={"P": TEXT},
                 Conditions={"Is": {"Fn::Equals": [NOT_VARIED[name], "a"]}})  # fmt: skip
    assert [str(scenario) for scenario in found.scenarios] == [""]


NOT_EMPTY = {
    "a Join of two": {"Fn::Join": ["", [{"Ref": "P"}, "a"]]},
    "a Join of three arguments": {"Fn::Join": ["", {"Ref": "P"}, 1]},
    "a Join of a text": {"Fn::Join": "ab"},
    "a Select of a list of one": {"Fn::Select": [0, [{"Ref": "P"}]]},
    "a Cidr": {"Fn::Cidr": ["a", {"Ref": "P"}]},
}


@pytest.mark.parametrize("name", NOT_EMPTY)
def test_what_does_not_ask_whether_a_parameter_is_empty_makes_no_scenario(name):
    found = read({"Vpc": under("Is"), "Always": VPC}, Parameters={"P": TEXT},
                 Conditions={"Is": {"Fn::Equals": [NOT_EMPTY[name], ""]}})  # fmt: skip
    assert [str(scenario) for scenario in found.scenarios] == [""]


EMPTY_LISTS = {
    "joined": {"Fn::Join": ["", {"Ref": "Ids"}]},
    "joined as an item": {"Fn::Join": ["", [{"Ref": "Ids"}]]},
    "its first item": {"Fn::Select": [0, {"Ref": "Ids"}]},
    "the first of the items of a text": {"Fn::Select": [0, {"Fn::Split": [",", {"Ref": "Ids"}]}]},
    "substituted": {"Fn::Sub": "${Ids}"},
    "substituted with blanks": {"Fn::Sub": "${ Ids }"},
}
TEXTS = ("joined as an item", "the first of the items of a text", "substituted", "substituted with blanks")


@pytest.mark.parametrize("name", EMPTY_LISTS)
def test_a_parameter_that_is_asked_whether_it_is_empty_makes_two_scenarios(name):
    kind = "String" if name in TEXTS else "CommaDelimitedList"
    condition = {"Fn::Not": [{"Fn::Equals": [EMPTY_LISTS[name], ""]}]}
    declared = {"Ids": {"Type": kind, "Default": ""}}
    found = read({"Vpc": under("Some"), "Use": resource("EC2::VPC", Ids={"Ref": "Ids"})},
                 Conditions={"Some": condition}, Parameters=declared)  # fmt: skip
    assert told(found) == [('Ids=""', False), ('Ids=not ""', True)]
    assert found.scenarios[0].resources["Use"].get("Ids") == ("" if kind == "String" else [])
    assert isinstance(found.scenarios[1].resources["Use"].get("Ids"), Unknown)
    given = read({"Vpc": under("Some")}, {"Ids": "subnet-1,subnet-2"}, Conditions={"Some": condition},
                 Parameters={"Ids": {"Type": kind}})  # fmt: skip
    assert told(given) == [("", True)]


def test_a_value_that_is_used_beyond_conditions_is_a_scenario_of_its_own():
    parameters = {"Mode": TEXT | {"Default": "b", "AllowedValues": ["a", "b", "c"]}}
    for written in ({"Ref": "Mode"}, {"Fn::Sub": "${Mode}"}, {"Fn::Sub": ["${Mode}", {}]}):
        found = read({"Vpc": under("IsA"), "Used": resource("EC2::VPC", Value=written)},
                     Conditions={"IsA": equals("Mode", "a")}, Parameters=parameters)  # fmt: skip
        assert [s.resources["Used"].get("Value") for s in found.scenarios] == ["b", "a", "c"]
    idle = resource("EC2::VPC", Tags=[{"Ref": "Mode"}])
    found = read({"Vpc": under("IsA"), "Used": idle}, Conditions={"IsA": equals("Mode", "a")},
                 Parameters=parameters)  # fmt: skip
    assert told(found) == [("Mode=b or c", False), ("Mode=a", True)]


def test_a_condition_on_a_resource_without_effect_makes_no_scenario():
    regions = [f"r-{number}" for number in range(20)]
    known = {"Known": {"Fn::Or": [equals("AWS::Region", region) for region in regions]}}
    resources = {
        "Vpc": VPC,
        "Notes": under("Known", {"Type": "AWS::CDK::Metadata"}),
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"X": {"Fn::If": ["Known", 1, 2]}}},
        "Allowed": under("Known", {"Type": "AWS::Lambda::Permission"}),
    }
    (scenario,) = read(resources, Conditions=known).scenarios
    assert scenario.choices == {}
    resources["Vpc"] = under("Known")
    both = read(resources, Conditions=known)
    assert [s.choices["AWS::Region"] for s in both.scenarios] == [
        " or ".join(regions), "not " + " or ".join(sorted(regions))]  # fmt: skip
    assert ["Vpc" in s.resources for s in both.scenarios] == [True, False]


# One type of each service, or the type itself where others of its service have an effect.
WITHOUT_EFFECT = (
    "AWS::ApiGateway::Stage", "AWS::ApiGatewayV2::Api", "AWS::AppSync::GraphQLApi", "AWS::Athena::WorkGroup",
    "AWS::Backup::BackupPlan", "AWS::Budgets::Budget", "AWS::CDK::Metadata",
    "AWS::CertificateManager::Certificate", "AWS::CloudFront::Distribution", "AWS::CloudTrail::Trail",
    "AWS::CloudWatch::Alarm", "AWS::Cognito::UserPool", "AWS::Config::ConfigRule", "AWS::DynamoDB::Table",
    "AWS::ECR::Repository", "AWS::Events::Rule", "AWS::KMS::Key", "AWS::Kinesis::Stream",
    "AWS::KinesisFirehose::DeliveryStream", "AWS::Logs::LogGroup", "AWS::S3::Bucket", "AWS::SNS::Topic",
    "AWS::SQS::Queue", "AWS::SSM::Parameter", "AWS::Scheduler::Schedule", "AWS::StepFunctions::StateMachine",
    "AWS::WAF::WebACL", "AWS::WAFRegional::WebACL", "AWS::WAFv2::WebACL", "AWS::XRay::Group",
    "AWS::Lambda::Permission", "AWS::SecretsManager::Secret", "AWS::SecretsManager::SecretTargetAttachment",
    "AWS::Serverless::Api", "AWS::Serverless::HttpApi", "AWS::Serverless::SimpleTable",
    "AWS::Serverless::StateMachine",
)  # fmt: skip


@pytest.mark.parametrize("type_", WITHOUT_EFFECT)
def test_a_condition_on_what_neither_carries_packets_nor_permits_makes_no_scenario(type_):
    found = read({"Vpc": VPC, "Subject": under("Is", {"Type": type_})}, Conditions={"Is": equals("P", "a")},
                 Parameters={"P": TEXT})  # fmt: skip
    assert told(found) == [("", True)]


@pytest.mark.parametrize("where", ["Tags", "UserData", "Environment", "Metadata"])
def test_a_condition_inside_what_no_packet_or_permission_meets_makes_no_scenario(where):
    written = {where: {"A": {"Fn::If": ["Is", 1, 2]}}}
    body = VPC | (written if where == "Metadata" else {"Properties": written})
    found = read({"Vpc": body}, Conditions={"Is": equals("P", "a")}, Parameters={"P": TEXT})
    assert told(found) == [("", True)]


@pytest.mark.parametrize(
    "type_",
    [
        "AWS::Lambda::Function", "AWS::RDS::DBInstance", "AWS::IAM::Policy", "Custom::X", "Own::S3::Bucket",
        "AWS::S3Outposts::Endpoint", "AWS::SecretsManager::RotationSchedule", "AWS::Serverless::Function",
    ],
)  # fmt: skip
def test_a_condition_on_any_other_resource_makes_scenarios(type_):
    found = read({"Vpc": under("Is", {"Type": type_}), "Always": VPC}, Conditions={"Is": equals("P", "a")},
                 Parameters={"P": TEXT})  # fmt: skip
    assert told(found) == [("P=a", True), ("P=not a", False)]


@pytest.mark.parametrize("name", ["AWS::StackName", "AWS::AccountId", "AWS::Partition", "AWS::URLSuffix"])
def test_a_pseudo_parameter_that_is_compared_makes_scenarios(name):
    found = read({"Vpc": under("Is"), "Always": VPC}, Conditions={"Is": equals(name, "a")})
    assert told(found) == [(f"{name}=a", True), (f"{name}=not a", False)]


def test_a_condition_in_globals_makes_scenarios():
    shared = {"Function": {"VpcConfig": {"Fn::If": ["Is", {}, {"Ref": "AWS::NoValue"}]}}}
    found = read({"Vpc": VPC}, Conditions={"Is": equals("P", "a")}, Parameters={"P": TEXT}, Globals=shared)
    assert [str(s) for s in found.scenarios] == ["P=a", "P=not a"]


def test_two_parameters_that_decide_together_make_no_more_scenarios_than_needed():
    both = {"Fn::And": [equals("A", "yes"), equals("B", "yes")]}
    yes_no = TEXT | {"AllowedValues": ["yes", "no"]}
    found = read({"Vpc": under("Both"), "Always": VPC}, Conditions={"Both": both},
                 Parameters={"A": yes_no, "B": yes_no})  # fmt: skip
    assert told(found) == [("A=yes, B=yes", True), ("B=no", False), ("A=no, B=yes", False)]


def test_a_parameter_that_chooses_in_a_mapping_is_varied_over_its_keys():
    condition = {"Fn::Equals": [{"Fn::FindInMap": ["M", {"Ref": "Mode"}, "Nat"]}, "yes"]}
    found = read({"Vpc": under("Nat"), "Always": VPC}, Conditions={"Nat": condition},
                 Parameters={"Mode": TEXT | {"Default": "b"}},
                 Mappings={"M": {"a": {"Nat": "yes"}, "b": {"Nat": "no"}, "c": {"Nat": "no"}}})  # fmt: skip
    assert told(found) == [("Mode=b or c", False), ("Mode=a", True), ("Mode=not a or b or c", True)]
    assert isinstance(found.scenarios[2].resources["Vpc"].exists, Undetermined)


def test_a_parameter_of_one_allowed_value_is_that_value():
    use = resource("EC2::VPC", Value={"Ref": "P"})
    found = read({"Vpc": under("Is"), "Use": use}, Conditions={"Is": equals("P", "a")},
                 Parameters={"P": TEXT | {"AllowedValues": ["a"]}})  # fmt: skip
    assert told(found) == [("", True)]
    assert found.scenarios[0].resources["Vpc"].exists is True
    assert found.scenarios[0].resources["Use"].get("Value") == "a"


NOT_USED = {
    "a map that only looks like a Ref": {"Ref": "P", "Other": 1},
    "a Ref of a list": {"Ref": ["P"]},
    "an If of nothing": {"Fn::If": []},
    "an If of a text": {"Fn::If": "P"},
    "a Sub of nothing": {"Fn::Sub": []},
    "a Sub of a number": {"Fn::Sub": 1},
}


@pytest.mark.parametrize("name", NOT_USED)
def test_what_is_no_function_uses_no_parameter(name):
    found = read({"Vpc": resource("EC2::VPC", Value=NOT_USED[name])}, Parameters={"P": TEXT})
    assert (told(found), found.valueless) == ([("", True)], ())


def test_a_parameter_that_only_chooses_in_a_mapping_is_used():
    written = {"Fn::FindInMap": ["M", {"Ref": "P"}, "Size"]}
    found = read({"Vpc": resource("EC2::VPC", Value=written)}, Parameters={"P": TEXT})
    assert found.valueless == ("P",)


# --- what is assumed ----------------------------------------------------------------------------


def test_what_is_taken_by_default_and_what_has_no_value_is_listed():
    declared = {
        "Taken": TEXT | {"Default": ""}, "Compared": TEXT | {"Default": "x"}, "Idle": TEXT | {"Default": "y"},
        "Open": TEXT, "Unused": TEXT, "Given": TEXT | {"Default": "z"}, "Asked": TEXT,
        "Looked": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/a"},
    }  # fmt: skip
    used = resource("EC2::Subnet", A={"Fn::Sub": "${Taken}-${Open}"}, B={"Ref": "Looked"}, C={"Ref": "Given"},
                    Tags=[{"Ref": "Idle"}])  # fmt: skip
    conditions = {"Is": {"Fn::And": [equals("Compared", "x"), equals("Asked", "x")]}}
    found = read(
        {"A": under("Is", used), "B": VPC}, {"Given": "1"}, Parameters=declared, Conditions=conditions
    )
    assert found.defaults == {"Taken": '""'}
    assert found.valueless == ("Open", "Asked", "Looked")


def many(count, values=("a", "b")):
    names = [f"P{number}" for number in range(count)]
    return read({name: under(name) for name in names} | {"Always": VPC},
                Parameters={name: TEXT | {"AllowedValues": list(values)} for name in names},
                Conditions={name: equals(name, "a") for name in names})  # fmt: skip


def test_combinations_beyond_the_limit_are_named_and_the_first_parameters_are_kept():
    found = many(9)
    assert found.left_open == ("P6", "P7", "P8")
    assert len(found.scenarios) == MAX_SCENARIOS
    assert all(isinstance(s.resources["P6"].exists, Undetermined) for s in found.scenarios)
    assert all(list(s.choices) == [f"P{n}" for n in range(6)] for s in found.scenarios)
    found = many(20)
    assert found.left_open == tuple(f"P{number}" for number in range(6, 20))
    assert many(6).left_open == ()


def test_many_values_that_do_not_differ_in_effect_fit_into_few_scenarios():
    found = many(3, "abcdefghij")
    assert (len(found.scenarios), found.left_open) == (8, ())
    assert str(found.scenarios[1]) == f"P0=a, P1=a, P2={' or '.join('bcdefghij')}"


def together(*sizes):
    """Parameters of so many allowed values each, and a condition on the first value of all of them."""
    values = {f"P{at}": [f"v{number}" for number in range(size)] for at, size in enumerate(sizes)}
    return read({"Vpc": under("All"), "Always": VPC},
                Parameters={name: TEXT | {"AllowedValues": allowed} for name, allowed in values.items()},
                Conditions={"All": {"Fn::And": [equals(name, "v0") for name in values]}})  # fmt: skip


def test_combinations_are_compared_up_to_a_number_before_equal_ones_become_one():
    assert 2**10 == MAX_COMBINATIONS == 5 * 5 * 41 - 1
    assert together(*[2] * 10).left_open == ()
    assert together(*[2] * 11).left_open == ("P10",)
    assert together(5, 5, 41).left_open == ("P2",)


def varied(count, padding=0):
    """A document with a parameter of so many values, each used, and conditions of so many more parts."""
    return {"Parameters": {"P": TEXT | {"AllowedValues": [f"v{number}" for number in range(count)]}},
            "Conditions": {"Is": equals("P", "v0"), "Padding": [[] for _ in range(padding)]},
            "Resources": {"Vpc": under("Is", resource("EC2::VPC", Value={"Ref": "P"}))}}  # fmt: skip


SIZES = {
    "a small template": (64, 1, 64),
    "as many values times scenarios as are allowed": (2, 2_000_000, 2),
    "one more": (41, 97_561, 1),
    "a template larger than every bound": (2, 5_000_000, 1),
}


@pytest.mark.parametrize("name", SIZES)
def test_a_large_template_gets_fewer_scenarios(name):
    count, size, expected = SIZES[name]
    found = choices(varied(count), {}, {}, size)
    assert len(found.scenarios) == expected
    assert found.left_open == (() if expected == count else ("P",))


def test_large_conditions_get_fewer_scenarios():
    # The section itself, the comparison with its list and its Ref, and the list around the padding.
    own = 5
    assert 2 * 25_000 == MAX_ANSWERS == 3 * 16_667 - 1
    assert choices(varied(2, 25_000 - own), {}, {}, 1).left_open == ()
    assert choices(varied(3, 16_667 - own), {}, {}, 1).left_open == ("P",)


@pytest.mark.parametrize(("count", "expected"), [(MAX_SCENARIOS, MAX_SCENARIOS), (MAX_SCENARIOS + 1, 2)])
def test_as_many_allowed_values_as_make_scenarios_are_tried_one_by_one(count, expected):
    assert len(template.parse(json.dumps(varied(count)), "t.json").scenarios) == expected


def test_more_allowed_values_than_can_be_tried_are_those_compared_and_one_for_the_others():
    allowed = TEXT | {"AllowedValues": [f"v{n}" for n in range(2_000)], "Default": "v7"}
    found = read({"Vpc": under("Is"), "Always": VPC}, Conditions={"Is": equals("P", "v1999")},
                 Parameters={"P": allowed})  # fmt: skip
    assert told(found) == [("P=v7 or not v1999 or v7", False), ("P=v1999", True)]


def test_a_scenario_is_never_named_by_a_whole_screen():
    found = read({"Vpc": under("Is"), "Always": VPC}, Conditions={"Is": equals("P", "x" * 5_000)},
                 Parameters={"P": TEXT})  # fmt: skip
    assert all(len(str(scenario)) < 300 for scenario in found.scenarios)
    texts = [letter * 80 for letter in "abcdef"]
    conditions = {"Is": {"Fn::Or": [equals("P", text) for text in texts]}}
    found = read({"Vpc": under("Is"), "Always": VPC}, Conditions=conditions, Parameters={"P": TEXT})
    among, none = map(str, found.scenarios)
    assert among == f"P={' or '.join(texts)[:400]}…"
    assert none == f"P=not {' or '.join(texts)[:196]}…"


def test_rules_of_a_template_are_noticed():
    assert not read({"Vpc": VPC}, Rules={}).has_rules
    assert read({"Vpc": VPC}, Rules={"R": {"Assertions": []}}).has_rules


def test_two_parameters_that_are_both_something_else_may_be_equal_or_not():
    found = read(
        {"Vpc": under("Same")},
        Parameters={"P": TEXT, "Q": TEXT},
        Conditions={
            "PIsA": equals("P", "a"),
            "QIsA": equals("Q", "a"),
            "Same": {"Fn::Equals": [{"Ref": "P"}, {"Ref": "Q"}]},
        },
    )
    whether = {str(scenario): scenario.resources["Vpc"].exists for scenario in found.scenarios
               if "Vpc" in scenario.resources}  # fmt: skip
    assert any(isinstance(answer, Undetermined) for answer in whether.values()), whether
