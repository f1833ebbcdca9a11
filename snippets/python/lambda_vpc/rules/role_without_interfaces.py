"""E9813: the role of a function with VpcConfig must be able to create ENIs."""

from __future__ import annotations

from collections.abc import Iterator

from lambda_vpc.cloudformation.template import Resource
from lambda_vpc.reading import KeyPath
from lambda_vpc.rules._execution_role import connected, functions_of, lacking
from lambda_vpc.rules._network import Network
from lambda_vpc.rules._network_rule import LAMBDA_GUIDE, NetworkRule


class RoleWithoutInterfaces(NetworkRule):
    """An execution role that cannot create ENIs

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

    id = "E9813"
    shortdesc = "Execution role that cannot create ENIs"
    description = "The execution role of a function with VpcConfig needs the six ENI actions"
    source_url = f"{LAMBDA_GUIDE}/configuration-vpc.html"
    types = ("AWS::IAM::Role",)

    def findings(self, network: Network, role: Resource) -> Iterator[tuple[KeyPath, str]]:
        functions = connected(functions_of(network, role))
        found = lacking(network, role)
        if functions and "ec2:CreateNetworkInterface" in found.actions:
            mend = _DENIED if found.denied else "Attach AWSLambdaVPCAccessExecutionRole."
            yield (
                found.path,
                f"'{role.logical_id}' lacks {found}. Lambda needs them to connect {functions} to the VPC. "
                f"{mend}",
            )


_DENIED = "This Deny has no condition; keep it to the function's code with lambda:SourceFunctionArn."
