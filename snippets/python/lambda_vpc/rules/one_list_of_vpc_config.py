"""E9818: VpcConfig takes both lists, or none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lambda_vpc.cloudformation.template import FUNCTION_TYPES, Resource
from lambda_vpc.cloudformation.values import Origin, Unknown
from lambda_vpc.network.from_template.values import listed
from lambda_vpc.rules._rule import LAMBDA_GUIDE, Finding, resource_rule
from lambda_vpc.rules._subject import Network, place, properties


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
        if config.get(missing) in (None, []) and _has_items(function, config.get(other), other):
            yield Finding(
                place(function, "VpcConfig"),
                f"'{function.logical_id}' has {other} without {missing}: Lambda takes both or none. Add "
                f"{missing}.",
            )


def _has_items(function: Resource, value: object, name: str) -> bool:
    """Whether a list certainly has an item."""
    if isinstance(value, Unknown):
        written = properties(function).one("VpcConfig", name)
        parameter = written.value.get("Ref") if written and isinstance(written.value, Mapping) else None
        declared = function.scope.parameters.get(parameter) if isinstance(parameter, str) else None
        # A list of ids that exist is never empty; a list of texts may be.
        return isinstance(declared, Mapping) and str(declared.get("Type")).startswith("List<AWS::EC2::")
    return any(not isinstance(item, Unknown) or item.origin is not Origin.OPEN for item in listed(value))
