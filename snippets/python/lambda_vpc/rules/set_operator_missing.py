"""E9801: a multivalued condition key needs a set operator."""

from __future__ import annotations

from collections.abc import Iterator

from lambda_vpc.rules._policies import Statement
from lambda_vpc.rules._rule import IAM_GUIDE, Finding, statement_rule
from lambda_vpc.rules._subject import Subject


@statement_rule("E9801", f"{IAM_GUIDE}/reference_policies_condition-single-vs-multi-valued-context-keys.html")
def set_operator_missing(statement: Statement, _: Subject) -> Iterator[Finding]:
    """Multivalued condition key without a set operator

    What:
        A condition tests a key that can carry several values, such as lambda:SubnetIds, with a plain
        operator such as StringEquals.

    Why:
        A plain operator compares one value with the values of the policy. For a key with several values IAM
        asks for ForAllValues or ForAnyValue, and IAM Access Analyzer reports the plain form as an error
        (MISSING_QUALIFIER). AWS does not document what the plain form decides, so neither an Allow nor a
        Deny written this way can be relied on.

    Wrong:
        condition-keys/approved-vpc-allow#without-set-operators

    Right:
        condition-keys/approved-vpc-allow
        condition-keys/approved-vpc-guardrail
    """
    for use in statement.conditions():
        if use.operator.set_operator or use.operator.name == "Null":
            continue
        if use.known is None or not use.known.multivalued:
            continue
        yield Finding(use.part.path, f"{_WRONG.format(use=use)} {_MEND[statement.effect].format(use=use)}")


_WRONG = "'{use.key}' can carry several values, and '{use.written}' compares only one."
_ALL = "'ForAllValues:{use.written}' together with 'Null': {{'{use.key}': 'false'}} (every value must pass)"
_ANY = "'ForAnyValue:{use.written}' (one value is enough)"
_MEND = {
    "Allow": f"Write {_ALL}, or {_ANY}.",
    "Deny": f"Write {_ANY}.",
    None: f"In an Allow, write {_ALL}; in a Deny, write {_ANY}.",
}
