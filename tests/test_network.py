"""A traced packet is reached, blocked or unknown: every obstacle is named, and nothing is guessed."""

from __future__ import annotations

import json

import pytest
import yaml
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER
from hypothesis import given
from hypothesis import strategies as st

from lambda_vpc import network
from lambda_vpc.answers import Undetermined
from lambda_vpc.cloudformation import template
from lambda_vpc.network import from_template
from lambda_vpc.network.from_template import values as reading
from lambda_vpc.network.trace import read_question, walks
from lambda_vpc.reading import BadInput
from networks import (
    ALL_OUT,
    acl_entries,
    answers,
    att,
    changed,
    database,
    dual_stack,
    endpoints,
    function,
    nat_instance,
    nat_per_az,
    one_nat,
    read,
    ref,
    regional_nat,
    resource,
    route,
    rule,
    summary,
    vpc_with_private_subnets,
    with_acl,
    without,
)

V4, V6 = "internet-ipv4", "internet-ipv6"
BOTH = ("PrivateA", "PrivateC")


def both(value):
    return dict.fromkeys(BOTH, value)


def only_a(resources):
    """The same network, the function in zone a alone."""
    return resources | {"Function": function(("PrivateA",))}


# --- ways that work -----------------------------------------------------------------------------

EVERYTHING_IN = [(100, "allow", 6, (443, 443), "10.0.0.0/16"), (110, "allow", 6, (1024, 65535), "0.0.0.0/0")]
EVERYTHING_OUT = [(100, "allow", 6, (443, 443), "0.0.0.0/0"), (110, "allow", 6, (1024, 65535), "0.0.0.0/0")]
GROUP_OUT = {"SecurityGroupEgress": [rule(443, CidrIp="0.0.0.0/0")]}

WORKING = {
    "a NAT gateway in each zone": (
        nat_per_az(), V4, {"PrivateA": ["NatA", "Gateway"], "PrivateC": ["NatC", "Gateway"]}),
    "one NAT gateway": (one_nat(), V4, both(["NatA", "Gateway"])),
    "a regional NAT gateway": (regional_nat(), V4, both(["NatA", "Gateway"])),
    "a NAT instance": (nat_instance(), V4, both(["NatA", "Gateway"])),
    "an egress-only gateway": (dual_stack(), V6, both(["EgressOnly"])),
    "network ACLs with return ports": (
        with_acl(nat_per_az(), (*BOTH, "PublicA", "PublicC"), EVERYTHING_IN, EVERYTHING_OUT), V4,
        {"PrivateA": ["NatA", "Gateway"], "PrivateC": ["NatC", "Gateway"]}),
    "a group that lets only HTTPS out": (
        changed(one_nat(), "FunctionGroup", **GROUP_OUT), V4, both(["NatA", "Gateway"])),
    "two halves of the internet in a group": (
        changed(one_nat(), "FunctionGroup", SecurityGroupEgress=[
            rule(443, CidrIp="0.0.0.0/1"), rule(443, CidrIp="128.0.0.0/1")]), V4, both(["NatA", "Gateway"])),
    "two halves of the internet in routes": (
        without(only_a(one_nat()), "RouteA") | {
            "Low": route("TableA", "0.0.0.0/1", NatGatewayId=ref("NatA")),
            "High": route("TableA", "128.0.0.0/1", NatGatewayId=ref("NatA"))},
        V4, {"PrivateA": ["NatA", "Gateway"]}),
    "ACL entries that deny what comes after they allow": (
        with_acl(nat_per_az(), ("PrivateA",),
                 [*EVERYTHING_IN, (900, "deny", -1, None, "0.0.0.0/0")],
                 [*EVERYTHING_OUT, (900, "deny", -1, None, "0.0.0.0/0")]), V4,
        {"PrivateA": ["NatA", "Gateway"], "PrivateC": ["NatC", "Gateway"]}),
    "an egress rule as a resource of its own": (
        one_nat() | {"Out": resource("EC2::SecurityGroupEgress", GroupId=ref("FunctionGroup"),
                                     **rule(443, CidrIp="0.0.0.0/0"))}, V4, both(["NatA", "Gateway"])),
    "a gateway endpoint": (endpoints(), "s3", both(["S3"])),
    "an interface endpoint": (endpoints(), "secretsmanager", both(["Secrets"])),
    "a service without an endpoint through NAT": (one_nat(), "secretsmanager", both(["NatA", "Gateway"])),
    "a database by group": (database(), "Database:5432", both(["Database"])),
    "a database by the VPC's block": (
        changed(database(), "Admit", SourceSecurityGroupId=None, CidrIp=att("Vpc", "CidrBlock")),
        "Database:5432", both(["Database"])),
    "a function outside any VPC": (changed(one_nat(), "Function", VpcConfig=None), V4, {None: []}),
    "a function outside any VPC to a service": (
        changed(one_nat(), "Function", VpcConfig=None), "dynamodb", {None: []}),
}  # fmt: skip


@pytest.mark.parametrize("name", WORKING)
def test_a_working_way_is_reached_hop_by_hop(name):
    resources, destination, expected = WORKING[name]
    assert summary(resources, destination) == expected


# --- ways that do not ---------------------------------------------------------------------------


def to_gateway(resources):
    return resources | {f"Route{z}": route(f"Table{z}", GatewayId=ref("Gateway")) for z in "AC"}


def other_vpc(resources):
    return resources | {"Other": resource("EC2::VPC", CidrBlock="10.9.0.0/16")}


NO_RETURN = [(100, "allow", 6, (443, 443), "10.0.0.0/16")]
TARGETED_ACL = with_acl(one_nat(), BOTH, NO_RETURN, EVERYTHING_OUT)

BROKEN = {
    "public subnet": (to_gateway(nat_per_az()), V4, both("public-subnet")),
    "NAT in a private subnet": (
        changed(one_nat(), "NatA", SubnetId=ref("PrivateA")), V4, both("nat-in-private-subnet")),
    "NAT's subnet without a default route": (
        without(one_nat(), "PublicRoute"), V4, both("nat-in-private-subnet")),
    "route table not associated": (
        without(nat_per_az(), "UseC"), V4,
        {"PrivateA": ["NatA", "Gateway"], "PrivateC": "route-table-not-associated"}),
    "no default route": (
        without(nat_per_az(), "RouteC"), V4,
        {"PrivateA": ["NatA", "Gateway"], "PrivateC": "no-default-route"}),
    "gateway not attached": (without(one_nat(), "Attachment"), V4, both("gateway-not-attached")),
    "gateway attached to another VPC": (
        changed(other_vpc(one_nat()), "Attachment", VpcId=ref("Other")), V4, both("gateway-of-other-vpc")),
    "no egress rule": (
        changed(one_nat(), "FunctionGroup", SecurityGroupEgress=[
            {"IpProtocol": "-1", "CidrIp": "127.0.0.1/32"}]), V4, both("no-egress-rule")),
    "egress to the database alone": (
        changed(one_nat(), "FunctionGroup", SecurityGroupEgress=[rule(5432, CidrIp="10.0.0.0/16")]), V4,
        both("no-egress-rule")),
    "egress for UDP alone": (
        changed(one_nat(), "FunctionGroup", SecurityGroupEgress=[rule(443, "udp", CidrIp="0.0.0.0/0")]), V4,
        both("no-egress-rule")),
    "ACL without return ports": (TARGETED_ACL, V4, both("acl-denies-return-ports")),
    "ACL of the public subnet without return ports": (
        with_acl(one_nat(), ("PublicA",), NO_RETURN, EVERYTHING_OUT), V4, both("acl-denies-return-ports")),
    "ACL without entries": (with_acl(one_nat(), BOTH, [], []), V4, both("acl-denies")),
    "ACL that denies first": (
        with_acl(one_nat(), BOTH, EVERYTHING_IN, [(1, "deny", -1, None, "0.0.0.0/0"), *EVERYTHING_OUT]), V4,
        both("acl-denies")),
    "default ACL with an entry that denies first": (
        one_nat() | {"Deny": resource(
            "EC2::NetworkAclEntry", NetworkAclId=att("Vpc", "DefaultNetworkAcl"), RuleNumber=1, Egress=True,
            RuleAction="deny", Protocol=-1, CidrBlock="0.0.0.0/0")}, V4, both("acl-denies")),
    "NAT without an address": (
        changed(one_nat(), "NatA", AllocationId=None), V4, both("nat-without-address")),
    "private NAT": (changed(one_nat(), "NatA", ConnectivityType="private", AllocationId=None), V4,
                    both("private-nat")),
    "regional NAT without a gateway": (
        without(regional_nat(), "Attachment"), V4, both("gateway-not-attached")),
    "two targets in a route": (
        changed(one_nat(), "RouteA", GatewayId=ref("Gateway")), V4,
        {"PrivateA": "route-without-one-target", "PrivateC": ["NatA", "Gateway"]}),
    "no target in a route": (
        changed(one_nat(), "RouteA", NatGatewayId=None), V4,
        {"PrivateA": "route-without-one-target", "PrivateC": ["NatA", "Gateway"]}),
    "route table of another VPC": (
        changed(other_vpc(one_nat()), "TableA", VpcId=ref("Other")), V4,
        {"PrivateA": "route-table-of-other-vpc", "PrivateC": ["NatA", "Gateway"]}),
    "group of another VPC": (
        changed(other_vpc(one_nat()), "FunctionGroup", VpcId=ref("Other")), V4, both("group-of-other-vpc")),
    "only security groups": (
        changed(one_nat(), "Function", VpcConfig={"SecurityGroupIds": [ref("FunctionGroup")]}), V4,
        {None: "vpc-config-incomplete"}),
    "only subnets": (
        changed(one_nat(), "Function", VpcConfig={"SubnetIds": [ref("PrivateA")]}), V4,
        {None: "vpc-config-incomplete"}),
    "a route for half of the internet, and that to a gateway": (
        only_a(without(one_nat(), "RouteA")) | {
            "Low": route("TableA", "0.0.0.0/1", GatewayId=ref("Gateway"))}, V4,
        {"PrivateA": "public-subnet"}),
    "security group among the subnets": (
        one_nat() | {"Function": function(("FunctionGroup",))}, V4, {"FunctionGroup": "not-a-subnet"}),
    "group without a VPC": (
        changed(one_nat(), "FunctionGroup", VpcId=None), V4, both("group-of-other-vpc")),
    "a security group's id among the subnets": (
        changed(one_nat(), "Function", VpcConfig={
            "SubnetIds": ["sg-0123456789abcdef0"], "SecurityGroupIds": [ref("FunctionGroup")]}), V4,
        {"sg-0123456789abcdef0": "not-a-subnet"}),
    "subnet among the security groups": (
        one_nat() | {"Function": function(groups=("PrivateA",))}, V4, both("not-a-security-group")),
    "subnets of two VPCs": (
        changed(other_vpc(only_a(one_nat())) | {
            "Function": function(("PrivateA", "PrivateC"))}, "PrivateC", VpcId=ref("Other")), V4,
        {"PrivateA": "subnets-of-two-vpcs", "PrivateC": "subnets-of-two-vpcs"}),
    "dedicated tenancy": (changed(one_nat(), "Vpc", InstanceTenancy="dedicated"), V4,
                          both("dedicated-tenancy")),
    "NAT gateway of another VPC": (
        changed(other_vpc(one_nat()), "PublicA", VpcId=ref("Other")), V4, both("target-in-other-vpc")),
    "IPv4 to an egress-only gateway": (
        only_a(dual_stack()) | {"Wrong": route("TableA", EgressOnlyInternetGatewayId=ref("EgressOnly"))}, V4,
        {"PrivateA": "egress-only-is-ipv6"}),
    "NAT instance that checks addresses": (
        changed(nat_instance(), "NatA", SourceDestCheck=None), V4, both("source-dest-check")),
    "NAT instance without an address": (
        without(nat_instance(), "AddressA"), V4, both("nat-instance-without-address")),
    "NAT instance that lets nothing in": (
        changed(nat_instance(), "NatGroup", SecurityGroupIngress=[]), V4, both("no-ingress-rule")),
    "detached network interface": (
        nat_instance() | {
            "Interface": resource("EC2::NetworkInterface", SubnetId=ref("PublicA"), SourceDestCheck=False,
                                  GroupSet=[ref("NatGroup")]),
            "AddressA": resource("EC2::EIP"),
            "Use": resource("EC2::EIPAssociation", NetworkInterfaceId=ref("Interface")),
            "RouteA": route("TableA", NetworkInterfaceId=ref("Interface"))}, V4,
        {"PrivateA": "interface-not-attached", "PrivateC": "nat-instance-without-address"}),
    "IPv6 flag missing": (dual_stack() | {"Function": function()}, V6, both("ipv6-not-allowed")),
    "IPv6-only subnet": (
        changed(dual_stack(), "PrivateC", Ipv6Native=True, CidrBlock=None), V6, both("ipv6-only-subnet")),
    "one subnet without IPv6": (
        changed(dual_stack(), "PrivateC", Ipv6CidrBlock=None), V6, both("subnet-without-ipv6")),
    "VPC without IPv6": (without(dual_stack(), "Ipv6"), V6, both("vpc-without-ipv6")),
    "IPv4 rule alone for IPv6": (
        changed(dual_stack(), "FunctionGroup", **GROUP_OUT), V6, both("no-egress-rule")),
    "function outside any VPC over IPv6": (
        changed(one_nat(), "Function", VpcConfig=None), V6, {None: "no-ipv6-without-vpc"}),
    "function outside any VPC to a database": (
        changed(database(), "Function", VpcConfig=None), "Database:5432", {None: "function-outside-vpc"}),
    "endpoint group closed": (
        changed(endpoints(), "EndpointGroup", SecurityGroupIngress=[rule(80, CidrIp="10.0.0.0/16")]),
        "secretsmanager", both("endpoint-group-closed")),
    "endpoint in the default group": (
        changed(endpoints(), "Secrets", SecurityGroupIds=None), "secretsmanager",
        both("endpoint-group-closed")),
    "DNS attributes off": (
        changed(endpoints(), "Vpc", EnableDnsHostnames=False), "secretsmanager", both("vpc-dns-off")),
    "private DNS off": (
        changed(endpoints(), "Secrets", PrivateDnsEnabled=None), "secretsmanager",
        both("endpoint-without-private-dns")),
    "gateway endpoint without the private route table": (
        changed(endpoints(), "S3", RouteTableIds=[ref("TableA")]), "s3",
        {"PrivateA": ["S3"], "PrivateC": "endpoint-without-route-table"}),
    "group that lets nothing out to a gateway endpoint": (
        changed(endpoints(), "FunctionGroup", SecurityGroupEgress=[rule(443, CidrIp="10.0.0.0/16")]), "s3",
        both("no-egress-rule")),
    "endpoint policy that allows nothing": (
        changed(endpoints(), "S3", PolicyDocument={"Version": "2012-10-17", "Statement": [
            {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}]}), "s3",
        both("endpoint-policy-denies")),
    "wrong database port": (
        changed(database(), "Admit", FromPort=3306, ToPort=3306), "Database:5432", both("no-ingress-rule")),
    "database on another port": (
        changed(database(), "Database", Port="5433"), "Database:5432", both("other-port")),
    "rule in the wrong direction": (
        without(database(), "Admit") | {"Wrong": resource(
            "EC2::SecurityGroupIngress", GroupId=ref("FunctionGroup"),
            **rule(5432, SourceSecurityGroupId=ref("DatabaseGroup")))},
        "Database:5432", both("no-ingress-rule")),
    "no way out of the function's group to the database": (
        changed(database(), "FunctionGroup", **GROUP_OUT) | {"DatabaseGroup": resource(
            "EC2::SecurityGroup", VpcId=ref("Vpc"))},
        "Database:5432", both("no-egress-rule") | {}),
    "a database in another VPC": (
        changed(changed(other_vpc(database()), "PrivateC", VpcId=ref("Other"), CidrBlock="10.9.1.0/24"),
                "SubnetGroup", SubnetIds=[ref("PrivateC")]) | {"Function": function(("PrivateA",))},
        "Database:5432", {"PrivateA": "other-vpc"}),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_way_is_blocked_by_what_is_wrong(name):
    resources, destination, expected = BROKEN[name]
    assert summary(resources, destination) == expected


# --- what stays open ----------------------------------------------------------------------------

PARAMETER = {"Existing": {"Type": "String"}}
EXISTING = ref("Existing")
OPEN = {
    "::/0 to an internet gateway": (
        dual_stack() | {
            "Gateway": resource("EC2::InternetGateway"),
            "Attachment": resource("EC2::VPCGatewayAttachment", VpcId=ref("Vpc"),
                                   InternetGatewayId=ref("Gateway")),
            "Route6A": route("TableA", "::/0", GatewayId=ref("Gateway")),
            "Route6C": route("TableC", "::/0", GatewayId=ref("Gateway"))}, V6,
        "ipv6-through-internet-gateway"),
    "a transit gateway": (
        one_nat() | {f"Route{z}": route(f"Table{z}", TransitGatewayId=EXISTING) for z in "AC"}, V4,
        "outside-template"),
    "a transit gateway of the template": (
        one_nat() | {"Hub": resource("EC2::TransitGateway")} | {
            f"Route{z}": route(f"Table{z}", TransitGatewayId=ref("Hub")) for z in "AC"}, V4,
        "hop-not-traced"),
    "a NAT gateway that is imported": (
        one_nat() | {
            f"Route{z}": route(f"Table{z}", NatGatewayId={"Fn::ImportValue": "nat"}) for z in "AC"}, V4,
        "outside-template"),
    "an existing VPC": (
        {name: changed({name: body}, name, VpcId=EXISTING)[name] if "VpcId" in body.get("Properties", {})
         else body for name, body in without(one_nat(), "Vpc").items()} | {}, V4, "acl-unknown"),
    "an existing internet gateway": (
        changed(without(one_nat(), "Gateway", "Attachment"), "PublicRoute", GatewayId=EXISTING), V4,
        "outside-template"),
    "an empty list of egress rules": (
        changed(one_nat(), "FunctionGroup", SecurityGroupEgress=[]), V4, "rules-unknown"),
    "an ACL with a part of the return ports": (
        with_acl(one_nat(), BOTH, [*NO_RETURN, (110, "allow", 6, (32768, 65535), "0.0.0.0/0")],
                 EVERYTHING_OUT), V4, "acl-unknown"),
    "an egress rule by prefix list": (
        changed(endpoints(), "FunctionGroup", SecurityGroupEgress=[
            rule(443, DestinationPrefixListId="pl-0123456789abcdef0")]), "s3", "rules-unknown"),
    "a subnet in an unknown zone": (
        changed(changed(changed(one_nat(), "PrivateA", AvailabilityZone=None), "PrivateC",
                        AvailabilityZone=None), "PublicA", AvailabilityZone=None), V4, "zone-unknown"),
    "managed instances": (
        changed(one_nat(), "Function", VpcConfig=None, CapacityProviderConfig={}), V4, "hop-not-traced"),
    "an address that does not exist": (
        without(one_nat(), "AddressA"), V4, "value-unknown"),
    "a wide route to a gateway beside the NAT": (
        only_a(one_nat()) | {"Wide": route("TableA", "128.0.0.0/1", GatewayId=ref("Gateway"))}, V4,
        "part-of-internet"),
    "a route for half of the internet": (
        only_a(without(one_nat(), "RouteA")) | {
            "Low": route("TableA", "0.0.0.0/1", NatGatewayId=ref("NatA"))}, V4, "part-of-internet"),
    "a firewall endpoint inside the VPC": (
        changed(database(), "SubnetGroup", SubnetIds=[ref("PrivateC")]) | {
            "Function": function(("PrivateA",)),
            "Inspect": route("TableA", "10.0.1.0/24", VpcEndpointId=EXISTING)}, "Database:5432",
        "hop-not-traced"),
    "a gateway with a route table of its own": (
        one_nat() | {
            "Edge": resource("EC2::RouteTable", VpcId=ref("Vpc")),
            "EdgeUse": resource("EC2::GatewayRouteTableAssociation", GatewayId=ref("Gateway"),
                                RouteTableId=ref("Edge")),
            "EdgeRoute": route("Edge", "10.0.8.0/24", VpcEndpointId=EXISTING)}, V4, "hop-not-traced"),
    "DNS support off without an endpoint": (
        changed(one_nat(), "Vpc", EnableDnsSupport=False), "sts", "dns-support-off"),
    "blocked public access": (
        one_nat() | {"Block": resource("EC2::VPCBlockPublicAccessOptions",
                                       InternetGatewayBlockMode="block-bidirectional")}, V4,
        "hop-not-traced"),
    "manual zones of a regional NAT gateway": (
        changed(regional_nat(), "NatA", AvailabilityZoneAddresses=[
            {"AvailabilityZone": "ap-northeast-1d", "AllocationIds": [EXISTING]}]), V4, "regional-nat-zone"),
    "an endpoint policy that is no policy": (
        changed(endpoints(), "S3", PolicyDocument={"Statement": {"Effect": "Maybe"}}), "s3",
        "endpoint-policy-unknown"),
    "a public instance from outside any VPC": (
        {"Function": resource("Lambda::Function"), "Web": resource("EC2::Instance")}, "Web:443",
        "public-address-not-traced"),
}  # fmt: skip


@pytest.mark.parametrize("name", OPEN)
def test_what_neither_template_nor_documentation_tells_stays_unknown(name):
    resources, destination, why = OPEN[name]
    found = summary(resources, destination, "a" if why == "zone-unknown" else None, Parameters=PARAMETER)
    assert set(found.values()) == {f"?{why}"}, found


def test_an_undetermined_condition_on_the_way_stays_unknown():
    resources = one_nat()
    resources["Attachment"] = resources["Attachment"] | {"Condition": "Odd"}
    conditions = {"Odd": {"Fn::Equals": [ref("One"), ref("Other")]}}
    parameters = {name: {"Type": "String"} for name in ("One", "Other")}
    found = summary(resources, V4, Parameters=parameters, Conditions=conditions)
    assert found == both("?existence-unknown")


def test_a_macro_leaves_everything_open():
    assert summary(one_nat(), V4, Transform="Company") == {None: "?value-unknown"}


def test_what_is_handed_to_a_custom_resource_is_not_called_missing():
    resources = without(nat_per_az(), "RouteC") | {
        "Maker": resource("CloudFormation::CustomResource", ServiceToken="x", Table=ref("TableC"))
    }
    assert summary(resources, V4) == {"PrivateA": ["NatA", "Gateway"], "PrivateC": "?outside-template"}


def test_in_existing_subnets_a_group_that_lets_nothing_out_still_blocks():
    resources = changed(one_nat(), "Function", VpcConfig={
        "SubnetIds": ref("Subnets"), "SecurityGroupIds": [ref("FunctionGroup")]})  # fmt: skip
    parameters = {"Subnets": {"Type": "List<AWS::EC2::Subnet::Id>"}}
    open_ = summary(resources, V4, Parameters=parameters)
    assert open_ == {"parameter Subnets": "?outside-template"}
    closed = changed(resources, "FunctionGroup", SecurityGroupEgress=[rule(5432, CidrIp="0.0.0.0/0")])
    assert summary(closed, V4, Parameters=parameters) == {"parameter Subnets": "no-egress-rule"}


def test_an_existing_vpc_is_never_the_one_the_template_makes():
    resources = changed(one_nat(), "FunctionGroup", VpcId=EXISTING)
    assert summary(resources, V4, Parameters=PARAMETER) == both("group-of-other-vpc")
    written = changed(one_nat(), "FunctionGroup", VpcId="vpc-0123456789abcdef0")
    assert summary(written, V4) == both("group-of-other-vpc")


# --- a zone that is down ------------------------------------------------------------------------


def test_with_a_nat_gateway_per_zone_the_other_zone_goes_on():
    assert summary(nat_per_az(), V4, "a") == {"PrivateA": "az-down", "PrivateC": ["NatC", "Gateway"]}


def test_with_one_nat_gateway_its_zone_takes_the_other_along():
    assert summary(one_nat(), V4, "ap-northeast-1a") == {"PrivateA": "az-down", "PrivateC": "nat-az-down"}
    assert summary(one_nat(), V4, "c") == {"PrivateA": ["NatA", "Gateway"], "PrivateC": "az-down"}


def test_what_a_regional_nat_gateway_does_without_a_zone_is_not_documented_for_functions():
    assert summary(regional_nat(), V4, "a") == {"PrivateA": "az-down", "PrivateC": "?regional-nat-expansion"}


def test_an_endpoint_in_the_zone_that_is_down_is_gone():
    one_zone = changed(endpoints(), "Secrets", SubnetIds=[ref("PrivateA")])
    assert summary(one_zone, "secretsmanager", "a")["PrivateC"] == "endpoint-az-down"
    assert summary(endpoints(), "secretsmanager", "a")["PrivateC"] == ["Secrets"]


def test_a_database_goes_on_only_if_it_stands_in_several_zones():
    assert summary(database(), "Database:5432", "a")["PrivateC"] == "?destination-zone"
    assert summary(changed(database(), "Database", MultiAZ=True), "Database:5432", "a")["PrivateC"] == [
        "Database"
    ]
    alone = changed(database(), "SubnetGroup", SubnetIds=[ref("PrivateA")])
    assert summary(alone, "Database:5432", "a")["PrivateC"] == "destination-az-down"


def test_a_zone_the_template_does_not_have_is_refused():
    with pytest.raises(BadInput, match="has no subnet in zone 'b'; its zones: a, c"):
        answers(one_nat(), V4, "b")


# --- endpoint policies --------------------------------------------------------------------------


def with_policies(action, resource_, endpoint_action, endpoint_resource):
    found = changed(endpoints(), "Secrets", PolicyDocument={"Version": "2012-10-17", "Statement": [{
        "Sid": "Reads", "Effect": "Allow", "Principal": "*", "Action": endpoint_action,
        "Resource": endpoint_resource}]})  # fmt: skip
    return changed(found, "Role", Policies=[{"PolicyName": "p", "PolicyDocument": {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": action, "Resource": resource_}]}}])  # fmt: skip


def test_an_endpoint_policy_is_asked_about_the_calls_the_role_may_make():
    secret = ref("Secret")
    extra = {"Secret": resource("SecretsManager::Secret")}
    read_, write = "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"
    assert summary(with_policies(read_, secret, read_, secret) | extra, "secretsmanager") == both(["Secrets"])
    denied = summary(with_policies(write, secret, read_, secret) | extra, "secretsmanager")
    assert denied == both("endpoint-policy-denies")


def test_an_endpoint_policy_no_call_is_known_for_is_noted():
    resources = with_policies("s3:GetObject", "*", "secretsmanager:GetSecretValue", "*")
    found = answers(resources, "secretsmanager")
    assert [note.code for note in found[0].notes] == ["endpoint-policy-note"]


# --- what real templates write ------------------------------------------------------------------


def connected(**more):
    """A function in private subnets without a way out, and what a template adds to them."""
    return vpc_with_private_subnets() | more


def admitting(port, **vpc):
    """A security group that admits the function's group at a port."""
    return resource("EC2::SecurityGroup", GroupDescription="g", VpcId=ref("Vpc"), SecurityGroupIngress=[
        rule(port, SourceSecurityGroupId=ref("FunctionGroup"))], **vpc)  # fmt: skip


def test_a_file_system_is_reached_at_the_mount_target_of_the_callers_zone():
    found = connected(
        NfsGroup=admitting(2049),
        Closed=resource("EC2::SecurityGroup", GroupDescription="c", VpcId=ref("Vpc")),
        Files=resource("EFS::FileSystem"),
        Entry=resource("EFS::AccessPoint", FileSystemId=ref("Files")),
        MountA=resource("EFS::MountTarget", FileSystemId=ref("Files"), SubnetId=ref("PrivateA"),
                        SecurityGroups=[ref("NfsGroup")]),
        MountC=resource("EFS::MountTarget", FileSystemId=ref("Files"), SubnetId=ref("PrivateC"),
                        SecurityGroups=[ref("Closed")]),
    )  # fmt: skip
    assert summary(found, "Files:2049") == {"PrivateA": ["Files"], "PrivateC": "no-ingress-rule"}
    assert summary(found, "Entry:2049") == {"PrivateA": ["Entry"], "PrivateC": "no-ingress-rule"}
    assert summary(without(found, "MountA", "MountC"), "Files:2049") == both("?value-unknown")


def load_balancer(**properties):
    return connected(
        BalancerGroup=admitting(443),
        Balancer=resource("ElasticLoadBalancingV2::LoadBalancer", SecurityGroups=[ref("BalancerGroup")],
                          **properties),
    )  # fmt: skip


SUBNETS = [ref("PrivateA"), ref("PrivateC")]


def test_an_internal_load_balancer_is_reached_however_its_subnets_are_written():
    for written in ({"Subnets": SUBNETS}, {"SubnetMappings": [{"SubnetId": s} for s in SUBNETS]}):
        found = load_balancer(Scheme="internal", **written)
        assert summary(found, "Balancer:443") == both(["Balancer"])


def test_an_internet_facing_load_balancer_is_reached_through_the_internet_or_not_at_all():
    facing = load_balancer(Scheme="internet-facing", Subnets=SUBNETS)
    assert summary(facing, "Balancer:443") == both("no-default-route")
    # The default: whoever leaves Scheme out gets public addresses.
    assert summary(load_balancer(Subnets=SUBNETS), "Balancer:443") == both("no-default-route")
    balancer = {name: facing[name] for name in ("Balancer", "BalancerGroup")}
    balancer = changed(balancer, "Balancer", Subnets=[ref("PublicA"), ref("PublicC")])
    # Behind a NAT gateway the function is an address of the internet, no member of its group.
    assert summary(one_nat() | balancer, "Balancer:443") == both("no-ingress-rule")
    open_ = changed(balancer, "BalancerGroup", SecurityGroupIngress=[rule(443, CidrIp="0.0.0.0/0")])
    assert summary(one_nat() | open_, "Balancer:443") == both(["NatA", "Gateway", "Balancer"])
    some = changed(balancer, "BalancerGroup", SecurityGroupIngress=[rule(443, CidrIp="203.0.113.0/24")])
    assert summary(one_nat() | some, "Balancer:443") == both("?rules-unknown")
    private = changed(balancer, "BalancerGroup", SecurityGroupIngress=[rule(443, CidrIp="10.0.0.0/16")])
    assert summary(one_nat() | private, "Balancer:443") == both("no-ingress-rule")


def test_a_search_domain_without_a_vpc_is_public():
    found = connected(Search=resource("OpenSearchService::Domain"))
    assert summary(found, "Search:443") == both("no-default-route")
    assert summary(one_nat() | {"Search": found["Search"]}, "Search:443") == both(
        ["NatA", "Gateway", "Search"]
    )


def test_an_instance_is_where_its_own_network_interface_is():
    found = connected(
        BoxGroup=admitting(8080),
        Nic=resource("EC2::NetworkInterface", SubnetId=ref("PrivateA"), GroupSet=[ref("BoxGroup")]),
        Box=resource("EC2::Instance", NetworkInterfaces=[
            {"DeviceIndex": "0", "NetworkInterfaceId": ref("Nic")}]),
    )  # fmt: skip
    assert summary(found, "Box:8080") == both(["Box"])
    assert summary(found, "Box:8081") == both("no-ingress-rule")


GROUPS = [ref("HostGroup")]
AWSVPC = {"Subnets": SUBNETS, "SecurityGroups": GROUPS}
DOMAIN = {"VPCOptions": {"SubnetIds": SUBNETS, "SecurityGroupIds": GROUPS}}
# Each type of resource with what places it in subnets, and with its port where it is written.
PLACED = {
    "AmazonMQ::Broker": {"SubnetIds": SUBNETS, "SecurityGroups": GROUPS},
    "DAX::Cluster": {"SubnetGroupName": ref("Named"), "SecurityGroupIds": GROUPS},
    "DocDB::DBCluster": {"DBSubnetGroupName": ref("Named"), "VpcSecurityGroupIds": GROUPS, "Port": 1},
    "EC2::Instance": {"SubnetId": ref("PrivateA"), "SecurityGroupIds": GROUPS},
    "EC2::NetworkInterface": {"SubnetId": ref("PrivateA"), "GroupSet": GROUPS},
    "EC2::VPCEndpoint": {"VpcEndpointType": "Interface", "SubnetIds": SUBNETS, "SecurityGroupIds": GROUPS},
    "ECS::Service": {"NetworkConfiguration": {"AwsvpcConfiguration": AWSVPC}},
    "EFS::MountTarget": {"SubnetId": ref("PrivateA"), "SecurityGroups": GROUPS},
    "ElastiCache::CacheCluster": {
        "CacheSubnetGroupName": ref("Named"), "VpcSecurityGroupIds": GROUPS, "Port": 1},
    "ElastiCache::ReplicationGroup": {
        "CacheSubnetGroupName": ref("Named"), "SecurityGroupIds": GROUPS, "Port": 1},
    "ElastiCache::ServerlessCache": {"SubnetIds": SUBNETS, "SecurityGroupIds": GROUPS},
    "ElasticLoadBalancing::LoadBalancer": {
        "Scheme": "internal", "Subnets": SUBNETS, "SecurityGroups": GROUPS},
    "ElasticLoadBalancingV2::LoadBalancer": {
        "Scheme": "internal", "Subnets": SUBNETS, "SecurityGroups": GROUPS},
    "Elasticsearch::Domain": DOMAIN,
    "FSx::FileSystem": {"SubnetIds": SUBNETS, "SecurityGroupIds": GROUPS},
    "MSK::Cluster": {"BrokerNodeGroupInfo": {"ClientSubnets": SUBNETS, "SecurityGroups": GROUPS}},
    "MSK::ServerlessCluster": {"VpcConfigs": [{"SubnetIds": SUBNETS, "SecurityGroups": GROUPS}]},
    "MemoryDB::Cluster": {"SubnetGroupName": ref("Named"), "SecurityGroupIds": GROUPS, "Port": 1},
    "Neptune::DBCluster": {"DBSubnetGroupName": ref("Named"), "VpcSecurityGroupIds": GROUPS, "DBPort": 1},
    "OpenSearchService::Domain": DOMAIN,
    "RDS::DBCluster": {"DBSubnetGroupName": ref("Named"), "VpcSecurityGroupIds": GROUPS, "Port": 1},
    "RDS::DBInstance": {"DBSubnetGroupName": ref("Named"), "VPCSecurityGroups": GROUPS, "Port": "1"},
    "RDS::DBProxy": {"VpcSubnetIds": SUBNETS, "VpcSecurityGroupIds": GROUPS},
    "Redshift::Cluster": {"ClusterSubnetGroupName": ref("Named"), "VpcSecurityGroupIds": GROUPS, "Port": 1},
    "RedshiftServerless::Workgroup": {"SubnetIds": SUBNETS, "SecurityGroupIds": GROUPS, "Port": 1},
    "Timestream::InfluxDBInstance": {"VpcSubnetIds": SUBNETS, "VpcSecurityGroupIds": GROUPS, "Port": 1},
}  # fmt: skip
SUBNET_GROUP_OF = {
    "DAX::Cluster": ("DAX::SubnetGroup", "SubnetGroupName"),
    "DocDB::DBCluster": ("DocDB::DBSubnetGroup", "DBSubnetGroupName"),
    "ElastiCache::CacheCluster": ("ElastiCache::SubnetGroup", "CacheSubnetGroupName"),
    "ElastiCache::ReplicationGroup": ("ElastiCache::SubnetGroup", "CacheSubnetGroupName"),
    "MemoryDB::Cluster": ("MemoryDB::SubnetGroup", "SubnetGroupName"),
    "Neptune::DBCluster": ("Neptune::DBSubnetGroup", "DBSubnetGroupName"),
    "RDS::DBCluster": ("RDS::DBSubnetGroup", "DBSubnetGroupName"),
    "RDS::DBInstance": ("RDS::DBSubnetGroup", "DBSubnetGroupName"),
    "Redshift::Cluster": ("Redshift::ClusterSubnetGroup", None),
}


def placed(name, subnet_group=None, **properties):
    """A resource of a type in the private subnets, whose group admits port 1, a subnet group with it."""
    found = connected(
        HostGroup=admitting(2049 if name == "EFS::MountTarget" else 1),
        Host=resource(name, **(PLACED[name] | properties)),
    )
    if name in SUBNET_GROUP_OF:
        found["Named"] = resource(SUBNET_GROUP_OF[name][0], SubnetIds=SUBNETS, **(subnet_group or {}))
    return found


@pytest.mark.parametrize("name", PLACED)
def test_each_resource_in_a_vpc_is_reached_by_its_own_group_at_its_own_port(name):
    port = 2049 if name == "EFS::MountTarget" else 1
    assert summary(placed(name), f"Host:{port}") == both(["Host"])
    has_port = name == "EFS::MountTarget" or {"Port", "DBPort"} & set(PLACED[name])
    assert summary(placed(name), "Host:80") == both("other-port" if has_port else "no-ingress-rule")
    closed = placed(name) | {"HostGroup": admitting(80)}
    assert summary(closed, f"Host:{port}") == both("no-ingress-rule")
    assert summary(without(placed(name), "HostGroup"), f"Host:{port}").keys() == {"PrivateA", "PrivateC"}


@pytest.mark.parametrize("name", [name for name, (_, named) in SUBNET_GROUP_OF.items() if named])
def test_a_subnet_group_is_found_by_the_name_it_is_given_in_any_letter_case(name):
    _, named = SUBNET_GROUP_OF[name]
    written = next(key for key in PLACED[name] if key.endswith("SubnetGroupName"))
    assert summary(placed(name, {named: "Orders"}, **{written: "orders"}), "Host:1") == both(["Host"])
    assert summary(placed(name, {named: "Other"}, **{written: "orders"}), "Host:1") == both(
        "?outside-template"
    )


@pytest.mark.parametrize("engine", ["RDS", "DocDB", "Neptune"])
def test_an_instance_of_a_cluster_is_where_its_cluster_is(engine):
    found = connected(
        ClusterGroup=admitting(5432),
        Subnets=resource(f"{engine}::DBSubnetGroup", SubnetIds=SUBNETS),
        Cluster=resource(f"{engine}::DBCluster", DBSubnetGroupName=ref("Subnets"),
                         VpcSecurityGroupIds=[ref("ClusterGroup")]),
        Instance=resource(f"{engine}::DBInstance", DBClusterIdentifier=ref("Cluster")),
    )  # fmt: skip
    assert summary(found, "Instance:5432") == both(["Instance"])
    assert summary(found, "Instance:5433") == both("no-ingress-rule")
    closed = changed(found, "Cluster", VpcSecurityGroupIds=[ref("FunctionGroup")])
    assert summary(closed, "Instance:5432") == both("no-ingress-rule")


def test_the_default_group_is_no_group_that_the_template_makes():
    found = connected(
        Cache=resource("ElastiCache::ReplicationGroup", SecurityGroupIds=[ref("CacheGroup")],
                       CacheSubnetGroupName=ref("Subnets"), Port=6379),
        Subnets=resource("ElastiCache::SubnetGroup", SubnetIds=SUBNETS),
        CacheGroup=admitting(6379),
    )  # fmt: skip
    assert summary(found, "Cache:6379") == both(["Cache"])
    moved = changed(found, "Function", VpcConfig={
        "SubnetIds": SUBNETS, "SecurityGroupIds": [att("Vpc", "DefaultSecurityGroup")]})  # fmt: skip
    assert summary(moved, "Cache:6379") == both("no-ingress-rule")
    default = changed(moved, "Cache", SecurityGroupIds=[att("Vpc", "DefaultSecurityGroup")])
    assert summary(default, "Cache:6379") == both(["Cache"])


def test_a_group_handed_to_a_custom_resource_has_rules_nobody_sees():
    group = att("Vpc", "DefaultSecurityGroup")
    found = changed(one_nat(), "Function", VpcConfig={"SubnetIds": SUBNETS, "SecurityGroupIds": [group]})
    assert summary(found, V4) == both(["NatA", "Gateway"])
    handed = found | {"Restrict": resource("CloudFormation::CustomResource", Group=group)}
    assert summary(handed, V4) == both("?rules-unknown")
    # What only adds rules takes no way away.
    stack = found | {"More": resource("CloudFormation::Stack", Parameters={"Group": group})}
    assert summary(stack, V4) == both(["NatA", "Gateway"])


def test_routes_that_a_virtual_private_gateway_brings_may_be_the_default_route():
    found = connected(
        Vpn=resource("EC2::VPNGateway", Type="ipsec.1"),
        Brings=resource("EC2::VPNGatewayRoutePropagation", RouteTableIds=[ref("TableA")],
                        VpnGatewayId=ref("Vpn")),
    )  # fmt: skip
    assert summary(found, V4) == {"PrivateA": "?outside-template", "PrivateC": "no-default-route"}


def test_an_interface_that_something_else_may_attach_is_not_called_detached():
    found = nat_instance() | {
        "Interface": resource("EC2::NetworkInterface", SubnetId=ref("PublicA"), SourceDestCheck=False,
                              GroupSet=[ref("NatGroup")]),
        "AddressA": resource("EC2::EIP"),
        "Use": resource("EC2::EIPAssociation", NetworkInterfaceId=ref("Interface")),
        "RouteA": route("TableA", NetworkInterfaceId=ref("Interface"))}  # fmt: skip
    assert summary(found, V4)["PrivateA"] == "interface-not-attached"
    launched = found | {"Launch": resource("EC2::LaunchTemplate", LaunchTemplateData={
        "NetworkInterfaces": [{"DeviceIndex": 0, "NetworkInterfaceId": ref("Interface")}]})}  # fmt: skip
    assert summary(launched, V4)["PrivateA"] == "?value-unknown"
    attached = found | {"Attach": resource("EC2::NetworkInterfaceAttachment",
                                           NetworkInterfaceId=ref("Interface"))}  # fmt: skip
    assert summary(attached, V4)["PrivateA"] == ["Interface", "Gateway"]


def own_dns(resources, *servers):
    return resources | {
        "Options": resource("EC2::DHCPOptions", DomainNameServers=list(servers)),
        "UseOptions": resource("EC2::VPCDHCPOptionsAssociation", VpcId=ref("Vpc"),
                               DhcpOptionsId=ref("Options"))}  # fmt: skip


def test_with_other_dns_servers_nobody_knows_what_a_name_resolves_to():
    found = own_dns(endpoints(), "10.0.9.53")
    assert summary(found, "secretsmanager") == both("?own-dns-servers")
    assert summary(found, "s3") == both("?own-dns-servers")
    assert summary(own_dns(one_nat(), "10.0.9.53"), "sts") == both("?own-dns-servers")
    (answer, _) = answers(own_dns(one_nat(), "10.0.9.53"), V4)
    assert [(note.code, note.detail) for note in answer.notes] == [("own-dns-servers", "10.0.9.53")]
    amazon = own_dns(endpoints(), "AmazonProvidedDNS")
    assert summary(amazon, "secretsmanager") == both(["Secrets"])


def test_without_dns_support_a_way_to_the_internet_is_noted_and_one_to_a_service_is_open():
    found = changed(one_nat(), "Vpc", EnableDnsSupport=False)
    assert [note.code for note in answers(found, V4)[0].notes] == ["dns-support-off"]
    assert summary(changed(endpoints(), "Vpc", EnableDnsSupport=False), "s3") == both("?dns-support-off")


def test_an_rds_proxy_says_where_its_database_does_not_admit_it():
    found = database() | {
        "ProxyGroup": admitting(5432),
        "Proxy": resource("RDS::DBProxy", VpcSubnetIds=SUBNETS, VpcSecurityGroupIds=[ref("ProxyGroup")]),
        "Target": resource("RDS::DBProxyTargetGroup", DBProxyName=ref("Proxy"),
                           DBInstanceIdentifiers=[ref("Database")])}  # fmt: skip
    (answer, _) = answers(found, "Proxy:5432")
    assert [(note.code, note.detail) for note in answer.notes] == [
        ("onward-closed", "Proxy → Database, TCP 5432")
    ]
    admitted = found | {"AdmitProxy": resource(
        "EC2::SecurityGroupIngress", GroupId=ref("DatabaseGroup"),
        **rule(5432, SourceSecurityGroupId=ref("ProxyGroup")))}  # fmt: skip
    assert not answers(admitted, "Proxy:5432")[0].notes


# --- services by name ---------------------------------------------------------------------------


def endpoint_for(service, **properties):
    return changed(
        endpoints(), "Secrets", **({"ServiceName": f"com.amazonaws.eu-west-1.{service}"} | properties)
    )


@pytest.mark.parametrize(
    ("asked", "service"),
    [
        ("cloudwatch", "monitoring"),
        ("kinesis", "kinesis-streams"),
        ("firehose", "kinesis-firehose"),
        ("appsync", "appsync-api"),
        ("SQS", "sqs"),
        ("ecr.dkr", "ecr.dkr"),
        ("states", "states"),
    ],
)
def test_a_service_is_found_by_its_endpoints_name_and_by_what_people_call_it(asked, service):
    assert summary(endpoint_for(service), asked) == both(["Secrets"])
    assert summary(endpoints(), asked) == both("no-default-route")


def test_a_word_for_several_endpoints_is_refused_with_their_names():
    with pytest.raises(BadInput, match=r"'ecr' has several endpoints: write ecr\.api or ecr\.dkr"):
        answers(endpoints(), "ecr")


@pytest.mark.parametrize("name", ["s3.example", "secretsmanager.foo", "no-such-service"])
def test_what_is_no_service_is_refused(name):
    with pytest.raises(BadInput, match="is no destination"):
        answers(endpoints(), name)


def test_an_endpoint_of_another_service_is_none_of_this_ones():
    notebook = endpoint_for("", ServiceName="aws.sagemaker.eu-west-1.notebook")
    assert summary(notebook, "secretsmanager") == both("no-default-route")
    # Two names nobody here has heard of may be one service's.
    strange = endpoint_for("entirely-new")
    assert summary(strange, "wickr") == both("no-default-route")
    assert summary(strange, "account-access") == both("?value-unknown")


def test_names_asked_inside_the_vpc_pass_an_endpoint_for_inbound_resolvers_by():
    only = {"PrivateDnsOnlyForInboundResolverEndpoint": "OnlyInboundResolver"}
    every = {"PrivateDnsOnlyForInboundResolverEndpoint": "AllResolvers"}
    assert summary(endpoint_for("s3", DnsOptions=only), "s3") == both(["S3"])
    assert summary(endpoint_for("s3", DnsOptions=every), "s3") == both(["Secrets"])
    assert summary(endpoint_for("s3"), "s3") == both("?value-unknown")
    assert summary(without(endpoint_for("s3"), "S3"), "s3") == both(["Secrets"])


@pytest.mark.parametrize(
    ("name", "service"),
    [("S3::Bucket", "s3"), ("SQS::Queue", "sqs"), ("StepFunctions::StateMachine", "states"),
     ("KinesisFirehose::DeliveryStream", "kinesis-firehose"), ("Lambda::Function", "lambda")],
)  # fmt: skip
def test_what_has_no_address_in_a_vpc_is_asked_for_by_its_service(name, service):
    found = connected(Thing=resource(name))
    for asked in ("Thing", "Thing:443"):
        with pytest.raises(BadInput, match=f"'Thing' is reached through its service: ask for {service}"):
            answers(found, asked)


def test_a_gateway_endpoint_is_no_destination():
    with pytest.raises(BadInput, match="'S3' is a gateway endpoint and has no address: ask for s3"):
        answers(endpoints(), "S3:443")
    assert summary(endpoints(), "Secrets:443") == both(["Secrets"])


# --- what a template writes in more than one way ------------------------------------------------


def first(resources, destination=V4, **sections):
    """The answer from the first subnet."""
    return next(iter(summary(resources, destination, Parameters=PARAMETER, **sections).values()))


@pytest.mark.parametrize(
    ("name", "properties", "answer"),
    [
        ("Ipv6", {"AmazonProvidedIpv6CidrBlock": "true"}, ["EgressOnly"]),
        ("Ipv6", {"AmazonProvidedIpv6CidrBlock": False}, "vpc-without-ipv6"),
        ("Ipv6", {"AmazonProvidedIpv6CidrBlock": EXISTING}, "?value-unknown"),
        ("Ipv6", {"AmazonProvidedIpv6CidrBlock": None, "Ipv6CidrBlock": "2001:db8::/56"}, ["EgressOnly"]),
        ("Ipv6", {"AmazonProvidedIpv6CidrBlock": None, "Ipv6IpamPoolId": EXISTING}, ["EgressOnly"]),
        ("Ipv6", {"AmazonProvidedIpv6CidrBlock": None, "CidrBlock": "10.1.0.0/16"}, "vpc-without-ipv6"),
        ("PrivateA", {"Ipv6CidrBlock": "2001:db8::/64"}, ["EgressOnly"]),
        ("PrivateA", {"Ipv6CidrBlock": None, "Ipv6IpamPoolId": EXISTING}, ["EgressOnly"]),
        ("PrivateA", {"Ipv6CidrBlock": None}, "subnet-without-ipv6"),
        ("EgressOnly", {"VpcId": EXISTING}, "target-in-other-vpc"),
    ],
    ids=str,
)
def test_ipv6_comes_from_amazon_from_a_pool_or_from_ones_own_block(name, properties, answer):
    found = changed(dual_stack(), name, **properties)
    assert first(found | {"Function": function(("PrivateA",), Ipv6AllowedForDualStack=True)}, V6) == answer


def test_a_block_may_be_added_to_a_subnet():
    found = changed(dual_stack(), "PrivateA", Ipv6CidrBlock=None)
    found["Function"] = function(("PrivateA",), Ipv6AllowedForDualStack=True)
    more = {"More": resource("EC2::SubnetCidrBlock", SubnetId=ref("PrivateA"), Ipv6CidrBlock="2001:db8::/64")}
    assert first(found | more, V6) == ["EgressOnly"]
    assert first(found | changed(more, "More", SubnetId=ref("PrivateC")), V6) == "subnet-without-ipv6"


@pytest.mark.parametrize(
    ("zone", "answer"),
    [
        ("eu-west-1a", "az-down"),
        ("eu-west-1c", ["NatA", "Gateway"]),
        (ref("Existing"), "?zone-unknown"),
        ("euw1-az1", "?zone-unknown"),
        (None, "?zone-unknown"),
    ],
    ids=str,
)
def test_a_zone_is_known_by_the_last_letter_of_its_name(zone, answer):
    found = changed(changed(one_nat(), "PrivateA", AvailabilityZone=zone), "PublicA",
                    AvailabilityZone="eu-west-1c")  # fmt: skip
    found = changed(found, "PublicC", AvailabilityZone="eu-west-1a")
    assert next(iter(summary(found, V4, "a", Parameters=PARAMETER).values())) == answer


def test_what_a_template_calls_default_tenancy():
    for tenancy, answer in (("default", ["NatA", "Gateway"]), ("host", ["NatA", "Gateway"]),
                            ("dedicated", "dedicated-tenancy"), (EXISTING, "?value-unknown")):  # fmt: skip
        assert first(changed(one_nat(), "Vpc", InstanceTenancy=tenancy)) == answer


@pytest.mark.parametrize(
    ("zone", "answer"),
    [
        ({"Name": "sts.eu-west-1.amazonaws.com"}, "?outside-template"),
        ({"Name": "STS.EU-WEST-1.AMAZONAWS.COM."}, "?outside-template"),
        ({"Name": "sts.eu-west-1.api.aws"}, "?outside-template"),
        ({"Name": EXISTING}, "?outside-template"),
        ({"Name": "orders.example"}, ["NatA", "Gateway"]),
        ({"Name": "sts.eu-west-1.amazonaws.com", "VPCs": [{"VPCId": EXISTING}]}, ["NatA", "Gateway"]),
        ({"Name": "sts.eu-west-1.amazonaws.com", "VPCs": None}, ["NatA", "Gateway"]),
    ],
    ids=str,
)
def test_a_private_zone_for_names_of_aws_may_lead_them_elsewhere(zone, answer):
    found = one_nat() | {"Zone": resource("Route53::HostedZone", VPCs=[{"VPCId": ref("Vpc")}])}
    assert first(changed(found, "Zone", **zone), "sts") == answer


@pytest.mark.parametrize(
    ("options", "servers", "answer"),
    [
        ("default", [], ["NatA", "Gateway"]),
        (EXISTING, [], "?own-dns-servers"),
        (ref("Options"), ["AmazonProvidedDNS"], ["NatA", "Gateway"]),
        (ref("Options"), ["10.0.9.53", "AmazonProvidedDNS"], ["NatA", "Gateway"]),
        (ref("Options"), ["10.0.9.53"], "?own-dns-servers"),
        (ref("Options"), EXISTING, "?own-dns-servers"),
        (ref("Options"), [EXISTING], "?own-dns-servers"),
        (ref("Options"), None, ["NatA", "Gateway"]),
    ],
    ids=str,
)
def test_dhcp_options_hand_out_dns_servers(options, servers, answer):
    found = changed(own_dns(one_nat(), "x"), "UseOptions", DhcpOptionsId=options)
    assert first(changed(found, "Options", DomainNameServers=servers), "sts") == answer


@pytest.mark.parametrize(
    ("properties", "answer"),
    [
        ({"DestinationCidrBlock": None}, "?value-unknown"),
        ({"DestinationCidrBlock": EXISTING}, "?value-unknown"),
        ({"DestinationCidrBlock": None, "DestinationPrefixListId": EXISTING}, "?value-unknown"),
        ({"DestinationCidrBlock": None, "DestinationPrefixListId": ref("List")}, ["NatA", "Gateway"]),
        ({"DestinationPrefixListId": ref("List")}, "?value-unknown"),
        ({"DestinationCidrBlock": None, "DestinationPrefixListId": ref("Odd")}, "?value-unknown"),
        ({"RouteTableId": EXISTING}, "no-default-route"),
        ({"RouteTableId": att("Vpc", "Odd")}, "?outside-template"),
        ({"RouteTableId": None}, "no-default-route"),
        ({"NatGatewayId": None, "GatewayId": "local"}, "no-default-route"),
    ],
    ids=str,
)
def test_what_a_route_is_for_and_in_which_table(properties, answer):
    found = changed(one_nat(), "RouteA", **properties) | {
        "List": resource("EC2::PrefixList", Entries=[{"Cidr": "0.0.0.0/0"}]),
        "Odd": resource("EC2::PrefixList", Entries=[{"Cidr": "0.0.0.0/0"}, "10.0.0.0/8"])}  # fmt: skip
    assert first(found) == answer


@pytest.mark.parametrize(
    ("properties", "answer"),
    [
        ({"AvailabilityZoneAddresses": ["eu-west-1a", "eu-west-1c"]}, ["NatA", "Gateway"]),
        ({"AvailabilityZoneAddresses": [{"AvailabilityZone": "eu-west-1a"}]}, ["NatA", "Gateway"]),
        ({"AvailabilityZoneAddresses": [{"AvailabilityZone": "eu-west-1c"}]}, "?regional-nat-zone"),
        ({"AvailabilityZoneAddresses": [{"AvailabilityZone": EXISTING}]}, "?regional-nat-zone"),
        ({"AvailabilityZoneAddresses": [{"AvailabilityZone": ""}]}, "?regional-nat-zone"),
        ({"AvailabilityMode": EXISTING}, "?value-unknown"),
        ({"ConnectivityType": EXISTING}, "?value-unknown"),
        ({"ConnectivityType": None}, ["NatA", "Gateway"]),
        ({"VpcId": EXISTING}, "target-in-other-vpc"),
    ],
    ids=str,
)
def test_a_regional_nat_gateway_as_a_template_writes_it(properties, answer):
    found = changed(changed(regional_nat(), "PrivateA", AvailabilityZone="eu-west-1a"), "NatA", **properties)
    assert first(found) == answer


@pytest.mark.parametrize(
    ("properties", "answer"),
    [
        ({"InternetGatewayId": None}, "gateway-not-attached"),
        ({"InternetGatewayId": EXISTING}, "gateway-not-attached"),
        ({"InternetGatewayId": att("Vpc", "Odd")}, "?outside-template"),
        ({"VpcId": EXISTING}, "gateway-of-other-vpc"),
        ({"VpcId": att("Gateway", "Odd")}, "?value-unknown"),
    ],
    ids=str,
)
def test_an_attachment_names_a_gateway_and_a_vpc(properties, answer):
    assert first(changed(one_nat(), "Attachment", **properties)) == answer


@pytest.mark.parametrize(
    ("table", "gateway", "answer"),
    [
        (ref("Edge"), ref("Gateway"), ["NatA", "Gateway"]),
        (ref("PublicTable"), ref("Gateway"), "?hop-not-traced"),
        (EXISTING, ref("Gateway"), "?hop-not-traced"),
        (EXISTING, EXISTING, ["NatA", "Gateway"]),
        (None, ref("Gateway"), ["NatA", "Gateway"]),
    ],
    ids=str,
)
def test_a_route_table_at_a_gateway_counts_if_it_has_routes(table, gateway, answer):
    found = one_nat() | {
        "Edge": resource("EC2::RouteTable", VpcId=ref("Vpc")),
        "EdgeUse": resource("EC2::GatewayRouteTableAssociation")}  # fmt: skip
    assert first(changed(found, "EdgeUse", GatewayId=gateway, RouteTableId=table)) == answer


LONG = "x" * 60


@pytest.mark.parametrize(
    ("read_as", "value", "answer"),
    [
        (reading.shown, True, "true"),
        (reading.shown, {}, "a map"),
        (reading.shown, [], "a list"),
        (reading.shown, 7, "'7'"),
        (reading.shown, LONG, f"'{LONG}'"),
        (reading.shown, LONG + "x", f"'{LONG[:57]}...'"),
        (reading.number, None, None),
        (reading.number, 7, 7),
        (reading.number, " -7 ", -7),
        (reading.number, "123456789", 123456789),
        (reading.number, "1234567890", "'1234567890', which is not a number"),
        (reading.number, "7x", "'7x', which is not a number"),
        (reading.number, True, "true, which is not a number"),
        (reading.protocol, "TCP", "6"),
        (reading.protocol, "udp", "17"),
        (reading.protocol, "icmp", "1"),
        (reading.protocol, "icmpv6", "58"),
        (reading.protocol, "all", "-1"),
        (reading.protocol, -1, "-1"),
        (reading.protocol, None, "a rule without a protocol"),
        (reading.protocol, [], "a list"),
        (reading.protocol, {}, "a map"),
        (reading.listed, None, []),
        (reading.listed, "one", ["one"]),
        (reading.listed, ["one", "two"], ["one", "two"]),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_a_value_is_read_in_each_way_it_may_be_written(read_as, value, answer):
    found = read_as(value)
    assert (found.question if isinstance(found, Undetermined) else found) == answer


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        (None, "default"), (True, True), (False, False), ("true", True), ("TRUE", True), ("False", False),
        ("yes", "'yes', which is not true or false"), (1, "'1', which is not true or false"),
    ],
)  # fmt: skip
def test_what_is_true_or_false_may_be_a_text(value, answer):
    for default in (True, False):
        found = reading.truth(value, default)
        expected = default if answer == "default" else answer
        assert (found.question if isinstance(found, Undetermined) else found) == expected


@pytest.mark.parametrize(
    ("ends", "answer"),
    [
        ((80, "443"), (80, 443)),
        ((-1, -1), (0, 65535)),
        ((None, 80), "a rule for TCP or UDP without a port range"),
        ((80, None), "a rule for TCP or UDP without a port range"),
        (("x", 80), "'x', which is not a number"),
        ((80, "x"), "'x', which is not a number"),
    ],
)
def test_a_range_of_ports_has_two_ends(ends, answer):
    found = reading.ports(*ends)
    assert (found.question if isinstance(found, Undetermined) else found) == answer


@pytest.mark.parametrize(
    ("block", "answer"),
    [
        ({"CidrBlock": "10.1.0.0/16"}, "?rules-unknown"),
        ({"AmazonProvidedIpv6CidrBlock": True}, ["Database"]),
    ],
    ids=str,
)
def test_the_vpcs_block_is_all_of_it_unless_it_has_another(block, answer):
    found = changed(database(), "Admit", SourceSecurityGroupId=None, CidrIp=att("Vpc", "CidrBlock"))
    # Its first block comes from a pool, so that nobody knows it.
    found = changed(found, "Vpc", CidrBlock=None, Ipv4IpamPoolId=EXISTING)
    found["More"] = resource("EC2::VPCCidrBlock", VpcId=ref("Vpc"), **block)
    assert first(found, "Database:5432") == answer


OUT = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
EGRESS = "EC2::SecurityGroupEgress"


@pytest.mark.parametrize(
    ("rules", "answer"),
    [
        ([OUT | {"CidrIp": "0.0.0.0/0"}], ["NatA", "Gateway"]),
        ([OUT | {"CidrIp": EXISTING}], "?rules-unknown"),
        ([OUT | {"CidrIpv6": "::/0"}], "no-egress-rule"),
        ([OUT | {"DestinationSecurityGroupId": EXISTING}], "no-egress-rule"),
        ([OUT | {"SourceSecurityGroupId": EXISTING, "CidrIp": "10.0.0.0/8"}], "no-egress-rule"),
        ([OUT | {"DestinationPrefixListId": EXISTING}], "?rules-unknown"),
        ([OUT | {"DestinationPrefixListId": ref("List")}], ["NatA", "Gateway"]),
        ([OUT | {"SourceSecurityGroupName": "orders"}], "?rules-unknown"),
        ([OUT], "no-egress-rule"),
        ([OUT | {"CidrIp": "10.0.0.0/8"}, "odd"], "?rules-unknown"),
        ([OUT | {"CidrIp": "10.0.0.0/8"}, EXISTING], "?rules-unknown"),
        (EXISTING, "?rules-unknown"),
        ([{"CidrIp": "0.0.0.0/0"}], "?rules-unknown"),
        ([{"IpProtocol": "tcp", "CidrIp": "0.0.0.0/0"}], "?rules-unknown"),
        ([{"IpProtocol": -1, "CidrIp": "0.0.0.0/0"}], ["NatA", "Gateway"]),
    ],
    ids=range(15),
)
def test_a_groups_rules_as_a_template_writes_them(rules, answer):
    found = changed(one_nat(), "FunctionGroup", SecurityGroupEgress=rules)
    found["List"] = resource("EC2::PrefixList", Entries=[{"Cidr": "0.0.0.0/0"}])
    assert first(found) == answer


@pytest.mark.parametrize(
    ("group", "block", "answer"),
    [
        (ref("FunctionGroup"), "0.0.0.0/0", ["NatA", "Gateway"]),
        # Whether the default rule is still there AWS does not say.
        (ref("FunctionGroup"), "10.0.0.0/8", "?rules-unknown"),
        (EXISTING, "10.0.0.0/8", ["NatA", "Gateway"]),
        (None, "10.0.0.0/8", ["NatA", "Gateway"]),
    ],
    ids=str,
)
def test_a_rule_of_its_own_belongs_to_one_group(group, block, answer):
    out = resource(EGRESS, GroupId=group, CidrIp=block, **OUT)
    if group is None:
        del out["Properties"]["GroupId"]
    assert first(one_nat() | {"Out": out}) == answer


def test_rules_for_a_group_that_is_not_known_may_be_this_ones():
    stray = {"Out": resource(EGRESS, GroupId=att("Vpc", "Odd"), CidrIp="0.0.0.0/0", **OUT)}
    closed = changed(one_nat(), "FunctionGroup", SecurityGroupEgress=[OUT | {"CidrIp": "10.0.0.0/8"}])
    assert first(closed) == "no-egress-rule"
    assert first(closed | stray) == "?rules-unknown"
    stack = {"More": resource("CloudFormation::Stack", Parameters={"Group": ref("FunctionGroup")})}
    assert first(closed | stack) == "?rules-unknown"
    application = {"More": resource("Serverless::Application", Parameters={"Group": ref("FunctionGroup")})}
    assert first(closed | application) == "?rules-unknown"
    custom = {"Take": resource("CloudFormation::CustomResource", Group=ref("FunctionGroup"))}
    for handed in (stack | custom, custom | stack, custom):
        assert first(one_nat() | handed) == "?rules-unknown"
    assert first(one_nat() | stack) == ["NatA", "Gateway"]


def test_a_group_that_is_only_named_has_the_rules_that_the_template_adds():
    config = {"SubnetIds": SUBNETS, "SecurityGroupIds": [EXISTING]}
    found = changed(one_nat(), "Function", VpcConfig=config)
    assert first(found) == "?rules-unknown"
    added = resource(EGRESS, GroupId=EXISTING, CidrIp="0.0.0.0/0", **OUT)
    assert first(found | {"Out": added}) != "?rules-unknown"
    default = att("Vpc", "DefaultSecurityGroup")
    moved = changed(database(), "Database", VPCSecurityGroups=[default])
    assert first(moved, "Database:5432") == "no-ingress-rule"
    admitted = resource("EC2::SecurityGroupIngress", GroupId=default,
                        **rule(5432, SourceSecurityGroupId=ref("FunctionGroup")))  # fmt: skip
    assert first(moved | {"In": admitted}, "Database:5432") == ["Database"]


ENTRY = {"RuleNumber": 100, "Egress": True, "RuleAction": "allow", "Protocol": 6,
         "PortRange": {"From": 443, "To": 443}, "CidrBlock": "0.0.0.0/0"}  # fmt: skip


@pytest.mark.parametrize(
    ("properties", "answer"),
    [
        ({}, ["NatA", "Gateway"]),
        ({"RuleAction": "ALLOW"}, ["NatA", "Gateway"]),
        ({"RuleAction": "deny"}, "acl-denies"),
        ({"RuleAction": EXISTING}, "?acl-unknown"),
        ({"RuleAction": None}, "?acl-unknown"),
        ({"Egress": None}, "acl-denies"),
        ({"Egress": "true"}, ["NatA", "Gateway"]),
        ({"Egress": EXISTING}, "?acl-unknown"),
        ({"RuleNumber": None}, "?acl-unknown"),
        ({"RuleNumber": "100"}, ["NatA", "Gateway"]),
        ({"RuleNumber": EXISTING}, "?acl-unknown"),
        ({"Protocol": -1, "PortRange": None}, ["NatA", "Gateway"]),
        ({"Protocol": 17}, "acl-denies"),
        ({"PortRange": None}, "?acl-unknown"),
        ({"PortRange": {"From": 80, "To": 442}}, "acl-denies"),
        ({"CidrBlock": None, "Ipv6CidrBlock": "::/0"}, "acl-denies"),
        ({"CidrBlock": None}, "?acl-unknown"),
        ({"NetworkAclId": EXISTING}, "acl-denies"),
        ({"NetworkAclId": None}, "acl-denies"),
        ({"NetworkAclId": att("Vpc", "Odd")}, "?acl-unknown"),
    ],
    ids=str,
)
def test_an_acl_entry_as_a_template_writes_it(properties, answer):
    found = with_acl(one_nat(), ("PrivateA",), EVERYTHING_IN, [])
    found["Out"] = resource("EC2::NetworkAclEntry", NetworkAclId=ref("Acl"), **ENTRY)
    assert first(changed(found, "Out", **properties)) == answer


def test_entries_that_something_else_may_add_leave_an_acl_open():
    found = with_acl(one_nat(), ("PrivateA",), EVERYTHING_IN, [])
    assert first(found) == "acl-denies"
    stack = resource("CloudFormation::Stack", Parameters={"Acl": ref("Acl")})
    assert first(found | {"More": stack}) == "?acl-unknown"
    # The default one decides with its own entries, whatever comes after them.
    default = resource("CloudFormation::Stack", Parameters={"Acl": att("Vpc", "DefaultNetworkAcl")})
    assert first(one_nat() | {"More": default}) == ["NatA", "Gateway"]


def test_an_existing_acl_has_the_entries_that_the_template_adds():
    found = with_acl(one_nat(), ("PrivateA",), EVERYTHING_IN, EVERYTHING_OUT)
    found = changed(found, "AclPrivateA", NetworkAclId=EXISTING)
    assert first(found) == "?acl-unknown"
    for name, body in found.items():
        if body["Type"] == "AWS::EC2::NetworkAclEntry":
            found = changed(found, name, NetworkAclId=EXISTING)
    assert first(found) == ["NatA", "Gateway"]


@pytest.mark.parametrize(
    ("config", "answer"),
    [
        ([], "?value-unknown"),
        (EXISTING, "?value-unknown"),
        ({}, []),
        ({"SubnetIds": [], "SecurityGroupIds": []}, []),
        ({"SubnetIds": SUBNETS, "SecurityGroupIds": []}, "vpc-config-incomplete"),
        ({"SubnetIds": SUBNETS, "SecurityGroupIds": [ref("FunctionGroup")] * 6}, ["NatA", "Gateway"]),
        ({"SubnetIds": SUBNETS * 9, "SecurityGroupIds": [ref("FunctionGroup")]}, ["NatA", "Gateway"]),
    ],
    ids=range(7),
)
def test_how_a_function_is_connected_as_a_template_writes_it(config, answer):
    assert first(changed(one_nat(), "Function", VpcConfig=config)) == answer


def test_lambda_takes_sixteen_subnets_and_five_groups():
    subnets, groups = [f"subnet-{n:08x}" for n in range(17)], [f"sg-{n:08x}" for n in range(6)]
    for taken, in_groups, answer in ((16, 5, "outside-template"), (17, 5, "value-unknown"),
                                 (16, 6, "value-unknown")):  # fmt: skip
        config = {"SubnetIds": subnets[:taken], "SecurityGroupIds": groups[:in_groups]}
        assert answers(changed(one_nat(), "Function", VpcConfig=config), V4)[0].why == answer


@pytest.mark.parametrize(
    ("properties", "asked_for", "answer"),
    [
        ({"ServiceName": "com.amazonaws.eu-west-1.sqs"}, "sqs", ["Secrets"]),
        ({"ServiceName": "cn.com.amazonaws.cn-north-1.sqs"}, "sqs", ["Secrets"]),
        ({"ServiceName": "com.amazonaws.iam"}, "iam", ["Secrets"]),
        ({"ServiceName": "aws.api.eu-west-1.bedrock-runtime"}, "bedrock-runtime", ["Secrets"]),
        ({"ServiceName": EXISTING}, "sqs", "?value-unknown"),
        ({"ServiceName": 7}, "sqs", "?value-unknown"),
        ({"ServiceName": None}, "sqs", "?value-unknown"),
        ({"ServiceName": None, "VpcEndpointType": "GatewayLoadBalancer"}, "sqs", "no-default-route"),
        ({"ServiceName": None, "VpcEndpointType": "Resource"}, "sqs", "no-default-route"),
        ({"ServiceName": None, "VpcEndpointType": "ServiceNetwork"}, "sqs", "no-default-route"),
        ({"ServiceRegion": {"Ref": "AWS::Region"}}, "secretsmanager", ["Secrets"]),
        ({"ServiceRegion": "eu-north-1"}, "secretsmanager", "?value-unknown"),
        ({"VpcId": None}, "secretsmanager", "no-default-route"),
        ({"PolicyDocument": EXISTING}, "secretsmanager", "?endpoint-policy-unknown"),
    ],
    ids=str,
)
def test_an_endpoint_as_a_template_writes_it(properties, asked_for, answer):
    assert first(changed(endpoints(), "Secrets", **properties), asked_for) == answer


# --- subnets from outside -----------------------------------------------------------------------

SUBNET_PARAMETERS = {
    "Subnets": {"Type": "List<AWS::EC2::Subnet::Id>"},
    "One": {"Type": "AWS::EC2::Subnet::Id"},
}


def outside(subnets=None, **group):
    """A function in subnets that exist already."""
    config = {"SubnetIds": subnets or ref("Subnets"), "SecurityGroupIds": [ref("FunctionGroup")]}
    return {
        "Function": resource("Lambda::Function", VpcConfig=config),
        "FunctionGroup": resource("EC2::SecurityGroup", GroupDescription="f", VpcId="vpc-0123456789abcdef0",
                                  **group),
    }  # fmt: skip


def only(found, destination):
    (answer,) = summary(found, destination, Parameters=SUBNET_PARAMETERS).values()
    return answer


def test_what_the_groups_alone_decide_needs_no_subnets():
    closed = outside(SecurityGroupEgress=[rule(5432, CidrIp="10.0.0.0/16")])
    for destination in (V4, "s3", "secretsmanager"):
        assert only(closed, destination) == "no-egress-rule"
    # A rule for the VPC's own addresses may lead to an endpoint there.
    inside = outside(SecurityGroupEgress=[rule(443, CidrIp="10.0.0.0/16")])
    assert only(inside, V4) == "no-egress-rule"
    assert only(inside, "secretsmanager").startswith("?")


def test_the_ipv6_flag_alone_decides_over_ipv6():
    assert only(outside(), V6) == "ipv6-not-allowed"
    allowed = outside()
    allowed["Function"]["Properties"]["VpcConfig"]["Ipv6AllowedForDualStack"] = True
    assert only(allowed, V6) == "?outside-template"


def test_a_route_table_of_the_template_decides_for_an_existing_subnet():
    table = {
        "Table": resource("EC2::RouteTable", VpcId="vpc-0123456789abcdef0"),
        "Use": resource("EC2::SubnetRouteTableAssociation", SubnetId=ref("One"), RouteTableId=ref("Table")),
    }
    assert only(outside([ref("One")]) | table, V4) == "no-default-route"
    # One item of a list is not another.
    second = changed(table, "Use", SubnetId={"Fn::Select": [1, ref("Subnets")]})
    first = outside([{"Fn::Select": [0, ref("Subnets")]}])
    assert only(first | second, V4) == "?outside-template"
    same = changed(table, "Use", SubnetId={"Fn::Select": [0, ref("Subnets")]})
    assert only(first | same, V4) == "no-default-route"


def test_in_an_existing_vpc_an_endpoint_may_take_the_calls():
    existing = {
        name: changed({name: body}, name, VpcId=EXISTING)[name] if "VpcId" in body["Properties"] else body
        for name, body in without(connected(), "Vpc").items()
    }
    assert set(summary(existing, V4, Parameters=PARAMETER).values()) == {"no-default-route"}
    assert set(summary(existing, "sts", Parameters=PARAMETER).values()) == {"?outside-template"}


# --- values that cannot be ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("allocation", "why"),
    [
        (ref("AddressA"), "nat-without-address"),
        (att("AddressA", "PublicIp"), "nat-without-address"),
        (ref("Vpc"), "nat-without-address"),
        ("203.0.113.7", "nat-without-address"),
        (att("AddressC", "AllocationId"), "nat-address-taken"),
    ],
    ids=str,
)
def test_what_is_no_allocation_of_its_own_gives_a_nat_gateway_no_address(allocation, why):
    found = changed(nat_per_az(), "NatA", AllocationId=allocation)
    told = summary(found, V4)
    assert why in told.values(), told


def test_an_allocation_that_exists_already_is_an_address():
    assert summary(changed(one_nat(), "NatA", AllocationId="eipalloc-0123456789abcdef0"), V4) == both(
        ["NatA", "Gateway"])  # fmt: skip
    taken = changed(one_nat(), "NatA", AllocationId=EXISTING)
    assert summary(taken, V4, Parameters=PARAMETER) == both(["NatA", "Gateway"])


def test_two_nat_gateways_on_one_parameter_share_an_address():
    found = changed(changed(nat_per_az(), "NatA", AllocationId=EXISTING), "NatC", AllocationId=EXISTING)
    assert summary(found, V4, Parameters=PARAMETER) == {
        "PrivateA": ["NatA", "Gateway"], "PrivateC": "nat-address-taken"}  # fmt: skip


def test_targets_that_an_open_condition_chooses_are_not_counted_as_two():
    nothing = {"Ref": "AWS::NoValue"}
    found = changed(
        only_a(one_nat()), "RouteA", NatGatewayId={"Fn::If": ["Odd", ref("NatA"), nothing]},
        GatewayId={"Fn::If": ["Odd", nothing, ref("Gateway")]},
    )  # fmt: skip
    parameters = {name: {"Type": "String"} for name in ("One", "Other")}
    conditions = {"Odd": {"Fn::Equals": [ref("One"), ref("Other")]}}
    assert summary(found, V4, Parameters=parameters, Conditions=conditions) == {"PrivateA": "?value-unknown"}


def test_a_written_internet_gateway_makes_a_subnet_public():
    found = changed(one_nat(), "RouteA", NatGatewayId=None, GatewayId="igw-0123456789abcdef0")
    assert summary(found, V4)["PrivateA"] == "public-subnet"


@pytest.mark.parametrize("block", [["0.0.0.0/0"], {"a": 1}, "everywhere", 7, True], ids=str)
def test_a_block_that_is_none_leaves_a_rule_open(block):
    found = changed(one_nat(), "FunctionGroup", SecurityGroupEgress=[rule(443, CidrIp=block)])
    assert summary(found, V4) == both("?rules-unknown")


def test_a_routes_block_of_the_other_ip_version_is_no_destination():
    found = changed(
        only_a(one_nat()), "RouteA", DestinationCidrBlock=None, DestinationIpv6CidrBlock="0.0.0.0/0"
    )
    (answer,) = answers(found, V4)
    assert isinstance(answer, network.Unknown)
    assert "0.0.0.0/0, which is not an IPv6 block" in answer.what


def test_an_unknown_protocol_may_be_all_whatever_the_ports():
    protocol = {"Protocol": {"Type": "String"}}
    rules = [{"IpProtocol": ref("Protocol"), "FromPort": 80, "ToPort": 80, "CidrIp": "0.0.0.0/0"}]
    found = changed(one_nat(), "FunctionGroup", SecurityGroupEgress=rules)
    assert summary(found, V4, Parameters=protocol) == both("?rules-unknown")
    entries = with_acl(one_nat(), BOTH, EVERYTHING_IN, EVERYTHING_OUT)
    entries = changed(entries, "AclOut100", Protocol=ref("Protocol"), PortRange={"From": 80, "To": 80})
    assert summary(entries, V4, Parameters=protocol) == both("?acl-unknown")


@pytest.mark.parametrize(("name", "property_"), [("Vpc", "InstanceTenancy"), ("PrivateA", "Ipv6Native")])
def test_an_open_value_that_decides_whether_lambda_connects_is_not_passed_over(name, property_):
    found = changed(only_a(one_nat()), name, **{property_: EXISTING})
    assert summary(found, V4, Parameters=PARAMETER) == {"PrivateA": "?value-unknown"}


def test_an_endpoint_policy_without_a_principal_is_none():
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    assert summary(changed(endpoints(), "S3", PolicyDocument=policy), "s3") == both(
        "?endpoint-policy-unknown"
    )


def test_an_endpoint_elsewhere_does_not_decide_where_the_internet_is_not_known():
    found = changed(endpoints(), "S3", RouteTableIds=[ref("TableA")])
    found |= {"RouteC": route("TableC", NatGatewayId=EXISTING)}
    assert summary(found, "s3", Parameters=PARAMETER)["PrivateC"] == "?outside-template"


def test_narrower_routes_of_the_nat_gateways_subnet_are_noted():
    found = one_nat() | {"Narrow": route("PublicTable", "203.0.113.0/24", TransitGatewayId="tgw-1")}
    assert [(n.code, n.detail) for n in answers(found, V4)[0].notes] == [
        ("narrower-routes", "203.0.113.0/24")
    ]


# --- answers ------------------------------------------------------------------------------------


def test_a_blocked_answer_names_file_line_and_resource():
    found = answers(without(one_nat(), "Attachment"), V4)[0]
    text = json.dumps({"Resources": without(one_nat(), "Attachment")}, indent=1).split("\n")
    assert (found.at, found.path) == ("Gateway", "template.json")
    assert '"Gateway": {' in text[found.line - 1]


def test_every_reachable_scenario_is_answered():
    resources = one_nat()
    resources["RouteA"] = resources["RouteA"] | {"Condition": "WithNat"}
    found = answers(
        resources, V4,
        Parameters={"Nat": {"Type": "String", "Default": "yes", "AllowedValues": ["yes", "no"]}},
        Conditions={"WithNat": {"Fn::Equals": [ref("Nat"), "yes"]}},
    )  # fmt: skip
    told = {(a.scenario["Nat"], a.subnet): type(a).__name__ for a in found}
    assert told == {
        ("yes", "PrivateA"): "Reached", ("yes", "PrivateC"): "Reached",
        ("no", "PrivateA"): "Blocked", ("no", "PrivateC"): "Reached"}  # fmt: skip


@pytest.mark.parametrize(
    ("source", "destination", "message"),
    [
        ("Functon", V4, "has no Lambda function 'Functon' \\(did you mean 'Function'"),
        ("Function", "internet", "'internet' is no destination"),
        ("Function", "Databse:5432", "has no resource 'Databse' \\(did you mean 'Database'"),
        ("Function", "Database", "'Database' needs a port: Database:5432"),
        ("Function", "Database:0", "a port is 1 to 65535"),
        ("Function", "secretmanager", "is no destination \\(did you mean 'secretsmanager'"),
    ],
)
def test_a_mistaken_question_is_refused_with_the_mend(source, destination, message):
    with pytest.raises(BadInput, match=message):
        answers(database(), destination, source=source)


# --- properties ---------------------------------------------------------------------------------

NETWORKS = {
    "nat-per-az": (nat_per_az(), V4),
    "nat-instance": (nat_instance(), V4),
    "acl": (WORKING["network ACLs with return ports"][0], V4),
    "halves": (WORKING["two halves of the internet in routes"][0], V4),
    "dual-stack": (dual_stack(), V6),
    "s3": (endpoints(), "s3"),
    "secretsmanager": (endpoints(), "secretsmanager"),
    "database": (database(), "Database:5432"),
}
# Each only ever lets packets through here: no route is narrower than a working one, no entry denies.
LETS_THROUGH = ("AWS::EC2::Route", "AWS::EC2::VPCGatewayAttachment", "AWS::EC2::SubnetRouteTableAssociation",
                "AWS::EC2::SecurityGroupIngress", "AWS::EC2::NetworkAclEntry", "AWS::EC2::VPCEndpoint",
                "AWS::EC2::EIP", "AWS::EC2::VPCCidrBlock")  # fmt: skip
RANK = {network.Blocked: 0, network.Unknown: 1, network.Reached: 2}
networks = st.sampled_from(sorted(NETWORKS))


def ranks(resources, destination):
    return {a.subnet: RANK[type(a)] for a in answers(resources, destination)}


@given(name=networks, data=st.data())
def test_what_only_lets_through_never_gains_reachability_by_its_removal(name, data):
    resources, destination = NETWORKS[name]
    removable = sorted(n for n, body in resources.items() if body["Type"] in LETS_THROUGH)
    gone = data.draw(st.sets(st.sampled_from(removable), min_size=1))
    before, after = ranks(resources, destination), ranks(without(resources, *gone), destination)
    for subnet, rank in after.items():
        assert rank <= before[subnet], f"without {sorted(gone)} the way from {subnet} got better"


@given(name=networks, data=st.data())
def test_an_allow_rule_more_never_takes_reachability(name, data):
    resources, destination = NETWORKS[name]
    more = data.draw(st.lists(st.sampled_from([
        rule(443, CidrIp="0.0.0.0/0"), rule(443, CidrIp="203.0.113.0/24"), ALL_OUT,
        rule(5432, CidrIp="10.0.0.0/16")]), max_size=3))  # fmt: skip
    groups = [n for n, b in resources.items() if b["Type"] == "AWS::EC2::SecurityGroup" and
              "SecurityGroupEgress" in b["Properties"]]  # fmt: skip
    wider = resources
    for group in groups:
        rules = resources[group]["Properties"]["SecurityGroupEgress"]
        wider = changed(wider, group, SecurityGroupEgress=[*rules, *more])
    before, after = ranks(resources, destination), ranks(wider, destination)
    assert all(after[subnet] >= rank for subnet, rank in before.items())


def renamed(value, names):
    if isinstance(value, dict):
        return {names.get(k, k): renamed(v, names) for k, v in value.items()}
    if isinstance(value, list):
        return [renamed(v, names) for v in value]
    return names.get(value, value) if isinstance(value, str) else value


EVERY = {
    **{f"working: {k}": v[:2] for k, v in WORKING.items()},
    **{f"broken: {k}": v[:2] for k, v in BROKEN.items()},
}


@given(name=st.sampled_from(sorted(EVERY)), data=st.data())
def test_names_and_order_of_resources_change_nothing(name, data):
    resources, destination = EVERY[name]
    order = data.draw(st.permutations(sorted(resources)))
    names = {old: f"X{number}" for number, old in enumerate(order)}
    moved = {old: resources[old] for old in order}
    target = names.get(destination.split(":")[0], destination.split(":")[0])
    asked = ":".join([target, *destination.split(":")[1:]])
    before = summary(resources, destination)
    after = summary({names[k]: renamed(v, names) for k, v in moved.items()}, asked, source=names["Function"])
    assert after == {names.get(k, k): [names[h] for h in v] if isinstance(v, list) else v
                     for k, v in before.items()}  # fmt: skip


def in_short_form(value):
    """The value with long functions as tagged nodes, for a YAML dumper."""
    if isinstance(value, dict) and len(value) == 1:
        ((name, argument),) = value.items()
        if name == "Ref" or name.startswith("Fn::"):
            return Tagged("!" + name.removeprefix("Fn::"), in_short_form(argument))
    if isinstance(value, dict):
        return {k: in_short_form(v) for k, v in value.items()}
    return [in_short_form(v) for v in value] if isinstance(value, list) else value


class Tagged:
    def __init__(self, tag, value):
        self.tag, self.value = tag, value


class Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data):
        return True


def _tagged(dumper, tagged):
    if isinstance(tagged.value, list):
        return dumper.represent_sequence(tagged.tag, tagged.value)
    return dumper.represent_scalar(tagged.tag, str(tagged.value))


Dumper.add_representer(Tagged, _tagged)


def obstacles_of(resources, destination, **sections):
    """Every obstacle on every way, with the template's text by line."""
    found = read(resources, **sections)
    for one in from_template.networks(found):
        question = read_question([one], destination)
        for _, walk in walks(one, one.function("Function"), question):
            yield from walk.obstacles


OBSTRUCTED = {name: case[:2] for name, case in {**BROKEN, **OPEN}.items()}


@pytest.mark.parametrize("name", OBSTRUCTED)
def test_an_obstacle_points_at_a_property_of_its_resource_and_at_the_line_of_it(name):
    resources, destination = OBSTRUCTED[name]
    text = json.dumps({"Resources": resources, "Parameters": PARAMETER}, indent=1).split("\n")
    for obstacle in obstacles_of(resources, destination, Parameters=PARAMETER):
        resource_ = resources.get(obstacle.at.name)
        if obstacle.part and resource_ is not None:
            schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("ap-northeast-1", resource_["Type"]).schema
            assert obstacle.part in schema["properties"], obstacle
            if obstacle.part in resource_["Properties"]:
                assert f'"{obstacle.part}":' in text[obstacle.line - 1], obstacle
            else:
                assert f'"{obstacle.at.name}": {{' in text[obstacle.at.line - 1], obstacle


@pytest.mark.parametrize("name", EVERY)
def test_yaml_with_short_forms_and_json_agree(name):
    resources, destination = EVERY[name]
    text = yaml.dump({"Resources": in_short_form(resources)}, Dumper=Dumper)
    found = network.trace(from_template.networks(template.parse(text)), "Function", destination)
    expected = network.trace(from_template.networks(read(resources)), "Function", destination)
    told = [[(type(a), a.subnet, getattr(a, "hops", None), getattr(a, "why", None)) for a in x]
            for x in (found, expected)]  # fmt: skip
    assert told[0] == told[1]


def test_acl_entries_for_ipv6_are_their_own():
    resources = with_acl(dual_stack(), BOTH, EVERYTHING_IN, EVERYTHING_OUT)
    assert summary(resources, V6) == both("acl-denies")
    entries = [(200, "allow", 6, (443, 443), "::/0"), (210, "allow", 6, (1024, 65535), "::/0")]
    resources |= acl_entries("Acl", egress=True, entries=entries)
    resources |= acl_entries("Acl", egress=False, entries=entries)
    assert summary(resources, V6) == both(["EgressOnly"])


# --- what is not for the template to say --------------------------------------------------------

CUSTOM = {"Custom": {"Type": "Custom::Lookup", "Properties": {"ServiceToken": "arn"}}}
OWN_TYPE = {"Custom": {"Type": "Own::Net::Lookup", "Properties": {}}}
INSTANCE = {"DBClusterIdentifier": ref("Cluster"), "DBSubnetGroupName": ref("Subnets")}
BALANCER = {"Scheme": "internet-facing", "SecurityGroups": [ref("Open")]}
OPEN_GROUP = resource("EC2::SecurityGroup", VpcId=ref("Vpc"), SecurityGroupIngress=[
    rule(443, CidrIp="0.0.0.0/0")])  # fmt: skip


def zone_for(name):
    return {"Zone": resource("Route53::HostedZone", Name=name, VPCs=[{"VPCId": ref("Vpc")}])}


def two_addresses(first, second):
    """Two NAT gateways with addresses of a mapping whose first key is a parameter."""
    chosen = [{"Fn::FindInMap": ["Map", ref("Stage"), key]} for key in (first, second)]
    return changed(
        changed(nat_per_az(), "NatA", AllocationId=chosen[0]), "NatC", AllocationId=chosen[1]
    )  # fmt: skip


OPEN_ENDS = {
    "a subnet that a custom resource gives": (
        changed(one_nat() | CUSTOM, "Function", VpcConfig={
            "SubnetIds": [ref("Custom")], "SecurityGroupIds": [ref("FunctionGroup")]}), V4),
    "a group that a type of one's own gives": (
        changed(only_a(one_nat()) | OWN_TYPE, "Function", VpcConfig={
            "SubnetIds": [ref("PrivateA")], "SecurityGroupIds": [ref("Custom")]}), V4),
    "an address that a custom resource gives": (
        changed(only_a(one_nat()) | CUSTOM, "NatA", AllocationId=att("Custom", "AllocationId")), V4),
    "an internet gateway that a custom resource gives": (
        changed(only_a(one_nat()) | CUSTOM, "Attachment", InternetGatewayId=ref("Custom")), V4),
    "a load balancer with an empty list of subnets": (
        only_a(one_nat()) | {"Inside": resource(
            "ElasticLoadBalancingV2::LoadBalancer", Scheme="internal", Subnets=[],
            SecurityGroups=[ref("FunctionGroup")])}, "Inside:443"),
    "an OpenSearch domain with an empty list of subnets": (
        only_a(one_nat()) | {"Search": resource(
            "OpenSearchService::Domain", VPCOptions={"SubnetIds": []})}, "Search:443"),
    "an instance of a cluster elsewhere": (
        only_a(database()) | {
            "Cluster": resource("CloudFormation::Stack", TemplateURL="https://example.com/t"),
            "Subnets": resource("RDS::DBSubnetGroup", SubnetIds=[ref("PrivateA"), ref("PrivateC")]),
            "Database": resource("RDS::DBInstance", **INSTANCE)}, "Database:5432"),
    "a load balancer on the internet in private subnets": (
        only_a(one_nat()) | {"Open": OPEN_GROUP, "Outside": resource(
            "ElasticLoadBalancingV2::LoadBalancer", Subnets=[ref("PrivateC")], **BALANCER)}, "Outside:443"),
    "an endpoint for a service of another Region": (
        changed(only_a(endpoints()), "Secrets", ServiceRegion="eu-north-1"), "secretsmanager"),
    "a hosted zone for the names of a service": (
        changed(only_a(endpoints()) | zone_for("secretsmanager.eu-west-1.amazonaws.com"), "Secrets",
                PrivateDnsEnabled=False), "secretsmanager"),
    "private DNS that is not known behind a group that lets out to a group": (
        changed(
            changed(only_a(endpoints()), "Secrets", PrivateDnsEnabled={"Fn::ImportValue": "dns"}),
            "FunctionGroup", SecurityGroupEgress=[
                rule(443, DestinationSecurityGroupId=att("EndpointGroup", "GroupId"))]), "secretsmanager"),
    "a subnet whose IPv4 block is none": (
        changed(changed(only_a(endpoints()), "PrivateA", CidrBlock="2001:db8::/64"),
                "EndpointGroup", SecurityGroupIngress=[rule(443, CidrIp="10.0.0.0/16")]), "secretsmanager"),
}  # fmt: skip


@pytest.mark.parametrize("name", OPEN_ENDS)
def test_what_the_template_does_not_say_is_never_certain(name):
    resources, destination = OPEN_ENDS[name]
    told = answers(resources, destination)
    assert told and all(isinstance(answer, network.Unknown) for answer in told), told


def test_two_values_of_a_mapping_with_an_open_key_are_two():
    declared = {"Parameters": {"Stage": {"Type": "String"}}, "Mappings": {"Map": {}}}
    assert "nat-address-taken" not in summary(two_addresses("A", "C"), V4, **declared).values()
    assert summary(two_addresses("A", "A"), V4, **declared)["PrivateC"] == "nat-address-taken"


def test_a_port_that_is_not_known_may_be_another():
    found = only_a(database())
    written = next(n for n, r in found.items() if r["Type"] == "AWS::RDS::DBInstance")
    opened = changed(found, written, Port={"Fn::ImportValue": "port"})
    assert summary(opened, f"{written}:5432") == {"PrivateA": "?value-unknown"}


def test_a_hosted_zone_for_other_names_leads_nothing_away():
    found = only_a(endpoints())
    assert summary(found | zone_for("example.internal"), "secretsmanager") == summary(found, "secretsmanager")


def test_an_endpoint_of_a_global_service_is_found_by_its_name():
    found = changed(only_a(endpoints()), "Secrets", ServiceName="com.amazonaws.iam")
    assert summary(found, "iam") == {"PrivateA": ["Secrets"]}


@pytest.mark.parametrize(
    "public",
    [
        resource("ECS::Service", NetworkConfiguration={"AwsvpcConfiguration": {
            "Subnets": [ref("PublicA")], "AssignPublicIp": "ENABLED"}}),
        resource("MSK::Cluster", BrokerNodeGroupInfo={
            "ClientSubnets": [ref("PublicA")],
            "ConnectivityInfo": {"PublicAccess": {"Type": "SERVICE_PROVIDED_EIPS"}}}),
        resource("RDS::DBInstance", Engine="postgres"),
    ],
    ids=["tasks", "brokers", "a database by default"],
)  # fmt: skip
def test_what_may_have_a_public_address_is_not_certainly_closed_to_a_function_without_vpc(public):
    assert from_nowhere(Public=public) == "?public-address-not-traced"


def from_nowhere(resources=None, **more):
    """What a function outside any VPC is told about the resource `Public`."""
    found = (
        (one_nat() if resources is None else resources) | more | {"Function": resource("Lambda::Function")}
    )
    (answer,) = summary(found, "Public:443", Parameters=PARAMETER).values()
    return answer


def tasks(**config):
    return resource("ECS::Service", NetworkConfiguration={"AwsvpcConfiguration": {
        "Subnets": [ref("PrivateA")], **config}})  # fmt: skip


def brokers(**access):
    return resource("MSK::Cluster", BrokerNodeGroupInfo={
        "ClientSubnets": [ref("PrivateA")], "ConnectivityInfo": access})  # fmt: skip


IN_A = {"SubnetId": ref("PrivateA")}
MAYBE, NO = "?public-address-not-traced", "function-outside-vpc"
ADDRESSES = {
    "an instance": ({"Public": resource("EC2::Instance", **IN_A)}, NO),
    "an instance with an address": (
        {"Public": resource("EC2::Instance", **IN_A), "Ip": resource("EC2::EIP", InstanceId=ref("Public"))},
        MAYBE),
    "an instance an address is associated with": (
        {"Public": resource("EC2::Instance", **IN_A),
         "Use": resource("EC2::EIPAssociation", InstanceId=ref("Public"))}, MAYBE),
    "an interface": ({"Public": resource("EC2::NetworkInterface", **IN_A)}, NO),
    "an interface an address is associated with": (
        {"Public": resource("EC2::NetworkInterface", **IN_A),
         "Use": resource("EC2::EIPAssociation", NetworkInterfaceId=ref("Public"))}, MAYBE),
    "an instance by its interface, which has an address": (
        {"Public": resource("EC2::Instance", NetworkInterfaces=[{"NetworkInterfaceId": ref("Nic")}]),
         "Nic": resource("EC2::NetworkInterface", **IN_A),
         "Use": resource("EC2::EIPAssociation", NetworkInterfaceId=ref("Nic"))}, MAYBE),
    "an instance by its interface": (
        {"Public": resource("EC2::Instance", NetworkInterfaces=[{"NetworkInterfaceId": ref("Nic")}]),
         "Nic": resource("EC2::NetworkInterface", **IN_A)}, NO),
    "an instance handed to a custom resource": (
        {"Public": resource("EC2::Instance", **IN_A),
         "Maker": resource("CloudFormation::CustomResource", Instance=ref("Public"))}, MAYBE),
    "an instance that asks for an address": (
        {"Public": resource("EC2::Instance", NetworkInterfaces=[
            {"DeviceIndex": "0", "AssociatePublicIpAddress": True, **IN_A}])}, MAYBE),
    "an instance that asks for none": (
        {"Public": resource("EC2::Instance", NetworkInterfaces=[
            {"DeviceIndex": "0", "AssociatePublicIpAddress": False, **IN_A}])}, NO),
    "an instance in an existing subnet": (
        {"Public": resource("EC2::Instance", SubnetId=ref("Existing"))}, MAYBE),
    "tasks": ({"Public": tasks()}, NO),
    "tasks without an address": ({"Public": tasks(AssignPublicIp="DISABLED")}, NO),
    "tasks with a parameter": ({"Public": tasks(AssignPublicIp=ref("Existing"))}, MAYBE),
    "brokers": ({"Public": brokers()}, NO),
    "brokers without public access": ({"Public": brokers(PublicAccess={"Type": "DISABLED"})}, NO),
    "brokers with a parameter": ({"Public": brokers(PublicAccess={"Type": ref("Existing")})}, MAYBE),
    "a database that is not": ({"Public": resource("RDS::DBInstance", PubliclyAccessible=False)}, NO),
    "a database that is": ({"Public": resource("RDS::DBInstance", PubliclyAccessible="true")}, MAYBE),
    "a broker that is": ({"Public": resource("AmazonMQ::Broker", PubliclyAccessible=True)}, MAYBE),
    "a broker": ({"Public": resource("AmazonMQ::Broker")}, NO),
    "a cluster one of whose instances is": (
        {"Public": resource("RDS::DBCluster"), "Instance": resource(
            "RDS::DBInstance", DBClusterIdentifier=ref("Public"), PubliclyAccessible=True)}, MAYBE),
    "a cluster whose instances are not": (
        {"Public": resource("RDS::DBCluster"), "Instance": resource(
            "RDS::DBInstance", DBClusterIdentifier=ref("Public"), PubliclyAccessible=False)}, NO),
    "a search domain": ({"Public": resource("OpenSearchService::Domain")}, MAYBE),
    "an older search domain": ({"Public": resource("Elasticsearch::Domain")}, MAYBE),
    "a search domain in a VPC": (
        {"Public": resource("OpenSearchService::Domain", VPCOptions={"SubnetIds": SUBNETS})}, NO),
    "a load balancer": ({"Public": resource("ElasticLoadBalancing::LoadBalancer", Subnets=SUBNETS)}, MAYBE),
    "an internal load balancer": (
        {"Public": resource("ElasticLoadBalancing::LoadBalancer", Subnets=SUBNETS, Scheme="internal")}, NO),
    "a load balancer with a parameter": (
        {"Public": resource("ElasticLoadBalancingV2::LoadBalancer", Subnets=SUBNETS,
                            Scheme=ref("Existing"))}, MAYBE),
}  # fmt: skip


@pytest.mark.parametrize("name", ADDRESSES)
def test_from_outside_any_vpc_a_host_is_closed_unless_it_may_have_a_public_address(name):
    resources, answer = ADDRESSES[name]
    assert from_nowhere(**resources) == answer


def test_what_a_subnet_and_a_vpc_give_decides_about_addresses_nobody_asks_for():
    public = resource("EC2::Instance", **IN_A)
    for public_addresses, answer in ((True, MAYBE), (False, NO)):
        found = changed(one_nat(), "PrivateA", MapPublicIpOnLaunch=public_addresses)
        assert from_nowhere(found, Public=public) == answer
    by_default = resource("RDS::DBInstance", Engine="postgres")
    assert from_nowhere(without(one_nat(), "Attachment"), Public=by_default) == NO


@pytest.mark.parametrize(
    ("name", "service"),
    [("ApiGateway::RestApi", "execute-api"), ("ApiGatewayV2::Api", "execute-api"),
     ("Cognito::UserPool", "cognito-idp"), ("Serverless::Function", "lambda")],
)  # fmt: skip
def test_a_service_with_another_name_than_its_type_is_asked_for_by_its_own(name, service):
    with pytest.raises(BadInput, match=f"'Thing' is reached through its service: ask for {service}"):
        answers(connected(Thing=resource(name)), "Thing:443")


@pytest.mark.parametrize(
    "name",
    ["Serverless::Api", "EC2::VPC", "ElasticLoadBalancingV2::TargetGroup", "IAM::Role",
     "CloudFormation::Stack", "RDS::DBParameterGroup", "ElastiCache::ParameterGroup"],
)  # fmt: skip
def test_what_is_no_thing_to_call_is_not_said_to_be_a_service(name):
    assert set(summary(connected(Thing=resource(name)), "Thing:443").values()) == {"?hop-not-traced"}


def test_an_endpoint_with_other_than_an_address_of_its_own_is_not_traced():
    for kind, answer in (("GatewayLoadBalancer", "?hop-not-traced"), ("Interface", "no-ingress-rule")):
        found = connected(Inspect=resource(
            "EC2::VPCEndpoint", VpcEndpointType=kind, SubnetIds=SUBNETS, VpcId=ref("Vpc")))  # fmt: skip
        assert summary(found, "Inspect:443") == both(answer)
    with pytest.raises(BadInput, match="'S3' is a gateway endpoint and has no address: ask for s3"):
        answers(changed(endpoints(), "S3", VpcEndpointType="Gateway"), "S3:443")


def test_an_instance_is_where_it_says_whichever_way_it_says_it():
    inline = [{"DeviceIndex": "0", "SubnetId": ref("PrivateA"), "GroupSet": [ref("BoxGroup")]}]
    found = connected(BoxGroup=admitting(8080), Box=resource("EC2::Instance", NetworkInterfaces=inline))
    assert summary(found, "Box:8080") == both(["Box"])
    assert summary(found, "Box:8081") == both("no-ingress-rule")
    launched = connected(Box=resource("EC2::Instance", LaunchTemplate={"Version": "1"}))
    assert answers(launched, "Box:8080")[0].what == "the launch template of Box"
    for written in ({}, {"NetworkInterfaces": []}):
        nowhere = connected(Box=resource("EC2::Instance", **written))
        assert answers(nowhere, "Box:8080")[0].what == "the subnets of Box"


def test_without_a_group_of_its_own_a_resource_is_in_the_default_one():
    found = connected(Cache=resource("ElastiCache::ServerlessCache", SubnetIds=SUBNETS))
    assert summary(found, "Cache:6379") == both("no-ingress-rule")
    assert summary(load_balancer(Scheme="internal", Subnets=SUBNETS) | {}, "Balancer:443") == both(
        ["Balancer"]
    )
    balancer = changed(load_balancer(Scheme="internal", Subnets=SUBNETS), "Balancer", SecurityGroups=None)
    assert summary(balancer, "Balancer:443") == both("?rules-unknown")


def test_lists_longer_than_any_that_aws_takes_are_one_question():
    for number, answer in ((100, "outside-template"), (101, "value-unknown")):
        ids = [f"subnet-{n:08x}" for n in range(number)]
        found = connected(Cache=resource("ElastiCache::ServerlessCache", SubnetIds=ids))
        assert answers(found, "Cache:6379")[0].why == answer
        secrets = changed(endpoints(), "Secrets", SubnetIds=ids)
        assert answers(secrets, "secretsmanager")[0].why == answer
        groups = [f"sg-{n:08x}" for n in range(number)]
        many = changed(endpoints(), "Secrets", SecurityGroupIds=groups)
        assert answers(many, "secretsmanager")[0].why == ("rules-unknown" if number == 100 else answer)


def test_a_cache_in_several_zones_goes_on_without_one():
    cache = placed("ElastiCache::ReplicationGroup", MultiAZEnabled=True)
    assert summary(cache, "Host:1", "a")["PrivateC"] == ["Host"]
    assert summary(placed("ElastiCache::ReplicationGroup"), "Host:1", "a")["PrivateC"] == "?destination-zone"


def test_a_proxy_stands_before_the_databases_of_its_own_target_group():
    def noted(**target):
        found = database() | {
            "ProxyGroup": admitting(5432),
            "Proxy": resource("RDS::DBProxy", DBProxyName="orders", VpcSubnetIds=SUBNETS,
                              VpcSecurityGroupIds=[ref("ProxyGroup")]),
            "Cluster": resource("RDS::DBCluster", DBSubnetGroupName=ref("SubnetGroup"),
                                VpcSecurityGroupIds=[ref("DatabaseGroup")]),
            "Target": resource("RDS::DBProxyTargetGroup", **target)}  # fmt: skip
        return [note.detail for note in answers(found, "Proxy:5432")[0].notes]

    behind = {"DBInstanceIdentifiers": [ref("Database")]}
    assert noted(DBProxyName=ref("Proxy"), **behind) == ["Proxy → Database, TCP 5432"]
    assert noted(DBProxyName="orders", **behind) == ["Proxy → Database, TCP 5432"]
    assert noted(DBProxyName="another", **behind) == []
    assert noted(**behind) == []
    assert noted(DBProxyName=ref("Proxy"), DBClusterIdentifiers=[ref("Cluster")]) == [
        "Proxy → Cluster, TCP 5432"]  # fmt: skip
    assert noted(DBProxyName=ref("Proxy"), DBClusterIdentifiers=["elsewhere"]) == []


def test_a_list_longer_than_lambda_takes_is_one_question():
    ids = [f"subnet-{n:08x}" for n in range(50_000)]
    config = {"SubnetIds": ids, "SecurityGroupIds": [ref("FunctionGroup")]}
    (answer,) = answers(changed(one_nat(), "Function", VpcConfig=config), V4)
    assert answer.what == "SubnetIds with 50,000 items, of which Lambda takes 16"


def test_a_value_of_the_wrong_kind_is_told_as_the_template_writes_it():
    for written, told in ((True, "true where"), (att("Function", "Arn"), "Function.Arn")):
        group = [rule(443, CidrIp=written)]
        found = changed(only_a(endpoints()), "EndpointGroup", SecurityGroupIngress=group)
        (answer,) = answers(found, "secretsmanager")
        assert answer.what.startswith(told)
