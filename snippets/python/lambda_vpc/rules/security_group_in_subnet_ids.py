"""E9816: SubnetIds takes subnets, SecurityGroupIds takes security groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lambda_vpc.cloudformation.intrinsics import Unknown
from lambda_vpc.cloudformation.template import FUNCTION_TYPES, Resource
from lambda_vpc.rules._rule import LAMBDA_GUIDE, Finding, resource_rule
from lambda_vpc.rules._subject import SECURITY_GROUP, SUBNET, Network, listed_in
from lambda_vpc.rules._written import Written


@resource_rule("E9816", f"{LAMBDA_GUIDE}/configuration-vpc.html", FUNCTION_TYPES)
def security_group_in_subnet_ids(network: Network, function: Resource) -> Iterator[Finding]:
    """Security group in SubnetIds, or a subnet in SecurityGroupIds

    What:
        One of the two lists of VpcConfig holds a resource, or a parameter with a type, that belongs in the
        other one. Ids that are written out are left to cfn-lint, which compares them with a pattern.

    Why:
        Both lists hold ids that only AWS makes, so a mix-up is not visible in the template's text. The
        function is not created.

    Wrong:
        network/attach-new-vpc#security-group-in-subnet-ids

    Right:
        network/attach-new-vpc
        network/attach-existing-vpc
    """
    for (name, other), (type_, is_a) in _MISPLACED.items():
        for item, value in listed_in(function, name):
            found = network.resource(value, type_)
            if found is not None:
                # E1040 and E1041 of cfn-lint see the plain references of this direction.
                seen = name == "SecurityGroupIds" and _function(item) in ("Ref", "Fn::GetAtt")
                misplaced = None if seen else found.logical_id
            else:
                misplaced = _parameter(item, value, type_)
            if misplaced:
                yield Finding(item.path, f"'{misplaced}' is {is_a}. Move it from {name} to {other}.")


_MISPLACED = {
    ("SubnetIds", "SecurityGroupIds"): (SECURITY_GROUP, "a security group"),
    ("SecurityGroupIds", "SubnetIds"): (SUBNET, "a subnet"),
}
"""The list, the list meant, the type that does not belong in the first, and what to call it."""


def _function(item: Written) -> str | None:
    return next(iter(item.value)) if isinstance(item.value, Mapping) and len(item.value) == 1 else None


def _parameter(item: Written, value: object, type_: str) -> str | None:
    """The parameter an item names, when its type says that it is the wrong thing.

    A parameter with a default is left to cfn-lint, which compares the default with a pattern.
    """
    name = item.value.get("Ref") if isinstance(item.value, Mapping) else None
    if not isinstance(name, str) or not isinstance(value, Unknown):
        return None
    declared = item.scope.parameters.get(name) if item.scope else None
    written = declared.get("Type") if isinstance(declared, Mapping) else None
    return name if isinstance(written, str) and f"{type_}::Id" in written else None
