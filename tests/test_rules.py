"""The lint rules find what they are written for, at its line, and are silent about everything else.

Inputs are Python data: `lines` prints a template with one key or item a line, so a finding's line can be
named by the text on it.
"""

from __future__ import annotations

import ast
import json
import operator
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from cfnlint.rules import Rules
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER
from hypothesis import given
from hypothesis import strategies as st
from moto.iam.aws_managed_policies import aws_managed_policies_data

import lambda_vpc.rules
from lambda_vpc.cloudformation.template import of
from lambda_vpc.network.from_template.values import listed
from lambda_vpc.reading import Source, parse
from lambda_vpc.rules import RULES, Report, _policies, findings, lint
from lambda_vpc.rules._rule import SECTIONS, Finding, statement_rule
from lambda_vpc.rules.cfn_lint import CLASSES

FOLDER = Path(_policies.__file__).parent
OWN = tuple(RULES)
OF_POLICIES = tuple(rule.id for rule in RULES.values() if "policies" in rule.tags)
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
    lines = text.splitlines()
    return [(f.rule, lines[f.line - 1].strip().rstrip(",")) for f in _found(text)]


def _found(text: str) -> list[Finding]:
    """Without cfn-lint, which takes a hundred times as long; test_lint.py holds that both find the same."""
    return sorted(findings(_parsed(text)), key=lambda finding: (finding.line, finding.rule))


def _parsed(text: str) -> Source:
    return parse(text, "template.json", is_json=text.lstrip().startswith("{"), tabs=True)


def messages(document) -> str:
    return "\n".join(f"{finding.rule} {finding.message}" for finding in _found(json.dumps(document)))


def scp(*statements):
    return template(
        "AWS::Organizations::Policy",
        Name="scp",
        Type="SERVICE_CONTROL_POLICY",
        Content=policy(*statements),
    )


UPDATES = ["lambda:CreateFunction", "lambda:UpdateFunctionConfiguration"]
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
                "Condition": {"Null": {"lambda:Subnets": "true"}},
            }
        ),
        [("E9804", '"lambda:Subnets": "true"')],
    ),
    "ForAllValues on the paths of an organization": (
        managed(
            statement(action="s3:GetObject", ForAllValues__StringLike={"aws:PrincipalOrgPaths": "o-a/*"})
        ),
        [("E9803", '"aws:PrincipalOrgPaths": "o-a/*"')],
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
    "an ARN for an action of Lambda without resource types": (
        managed(statement(action="lambda:ListFunctions", resource=FUNCTION_ARN)),
        [("E9805", '"Action": "lambda:ListFunctions"')],
    ),
    "an ARN for an action of another service, as AWS lists it": (
        managed(
            statement(action="dynamodb:ListTables", resource="arn:aws:dynamodb:*:111122223333:table/Orders")
        ),
        [("W9808", '"Action": "dynamodb:ListTables"')],
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
    "ForAnyValue alone in a Deny": (
        managed(
            statement(action=UPDATES),
            statement("Deny", UPDATES, ForAnyValue__StringNotEquals={SUBNETS: ["subnet-1"]}),
        ),
        [("W9809", f'"{SUBNETS}": [')],
    ),
    "ForAnyValue alone in two Denies of one policy is one finding": (
        scp(
            statement("Deny", "lambda:*", ForAnyValue__StringNotLike={GROUPS: "sg-*"}),
            statement("Deny", "*", ForAnyValue__StringNotEquals={SUBNETS: ["subnet-1"]}),
        ),
        [("W9809", f'"{GROUPS}": "sg-*"')],
    ),
    "a Deny of what comes from elsewhere, in an SCP": (
        scp(
            {
                "Effect": "Deny",
                "NotAction": ["iam:PassRole"],
                "Resource": "*",
                "Condition": {
                    "StringNotEqualsIfExists": {"aws:SourceVpc": "vpc-1"},
                    "BoolIfExists": {"aws:ViaAWSService": "false"},
                },
            }
        ),
        [("W9810", '"aws:SourceVpc": "vpc-1"')],
    ),
    "a Deny of what comes from other addresses": (
        scp(
            statement(
                "Deny",
                "ec2:*",
                NotIpAddress={"aws:SourceIp": ["203.0.113.0/24"]},
                StringNotEquals={"aws:SourceVpce": "vpce-1"},
            )
        ),
        [("W9810", '"aws:SourceIp": [')],
    ),
    "a Deny of what comes from elsewhere, on an execution role": (
        {
            "Resources": {
                "Function": {
                    "Type": "AWS::Lambda::Function",
                    "Properties": {
                        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                        "VpcConfig": {
                            "SubnetIds": ["subnet-0a1a1a1a1a1a1a1a1", "subnet-0c1c1c1c1c1c1c1c1"],
                            "SecurityGroupIds": ["sg-0a2a2a2a2a2a2a2a2"],
                        },
                    },
                },
                "Role": {
                    "Type": "AWS::IAM::Role",
                    "Properties": {
                        "AssumeRolePolicyDocument": policy(
                            {
                                "Effect": "Allow",
                                "Principal": {"Service": "lambda.amazonaws.com"},
                                "Action": "sts:AssumeRole",
                            }
                        ),
                        "ManagedPolicyArns": [
                            "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"
                        ],
                    },
                },
                "Perimeter": {
                    "Type": "AWS::IAM::RolePolicy",
                    "Properties": {
                        "RoleName": {"Ref": "Role"},
                        "PolicyName": "perimeter",
                        "PolicyDocument": policy(
                            statement("Deny", "*", StringNotEquals={"aws:SourceVpc": "vpc-1"})
                        ),
                    },
                },
            }
        },
        [("W9810", '"aws:SourceVpc": "vpc-1"')],
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
    assert found == {*OF_POLICIES}, "add the missing rules to FOUND"


# --- what is not found --------------------------------------------------------------------------

SILENT = {
    "the approved Allow": managed(statement(**GUARDED)),
    "the approved Deny": managed(
        statement("Deny", StringNotEquals={VPC: "vpc-1"}),
        statement("Deny", ForAnyValue__StringNotEquals={SUBNETS: "subnet-1"}),
        statement("Deny", ForAnyValue__StringNotEquals={GROUPS: "sg-1"}),
    ),
    "ForAnyValue in a Deny beside a Deny of functions without a VPC": managed(
        statement("Deny", UPDATES, ForAnyValue__StringNotEquals={SUBNETS: ["subnet-1"]}),
        statement("Deny", UPDATES, Null={VPC: "true"}),
    ),
    "ForAnyValue in a Deny beside a Deny in another policy of the template": {
        "Resources": {
            "One": managed(statement("Deny", UPDATES, ForAnyValue__StringNotEquals={SUBNETS: "subnet-1"}))[
                "Resources"
            ]["Subject"],
            "Other": managed(statement("Deny", UPDATES, StringNotEquals={VPC: "vpc-1"}))["Resources"][
                "Subject"
            ],
        }
    },
    "ForAnyValue in a Deny where the Allow demands a VPC": managed(
        statement(action=UPDATES, Null={SUBNETS: "false"}),
        statement("Deny", UPDATES, ForAnyValue__StringNotEquals={SUBNETS: ["subnet-1"]}),
    ),
    "a list of forbidden subnets": managed(
        statement("Deny", UPDATES, ForAnyValue__StringEquals={SUBNETS: ["subnet-1"]})
    ),
    "ForAnyValue in a Deny that does not cover the creation of functions": managed(
        statement("Deny", "lambda:UpdateFunctionConfiguration", ForAnyValue__StringNotEquals={SUBNETS: "a"})
    ),
    "a Deny by network that spares Lambda's own calls": scp(
        statement(
            "Deny",
            "*",
            StringNotEqualsIfExists={"aws:SourceVpc": "vpc-1"},
            Null={"lambda:SourceFunctionArn": "false"},
        ),
        statement(
            "Deny",
            "*",
            StringNotEqualsIfExists={"aws:SourceVpc": "vpc-1"},
            ArnNotLike={"aws:PrincipalArn": "arn:aws:iam::*:role/execution-*"},
        ),
        statement(
            "Deny",
            "*",
            NotIpAddressIfExists={"aws:SourceIp": "203.0.113.0/24"},
            StringNotEqualsIfExists={"aws:PrincipalTag/network": "open"},
        ),
    ),
    "a Deny by network of other actions, and of what comes from a VPC": scp(
        statement("Deny", "s3:*", StringNotEqualsIfExists={"aws:SourceVpc": "vpc-1"}),
        {
            "Effect": "Deny",
            "NotAction": "ec2:*",
            "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:SourceVpc": "vpc-1"}},
        },
        statement("Deny", "*", StringEquals={"aws:SourceVpc": "vpc-1"}),
        statement("Deny", "*", IpAddress={"aws:SourceIp": "203.0.113.0/24"}),
        statement("Deny", "*", NotIpAddress={"aws:SourceIp": {"Ref": "Ranges"}}),
    ),
    "a Deny by network for people, not for an execution role": managed(
        statement("Deny", "*", NotIpAddress={"aws:SourceIp": "203.0.113.0/24"})
    ),
    "Null on a multivalued key": managed(statement("Deny", Null={SUBNETS: "true"})),
    "ForAllValues without Null in a Deny": managed(
        statement("Deny", ForAllValues__StringEquals={SUBNETS: "subnet-1"})
    ),
    "ForAllValues where a request without the key is meant to pass, as AWS's own policies have it": managed(
        statement(action="ec2:CreateTags", ForAllValues__StringEquals={"aws:TagKeys": ["team", "stage"]}),
        statement(
            action=["dynamodb:GetItem", "dynamodb:Query"],
            resource="arn:aws:dynamodb:ap-northeast-1:111122223333:table/Orders",
            ForAllValues__StringEquals={"dynamodb:Attributes": ["Id", "Name"]},
            StringEqualsIfExists={"dynamodb:Select": "SPECIFIC_ATTRIBUTES"},
        ),
        statement(
            action="dynamodb:Query",
            resource="arn:aws:dynamodb:ap-northeast-1:111122223333:table/Orders",
            ForAllValues__StringEquals={"dynamodb:LeadingKeys": "${aws:username}"},
        ),
    ),
    "a key that services send and the list of global keys leaves out": template(
        "AWS::SNS::TopicPolicy",
        Topics=["arn:aws:sns:ap-northeast-1:111122223333:orders"],
        PolicyDocument=policy(
            {
                "Principal": {"AWS": "*"},
                **statement(action="sns:Publish", StringEquals={"AWS:SourceOwner": "111122223333"}),
            }
        ),
    ),
    "keys of a service that is in no list": managed(
        statement("Deny", "deepracer:*", StringEquals={"deepracer:UserToken": "a"}),
    ),
    "a key of AWS Marketplace, which lists a part of them": managed(
        statement(
            action="aws-marketplace:Subscribe",
            ForAnyValue__StringEquals={"aws-marketplace:ProductId": "p"},
        )
    ),
    "callbacks of Step Functions on a state machine": managed(
        statement(
            action=["states:SendTask*", "states:SendTaskFailure", "states:InvokeHTTPEndpoint"],
            resource="arn:aws:states:ap-northeast-1:111122223333:stateMachine:orders",
        )
    ),
    "placeholders that somebody fills in": template(
        "AWS::EC2::VPCEndpoint",
        VpcId="vpc-1",
        ServiceName="com.amazonaws.ap-northeast-1.lambda",
        PolicyDocument=policy(
            {
                "Principal": "*",
                **statement(
                    action=["<service>:<action>", "lambda:[action]", "lambda:{{ verb }}"],
                    resource="<arn>",
                    StringEquals={
                        "<issuer>:sub": "a",
                        "lambda:<key>": "b",
                        "aws:PrincipalTag/${Key}": "c",
                        "{{ key }}": "d",
                    },
                ),
            }
        ),
    ),
    "an action of a service that AWS no longer lists": template(
        "AWS::EC2::VPCEndpoint",
        VpcId="vpc-1",
        ServiceName="com.amazonaws.ap-northeast-1.lambda",
        PolicyDocument=policy({"Principal": "*", **statement(action="evidently:GetFeature")}),
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


@given(st.lists(STATEMENT_LIKE, max_size=3) | JSON_LIKE, st.sampled_from(["object", "text", "sub"]))
def test_no_policy_however_malformed_makes_a_rule_raise(statements, form):
    write = {"object": lambda p: p, "text": json.dumps, "sub": lambda p: {"Fn::Sub": json.dumps(p)}}
    content = write[form]({"Statement": statements})
    document = template("AWS::Organizations::Policy", Type="SERVICE_CONTROL_POLICY", Content=content)
    for class_ in CLASSES.values():
        for match in class_().match(_Template({**SAM, **document})):
            assert match.message


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
    assert sorted(Rules.create_from_directory(str(FOLDER))) == sorted(OWN)


def test_every_rule_is_loaded_and_explained():
    loaded = Rules.create_from_module("lambda_vpc.rules")
    assert sorted(loaded) == sorted(OWN), "list the rule in lambda_vpc/rules/__init__.py"
    for rule in loaded.values():
        assert rule.shortdesc and rule.description and rule.tags, rule.id
        assert rule.source_url.startswith("https://docs.aws.amazon.com/"), rule.id


def test_the_rules_run_without_importing_cfn_lint():
    text = json.dumps(managed(statement(StringEquals={SUBNETS: "a"})))
    program = (
        "import sys, lambda_vpc.rules as rules; from lambda_vpc.reading import parse;"
        "dir(rules);"
        f"found = rules.findings(parse({text!r}, 't'));"
        "sys.exit('cfnlint' in sys.modules or [f.rule for f in found] != ['E9801'])"
    )
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0


def test_a_name_that_the_rules_do_not_have_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'E9999'"):
        operator.attrgetter("E9999")(lambda_vpc.rules)


TEXT = {"What": "It.", "Why": "It.", "Wrong": "a/b#c", "Right": "a/b"}


def _documented(texts, title="Title"):
    def judge(statement, subject):
        yield Finding((), "")

    sections = "".join(f"{name}:\n    {text}\n\n" for name, text in texts.items())
    judge.__doc__ = f"{title}\n\n{sections}"
    return statement_rule("E9999", "https://docs.aws.amazon.com/")(judge)


@pytest.mark.parametrize("section", SECTIONS)
def test_a_rule_without_a_section_is_an_error_that_names_file_and_section(section):
    assert _documented(TEXT).what == "It."
    texts = {name: text for name, text in TEXT.items() if name != section}
    with pytest.raises(ValueError, match=rf"^test_rules\.py:\d+: rule E9999 has no section '{section}:'$"):
        _documented(texts)


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ({**TEXT, "When": "Now."}, "'When:' is unknown"),
        ({**TEXT, "Right": "not an address"}, "'not' is no snippet address"),
        ({**TEXT, "What": "It.\nnot indented"}, "'not indented' stands in no section"),
    ],
)
def test_a_rule_whose_text_is_out_of_order_is_an_error_with_the_mend(texts, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        _documented(texts)


def test_every_module_says_which_rule_it_is():
    for path in FOLDER.glob("[a-z]*.py"):
        if path.name == "cfn_lint.py":
            continue
        text = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
        assert text[:5] in OWN, f"{path.name}: begin the module's docstring with the rule's id"


def test_linting_twice_gives_the_same_findings():
    text = json.dumps(managed(statement(StringEquals={SUBNETS: "subnet-1"})))
    first, second = (lint("template", text, "t.json") for _ in range(2))
    assert first == second and all(isinstance(finding, Report) for finding in first)


# --- with and without cfn-lint ------------------------------------------------------------------


def _without_cfn_lint(text: str) -> list[tuple[str, int, str]]:
    return [(f.rule, f.line, textwrap.shorten(f.message, 400)) for f in findings(_parsed(text))]


@pytest.mark.parametrize("name", FOUND)
def test_a_rule_finds_the_same_without_cfn_lint(name):
    document, _ = FOUND[name]
    text = json.dumps(document, indent=1)
    with_it = [(f.rule, f.line, f.message) for f in lint("template", text, "t.json") if f.rule in OWN]
    assert sorted(_without_cfn_lint(text)) == sorted(with_it)


def test_a_template_already_read_is_judged_as_its_source_is():
    text = json.dumps(managed(statement(StringEquals={SUBNETS: "a"})), indent=1)
    source = parse(text, "t.json", is_json=True)
    assert findings(of(source)) == findings(source) != []


def test_what_the_globals_of_sam_give_a_function_is_found_where_it_stands():
    text = (
        "Transform: AWS::Serverless-2016-10-31\n"
        "Globals:\n"
        "  Function:\n"
        "    VpcConfig:\n"
        "      SubnetIds: [subnet-0a1a1a1a1a1a1a1a1]\n"
        "      SecurityGroupIds: [sg-0a2a2a2a2a2a2a2a2]\n"
        "Resources:\n"
        "  Function: {Type: AWS::Serverless::Function, Properties: {Handler: a.b}}\n"
    )
    assert [(f.rule, f.line) for f in findings(parse(text, "t.yaml"))] == [("W9815", 5)]


AWS_POLICIES = json.loads(aws_managed_policies_data)
MISTAKES_OF_AWS = {
    # Access Analyzer reports these as well (fact K05).
    "E9801": {
        "AWSAuditManagerAdministratorAccess",
        "CloudTrailEventContext",
        "SageMakerStudioProjectProvisioningRolePolicy",
    },
    "E9802": {
        "AmazonCodeGuruReviewerFullAccess",
        "AmazonCodeGuruReviewerServiceRolePolicy",
        "AmazonEKSVPCResourceController",
        "AmazonMacieHandshakeRole",
    },
    # Describe calls of EC2 carry neither the keys nor ARNs of what they describe.
    "E9804": {
        "AWSServiceRoleForAmazonEKSNodegroup",
        "KafkaConnectServiceRolePolicy",
        "SageMakerStudioProjectUserRolePolicy",
    },
    "E9805": {
        "AWSDeepLensServiceRolePolicy",
        "AWSPanoramaServiceRolePolicy",
        "AmplifyBackendDeployFullAccess",
        "BedrockAgentCoreFullAccess",
        "KafkaConnectServiceRolePolicy",
        "ROSASRESupportPolicy",
    },
}


def test_no_error_is_found_in_what_aws_itself_writes_but_known_mistakes():
    odd = {}
    for name, body in AWS_POLICIES.items():
        written = managed(*listed(body["Document"]["Statement"]))
        for found in findings(Source(name, "", written, {})):
            if found.severity == "error" and name not in MISTAKES_OF_AWS.get(found.rule, ()):
                odd[name] = str(found)
    assert not odd, "a false error, or a mistake of AWS's own to be listed:\n" + "\n".join(odd.values())
