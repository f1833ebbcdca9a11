"""Security groups and network ACLs let through what their rules say, block by block and port by port."""

from __future__ import annotations

import ipaddress

import pytest

from lambda_vpc.answers import Undetermined
from lambda_vpc.network.filters import (
    Filters,
    Peer,
    Traffic,
    Whereabouts,
    covers,
    in_prefix_list,
    is_internet,
)
from lambda_vpc.network.model import (
    AclEntry,
    Association,
    Id,
    Network,
    NetworkAcl,
    Origin,
    Place,
    PrefixList,
    Rule,
    SecurityGroup,
    Subnet,
    Vpc,
)
from lambda_vpc.sentences import Code

AT = Place("here")
VPC = Id("Vpc")
HTTPS = Traffic("tcp", 443)


def block(text):
    return ipaddress.ip_network(text)


def inside(text, *groups):
    return Peer(block(text).version, Whereabouts.INSIDE, block(text), frozenset(groups), VPC)


NOWHERE = Peer(4, Whereabouts.INSIDE, Undetermined("the addresses of Private"))


def told(answer):
    """An answer, an undetermined one by its question."""
    return answer.question if isinstance(answer, Undetermined) else answer


# --- blocks -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("0.0.0.0/0", True), ("8.0.0.0/8", True), ("203.0.113.0/24", True), ("::/0", True),
        ("2000::/3", True), ("0.0.0.0/8", False), ("0.1.0.0/16", False), ("10.0.0.0/8", False),
        ("10.20.0.0/16", False), ("100.64.0.0/10", False), ("100.64.0.0/16", False),
        ("100.0.0.0/8", True), ("127.0.0.1/32", False), ("169.254.0.0/16", False),
        ("172.16.0.0/12", False), ("172.0.0.0/8", True), ("192.168.1.0/24", False),
        ("224.0.0.0/4", False), ("240.0.0.0/4", False), ("255.255.255.255/32", False), ("::1/128", False),
        ("fc00::/7", False), ("fd00::/8", False), ("fe80::/10", False), ("ff02::/16", False),
    ],
)  # fmt: skip
def test_private_and_reserved_blocks_are_no_internet(text, answer):
    assert is_internet(block(text)) is answer


@pytest.mark.parametrize(
    ("written", "peer", "answer"),
    [
        ("0.0.0.0/0", Peer.internet(4), True),
        ("::/0", Peer.internet(4), False),
        ("0.0.0.0/0", Peer.internet(6), False),
        ("10.0.0.0/8", Peer.internet(4), False),
        ("8.0.0.0/8", Peer.internet(4), "8.0.0.0/8 is a part of the internet"),
        ("8.0.0.0/9", Peer.internet(4), False),
        ("2000::/16", Peer.internet(6), "2000::/16 is a part of the internet"),
        ("2000::/17", Peer.internet(6), False),
        ("0.0.0.0/0", Peer.public(4), True),
        ("203.0.113.0/24", Peer.public(4), "whether the public address is in 203.0.113.0/24"),
        ("10.0.0.0/8", Peer.public(4), False),
        ("10.0.0.0/16", inside("10.0.1.0/24"), True),
        ("10.0.1.0/24", inside("10.0.1.0/24"), True),
        ("10.0.1.0/25", inside("10.0.1.0/24"), "10.0.1.0/25 is a part of 10.0.1.0/24"),
        ("10.0.2.0/24", inside("10.0.1.0/24"), False),
        ("10.0.0.0/16", inside("2001:db8::/64"), False),
        ("10.0.0.0/16", NOWHERE, "the addresses of Private"),
        ("0.0.0.0/0", NOWHERE, True),
        ("10.0.0.0/16", Peer(4, Whereabouts.INSIDE), "the address of the other end"),
    ],
    ids=str,
)
def test_a_block_covers_every_address_of_the_other_end_or_does_not(written, peer, answer):
    assert told(covers(block(written), peer)) == answer


def test_a_block_that_is_not_known_covers_nothing_for_certain():
    assert told(covers(Undetermined("parameter Block"), inside("10.0.1.0/24"))) == "parameter Block"


def test_the_vpcs_own_block_covers_what_is_in_it_whatever_it_is():
    unknown = Undetermined("Vpc.CidrBlock")
    assert covers(unknown, inside("10.0.1.0/24"), VPC) is True
    assert told(covers(unknown, inside("10.0.1.0/24"), Id("Other"))) == "Vpc.CidrBlock"
    assert told(covers(unknown, Peer.internet(4), VPC)) == "Vpc.CidrBlock"


def test_a_prefix_list_covers_what_one_of_its_blocks_covers():
    some = PrefixList("pl-1", (block("10.0.2.0/24"), block("10.0.1.0/24")))
    assert in_prefix_list(some, inside("10.0.1.0/24")) is True
    assert in_prefix_list(some, inside("10.0.3.0/24")) is False
    unknown = PrefixList("pl-2", Undetermined("what pl-2 holds"))
    assert told(in_prefix_list(unknown, inside("10.0.1.0/24"))) == "what pl-2 holds"


@pytest.mark.parametrize(
    ("peer", "words"),
    [
        (Peer.internet(4), "the internet"),
        (Peer.public(4), "a public address"),
        (NOWHERE, "an address that is not known"),
        (inside("10.0.1.0/24"), "10.0.1.0/24"),
    ],
)
def test_the_other_end_is_named(peer, words):
    assert str(peer) == words


# --- security groups ----------------------------------------------------------------------------

FUNCTION, DATABASE = Id("FunctionGroup"), Id("DatabaseGroup")
CALLER = inside("10.0.1.0/24", FUNCTION)
POSTGRES = Traffic("tcp", 5432)


def rule(peer=FUNCTION, protocol="6", ports=(5432, 5432), **more):
    return Rule(at=AT, protocol=protocol, ports=ports, peer=peer, **more)


def admits(*rules, traffic=POSTGRES, peer=CALLER, **more):
    """Whether a group with these inbound rules admits a connection."""
    group = SecurityGroup(at=AT, id=DATABASE, vpc=VPC, ingress=rules, **more)
    return told(Filters(Network(at=AT, groups=(group,))).group(DATABASE, traffic, peer, egress=False))


@pytest.mark.parametrize(
    ("rules", "answer"),
    [
        ((rule(),), True),
        ((), False),
        ((rule(ports=(5433, 5433)),), False),
        ((rule(ports=(5431, 5433)),), True),
        ((rule(ports=(0, 5431)),), False),
        ((rule(ports=(5433, 65535)),), False),
        ((rule(ports=(5432, 65535)),), True),
        ((rule(protocol="17"),), False),
        ((rule(protocol="-1", ports=None),), True),
        ((rule(protocol="-1", ports=(80, 80)),), True),
        ((rule(ports=None),), True),
        ((rule(DATABASE),), False),
        ((rule(block("10.0.0.0/16")),), True),
        ((rule(block("10.9.0.0/16")),), False),
        ((rule(None),), False),
        ((rule(PrefixList("pl-1", (block("10.0.1.0/24"),))),), True),
        ((rule(DATABASE), rule()), True),
        ((rule(Undetermined("parameter Peer")),), "parameter Peer"),
        ((rule(Undetermined("parameter Peer")), rule()), True),
        ((rule(protocol=Undetermined("parameter Protocol")),), "parameter Protocol"),
        ((rule(protocol=Undetermined("parameter Protocol"), ports=(80, 80)),), "parameter Protocol"),
        ((rule(DATABASE, protocol=Undetermined("parameter Protocol")),), False),
        ((rule(ports=Undetermined("parameter Port")),), "parameter Port"),
        ((rule(protocol="17", ports=Undetermined("parameter Port")),), False),
        ((rule(exists=Undetermined("condition Odd")),), "condition Odd"),
        ((rule(Id("parameter Group", Origin.EXISTING)),), False),
        ((rule(protocol="1", ports=(-1, -1)),), False),
        (
            (rule(protocol=Undetermined("parameter Protocol"), ports=Undetermined("parameter Port")),),
            "parameter Protocol",
        ),
        ((rule(Id("output Group", Origin.OPEN)),), "output Group"),
    ],
    ids=str,
)
def test_a_group_admits_what_one_of_its_rules_admits(rules, answer):
    assert admits(*rules) == answer


def test_udp_and_tcp_are_told_apart_by_their_numbers():
    udp = Traffic("udp", 53)
    assert admits(rule(protocol="17", ports=(53, 53)), traffic=udp) is True
    assert admits(rule(protocol="6", ports=(53, 53)), traffic=udp) is False


def test_a_connection_has_a_protocol_and_a_port():
    assert (str(Traffic("udp", 53)), str(POSTGRES)) == ("UDP 53", "TCP 5432")


def test_what_is_in_a_subnet_is_asked_for_by_its_ipv4_block_its_groups_and_its_vpc():
    subnet = Subnet(at=AT, id=Id("Private"), vpc=VPC, zone="a", block=block("10.0.1.0/24"))
    assert Peer.inside(subnet, [FUNCTION]) == Peer(
        4, Whereabouts.INSIDE, block("10.0.1.0/24"), frozenset([FUNCTION]), VPC
    )


def test_a_member_of_one_of_several_groups_is_one_and_a_group_that_is_open_may_be():
    several = inside("10.0.1.0/24", DATABASE, FUNCTION)
    assert admits(rule(), peer=several) is True
    assert admits(rule(), peer=inside("10.0.1.0/24", Id("output Group", Origin.OPEN))) == "output Group"


def test_a_peer_without_groups_is_no_member_of_one():
    assert admits(rule(), peer=inside("10.0.1.0/24")) is False


def test_several_blocks_cover_together_what_none_covers_alone():
    halves = [rule(block("10.0.1.0/25")), rule(block("10.0.1.128/25"))]
    assert admits(*halves) is True
    assert admits(halves[0]) == "10.0.1.0/25 is a part of 10.0.1.0/24"
    assert (
        admits(halves[0], rule(block("10.0.1.128/25"), ports=(80, 80)))
        == "10.0.1.0/25 is a part of 10.0.1.0/24"
    )
    doubtful = rule(block("10.0.1.128/25"), exists=Undetermined("condition Odd"))
    assert admits(halves[0], doubtful) == "condition Odd"
    assert admits(rule(block("2001:db8::/65")), rule(block("2001:db8:0:0:8000::/65"))) is False
    # A block of the other IP version beside them, and one that is far away, change nothing.
    assert admits(*halves, rule(block("2001:db8::/65")), rule(block("192.0.2.0/24"))) is True


def test_what_is_not_known_of_a_group_leaves_no_certain_answer():
    open_ = Undetermined("the rules of DatabaseGroup")
    assert admits(ingress_complete=open_) == "the rules of DatabaseGroup"
    assert admits(rule(), ingress_complete=open_) is True
    assert admits(rule(), settled=Undetermined("a custom resource")) == "a custom resource"
    assert admits(settled=Undetermined("a custom resource")) is False
    assert admits(rule(), exists=Undetermined("condition Odd")) == "condition Odd"
    assert told(Filters(Network(at=AT)).group(DATABASE, POSTGRES, CALLER, egress=False)) == (
        "the rules of DatabaseGroup"
    )


def test_outbound_and_inbound_rules_are_not_mixed_up():
    group = SecurityGroup(at=AT, id=DATABASE, vpc=VPC, egress=(rule(),),
                          ingress_complete=True, egress_complete=Undetermined("more"))  # fmt: skip
    filters = Filters(Network(at=AT, groups=(group,)))
    assert filters.group(DATABASE, POSTGRES, CALLER, egress=True) is True
    assert filters.group(DATABASE, POSTGRES, CALLER, egress=False) is False
    assert told(filters.group(DATABASE, Traffic("tcp", 80), CALLER, egress=True)) == "more"


def obstacles(*ids, groups=(), egress=False):
    found = Filters(Network(at=AT, groups=groups)).groups(
        ids, Place("Database"), POSTGRES, CALLER, egress=egress, code=Code.NO_INGRESS_RULE
    )
    return [(o.code, o.at.name, o.certain, o.detail) for o in found]


def test_one_group_that_lets_through_is_enough_and_the_first_is_named_where_none_does():
    closed = SecurityGroup(at=Place("Closed"), id=Id("Closed"))
    open_ = SecurityGroup(at=Place("Open"), id=Id("Open"), ingress=(rule(),))
    both = (closed, open_)
    assert obstacles(Id("Closed"), Id("Open"), groups=both) == []
    assert obstacles(Id("Closed"), groups=both) == [("no-ingress-rule", "Closed", True, "TCP 5432")]
    unknown = Id("parameter Group", Origin.EXISTING)
    assert obstacles(unknown) == [("rules-unknown", "Database", False, "the rules of parameter Group")]
    assert obstacles(unknown, Id("Closed"), groups=both)[0][:3] == ("rules-unknown", "Closed", False)


def foreign(*ids, **network):
    found = Filters(Network(at=AT, **network)).foreign_group(ids, VPC, Place("Function"))
    return [(o.code, o.at.name, o.certain, o.part) for o in found]


def test_a_group_must_be_one_and_of_the_same_vpc():
    def group(vpc):
        return {"groups": (SecurityGroup(at=Place("Group"), id=Id("Group"), vpc=vpc),)}

    assert foreign(Id("Group"), **group(VPC)) == []
    assert foreign(Id("Group"), **group(Id("Other"))) == [("group-of-other-vpc", "Group", True, "VpcId")]
    (open_,) = foreign(Id("Group"), **group(Id("output Vpc", Origin.OPEN)))
    assert open_ == ("value-unknown", "Group", False, "VpcId")
    assert foreign(Id("Thing"), others={"Thing": AT}) == [("not-a-security-group", "Function", True, "")]
    assert foreign(Id("parameter Group", Origin.EXISTING)) == []


# --- network ACLs -------------------------------------------------------------------------------

SUBNET = Id("Private")
INTERNET = Peer.internet(4)
ANYWHERE = block("0.0.0.0/0")


def entry(number, *, egress=True, allow=True, protocol="6", ports=(443, 443), to=ANYWHERE, **more):
    return AclEntry(
        at=AT, number=number, egress=egress, allow=allow, protocol=protocol, ports=ports, block=to, **more
    )


RETURN = entry(100, egress=False, ports=(1024, 65535))


def crossing(*entries, traffic=HTTPS, peer=INTERNET, outward=True, complete=True):
    acl = NetworkAcl(at=Place("Acl"), id=Id("Acl"), entries=entries, complete=complete)
    subnet = Subnet(at=Place("Private"), id=SUBNET, vpc=VPC, zone="a", block=block("10.0.1.0/24"))
    network = Network(
        at=AT, subnets=(subnet,), acls=(acl,),
        acl_associations=(Association(at=AT, subnet=SUBNET, target=Id("Acl")),),
    )  # fmt: skip
    found = Filters(network).crossing(subnet, traffic, peer, outward=outward)
    return [f"{'' if o.certain else '?'}{o.code}: {o.detail}" for o in found]


DENIED = "acl-denies: TCP 443 to the internet"
NO_RETURN = "acl-denies-return-ports: TCP 1024-65535"


@pytest.mark.parametrize(
    ("entries", "found"),
    [
        ((entry(100), RETURN), []),
        ((RETURN,), [DENIED]),
        ((entry(100),), [NO_RETURN]),
        ((), [DENIED, NO_RETURN]),
        ((entry(90, allow=False), entry(100), RETURN), [DENIED]),
        ((entry(110, allow=False), entry(100), RETURN), []),
        ((entry(90, allow=False, protocol="17"), entry(100), RETURN), []),
        ((entry(90, allow=False, protocol="-1", ports=None), entry(100), RETURN), [DENIED]),
        ((entry(90, allow=False, ports=(444, 444)), entry(100), RETURN), []),
        ((entry(90, allow=False, to=block("10.0.0.0/8")), entry(100), RETURN), []),
        ((entry(90, allow=False, egress=False), entry(100), RETURN), []),
        ((entry(100, protocol="-1", ports=None), entry(100, egress=False, protocol="-1", ports=None)), []),
        ((entry(100), entry(90, egress=False, allow=False, ports=(32768, 32768)), RETURN),
         ["?acl-unknown: only a part of the return ports 1024-65535 is open"]),
        ((entry(100), entry(100, egress=False, ports=(1024, 32767)),
          entry(110, egress=False, ports=(32768, 65535))), []),
        ((entry(100), entry(100, egress=False, ports=(1025, 65535))),
         ["?acl-unknown: only a part of the return ports 1024-65535 is open"]),
        ((entry(100), entry(100, egress=False, ports=(1024, 65534))),
         ["?acl-unknown: only a part of the return ports 1024-65535 is open"]),
        ((entry(100), entry(100, egress=False, ports=(0, 1023))), [NO_RETURN]),
        ((entry(100), entry(100, egress=False, ports=(0, 65535))), []),
        ((entry(100), entry(90, egress=False, allow=False, ports=(80, 80)), RETURN), []),
        ((entry(100), entry(90, egress=False, protocol="17", allow=False, ports=(1024, 65535)),
          RETURN), []),
        ((entry(100, exists=Undetermined("condition Odd")), RETURN), ["?acl-unknown: condition Odd"]),
        ((entry(90, exists=Undetermined("condition Odd")), entry(100), RETURN), []),
        ((entry(90, allow=False, exists=Undetermined("condition Odd")), entry(100), RETURN),
         ["?acl-unknown: condition Odd"]),
        ((entry(100, allow=Undetermined("parameter Action")), RETURN), ["?acl-unknown: parameter Action"]),
        ((entry(100, protocol=Undetermined("parameter Protocol"), ports=(80, 80)), RETURN),
         ["?acl-unknown: parameter Protocol"]),
        ((entry(100, ports=Undetermined("parameter Port")), RETURN), ["?acl-unknown: parameter Port"]),
        ((entry(100), entry(100, egress=False, ports=Undetermined("parameter Port"))),
         ["?acl-unknown: parameter Port"]),
        ((entry(100), entry(100, egress=False, protocol=Undetermined("parameter Protocol"), ports=(80, 80))),
         ["?acl-unknown: parameter Protocol"]),
        ((entry(100, to=Undetermined("parameter Block")), RETURN), ["?acl-unknown: parameter Block"]),
        ((entry(100, egress=Undetermined("parameter Way")), RETURN), ["?acl-unknown: parameter Way"]),
        ((entry(Undetermined("parameter Number")), RETURN), ["?acl-unknown: the number of an entry of Acl"]),
        ((entry(100), entry(100, egress=False, ports=(1024, 40000), exists=Undetermined("condition Odd")),
          entry(110, egress=False, ports=(1024, 65535))), []),
        ((entry(100), entry(100, egress=False, ports=(1024, 40000), exists=Undetermined("condition Odd")),
          entry(110, egress=False, ports=(40001, 65535))), ["?acl-unknown: condition Odd"]),
        ((entry(100), entry(100, egress=False, protocol="-1", ports=(443, 443))), []),
        ((entry(100), entry(100, egress=False, ports=None)), []),
        ((entry(100), entry(90, egress=False, allow=False, ports=(65535, 65535)), RETURN),
         ["?acl-unknown: only a part of the return ports 1024-65535 is open"]),
        ((entry(100), entry(90, egress=False, allow=False, ports=(1024, 1024)), RETURN),
         ["?acl-unknown: only a part of the return ports 1024-65535 is open"]),
        ((entry(100), entry(90, egress=False, allow=False, ports=(65536, 70000)), RETURN), []),
        ((entry(90, allow=False, exists=Undetermined("condition Odd")), entry(95, allow=False),
          entry(100), RETURN), [DENIED]),
        ((entry(90, exists=Undetermined("condition Odd")), entry(95, allow=Undetermined("parameter Action")),
          RETURN), ["?acl-unknown: condition Odd"]),
        ((entry(90, exists=Undetermined("condition Odd")),
          entry(95, allow=False, exists=Undetermined("condition Even")), RETURN),
         ["?acl-unknown: condition Odd"]),
    ],
    ids=range(41),
)  # fmt: skip
def test_the_first_entry_that_matches_decides_there_and_back(entries, found):
    assert crossing(*entries) == found
    assert crossing(*reversed(entries)) == found


def test_inward_the_ways_are_turned_round():
    entries = (entry(100, egress=False), entry(100, egress=True, ports=(1024, 65535)))
    assert crossing(*entries, outward=False) == []
    assert crossing(*entries, outward=True)[0] == DENIED
    (there, back) = crossing(outward=False, peer=inside("10.0.2.0/24"))
    assert (there, back) == ("acl-denies: TCP 443 from 10.0.2.0/24", NO_RETURN)


def test_entries_that_are_not_all_known_leave_what_none_decides_open():
    open_ = Undetermined("the entries of Acl")
    assert crossing(complete=open_) == ["?acl-unknown: the entries of Acl"] * 2
    assert crossing(entry(100), RETURN, complete=open_) == []


def test_the_whole_vpcs_block_in_an_entry_covers_its_subnets():
    unknown = {"to": Undetermined("Vpc.CidrBlock"), "whole_vpc": VPC}
    entries = (entry(100, **unknown), entry(100, egress=False, ports=(1024, 65535), **unknown))
    assert crossing(*entries, peer=inside("10.0.2.0/24")) == []
    assert crossing(*entries)[0] == "?acl-unknown: Vpc.CidrBlock"


def test_a_thousand_entries_are_asked_in_time():
    narrow = [entry(number, egress=False, ports=(1024 + number, 1024 + number)) for number in range(1000)]
    assert crossing(entry(1), *narrow)[0].startswith("?acl-unknown: only a part")


def acl_of(subnet, **network):
    found = Filters(Network(at=AT, **network)).acl(subnet)
    return found.question if isinstance(found, Undetermined) else found.id.name


def test_a_subnet_uses_its_own_network_acl_or_the_default_one_of_its_vpc():
    subnet = Subnet(at=Place("Private"), id=SUBNET, vpc=VPC, zone="a", block=block("10.0.1.0/24"))
    own, default = NetworkAcl(at=AT, id=Id("Acl")), NetworkAcl(at=AT, id=Id("Default"))
    vpc = Vpc(at=AT, id=VPC, default_acl=default)
    use = Association(at=AT, subnet=SUBNET, target=Id("Acl"))
    assert acl_of(subnet, vpcs=(vpc,), acls=(own,), acl_associations=(use,)) == "Acl"
    assert acl_of(subnet, vpcs=(vpc,), acls=(own,)) == "Default"
    assert acl_of(subnet, acls=(own,)) == "the network ACL of Private"
    assert acl_of(subnet, vpcs=(Vpc(at=AT, id=VPC),)) == "the network ACL of Private"
    assert acl_of(subnet, vpcs=(vpc,), acl_associations=(use, use)) == "which of 2 network ACLs Private uses"
    assert acl_of(subnet, vpcs=(vpc,), acl_associations=(use,)) == "the entries of Acl"
    doubtful = Association(at=AT, subnet=SUBNET, target=Id("Acl"), exists=Undetermined("condition Odd"))
    assert acl_of(subnet, vpcs=(vpc,), acls=(own,), acl_associations=(doubtful,)) == "condition Odd"
    outside = Subnet(at=AT, id=Id("parameter Subnet", Origin.EXISTING), vpc=VPC, zone="a",
                     block=block("10.0.1.0/24"), outside="it is not in the template")  # fmt: skip
    assert acl_of(outside, vpcs=(vpc,), acls=(own,)) == "the network ACL of parameter Subnet"
