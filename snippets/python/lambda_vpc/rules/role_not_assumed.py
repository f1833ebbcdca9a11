"""E9820: Lambda must be able to assume the role of a function."""

from __future__ import annotations

from collections.abc import Iterator

from lambda_vpc.cloudformation.roles import functions_of
from lambda_vpc.cloudformation.template import Resource
from lambda_vpc.rules._execution_role import LAMBDA, trusts_lambda
from lambda_vpc.rules._rule import LAMBDA_GUIDE, Finding, resource_rule
from lambda_vpc.rules._subject import Network, place


@resource_rule("E9820", f"{LAMBDA_GUIDE}/lambda-intro-execution-role.html", ("AWS::IAM::Role",))
def role_not_assumed(network: Network, role: Resource) -> Iterator[Finding]:
    """Execution role that Lambda cannot assume

    What:
        A function runs with a role of the template whose trust policy does not let lambda.amazonaws.com call
        sts:AssumeRole, or denies it. A trust policy with an open value or a condition is not reported.

    Why:
        Lambda assumes the execution role before it does anything for a function. A role that was written for
        EC2 or another service trusts that service alone, and the function is not created.

    Wrong:
        network/nat-shared#role-for-ec2

    Right:
        network/nat-shared
        permissions/execution-role
    """
    functions = [f"'{f.logical_id}'" for f in functions_of(network.scenario, role) if f.exists is True]
    if functions and trusts_lambda(role) is False:
        yield Finding(
            place(role, "AssumeRolePolicyDocument"),
            f"Lambda cannot assume '{role.logical_id}', the role of {', '.join(functions)}. Allow "
            f"sts:AssumeRole for the service principal {LAMBDA}, and deny it nowhere.",
        )
