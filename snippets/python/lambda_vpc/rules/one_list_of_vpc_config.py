"""E9818: VpcConfig takes both lists, or none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lambda_vpc.cloudformation.template import FUNCTION_TYPES, Resource
from lambda_vpc.rules._rule import LAMBDA_GUIDE, Finding, resource_rule
from lambda_vpc.rules._subject import Network, has_items, place


@resource_rule("E9818", f"{LAMBDA_GUIDE}/configuration-vpc.html", FUNCTION_TYPES)
def one_list_of_vpc_config(_: Network, function: Resource) -> Iterator[Finding]:
    """VpcConfig with one of its two lists

    What:
        VpcConfig names subnets and no security group, or security groups and no subnet.

    Why:
        Lambda takes both lists or none. With one of them the function is not created: reports show an
        InvalidParameterValueException.

    Wrong:
        network/attach-new-vpc#only-subnets
        network/attach-new-vpc#only-security-groups

    Right:
        network/attach-new-vpc
        network/attach-existing-vpc
    """
    config = function.get("VpcConfig")
    if not isinstance(config, Mapping):
        return
    for missing, other in (("SecurityGroupIds", "SubnetIds"), ("SubnetIds", "SecurityGroupIds")):
        if config.get(missing) in (None, []) and has_items(function, other):
            yield Finding(
                place(function, "VpcConfig"),
                f"'{function.logical_id}' has {other} without {missing}: Lambda takes both or none. Add "
                f"{missing}.",
            )
