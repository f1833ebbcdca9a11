"""Security groups and network ACLs: does a packet pass, and which rule, group or ACL stands in its way?

Security groups are stateful, network ACLs are not: a connection needs the way back as well, on the
ephemeral ports 1024-65535 (fact N15).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from lambda_vpc.answers import Answer, Undetermined, both, either
from lambda_vpc.cloudformation.intrinsics import Network, Reference, Unknown, as_network
from lambda_vpc.cloudformation.template import Resource
from lambda_vpc.network.obstacles import Obstacle, blocked, judged, truth
from lambda_vpc.network.topology import Topology, key, named

EPHEMERAL = (1024, 65535)
"""Ports of the way back (fact N15)."""
DEFAULT_GROUP = "DefaultSecurityGroup"
DEFAULT_ACL = "DefaultNetworkAcl"
# Blocks up to this prefix are a part of the internet worth asking about; smaller ones are single networks.
WIDE_PREFIX = {4: 8, 6: 16}

_network = lru_cache(maxsize=4096)(as_network)
_NOT_INTERNET: Sequence[Network] = [
    ipaddress.ip_network(text)
    for text in ("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
                 "172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/4", "240.0.0.0/4", "::1/128", "fc00::/7",
                 "fe80::/10", "ff00::/8")
]  # fmt: skip
_NOT_INTERNET_OF = {version: [n for n in _NOT_INTERNET if n.version == version] for version in (4, 6)}


def is_internet(network: Network) -> bool:
    """Whether a block holds addresses of the internet, not only private or reserved ones."""
    return not any(network.subnet_of(other) for other in _NOT_INTERNET_OF[network.version])


@dataclass(frozen=True)
class Peer:
    """The other end of a connection."""

    version: int
    """4 or 6."""
    block: str | None
    """Its CIDR block; `None`: an address somewhere on the internet, or with `what` one not known."""
    groups: frozenset[str] = frozenset()
    """Keys of its security groups."""
    what: str | None = None
    """Why the block is not known; `None`: it is, or the peer is the internet."""
    vpc: str | None = None
    """Key of the VPC it is in; `None` on the internet."""


@dataclass(frozen=True)
class Traffic:
    """What a connection is made of."""

    protocol: str
    """`tcp` or `udp`."""
    port: int


_NUMBERS = {"tcp": "6", "udp": "17", "icmp": "1", "icmpv6": "58", "all": "-1"}


def _protocol(value: object, protocol: str) -> tuple[Answer, bool]:
    """Whether a rule's protocol covers a protocol, and whether it is "all", which leaves ports aside."""
    if isinstance(value, Unknown):
        return Undetermined(value.what), False
    text = _NUMBERS.get(str(value).lower(), str(value))
    if text == "-1":
        return True, True
    return text == _NUMBERS[protocol], False


def _number(value: object) -> int | Undetermined | None:
    if isinstance(value, Unknown):
        return Undetermined(value.what)
    try:
        return int(str(value)) if value is not None and not isinstance(value, bool) else None
    except ValueError:
        return Undetermined(f"'{value}' is not a number")


def _range(first: object, last: object) -> tuple[int, int] | Undetermined:
    low, high = _number(first), _number(last)
    for end in (low, high):
        if isinstance(end, Undetermined):
            return end
    if low is None or high is None:
        return Undetermined("a rule for TCP or UDP without a port range")
    return (0, 65535) if low == -1 else (low, high)


def covers(written: object, peer: Peer) -> Answer:
    """Whether a CIDR block as written covers every address the peer may have."""
    if isinstance(written, Unknown):
        return Undetermined(written.what)
    if isinstance(written, Reference):
        if peer.vpc is not None and written == Reference(peer.vpc, "CidrBlock"):
            return True
        return Undetermined(str(written))
    network = _network(written)
    if network is None:
        return Undetermined(f"'{written}' is not a CIDR block")
    if network.version != peer.version:
        return False
    if network.prefixlen == 0:
        return True
    if peer.block is None:
        if peer.what is not None:
            return Undetermined(peer.what)
        if not is_internet(network) or network.prefixlen > WIDE_PREFIX[peer.version]:
            return False
        return Undetermined(f"{network} is a part of the internet")
    block = _network(peer.block)
    if block is None:
        return Undetermined(peer.block)
    if block.subnet_of(network):
        return True
    return Undetermined(f"{network} is a part of {block}") if block.overlaps(network) else False


# --- security groups ----------------------------------------------------------------------------


def group_keys(values: Iterable[object]) -> frozenset[str]:
    """Keys of the security groups that a property lists."""
    return frozenset(name for value in values if (name := key(value)) is not None)


class Filters:
    """Security groups and network ACLs of one scenario."""

    def __init__(self, topology: Topology) -> None:
        self.topology = topology

    def _rule(self, rule: Mapping, egress: bool, traffic: Traffic, peer: Peer) -> Answer:
        protocol, every_port = _protocol(rule.get("IpProtocol"), traffic.protocol)
        if protocol is False:
            return False
        answers = [protocol]
        if not every_port:
            ports = _range(rule.get("FromPort"), rule.get("ToPort"))
            if isinstance(ports, Undetermined):
                answers.append(ports)
            elif not ports[0] <= traffic.port <= ports[1]:
                return False
        answers.append(self._side(rule, egress, peer))
        return both(answers)

    def _side(self, rule: Mapping, egress: bool, peer: Peer) -> Answer:
        for name in ("CidrIp", "CidrIpv6"):
            if rule.get(name) is not None:
                return covers(rule[name], peer)
        side = "Destination" if egress else "Source"
        group = rule.get(f"{side}SecurityGroupId")
        if group is not None:
            return either([self.topology.same(key(group), name) for name in peer.groups])
        prefix_list = rule.get(f"{side}PrefixListId")
        if prefix_list is not None:
            return self.in_prefix_list(prefix_list, peer)
        if rule.get("SourceSecurityGroupName") is not None:
            return Undetermined("a rule that names a security group instead of its id")
        # A rule without a peer is created without effect (AWS::EC2::SecurityGroupEgress).
        return False

    def in_prefix_list(self, value: object, peer: Peer) -> Answer:
        """Whether a prefix list holds every address of the peer; its content must be in the template."""
        found = self.topology.resource(value)
        if isinstance(found, Unknown):
            return Undetermined(f"the content of prefix list {found.what}")
        entries = found.get("Entries")
        if found.type != "AWS::EC2::PrefixList" or not isinstance(entries, list):
            return Undetermined(f"the content of prefix list {found.logical_id}")
        return either(
            [
                covers(e.get("Cidr"), peer) if isinstance(e, Mapping) else Undetermined("an entry")
                for e in entries
            ]
        )

    def group(self, value: object, traffic: Traffic, peer: Peer, *, egress: bool) -> Answer:
        """Whether one security group lets a connection out or in.

        Without `SecurityGroupEgress` a group keeps EC2's default rule, which lets everything out; written
        egress rules replace it (documentation of `AWS::EC2::SecurityGroup`). Whether an empty list, or a
        separate `AWS::EC2::SecurityGroupEgress`, takes the default rule away is left open.
        """
        name = key(value) or ""
        separate = [
            both([rule.exists, self._rule(rule.properties, egress, traffic, peer)])
            for rule in self.topology.group_rules(name, egress=egress)
        ]
        if isinstance(value, Reference) and value.attribute == DEFAULT_GROUP:
            # The default group lets everything out, and in from its own members.
            own: Answer = True if egress else name in peer.groups
            return either([own, *separate])
        found = self.topology.resource(value)
        if isinstance(found, Unknown):
            return either([*separate, Undetermined(found.what)])
        written = found.get("SecurityGroupEgress" if egress else "SecurityGroupIngress")
        if isinstance(written, Unknown):
            return either([*separate, Undetermined(written.what)])
        if egress and written is None and not separate:
            answer: Answer = True
        else:
            rules = (
                [rule for rule in written if isinstance(rule, Mapping)] if isinstance(written, list) else []
            )
            odd = [
                Undetermined(str(getattr(rule, "what", "a rule that is not a map")))
                for rule in (written if isinstance(written, list) else [])
                if not isinstance(rule, Mapping)
            ]
            answers = [self._rule(rule, egress, traffic, peer) for rule in rules] + odd + separate
            if egress and not rules and not odd:
                answers.append(
                    Undetermined(f"whether {name} keeps the default rule that lets everything out")
                )
            answer = either(answers)
            if isinstance(answer, Undetermined) and self._together(rules, egress, traffic, peer):
                answer = True
        hand = self.topology.touched_by(name)
        if answer is False and hand:
            answer = Undetermined(f"the rules {hand} may add to {name}")
        return both([answer, found.exists]) if answer is not False else False

    def _together(self, rules: Sequence[Mapping], egress: bool, traffic: Traffic, peer: Peer) -> bool:
        """Whether several blocks that each cover a part of the peer cover it together."""
        networks = []
        for rule in rules:
            network = _network(rule.get("CidrIp") or rule.get("CidrIpv6"))
            if network is None or network.version != peer.version:
                continue
            everywhere = Peer(network.version, str(network))
            if self._rule(rule, egress, traffic, everywhere) is True:
                networks.append(network)
        merged = ipaddress.collapse_addresses(networks) if networks else ()
        return any(covers(str(network), peer) is True for network in merged)

    def groups(
        self, values: Sequence[object], at: Resource, traffic: Traffic, peer: Peer, *, egress: bool, code: str
    ) -> Iterator[Obstacle]:
        """What stands in the way at the security groups of one end; one group that lets through is enough.

        Args:
            values: the groups as the property lists them.
            at: the resource they belong to.
            traffic: protocol and port.
            peer: the other end.
            egress: whether the connection begins here.
            code: the reason given when no group lets it through.
        """
        answer = either([self.group(value, traffic, peer, egress=egress) for value in values])
        first = next((r for v in values if isinstance(r := self.topology.resource(v), Resource)), at)
        detail = f"{traffic.protocol.upper()} {traffic.port}"
        yield from judged(answer, code, first, detail=detail, open_code="rules-unknown")

    # --- network ACLs ---------------------------------------------------------------------------

    def _entry(
        self, entry: Resource, egress: bool, protocol: str, port: int, peer: Peer
    ) -> tuple[Answer, Answer]:
        """Whether an entry speaks of a packet, and whether it allows it."""
        direction = truth(entry.get("Egress"), False)
        if direction is not egress and isinstance(direction, bool):
            return False, False
        written, every_port = _protocol(entry.get("Protocol"), protocol)
        block = entry.get("CidrBlock") if entry.get("CidrBlock") is not None else entry.get("Ipv6CidrBlock")
        answers = [direction is egress if isinstance(direction, bool) else direction, written]
        if written is not False and not every_port:
            ports = _range(entry.get("PortRange", "From"), entry.get("PortRange", "To"))
            answers.append(ports if isinstance(ports, Undetermined) else ports[0] <= port <= ports[1])
        answers.append(covers(block, peer))
        action = entry.get("RuleAction")
        allows: Answer = (
            action.lower() == "allow" if isinstance(action, str) else Undetermined("the action of an entry")
        )
        return both([both(answers), entry.exists]), allows

    def _decide(
        self, entries: Sequence[Resource], egress: bool, protocol: str, port: int, peer: Peer, default: Answer
    ) -> Answer:
        """The first entry that matches decides; from the last to the first, so that doubt carries over."""
        decision = default
        for entry in reversed(entries):
            match, allows = self._entry(entry, egress, protocol, port, peer)
            if match is True:
                decision = allows
            elif isinstance(match, Undetermined) and not (
                isinstance(decision, bool) and isinstance(allows, bool) and decision is allows
            ):
                decision = match
        return decision

    def acl(self, subnet: Resource) -> tuple[str, Resource | None] | Unknown | None:
        """The network ACL of a subnet: its key and resource; `None`: the VPC's default ACL."""
        associations = self.topology.acl_associations(subnet)
        if len(associations) > 1:
            return Unknown(f"which of {len(associations)} network ACLs {subnet.logical_id} uses")
        if not associations:
            return None
        if isinstance(associations[0].exists, Undetermined):
            return Unknown(associations[0].exists.question)
        value = associations[0].get("NetworkAclId")
        found = self.topology.resource(value)
        if isinstance(value, Reference) and value.attribute == DEFAULT_ACL:
            return None
        if isinstance(found, Unknown):
            return found
        return (found.logical_id, found)

    def crossing(
        self, subnet: Resource, traffic: Traffic, peer: Peer, *, outward: bool
    ) -> Iterator[Obstacle]:
        """What stands in the way at the border of a subnet, on the way there and back.

        Args:
            subnet: the subnet whose network ACL is crossed.
            traffic: protocol and port of the connection.
            peer: the end outside the subnet.
            outward: whether the connection leaves the subnet.
        """
        acl = self.acl(subnet)
        if isinstance(acl, Unknown):
            yield Obstacle(
                "value-unknown", subnet.logical_id, False, acl.what, subnet.source.path, subnet.line()
            )
            return
        if acl is None:
            vpc = self.topology.vpc_of(subnet) or ""
            at = subnet
            written = self.topology.acl_entries(str(Reference(vpc, DEFAULT_ACL)))
            if not self.topology.is_inside(vpc):
                written = []
                default: Answer = Undetermined(f"the default network ACL of {named(vpc)}")
            else:
                default = True
        else:
            name, at = acl
            written = self.topology.acl_entries(name)
            hand = self.topology.touched_by(name)
            default = Undetermined(f"the entries {hand} may add to {name}") if hand else False
        numbers = [_number(entry.get("RuleNumber")) for entry in written]
        if any(not isinstance(number, int) for number in numbers):
            yield from judged(Undetermined("the number of an entry"), "value-unknown", at)
            return
        ordered = [entry for _, entry in sorted(zip(numbers, written, strict=True), key=lambda pair: pair[0])]
        if acl is None:
            # The default ACL allows everything with its rules 100 and 101; later entries are never asked.
            ordered = [e for e in ordered if _number(e.get("RuleNumber")) < 100]
        there = self._decide(ordered, outward, traffic.protocol, traffic.port, peer, default)
        way = "to" if outward else "from"
        detail = f"{traffic.protocol.upper()} {traffic.port} {way} {peer.block or 'the internet'}"
        yield from judged(there, "acl-denies", at, detail=detail, open_code="acl-unknown")
        back = self._range_back(ordered, not outward, traffic.protocol, peer, default)
        detail = f"{traffic.protocol.upper()} {EPHEMERAL[0]}-{EPHEMERAL[1]}"
        yield from judged(back, "acl-denies-return-ports", at, detail=detail, open_code="acl-unknown")

    def _range_back(
        self, entries: Sequence[Resource], egress: bool, protocol: str, peer: Peer, default: Answer
    ) -> Answer:
        """Whether the whole range of return ports passes: asked once between any two borders of entries."""
        borders = {EPHEMERAL[0]}
        for entry in entries:
            ports = _range(entry.get("PortRange", "From"), entry.get("PortRange", "To"))
            if not isinstance(ports, Undetermined):
                borders |= {p for p in (ports[0], ports[1] + 1) if EPHEMERAL[0] < p <= EPHEMERAL[1]}
        answers = [self._decide(entries, egress, protocol, port, peer, default) for port in sorted(borders)]
        if len(answers) > 1 and True in answers and False in answers:
            return Undetermined("only a part of the return ports 1024-65535 is open")
        return both(answers)


def foreign_group(
    topology: Topology, values: Sequence[object], vpc: str, owner: Resource
) -> Iterator[Obstacle]:
    """A security group of another VPC, or something that is no security group."""
    for value in values:
        found = topology.resource(value)
        if isinstance(found, Unknown):
            continue
        if found.type != "AWS::EC2::SecurityGroup":
            yield blocked("not-a-security-group", owner, detail=found.logical_id)
        elif found.get("VpcId") is None:
            # Such a group is made in the account's default VPC, which is never one of the template.
            answer = (
                False if topology.is_inside(vpc) else Undetermined(f"whether {named(vpc)} is the default VPC")
            )
            yield from judged(answer, "group-of-other-vpc", found, detail=named(vpc))
        else:
            answer = topology.same(topology.vpc_of(found), vpc)
            yield from judged(answer, "group-of-other-vpc", found, "VpcId", detail=named(vpc))
