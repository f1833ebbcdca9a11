"""What a case asks besides paths and handlers: order, values, and policies that no role holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from lambda_vpc.guide.cases.order import created_before
from lambda_vpc.guide.snippet import Snippet
from lambda_vpc.guide.spec import load
from lambda_vpc.reading import BadInput

TEMPLATE = """\
Parameters:
  Stage: {Type: String, Default: test}
  Zones: {Type: String, AllowedValues: [one, two]}
Conditions:
  Two: !Equals [!Ref Zones, two]
Rules:
  NotForProduction:
    Assertions:
      - Assert: !Not [!Equals [!Ref Stage, production]]
Resources:
  Network:
    Type: AWS::EC2::VPC
    Properties: {CidrBlock: 10.0.0.0/16}
  Block:
    Type: AWS::EC2::Subnet
    Properties:
      VpcId: !Ref Network
      Ipv6CidrBlock: !Select [1, !Cidr [!Select [0, !GetAtt Network.Ipv6CidrBlocks], 2, 64]]
  Endpoint:
    Type: AWS::EC2::VPCEndpoint
    Properties:
      VpcId: !Ref Network
      ServiceName: !Sub com.amazonaws.${AWS::Region}.s3
      RouteTableIds: []
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Sid: Receipts
            Effect: Allow
            Principal: "*"
            Action: s3:PutObject
            Resource: arn:aws:s3:::receipts/*
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]
      Policies:
        - PolicyName: write
          PolicyDocument:
            Version: "2012-10-17"
            Statement: [{Sid: Write, Effect: Allow, Action: "s3:PutObject", Resource: "*"}]
  OtherRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]
  Orders:
    Type: AWS::Lambda::Function
    Properties: {Role: !GetAtt Role.Arn, Environment: {Variables: {STAGE: !Ref Stage}}}
  Topic: {Type: AWS::SNS::Topic}
  Permission:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Orders
      Action: lambda:InvokeFunction
      Principal: sns.amazonaws.com
      SourceArn: !Sub "arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:${Topic}"
  Other:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: !Ref Network, CidrBlock: !If [Two, 10.0.2.0/24, 10.0.1.0/24]}
Outputs:
  Function: {Value: !Sub "${Orders}-${Stage}"}
"""
SPEC = """\
kind: template
title: {ja: 題, en: Title}
summary: {ja: 要約。, en: Summary.}
facts: [R15]
cases:
  - id: it
    name: {ja: 質問, en: Question}
"""


def snippet(folder: Path, case: str, template: str = TEMPLATE) -> Snippet:
    """A template with one case."""
    topic = folder / "snippets" / "topic"
    topic.mkdir(parents=True)
    (topic / "one.yaml").write_text(template, "utf-8")
    lines = "".join(f"    {line}\n" for line in case.splitlines())
    (topic / "one.spec.yaml").write_text(SPEC + lines, "utf-8")
    return load(folder / "snippets")["topic/one"]


def answer(folder: Path, case: str, template: str = TEMPLATE) -> str:
    """What comes out of a case that expects something else, or `as expected`."""
    (result,) = snippet(folder, case, template).results()
    return "as expected" if result.passed else result.actual


# --- the order of creation ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        {"DependsOn": "Gateway"},
        {"DependsOn": ["Other", "Gateway"]},
        {"Properties": {"Id": {"Ref": "Gateway"}}},
        {"Properties": {"Ids": [{"Fn::GetAtt": ["Gateway", "Id"]}]}},
        {"Properties": {"Id": {"Fn::GetAtt": "Gateway.Id"}}},
        {"Properties": {"Text": {"Fn::Sub": "id ${Gateway}"}}},
        {"Properties": {"Text": {"Fn::Sub": ["${own} ${Gateway.Id}", {"own": "text"}]}}},
        {"Properties": {"Text": {"Fn::Sub": ["${own}", {"own": {"Ref": "Gateway"}}]}}},
    ],
)
def test_what_a_resource_refers_to_or_depends_on_is_created_before(body: dict):
    resources = {"Gateway": {}, "Middle": body, "Last": {"DependsOn": "Middle"}, "Other": {}}
    assert "Gateway" in created_before(resources, "Middle")
    assert {"Gateway", "Middle"} <= created_before(resources, "Last")
    assert created_before(resources, "Gateway") == frozenset()


def test_a_text_that_only_looks_like_a_reference_gives_no_order():
    resources = {"Gateway": {}, "One": {"Properties": {"Text": {"Fn::Sub": "${!Gateway} Gateway"}}}}
    assert created_before(resources, "One") == frozenset()


def test_a_circle_and_a_resource_that_is_none_end_the_search():
    resources = {"A": {"DependsOn": "B"}, "B": {"DependsOn": "A"}, "C": {"DependsOn": "D"}, "D": None}
    assert created_before(resources, "A") == {"B"}
    assert created_before(resources, "C") == {"D"}


def test_an_order_case_names_what_is_missing(tmp_path: Path):
    case = "create: Permission\nafter: [Orders, Role, OtherRole]"
    assert answer(tmp_path, case) == "Permission after Orders, Role"


def test_an_order_case_of_no_resource_says_so(tmp_path: Path):
    assert answer(tmp_path, "create: Gateway\nafter: [Role]") == "the template has no resource 'Gateway'"


# --- values -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "case",
    [
        "states: {Network.CidrBlock: 10.0.0.0/16}",
        "states: {Block.VpcId: '${Network}'}",
        "states: {Orders.Role: '${Role.Arn}'}",
        "states: {Orders.Environment: {Variables: {STAGE: test}}}",
        "states: {Endpoint.ServiceName: com.amazonaws.ap-northeast-1.s3}",
        "states: {Outputs.Function: '${Orders}-test'}",
        "states: {Outputs.Function: '${Orders}-live'}\nparameters: {Stage: live}",
        "states: {Rules.NotForProduction: true}",
        "states: {Rules.NotForProduction: false}\nparameters: {Stage: production}",
        "states: {Other.CidrBlock: 10.0.2.0/24}\nparameters: {Zones: two}",
        "states: {Block.Ipv6CidrBlock: '2001:db8:0:1::/64'}\n"
        "given: {Network.Ipv6CidrBlocks: ['2001:db8::/56']}",
    ],
)
def test_a_states_case_sees_values_as_cloudformation_resolves_them(tmp_path: Path, case: str):
    assert answer(tmp_path, case) == "as expected"


@pytest.mark.parametrize(
    ("case", "actual"),
    [
        ("states: {Network.CidrBlock: 10.1.0.0/16}", 'Network.CidrBlock = "10.0.0.0/16"'),
        ("states: {Network.EnableDnsSupport: true}", "Network.EnableDnsSupport = null"),
        ("states: {Gateway.Id: x}", "Gateway.Id = \"nothing at 'Gateway.Id'\""),
        ("states: {Outputs.Other: x}", "Outputs.Other = \"nothing at 'Outputs.Other'\""),
        (
            "states: {Other.CidrBlock: 10.0.1.0/24}",
            'differs by parameters: Other.CidrBlock = "10.0.1.0/24" / Other.CidrBlock = "10.0.2.0/24"',
        ),
    ],
)
def test_a_states_case_says_what_stands_there(tmp_path: Path, case: str, actual: str):
    assert answer(tmp_path, case) == actual


def test_a_value_that_aws_makes_is_not_guessed(tmp_path: Path):
    assert "unknown" in answer(tmp_path, "states: {Block.Ipv6CidrBlock: '2001:db8::/64'}")


# --- policies of endpoints and of functions -------------------------------------------------------

WRITE = "call: s3:PutObject\nby: function-code\nrole: Role\nthrough: Endpoint\nresource: arn:aws:s3:::"


def test_a_call_through_an_endpoint_needs_its_policy_as_well(tmp_path: Path):
    assert answer(tmp_path, f"{WRITE}elsewhere/1\ndecision: deny") == "as expected"


def test_an_endpoint_policy_that_allows_the_call_leaves_the_role_to_decide(tmp_path: Path):
    assert answer(tmp_path, f"{WRITE}receipts/1\ndecision: allow by Write") == "as expected"


ONE_PROXY = TEMPLATE.replace(
    'Action: "s3:PutObject", Resource: "*"}]',
    'Action: "rds-db:connect", Resource: !Sub '
    '["arn:aws:rds-db:ap-northeast-1:111122223333:dbuser:${Id}/orders", '
    '{Id: !Select [6, !Split [":", !GetAtt Topic.TopicArn]]}]}]',
)
LOG_IN = (
    "call: rds-db:connect\nby: function-code\nrole: Role\n"
    "resource: arn:aws:rds-db:ap-northeast-1:111122223333:dbuser:prx-1/orders\n"
)


@pytest.mark.parametrize(("part", "decision"), [("prx-1", "allow by Write"), ("prx-2", "deny")])
def test_a_call_is_decided_with_the_values_that_aws_would_make(tmp_path: Path, part: str, decision: str):
    given = f"given: {{Topic.TopicArn: 'arn:aws:rds:ap-northeast-1:111122223333:db-proxy:{part}'}}\n"
    assert answer(tmp_path, f"{LOG_IN}{given}decision: {decision}", ONE_PROXY) == "as expected"


def test_a_policy_that_hangs_on_a_value_of_aws_decides_nothing_without_it(tmp_path: Path):
    assert "Topic.TopicArn" in answer(tmp_path, f"{LOG_IN}decision: allow by Write", ONE_PROXY)


def test_an_endpoint_without_a_policy_lets_every_call_pass(tmp_path: Path):
    at = TEMPLATE.index("      PolicyDocument:\n        Version"), TEMPLATE.index("  Role:\n")
    template = TEMPLATE[: at[0]] + TEMPLATE[at[1] :]
    assert answer(tmp_path, f"{WRITE}elsewhere/1\ndecision: allow by Write", template) == "as expected"


def test_an_endpoint_policy_without_principal_is_refused(tmp_path: Path):
    template = TEMPLATE.replace('            Principal: "*"\n', "")
    assert "add Principal" in answer(tmp_path, f"{WRITE}receipts/1\ndecision: allow", template)


def invocation(topic: str, decision: str) -> str:
    arn = f"arn:aws:sns:ap-northeast-1:111122223333:{topic}"
    return (
        "call: lambda:InvokeFunction\nby: sns.amazonaws.com\nfunction: Orders\nfunction-policy: Orders\n"
        f"context: {{'aws:SourceArn': '{arn}'}}\ndecision: {decision}"
    )


def test_a_permission_lets_its_source_invoke_the_function(tmp_path: Path):
    assert answer(tmp_path, invocation("Topic", "allow by Permission")) == "as expected"


def test_a_permission_lets_no_other_source_invoke_the_function(tmp_path: Path):
    assert answer(tmp_path, invocation("OtherTopic", "deny")) == "as expected"


def test_without_a_permission_no_service_invokes_the_function(tmp_path: Path):
    at = TEMPLATE.index("  Permission:\n"), TEMPLATE.index("  Other:\n")
    template = TEMPLATE[: at[0]] + TEMPLATE[at[1] :]
    assert answer(tmp_path, invocation("Topic", "deny"), template) == "as expected"


def test_a_role_that_the_function_does_not_have_decides_nothing(tmp_path: Path):
    case = (
        "call: s3:PutObject\nby: function-code\nfunction: Orders\nrole: OtherRole\n"
        "resource: arn:aws:s3:::receipts/1\ndecision: deny"
    )
    assert answer(tmp_path, case) == "Orders has the role Role, not OtherRole"


# --- paths ----------------------------------------------------------------------------------------

CLOSED = """\
Resources:
  Network: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Private: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Network, CidrBlock: 10.0.0.0/24}}
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties: {GroupDescription: closed, VpcId: !Ref Network}
  Orders:
    Type: AWS::Lambda::Function
    Properties: {VpcConfig: {SubnetIds: [!Ref Private], SecurityGroupIds: [!Ref Group]}}
"""


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ("route-table-not-associated", "as expected"),
        ("route-table-not-associated at Private", "as expected"),
        ("route-table-not-associated at Group", "Private blocked: route-table-not-associated at Private"),
    ],
)
def test_a_trace_case_may_say_where_the_way_ends(tmp_path: Path, expected: str, actual: str):
    case = f"from: Orders\nto: internet-ipv4\nblocked: {{Private: {expected}}}"
    assert answer(tmp_path, case, CLOSED) == actual


# --- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "problem"),
    [
        ("create: Orders\nafter: []", "name the resources that have to exist before"),
        ("create: Orders", "'after' is missing"),
        ("states: {}", "give a value for each place"),
        ("states: [Orders]", "expected a mapping"),
        ("states: {Network.CidrBlock: x}\nfor: y", "unknown key 'for'"),
    ],
)
def test_a_case_that_asks_nothing_is_refused(tmp_path: Path, case: str, problem: str):
    with pytest.raises(BadInput, match=problem):
        snippet(tmp_path, case)
