"""E9806: a service control policy has no Principal."""

from __future__ import annotations

from collections.abc import Iterator

from lambda_vpc.rules._policies import SCP, Statement
from lambda_vpc.rules._rule import Finding, statement_rule
from lambda_vpc.rules._subject import Subject


@statement_rule(
    "E9806",
    "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_syntax.html",
)
def principal_in_scp(statement: Statement, _: Subject) -> Iterator[Finding]:
    """Principal in a service control policy

    What:
        A statement of a service control policy has a Principal or NotPrincipal element.

    Why:
        A service control policy limits whoever is in the accounts it is attached to, and its syntax has no
        Principal. To exempt or to target a role, test aws:PrincipalArn in the Condition.

    Wrong:
        condition-keys/approved-vpc-scp#principal

    Right:
        condition-keys/approved-vpc-scp
    """
    if statement.kind != SCP:
        return
    for element in ("Principal", "NotPrincipal"):
        if statement.has(element):
            yield Finding(
                (*statement.part.path, element),
                f"The syntax of service control policies has no {element}. Remove it; to "
                "tell callers apart, test 'aws:PrincipalArn' in the Condition.",
            )
