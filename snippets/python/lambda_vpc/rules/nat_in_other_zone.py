"""W9822: with a NAT gateway in each zone, a subnet uses that of its own."""

from __future__ import annotations

from collections.abc import Iterator

from lambda_vpc.cloudformation.template import Resource
from lambda_vpc.network.model import Id, NatGateway, Subnet, same
from lambda_vpc.rules._rule import LAMBDA_GUIDE, Finding, resource_rule
from lambda_vpc.rules._subject import Network, parameter_of_zone, place


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
    zones = {_zone_of(network, subnet) for subnet in network.subnets_by_route.get(route.logical_id, ())}
    nat = network.records.nat_gateway(network.values.id(route.get("NatGatewayId")) or Id(""))
    here = _zone(network, nat) if nat is not None else None
    if here is None or len(zones) != 1 or None in zones or here in zones:
        return
    (zone,) = zones
    vpc = network.records.subnet(nat.subnet).vpc
    others = {
        other.id.name: _zone(network, other)
        for other in network.records.nat_gateways
        if other is not nat and other.public is True and other.exists is True
        if (subnet := network.records.subnet(other.subnet)) and same(subnet.vpc, vpc) is True
    }
    own = next((name for name, at in others.items() if at == zone), None)
    if own is not None:
        message = (
            f"'{route.logical_id}' leads to '{nat.id}' in another Availability Zone, although '{own}' is in "
            f"the zone of its subnets. Write '{own}'."
        )
    elif others and set(others.values()) == {here}:
        message = (
            f"'{nat.id}' and {', '.join(map(repr, others))} are in one Availability Zone, and "
            f"'{route.logical_id}' comes from another. Place a NAT gateway in each zone."
        )
    else:
        return
    yield Finding(place(route, "NatGatewayId"), message)


def _zone(network: Network, nat: NatGateway) -> str | tuple[str, str] | None:
    """A zonal NAT gateway's zone."""
    subnet = network.records.subnet(nat.subnet)
    if subnet is None or subnet.exists is not True or nat.exists is not True:
        return None
    return _zone_of(network, subnet)


def _zone_of(network: Network, subnet: Subnet) -> str | tuple[str, str] | None:
    """A subnet's zone: its letter, or the parameter that names it."""
    return subnet.zone if isinstance(subnet.zone, str) else parameter_of_zone(network, subnet.id)
