"""Security groups and network ACLs: does a packet pass, and which group or ACL stands in its way?

Security groups are stateful, network ACLs are not: a connection needs the way back as well, on the
ephemeral ports 1024-65535 (fact N15).
"""

from __future__ import annotations

import bisect
import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from lambda_vpc.answers import Answer, Undetermined, both, either
from lambda_vpc.network.model import (
    AclEntry,
    Block,
    Id,
    Network,
    NetworkAcl,
    Place,
    PrefixList,
    Rule,
    SecurityGroup,
    Subnet,
    same,
)
from lambda_vpc.network.obstacles import Obstacle, judged, unknown
from lambda_vpc.sentences import Code

EPHEMERAL = (1024, 65535)
"""Ports of the way back (fact N15)."""
WIDE_PREFIX = {4: 8, 6: 16}
"""Blocks up to this prefix are a part of the internet worth asking about, smaller ones single networks."""
ALL = "-1"
"""The protocol of rules that leave protocol and ports aside."""
_NUMBERS = {"tcp": "6", "udp": "17"}

_NOT_INTERNET: Sequence[Block] = [
    ipaddress.ip_network(text)
    for text in ("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
                 "172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/4", "240.0.0.0/4", "::1/128", "fc00::/7",
                 "fe80::/10", "ff00::/8")
]  # fmt: skip
_NOT_INTERNET_OF = {version: [n for n in _NOT_INTERNET if n.version == version] for version in (4, 6)}


def is_internet(block: Block) -> bool:
    """Whether a block holds addresses of the internet, not only private or reserved ones."""
    return not any(block.subnet_of(other) for other in _NOT_INTERNET_OF[block.version])


class Whereabouts(Enum):
    """What is known of the address of a connection's other end."""

    INSIDE = auto()
    """It is in a block, or the reason says why the block is not known."""
    INTERNET = auto()
    """Some address of the internet."""
    PUBLIC = auto()
    """One public address that is not known, such as that of a NAT gateway."""


@dataclass(frozen=True)
class Peer:
    """The other end of a connection."""

    version: int
    """4 or 6."""
    where: Whereabouts
    block: Block | Undetermined | None = None
    """For an end inside: its block, or why it is not known."""
    groups: frozenset[Id] = frozenset()
    """Its security groups."""
    vpc: Id | None = None
    """The VPC it is in."""

    @staticmethod
    def internet(version: int) -> Peer:
        """The internet as the other end."""
        return Peer(version, Whereabouts.INTERNET)

    @staticmethod
    def public(version: int) -> Peer:
        """One public address as the other end."""
        return Peer(version, Whereabouts.PUBLIC)

    @staticmethod
    def inside(subnet: Subnet, groups: Iterable[Id] = ()) -> Peer:
        """Something in a subnet as the other end, over IPv4."""
        return Peer(4, Whereabouts.INSIDE, subnet.block, frozenset(groups), subnet.vpc)

    def __str__(self) -> str:
        named = {Whereabouts.INTERNET: "the internet", Whereabouts.PUBLIC: "a public address"}
        return named.get(self.where) or (
            "an address that is not known" if isinstance(self.block, Undetermined) else str(self.block)
        )


@dataclass(frozen=True)
class Traffic:
    """What a connection is made of."""

    protocol: str
    """`tcp` or `udp`."""
    port: int

    def __str__(self) -> str:
        return f"{self.protocol.upper()} {self.port}"


def covers(written: Block | Undetermined, peer: Peer, whole_vpc: Id | None = None) -> Answer:
    """Whether a block covers every address the peer may have.

    Args:
        written: the block of a rule, an ACL entry or a prefix list.
        peer: the other end.
        whole_vpc: the VPC whose block it is, where it is written as that.
    """
    if same(whole_vpc, peer.vpc) is True:
        return True
    if isinstance(written, Undetermined):
        return written
    if written.version != peer.version:
        return False
    if written.prefixlen == 0:
        return True
    if peer.where is Whereabouts.INTERNET:
        if not is_internet(written) or written.prefixlen > WIDE_PREFIX[peer.version]:
            return False
        return Undetermined(f"{written} is a part of the internet")
    if peer.where is Whereabouts.PUBLIC:
        return Undetermined(f"whether the public address is in {written}") if is_internet(written) else False
    if not isinstance(peer.block, Block):
        return Undetermined("the address of the other end") if peer.block is None else peer.block
    if peer.block.subnet_of(written):
        return True
    return Undetermined(f"{written} is a part of {peer.block}") if peer.block.overlaps(written) else False


def _port(written: tuple[int, int] | Undetermined | None, port: int) -> Answer:
    if isinstance(written, Undetermined):
        return written
    return written is None or written[0] <= port <= written[1]


def _speaks_of(protocol: str | Undetermined, ports: tuple[int, int] | Undetermined | None,
               traffic: Traffic) -> Answer:  # fmt: skip
    """Whether a rule or entry is about this protocol and port."""
    if protocol == ALL:
        return True
    if isinstance(protocol, Undetermined):
        # It may be "all", which leaves ports aside.
        return protocol
    return both([protocol == _NUMBERS[traffic.protocol], _port(ports, traffic.port)])


class Filters:
    """Security groups and network ACLs of one network."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._ordered: dict[str, _Entries] = {}

    # --- security groups ------------------------------------------------------------------------

    def _rule(self, rule: Rule, traffic: Traffic, peer: Peer) -> Answer:
        speaks = _speaks_of(rule.protocol, rule.ports, traffic)
        return False if speaks is False else both([speaks, self._side(rule, peer), rule.exists])

    def _side(self, rule: Rule, peer: Peer) -> Answer:
        if rule.peer is None:
            return False
        if isinstance(rule.peer, Id):
            return either([same(rule.peer, group) for group in peer.groups])
        if isinstance(rule.peer, PrefixList):
            return in_prefix_list(rule.peer, peer)
        return covers(rule.peer, peer, rule.whole_vpc)

    def group(self, id_: Id, traffic: Traffic, peer: Peer, *, egress: bool) -> Answer:
        """Whether one security group lets a connection out or in."""
        group = self.network.group(id_)
        if group is None:
            return Undetermined(f"the rules of {id_}")
        return self._lets(group, traffic, peer, egress=egress)

    def _lets(self, group: SecurityGroup, traffic: Traffic, peer: Peer, *, egress: bool) -> Answer:
        rules, complete = (
            (group.egress, group.egress_complete) if egress else (group.ingress, group.ingress_complete)
        )
        answers = [self._rule(rule, traffic, peer) for rule in rules]
        answer = either(answers)
        if isinstance(answer, Undetermined) and self._together(rules, traffic, peer):
            answer = True
        if answer is False:
            return complete if isinstance(complete, Undetermined) else False
        return both([answer, group.exists, group.settled])

    def _together(self, rules: Iterable[Rule], traffic: Traffic, peer: Peer) -> bool:
        """Whether several blocks that each cover a part of the peer cover it together."""
        blocks = [
            rule.peer
            for rule in rules
            if isinstance(rule.peer, Block)
            and rule.peer.version == peer.version
            and rule.exists is True
            and _speaks_of(rule.protocol, rule.ports, traffic) is True
        ]
        return any(covers(block, peer) is True for block in ipaddress.collapse_addresses(blocks))

    def groups(
        self, ids: Sequence[Id], at: Place, traffic: Traffic, peer: Peer, *, egress: bool, code: Code
    ) -> Iterator[Obstacle]:
        """What stands in the way at the security groups of one end; one group that lets through is enough.

        Args:
            ids: the groups.
            at: the record they belong to.
            traffic: protocol and port.
            peer: the other end.
            egress: whether the connection begins here.
            code: the reason given when no group lets it through.
        """
        answer = either([self.group(id_, traffic, peer, egress=egress) for id_ in ids])
        first = next((group for id_ in ids if (group := self.network.group(id_)) is not None), None)
        place = at if first is None else first.at
        yield from judged(answer, code, place, detail=str(traffic), open_code=Code.RULES_UNKNOWN)

    def foreign_group(self, ids: Iterable[Id], vpc: Id | None, owner: Place) -> Iterator[Obstacle]:
        """A security group of another VPC, or something that is no security group.

        Args:
            ids: the groups.
            vpc: the VPC they must belong to.
            owner: the record they are given to.
        """
        for id_ in ids:
            group = self.network.group(id_)
            if group is not None:
                answer = same(group.vpc, vpc)
                yield from judged(answer, Code.GROUP_OF_OTHER_VPC, group.at, part="VpcId", detail=str(vpc))
            elif self.network.place(id_) is not None:
                yield from judged(False, Code.NOT_A_SECURITY_GROUP, owner, detail=id_.name)

    # --- network ACLs ---------------------------------------------------------------------------

    def acl(self, subnet: Subnet) -> NetworkAcl | Undetermined:
        """The network ACL of a subnet."""
        associations = self.network.acl_associations_of(subnet)
        if len(associations) > 1:
            return Undetermined(f"which of {len(associations)} network ACLs {subnet.at.name} uses")
        if not associations:
            vpc = self.network.vpc(subnet.vpc)
            if subnet.outside is not None or vpc is None or vpc.default_acl is None:
                return Undetermined(f"the network ACL of {subnet.id}")
            return vpc.default_acl
        association = associations[0]
        if isinstance(association.exists, Undetermined):
            return association.exists
        found = self.network.acl(association.target)
        return found or Undetermined(f"the entries of {association.target or 'a network ACL'}")

    def crossing(self, subnet: Subnet, traffic: Traffic, peer: Peer, *, outward: bool) -> Iterator[Obstacle]:
        """What stands in the way at the border of a subnet, on the way there and back.

        Args:
            subnet: the subnet whose network ACL is crossed.
            traffic: protocol and port of the connection.
            peer: the end outside the subnet.
            outward: whether the connection leaves the subnet.
        """
        acl = self.acl(subnet)
        if isinstance(acl, Undetermined):
            yield unknown(Code.ACL_UNKNOWN, subnet.at, acl.question)
            return
        entries = self._ordered.get(acl.id.name)
        if entries is None:
            entries = self._ordered[acl.id.name] = _Entries(acl)
        if entries.open_number:
            yield unknown(Code.ACL_UNKNOWN, acl.at, f"the number of an entry of {acl.at.name}")
            return
        there = entries.decide(traffic, peer, egress=outward)
        detail = f"{traffic} {'to' if outward else 'from'} {peer}"
        yield from judged(there, Code.ACL_DENIES, acl.at, detail=detail, open_code=Code.ACL_UNKNOWN)
        back = entries.decide_return(traffic.protocol, peer, egress=not outward)
        detail = f"{traffic.protocol.upper()} {EPHEMERAL[0]}-{EPHEMERAL[1]}"
        yield from judged(
            back, Code.ACL_DENIES_RETURN_PORTS, acl.at, detail=detail, open_code=Code.ACL_UNKNOWN
        )


def in_prefix_list(written: PrefixList, peer: Peer) -> Answer:
    """Whether a prefix list holds every address of the peer."""
    if isinstance(written.blocks, Undetermined):
        return written.blocks
    return either([covers(block, peer) for block in written.blocks])


class _Entries:
    """The entries of one network ACL in the order in which EC2 asks them."""

    def __init__(self, acl: NetworkAcl) -> None:
        numbered = [entry for entry in acl.entries if isinstance(entry.number, int)]
        self.open_number = len(numbered) < len(acl.entries)
        self.entries = sorted(numbered, key=lambda entry: entry.number)
        self.default: Answer = False if acl.complete is True else acl.complete

    def decide(self, traffic: Traffic, peer: Peer, *, egress: bool) -> Answer:
        """Whether one packet passes: the first entry that matches decides."""
        return self._decided(
            (both([_speaks_of(entry.protocol, entry.ports, traffic), match]), entry.allow)
            for entry, match in self._matching(peer, egress)
        )

    def decide_return(self, protocol: str, peer: Peer, *, egress: bool) -> Answer:
        """Whether the whole range of return ports passes, asked once between any two borders of entries."""
        matching = list(self._matching(peer, egress))
        borders = {EPHEMERAL[0]}
        for entry, _ in matching:
            if isinstance(entry.ports, tuple):
                borders |= {
                    p for p in (entry.ports[0], entry.ports[1] + 1) if EPHEMERAL[0] < p <= EPHEMERAL[1]
                }
        answers = self._by_port(matching, protocol, sorted(borders))
        if True in answers and False in answers:
            return Undetermined("only a part of the return ports 1024-65535 is open")
        return both(answers)

    def _by_port(
        self, matching: Sequence[tuple[AclEntry, Answer]], protocol: str, ports: Sequence[int]
    ) -> list[Answer]:
        """The decision for each port; entries that settle a port take it off the list for later ones."""
        waiting = list(ports)
        found: list[Answer] = []
        doubts: dict[int, list[tuple[Answer, Answer]]] = {}
        for entry, match in matching:
            first, last = 0, len(waiting)
            if isinstance(entry.ports, tuple) and isinstance(entry.protocol, str) and entry.protocol != ALL:
                first = bisect.bisect_left(waiting, entry.ports[0])
                last = bisect.bisect_right(waiting, entry.ports[1])
            settled = set()
            for port in waiting[first:last]:
                answer = both([_speaks_of(entry.protocol, entry.ports, Traffic(protocol, port)), match])
                if answer is True:
                    found.append(self._decided([*doubts.get(port, ()), (True, entry.allow)]))
                    settled.add(port)
                elif isinstance(answer, Undetermined):
                    doubts.setdefault(port, []).append((answer, entry.allow))
            if settled:
                waiting = [port for port in waiting if port not in settled]
        return found + [self._decided(doubts.get(port, ())) for port in waiting]

    def _matching(self, peer: Peer, egress: bool) -> Iterator[tuple[AclEntry, Answer]]:
        """The entries of one direction that may speak of the peer, each with whether it does."""
        for entry in self.entries:
            direction = entry.egress if isinstance(entry.egress, Undetermined) else entry.egress is egress
            match = both([direction, covers(entry.block, peer, entry.whole_vpc), entry.exists])
            if match is not False:
                yield entry, match

    def _decided(self, answers: Iterable[tuple[Answer, Answer]]) -> Answer:
        """The decision of entries in order, each with whether it matches and what it decides."""
        doubts: list[tuple[Undetermined, Answer]] = []
        decision = self.default
        for match, allow in answers:
            if match is True:
                decision = allow
                break
            if isinstance(match, Undetermined):
                doubts.append((match, allow))
        for match, allow in reversed(doubts):
            # A doubtful entry that decides the same changes nothing.
            if decision is not allow:
                decision = match
        return decision
