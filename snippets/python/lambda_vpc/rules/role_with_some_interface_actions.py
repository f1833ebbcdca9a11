"""W9814 and I9814: the role of a function with VpcConfig has a part of the ENI actions only."""

from __future__ import annotations

from collections.abc import Iterator

from lambda_vpc.cloudformation.roles import functions_of
from lambda_vpc.cloudformation.template import Resource
from lambda_vpc.rules._execution_role import Lacking, connected, lacking, trusts_lambda
from lambda_vpc.rules._rule import LAMBDA_GUIDE, Finding, resource_rule
from lambda_vpc.rules._subject import Network

ALWAYS_ASKED_FOR = frozenset({"ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces"})
"""What older editions of the developer guide ask for as well, besides `ec2:CreateNetworkInterface`.

Templates without the other three have been deployed for years (fact R06), the roles of AWS's own solution
constructs among them: for those a finding by default would be noise.
"""

_SOURCE = f"{LAMBDA_GUIDE}/configuration-vpc.html"
_ROLE = ("AWS::IAM::Role",)


@resource_rule("W9814", _SOURCE, _ROLE)
def role_with_some_interface_actions(network: Network, role: Resource) -> Iterator[Finding]:
    """Execution role that can create ENIs but not find or delete them

    What:
        A role may create ENIs, but lacks ec2:DescribeNetworkInterfaces or ec2:DeleteNetworkInterface.
        Reported for the role of a function with VpcConfig, and for a role that Lambda may assume and that no
        function of the template uses.

    Why:
        Lambda looks after the ENIs of a function with its execution role. ENIs that it cannot delete stay
        behind when the function goes, until you delete them by hand. Older editions of the developer guide
        ask for the two actions as well.

    Wrong:
        permissions/execution-role#create-and-describe-only

    Right:
        permissions/execution-role
        network/attach-new-vpc
    """
    found = _some(network, role)
    if found and ALWAYS_ASKED_FOR.intersection(found.actions):
        yield Finding(
            found.path,
            f"'{role.logical_id}' may create ENIs but lacks {found}. Allow all six actions of "
            "AWSLambdaVPCAccessExecutionRole, or ENIs may stay behind.",
        )


@resource_rule("I9814", _SOURCE, _ROLE)
def role_with_most_interface_actions(network: Network, role: Resource) -> Iterator[Finding]:
    """Execution role without all six ENI actions

    What:
        A role may create, describe and delete ENIs, but lacks others of the six EC2 actions that the current
        developer guide asks for: ec2:DescribeSubnets, or the two actions for private IP addresses.

        It is informational, so cfn-lint leaves it out unless you ask for it with -c I9814.

    Why:
        Policies copied from an older guide lack one of the three, and so do AWSLambdaENIManagementAccess and
        AWSLambdaMSKExecutionRole. Functions with such roles are created and run. AWS does not document what
        does not work without the three, so a new role should have them.

    Wrong:
        permissions/execution-role#eni-management-access

    Right:
        permissions/execution-role
        network/attach-new-vpc
    """
    found = _some(network, role)
    if found and not ALWAYS_ASKED_FOR.intersection(found.actions):
        yield Finding(
            found.path,
            f"'{role.logical_id}' lacks {found} of the six actions that the developer guide asks for today. "
            "Functions with such a role are created and run; add them when you change the role.",
        )


def _some(network: Network, role: Resource) -> Lacking | None:
    """What a role lacks that certainly may create ENIs and is meant to."""
    functions = functions_of(network.scenario, role)
    # Without a function here, the role is for one in another template.
    meant = connected(functions) if functions else trusts_lambda(role) is True
    found = lacking(network, role) if meant else None
    return found if found and found.actions and "ec2:CreateNetworkInterface" not in found.actions else None
