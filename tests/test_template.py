"""A template is read as CloudFormation reads it; what it leaves open is Unknown, what is broken is named."""

from __future__ import annotations

import contextlib
import json
import time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from lambda_vpc import network
from lambda_vpc.cloudformation import intrinsics, template
from lambda_vpc.cloudformation.intrinsics import Origin, Reference, Unknown
from lambda_vpc.cloudformation.parameters import MAX_SCENARIOS
from lambda_vpc.network import from_template
from lambda_vpc.reading import BadInput
from networks import answers, att, nat_per_az, read, ref, resource


def value_of(written, parameters=None, region=None, **sections):
    """What one property resolves to."""
    document = {"Resources": {"Vpc": resource("EC2::VPC", CidrBlock="10.0.0.0/16"),
                              "Subject": resource("EC2::Subnet", Value=written),
                              "Private": resource("EC2::Subnet", VpcId={"Ref": "Vpc"},
                                                  AvailabilityZone="eu-west-1a"),
                              "Other": resource("EC2::VPCCidrBlock", CidrBlock="10.1.0.0/16"),
                              "Sam": resource("Serverless::Function"), "WithRole": resource(
                                  "Serverless::Function", Role="x")}, **sections}  # fmt: skip
    found = template.parse(json.dumps(document), "t.json", parameters, region=region)
    return next(s.resources["Subject"].properties.get("Value") for s in found.scenarios)


# --- intrinsic functions ------------------------------------------------------------------------

TEXT = {"Type": "String"}
RESOLVED = {
    "Ref of a parameter": ({"Ref": "Given"}, "x"),
    "Ref of a resource": ({"Ref": "Vpc"}, Reference("Vpc")),
    "GetAtt of an id": ({"Fn::GetAtt": ["Vpc", "VpcId"]}, Reference("Vpc")),
    "GetAtt of a written property": ({"Fn::GetAtt": ["Vpc", "CidrBlock"]}, "10.0.0.0/16"),
    "GetAtt of another attribute": (
        {"Fn::GetAtt": "Vpc.DefaultSecurityGroup"}, Reference("Vpc", "DefaultSecurityGroup")),
    "Sub": ({"Fn::Sub": "a-${Given}-${!Given}"}, "a-x-${Given}"),
    "Sub with names of its own": ({"Fn::Sub": ["${A}/${Given}", {"A": 1}]}, "1/x"),
    "Sub of an open Region": ({"Fn::Sub": "x.${AWS::Region}.s3"}, "x.${AWS::Region}.s3"),
    "Join": ({"Fn::Join": [".", ["a", {"Ref": "Given"}, 3]]}, "a.x.3"),
    "Split and Select": ({"Fn::Select": [1, {"Fn::Split": [",", "a,b"]}]}, "b"),
    "Select by a text": ({"Fn::Select": ["0", ["a", "b"]]}, "a"),
    "references joined and split again": (
        {"Fn::Split": [",", {"Fn::Join": [",", [{"Ref": "Vpc"}, {"Ref": "Subject"}]]}]},
        [Reference("Vpc"), Reference("Subject")]),
    "Cidr": ({"Fn::Cidr": ["10.0.0.0/16", 2, 8]}, ["10.0.0.0/24", "10.0.1.0/24"]),
    "Cidr of the VPC": (
        {"Fn::Select": [1, {"Fn::Cidr": [{"Fn::GetAtt": ["Vpc", "CidrBlock"]}, 2, 8]}]}, "10.0.1.0/24"),
    "FindInMap": ({"Fn::FindInMap": ["Sizes", {"Ref": "Given"}, "Cidr"]}, "10.1.0.0/16"),
    "Base64": ({"Fn::Base64": "a"}, "YQ=="),
    "a list without NoValue": (["a", {"Ref": "AWS::NoValue"}], ["a"]),
    "a map without NoValue": ({"A": {"Ref": "AWS::NoValue"}, "B": 1}, {"B": 1}),
    "Sub of a reference alone": ({"Fn::Sub": "${Vpc}"}, Reference("Vpc")),
    "Sub of an attribute alone": ({"Fn::Sub": "${ Vpc.CidrBlock }"}, "10.0.0.0/16"),
    "Sub of nothing": ({"Fn::Sub": "a${}b${c"}, "a${}b${c"),
    "Sub of a literal alone": ({"Fn::Sub": "${!Vpc}"}, "${Vpc}"),
    "Sub that uses a name twice": ({"Fn::Sub": ["${A}${A}", {"A": {"Ref": "Given"}}]}, "xx"),
    "Join of a reference alone": ({"Fn::Join": ["", ["", {"Ref": "Vpc"}]]}, Reference("Vpc")),
    "Join of a truth": ({"Fn::Join": ["", [True, 1.5]]}, "true1.5"),
    "Split of a composed text": (
        {"Fn::Split": [",", {"Fn::Sub": "a,${Vpc},b-${Subject.X},${!Vpc}"}]},
        ["a", Reference("Vpc"), "b-${Subject.X}", "${Vpc}"]),
    "Split of a text of an open Region": (
        {"Fn::Split": [".", {"Fn::Sub": "com.${AWS::Region}.s3"}]}, ["com", "${AWS::Region}", "s3"]),
    "Length": ({"Fn::Length": ["a", "b"]}, 2),
    "ToJsonString": (
        {"Fn::ToJsonString": {"A": ['"', 1, None, {"Ref": "Given"}], "B": {}, "C": []}},
        '{"A":["\\"",1,null,"x"],"B":{},"C":[]}'),
    "ToJsonString with an open value": (
        {"Fn::ToJsonString": {"A": {"Ref": "AWS::Region"}, "B": 1}}, '{"A":"${AWS::Region}","B":1}'),
    "FindInMap with a default": (
        {"Fn::FindInMap": ["Sizes", "z", "Cidr", {"DefaultValue": {"Ref": "Given"}}]}, "x"),
    "FindInMap by a number": ({"Fn::FindInMap": ["Sizes", "x", 1]}, "one"),
    "the role that SAM makes": ({"Ref": "SamRole"}, Reference("SamRole")),
    "the ARN of the role that SAM makes": ({"Fn::GetAtt": ["SamRole", "Arn"]}, Reference("SamRole", "Arn")),
    "GetAtt of a subnet's VPC": ({"Fn::GetAtt": ["Private", "VpcId"]}, Reference("Vpc")),
    "GetAtt of a subnet's zone": ({"Fn::GetAtt": ["Private", "AvailabilityZone"]}, "eu-west-1a"),
    "GetAtt of the subnet itself": ({"Fn::GetAtt": ["Private", "SubnetId"]}, Reference("Private")),
    "a text that only begins like a statement": ("{%}", "{%}"),
    "a brace": ("{", "{"),
    "a dynamic reference without an end": ("{{resolve:ssm:/a", "{{resolve:ssm:/a"),
    "a dynamic reference with half an end": ("{{resolve:ssm:/a}", "{{resolve:ssm:/a}"),
    "a map of a condition's name": ({"Condition": "IsA"}, {"Condition": "IsA"}),
    "GetAtt of an attribute with a dot": (
        {"Fn::GetAtt": "Vpc.Endpoint.Port"}, Reference("Vpc", "Endpoint.Port")),
    "GetAtt of the id of anything": ({"Fn::GetAtt": ["Sam", "Id"]}, Reference("Sam")),
    "GetAtt of an id of another type": ({"Fn::GetAtt": ["Sam", "VpcId"]}, Reference("Sam", "VpcId")),
    "GetAtt of a property that is not written": (
        {"Fn::GetAtt": ["Private", "CidrBlock"]}, Reference("Private", "CidrBlock")),
    "GetAtt of a property of another type": (
        {"Fn::GetAtt": ["Other", "CidrBlock"]}, Reference("Other", "CidrBlock")),
    "GetAtt of outputs of what is no stack": (
        {"Fn::GetAtt": ["Vpc", "Outputs.A"]}, Unknown("output A of stack Vpc")),
    "Split of a text of an account number": (
        {"Fn::Split": [":", {"Fn::Sub": "a:${AWS::AccountId}"}]}, ["a", "${AWS::AccountId}"]),
    "Split of a text of a partition": (
        {"Fn::Split": [":", {"Fn::Sub": "${AWS::Partition}:b"}]}, ["${AWS::Partition}", "b"]),
    "Split by a letter that no Region has": (
        {"Fn::Split": ["X", {"Fn::Sub": "aX${AWS::Region}"}]}, ["a", "${AWS::Region}"]),
    "Select of the last": ({"Fn::Select": [1, ["a", "b"]]}, "b"),
    "Length of a list that is split": ({"Fn::Length": {"Fn::Split": [",", "a,b,c"]}}, 3),
    "ToJsonString of texts": (
        {"Fn::ToJsonString": ["a", "\n", {"Ref": "Vpc"}, True]}, '["a","\\n","${Vpc}",true]'),
    "Base64 of a letter beyond ASCII": ({"Fn::Base64": "é"}, "w6k="),
    "Base64 of half a letter": ({"Fn::Base64": "\ud83d"}, "7aC9"),
    "Cidr of a block with host bits": ({"Fn::Cidr": ["10.0.0.5/16", 1, 8]}, ["10.0.0.0/24"]),
    "Cidr of one block as large as the whole": ({"Fn::Cidr": ["10.0.0.0/24", 1, 8]}, ["10.0.0.0/24"]),
    "Cidr of single addresses": ({"Fn::Cidr": ["10.0.0.0/31", 2, 0]}, ["10.0.0.0/32", "10.0.0.1/32"]),
    "Cidr by texts": ({"Fn::Cidr": ["10.0.0.0/16", "1", "8"]}, ["10.0.0.0/24"]),
    "FindInMap with a default that is not needed": (
        {"Fn::FindInMap": ["Sizes", "x", "Cidr", {"DefaultValue": "y"}]}, "10.1.0.0/16"),
    "If of a condition that holds": ({"Fn::If": ["Yes", "a", "b"]}, "a"),
    "If of a condition that fails": ({"Fn::If": ["No", "a", "b"]}, "b"),
    "If of an open condition with the same on both sides": ({"Fn::If": ["Maybe", ["a"], ["a"]]}, ["a"]),
    "all zones": (
        {"Fn::GetAZs": {"Ref": "AWS::Region"}},
        ["${AWS::Region}a", "${AWS::Region}c", "${AWS::Region}d"]),
    "all zones of a Region": (
        {"Fn::GetAZs": "us-east-1"}, [f"us-east-1{letter}" for letter in "abcdef"]),
    "all zones of Tokyo": ({"Fn::GetAZs": "ap-northeast-1"}, [f"ap-northeast-1{letter}" for letter in "acd"]),
    "a zone by position": ({"Fn::Select": [1, {"Fn::GetAZs": ""}]}, "${AWS::Region}c"),
}  # fmt: skip
SECTIONS = {
    "Parameters": {"Given": TEXT | {"Default": "x"}, "Open": TEXT},
    "Mappings": {"Sizes": {"x": {"Cidr": "10.1.0.0/16", "1": "one"}}},
    "Conditions": {"Yes": {"Fn::Equals": ["a", "a"]}, "No": {"Fn::Equals": ["a", "b"]},
                   "Maybe": {"Fn::Equals": [{"Ref": "AWS::StackId"}, "a"]}},
}  # fmt: skip


@pytest.mark.parametrize("name", RESOLVED)
def test_an_intrinsic_function_gives_what_cloudformation_gives(name):
    written, expected = RESOLVED[name]
    assert value_of(written, **SECTIONS) == expected


LEFT_OPEN = {
    "a parameter without value": ({"Ref": "Open"}, "parameter Open"),
    "a text with such a parameter": ({"Fn::Sub": "${Open}-x"}, "parameter Open"),
    "an import": ({"Fn::ImportValue": "shared-vpc"}, "import of shared-vpc"),
    "a dynamic reference": ("{{resolve:ssm:/vpc/id}}", "dynamic reference {{resolve:ssm:/vpc/id}}"),
    "a placeholder of a template engine": ("{{ vpc_id }}", "placeholder {{ vpc_id }}"),
    "an import of a name that is open": ({"Fn::ImportValue": {"Ref": "Open"}}, "import of parameter Open"),
    "a dynamic reference inside a text": ("a{{resolve:ssm:/b}}c", "dynamic reference {{resolve:ssm:/b}}"),
    "a dynamic reference after half of one": (
        "{{resolve:a} {{resolve:b}}",
        "dynamic reference {{resolve:b}}",
    ),
    "a dynamic reference that a text is put together to": (
        {"Fn::Join": ["", ["{{resolve:", "a}}"]]},
        "dynamic reference {{resolve:a}}",
    ),
    "a placeholder of two lines": (" {{ a\nb }} ", "placeholder {{ a\nb }}"),
    "an empty placeholder": ("{{}}", "placeholder {{}}"),
    "a statement of a template engine": ("{% if a %}", "placeholder {% if a %}"),
    "a pseudo parameter nobody knows": ({"Ref": "AWS::Guess"}, "pseudo parameter AWS::Guess"),
    "a Ref that is a list": ({"Ref": ["Vpc"]}, "a Ref that is not a name"),
    "a GetAtt without an attribute": (
        {"Fn::GetAtt": "Vpc"},
        "a GetAtt that is not a resource and an attribute",
    ),
    "a GetAtt of three": (
        {"Fn::GetAtt": ["Vpc", "A", "B"]},
        "a GetAtt that is not a resource and an attribute",
    ),
    "a GetAtt of an open resource": (
        {"Fn::GetAtt": [{"Ref": "Open"}, "Arn"]},
        "a GetAtt that is not a resource and an attribute",
    ),
    "a GetAtt of an open attribute": ({"Fn::GetAtt": ["Vpc", {"Ref": "Open"}]}, "an attribute of Vpc"),
    "a loop among properties": (
        {"Fn::ForEach::A": ["X", {"Ref": "Open"}, {"${X}": 1}], "B": 1},
        "Fn::ForEach::A",
    ),
    "a Join of an open list": ({"Fn::Join": ["", {"Ref": "Open"}]}, "parameter Open"),
    "a Join by a list": ({"Fn::Join": [["a"], ["a"]]}, "a Join that is not a delimiter and a list"),
    "a Split of an open text": ({"Fn::Split": [",", {"Ref": "Open"}]}, "parameter Open"),
    "a Split by a list": ({"Fn::Split": [["a"], "a"]}, "a Split that is not a delimiter and a text"),
    "a Split of a list": ({"Fn::Split": [",", ["a"]]}, "a Split that is not a delimiter and a text"),
    "a split of a Region by one of its digits": (
        {"Fn::Split": ["1", {"Fn::Sub": "a1${AWS::Region}"}]},
        "a1${AWS::Region} split by '1'",
    ),
    "a split of an account number by a digit": (
        {"Fn::Split": ["0", {"Fn::Sub": "a0${AWS::AccountId}"}]},
        "a0${AWS::AccountId} split by '0'",
    ),
    "a split of a partition by a letter": (
        {"Fn::Split": ["a", {"Fn::Sub": "a${AWS::Partition}"}]},
        "a${AWS::Partition} split by 'a'",
    ),
    "a split of a stack's name by a capital letter": (
        {"Fn::Split": ["X", {"Fn::Sub": "aX${AWS::StackName}"}]},
        "aX${AWS::StackName} split by 'X'",
    ),
    "a Select by an open position": ({"Fn::Select": [{"Ref": "Open"}, ["a"]]}, "parameter Open"),
    "a Select of an open list": ({"Fn::Select": ["1", {"Ref": "Open"}]}, "item 1 of parameter Open"),
    "a Select of what AWS makes": (
        {"Fn::Select": [0, {"Fn::GetAtt": "Vpc.Blocks"}]},
        "item 0 of ${Vpc.Blocks}",
    ),
    "a Select of an open list by no number": (
        {"Fn::Select": ["a", {"Ref": "Open"}]},
        "a Select that is not a position and a list",
    ),
    "a Select by a fraction": ({"Fn::Select": [0.5, ["a"]]}, "a Select that is not a position and a list"),
    "a position before the list": ({"Fn::Select": ["-1", ["a"]]}, "item -1 of a list of 1"),
    "a position just behind the list": ({"Fn::Select": [1, ["a"]]}, "item 1 of a list of 1"),
    "Base64 of a parameter": ({"Fn::Base64": {"Ref": "Open"}}, "parameter Open"),
    "the length of an open list": ({"Fn::Length": {"Ref": "Open"}}, "parameter Open"),
    "JSON with a parameter": ({"Fn::ToJsonString": {"A": {"Ref": "Open"}}}, "parameter Open"),
    "the zones of an open Region": ({"Fn::GetAZs": {"Ref": "Open"}}, "parameter Open"),
    "the zones of a list": ({"Fn::GetAZs": ["a"]}, "the Region of GetAZs"),
    "a Cidr of four": (
        {"Fn::Cidr": ["10.0.0.0/16", 1, 8, 8]},
        "a Cidr that is not a block, a count and a size",
    ),
    "a Cidr of an open block": ({"Fn::Cidr": [{"Ref": "Open"}, 1, 8]}, "parameter Open"),
    "a Cidr of a block that AWS makes": ({"Fn::Cidr": [{"Fn::GetAtt": "Vpc.Ipv6"}, 1, 8]}, "${Vpc.Ipv6}"),
    "a Cidr of an open count": ({"Fn::Cidr": ["10.0.0.0/16", {"Ref": "Open"}, 8]}, "parameter Open"),
    "a Cidr of an open size": ({"Fn::Cidr": ["10.0.0.0/16", 1, {"Ref": "Open"}]}, "parameter Open"),
    "a Cidr of no number": ({"Fn::Cidr": ["10.0.0.0/16", "x", 8]}, "Cidr of '10.0.0.0/16'"),
    "a Cidr of an address": ({"Fn::Cidr": ["10.0.0.0", 1, 8]}, "Cidr of '10.0.0.0'"),
    "a Cidr of a word": ({"Fn::Cidr": ["a/8", 1, 8]}, "Cidr of 'a/8'"),
    "a Cidr of a number": ({"Fn::Cidr": [1, 1, 8]}, "Cidr of '1'"),
    "a Cidr of blocks larger than the whole": (
        {"Fn::Cidr": ["10.0.0.0/24", 1, 9]},
        "blocks of 9 bits in 10.0.0.0/24",
    ),
    "a Cidr of blocks smaller than an address": (
        {"Fn::Cidr": ["10.0.0.0/24", 1, -1]},
        "blocks of -1 bits in 10.0.0.0/24",
    ),
    "an If of an open condition": ({"Fn::If": ["Maybe", 1, 2]}, "condition Maybe: AWS::StackId"),
    "an If of nothing or nothing": (
        {"Fn::If": ["Maybe", {"Ref": "AWS::NoValue"}, {"Ref": "AWS::NoValue"}]},
        "condition Maybe: AWS::StackId",
    ),
    "an If of a list": ({"Fn::If": [["Yes"], 1, 2]}, "an If that is not a condition and two values"),
    "a FindInMap of five": (
        {"Fn::FindInMap": ["Sizes", "x", "Cidr", {}, 1]},
        "a FindInMap that is not a map and two keys",
    ),
    "a FindInMap with a default that is none": (
        {"Fn::FindInMap": ["Sizes", "z", "Cidr", "x"]},
        "'z' in a mapping",
    ),
    "a FindInMap with an empty default": (
        {"Fn::FindInMap": ["Sizes", "z", "Cidr", {"DefaultValue": None}]},
        "'z' in a mapping",
    ),
    "a key of a mapping beyond its end": ({"Fn::FindInMap": ["Sizes", "x", "Size"]}, "'Size' in a mapping"),
    "a mapping by a parameter": (
        {"Fn::FindInMap": ["Sizes", {"Ref": "Open"}, "Cidr"]},
        "parameter Open, a key of mapping Sizes / … / Cidr",
    ),
    "a mapping by two that are open": (
        {"Fn::FindInMap": ["Sizes", {"Ref": "AWS::Region"}, {"Ref": "Open"}]},
        "AWS::Region (give --region), a key of mapping Sizes / … / parameter Open",
    ),
    "a mapping that a parameter names": (
        {"Fn::FindInMap": [{"Ref": "Open"}, {"Ref": "Vpc"}, 1]},
        "parameter Open, a key of mapping … / ${Vpc}, which only AWS knows / 1",
    ),
    "a missing resource": ({"Ref": "Nowhere"}, "'Nowhere', which this template does not define"),
    "a missing mapping": ({"Fn::FindInMap": ["Sizes", "z", "Cidr"]}, "'z' in a mapping"),
    "a mapping by an open Region": (
        {"Fn::FindInMap": ["Sizes", {"Ref": "AWS::Region"}, "Cidr"]},
        "AWS::Region (give --region), a key of mapping Sizes / … / Cidr",
    ),
    "a mapping by another pseudo parameter": (
        {"Fn::FindInMap": ["Sizes", {"Ref": "AWS::AccountId"}, "Cidr"]},
        "AWS::AccountId, a key of mapping Sizes / … / Cidr",
    ),
    "a mapping by a reference": (
        {"Fn::FindInMap": ["Sizes", {"Ref": "Vpc"}, "Cidr"]},
        "${Vpc}, which only AWS knows, a key of mapping Sizes / … / Cidr",
    ),
    "a role SAM does not make": (
        {"Ref": "WithRoleRole"},
        "'WithRoleRole', which this template does not define",
    ),
    "an attribute of nothing": (
        {"Fn::GetAtt": "Nowhere.Arn"},
        "'Nowhere', which this template does not define",
    ),
    "a split where AWS's value may hold the delimiter": (
        {"Fn::Split": [":", {"Fn::Sub": "a:${Vpc.Arn}"}]},
        "a:${Vpc.Arn} split by ':'",
    ),
    "a split of a Region by one of its letters": (
        {"Fn::Split": ["-", {"Fn::Sub": "a-${AWS::Region}"}]},
        "a-${AWS::Region} split by '-'",
    ),
    "a split of a reference": ({"Fn::Split": [",", {"Ref": "Vpc"}]}, "${Vpc}"),
    "a list inside a text": ({"Fn::Join": ["", [["a"]]]}, "a list inside a text"),
    "a map inside a text": ({"Fn::Join": ["", [{"a": 1}]]}, "a value that is no text"),
    "Base64 of an open value": (
        {"Fn::Base64": {"Fn::Sub": "${AWS::Region}x"}},
        "a text in Base64 with a value only AWS knows",
    ),
    "the length of a text": ({"Fn::Length": "a"}, "a Length of something that is no list"),
    "a macro among properties": ({"Fn::Transform": {"Name": "AWS::Include"}, "A": 1}, "Fn::Transform"),
    "a long name": ({"Ref": "x" * 5000}, f"'{'x' * 80}…', which this template does not define"),
    "a Join of three": ({"Fn::Join": ["", [], 1]}, "a Join that is not a delimiter and a list"),
    "a Join of no list": ({"Fn::Join": ["", "a"]}, "a Join that is not a delimiter and a list"),
    "a Split of three": ({"Fn::Split": [",", "a", 1]}, "a Split that is not a delimiter and a text"),
    "a Split by nothing": ({"Fn::Split": ["", "a"]}, "a Split that is not a delimiter and a text"),
    "a Select of three": ({"Fn::Select": [0, ["a"], 1]}, "a Select that is not a position and a list"),
    "a Select of no list": ({"Fn::Select": [0, "a"]}, "a Select that is not a position and a list"),
    "a Select by no number": ({"Fn::Select": [True, ["a"]]}, "a Select that is not a position and a list"),
    "a Sub of a number": ({"Fn::Sub": 1}, "a Sub that is not a text"),
    "a Sub of a text and a list": ({"Fn::Sub": ["a", ["b"]]}, "a Sub that is not a text"),
    "a Sub of three": ({"Fn::Sub": ["a", {}, {}]}, "a Sub that is not a text"),
    "a Sub of a map and a map": ({"Fn::Sub": [{}, {}]}, "a Sub that is not a text"),
    "a GetAtt of one": ({"Fn::GetAtt": ["Vpc"]}, "a GetAtt that is not a resource and an attribute"),
    "a FindInMap of two": ({"Fn::FindInMap": ["Sizes", "x"]}, "a FindInMap that is not a map and two keys"),
    "an If of two": ({"Fn::If": ["C", 1]}, "an If that is not a condition and two values"),
    "a Cidr of one": ({"Fn::Cidr": ["10.0.0.0/16"]}, "a Cidr that is not a block, a count and a size"),
    "a Cidr without a size": ({"Fn::Cidr": ["10.0.0.0/16", 1]}, "a Cidr without the size of its blocks"),
    "a Cidr of too many blocks": ({"Fn::Cidr": ["10.0.0.0/8", 257, 8]}, "Cidr of '10.0.0.0/8'"),
    "a Cidr of no block": ({"Fn::Cidr": ["10.0.0.0/8", 0, 8]}, "Cidr of '10.0.0.0/8'"),
    "a Cidr of more than there are": (
        {"Fn::Cidr": ["10.0.0.0/24", 2, 8]},
        "2 blocks of 8 bits in 10.0.0.0/24",
    ),
    "a position outside the list": ({"Fn::Select": [5, ["a"]]}, "item 5 of a list of 1"),
    "a function with a wrong argument": ({"Fn::Join": "x"}, "a Join that is not a delimiter and a list"),
    "a function nobody knows": ({"Fn::Guess": 1}, "Fn::Guess"),
    "a Cidr with no end": ({"Fn::Cidr": ["::/0", 256, 1000]}, "blocks of 1000 bits in ::/0"),
}


@pytest.mark.parametrize("name", LEFT_OPEN)
def test_what_a_template_leaves_open_is_unknown_and_named(name):
    written, what = LEFT_OPEN[name]
    found = value_of(written, **SECTIONS)
    assert isinstance(found, Unknown)
    assert found.what == what


IDS = {
    "GroupId": "EC2::SecurityGroup", "VpcId": "EC2::VPC", "SubnetId": "EC2::Subnet",
    "NatGatewayId": "EC2::NatGateway", "InternetGatewayId": "EC2::InternetGateway",
    "RouteTableId": "EC2::RouteTable", "InstanceId": "EC2::Instance", "NetworkAclId": "EC2::NetworkAcl",
    "PrefixListId": "EC2::PrefixList",
}  # fmt: skip


@pytest.mark.parametrize("attribute", IDS)
def test_the_id_of_a_resource_is_the_resource_itself(attribute):
    use = resource("EC2::Subnet", A=att("One", attribute), B=att("Other", attribute))
    resources = {"One": resource(IDS[attribute]), "Other": resource("EC2::Route"), "Use": use}
    use = read(resources).scenarios[0].resources["Use"]
    assert (use.get("A"), use.get("B")) == (Reference("One"), Reference("Other", attribute))


@pytest.mark.parametrize(
    "name", ["AccountId", "NotificationARNs", "Partition", "Region", "StackId", "StackName", "URLSuffix"]
)
def test_a_pseudo_parameter_stays_recognizable_inside_a_text(name):
    assert value_of({"Fn::Sub": f"x-${{AWS::{name}}}"}) == f"x-${{AWS::{name}}}"


# --- what it costs ------------------------------------------------------------------------------

COSTS = {
    "Sub": ({"Fn::Sub": ["a${B}", {"B": "bcd"}]}, 3, 1),
    "Sub with an open Region": ({"Fn::Sub": "ab${AWS::Region}"}, 0, 1),
    "Join": ({"Fn::Join": ["--", ["a", "bc"]]}, 5, 3),
    "Join of a reference": ({"Fn::Join": ["", [{"Ref": "Vpc"}]]}, 0, 1),
    "Split": ({"Fn::Split": [",", "a,b,c"]}, 5, 2),
    "Base64": ({"Fn::Base64": "abc"}, 6, 0),
    "ToJsonString of a text": ({"Fn::ToJsonString": "abc"}, 3, 1),
    "ToJsonString of a reference": ({"Fn::ToJsonString": {"Ref": "Vpc"}}, 0, 1),
    "ToJsonString of a number": ({"Fn::ToJsonString": 1234}, 4, 1),
    "Cidr": ({"Fn::Cidr": ["10.0.0.0/16", 3, 8]}, 0, 3),
    "If of two lists": ({"Fn::If": ["Missing", ["a", "b"], ["c"]]}, 0, 3),
    "If of two texts": ({"Fn::If": ["Missing", "ab", "c"]}, 0, 0),
}


@pytest.mark.parametrize("name", COSTS)
def test_texts_and_lists_that_are_put_together_are_counted(name):
    written, characters, items = COSTS[name]
    work = intrinsics.Work()
    intrinsics.Scope({"Resources": {"Vpc": resource("EC2::VPC")}}, {}, work=work).resolve(written)
    assert intrinsics.MAX_TEXT - work.left == characters + 50 * items


def test_lists_that_are_compared_are_counted():
    work = intrinsics.Work()
    assert intrinsics.Scope({}, {}, work=work).holds({"Fn::Equals": [["a", "b"], ["a", "b"]]})
    assert intrinsics.MAX_TEXT - work.left == 4 * 50


def test_texts_and_lists_are_put_together_up_to_a_bound():
    work = intrinsics.Work()
    work.spend(49_999_900)
    work.spend(50, 1)
    with pytest.raises(intrinsics.TooLarge, match="exceed 50,000,000 characters"):
        work.spend(1)


def test_values_refer_to_one_another_up_to_a_depth():
    work = intrinsics.Work()
    with contextlib.ExitStack() as levels:
        for _ in range(150):
            levels.enter_context(work)
        with pytest.raises(intrinsics.TooLarge, match="more than 150 levels deep"):
            levels.enter_context(work)
    with work, work:
        pass


def deep(levels, inside):
    """A value inside so many lists."""
    return inside if not levels else {"Fn::Select": [0, [deep(levels - 1, inside)]]}


def test_what_is_too_deep_is_so_whenever_it_is_asked_for():
    blocks = {"A": deep(28, att("B", "CidrBlock")), "B": deep(28, att("C", "CidrBlock")), "C": deep(28, "a")}
    resources = {name: resource("EC2::VPC", CidrBlock=block) for name, block in blocks.items()}
    resources |= {"First": resource("EC2::Subnet", A=att("A", "CidrBlock")),
                  "Second": resource("EC2::Subnet", A=att("A", "CidrBlock")),
                  "Third": resource("EC2::Subnet", Tags={"Fn::If": ["Deep", 1, 2]}),
                  "Fourth": resource("EC2::Subnet", Tags={"Fn::If": ["Deep", 1, 2]})}  # fmt: skip
    conditions = {"Deep": {"Fn::Equals": [att("A", "CidrBlock"), "a"]}}
    (scenario,) = read(resources, Conditions=conditions).scenarios
    for name in ("First", "Second", "Third", "Fourth"):
        with pytest.raises(BadInput, match=f"{name}: values refer to one another more than 150 levels deep"):
            assert scenario.resources[name].properties


def test_as_many_blocks_as_a_cidr_may_make_are_made():
    assert len(value_of({"Fn::Cidr": ["10.0.0.0/8", 256, 8]})) == 256


def test_a_given_region_and_parameter_are_used():
    assert (
        value_of({"Fn::Sub": "${Open}.${AWS::Region}"}, {"Open": "y"}, "eu-west-1", **SECTIONS)
        == "y.eu-west-1"
    )
    assert value_of({"Fn::GetAZs": ""}, {"Open": "y"}, "us-east-1", **SECTIONS)[:2] == [
        "us-east-1a",
        "us-east-1b",
    ]


def test_the_default_of_an_ssm_parameter_is_its_name_not_its_value():
    declared = {"Open": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/vpc/id"}}
    assert value_of({"Ref": "Open"}, Parameters=declared) == Unknown("parameter Open", Origin.EXISTING)


def test_a_list_parameter_is_split():
    declared = {"Open": {"Type": "List<AWS::EC2::Subnet::Id>"}}
    assert value_of({"Ref": "Open"}, {"Open": "subnet-1, subnet-2"}, Parameters=declared) == [
        "subnet-1",
        "subnet-2",
    ]


# --- scenarios ----------------------------------------------------------------------------------


def scenarios(conditions, parameters=None, given=None, used=None):
    resources = {
        f"R{number}": {"Type": "AWS::EC2::VPC", "Condition": name}
        for number, name in enumerate(used or conditions)
    }
    document = {"Parameters": parameters or {}, "Conditions": conditions,
                "Resources": resources | {"Always": {"Type": "AWS::EC2::VPC"}}}  # fmt: skip
    return template.parse(json.dumps(document), "t.json", given).scenarios


def equals(name, value):
    return {"Fn::Equals": [{"Ref": name}, value]}


def test_allowed_values_that_differ_in_effect_are_scenarios_the_default_first():
    parameters = {"Mode": TEXT | {"Default": "b", "AllowedValues": ["a", "b", "c"]}}
    found = scenarios({"IsA": equals("Mode", "a")}, parameters)
    assert [s.choices["Mode"] for s in found] == ["b or c", "a"]
    assert ["R0" in s.resources for s in found] == [False, True]


def test_a_parameter_without_default_is_what_it_is_compared_with_or_something_else():
    found = scenarios({"IsA": equals("Mode", "a")}, {"Mode": TEXT})
    assert [(str(s), "R0" in s.resources) for s in found] == [("Mode=a", True), ("Mode=not a", False)]


def test_a_given_value_leaves_one_scenario():
    parameters = {"Mode": TEXT | {"AllowedValues": ["a", "b"]}}
    (found,) = scenarios({"IsA": equals("Mode", "a"), "IsB": equals("Mode", "b")}, parameters, {"Mode": "b"})
    assert set(found.resources) == {"R1", "Always"}
    assert found.choices == {}


def test_conditions_combine_as_cloudformation_combines_them():
    parameters = {"Mode": TEXT}
    is_a, is_b = equals("Mode", "a"), equals("Mode", "b")
    conditions = {
        "A": is_a, "B": is_b,
        "Neither": {"Fn::Not": [{"Fn::Or": [{"Condition": "A"}, {"Condition": "B"}]}]},
        "Both": {"Fn::And": [{"Condition": "A"}, {"Condition": "B"}]},
    }  # fmt: skip
    found = {s.choices["Mode"]: set(s.resources) - {"Always"} for s in scenarios(conditions, parameters)}
    assert found == {"a": {"R0"}, "b": {"R1"}, "not a or b": {"R2"}}


def test_a_condition_that_refers_to_itself_or_to_none_is_undetermined():
    for conditions in ({"A": {"Condition": "B"}, "B": {"Condition": "A"}}, {"A": {"Condition": "Missing"}}):
        (found,) = scenarios(conditions, used=["A"])
        assert found.resources["R0"].exists not in (True, False)


def test_too_many_combinations_are_left_open_instead_of_being_tried():
    names = [f"P{number}" for number in range(20)]
    parameters = {name: TEXT | {"AllowedValues": ["a", "b"]} for name in names}
    found = scenarios({name: equals(name, "a") for name in names}, parameters)
    assert 1 < len(found) <= MAX_SCENARIOS
    assert any(not isinstance(r.exists, bool) for r in found[0].resources.values())


def test_only_conditions_of_resources_make_scenarios():
    parameters = {"Mode": TEXT | {"AllowedValues": ["a", "b"]}}
    document = {"Parameters": parameters, "Conditions": {"IsA": equals("Mode", "a")},
                "Resources": {"Vpc": resource("EC2::VPC", Tags={"Fn::If": ["IsA", [], []]})}}  # fmt: skip
    assert len(template.parse(json.dumps(document), "t.json").scenarios) == 1


# --- SAM ----------------------------------------------------------------------------------------


def test_globals_are_merged_into_sam_functions_as_sam_merges_them():
    resources = nat_per_az()
    resources["Function"] = {"Type": "AWS::Serverless::Function",
                             "Properties": {"VpcConfig": {"SubnetIds": [ref("PrivateC")]}}}  # fmt: skip
    shared = {"Function": {"VpcConfig": {"SubnetIds": [ref("PrivateA")],
                                         "SecurityGroupIds": [ref("FunctionGroup")]}}}  # fmt: skip
    found = answers(resources, "internet-ipv4", Globals=shared, Transform="AWS::Serverless-2016-10-31")
    assert [(a.subnet, a.hops) for a in found] == [
        ("PrivateA", ("NatA", "Gateway")), ("PrivateC", ("NatC", "Gateway"))]  # fmt: skip


# --- nested stacks ------------------------------------------------------------------------------


def write(folder, name, **sections):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(sections), "utf-8")
    return path


def stack(url, **parameters):
    return resource("CloudFormation::Stack", TemplateURL=url, Parameters=parameters)


def split_network(folder):
    """The network in one stack, the function in another, fed by outputs and parameters."""
    resources = nat_per_az()
    function = {"Function": resources.pop("Function")}
    function["Function"]["Properties"]["VpcConfig"] = {
        "SubnetIds": {"Ref": "Subnets"}, "SecurityGroupIds": [{"Ref": "Group"}]}  # fmt: skip
    subnets = {"Fn::Join": [",", [ref("PrivateA"), ref("PrivateC")]]}
    write(folder, "stacks/network.yaml", Resources=resources,
          Outputs={"Subnets": {"Value": subnets}, "Group": {"Value": ref("FunctionGroup")}})  # fmt: skip
    write(folder, "stacks/app.yaml", Resources=function,
          Parameters={"Subnets": {"Type": "CommaDelimitedList"}, "Group": {"Type": "String"}})  # fmt: skip
    out = {name: {"Fn::GetAtt": ["Network", f"Outputs.{name}"]} for name in ("Subnets", "Group")}
    return write(folder, "main.yaml", Resources={
        "App": stack("stacks/app.yaml", **out), "Network": stack("./stacks/network.yaml")})  # fmt: skip


def test_nested_stacks_feed_one_another_by_outputs_and_parameters(tmp_path):
    found = template.load(split_network(tmp_path))
    told = network.trace(from_template.networks(found), "App/Function", "internet-ipv4")
    assert [(a.subnet, a.hops) for a in told] == [
        ("Network/PrivateA", ("Network/NatA", "Network/Gateway")),
        ("Network/PrivateC", ("Network/NatC", "Network/Gateway"))]  # fmt: skip


def test_a_nested_stack_elsewhere_stays_unknown():
    resources = {"Network": stack("https://example.com/network.yaml")} | {"Function": resource(
        "Lambda::Function", VpcConfig={
            "SubnetIds": [{"Fn::GetAtt": ["Network", "Outputs.A"]}],
            "SecurityGroupIds": [{"Fn::GetAtt": ["Network", "Outputs.G"]}]})}  # fmt: skip
    (found,) = answers(resources, "internet-ipv4")
    assert isinstance(found, network.Unknown)
    assert found.what == "the route table of output A of stack Network"


def test_a_nested_stack_is_read_below_the_folder_of_the_template_alone(tmp_path):
    inner = {"Resources": {"Vpc": resource("EC2::VPC")}}
    outside = write(tmp_path, "out/secret.yaml", **inner)
    folder = tmp_path / "in"
    write(folder, "own.yaml", **inner)
    write(folder, "deep/up.yaml", Resources={
        "Up": stack("../own.yaml"), "Away": stack("../../out/secret.yaml")})  # fmt: skip
    (folder / "link.yaml").symlink_to(outside)
    (folder / "linked").symlink_to(outside.parent)
    (folder / "circle.yaml").symlink_to(folder / "circle.yaml")
    urls = {"Own": "./own.yaml", "Outside": "../out/secret.yaml", "Absolute": str(outside),
            "Link": "link.yaml", "Linked": "linked/secret.yaml", "Nul": "a\0b", "Long": "x" * 5000,
            "Missing": "missing.yaml",
            "Folder": "deep", "Circle": "circle.yaml", "Deep": "deep/up.yaml"}  # fmt: skip
    path = write(folder, "main.yaml", Resources={name: stack(url) for name, url in urls.items()})
    found = template.load(path)
    (scenario,) = found.scenarios
    assert {name for name in scenario.resources if name.endswith("/Vpc")} == {"Own/Vpc", "Deep/Up/Vpc"}
    for name in ("Outside", "Absolute", "Link", "Linked", "Deep/Away"):
        assert (
            "lies outside the template's folder; name a folder around both with --root" in found.unread[name]
        )
    for name in ("Nul", "Long", "Circle"):
        assert "is no name of a file" in found.unread[name]
    for name in ("Missing", "Folder"):
        assert "is no file" in found.unread[name]
    (scenario,) = template.load(path, root=tmp_path).scenarios
    read_ = {name.removesuffix("/Vpc") for name in scenario.resources if name.endswith("/Vpc")}
    assert read_ == {"Own", "Outside", "Absolute", "Link", "Linked", "Deep/Up", "Deep/Away"}


def test_what_one_stack_hands_to_another_is_a_text_or_a_list_of_texts(tmp_path):
    write(tmp_path, "a.yaml", Parameters={"In": TEXT, "List": TEXT}, Resources={
        "V": resource("EC2::VPC", A={"Ref": "In"}, B={"Ref": "List"})},
        Outputs={"Map": {"Value": {"a": {"b": 1}}}, "List": {"Value": ["x"]}})  # fmt: skip
    path = write(tmp_path, "main.yaml", Resources={
        "One": stack("a.yaml", In={"a": [1]}, List=["x", "y"]),
        "Use": resource("EC2::Subnet", A={"Fn::GetAtt": ["One", "Outputs.Map"]},
                        B={"Fn::GetAtt": ["One", "Outputs.List"]})})  # fmt: skip
    resources = template.load(path).scenarios[0].resources
    assert resources["One/V"].get("A") == Unknown("parameter One/In, which is no text")
    assert resources["One/V"].get("B") == ["x", "y"]
    assert resources["Use"].get("A") == Unknown("output Map of One, which is no text")
    assert resources["Use"].get("B") == ["x"]


def test_a_looked_up_parameter_of_a_nested_stack_has_the_value_that_is_handed_over(tmp_path):
    declared = {"In": {"Type": "AWS::SSM::Parameter::Value<String>"}}
    write(tmp_path, "a.yaml", Parameters=declared, Resources={"V": resource("EC2::VPC", A={"Ref": "In"})})
    path = write(tmp_path, "main.yaml", Parameters={"Open": TEXT}, Resources={
        "One": stack("a.yaml", In={"Ref": "Open"}), "Two": stack("a.yaml", In="/id")})  # fmt: skip
    resources = template.load(path).scenarios[0].resources
    assert resources["One/V"].get("A") == Unknown("parameter Open", Origin.EXISTING)
    assert resources["Two/V"].get("A") == Unknown("SSM parameter /id", Origin.EXISTING)


def test_a_stack_that_includes_itself_is_refused(tmp_path):
    path = write(tmp_path, "main.yaml", Resources={"Self": stack("main.yaml")})
    with pytest.raises(BadInput, match=r"main\.yaml:\d+: nested stack .*includes itself"):
        template.load(path)


def test_stacks_that_feed_each_other_in_a_circle_end_in_unknown(tmp_path):
    write(tmp_path, "a.yaml", Parameters={"In": TEXT}, Resources={"V": resource("EC2::VPC")},
          Outputs={"Out": {"Value": {"Ref": "In"}}})  # fmt: skip
    path = write(tmp_path, "main.yaml", Resources={
        "One": stack("a.yaml", In={"Fn::GetAtt": ["Two", "Outputs.Out"]}),
        "Two": stack("a.yaml", In={"Fn::GetAtt": ["One", "Outputs.Out"]}),
        "Use": resource("EC2::Subnet", VpcId={"Fn::GetAtt": ["One", "Outputs.Out"]})})  # fmt: skip
    (scenario,) = template.load(path).scenarios
    assert isinstance(scenario.resources["Use"].get("VpcId"), Unknown)


# --- input that cannot be used ------------------------------------------------------------------

REFUSED = {
    "a list": ("- a\n", "t.yaml:1: is not a CloudFormation template"),
    "no resources": ("Outputs: {}\n", "t.yaml:1: has no Resources"),
    "a list of resources": ("Resources:\n- A\n", "t.yaml:1: Resources: expected a map"),
    "globals that are a list": (
        "Globals: []\nResources:\n  A: {Type: T}\n",
        "t.yaml:1: Globals: expected a map",
    ),
    "outputs that are a text": (
        "Resources:\n  A: {Type: T}\nOutputs: x\n",
        "t.yaml:3: Outputs: expected a map",
    ),
    "a condition that is a list": (
        "Resources:\n  A:\n    Type: T\n    Condition: [a]\n",
        "t.yaml:4: A: Condition must be a name",
    ),
    "a resource without type": ("Resources:\n  A:\n    Properties: {}\n", "t.yaml:2: A: Type must be a text"),
    "a resource that is a text": ("Resources:\n  A: x\n", "t.yaml:2: A: expected a map"),
    "properties that are a list": (
        "Resources:\n  A:\n    Type: AWS::EC2::VPC\n    Properties: [1]\n",
        "t.yaml:4: A: Properties must be a map",
    ),
    "a duplicate key": ("Resources:\n  A: {Type: T}\n  A: {Type: T}\n", "t.yaml:3: duplicate key 'A'"),
    "a merge key": ("Resources:\n  A:\n    <<: {Type: T}\n", "t.yaml:3: merge keys"),
    "a bare placeholder": ("Resources:\n  {{ name }}:\n    Type: T\n", "t.yaml:2: "),
    "a statement of a template engine": ("Resources:\n{% if x %}\n  A: {Type: T}\n", "t.yaml:2: is not YAML"),
    "a placeholder as type": ("Resources:\n  A:\n    Type: '{{ t }}'\n", "t.yaml:2: A: Type must be"),
    "a parameter that is a text": (
        "Parameters:\n  P: x\nResources:\n  A: {Type: T}\n",
        "t.yaml:2: P: expected",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_broken_input_is_refused_with_file_line_and_mend(name):
    text, message = REFUSED[name]
    with pytest.raises(BadInput) as error:
        template.parse(text, "t.yaml")
    assert str(error.value).startswith(message)


def test_a_value_for_a_parameter_that_does_not_exist_is_refused():
    with pytest.raises(BadInput, match="has no parameter 'Vcp' \\(did you mean 'Vpc'"):
        read({"A": {"Type": "T"}}, {"Vcp": "x"}, Parameters={"Vpc": TEXT})


def test_an_alias_bomb_is_refused_at_once():
    levels = "".join(f"  a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
    text = f"Metadata:\n  a0: &a0 [x]\n{levels}Resources:\n  A: {{Type: T}}\n"
    start = time.monotonic()
    with pytest.raises(BadInput, match="holds more than"):
        template.parse(text, "t.yaml")
    assert time.monotonic() - start < 10, "aliases are followed before they are counted"


def test_deep_nesting_is_refused():
    with pytest.raises(BadInput, match="nested deeper than"):
        template.parse(f"Resources: {'[' * 5000}{']' * 5000}", "t.yaml")


def test_a_circle_of_attributes_ends():
    resources = {
        one: resource("EC2::Subnet", AvailabilityZone={"Fn::GetAtt": f"{other}.AvailabilityZone"})
        for one, other in ("AB", "BA")
    }
    (scenario,) = read(resources).scenarios
    assert isinstance(scenario.resources["A"].get("AvailabilityZone"), Reference)


def test_ten_thousand_resources_are_read_and_traced():
    resources = nat_per_az() | {f"More{n}": resource("EC2::Subnet", VpcId=ref("Vpc")) for n in range(10_000)}
    assert {a.subnet for a in answers(resources, "internet-ipv4")} == {"PrivateA", "PrivateC"}


# --- anything at all ----------------------------------------------------------------------------

FUNCTIONS = [*sorted(intrinsics._FUNCTIONS), "Ref", "Condition", "Fn::Equals", "Fn::And", "Fn::Or", "Fn::Not",
             "Fn::Transform", "Fn::ForEach::A"]  # fmt: skip
names = st.sampled_from(
    ["A", "B", "Function", "P", "C", "AWS::Region", "AWS::NoValue", "A.Outputs.X", "1", ""]
)
blocks = st.sampled_from(["0.0.0.0/0", "10.0.0.0/16", "::/0", "x/1", "tcp", "-1", "443", "allow"])
scalars = st.one_of(names, blocks, st.integers(-2, 70000), st.booleans(), st.none(), st.text(max_size=5))
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(names, inner, max_size=3),
        st.builds(lambda function, argument: {function: argument}, st.sampled_from(FUNCTIONS), inner),
        st.builds(lambda a, b: {"Fn::If": ["C", a, b]}, inner, inner),
        st.builds(lambda a, b: {"Fn::Equals": [a, b]}, inner, inner),
        st.builds(lambda a, b, c: {"Fn::ForEach::B": ["X", a, {b: c}]}, inner, names, inner),
    ),
    max_leaves=12,
)
TYPES = ["EC2::VPC", "EC2::Subnet", "EC2::RouteTable", "EC2::Route", "EC2::SubnetRouteTableAssociation",
         "EC2::NatGateway", "EC2::InternetGateway", "EC2::VPCGatewayAttachment", "EC2::SecurityGroup",
         "EC2::SecurityGroupEgress", "EC2::NetworkAclEntry", "EC2::SubnetNetworkAclAssociation",
         "EC2::VPCEndpoint", "EC2::Instance", "RDS::DBInstance", "CloudFormation::Stack"]  # fmt: skip
PROPERTIES = sorted(
    {name for body in nat_per_az().values() for name in body["Properties"]}
    | {"SecurityGroupEgress", "SecurityGroupIngress", "NetworkAclId", "RuleNumber", "Protocol", "PortRange",
       "RouteTableIds", "ServiceName", "PolicyDocument", "SubnetIds", "DBSubnetGroupName", "TemplateURL",
       "NetworkInterfaces", "Parameters", "Egress", "IpProtocol", "GroupId"}
)  # fmt: skip


@st.composite
def documents(draw):
    """A working network in which anything may stand anywhere."""
    resources = nat_per_az()
    for name in draw(st.sets(st.sampled_from(sorted(resources)), max_size=3)):
        key = draw(st.sampled_from(PROPERTIES))
        resources[name] = {"Type": resources[name]["Type"],
                           "Properties": resources[name]["Properties"] | {key: draw(values)}}  # fmt: skip
    for name in draw(st.sets(st.sampled_from("ABDE"), max_size=3)):
        properties = draw(st.dictionaries(st.sampled_from(PROPERTIES), values, max_size=4))
        resources[name] = resource(draw(st.sampled_from(TYPES)), **properties)
        if draw(st.booleans()):
            resources[name]["Condition"] = draw(names)
    return {
        "Resources": resources,
        "Conditions": {"C": draw(values), "P": draw(values)},
        "Parameters": {
            "P": draw(st.dictionaries(st.sampled_from(["Default", "AllowedValues", "Type"]), values))
        },
        "Mappings": draw(values),
        "Outputs": draw(values),
    }


DESTINATIONS = st.sampled_from(
    ["internet-ipv4", "internet-ipv6", "s3", "sts", "Vpc:443", "A:443", "NatA:80/udp"]
)


@given(document=documents(), destination=DESTINATIONS, down=st.sampled_from([None, "a"]))
def test_any_document_ends_in_an_answer_or_a_named_problem(document, destination, down):
    try:
        found = template.parse(json.dumps(document), "t.json")
        results = network.trace(from_template.networks(found), "Function", destination, down)
    except BadInput as error:
        assert all(problem.line >= 1 for problem in error.problems)
    else:
        assert all(isinstance(r, network.Reached | network.Blocked | network.Unknown) for r in results)


@given(
    document=st.one_of(
        values, st.dictionaries(st.sampled_from(["Resources", "Parameters", "Globals"]), values)
    )
)
def test_any_data_is_a_template_or_refused(document):
    try:
        template.parse(json.dumps(document), "t.json")
    except BadInput as error:
        assert error.problems
