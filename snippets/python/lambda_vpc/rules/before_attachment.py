"""W9821: what uses an internet gateway is created after its attachment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lambda_vpc.cloudformation.order import created_before
from lambda_vpc.cloudformation.template import Resource
from lambda_vpc.network.topology import key
from lambda_vpc.rules._rule import Finding, resource_rule
from lambda_vpc.rules._subject import Network


@resource_rule(
    "W9821",
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-dependson.html",
    ("AWS::EC2::VPCGatewayAttachment",),
)
def before_attachment(network: Network, attachment: Resource) -> Iterator[Finding]:
    """Route or address that may be created before the internet gateway is attached

    What:
        A route to an internet gateway, or an Elastic IP address of a NAT gateway or an instance, neither refers
        to the gateway's attachment in the same template nor has it in DependsOn, not even through another
        resource. Reported once for an attachment, at the first of them.

    Why:
        Both need the attachment, and nothing in the template tells CloudFormation so. It may create them
        first, and then the stack fails now and then. DependsOn on the AWS::EC2::VPCGatewayAttachment sets the
        order.

    Wrong:
        network/nat-per-az#no-order

    Right:
        network/nat-per-az
        network/nat-shared
    """
    gateway, vpc = key(attachment.get("InternetGatewayId")), network.topology.vpc_of(attachment)
    if gateway is None or not network.topology.is_inside(gateway) or "/" in attachment.logical_id:
        return
    data = attachment.source.data
    resources = data["Resources"] if isinstance(data, Mapping) else {}
    early = [
        resource
        for resource in (*_routes(network, gateway), *_addresses(network, vpc))
        if "/" not in resource.logical_id
        and resource.exists is True
        and attachment.logical_id not in created_before(resources, resource.logical_id)
    ]
    if early:
        names = ", ".join(f"'{resource.logical_id}'" for resource in early)
        each = "It needs" if len(early) == 1 else "Each needs"
        yield Finding(
            early[0].key_path,
            f"{names} may be created before '{attachment.logical_id}' attaches the internet gateway. {each} "
            f"DependsOn: {attachment.logical_id}.",
        )


def _routes(network: Network, gateway: str) -> Iterator[Resource]:
    for route in network.topology.all("EC2::Route"):
        if key(route.get("GatewayId")) == gateway:
            yield route


def _addresses(network: Network, vpc: str | None) -> Iterator[Resource]:
    """The addresses of public NAT gateways and of instances in the VPC.

    The attachment is needed where the address is used, so a NAT gateway that waits for it is enough.
    """
    topology = network.topology
    data = network.scenario.resources
    for nat in topology.all("EC2::NatGateway"):
        subnet = topology.resource(nat.get("SubnetId"))
        if nat.get("AllocationId") is not None and isinstance(subnet, Resource):
            if topology.vpc_of(subnet) == vpc:
                yield nat
    for address in topology.all("EC2::EIP"):
        instance = data.get(key(address.get("InstanceId")) or "")
        subnet = topology.resource(instance.get("SubnetId")) if instance else None
        if isinstance(subnet, Resource) and topology.vpc_of(subnet) == vpc:
            yield address
