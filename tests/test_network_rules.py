"""The network rules find what they are written for, at its line, and are silent where a template is not sure.

Inputs are Python data printed with one key or item a line, so a finding's line is named by the text on it.
"""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto.iam.aws_managed_policies import aws_managed_policies_data

import networks as net
from lambda_vpc.cloudformation.template import of
from lambda_vpc.iam.policy import Policy
from lambda_vpc.network import Blocked, Reached, trace
from lambda_vpc.network.from_template import networks
from lambda_vpc.reading import Source, parse
from lambda_vpc.rules import RULES as EVERY_RULE
from lambda_vpc.rules import _subject, findings, lint
from lambda_vpc.rules._managed_policies import ENI_ACTIONS, MANAGED_POLICIES
from lambda_vpc.rules.cfn_lint import CLASSES
from lambda_vpc.sentences import Code

RULES = {id_: rule for id_, rule in EVERY_RULE.items() if "network" in rule.tags}
VPC_ACCESS = {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"}
NO_VALUE = {"Ref": "AWS::NoValue"}


def managed(name):
    return f"arn:aws:iam::aws:policy/{name}"


def allow(*actions, effect="Allow", **more):
    return {"Statement": [{"Effect": effect, "Action": list(actions), "Resource": "*", **more}]}


def inline(document):
    return [{"PolicyName": "p", "PolicyDocument": document}]


def role(**properties):
    trust = allow("sts:AssumeRole")
    trust["Statement"][0] |= {"Principal": {"Service": "lambda.amazonaws.com"}}
    del trust["Statement"][0]["Resource"]
    return net.resource("IAM::Role", AssumeRolePolicyDocument=trust, **properties)


def given_role(**properties):
    """A working network whose function runs with this role."""
    return {**net.nat_per_az(), "Role": role(**properties)}


def good(**changed):
    """A network without a mistake, with resources changed or, with `None`, left out."""
    found = {**given_role(ManagedPolicyArns=[VPC_ACCESS]), **changed}
    return {name: body for name, body in found.items() if body is not None}


def connected(subnets, groups=None, **properties):
    config = {
        "SubnetIds": subnets,
        "SecurityGroupIds": [net.ref("FunctionGroup")] if groups is None else groups,
    }
    return net.resource("Lambda::Function", Role=net.att("Role", "Arn"), VpcConfig=config, **properties)


def nat(**properties):
    return net.resource("EC2::NatGateway", **properties)


def subnet(zone):
    return net.resource("EC2::Subnet", VpcId=net.ref("Vpc"), CidrBlock="10.0.5.0/24", AvailabilityZone=zone)


def chosen(name="Choice", values=("one", "two")):
    """A parameter with two values and a condition that asks for the first."""
    return {
        "Parameters": {name: {"Type": "String", "AllowedValues": list(values), "Default": values[0]}},
        "Conditions": {"One": {"Fn::Equals": [net.ref(name), values[0]]}},
    }


def document(resources, **sections):
    """A template; what uses the internet gateway comes after its attachment, unless it says otherwise."""
    found = {name: ordered(body) for name, body in resources.items()}
    return {**sections, "Resources": found if "Attachment" in resources else resources}


def ordered(body):
    properties = body.get("Properties", {})
    late = body["Type"] in ("AWS::EC2::NatGateway", "AWS::EC2::EIP") or "GatewayId" in properties
    return {"Type": body["Type"], "DependsOn": "Attachment", **body} if late else body


def own(template) -> list[tuple[str, str]]:
    """Rule and text of the line, for each finding of the network rules.

    Without cfn-lint, which takes a hundred times as long; test_lint.py holds that both find the same.
    """
    text = json.dumps(template, indent=1)
    lines = text.splitlines()
    return [(f.rule, _text(lines, f.line - 1)) for f in _found(text)]


def _found(text):
    found = [f for f in findings(parse(text, "template.json", is_json=True)) if f.rule in RULES]
    return sorted(found, key=lambda finding: (finding.line, finding.rule))


def _text(lines, index):
    """A line's text; an object without a name goes by its first key."""
    text = lines[index].strip().rstrip(",")
    return text if text != "{" else _text(lines, index + 1)


def messages(template) -> str:
    return "\n".join(f.message for f in _found(json.dumps(template)))


def sam(function, **sections):
    """The good network with a SAM function in place of its function."""
    return document(
        good(Function={"Type": "AWS::Serverless::Function", "Properties": function}),
        Transform="AWS::Serverless-2016-10-31",
        **sections,
    )


def trust(*statements):
    """A role for Lambda with its policy, and another trust policy."""
    found = role(ManagedPolicyArns=[VPC_ACCESS])
    found["Properties"]["AssumeRolePolicyDocument"] = {"Statement": list(statements)}
    return found


def assume(service, effect="Allow", **more):
    return {"Effect": effect, "Principal": {"Service": service}, "Action": "sts:AssumeRole", **more}


URI = {
    "Fn::Sub": "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
    "${Function.Arn}/invocations"
}


def api(permission=True, credentials=None, method=None):
    """A function behind a REST API with an authorizer that it is itself."""
    found = good(
        Api=net.resource("ApiGateway::RestApi", Name="a"),
        Authorizer=net.resource(
            "ApiGateway::Authorizer", RestApiId=net.ref("Api"), Name="t", Type="TOKEN", AuthorizerUri=URI,
            IdentitySource="method.request.header.Authorization",
        ),
        Method=net.resource(
            "ApiGateway::Method", RestApiId=net.ref("Api"), HttpMethod="GET",
            ResourceId=net.att("Api", "RootResourceId"),
            **(method or {"AuthorizationType": "CUSTOM", "AuthorizerId": net.ref("Authorizer")}),
            Integration={"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": URI},
        ),
        Permission=net.resource(
            "Lambda::Permission", Action="lambda:InvokeFunction", FunctionName=net.ref("Function"),
            Principal="apigateway.amazonaws.com",
        )
        if permission
        else None,
    )  # fmt: skip
    if credentials:
        found["Authorizer"]["Properties"]["AuthorizerCredentials"] = credentials
        found["Method"]["Properties"]["Integration"]["Credentials"] = credentials
    return found


def kafka(network, rules=True, poller=None, groups=("BrokerGroup",)):
    """A cluster in the private subnets and a mapping that reads from it."""
    found = {
        **network,
        "Role": good()["Role"],
        "BrokerGroup": net.resource("EC2::SecurityGroup", GroupDescription="b", VpcId=net.ref("Vpc")),
        "Brokers": net.resource(
            "MSK::Cluster",
            ClusterName="b",
            KafkaVersion="3.6.0",
            NumberOfBrokerNodes=2,
            BrokerNodeGroupInfo={
                "InstanceType": "kafka.t3.small",
                "ClientSubnets": [net.ref("PrivateA"), net.ref("PrivateC")],
                "SecurityGroups": [net.ref(name) for name in groups],
            },
        ),
        "Mapping": net.resource(
            "Lambda::EventSourceMapping",
            EventSourceArn=net.ref("Brokers"),
            FunctionName=net.ref("Function"),
            **({"ProvisionedPollerConfig": poller} if poller else {}),
        ),
    }
    if rules:
        found["FromSelf"] = net.resource(
            "EC2::SecurityGroupIngress",
            GroupId=net.ref("BrokerGroup"),
            **net.rule(9098, SourceSecurityGroupId=net.ref("BrokerGroup")),
        )
    return found


def with_endpoints(*services):
    """Isolated subnets with interface endpoints for these services, open to the VPC."""
    found = net.endpoints()
    found["EndpointGroup"]["Properties"]["SecurityGroupIngress"] = [net.rule(443, CidrIp="10.0.0.0/16")]
    for service in services:
        found[f"For{service}"] = copy.deepcopy(found["Secrets"])
        found[f"For{service}"]["Properties"]["ServiceName"] = {
            "Fn::Sub": f"com.amazonaws.${{AWS::Region}}.{service}"
        }
    return found


FROM_PUBLIC = [net.ref("PrivateA"), net.ref("PublicC")]
PUBLIC_LINE = '"Ref": "PublicC"'
GROUP = [net.ref("FunctionGroup")]
VPC_CONFIG = net.function()["Properties"]["VpcConfig"]
DENY = allow("ec2:*NetworkInterface*", effect="Deny")
FOR_CODE = allow("ec2:*", effect="Deny", Condition={"ArnLike": {"lambda:SourceFunctionArn": "*"}})
OLD_GUIDE = allow("ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface")
LIST_OF_SUBNETS = {"Ids": {"Type": "List<AWS::EC2::Subnet::Id>"}}
ANY = {"Open": {"Type": "String"}}
PUBLIC_ROUTE = net.route("PublicTable", GatewayId=net.ref("Gateway"))
TWO_TARGETS = net.route("TableA", NatGatewayId=net.ref("NatA"), GatewayId=net.ref("Gateway"))

# --- what is found ------------------------------------------------------------------------------

FOUND = {
    "a function in a public subnet": (
        document(good(Function=connected(FROM_PUBLIC))),
        [("W9811", PUBLIC_LINE)],
    ),
    "a function in a public subnet whose internet gateway exists already": (
        document(
            good(
                Function=connected(FROM_PUBLIC),
                PublicRoute=net.route("PublicTable", GatewayId="igw-0a1a1a1a1a1a1a1a1"),
                NatA=None, NatC=None, RouteA=None, RouteC=None,
            )
        ),
        [("W9811", PUBLIC_LINE)],
    ),
    "a SAM function in a public subnet": (
        sam({"VpcConfig": {"SubnetIds": FROM_PUBLIC, "SecurityGroupIds": GROUP}}),
        [("W9811", PUBLIC_LINE)],
    ),
    "a SAM function in a public subnet by Globals": (
        sam({}, Globals={"Function": {"VpcConfig": {"SubnetIds": FROM_PUBLIC, "SecurityGroupIds": GROUP}}}),
        [("W9811", PUBLIC_LINE)],
    ),
    "a public subnet in one branch of an If": (
        document(
            good(Function=connected({"Fn::If": ["One", FROM_PUBLIC, VPC_CONFIG["SubnetIds"]]})),
            **chosen(),
        ),
        [("W9811", PUBLIC_LINE)],
    ),
    "a NAT gateway in a private subnet": (
        document(good(NatA=nat(SubnetId=net.ref("PrivateA"), AllocationId="eipalloc-0a1a1a1a1a1a1a1a1"))),
        [("E9812", '"SubnetId": {')],
    ),
    "a NAT gateway in a subnet without a route out": (
        document(good(PublicRoute=None, NatC=None, RouteC=None)),
        [("E9812", '"SubnetId": {')],
    ),
    "a NAT gateway in a subnet of the main route table": (
        document(good(UsePublicA=None)),
        [("E9812", '"SubnetId": {')],
    ),
    "NAT gateways whose internet gateway is attached to nothing": (
        document(good(Attachment=None)),
        [("E9812", '"SubnetId": {')] * 2,
    ),
    "a NAT gateway without an address": (
        document(good(NatA=nat(SubnetId=net.ref("PublicA")))),
        [("E9812", '"NatA": {')],
    ),
    "a NAT gateway with the IP address for an allocation id": (
        document(good(NatA=nat(SubnetId=net.ref("PublicA"), AllocationId=net.ref("AddressA")))),
        [("E9812", '"AllocationId": {')],
    ),
    "a regional NAT gateway in a VPC without internet gateway": (
        document({**net.without(net.regional_nat(), "Attachment"), "Role": good()["Role"]}),
        [("E9812", '"VpcId": {')],
    ),
    "a role with the policy for logs alone": (
        document(given_role(ManagedPolicyArns=[managed("service-role/AWSLambdaBasicExecutionRole")])),
        [("E9813", '"ManagedPolicyArns": [')],
    ),
    "a role without policies": (document(given_role()), [("E9813", '"Role": {')]),
    "a role whose inline policy names other ARNs made at deployment": (
        document(given_role(Policies=inline(allow("s3:GetObject", Resource=net.att("Bucket", "Arn"))))),
        [("E9813", '"Policies": [')],
    ),
    "a Deny without condition": (
        document(given_role(ManagedPolicyArns=[VPC_ACCESS], Policies=inline(DENY))),
        [("E9813", '"PolicyDocument": {')],
    ),
    "the role of a SAM function": (
        document(
            given_role()
            | {
                "Function": {
                    "Type": "AWS::Serverless::Function",
                    "Properties": {"Role": {"Fn::Sub": "${Role.Arn}"}, "VpcConfig": VPC_CONFIG},
                }
            },
            Transform="AWS::Serverless-2016-10-31",
        ),
        [("E9813", '"Role": {')],
    ),
    "a role from an older guide": (
        document(given_role(Policies=inline(OLD_GUIDE))),
        [("I9814", '"Policies": [')],
    ),
    "a role with AWSLambdaENIManagementAccess that no function here uses": (
        document({"Role": role(ManagedPolicyArns=[managed("service-role/AWSLambdaENIManagementAccess")])}),
        [("I9814", '"ManagedPolicyArns": [')],
    ),
    "a role that may create ENIs and not delete them": (
        document(given_role(Policies=inline(allow("ec2:CreateNetworkInterface", "ec2:Describe*")))),
        [("W9814", '"Policies": [')],
    ),
    "one subnet": (document(good(Function=net.function(["PrivateA"]))), [("W9815", '"SubnetIds": [')]),
    "the same single subnet for several functions is one finding": (
        document(
            good(
                Function=net.function(["PrivateA"]),
                Second=net.function(["PrivateA"]),
                Third=net.function(["PrivateA", "PrivateC"]),
            )
        ),
        [("W9815", '"SubnetIds": [')],
    ),
    "one subnet that exists already": (
        document(good(Function=connected(["subnet-0a1a1a1a1a1a1a1a1"]))),
        [("W9815", '"SubnetIds": [')],
    ),
    "one subnet written twice": (
        document(good(Function=net.function(["PrivateA", "PrivateA"]))),
        [("W9815", '"SubnetIds": [')],
    ),
    "two subnets in one zone": (
        document(good(Function=net.function(["PrivateA", "Second"]), Second=subnet(net.zone(0)))),
        [("W9815", '"SubnetIds": [')],
    ),
    "two subnets in the zone of one parameter": (
        document(
            good(
                Function=net.function(["First", "Second"]),
                First=subnet(net.ref("Zone")),
                Second=subnet(net.ref("Zone")),
            ),
            Parameters={"Zone": {"Type": "AWS::EC2::AvailabilityZone::Name"}},
        ),
        [("W9815", '"SubnetIds": [')],
    ),
    "a security group in SubnetIds": (
        document(good(Function=connected([net.ref("PrivateA"), net.ref("FunctionGroup")]))),
        [("E9816", '"Ref": "FunctionGroup"')],
    ),
    "a security group by its attribute in SubnetIds": (
        document(good(Function=connected([net.ref("PrivateA"), net.att("FunctionGroup", "GroupId")]))),
        [("E9816", '"Fn::GetAtt": [')],
    ),
    "a parameter for security groups in SubnetIds": (
        document(
            good(Function=connected(net.ref("Ids"))),
            Parameters={"Ids": {"Type": "List<AWS::EC2::SecurityGroup::Id>"}},
        ),
        [("E9816", '"SubnetIds": {')],
    ),
    "a parameter for a subnet in SecurityGroupIds": (
        document(
            good(Function=connected([net.ref("PrivateA"), net.ref("PrivateC")], [net.ref("Id")])),
            Parameters={"Id": {"Type": "AWS::EC2::Subnet::Id"}},
        ),
        [("E9816", '"Ref": "Id"')],
    ),
    "a route without a target": (document(good(RouteA=net.route("TableA"))), [("E9817", '"RouteA": {')]),
    "a route with two targets": (
        document(good(RouteA=TWO_TARGETS)),
        [("E9817", '"GatewayId": {')],
    ),
    "subnets without security groups": (
        document(good(Function=connected(VPC_CONFIG["SubnetIds"], NO_VALUE))),
        [("E9818", '"VpcConfig": {')],
    ),
    "a parameter with subnets and no security groups": (
        document(good(Function=connected(net.ref("Ids"), [])), Parameters=LIST_OF_SUBNETS),
        [("E9818", '"VpcConfig": {')],
    ),
    "security groups without subnets": (
        document(good(Function=connected([], ["sg-0a2a2a2a2a2a2a2a2"]))),
        [("E9818", '"VpcConfig": {')],
    ),
    "two NAT gateways with one address": (
        document(
            good(NatC=nat(SubnetId=net.ref("PublicC"), AllocationId=net.att("AddressA", "AllocationId")))
        ),
        [("E9819", '"AllocationId": {')],
    ),
    "two NAT gateways with one parameter for their address": (
        document(
            good(
                NatA=nat(SubnetId=net.ref("PublicA"), AllocationId=net.ref("Open")),
                NatC=nat(SubnetId=net.ref("PublicC"), AllocationId=net.ref("Open")),
            ),
            Parameters=ANY,
        ),
        [("E9819", '"AllocationId": {')],
    ),
    "two zones of a regional NAT gateway with one address": (
        document(
            {
                **net.regional_nat(),
                "Role": good()["Role"],
                "NatA": nat(
                    AvailabilityMode="regional",
                    VpcId=net.ref("Vpc"),
                    AvailabilityZoneAddresses=[
                        {"AvailabilityZone": net.zone(index), "AllocationIds": ["eipalloc-0a1a1a1a1a1a1a1a1"]}
                        for index in range(2)
                    ],
                ),
            }
        ),
        [("E9819", '"eipalloc-0a1a1a1a1a1a1a1a1"')],
    ),
    "a role that trusts EC2 alone": (
        document(good(Role=trust(assume("ec2.amazonaws.com")))),
        [("E9820", '"AssumeRolePolicyDocument": {')],
    ),
    "a role that denies Lambda": (
        document(good(Role=trust(assume("lambda.amazonaws.com"), assume("lambda.amazonaws.com", "Deny")))),
        [("E9820", '"AssumeRolePolicyDocument": {')],
    ),
    "a role that allows Lambda something else": (
        document(good(Role=trust({**assume("lambda.amazonaws.com"), "Action": "sts:TagSession"}))),
        [("E9820", '"AssumeRolePolicyDocument": {')],
    ),
    "a route that may come before the attachment": (
        document(good(PublicRoute={**PUBLIC_ROUTE, "DependsOn": []})),
        [("W9821", '"PublicRoute": {')],
    ),
    "several that may come before the attachment are one finding": (
        document(
            {
                name: {**body, "DependsOn": []} if "Nat" in name or "Public" in name else body
                for name, body in good().items()
            }
        ),
        [("W9821", '"PublicRoute": {')],
    ),
    "an address of an instance that may come before the attachment": (
        document(
            {
                **net.nat_instance(),
                "Role": good()["Role"],
                "AddressA": {**net.nat_instance()["AddressA"], "DependsOn": "PublicTable"},
            }
        ),
        [("W9821", '"AddressA": {')],
    ),
    "a route to the NAT gateway of the other zone": (
        document(good(RouteC=net.route("TableC", NatGatewayId=net.ref("NatA")))),
        [("W9822", '"NatGatewayId": {')],
    ),
    "a route to the NAT gateway of the zone of another parameter": (
        document(
            {
                name: {**resource, "Properties": {**resource["Properties"], "AvailabilityZone": zone}}
                if resource["Type"] == "AWS::EC2::Subnet"
                else resource
                for name, resource in good(RouteC=net.route("TableC", NatGatewayId=net.ref("NatA"))).items()
                for zone in [net.ref("ZoneA" if name.endswith("A") else "ZoneC")]
            },
            Parameters={name: {"Type": "AWS::EC2::AvailabilityZone::Name"} for name in ("ZoneA", "ZoneC")},
        ),
        [("W9822", '"NatGatewayId": {')],
    ),
    "crossed routes": (
        document(
            good(
                RouteA=net.route("TableA", NatGatewayId=net.ref("NatC")),
                RouteC=net.route("TableC", NatGatewayId=net.ref("NatA")),
            )
        ),
        [("W9822", '"NatGatewayId": {')] * 2,
    ),
    "two NAT gateways in one zone": (
        document(
            good(NatC=nat(SubnetId=net.ref("PublicA"), AllocationId=net.att("AddressC", "AllocationId")))
        ),
        [("W9822", '"NatGatewayId": {')],
    ),
    "a cluster in isolated subnets": (
        document(kafka(net.vpc_with_private_subnets())),
        [("W9825", '"EventSourceArn": {')],
    ),
    "a cluster without a way to STS": (
        document(kafka(with_endpoints("lambda"))),
        [("W9825", '"EventSourceArn": {')],
    ),
    "a cluster that does not admit its own members": (
        document(kafka(net.nat_per_az(), rules=False)),
        [("W9825", '"EventSourceArn": {')],
    ),
    "an API without the permission to invoke its function": (
        document(api(permission=False)),
        [("W9823", '"AuthorizerUri": {')],
    ),
    "an API whose permission is another function's": (
        document(
            {
                **api(permission=False),
                "Other": net.resource("Lambda::Function", Role=net.att("Role", "Arn")),
                "Permission": net.resource(
                    "Lambda::Permission",
                    Action="lambda:InvokeFunction",
                    FunctionName=net.ref("Other"),
                    Principal="apigateway.amazonaws.com",
                ),
            }
        ),
        [("W9823", '"AuthorizerUri": {')],
    ),
    "an API whose permission is another service's": (
        document(
            {
                **api(permission=False),
                "Permission": net.resource(
                    "Lambda::Permission",
                    Action="lambda:InvokeFunction",
                    FunctionName=net.ref("Function"),
                    Principal="events.amazonaws.com",
                ),
            }
        ),
        [("W9823", '"AuthorizerUri": {')],
    ),
    "an authorizer that no method uses": (
        document(api(method={"AuthorizationType": "NONE"})),
        [("W9824", '"AuthorizationType": "NONE"')],
    ),
    "an authorizer that the method does not name": (
        document(api(method={"AuthorizationType": "CUSTOM"})),
        [("W9824", '"AuthorizationType": "CUSTOM"')],
    ),
    "a route whose condition leaves no target": (
        document(
            good(RouteA=net.route("TableA", NatGatewayId={"Fn::If": ["One", net.ref("NatA"), NO_VALUE]})),
            **chosen(),
        ),
        [("E9817", '"RouteA": {')],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("template", "expected"), FOUND.values(), ids=FOUND)
def test_the_rule_finds_it_at_its_line(template, expected):
    assert own(template) == expected


def test_every_rule_is_seen_to_find_something():
    assert {rule for _, expected in FOUND.values() for rule, _ in expected} == RULES.keys()


# --- what is not found --------------------------------------------------------------------------

SILENT = {
    "a network without a mistake": document(good()),
    "a regional NAT gateway": document({**net.regional_nat(), "Role": good()["Role"]}),
    "a NAT instance": document({**net.nat_instance(), "Role": good()["Role"]}),
    "endpoints instead of a way out": document({**net.endpoints(), "Role": good()["Role"]}),
    "subnets that are a parameter": document(
        good(Function=connected(net.ref("Ids"))), Parameters=LIST_OF_SUBNETS
    ),
    "one subnet that is a parameter": document(
        good(Function=connected([net.ref("Id")])), Parameters={"Id": {"Type": "AWS::EC2::Subnet::Id"}}
    ),
    "subnets that are imported": document(
        good(Function=connected({"Fn::Split": [",", {"Fn::ImportValue": "subnets"}]}))
    ),
    "two subnets that exist already": document(
        good(Function=connected(["subnet-0a1a1a1a1a1a1a1a1", "subnet-0c1c1c1c1c1c1c1c1"]))
    ),
    "two subnets whose zones AWS picks": document(
        good(
            Function=net.function(["First", "Second"]),
            First=subnet(NO_VALUE),
            Second=subnet(NO_VALUE),
        )
    ),
    "two subnets in the zones of two parameters": document(
        good(
            Function=net.function(["First", "Second"]),
            First=subnet(net.ref("Zone")),
            Second=subnet(net.ref("Other")),
        ),
        Parameters={name: {"Type": "AWS::EC2::AvailabilityZone::Name"} for name in ("Zone", "Other")},
    ),
    "a zone and a Local Zone with the same letter": document(
        good(
            Function=net.function(["First", "Second"]),
            First=subnet("us-west-2a"),
            Second=subnet("us-west-2-lax-1a"),
        )
    ),
    "a parameter that chooses between one zone and two": document(
        good(Function=connected([net.ref("PrivateA"), {"Fn::If": ["One", NO_VALUE, net.ref("PrivateC")]}])),
        **chosen(),
    ),
    "a public subnet whose gateway is a parameter": document(
        good(
            Function=connected(FROM_PUBLIC),
            PublicRoute=net.route("PublicTable", GatewayId=net.ref("Open")),
        ),
        Parameters=ANY,
    ),
    "a NAT gateway in a subnet from outside": document(
        good(NatA=nat(SubnetId=net.ref("Open"), AllocationId=net.ref("Open"))), Parameters=ANY
    ),
    "a route table from outside": document(
        good(UsePublicA=net.resource("EC2::SubnetRouteTableAssociation", SubnetId=net.ref("PublicA"),
                                     RouteTableId=net.ref("Open"))),
        Parameters=ANY,
    ),
    "an internet gateway that a custom resource attaches": document(
        good(Attachment={"Type": "Custom::Attach", "Properties": {"Gateway": net.ref("Gateway")}})
    ),
    "a private NAT gateway": document(
        good(NatC=nat(SubnetId=net.ref("PrivateC"), ConnectivityType="private"))
    ),
    "a regional NAT gateway in a VPC from outside": document(
        good(NatA=nat(AvailabilityMode="regional", VpcId=net.ref("Open"))), Parameters=ANY
    ),
    "a VPC of a regional NAT gateway that a custom resource completes": document(
        {
            **net.without(net.regional_nat(), "Attachment"),
            "Role": good()["Role"],
            "Attach": {"Type": "Custom::Attach", "Properties": {"Vpc": net.ref("Vpc")}},
        }
    ),
    "a role that a custom resource gets": document(
        given_role() | {"Permit": {"Type": "Custom::Permit", "Properties": {"Role": net.ref("Role")}}}
    ),
    "a role that exists already": document(
        good(Function=net.resource("Lambda::Function", Role="arn:aws:iam::111122223333:role/r",
                                   VpcConfig=VPC_CONFIG), Role=None)
    ),
    "a role with a policy that is not known": document(
        given_role(ManagedPolicyArns=[managed("SomethingNew"), "arn:aws:iam::111122223333:policy/own"])
    ),
    "a role with a policy that is a parameter": document(
        given_role(ManagedPolicyArns=[net.ref("Open")]), Parameters=ANY
    ),
    "a role with a policy behind an open condition": document(
        given_role(
            Policies=[{"Fn::If": ["Asked", inline(allow("ec2:*"))[0], NO_VALUE]}]
        ),
        Conditions={"Asked": {"Fn::Equals": [{"Fn::ImportValue": "x"}, "a"]}},
    ),
    "a role whose policy is attached in the template": document(
        given_role()
        | {"More": net.resource("IAM::Policy", PolicyName="p", PolicyDocument=allow(*ENI_ACTIONS),
                                Roles=[net.ref("Role")])}
    ),
    "a role whose managed policy is in the template": document(
        given_role(ManagedPolicyArns=[net.ref("More")])
        | {"More": net.resource("IAM::ManagedPolicy", PolicyDocument=allow("ec2:*"))}
    ),
    "a role whose policy is attached by its name": document(
        given_role(RoleName="orders")
        | {"More": net.resource("IAM::RolePolicy", PolicyName="p", PolicyDocument=allow("*"),
                                RoleName="orders")}
    ),
    "actions allowed on some resources or under a condition": document(
        given_role(Policies=inline(allow("ec2:*", Resource="arn:aws:ec2:*:111122223333:*")))
    ),
    "actions with wildcards, and NotAction": document(
        given_role(Policies=inline({"Statement": {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}}))
    ),
    "a Deny for the function's code": document(
        given_role(ManagedPolicyArns=[VPC_ACCESS], Policies=inline(FOR_CODE))
    ),
    "a role for logs without a connected function": document(
        good(
            Function=net.resource("Lambda::Function", Role=net.att("Role", "Arn")),
            Role=role(ManagedPolicyArns=[managed("service-role/AWSLambdaBasicExecutionRole")]),
        )
    ),
    "a role for EC2 that may create ENIs": document(
        {"Role": net.resource("IAM::Role", Policies=inline(OLD_GUIDE), AssumeRolePolicyDocument={
            "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole",
                          "Principal": {"Service": "ec2.amazonaws.com"}}})}
    ),
    "a SAM function, whose role SAM makes": sam({"VpcConfig": VPC_CONFIG}),
    "a SAM function whose two subnets come from Globals": sam(
        {}, Globals={"Function": {"VpcConfig": VPC_CONFIG}}
    ),
    "a route whose target a condition chooses": document(
        good(
            RouteA=net.route(
                "TableA",
                NatGatewayId={"Fn::If": ["One", net.ref("NatA"), NO_VALUE]},
                TransitGatewayId={"Fn::If": ["One", NO_VALUE, "tgw-0a1a1a1a1a1a1a1a1"]},
            )
        ),
        **chosen(),
    ),
    "a route with a target that this version does not know": document(
        good(RouteA=net.route("TableA", SomeNewGatewayId="x"))
    ),
    "a function with neither list": document(good(Function=connected([], []))),
    "a list of texts without security groups": document(
        good(Function=connected(net.ref("Ids"), [])), Parameters={"Ids": {"Type": "CommaDelimitedList"}}
    ),
    "a list whose one item hangs on an open condition": document(
        good(Function=connected([{"Fn::If": ["Asked", net.ref("PrivateA"), NO_VALUE]}], [])),
        Conditions={"Asked": {"Fn::Equals": [{"Fn::ImportValue": "x"}, "a"]}},
    ),
    "lists that come from elsewhere": document(
        good(Function=connected({"Fn::Split": [",", {"Fn::ImportValue": "subnets"}]}, []))
    ),
    "NAT gateways with addresses from two parameters": document(
        good(
            NatA=nat(SubnetId=net.ref("PublicA"), AllocationId=net.ref("One")),
            NatC=nat(SubnetId=net.ref("PublicC"), AllocationId=net.ref("Two")),
        ),
        Parameters={"One": {"Type": "String"}, "Two": {"Type": "String"}},
    ),
    "NAT gateways of which only one exists": document(
        good(
            NatA={**nat(SubnetId=net.ref("PublicA"), AllocationId=net.ref("Open")), "Condition": "One"},
            NatC={**nat(SubnetId=net.ref("PublicC"), AllocationId=net.ref("Open")), "Condition": "Two"},
        ),
        Parameters={**ANY, **chosen()["Parameters"]},
        Conditions={"One": chosen()["Conditions"]["One"], "Two": {"Fn::Not": [{"Condition": "One"}]}},
    ),
    "a role that trusts Lambda among others": document(
        good(Role=trust(assume(["edgelambda.amazonaws.com", "lambda.amazonaws.com"])))
    ),
    "a role that trusts Lambda by the partition's name": document(
        good(Role=trust(assume({"Fn::Sub": "lambda.${AWS::URLSuffix}"})))
    ),
    "a role whose trusted service is a parameter": document(
        good(Role=trust(assume(net.ref("Open")))), Parameters=ANY
    ),
    "a role that denies Lambda under a condition": document(
        good(
            Role=trust(
                assume("lambda.amazonaws.com"),
                assume("lambda.amazonaws.com", "Deny", Condition={"Null": {"aws:SourceAccount": "true"}}),
            )
        )
    ),
    "a role that trusts everyone": document(
        good(Role=trust({"Effect": "Allow", "Principal": "*", "Action": "sts:*"}))
    ),
    "a role of EC2 that no function uses": document(
        good(Other=net.resource("IAM::Role", AssumeRolePolicyDocument={"Statement": [
            assume("ec2.amazonaws.com")]}))
    ),
    "a route that refers to the attachment": document(
        good(
            PublicRoute={
                **net.route("PublicTable", GatewayId=net.att("Attachment", "InternetGatewayId")),
                "DependsOn": [],
            }
        )
    ),
    "a NAT gateway that waits for the route, which waits for the attachment": document(
        good(NatA={**good()["NatA"], "DependsOn": "PublicRoute"})
    ),
    "an address that waits for the attachment": document(
        good(NatA={**good()["NatA"], "DependsOn": []})
    ),
    "an attachment of another gateway": document(
        good(
            Other=net.resource("EC2::InternetGateway"),
            OtherAttachment=net.resource(
                "EC2::VPCGatewayAttachment", VpcId=net.ref("Open"), InternetGatewayId=net.ref("Other")
            ),
        ),
        Parameters=ANY,
    ),
    "one NAT gateway for two zones": document({**net.one_nat(), "Role": good()["Role"]}),
    "NAT gateways of two zones and a third subnet": document(
        good(
            Third=subnet(net.zone(2)),
            UseThird=net.resource(
                "EC2::SubnetRouteTableAssociation", SubnetId=net.ref("Third"), RouteTableId=net.ref("TableA")
            ),
        )
    ),
    "NAT gateways whose zones AWS picks": document(
        {**good(), "PublicC": subnet(NO_VALUE), "PublicA": net.changed(good(), "PublicA",
                                                                       AvailabilityZone=None)["PublicA"]}
    ),
    "a cluster with NAT gateways": document(kafka(net.nat_per_az())),
    "a cluster with endpoints": document(kafka(with_endpoints("lambda", "sts"))),
    "a cluster that is polled in provisioned mode": document(
        kafka(net.vpc_with_private_subnets(), poller={"MinimumPollers": 1})
    ),
    "a cluster from outside": document(
        net.changed(kafka(net.vpc_with_private_subnets()), "Mapping", EventSourceArn=net.ref("Open")),
        Parameters=ANY,
    ),
    "a cluster whose groups are from outside": document(
        {
            **kafka(net.nat_per_az(), rules=False),
            "Brokers": net.changed(kafka(net.nat_per_az()), "Brokers", BrokerNodeGroupInfo={
                "InstanceType": "kafka.t3.small", "ClientSubnets": [net.ref("PrivateA"), net.ref("PrivateC")],
                "SecurityGroups": [net.ref("Open")]})["Brokers"],
        },
        Parameters=ANY,
    ),
    "a queue": document(
        good(
            Queue=net.resource("SQS::Queue"),
            Mapping=net.resource("Lambda::EventSourceMapping", EventSourceArn=net.att("Queue", "Arn"),
                                 FunctionName=net.ref("Function")),
        )
    ),
    "an API with its permission": document(api()),
    "an API that invokes with a role": document(
        api(permission=False, credentials="arn:aws:iam::111122223333:role/api")
    ),
    "an API whose permission names a function from outside": document(
        {
            **api(permission=False),
            "Permission": net.resource("Lambda::Permission", Action="lambda:InvokeFunction",
                                       FunctionName=net.ref("Open"), Principal="apigateway.amazonaws.com"),
        },
        Parameters=ANY,
    ),
    "an API of a function that is a parameter": document(
        net.changed(
            net.changed(api(permission=False), "Authorizer", AuthorizerUri=net.ref("Open")),
            "Method", Integration={"Type": "AWS_PROXY", "Uri": net.ref("Open")},
        ),
        Parameters=ANY,
    ),
    "an authorizer whose methods are elsewhere": document(net.without(api(), "Method")),
    "a method whose authorizer is a parameter": document(
        api(method={"AuthorizationType": "CUSTOM", "AuthorizerId": net.ref("Open")}), Parameters=ANY
    ),
    "what a macro may still change": document(good(RouteA=net.route("TableA")), Transform="OwnMacro"),
    "a resource that a condition leaves out": document(
        good(RouteA={**net.route("TableA"), "Condition": "Never"}, NatC=None, RouteC=None),
        Conditions={"Never": {"Fn::Equals": ["a", "b"]}},
    ),
}  # fmt: skip


@pytest.mark.parametrize("template", SILENT.values(), ids=SILENT)
def test_nothing_is_found(template):
    assert own(template) == []


STOCK = {
    "a literal security group in SubnetIds": connected(["sg-0a2a2a2a2a2a2a2a2", net.ref("PrivateA")]),
    "a literal subnet in SecurityGroupIds": connected(VPC_CONFIG["SubnetIds"], ["subnet-0a1a1a1a1a1a1a1a1"]),
    "a subnet in SecurityGroupIds": connected(VPC_CONFIG["SubnetIds"], [net.ref("PrivateA")]),
}


@pytest.mark.parametrize("function", STOCK.values(), ids=STOCK)
def test_what_cfn_lint_says_is_not_said_twice(function):
    found = {f.rule for f in lint("template", json.dumps(document(good(Function=function))), "t")}
    assert found & {"E1040", "E1041", "E3031"}, "cfn-lint is silent now: let E9816 speak"
    assert "E9816" not in found


# --- what is said -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("template", "words"),
    [
        (FOUND["a public subnet in one branch of an If"][0], ["(with Choice=one)", "NAT gateway"]),
        (FOUND["a function in a public subnet"][0], ["(Gateway)", "'PublicC'"]),
        (FOUND["a Deny without condition"][0], ["lambda:SourceFunctionArn"]),
        (FOUND["a role without policies"][0], ["AWSLambdaVPCAccessExecutionRole", *ENI_ACTIONS]),
        (FOUND["a role from an older guide"][0], ["ec2:DescribeSubnets", "created and run"]),
        (FOUND["NAT gateways whose internet gateway is attached to nothing"][0], ["VPCGatewayAttachment"]),
        (FOUND["a route with two targets"][0], ["NatGatewayId, GatewayId", "exactly one"]),
    ],
)
def test_a_message_says_what_to_write_instead(template, words):
    text = messages(template)
    assert all(word in text for word in words), text


def test_the_name_of_a_choice_is_left_out_where_every_choice_has_the_finding():
    assert "(with" not in messages(document(good(RouteA=TWO_TARGETS), **chosen()))


# --- AWS managed policies -----------------------------------------------------------------------

AWS_POLICIES = json.loads(aws_managed_policies_data)


@pytest.mark.parametrize("name", MANAGED_POLICIES)
def test_a_managed_policy_allows_what_moto_has_it_allow(name):
    assert name in AWS_POLICIES, f"{name}: AWS has no such policy any more; remove it"
    allowed = set()
    for statement in Policy.parse(AWS_POLICIES[name]["Document"]).statements:
        covered = {action for action in ENI_ACTIONS if statement.covers_action(action.lower())}
        everywhere = statement.allow and statement.resources == ("*",) and not statement.conditions
        assert not covered or everywhere, f"{name}: the table cannot say that it has limits; remove it"
        allowed |= covered
    assert set(MANAGED_POLICIES[name]) == allowed, f"{name}: mend its row in _managed_policies.py"


# --- malformed input ----------------------------------------------------------------------------

NAMES = st.sampled_from(
    ["Vpc", "PrivateA", "FunctionGroup", "Role", "NatA", "TableA", "Gateway", "One", "x", ""]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | NAMES | st.text(max_size=4)
    | st.builds(net.ref, NAMES) | st.builds(lambda name: net.att(name, "Arn"), NAMES)
    | st.just(NO_VALUE),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        NAMES | st.integers()
        | st.sampled_from(["Fn::If", "Fn::Sub", "Fn::GetAtt", "Fn::Select", "Ref", "Statement", "Action",
                           "Effect", "PolicyDocument", "SubnetIds", "SecurityGroupIds"]),
        inner, max_size=3,
    )
    | st.lists(inner, min_size=2, max_size=2).map(lambda two: {"Fn::If": ["One", *two]}),
    max_leaves=12,
)  # fmt: skip
PROPERTIES = ("VpcConfig", "SubnetId", "VpcId", "Role", "Policies", "ManagedPolicyArns", "RouteTableId",
              "NatGatewayId", "GatewayId", "AllocationId", "Roles", "AssumeRolePolicyDocument",
              "AvailabilityZone", "InternetGatewayId", "DestinationCidrBlock")  # fmt: skip
CHANGES = st.lists(
    st.tuples(st.sampled_from(sorted(good())), st.sampled_from(PROPERTIES), VALUES), min_size=1, max_size=5
)


class _Template:
    """What the rules use of cfn-lint's template, which takes too long and raises exceptions of its own."""

    def __init__(self, document):
        self.template = document


def _matches(template):
    cfn = _Template(template)
    return [match for class_ in CLASSES.values() for match in class_().match(cfn)]


@given(CHANGES, st.booleans())
def test_no_network_however_malformed_makes_a_rule_raise(changes, wrapped):
    template = document(good(), **chosen())
    for name, property_, value in changes:
        body = template["Resources"][name]
        body["Properties"][property_] = value
        if wrapped:
            body["Properties"] = {"Fn::If": ["One", body["Properties"], value]}
            wrapped = False
    for found in _matches(template):
        assert found.message and found.path[0] == "Resources"


@given(
    st.dictionaries(
        st.sampled_from(["Resources", "Parameters", "Conditions", "Globals", "Transform", "Mappings"]),
        VALUES
        | st.dictionaries(NAMES, VALUES | st.fixed_dictionaries({"Type": VALUES, "Properties": VALUES})),
    )
)
def test_no_template_however_malformed_makes_a_rule_raise(template):
    _matches(template)


def test_a_template_too_deep_to_be_read_is_no_finding():
    deep = {}
    for _ in range(200):
        deep = {"x": deep}
    assert _matches(document(good(RouteA=net.route("TableA"), Deep=net.resource("X", Deep=deep)))) == []


# --- lint and trace -----------------------------------------------------------------------------

SAYS = {
    Code.PUBLIC_SUBNET: "W9811",
    Code.NAT_IN_PRIVATE_SUBNET: "E9812",
    Code.NAT_WITHOUT_ADDRESS: "E9812",
    Code.ROUTE_WITHOUT_ONE_TARGET: "E9817",
    Code.NAT_ADDRESS_TAKEN: "E9819",
}
"""The rule that says of a template what a trace says of a way."""

BASES = [
    net.nat_per_az(),
    net.one_nat(),
    net.regional_nat(),
    net.nat_instance(),
    net.vpc_with_private_subnets(),
]
TARGETS = {
    "SubnetId": ["PublicA", "PublicC", "PrivateA", "PrivateC"],
    "RouteTableId": ["TableA", "TableC", "PublicTable"],
    "GatewayId": ["Gateway"],
    "NatGatewayId": ["NatA", "NatC"],
    "VpcId": ["Vpc"],
    "InternetGatewayId": ["Gateway"],
}
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("leave out"), st.integers(0, 40)),
        st.tuples(
            st.just("change"),
            st.integers(0, 40),
            st.sampled_from(
                [(name, net.ref(target)) for name, targets in TARGETS.items() for target in targets]
                + [
                    ("AllocationId", net.att("AddressA", "AllocationId")),
                    ("AllocationId", None),
                    ("NatGatewayId", None),
                    ("GatewayId", "igw-0a1a1a1a1a1a1a1a1"),
                    ("SubnetId", {"Fn::ImportValue": "subnet"}),
                    ("NatGatewayId", {"Fn::ImportValue": "nat"}),
                    ("DestinationCidrBlock", "0.0.0.0/1"),
                    ("ConnectivityType", "private"),
                    ("VpcConfig", net.function(["PublicA", "PrivateC"])["Properties"]["VpcConfig"]),
                    ("VpcConfig", {"SubnetIds": [net.ref("PrivateA")]}),
                ]
            ),
        ),
        st.tuples(st.just("condition"), st.integers(0, 40)),
    ),
    max_size=4,
)


def _altered(base, steps):
    """A network with resources left out, put behind a condition nobody knows, or changed where it fits."""
    found = copy.deepcopy(base)
    for step, position, *change in steps:
        names = [name for name in found if name != "Function"]
        name = names[position % len(names)]
        if step == "leave out":
            del found[name]
        elif step == "condition":
            found[name]["Condition"] = "Asked"
        else:
            ((property_, value),) = change
            fitting = [n for n, body in found.items() if property_ in body["Properties"]]
            if fitting:
                at = found[fitting[position % len(fitting)]]["Properties"]
                at.pop(property_) if value is None else at.update({property_: value})
    return {
        "Conditions": {"Asked": {"Fn::Equals": [{"Fn::ImportValue": "x"}, "a"]}},
        "Resources": found,
    }


@given(st.sampled_from(BASES), STEPS)
def test_lint_and_trace_never_disagree(base, steps):
    template = _altered(base, steps)
    read = of(Source("t", "", template, {}))
    found = findings(read)
    (traced,) = [trace(networks(read), "Function", "internet-ipv4")]
    # Of what may not exist no rule speaks.
    is_certain = all(kind != "condition" for kind, *_ in steps)
    about = {rule: {f.message for f in found if f.rule == rule} for rule in RULES}
    for answer in traced:
        at = template["Resources"].get(answer.at) if isinstance(answer, Blocked) and is_certain else None
        # E9812 is about NAT gateways, not about instances.
        if at and answer.why in SAYS and at["Type"] != "AWS::EC2::Instance":
            assert about[SAYS[answer.why]], f"trace: {answer.why} at {answer.at}; lint is silent"
        if isinstance(answer, Reached):
            for message in about["E9812"] | about["E9819"]:
                assert message.split("'")[1] not in answer.hops, f"{message}, and the trace passes through it"
            assert not about["E9818"], "the function is not created, and its packets arrive"
            for message in about["W9811"]:
                assert f"from '{answer.subnet}'" not in message, message
            for message in about["E9817"]:
                assert not _is_default_route(template, message.split("'")[1], answer.subnet), message


def _is_default_route(template, route, subnet):
    """Whether a subnet's table sends everything down a route."""
    of_route = template["Resources"][route]["Properties"]
    return of_route.get("DestinationCidrBlock") == "0.0.0.0/0" and any(
        body["Properties"].get("SubnetId") == net.ref(subnet)
        and body["Properties"].get("RouteTableId") == of_route.get("RouteTableId")
        for body in template["Resources"].values()
        if body["Type"] == "AWS::EC2::SubnetRouteTableAssociation"
    )


# --- loading ------------------------------------------------------------------------------------


def test_the_network_is_built_once_for_all_rules(monkeypatch):
    built = []

    def counted(source):
        built.append(source)
        return read(source)

    read = _subject.template.of
    monkeypatch.setattr(_subject.template, "of", counted)
    _matches(document(good()))
    assert len(built) == 1


def test_cfn_lint_loads_the_rules_by_name(tmp_path):
    file = tmp_path / "template.json"
    file.write_text(json.dumps(document(good(RouteA=TWO_TARGETS)), indent=1), "utf-8")
    program = Path(sys.executable).with_name("cfn-lint")
    done = subprocess.run([program, file, "-a", "lambda_vpc.rules"], capture_output=True, text=True)
    assert "E9817" in done.stdout, done.stdout + done.stderr
