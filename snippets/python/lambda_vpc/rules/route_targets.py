"""E9817: a route has exactly one target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lambda_vpc.cloudformation.intrinsics import Unknown
from lambda_vpc.cloudformation.template import Resource
from lambda_vpc.network.routes import TARGETS
from lambda_vpc.reading import KeyPath
from lambda_vpc.rules._network import Network, properties
from lambda_vpc.rules._network_rule import NetworkRule


class RouteTargets(NetworkRule):
    """A route with no target or with two

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

    id = "E9817"
    shortdesc = "Route with no target or with two"
    description = "A route has exactly one target"
    source_url = (
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-route.html"
    )
    types = ("AWS::EC2::Route",)

    def findings(self, network: Network, route: Resource) -> Iterator[tuple[KeyPath, str]]:
        if not route.properties.keys() <= _KNOWN:
            return
        values = {name: route.get(name) for name in TARGETS if route.get(name) is not None}
        if any(isinstance(value, Unknown) and _is_conditional(route, name) for name, value in values.items()):
            return
        if not values:
            names = ", ".join(list(TARGETS)[:3])
            yield route.key_path, f"'{route.logical_id}' has no target. Name one, such as {names}."
        elif len(values) > 1:
            last = properties(route).get(list(values)[-1])
            yield (
                last.path if last else route.key_path,
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
