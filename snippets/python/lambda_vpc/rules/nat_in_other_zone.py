"""W9822: with a NAT gateway in each zone, a subnet uses that of its own."""

from __future__ import annotations

from collections.abc import Iterator

from lambda_vpc.cloudformation.template import Resource
from lambda_vpc.network.topology import key
from lambda_vpc.rules._rule import LAMBDA_GUIDE, Finding, resource_rule
from lambda_vpc.rules._subject import SUBNET, Network, place


@resource_rule("W9822", f"{LAMBDA_GUIDE}/configuration-vpc-internet.html", ("AWS::EC2::Route",))
def nat_in_other_zone(network: Network, route: Resource) -> Iterator[Finding]:
    """Route to the NAT gateway of another Availability Zone

    What:
        A route table whose subnets are all in one zone sends 0.0.0.0/0 to a NAT gateway in another zone,
        although the VPC has several NAT gateways: one in the subnets' own zone, or all in one zone.

    Why:
        A NAT gateway in each zone is there so that one zone can fail. When the routes cross, a zone that
        fails takes the internet of the other one with it. A single NAT gateway for all zones is a choice, and
        is not reported.

    Wrong:
        network/nat-per-az#both-to-one-nat

    Right:
        network/nat-per-az
        network/nat-shared
    """
    topology = network.topology
    if route.get("DestinationCidrBlock") != "0.0.0.0/0":
        return
    nat = topology.resource(route.get("NatGatewayId"))
    home = _subnet_of(network, nat) if isinstance(nat, Resource) else None
    subnets = _subnets(network, route)
    if home is None or not subnets:
        return
    here, zones = _zone(home), {_zone(subnet) for subnet in subnets}
    if here is None or None in zones or len(zones) != 1 or here in zones:
        return
    (zone,) = zones
    others = [
        (other, _zone(subnet))
        for other in topology.all("EC2::NatGateway")
        if other is not nat and other.exists is True and (other.get("ConnectivityType") or "public") == "public"
        if (subnet := _subnet_of(network, other)) and topology.vpc_of(subnet) == topology.vpc_of(home)
    ]
    own = next((other.logical_id for other, at in others if at == zone), None)
    path = place(route, "NatGatewayId")
    if own:
        yield Finding(
            path,
            f"'{route.logical_id}' leads from its zone to '{nat.logical_id}' in another one, although '{own}' "
            f"is in the same zone. Write '{own}'.",
        )
    elif others and all(at == here for _, at in others):
        yield Finding(
            path,
            f"'{nat.logical_id}' and {', '.join(repr(o.logical_id) for o, _ in others)} are in one zone, and "
            f"'{route.logical_id}' comes from another. Place a NAT gateway in each zone.",
        )


def _subnet_of(network: Network, nat: Resource) -> Resource | None:
    subnet = network.topology.resource(nat.get("SubnetId")) if nat.type == "AWS::EC2::NatGateway" else None
    is_known = isinstance(subnet, Resource) and subnet.type == SUBNET and subnet.exists is True
    return subnet if is_known else None


def _subnets(network: Network, route: Resource) -> list[Resource]:
    """The subnets that use the route's table; none where one of them is not known."""
    found = []
    for association in network.topology.all("EC2::SubnetRouteTableAssociation"):
        if key(association.get("RouteTableId")) != key(route.get("RouteTableId")):
            continue
        subnet = network.topology.resource(association.get("SubnetId"))
        if not isinstance(subnet, Resource) or association.exists is not True or subnet.type != SUBNET:
            return []
        found.append(subnet)
    return found


def _zone(subnet: Resource) -> str | None:
    zone = subnet.get("AvailabilityZone")
    return zone if type(zone) is str or (isinstance(zone, str) and zone) else None
