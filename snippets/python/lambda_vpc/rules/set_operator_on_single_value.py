"""E9802: a single-valued condition key takes no set operator."""

from __future__ import annotations

from collections.abc import Iterator

from lambda_vpc.rules._policies import Statement
from lambda_vpc.rules._rule import IAM_GUIDE, Finding, statement_rule
from lambda_vpc.rules._subject import Subject


@statement_rule("E9802", f"{IAM_GUIDE}/reference_policies_condition-single-vs-multi-valued-context-keys.html")
def set_operator_on_single_value(statement: Statement, _: Subject) -> Iterator[Finding]:
    """Set operator on a single-valued condition key

    What:
        A condition tests a key that carries one value at most, such as lambda:VpcIds, with ForAllValues or
        ForAnyValue.

    Why:
        The plural in a name such as lambda:VpcIds misleads: a request names one VPC. A set operator changes
        what happens when the key is missing. ForAllValues is then true, so an Allow opens up. ForAnyValue
        is then false, even with a negated operator, so a Deny with StringNotEquals no longer stops a
        function without a VPC.

    Wrong:
        condition-keys/approved-vpc-guardrail#set-operator-on-vpc-ids

    Right:
        condition-keys/require-vpc
        condition-keys/approved-vpc-guardrail
    """
    for use in statement.conditions():
        if not use.operator.set_operator or use.known is None or use.known.multivalued:
            continue
        outcome = "holds" if use.holds_when_absent else "fails"
        plain = use.written.partition(":")[2]
        yield Finding(
            use.part.path,
            f"'{use.key}' carries one value at most, so '{use.operator.set_operator}' does not belong "
            f"here: when the key is missing, the condition {outcome}. Write '{plain}'.",
        )
