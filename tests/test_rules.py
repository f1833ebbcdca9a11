"""The lint rules find what they are written for, at its line, and are silent about everything else.

Inputs are Python data: `lines` prints a template with one key or item a line, so a finding's line can be
named by the text on it.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cfnlint.rules import Rules
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER
from hypothesis import given
from hypothesis import strategies as st

from lambda_vpc.rule_catalogue import RULES, SECTIONS, rule_catalogue
from lambda_vpc.rules import Finding, _policies, lint
from lambda_vpc.rules._rule import StatementRule

OWN = tuple(rule.id for rule in rule_catalogue())
SUBNETS, GROUPS, VPC = "lambda:SubnetIds", "lambda:SecurityGroupIds", "lambda:VpcIds"
FUNCTION_ARN = "arn:aws:lambda:ap-northeast-1:111122223333:function:orders"
SUBNET_ARN = "arn:aws:ec2:ap-northeast-1:111122223333:subnet/subnet-1"


def statement(effect="Allow", action="lambda:CreateFunction", resource="*", **condition):
    """A statement; a condition's operator is written with `__` for its colon."""
    found = {"Effect": effect, "Action": action, "Resource": resource}
    if condition:
        found["Condition"] = {name.replace("__", ":"): keys for name, keys in condition.items()}
    return found


def policy(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def template(type_, **properties):
    return {"Resources": {"Subject": {"Type": type_, "Properties": properties}}}


def managed(*statements):
    return template("AWS::IAM::ManagedPolicy", PolicyDocument=policy(*statements))


def own(document) -> list[tuple[str, str]]:
    """Rule and text of the line, for each finding of this package's rules."""
    text = json.dumps(document, indent=1)
    found = lint("template", text, "template.json")
    # cfn-lint turns an exception into E0002; on malformed templates some of its own rules raise too.
    crashed = [f for f in found if f.rule == "E0002" and any(rule in f.message for rule in OWN)]
    assert not crashed, f"a rule raised an exception: {crashed[0]}"
    lines = text.splitlines()
    return [(f.rule, lines[f.line - 1].strip().rstrip(",")) for f in found if f.rule in OWN]


def messages(document) -> str:
    found = lint("template", json.dumps(document), "template.json")
    return "\n".join(f"{finding.rule} {finding.message}" for finding in found if finding.rule in OWN)


GUARDED = {
    "ForAllValues__StringEquals": {SUBNETS: ["subnet-1"], GROUPS: ["sg-1"]},
    "Null": {SUBNETS: "false", GROUPS: "false"},
    "StringEquals": {VPC: ["vpc-1"]},
}

# --- what is found ------------------------------------------------------------------------------

KEY_LINE = f'"{SUBNETS}": "subnet-1"'

FOUND = {
    "a plain operator on a multivalued key": (
        managed(statement(StringEquals={SUBNETS: "subnet-1"})),
        [("E9801", KEY_LINE)],
    ),
    "a plain operator with IfExists on a multivalued key": (
        managed(statement(StringLikeIfExists={SUBNETS: "subnet-1"})),
        [("E9801", KEY_LINE)],
    ),
    "a plain negated operator on a multivalued key in a Deny": (
        managed(statement("Deny", StringNotEquals={SUBNETS: "subnet-1"})),
        [("E9801", KEY_LINE)],
    ),
    "a plain operator on a global multivalued key": (
        managed(statement(StringEquals={"aws:TagKeys": "team"})),
        [("E9801", '"aws:TagKeys": "team"')],
    ),
    "key, action and operator in another letter case": (
        managed(statement(action="LAMBDA:createfunction", stringEQUALS={"Lambda:subnetids": "subnet-1"})),
        [("E9801", '"Lambda:subnetids": "subnet-1"')],
    ),
    "ForAnyValue on a single-valued key": (
        managed(statement("Deny", ForAnyValue__StringNotEquals={VPC: "vpc-1"})),
        [("E9802", f'"{VPC}": "vpc-1"')],
    ),
    "ForAllValues on a single-valued key is one finding, not two": (
        managed(statement(ForAllValues__StringEquals={VPC: "vpc-1"})),
        [("E9802", f'"{VPC}": "vpc-1"')],
    ),
    "a set operator on a tag key": (
        managed(statement("Deny", ForAnyValue__StringEquals={"aws:RequestTag/team": "a"})),
        [("E9802", '"aws:RequestTag/team": "a"')],
    ),
    "ForAllValues without Null in an Allow": (
        managed(statement(ForAllValues__StringEquals={SUBNETS: "subnet-1"})),
        [("E9803", KEY_LINE)],
    ),
    "ForAllValues with the Null guard of another key": (
        managed(statement(ForAllValues__StringEquals={SUBNETS: "subnet-1"}, Null={GROUPS: "false"})),
        [("E9803", KEY_LINE)],
    ),
    "ForAllValues with Null true": (
        managed(statement(ForAllValues__StringEquals={SUBNETS: "subnet-1"}, Null={SUBNETS: "true"})),
        [("E9803", KEY_LINE)],
    ),
    "ForAllValues beside an operator that holds without the key as well": (
        managed(
            statement(
                ForAllValues__StringEquals={SUBNETS: "subnet-1"},
                ForAnyValue__StringLikeIfExists={SUBNETS: "subnet-*"},
            )
        ),
        [("E9803", KEY_LINE)],
    ),
    "ForAllValues with the Null guard in another statement": (
        managed(
            statement(ForAllValues__StringEquals={SUBNETS: "subnet-1"}),
            statement(Null={SUBNETS: "false"}),
        ),
        [("E9803", KEY_LINE)],
    ),
    "ForAllValues guarded only in the other branch of an Fn::If": (
        managed(
            {
                **statement(),
                "Condition": {
                    "Fn::If": [
                        "Strict",
                        {"Null": {SUBNETS: "false"}},
                        {"ForAllValues:StringEquals": {SUBNETS: "subnet-1"}},
                    ]
                },
            }
        ),
        [("E9803", KEY_LINE)],
    ),
    "a key that does not exist": (
        managed(statement("Deny", Null={"lambda:SubnetId": "true"})),
        [("E9804", '"lambda:SubnetId": "true"')],
    ),
    "a key of a service that does not exist": (
        managed(statement("Deny", Null={"lamda:VpcIds": "true"})),
        [("E9804", '"lamda:VpcIds": "true"')],
    ),
    "a global key that does not exist": (
        managed(statement(StringEquals={"aws:SourceVpcId": "vpc-1"})),
        [("E9804", '"aws:SourceVpcId": "vpc-1"')],
    ),
    "an unknown key where the actions are not known": (
        managed(
            {
                "Effect": "Deny",
                "NotAction": "lambda:*",
                "Resource": "*",
                "Condition": {"Null": {"x:y": "true"}},
            }
        ),
        [("E9804", '"x:y": "true"')],
    ),
    "a key that no action of the statement supports": (
        managed(statement("Deny", "lambda:UpdateFunctionCode", Null={VPC: "true"})),
        [("E9804", f'"{VPC}": "true"')],
    ),
    "a key that one action of two does not support, at the action": (
        managed(
            statement("Deny", ["lambda:CreateFunction", "lambda:CreateCapacityProvider"], Null={VPC: "true"})
        ),
        [("E9804", '"lambda:CreateCapacityProvider"')],
    ),
    "one finding for an action that lacks several keys": (
        managed(statement("Allow", ["lambda:CreateFunction", "lambda:UpdateFunctionCode"], **GUARDED)),
        [("E9804", '"lambda:UpdateFunctionCode"')],
    ),
    "a key that no action under a wildcard supports": (
        managed(statement("Deny", "lambda:Delete*", Null={VPC: "true"})),
        [("E9804", f'"{VPC}": "true"')],
    ),
    "IfExists on a key that no action supports": (
        managed(statement("Deny", "lambda:UpdateFunctionCode", StringEqualsIfExists={VPC: "vpc-1"})),
        [("E9804", f'"{VPC}": "vpc-1"')],
    ),
    "an ARN for an action without resource types": (
        managed(
            statement(action=["ec2:DescribeSubnets", "ec2:CreateNetworkInterface"], resource=[SUBNET_ARN])
        ),
        [("E9805", '"ec2:DescribeSubnets"')],
    ),
    "an ARN in a Deny, in another letter case": (
        managed(statement("Deny", "EC2:describesubnets", SUBNET_ARN)),
        [("E9805", '"Action": "EC2:describesubnets"')],
    ),
    "an ARN for a wildcard that only covers actions without resource types": (
        managed(statement(action="ec2:DescribeSubnet*", resource=SUBNET_ARN)),
        [("E9805", '"Action": "ec2:DescribeSubnet*"')],
    ),
    "an ARN made by intrinsic functions": (
        managed(
            statement(
                action="ec2:DescribeSubnets",
                resource=[
                    {"Fn::Sub": "arn:${AWS::Partition}:ec2:*:*:subnet/*"},
                    {"Fn::Join": [":", ["arn", {"Ref": "AWS::Partition"}, "ec2"]]},
                    {"Fn::GetAtt": ["Subject", "Arn"]},
                    {"Ref": "Subject"},
                ],
            )
        ),
        [("E9805", '"Action": "ec2:DescribeSubnets"')],
    ),
    "an ARN in one branch of an Fn::If": (
        managed(statement(action="ec2:DescribeSubnets", resource={"Fn::If": ["Strict", SUBNET_ARN, "*"]})),
        [("E9805", '"Action": "ec2:DescribeSubnets"')],
    ),
    "Principal in an SCP written as an object": (
        template(
            "AWS::Organizations::Policy",
            Name="scp",
            Type="SERVICE_CONTROL_POLICY",
            Content=policy({"Principal": "*", **statement("Deny")}),
        ),
        [("E9806", '"Principal": "*"')],
    ),
    "NotPrincipal in an SCP written as text": (
        template(
            "AWS::Organizations::Policy",
            Name="scp",
            Type="SERVICE_CONTROL_POLICY",
            Content="(text)",
        ),
        [("E9806", '"Content": "(text)"')],
    ),
    "an action that does not exist, in an endpoint policy": (
        template(
            "AWS::EC2::VPCEndpoint",
            VpcId="vpc-1",
            ServiceName="com.amazonaws.ap-northeast-1.lambda",
            PolicyDocument=policy({"Principal": "*", **statement(action="lambda:InvokeFunktion")}),
        ),
        [("W9807", '"Action": "lambda:InvokeFunktion"')],
    ),
    "an action that does not exist, in NotAction": (
        template(
            "AWS::EC2::VPCEndpoint",
            VpcId="vpc-1",
            ServiceName="com.amazonaws.ap-northeast-1.lambda",
            PolicyDocument=policy(
                {"Effect": "Deny", "Principal": "*", "Resource": "*", "NotAction": ["lambda:Foo*"]}
            ),
        ),
        [("W9807", '"lambda:Foo*"')],
    ),
}
TEXT_SCP = json.dumps(policy({"NotPrincipal": {"AWS": "111122223333"}, **statement("Deny")}))


@pytest.mark.parametrize("name", FOUND)
def test_a_rule_finds(name):
    document, expected = FOUND[name]
    text = json.dumps(document, indent=1)
    if "(text)" in text:
        document = json.loads(text.replace('"(text)"', json.dumps(TEXT_SCP)))
        expected = [(rule, line.replace('"(text)"', json.dumps(TEXT_SCP))) for rule, line in expected]
    assert own(document) == expected


def test_every_rule_of_policies_has_an_input_it_finds():
    found = {rule for _, expected in FOUND.values() for rule, _ in expected}
    assert found == {rule.id for rule in _rules()}, "add the missing rules to FOUND"


# --- what is not found --------------------------------------------------------------------------

SILENT = {
    "the approved Allow": managed(statement(**GUARDED)),
    "the approved Deny": managed(
        statement("Deny", StringNotEquals={VPC: "vpc-1"}),
        statement("Deny", ForAnyValue__StringNotEquals={SUBNETS: "subnet-1"}),
        statement("Deny", ForAnyValue__StringNotEquals={GROUPS: "sg-1"}),
    ),
    "Null on a multivalued key": managed(statement("Deny", Null={SUBNETS: "true"})),
    "ForAllValues without Null in a Deny": managed(
        statement("Deny", ForAllValues__StringEquals={SUBNETS: "subnet-1"})
    ),
    "a Null guard in another letter case and as a boolean": managed(
        statement(ForAllValues__StringEquals={SUBNETS: "subnet-1"}, Null={SUBNETS.upper(): False})
    ),
    "a Null guard whose value is a parameter": managed(
        statement(ForAllValues__StringEquals={SUBNETS: "subnet-1"}, Null={SUBNETS: {"Ref": "Demand"}})
    ),
    "ForAllValues beside ForAnyValue, which demands the key too": managed(
        statement(
            ForAllValues__StringEquals={SUBNETS: "subnet-1"}, ForAnyValue__StringLike={SUBNETS: "subnet-*"}
        )
    ),
    "ForAllValues and its guard inside the same branch": managed(
        {
            **statement(),
            "Condition": {
                "Fn::If": [
                    "Strict",
                    {"ForAllValues:StringEquals": {SUBNETS: "subnet-1"}, "Null": {SUBNETS: "false"}},
                    {"Ref": "AWS::NoValue"},
                ]
            },
        }
    ),
    "ForAllValues where the effect depends on a condition": managed(
        {
            **statement(ForAllValues__StringEquals={SUBNETS: "subnet-1"}),
            "Effect": {"Fn::If": ["Strict", "Deny", "Allow"]},
        }
    ),
    "a wildcard with a matching action that supports the key": managed(
        statement("Deny", "lambda:*", Null={VPC: "true"}),
        statement("Deny", "lambda:C?eate*", Null={VPC: "true"}),
        statement("Deny", "*", Null={VPC: "true"}),
    ),
    "IfExists where one action supports the key": managed(
        statement(
            "Deny", ["lambda:CreateFunction", "lambda:UpdateFunctionCode"], StringNotEqualsIfExists={VPC: "a"}
        )
    ),
    "NotAction": managed(
        {
            "Effect": "Deny",
            "NotAction": "ec2:DescribeSubnets",
            "Resource": "*",
            "Condition": {"Null": {VPC: "true"}},
        }
    ),
    "the session key lambda:SourceFunctionArn on an EC2 action": managed(
        statement("Deny", "ec2:DescribeSubnets", ArnEquals={"lambda:SourceFunctionArn": FUNCTION_ARN})
    ),
    "a global key and tag keys": managed(
        statement(
            StringEquals={
                "aws:PrincipalTag/team": "a",
                "aws:ResourceTag/team": "a",
                "AWS:requestedregion": "b",
            },
            IpAddress={"aws:SourceIp": "203.0.113.0/24"},
        )
    ),
    "a key with a changing part": managed(
        statement(
            action="kms:Decrypt",
            resource="arn:aws:kms:ap-northeast-1:111122223333:key/*",
            StringEquals={"kms:EncryptionContext:app": "orders"},
        ),
        statement(
            action="s3:GetObject",
            resource="arn:aws:s3:::example/*",
            StringEquals={"s3:ExistingObjectTag/team": "a"},
        ),
    ),
    "keys of an identity provider in a trust policy": template(
        "AWS::IAM::Role",
        AssumeRolePolicyDocument=policy(
            {
                "Effect": "Allow",
                "Principal": {"Federated": "cognito-identity.amazonaws.com"},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {
                    "StringEquals": {
                        "cognito-identity.amazonaws.com:aud": "a",
                        "oidc.example.com/id/A:sub": "b",
                    },
                    "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"},
                },
            }
        ),
    ),
    "* among the resources": managed(statement(action="ec2:DescribeSubnets", resource=[SUBNET_ARN, "*"])),
    "NotResource": managed({"Effect": "Allow", "Action": "ec2:DescribeSubnets", "NotResource": SUBNET_ARN}),
    "a resource that is known at deployment only": managed(
        statement(action="ec2:DescribeSubnets", resource={"Ref": "ResourceParameter"}),
        statement(action="ec2:DescribeSubnets", resource={"Fn::ImportValue": "resource"}),
        statement(action="ec2:DescribeSubnets", resource=[{"Fn::FindInMap": ["a", "b", "c"]}]),
        statement(action="ec2:DescribeSubnets", resource={"Fn::Sub": "${ResourceParameter}"}),
        statement(action="ec2:DescribeSubnets", resource={"Fn::Join": ["", [{"Ref": "ResourceParameter"}]]}),
        statement(action="ec2:DescribeSubnets", resource=[]),
    ),
    "a wildcard that also covers actions with resource types": managed(
        statement(action="ec2:Describe*", resource=SUBNET_ARN)
    ),
    "action and resource that never meet": managed(
        statement(
            action={"Fn::If": ["Strict", "lambda:InvokeFunction", "ec2:DescribeSubnets"]},
            resource={"Fn::If": ["Strict", FUNCTION_ARN, "*"]},
        )
    ),
    "Principal in a resource control policy": template(
        "AWS::Organizations::Policy",
        Name="rcp",
        Type="RESOURCE_CONTROL_POLICY",
        Content=policy({"Principal": "*", **statement("Deny", "s3:*")}),
    ),
    "a policy of AWS Organizations that is no IAM policy": template(
        "AWS::Organizations::Policy",
        Name="tags",
        Type="TAG_POLICY",
        Content={"Statement": [{"Principal": "*", "Action": "no:Action"}]},
    ),
    "keys, actions and resources that Fn::Sub fills in": template(
        "AWS::EC2::VPCEndpoint",
        PolicyDocument={
            "Fn::Sub": json.dumps(
                policy(
                    statement(action="lambda:${Verb}", resource=FUNCTION_ARN),
                    statement(action="ec2:DescribeSubnets", resource="${Resource}"),
                    statement(StringEquals={"${Service}:VpcIds": "vpc-1"}),
                )
            )
        },
    ),
    "an action that reaches across services": template(
        "AWS::EC2::VPCEndpoint",
        PolicyDocument=policy(statement("Deny", ["*", "*:Describe*", "l?mbda:*"], Null={VPC: "true"})),
    ),
    "an unknown action beside one that supports the key": managed(
        statement("Deny", ["lambda:CreateFunction", "lambda:InvokeFunktion"], Null={VPC: "true"})
    ),
    "a key that AWS lists with another service than its own": managed(
        statement(
            action="aws-marketplace:StartChangeSet",
            StringEquals={"catalog:ChangeType": "UpdateInformation"},
        )
    ),
    "a key that AWS lists with no action at all": managed(
        statement("Deny", "states:DeleteStateMachine", StringEquals={"states:HTTPMethod": "POST"})
    ),
    "a resource type that the rules do not know": template(
        "Custom::Policy", PolicyDocument=policy(statement(StringEquals={SUBNETS: "subnet-1"}))
    ),
}


@pytest.mark.parametrize("name", SILENT)
def test_no_rule_speaks_of(name):
    assert own(SILENT[name]) == []


# --- where policies stand -----------------------------------------------------------------------

WHERE = [(type_, path) for type_, places in _policies.LOCATIONS.items() for _, path in places]


def _nest(value, path):
    for step in reversed(path.split("/")):
        value = [value] if step == "*" else {step: value}
    return value


@pytest.mark.parametrize(("type_", "path"), WHERE)
def test_policies_are_read_wherever_cloudformation_keeps_them(type_, path):
    document = policy({"Principal": "*", **statement(StringEquals={SUBNETS: "subnet-1"})})
    assert ("E9801", KEY_LINE) in own(template(type_, **_nest(document, path)))


@pytest.mark.parametrize(("type_", "path"), WHERE)
def test_cloudformation_knows_each_place(type_, path):
    properties = PROVIDER_SCHEMA_MANAGER.get_resource_schema("ap-northeast-1", type_).schema["properties"]
    assert path.split("/")[0] in properties, f"{type_} has no such property: mend LOCATIONS"


@pytest.mark.parametrize(("type_", "path"), WHERE)
def test_an_unknown_action_is_reported_once(type_, path):
    document = policy({"Principal": "*", **statement(action="lambda:InvokeFunktion")})
    found = lint("template", json.dumps(template(type_, **_nest(document, path))), "template.json")
    named = {finding.rule for finding in found if finding.rule in ("W3037", "W9807")}
    assert named in ({"W3037"}, {"W9807"}), (
        "correct STOCK_CHECKS_ACTIONS: cfn-lint and W9807 must not overlap"
    )


SAM = {"Transform": "AWS::Serverless-2016-10-31"}


def test_sam_functions_are_read_with_their_policies_in_every_form():
    plain = statement(StringEquals={SUBNETS: "subnet-1"})
    mixed = [
        "AWSLambdaBasicExecutionRole",
        {"S3ReadPolicy": {"BucketName": "example"}},
        {"Fn::If": ["Strict", policy(plain), {"Ref": "AWS::NoValue"}]},
    ]
    assert own({**SAM, **template("AWS::Serverless::Function", Policies=mixed)}) == [("E9801", KEY_LINE)]
    single = {"Version": "2012-10-17", "Statement": plain}
    assert own({**SAM, **template("AWS::Serverless::Function", Policies=single)}) == [("E9801", KEY_LINE)]


def test_an_unknown_action_in_a_sam_template_is_found_where_stock_cfn_lint_is_silent():
    document = {**SAM, **managed(statement(action="lambda:InvokeFunktion"))}
    assert own(document) == [("W9807", '"Action": "lambda:InvokeFunktion"')]


@pytest.mark.parametrize("wrap", ["json", "sub", "sub-with-map", "to-json-string"])
def test_a_policy_written_as_text_is_read(wrap):
    document = policy(statement("Deny", "lambda:UpdateFunctionCode", StringEquals={SUBNETS: "${Subnet}"}))
    text = json.dumps(document)
    content = {
        "json": text,
        "sub": {"Fn::Sub": text},
        "sub-with-map": {"Fn::Sub": [text, {"Subnet": "subnet-1"}]},
        "to-json-string": {"Fn::ToJsonString": document},
    }[wrap]
    found = own(
        template("AWS::Organizations::Policy", Name="a", Type="SERVICE_CONTROL_POLICY", Content=content)
    )
    assert [rule for rule, _ in found] == ["E9801", "E9804"]


def test_yaml_findings_stand_at_their_line():
    text = (
        "Resources:\n"
        "  Subject:\n"
        "    Type: AWS::IAM::ManagedPolicy\n"
        "    Properties:\n"
        "      PolicyDocument:\n"
        "        Version: '2012-10-17'\n"
        "        Statement:\n"
        "          - Effect: Allow\n"
        "            Action:\n"
        "              - lambda:CreateFunction\n"
        "              - lambda:UpdateFunctionCode\n"
        "            Resource: '*'\n"
        "            Condition:\n"
        "              StringEquals:\n"
        "                lambda:SubnetIds: !Ref Subject\n"
    )
    found = lint("template", text, "template.yaml")
    assert [(f.rule, f.line) for f in found if f.rule in OWN] == [("E9804", 11), ("E9801", 15)]


# --- messages -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (managed(statement(StringEquals={SUBNETS: "a"})), ["ForAllValues:StringEquals", "'Null'"]),
        (managed(statement("Deny", StringNotEquals={SUBNETS: "a"})), ["Write 'ForAnyValue:StringNotEquals'"]),
        (managed(statement("Deny", ForAnyValue__StringNotEquals={VPC: "a"})), ["'StringNotEquals'", "fails"]),
        (managed(statement(ForAllValues__StringEquals={VPC: "a"})), ["Write 'StringEquals'", "holds"]),
        (managed(statement(ForAllValues__StringEquals={SUBNETS: "a"})), [f"'Null': {{'{SUBNETS}'"]),
        (managed(statement("Deny", Null={"lambda:SubnetId": "true"})), ["Did you mean 'lambda:SubnetIds'?"]),
        (managed(statement("Deny", Null={"lamda:VpcIds": "true"})), ["Did you mean 'lambda:VpcIds'?"]),
        (
            managed(statement("Allow", "lambda:UpdateFunctionCode", StringEquals={VPC: "a"})),
            ["this statement never allows it"],
        ),
        (
            managed(statement("Allow", "lambda:UpdateFunctionCode", StringNotEquals={VPC: "a"})),
            ["puts no limit on it"],
        ),
        (
            managed(statement("Deny", "lambda:UpdateFunctionCode", StringEquals={VPC: "a"})),
            ["this statement never denies it"],
        ),
        (
            managed(statement("Deny", "lambda:UpdateFunctionCode", StringNotEquals={VPC: "a"})),
            ["spares no request"],
        ),
        (
            managed(statement("Allow", ["lambda:CreateFunction", "lambda:UpdateFunctionCode"], **GUARDED)),
            ["keys 'lambda:SubnetIds', 'lambda:SecurityGroupIds', 'lambda:VpcIds'", "never allows it"],
        ),
        (managed(statement(action="ec2:DescribeSubnets", resource=SUBNET_ARN)), ["with 'Resource': '*'"]),
    ],
)  # fmt: skip
def test_a_message_says_what_to_write_instead(document, words):
    text = messages(document)
    assert all(word in text for word in words), text


# --- malformed input ----------------------------------------------------------------------------

MALFORMED = [
    None, [], "", "{", 7, {"Statement": None}, {"Statement": "x"}, {"Statement": [None, 7, "x", []]},
    {"Statement": {"Fn::If": ["A"]}}, {"Statement": [{"Fn::If": ["A", None, [[]]]}]},
    {"Statement": [{"Effect": ["Allow"], "Action": {"Ref": "x"}, "Resource": None, "Condition": []}]},
    {"Statement": [{"Effect": "Allow", "Action": [None, 1, "", ":", "*:", "lambda", "a:b"], "Resource": {}}]},
    {"Statement": [statement(StringEquals=None)]}, {"Statement": [statement(StringEquals=[SUBNETS])]},
    {"Statement": [statement(Null={SUBNETS: {"a": []}})]},
    {"Statement": [statement(ForAllValues__={SUBNETS: 1})]},
    {"Statement": [statement(StringEquals={"Fn::If": ["A", {"Ref": "x"}, 3]})]},
    {"Statement": [statement(action="ec2:DescribeSubnets", resource={"Fn::Join": ["", "x"]})]},
    {"Statement": [statement(action="ec2:DescribeSubnets", resource={"Fn::Sub": []})]},
    {"Fn::Sub": []}, {"Fn::Sub": [7]}, {"Fn::ToJsonString": "x"}, {"Fn::Transform": {}},
]  # fmt: skip


@pytest.mark.parametrize("document", MALFORMED, ids=range(len(MALFORMED)))
def test_malformed_policies_raise_nothing_and_are_no_finding(document):
    assert own(template("AWS::IAM::ManagedPolicy", PolicyDocument=document)) == []


@pytest.mark.parametrize("resources", [None, [], "x", {"A": None}, {"A": {"Type": 7}}, {"A": {"Type": "x"}}])
def test_malformed_templates_raise_nothing_and_are_no_finding(resources):
    assert own({"Resources": resources}) == []


WORDS = st.sampled_from(
    [
        "Allow",
        "Deny",
        "*",
        "lambda:CreateFunction",
        "lambda:*",
        "ec2:DescribeSubnets",
        "ec2:Descr?be*",
        SUBNETS,
        "subnet-1",
        SUBNET_ARN,
        "false",
        "${a}",
        "{{resolve:ssm:a}}",
        "aws:TagKeys",
        "",
        ":",
        "??:*",
        "x",
    ]
)
KEYS = st.sampled_from(
    [
        "Effect",
        "Action",
        "NotAction",
        "Resource",
        "Principal",
        "Condition",
        "Statement",
        "StringEquals",
        "Null",
        "ForAllValues:StringLikeIfExists",
        "ForAnyValue:ArnNotEquals",
        "Ref",
        "Fn::If",
        "Fn::Sub",
        "Fn::Join",
        SUBNETS,
        VPC,
        "lambda:SubnetId",
        "aws:RequestTag/a",
        "sts:ExternalId",
        "x.y:z",
        "PolicyDocument",
    ]
) | st.text(max_size=6)
JSON_LIKE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=25,
)
STATEMENT_LIKE = st.fixed_dictionaries(
    {},
    optional={
        name: JSON_LIKE | WORDS | st.lists(WORDS, max_size=3)
        for name in ("Effect", "Action", "NotAction", "Resource", "Principal")
    }
    | {
        "Condition": JSON_LIKE
        | st.dictionaries(KEYS, st.dictionaries(KEYS, JSON_LIKE | WORDS, max_size=3), max_size=3)
    },
)


class _Template:
    """What the rules use of cfn-lint's template: cfn-lint itself takes too long for hundreds of examples."""

    def __init__(self, document):
        self.template = document

    def has_serverless_transform(self):
        return True


@given(st.lists(STATEMENT_LIKE, max_size=3) | JSON_LIKE, st.sampled_from(["object", "text", "sub"]))
def test_no_policy_however_malformed_makes_a_rule_raise(statements, form):
    write = {"object": lambda p: p, "text": json.dumps, "sub": lambda p: {"Fn::Sub": json.dumps(p)}}
    content = write[form]({"Statement": statements})
    document = template("AWS::Organizations::Policy", Type="SERVICE_CONTROL_POLICY", Content=content)
    for rule in _rules():
        for match in rule.match(_Template(document)):
            assert match.message


def _rules():
    return [
        rule() for rule in StatementRule.__subclasses__() if rule.__module__.startswith("lambda_vpc.rules.")
    ]


# --- loading and texts --------------------------------------------------------------------------


def test_cfn_lint_loads_the_rules_by_name_from_any_directory(tmp_path):
    file = tmp_path / "template.json"
    file.write_text(json.dumps(managed(statement(StringEquals={SUBNETS: "subnet-1"})), indent=1), "utf-8")
    program = Path(sys.executable).with_name("cfn-lint")
    done = subprocess.run(
        [program, file.name, "-a", "lambda_vpc.rules"], cwd=tmp_path, capture_output=True, text=True
    )
    assert re.findall(r"^[EWI]\d{4}", done.stdout, re.MULTILINE) == ["E9801"], done.stdout + done.stderr


def test_cfn_lint_loads_the_rules_by_their_folder_as_well():
    assert sorted(Rules.create_from_directory(str(RULES))) == sorted(OWN)


def test_every_rule_is_loaded_and_explained():
    loaded = Rules.create_from_module("lambda_vpc.rules")
    assert sorted(loaded) == sorted(OWN), "import the rule in lambda_vpc/rules/__init__.py"
    for rule in loaded.values():
        assert rule.shortdesc and rule.description and rule.tags, rule.id
        assert rule.source_url.startswith("https://docs.aws.amazon.com/"), rule.id


def test_the_texts_are_read_without_importing_cfn_lint():
    program = (
        "import sys; from lambda_vpc.rule_catalogue import rule_catalogue; rule_catalogue();"
        "sys.exit('cfnlint' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0


@pytest.mark.parametrize("section", SECTIONS)
def test_a_rule_without_a_section_is_an_error_that_names_file_and_section(section, tmp_path):
    source = (RULES / "principal_in_scp.py").read_text("utf-8")
    without = re.sub(rf"    {section}:\n( {{8}}.*\n)+", "", source)
    assert without != source
    (tmp_path / "rule.py").write_text(without, "utf-8")
    with pytest.raises(ValueError, match=rf"^rule\.py:\d+: rule E9806 has no section '{section}:'$"):
        rule_catalogue(tmp_path)


def test_every_module_says_which_rule_it_is():
    for path in RULES.glob("[a-z]*.py"):
        text = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
        assert text[:5] in OWN, f"{path.name}: begin the module's docstring with the rule's id"


def test_linting_twice_gives_the_same_findings():
    text = json.dumps(managed(statement(StringEquals={SUBNETS: "subnet-1"})))
    first, second = (lint("template", text, "t.json") for _ in range(2))
    assert first == second and all(isinstance(finding, Finding) for finding in first)
