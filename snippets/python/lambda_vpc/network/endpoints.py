"""VPC endpoints: whether a function's calls to an AWS service go through one.

Source: facts N10 to N12; AWS PrivateLink Guide, "Gateway endpoints" and "Access an AWS service".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lambda_vpc.answers import Answer, Undetermined, both, either
from lambda_vpc.network.filters import Filters, Peer, Traffic, Whereabouts
from lambda_vpc.network.model import (
    Endpoint,
    Function,
    Id,
    Network,
    Origin,
    Place,
    RouteTable,
    Subnet,
    Vpc,
    same,
)
from lambda_vpc.network.nat import Nat, Traveler, is_down
from lambda_vpc.network.obstacles import Obstacle, Walk, blocked, judged, open_only, parts, unknown
from lambda_vpc.network.routes import Routes
from lambda_vpc.network.service_names import is_known
from lambda_vpc.sentences import Code

HTTPS = Traffic("tcp", 443)


@dataclass
class _Candidates:
    """The endpoints of a VPC as far as they matter for one service."""

    gateways: list[Endpoint] = field(default_factory=list)
    interfaces: list[Endpoint] = field(default_factory=list)
    doubts: list[Obstacle] = field(default_factory=list)
    """Why another endpoint may take the calls."""
    passed_by: list[Obstacle] = field(default_factory=list)
    """Why an endpoint for the service does not take them."""


class Endpoints:
    """VPC endpoints of one network."""

    def __init__(self, network: Network, filters: Filters, routes: Routes, nat: Nat) -> None:
        self.network = network
        self.filters = filters
        self.routes = routes
        self.nat = nat

    def service(self, traveler: Traveler, function: Function, service: str) -> Walk:
        """The way from a subnet to an AWS service by its public name.

        An interface endpoint with private DNS takes the calls, then a gateway endpoint of the subnet's
        route table; without one they leave through the internet path.

        Args:
            traveler: what sets out.
            function: the function, for what its role may call.
            service: the service by its name in an endpoint's name, such as `s3`.
        """
        found = self._candidates(traveler, service)
        for endpoint in found.interfaces:
            if self._takes_calls(endpoint, traveler, found):
                walk = self._interface(traveler, endpoint)
                _judge_policy(walk, function, endpoint, service)
                return walk
        for endpoint in found.gateways:
            if self._in_table(endpoint, traveler, found):
                walk = self._gateway(traveler, endpoint)
                _judge_policy(walk, function, endpoint, service)
                # An interface endpoint that cannot be told may still take the name before.
                walk.add(obstacle for obstacle in found.doubts + found.passed_by if not obstacle.certain)
                return walk
        return self._public(traveler, found)

    # --- which endpoint -------------------------------------------------------------------------

    def _candidates(self, traveler: Traveler, service: str) -> _Candidates:
        found = _Candidates()
        subnet = traveler.subnet
        vpc = self.network.vpc(subnet.vpc)
        complete = vpc.endpoints_complete if vpc else Undetermined(f"the VPC endpoints of {subnet.vpc}")
        found.doubts += open_only(complete, Code.OUTSIDE_TEMPLATE, subnet.at)
        for endpoint in self.network.endpoints:
            if endpoint.vpc is None:
                continue
            mine = same(endpoint.vpc, subnet.vpc)
            for_service = _is_for(endpoint, service)
            if False in (mine, for_service):
                continue
            answer = both([mine, for_service])
            if isinstance(answer, Undetermined):
                part = "ServiceName" if mine is True else "VpcId"
                found.doubts.append(unknown(Code.VALUE_UNKNOWN, endpoint.at, answer.question, part=part))
            elif endpoint.kind == "Interface":
                found.interfaces.append(endpoint)
            elif endpoint.kind == "Gateway":
                found.gateways.append(endpoint)
            else:
                kind = endpoint.kind
                what = kind.question if isinstance(kind, Undetermined) else f"{kind} endpoint"
                found.doubts.append(unknown(Code.HOP_NOT_TRACED, endpoint.at, what, part="VpcEndpointType"))
        return found

    def _takes_calls(self, endpoint: Endpoint, traveler: Traveler, found: _Candidates) -> bool:
        """Whether the service's public name certainly resolves to an interface endpoint (fact N11)."""
        place = endpoint.at
        if endpoint.private_dns is False:
            found.passed_by.append(
                blocked(Code.ENDPOINT_WITHOUT_PRIVATE_DNS, place, part="PrivateDnsEnabled")
            )
            return False
        if endpoint.inbound_resolver_only is True:
            return False
        obstacles = [
            *open_only(endpoint.exists, Code.EXISTENCE_UNKNOWN, place),
            *open_only(endpoint.private_dns, Code.VALUE_UNKNOWN, place, part="PrivateDnsEnabled"),
        ]
        if found.gateways:
            obstacles += open_only(
                endpoint.inbound_resolver_only, Code.VALUE_UNKNOWN, place, part="DnsOptions"
            )
        vpc = self.network.vpc(traveler.subnet.vpc)
        if vpc is not None:
            obstacles += _private_dns_of(vpc, endpoint)
        found.passed_by += obstacles
        return not obstacles

    def _in_table(self, endpoint: Endpoint, traveler: Traveler, found: _Candidates) -> bool:
        """Whether the route table of the traveler's subnet certainly leads to an endpoint (fact N10)."""
        table = self.routes.table(traveler.subnet)
        if isinstance(table, Obstacle):  # which stands in the public way as well
            return False
        answer = _lists(endpoint, table)
        if answer is False:
            found.passed_by.append(
                blocked(Code.ENDPOINT_WITHOUT_ROUTE_TABLE, endpoint.at, part="RouteTableIds",
                        detail=traveler.subnet.id.name)
            )  # fmt: skip
        else:
            found.passed_by += open_only(answer, Code.VALUE_UNKNOWN, endpoint.at, part="RouteTableIds")
        return answer is True

    # --- without an endpoint --------------------------------------------------------------------

    def _public(self, traveler: Traveler, found: _Candidates) -> Walk:
        walk = Walk()
        vpc = self.network.vpc(traveler.subnet.vpc)
        if vpc is not None:
            walk.add(_names_of(vpc))
        walk.join(self.nat.internet(traveler, 4))
        open_ = [obstacle for obstacle in (*found.passed_by, *found.doubts) if not obstacle.certain]
        decisive = walk.decisive
        if decisive is None:
            # An endpoint that cannot be told may still take the calls.
            walk.add(open_)
        elif decisive.certain and open_ and not self._closed(traveler):
            walk.obstacles = open_
        elif decisive.certain:
            # The endpoint meant for these calls says more than the missing way around it.
            walk.obstacles = [*(o for o in found.passed_by if o.certain), *walk.obstacles]
        else:
            walk.add(open_)
        return walk

    def _closed(self, traveler: Traveler) -> bool:
        """Whether the function's groups let HTTPS out to nobody at all."""
        # The groups of an endpoint may be any, so that a rule for a group may be one for it.
        groups = frozenset([Id("the security groups of an endpoint", Origin.OPEN)])
        anywhere = Peer(4, Whereabouts.INSIDE, Undetermined("the address of an endpoint"), groups)
        answers = [self.filters.group(id_, HTTPS, anywhere, egress=True) for id_ in traveler.groups]
        return either(answers) is False

    # --- through an endpoint --------------------------------------------------------------------

    def _interface(self, traveler: Traveler, endpoint: Endpoint) -> Walk:
        walk = Walk()
        walk.hops.append(endpoint.id.name)
        if isinstance(endpoint.subnets, Undetermined) or not endpoint.subnets:
            open_ = isinstance(endpoint.subnets, Undetermined)
            what = endpoint.subnets.question if open_ else "the subnets of an interface endpoint"
            walk.add([unknown(Code.VALUE_UNKNOWN, endpoint.at, what, part="SubnetIds")])
            return walk
        ways, all_down = [], True
        for id_ in endpoint.subnets:
            subnet = self.network.subnet(id_)
            if subnet is None:
                way = Walk()
                way.add([unknown(Code.OUTSIDE_TEMPLATE, endpoint.at, id_.name, part="SubnetIds")])
                ways.append(way)
                all_down = False
                continue
            down = is_down(subnet, traveler.down)
            if down is True:
                continue
            all_down = False
            way = self.within(
                traveler, subnet, endpoint.groups, endpoint.at, HTTPS, Code.ENDPOINT_GROUP_CLOSED
            )
            way.add(open_only(down, Code.ZONE_UNKNOWN, subnet.at))
            ways.append(way)
        if all_down:
            walk.add(
                [blocked(Code.ENDPOINT_AZ_DOWN, endpoint.at, part="SubnetIds", detail=str(traveler.down))]
            )
        else:
            walk.join(parts(ways, endpoint.at, Code.PART_OF_DESTINATION))
        return walk

    def _gateway(self, traveler: Traveler, endpoint: Endpoint) -> Walk:
        walk = Walk()
        walk.passes(endpoint)
        walk.hops.append(endpoint.id.name)
        vpc = self.network.vpc(traveler.subnet.vpc)
        if vpc is not None:
            walk.add(_names_of(vpc))
        # The service keeps its public addresses; only the route to them is another.
        peer = Peer.internet(4)
        walk.add(self.filters.groups(traveler.groups, traveler.at, HTTPS, peer, egress=True,
                                     code=Code.NO_EGRESS_RULE))  # fmt: skip
        walk.add(self.filters.crossing(traveler.subnet, HTTPS, peer, outward=True))
        return walk

    def within(
        self, traveler: Traveler, subnet: Subnet, groups: Sequence[Id], owner: Place, traffic: Traffic,
        closed: Code,
    ) -> Walk:  # fmt: skip
        """The way inside the VPC to something in a subnet, through both ends' groups and network ACLs.

        Args:
            traveler: what sets out.
            subnet: where the other end is.
            groups: the other end's security groups.
            owner: the other end.
            traffic: protocol and port.
            closed: the reason given when no group of the other end admits the connection.
        """
        walk = Walk()
        walk.passes(subnet)
        together = same(subnet.vpc, traveler.subnet.vpc)
        walk.add(judged(together, Code.OTHER_VPC, owner, detail=subnet.id.name,
                        open_code=Code.OUTSIDE_TEMPLATE))  # fmt: skip
        here = traveler.subnet
        there = Peer.inside(subnet, groups)
        back = Peer.inside(here, traveler.groups)
        walk.add(self.routes.diverted(here, subnet))
        walk.add(self.routes.diverted(subnet, here))
        walk.add(self.filters.groups(traveler.groups, traveler.at, traffic, there, egress=True,
                                     code=Code.NO_EGRESS_RULE))  # fmt: skip
        walk.add(self.filters.groups(groups, owner, traffic, back, egress=False, code=closed))
        if same(subnet.id, here.id) is not True:
            walk.add(self.filters.crossing(here, traffic, there, outward=True))
            walk.add(self.filters.crossing(subnet, traffic, back, outward=False))
        return walk


def _is_for(endpoint: Endpoint, service: str) -> Answer:
    """Whether an endpoint is for a service."""
    name = endpoint.service
    if isinstance(name, Undetermined):
        return name
    if name == service:
        return True
    # Two names nobody here has heard of may be one service's.
    if not is_known(service) and not is_known(name):
        return Undetermined(f"whether {name} is the endpoint of {service}")
    return False


def _lists(endpoint: Endpoint, table: RouteTable) -> Answer:
    if isinstance(endpoint.tables, Undetermined):
        return endpoint.tables
    return either([same(id_, table.id) for id_ in endpoint.tables])


def _names_of(vpc: Vpc) -> Iterator[Obstacle]:
    """What may keep public names from being resolved in a VPC."""
    servers = vpc.dns_servers
    if isinstance(servers, Undetermined):
        yield unknown(Code.OWN_DNS_SERVERS, vpc.at, servers.question)
    elif servers:
        yield unknown(Code.OWN_DNS_SERVERS, vpc.at, ", ".join(servers))
    elif vpc.dns_support is not True:
        yield unknown(Code.DNS_SUPPORT_OFF, vpc.at, vpc.id.name, part="EnableDnsSupport")


def _private_dns_of(vpc: Vpc, endpoint: Endpoint) -> Iterator[Obstacle]:
    """What keeps private DNS of an interface endpoint from working in a VPC (fact N11)."""
    for part, answer in (("EnableDnsSupport", vpc.dns_support), ("EnableDnsHostnames", vpc.dns_hostnames)):
        yield from judged(answer, Code.VPC_DNS_OFF, vpc.at, part=part, detail=f"{part}, {endpoint.id}")
    servers = vpc.dns_servers
    if isinstance(servers, Undetermined):
        yield unknown(Code.OWN_DNS_SERVERS, vpc.at, servers.question)
    elif servers:
        yield unknown(Code.OWN_DNS_SERVERS, vpc.at, ", ".join(servers))


def _judge_policy(walk: Walk, function: Function, endpoint: Endpoint, service: str) -> None:
    if endpoint.policy is None:
        return
    # To import what reads policies takes longer than to trace a network, and few endpoints have one.
    from lambda_vpc.network.endpoint_policies import judge_policy

    judge_policy(walk, function, endpoint, service)
