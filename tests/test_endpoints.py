"""VPC endpoints take a function's calls where they can, and let through what their policies let through."""

from __future__ import annotations

import unicodedata

import pytest

from lambda_vpc import network
from lambda_vpc.answers import Undetermined
from lambda_vpc.network.model import (
    AclEntry,
    Association,
    Endpoint,
    Id,
    NetworkAcl,
    Origin,
    Permission,
    SecurityGroup,
    Subnet,
    Via,
)
from lambda_vpc.network.open_texts import CLOSE, OPEN, OWN, own_arn
from lambda_vpc.network.trace import read_question, walks
from test_records import (
    EVERYWHERE,
    GROUP,
    ODD,
    PRIVATE,
    PUBLIC,
    TO_NAT,
    VPC,
    at,
    block,
    changed,
    live,
    obstacles,
    route,
    rule,
    told,
    use,
)

# Nowhere to go but through an endpoint.
SHUT = route(block("10.9.0.0/16"), Via.PEERING, Id("pcx-1"))
ADMITS = SecurityGroup(at=at("sg-endpoint"), id=Id("sg-endpoint"), vpc=VPC, ingress=(
    rule(GROUP, "6", (443, 443)),))  # fmt: skip
SECRETS = Endpoint(
    at=at("vpce-secrets"), id=Id("vpce-secrets"), vpc=VPC, service="secretsmanager", kind="Interface",
    subnets=(PUBLIC,), groups=(ADMITS.id,), private_dns=True,
    inbound_resolver_only=Undetermined("DnsOptions"),
)  # fmt: skip
S3 = Endpoint(
    at=at("vpce-s3"), id=Id("vpce-s3"), vpc=VPC, service="s3", kind="Gateway", tables=(Id("rtb-main"),)
)


def private(*endpoints, routes=(SHUT,), **fields):
    found = live(*routes, groups=(*live().groups, ADMITS), endpoints=endpoints)
    return changed(found, **fields)


def secrets(**fields):
    return told(private(changed(SECRETS, **fields)), "secretsmanager")


def s3(**fields):
    return told(private(changed(S3, **fields)), "s3")


# --- which endpoint takes the calls -------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        ({}, ["vpce-secrets"]),
        ({"private_dns": False}, "endpoint-without-private-dns"),
        ({"private_dns": Undetermined("parameter Dns")}, "?value-unknown"),
        ({"inbound_resolver_only": True}, "route-table-not-associated"),
        ({"exists": ODD}, "?existence-unknown"),
        ({"vpc": Id("vpc-2")}, "route-table-not-associated"),
        ({"vpc": None}, "route-table-not-associated"),
        ({"vpc": Id("output Vpc", Origin.OPEN)}, "?value-unknown"),
        ({"service": "sts"}, "route-table-not-associated"),
        ({"service": Undetermined("parameter Service")}, "?value-unknown"),
        ({"kind": "GatewayLoadBalancer"}, "?hop-not-traced"),
        ({"kind": Undetermined("parameter Kind")}, "?hop-not-traced"),
        ({"subnets": ()}, "?value-unknown"),
        ({"subnets": Undetermined("parameter Subnets")}, "?value-unknown"),
        ({"subnets": (Id("subnet-gone"),)}, "?outside-template"),
        ({"groups": (GROUP,)}, "endpoint-group-closed"),
        ({"groups": (Id("sg-unknown", Origin.WRITTEN),)}, "?rules-unknown"),
    ],
    ids=str,
)
def test_an_interface_endpoint_takes_calls_by_its_private_name(fields, answer):
    assert secrets(**fields) == answer


def test_an_endpoint_that_does_not_take_the_calls_stops_nobody_with_another_way():
    for fields in ({"private_dns": False}, {"vpc": Id("vpc-2")}, {"service": "sts"}):
        found = private(changed(SECRETS, **fields), routes=(TO_NAT,))
        assert told(found, "secretsmanager") == ["nat-1", "igw-1"], fields
    doubtful = private(changed(SECRETS, private_dns=Undetermined("parameter Dns")), routes=(TO_NAT,))
    assert told(doubtful, "secretsmanager") == "?value-unknown"


def test_without_a_way_out_that_is_known_an_endpoint_elsewhere_decides_nothing():
    to_outside = route(EVERYWHERE, Via.NAT_GATEWAY, Id("nat-x", Origin.WRITTEN))
    found = private(changed(SECRETS, private_dns=False), routes=(to_outside,))
    assert told(found, "secretsmanager") == "?outside-template"


def test_a_service_of_ones_own_is_asked_for_as_it_is_written():
    mine = "com.amazonaws.vpce.ap-northeast-1.vpce-svc-1"
    assert told(private(changed(SECRETS, service=mine)), mine) == ["vpce-secrets"]


def test_an_endpoint_of_a_known_service_is_none_for_a_service_of_ones_own():
    mine = "com.amazonaws.vpce.ap-northeast-1.vpce-svc-1"
    passed_by = changed(SECRETS, service=mine, private_dns=False)
    assert told(private(passed_by, changed(SECRETS, service="sts")), mine) == "endpoint-without-private-dns"


@pytest.mark.parametrize(
    ("fields", "part"),
    [
        ({"service": Undetermined("parameter Service")}, "ServiceName"),
        ({"vpc": Id("output Vpc", Origin.OPEN)}, "VpcId"),
        ({"service": Undetermined("parameter Service"), "vpc": Id("output Vpc", Origin.OPEN)}, "VpcId"),
        ({"kind": "GatewayLoadBalancer"}, "VpcEndpointType"),
        ({"private_dns": Undetermined("parameter Dns")}, "PrivateDnsEnabled"),
        ({"subnets": ()}, "SubnetIds"),
    ],
    ids=str,
)
def test_an_endpoint_that_cannot_be_told_is_shown_at_what_leaves_it_open(fields, part):
    found = private(changed(SECRETS, **fields))
    ((_, walk),) = walks(found, found.function("orders"), read_question([found], "secretsmanager"))
    assert (walk.decisive.at.name, walk.decisive.part) == ("vpce-secrets", part)


def test_everything_that_leaves_the_way_open_is_said_and_nothing_where_it_is_shut():
    doubtful = changed(SECRETS, private_dns=Undetermined("parameter Dns"))
    to_outside = route(EVERYWHERE, Via.NAT_GATEWAY, Id("nat-x", Origin.WRITTEN))
    way, endpoint = (
        ("outside-template", "route", "NAT gateway nat-x"), ("value-unknown", "vpce-secrets", "parameter Dns")
    )  # fmt: skip
    assert obstacles(private(doubtful, routes=(to_outside,)), "secretsmanager") == [way, endpoint]
    assert obstacles(private(doubtful, routes=(TO_NAT,)), "secretsmanager") == [endpoint]
    assert obstacles(private(doubtful), "secretsmanager") == [endpoint]
    (group,) = live().groups
    shut = private(doubtful, groups=(changed(group, egress=()), ADMITS))
    assert [code for code, _, _ in obstacles(shut, "secretsmanager")] == [
        "route-table-not-associated", "no-egress-rule"]  # fmt: skip


def test_an_endpoint_policy_is_shown_at_its_property():
    odd = changed(SECRETS, policy=Undetermined("what the policy says"))
    assert told(private(odd), "secretsmanager") == "?endpoint-policy-unknown"
    assert (
        told(private(changed(SECRETS, policy={"Statement": 7})), "secretsmanager")
        == "?endpoint-policy-unknown"
    )


def test_an_endpoint_some_subnets_of_which_are_reached_is_no_answer():
    elsewhere = Subnet(
        at=at("subnet-x"), id=Id("subnet-x"), vpc=Id("vpc-2"), zone="c", block=block("10.9.0.0/24")
    )
    subnets = (*live().subnets, elsewhere)
    some = changed(SECRETS, subnets=(PUBLIC, Id("subnet-x")))
    assert told(private(some, subnets=subnets), "secretsmanager") == "?part-of-destination"
    none = changed(SECRETS, subnets=(Id("subnet-x"),))
    assert told(private(none, subnets=subnets), "secretsmanager") == "other-vpc"


def test_every_subnet_of_an_endpoint_must_be_reached_and_one_zone_up_is_enough():
    gone = changed(SECRETS, subnets=(PUBLIC, Id("subnet-gone")))
    assert told(private(gone), "secretsmanager") == "?outside-template"
    third = Subnet(at=at("subnet-c"), id=Id("subnet-c"), vpc=VPC, zone="c", block=block("10.0.12.0/24"))

    def without_zone(*subnets):
        private_, public = live().subnets
        found = private(
            changed(SECRETS, subnets=subnets), subnets=(private_, changed(public, zone="c"), third)
        )
        return told(found, "secretsmanager", "c")

    assert without_zone(PUBLIC, Id("subnet-c")) == "endpoint-az-down"
    shut = private(
        changed(SECRETS, subnets=(PUBLIC,)), subnets=(live().subnets[0], changed(live().subnets[1], zone="c"))
    )
    assert network.trace(shut, "orders", "secretsmanager", "c")[0].detail == "c"
    assert without_zone(PUBLIC, PRIVATE) == ["vpce-secrets"]
    unknown = changed(third, zone=Undetermined("its zone"))
    found = private(changed(SECRETS, subnets=(Id("subnet-c"),)), subnets=(*live().subnets, unknown))
    assert told(found, "secretsmanager", "c") == "?zone-unknown"


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        ({"dns_support": False}, "vpc-dns-off"),
        ({"dns_hostnames": False}, "vpc-dns-off"),
        ({"dns_hostnames": Undetermined("parameter Names")}, "?value-unknown"),
        ({"dns_servers": ("10.0.9.53",)}, "?own-dns-servers"),
        ({"dns_servers": Undetermined("the DNS servers of dopt-1")}, "?own-dns-servers"),
    ],
    ids=str,
)
def test_private_names_take_amazons_dns_with_both_attributes(fields, answer):
    (vpc,) = live(SHUT).vpcs
    assert told(private(SECRETS, vpcs=(changed(vpc, **fields),)), "secretsmanager") == answer


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        ({}, ["vpce-s3"]),
        ({"tables": ()}, "endpoint-without-route-table"),
        ({"tables": (Id("rtb-public"),)}, "endpoint-without-route-table"),
        ({"tables": (Id("rtb-public"), Id("rtb-main"))}, ["vpce-s3"]),
        ({"tables": Undetermined("parameter Tables")}, "?value-unknown"),
        ({"tables": (Id("output Table", Origin.OPEN),)}, "?value-unknown"),
        ({"exists": ODD}, "?existence-unknown"),
        (
            {"kind": "Interface", "private_dns": True, "subnets": (PUBLIC,), "groups": (ADMITS.id,)},
            ["vpce-s3"],
        ),
    ],
    ids=str,
)
def test_a_gateway_endpoint_takes_calls_of_the_tables_it_is_in(fields, answer):
    assert s3(**fields) == answer


def test_a_gateway_endpoint_asks_the_groups_and_the_border_about_public_addresses():
    (group,) = live().groups
    narrow = changed(group, egress=(rule(block("10.0.0.0/16")),))
    assert told(private(S3, groups=(narrow, ADMITS)), "s3") == "no-egress-rule"
    shut = NetworkAcl(at=at("acl-own"), id=Id("acl-own"))
    found = private(S3, acls=(shut,), acl_associations=(use(PRIVATE, "acl-own"),))
    assert told(found, "s3") == "acl-denies"
    outward = (
        AclEntry(at=at("entry"), number=100, egress=egress, protocol="6", ports=ports, block=EVERYWHERE,
                 allow=True)
        for egress, ports in ((True, (443, 443)), (False, (1024, 65535)))
    )  # fmt: skip
    assert told(changed(found, acls=(changed(shut, entries=tuple(outward)),)), "s3") == ["vpce-s3"]


def test_names_of_a_gateway_endpoint_are_resolved_by_amazons_dns():
    (vpc,) = live(SHUT).vpcs
    for fields, answer in (
        ({"dns_support": False}, "?dns-support-off"), ({"dns_servers": ("10.0.9.53",)}, "?own-dns-servers"),
        ({"dns_servers": Undetermined("dopt-1")}, "?own-dns-servers"),
    ):  # fmt: skip
        assert told(private(S3, vpcs=(changed(vpc, **fields),)), "s3") == answer
        assert told(live(vpcs=(changed(live().vpcs[0], **fields),)), "sts") == answer


def test_of_two_endpoints_for_s3_the_name_decides():
    interface = changed(SECRETS, id=Id("vpce-s3i"), service="s3")
    assert told(private(S3, interface), "s3") == "?value-unknown"
    assert told(private(S3, changed(interface, inbound_resolver_only=True)), "s3") == ["vpce-s3"]
    assert told(private(S3, changed(interface, inbound_resolver_only=False)), "s3") == ["vpce-s3i"]
    assert told(private(interface), "s3") == ["vpce-s3i"]
    assert told(private(S3, changed(interface, private_dns=False)), "s3") == ["vpce-s3"]


def test_a_table_that_is_not_known_leaves_a_gateway_endpoint_open():
    two = (*live().table_associations, use(PRIVATE, "rtb-main"), use(PRIVATE, "rtb-public"))
    assert told(private(S3, table_associations=two), "s3") == "?value-unknown"


def test_endpoints_that_are_not_all_known_may_take_calls_unless_the_groups_are_shut():
    (vpc,) = live(SHUT).vpcs
    open_ = (changed(vpc, endpoints_complete=Undetermined("the VPC endpoints of vpc-1")),)
    assert told(private(vpcs=open_), "sts") == "?outside-template"
    (group,) = live().groups
    for egress, answer in (
        ((), "no-egress-rule"), ((rule(protocol="6", ports=(5432, 5432)),), "no-egress-rule"),
        ((rule(block("10.0.0.0/16"), "6", (443, 443)),), "?outside-template"),
    ):  # fmt: skip
        found = private(vpcs=open_, groups=(changed(group, egress=egress), ADMITS))
        assert told(found, "sts") in (answer, "route-table-not-associated"), egress
        assert told(found, "sts").startswith("?") is answer.startswith("?"), egress
    through = live(
        TO_NAT, vpcs=(changed(live(TO_NAT).vpcs[0], endpoints_complete=open_[0].endpoints_complete),)
    )
    assert told(through, "sts") == "?outside-template"


# --- inside the VPC -----------------------------------------------------------------------------


def border(subnet, *entries):
    acl = NetworkAcl(at=at("acl-own"), id=Id("acl-own"), entries=entries)
    return {"acls": (acl,), "acl_associations": (Association(at=at("use"), subnet=subnet, target=acl.id),)}


def entry(egress, ports):
    inside = block("10.0.0.0/16")
    return AclEntry(
        at=at("entry"), number=100, egress=egress, protocol="6", ports=ports, block=inside, allow=True
    )


def test_both_borders_inside_the_vpc_are_crossed_in_their_directions():
    there, back = entry(True, (443, 443)), entry(False, (1024, 65535))
    assert told(private(SECRETS, **border(PRIVATE, there, back)), "secretsmanager") == ["vpce-secrets"]
    assert told(private(SECRETS, **border(PUBLIC, there, back)), "secretsmanager") == "acl-denies"
    inward = (entry(False, (443, 443)), entry(True, (1024, 65535)))
    assert told(private(SECRETS, **border(PUBLIC, *inward)), "secretsmanager") == ["vpce-secrets"]
    assert told(private(SECRETS, **border(PRIVATE, *inward)), "secretsmanager") == "acl-denies"


def test_within_one_subnet_no_border_is_crossed():
    same_subnet = changed(SECRETS, subnets=(PRIVATE,))
    assert told(private(same_subnet, **border(PRIVATE)), "secretsmanager") == ["vpce-secrets"]
    assert told(private(SECRETS, **border(PRIVATE)), "secretsmanager") == "acl-denies"


def test_a_route_inside_the_vpc_leads_through_something_in_between():
    for narrow, answer in (
        ("10.0.8.0/24", "?hop-not-traced"), ("10.0.0.0/16", "?hop-not-traced"),
        ("10.0.0.0/8", ["vpce-secrets"]), ("10.0.9.0/24", ["vpce-secrets"]), ("0.0.0.0/0", ["vpce-secrets"]),
    ):  # fmt: skip
        diverting = route(block(narrow), Via.ENDPOINT, Id("vpce-firewall"))
        assert told(private(SECRETS, routes=(SHUT, diverting)), "secretsmanager") == answer, narrow


def test_a_route_back_inside_the_vpc_counts_as_well():
    diverting = route(block("10.0.0.0/24"), Via.ENDPOINT, Id("vpce-firewall"))
    main, public = live(SHUT).tables
    found = private(SECRETS, tables=(main, changed(public, routes=(*public.routes, diverting))))
    assert told(found, "secretsmanager") == "?hop-not-traced"


def test_an_endpoint_in_a_subnet_of_another_vpc_is_not_reached():
    private_, public = live(SHUT).subnets
    assert (
        told(private(SECRETS, subnets=(private_, changed(public, vpc=Id("vpc-2")))), "secretsmanager")
        == "other-vpc"
    )
    open_ = changed(public, vpc=Id("output Vpc", Origin.OPEN))
    assert told(private(SECRETS, subnets=(private_, open_)), "secretsmanager") == "?outside-template"
    assert told(private(SECRETS, subnets=(private_, changed(public, exists=ODD))), "secretsmanager") == (
        "?existence-unknown"
    )


# --- policies -----------------------------------------------------------------------------------

READ, WRITE = "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"
ARN = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders-abc123"
ROLE = f"arn:aws:iam::{OPEN}AWS..AccountId{CLOSE}:role/{OPEN}{OWN}Role{CLOSE}"


def statement(action=READ, resource="*", effect="Allow", **more):
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def document(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def policy(*statements):
    return document(*({"Principal": "*"} | one for one in statements))


def asked(endpoint_policy, *permissions, role=ROLE):
    """The answer, and the details of the notes, of a call through an endpoint with a policy."""
    (function,) = live().functions
    found = private(
        changed(SECRETS, policy=endpoint_policy),
        functions=(changed(function, role=role, permissions=permissions),),
    )
    told(found, "secretsmanager")  # holds the property that each obstacle points at
    (answer,) = network.trace(found, "orders", "secretsmanager")
    if isinstance(answer, network.Reached):
        return "reached", [note.detail for note in answer.notes]
    if isinstance(answer, network.Blocked):
        return str(answer.why), answer.detail
    return f"?{answer.why}", answer.what


def may(action=READ, resource=ARN, **more):
    return Permission(document(statement(action, resource)), **more)


NOTE = ["vpce-secrets"]


@pytest.mark.parametrize(
    ("endpoint_policy", "permissions", "answer"),
    [
        (None, [may()], ("reached", [])),
        (policy(statement("*")), [], ("reached", [])),
        (policy(statement("*", Principal={"AWS": "*"})), [], ("reached", [])),
        (policy(statement(READ, ARN)), [may()], ("reached", [])),
        (policy(statement(READ, ARN)), [], ("reached", NOTE)),
        (policy(statement(READ, ARN)), [may(), may("s3:GetObject", "*")], ("reached", [])),
        (policy(statement(READ, ARN)), [may("s3:GetObject", "*")], ("reached", NOTE)),
        (policy(statement(READ, ARN)), [may(READ, "*")], ("reached", NOTE)),
        (policy(statement(READ, ARN)), [may("secretsmanager:*")], ("reached", NOTE)),
        (policy(statement(READ, ARN)), [may(WRITE)], ("endpoint-policy-denies", f"{WRITE} {ARN}")),
        (policy(statement(READ, ARN)), [may(), may(WRITE)], ("endpoint-policy-denies", f"{WRITE} {ARN}")),
        (policy(statement(READ, ARN.replace("orders", "other"))), [may()],
         ("endpoint-policy-denies", f"{READ} {ARN}")),
        (policy(statement("*"), statement(READ, ARN, "Deny")), [may()],
         ("endpoint-policy-denies", f"{READ} {ARN}")),
        (policy(statement("*", effect="Deny")), [may()], ("endpoint-policy-denies", "secretsmanager")),
        (policy(statement(WRITE, ARN)), [may(attached=Undetermined("whether it is the role's"))],
         ("reached", [f"vpce-secrets: {READ} {ARN}"])),
        (policy(statement(READ, ARN)), [may(), Permission(Undetermined("AWS managed policy X"))],
         ("reached", NOTE)),
        (policy(statement(READ, ARN)), [may(), Permission({"Statement": "none"})], ("reached", NOTE)),
        (policy(statement(READ, ARN)),
         [Permission(document({"Effect": "Allow", "NotAction": "s3:*", "Resource": ARN}))],
         ("reached", NOTE)),
        (policy(statement(READ, ARN)), [Permission(document(statement(WRITE, ARN, "Deny")))],
         ("reached", NOTE)),
        (Undetermined("parameter Policy"), [may()], ("?endpoint-policy-unknown", "parameter Policy")),
        (policy(statement(READ, own_arn("Secret"))), [may(READ, own_arn("Secret"))], ("reached", [])),
        (policy(statement(READ, own_arn("Other"))), [may(READ, own_arn("Secret"))],
         ("endpoint-policy-denies", f"{READ} Secret")),
        (policy(statement(READ, own_arn("Secret"))), [may(READ, ARN)],
         ("?endpoint-policy-unknown", f"whether it covers {READ} {ARN}")),
        (policy(statement(READ, ARN)),
         [may(READ, ARN.replace("111122223333", f"{OPEN}AWS..AccountId{CLOSE}"))],
         ("?endpoint-policy-unknown",
          f"whether it covers {READ} {ARN.replace('111122223333', 'AWS..AccountId')}")),
        (policy(statement(READ, ARN)), [may(READ, ARN[:-6] + "*")],
         ("?endpoint-policy-unknown", f"whether it covers {READ} {ARN[:-6]}example")),
        (policy(statement(READ, "arn:aws:s3:::x")), [may(READ, ARN[:-6] + "*")],
         ("endpoint-policy-denies", f"{READ} {ARN[:-6]}example")),
        (policy({"Effect": "Allow", "Action": READ, "NotResource": ARN}), [may()],
         ("endpoint-policy-denies", f"{READ} {ARN}")),
        (policy({"Effect": "Allow", "Action": READ, "NotResource": ARN[:-6] + "*"}), [may()],
         ("?endpoint-policy-unknown", f"whether it covers {READ} {ARN}")),
        (policy({"Effect": "Allow", "Action": READ, "NotResource": own_arn("Secret")}),
         [may(READ, own_arn("Secret"))], ("?endpoint-policy-unknown", f"whether it covers {READ} Secret")),
        (policy({"Effect": "Allow", "NotAction": READ, "Resource": "*"}), [may()],
         ("endpoint-policy-denies", f"{READ} {ARN}")),
        (policy(statement(WRITE, ARN), statement(READ, ARN, "Deny")), [may()],
         ("endpoint-policy-denies", f"{READ} {ARN}")),
    ],
    ids=range(31),
)  # fmt: skip
def test_an_endpoint_policy_is_asked_about_the_calls_the_role_names(endpoint_policy, permissions, answer):
    assert asked(endpoint_policy, *permissions) == answer


UNSURE = Undetermined("whether it is the role's")
DENIES = ("endpoint-policy-denies", f"{READ} {ARN}")
OPEN_ = ("?endpoint-policy-unknown", f"whether it covers {READ} {ARN}")
BUCKET = own_arn("Bucket")
SOMEBODY = "arn:aws:iam::111122223333:role/orders"


@pytest.mark.parametrize(
    ("one", "answer"),
    [
        ({"Effect": "Allow", "NotAction": "*", "Resource": "*"}, DENIES),
        ({"Effect": "Allow", "Action": "*", "NotResource": "*"}, OPEN_),
        (statement(WRITE), DENIES),
        (statement("*", "arn:aws:s3:::x"), DENIES),
        (statement("*", Principal={"Service": "lambda.amazonaws.com"}), DENIES),
    ],
    ids=str,
)
def test_one_statement_allows_everything_only_if_nothing_in_it_narrows_it(one, answer):
    assert asked(policy() | {"Statement": [{"Principal": "*"} | one]}, may()) == answer


def test_a_statement_for_nobody_or_under_a_condition_does_not_allow_everything():
    nobody = document({"Effect": "Allow", "Action": "*", "Resource": "*", "NotPrincipal": {"AWS": "*"}})
    assert asked(nobody, may()) == OPEN_
    sometimes = policy(statement("*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}}))
    assert asked(sometimes, may())[1][0].startswith(f"vpce-secrets: {READ}: ")


@pytest.mark.parametrize(
    ("permissions", "answer"),
    [
        ([may(READ, ARN[:-1] + "?")], ("endpoint-policy-denies", f"{READ} {ARN[:-1]}x")),
        ([Permission({"Statement": "none"}), may()], DENIES),
        ([Permission(Undetermined("AWS managed policy X")), may()], DENIES),
        ([may(attached=UNSURE), may()], DENIES),
        ([may(), may(attached=UNSURE)], DENIES),
        ([Permission(document({"Effect": "Allow", "NotAction": WRITE, "Resource": ARN}))], ("reached", NOTE)),
        ([Permission(document({"Effect": "Allow", "Action": READ, "NotResource": ARN}))], ("reached", NOTE)),
    ],
    ids=range(7),
)
def test_the_calls_are_those_that_the_roles_policies_certainly_name(permissions, answer):
    assert asked(policy(statement(WRITE, "arn:aws:s3:::x")), *permissions) == answer


@pytest.mark.parametrize(
    ("endpoint_policy", "resource", "answer"),
    [
        (policy(statement(WRITE, ARN), statement(READ, own_arn("Secret"), "Deny")), ARN, DENIES),
        (policy(statement(READ, [own_arn("Secret"), "arn:aws:s3:::x"])), ARN, OPEN_),
        (policy(statement(READ, ARN)), own_arn("Secret"),
         ("?endpoint-policy-unknown", f"whether it covers {READ} Secret")),
        (policy(statement(READ, BUCKET + "/a*")), BUCKET + "/*b",
         ("?endpoint-policy-unknown", f"whether it covers {READ} Bucket/exampleb")),
        (policy(statement(READ, ARN[:-6] + "${aws:username}", Principal={"AWS": SOMEBODY})), ARN, OPEN_),
        (policy(statement(READ, ARN[:-6] + "*123")), ARN[:-6] + "*abc",
         ("endpoint-policy-denies", f"{READ} {ARN[:-6]}exampleabc")),
        # It begins and ends like the other, and yet it is another.
        (policy(statement(READ, ARN)), f"{ARN}/{ARN}", ("endpoint-policy-denies", f"{READ} {ARN}/{ARN}")),
        (document(statement(READ, own_arn("Secret")) | {"NotPrincipal": {"Service": "ec2.amazonaws.com"}}),
         ARN, OPEN_),
    ],
    ids=range(8),
)  # fmt: skip
def test_two_texts_of_policies_are_one_resource_two_or_maybe_one(endpoint_policy, resource, answer):
    assert asked(endpoint_policy, may(READ, resource)) == answer


EVERYTHING = statement("*", Principal="*")
NOT_OURS = {"ArnNotLike": {"aws:PrincipalArn": SOMEBODY}}


@pytest.mark.parametrize(
    ("denying", "resource", "answer"),
    [
        ({"Action": READ, "Resource": "*"}, ARN, DENIES),
        ({"Action": READ, "Resource": "*", "Condition": NOT_OURS}, ARN, OPEN_),
        ({"Action": READ, "NotResource": own_arn("Secret")}, ARN, OPEN_),
        ({"Action": READ, "NotResource": "arn:aws:s3:::x"}, ARN, DENIES),
        ({"Action": READ, "Resource": own_arn("Secret")}, ARN, OPEN_),
        ({"Action": READ, "Resource": ["arn:aws:s3:::x", own_arn("Secret")]}, ARN, OPEN_),
        ({"Action": READ, "Resource": own_arn("Other")}, own_arn("Secret"), ("reached", [])),
        ({"Action": READ, "Resource": "arn:aws:s3:::x"}, ARN, ("reached", [])),
        ({"Action": READ, "Resource": ARN[:-1] + "?"}, ARN[:-6] + "*", ("reached", [])),
        ({"Action": WRITE, "Resource": own_arn("Secret")}, ARN, ("reached", [])),
        ({"Action": READ, "NotResource": [own_arn("Secret"), ARN]}, ARN, ("reached", [])),
        ({"Action": READ, "Resource": own_arn("Secret"), "Condition": {
            "StringEquals": {"aws:PrincipalAccount": "x"}}}, ARN, ("reached", [])),
        ({"Action": READ, "Resource": own_arn("Secret"), "Principal": {"Service": "ec2.amazonaws.com"}}, ARN,
         ("reached", [])),
    ],
    ids=range(13),
)  # fmt: skip
def test_a_statement_that_denies_decides_only_with_what_is_known(denying, resource, answer):
    denying = {"Effect": "Deny", "Principal": "*"} | denying
    assert asked(document(EVERYTHING, denying), may(READ, resource)) == answer


def test_whom_a_denying_statement_leaves_out_may_be_the_role():
    others = {"AWS": [SOMEBODY, "arn:aws:iam::111122223333:root"]}
    left_out = {"Effect": "Deny", "Action": READ, "Resource": "*", "NotPrincipal": others}
    assert asked(document(EVERYTHING, left_out), may()) == OPEN_
    # What another statement denies for good stays denied.
    denied = statement(READ, ARN, "Deny", Principal="*")
    assert asked(document(EVERYTHING, denied, left_out), may()) == DENIES


def test_the_actions_of_a_service_begin_with_the_first_part_of_its_endpoints_name():
    (function,) = live().functions
    images = "arn:aws:ecr:eu-west-1:111122223333:repository/orders"
    found = private(
        changed(SECRETS, service="ecr.api", policy=policy(statement("ecr:GetDownloadUrlForLayer", images))),
        functions=(changed(function, role=ROLE, permissions=(may("ecr:PutImage", images),)),),
    )
    assert told(found, "ecr.api") == "endpoint-policy-denies"


def test_the_signs_around_what_is_not_known_are_single_ones_that_no_policy_holds():
    assert [unicodedata.category(sign) for sign in (OPEN, CLOSE, OWN)] == ["Co"] * 3


def test_whom_an_endpoint_policy_names_is_known_only_where_it_is_everybody():
    named = policy(statement(READ, ARN, Principal={"AWS": "arn:aws:iam::111122223333:role/orders"}))
    assert asked(named, may())[0] == "?endpoint-policy-unknown"
    own = policy(statement(READ, ARN, Principal={"AWS": ROLE}))
    assert asked(own, may()) == ("reached", [])
    account = policy(
        statement(READ, ARN, Principal={"AWS": f"arn:aws:iam::{OPEN}AWS..AccountId{CLOSE}:root"})
    )
    assert asked(account, may()) == ("reached", [])
    service = policy(statement(READ, ARN, Principal={"Service": "lambda.amazonaws.com"}))
    assert asked(service, may())[0] == "endpoint-policy-denies"
    assert asked(service, may(), role=Undetermined("its role"))[0] == "?endpoint-policy-unknown"
    assert asked(policy(statement(READ, ARN)), may(), role=Undetermined("its role")) == ("reached", [])


# Of 20,000 pairs: 200 times 100, and 113 times 176 but not 177.
@pytest.mark.parametrize(("statements", "calls"), [(200, 100), (113, 176)])
def test_more_calls_than_anyone_may_write_are_not_all_decided(statements, calls):
    several = policy(*[statement(READ, f"{ARN}*")] * statements)
    many = [f"{ARN}{number}" for number in range(calls + 1)]
    assert asked(several, may(READ, many[:-1])) == ("reached", [])
    assert asked(several, may(READ, many)) == ("reached", NOTE)


def test_a_policy_that_cannot_be_read_is_all_that_is_said():
    for written in (Undetermined("parameter Policy"), "no policy"):
        found = private(changed(SECRETS, policy=written))
        assert [o[0] for o in obstacles(found, "secretsmanager")] == ["endpoint-policy-unknown"]
    (function,) = live().functions
    denying = private(
        changed(SECRETS, policy=policy(statement(READ, ARN, "Deny"))),
        functions=(changed(function, role=ROLE, permissions=(may(),)),),
    )
    assert [o[0] for o in obstacles(denying, "secretsmanager")] == ["endpoint-policy-denies"]


def test_whom_a_policy_leaves_out_may_be_the_role():
    left_out = document(statement(READ, ARN) | {"NotPrincipal": {"AWS": ROLE}})
    assert asked(left_out, may())[0] == "?endpoint-policy-unknown"


def test_what_a_condition_decides_is_noted():
    conditional = policy(statement(READ, ARN, Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}}))
    kind, details = asked(conditional, may())
    assert kind == "reached" and details[0].startswith(f"vpce-secrets: {READ}: ")


@pytest.mark.parametrize("written", [{"Statement": {"Effect": "Maybe"}}, document(statement()), "no policy"])
def test_a_policy_that_is_none_leaves_the_calls_open(written):
    assert asked(written, may())[0] == "?endpoint-policy-unknown"
