"""E9817: a route has exactly one target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lambda_vpc.cloudformation.intrinsics import Unknown
from lambda_vpc.cloudformation.template import Resource
from lambda_vpc.network.routes import TARGETS
from lambda_vpc.rules._rule import Finding, resource_rule
from lambda_vpc.rules._subject import Network, place


@resource_rule(
    "E9817",
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-route.html",
    ("AWS::EC2::Route",),
)
def route_targets(network: Network, route: Resource) -> Iterator[Finding]:
    """Route with no target or with two

    What:
        An AWS::EC2::Route names no target, or more than one.

    Why:
        A route leads to exactly one gateway, interface or other target, and CloudFormation does not create
        it otherwise. Where a condition chooses the target, every choice must leave one.

    Wrong:
        network/nat-existing-vpc#route-without-target

    Right:
        network/nat-existing-vpc
        network/nat-per-az
    """
    if not route.properties.keys() <= _KNOWN:
        return
    values = {name: route.get(name) for name in TARGETS if route.get(name) is not None}
    if any(isinstance(value, Unknown) and _is_conditional(route, name) for name, value in values.items()):
        return
    if not values:
        names = ", ".join(list(TARGETS)[:3])
        yield Finding(route.key_path, f"'{route.logical_id}' has no target. Name one, such as {names}.")
    elif len(values) > 1:
        yield Finding(
            place(route, list(values)[-1]),
            f"'{route.logical_id}' has {len(values)} targets: {', '.join(values)}. Keep one of them.",
        )


_KNOWN = {
    "RouteTableId",
    "DestinationCidrBlock",
    "DestinationIpv6CidrBlock",
    "DestinationPrefixListId",
    *TARGETS,
}
"""With any other property the route may have a target that this rule has never heard of."""


def _is_conditional(route: Resource, name: str) -> bool:
    written = route.written.get(name)
    return isinstance(written, Mapping) and "Fn::If" in written
