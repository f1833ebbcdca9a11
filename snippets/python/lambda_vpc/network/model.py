"""What a network is: frozen records of VPCs, subnets, routes, groups, endpoints and functions.

A record says what is so, not how it was written down: a source (a template, the output of describe calls)
fills it in. What the source does not tell is an [`Undetermined`][lambda_vpc.answers.Undetermined] value, and
whether a list is complete is an answer beside the list. Each record knows its place, for the reader's sake.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import cached_property

from lambda_vpc.answers import Answer, Undetermined

Block = ipaddress.IPv4Network | ipaddress.IPv6Network
"""A CIDR block."""


# --- names and places ---------------------------------------------------------------------------


class Origin(Enum):
    """Where the thing behind a name comes from; decides whether two names can be one thing."""

    HERE = auto()
    """A record of this network."""
    WRITTEN = auto()
    """An id written out: it names one thing that exists already."""
    EXISTING = auto()
    """Something that exists already, by a name that is no id: a parameter, an import."""
    OPEN = auto()
    """Anything: the source does not tell."""
    MISSING = auto()
    """Nothing: the source names what it does not have."""


@dataclass(frozen=True)
class Id:
    """The name of a thing."""

    name: str
    origin: Origin = Origin.HERE
    several: bool = False
    """Whether the name stands for a list of things, such as a parameter with subnets."""

    def __str__(self) -> str:
        return self.name


def same(one: Id | None, other: Id | None) -> Answer:
    """Whether two names are one thing."""
    if one is None or other is None:
        return Undetermined("an id that is not written")
    if one == other and not one.several:
        return True
    origins = {one.origin, other.origin}
    if not (one.several or other.several) and origins in ({Origin.HERE}, {Origin.WRITTEN}):
        return False
    if Origin.HERE in origins and not origins & {Origin.OPEN, Origin.MISSING}:
        # What exists already is never what this network's source makes.
        return False
    if Origin.HERE in origins:
        return Undetermined((other if one.origin is Origin.HERE else one).name)
    return Undetermined(f"whether {one.name} and {other.name} are one")


def _nowhere(_part: str) -> int:
    return 1


@dataclass(frozen=True)
class Place:
    """Where a record is written."""

    name: str
    """How the reader knows it: a logical id, or the id AWS gave."""
    path: str = ""
    """The file, as it is named to the reader."""
    line: int = 1
    """1-based line."""
    line_of: Callable[[str], int] = field(default=_nowhere, repr=False, compare=False)
    """The line of one of its properties."""


# --- records ------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Record:
    """What every record has."""

    at: Place
    exists: Answer = True
    """Whether it is there; undetermined where that depends on a condition nobody knows."""


@dataclass(frozen=True, kw_only=True)
class Vpc(Record):
    """A VPC, its own or one that the source only names."""

    id: Id
    blocks: tuple[Block | Undetermined, ...] = ()
    """Its IPv4 blocks."""
    ipv6: Answer = False
    """Whether it has an IPv6 block."""
    dns_support: Answer = True
    dns_hostnames: Answer = False
    dns_servers: tuple[str, ...] | Undetermined = ()
    """Other DNS servers than Amazon's that its DHCP options hand out; none: Amazon's."""
    dedicated: Answer = False
    """Whether its tenancy is dedicated."""
    main_table: RouteTable | None = None
    default_acl: NetworkAcl | None = None
    endpoints_complete: Answer = True
    """Whether every endpoint of the VPC is in the network."""
    gateways_complete: Answer = True
    """Whether every internet gateway attached to the VPC is in the network."""


@dataclass(frozen=True, kw_only=True)
class Subnet(Record):
    """A subnet, or with a name for several a list of them."""

    id: Id
    vpc: Id | None = None
    zone: str | Undetermined
    """The letter of its Availability Zone."""
    block: Block | Undetermined
    """Its IPv4 block."""
    block6: Block | Undetermined | None = None
    """Its IPv6 block; `None`: it has none."""
    ipv6: Answer = False
    """Whether it has an IPv6 block."""
    ipv6_only: Answer = False
    public_addresses: Answer = False
    """Whether instances get a public IPv4 address by themselves."""
    associations_complete: Answer = True
    """Whether its associations with route table and network ACL are all known."""
    outside: str | None = None
    """Why the rest is not known: the subnet is not in the source, only named there."""


@dataclass(frozen=True, kw_only=True)
class Association(Record):
    """A route table or network ACL and the subnet that uses it."""

    subnet: Id | None
    target: Id | None


class Via(Enum):
    """The kinds of target a route can name."""

    GATEWAY = "gateway"
    NAT_GATEWAY = "NAT gateway"
    EGRESS_ONLY = "egress-only internet gateway"
    INSTANCE = "instance"
    INTERFACE = "network interface"
    TRANSIT_GATEWAY = "transit gateway"
    PEERING = "VPC peering connection"
    ENDPOINT = "firewall or load balancer endpoint"
    CARRIER_GATEWAY = "carrier gateway"
    LOCAL_GATEWAY = "local gateway"
    CORE_NETWORK = "core network"
    ODB_NETWORK = "ODB network"


@dataclass(frozen=True)
class Target:
    """What a route leads to."""

    via: Via
    id: Id
    part: str = ""
    """The property that names it, where there is one."""


@dataclass(frozen=True)
class PrefixList:
    """A list of blocks that routes and rules name as one."""

    name: str
    blocks: tuple[Block, ...] | Undetermined


@dataclass(frozen=True, kw_only=True)
class Route(Record):
    """A route of a route table; the local route is never among them."""

    destination: Block | PrefixList | Undetermined
    targets: tuple[Target, ...]
    """Exactly one in a route that can be made."""
    active: Answer = True
    """`False`: its target is gone, EC2 shows the route as a blackhole."""


@dataclass(frozen=True, kw_only=True)
class RouteTable(Record):
    """A route table."""

    id: Id
    vpc: Id | None = None
    routes: tuple[Route, ...] = ()
    complete: Answer = True
    """Whether all its routes are known."""
    main: bool = False
    """Whether it serves as the main table, for subnets without an association."""
    note: str = ""
    """What else was handed the table and may change it."""


@dataclass(frozen=True, kw_only=True)
class Attachment(Record):
    """An internet gateway at a VPC."""

    vpc: Id | None


@dataclass(frozen=True, kw_only=True)
class InternetGateway(Record):
    """An internet gateway."""

    id: Id
    attachments: tuple[Attachment, ...] = ()
    complete: Answer = True
    """Whether all its attachments are known."""
    edge: Place | None = None
    """Where a route table of its own is written that sends what comes in somewhere else."""


@dataclass(frozen=True, kw_only=True)
class EgressOnlyGateway(Record):
    """An egress-only internet gateway."""

    id: Id
    vpc: Id | None = None


@dataclass(frozen=True, kw_only=True)
class NatGateway(Record):
    """A NAT gateway, zonal or regional."""

    id: Id
    public: Answer = True
    regional: Answer = False
    subnet: Id | None = None
    """Of a zonal one."""
    vpc: Id | None = None
    """Of a regional one."""
    address: Answer = True
    """Whether it has an Elastic IP address; a regional one gets its own."""
    address_is_not_an_allocation: bool = False
    """Whether what is given as its address is something else, such as the address itself."""
    address_taken_by: Id | None = None
    """Another NAT gateway that is given the same Elastic IP address."""
    zones: frozenset[str] | Undetermined | None = None
    """Letters of the zones given for a regional one; `None`: it expands by itself."""
    available: Answer = True


@dataclass(frozen=True, kw_only=True)
class Rule(Record):
    """One rule of a security group."""

    protocol: str | Undetermined
    """`-1` for all, otherwise the number."""
    ports: tuple[int, int] | Undetermined | None
    """First and last port; `None` where ports do not count."""
    peer: Block | PrefixList | Id | Undetermined | None
    """The other end; `None`: none is given, which EC2 creates without effect."""
    whole_vpc: Id | None = None
    """The VPC whose block the peer is, where it is written as that."""


@dataclass(frozen=True, kw_only=True)
class SecurityGroup(Record):
    """A security group with every rule, the default ones included."""

    id: Id
    vpc: Id | None = None
    egress: tuple[Rule, ...] = ()
    ingress: tuple[Rule, ...] = ()
    egress_complete: Answer = True
    """Whether all outbound rules are known."""
    ingress_complete: Answer = True
    settled: Answer = True
    """Whether nothing else may take rules away."""


@dataclass(frozen=True, kw_only=True)
class AclEntry(Record):
    """One entry of a network ACL."""

    number: int | Undetermined
    egress: Answer
    protocol: str | Undetermined
    ports: tuple[int, int] | Undetermined | None
    block: Block | Undetermined
    whole_vpc: Id | None = None
    allow: Answer


@dataclass(frozen=True, kw_only=True)
class NetworkAcl(Record):
    """A network ACL; what no entry speaks of it denies."""

    id: Id
    entries: tuple[AclEntry, ...] = ()
    complete: Answer = True
    """Whether all its entries are known."""


@dataclass(frozen=True, kw_only=True)
class Endpoint(Record):
    """A VPC endpoint."""

    id: Id
    vpc: Id | None
    service: str | Undetermined
    """The name behind `com.amazonaws.REGION.`, such as `s3`; a name of another form as it is written."""
    kind: str | Undetermined
    """`Gateway`, `Interface`, `GatewayLoadBalancer`, ..."""
    tables: tuple[Id, ...] | Undetermined = ()
    subnets: tuple[Id, ...] | Undetermined = ()
    groups: tuple[Id, ...] = ()
    private_dns: Answer = False
    inbound_resolver_only: Answer = False
    """Whether its private DNS serves only names asked through an inbound resolver endpoint."""
    policy: object = None
    """Its policy as plain data; `None`: it allows everything."""


@dataclass(frozen=True)
class Interface:
    """A network interface, by its subnet and groups."""

    subnet: Id | None
    groups: tuple[Id, ...]


@dataclass(frozen=True, kw_only=True)
class Host(Record):
    """Something to connect to, or that packets pass through: a database, an instance, a load balancer."""

    id: Id
    interfaces: tuple[Interface, ...] | Undetermined
    port: int | Undetermined | None = None
    """The port it listens on, where the source says so."""
    several_zones: Answer = False
    """Whether it goes on when one of its zones is down."""
    one_per_zone: bool = False
    """Whether a client is answered by the interface in its own zone (an EFS mount target)."""
    public_name: Answer = False
    """Whether its name resolves to public addresses, inside the VPC as well."""
    public_address: Answer = False
    """Whether it has a public IPv4 address."""
    source_dest_check: Answer = True
    attached: Answer = True
    """Of a network interface by itself: whether it is attached to an instance."""
    forwards_to: tuple[Id, ...] = ()
    """What it connects to for its clients, as an RDS Proxy does."""


@dataclass(frozen=True)
class Permission:
    """One policy document of a function's role, as plain data."""

    document: object
    """Undetermined where it is not known."""
    attached: Answer = True


@dataclass(frozen=True, kw_only=True)
class Function(Record):
    """A Lambda function and how it is connected to a VPC."""

    id: Id
    connected: Answer = False
    """Whether it is connected to a VPC."""
    subnets: tuple[Id, ...] = ()
    groups: tuple[Id, ...] = ()
    missing: str | None = None
    """Which of the two lists is missing beside the other: `SubnetIds` or `SecurityGroupIds`."""
    ipv6: Answer = False
    """Whether outbound IPv6 is allowed."""
    elsewhere: str | None = None
    """What runs it in a network of its own, such as a capacity provider (fact N13)."""
    role: str | Undetermined | None = None
    """ARN of its execution role."""
    permissions: tuple[Permission, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PublicAccessBlock(Record):
    """VPC Block Public Access of the account and Region."""

    mode: str | Undetermined


# --- the network --------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False, kw_only=True)
class Network:
    """Everything that decides where packets go, under one set of assumptions."""

    at: Place
    """The source as a whole."""
    vpcs: tuple[Vpc, ...] = ()
    subnets: tuple[Subnet, ...] = ()
    tables: tuple[RouteTable, ...] = ()
    table_associations: tuple[Association, ...] = ()
    acls: tuple[NetworkAcl, ...] = ()
    acl_associations: tuple[Association, ...] = ()
    internet_gateways: tuple[InternetGateway, ...] = ()
    egress_only_gateways: tuple[EgressOnlyGateway, ...] = ()
    nat_gateways: tuple[NatGateway, ...] = ()
    groups: tuple[SecurityGroup, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    hosts: tuple[Host, ...] = ()
    functions: tuple[Function, ...] = ()
    public_access_blocks: tuple[PublicAccessBlock, ...] = ()
    others: Mapping[str, Place] = field(default_factory=dict)
    """Further things by name: they exist, but packets are not followed through them."""
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    """Why a name cannot be asked for as a destination, with the mend."""
    complete: Answer = True
    """Undetermined: the source may hold more than is seen here, so that nothing is certain."""
    assumptions: Mapping[str, str] = field(default_factory=dict)
    """Parameter to the value assumed for it."""

    def vpc(self, id_: Id | None) -> Vpc | None:
        """A VPC by its name."""
        return self._vpcs.get(id_.name) if id_ else None

    def subnet(self, id_: Id | None) -> Subnet | None:
        """A subnet by its name."""
        return self._subnets.get(id_.name) if id_ else None

    def group(self, id_: Id) -> SecurityGroup | None:
        """A security group by its name."""
        return self._groups.get(id_.name)

    def table(self, id_: Id | None) -> RouteTable | None:
        """A route table by its name."""
        return self._tables.get(id_.name) if id_ else None

    def acl(self, id_: Id | None) -> NetworkAcl | None:
        """A network ACL by its name."""
        return self._acls.get(id_.name) if id_ else None

    def nat_gateway(self, id_: Id) -> NatGateway | None:
        """A NAT gateway by its name."""
        return self._nat_gateways.get(id_.name)

    def internet_gateway(self, id_: Id) -> InternetGateway | None:
        """An internet gateway by its name."""
        return self._internet_gateways.get(id_.name)

    def egress_only_gateway(self, id_: Id) -> EgressOnlyGateway | None:
        """An egress-only internet gateway by its name."""
        return self._egress_only_gateways.get(id_.name)

    def host(self, id_: Id) -> Host | None:
        """A host by its name."""
        return self._hosts.get(id_.name)

    def function(self, name: str) -> Function | None:
        """A function by its name."""
        return self._functions.get(name)

    def place(self, id_: Id) -> Place | None:
        """Where a thing is written that may be of any kind."""
        return self._places.get(id_.name) or self.others.get(id_.name)

    def table_associations_of(self, subnet: Subnet) -> tuple[Association, ...]:
        """The explicit route table associations of a subnet."""
        return () if subnet.id.several else self._table_associations.get(subnet.id.name, ())

    def acl_associations_of(self, subnet: Subnet) -> tuple[Association, ...]:
        """The network ACL associations of a subnet."""
        return () if subnet.id.several else self._acl_associations.get(subnet.id.name, ())

    _vpcs = cached_property(lambda self: _by_name(self.vpcs))
    _subnets = cached_property(lambda self: _by_name(self.subnets))
    _groups = cached_property(lambda self: _by_name(self.groups))
    _tables = cached_property(lambda self: _by_name(self.tables))
    _acls = cached_property(lambda self: _by_name(self.acls))
    _nat_gateways = cached_property(lambda self: _by_name(self.nat_gateways))
    _internet_gateways = cached_property(lambda self: _by_name(self.internet_gateways))
    _egress_only_gateways = cached_property(lambda self: _by_name(self.egress_only_gateways))
    _hosts = cached_property(lambda self: _by_name(self.hosts))
    _functions = cached_property(lambda self: _by_name(self.functions))
    _table_associations = cached_property(lambda self: _by_subnet(self.table_associations))
    _acl_associations = cached_property(lambda self: _by_subnet(self.acl_associations))

    @cached_property
    def _places(self) -> Mapping[str, Place]:
        kinds = (self.vpcs, self.subnets, self.tables, self.acls, self.internet_gateways,
                 self.egress_only_gateways, self.nat_gateways, self.groups, self.endpoints, self.hosts,
                 self.functions)  # fmt: skip
        return {record.id.name: record.at for records in kinds for record in records}


def _by_name(records: Iterable) -> Mapping[str, Record]:
    return {record.id.name: record for record in records}


def _by_subnet(associations: Iterable[Association]) -> Mapping[str, tuple[Association, ...]]:
    found: dict[str, list[Association]] = {}
    for association in associations:
        if association.subnet is not None:
            found.setdefault(association.subnet.name, []).append(association)
    return {name: tuple(several) for name, several in found.items()}
