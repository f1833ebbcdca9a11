"""E9803: ForAllValues in an Allow needs a Null guard."""

from __future__ import annotations

from collections.abc import Iterator

from cfnlint.template import Template

from lambda_vpc.rules._policies import ConditionUse, Path, Statement
from lambda_vpc.rules._rule import GUIDE, StatementRule


class ForAllValuesWithoutNull(StatementRule):
    """ForAllValues in an Allow without a Null guard

    What:
        An Allow tests a key with ForAllValues, and nothing in the same statement demands that the key is
        there.

    Why:
        ForAllValues asks whether every value of the key passes. A request without the key has no value that
        fails, so the condition holds. An Allow for approved subnets then also allows a function without any
        VPC. "Null": {"lambda:SubnetIds": "false"} in the same statement demands the key.

    Wrong:
        condition-keys/approved-vpc-allow#for-all-values-without-null

    Right:
        condition-keys/approved-vpc-allow
    """

    id = "E9803"
    shortdesc = "ForAllValues in an Allow without a Null guard"
    description = "ForAllValues holds when the key is missing; an Allow must demand the key with Null"
    source_url = f"{GUIDE}/reference_policies_condition-single-vs-multi-valued-context-keys.html"

    def findings(self, statement: Statement, cfn: Template) -> Iterator[tuple[Path, str]]:
        if statement.effect != "Allow":
            return
        uses = list(statement.conditions())
        for use in uses:
            # For other keys the set operator (E9802) or the key itself (E9804) is what must change.
            if use.operator.set_operator != "ForAllValues" or not (use.known and use.known.multivalued):
                continue
            if any(_demands(other, use) for other in uses):
                continue
            yield (
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
