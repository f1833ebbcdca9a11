"""E9803: ForAllValues in an Allow needs a Null guard where a request may lack the key."""

from __future__ import annotations

from collections.abc import Iterator

from lambda_vpc.rules._policies import ConditionUse, Statement
from lambda_vpc.rules._rule import IAM_GUIDE, Finding, statement_rule
from lambda_vpc.rules._subject import Subject

MAY_BE_ABSENT = frozenset(
    {
        "lambda:subnetids",
        "lambda:securitygroupids",
        "aws:principalorgpaths",
        "aws:resourceorgpaths",
        "aws:sourceorgpaths",
        "aws:vpceorgpaths",
    }
)
"""Multivalued keys that AWS documents to be missing just where an Allow means to stop.

A function without a VPC has no subnets (fact K09), an account outside of organizations no path in one
(IAM User Guide, "Availability" of the keys). Other keys are left alone: AWS's own examples write ForAllValues
without Null for aws:TagKeys (a resource without tags is meant to pass), dynamodb:LeadingKeys (always in the
request) and dynamodb:Attributes (dynamodb:Select guards it).
"""


@statement_rule("E9803", f"{IAM_GUIDE}/reference_policies_condition-single-vs-multi-valued-context-keys.html")
def for_all_values_without_null(statement: Statement, _: Subject) -> Iterator[Finding]:
    """ForAllValues in an Allow without a Null guard

    What:
        An Allow tests lambda:SubnetIds, lambda:SecurityGroupIds or a key for paths of an organization with
        ForAllValues, and nothing in the same statement requires the key to be present.

    Why:
        ForAllValues asks whether every value of the key passes. A request without the key has no value that
        fails, so the condition holds. An Allow for approved subnets then also allows a function without any
        VPC. "Null": {"lambda:SubnetIds": "false"} in the same statement requires the key.

        Keys such as aws:TagKeys are not reported: there, a request without the key is meant to pass.

    Wrong:
        condition-keys/approved-vpc-allow#for-all-values-without-null

    Right:
        condition-keys/approved-vpc-allow
    """
    if statement.effect != "Allow":
        return
    uses = list(statement.conditions())
    for use in uses:
        if use.operator.set_operator != "ForAllValues" or use.key.lower() not in MAY_BE_ABSENT:
            continue
        if any(_demands(other, use) for other in uses):
            continue
        yield Finding(
            use.part.path,
            f"'{use.written}' also holds for a request without '{use.key}', so this Allow permits it. "
            f"Add 'Null': {{'{use.key}': 'false'}} to the same Condition.",
        )


def _demands(other: ConditionUse, use: ConditionUse) -> bool:
    """Whether the other condition fails for a request without the key; an unknown value counts as meant."""
    return (
        other.key.lower() == use.key.lower()
        and other.part.coexists(use.part)
        and other.holds_when_absent is not True
    )
