"""Trace a Lambda function's packets through a network: reached, blocked or unknown, no guess.

Decided on AWS's documented rules and the network's records alone. Source: facts N01 to N15.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

from lambda_vpc.answers import Answer, Undetermined
from lambda_vpc.network.endpoints import HTTPS, Endpoints
from lambda_vpc.network.filters import Filters, Peer, Traffic
from lambda_vpc.network.model import Function, Host, Id, Interface, Network, Subnet, Via, same
from lambda_vpc.network.nat import SMTP, Nat, Traveler, is_down
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
from lambda_vpc.network.service_names import meant
from lambda_vpc.reading import BadInput, Problem, suggestion
from lambda_vpc.sentences import Code

INTERNET = {"internet-ipv4": 4, "internet-ipv6": 6}
"""Destinations on the internet, and their IP version."""
COMMON_SERVICES = ("s3", "dynamodb", "secretsmanager", "sts", "lambda")
"""Services that are proposed as destinations."""


@dataclass(frozen=True)
class Outcome:
    """What is true of every answer: for which subnet, under which assumptions."""

    subnet: str | None
    """The source's subnet by its name; `None` where there is none, or where none is known."""
    scenario: Mapping[str, str]
    """Values of the parameters that a template's conditions depend on, as assumed here."""
    connected: Answer
    """Whether the function is connected to a VPC."""


@dataclass(frozen=True)
class Reached(Outcome):
    """The destination is reached."""

    hops: tuple[str, ...]
    """Names on the way, in order, after the subnet."""
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Blocked(Outcome):
    """The destination is certainly not reached."""

    at: str
    """Name of the record to mend."""
    why: Code
    """Key of the sentence in `sentences.yaml`."""
    detail: str
    path: str
    line: int
    """1-based line in the file `path`."""


@dataclass(frozen=True)
class Unknown(Outcome):
    """The network's source, or AWS's documentation, does not tell."""

    what: str
    """What would have to be known."""
    at: str
    why: Code
    """Key of the sentence in `sentences.yaml`."""
    path: str
    line: int


Result = Reached | Blocked | Unknown


def trace(
    network: Network | Iterable[Network], source: str, destination: str, without_az: str | None = None
) -> tuple[Result, ...]:
    """Trace connections from a function to a destination.

    Args:
        network: the network, or one for each choice that a template's conditions leave.
        source: name of a Lambda function.
        destination: `internet-ipv4` or `internet-ipv6` (TCP port 443, another with `:PORT`); an AWS
            service such as `s3` or `secretsmanager`; or `NAME:PORT`, for UDP with `/udp` behind it.
        without_az: letter of an Availability Zone that is down, such as `a`, or its name. The zones that
            `Fn::GetAZs` lists are a, c, d in Tokyo and a, b, c elsewhere; they name positions.

    Returns:
        One answer per network and subnet of the function.

    Raises:
        BadInput: no such function, destination or zone.

    Examples:
        >>> from lambda_vpc import network
        >>> from lambda_vpc.network.model import Function, Id, Network, Place
        >>> function = Function(at=Place("Orders"), id=Id("Orders"))
        >>> found = Network(at=Place("an account"), functions=(function,))
        >>> str(network.trace(found, "Orders", "internet-ipv6")[0].why)
        'no-ipv6-without-vpc'
    """
    networks = (network,) if isinstance(network, Network) else tuple(network)
    _function_exists(networks, source)
    question = read_question(networks, destination)
    down = _zone(networks, without_az)
    return tuple(
        _result(one, function, subnet, walk)
        for one in networks
        if (function := one.function(source)) is not None
        for subnet, walk in walks(one, function, question, down)
    )


# --- what is asked ------------------------------------------------------------------------------


class Kind(Enum):
    """What a destination is."""

    INTERNET = auto()
    SERVICE = auto()
    HOST = auto()


@dataclass(frozen=True)
class Question:
    """A destination, taken apart."""

    kind: Kind
    name: str
    version: int
    traffic: Traffic


_WITH_PORT = re.compile(r"([A-Za-z0-9/_.-]+):([0-9]{1,5})(?:/(tcp|udp))?")


def read_question(networks: Sequence[Network], text: str) -> Question:
    """Take a destination apart; see [`trace`][lambda_vpc.network.trace.trace].

    Raises:
        BadInput: there is no such destination; the message says what to write.
    """
    match = _WITH_PORT.fullmatch(text)
    name, port = (match[1], int(match[2])) if match else (text, 443)
    traffic = Traffic((match[3] if match else None) or "tcp", port)
    if not 0 < port < 65536:
        raise _refused(networks, f"'{_short(text)}': a port is 1 to 65535")
    if name in INTERNET:
        return Question(Kind.INTERNET, name, INTERNET[name], traffic)
    for network in networks:
        if name in network.elsewhere:
            at = network.place(Id(name)) or network.at
            raise BadInput([Problem(at.path, at.line, network.elsewhere[name])])
    if match:
        return _host_question(networks, name, traffic)
    return _service_question(networks, text)


def _host_question(networks: Sequence[Network], name: str, traffic: Traffic) -> Question:
    if any(network.place(Id(name)) is not None for network in networks):
        return Question(Kind.HOST, name, 4, traffic)
    services = meant(name)
    if services:
        raise _refused(
            networks, f"'{_short(name)}' is an AWS service: write it without a port, {services[0]}"
        )
    known = sorted({host.id.name for network in networks for host in network.hosts})
    raise _refused(networks, f"has no resource '{name}'{suggestion(name, known)}")


def _service_question(networks: Sequence[Network], text: str) -> Question:
    written = {endpoint.service for network in networks for endpoint in network.endpoints}
    if text in written:
        return Question(Kind.SERVICE, text, 4, HTTPS)
    names = meant(text)
    if len(names) == 1:
        return Question(Kind.SERVICE, names[0], 4, HTTPS)
    shown = _short(text)
    if names:
        raise _refused(networks, f"'{shown}' has several endpoints: write {' or '.join(names)}")
    if any(network.place(Id(text)) is not None for network in networks):
        raise _refused(networks, f"'{shown}' needs a port: {shown}:5432")
    known = [*INTERNET, *COMMON_SERVICES]
    raise _refused(
        networks, f"'{shown}' is no destination{suggestion(shown, known)}; a resource is written NAME:PORT"
    )


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:77] + "..."


def _refused(networks: Sequence[Network], message: str) -> BadInput:
    at = networks[0].at
    return BadInput([Problem(at.path, at.line, message)])


def _function_exists(networks: Sequence[Network], source: str) -> None:
    known = list(dict.fromkeys(f.id.name for network in networks for f in network.functions))
    if source not in known:
        hint = suggestion(_short(source), known) or "; it has no Lambda function"
        at = networks[0].at
        raise BadInput(
            [Problem(at.path, at.line_of("Resources"), f"has no Lambda function '{_short(source)}'{hint}")]
        )


def _zone(networks: Sequence[Network], text: str | None) -> str | None:
    """The letter of the zone that is down."""
    if text is None:
        return None
    letter = text[-1:].lower()
    zones = [subnet.zone for network in networks for subnet in network.subnets]
    known = {zone for zone in zones if isinstance(zone, str)}
    may_be_another = len(known) == 0 or any(isinstance(zone, Undetermined) for zone in zones)
    if letter not in known and not (may_be_another and letter and letter in string.ascii_lowercase):
        names = ", ".join(sorted(known)) or "none"
        raise _refused(networks, f"has no subnet in zone '{_short(text)}'; its zones: {names}")
    return letter


# --- one function in one network ----------------------------------------------------------------


def walks(
    network: Network, function: Function, question: Question, down: str | None = None
) -> Iterator[tuple[str | None, Walk]]:
    """The ways from each subnet of a function, with everything that stands in them.

    Args:
        network: where the function is.
        function: where the packets come from.
        question: where they go.
        down: letter of a zone that is down.
    """
    yield from _Trace(network, function, question, down).walks()


def _result(network: Network, function: Function, subnet: str | None, walk: Walk) -> Result:
    assumed, connected = network.assumptions, function.connected
    obstacle = walk.decisive
    if obstacle is None:
        return Reached(subnet, assumed, connected, tuple(walk.hops), tuple(walk.notes))
    at, where = obstacle.at.name, (obstacle.at.path, obstacle.line)
    if obstacle.certain:
        return Blocked(subnet, assumed, connected, at, obstacle.code, obstacle.detail, *where)
    return Unknown(subnet, assumed, connected, obstacle.detail, at, obstacle.code, *where)


class _Trace:
    def __init__(self, network: Network, function: Function, question: Question, down: str | None) -> None:
        self.network = network
        self.function = function
        self.question = question
        self.down = down
        engine = engine_of(network)
        self.filters, self.routes = engine.filters, engine.routes
        self.nat, self.endpoints = engine.nat, engine.endpoints

    def walks(self) -> Iterator[tuple[str | None, Walk]]:
        function = self.function
        if function.elsewhere is not None:
            # Managed instances run in the network of their capacity provider (fact N13).
            yield None, self._open(Code.HOP_NOT_TRACED, function.elsewhere)
        elif isinstance(self.network.complete, Undetermined):
            yield None, self._open(Code.VALUE_UNKNOWN, self.network.complete.question)
        elif isinstance(function.exists, Undetermined):
            yield None, self._open(Code.EXISTENCE_UNKNOWN, function.exists.question)
        elif isinstance(function.connected, Undetermined):
            yield None, self._open(Code.VALUE_UNKNOWN, function.connected.question)
        elif function.missing is not None:
            walk = Walk()
            walk.add([blocked(Code.VPC_CONFIG_INCOMPLETE, function.at, part="VpcConfig",
                              detail=function.missing)])  # fmt: skip
            yield None, walk
        elif function.connected is False:
            yield None, self._outside()
        else:
            # A subnet named twice is asked about once.
            for id_ in dict.fromkeys(function.subnets):
                yield id_.name, self._from(id_)

    def _open(self, code: Code, what: str) -> Walk:
        walk = Walk()
        walk.add([unknown(code, self.function.at, what)])
        return walk

    def _outside(self) -> Walk:
        """A function without VpcConfig: in Lambda's own VPC (facts N01 and N08)."""
        walk = Walk()
        if self.question.kind is Kind.HOST:
            host = self.network.host(Id(self.question.name))
            if host is not None and either_public(host):
                walk.add([unknown(Code.PUBLIC_ADDRESS_NOT_TRACED, self.function.at, self.question.name)])
            else:
                walk.add([blocked(Code.FUNCTION_OUTSIDE_VPC, self.function.at, detail=self.question.name)])
        elif self.question.version == 6:
            walk.add([blocked(Code.NO_IPV6_WITHOUT_VPC, self.function.at)])
        elif self.question.traffic == SMTP:
            walk.add([blocked(Code.PORT_25_CLOSED, self.function.at)])
        else:
            walk.notes.append(Note(Code.LAMBDA_MANAGED_VPC))
        return walk

    def _from(self, id_: Id) -> Walk:
        walk = Walk()
        subnet = self.network.subnet(id_)
        if subnet is None:
            walk.add([self._no_subnet(id_)])
            return walk
        walk.passes(subnet)
        down = is_down(subnet, self.down)
        if down is True:
            walk.add([blocked(Code.AZ_DOWN, subnet.at, part="AvailabilityZone", detail=str(self.down))])
            return walk
        walk.add(open_only(down, Code.ZONE_UNKNOWN, subnet.at))
        walk.add(self._attachable(subnet))
        traveler = Traveler(self.function.at, subnet, self.function.groups, self.question.traffic, self.down)
        if self.question.kind is Kind.INTERNET:
            walk.join(self._to_internet(traveler))
        elif self.question.kind is Kind.SERVICE:
            walk.join(self.endpoints.service(traveler, self.function, self.question.name))
        else:
            walk.join(self._to_host(traveler))
        return walk

    def _no_subnet(self, id_: Id) -> Obstacle:
        """A name among the subnets that is certainly none, or that nothing is known of."""
        if self.network.place(id_) is not None or id_.name.startswith("sg-"):
            return blocked(Code.NOT_A_SUBNET, self.function.at, part="VpcConfig", detail=id_.name)
        return unknown(Code.OUTSIDE_TEMPLATE, self.function.at, id_.name, part="VpcConfig")

    def _attachable(self, subnet: Subnet) -> Iterator[Obstacle]:
        """What keeps Lambda from connecting the function at all (facts N08 and N17)."""
        vpc = self.network.vpc(subnet.vpc)
        if vpc is not None:
            dedicated = vpc.dedicated
            yield from self._unless(dedicated, Code.DEDICATED_TENANCY, vpc, "InstanceTenancy")
        for id_ in dict.fromkeys(self.function.subnets):
            other = self.network.subnet(id_)
            if other is None:
                continue
            yield from self._unless(other.ipv6_only, Code.IPV6_ONLY_SUBNET, other, "Ipv6Native")
            if same(other.vpc, subnet.vpc) is False:
                yield blocked(Code.SUBNETS_OF_TWO_VPCS, self.function.at, part="VpcConfig", detail=str(id_))
        foreign = self.filters.foreign_group(self.function.groups, subnet.vpc, self.function.at)
        # Of a subnet that is only named here the VPC is not known, which says nothing about the groups.
        yield from (obstacle for obstacle in foreign if obstacle.certain or subnet.outside is None)
        for block in self.network.public_access_blocks:
            if self.question.kind is not Kind.HOST and block.mode != "block-ingress":
                yield unknown(Code.HOP_NOT_TRACED, block.at, block.at.name)

    def _unless(self, wrong: Answer, code: Code, record: Subnet | object, part: str) -> Iterator[Obstacle]:
        if wrong is True:
            yield blocked(code, record.at, part=part)
        else:
            yield from open_only(wrong, Code.VALUE_UNKNOWN, record.at, part=part)

    # --- to the internet ------------------------------------------------------------------------

    def _to_internet(self, traveler: Traveler) -> Walk:
        walk = Walk()
        if self.question.version == 6:
            walk.add(self._ipv6_allowed())
        walk.join(self.nat.internet(traveler, self.question.version))
        walk.notes += self._names(traveler)
        return walk

    def _names(self, traveler: Traveler) -> Iterator[Note]:
        """What a caller should know who asks for an address by its name."""
        vpc = self.network.vpc(traveler.subnet.vpc)
        if vpc is None:
            return
        if not isinstance(vpc.dns_servers, Undetermined) and vpc.dns_servers:
            yield Note(Code.OWN_DNS_SERVERS, ", ".join(vpc.dns_servers))
        elif vpc.dns_support is False:
            yield Note(Code.DNS_SUPPORT_OFF, vpc.id.name)

    def _ipv6_allowed(self) -> Iterator[Obstacle]:
        """The flag, and dual stack in every subnet of the function (fact N08)."""
        at = self.function.at
        yield from judged(self.function.ipv6, Code.IPV6_NOT_ALLOWED, at, part="VpcConfig")
        for id_ in dict.fromkeys(self.function.subnets):
            subnet = self.network.subnet(id_)
            if subnet is None or subnet.outside is not None:
                yield unknown(Code.OUTSIDE_TEMPLATE, at, f"whether {id_} has IPv6", part="VpcConfig")
                continue
            yield from judged(subnet.ipv6, Code.SUBNET_WITHOUT_IPV6, subnet.at)
            vpc = self.network.vpc(subnet.vpc)
            if vpc is not None:
                yield from judged(vpc.ipv6, Code.VPC_WITHOUT_IPV6, vpc.at, detail=vpc.id.name)

    # --- to a host ------------------------------------------------------------------------------

    def _to_host(self, traveler: Traveler) -> Walk:
        host = self.network.host(Id(self.question.name))
        if host is None and self.network.place(Id(self.question.name)) is not None:
            return self._open(Code.HOP_NOT_TRACED, f"connections to {self.question.name}")
        if host is None:
            return self._open(Code.VALUE_UNKNOWN, f"{self.question.name}, which does not exist here")
        walk = Walk()
        walk.passes(host)
        walk.add(self._listens(host))
        if isinstance(host.interfaces, Undetermined):
            walk.hops.append(host.id.name)
            walk.add([unknown(Code.VALUE_UNKNOWN, host.at, host.interfaces.question)])
            return walk
        if host.public_name is not False:
            walk.join(self._by_public_name(traveler, host))
        else:
            walk.hops.append(host.id.name)
            self._by_interfaces(walk, traveler, host)
        walk.notes += [*self._names(traveler), *self._forwarded(host)]
        return walk

    def _by_interfaces(self, walk: Walk, traveler: Traveler, host: Host) -> None:
        ways, zones = [], []
        for interface in self._answering(host, traveler):
            subnet = self.network.subnet(interface.subnet)
            if subnet is None:
                way = Walk()
                way.add([unknown(Code.OUTSIDE_TEMPLATE, host.at, f"the subnets of {host.id}")])
                ways.append(way)
                continue
            zone = is_down(subnet, self.down)
            zones.append(zone)
            if zone is not True:
                ways.append(
                    self.endpoints.within(traveler, subnet, interface.groups, host.at,
                                          self.question.traffic, Code.NO_INGRESS_RULE)
                )  # fmt: skip
        walk.add(self._still_there(host, zones))
        if ways:
            walk.join(parts(ways, host.at, Code.PART_OF_DESTINATION))
            self._other_vpc(walk, traveler, host)

    def _answering(self, host: Host, traveler: Traveler) -> Sequence[Interface]:
        """The interfaces that may answer: of one in each zone the one in the caller's own."""
        assert not isinstance(host.interfaces, Undetermined)
        if not host.one_per_zone:
            return host.interfaces
        near = [
            interface
            for interface in host.interfaces
            if (subnet := self.network.subnet(interface.subnet)) is not None
            and isinstance(subnet.zone, str)
            and subnet.zone == traveler.subnet.zone
        ]
        return near or host.interfaces

    def _by_public_name(self, traveler: Traveler, host: Host) -> Walk:
        """Through the internet to a name that resolves to public addresses, inside the VPC as well."""
        walk = Walk()
        walk.add(open_only(host.public_name, Code.VALUE_UNKNOWN, host.at, part="Scheme"))
        walk.join(self.nat.internet(traveler, 4))
        walk.hops.append(host.id.name)
        walk.notes.append(Note(Code.PUBLIC_NAME, host.id.name))
        walk.add(self._in_from_the_internet(host))
        groups = {id_ for interface in host.interfaces or () for id_ in interface.groups}
        if groups:
            walk.add(
                self.filters.groups(sorted(groups, key=str), host.at, self.question.traffic, Peer.public(4),
                                    egress=False, code=Code.NO_INGRESS_RULE)
            )  # fmt: skip
        return walk

    def _in_from_the_internet(self, host: Host) -> Iterator[Obstacle]:
        """What may keep packets of the internet from a host: its subnets must be public, and let them in."""
        for interface in host.interfaces or ():
            subnet = self.network.subnet(interface.subnet)
            if subnet is None or subnet.outside is not None:
                continue
            way = self.nat.from_the_internet(host.at, subnet, self.question.traffic)
            if way.obstacles:
                yield unknown(Code.PUBLIC_ADDRESS_NOT_TRACED, host.at, f"{host.id} in {subnet.id}")
                return

    def _listens(self, host: Host) -> Iterator[Obstacle]:
        if isinstance(host.port, Undetermined):
            yield unknown(Code.VALUE_UNKNOWN, host.at, host.port.question, part="Port")
        elif host.port is not None and host.port != self.question.traffic.port:
            yield blocked(Code.OTHER_PORT, host.at, part="Port", detail=str(host.port))

    def _still_there(self, host: Host, zones: list[Answer]) -> Iterator[Obstacle]:
        """What a host with interfaces in several zones does when one of them is down."""
        if zones and all(zone is True for zone in zones):
            yield blocked(Code.DESTINATION_AZ_DOWN, host.at, detail=str(self.down))
            return
        for zone in zones:
            yield from open_only(zone, Code.ZONE_UNKNOWN, host.at)
        if True in zones and host.several_zones is not True:
            yield unknown(Code.DESTINATION_ZONE, host.at, f"which zone {host.id} is in")

    def _other_vpc(self, walk: Walk, traveler: Traveler, host: Host) -> None:
        """Between two VPCs a peering or transit gateway may lead; this trace does not follow it."""
        if not any(obstacle.code is Code.OTHER_VPC for obstacle in walk.obstacles):
            return
        if either_public(host):
            # From outside its VPC its name resolves to its public address.
            walk.obstacles = [o for o in walk.obstacles if o.code is not Code.OTHER_VPC]
            walk.add([unknown(Code.PUBLIC_ADDRESS_NOT_TRACED, host.at, host.id.name)])
            return
        table = self.routes.table(traveler.subnet)
        for route in () if isinstance(table, Obstacle) else table.routes:
            target = self.routes.target(route)
            if isinstance(target, Obstacle) or target.via in (Via.GATEWAY, Via.NAT_GATEWAY):
                continue
            walk.obstacles = [o for o in walk.obstacles if o.code is not Code.OTHER_VPC]
            walk.add([unknown(Code.HOP_NOT_TRACED, route.at, str(target.id), part=target.part)])
            return

    def _forwarded(self, host: Host) -> Iterator[Note]:
        """What stands between a host and what it connects to for its clients."""
        for id_ in host.forwards_to:
            behind = self.network.host(id_)
            if behind is None or isinstance(behind.interfaces, Undetermined):
                continue
            port = behind.port if isinstance(behind.port, int) else self.question.traffic.port
            traffic = Traffic("tcp", port)
            for front in host.interfaces or ():
                subnet = self.network.subnet(front.subnet)
                for interface in behind.interfaces[:1] if subnet is not None else ():
                    admits = self.filters.groups(
                        interface.groups, behind.at, traffic, Peer.inside(subnet, front.groups),
                        egress=False, code=Code.NO_INGRESS_RULE,
                    )  # fmt: skip
                    if any(obstacle.certain for obstacle in admits):
                        yield Note(Code.ONWARD_CLOSED, f"{host.id} → {behind.id}, {traffic}")
                        break
                else:
                    continue
                break


def either_public(host: Host) -> bool:
    """Whether a host may be reached at a public address."""
    return host.public_address is not False or host.public_name is not False


@dataclass(frozen=True)
class Engine:
    """What judges one network, each question in one place."""

    filters: Filters
    routes: Routes
    nat: Nat
    endpoints: Endpoints


@lru_cache(maxsize=256)
def engine_of(network: Network) -> Engine:
    """The judges of a network, made once for all questions about it."""
    filters, routes = Filters(network), Routes(network)
    nat = Nat(network, filters, routes)
    return Engine(filters, routes, nat, Endpoints(network, filters, routes, nat))
