"""VPCs, subnets, route tables and gateways of a template as records.

What is true of a freshly created stack is said here: a main route table has the local route alone, the
default network ACL lets everything pass, and nobody else has added anything to what the template makes.
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from functools import cached_property

from lambda_vpc.answers import Answer, Undetermined, either
from lambda_vpc.cloudformation.template import Resource
from lambda_vpc.cloudformation.values import Origin as Source
from lambda_vpc.cloudformation.values import Reference, Unknown
from lambda_vpc.network.from_template.acls import default_acl
from lambda_vpc.network.from_template.values import (
    Values,
    block,
    listed,
    made_elsewhere,
    one_of,
    place,
    truth,
)
from lambda_vpc.network.model import (
    Association,
    Attachment,
    Block,
    EgressOnlyGateway,
    Id,
    InternetGateway,
    NatGateway,
    Origin,
    Place,
    PrefixList,
    Route,
    RouteTable,
    Subnet,
    Target,
    Via,
    Vpc,
)

TARGETS: Mapping[str, Via] = {
    "GatewayId": Via.GATEWAY,
    "NatGatewayId": Via.NAT_GATEWAY,
    "EgressOnlyInternetGatewayId": Via.EGRESS_ONLY,
    "InstanceId": Via.INSTANCE,
    "NetworkInterfaceId": Via.INTERFACE,
    "TransitGatewayId": Via.TRANSIT_GATEWAY,
    "VpcPeeringConnectionId": Via.PEERING,
    "VpcEndpointId": Via.ENDPOINT,
    "CarrierGatewayId": Via.CARRIER_GATEWAY,
    "LocalGatewayId": Via.LOCAL_GATEWAY,
    "CoreNetworkArn": Via.CORE_NETWORK,
    "OdbNetworkArn": Via.ODB_NETWORK,
}
"""Properties of `AWS::EC2::Route` that name a target."""

_DESTINATIONS = {"DestinationCidrBlock": 4, "DestinationIpv6CidrBlock": 6}
"""Properties that hold the block of a route, and its IP version."""


class Outside:
    """Things a template only names, each with the place that names it first."""

    def __init__(self) -> None:
        self.places: dict[Id, Place] = {}

    def mention(self, id_: Id | None, at: Resource, part: str = "") -> None:
        """Note that a resource names something that is not in the template."""
        if id_ is None or id_.origin in (Origin.HERE, Origin.MISSING):
            return
        if id_ not in self.places:
            self.places[id_] = Place(id_.name, at.source.path, at.line(part) if part else at.line())


# --- VPCs ---------------------------------------------------------------------------------------


def vpcs(values: Values, subnets: tuple[Subnet, ...]) -> Iterator[Vpc]:
    """The VPCs of a template, and those it only names."""
    known = {resource.logical_id for resource in values.all("EC2::VPC")}
    for resource in values.all("EC2::VPC"):
        yield _vpc(values, resource)
    outside: dict[Id, Place] = {}
    for subnet in subnets:
        if subnet.vpc is not None and subnet.vpc.name not in known:
            outside.setdefault(subnet.vpc, Place(subnet.vpc.name, subnet.at.path, subnet.at.line))
    for id_, at in outside.items():
        # Of an existing VPC tenancy and DNS are not asked; EC2 makes an endpoint with private DNS only where
        # both DNS attributes are on.
        yield Vpc(
            at=at,
            id=id_,
            blocks=(Undetermined(f"the addresses of {id_}"),),
            ipv6=either([_ipv6_blocks(values, id_), Undetermined(f"whether {id_} has IPv6")]),
            dns_hostnames=True,
            dns_servers=_dns_servers(values, id_),
            endpoints_complete=Undetermined(f"the VPC endpoints of {id_}"),
            gateways_complete=Undetermined(f"the internet gateway of {id_}"),
        )


def _vpc(values: Values, resource: Resource) -> Vpc:
    id_ = Id(resource.logical_id)
    hand = values.hand(id_)
    complete: Answer = Undetermined(f"what {hand} does with {id_}") if hand else True
    at = place(resource)
    tenancy = one_of(resource.get("InstanceTenancy"), "default")
    written = [
        resource.get("CidrBlock"),
        *(r.get("CidrBlock") for r in values.by("EC2::VPCCidrBlock", "VpcId").get(id_, ())),
    ]
    blocks = tuple(block(value, id_.name) for value in written if value is not None)
    main = RouteTable(at=at, id=Id(f"{id_}.MainRouteTable"), vpc=id_, complete=complete, main=True)
    return Vpc(
        at=at,
        exists=resource.exists,
        id=id_,
        blocks=blocks or (Undetermined(f"the addresses of {id_}"),),
        ipv6=_ipv6_blocks(values, id_),
        dns_support=truth(resource.get("EnableDnsSupport"), True),
        dns_hostnames=truth(resource.get("EnableDnsHostnames"), False),
        dns_servers=_dns_servers(values, id_),
        dedicated=tenancy if isinstance(tenancy, Undetermined) else tenancy == "dedicated",
        main_table=main,
        default_acl=default_acl(values, id_, at),
        endpoints_complete=_own_names(values, id_) if complete is True else complete,
        gateways_complete=complete,
    )


def _own_names(values: Values, vpc: Id) -> Answer:
    """A private hosted zone for names of AWS may lead them to another endpoint, or elsewhere."""
    for zone in values.all("Route53::HostedZone"):
        vpcs = [item.get("VPCId") for item in listed(zone.get("VPCs")) if isinstance(item, Mapping)]
        name = zone.get("Name")
        own = isinstance(name, str) and "amazonaws.com" not in name.lower() and "api.aws" not in name.lower()
        if not own and any(values.id(id_) == vpc for id_ in vpcs):
            return Undetermined(f"where {zone.logical_id} leads the names of the service")
    return True


def _ipv6_blocks(values: Values, vpc: Id) -> Answer:
    found: list[Answer] = []
    for resource in values.by("EC2::VPCCidrBlock", "VpcId").get(vpc, ()):
        amazon = truth(resource.get("AmazonProvidedIpv6CidrBlock"), False)
        own = any(resource.get(name) is not None for name in ("Ipv6CidrBlock", "Ipv6IpamPoolId"))
        found.append(resource.exists if own or amazon is True else amazon)
    return either(found)


def _dns_servers(values: Values, vpc: Id) -> tuple[str, ...] | Undetermined:
    """The DNS servers that DHCP options hand out in a VPC, none where they are Amazon's."""
    for association in values.by("EC2::VPCDHCPOptionsAssociation", "VpcId").get(vpc, ()):
        options = values.id(association.get("DhcpOptionsId"))
        found = values.of_type(options, "EC2::DHCPOptions")
        if found is None:
            return () if str(options) == "default" else Undetermined(f"the DNS servers of {options}")
        servers = found.get("DomainNameServers")
        if isinstance(servers, Unknown):
            return Undetermined(servers.what)
        names = tuple(s.what if isinstance(s, Unknown) else str(s) for s in listed(servers))
        return () if "AmazonProvidedDNS" in names else names
    return ()


# --- subnets ------------------------------------------------------------------------------------


def subnets(values: Values, outside: Outside, vpc_of: Mapping[Id, Id]) -> Iterator[Subnet]:
    """The subnets of a template, and those it only names.

    Args:
        values: the template's values.
        outside: the subnets that are only named.
        vpc_of: the VPC of such a subnet, where something beside it tells.
    """
    for resource in values.all("EC2::Subnet"):
        yield _subnet(values, resource)
    for id_, at in outside.places.items():
        if id_.name.startswith("sg-"):
            continue
        yield Subnet(
            at=at,
            id=id_,
            vpc=vpc_of.get(id_, Id(f"the VPC of {id_}", Origin.OPEN)),
            zone=Undetermined(f"the Availability Zone of {id_}"),
            block=Undetermined(f"the addresses of {id_}"),
            block6=Undetermined(f"the addresses of {id_}"),
            ipv6=Undetermined(f"whether {id_} has IPv6"),
            public_addresses=Undetermined(f"whether {id_} gives public addresses"),
            outside=f"{id_} is not in the template",
        )


def _subnet(values: Values, resource: Resource) -> Subnet:
    id_ = Id(resource.logical_id)
    more = next(iter(values.by("EC2::SubnetCidrBlock", "SubnetId").get(id_, ())), None)
    block6 = resource.get("Ipv6CidrBlock")
    ipv6: Answer = block6 is not None or resource.get("Ipv6IpamPoolId") is not None
    if not ipv6 and more is not None:
        ipv6, block6 = more.exists, more.get("Ipv6CidrBlock")
    if isinstance(block6, Unknown) and block6.origin is Source.OPEN:
        ipv6 = Undetermined(block6.what)
    hand = values.hand(id_)
    return Subnet(
        at=place(resource),
        exists=resource.exists,
        id=id_,
        vpc=values.id(resource.get("VpcId")),
        zone=_zone(resource),
        block=_of_version(4, block(resource.get("CidrBlock"), id_.name)),
        block6=None if ipv6 is False else _of_version(6, block(block6, id_.name)),
        ipv6=ipv6,
        ipv6_only=truth(resource.get("Ipv6Native"), False),
        public_addresses=truth(resource.get("MapPublicIpOnLaunch"), False),
        associations_complete=Undetermined(f"what {hand} does with {id_}") if hand else True,
    )


def _of_version(version: int, read: Block | Undetermined) -> Block | Undetermined:
    """A block, unless it is of the other IP version, which EC2 refuses."""
    other = not isinstance(read, Undetermined) and read.version != version
    return Undetermined(f"{read}, which is not an IPv{version} block") if other else read


def _zone(resource: Resource) -> str | Undetermined:
    value = resource.get("AvailabilityZone")
    if isinstance(value, str) and value[-1:] and value[-1] in string.ascii_lowercase:
        return value[-1]
    if isinstance(value, Unknown):
        return Undetermined(value.what)
    return Undetermined(f"the Availability Zone of {resource.logical_id}")


# --- route tables -------------------------------------------------------------------------------


class _Tables:
    """Route tables with their routes."""

    def __init__(self, values: Values) -> None:
        self.values = values
        self.routes: dict[Id, list[Route]] = {}
        self.open_route: str | None = None
        self.outside = Outside()
        for resource in values.all("EC2::Route"):
            self._add(resource)

    def _add(self, resource: Resource) -> None:
        table = self.values.id(resource.get("RouteTableId"))
        if table is None:
            return
        if table.origin is Origin.OPEN:
            self.open_route = resource.logical_id
        targets = tuple(
            Target(TARGETS[name], id_, name)
            for name, value in resource.properties.items()
            if name in TARGETS and (id_ := self.values.id(value)) is not None
        )
        if [target.id.name for target in targets] == ["local"]:
            return
        self.outside.mention(table, resource, "RouteTableId")
        at = place(resource)
        for destination in self._destinations(resource):
            route = Route(at=at, exists=resource.exists, destination=destination, targets=targets)
            self.routes.setdefault(table, []).append(route)

    def _destinations(self, resource: Resource) -> Iterator[Block | PrefixList | Undetermined]:
        found = False
        for name, version in _DESTINATIONS.items():
            value = resource.get(name)
            if value is not None:
                found = True
                yield _of_version(version, block(value, resource.logical_id))
        value = resource.get("DestinationPrefixListId")
        if value is not None:
            found = True
            yield prefix_list(self.values, value)
        if not found:
            yield Undetermined(f"the destination of {resource.logical_id}")

    @cached_property
    def _propagating(self) -> Mapping[str, str]:
        """Tables into which a virtual private gateway puts its routes."""
        return {
            id_.name: resource.logical_id
            for resource in self.values.all("EC2::VPNGatewayRoutePropagation")
            for id_ in self.values.ids(resource.get("RouteTableIds"))
        }

    def records(self) -> Iterator[RouteTable]:
        """The route tables of the template, and those it only names."""
        values = self.values
        for association in values.all("EC2::SubnetRouteTableAssociation"):
            self.outside.mention(values.id(association.get("RouteTableId")), association, "RouteTableId")
        for resource in values.all("EC2::RouteTable"):
            id_ = Id(resource.logical_id)
            yield RouteTable(
                at=place(resource),
                exists=resource.exists,
                id=id_,
                vpc=values.id(resource.get("VpcId")),
                routes=tuple(self.routes.get(id_, ())),
                complete=self._complete(id_),
                note=values.custom_hand(id_) or "",
            )
        for id_, at in self.outside.places.items():
            routes = tuple(self.routes.get(id_, ()))
            complete = Undetermined(f"the routes of {id_}")
            yield RouteTable(at=at, id=id_, routes=routes, complete=complete)

    def _complete(self, id_: Id) -> Answer:
        if id_.name in self._propagating:
            return Undetermined(f"the routes that {self._propagating[id_.name]} brings into {id_}")
        if hand := self.values.hand(id_):
            return Undetermined(f"the routes that {hand} may add to {id_}")
        return Undetermined(f"which route table {self.open_route} belongs to") if self.open_route else True


def tables(values: Values) -> _Tables:
    """The route tables of a template with their routes."""
    return _Tables(values)


def prefix_list(values: Values, value: object) -> PrefixList:
    """A prefix list; the content of one that is not in the template is not known."""
    id_ = values.id(value)
    found = values.of_type(id_, "EC2::PrefixList")
    entries = found.get("Entries") if found is not None else None
    if not isinstance(entries, list):
        return PrefixList(str(id_), Undetermined(f"what prefix list {id_} holds"))
    blocks = []
    for entry in entries:
        written = block(entry.get("Cidr") if isinstance(entry, Mapping) else None, str(id_))
        if isinstance(written, Undetermined):
            return PrefixList(str(id_), written)
        blocks.append(written)
    return PrefixList(str(id_), tuple(blocks))


def associations(values: Values, type_: str, target: str, outside: Outside) -> Iterator[Association]:
    """What is associated with subnets.

    Args:
        values: the template's values.
        type_: the type of the associating resource.
        target: its property that names what is associated.
        outside: takes down the subnets that are only named.
    """
    for resource in values.all(type_):
        subnet = values.id(resource.get("SubnetId"))
        outside.mention(subnet, resource, "SubnetId")
        yield Association(
            at=place(resource), exists=resource.exists, subnet=subnet, target=values.id(resource.get(target))
        )


# --- gateways -----------------------------------------------------------------------------------


def internet_gateways(values: Values, tables_: _Tables) -> Iterator[InternetGateway]:
    """The internet gateways of a template, and those it only names."""
    attachments: dict[Id, list[Attachment]] = {}
    outside = Outside()
    stray: str | None = None
    for resource in values.all("EC2::VPCGatewayAttachment"):
        gateway = values.id(resource.get("InternetGatewayId"))
        if gateway is None:
            continue
        if gateway.origin is Origin.OPEN:
            stray = resource.logical_id
        outside.mention(gateway, resource, "InternetGatewayId")
        found = Attachment(at=place(resource), exists=resource.exists, vpc=values.id(resource.get("VpcId")))
        attachments.setdefault(gateway, []).append(found)
    for resource in values.all("EC2::Route"):
        gateway = values.id(resource.get("GatewayId"))
        # Only the form of the id tells an internet gateway from a virtual private gateway.
        if gateway is not None and gateway.origin is Origin.WRITTEN and gateway.name.startswith("igw-"):
            outside.mention(gateway, resource, "GatewayId")
    edges = _edges(values, tables_)
    for resource in values.all("EC2::InternetGateway"):
        id_ = Id(resource.logical_id)
        hand = values.hand(id_)
        complete: Answer = Undetermined(f"which gateway {stray} attaches") if stray else True
        yield InternetGateway(
            at=place(resource),
            exists=resource.exists,
            id=id_,
            attachments=tuple(attachments.get(id_, ())),
            complete=Undetermined(f"what {hand} does with {id_}") if hand else complete,
            edge=edges.get(id_),
        )
    for id_, at in outside.places.items():
        yield InternetGateway(
            at=at,
            id=id_,
            attachments=tuple(attachments.get(id_, ())),
            complete=Undetermined(f"which VPC {id_} is attached to"),
            edge=edges.get(id_),
        )


def _edges(values: Values, tables_: _Tables) -> Mapping[Id, Place]:
    """Gateways with a route table that sends what comes in somewhere else."""
    found = {}
    for resource in values.all("EC2::GatewayRouteTableAssociation"):
        gateway, table = values.id(resource.get("GatewayId")), values.id(resource.get("RouteTableId"))
        if gateway is None or table is None:
            continue
        if tables_.routes.get(table) or table.origin is not Origin.HERE:
            found[gateway] = place(resource)
    return found


def egress_only_gateways(values: Values) -> Iterator[EgressOnlyGateway]:
    """The egress-only internet gateways of a template."""
    for resource in values.all("EC2::EgressOnlyInternetGateway"):
        vpc = values.id(resource.get("VpcId"))
        id_ = Id(resource.logical_id)
        yield EgressOnlyGateway(at=place(resource), exists=resource.exists, id=id_, vpc=vpc)


def nat_gateways(values: Values, outside: Outside) -> Iterator[NatGateway]:
    """The NAT gateways of a template."""
    first: dict[object, Id] = {}
    for resource in values.all("EC2::NatGateway"):
        id_ = Id(resource.logical_id)
        mode = one_of(resource.get("AvailabilityMode"), "zonal")
        kind = one_of(resource.get("ConnectivityType"), "public")
        subnet = values.id(resource.get("SubnetId"))
        outside.mention(subnet, resource, "SubnetId")
        address, is_other = _address(values, resource)
        taken = None
        allocation = resource.get("AllocationId")
        one = isinstance(allocation, Reference | str) or (
            isinstance(allocation, Unknown) and allocation.origin is Source.EXISTING
        )
        if one and resource.exists is True:
            taken = first.setdefault(allocation, id_)
        yield NatGateway(
            at=place(resource),
            exists=resource.exists,
            id=id_,
            public=kind if isinstance(kind, Undetermined) else kind != "private",
            regional=mode if isinstance(mode, Undetermined) else mode == "regional",
            subnet=subnet,
            vpc=values.id(resource.get("VpcId")),
            address=address,
            address_is_not_an_allocation=is_other,
            address_taken_by=None if taken in (None, id_) else taken,
            zones=_zones(resource.get("AvailabilityZoneAddresses")),
        )


def _address(values: Values, resource: Resource) -> tuple[Answer, bool]:
    """Whether a NAT gateway has an Elastic IP address, and whether something else is given as one."""
    allocation = resource.get("AllocationId")
    if allocation is None:
        return False, False
    if isinstance(allocation, Reference):
        found = values.resources.get(allocation.resource)
        if found is None or made_elsewhere(found):
            return Undetermined(f"what {allocation.resource} gives as the address"), False
        if found.type != "AWS::EC2::EIP" or allocation.attribute != "AllocationId":
            return False, True
        return found.exists, False
    if isinstance(allocation, Unknown):
        existing = allocation.origin is Source.EXISTING
        return (True if existing else Undetermined(allocation.what)), False
    if isinstance(allocation, str) and allocation.startswith("eipalloc-"):
        return True, False
    return False, True


def _zones(value: object) -> frozenset[str] | Undetermined | None:
    if value is None:
        return None
    letters = set()
    for entry in listed(value):
        zone = entry.get("AvailabilityZone") if isinstance(entry, Mapping) else entry
        if not isinstance(zone, str) or not zone:
            return Undetermined("the zones given for the regional NAT gateway")
        letters.add(zone[-1])
    return frozenset(letters)
