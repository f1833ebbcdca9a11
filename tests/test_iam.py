"""The evaluator answers as AWS documents it, says why, and gives no answer where AWS documents none."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as some
from moto.iam.aws_managed_policies import aws_managed_policies_data

import benchmark_iam
from lambda_vpc.iam.arns import resource_glob
from lambda_vpc.iam.conditions import OPERATORS, PRESENT, SET_OPERATORS, PolicyError
from lambda_vpc.iam.decide import ALLOWED, Decision, Undocumented, decide
from lambda_vpc.iam.layers import Policies
from lambda_vpc.iam.patterns import ESCAPES, glob, matches
from lambda_vpc.iam.policy import Policy
from lambda_vpc.iam.request import Request, RequestError
from lambda_vpc.sentences import GROUPS

DATA = Path(__file__).with_name("data")
CASES = [
    case
    for name in (
        "iam-conformance.yaml",
        "iam-documented.yaml",
        "iam-arns.yaml",
        "iam-callers.yaml",
        "iam-principals.yaml",
    )
    for case in yaml.safe_load((DATA / name).read_text("utf-8"))
]
FUNCTION = "arn:aws:lambda:us-east-1:111122223333:function:app"
ROLE = "arn:aws:iam::111122223333:role/dev"


def request(case: Mapping) -> Request:
    resource = case["resource"]
    return Request(
        case["action"],
        tuple(resource) if isinstance(resource, list) else resource,
        case["principal"],
        case["context"],
        **case.get("request", {}),
    )


def effect(policies: Mapping, asked: Request) -> str:
    """The decision's effect, or `undocumented`."""
    try:
        return decide(policies, asked).effect
    except Undocumented:
        return "undocumented"


# --- what AWS documents -------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_the_evaluator_answers_as_aws_documents_it(case: dict):
    found = effect(case["policies"], request(case))
    assert found == case["expect"], (
        f"{case['id']}: {case['rule']}: expected {case['expect']}, got {found}; "
        f"read {case['doc']} and mend the evaluator, or the case"
    )


def test_every_case_has_its_own_id_and_names_a_page_of_aws():
    twice = [name for name, times in Counter(case["id"] for case in CASES).items() if times > 1]
    assert not twice, f"give each case its own id: {twice}"
    for case in CASES:
        assert case["doc"].startswith("https://docs.aws.amazon.com/"), f"{case['id']}: name AWS's page in doc"


def test_every_condition_operator_has_a_case_in_which_it_decides():
    written = {
        operator
        for case in CASES
        for document in case["policies"].get("identity", ())
        for statement in _statements(document)
        for operator in statement.get("Condition", {})
    }
    bare = {name.rpartition(":")[2].removesuffix("IfExists") for name in written}
    assert bare == set(OPERATORS), f"add cases for {set(OPERATORS) - bare}"
    for prefix in SET_OPERATORS:
        assert any(name.startswith(f"{prefix}:") for name in written), f"add a case for {prefix}"


# --- why ----------------------------------------------------------------------------------------


def _statements(document: Mapping) -> list[Mapping]:
    found = document["Statement"]
    return found if isinstance(found, list) else [found]


def _attached(policies: Mapping) -> Counter[tuple[str, str]]:
    """Layer and name of every statement, once for each time it is attached."""
    found: Counter[tuple[str, str]] = Counter()
    for layer, documents in policies.items():
        levels = documents if layer == "scp" else [documents]
        for level in levels:
            for document in level if isinstance(level, list) else [level]:
                for position, statement in enumerate(_statements(document)):
                    name = statement.get("Sid", f"Statement[{position}]")
                    found["resource" if layer == "resource_policy" else layer, name] += 1
    return found


def _without_scp(case: Mapping) -> bool:
    """Whether SCPs do not apply to the caller."""
    caller = case["principal"]
    return (
        case.get("request", {}).get("management_account", False)
        or "AWSServiceRoleFor" in caller
        or caller.endswith(".amazonaws.com")
    )


DECIDED = [case for case in CASES if case["expect"] != "undocumented"]


@pytest.mark.parametrize("case", DECIDED, ids=[case["id"] for case in DECIDED])
def test_a_decision_says_of_each_statement_why_it_did_not_decide(case: dict):
    decision = decide(case["policies"], request(case))
    attached = _attached(
        {
            layer: found
            for layer, found in case["policies"].items()
            if layer != "scp" or not _without_scp(case)
        }
    )
    told = Counter((reason.layer, reason.statement) for reason in decision.why if reason.statement)
    if decision.statement:
        told[decision.layer, decision.statement] += 1
    assert told == attached, "each statement decides or has exactly one reason"


def test_statements_of_the_same_name_are_told_apart():
    policy = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    decision = decide({"identity": [policy, policy]}, _call())
    assert [(reason.statement, reason.code) for reason in decision.why] == [
        ("Statement[0]", "matches-besides")
    ]


def test_a_deny_names_the_statement_that_denies():
    allow = {"Sid": "Yes", "Effect": "Allow", "Action": "*", "Resource": "*"}
    deny = {"Sid": "No", "Effect": "Deny", "Action": "lambda:*", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [allow, deny]}
    decision = decide({"identity": [policy]}, _call())
    assert (decision.layer, decision.statement) == ("identity", "No")


def test_an_allow_names_the_statement_that_allows():
    other = {"Sid": "Other", "Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    unnamed = {"Effect": "Allow", "Action": "lambda:*", "Resource": "*"}
    decision = decide({"identity": [{"Version": "2012-10-17", "Statement": [other, unnamed]}]}, _call())
    assert (decision.layer, decision.statement) == ("identity", "Statement[1]")
    assert [(reason.statement, reason.code) for reason in decision.why] == [("Other", "action-not-covered")]


def test_an_implicit_deny_names_the_layers_that_do_not_allow():
    s3 = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}
    decision = decide({"identity": [s3], "boundary": [s3]}, _call())
    assert decision.statement is None
    assert {reason.layer for reason in decision.why if reason.code == "nothing-allows"} == {
        "identity",
        "boundary",
    }


def test_no_answer_names_the_statement_and_what_is_missing():
    condition = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    statement = {"Sid": "Office", "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}
    with pytest.raises(Undocumented, match=r"Office: .*aws:SourceIp"):
        decide({"identity": [{"Version": "2012-10-17", "Statement": statement}]}, _call(closed=False))


def test_a_denied_resource_denies_the_call_whatever_is_open_for_another():
    condition = {"StringEquals": {"aws:TagKeys": ["a"]}}
    statements = [
        {
            "Sid": "Open",
            "Effect": "Allow",
            "Action": "*",
            "Resource": "arn:aws:lambda:*",
            "Condition": condition,
        },
        {"Sid": "No", "Effect": "Deny", "Action": "*", "Resource": "arn:aws:s3:::*"},
    ]
    call = Request(
        "lambda:CreateFunction",
        ("arn:aws:lambda:us-east-1:111122223333:function:app", "arn:aws:s3:::amzn-s3-demo-bucket"),
        "arn:aws:iam::111122223333:role/dev",
        {"aws:TagKeys": ["a"]},
    )
    assert decide({"identity": [{"Version": "2012-10-17", "Statement": statements}]}, call).statement == "No"


def test_every_reason_is_given_by_a_case():
    seen = {reason.code for case in DECIDED for reason in decide(case["policies"], request(case)).why}
    # `may-match` needs an open question beside an explicit deny.
    tags = {"StringEquals": {"aws:TagKeys": ["a"]}}
    open_allow = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": tags}
    deny = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [open_allow, deny]}
    seen |= {reason.code for reason in decide({"identity": [document]}, _call({"aws:TagKeys": ["a"]})).why}
    assert seen == GROUPS["decision"], "give a new reason a case here"


# --- malformed policies -------------------------------------------------------------------------


def _call(context: Mapping | None = None, *, closed: bool = True) -> Request:
    return Request(
        "lambda:CreateFunction",
        "arn:aws:lambda:us-east-1:111122223333:function:app",
        "arn:aws:iam::111122223333:role/dev",
        context or {},
        closed=closed,
    )


def _with(**elements: object) -> dict:
    statement = {"Effect": "Allow", "Action": "lambda:*", "Resource": "*", **elements}
    left = {name: value for name, value in statement.items() if value is not None}
    return {"Version": "2012-10-17", "Statement": [left]}


BAD = {
    "no-statement": ({"Version": "2012-10-17"}, "needs a Statement"),
    "text": ("allow", "needs a Statement"),
    "statement-text": ({"Statement": ["x"]}, r"Statement\[0\]: expected an object"),
    "version": ({"Version": "2012-10-18", "Statement": []}, "Version: '2012-10-18'.*use 2012-10-17"),
    "version-case": ({"version": "2012-10-17", "Statement": []}, "'version' .did you mean 'Version'"),
    "element": (_with(Actions="lambda:*"), r"Statement\[0\]: .*'Actions' .did you mean 'Action'"),
    "effect": (_with(Effect="allow"), r"Effect: must be Allow or Deny"),
    "no-effect": (_with(Effect=None), r"Effect: must be Allow or Deny"),
    "no-action": (_with(Action=None), "Action or NotAction is missing"),
    "two-actions": (_with(NotAction="s3:*"), "Action and NotAction exclude each other"),
    "action-number": (_with(Action=5), r"Action: expected a text"),
    "action-prefix": (
        _with(Action="CreateFunction"),
        "'CreateFunction' has no service prefix.*service:Action",
    ),
    "no-resource": (_with(Resource=None), "Resource or NotResource is missing"),
    "two-resources": (_with(NotResource="*"), "Resource and NotResource exclude each other"),
    "resource-object": (_with(Resource={"Ref": "X"}), r"Resource: expected a text"),
    "resource-name": (_with(Resource="my-function"), "'my-function' is neither an ARN.*arn:"),
    "resource-service": (
        _with(Resource="arn:aws:*:us-east-1:111122223333:x"),
        "wildcard for the service; name",
    ),
    "principal-identity": (_with(Principal="*"), "identity: .*remove Principal"),
    "operator": (
        _with(Condition={"StringEqual": {"a:b": "c"}}),
        "'StringEqual' .did you mean 'StringEquals'",
    ),
    "operator-set": (_with(Condition={"ForAll:StringEquals": {"a:b": "c"}}), "did you mean 'ForAllValues:"),
    "null-ifexists": (
        _with(Condition={"NullIfExists": {"a:b": "true"}}),
        "neither a set operator nor IfExists",
    ),
    "condition-list": (_with(Condition=[]), "Condition: expected an object"),
    "keys-list": (_with(Condition={"Bool": ["a:b"]}), "Condition.Bool: expected an object of condition keys"),
    "value-null": (
        _with(Condition={"Bool": {"a:b": None}}),
        r"Condition.Bool.a:b: expected a text, a number",
    ),
    "key-twice": (
        _with(Condition={"Bool": {"aws:SecureTransport": "true", "AWS:securetransport": "true"}}),
        "Bool: 'aws:SecureTransport' and 'AWS:securetransport' are the same key; keep one",
    ),
    "resource-no-service": (_with(Resource="arn:aws"), "'arn:aws' names no service .write arn:PARTITION"),
    "resource-service-question": (_with(Resource="arn:aws:lambd?:*:*:function:a"), "for the service; name"),
    "resource-service-end": (_with(Resource="arn:aws:*"), "wildcard for the service; name"),
    "resource-type": (
        _with(Resource="arn:aws:lambda:us-east-1:111122223333:f*:app"),
        r"Resource: .*wildcard in the resource type 'f\*'; name the type, such as function",
    ),
    "resource-type-open": (
        _with(Resource="arn:aws:iam::111122223333:u*"),
        "'u.'; name the type, such as user",
    ),
    "resource-type-inside": (
        _with(NotResource="arn:aws:lambda:*:*:fun?tion:a", Resource=None),
        "such as function",
    ),
    "resource-type-question": (
        _with(Resource="arn:aws:redshift:us-east-1:111122223333:?"),
        "resource type '.'; name the type, such as cluster",
    ),
    "long-resource": (
        _with(Resource="arn:aws:s3:::" + "a" * 100_000),
        "Resource: .*longer than 100,000 char",
    ),
    "long-action": (
        _with(Action=["*", "s3:" + "a" * 100_000]),
        "Action: .*longer than 100,000 characters; write",
    ),
    "long-value": (_with(Condition={"Bool": {"a:b": "a" * 100_001}}), "Bool.a:b: .*longer than 100,000"),
    "same-sid": (
        {"Statement": [_with(Sid="A")["Statement"][0], _with(Sid="A", Effect="Deny")["Statement"][0]]},
        "identity: A: two statements of the policy have this Sid; give each its own",
    ),
    "value-object": (
        _with(Condition={"Bool": {"a:b": {}}}),
        r"Condition.Bool.a:b: expected a text, a number",
    ),
}


@pytest.mark.parametrize(("document", "message"), BAD.values(), ids=BAD)
def test_a_malformed_policy_is_refused_with_the_element_and_a_mend(document: object, message: str):
    with pytest.raises(PolicyError, match=message):
        decide({"identity": [document]}, _call())


BAD_LAYERS = {
    "unknown-layer": ({"identities": []}, "unknown kind of policy 'identities' .did you mean 'identity'"),
    "resource-control": (
        {"rcp": [[_with()]]},
        "rcp: resource control policies are not evaluated here; leave",
    ),
    "scp-document": ({"scp": _with()}, "scp: expected a list of levels"),
    "scp-flat": (
        {"scp": [_with(), _with(Effect="Deny")]},
        r"scp.0.: expected a level, a list of policies; .*\[",
    ),
    "scp-mixed": ({"scp": [[_with()], _with()]}, "scp.1.: expected a level"),
    "two-resource-policies": (
        {"resource_policy": _with(Principal="*"), "resource": _with(Principal="*")},
        "resource_policy and resource are the same kind of policy; keep one",
    ),
    "scp-principal": ({"scp": [[_with()], [_with(Principal="*")]]}, "scp: .*remove Principal"),
    "boundary-principal": ({"boundary": _with(Principal="*")}, "boundary: .*remove Principal"),
    "session-short-variable": (
        {"session": _with(Resource="arn:aws:sqs:us-east-1:${aws:PrincipalAccount}")},
        "has fewer than six parts",
    ),
    "session-short-arn": (
        {"session": _with(Resource=["*", "arn:aws:lambda"])},
        r"session: .*'arn:aws:lambda' has fewer than six parts.*write 'arn:aws:lambda:\*:\*:\*'",
    ),
    "resource-principal": ({"resource_policy": _with()}, "resource_policy: .*add Principal"),
    "endpoint-principal": ({"endpoint": _with()}, "endpoint: .*add Principal"),
    "principal-text": (
        {"resource_policy": _with(Principal="me")},
        r"Principal: expected \"\*\" or an object",
    ),
    "principal-kind": ({"resource_policy": _with(Principal={"Aws": "*"})}, "'Aws' .expected one of AWS"),
    "two-principals": (
        {"resource_policy": _with(Principal="*", NotPrincipal="*")},
        "Principal and NotPrincipal exclude each other",
    ),
}


@pytest.mark.parametrize(("layers", "message"), BAD_LAYERS.values(), ids=BAD_LAYERS)
def test_policies_in_the_wrong_layer_are_refused_with_a_mend(layers: Mapping, message: str):
    with pytest.raises(PolicyError, match=message):
        Policies.of(layers)


def test_policies_already_read_are_checked_against_their_layer_as_well():
    without = Policy.parse(_with())
    named = Policy.parse(_with(Principal="*"))
    for layers in ({"endpoint": (without,)}, {"resource": (named, without)}):
        with pytest.raises(PolicyError, match="add Principal"):
            Policies(**layers)
    for layers in ({"identity": (named,)}, {"boundary": (without, named)}, {"scp": ((without,), (named,))}):
        with pytest.raises(PolicyError, match="remove Principal"):
            Policies(**layers)
    with pytest.raises(PolicyError, match="add Principal"):
        replace(Policies(), endpoint=(without,))
    assert decide(Policies(identity=(without,), endpoint=(named,)), _call()).allowed


def test_a_resource_policy_without_statements_is_given_all_the_same():
    key = "arn:aws:kms:us-east-1:111122223333:key/1"
    call = Request("kms:Decrypt", key, "arn:aws:iam::111122223333:role/dev", {})
    allow = _document([{"Effect": "Allow", "Action": "*", "Resource": "*"}])
    for name in ("resource_policy", "resource"):
        assert decide({"identity": allow, name: []}, call).effect == "implicitDeny"
        assert decide({"identity": allow, name: _document([])}, call).effect == "implicitDeny"
    with pytest.raises(Undocumented, match="key policy"):
        decide({"identity": allow, "resource": None}, call)


def test_every_policy_that_aws_manages_is_read():
    unread = {}
    for name, policy in json.loads(aws_managed_policies_data).items():
        try:
            Policies.of({"identity": policy["Document"]})
        except PolicyError as error:
            unread[name] = str(error)
    assert not unread, "what AWS itself writes is no mistake"


@pytest.mark.parametrize("effect_", ["Allow", "Deny"])
@pytest.mark.parametrize("element", ["Action", "NotAction", "Resource", "NotResource"])
def test_an_element_without_values_covers_nothing(effect_: str, element: str):
    allow = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    statement = {"Effect": effect_, "Action": "*", "Resource": "*"}
    del statement[element.removeprefix("Not")]
    statement[element] = []
    wanted = ALLOWED if effect_ == "Deny" else "implicitDeny"
    statements = [statement, allow] if effect_ == "Deny" else [statement]
    assert effect({"identity": [_document(statements)]}, _call()) == wanted


OPEN_QUESTIONS = {
    "date-exponent": ({"DateLessThan": {"aws:RequestTag/n": "1e9"}}, "'1e9' is not a date"),
    "policy-base64": ({"BinaryEquals": {"aws:RequestTag/b": "QQ= ="}}, "a value that is not Base64"),
    "request-base64": ({"BinaryEquals": {"aws:RequestTag/t": "QQ=="}}, "a value that is not Base64"),
    "request-base64-space": ({"BinaryEquals": {"aws:RequestTag/s": "QQ=="}}, "a value that is not Base64"),
    "policy-arn": (
        {"ArnLike": {"aws:RequestTag/arn": "arn:aws:s3"}},
        "'arn:aws:s3' does not have the six parts",
    ),
    "request-arn": ({"ArnLike": {"aws:RequestTag/t": "arn:aws:s3:::*"}}, "'a' does not have the six parts"),
    "variable-present": (
        {"StringEquals": {"aws:RequestTag/t": "${aws:referer}"}},
        "aws:referer .*is not documented",
    ),
    "number": ({"NumericEquals": {"aws:RequestTag/t": "1"}}, "'a' is not a number; AWS documents no result"),
    "date": ({"DateEquals": {"aws:RequestTag/t": "2026"}}, "'a' is not a date; AWS documents no result"),
    "policy-number": ({"NumericEquals": {"aws:RequestTag/n": "x"}}, "'x' is not a number"),
    "netmask": (
        {"IpAddress": {"aws:SourceIp": "10.0.0.0/255.0.0.0"}},
        "'10.0.0.0/255.0.0.0' is not in CIDR notation",
    ),
    "hostmask": ({"NotIpAddress": {"aws:SourceIp": "10.0.0.0/0.255.255.255"}}, "is not in CIDR notation"),
    "no-prefix": ({"IpAddress": {"aws:SourceIp": "10.0.0.0/"}}, "is not in CIDR notation"),
    "long-prefix": ({"IpAddress": {"aws:SourceIp": "10.0.0.0/33"}}, "is not an address in a CIDR block"),
}


@pytest.mark.parametrize(("condition", "question"), OPEN_QUESTIONS.values(), ids=OPEN_QUESTIONS)
def test_what_aws_does_not_document_is_named(condition: dict, question: str):
    with pytest.raises(Undocumented, match=question):
        decide(
            {"identity": _with(Condition=condition)},
            _call(
                {
                    "aws:RequestTag/t": "a",
                    "aws:RequestTag/n": "1",
                    "aws:RequestTag/b": "QQ==",
                    "aws:RequestTag/s": "QQ= =",
                    "aws:RequestTag/arn": "arn:aws:s3:::amzn-s3-demo-bucket",
                    "aws:Referer": PRESENT,
                    "aws:SourceIp": "10.0.0.1",
                }
            ),
        )


@pytest.mark.parametrize(
    ("resource", "question"),
    [
        (
            "arn:*:lambda:us-east-1:111122223333:function:app",
            "a wildcard for the partition is documented both",
        ),
        (
            "arn:aws:lambda:us-east-1:111122223333:*tion:app",
            "a wildcard in the resource type is documented both",
        ),
    ],
)
def test_a_pattern_that_is_documented_both_ways_gets_no_answer(resource: str, question: str):
    with pytest.raises(Undocumented, match=question):
        decide({"identity": _with(Resource=resource)}, _call())


def test_an_incomplete_arn_outside_of_identity_based_policies_is_named_with_a_mend():
    policies = {"identity": _with(), "endpoint": _with(Resource="arn:aws:lambda", Principal="*")}
    with pytest.raises(Undocumented, match=r"completes 'arn:aws:lambda' .*; write 'arn:aws:lambda:\*:\*:\*'"):
        decide(policies, _call())


def test_a_variable_whose_key_is_not_known_gets_no_answer():
    for written in ("${aws:SourceIp}", "${aws:SourceIp, 'a'}", "x${aws:SourceIp}"):
        condition = {"StringEquals": {"aws:RequestTag/t": written}}
        with pytest.raises(Undocumented, match="the value of aws:sourceip in this request is not known"):
            decide({"identity": _with(Condition=condition)}, _call({"aws:RequestTag/t": "a"}, closed=False))


def test_numbers_and_truth_values_beside_texts_leave_the_texts_as_they_are():
    condition = {"StringEquals": {"aws:RequestTag/t": ["A", 1, True]}}
    for given_value, wanted in (("A", ALLOWED), ("a", "implicitDeny"), (1, ALLOWED), (True, ALLOWED)):
        call = _call({"aws:RequestTag/t": given_value})
        assert effect({"identity": _with(Condition=condition)}, call) == wanted


def test_a_condition_that_is_not_met_is_shown_as_it_is_written():
    written = (
        ("StringEquals", "aws:username"),
        ("StringEqualsIfExists", "aws:RequestTag/t"),
        ("ForAnyValue:StringLike", "aws:TagKeys"),
    )
    for operator, key in written:
        policy = _with(Condition={operator: {key: "x"}})
        why = decide({"identity": policy}, _call({key: "y"})).why
        assert [reason.detail for reason in why if reason.statement] == [f"{operator} {key}"]


def test_an_implicit_deny_does_not_name_a_layer_that_allows():
    s3 = _with(Action="s3:*")
    decision = decide({"identity": s3, "boundary": _with(), "scp": [[_with()], [s3]]}, _call())
    assert [reason.layer for reason in decision.why if reason.code == "nothing-allows"] == ["scp", "identity"]


@pytest.mark.parametrize("action", ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"])
def test_without_its_trust_policy_nobody_can_say_that_a_role_may_be_assumed(action: str):
    call = Request(action, "arn:aws:iam::111122223333:role/target", ROLE, {})
    with pytest.raises(Undocumented, match="trust or key policy decides and is not given"):
        decide({"identity": _with(Action="sts:*")}, call)
    assert decide({"identity": _with()}, call).effect == "implicitDeny"


def test_the_grant_that_suffices_is_named_not_one_beside_it():
    queue = "arn:aws:sqs:us-east-1:111122223333:q1"
    account, user = "arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:user/kana"
    grant = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    statements = [
        {"Sid": "Account", **grant, "Principal": {"AWS": account}},
        {"Sid": "User", **grant, "Principal": {"AWS": user}},
    ]
    decision = decide({"resource": _document(statements)}, Request("sqs:SendMessage", queue, user, {}))
    assert (decision.layer, decision.statement) == ("resource", "User")


def test_a_variable_that_has_no_value_decides_before_one_that_is_not_known():
    condition = {"StringEquals": {"aws:RequestTag/t": "${aws:SourceIp}${aws:username}"}}
    call = _call({"aws:RequestTag/t": "a", "aws:username": []}, closed=False)
    assert decide({"identity": _with(Condition=condition)}, call).effect == "implicitDeny"


# --- requests -----------------------------------------------------------------------------------

BAD_REQUESTS = {
    "no-resource": ({"resource": ()}, r"resource: name the ARN of at least one resource, or \*"),
    "empty-resource": ({"resource": ""}, "resource: name the ARN"),
    "one-empty-resource": ({"resource": (FUNCTION, "")}, "resource: name the ARN"),
    "null": (
        {"context": {"aws:SourceVpc": None}},
        "context: aws:SourceVpc: expected a text.*an empty list says",
    ),
    "null-in-list": ({"context": {"aws:TagKeys": ["a", None]}}, "context: aws:TagKeys: expected a text"),
    "object": ({"context": {"aws:SourceVpc": {"a": 1}}}, "context: aws:SourceVpc: expected a text"),
    "key-twice": (
        {"context": {"aws:SourceVpc": "a", "AWS:SourceVPC": "b"}},
        "'AWS:SourceVPC' is .* keep one",
    ),
    "role-without-arn": ({"principal": "role/dev"}, "'role/dev' is not a user, role.*write an ARN such as"),
    "account": ({"principal": "111122223333"}, "'111122223333' is not a user"),
    "everybody": ({"principal": "*"}, "is not a user"),
    "nobody": ({"principal": ""}, "is not a user"),
    "group": ({"principal": "arn:aws:iam::111122223333:group/dev"}, "is not a user"),
    "role-without-name": ({"principal": "arn:aws:iam::111122223333:role/"}, "is not a user"),
    "root-with-name": ({"principal": "arn:aws:iam::111122223333:root/x"}, "is not a user"),
    "other-service": ({"principal": "arn:aws:sqs:us-east-1:111122223333:user/x"}, "is not a user"),
    "no-arn": ({"principal": "x:aws:iam::111122223333:role/dev"}, "is not a user"),
}


@pytest.mark.parametrize(("arguments", "message"), BAD_REQUESTS.values(), ids=BAD_REQUESTS)
def test_a_request_that_no_call_makes_is_refused_with_a_mend(arguments: Mapping, message: str):
    fine = {"action": "lambda:CreateFunction", "resource": FUNCTION, "principal": ROLE, "context": {}}
    assert Request(**fine).resources == (FUNCTION,)
    with pytest.raises(RequestError, match=message):
        Request(**fine | arguments)


# --- patterns -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pattern",
    ["*a" * 12 + "b", "*a" * 2_000 + "b", "*?a" * 500 + "b", "?" * 500 + "*" * 500 + "b", "*" * 5_000 + "b"],
    ids=["stars", "many-stars", "stars-and-questions", "runs", "only-stars"],
)
def test_a_pattern_of_many_wildcards_is_matched_in_time(pattern: str):
    text = "a" * 20_000
    arn = "arn:aws:s3:::"
    for covers in (
        lambda: glob(pattern).fullmatch(text),
        lambda: matches(pattern, text),
        lambda: resource_glob(arn + pattern).fullmatch(arn + text),
        lambda: resource_glob(f"arn:aws:s3:{pattern}:x:y").fullmatch(f"arn:aws:s3:{text}:x:y"),
    ):
        start = time.process_time()
        assert covers() is False
        assert time.process_time() - start < 0.5, "match without going back in the text"


def test_text_that_looks_like_the_beginning_of_many_variables_is_read_in_time():
    text = "${" * 24_000 + "${" + " " * 50_000 + "}"
    policy = _with(Resource=f"arn:aws:s3:::{text}", Condition={"StringEquals": {"aws:RequestTag/t": text}})
    start = time.process_time()
    assert effect({"identity": policy}, _call({"aws:RequestTag/t": text})) == "implicitDeny"
    assert time.process_time() - start < 1, "look for the end of a variable once"


_LETTERS = some.text("ab*?:\n.", max_size=7)


def _regular_expression(pattern: str) -> re.Pattern[str]:
    parts = (".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    return re.compile("".join(parts), re.DOTALL)


@given(_LETTERS, some.text("ab*?:\n.", max_size=9))
def test_a_pattern_covers_what_its_regular_expression_covers(pattern: str, text: str):
    wanted = _regular_expression(pattern).fullmatch(text) is not None
    assert glob(pattern).fullmatch(text) is wanted
    assert matches(pattern, text) is wanted


def _resource_expression(pattern: str) -> re.Pattern[str]:
    """The documented rule, written down once more: a star within its part, at its end beyond the colon."""
    parts = pattern.split(":", 5)
    found = []
    for position, part in enumerate(parts):
        one = "." if position == 5 else "[^:]"
        inner = [one + "*" if c == "*" else one if c == "?" else re.escape(c) for c in part]
        found.append("".join(inner[:-1]) + (".*" if part.endswith("*") else "".join(inner[-1:])))
    return re.compile(":".join(found), re.DOTALL)


@given(some.text("ab*?:::", max_size=9), some.text("ab:::", max_size=9))
def test_a_resource_pattern_covers_what_the_documented_rule_covers(pattern: str, text: str):
    wanted = _resource_expression(pattern).fullmatch(text) is not None
    assert resource_glob(pattern).fullmatch(text) is wanted


def test_an_escaped_wildcard_is_that_character():
    for c in "*?$":
        escaped = "a" + ESCAPES[c]
        assert matches(escaped, "a" + c)
        assert not matches(escaped, "ab")
        assert resource_glob("arn:aws:s3:::" + escaped).fullmatch("arn:aws:s3:::a" + c)
        assert not resource_glob("arn:aws:s3:::" + escaped).fullmatch("arn:aws:s3:::ab")


# --- properties ---------------------------------------------------------------------------------

ARNS = ("arn:aws:sns:us-east-1:111122223333:t", "arn:aws:sns:*:*:t", "arn:aws:s3:::*")
_TEXTS = some.sampled_from(("a", "A", "b", "ab", "a*", "?", "", "${aws:username}", "${*}", "10", "true"))
_KEYS = some.sampled_from(
    ("aws:RequestTag/t", "aws:TagKeys", "aws:username", "aws:SourceIp", "lambda:VpcIds")
)
_OPERATORS = some.builds(
    "{}{}{}".format,
    some.sampled_from(("", "", "ForAllValues:", "ForAnyValue:")),
    some.sampled_from([name for name in OPERATORS if name != "Null"]),
    some.sampled_from(("", "", "IfExists")),
) | some.just("Null")
_CONDITIONS = some.dictionaries(
    _OPERATORS, some.dictionaries(_KEYS, some.lists(_TEXTS, max_size=2), max_size=2), max_size=2
)
_RESOURCES = some.sampled_from(
    (
        "*",
        "arn:aws:lambda:*:111122223333:function:*",
        "arn:aws:lambda:us-east-1:111122223333:function:${aws:username}",
        "arn:aws:lambda:us-east-1:111122223333:function:x",
    )
)
_ACTIONS = some.sampled_from(("*", "lambda:*", "lambda:Create*", "lambda:?reateFunction", "s3:*"))


def _statement(effects: tuple[str, ...] = ("Allow", "Deny")) -> some.SearchStrategy[dict]:
    return some.builds(
        lambda effect, action, actions, resource, resources, condition: {
            "Effect": effect,
            action: actions,
            resource: resources,
            "Condition": condition,
        },
        some.sampled_from(effects),
        some.sampled_from(("Action", "Action", "Action", "NotAction")),
        some.lists(_ACTIONS, max_size=2),
        some.sampled_from(("Resource", "Resource", "Resource", "NotResource")),
        some.lists(_RESOURCES, max_size=2),
        some.just({}) | _CONDITIONS,
    )


def _document(statements: list[dict]) -> dict:
    return {"Version": "2012-10-17", "Statement": statements}


# Most statements are plain, so that decisions other than "undocumented" are common.
_PLAIN = some.builds(
    lambda effect, action, resource: {"Effect": effect, "Action": [action], "Resource": [resource]},
    some.sampled_from(("Allow", "Allow", "Deny")),
    _ACTIONS,
    _RESOURCES,
)
_DOCUMENTS = some.builds(_document, some.lists(_PLAIN | _statement(), max_size=3))
_LAYERS = some.fixed_dictionaries(
    {"identity": some.lists(_DOCUMENTS, max_size=2)},
    optional={
        "boundary": some.lists(_DOCUMENTS, max_size=1),
        "session": some.lists(_DOCUMENTS, max_size=1),
        "scp": some.lists(some.lists(_DOCUMENTS, max_size=2), max_size=2),
    },
)
_CONTEXTS = some.dictionaries(
    _KEYS, some.lists(some.sampled_from(("a", "A", "x", "", "10.0.0.1")), max_size=2)
)
_CALLS = some.builds(_call, _CONTEXTS)


@given(_LAYERS, _statement(("Deny",)), _CALLS)
def test_adding_a_deny_never_allows(layers: dict, deny: dict, call: Request):
    more = layers | {"identity": [*layers["identity"], _document([deny])]}
    if effect(more, call) == ALLOWED:
        assert effect(layers, call) == ALLOWED


@given(_LAYERS, _statement(("Allow",)), _CALLS)
def test_adding_an_allow_to_the_identity_never_denies(layers: dict, allow: dict, call: Request):
    more = layers | {"identity": [*layers["identity"], _document([allow])]}
    if effect(layers, call) == ALLOWED:
        assert effect(more, call) == ALLOWED


@given(_LAYERS, _CALLS)
def test_the_order_of_policies_statements_and_values_changes_nothing(layers: dict, call: Request):
    def reverse(value: object) -> object:
        if isinstance(value, Mapping):
            return {key: reverse(item) for key, item in reversed(value.items())}
        return [reverse(item) for item in reversed(value)] if isinstance(value, list) else value

    assert effect(reverse(layers), call) == effect(layers, call)


def _renamed(layers: dict, rename: Callable[[str], str]) -> dict:
    """The layers with actions and condition keys in another letter case."""

    def walk(value: object) -> object:
        if isinstance(value, list):
            return [walk(item) for item in value]
        if not isinstance(value, Mapping):
            return value
        found = {key: walk(item) for key, item in value.items()}
        for name in ("Action", "NotAction"):
            if name in found:
                found[name] = [rename(action) for action in found[name]]
        if "Condition" in found:
            found["Condition"] = {
                operator: {rename(key): values for key, values in keys.items()}
                for operator, keys in found["Condition"].items()
            }
        return found

    return walk(layers)


@given(_LAYERS, _CONTEXTS)
def test_the_letter_case_of_actions_and_keys_changes_nothing(layers: dict, context: dict):
    call = _call(context)
    shouted = Request(
        call.action.upper(),
        call.resource,
        call.principal,
        {key.upper(): value for key, value in context.items()},
    )
    assert effect(_renamed(layers, str.upper), call) == effect(layers, call)
    assert effect(layers, shouted) == effect(layers, call)


@given(_LAYERS, _CONTEXTS)
def test_an_answer_to_an_open_request_holds_when_the_open_keys_are_absent(layers: dict, context: dict):
    answer = effect(layers, _call(context, closed=False))
    if answer != "undocumented":
        assert effect(layers, _call(context)) == answer


_JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=8),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_BROKEN = some.fixed_dictionaries(
    {
        "Effect": some.just("Deny") | _JSON,
        "Action": some.just("*") | _JSON,
        "Resource": some.just("*") | _JSON,
    },
    optional={"Sid": _JSON, "Principal": _JSON, "NotPrincipal": _JSON}
    | {"Condition": some.dictionaries(_OPERATORS, some.dictionaries(_KEYS, _JSON, max_size=2)) | _JSON},
)
_ANY_DOCUMENT = _JSON | some.fixed_dictionaries({"Statement": _JSON | some.lists(_BROKEN, max_size=2)})
_ANY_CONTEXT = some.dictionaries(_KEYS | some.text(max_size=8), _JSON, max_size=3)


@given(
    some.dictionaries(
        some.sampled_from(("identity", "boundary", "session", "scp", "resource_policy", "endpoint", "other")),
        _ANY_DOCUMENT | some.lists(_ANY_DOCUMENT, max_size=2),
        max_size=3,
    ),
    _ANY_CONTEXT,
    some.booleans(),
)
def test_any_json_gets_a_decision_or_a_named_error(layers: dict, context: dict, closed: bool):
    try:
        assert isinstance(decide(layers, _call(context, closed=closed)), Decision)
    except (Undocumented, PolicyError, RequestError) as error:
        assert str(error), "say what is wrong"


# Nearly dates, numbers, addresses and ARNs.
_NEARLY = (
    "2026-13-45",
    "0000-01",
    "9" * 30,
    "1_000",
    "10.0.0.0/99",
    "::/129",
    "arn:aws:sns",
    "QQ=",
    "${aws:",
    "*" * 9,
)
_VALUES = some.text(max_size=12) | some.sampled_from((*ARNS, *_NEARLY))


@given(_OPERATORS, _VALUES | some.floats() | some.booleans(), _VALUES)
def test_any_value_of_any_operator_gets_an_answer_or_none(operator: str, wanted: object, given_value: str):
    condition = {operator: {"aws:RequestTag/t": wanted}}
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}
    answer = effect({"identity": [_document([statement])]}, _call({"aws:RequestTag/t": given_value}))
    assert answer in (ALLOWED, "implicitDeny", "undocumented")


def test_the_benchmark_runs():
    assert benchmark_iam.run(seconds=0.01) > 0
