"""From a subnet to the internet: through NAT gateways, NAT instances and egress-only gateways.

Whether a NAT gateway itself has a way out is judged here once, for the trace and for the lint rules.
Source: facts N02 to N06, N08 and N09.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lambda_vpc.answers import Answer, Undetermined, negate
from lambda_vpc.network.filters import Filters, Peer, Traffic
from lambda_vpc.network.model import (
    EgressOnlyGateway,
    Host,
    Id,
    InternetGateway,
    NatGateway,
    Network,
    Place,
    Route,
    Subnet,
    Target,
    Via,
    same,
)
from lambda_vpc.network.obstacles import (
    Note,
    Obstacle,
    Walk,
    blocked,
    judged,
    open_only,
    parts,
    unknown,
)
from lambda_vpc.network.routes import Routes
from lambda_vpc.sentences import Code

SMTP = Traffic("tcp", 25)
"""What AWS blocks towards public addresses unless it was asked not to (fact N49)."""


@dataclass(frozen=True)
class Traveler:
    """What sets out from a subnet."""

    at: Place
    """The function it comes from."""
    subnet: Subnet
    groups: tuple[Id, ...]
    traffic: Traffic
    down: str | None
    """Letter of the Availability Zone that is down."""


def is_down(subnet: Subnet, down: str | None) -> Answer:
    """Whether a subnet is in the zone that is down."""
    if down is None:
        return False
    return subnet.zone if isinstance(subnet.zone, Undetermined) else subnet.zone == down


class Nat:
    """The ways to the internet in one network."""

    def __init__(self, network: Network, filters: Filters, routes: Routes) -> None:
        self.network = network
        self.filters = filters
        self.routes = routes

    def internet(self, traveler: Traveler, version: int) -> Walk:
        """The way from a subnet to the internet for something without a public IPv4 address.

        Args:
            traveler: what sets out.
            version: 4 or 6.
        """
        walk = Walk()
        out = self.routes.out(traveler.subnet, version)
        walk.add(out.doubts)
        walk.notes += out.notes
        peer = Peer.internet(version)
        on = parts([self._part(part, traveler, version) for part in out.parts], traveler.subnet.at,
                   Code.PART_OF_INTERNET)  # fmt: skip
        crossing = self.filters.crossing(traveler.subnet, traveler.traffic, peer, outward=True)
        # A packet without a route never comes to the border of its subnet.
        if any(isinstance(part, Obstacle) for part in out.parts):
            walk.join(on)
            walk.add(crossing)
        else:
            walk.add(crossing)
            walk.join(on)
        walk.add(
            self.filters.groups(traveler.groups, traveler.at, traveler.traffic, peer, egress=True,
                                code=Code.NO_EGRESS_RULE)
        )  # fmt: skip
        if traveler.traffic == SMTP:
            walk.add([unknown(Code.PORT_25_RESTRICTED, traveler.at, "whether AWS lifted that block")])
        return walk

    def _part(self, part: Route | Obstacle, traveler: Traveler, version: int) -> Walk:
        walk = Walk()
        followed = self._followed(walk, part)
        if followed is not None:
            self._step(walk, *followed, traveler, version)
        return walk

    def _followed(self, walk: Walk, part: Route | Obstacle) -> tuple[Route, Target] | None:
        """A route that leads on, with its target; why it does not is added to the walk."""
        if isinstance(part, Obstacle):
            walk.add([part])
            return None
        walk.passes(part)
        target = self.routes.target(part)
        if isinstance(target, Obstacle):
            walk.add([target])
            return None
        return part, target

    def _step(self, walk: Walk, route: Route, target: Target, traveler: Traveler, version: int) -> None:
        """What becomes of a packet at the target of its route."""
        if (internet := self.routes.internet_gateway(target)) is not None:
            self._internet_gateway(walk, route, internet, traveler, version)
        elif target.via is Via.EGRESS_ONLY and (egress := self.network.egress_only_gateway(target.id)):
            self._egress_only(walk, route, egress, traveler, version)
        elif target.via is Via.NAT_GATEWAY and (gateway := self.network.nat_gateway(target.id)):
            self._nat_gateway(walk, route, gateway, traveler, version)
        elif target.via in (Via.INSTANCE, Via.INTERFACE) and (device := self.network.host(target.id)):
            self._nat_instance(walk, route, device, traveler, version)
        else:
            walk.add([self.routes.not_followed(route, target)])

    def _internet_gateway(
        self, walk: Walk, route: Route, gateway: InternetGateway, traveler: Traveler, version: int
    ) -> None:
        walk.passes(gateway)
        if version == 4:
            walk.add([blocked(Code.PUBLIC_SUBNET, traveler.subnet.at, detail=gateway.id.name)])
        else:
            # Documented for functions is the egress-only gateway alone (facts N08, N09).
            walk.add(self.routes.attached(gateway, traveler.subnet.vpc))
            part = route.targets[0].part
            walk.add([unknown(Code.IPV6_THROUGH_INTERNET_GATEWAY, route.at, gateway.id.name, part=part)])

    def _egress_only(
        self, walk: Walk, route: Route, gateway: EgressOnlyGateway, traveler: Traveler, version: int
    ) -> None:
        walk.passes(gateway)
        if version == 4:
            walk.add([blocked(Code.EGRESS_ONLY_IS_IPV6, route.at, detail=gateway.id.name)])
        walk.add(self._own_vpc(gateway.at, gateway.vpc, traveler))
        walk.hops.append(gateway.id.name)

    def _own_vpc(self, at: Place, vpc: Id | None, traveler: Traveler) -> Iterator[Obstacle]:
        yield from judged(same(vpc, traveler.subnet.vpc), Code.TARGET_IN_OTHER_VPC, at, detail=str(vpc))

    # --- NAT gateways ---------------------------------------------------------------------------

    def _nat_gateway(
        self, walk: Walk, route: Route, gateway: NatGateway, traveler: Traveler, version: int
    ) -> None:
        walk.passes(gateway)
        if version == 6:
            part = route.targets[0].part
            walk.add([unknown(Code.HOP_NOT_TRACED, route.at, f"{gateway.id} for IPv6", part=part)])
            return
        walk.hops.append(gateway.id.name)
        walk.add(judged(gateway.public, Code.PRIVATE_NAT, gateway.at, part="ConnectivityType"))
        if gateway.public is False:
            return
        if gateway.regional is True:
            walk.add(self._own_vpc(gateway.at, gateway.vpc, traveler))
            walk.add(self._regional_zones(gateway, traveler))
            if gateway.zones is None:
                walk.notes.append(Note(Code.REGIONAL_NAT_NOTE, gateway.id.name))
        elif gateway.regional is False:
            subnet = self.network.subnet(gateway.subnet)
            if subnet is not None:
                walk.join(self._through(gateway.at, subnet, traveler))
        walk.join(self.way_out(gateway))

    def way_out(self, gateway: NatGateway) -> Walk:
        """Whether a public NAT gateway can send anything to the internet, whoever asks it (fact N04)."""
        walk = Walk()
        walk.add(judged(gateway.available, Code.NAT_NOT_AVAILABLE, gateway.at))
        if isinstance(gateway.regional, Undetermined):
            what = gateway.regional.question
            walk.add([unknown(Code.VALUE_UNKNOWN, gateway.at, what, part="AvailabilityMode")])
            return walk
        if gateway.regional:
            self._regional_way_out(walk, gateway)
            return walk
        detail = "" if not gateway.address_is_not_an_allocation else "not an allocation id"
        walk.add(
            judged(gateway.address, Code.NAT_WITHOUT_ADDRESS, gateway.at, part="AllocationId", detail=detail)
        )
        if gateway.address_taken_by is not None:
            detail = gateway.address_taken_by.name
            walk.add([blocked(Code.NAT_ADDRESS_TAKEN, gateway.at, part="AllocationId", detail=detail)])
        subnet = self.network.subnet(gateway.subnet)
        if subnet is None:
            what = f"the subnet of {gateway.id}"
            walk.add([unknown(Code.OUTSIDE_TEMPLATE, gateway.at, what, part="SubnetId")])
            return walk
        walk.join(self._onward(gateway.at, subnet))
        return walk

    def _regional_way_out(self, walk: Walk, gateway: NatGateway) -> None:
        """Its own route table leads to the VPC's internet gateway (fact N06)."""
        found = self.routes.gateways_of(gateway.vpc)
        if found:
            walk.passes(found[0])
            walk.add(self.routes.attached(found[0], gateway.vpc))
            walk.hops.append(found[0].id.name)
            return
        vpc = self.network.vpc(gateway.vpc)
        complete = vpc.gateways_complete if vpc else Undetermined(f"the internet gateway of {gateway.vpc}")
        if complete is True:
            walk.add([blocked(Code.GATEWAY_NOT_ATTACHED, gateway.at, part="VpcId", detail=str(gateway.vpc))])
        else:
            walk.add(open_only(complete, Code.OUTSIDE_TEMPLATE, gateway.at))

    def _regional_zones(self, gateway: NatGateway, traveler: Traveler) -> Iterator[Obstacle]:
        zone, zones = traveler.subnet.zone, gateway.zones
        if isinstance(zones, Undetermined):
            yield unknown(Code.REGIONAL_NAT_ZONE, gateway.at, zones.question)
        elif zones is not None:
            if zone not in zones:  # nor is one that is not known
                yield unknown(Code.REGIONAL_NAT_ZONE, gateway.at, f"zone of {traveler.subnet.id}")
        elif traveler.down is not None:
            yield unknown(Code.REGIONAL_NAT_EXPANSION, gateway.at, f"without zone {traveler.down}")

    def _through(self, device: Place, subnet: Subnet, traveler: Traveler) -> Walk:
        """From the traveler's subnet into a NAT device's subnet and out of it again."""
        walk = Walk()
        own = self._own_vpc(device, subnet.vpc, traveler)
        # Of a subnet that is only named the VPC is not known, which says nothing about the way.
        only_named = subnet.outside is not None or traveler.subnet.outside is not None
        walk.add(obstacle for obstacle in own if obstacle.certain or not only_named)
        walk.add(
            judged(negate(is_down(subnet, traveler.down)), Code.NAT_AZ_DOWN, device,
                   detail=str(traveler.down), open_code=Code.ZONE_UNKNOWN)
        )  # fmt: skip
        if subnet.id != traveler.subnet.id or subnet.id.several:
            crossing = self.filters.crossing
            walk.add(crossing(subnet, traveler.traffic, Peer.inside(traveler.subnet), outward=False))
            walk.add(crossing(subnet, traveler.traffic, Peer.internet(4), outward=True))
        return walk

    def from_the_internet(self, device: Place, subnet: Subnet, traffic: Traffic) -> Walk:
        """What stands between the internet and something with a public address in a subnet."""
        walk = self._onward(device, subnet)
        walk.add(self.filters.crossing(subnet, traffic, Peer.public(4), outward=False))
        return walk

    def _onward(self, device: Place, subnet: Subnet) -> Walk:
        """On from a NAT device's subnet, which must itself reach an internet gateway (facts N03, N04)."""
        walk = Walk()
        walk.passes(subnet)
        out = self.routes.out(subnet, 4)
        walk.add(out.doubts)
        walk.notes += out.notes
        walk.join(parts([self._onward_part(part, device, subnet) for part in out.parts], device,
                        Code.PART_OF_INTERNET))  # fmt: skip
        return walk

    def _onward_part(self, part: Route | Obstacle, device: Place, subnet: Subnet) -> Walk:
        walk = Walk()
        if isinstance(part, Obstacle) and part.certain:
            detail = f"{subnet.id}: {part.code}"
            part = blocked(Code.NAT_IN_PRIVATE_SUBNET, device, part="SubnetId", detail=detail)
        followed = self._followed(walk, part)
        if followed is None:
            return walk
        route, target = followed
        gateway = self.routes.internet_gateway(target)
        if gateway is not None:
            walk.passes(gateway)
            walk.add(self.routes.attached(gateway, subnet.vpc))
            if gateway.edge is not None:
                walk.add([unknown(Code.HOP_NOT_TRACED, gateway.edge, f"the route table of {gateway.id}")])
            walk.hops.append(gateway.id.name)
        elif target.via in (Via.NAT_GATEWAY, Via.EGRESS_ONLY) and self.network.place(target.id) is not None:
            detail = f"{subnet.id} → {target.id}"
            walk.add([blocked(Code.NAT_IN_PRIVATE_SUBNET, device, part="SubnetId", detail=detail)])
        else:
            walk.add([self.routes.not_followed(route, target)])
        return walk

    # --- NAT instances --------------------------------------------------------------------------

    def _nat_instance(self, walk: Walk, route: Route, device: Host, traveler: Traveler, version: int) -> None:
        """An EC2 instance, or its network interface, that translates addresses (fact N05)."""
        walk.passes(device)
        if version == 6:
            walk.add([unknown(Code.HOP_NOT_TRACED, route.at, f"{device.id} for IPv6")])
            return
        walk.hops.append(device.id.name)
        walk.notes.append(Note(Code.NAT_INSTANCE_NOTE, device.id.name))
        check = negate(device.source_dest_check)
        walk.add(judged(check, Code.SOURCE_DEST_CHECK, device.at, part="SourceDestCheck"))
        walk.add(judged(device.attached, Code.INTERFACE_NOT_ATTACHED, device.at))
        if isinstance(device.interfaces, Undetermined):
            walk.add([unknown(Code.OUTSIDE_TEMPLATE, device.at, device.interfaces.question)])
            return
        interface = device.interfaces[0]
        subnet = self.network.subnet(interface.subnet)
        if subnet is None:
            walk.add([unknown(Code.OUTSIDE_TEMPLATE, device.at, f"the subnet of {device.id}")])
            return
        walk.add(judged(device.public_address, Code.NAT_INSTANCE_WITHOUT_ADDRESS, device.at))
        inward, traffic = Peer.inside(traveler.subnet, traveler.groups), traveler.traffic
        groups = self.filters.groups
        walk.add(groups(interface.groups, device.at, traffic, inward, egress=False,
                        code=Code.NO_INGRESS_RULE))  # fmt: skip
        walk.add(groups(interface.groups, device.at, traffic, Peer.internet(4), egress=True,
                        code=Code.NO_EGRESS_RULE))  # fmt: skip
        walk.join(self._through(device.at, subnet, traveler))
        walk.join(self._onward(device.at, subnet))
