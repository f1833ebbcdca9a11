"""E9801: a multivalued condition key needs a set operator."""

from __future__ import annotations

from collections.abc import Iterator

from cfnlint.template import Template

from lambda_vpc.rules._policies import Path, Statement
from lambda_vpc.rules._rule import GUIDE, StatementRule


class SetOperatorMissing(StatementRule):
    """A multivalued condition key without a set operator

    What:
        A condition tests a key that can carry several values, such as lambda:SubnetIds, with a plain
        operator such as StringEquals.

    Why:
        A plain operator compares one value with the values of the policy. For a key with several values IAM
        asks for ForAllValues or ForAnyValue, and IAM Access Analyzer reports the plain form as an error
        (MISSING_QUALIFIER). AWS does not document what the plain form decides, so neither an Allow nor a
        Deny written this way can be relied on.

    Wrong:
        condition-keys/approved-vpc-allow#notes-sample

    Right:
        condition-keys/approved-vpc-allow
        condition-keys/approved-vpc-guardrail
    """

    id = "E9801"
    shortdesc = "Multivalued condition key without a set operator"
    description = "A condition key that can carry several values needs ForAllValues or ForAnyValue"
    source_url = f"{GUIDE}/reference_policies_condition-single-vs-multi-valued-context-keys.html"

    def findings(self, statement: Statement, cfn: Template) -> Iterator[tuple[Path, str]]:
        for use in statement.conditions():
            if use.operator.set_operator or use.operator.name == "Null":
                continue
            if use.known is None or not use.known.multivalued:
                continue
            yield use.part.path, f"{_WRONG.format(use=use)} {_MEND[statement.effect].format(use=use)}"


_WRONG = "'{use.key}' can carry several values, and '{use.written}' compares only one."
_ALL = "'ForAllValues:{use.written}' together with 'Null': {{'{use.key}': 'false'}} (every value must pass)"
_ANY = "'ForAnyValue:{use.written}' (one value is enough)"
_MEND = {
    "Allow": f"Write {_ALL}, or {_ANY}.",
    "Deny": f"Write {_ANY}.",
    None: f"In an Allow, write {_ALL}; in a Deny, write {_ANY}.",
}
