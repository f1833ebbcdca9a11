"""The ways of a function's packets as steps between things that are drawn, and what ends them where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lambda_vpc import sentences
from lambda_vpc.answers import Undetermined
from lambda_vpc.network.model import Function, Host, Id, Network, Place, Subnet, same
from lambda_vpc.network.nat import is_down
from lambda_vpc.network.obstacles import Walk
from lambda_vpc.network.trace import Kind, Question, walks

INTERNET = "internet"
"""The node outside of every VPC."""


@dataclass(frozen=True)
class Node:
    """Something a way leads through: a thing by its name, in a subnet if it has an interface there."""

    name: str
    """Empty: the interfaces of Lambda in the subnet."""
    subnet: str | None = None


@dataclass(frozen=True)
class Way:
    """The way from one subnet of the function."""

    subnet: str | None
    steps: tuple[tuple[Node, Node], ...]
    """From node to node; a destination with several interfaces ends several steps."""
    hops: tuple[str, ...]
    answer: str
    """`reached`, `blocked` or `unknown`."""
    marks: tuple[Node, ...]
    """What the obstacle stands at: each interface of a thing, a function, a VPC, or a subnet without a name
    of a thing."""
    at: str
    """Name of the record that is the obstacle."""
    reason: str
    """Why, in the reader's language."""
    leaves: bool
    """Whether it ends on the internet."""


def ways(
    network: Network, function: Function, question: Question, down: str | None, language: str
) -> list[Way]:
    """The ways from each subnet of a function.

    Args:
        network: where the function is.
        function: where the packets come from.
        question: where they go.
        down: letter of a zone that is down.
        language: `ja` or `en`, for the reasons.
    """
    return [
        _Maker(network, function, question, down, language).way(subnet, walk)
        for subnet, walk in walks(network, function, question, down)
    ]


class _Maker:
    def __init__(
        self, network: Network, function: Function, question: Question, down: str | None, language: str
    ) -> None:
        self.network = network
        self.function = function
        self.question = question
        self.down = down
        self.language = language
        self.ends = {endpoint.id.name: endpoint for endpoint in network.endpoints}

    def way(self, subnet: str | None, walk: Walk) -> Way:
        obstacle = walk.decisive
        hops = list(dict.fromkeys(walk.hops))
        if obstacle is None:
            steps = tuple(self._steps(subnet, hops, whole=True))
            return Way(subnet, steps, tuple(hops), "reached", (), "", "",
                       any(to.name == INTERNET for _, to in steps))  # fmt: skip
        answer = "blocked" if obstacle.certain else "unknown"
        marks, reached = self._anchor(subnet, hops, obstacle.at)
        steps = tuple(self._steps(subnet, reached, whole=False))
        reason = sentences.reason(obstacle.code, self.language)
        return Way(subnet, steps, tuple(reached), answer, tuple(marks), obstacle.at.name, reason, False)

    # --- steps ----------------------------------------------------------------------------------

    def _steps(self, subnet: str | None, hops: list[str], *, whole: bool) -> Iterator[tuple[Node, Node]]:
        if subnet is None:
            if whole:
                yield Node(self.function.id.name), Node(INTERNET)
            return
        last = [Node("", subnet)]
        for name in hops:
            nodes = self._nodes(name, subnet)
            yield from ((last[0], node) for node in nodes)
            last = nodes
        if whole and hops and self._is_gateway(hops[-1]):
            yield last[0], Node(INTERNET)

    def _is_gateway(self, name: str) -> bool:
        id_ = Id(name)
        return (
            self.network.internet_gateway(id_) is not None
            or self.network.egress_only_gateway(id_) is not None
        )

    def _nodes(self, name: str, source: str) -> list[Node]:
        """Where a thing is met: at its interfaces in subnets that are up."""
        gateway = self.network.nat_gateway(Id(name))
        if gateway is not None and gateway.subnet is not None:
            return [Node(name, gateway.subnet.name)]
        host = self.network.host(Id(name))
        endpoint = self.ends.get(name)
        ids: tuple[Id | None, ...] = ()
        if host is not None and not isinstance(host.interfaces, Undetermined):
            ids = tuple(interface.subnet for interface in host.interfaces)
        elif endpoint is not None and not isinstance(endpoint.subnets, Undetermined):
            ids = endpoint.subnets
        known = [one for one in dict.fromkeys(ids) if one is not None and self.network.subnet(one)]
        up = [id_ for id_ in known if is_down(self._subnet(id_), self.down) is not True] or known
        if host is not None and host.one_per_zone:
            up = self._near(up, source, host)
        return [Node(name, id_.name) for id_ in up] or [Node(name)]

    def _near(self, ids: list[Id], source: str, host: Host) -> list[Id]:
        zone = self._subnet(Id(source)).zone
        return [id_ for id_ in ids if isinstance(zone, str) and self._subnet(id_).zone == zone] or ids

    def _subnet(self, id_: Id) -> Subnet:
        found = self.network.subnet(id_)
        assert found is not None
        return found

    # --- obstacles ------------------------------------------------------------------------------

    def _anchor(self, subnet: str | None, hops: list[str], at: Place) -> tuple[list[Node], list[str]]:
        """What is marked, and the hops that come before or are it."""
        function = Node(self.function.id.name)
        if subnet is None or at == self.function.at:
            return [function], []
        for number, name in enumerate(hops):
            if self.network.place(Id(name)) == at:
                return self._nodes(name, subnet), hops[: number + 1]
        if self._is_group_of(at, self.function.groups):
            return [function], []
        number = self._hop_of_group(at, hops)
        if number is not None:
            return self._nodes(hops[number], subnet), hops[: number + 1]
        beside = self._beside(at, subnet)
        if beside:
            return beside, []
        cells = self._subnets_of(at)
        if subnet not in cells:
            for number, name in enumerate(hops):
                for node in self._nodes(name, subnet):
                    if node.subnet in cells:
                        return [Node("", node.subnet)], hops[:number]
        target = self._target_of(at)
        if target is not None:
            before = [] if self.question.kind is Kind.HOST else hops
            return [Node(target)], [*before, target]
        return [Node("", subnet)], []

    def _beside(self, at: Place, subnet: str) -> list[Node]:
        """What is the obstacle beside the way: another subnet, an endpoint that does not take the calls."""
        network = self.network
        kinds = (network.endpoints, network.hosts, network.nat_gateways, network.internet_gateways,
                 network.egress_only_gateways)  # fmt: skip
        name = next((record.id.name for kind in kinds for record in kind if record.at == at), None)
        if name is not None:
            return self._nodes(name, subnet)
        found = [Node("", one.id.name) for one in network.subnets if one.at == at]
        return found or [Node(vpc.id.name) for vpc in network.vpcs if vpc.at == at]

    def _is_group_of(self, at: Place, groups: tuple[Id, ...]) -> bool:
        for id_ in groups:
            group = self.network.group(id_)
            if group is not None and at in (group.at, *(rule.at for rule in (*group.egress, *group.ingress))):
                return True
        return False

    def _hop_of_group(self, at: Place, hops: list[str]) -> int | None:
        for number, name in enumerate(hops):
            host = self.network.host(Id(name))
            interfaces = () if host is None or isinstance(host.interfaces, Undetermined) else host.interfaces
            if any(self._is_group_of(at, interface.groups) for interface in interfaces):
                return number
        return None

    def _subnets_of(self, at: Place) -> set[str]:
        """The subnets that a subnet, a route table, a network ACL or a part of them decides for."""
        found = {subnet.id.name for subnet in self.network.subnets if subnet.at == at}
        for association in (*self.network.table_associations, *self.network.acl_associations):
            table = self.network.table(association.target)
            acl = self.network.acl(association.target)
            places = [association.at]
            places += [table.at, *(route.at for route in table.routes)] if table else []
            places += [acl.at, *(entry.at for entry in acl.entries)] if acl else []
            if association.subnet is not None and at in places:
                found.add(association.subnet.name)
        return found

    def _target_of(self, at: Place) -> str | None:
        """The gateway that a route leads to which is the obstacle, where no record of it is known."""
        for table in self.network.tables:
            for route in table.routes:
                if route.at == at and len(route.targets) == 1:
                    target = route.targets[0].id
                    own = self.network.nat_gateway(target) or self.network.host(target)
                    known = own or self._is_gateway(target.name)
                    return None if known or same(target, None) is True else target.name
        return None
