"""Trace a Lambda function's packets through a template's network: reached, blocked or unknown, no guess.

Decided on AWS's documented rules and the template alone; nothing is deployed. Source: facts N01 to N15.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from lambda_vpc.answers import Answer, Undetermined
from lambda_vpc.cloudformation import intrinsics
from lambda_vpc.cloudformation.intrinsics import Reference
from lambda_vpc.cloudformation.template import FUNCTION_TYPES, Resource, Scenario, Template
from lambda_vpc.network.destinations import PLACES, Destination, destination
from lambda_vpc.network.endpoints import HTTPS, Endpoints, is_service, service_of
from lambda_vpc.network.filters import DEFAULT_GROUP, Filters, Peer, Traffic, foreign_group, group_keys
from lambda_vpc.network.obstacles import Note, Obstacle, Walk, blocked, judged, truth, unknown, worst
from lambda_vpc.network.routes import Routes, Traveler
from lambda_vpc.network.topology import Topology, key, listed, named
from lambda_vpc.reading import BadInput, suggestion

INTERNET = {"internet-ipv4": 4, "internet-ipv6": 6}
"""Destinations on the internet, and their IP version."""


@dataclass(frozen=True)
class Outcome:
    """What is true of every answer: for which subnet, under which choices."""

    subnet: str | None
    """Logical id of the source's subnet; its parameter where the subnet is not in the template;
    `None` for a function without VpcConfig."""
    scenario: Mapping[str, str]
    """Values of the parameters that the template's conditions depend on, as assumed here."""


@dataclass(frozen=True)
class Reached(Outcome):
    """The destination is reached."""

    hops: tuple[str, ...]
    """Logical ids on the way, in order, after the subnet."""
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Blocked(Outcome):
    """The destination is certainly not reached."""

    at: str
    """Logical id of the resource to mend."""
    why: str
    """Key of the sentence in `sentences.yaml`."""
    detail: str
    path: str
    line: int
    """1-based line in the file `path`."""


@dataclass(frozen=True)
class Unknown(Outcome):
    """The template, or AWS's documentation, does not tell."""

    what: str
    """What would have to be known."""
    at: str
    why: str
    """Key of the sentence in `sentences.yaml`."""
    path: str
    line: int


Result = Reached | Blocked | Unknown


def trace(
    template: Template, source: str, destination: str, without_az: str | None = None
) -> tuple[Result, ...]:
    """Trace connections from a function to a destination.

    Args:
        template: the template.
        source: logical id of an `AWS::Lambda::Function` or `AWS::Serverless::Function`.
        destination: `internet-ipv4` or `internet-ipv6` (TCP port 443, another with `:PORT`); an AWS
            service such as `s3` or `secretsmanager`; or `LogicalId:PORT`, for UDP with `/udp` behind it.
        without_az: letter of an Availability Zone that is down, such as `a`, or its name. The zones that
            `Fn::GetAZs` lists are a, c, d in Tokyo and a, b, c elsewhere; they name positions.

    Returns:
        One answer per scenario and subnet of the function.

    Raises:
        BadInput: no such function, destination or zone.

    Examples:
        >>> from lambda_vpc import network
        >>> from lambda_vpc.cloudformation import template
        >>> found = template.parse('''
        ... Resources:
        ...   Orders:
        ...     Type: AWS::Lambda::Function
        ... ''')
        >>> network.trace(found, "Orders", "internet-ipv6")[0].why
        'no-ipv6-without-vpc'
    """
    wanted = _destination(template, destination)
    _function_exists(template, source)
    down = _zone(template, without_az)
    found: list[Result] = []
    for scenario in template.scenarios:
        function = scenario.resources.get(source)
        if function is None or function.type not in FUNCTION_TYPES:
            continue
        found += _Trace(_network(scenario), function, wanted, down, template.open).results()
    return tuple(found)


# --- what is asked ------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Wanted:
    kind: str
    """`internet`, `service` or `resource`."""
    name: str
    version: int
    traffic: Traffic


_WITH_PORT = re.compile(r"([A-Za-z0-9/_-]+):([0-9]{1,5})(?:/(tcp|udp))?")


def _destination(template: Template, text: str) -> _Wanted:
    match = _WITH_PORT.fullmatch(text)
    name, port = (match[1], int(match[2])) if match else (text, 443)
    traffic = Traffic(match[3] or "tcp" if match else "tcp", port)
    if not 0 < port < 65536:
        raise BadInput([template.source.problem((), f"'{text}': a port is 1 to 65535")])
    if name in INTERNET:
        return _Wanted("internet", name, INTERNET[name], traffic)
    if match:
        if not any(name in scenario.resources for scenario in template.scenarios):
            known = sorted(
                {n for s in template.scenarios for n, r in s.resources.items() if r.type in PLACES}
            )
            raise BadInput(
                [template.source.problem((), f"has no resource '{name}'{suggestion(name, known)}")]
            )
        return _Wanted("resource", name, 4, traffic)
    if is_service(name) or any(
        service_of(endpoint) == name
        for scenario in template.scenarios
        for endpoint in scenario.by_type.get("AWS::EC2::VPCEndpoint", ())
    ):
        return _Wanted("service", name, 4, HTTPS)
    known = [*INTERNET, "s3", "dynamodb", "secretsmanager", "sts", "lambda"]
    if any(name in scenario.resources for scenario in template.scenarios):
        message = f"'{name}' needs a port: {name}:5432"
    else:
        message = f"'{text}' is no destination{suggestion(text, known)}; a resource is written LogicalId:PORT"
    raise BadInput([template.source.problem((), message)])


def _function_exists(template: Template, source: str) -> None:
    known = template.functions
    if source not in known:
        hint = suggestion(source, known) or "; it has no Lambda function"
        raise BadInput([template.source.problem(("Resources",), f"has no Lambda function '{source}'{hint}")])


def _zone(template: Template, text: str | None) -> str | None:
    if text is None:
        return None
    letter = text[-1:].lower()
    known: set[str] = set()
    for scenario in template.scenarios:
        topology = _network(scenario).topology
        for subnet in topology.all("EC2::Subnet"):
            zone = topology.zone(subnet)
            if isinstance(zone, intrinsics.Unknown):
                return letter
            known.add(zone)
    if letter not in known and (known or letter not in string.ascii_lowercase):
        names = ", ".join(sorted(known)) or "none"
        raise BadInput([template.source.problem((), f"has no subnet in zone '{text}'; its zones: {names}")])
    return letter


@dataclass(frozen=True, eq=False)
class _Network:
    topology: Topology
    filters: Filters
    routes: Routes
    endpoints: Endpoints


@lru_cache(maxsize=256)
def _network(scenario: Scenario) -> _Network:
    """The indexes of a scenario, built once for all traces of it."""
    topology = Topology(scenario)
    filters = Filters(topology)
    routes = Routes(topology, filters)
    return _Network(topology, filters, routes, Endpoints(topology, filters, routes))


# --- one function in one scenario ---------------------------------------------------------------


class _Trace:
    def __init__(
        self, network: _Network, function: Resource, wanted: _Wanted, down: str | None, open_: str | None
    ) -> None:
        self.network = network
        self.topology = network.topology
        self.function = function
        self.wanted = wanted
        self.down = down
        self.open = open_

    def results(self) -> Iterator[Result]:
        if self.function.get("CapacityProviderConfig") is not None:
            # Managed instances run in the network of their capacity provider (fact N13).
            yield self._result(None, self._open("hop-not-traced", "CapacityProviderConfig"))
            return
        config = self.function.get("VpcConfig")
        if (
            self.open
            or isinstance(self.function.exists, Undetermined)
            or isinstance(config, intrinsics.Unknown)
        ):
            what = (
                self.open
                or getattr(self.function.exists, "question", None)
                or getattr(config, "what", "its VpcConfig")
            )
            yield self._result(None, self._open("value-unknown", what))
            return
        subnets = config.get("SubnetIds") if isinstance(config, Mapping) else None
        groups = config.get("SecurityGroupIds") if isinstance(config, Mapping) else None
        if not subnets and not groups:
            yield self._result(None, self._outside())
            return
        if not subnets or not groups:
            missing = "SecurityGroupIds" if subnets else "SubnetIds"
            walk = Walk()
            # CreateFunction takes both or none.
            walk.add([unknown("value-unknown", self.function, f"{missing} of its VpcConfig", "VpcConfig")])
            yield self._result(None, walk)
            return
        values = tuple(listed(groups))
        # A subnet written twice is asked about once.
        for value in {key(value): value for value in listed(subnets)}.values():
            yield self._from(value, listed(subnets), values)

    def _open(self, code: str, what: str) -> Walk:
        walk = Walk()
        walk.add([unknown(code, self.function, what)])
        return walk

    def _result(self, subnet: str | None, walk: Walk) -> Result:
        choices = self.topology.scenario.choices
        obstacle = walk.decisive
        if obstacle is None:
            return Reached(subnet, choices, tuple(walk.hops), tuple(dict.fromkeys(walk.notes)))
        where = (obstacle.path, obstacle.line)
        if obstacle.certain:
            return Blocked(subnet, choices, obstacle.at, obstacle.code, obstacle.detail, *where)
        return Unknown(subnet, choices, obstacle.detail, obstacle.at, obstacle.code, *where)

    def _outside(self) -> Walk:
        """A function without VpcConfig: in Lambda's own VPC (facts N01 and N08)."""
        walk = Walk()
        if self.wanted.kind == "resource":
            found = self.topology.scenario.resources.get(self.wanted.name)
            public = found is not None and (
                found.type == "AWS::EC2::Instance"
                or found.type == "AWS::ElasticLoadBalancingV2::LoadBalancer"
                or truth(found.get("PubliclyAccessible"), False) is not False
            )
            if public:
                walk.add([unknown("public-address-not-traced", self.function, self.wanted.name)])
            else:
                walk.add([blocked("function-outside-vpc", self.function, detail=self.wanted.name)])
        elif self.wanted.version == 6:
            walk.add([blocked("no-ipv6-without-vpc", self.function)])
        else:
            walk.notes.append(Note("lambda-managed-vpc"))
        return walk

    def _from(self, value: object, all_subnets: list[object], groups: tuple[object, ...]) -> Result:
        subnet = self.topology.resource(value)
        if isinstance(subnet, intrinsics.Unknown):
            walk = self._open("outside-template", subnet.what)
            if isinstance(value, str) and value.startswith("sg-"):
                walk.add([blocked("not-a-subnet", self.function, "VpcConfig", detail=value)])
            # What is wrong inside the template stops the packet, wherever it starts.
            if self.wanted.kind == "internet":
                walk.add(self._out(groups, self.function))
            return self._result(subnet.what, walk)
        if subnet.type != "AWS::EC2::Subnet":
            walk = Walk()
            walk.add([blocked("not-a-subnet", self.function, "VpcConfig", detail=subnet.logical_id)])
            return self._result(subnet.logical_id, walk)
        walk = Walk()
        walk.exists(subnet)
        is_down = self.topology.is_down(subnet, self.down)
        if is_down is True:
            walk.add([blocked("az-down", subnet, "AvailabilityZone", detail=self.down or "")])
            return self._result(subnet.logical_id, walk)
        walk.add(judged(True if is_down is False else is_down, "", subnet, open_code="zone-unknown"))
        vpc = self.topology.vpc_of(subnet)
        walk.add(self._attachable(all_subnets, groups, vpc or ""))
        traveler = Traveler(subnet, groups, self.wanted.traffic, self.down)
        walk.join(getattr(self, f"_to_{self.wanted.kind}")(traveler))
        return self._result(subnet.logical_id, walk)

    def _attachable(self, subnets: list[object], groups: tuple[object, ...], vpc: str) -> Iterator[Obstacle]:
        """What keeps Lambda from connecting the function at all (facts N08 and N17)."""
        found = self.topology.vpc(vpc)
        if found is not None and found.get("InstanceTenancy") == "dedicated":
            yield blocked("dedicated-tenancy", found, "InstanceTenancy")
        for value in subnets:
            subnet = self.topology.resource(value)
            if isinstance(subnet, intrinsics.Unknown) or subnet.type != "AWS::EC2::Subnet":
                continue
            if truth(subnet.get("Ipv6Native"), False) is True:
                yield blocked("ipv6-only-subnet", subnet, "Ipv6Native")
            if self.topology.same(self.topology.vpc_of(subnet), vpc) is False:
                yield blocked("subnets-of-two-vpcs", self.function, "VpcConfig", detail=subnet.logical_id)
        yield from foreign_group(self.topology, groups, vpc, self.function)
        for options in self.topology.all("EC2::VPCBlockPublicAccessOptions"):
            if self.wanted.kind != "resource" and options.get("InternetGatewayBlockMode") != "block-ingress":
                yield unknown("hop-not-traced", options, options.logical_id)

    def _out(self, groups: tuple[object, ...], at: Resource) -> Iterator[Obstacle]:
        peer = Traveler(at, groups, self.wanted.traffic, None).internet(self.wanted.version)
        return self.network.filters.groups(
            groups, at, self.wanted.traffic, peer, egress=True, code="no-egress-rule"
        )

    def _to_internet(self, traveler: Traveler) -> Walk:
        walk = Walk()
        if self.wanted.version == 6:
            walk.add(self._ipv6_allowed())
        walk.join(self.network.routes.internet(traveler, self.wanted.version))
        walk.add(self._out(traveler.groups, self.function))
        return walk

    def _ipv6_allowed(self) -> Iterator[Obstacle]:
        """The flag, and dual stack in every subnet of the function (fact N08)."""
        allowed = truth(self.function.get("VpcConfig", "Ipv6AllowedForDualStack"), False)
        yield from judged(allowed, "ipv6-not-allowed", self.function, "VpcConfig")
        for value in listed(self.function.get("VpcConfig", "SubnetIds")):
            subnet = self.topology.resource(value)
            if isinstance(subnet, intrinsics.Unknown):
                yield unknown("outside-template", self.function, subnet.what, "VpcConfig")
                continue
            if subnet.type != "AWS::EC2::Subnet":
                continue
            yield from judged(self.topology.subnet_has_ipv6(subnet), "subnet-without-ipv6", subnet)
            vpc = self.topology.vpc_of(subnet) or ""
            at = self.topology.vpc(vpc) or subnet
            yield from judged(self.topology.vpc_has_ipv6(vpc), "vpc-without-ipv6", at, detail=named(vpc))

    def _to_service(self, traveler: Traveler) -> Walk:
        return self.network.endpoints.service(traveler, self.function, self.wanted.name)

    def _to_resource(self, traveler: Traveler) -> Walk:
        found = self.topology.scenario.resources.get(self.wanted.name)
        if found is None:
            return self._open("value-unknown", f"{self.wanted.name}, which does not exist here")
        walk = Walk()
        walk.exists(found)
        walk.hops.append(found.logical_id)
        place = destination(self.topology, found)
        if isinstance(place, intrinsics.Unknown):
            walk.add([unknown("value-unknown", found, place.what)])
            return walk
        walk.add(self._listens(place))
        vpc = self.topology.vpc_of(traveler.subnet) or ""
        groups = list(place.groups) or [Reference(vpc, DEFAULT_GROUP)]
        ways, zones = [], []
        for value in place.subnets:
            subnet = self.topology.resource(value)
            if isinstance(subnet, intrinsics.Unknown) or subnet.type != "AWS::EC2::Subnet":
                way = self._towards_outside(traveler, groups, found, subnet)
                ways.append(way)
                continue
            is_down = self.topology.is_down(subnet, self.down)
            zones.append(is_down)
            if is_down is True:
                continue
            ways.append(
                self.network.endpoints.within(
                    traveler, subnet, groups, found, self.wanted.traffic, "no-ingress-rule"
                )
            )
        walk.add(self._still_there(found, zones))
        if ways:
            walk.join(worst(ways))
            self._other_vpc(walk, traveler)
        return walk

    def _towards_outside(
        self, traveler: Traveler, groups: list[object], at: Resource, subnet: object
    ) -> Walk:
        """Towards a subnet the template does not hold: only the groups can be judged."""
        way = Walk()
        what = subnet.what if isinstance(subnet, intrinsics.Unknown) else f"subnets of {at.logical_id}"
        way.add([unknown("outside-template", at, what)])
        filters, traffic = self.network.filters, self.wanted.traffic
        there = Peer(4, None, group_keys(groups), what)
        here = self.network.routes.inside(traveler.subnet, 4, traveler.groups)
        way.add(
            filters.groups(traveler.groups, self.function, traffic, there, egress=True, code="no-egress-rule")
        )
        way.add(filters.groups(groups, at, traffic, here, egress=False, code="no-ingress-rule"))
        return way

    def _listens(self, place: Destination) -> Iterator[Obstacle]:
        port = place.port
        if (
            isinstance(port, int | str)
            and not isinstance(port, bool)
            and str(port) != str(self.wanted.traffic.port)
        ):
            yield blocked("other-port", place.resource, "Port", detail=str(port))

    def _still_there(self, found: Resource, zones: list[Answer]) -> Iterator[Obstacle]:
        """What a resource with subnets in several zones does when one of them is down."""
        if self.down is None or not zones:
            return
        if all(zone is True for zone in zones):
            yield blocked("destination-az-down", found, detail=self.down)
            return
        for zone in zones:
            if isinstance(zone, Undetermined):
                yield unknown("zone-unknown", found, zone.question)
        if True in zones:
            several = (
                truth(found.get("MultiAZ"), False) is True
                or truth(found.get("MultiAZEnabled"), False) is True
            )
            if not several:
                yield unknown("destination-zone", found, f"which zone {found.logical_id} is in")

    def _other_vpc(self, walk: Walk, traveler: Traveler) -> None:
        """Between two VPCs a peering or transit gateway may lead; this trace does not follow it."""
        if not any(o.code == "other-vpc" for o in walk.obstacles):
            return
        table = self.network.routes.table(traveler.subnet)
        for route in self.topology.routes(table) if isinstance(table, str) else ():
            target = self.network.routes.target(route)
            if isinstance(target, Obstacle) or target[0] in ("GatewayId", "NatGatewayId"):
                continue
            walk.obstacles = [o for o in walk.obstacles if o.code != "other-vpc"]
            walk.add([unknown("hop-not-traced", route, named(key(target[1])), target[0])])
            return
