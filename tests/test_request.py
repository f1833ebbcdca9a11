"""A request carries the keys AWS documents for its call; what AWS leaves undocumented stays open."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path

import pytest
import yaml

from lambda_vpc.iam import service_reference
from lambda_vpc.iam.conditions import PRESENT
from lambda_vpc.iam.decide import ALLOWED, EXPLICIT_DENY, Decision, Undocumented, decide
from lambda_vpc.iam.request import (
    CONNECTOR_CALLS,
    FUNCTION_CALLS,
    ROWS,
    SOURCE_FUNCTION,
    VPC_KEYS,
    By,
    Carried,
    Request,
    Row,
    Settings,
    VpcConfig,
    build,
    resources_of,
)

FACTS = yaml.safe_load(Path(__file__).parents[1].joinpath("docs", "facts.yaml").read_text("utf-8"))["facts"]
FUNCTION = "arn:aws:lambda:ap-northeast-1:111122223333:function:orders-api"
ROLE = "arn:aws:iam::111122223333:role/deployer"
VPC = VpcConfig("vpc-1", ("subnet-1", "subnet-2"), ("sg-1",))
UPDATE = "lambda:UpdateFunctionConfiguration"


def _id(row: Row) -> str:
    return f"{row.fact}-{row.calls[0]}-{row.when.value}-{row.carried.value}"


def _deny(condition: dict, action: str = "*") -> dict:
    """Everything is allowed but what the condition stops."""
    allow = {"Sid": "All", "Effect": "Allow", "Action": "*", "Resource": "*"}
    deny = {"Sid": "No", "Effect": "Deny", "Action": action, "Resource": "*", "Condition": condition}
    return {"identity": [{"Version": "2012-10-17", "Statement": [allow, deny]}]}


def _decision(call: Request, condition: dict) -> Decision:
    return decide(_deny(condition), call)


# --- the table ----------------------------------------------------------------------------------


@pytest.mark.parametrize("row", ROWS, ids=_id)
def test_each_row_rests_on_a_fact(row: Row):
    known = {fact["id"] for fact in FACTS}
    assert row.fact in known, (
        f"docs/facts.yaml has no fact {row.fact}; add it, or correct the row in request.py"
    )


def _calls(pattern: str) -> list[str]:
    service = pattern.partition(":")[0]
    if service == "*":
        return [*service_reference.actions("lambda"), *service_reference.actions("ec2")]
    return [call for call in service_reference.actions(service) if fnmatchcase(call, pattern)]


@pytest.mark.parametrize("row", ROWS, ids=_id)
def test_each_call_of_a_row_exists_and_supports_the_keys_it_may_carry(row: Row):
    for pattern in row.calls:
        calls = _calls(pattern)
        assert calls, f"AWS lists no action '{pattern}'; correct the row of fact {row.fact}"
        if row.carried is Carried.ABSENT:
            continue
        for call in calls:
            for key in row.keys:
                assert service_reference.supports(call, key), f"AWS lists no key {key} for {call}: {row.fact}"


@pytest.mark.parametrize("call", CONNECTOR_CALLS)
def test_calls_for_connectors_do_not_support_the_vpc_key(call: str):
    assert service_reference.supports(call, "lambda:VpcIds") is False
    for key in VPC_KEYS[1:]:
        assert service_reference.supports(call, key) is True


def test_no_two_rows_say_different_things_of_one_call():
    said: dict[tuple[str, object, str], Carried] = {}
    for row in ROWS:
        for pattern in row.calls:
            for key in row.keys:
                assert said.setdefault((pattern, row.when, key), row.carried) is row.carried, (
                    f"rows contradict each other on {key} in {pattern}"
                )


def test_the_words_of_specs_and_tables_are_these():
    assert [word.value for word in Settings] == ["given", "none", "unchanged", "removed"]
    assert [word.value for word in By] == ["caller", "code", "lambda"]
    assert [word.value for word in Carried] == ["present", "value-open", "absent", "open"]


# --- what a built request carries ---------------------------------------------------------------


@pytest.mark.parametrize("call", FUNCTION_CALLS)
def test_a_call_with_vpc_settings_carries_all_three_keys(call: str):
    context = build(call, FUNCTION, ROLE, settings=Settings.GIVEN, vpc=VPC).context
    assert [context[key] for key in VPC_KEYS] == ["vpc-1", ["subnet-1", "subnet-2"], ["sg-1"]]


@pytest.mark.parametrize("call", FUNCTION_CALLS)
def test_a_call_without_vpc_settings_carries_none_of_the_keys(call: str):
    built = build(call, FUNCTION, ROLE)
    assert _decision(built, {"Null": {"lambda:VpcIds": "true"}}).effect == EXPLICIT_DENY
    for key in VPC_KEYS:
        assert not built.values[key.lower()], f"{key} is known to be absent (fact K12)"


@pytest.mark.parametrize("call", CONNECTOR_CALLS)
def test_a_connector_carries_subnets_and_groups_but_no_vpc(call: str):
    context = build(call, "*", ROLE, settings=Settings.GIVEN, vpc=VPC).context
    assert [context[key] for key in VPC_KEYS] == [[], ["subnet-1", "subnet-2"], ["sg-1"]]


def test_an_update_that_removes_the_settings_leaves_the_keys_open():
    call = build(UPDATE, FUNCTION, ROLE, settings=Settings.REMOVED)
    for key in VPC_KEYS:
        with pytest.raises(Undocumented, match=key):
            _decision(call, {"Null": {key: "true"}})


def test_the_principal_arn_is_always_there():
    call = build("lambda:GetFunction", FUNCTION, ROLE)
    assert _decision(call, {"ArnEquals": {"aws:PrincipalArn": ROLE}}).effect == EXPLICIT_DENY


def test_a_key_nobody_speaks_of_stays_open():
    call = build("lambda:CreateFunction", FUNCTION, ROLE)
    with pytest.raises(Undocumented, match="aws:SourceIp"):
        _decision(call, {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}})


def test_a_key_aws_lists_for_other_actions_only_is_absent():
    call = build("lambda:GetFunction", FUNCTION, ROLE)
    assert _decision(call, {"StringEquals": {"lambda:VpcIds": "vpc-1"}}).effect == ALLOWED


def test_the_context_of_a_case_wins_over_the_table():
    call = build("lambda:CreateFunction", FUNCTION, ROLE, context={"aws:SourceIp": "203.0.113.9"})
    assert _decision(call, {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}).effect == ALLOWED
    other = build("lambda:CreateFunction", FUNCTION, ROLE, context={"lambda:VpcIds": "vpc-9"})
    assert _decision(other, {"StringEquals": {"lambda:VpcIds": "vpc-9"}}).effect == EXPLICIT_DENY
    absent = build("lambda:CreateFunction", FUNCTION, ROLE, context={"aws:SourceIp": []})
    assert _decision(absent, {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}).effect == EXPLICIT_DENY


# --- an update that leaves the settings alone (fact K14) ----------------------------------------

OTHER_VPC = {"StringNotEquals": {"lambda:VpcIds": "vpc-1"}}


def test_an_unchanged_update_passes_where_the_settings_it_has_would_pass():
    call = build(UPDATE, FUNCTION, ROLE, settings=Settings.UNCHANGED, vpc=VPC)
    assert call.context["lambda:VpcIds"] == PRESENT
    assert _decision(call, OTHER_VPC).allowed


def test_an_unchanged_update_stays_open_where_the_settings_it_has_would_be_denied():
    elsewhere = VpcConfig("vpc-2", ("subnet-3",), ("sg-2",))
    call = build(UPDATE, FUNCTION, ROLE, settings=Settings.UNCHANGED, vpc=elsewhere)
    with pytest.raises(Undocumented, match="lambda:VpcIds"):
        _decision(call, OTHER_VPC)


def test_an_unchanged_update_stays_open_when_the_settings_are_not_known():
    call = build(UPDATE, FUNCTION, ROLE, settings=Settings.UNCHANGED)
    with pytest.raises(Undocumented, match="lambda:VpcIds"):
        _decision(call, OTHER_VPC)


def test_an_unchanged_update_carries_the_keys_for_null():
    call = build(UPDATE, FUNCTION, ROLE, settings=Settings.UNCHANGED, vpc=VPC)
    assert _decision(call, {"Null": {"lambda:VpcIds": "true"}}).allowed
    assert _decision(call, {"Null": {"lambda:VpcIds": "false"}}).effect == EXPLICIT_DENY


# --- on whose behalf (facts D02, D03) -----------------------------------------------------------

FROM_CODE = {"ArnEquals": {SOURCE_FUNCTION: FUNCTION}}


def test_calls_of_function_code_carry_the_function():
    call = build("ec2:DescribeSubnets", "*", ROLE, by=By.CODE, source_function=FUNCTION)
    assert _decision(call, FROM_CODE).effect == EXPLICIT_DENY


def test_calls_of_lambda_to_ec2_do_not_carry_the_function():
    call = build("ec2:DescribeSubnets", "*", ROLE, by=By.LAMBDA, source_function=FUNCTION)
    assert _decision(call, FROM_CODE).allowed


@pytest.mark.parametrize("action", ["logs:PutLogEvents", "xray:PutTraceSegments"])
def test_calls_of_lambda_for_the_function_carry_the_function(action: str):
    call = build(action, "*", ROLE, by=By.LAMBDA, source_function=FUNCTION)
    assert _decision(call, FROM_CODE).effect == EXPLICIT_DENY


def test_calls_of_lambda_that_no_row_speaks_of_stay_open():
    call = build("sqs:ReceiveMessage", "*", ROLE, by=By.LAMBDA, source_function=FUNCTION)
    with pytest.raises(Undocumented, match=SOURCE_FUNCTION):
        _decision(call, FROM_CODE)


def test_calls_of_other_callers_do_not_carry_the_function():
    assert _decision(build("ec2:DescribeSubnets", "*", ROLE), FROM_CODE).allowed


def test_a_caller_belongs_to_a_member_account_unless_the_case_says_otherwise():
    nothing = {"scp": [[{"Version": "2012-10-17", "Statement": []}]]}
    layers = _deny({"Null": {"aws:PrincipalArn": "true"}}) | nothing
    assert not decide(layers, build("lambda:GetFunction", FUNCTION, ROLE)).allowed
    assert decide(layers, build("lambda:GetFunction", FUNCTION, ROLE, management_account=True)).allowed


# --- arguments ----------------------------------------------------------------------------------


def test_arguments_that_do_not_fit_together_are_refused():
    with pytest.raises(ValueError, match="need the VPC settings"):
        build("lambda:CreateFunction", FUNCTION, ROLE, settings=Settings.GIVEN)
    with pytest.raises(ValueError, match="needs the function's ARN"):
        build("ec2:DescribeSubnets", "*", ROLE, by=By.CODE)


def test_the_owner_of_a_resource_is_in_its_arn_or_in_the_context():
    call = Request("s3:GetObject", "*", ROLE, {"aws:ResourceAccount": "444455556666"})
    assert call.account_of("arn:aws:s3:::amzn-s3-demo-bucket/x", "111122223333") == "444455556666"
    assert call.account_of("arn:aws:sqs:us-east-1:111122223333:q", "999999999999") == "111122223333"
    assert (
        Request("s3:GetObject", "*", ROLE, {}).account_of("arn:aws:s3:::b", "111122223333") == "111122223333"
    )


def test_the_resources_of_a_call_follow_from_its_arguments():
    def of(action: str, vpc: VpcConfig | None = VPC) -> tuple[str, ...]:
        prefix = "arn:aws:ec2:ap-northeast-1:111122223333"
        return tuple(resources_of(action, function=FUNCTION, arn_prefix=prefix, vpc=vpc))

    assert of("ec2:DescribeSubnets") == ("*",)
    assert of("lambda:CreateFunction") == (FUNCTION,)
    assert [arn.rpartition(":")[2] for arn in of("ec2:CreateNetworkInterface")] == [
        "network-interface/*",
        "subnet/subnet-1",
        "subnet/subnet-2",
        "security-group/sg-1",
    ]
    assert of("ec2:CreateNetworkInterface", None) == of("lambda:NoSuchAction") == ()
