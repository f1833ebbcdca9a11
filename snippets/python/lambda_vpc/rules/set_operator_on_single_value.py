"""E9802: a single-valued condition key takes no set operator."""

from __future__ import annotations

from collections.abc import Iterator

from cfnlint.template import Template

from lambda_vpc.rules._policies import Path, Statement
from lambda_vpc.rules._rule import GUIDE, StatementRule


class SetOperatorOnSingleValue(StatementRule):
    """A set operator on a single-valued condition key

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

    id = "E9802"
    shortdesc = "Set operator on a single-valued condition key"
    description = "ForAllValues and ForAnyValue are for condition keys that can carry several values"
    source_url = f"{GUIDE}/reference_policies_condition-single-vs-multi-valued-context-keys.html"

    def findings(self, statement: Statement, cfn: Template) -> Iterator[tuple[Path, str]]:
        for use in statement.conditions():
            if not use.operator.set_operator or use.known is None or use.known.multivalued:
                continue
            outcome = "holds" if use.holds_when_absent else "fails"
            plain = use.written.partition(":")[2]
            yield (
                use.part.path,
                f"'{use.key}' carries one value at most, so '{use.operator.set_operator}' does not belong "
                f"here: when the key is missing, the condition {outcome}. Write '{plain}'.",
            )
