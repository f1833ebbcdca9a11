"""W9814: the role of a function with VpcConfig has a part of the ENI actions only."""

from __future__ import annotations

from collections.abc import Iterator

from lambda_vpc.reading import KeyPath
from lambda_vpc.rules._execution_role import functions_of, lacking, place
from lambda_vpc.rules._network import Network
from lambda_vpc.rules._network_rule import LAMBDA_GUIDE, NetworkRule
from lambda_vpc.template import Resource


class RoleWithSomeInterfaceActions(NetworkRule):
    """An execution role with a part of the ENI actions

    What:
        A function with VpcConfig runs with a role of the template that may create ENIs, but lacks others of
        the six EC2 actions that the developer guide asks for.

    Why:
        Policies copied from an older guide lack ec2:DescribeSubnets or the two actions for private IP
        addresses, and so do AWSLambdaENIManagementAccess and AWSLambdaMSKExecutionRole. AWS does not
        document what still works without them, so this is a warning.

    Wrong:
        network/attach-new-vpc#role-from-old-guide

    Right:
        network/attach-new-vpc
        network/attach-existing-vpc
    """

    id = "W9814"
    shortdesc = "Execution role with a part of the ENI actions"
    description = "The execution role of a function with VpcConfig needs all six ENI actions"
    source_url = f"{LAMBDA_GUIDE}/configuration-vpc.html"
    types = ("AWS::IAM::Role",)

    def findings(self, network: Network, role: Resource) -> Iterator[tuple[KeyPath, str]]:
        functions = functions_of(network, role)
        missing = lacking(network, role) if functions else []
        if missing and "ec2:CreateNetworkInterface" not in missing:
            yield (
                place(role),
                f"'{role.logical_id}' lacks {', '.join(missing)}. For {', '.join(map(repr, functions))} in a "
                "VPC the developer guide asks for all six actions of AWSLambdaVPCAccessExecutionRole.",
            )
