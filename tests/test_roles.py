"""A role's policies are found wherever a template writes them, each with its place; what is open stays so."""

from __future__ import annotations

import json

import pytest

from lambda_vpc.answers import Undetermined
from lambda_vpc.cloudformation import roles
from lambda_vpc.cloudformation.intrinsics import Origin, Reference, Unknown
from networks import att, read, ref, resource

NAMES = roles.Names(account="111122223333", region="eu-west-1")
ALLOW = {"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
OTHER = {"Statement": [{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}]}


def role(**properties):
    return resource("IAM::Role", AssumeRolePolicyDocument=ALLOW, **properties)


def function(**properties):
    return resource("Lambda::Function", Role=att("Role", "Arn"), **properties)


def collected(resources, name="Function", managed=None, **sections):
    (scenario,) = read(resources, **sections).scenarios
    return roles.policies_of(scenario, scenario.resources[name], managed)


def summary(policies):
    return [(p.document, p.attached is True, p.holder.logical_id, p.key_path[2:]) for p in policies]


def separate(type_, **properties):
    return resource(f"IAM::{type_}", PolicyDocument=OTHER, **properties)


WRITTEN = {
    "inline": (role(Policies=[{"PolicyName": "a", "PolicyDocument": ALLOW}]), {},
               [(ALLOW, True, "Role", ("Properties", "Policies", 0, "PolicyDocument"))]),
    "a policy of the template by its ARN": (
        role(ManagedPolicyArns=[ref("Other")]), {"Other": separate("ManagedPolicy")},
        [(OTHER, True, "Other", ("Properties", "PolicyDocument"))]),
    "a policy that names the role": (
        role(), {"Other": separate("Policy", Roles=[ref("Role")])},
        [(OTHER, True, "Other", ("Properties", "PolicyDocument"))]),
    "a managed policy that names the role": (
        role(), {"Other": separate("ManagedPolicy", Roles=[ref("Nobody"), ref("Role")])},
        [(OTHER, True, "Other", ("Properties", "PolicyDocument"))]),
    "a role policy": (
        role(), {"Other": separate("RolePolicy", RoleName=ref("Role"))},
        [(OTHER, True, "Other", ("Properties", "PolicyDocument"))]),
    "a policy that names the role by its written name": (
        role(RoleName="orders"), {"Other": separate("RolePolicy", RoleName="orders")},
        [(OTHER, True, "Other", ("Properties", "PolicyDocument"))]),
    "a policy that names the role by its composed name": (
        role(RoleName={"Fn::Sub": "${AWS::Region}-x"}),
        {"Other": separate("RolePolicy", RoleName={"Fn::Sub": "${AWS::Region}-x"})},
        [(OTHER, True, "Other", ("Properties", "PolicyDocument"))]),
    "a policy that names the role by something else it has": (
        role(), {"Other": separate("Policy", Roles=[att("Role", "RoleId")])},
        [(OTHER, False, "Other", ("Properties", "PolicyDocument"))]),
    "a policy of a written name that only reads like the composed one": (
        role(RoleName={"Fn::Sub": "${AWS::Region}-x"}),
        {"Other": separate("RolePolicy", RoleName={"Fn::Sub": "${!AWS::Region}-x"})},
        [(OTHER, False, "Other", ("Properties", "PolicyDocument"))]),
    "a policy of a composed name, of a role of a written one": (
        role(RoleName="orders"), {"Other": separate("RolePolicy", RoleName={"Fn::Sub": "${AWS::Region}-x"})},
        [(OTHER, False, "Other", ("Properties", "PolicyDocument"))]),
    "a policy of a written name, of a role of a composed one": (
        role(RoleName={"Fn::Sub": "${AWS::Region}-x"}), {"Other": separate("RolePolicy", RoleName="orders")},
        [(OTHER, False, "Other", ("Properties", "PolicyDocument"))]),
    "a policy of the template by an attribute": (
        role(ManagedPolicyArns=[att("Other", "PolicyArn")]), {"Other": separate("ManagedPolicy")},
        [(OTHER, True, "Other", ("Properties", "PolicyDocument"))]),
    "no policy": (role(Policies=ref("AWS::NoValue")), {}, []),
    "a policy of another written name": (
        role(RoleName="orders"), {"Other": separate("RolePolicy", RoleName="stock")}, []),
    "a policy of another role": (role(), {"Other": separate("Policy", Roles=[ref("Nobody")])}, []),
    "a policy of nobody": (role(), {"Other": separate("Policy")}, []),
    "a policy of a name from outside": (
        role(), {"Other": separate("Policy", Roles=["orders"])},
        [(OTHER, False, "Other", ("Properties", "PolicyDocument"))]),
    "a policy of a parameter": (
        role(RoleName="orders"), {"Other": separate("Policy", Roles=[ref("Name")])},
        [(OTHER, False, "Other", ("Properties", "PolicyDocument"))]),
    "JSON text": (
        role(Policies=[{"PolicyDocument": json.dumps(ALLOW)}]), {},
        [(ALLOW, True, "Role", ("Properties", "Policies", 0, "PolicyDocument"))]),
    "a branch of a condition": (
        role(Policies={"Fn::If": ["No", [], [{"PolicyDocument": ALLOW}]]}), {},
        [(ALLOW, True, "Role", ("Properties", "Policies", "Fn::If", 2, 0, "PolicyDocument"))]),
    "an item behind a condition that leaves another out": (
        role(ManagedPolicyArns=[{"Fn::If": ["No", "arn:aws:iam::aws:policy/A", ref("AWS::NoValue")]},
                                ref("Other")]), {"Other": separate("ManagedPolicy")},
        [(OTHER, True, "Other", ("Properties", "PolicyDocument"))]),
}  # fmt: skip


@pytest.mark.parametrize("name", WRITTEN)
@pytest.mark.parametrize("asked", ["Function", "Role"])
def test_a_policy_is_found_wherever_it_is_written(name, asked):
    written, others, expected = WRITTEN[name]
    resources = {"Role": written, "Function": function(), "Nobody": role(), **others}
    found = collected(resources, asked, Parameters={"Name": {"Type": "String"}},
                      Conditions={"No": {"Fn::Equals": ["a", "b"]}})  # fmt: skip
    assert summary(found) == expected
    assert {policy.layer for policy in found} <= {"identity"}


OPEN = {"Open": {"Fn::Equals": [ref("AWS::StackId"), ref("Role")]}}


def test_a_policy_whose_condition_is_open_may_be_attached():
    resources = {"Role": role(), "Function": function(),
                 "Other": separate("Policy", Roles=[ref("Role")]) | {"Condition": "Open"}}  # fmt: skip
    (found,) = collected(resources, Conditions=OPEN)
    assert isinstance(found.attached, Undetermined)
    resources["Other"] = separate("ManagedPolicy") | {"Condition": "Open"}
    resources["Role"] = role(ManagedPolicyArns=[ref("Other")])
    (found,) = collected(resources, Conditions=OPEN)
    assert isinstance(found.attached, Undetermined)


@pytest.mark.parametrize(("name", "what"), [(ref("Name"), "parameter Name"), ("orders", "orders")])
def test_a_name_that_may_be_the_roles_is_asked_for(name, what):
    resources = {"Role": role(), "Function": function(), "Other": separate("Policy", Roles=[name])}
    (found,) = collected(resources, Parameters={"Name": {"Type": "String"}})
    assert found.attached == Undetermined(f"whether {what} is the name of Role")


def test_an_item_behind_an_open_condition_is_known_where_both_branches_are_the_same():
    policy = {"PolicyDocument": ALLOW}
    resources = {"Role": role(Policies={"Fn::If": ["Open", [policy], [policy]]}), "Function": function()}
    (found,) = collected(resources, Conditions=OPEN)
    assert (found.document, found.key_path[2:]) == (ALLOW, ("Properties", "Policies", "PolicyDocument"))


def test_a_policy_is_shown_without_its_document_and_holder():
    (found,) = collected({"Role": role(Policies=[{"PolicyDocument": ALLOW}]), "Function": function()})
    assert "Statement" not in repr(found)
    assert "holder" not in repr(found)


ARNS = {
    "AWS's own": ("arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess", "AmazonS3ReadOnlyAccess"),
    "AWS's own with a path": ("arn:aws:iam::aws:policy/service-role/AWSLambdaRole", "AWSLambdaRole"),
    "AWS's own in any partition": (
        {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/job-function/Billing"}, "Billing"),
    "AWS's own, joined": (
        {"Fn::Join": ["", ["arn:", ref("AWS::Partition"), ":iam::aws:policy/ReadOnlyAccess"]]},
        "ReadOnlyAccess"),
    "one of the account": ("arn:aws:iam::111122223333:policy/own", None),
    "a bare name, which only SAM takes": ("AmazonS3ReadOnlyAccess", None),
}  # fmt: skip


@pytest.mark.parametrize("name", ARNS)
def test_a_managed_policy_of_aws_is_named_and_its_text_taken_where_it_is_handed_in(name):
    arn, expected = ARNS[name]
    resources = {"Role": role(ManagedPolicyArns=[arn]), "Function": function()}
    (found,) = collected(resources)
    assert (found.aws_managed, found.attached) == (expected, True)
    assert isinstance(found.document, Unknown)
    assert found.document.origin is Origin.EXISTING
    assert found.key_path == ("Resources", "Role", "Properties", "ManagedPolicyArns", 0)
    if expected:
        assert collected(resources, managed={expected: ALLOW})[0].document == ALLOW


NO_POLICIES = {
    "a parameter": (ref("Name"), Unknown("parameter Name", Origin.EXISTING)),
    "another resource": (ref("Function"), Unknown("policy ${Function}")),
    "another attribute of a policy": (att("Other", "PolicyId"), Unknown("policy ${Other.PolicyId}")),
    "a policy that does not exist": (ref("Gone"), Unknown("policy ${Gone}")),
    "a composed ARN": (
        {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:policy/own"},
        Unknown("policy arn:aws:iam::${AWS::AccountId}:policy/own")),
}  # fmt: skip


@pytest.mark.parametrize("name", NO_POLICIES)
def test_a_managed_policy_that_is_not_known_is_attached_and_named(name):
    arn, expected = NO_POLICIES[name]
    resources = {"Role": role(ManagedPolicyArns=[arn]), "Function": function(),
                 "Other": separate("ManagedPolicy"),
                 "Gone": separate("ManagedPolicy") | {"Condition": "No"}}  # fmt: skip
    (found,) = collected(resources, Parameters={"Name": {"Type": "String"}},
                         Conditions={"No": {"Fn::Equals": ["a", "b"]}})  # fmt: skip
    assert (found.layer, found.document, found.attached) == ("identity", expected, True)


def test_the_boundary_is_a_layer_of_its_own():
    resources = {"Role": role(PermissionsBoundary=ref("Other"), Policies=[{"PolicyDocument": ALLOW}]),
                 "Function": function(), "Other": separate("ManagedPolicy")}  # fmt: skip
    found = collected(resources)
    assert [(policy.layer, policy.document) for policy in found] == [("identity", ALLOW), ("boundary", OTHER)]
    resources["Role"] = role(PermissionsBoundary="arn:aws:iam::111122223333:policy/own")
    (found,) = collected(resources)
    assert (found.layer, found.key_path[2:]) == ("boundary", ("Properties", "PermissionsBoundary"))


NOT_JSON = "a policy document that is not JSON"
NO_MAP = "a policy document that is no map of statements"
NO_IF = "an If that is not a condition and two values"
UNREADABLE = {
    "no document": ({"PolicyName": "a"}, "a policy document that is missing"),
    "a text that is no JSON": ({"PolicyDocument": "{"}, NOT_JSON),
    "JSON that is no map": ({"PolicyDocument": "[]"}, NOT_JSON),
    "JSON of more levels than a template may have": (
        {"PolicyDocument": '{"a":' * 101 + "1" + "}" * 101}, NOT_JSON),
    "JSON that never ends": ({"PolicyDocument": "[" * 100_000}, NOT_JSON),
    "JSON with an open name": ({"PolicyDocument": {"Fn::Sub": '{"${Role}": 1}'}}, NOT_JSON),
    "JSON with an open number": ({"PolicyDocument": {"Fn::Sub": '{"a": ${Role}}'}}, NOT_JSON),
    # Such letters stand for open pieces while JSON is read.
    "JSON with a letter for private use": ({"PolicyDocument": '{"a": "\ue0000\ue001"}'}, NOT_JSON),
    "JSON that escapes such a letter": ({"PolicyDocument": r'{"a": "\ue0000\ue001"}'}, NOT_JSON),
    "JSON that escapes such a letter before an open piece": (
        {"PolicyDocument": {"Fn::Sub": r'{"a": "\ue0001\ue001", "b": "${Role}"}'}}, NOT_JSON),
    "a list": ({"PolicyDocument": []}, NO_MAP),
    "a resource": ({"PolicyDocument": ref("Role")}, NO_MAP),
    "a parameter": ({"PolicyDocument": ref("Name")}, "parameter Name"),
    "a text around a parameter": ({"PolicyDocument": {"Fn::Sub": "{${Name}"}}, "parameter Name"),
    "a policy that is a parameter": (ref("Name"), "parameter Name"),
    "a policy behind an If of two": ({"Fn::If": ["No", 1]}, NO_IF),
    "a policy behind an If of a text": ({"Fn::If": "No!"}, NO_IF),
    "a policy behind an If of no name": ({"Fn::If": [["No"], 1, 2]}, NO_IF),
}  # fmt: skip


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_document_that_cannot_be_read_is_unknown_never_missing(name):
    policy, what = UNREADABLE[name]
    (found,) = collected({"Role": role(Policies=[policy]), "Function": function()},
                         Parameters={"Name": {"Type": "String"}},
                         Conditions={"No": {"Fn::Equals": ["a", "b"]}})  # fmt: skip
    assert isinstance(found.document, Unknown)
    assert found.document.what == what


def test_json_text_of_as_many_levels_as_a_template_may_have_is_read():
    text = '{"a":' * 100 + "1" + "}" * 100
    (found,) = collected({"Role": role(Policies=[{"PolicyDocument": text}]), "Function": function()})
    assert found.document == json.loads(text)


# --- roles --------------------------------------------------------------------------------------

ROLES = {
    "by its ARN": (att("Role", "Arn"), "Role"),
    "by a Sub of its ARN": ({"Fn::Sub": "${Role.Arn}"}, "Role"),
    "by a Ref": (ref("Role"), "Role"),
    "that SAM makes for another": (att("SamRole", "Arn"), Origin.OPEN),
    "from outside": ("arn:aws:iam::111122223333:role/x", Origin.EXISTING),
    "from a parameter": (ref("Name"), Origin.EXISTING),
    "of another resource": (att("Function", "Arn"), Origin.OPEN),
    "by another attribute": (att("Role", "RoleId"), Origin.OPEN),
    "composed": ({"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:role/x"}, Origin.OPEN),
}


@pytest.mark.parametrize("name", ROLES)
def test_the_role_of_a_function_is_one_of_the_template_or_unknown(name):
    value, expected = ROLES[name]
    resources = {"Role": role(), "Function": resource("Lambda::Function", Role=value),
                 "Sam": resource("Serverless::Function")}  # fmt: skip
    (scenario,) = read(resources, Parameters={"Name": {"Type": "String"}}).scenarios
    found = roles.role_of(scenario, scenario.resources["Function"])
    if isinstance(expected, str):
        assert found is scenario.resources[expected]
        assert roles.functions_of(scenario, found) == [scenario.resources["Function"]]
    else:
        assert found.origin is expected
        (policy,) = roles.policies_of(scenario, scenario.resources["Function"])
        assert policy.document == found
        assert (policy.layer, policy.attached) == ("identity", True)
        assert policy.key_path == ("Resources", "Function", "Properties", "Role")
        assert roles.functions_of(scenario, scenario.resources["Role"]) == []


def test_a_function_without_a_role_has_policies_nobody_knows():
    (found,) = collected({"Function": resource("Lambda::Function")})
    assert found.document == Unknown("the role of Function")


def test_the_trust_policy_is_resolved():
    (scenario,) = read({"Role": role(), "Bare": resource("IAM::Role")}).scenarios
    assert roles.trust_policy(scenario.resources["Role"]) == ALLOW
    assert roles.trust_policy(scenario.resources["Bare"]) == Unknown("the trust policy that is missing")


# --- SAM ----------------------------------------------------------------------------------------


def sam(**properties):
    resources = {
        "Function": resource("Serverless::Function", **properties),
        "Topic": resource("SNS::Topic"),
        "Own": separate("ManagedPolicy"),
    }
    (scenario,) = read(resources, Parameters={"Name": {"Type": "String"}}).scenarios
    return roles.policies_of(scenario, scenario.resources["Function"])


BASIC = "AWSLambdaBasicExecutionRole"
SAM = {
    "nothing": ({}, [BASIC]),
    "a VPC": ({"VpcConfig": {"SubnetIds": ["subnet-1"]}}, [BASIC, "AWSLambdaVPCAccessExecutionRole"]),
    "an empty VPC": ({"VpcConfig": {}}, [BASIC]),
    "tracing": ({"Tracing": "Active"}, [BASIC, "AWSXrayWriteOnlyAccess"]),
    "no tracing": ({"Tracing": "Disabled"}, [BASIC]),
    "tracing that is left empty": ({"Tracing": ""}, [BASIC]),
    "durable": ({"DurableConfig": {}}, ["AWSLambdaBasicDurableExecutionRolePolicy"]),
    "a name": ({"Policies": "AWSLambdaExecute"}, [BASIC, "AWSLambdaExecute"]),
    "a name with its path": ({"Policies": ["service-role/AWSLambdaRole"]}, [BASIC, "AWSLambdaRole"]),
    "an ARN": ({"Policies": ["arn:aws:iam::aws:policy/ReadOnlyAccess"]}, [BASIC, "ReadOnlyAccess"]),
    "an ARN of the account": ({"Policies": ["arn:aws:iam::111122223333:policy/own"]}, [BASIC, Unknown]),
    "a composed name": ({"Policies": [{"Fn::Sub": "${AWS::StackName}-x"}]}, [BASIC, Unknown]),
    "another resource as policy": ({"Policies": [ref("Topic")]}, [BASIC, Unknown]),
    "a document": ({"Policies": ALLOW}, [BASIC, ALLOW]),
    "documents": ({"Policies": [ALLOW, OTHER]}, [BASIC, ALLOW, OTHER]),
    "a policy of the template": ({"Policies": [ref("Own")]}, [BASIC, OTHER]),
    "a policy template": ({"Policies": [{"S3ReadPolicy": {"BucketName": "x"}}]}, [BASIC, Unknown]),
    "a policy from outside": ({"Policies": [ref("Name")]}, [BASIC, Unknown]),
    "a queue as event": ({"Events": {"A": {"Type": "SQS"}}}, [BASIC, "AWSLambdaSQSQueueExecutionRole"]),
    "a stream as event": ({"Events": {"A": {"Type": "Kinesis"}}}, [BASIC, "AWSLambdaKinesisExecutionRole"]),
    "a table as event": ({"Events": {"A": {"Type": "DynamoDB"}}}, [BASIC, "AWSLambdaDynamoDBExecutionRole"]),
    "a topic of MSK as event": ({"Events": {"A": {"Type": "MSK"}}}, [BASIC, "AWSLambdaMSKExecutionRole"]),
    "a document database as event": ({"Events": {"A": {"Type": "DocumentDB"}}}, [BASIC, Unknown]),
    "a Kafka of one's own as event": ({"Events": {"A": {"Type": "SelfManagedKafka"}}}, [BASIC, Unknown]),
    "an event that is no map": ({"Events": {"A": "SQS"}}, [BASIC]),
    "an API as event": ({"Events": {"A": {"Type": "Api"}}}, [BASIC]),
    "a broker as event": ({"Events": {"A": {"Type": "MQ"}}}, [BASIC, Unknown]),
    "events that are not known": ({"Events": ref("Name")}, [BASIC, Unknown]),
    "a dead-letter topic": (
        {"DeadLetterQueue": {"Type": "SNS", "TargetArn": ref("Topic")}},
        [BASIC, {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "sns:Publish", "Resource": Reference("Topic")}]}]),
    "a dead-letter queue": (
        {"DeadLetterQueue": {"Type": "SQS", "TargetArn": "x"}},
        [BASIC, {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "x"}]}]),
    "a dead-letter queue that is not known": ({"DeadLetterQueue": ref("Name")}, [BASIC, Unknown]),
    "a dead-letter queue of no known kind": ({"DeadLetterQueue": {"Type": "?"}}, [BASIC, Unknown]),
    "destinations": ({"EventInvokeConfig": {"DestinationConfig": {}}}, [BASIC, Unknown]),
}  # fmt: skip


@pytest.mark.parametrize("name", SAM)
def test_the_role_that_sam_makes_has_what_sam_attaches(name):
    properties, expected = SAM[name]
    found = [p.aws_managed or (Unknown if isinstance(p.document, Unknown) else p.document)
             for p in sam(**properties)]  # fmt: skip
    assert found == expected


def test_what_sam_attaches_is_certain_and_has_its_place():
    found = sam(VpcConfig={"SubnetIds": ["subnet-1"]},
                Policies=[ALLOW, "AWSLambdaExecute", {"S3ReadPolicy": {}}],
                DeadLetterQueue={"Type": "SQS", "TargetArn": "x"}, PermissionsBoundary=ref("Own"),
                EventInvokeConfig={"DestinationConfig": {}},
                Events={"A": {"Type": "SQS"}, "B": {"Type": "MQ"}})  # fmt: skip
    found += sam(DeadLetterQueue=ref("Name"), Events=ref("Name"))
    places = [(), ("VpcConfig",), ("Policies", 0), ("Policies", 1), ("Policies", 2), ("DeadLetterQueue",),
              ("EventInvokeConfig",), ("Events", "A"), ("Events", "B"), ("PolicyDocument",),
              (), ("DeadLetterQueue",), ("Events",)]  # fmt: skip
    assert [policy.key_path[2:] for policy in found] == [("Properties", *place) for place in places]
    assert {policy.attached for policy in found} == {True}
    assert [policy.layer for policy in found] == ["identity"] * 9 + ["boundary"] + ["identity"] * 3


def test_a_vpc_that_is_not_known_may_attach_its_policy():
    _, found = sam(VpcConfig=ref("Name"))
    assert (found.aws_managed, type(found.attached)) == ("AWSLambdaVPCAccessExecutionRole", Undetermined)


def test_policies_of_a_sam_function_with_a_role_are_ignored_as_sam_ignores_them():
    resources = {"Role": role(), "Function": resource("Serverless::Function", Role=att("Role", "Arn"),
                                                      Policies=[ALLOW])}  # fmt: skip
    assert collected(resources) == ()


def test_sam_makes_no_role_for_a_function_whose_role_is_not_known():
    (found,) = sam(Role=ref("Name"))
    assert found.document == Unknown("parameter Name", Origin.EXISTING)


def test_a_policy_that_names_the_role_sam_makes_is_found():
    resources = {"Function": resource("Serverless::Function"),
                 "Other": separate("Policy", Roles=[ref("FunctionRole")])}  # fmt: skip
    assert [p.document for p in collected(resources) if not p.aws_managed] == [OTHER]


# --- plain documents ----------------------------------------------------------------------------


def plain(value, **parameters):
    """A value inside a policy, as it is written out."""
    resources = {
        "Role": role(Policies=[{"PolicyDocument": {"Statement": value}}], Path="/app/", RoleName="orders"),
        "Function": function(FunctionName={"Fn::Sub": "${AWS::Region}-orders"}),
        "Queue": resource("SQS::Queue"),
        "LogGroup": resource("Logs::LogGroup"),
        "NamedLogGroup": resource("Logs::LogGroup", LogGroupName={"Fn::Sub": "/${AWS::Region}/orders"}),
    }
    resources |= {
        "Plain": resource("IAM::Role"),
        "Bare": resource("Lambda::Function"),
        "Relative": resource("IAM::Role", Path="app/", RoleName=ref("Name")),
        "Named": resource("Lambda::Function", FunctionName={"Fn::Sub": "${Queue}-${AWS::StackName}"}),
        "Circle": resource("Lambda::Function", FunctionName={"Fn::Sub": "x-${Circle.Arn}"}),
        "Sam": resource("Serverless::Function"),
    }
    (scenario,) = read(resources, parameters, Parameters={"Name": {"Type": "String"},
                                                          "Star": {"Type": "String"}}).scenarios  # fmt: skip
    (policy,) = roles.policies_of(scenario, scenario.resources["Role"])
    return roles.written_out(policy.document, scenario, NAMES)["Statement"], roles.unknown_in(policy.document)


WRITTEN_OUT = {
    "a text": ("a", "a"),
    "a number": (1, 1),
    "a fraction": (1.5, 1.5),
    "a truth": (True, True),
    "nothing": (None, None),
    "pseudo parameters": (
        {"Fn::Sub": "arn:${AWS::Partition}:x:${AWS::Region}:${AWS::AccountId}:${AWS::URLSuffix}"},
        "arn:aws:x:eu-west-1:111122223333:amazonaws.com"),
    "another pseudo parameter": ({"Fn::Sub": "x-${AWS::StackName}"}, "x-StackName"),
    "a function's ARN": (
        att("Function", "Arn"), "arn:aws:lambda:eu-west-1:111122223333:function:eu-west-1-orders"),
    "a function's ARN in a text": (
        {"Fn::Sub": "${Function.Arn}:*"},
        "arn:aws:lambda:eu-west-1:111122223333:function:eu-west-1-orders:*"),
    "a role's ARN": (att("Role", "Arn"), "arn:aws:iam::111122223333:role/app/orders"),
    "a role's ARN without path and name": (att("Plain", "Arn"), "arn:aws:iam::111122223333:role/Plain"),
    "a role's ARN with a path that is none": (
        att("Relative", "Arn"), "arn:aws:iam::111122223333:role/unknown-parameter Name"),
    "the ARN of the role that SAM makes": (att("SamRole", "Arn"), "arn:aws:resource:::SamRole"),
    "a function's ARN without a name": (
        att("Bare", "Arn"), "arn:aws:lambda:eu-west-1:111122223333:function:Bare"),
    "a function's ARN with a composed name": (
        att("Named", "Arn"), "arn:aws:lambda:eu-west-1:111122223333:function:resource-Queue-StackName"),
    "a function's ARN with a name made of itself": (
        att("Circle", "Arn"),
        "arn:aws:lambda:eu-west-1:111122223333:function:x-arn:aws:resource:::Circle"),
    "a function": (ref("Function"), "arn:aws:resource:::Function"),
    "an attribute that begins a text": (
        {"Fn::Sub": "${Queue.QueueName}/*"}, "arn:aws:resource:::Queue.QueueName/*"),
    "a log group's ARN": (
        att("LogGroup", "Arn"), "arn:aws:logs:eu-west-1:111122223333:log-group:LogGroup:*"),
    "the ARN of a log group with a name": (
        att("NamedLogGroup", "Arn"), "arn:aws:logs:eu-west-1:111122223333:log-group:/eu-west-1/orders:*"),
    "another ARN": (att("Queue", "Arn"), "arn:aws:resource:::Queue"),
    "another ARN in a text": ({"Fn::Sub": "${Queue.Arn}/*"}, "arn:aws:resource:::Queue/*"),
    "another attribute": ({"Fn::Sub": "a/${Queue.QueueName}"}, "a/resource-Queue.QueueName"),
    "a resource": (ref("Queue"), "arn:aws:resource:::Queue"),
    "a resource in a text": ({"Fn::Sub": "a/${Queue}"}, "a/resource-Queue"),
    "a policy variable": ("a/${aws:username}", "a/${aws:username}"),
    "a literal that looks like a reference": (
        {"Fn::Sub": "a/${!Queue}/${AWS::Region}"}, "a/${Queue}/eu-west-1"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRITTEN_OUT)
def test_a_document_is_written_out_with_the_names_handed_in(name):
    written, expected = WRITTEN_OUT[name]
    assert plain(written) == (expected, None)


def test_a_value_that_is_not_known_equals_only_itself_and_holds_no_wildcard():
    texts = [{"Fn::Sub": text} for text in ("${Name}", "${Name}/*", "a/${Name}", "a/${Name}")]
    found, unknown = plain([*texts, "{{resolve:ssm:/a*?$}}"])
    assert found == [
        "arn:aws:unknown:::parameter Name",
        "arn:aws:unknown:::parameter Name/*",
        "a/unknown-parameter Name",
        "a/unknown-parameter Name",
        "arn:aws:unknown:::dynamic reference %7B%7Bresolve%3Assm%3A/a%2A%3F%24%7D%7D",
    ]
    assert unknown.what == "parameter Name"
    assert roles.named("arn:aws:resource:::Queue/*") == "Queue/*"
    assert roles.named(found[4]) == "dynamic reference {{resolve:ssm:/a*?$}}"
    assert plain({"A": [ref("Name")]}, Name="b") == ({"A": ["b"]}, None)


def test_json_text_keeps_the_open_pieces_in_their_places():
    inner = {"A": "${Queue.Arn}", "B": "x-${Name}", "C": ["${AWS::Region}${!Queue}", 1]}
    text = {"Fn::Sub": json.dumps({"Statement": inner})}
    resources = {"Role": role(Policies=[{"PolicyDocument": text}]), "Queue": resource("SQS::Queue")}
    (scenario,) = read(resources, Parameters={"Name": {"Type": "String"}}).scenarios
    (policy,) = roles.policies_of(scenario, scenario.resources["Role"])
    assert policy.document["Statement"]["A"] == Reference("Queue", "Arn")
    assert roles.written_out(policy.document, scenario, NAMES)["Statement"] == {
        "A": "arn:aws:resource:::Queue",
        "B": "x-unknown-parameter Name",
        "C": ["eu-west-1${Queue}", 1],
    }
