"""E9817: a route has exactly one target."""

from __future__ import annotations

from collections.abc import Iterator

from lambda_vpc.cloudformation.template import Resource
from lambda_vpc.network.from_template.subnets import TARGETS
from lambda_vpc.network.model import Origin, RouteTable
from lambda_vpc.network.model import Route as Record
from lambda_vpc.network.obstacles import Obstacle
from lambda_vpc.rules._rule import Finding, resource_rule
from lambda_vpc.rules._subject import Network, place, told
from lambda_vpc.sentences import Code


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
    record = next((r for table in network.records.tables for r in _of(table, route)), None)
    if record is None or not route.properties.keys() <= _KNOWN:
        return
    found = network.engine.routes.target(record)
    if not isinstance(found, Obstacle) or found.code is not Code.ROUTE_WITHOUT_ONE_TARGET:
        return
    # What an open condition chooses may be the one target.
    if all(target.id.origin is not Origin.OPEN for target in record.targets):
        last = record.targets[-1].part if record.targets else ""
        yield Finding(place(route, last) if last else route.key_path, f"'{route.logical_id}': {told(found)}")


def _of(table: RouteTable, route: Resource) -> Iterator[Record]:
    return (record for record in table.routes if record.at.name == route.logical_id)


_KNOWN = {
    "RouteTableId",
    "DestinationCidrBlock",
    "DestinationIpv6CidrBlock",
    "DestinationPrefixListId",
    *TARGETS,
}
"""With any other property the route may have a target that this rule has never heard of."""
