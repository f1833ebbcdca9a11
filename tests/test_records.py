"""The engine sees records only: a network no template wrote, as describe calls would give it, is traced."""

from __future__ import annotations

import dataclasses
import ipaddress

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from lambda_vpc import network
from lambda_vpc.answers import Undetermined, both, either, negate
from lambda_vpc.network.filters import Traffic
from lambda_vpc.network.model import (
    AclEntry,
    Association,
    Attachment,
    EgressOnlyGateway,
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
    PublicAccessBlock,
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
from lambda_vpc.network.obstacles import Note, Walk, blocked, parts, unknown
from lambda_vpc.network.trace import Kind, Question, read_question, walks
from lambda_vpc.reading import BadInput
from lambda_vpc.sentences import Code

V4, V6 = "internet-ipv4", "internet-ipv6"


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


# Every property that an obstacle may point at.
_TYPES = (
    "EC2::NatGateway", "EC2::Route", "EC2::SubnetRouteTableAssociation", "EC2::Subnet", "EC2::VPC",
    "EC2::VPCGatewayAttachment", "EC2::SecurityGroup", "EC2::Instance", "EC2::VPCEndpoint",
    "Lambda::Function", "ElasticLoadBalancingV2::LoadBalancer", "RDS::DBInstance",
)  # fmt: skip
_SCHEMAS = [PROVIDER_SCHEMA_MANAGER.get_resource_schema("ap-northeast-1", f"AWS::{name}") for name in _TYPES]
PROPERTIES = {name for found in _SCHEMAS for name in found.schema["properties"]}


def told(found, destination=V4, down=None):
    """The one answer: hops, or why there are none; what obstacles point at is held against the schemas."""
    question = read_question([found], destination)
    for _, walk in walks(found, found.function("orders"), question, down):
        assert all(obstacle.part in PROPERTIES for obstacle in walk.obstacles if obstacle.part)
    (answer,) = network.trace(found, "orders", destination, down)
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


# --- route tables -------------------------------------------------------------------------------


def changed(record, **fields):
    return dataclasses.replace(record, **fields)


def own_table(*routes, **fields):
    """The private subnet with a table of its own instead of the main one."""
    table = RouteTable(at=at("rtb-own"), id=Id("rtb-own"), vpc=VPC, routes=routes, **fields)
    return {
        "tables": (*live().tables, table),
        "table_associations": (*live().table_associations, use(PRIVATE, "rtb-own")),
    }


def use(subnet, table, **fields):
    return Association(at=at(f"use-{table}"), subnet=subnet, target=Id(table), **fields)


def with_subnet(**fields):
    private, public = live().subnets
    return live(subnets=(changed(private, **fields), public))


def with_public(**fields):
    private, public = live().subnets
    return live(subnets=(private, changed(public, **fields)))


ODD = Undetermined("condition Odd")


def test_a_table_of_its_own_replaces_the_main_one():
    assert told(live(**own_table())) == "no-default-route"
    assert told(live(**own_table(TO_NAT))) == ["nat-1", "igw-1"]


def test_what_is_wrong_with_the_association_is_said():
    two = own_table(TO_NAT)
    two["table_associations"] += (use(PRIVATE, "rtb-public"),)
    assert told(live(**two)) == "?value-unknown"
    doubtful = own_table(TO_NAT) | {"table_associations": (
        *live().table_associations, use(PRIVATE, "rtb-own", exists=ODD))}  # fmt: skip
    assert told(live(**doubtful)) == "?existence-unknown"
    gone = own_table(TO_NAT) | {"tables": live().tables}
    assert told(live(**gone)) == "?outside-template"
    table = RouteTable(at=at("rtb-own"), id=Id("rtb-own"), vpc=Id("vpc-2"), routes=(TO_NAT,))
    other = own_table() | {"tables": (*live().tables, table)}
    assert told(live(**other)) == "route-table-of-other-vpc"
    no_vpc = own_table() | {"tables": (*live().tables, changed(table, vpc=None))}
    assert told(live(**no_vpc)) == ["nat-1", "igw-1"]


def test_an_association_of_a_subnet_that_is_not_known_may_be_this_one():
    somebody = Id("output Subnet", Origin.OPEN)
    found = live(table_associations=(*live().table_associations, use(somebody, "rtb-public")))
    assert told(found) == "?value-unknown"
    for name in (Id("parameter Subnet", Origin.EXISTING), Id("'Typo'", Origin.MISSING), None):
        found = live(table_associations=(*live().table_associations, use(name, "rtb-public")))
        assert told(found) == ["nat-1", "igw-1"], name


def test_associations_that_are_not_all_known_leave_a_subnet_on_the_main_table_open():
    doubt = Undetermined("what Stack does with subnet-private")
    assert told(with_subnet(associations_complete=doubt)) == "?outside-template"
    private, public = live().subnets
    own = own_table() | {"subnets": (changed(private, associations_complete=doubt), public)}
    assert told(live(**own)) == "no-default-route"


def test_a_vpc_without_a_main_table_leaves_it_open():
    (vpc,) = live().vpcs
    assert told(live(vpcs=(changed(vpc, main_table=None),))) == "?outside-template"
    assert told(live(vpcs=())) == "?outside-template"


def test_routes_of_the_other_address_family_do_not_count():
    assert told(live(route(block("::/0"), Via.NAT_GATEWAY, NAT))) == "route-table-not-associated"


def test_of_two_default_routes_nobody_knows_which_counts():
    assert told(live(TO_NAT, TO_NAT)) == "?value-unknown"


def test_a_default_route_by_prefix_list_is_one():
    every = route(PrefixList("pl-1", (EVERYWHERE,)), Via.NAT_GATEWAY, NAT)
    assert told(live(every)) == ["nat-1", "igw-1"]


LOW, HIGH = block("0.0.0.0/1"), block("128.0.0.0/1")


def test_the_internet_is_reached_where_all_its_parts_are():
    low, high = (route(half, Via.NAT_GATEWAY, NAT) for half in (LOW, HIGH))
    assert told(live(low, high)) == ["nat-1", "igw-1"]
    assert told(live(low)) == "?part-of-internet"
    assert told(live(low, route(HIGH, Via.GATEWAY, GATEWAY))) == "?part-of-internet"
    assert told(live(TO_NAT, route(HIGH, Via.GATEWAY, GATEWAY))) == "?part-of-internet"
    assert told(live(route(LOW, Via.GATEWAY, GATEWAY))) == "public-subnet"
    assert told(live(low, route(HIGH, Via.TRANSIT_GATEWAY, Id("tgw-1")))) == "?outside-template"


@pytest.mark.parametrize(
    ("narrow", "codes"),
    [("203.0.113.0/24", ["narrower-routes"]), ("10.9.0.0/16", []), ("8.0.0.0/9", ["narrower-routes"])],
)
def test_only_routes_for_a_part_of_the_internet_are_noted(narrow, codes):
    found = live(TO_NAT, route(block(narrow), Via.PEERING, Id("pcx-1")))
    (answer,) = network.trace(found, "orders", V4)
    assert [note.code for note in answer.notes] == codes


def test_a_table_handed_to_something_else_is_noted():
    (answer,) = network.trace(live(**own_table(TO_NAT, note="Custom")), "orders", V4)
    assert [(n.code, n.detail) for n in answer.notes] == [("handed-over", "rtb-own: Custom")]


def test_a_doubtful_route_beside_a_missing_default_route_is_what_is_not_known():
    doubtful = route(Undetermined("parameter Block"), Via.NAT_GATEWAY, NAT)
    (answer,) = network.trace(live(**own_table(doubtful)), "orders", V4)
    assert (answer.why, answer.what) == ("value-unknown", "parameter Block")


@pytest.mark.parametrize(
    ("targets", "why"),
    [
        ((), "route-without-one-target"),
        (
            (Target(Via.NAT_GATEWAY, NAT, "NatGatewayId"), Target(Via.GATEWAY, GATEWAY)),
            "route-without-one-target",
        ),
        ((Target(Via.TRANSIT_GATEWAY, Id("tgw-1")),), "?outside-template"),
        ((Target(Via.GATEWAY, Id("vgw-1")),), "?outside-template"),
        ((Target(Via.TRANSIT_GATEWAY, Id("orders")),), "?hop-not-traced"),
        ((Target(Via.NAT_GATEWAY, GATEWAY),), "?hop-not-traced"),
        ((Target(Via.TRANSIT_GATEWAY, NAT),), "?hop-not-traced"),
    ],
    ids=str,
)
def test_a_route_leads_to_one_thing_that_is_followed_or_not(targets, why):
    assert told(live(changed(TO_NAT, targets=targets))) == why
    through_nat = with_public_routes(changed(TO_NAT, targets=targets))
    assert told(through_nat) in (why, "nat-in-private-subnet")


@pytest.mark.parametrize(
    ("via", "words"),
    [(Via.GATEWAY, "gateway"), (Via.INSTANCE, "instance"), (Via.PEERING, "VPC peering connection")],
)
def test_what_a_route_leads_to_is_named_by_its_kind(via, words):
    (answer,) = network.trace(live(route(EVERYWHERE, via, Id("x-1"))), "orders", V4)
    assert (answer.why, answer.what) == ("outside-template", f"{words} x-1")


def with_public_routes(*routes):
    main, public = live().tables
    return live(tables=(main, changed(public, routes=routes)))


def test_a_route_that_may_not_exist_leaves_the_way_open():
    assert told(live(changed(TO_NAT, exists=ODD))) == "?existence-unknown"
    out = changed(route(EVERYWHERE, Via.GATEWAY, GATEWAY), exists=ODD)
    assert told(with_public_routes(out)) == "?existence-unknown"


def test_of_two_associations_the_second_is_the_one_to_look_at():
    two = own_table(TO_NAT)
    two["table_associations"] += (use(PRIVATE, "rtb-public"),)
    assert obstacles(live(**two))[0] == (
        "value-unknown", "use-rtb-public", "which of 2 route tables subnet-private uses")  # fmt: skip
    again = changed(TO_NAT, at=at("again"))
    assert obstacles(live(TO_NAT, again))[0] == (
        "value-unknown", "again", "which of two routes for 0.0.0.0/0 counts")  # fmt: skip


def test_a_subnet_that_is_only_named_may_use_a_table_of_its_own_vpc_or_another():
    private, public = live().subnets
    named = (changed(private, outside="it is not in the template"), public)
    table = RouteTable(at=at("rtb-own"), id=Id("rtb-own"), vpc=Id("vpc-2"), routes=(TO_NAT,))
    found = live(**own_table() | {"tables": (*live().tables, table)}, subnets=named)
    assert "route-table-of-other-vpc" not in [code for code, _, _ in obstacles(found)]
    # Nor does an association that may be anybody's say more than that nothing is known of it.
    somebody = use(Id("output Subnet", Origin.OPEN), "rtb-public")
    found = live(table_associations=(*live().table_associations, somebody), subnets=named)
    assert obstacles(found)[0] == ("outside-template", "subnet-private", "the route table of subnet-private")


def test_the_route_that_is_missing_is_named_for_its_ip_version():
    assert obstacles(live(**own_table())) == [("no-default-route", "rtb-own", "0.0.0.0/0")]
    six = own_table() | {"subnets": dual_stack().subnets}
    assert obstacles(changed(dual_stack(), **six), V6) == [("no-default-route", "rtb-own", "::/0")]


@pytest.mark.parametrize(
    ("version", "wide", "answer"),
    [
        (V4, "8.0.0.0/8", "?part-of-internet"),
        (V4, "8.0.0.0/9", ["nat-1", "igw-1"]),
        (V6, "2000::/16", "?part-of-internet"),
        (V6, "2000::/17", ["eigw-1"]),
    ],
)
def test_only_a_wide_route_is_a_part_of_the_internet_that_is_asked_about(version, wide, answer):
    nowhere = changed(route(block(wide), Via.TRANSIT_GATEWAY, Id("tgw-1")), active=False)
    six = route(EVERYWHERE6, Via.EGRESS_ONLY, Id("eigw-1"))
    found = live(TO_NAT, nowhere) if version == V4 else dual_stack(six, nowhere)
    assert told(found, version) == answer


def test_the_default_route_comes_before_the_wider_ones():
    first = route(EVERYWHERE, Via.TRANSIT_GATEWAY, Id("tgw-1"))
    (answer,) = network.trace(live(route(LOW, Via.TRANSIT_GATEWAY, Id("tgw-2")), first), "orders", V4)
    assert answer.what == "transit gateway tgw-1"


def test_a_packet_without_a_route_never_comes_to_the_border_of_its_subnet():
    def shut(*routes):
        closed = closed_acl(PRIVATE)
        return changed(live(*routes), acls=closed.acls, acl_associations=closed.acl_associations)

    to_peer = route(block("10.9.0.0/16"), Via.PEERING, Id("pcx-1"))
    assert told(shut(TO_NAT)) == "acl-denies"
    assert told(shut(to_peer)) == "route-table-not-associated"
    assert told(shut(route(EVERYWHERE, Via.GATEWAY, GATEWAY))) == "acl-denies"
    assert told(shut(route(LOW, Via.GATEWAY, GATEWAY))) == "public-subnet"
    # What has a route comes there.
    assert told(shut(route(LOW, Via.NAT_GATEWAY, NAT))) == "acl-denies"


@pytest.mark.parametrize(
    ("targets", "why", "detail"),
    [
        ((Target(Via.NAT_GATEWAY, NAT, "NatGatewayId"), Target(Via.GATEWAY, GATEWAY)),
         "route-without-one-target", "NatGatewayId, gateway"),
        ((Target(Via.NAT_GATEWAY, NAT), Target(Via.GATEWAY, Id("'Gateway'", Origin.OPEN))), "value-unknown",
         "which target counts: nat-1 or 'Gateway'"),
        ((Target(Via.NAT_GATEWAY, Id("output Nat", Origin.OPEN)),), "outside-template",
         "NAT gateway output Nat"),
    ],
    ids=range(3),
)  # fmt: skip
def test_of_the_targets_of_a_route_one_must_be_certain(targets, why, detail):
    assert obstacles(live(changed(TO_NAT, targets=targets)))[0] == (why, "route", detail)


# --- gateways -----------------------------------------------------------------------------------


def attached(*vpcs, **fields):
    attachments = tuple(Attachment(at=at("attachment"), vpc=vpc) for vpc in vpcs)
    return live(
        internet_gateways=(InternetGateway(at=at("igw-1"), id=GATEWAY, attachments=attachments, **fields),)
    )


def test_an_internet_gateway_must_be_attached_to_this_vpc():
    assert told(attached(VPC)) == ["nat-1", "igw-1"]
    assert told(attached(Id("vpc-2"), VPC)) == ["nat-1", "igw-1"]
    assert told(attached()) == "gateway-not-attached"
    assert told(attached(Id("vpc-2"))) == "gateway-of-other-vpc"
    assert told(attached(Id("output Vpc", Origin.OPEN))) == "?value-unknown"
    assert told(attached(complete=Undetermined("what igw-1 is attached to"))) == "?outside-template"
    assert told(attached(VPC, exists=ODD)) == "?existence-unknown"
    doubtful = Attachment(at=at("attachment"), vpc=VPC, exists=ODD)
    gateway = InternetGateway(at=at("igw-1"), id=GATEWAY, attachments=(doubtful,))
    assert told(live(internet_gateways=(gateway,))) == "?existence-unknown"
    assert told(changed(regional(), internet_gateways=(gateway,))) == "?existence-unknown"
    elsewhere = changed(doubtful, vpc=Id("vpc-2"))
    here = Attachment(at=at("attachment"), vpc=VPC)
    beside = changed(gateway, attachments=(elsewhere, here))
    assert told(live(internet_gateways=(beside,))) == ["nat-1", "igw-1"]
    assert told(changed(regional(), internet_gateways=(beside,))) == ["nat-1", "igw-1"]
    one = Undetermined("what igw-1 is attached to")
    assert told(attached(Id("vpc-2"), complete=one)) == "?outside-template"
    assert told(attached(VPC, complete=one)) == ["nat-1", "igw-1"]


def test_a_route_table_at_the_gateway_is_not_followed():
    assert told(attached(VPC, edge=at("edge"))) == "?hop-not-traced"


def test_a_nat_gateway_behind_another_or_behind_an_egress_only_gateway_has_no_way_out():
    egress = EgressOnlyGateway(at=at("eigw-1"), id=Id("eigw-1"), vpc=VPC)
    for via, target in ((Via.NAT_GATEWAY, NAT), (Via.EGRESS_ONLY, Id("eigw-1"))):
        found = changed(with_public_routes(route(EVERYWHERE, via, target)), egress_only_gateways=(egress,))
        (answer,) = network.trace(found, "orders", V4)
        assert (answer.why, answer.detail) == ("nat-in-private-subnet", f"subnet-public → {target}")
    assert told(with_public_routes()) == "nat-in-private-subnet"
    assert told(with_public_routes(route(EVERYWHERE, Via.NAT_GATEWAY, Id("nat-x", Origin.WRITTEN)))) == (
        "?outside-template"
    )


def nat(**fields):
    (gateway,) = live().nat_gateways
    return live(nat_gateways=(changed(gateway, **fields),))


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"public": False}, "private-nat"),
        ({"public": Undetermined("ConnectivityType")}, "?value-unknown"),
        ({"address": False}, "nat-without-address"),
        ({"address": Undetermined("parameter Allocation")}, "?value-unknown"),
        ({"address_taken_by": Id("nat-2")}, "nat-address-taken"),
        ({"regional": Undetermined("AvailabilityMode")}, "?value-unknown"),
        ({"available": False}, "nat-not-available"),
        ({"available": Undetermined("its state")}, "?value-unknown"),
        ({"subnet": Id("subnet-gone")}, "?outside-template"),
        ({"subnet": None}, "?outside-template"),
        ({"exists": ODD}, "?existence-unknown"),
    ],
    ids=str,
)
def test_what_keeps_a_nat_gateway_from_the_internet(fields, why):
    assert told(nat(**fields)) == why


def test_a_private_nat_gateway_is_said_to_be_private_and_nothing_else():
    found = nat(public=False, address=False)
    assert told(found) == "private-nat"


def test_a_nat_gateway_in_another_vpc_is_no_target():
    assert told(with_public(vpc=Id("vpc-2"))) == "target-in-other-vpc"
    assert told(with_public(vpc=Id("output Vpc", Origin.OPEN))) == "?value-unknown"
    assert told(with_public(exists=ODD)) == "?existence-unknown"


def down(found, letter="a"):
    answer = told(found, V4, letter)
    return answer if isinstance(answer, list) else answer.removeprefix("?")


def test_a_nat_gateway_goes_down_with_its_zone():
    both = with_public(zone="c")
    assert down(both, "a") == "az-down"
    assert down(both, "c") == "nat-az-down"
    assert down(with_public(zone=Undetermined("its zone")), "c") == "zone-unknown"


def test_a_nat_gateway_in_the_travelers_own_subnet_crosses_no_border_twice():
    here = nat(subnet=PRIVATE)
    assert told(here) == "nat-in-private-subnet"
    # Into the subnet and out of it again nothing would pass here.
    own = closed_acl(PRIVATE, lets(True, (443, 443)), lets(False, (1024, 65535)))
    assert obstacles(changed(own, nat_gateways=here.nat_gateways)) == [
        ("nat-in-private-subnet", "nat-1", "subnet-private → nat-1")
    ]


def test_two_of_several_subnets_behind_one_name_may_have_a_border_between_them():
    several = Id("parameter Subnets", several=True)
    (vpc,) = live().vpcs
    (function,) = live().functions
    narrow = changed(OPEN_ACL, entries=(lets(True, (443, 443)), lets(False, (1024, 65535))))
    found = live(
        vpcs=(changed(vpc, default_acl=narrow),),
        subnets=(changed(live().subnets[0], id=several),),
        nat_gateways=nat(subnet=several).nat_gateways,
        functions=(changed(function, subnets=(several,)),),
    )
    assert ("acl-denies", "acl-1", "TCP 443 from 10.0.0.0/24") in obstacles(found)


@pytest.mark.parametrize(
    ("given", "detail"), [({}, ""), ({"address_is_not_an_allocation": True}, "not an allocation id")]
)
def test_what_is_given_instead_of_an_allocation_is_said(given, detail):
    assert obstacles(nat(address=False, **given)) == [("nat-without-address", "nat-1", detail)]


def test_routes_behind_the_nat_gateway_are_noted_and_doubted_as_well():
    out = route(EVERYWHERE, Via.GATEWAY, GATEWAY)
    narrow = with_public_routes(out, route(block("203.0.113.0/24"), Via.PEERING, Id("pcx-1")))
    (answer,) = network.trace(narrow, "orders", V4)
    assert [(note.code, note.detail) for note in answer.notes] == [("narrower-routes", "203.0.113.0/24")]
    doubtful = route(Undetermined("parameter Block"), Via.PEERING, Id("pcx-1"))
    assert obstacles(with_public_routes(out, doubtful)) == [("value-unknown", "route", "parameter Block")]


def test_without_its_vpc_a_regional_nat_gateway_may_have_a_gateway_or_not():
    found = changed(regional(), internet_gateways=(), vpcs=(), **own_table(TO_NAT))
    assert ("outside-template", "nat-1", "the internet gateway of vpc-1") in obstacles(found)


def closed_acl(subnet, *entries):
    acl = NetworkAcl(at=at("acl-own"), id=Id("acl-own"), entries=entries)
    return live(acls=(acl,), acl_associations=(use(subnet, "acl-own"),))


def lets(egress, ports=(0, 65535)):
    return AclEntry(at=at("entry"), number=100, egress=egress, protocol="6", ports=ports, block=EVERYWHERE,
                    allow=True)  # fmt: skip


def test_both_sides_of_the_nat_gateways_border_are_asked():
    assert told(closed_acl(PUBLIC, lets(True), lets(False))) == ["nat-1", "igw-1"]
    assert told(closed_acl(PRIVATE, lets(True), lets(False))) == ["nat-1", "igw-1"]
    # What comes in at 443 is answered at the high ports; on the way out it is the other way round.
    assert told(closed_acl(PUBLIC, lets(True), lets(False, (1024, 65535)))) == "acl-denies"
    assert told(closed_acl(PUBLIC, lets(True, (443, 443)), lets(False))) == "acl-denies-return-ports"
    assert told(closed_acl(PUBLIC, lets(True, (1024, 65535)), lets(False))) == "acl-denies"
    assert told(closed_acl(PUBLIC, lets(True), lets(False, (443, 443)))) == "acl-denies-return-ports"
    assert told(closed_acl(PRIVATE, lets(True), lets(False, (443, 443)))) == "acl-denies-return-ports"


def regional(**fields):
    return nat(subnet=None, vpc=VPC, regional=True, **fields)


def test_a_regional_nat_gateway_leaves_by_the_gateway_of_its_vpc():
    (answer,) = network.trace(regional(), "orders", V4)
    assert (answer.hops, [note.code for note in answer.notes]) == (("nat-1", "igw-1"), ["regional-nat-note"])
    assert told(changed(regional(), internet_gateways=())) == "gateway-not-attached"
    (vpc,) = live().vpcs
    open_ = changed(vpc, gateways_complete=Undetermined("the internet gateway of vpc-1"))
    assert told(changed(regional(), internet_gateways=(), vpcs=(open_,))) == "?outside-template"
    assert told(nat(subnet=None, regional=True, vpc=Id("vpc-2"))) == "target-in-other-vpc"


def test_a_regional_nat_gateway_with_zones_given_serves_those():
    assert told(regional(zones=frozenset("ac"))) == ["nat-1", "igw-1"]
    (answer,) = network.trace(regional(zones=frozenset("ac")), "orders", V4)
    assert not answer.notes
    assert told(regional(zones=frozenset("c"))) == "?regional-nat-zone"
    assert told(regional(zones=Undetermined("its zones"))) == "?regional-nat-zone"
    private, public = live().subnets
    nowhere = (changed(private, zone=Undetermined("its zone")), public)
    assert told(changed(regional(zones=frozenset("ac")), subnets=nowhere)) == "?regional-nat-zone"


def test_without_a_zone_a_regional_nat_gateway_expands_nobody_says_how():
    elsewhere = changed(
        regional(), subnets=(*live().subnets, changed(live().subnets[1], id=Id("c"), zone="c"))
    )
    assert down(elsewhere, "c") == "regional-nat-expansion"
    assert down(changed(elsewhere, nat_gateways=regional(zones=frozenset("a")).nat_gateways), "c") == [
        "nat-1", "igw-1"]  # fmt: skip


# --- over IPv6 ----------------------------------------------------------------------------------

EVERYWHERE6 = block("::/0")


def dual_stack(*routes, vpc=VPC, **fields):
    (vpc_,) = live().vpcs
    main = changed(live().tables[0], routes=routes or (route(EVERYWHERE6, Via.EGRESS_ONLY, Id("eigw-1")),))
    acl = NetworkAcl(at=at("acl-6"), id=Id("acl-6"), entries=tuple(
        AclEntry(at=at("acl-6"), number=100, egress=way, protocol="-1", ports=None, block=EVERYWHERE6,
                 allow=True)
        for way in (True, False)))  # fmt: skip
    (group,) = live().groups
    (function,) = live().functions
    found = live(
        vpcs=(changed(vpc_, ipv6=True, main_table=main, default_acl=acl),),
        subnets=tuple(changed(subnet, ipv6=True) for subnet in live().subnets),
        groups=(changed(group, egress=(rule(EVERYWHERE6),)),),
        functions=(changed(function, ipv6=True),),
        egress_only_gateways=(EgressOnlyGateway(at=at("eigw-1"), id=Id("eigw-1"), vpc=vpc),),
    )
    return changed(found, **fields)


def test_ipv6_leaves_by_an_egress_only_gateway_of_the_vpc():
    assert told(dual_stack(), V6) == ["eigw-1"]
    assert told(dual_stack(vpc=Id("vpc-2")), V6) == "target-in-other-vpc"
    assert told(dual_stack(route(EVERYWHERE6, Via.NAT_GATEWAY, NAT)), V6) == "?hop-not-traced"
    assert told(dual_stack(route(EVERYWHERE6, Via.GATEWAY, GATEWAY)), V6) == "?ipv6-through-internet-gateway"
    gateway = EgressOnlyGateway(at=at("eigw-1"), id=Id("eigw-1"), vpc=VPC)
    found = live(route(EVERYWHERE, Via.EGRESS_ONLY, Id("eigw-1")), egress_only_gateways=(gateway,))
    assert told(found) == "egress-only-is-ipv6"
    # What a property of another kind names is not followed, whatever it is.
    for via in (Via.TRANSIT_GATEWAY, Via.NAT_GATEWAY):
        odd = live(route(EVERYWHERE, via, Id("eigw-1")), egress_only_gateways=(gateway,))
        assert told(odd) == "?hop-not-traced"


def test_ipv6_takes_the_flag_and_dual_stack_everywhere():
    def with_function(**fields):
        return changed(dual_stack(), functions=(changed(dual_stack().functions[0], **fields),))

    assert told(with_function(ipv6=False), V6) == "ipv6-not-allowed"
    assert told(with_function(ipv6=Undetermined("parameter Flag")), V6) == "?value-unknown"
    private, public = dual_stack().subnets
    single = (changed(private, ipv6=False), public)
    assert told(changed(dual_stack(), subnets=single), V6) == "subnet-without-ipv6"
    (vpc,) = dual_stack().vpcs
    assert told(changed(dual_stack(), vpcs=(changed(vpc, ipv6=False),)), V6) == "vpc-without-ipv6"
    only = (changed(private, ipv6_only=True), public)
    assert told(changed(dual_stack(), subnets=only), V6) == "ipv6-only-subnet"
    perhaps = (changed(private, ipv6_only=ODD), public)
    assert told(changed(dual_stack(), subnets=perhaps), V6) == "?value-unknown"
    (first, _) = network.trace(with_function(subnets=(PRIVATE, Id("subnet-gone"))), "orders", V6)
    assert (first.why, first.what) == ("outside-template", "whether subnet-gone has IPv6")
    named = (changed(private, outside="it is not in the template", ipv6=False), public)
    assert ("outside-template", "orders", "whether subnet-private has IPv6") in obstacles(
        changed(dual_stack(), subnets=named), V6
    )


# --- NAT instances ------------------------------------------------------------------------------

BOX = Id("i-1")


def box(via=Via.INSTANCE, **fields):
    group = SecurityGroup(at=at("sg-box"), id=Id("sg-box"), vpc=VPC, egress=(rule(),), ingress=(rule(GROUP),))
    host = Host(at=at("i-1"), id=BOX, interfaces=(Interface(PUBLIC, (Id("sg-box"),)),), public_address=True,
                source_dest_check=False)  # fmt: skip
    found = live(route(EVERYWHERE, via, BOX), groups=(*live().groups, group))
    return changed(found, hosts=(changed(host, **fields),))


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({}, ["i-1", "igw-1"]),
        ({"source_dest_check": True}, "source-dest-check"),
        ({"source_dest_check": Undetermined("parameter Check")}, "?value-unknown"),
        ({"public_address": False}, "nat-instance-without-address"),
        ({"public_address": Undetermined("its address")}, "?value-unknown"),
        ({"attached": False}, "interface-not-attached"),
        ({"attached": Undetermined("who attaches it")}, "?value-unknown"),
        ({"interfaces": Undetermined("its subnets")}, "?outside-template"),
        ({"interfaces": (Interface(Id("subnet-gone"), ()),)}, "?outside-template"),
        ({"exists": ODD}, "?existence-unknown"),
        ({"interfaces": (Interface(PUBLIC, (GROUP,)),)}, "no-ingress-rule"),
    ],
    ids=str,
)
def test_what_keeps_a_nat_instance_from_translating(fields, why):
    assert told(box(**fields)) == why
    assert told(box(Via.INTERFACE, **fields)) == why


def test_an_instance_behind_another_kind_of_target_is_not_followed():
    assert told(box(Via.TRANSIT_GATEWAY)) == "?hop-not-traced"


def test_a_nat_instance_must_let_packets_out_as_well():
    closed = SecurityGroup(at=at("sg-box"), id=Id("sg-box"), vpc=VPC, ingress=(rule(GROUP),))
    assert told(changed(box(), groups=(*live().groups, closed))) == "no-egress-rule"
    (answer,) = network.trace(box(), "orders", V4)
    assert [note.code for note in answer.notes] == ["nat-instance-note"]


# --- the function -------------------------------------------------------------------------------


def with_function(**fields):
    (function,) = live().functions
    return live(functions=(changed(function, **fields),))


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"elsewhere": "CapacityProviderConfig"}, "?hop-not-traced"),
        ({"exists": ODD}, "?existence-unknown"),
        ({"connected": Undetermined("parameter Config")}, "?value-unknown"),
        ({"missing": "SecurityGroupIds"}, "vpc-config-incomplete"),
        ({"connected": False}, []),
        ({"subnets": (Id("orders"),)}, "not-a-subnet"),
        ({"subnets": (Id("sg-1", Origin.WRITTEN),)}, "not-a-subnet"),
        ({"subnets": (Id("'Typo'", Origin.MISSING),)}, "?outside-template"),
        ({"groups": (PRIVATE,)}, "not-a-security-group"),
    ],
    ids=str,
)
def test_how_a_function_is_connected_decides_first(fields, why):
    assert told(with_function(**fields)) == why


def test_a_network_that_may_hold_more_leaves_everything_open():
    assert told(live(complete=Undetermined("macro Company"))) == "?value-unknown"


def test_lambda_connects_to_subnets_of_one_vpc_with_default_tenancy():
    (vpc,) = live().vpcs
    assert told(live(vpcs=(changed(vpc, dedicated=True),))) == "dedicated-tenancy"
    assert told(live(vpcs=(changed(vpc, dedicated=Undetermined("parameter Tenancy")),))) == "?value-unknown"
    foreign = changed(live().subnets[1], id=Id("subnet-3"), vpc=Id("vpc-2"))
    found = changed(with_function(subnets=(PRIVATE, Id("subnet-3"))), subnets=(*live().subnets, foreign))
    (here, there) = network.trace(found, "orders", V4)
    assert here.why == there.why == "subnets-of-two-vpcs"
    unsure = changed(foreign, vpc=Id("output Vpc", Origin.OPEN))
    found = changed(found, subnets=(*live().subnets, unsure))
    assert isinstance(network.trace(found, "orders", V4)[0], network.Reached)
    missing = with_function(subnets=(PRIVATE, Id("subnet-gone")))
    assert isinstance(network.trace(missing, "orders", V4)[0], network.Reached)


def test_a_subnet_named_twice_is_asked_about_once():
    assert len(network.trace(with_function(subnets=(PRIVATE, PRIVATE, PUBLIC)), "orders", V4)) == 2


def test_public_access_that_is_blocked_is_not_followed():
    def with_block(mode):
        return live(public_access_blocks=(PublicAccessBlock(at=at("block"), mode=mode),))

    assert told(with_block("block-bidirectional")) == "?hop-not-traced"
    assert told(with_block(Undetermined("parameter Mode"))) == "?hop-not-traced"
    assert told(with_block("block-ingress")) == ["nat-1", "igw-1"]
    inside = changed(
        to_database(), public_access_blocks=with_block("block-bidirectional").public_access_blocks
    )
    assert told(inside, "orders-db:5432") == ["orders-db"]


def test_the_traffic_asked_for_is_the_traffic_traced():
    (group,) = live().groups
    dns = changed(group, egress=(rule(protocol="17", ports=(53, 53)),))
    found = live(groups=(dns,))
    assert told(found) == "no-egress-rule"
    assert told(found, "internet-ipv4:53/udp") == ["nat-1", "igw-1"]
    assert told(found, "internet-ipv4:53") == "no-egress-rule"
    assert told(found, "internet-ipv4:53/tcp") == "no-egress-rule"


@pytest.mark.parametrize(
    ("destination", "message"),
    [
        ("internet-ipv4:0", "a port is 1 to 65535"),
        ("internet-ipv4:65536", "a port is 1 to 65535"),
        ("nowhere:443", "has no resource 'nowhere'"),
        ("nowhere", "is no destination"),
        ("nat-1", "needs a port: nat-1:5432"),
        ("S3:443", "'S3' is an AWS service: write it without a port, s3"),
        ("x" * 500, "x{77}\\.\\.\\.' is no destination"),
    ],
)
def test_a_question_nobody_can_answer_is_refused(destination, message):
    with pytest.raises(BadInput, match=message):
        network.trace(live(), "orders", destination)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("internet-ipv4", Question(Kind.INTERNET, "internet-ipv4", 4, Traffic("tcp", 443))),
        ("internet-ipv6:53/udp", Question(Kind.INTERNET, "internet-ipv6", 6, Traffic("udp", 53))),
        ("S3", Question(Kind.SERVICE, "s3", 4, Traffic("tcp", 443))),
        ("own.service", Question(Kind.SERVICE, "own.service", 4, Traffic("tcp", 443))),
        ("nat-1:8080", Question(Kind.HOST, "nat-1", 4, Traffic("tcp", 8080))),
    ],
)
def test_a_destination_is_taken_apart(text, question):
    own = changed(S3_ENDPOINT, id=Id("vpce-own"), service="own.service")
    assert read_question([live(endpoints=(S3_ENDPOINT, own))], text) == question


@pytest.mark.parametrize(
    ("typo", "word"),
    [
        ("internet_ipv4", "internet-ipv4"),
        ("internet_ipv6", "internet-ipv6"),
        ("s33", "s3"),
        ("dynamdb", "dynamodb"),
        ("secretmanager", "secretsmanager"),
        ("ssts", "sts"),
        ("lamda", "lambda"),
    ],
)
def test_a_misspelled_destination_is_answered_with_the_right_word(typo, word):
    with pytest.raises(BadInput, match=rf"is no destination \(did you mean '{word}'\?\)"):
        read_question([live()], typo)


def test_a_text_of_eighty_characters_is_shown_whole():
    for length, shown in ((80, "x" * 80), (81, "x" * 77 + "...")):
        with pytest.raises(BadInput, match=f"'{shown}' is no destination"):
            read_question([live()], "x" * length)


def test_a_function_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(BadInput, match="has no Lambda function 'order' \\(did you mean 'orders'"):
        network.trace(live(), "order", V4)
    with pytest.raises(BadInput, match="has no Lambda function 'orders'; it has no Lambda function"):
        network.trace(live(functions=()), "orders", V4)


@pytest.mark.parametrize("port", [1, 65535])
def test_the_first_and_the_last_port_are_ports(port):
    assert told(live(), f"internet-ipv4:{port}") == ["nat-1", "igw-1"]


def test_a_zone_nobody_has_is_refused_unless_one_is_not_known():
    with pytest.raises(BadInput, match="has no subnet in zone 'd'; its zones: a"):
        network.trace(live(), "orders", V4, "d")
    with pytest.raises(BadInput, match="has no subnet in zone '1'; its zones: none"):
        network.trace(live(subnets=()), "orders", V4, "1")
    somewhere = with_public(zone=Undetermined("its zone"))
    assert network.trace(somewhere, "orders", V4, "ap-northeast-1D")[0].why == "zone-unknown"


def obstacles(found, destination=V4):
    """Every obstacle on the one way there is, as code, place and detail."""
    question = read_question([found], destination)
    ((_, walk),) = walks(found, found.function("orders"), question)
    return [(str(o.code), o.at.name, o.detail) for o in walk.obstacles]


def test_what_stops_a_packet_for_good_is_all_that_is_said():
    assert obstacles(nat(public=False, address=False, subnet=None)) == [("private-nat", "nat-1", "")]
    assert obstacles(nat(regional=Undetermined("mode"), address=False)) == [
        ("value-unknown", "nat-1", "mode")]  # fmt: skip
    assert obstacles(dual_stack(route(EVERYWHERE6, Via.NAT_GATEWAY, NAT)), V6) == [
        ("hop-not-traced", "route", "nat-1 for IPv6")]  # fmt: skip
    assert obstacles(box(interfaces=Undetermined("its subnets"), public_address=False)) == [
        ("outside-template", "i-1", "its subnets")]  # fmt: skip
    gone = (Interface(Id("subnet-gone"), ()),)
    assert obstacles(box(interfaces=gone, public_address=False)) == [
        ("outside-template", "i-1", "the subnet of i-1")]  # fmt: skip
    six = dual_stack(route(EVERYWHERE6, Via.INSTANCE, BOX), hosts=box(source_dest_check=True).hosts)
    assert obstacles(six, V6) == [("hop-not-traced", "route", "i-1 for IPv6")]
    (answer,) = network.trace(live(route(block("10.9.0.0/16"), Via.PEERING, Id("pcx-1"))), "orders", V4)
    assert (answer.why, answer.detail) == ("route-table-not-associated", "")
    assert obstacles(box(attached=False)) == [("interface-not-attached", "i-1", "")]


def test_the_gateway_of_a_regional_nat_gateway_must_exist():
    (gateway,) = live().internet_gateways
    assert (
        told(changed(regional(), internet_gateways=(changed(gateway, exists=ODD),))) == "?existence-unknown"
    )


OUTSIDE = {"outside": "it is not in the template", "vpc": Id("the VPC of it", Origin.OPEN)}


def test_a_subnet_that_is_only_named_says_nothing_about_its_vpc():
    there = with_public(**OUTSIDE)
    assert ("value-unknown", "nat-1", "the VPC of it") not in obstacles(there)
    assert told(there) == "?acl-unknown"
    assert ("outside-template", "subnet-public", "the route table of subnet-public") not in obstacles(there)
    here = with_subnet(**OUTSIDE)
    assert told(here) == "?outside-template"
    assert obstacles(here)[0] == (
        "outside-template", "subnet-private", "the route table of subnet-private")  # fmt: skip
    private = here.subnets[0]
    led = live(**own_table(TO_NAT), subnets=(private, live().subnets[1]))
    assert "nat-1" not in [place for _, place, _ in obstacles(led)]
    # Even where the VPC it is in is known, which table it uses is not.
    assert told(with_subnet(outside="it is not in the template")) == "?outside-template"


def test_of_several_parts_an_open_one_decides_and_a_note_is_said_once():
    def walk(*found, notes=()):
        return Walk(["hop"], list(found), list(notes))

    place, code = at("table"), Code.PART_OF_INTERNET
    stopped, open_ = blocked(Code.PUBLIC_SUBNET, place), unknown(Code.VALUE_UNKNOWN, place, "what")
    assert parts([walk(), walk()], place, code).decisive is None
    assert parts([walk(stopped), walk(stopped)], place, code).decisive is stopped
    assert parts([walk(stopped), walk(open_)], place, code).decisive is open_
    assert parts([walk(), walk(open_)], place, code).decisive is open_
    mixed = parts([walk(), walk(stopped)], place, code).decisive
    assert (mixed.code, mixed.certain, mixed.detail) == ("part-of-internet", False, "table: public-subnet")
    note = Note(Code.NARROWER_ROUTES, "203.0.113.0/24")
    joined = walk(notes=[note])
    joined.join(walk(open_, notes=[note]))
    assert (joined.notes, joined.hops, joined.obstacles) == ([note], ["hop", "hop"], [open_])


@pytest.mark.parametrize(
    ("destination", "answer"),
    [
        ("internet-ipv4:25", "?port-25-restricted"),
        ("internet-ipv4:25/udp", ["nat-1", "igw-1"]),
        ("internet-ipv4:587", ["nat-1", "igw-1"]),
    ],
)
def test_mail_on_port_25_is_blocked_unless_aws_was_asked(destination, answer):
    everything = rule()
    assert told(with_group(egress=(everything,)), destination) == answer


@pytest.mark.parametrize(
    ("destination", "answer"),
    [
        (V4, [Code.LAMBDA_MANAGED_VPC]),
        ("internet-ipv4:587", [Code.LAMBDA_MANAGED_VPC]),
        ("s3", [Code.LAMBDA_MANAGED_VPC]),
        ("internet-ipv4:25", Code.PORT_25_CLOSED),
        ("internet-ipv6:25", Code.NO_IPV6_WITHOUT_VPC),
    ],
)
def test_without_a_vpc_all_of_ipv4_is_reached_but_port_25(destination, answer):
    found = live(functions=(Function(at=at("orders"), id=Id("orders")),))
    (told_,) = network.trace(found, "orders", destination)
    if isinstance(told_, network.Reached):
        assert [(note.code, note.detail) for note in told_.notes] == [(code, "") for code in answer]
    else:
        assert (told_.why, told_.at, told_.detail) == (answer, "orders", "")


@pytest.mark.parametrize(
    ("zones", "why", "at_"),
    [(("a", "a"), "az-down", "subnet-private"), (("c", "a"), "nat-az-down", "nat-1")],
)
def test_the_zone_that_is_down_is_named(zones, why, at_):
    private, public = live().subnets
    found = live(subnets=(changed(private, zone=zones[0]), changed(public, zone=zones[1])))
    (answer,) = network.trace(found, "orders", V4, "a")
    assert (answer.why, answer.at, answer.detail) == (why, at_, "a")


def test_an_egress_only_gateway_that_may_not_exist_is_no_answer():
    gateway = EgressOnlyGateway(at=at("eigw-1"), id=Id("eigw-1"), vpc=VPC, exists=Undetermined("a condition"))
    found = live(route(EVERYWHERE, Via.EGRESS_ONLY, Id("eigw-1")), egress_only_gateways=(gateway,))
    question = read_question([found], V4)
    ((_, walk),) = walks(found, found.function("orders"), question)
    assert [obstacle.code for obstacle in walk.obstacles] == ["existence-unknown", "egress-only-is-ipv6"]


@pytest.mark.parametrize("targets", [(), (Target(Via.NAT_GATEWAY, NAT), Target(Via.GATEWAY, GATEWAY))])
def test_a_route_without_one_target_names_those_it_has(targets):
    (answer,) = network.trace(live(changed(TO_NAT, targets=targets)), "orders", V4)
    parts_ = ", ".join(target.part or target.via.value for target in targets)
    assert (answer.why, answer.detail) == ("route-without-one-target", parts_)
    assert not targets or answer.detail


def test_several_narrower_routes_are_named_together():
    narrow = [route(block(text), Via.PEERING, Id("pcx-1")) for text in ("203.0.113.0/24", "198.51.100.0/24")]
    (answer,) = network.trace(live(TO_NAT, *narrow), "orders", V4)
    assert [note.detail for note in answer.notes] == ["203.0.113.0/24, 198.51.100.0/24"]


# --- to a host ----------------------------------------------------------------------------------

DATABASE = Id("orders-db")
ADMITS = SecurityGroup(
    at=at("sg-db"), id=Id("sg-db"), vpc=VPC, ingress=(rule(GROUP, "6", (5432, 5432)),)
)  # fmt: skip
FAR, NEAR, GONE = Id("subnet-far"), Id("subnet-near"), Id("subnet-gone")
PEERING = route(block("10.0.0.0/8"), Via.PEERING, Id("pcx-1"))
OTHER_VPC = changed(
    live().vpcs[0], at=at("vpc-2"), id=Id("vpc-2"), blocks=(block("10.9.0.0/16"),),
    main_table=RouteTable(at=at("rtb-2"), id=Id("rtb-2"), vpc=Id("vpc-2"), main=True),
)  # fmt: skip
FAR_AWAY = Subnet(at=at("subnet-far"), id=FAR, vpc=Id("vpc-2"), zone="a", block=block("10.9.0.0/24"))


def interfaces(*subnets, group=ADMITS.id):
    return tuple(Interface(subnet, (group,)) for subnet in subnets)


def to_database(*routes, hosts=(), subnets=(), groups=(), **fields):
    """A database in the public subnet, unless the fields say otherwise."""
    database = Host(at=at("orders-db"), id=DATABASE, interfaces=interfaces(PUBLIC), port=5432)
    return live(
        *routes,
        vpcs=(*live(*routes).vpcs, OTHER_VPC),
        groups=(*live().groups, ADMITS, *groups),
        hosts=(changed(database, **fields), *hosts),
        subnets=(*live().subnets, FAR_AWAY, *subnets),
    )


def database(*routes, **fields):
    return told(to_database(*routes, **fields), "orders-db:5432")


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        ({}, ["orders-db"]),
        ({"port": None}, ["orders-db"]),
        ({"port": 5433}, "other-port"),
        ({"port": Undetermined("parameter Port")}, "?value-unknown"),
        ({"exists": ODD}, "?existence-unknown"),
        ({"interfaces": Undetermined("the subnets of orders-db")}, "?value-unknown"),
        ({"interfaces": interfaces(GONE)}, "?outside-template"),
        ({"interfaces": interfaces(PUBLIC, GONE)}, "?outside-template"),
        ({"interfaces": interfaces(PUBLIC, group=GROUP)}, "no-ingress-rule"),
        ({"interfaces": interfaces(FAR)}, "other-vpc"),
        ({"interfaces": interfaces(FAR), "public_address": True}, "?public-address-not-traced"),
        ({"interfaces": interfaces(FAR), "public_address": ODD}, "?public-address-not-traced"),
        ({"interfaces": interfaces(PUBLIC, FAR)}, "?part-of-destination"),
    ],
    ids=str,
)
def test_what_a_database_is_reached_by(fields, answer):
    assert database(**fields) == answer


def test_what_is_not_known_of_a_host_is_all_that_is_said_of_it():
    open_ = to_database(interfaces=Undetermined("the subnets of orders-db"))
    assert obstacles(open_, "orders-db:5432") == [
        ("value-unknown", "orders-db", "the subnets of orders-db")]  # fmt: skip
    closed = to_database(port=5433)
    (answer,) = network.trace(closed, "orders", "orders-db:5432")
    assert (answer.at, answer.detail) == ("orders-db", "5433")


def test_something_that_is_no_host_or_not_in_every_network_is_not_traced():
    assert obstacles(live(), "nat-1:443") == [("hop-not-traced", "orders", "connections to nat-1")]
    there, gone = to_database(), live()
    (first, second) = network.trace([there, gone], "orders", "orders-db:5432")
    assert isinstance(first, network.Reached)
    assert (second.why, second.what) == ("value-unknown", "orders-db, which does not exist here")
    with pytest.raises(BadInput, match="has no resource 'order-db' \\(did you mean 'orders-db'"):
        network.trace([gone, there], "orders", "order-db:5432")


@pytest.mark.parametrize(
    ("routes", "answer"),
    [
        ([], "other-vpc"),
        ([TO_NAT], "other-vpc"),
        ([route(EVERYWHERE, Via.GATEWAY, GATEWAY)], "other-vpc"),
        ([PEERING], "?hop-not-traced"),
        ([TO_NAT, PEERING], "?hop-not-traced"),
        ([changed(PEERING, active=False)], "other-vpc"),
    ],
)
def test_a_route_to_another_vpc_may_lead_there(routes, answer):
    found = to_database(*routes, interfaces=interfaces(FAR))
    assert told(found, "orders-db:5432") == answer
    if answer == "?hop-not-traced":
        assert obstacles(found, "orders-db:5432") == [("hop-not-traced", "route", "pcx-1")]


@pytest.mark.parametrize(
    ("zones", "fields", "answer"),
    [
        (("c",), {}, "destination-az-down"),
        (("b",), {}, ["orders-db"]),
        (("b", "c"), {}, "?destination-zone"),
        (("b", "c"), {"several_zones": True}, ["orders-db"]),
        (("c", "c"), {"several_zones": True}, "destination-az-down"),
        ((ODD,), {}, "?zone-unknown"),
    ],
    ids=str,
)
def test_a_database_is_as_safe_as_its_zones(zones, fields, answer):
    subnets = [
        Subnet(at=at(f"subnet-{n}"), id=Id(f"subnet-{n}"), vpc=VPC, zone=zone, block=block(f"10.0.{n}.0/24"))
        for n, zone in enumerate(("c", *zones), 20)
    ]
    placed = interfaces(*(subnet.id for subnet in subnets[1:]))
    found = to_database(subnets=subnets, interfaces=placed, **fields)
    assert told(found, "orders-db:5432", "c") == answer
    assert told(found, "orders-db:5432") == ["orders-db"]
    if answer == "destination-az-down":
        assert network.trace(found, "orders", "orders-db:5432", "c")[0].detail == "c"


def test_with_a_zone_down_subnets_that_are_not_known_are_not_called_down():
    somewhere = changed(FAR_AWAY, id=NEAR, zone="c")
    found = to_database(subnets=(somewhere,), interfaces=interfaces(GONE))
    assert told(found, "orders-db:5432", "c") == "?outside-template"


def test_of_one_interface_in_each_zone_the_callers_own_answers():
    near = Subnet(at=at("subnet-near"), id=NEAR, vpc=VPC, zone="c", block=block("10.0.20.0/24"))
    open_zone = changed(near, id=Id("subnet-x"), zone=ODD)
    two = (*interfaces(NEAR, group=GROUP), *interfaces(PUBLIC))

    def answer(*subnets, **fields):
        return database(subnets=(near, *subnets), interfaces=two, **fields)

    assert answer(one_per_zone=True) == ["orders-db"]
    assert answer() == "?part-of-destination"
    far = (*interfaces(NEAR, group=GROUP), *interfaces(open_zone.id, group=GROUP))
    found = to_database(subnets=(near, open_zone), interfaces=far, one_per_zone=True)
    assert told(found, "orders-db:5432") == "no-ingress-rule"


def behind(port=5432, admits=ADMITS.id, **fields):
    """A proxy in front of a database, and what is noted on the way to it."""
    proxy = Host(at=at("proxy"), id=Id("proxy"), interfaces=interfaces(PUBLIC), forwards_to=(DATABASE,))
    found = to_database(
        hosts=(changed(proxy, **fields),), port=port, interfaces=interfaces(PUBLIC, group=admits)
    )
    (answer,) = network.trace(found, "orders", "proxy:5432")
    return [(note.code, note.detail) for note in answer.notes]


def test_a_host_in_front_of_another_says_where_that_is_closed_to_it():
    closed = [("onward-closed", "proxy → orders-db, TCP 5432")]
    assert behind() == closed
    assert behind(port=None) == closed
    assert behind(port=3306) == [("onward-closed", "proxy → orders-db, TCP 3306")]
    assert behind(forwards_to=(Id("gone"), DATABASE)) == closed
    assert behind(forwards_to=()) == []
    assert behind(admits=Id("sg-unknown", Origin.WRITTEN)) == []
    assert behind(interfaces=interfaces(PUBLIC, PRIVATE)) == closed


def public(**fields):
    """A load balancer on the internet that admits everybody."""
    everybody = SecurityGroup(at=at("sg-web"), id=Id("sg-web"), vpc=VPC, ingress=(rule(),))
    web = Host(at=at("web"), id=Id("web"), interfaces=(Interface(PUBLIC, (everybody.id,)),), public_name=True)
    return live(groups=(*live().groups, everybody), hosts=(changed(web, **fields),))


def test_a_public_name_of_another_vpc_is_asked_for_from_there():
    far = to_database(interfaces=interfaces(FAR), public_address=True)
    assert obstacles(far, "orders-db:5432") == [("public-address-not-traced", "orders-db", "orders-db")]


def test_a_public_name_is_reached_through_the_internet_and_back_in():
    (answer,) = network.trace(public(), "orders", "web:443")
    assert answer.hops == ("nat-1", "igw-1", "web")
    assert [(note.code, note.detail) for note in answer.notes] == [("public-name", "web")]
    assert told(public(public_name=Undetermined("parameter Scheme")), "web:443") == "?value-unknown"
    assert told(public(interfaces=()), "web:443") == ["nat-1", "igw-1", "web"]
    assert told(public(interfaces=(Interface(PUBLIC, (GROUP,)),)), "web:443") == "no-ingress-rule"
    assert told(public(interfaces=(Interface(PRIVATE, (Id("sg-web"),)),)), "web:443") == (
        "?public-address-not-traced"
    )
    assert told(public(interfaces=(Interface(GONE, (Id("sg-web"),)),)), "web:443") == [
        "nat-1",
        "igw-1",
        "web",
    ]
    shut = changed(
        public(), acls=closed_acl(PUBLIC).acls, acl_associations=closed_acl(PUBLIC).acl_associations
    )
    assert ("public-address-not-traced", "web", "web in subnet-public") in obstacles(shut, "web:443")


def test_from_outside_any_vpc_only_a_public_host_may_be_reached():
    def from_outside(**fields):
        return changed(public(**fields), functions=(Function(at=at("orders"), id=Id("orders")),))

    assert told(from_outside(), "web:443") == "?public-address-not-traced"
    assert told(from_outside(public_name=False), "web:443") == "function-outside-vpc"
    assert told(from_outside(), "nat-1:443") == "function-outside-vpc"
    assert (
        told(from_outside(public_name=False, public_address=ODD), "web:443") == "?public-address-not-traced"
    )


@pytest.mark.parametrize(
    ("fields", "destination", "notes"),
    [
        ({"dns_servers": ("10.0.9.53", "10.0.9.54")}, V4, [("own-dns-servers", "10.0.9.53, 10.0.9.54")]),
        ({"dns_servers": ODD}, V4, []),
        ({"dns_servers": ODD, "dns_support": False}, V4, [("dns-support-off", "vpc-1")]),
        ({"dns_support": False}, V4, [("dns-support-off", "vpc-1")]),
        ({"dns_support": ODD}, V4, []),
        ({"dns_support": False}, "orders-db:5432", [("dns-support-off", "vpc-1")]),
    ],
)
def test_who_asks_by_name_is_told_what_dns_does(fields, destination, notes):
    (vpc,) = live().vpcs
    found = changed(to_database(), vpcs=(changed(vpc, **fields),))
    (answer,) = network.trace(found, "orders", destination)
    assert [(note.code, note.detail) for note in answer.notes] == notes


# --- what a record says when nothing is said ----------------------------------------------------


def test_a_record_that_is_not_filled_in_claims_nothing_unusual():
    vpc = Vpc(at=at("v"), id=VPC)
    assert (vpc.exists, vpc.ipv6, vpc.dns_support, vpc.dns_hostnames, vpc.dedicated) == (
        True, False, True, False, False)  # fmt: skip
    assert (vpc.dns_servers, vpc.endpoints_complete, vpc.gateways_complete) == ((), True, True)
    subnet = Subnet(at=at("s"), id=PRIVATE, zone="a", block=block("10.0.0.0/24"))
    assert (subnet.ipv6, subnet.ipv6_only, subnet.public_addresses, subnet.associations_complete) == (
        False, False, False, True)  # fmt: skip
    table = RouteTable(at=at("t"), id=Id("t"))
    assert (table.complete, table.main, table.note, table.routes) == (True, False, "", ())
    gateway = NatGateway(at=at("n"), id=NAT)
    assert (gateway.public, gateway.regional, gateway.address, gateway.available) == (True, False, True, True)
    assert gateway.address_is_not_an_allocation is False
    group = SecurityGroup(at=at("g"), id=GROUP)
    assert (group.egress_complete, group.ingress_complete, group.settled) == (True, True, True)
    endpoint = Endpoint(at=at("e"), id=Id("e"), vpc=VPC, service="s3", kind="Gateway")
    assert (endpoint.private_dns, endpoint.inbound_resolver_only, endpoint.policy) == (False, False, None)
    host = Host(at=at("h"), id=BOX, interfaces=())
    assert (host.several_zones, host.one_per_zone, host.public_name, host.public_address) == (
        False, False, False, False)  # fmt: skip
    assert (host.source_dest_check, host.attached) == (True, True)
    function = Function(at=at("f"), id=Id("f"))
    assert (function.connected, function.ipv6) == (False, False)
    assert Network(at=at("n")).complete is True
    assert (
        NetworkAcl(at=at("a"), id=Id("a")).complete
        is InternetGateway(at=at("i"), id=GATEWAY).complete
        is True
    )
    assert Route(at=at("r"), destination=EVERYWHERE, targets=()).active is True
    assert (Place("x").line, Place("x").line_of("Anything"), Id("x").several) == (1, 1, False)


def test_two_places_are_one_whoever_finds_the_lines_of_their_properties():
    assert Place("x", line_of=len) == Place("x")
    assert repr(Place("x", line_of=len)) == "Place(name='x', path='', line=1)"


# --- three answers ------------------------------------------------------------------------------

EVEN = Undetermined("condition Even")


@pytest.mark.parametrize(
    ("answers", "all_of_them", "one_of_them"),
    [
        ([], True, False),
        ([True, True], True, True),
        ([True, False], False, True),
        ([False, False], False, False),
        ([True, ODD], ODD, True),
        ([ODD, True], ODD, True),
        ([False, ODD], False, ODD),
        ([ODD, False], False, ODD),
        ([ODD, EVEN], EVEN, EVEN),
    ],
    ids=str,
)
def test_one_no_decides_between_all_and_one_yes_between_some(answers, all_of_them, one_of_them):
    assert both(answers) == all_of_them
    assert either(answers) == one_of_them


def test_what_is_undetermined_stays_so_and_is_neither_true_nor_false():
    assert (negate(True), negate(False), negate(ODD)) == (False, True, ODD)
    with pytest.raises(TypeError, match="no answer: condition Odd"):
        bool(ODD)


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
