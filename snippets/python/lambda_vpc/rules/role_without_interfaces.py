"""E9813: the role of a function with VpcConfig must be able to create ENIs."""

from __future__ import annotations

from collections.abc import Iterator

from lambda_vpc.cloudformation.roles import functions_of
from lambda_vpc.cloudformation.template import Resource
from lambda_vpc.rules._execution_role import connected, lacking
from lambda_vpc.rules._rule import LAMBDA_GUIDE, Finding, resource_rule
from lambda_vpc.rules._subject import Network


@resource_rule("E9813", f"{LAMBDA_GUIDE}/configuration-vpc.html", ("AWS::IAM::Role",))
def role_without_interfaces(network: Network, role: Resource) -> Iterator[Finding]:
    """Execution role that cannot create ENIs

    What:
        A function with VpcConfig runs with a role of the template that does not allow
        ec2:CreateNetworkInterface. Inline policies, policies attached in the template and common AWS managed
        policies are read; with any other policy the rule is silent.

    Why:
        Lambda creates the ENIs of a function with the permissions of its execution role. Without
        ec2:CreateNetworkInterface the function is not created at all.

    Wrong:
        network/attach-new-vpc#role-without-interfaces
        network/attach-existing-vpc#basic-role

    Right:
        network/attach-new-vpc
        network/attach-existing-vpc
    """
    functions = connected(functions_of(network.scenario, role))
    found = lacking(network, role)
    if functions and "ec2:CreateNetworkInterface" in found.actions:
        mend = _DENIED if found.denied else "Attach AWSLambdaVPCAccessExecutionRole."
        yield Finding(
            found.path,
            f"'{role.logical_id}' lacks {found}. Lambda needs them to connect {functions} to the VPC. {mend}",
        )


_DENIED = "This Deny has no condition; keep it to the function's code with lambda:SourceFunctionArn."
