"""The engine sees records only: a network no template wrote, as describe calls would give it, is traced."""

from __future__ import annotations

import dataclasses
import ipaddress

import pytest

from lambda_vpc import network
from lambda_vpc.answers import Undetermined
from lambda_vpc.network.model import (
    AclEntry,
    Association,
    Attachment,
    Endpoint,
    Function,
    Host,
    Id,
    Interface,
    InternetGateway,
    NatGateway,
    Network,
    NetworkAcl,
    Origin,
    Place,
    PrefixList,
    Route,
    RouteTable,
    Rule,
    SecurityGroup,
    Subnet,
    Target,
    Via,
    Vpc,
    same,
)
from lambda_vpc.sentences import Code

V4 = "internet-ipv4"


def block(text):
    return ipaddress.ip_network(text)


def at(name):
    return Place(name, "describe", 1)


VPC, PRIVATE, PUBLIC = Id("vpc-1"), Id("subnet-private"), Id("subnet-public")
GROUP, GATEWAY, NAT = Id("sg-function"), Id("igw-1"), Id("nat-1")
EVERYWHERE = block("0.0.0.0/0")


def rule(peer=EVERYWHERE, protocol="-1", ports=None):
    return Rule(at=at("rule"), protocol=protocol, ports=ports, peer=peer)


def route(destination, via, target, **more):
    return Route(at=at("route"), destination=destination, targets=(Target(via, target),), **more)


TO_NAT = route(EVERYWHERE, Via.NAT_GATEWAY, NAT)
# What EC2's default network ACL holds.
OPEN_ACL = NetworkAcl(
    at=at("acl-1"), id=Id("acl-1"),
    entries=tuple(
        AclEntry(at=at("acl-1"), number=100, egress=egress, protocol="-1", ports=None, block=EVERYWHERE,
                 allow=True)
        for egress in (True, False)
    ),
)  # fmt: skip


def live(*routes, **more):
    """An account's network: a private subnet on the main table, a public one with a table of its own."""
    main = RouteTable(at=at("rtb-main"), id=Id("rtb-main"), vpc=VPC, routes=routes or (TO_NAT,), main=True)
    public = RouteTable(
        at=at("rtb-public"), id=Id("rtb-public"), vpc=VPC,
        routes=(route(EVERYWHERE, Via.GATEWAY, GATEWAY),),
    )  # fmt: skip
    found = Network(
        at=at("an account"),
        vpcs=(
            Vpc(at=at("vpc-1"), id=VPC, blocks=(block("10.0.0.0/16"),), dns_hostnames=True, main_table=main,
                default_acl=OPEN_ACL),
        ),
        subnets=(
            Subnet(at=at("subnet-private"), id=PRIVATE, vpc=VPC, zone="a", block=block("10.0.0.0/24")),
            Subnet(at=at("subnet-public"), id=PUBLIC, vpc=VPC, zone="a", block=block("10.0.8.0/24")),
        ),
        tables=(main, public),
        table_associations=(Association(at=at("rtbassoc-1"), subnet=PUBLIC, target=Id("rtb-public")),),
        internet_gateways=(
            InternetGateway(at=at("igw-1"), id=GATEWAY, attachments=(Attachment(at=at("igw-1"), vpc=VPC),)),
        ),
        nat_gateways=(NatGateway(at=at("nat-1"), id=NAT, subnet=PUBLIC),),
        groups=(SecurityGroup(at=at("sg-function"), id=GROUP, vpc=VPC, egress=(rule(),)),),
        functions=(
            Function(at=at("orders"), id=Id("orders"), connected=True, subnets=(PRIVATE,), groups=(GROUP,)),
        ),
    )  # fmt: skip
    return dataclasses.replace(found, **more)


def told(found, destination=V4):
    (answer,) = network.trace(found, "orders", destination)
    if isinstance(answer, network.Reached):
        return list(answer.hops)
    return answer.why if isinstance(answer, network.Blocked) else f"?{answer.why}"


def with_group(**changes):
    (group,) = live().groups
    return live(groups=(dataclasses.replace(group, **changes),))


S3_LIST = PrefixList("pl-61a54008", (block("3.5.152.0/21"), block("52.219.0.0/20")))
S3_ROUTE = route(S3_LIST, Via.GATEWAY, Id("vpce-s3"))
S3_ENDPOINT = Endpoint(
    at=at("vpce-s3"), id=Id("vpce-s3"), vpc=VPC, service="s3", kind="Gateway", tables=(Id("rtb-main"),)
)


def test_a_main_table_that_leads_to_a_nat_gateway_is_followed():
    assert told(live()) == ["nat-1", "igw-1"]


def test_a_main_table_with_the_local_route_alone_is_blocked_where_the_subnet_is():
    assert told(live(route(block("10.9.0.0/16"), Via.PEERING, Id("pcx-1")))) == "route-table-not-associated"


def test_a_blackhole_route_is_blocked():
    assert told(live(dataclasses.replace(TO_NAT, active=False))) == "route-target-gone"


def test_a_route_whose_state_is_not_known_stays_unknown():
    doubtful = dataclasses.replace(TO_NAT, active=Undetermined("the state of the route"))
    assert told(live(doubtful)) == "?value-unknown"


def test_a_nat_gateway_that_is_not_available_is_blocked():
    gone = NatGateway(at=at("nat-1"), id=NAT, subnet=PUBLIC, available=False)
    assert told(live(nat_gateways=(gone,))) == "nat-not-available"


def test_a_group_without_egress_rules_lets_nothing_out():
    assert told(with_group(egress=())) == "no-egress-rule"


def test_a_group_whose_rules_are_not_all_known_stays_unknown():
    assert told(with_group(egress=(), egress_complete=Undetermined("its rules"))) == "?rules-unknown"
    assert told(with_group(settled=Undetermined("who takes rules away"))) == "?rules-unknown"


def test_a_route_to_s3_by_prefix_list_takes_nothing_from_the_internet():
    found = live(TO_NAT, S3_ROUTE, endpoints=(S3_ENDPOINT,))
    assert told(found) == ["nat-1", "igw-1"]
    (answer,) = network.trace(found, "orders", V4)
    assert [note.code for note in answer.notes] == [Code.NARROWER_ROUTES]
    assert told(found, "s3") == ["vpce-s3"]


def test_a_prefix_list_that_is_not_known_may_hold_the_internet():
    doubtful = route(PrefixList("pl-1", Undetermined("what pl-1 holds")), Via.GATEWAY, Id("vpce-s3"))
    assert told(live(TO_NAT, doubtful)) == "?value-unknown"


def test_a_table_that_is_not_all_known_stays_unknown_where_no_route_leads_on():
    main = RouteTable(at=at("rtb-main"), id=Id("rtb-main"), vpc=VPC, main=True,
                      complete=Undetermined("the routes of rtb-main"))  # fmt: skip
    (vpc,) = live().vpcs
    assert told(live(vpcs=(dataclasses.replace(vpc, main_table=main),))) == "?outside-template"


def test_endpoints_that_may_be_missing_leave_a_blocked_way_to_a_service_open():
    closed = live(route(block("10.9.0.0/16"), Via.PEERING, Id("pcx-1")))
    assert told(closed, "sts") == "route-table-not-associated"
    (vpc,) = closed.vpcs
    doubtful = dataclasses.replace(vpc, endpoints_complete=Undetermined("the VPC endpoints of vpc-1"))
    assert told(dataclasses.replace(closed, vpcs=(doubtful,)), "sts") == "?outside-template"


def test_a_database_by_its_own_records_is_reached_by_group():
    database = Id("orders-db")
    admits = SecurityGroup(at=at("sg-db"), id=Id("sg-db"), vpc=VPC, ingress=(rule(GROUP, "6", (5432, 5432)),))
    host = Host(at=at("orders-db"), id=database, interfaces=(Interface(PUBLIC, (Id("sg-db"),)),), port=5432)
    found = live(groups=(*live().groups, admits), hosts=(host,))
    assert told(found, "orders-db:5432") == ["orders-db"]
    assert told(found, "orders-db:3306") == "other-port"


def test_every_answer_of_several_networks_is_given_with_its_assumptions():
    some = live(assumptions={"Nat": "yes"})
    other = live(dataclasses.replace(TO_NAT, active=False), assumptions={"Nat": "no"})
    found = network.trace([some, other], "orders", V4)
    assert [(dict(answer.scenario), type(answer).__name__) for answer in found] == [
        ({"Nat": "yes"}, "Reached"), ({"Nat": "no"}, "Blocked"),
    ]  # fmt: skip


# --- names --------------------------------------------------------------------------------------

HERE, WRITTEN = Id("Vpc"), Id("vpc-0123456789abcdef0", Origin.WRITTEN)
EXISTING, OPEN = Id("parameter Vpc", Origin.EXISTING), Id("output Vpc of stack Net", Origin.OPEN)
MISSING, SEVERAL = Id("'Vcp'", Origin.MISSING), Id("parameter Subnets", Origin.EXISTING, several=True)


@pytest.mark.parametrize(
    ("one", "other", "answer"),
    [
        (HERE, HERE, True),
        (HERE, Id("Other"), False),
        (HERE, WRITTEN, False),
        (HERE, EXISTING, False),
        (WRITTEN, WRITTEN, True),
        (WRITTEN, Id("vpc-0fedcba9876543210", Origin.WRITTEN), False),
        (EXISTING, EXISTING, True),
        (OPEN, OPEN, True),
        (MISSING, MISSING, True),
        (HERE, SEVERAL, False),
    ],
    ids=str,
)
def test_two_names_are_one_thing_or_two(one, other, answer):
    assert same(one, other) is answer
    assert same(other, one) is answer


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (HERE, OPEN),
        (HERE, MISSING),
        (WRITTEN, EXISTING),
        (WRITTEN, OPEN),
        (EXISTING, Id("parameter Other", Origin.EXISTING)),
        (EXISTING, OPEN),
        (SEVERAL, SEVERAL),
        (EXISTING, SEVERAL),
        (HERE, None),
    ],
    ids=str,
)
def test_two_names_that_may_be_one_thing_stay_undetermined(one, other):
    assert isinstance(same(one, other), Undetermined)
    assert isinstance(same(other, one), Undetermined)
