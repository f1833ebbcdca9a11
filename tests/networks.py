"""Networks as Python data, for tests that break one thing at a time."""

from __future__ import annotations

import copy
import json

from lambda_vpc import network
from lambda_vpc.cloudformation import template
from lambda_vpc.network import from_template


def ref(name):
    return {"Ref": name}


def att(name, attribute):
    return {"Fn::GetAtt": [name, attribute]}


def zone(index):
    return {"Fn::Select": [index, {"Fn::GetAZs": ""}]}


def resource(type_, **properties):
    return {"Type": f"AWS::{type_}", "Properties": properties}


def route(table, destination="0.0.0.0/0", **target):
    name = "DestinationIpv6CidrBlock" if ":" in destination else "DestinationCidrBlock"
    return resource("EC2::Route", RouteTableId=ref(table), **{name: destination}, **target)


def rule(port, protocol="tcp", **peer):
    return {"IpProtocol": protocol, "FromPort": port, "ToPort": port, **peer}


ALL_OUT = {"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}


def function(subnets=("PrivateA", "PrivateC"), groups=("FunctionGroup",), **config):
    vpc = {"SubnetIds": [ref(s) for s in subnets], "SecurityGroupIds": [ref(g) for g in groups], **config}
    return resource("Lambda::Function", Role=att("Role", "Arn"), VpcConfig=vpc)


def vpc_with_private_subnets():
    """A VPC with two private subnets, one route table each, a function, and no way out."""
    found = {
        "Vpc": resource("EC2::VPC", CidrBlock="10.0.0.0/16"),
        "FunctionGroup": resource("EC2::SecurityGroup", GroupDescription="f", VpcId=ref("Vpc")),
        "Function": function(),
        "Role": resource("IAM::Role", AssumeRolePolicyDocument={}),
    }
    for index, letter in enumerate("AC"):
        found[f"Private{letter}"] = resource(
            "EC2::Subnet", VpcId=ref("Vpc"), CidrBlock=f"10.0.{index}.0/24", AvailabilityZone=zone(index)
        )
        found[f"Table{letter}"] = resource("EC2::RouteTable", VpcId=ref("Vpc"))
        found[f"Use{letter}"] = resource(
            "EC2::SubnetRouteTableAssociation",
            SubnetId=ref(f"Private{letter}"),
            RouteTableId=ref(f"Table{letter}"),
        )
    return found


def nat_per_az():
    """Two private and two public subnets with a NAT gateway in each zone: a working way out over IPv4."""
    found = vpc_with_private_subnets() | {
        "Gateway": resource("EC2::InternetGateway"),
        "Attachment": resource(
            "EC2::VPCGatewayAttachment", VpcId=ref("Vpc"), InternetGatewayId=ref("Gateway")
        ),
        "PublicTable": resource("EC2::RouteTable", VpcId=ref("Vpc")),
        "PublicRoute": route("PublicTable", GatewayId=ref("Gateway")),
    }
    for index, letter in enumerate("AC"):
        found[f"Public{letter}"] = resource(
            "EC2::Subnet", VpcId=ref("Vpc"), CidrBlock=f"10.0.{index + 8}.0/24", AvailabilityZone=zone(index)
        )
        found[f"UsePublic{letter}"] = resource(
            "EC2::SubnetRouteTableAssociation",
            SubnetId=ref(f"Public{letter}"),
            RouteTableId=ref("PublicTable"),
        )
        found[f"Address{letter}"] = resource("EC2::EIP", Domain="vpc")
        found[f"Nat{letter}"] = resource(
            "EC2::NatGateway",
            SubnetId=ref(f"Public{letter}"),
            AllocationId=att(f"Address{letter}", "AllocationId"),
        )
        found[f"Route{letter}"] = route(f"Table{letter}", NatGatewayId=ref(f"Nat{letter}"))
    return found


def one_nat():
    """Both private subnets leave through the NAT gateway of zone a."""
    found = nat_per_az()
    found["RouteC"] = route("TableC", NatGatewayId=ref("NatA"))
    return without(found, "NatC", "AddressC")


def regional_nat():
    """A regional NAT gateway and no public subnet."""
    found = nat_per_az()
    found["NatA"] = resource(
        "EC2::NatGateway", AvailabilityMode="regional", ConnectivityType="public", VpcId=ref("Vpc")
    )
    found["RouteC"] = route("TableC", NatGatewayId=ref("NatA"))
    return without(found, "NatC", "AddressA", "AddressC", "PublicA", "PublicC", "UsePublicA", "UsePublicC",
                   "PublicTable", "PublicRoute")  # fmt: skip


def dual_stack():
    """Dual-stack subnets that leave over IPv6 through an egress-only internet gateway."""
    found = vpc_with_private_subnets()
    found["Ipv6"] = resource("EC2::VPCCidrBlock", VpcId=ref("Vpc"), AmazonProvidedIpv6CidrBlock=True)
    found["EgressOnly"] = resource("EC2::EgressOnlyInternetGateway", VpcId=ref("Vpc"))
    found["Function"] = function(Ipv6AllowedForDualStack=True)
    for index, letter in enumerate("AC"):
        blocks = {"Fn::Cidr": [{"Fn::Select": [0, att("Vpc", "Ipv6CidrBlocks")]}, 4, 64]}
        found[f"Private{letter}"]["Properties"]["Ipv6CidrBlock"] = {"Fn::Select": [index, blocks]}
        found[f"Route6{letter}"] = route(
            f"Table{letter}", "::/0", EgressOnlyInternetGatewayId=ref("EgressOnly")
        )
    return found


def nat_instance():
    """Both private subnets leave through an EC2 instance that translates addresses."""
    found = one_nat()
    found["NatGroup"] = resource(
        "EC2::SecurityGroup",
        VpcId=ref("Vpc"),
        SecurityGroupIngress=[rule(443, SourceSecurityGroupId=ref("FunctionGroup"))],
        SecurityGroupEgress=[rule(443, CidrIp="0.0.0.0/0")],
    )
    found["NatA"] = resource(
        "EC2::Instance", SubnetId=ref("PublicA"), SourceDestCheck=False, SecurityGroupIds=[ref("NatGroup")]
    )
    found["AddressA"] = resource("EC2::EIP", InstanceId=ref("NatA"))
    for letter in "AC":
        found[f"Route{letter}"] = route(f"Table{letter}", InstanceId=ref("NatA"))
    return found


def endpoints():
    """No way to the internet; endpoints for S3 and Secrets Manager."""
    found = vpc_with_private_subnets()
    found["Vpc"]["Properties"] |= {"EnableDnsSupport": True, "EnableDnsHostnames": True}
    found["EndpointGroup"] = resource(
        "EC2::SecurityGroup",
        VpcId=ref("Vpc"),
        SecurityGroupIngress=[rule(443, SourceSecurityGroupId=ref("FunctionGroup"))],
    )
    found["S3"] = resource(
        "EC2::VPCEndpoint",
        VpcId=ref("Vpc"),
        ServiceName={"Fn::Sub": "com.amazonaws.${AWS::Region}.s3"},
        RouteTableIds=[ref("TableA"), ref("TableC")],
    )
    found["Secrets"] = resource(
        "EC2::VPCEndpoint",
        VpcId=ref("Vpc"),
        VpcEndpointType="Interface",
        ServiceName={"Fn::Sub": "com.amazonaws.${AWS::Region}.secretsmanager"},
        PrivateDnsEnabled=True,
        SubnetIds=[ref("PrivateA"), ref("PrivateC")],
        SecurityGroupIds=[ref("EndpointGroup")],
    )
    return found


def database():
    """A PostgreSQL instance whose group admits the function's group."""
    found = vpc_with_private_subnets()
    found["DatabaseGroup"] = resource("EC2::SecurityGroup", GroupDescription="d", VpcId=ref("Vpc"))
    found["Admit"] = resource(
        "EC2::SecurityGroupIngress",
        GroupId=ref("DatabaseGroup"),
        **rule(5432, SourceSecurityGroupId=ref("FunctionGroup")),
    )
    found["SubnetGroup"] = resource("RDS::DBSubnetGroup", SubnetIds=[ref("PrivateA"), ref("PrivateC")])
    found["Database"] = resource(
        "RDS::DBInstance",
        Engine="postgres",
        DBSubnetGroupName=ref("SubnetGroup"),
        VPCSecurityGroups=[att("DatabaseGroup", "GroupId")],
    )
    return found


def without(resources, *names):
    return {name: body for name, body in resources.items() if name not in names}


def changed(resources, name, **properties):
    """The same network with properties of one resource replaced; `None` removes one."""
    found = copy.deepcopy(resources)
    inner = found[name].setdefault("Properties", {})
    for key, value in properties.items():
        if value is None:
            inner.pop(key, None)
        else:
            inner[key] = value
    return found


def acl_entries(acl, *, egress, entries):
    """Entries as (number, action, protocol, (from, to) or None, block)."""
    found = {}
    for number, action, protocol, ports, block in entries:
        name = f"{acl}{'Out' if egress else 'In'}{number}"
        found[name] = resource("EC2::NetworkAclEntry", NetworkAclId=ref(acl), RuleNumber=number,
                               Egress=egress, RuleAction=action, Protocol=protocol)  # fmt: skip
        found[name]["Properties"]["Ipv6CidrBlock" if ":" in block else "CidrBlock"] = block
        if ports:
            found[name]["Properties"]["PortRange"] = {"From": ports[0], "To": ports[1]}
    return found


def with_acl(resources, subnets, inward, outward):
    """The network with a network ACL of its own for some subnets."""
    found = copy.deepcopy(resources)
    found["Acl"] = resource("EC2::NetworkAcl", VpcId=ref("Vpc"))
    for subnet in subnets:
        found[f"Acl{subnet}"] = resource(
            "EC2::SubnetNetworkAclAssociation", SubnetId=ref(subnet), NetworkAclId=ref("Acl")
        )
    found |= acl_entries("Acl", egress=False, entries=inward)
    return found | acl_entries("Acl", egress=True, entries=outward)


def read(resources, parameters=None, **sections):
    text = json.dumps({"Resources": resources, **sections}, indent=1)
    return template.parse(text, "template.json", parameters)


def answers(resources, destination, without_az=None, source="Function", **sections):
    found = from_template.networks(read(resources, **sections))
    return network.trace(found, source, destination, without_az)


def summary(resources, destination, without_az=None, source="Function", **sections):
    """Per subnet: the hops, or the reason with a `?` before it where it is unknown."""
    found = {}
    for answer in answers(resources, destination, without_az, source, **sections):
        if isinstance(answer, network.Reached):
            found[answer.subnet] = list(answer.hops)
        else:
            found[answer.subnet] = answer.why if isinstance(answer, network.Blocked) else f"?{answer.why}"
    return found


def clean(resources):
    """A network in which no rule finds anything."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
    policy = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"
    role = resource("IAM::Role", AssumeRolePolicyDocument=trust, ManagedPolicyArns=[policy])
    after = {
        name: resources[name] | {"DependsOn": "Attachment"}
        for name in ("PublicRoute", "AddressA", "AddressC", "NatA", "NatC")
        if name in resources
    }
    return resources | after | {"Role": role}
