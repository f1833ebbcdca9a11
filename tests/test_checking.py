"""A template or a policy given as text is checked without a file, a process, or cfn-lint, and says it all."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

from lambda_vpc import iam
from lambda_vpc.checking import policies, templates
from lambda_vpc.checking.data import as_data
from lambda_vpc.checking.policies import Call, PolicyFiles
from lambda_vpc.iam.request import By, Settings
from lambda_vpc.reading import BadInput, WrongUsage
from networks import changed, nat_per_az, one_nat, ref, resource, without

V4 = "internet-ipv4"
ROOT = Path(__file__).parents[1]


def text_of(resources, **sections):
    return json.dumps({"Resources": resources, **sections}, indent=1)


def check(resources, *arguments, given=None, **sections):
    read = templates.read(text_of(resources, **sections), "mine.json", given)
    return templates.check(read, *arguments, given=given)


# --- templates ----------------------------------------------------------------------------------


def test_a_template_is_answered_in_one_go():
    found = check(without(nat_per_az(), "RouteC"), [V4, "s3"])
    assert [(way.function, way.destination, way.answer) for way in found.ways] == [
        ("Function", V4, "blocked"),
        ("Function", "s3", "blocked"),
    ]
    assert [plan.plan.enis for plan in found.enis] == [2]
    assert found.file == "mine.json"


def test_a_finding_has_its_rule_its_line_and_the_mend():
    alone = changed(one_nat(), "Function", VpcConfig={
        "SubnetIds": [ref("PrivateA")], "SecurityGroupIds": [ref("FunctionGroup")]})  # fmt: skip
    text = text_of(alone)
    (found,) = [one for one in templates.check(templates.read(text)).findings if one.rule == "W9815"]
    assert '"SubnetIds"' in text.split("\n")[found.line - 1]
    assert "Add a subnet in another Availability Zone." in found.message


def test_every_function_with_a_vpc_is_asked_for_and_no_other():
    resources = nat_per_az()
    resources |= {
        "Second": resources["Function"],
        "Outside": changed(resources, "Function", VpcConfig=None)["Function"],
        "Managed": resource("Lambda::Function", CapacityProviderConfig={"LambdaManagedInstances": {}}),
        "Open": resource("Lambda::Function", VpcConfig={"Fn::ImportValue": "config"}),
    }
    found = check(resources)
    assert {way.function: way.answer for way in found.ways} == {
        "Function": "reached", "Second": "reached", "Managed": "unknown", "Open": "unknown"}  # fmt: skip
    assert {one.name: one.in_vpc for one in found.choices.functions} == {
        "Function": True, "Second": True, "Outside": False, "Managed": True, "Open": None}  # fmt: skip
    (named,) = check(resources, [V4], ["Outside"]).ways
    assert (named.function, named.answer) == ("Outside", "reached")


def test_enis_are_counted_for_each_choice_that_makes_a_difference():
    resources = nat_per_az()
    resources["Function"] = changed(resources, "Function", VpcConfig={
        "SubnetIds": [ref("PrivateA"), {"Fn::If": ["Two", ref("PrivateC"), {"Ref": "AWS::NoValue"}]}],
        "SecurityGroupIds": [ref("FunctionGroup")]})["Function"]  # fmt: skip
    found = check(
        resources,
        Parameters={"Zones": {"Type": "String", "AllowedValues": ["two", "one"]}},
        Conditions={"Two": {"Fn::Equals": [{"Ref": "Zones"}, "two"]}},
    )
    assert [(plan.scenario, plan.plan.enis, plan.open) for plan in found.enis] == [
        ({"Zones": "two"}, 2, ()),
        ({"Zones": "one"}, 1, ()),
    ]


def test_a_list_of_unknown_length_leaves_the_number_open():
    resources = {"Function": resource("Lambda::Function", VpcConfig={
        "SubnetIds": {"Ref": "Subnets"}, "SecurityGroupIds": ["sg-1"]})}  # fmt: skip
    (plan,) = check(resources, Parameters={"Subnets": {"Type": "List<AWS::EC2::Subnet::Id>"}}).enis
    assert plan.open == ("parameter Subnets",)


def test_choices_are_what_the_template_has():
    resources = nat_per_az() | {
        "Database": resource("RDS::DBInstance", Port="5432", DBSubnetGroupName="group"),
        "Endpoint": resource("EC2::VPCEndpoint", VpcId=ref("Vpc"), ServiceName="com.amazonaws.eu-west-1.ssm"),
    }
    given = {"Mode": "b"}
    declared = {
        "Mode": {"Type": "String", "Default": "a", "AllowedValues": ["a", "b"], "Description": "Which"},
        "Nat": {"Type": "String"},
    }
    resources["RouteC"] = changed(resources, "RouteC", NatGatewayId={"Ref": "Nat"})["RouteC"]
    found = check(resources, given=given, Parameters=declared).choices
    by_text = {one.text: one for one in found.destinations}
    assert {V4, "internet-ipv6", "Database:5432", "s3", "ssm"} <= by_text.keys()
    assert (by_text["ssm"].in_template, by_text["s3"].in_template) == (True, False)
    assert by_text["Database:5432"].port == 5432
    mode, nat = found.parameters
    assert (mode.default, mode.allowed, mode.description, mode.given) == ("a", ("a", "b"), "Which", "b")
    assert (nat.default, nat.given, nat.decides) == (None, None, True)


def test_every_destination_that_is_proposed_can_be_asked_for():
    for path in sorted(ROOT.glob("snippets/network/*.yaml")):
        if path.name.endswith(".spec.yaml"):
            continue
        read = templates.read(path.read_text("utf-8"), path.name)
        proposed = templates.choices(read).destinations
        complete = [one.text for one in proposed if one.kind != "resource" or one.port]
        found = templates.check(read, complete)
        functions = sum(one.in_vpc is not False for one in found.choices.functions)
        assert len(found.ways) == len(complete) * functions, path.name


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "mine.yaml:1: is empty"),
        ("Resources:\n  A: {Type: T}\n  A: {Type: T}\n", "mine.yaml:3: duplicate key 'A'"),
        ("[1]", "is not a CloudFormation template"),
    ],
)
def test_a_text_that_is_no_template_is_refused_with_line_and_mend(text, message):
    with pytest.raises(BadInput, match=r"mine\.yaml:") as error:
        templates.read(text, "mine.yaml")
    assert message in str(error.value)


def test_a_misspelled_destination_is_refused_also_where_no_function_asks():
    with pytest.raises(BadInput, match="'internet-ipv5' is no destination"):
        check(without(nat_per_az(), "Function"), ["internet-ipv5"])


def test_a_parameter_that_is_not_there_is_wrong_usage():
    with pytest.raises(WrongUsage, match="has no parameter 'Mode'"):
        templates.read(text_of(nat_per_az()), "mine.json", {"Mode": "b"})


# --- policies -----------------------------------------------------------------------------------

DEPLOYER = "arn:aws:iam::111122223333:role/deployer"
VPC = "vpc-0123456789abcdef0"
SUBNETS, GROUPS = ("subnet-0a1a1a1a1a1a1a1a1",), ("sg-0a2a2a2a2a2a2a2a2",)


def snippet(name):
    path = ROOT / "snippets" / f"{name}.json"
    return policies.read(path.read_text("utf-8"), f"{name}.json")


GUARDED = PolicyFiles(
    identity=(snippet("condition-keys/deployer"), snippet("condition-keys/approved-vpc-guardrail")),
    scp=((snippet("condition-keys/full-aws-access"),),),
)


def decided(action="lambda:UpdateFunctionConfiguration", files=GUARDED, **more):
    return policies.decide(
        files, Call(action, DEPLOYER, function="orders-api", region="ap-northeast-1", **more)
    )


SETTINGS = {"subnets": SUBNETS, "security_groups": GROUPS, "vpc": VPC}


@pytest.mark.parametrize(
    ("settings", "answer", "statement"),
    [
        ({"settings": Settings.GIVEN, **SETTINGS}, "allow", "DeployFunctions"),
        ({"settings": Settings.GIVEN, **SETTINGS, "vpc": "vpc-1"}, "deny", "DenyOtherVpcs"),
        ({"settings": Settings.NONE}, "deny", "DenyOtherVpcs"),
        ({"settings": Settings.UNCHANGED, **SETTINGS}, "allow", "DeployFunctions"),
        ({"settings": Settings.UNCHANGED}, "undocumented", "DenyOtherVpcs"),
        ({"settings": Settings.REMOVED}, "undocumented", "DenyOtherVpcs"),
    ],
)
def test_the_four_states_of_an_update_are_told_apart(settings, answer, statement):
    found = decided(**settings)
    assert (found.answer, found.statement.name) == (answer, statement)
    assert bool(found.question) is (answer == "undocumented")


def test_the_deciding_statement_has_its_file_and_line():
    found = decided(settings=Settings.GIVEN, **SETTINGS | {"vpc": "vpc-1"})
    path = ROOT / "snippets" / found.statement.file
    assert found.statement.layer == "identity"
    assert '"Sid": "DenyOtherVpcs"' in "".join(
        path.read_text("utf-8").splitlines()[found.statement.line - 1 :][:2]
    )
    assert found.explicit


def test_two_policies_with_one_sid_are_told_apart():
    def allowing(action, name):
        statement = {"Sid": "Same", "Effect": "Allow", "Action": action, "Resource": "*"}
        return policies.read(json.dumps({"Version": "2012-10-17", "Statement": [statement]}), name)

    files = PolicyFiles(identity=(allowing("s3:*", "one.json"), allowing("lambda:*", "two.json")))
    found = decided(files=files)
    assert found.statement.file == "two.json"
    assert [(other.statement.file, str(other.why)) for other in found.others] == [
        ("one.json", "action-not-covered")
    ]


def test_each_statement_that_does_not_decide_says_why():
    found = decided(settings=Settings.GIVEN, **SETTINGS)
    why = {other.statement.name: str(other.why) for other in found.others}
    assert why["DenyOtherVpcs"] == "condition-not-met"
    assert why["PassExecutionRole"] == "action-not-covered"
    assert why["Statement[0]"] == "matches-besides"


def test_every_layer_can_stop_a_call():
    everything = snippet("condition-keys/administrator-access")
    nothing = policies.read(
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}',
        "no.json",
    )
    closed = policies.read(
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*", '
        '"Resource": "*"}]}', "closed.json")  # fmt: skip
    assert decided(files=PolicyFiles(identity=(everything,))).answer == "allow"
    for layer in ("boundary", "session"):
        found = decided(files=PolicyFiles(identity=(everything,), **{layer: (nothing,)}))
        assert (found.answer, found.explicit, found.statement) == ("deny", False, None)
        assert (layer, None) in {(other.statement.layer, other.statement.name) for other in found.others}
    levels = ((everything,), (nothing,))
    assert decided(files=PolicyFiles(identity=(everything,), scp=levels)).answer == "deny"
    management = PolicyFiles(identity=(everything,), scp=levels)
    assert decided(files=management, management_account=True).answer == "allow"
    for layer in ("resource", "endpoint"):
        found = decided(files=PolicyFiles(identity=(everything,), **{layer: (closed,)}))
        assert (found.answer, found.explicit, found.statement.layer) == ("deny", True, layer)


def test_the_vpc_of_the_subnets_is_asked_for_where_it_decides():
    found = decided(settings=Settings.GIVEN, subnets=SUBNETS, security_groups=GROUPS)
    assert found.answer == "undocumented"
    assert found.question == "lambda:VpcIds is the VPC of the subnets, which is not named; name it"


def test_calls_of_the_code_carry_the_function():
    deny = snippet("permissions/deny-function-code")
    allow = snippet("permissions/aws-lambda-vpc-access-execution-role")
    for by, answer in ((By.CODE, "deny"), (By.LAMBDA, "allow")):
        found = policies.decide(
            PolicyFiles(identity=(deny, allow)),
            Call("ec2:DescribeNetworkInterfaces", "arn:aws:iam::111122223333:role/orders-execution", by=by,
                 function="orders-api", region="ap-northeast-1"),
        )  # fmt: skip
        assert found.answer == answer, found


def test_the_rules_judge_policies_by_themselves():
    wrong = (
        '{"Version": "2012-10-17",\n "Statement": [{"Effect": "Allow",\n'
        ' "Action": "lambda:CreateFunctionn",\n "Resource": "*"}]}'
    )
    (found,) = decided(files=PolicyFiles(identity=(policies.read(wrong, "typo.json"),))).findings
    assert (found.path, found.line, found.rule) == ("typo.json", 3, "W9807")


MISTAKES = {
    "no such action": ({"action": "lambda:CreateFuncton"}, "did you mean 'lambda:CreateFunction'?"),
    "letter case": ({"action": "lambda:createFunction"}, "write 'lambda:CreateFunction'"),
    "no such key": ({"context": {"lambda:VpcId": "x"}}, "AWS lists no condition key 'lambda:VpcId'"),
    "a function that is made leaves nothing": (
        {"action": "lambda:CreateFunction", "settings": Settings.UNCHANGED}, "which has no settings yet"),
    "given without subnets": ({"settings": Settings.GIVEN}, "name subnets and security groups"),
    "subnets that are not given": ({"subnets": SUBNETS, "security_groups": GROUPS}, "there are none"),
    "subnets alone": ({"settings": Settings.GIVEN, "subnets": SUBNETS}, "security groups: VpcConfig has"),
    "an object of no ARN": ({"action": "s3:GetObject"}, "name the resource, an ARN"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_call_nobody_makes_is_refused_with_the_mend(name):
    more, message = MISTAKES[name]
    with pytest.raises(iam.RequestError) as error:
        decided(**more)
    assert message in str(error.value)


def test_a_name_of_a_function_needs_region_and_account():
    with pytest.raises(iam.RequestError, match="name the Region as well, or write its ARN"):
        policies.decide(GUARDED, Call("lambda:CreateFunction", DEPLOYER, function="orders-api"))
    with pytest.raises(iam.RequestError, match="name the function, an ARN"):
        policies.decide(GUARDED, Call("lambda:CreateFunction", DEPLOYER))


def test_what_is_no_policy_is_refused_with_file_line_and_mend():
    misspelled = (
        '{"Version": "2012-10-17", "Statement": [\n{"Effect": "Allow", "Actio": "s3:*", "Resource": "*"}]}'
    )
    principal = (
        '{"Statement": {"Sid": "A", "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}}'
    )
    files = PolicyFiles(
        identity=(policies.read(misspelled, "one.json"), policies.read(principal, "two.json")),
        boundary=(policies.read("[]", "three.json"),),
    )
    with pytest.raises(BadInput) as error:
        decided(files=files)
    assert [str(problem) for problem in error.value.problems] == [
        "one.json:2: Statement[0]: unknown element 'Actio' (did you mean 'Action'?)",
        "three.json:1: a policy needs a Statement element",
        "two.json:1: identity: A: remove Principal; the identity is the principal",
    ]


# --- plain data ---------------------------------------------------------------------------------


def test_what_was_found_is_plain_data_in_either_language():
    checked = check(without(nat_per_az(), "RouteC"))
    for language in ("ja", "en"):
        data = as_data(checked, language)
        assert json.loads(json.dumps(data)) == data
        blocked = next(one for one in data["ways"][0]["answers"] if one["answer"] == "blocked")
        assert blocked["why"] == "no-default-route"
    assert as_data(checked, "ja")["ways"] != as_data(checked, "en")["ways"]
    data = as_data(decided(), "en")
    assert json.loads(json.dumps(data)) == data
    assert data["request"]["context"]["lambda:VpcIds"] == {"present": False, "values": []}


@pytest.mark.parametrize("found", [check(nat_per_az()), decided()], ids=["template", "policies"])
def test_no_field_of_an_answer_is_lost_in_plain_data(found):
    named = {field.name for field in fields(found)}
    assert is_dataclass(found)
    assert set(as_data(found)) == named


def test_checking_needs_no_process_no_file_of_a_reader_and_no_cfn_lint():
    """As in a browser: with processes forbidden and the package's own files alone."""
    program = """
import json, subprocess, sys
def refuse(*_, **__): raise OSError("no processes here")
subprocess.Popen.__init__ = refuse
from lambda_vpc.checking import data, policies, templates
text = json.load(sys.stdin)
read = templates.read(text, "mine.json", {"Id": "vpc-1"})
print(json.dumps(data.as_data(templates.check(read), "ja")))
from_cfn_lint = sorted(name for name in sys.modules if name.partition(".")[0] == "cfnlint")
assert not from_cfn_lint, from_cfn_lint
"""
    declared = {"Id": {"Type": "String", "AllowedPattern": "vpc-[0-9]+"}}
    done = subprocess.run(
        [sys.executable, "-c", program], input=json.dumps(text_of(nat_per_az(), Parameters=declared)),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["ways"][0]["answer"] == "reached"
