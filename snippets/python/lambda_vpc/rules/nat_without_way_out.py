"""E9812: a NAT gateway needs an address and a way to an internet gateway."""

from __future__ import annotations

from collections.abc import Iterator

from lambda_vpc.cloudformation.intrinsics import Reference
from lambda_vpc.cloudformation.template import Resource
from lambda_vpc.network.obstacles import Obstacle
from lambda_vpc.network.topology import named
from lambda_vpc.rules._rule import LAMBDA_GUIDE, Finding, resource_rule
from lambda_vpc.rules._subject import SUBNET, Network, place, properties


@resource_rule("E9812", f"{LAMBDA_GUIDE}/configuration-vpc-internet.html", ("AWS::EC2::NatGateway",))
def nat_without_way_out(network: Network, nat: Resource) -> Iterator[Finding]:
    """NAT gateway without a way out

    What:
        A public NAT gateway stands in a subnet that does not reach an attached internet gateway, or it has
        no Elastic IP address. For a regional NAT gateway, its VPC has no internet gateway.

    Why:
        A NAT gateway only translates addresses. Its own subnet must send 0.0.0.0/0 to an internet gateway
        that is attached to the VPC; a NAT gateway among the private subnets sends packets back to itself or
        nowhere. Private NAT gateways are not judged: they lead to other networks on purpose.

    Wrong:
        network/nat-per-az#nat-in-private-subnet
        network/nat-per-az#gateway-not-attached
        network/nat-regional#gateway-not-attached

    Right:
        network/nat-per-az
        network/nat-regional
    """
    mode = nat.get("AvailabilityMode") or "zonal"
    if (nat.get("ConnectivityType") or "public") != "public":
        return
    if mode == "zonal":
        yield from _without_address(network, nat)
        why = _why_no_way_out(network, nat)
        if why:
            yield Finding(place(nat, "SubnetId"), f"'{nat.logical_id}' does not reach the internet: {why}")
    elif mode == "regional" and _without_internet_gateway(network, network.topology.vpc_of(nat)):
        vpc = named(network.topology.vpc_of(nat))
        yield Finding(
            place(nat, "VpcId"),
            f"'{nat.logical_id}' does not reach the internet: '{vpc}' has no internet gateway attached. "
            "Add an AWS::EC2::VPCGatewayAttachment.",
        )


def _without_address(network: Network, nat: Resource) -> Iterator[Finding]:
    allocation = nat.get("AllocationId")
    if allocation is None:
        if not _is_open(nat, "AllocationId"):
            yield Finding(
                nat.key_path,
                f"'{nat.logical_id}' has no Elastic IP address. Set AllocationId to the AllocationId of an "
                "AWS::EC2::EIP, or AvailabilityMode to regional.",
            )
    elif isinstance(allocation, Reference) and allocation.attribute in (None, "PublicIp"):
        address = network.scenario.resources.get(allocation.resource)
        if address is not None and address.type == "AWS::EC2::EIP":
            yield Finding(
                place(nat, "AllocationId"),
                f"This is the IP address of '{address.logical_id}', not its allocation id. Write Fn::GetAtt "
                f"{address.logical_id}.AllocationId.",
            )


def _is_open(nat: Resource, name: str) -> bool:
    """Whether a property is written behind a function that gives nothing here."""
    return name in nat.written and properties(nat).one(name) is not None


def _without_internet_gateway(network: Network, vpc: str | None) -> bool:
    topology = network.topology
    if topology.vpc(vpc) is None or topology.touched_by(vpc or ""):
        return False
    # An attachment whose VPC is not known may be to this one.
    return all(
        topology.same(topology.vpc_of(attachment), vpc) is False
        for attachment in topology.all("EC2::VPCGatewayAttachment")
        if attachment.get("VpnGatewayId") is None
    )


def _why_no_way_out(network: Network, nat: Resource) -> str | None:
    """Why the subnet of a zonal NAT gateway certainly reaches no internet gateway (facts N03 and N04)."""
    subnet = network.topology.resource(nat.get("SubnetId"))
    if not isinstance(subnet, Resource) or subnet.type != SUBNET or subnet.exists is not True:
        return None
    routes, obstacles, _ = network.routes.to_internet(subnet, 4)
    certain = next((obstacle for obstacle in obstacles if obstacle.certain), None)
    if certain is not None:
        return _no_route(subnet, certain)
    for route in routes:
        target = network.routes.target(route)
        # A route without one target is E9817's.
        gateway = network.topology.resource(target[1]) if isinstance(target, tuple) else None
        if not isinstance(gateway, Resource) or route.exists is not True:
            continue
        if gateway.type in _NO_WAY_OUT:
            return (
                f"'{route.logical_id}' sends the packets of its subnet '{subnet.logical_id}' to "
                f"'{gateway.logical_id}'. {_MEND}"
            )
        if gateway.type == "AWS::EC2::InternetGateway":
            vpc = network.topology.vpc_of(subnet)
            if any(o.certain for o in network.routes.attached(gateway, vpc, route)):
                return (
                    f"'{gateway.logical_id}' is not attached to '{named(vpc)}'. "
                    "Add an AWS::EC2::VPCGatewayAttachment."
                )
    return None


_NO_WAY_OUT = ("AWS::EC2::NatGateway", "AWS::EC2::EgressOnlyInternetGateway")
_MEND = "Place it in a public subnet, whose 0.0.0.0/0 leads to an internet gateway."


def _no_route(subnet: Resource, obstacle: Obstacle) -> str:
    if obstacle.code == "no-default-route":
        return f"the route table of its subnet '{subnet.logical_id}' has no route for 0.0.0.0/0. {_MEND}"
    if obstacle.code == "route-table-not-associated":
        return f"its subnet '{subnet.logical_id}' uses the main route table, which has no route out. {_MEND}"
    return f"the route table of its subnet '{subnet.logical_id}' belongs to another VPC. {_MEND}"
