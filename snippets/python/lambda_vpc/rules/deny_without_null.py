"""W9809: a Deny with ForAnyValue alone spares functions without a VPC."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lambda_vpc.rules._policies import ConditionUse, Statement
from lambda_vpc.rules._rule import IAM_GUIDE, Finding, statement_rule
from lambda_vpc.rules._subject import Subject

_CREATE = "lambda:CreateFunction"
_OF_VPC = frozenset({"lambda:vpcids", "lambda:subnetids", "lambda:securitygroupids"})


@statement_rule("W9809", f"{IAM_GUIDE}/reference_policies_condition-single-vs-multi-valued-context-keys.html")
def deny_without_null(statement: Statement, subject: Subject) -> Iterator[Finding]:
    """Deny on subnets or security groups that misses functions without a VPC

    What:
        A Deny for lambda:CreateFunction tests lambda:SubnetIds or lambda:SecurityGroupIds with ForAnyValue
        and a negated operator such as StringNotEquals, and no statement of the template stops functions
        without a VPC. A list of forbidden subnets, with StringEquals, is not reported.

    Why:
        ForAnyValue asks whether one value matches. A request without the key has no value, so the Deny does
        not apply and a function outside any VPC is allowed. Deny requests where "Null" of lambda:VpcIds is
        "true", or other VPCs with StringNotEquals on lambda:VpcIds, which also holds without the key.

    Wrong:
        condition-keys/approved-vpc-guardrail#any-value-alone

    Right:
        condition-keys/approved-vpc-guardrail
        condition-keys/approved-vpc-scp
    """
    use = _spares(statement)
    alike = [other for other in subject.statements if other.document is statement.document]
    # One hole in a policy is one finding, at the first Deny that has it.
    if use is None or next(other for other in alike if _spares(other)) is not statement:
        return
    if any(map(_stops_without_vpc, subject.statements)) or _only_allows_with_vpc(alike):
        return
    yield Finding(
        use.part.path,
        f"'{use.written}' is false for a request without '{use.key}', so this Deny spares functions without "
        "a VPC. Add a Deny with 'Null': {'lambda:VpcIds': 'true'}.",
    )


def _spares(statement: Statement) -> ConditionUse | None:
    if statement.effect != "Deny" or statement.covers(_CREATE) is not True:
        return None
    for use in statement.conditions():
        operator = use.operator
        negated = operator.set_operator == "ForAnyValue" and "Not" in operator.name and not operator.if_exists
        # With ForAnyValue on the single-valued lambda:VpcIds, the operator is what must change (E9802).
        if negated and use.key.lower() in _OF_VPC - {"lambda:vpcids"}:
            return use
    return None


def _stops_without_vpc(statement: Statement) -> bool:
    """Whether the statement may deny functions without a VPC, or means to."""
    return statement.effect != "Allow" and any(
        use.key.lower() in _OF_VPC
        and (use.holds_when_absent is not False or use.key.lower() == "lambda:vpcids")
        for use in statement.conditions()
    )


def _only_allows_with_vpc(statements: Iterable[Statement]) -> bool:
    """Whether the policy allows the call itself, and always with a key of the VPC."""
    allows = [s for s in statements if s.effect == "Allow" and s.covers(_CREATE) is not False]
    return bool(allows) and all(
        any(use.key.lower() in _OF_VPC and use.holds_when_absent is not True for use in allow.conditions())
        for allow in allows
    )
