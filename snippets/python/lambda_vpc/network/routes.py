"""Where a subnet's route table sends a packet for the internet, and what becomes of it there.

Source: facts N02 to N06, N08 and N09; Amazon VPC User Guide, "Route tables".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lambda_vpc.answers import Answer, Undetermined, either
from lambda_vpc.cloudformation.intrinsics import Network, Reference, Unknown
from lambda_vpc.cloudformation.template import Resource
from lambda_vpc.network.filters import (
    DEFAULT_GROUP,
    Filters,
    Peer,
    Traffic,
    as_network,
    group_keys,
    is_internet,
)
from lambda_vpc.network.obstacles import Note, Obstacle, Walk, blocked, judged, truth, unknown, worst
from lambda_vpc.network.topology import Topology, key, listed, named

TARGETS: Mapping[str, str] = {
    "GatewayId": "gateway",
    "NatGatewayId": "NAT gateway",
    "EgressOnlyInternetGatewayId": "egress-only internet gateway",
    "InstanceId": "instance",
    "NetworkInterfaceId": "network interface",
    "TransitGatewayId": "transit gateway",
    "VpcPeeringConnectionId": "VPC peering connection",
    "VpcEndpointId": "firewall or load balancer endpoint",
    "CarrierGatewayId": "carrier gateway",
    "LocalGatewayId": "local gateway",
    "CoreNetworkArn": "core network",
    "OdbNetworkArn": "ODB network",
}
"""Properties of `AWS::EC2::Route` that name a target, and what they name."""

_DESTINATIONS = {4: "DestinationCidrBlock", 6: "DestinationIpv6CidrBlock"}
_EVERYWHERE = {4: "0.0.0.0/0", 6: "::/0"}
_WIDE = {4: 8, 6: 16}


@dataclass(frozen=True)
class Traveler:
    """What sets out from a subnet."""

    subnet: Resource
    groups: tuple[object, ...]
    """Its security groups, as the property lists them."""
    traffic: Traffic
    down: str | None
    """Letter of the Availability Zone that is down."""

    def internet(self, version: int) -> Peer:
        """The internet as the other end."""
        return Peer(version, None)


class Routes:
    """Routing in one scenario."""

    def __init__(self, topology: Topology, filters: Filters) -> None:
        self.topology = topology
        self.filters = filters

    # --- tables ---------------------------------------------------------------------------------

    def table(self, subnet: Resource) -> str | Obstacle | None:
        """The key of the subnet's route table; `None`: the VPC's main route table."""
        associations = self.topology.table_associations(subnet)
        if not associations:
            return None
        if len(associations) > 1:
            return unknown("value-unknown", associations[1], f"which route table {subnet.logical_id} uses")
        association = associations[0]
        if isinstance(association.exists, Undetermined):
            return unknown("existence-unknown", association, association.exists.question)
        table = key(association.get("RouteTableId"))
        if table is None:
            return unknown("value-unknown", association, "its route table")
        found = self.topology.resource(association.get("RouteTableId"))
        if isinstance(found, Unknown):
            return table
        if found.type != "AWS::EC2::RouteTable":
            return unknown("value-unknown", association, f"{found.logical_id} is not a route table")
        same = self.topology.same(self.topology.vpc_of(found), self.topology.vpc_of(subnet))
        if same is False:
            return blocked("route-table-of-other-vpc", association, "RouteTableId", detail=found.logical_id)
        return table

    def destination(self, route: Resource, version: int) -> Network | Unknown | None:
        """The block a route is for; `None` for one of the other address family or a prefix list."""
        value = route.get(_DESTINATIONS[version])
        if value is None:
            return None
        if isinstance(value, Unknown | Reference):
            return value if isinstance(value, Unknown) else Unknown(str(value))
        return as_network(value) or Unknown(f"'{value}' is not a CIDR block")

    def to_internet(
        self, subnet: Resource, version: int
    ) -> tuple[list[Resource], list[Obstacle], list[Note]]:
        """The routes that carry a packet for the internet, or what stands in the way."""
        table = self.table(subnet)
        if isinstance(table, Obstacle):
            return [], [table], []
        vpc = self.topology.vpc_of(subnet)
        if table is None:
            if self.topology.vpc(vpc) is None:
                return [], [unknown("outside-template", subnet, f"the main route table of {named(vpc)}")], []
            hand = self.topology.touched_by(vpc or "") or self.topology.touched_by(subnet.logical_id)
            if hand:
                return [], [unknown("outside-template", subnet, f"what {hand} does with it")], []
            return [], [blocked("route-table-not-associated", subnet)], []
        default: list[Resource] = []
        wide: list[tuple[Network, Resource]] = []
        narrow: list[str] = []
        doubts: list[Obstacle] = []
        for route in self.topology.routes(table):
            network = self.destination(route, version)
            if isinstance(network, Unknown):
                doubts.append(unknown("value-unknown", route, network.what))
            elif network is None:
                doubts += self._by_prefix_list(route, version)
            elif network.prefixlen == 0:
                default.append(route)
            elif is_internet(network):
                if network.prefixlen <= _WIDE[version]:
                    wide.append((network, route))
                else:
                    narrow.append(str(network))
        if len(default) > 1:
            return (
                [],
                [unknown("value-unknown", default[1], "which of two routes to one destination counts")],
                [],
            )
        chosen = [route for _, route in wide]
        if not self._whole([network for network, _ in wide]):
            if not default:
                found = self.topology.scenario.resources.get(table)
                hand = self.topology.touched_by(table) or self.topology.touched_by(subnet.logical_id)
                if found is None:
                    return [], [unknown("outside-template", subnet, f"routes of {named(table)}"), *doubts], []
                if hand:
                    return [], [unknown("outside-template", found, f"routes that {hand} may add")], []
                if doubts:
                    return [], doubts, []
                if chosen:
                    return (
                        [],
                        [unknown("value-unknown", found, "only a part of the internet has a route")],
                        [],
                    )
                detail = _EVERYWHERE[version]
                return [], [blocked("no-default-route", found, detail=detail)], []
            chosen = default + chosen
        notes = [Note("narrower-routes", ", ".join(narrow))] if narrow else []
        return chosen, doubts, notes

    def _whole(self, networks: Sequence[Network]) -> bool:
        """Whether blocks together are the whole address space."""
        return sum(2.0**-network.prefixlen for network in set(networks)) >= 1.0

    def _by_prefix_list(self, route: Resource, version: int) -> Iterator[Obstacle]:
        value = route.get("DestinationPrefixListId")
        if value is None:
            return
        found = self.topology.resource(value)
        entries = found.get("Entries") if isinstance(found, Resource) else None
        if not isinstance(entries, list):
            yield unknown("value-unknown", route, "what its prefix list holds")
            return
        for entry in entries:
            network = as_network(entry.get("Cidr")) if isinstance(entry, Mapping) else None
            if network is None or (network.version == version and is_internet(network)):
                yield unknown("value-unknown", route, "its prefix list holds a part of the internet")
                return

    # --- targets --------------------------------------------------------------------------------

    def internet(self, traveler: Traveler, version: int) -> Walk:
        """The way from a subnet to the internet for something without a public IPv4 address."""
        walk = Walk()
        routes, obstacles, notes = self.to_internet(traveler.subnet, version)
        walk.add(obstacles)
        walk.notes += notes
        walk.add(
            self.filters.crossing(traveler.subnet, traveler.traffic, traveler.internet(version), outward=True)
        )
        if routes:
            walk.join(worst([self._target(route, traveler, version) for route in routes]))
        return walk

    def target(self, route: Resource) -> tuple[str, object] | Obstacle:
        """The one target of a route: the property that names it, and its value."""
        found = [(name, route.get(name)) for name in TARGETS if route.get(name) is not None]
        if len(found) != 1:
            return blocked("route-without-one-target", route, detail=", ".join(name for name, _ in found))
        return found[0]

    def _target(self, route: Resource, traveler: Traveler, version: int) -> Walk:
        walk = Walk()
        walk.exists(route)
        target = self.target(route)
        if isinstance(target, Obstacle):
            walk.add([target])
            return walk
        name, value = target
        found = self.topology.resource(value)
        if isinstance(found, Unknown):
            walk.add([unknown("outside-template", route, f"{TARGETS[name]} {found.what}", name)])
            return walk
        walk.exists(found)
        kind = found.type.removeprefix("AWS::EC2::")
        if (name, kind) not in _STEPS:
            walk.add([unknown("hop-not-traced", route, f"{TARGETS[name]} {found.logical_id}", name)])
            return walk
        _STEPS[name, kind](self, walk, route, found, traveler, version)
        return walk

    def _internet_gateway(
        self, walk: Walk, route: Resource, gateway: Resource, traveler: Traveler, version: int
    ) -> None:
        if version == 4:
            walk.add([blocked("public-subnet", traveler.subnet, detail=gateway.logical_id)])
        else:
            # Documented for functions is the egress-only gateway alone (facts N08, N09).
            walk.add(self.attached(gateway, self.topology.vpc_of(traveler.subnet), route))
            walk.add([unknown("ipv6-through-internet-gateway", route, gateway.logical_id, "GatewayId")])

    def _egress_only(
        self, walk: Walk, route: Resource, gateway: Resource, traveler: Traveler, version: int
    ) -> None:
        if version == 4:
            walk.add([blocked("egress-only-is-ipv6", route, detail=gateway.logical_id)])
        walk.add(self._own_vpc(gateway, self.topology.vpc_of(gateway), traveler))
        walk.hops.append(gateway.logical_id)

    def _own_vpc(self, resource: Resource, vpc: str | None, traveler: Traveler) -> Iterator[Obstacle]:
        answer = self.topology.same(vpc, self.topology.vpc_of(traveler.subnet))
        yield from judged(answer, "target-in-other-vpc", resource, detail=named(vpc))

    def _nat_gateway(
        self, walk: Walk, route: Resource, gateway: Resource, traveler: Traveler, version: int
    ) -> None:
        if version == 6:
            walk.add([unknown("hop-not-traced", route, f"{gateway.logical_id} for IPv6", "NatGatewayId")])
            return
        mode = gateway.get("AvailabilityMode") or "zonal"
        kind = gateway.get("ConnectivityType") or "public"
        for name, value in (("AvailabilityMode", mode), ("ConnectivityType", kind)):
            if not isinstance(value, str):
                walk.add([unknown("value-unknown", gateway, f"{name} of {gateway.logical_id}", name)])
                return
        walk.hops.append(gateway.logical_id)
        if kind == "private":
            walk.add([blocked("private-nat", gateway, "ConnectivityType")])
            return
        if mode == "regional":
            self._regional(walk, gateway, traveler)
            return
        allocation = gateway.get("AllocationId")
        if allocation is None or (isinstance(allocation, Reference) and allocation.attribute is None):
            walk.add([blocked("nat-without-address", gateway, "AllocationId")])
        elif isinstance(allocation, Unknown) and not self.topology.exists_outside(key(allocation)):
            walk.add([unknown("value-unknown", gateway, allocation.what, "AllocationId")])
        elif isinstance(allocation, Reference):
            address = self.topology.resource(Reference(allocation.resource))
            if isinstance(address, Unknown):
                walk.add([unknown("value-unknown", gateway, address.what, "AllocationId")])
            else:
                walk.exists(address)
        subnet = self.topology.resource(gateway.get("SubnetId"))
        if gateway.get("SubnetId") is None or isinstance(subnet, Unknown):
            what = (
                subnet.what
                if isinstance(subnet, Unknown) and gateway.get("SubnetId") is not None
                else "subnet"
            )
            walk.add([unknown("outside-template", gateway, what, "SubnetId")])
            return
        if subnet.type != "AWS::EC2::Subnet":
            walk.add([unknown("value-unknown", gateway, f"{subnet.logical_id} is not a subnet", "SubnetId")])
            return
        self._translated(walk, gateway, subnet, traveler, version)

    def _regional(self, walk: Walk, gateway: Resource, traveler: Traveler) -> None:
        """A regional NAT gateway: its own route table leads to the VPC's internet gateway (fact N06)."""
        vpc = self.topology.vpc_of(gateway)
        walk.add(self._own_vpc(gateway, vpc, traveler))
        addresses = gateway.get("AvailabilityZoneAddresses")
        zone = self.topology.zone(traveler.subnet)
        if addresses is not None:
            zones = [
                entry.get("AvailabilityZone") for entry in listed(addresses) if isinstance(entry, Mapping)
            ]
            letters = [value[-1:] for value in zones if isinstance(value, str)]
            if isinstance(zone, Unknown) or zone not in letters:
                walk.add([unknown("regional-nat-zone", gateway, f"zone of {traveler.subnet.logical_id}")])
        elif traveler.down is not None:
            walk.add([unknown("regional-nat-expansion", gateway, f"without zone {traveler.down}")])
        if addresses is None:
            walk.notes.append(Note("regional-nat-note", gateway.logical_id))
        attached = list(self.topology.gateways_of(vpc or ""))
        if attached:
            name, attachment = attached[0]
            walk.exists(attachment)
            walk.hops.append(named(name))
        elif self.topology.is_inside(vpc) and not self.topology.touched_by(vpc or ""):
            walk.add([blocked("gateway-not-attached", gateway, detail=named(vpc))])
        else:
            walk.add([unknown("outside-template", gateway, f"the internet gateway of {named(vpc)}")])

    def _translated(
        self, walk: Walk, device: Resource, subnet: Resource, traveler: Traveler, version: int
    ) -> None:
        """On from a NAT device in a subnet, which must itself reach an internet gateway (facts N03, N04)."""
        walk.exists(subnet)
        vpc = self.topology.vpc_of(subnet)
        walk.add(self._own_vpc(device, vpc, traveler))
        walk.add(judged(either([self._up(subnet, traveler.down)]), "nat-az-down", device,
                        detail=traveler.down or "", open_code="zone-unknown"))  # fmt: skip
        internet = traveler.internet(version)
        if subnet.logical_id != traveler.subnet.logical_id:
            walk.add(
                self.filters.crossing(
                    subnet, traveler.traffic, self.inside(traveler.subnet, version), outward=False
                )
            )
            walk.add(self.filters.crossing(subnet, traveler.traffic, internet, outward=True))
        routes, obstacles, _ = self.to_internet(subnet, version)
        for obstacle in obstacles:
            if obstacle.certain:
                detail = f"{subnet.logical_id}: {obstacle.code}"
                walk.add([blocked("nat-in-private-subnet", device, "SubnetId", detail=detail)])
            else:
                walk.add([obstacle])
        onward = []
        for route in routes:
            step = Walk()
            step.exists(route)
            self._onward(step, route, device, subnet)
            onward.append(step)
        if onward:
            walk.join(worst(onward))

    def _up(self, subnet: Resource, down: str | None) -> Answer:
        answer = self.topology.is_down(subnet, down)
        return (not answer) if isinstance(answer, bool) else answer

    def _onward(self, walk: Walk, route: Resource, device: Resource, subnet: Resource) -> None:
        target = self.target(route)
        if isinstance(target, Obstacle):
            walk.add([target])
            return
        name, value = target
        gateway = self.topology.resource(value)
        if isinstance(gateway, Unknown):
            walk.add([unknown("outside-template", route, f"{TARGETS[name]} {gateway.what}", name)])
            return
        walk.exists(gateway)
        if gateway.type in ("AWS::EC2::NatGateway", "AWS::EC2::EgressOnlyInternetGateway"):
            detail = f"{subnet.logical_id} → {gateway.logical_id}"
            walk.add([blocked("nat-in-private-subnet", device, "SubnetId", detail=detail)])
        elif gateway.type != "AWS::EC2::InternetGateway" or name != "GatewayId":
            walk.add([unknown("hop-not-traced", route, f"{TARGETS[name]} {gateway.logical_id}", name)])
        else:
            walk.add(self.attached(gateway, self.topology.vpc_of(subnet), route))
            walk.add(self._edge(gateway))
            walk.hops.append(gateway.logical_id)

    def _edge(self, gateway: Resource) -> Iterator[Obstacle]:
        """A route table at the gateway sends what comes back somewhere else."""
        for association in self.topology.all("EC2::GatewayRouteTableAssociation"):
            if key(association.get("GatewayId")) == gateway.logical_id:
                table = key(association.get("RouteTableId")) or ""
                if self.topology.routes(table) or not self.topology.is_inside(table):
                    yield unknown("hop-not-traced", association, f"the route table of {gateway.logical_id}")

    def attached(self, gateway: Resource, vpc: str | None, route: Resource) -> Iterator[Obstacle]:
        """An internet gateway must be attached, and to this very VPC."""
        attachments = self.topology.attachments(gateway.logical_id)
        if not attachments:
            hand = self.topology.touched_by(gateway.logical_id)
            if hand:
                yield unknown("outside-template", gateway, f"what {hand} does with it")
            else:
                yield blocked("gateway-not-attached", gateway, detail=named(vpc))
            return
        answers = [self.topology.same(self.topology.vpc_of(attachment), vpc) for attachment in attachments]
        if True in answers:
            attachment = attachments[answers.index(True)]
            if isinstance(attachment.exists, Undetermined):
                yield unknown("existence-unknown", attachment, attachment.exists.question)
            return
        yield from judged(either(answers), "gateway-of-other-vpc", attachments[0], "VpcId", detail=named(vpc))

    def inside(self, subnet: Resource, version: int, groups: Sequence[object] = ()) -> Peer:
        """Something in a subnet as the other end."""
        block = self.topology.block(subnet, version)
        vpc = self.topology.vpc_of(subnet)
        if isinstance(block, Unknown):
            return Peer(version, None, group_keys(groups), block.what, vpc)
        return Peer(version, str(block), group_keys(groups), None, vpc)

    # --- NAT instances --------------------------------------------------------------------------

    def _nat_instance(
        self, walk: Walk, route: Resource, device: Resource, traveler: Traveler, version: int
    ) -> None:
        """An EC2 instance, or its network interface, that translates addresses (fact N05)."""
        if version == 6:
            walk.add([unknown("hop-not-traced", route, f"{device.logical_id} for IPv6")])
            return
        walk.hops.append(device.logical_id)
        walk.notes.append(Note("nat-instance-note", device.logical_id))
        check = truth(device.get("SourceDestCheck"), True)
        walk.add(judged(True if check is False else False if check is True else check,
                        "source-dest-check", device, "SourceDestCheck"))  # fmt: skip
        interface: Mapping = {}
        if device.type == "AWS::EC2::NetworkInterface":
            if not self._is_attached(device):
                walk.add([blocked("interface-not-attached", device)])
            subnet_value, groups = device.get("SubnetId"), device.get("GroupSet")
        else:
            interfaces = listed(device.get("NetworkInterfaces"))
            if interfaces:
                interface = interfaces[0] if isinstance(interfaces[0], Mapping) else {}
                inner = self.topology.resource(interface.get("NetworkInterfaceId"))
                if isinstance(inner, Resource):
                    subnet_value, groups = inner.get("SubnetId"), inner.get("GroupSet")
                else:
                    subnet_value, groups = interface.get("SubnetId"), interface.get("GroupSet")
            else:
                subnet_value, groups = device.get("SubnetId"), device.get("SecurityGroupIds")
        subnet = self.topology.resource(subnet_value)
        if isinstance(subnet, Unknown) or subnet.type != "AWS::EC2::Subnet":
            what = subnet.what if isinstance(subnet, Unknown) else subnet.logical_id
            walk.add([unknown("outside-template", device, f"the subnet of {device.logical_id}: {what}")])
            return
        walk.add(
            judged(self._public_address(device, interface, subnet), "nat-instance-without-address", device)
        )
        values = listed(groups) or [Reference(self.topology.vpc_of(subnet) or "", DEFAULT_GROUP)]
        source = self.inside(traveler.subnet, version, traveler.groups)
        walk.add(self.filters.groups(values, device, traveler.traffic, source, egress=False,
                                     code="no-ingress-rule"))  # fmt: skip
        walk.add(self.filters.groups(values, device, traveler.traffic, traveler.internet(version),
                                     egress=True, code="no-egress-rule"))  # fmt: skip
        self._translated(walk, device, subnet, traveler, version)

    def _is_attached(self, interface: Resource) -> bool:
        name = interface.logical_id
        if any(
            key(a.get("NetworkInterfaceId")) == name
            for a in self.topology.all("EC2::NetworkInterfaceAttachment")
        ):
            return True
        return any(
            isinstance(entry, Mapping) and key(entry.get("NetworkInterfaceId")) == name
            for instance in self.topology.all("EC2::Instance")
            for entry in listed(instance.get("NetworkInterfaces"))
        )

    def _public_address(self, device: Resource, interface: Mapping, subnet: Resource) -> Answer:
        answers: list[Answer] = [address.exists for address in self.topology.addresses(device)]
        inner = self.topology.resource(interface.get("NetworkInterfaceId"))
        if isinstance(inner, Resource):
            answers += [address.exists for address in self.topology.addresses(inner)]
        if device.type == "AWS::EC2::Instance" and not isinstance(inner, Resource):
            automatic = truth(subnet.get("MapPublicIpOnLaunch"), False)
            own = interface.get("AssociatePublicIpAddress")
            answers.append(automatic if own is None else truth(own, False))
        if either(answers) is False and self.topology.touched_by(device.logical_id):
            return Undetermined(f"whether {device.logical_id} gets a public address")
        return either(answers)


_STEPS = {
    ("GatewayId", "InternetGateway"): Routes._internet_gateway,
    ("EgressOnlyInternetGatewayId", "EgressOnlyInternetGateway"): Routes._egress_only,
    ("NatGatewayId", "NatGateway"): Routes._nat_gateway,
    ("InstanceId", "Instance"): Routes._nat_instance,
    ("NetworkInterfaceId", "NetworkInterface"): Routes._nat_instance,
}
"""What happens at a target, by the property that names it and the resource it names."""
