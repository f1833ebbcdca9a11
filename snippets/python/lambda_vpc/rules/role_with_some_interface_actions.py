"""W9814: the role of a function with VpcConfig has a part of the ENI actions only."""

from __future__ import annotations

from collections.abc import Iterator

from lambda_vpc.cloudformation.template import Resource
from lambda_vpc.reading import KeyPath
from lambda_vpc.rules._execution_role import connected, functions_of, lacking, trusts_lambda
from lambda_vpc.rules._network import Network
from lambda_vpc.rules._network_rule import LAMBDA_GUIDE, NetworkRule


class RoleWithSomeInterfaceActions(NetworkRule):
    """An execution role with a part of the ENI actions

    What:
        A role may create ENIs, but lacks others of the six EC2 actions that the developer guide asks for.
        Reported for the role of a function with VpcConfig, and for a role that Lambda may assume and that no
        function of the template uses.

    Why:
        Policies copied from an older guide lack ec2:DescribeSubnets or the two actions for private IP
        addresses, and so do AWSLambdaENIManagementAccess and AWSLambdaMSKExecutionRole. AWS does not
        document what still works without them, so this is a warning.

    Wrong:
        permissions/execution-role#eni-management-access

    Right:
        permissions/execution-role
        network/attach-new-vpc
    """

    id = "W9814"
    shortdesc = "Execution role with a part of the ENI actions"
    description = "The execution role of a function with VpcConfig needs all six ENI actions"
    source_url = f"{LAMBDA_GUIDE}/configuration-vpc.html"
    types = ("AWS::IAM::Role",)

    def findings(self, network: Network, role: Resource) -> Iterator[tuple[KeyPath, str]]:
        functions = functions_of(network, role)
        # Without a function here, the role is for one in another template.
        meant = connected(functions) if functions else trusts_lambda(role)
        found = lacking(network, role)
        if meant and found.actions and "ec2:CreateNetworkInterface" not in found.actions:
            yield (
                found.path,
                f"'{role.logical_id}' may create ENIs but lacks {found}. The developer guide asks for all "
                "six actions of AWSLambdaVPCAccessExecutionRole.",
            )
