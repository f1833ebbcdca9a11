"""W9821: what uses an internet gateway is created after its attachment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lambda_vpc.cloudformation.order import created_before
from lambda_vpc.cloudformation.template import Resource
from lambda_vpc.network.model import Id, Origin
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
        A route to an internet gateway, or the Elastic IP address of a NAT gateway or an instance, neither
        refers to the gateway's attachment in the same template nor has it in DependsOn, not even through
        another resource. Reported once for an attachment, at the first of them.

    Why:
        Both need the attachment, and nothing in the template tells CloudFormation that. It may create them
        first, so the stack sometimes fails. DependsOn on the AWS::EC2::VPCGatewayAttachment sets the order.

    Wrong:
        network/nat-per-az#no-order

    Right:
        network/nat-per-az
        network/nat-shared
    """
    gateway, vpc = network.values.id(attachment.get("InternetGatewayId")), attachment.get("VpcId")
    data = attachment.source.data
    if gateway is None or gateway.origin is not Origin.HERE or not isinstance(data, Mapping):
        return
    early = [
        resource
        for resource in (*_routes(network, gateway), *_addresses(network, network.values.id(vpc)))
        # Nested stacks are in an order of their own.
        if resource.source is attachment.source
        and resource.exists is True
        and attachment.key_path[-1] not in created_before(data["Resources"], str(resource.key_path[-1]))
    ]
    if early:
        names = ", ".join(f"'{resource.logical_id}'" for resource in early)
        each = "It needs" if len(early) == 1 else "Each needs"
        yield Finding(
            early[0].key_path,
            f"{names} may be created before '{attachment.logical_id}' attaches the internet gateway. {each} "
            f"DependsOn: {attachment.logical_id}.",
        )


def _routes(network: Network, gateway: Id) -> Iterator[Resource]:
    return (r for r in network.values.all("EC2::Route") if network.values.id(r.get("GatewayId")) == gateway)


def _addresses(network: Network, vpc: Id | None) -> Iterator[Resource]:
    """The NAT gateways with an address, and the addresses of instances, in a VPC.

    An address is needed where it is used, so a NAT gateway that waits for the attachment is enough.
    """
    for nat in network.values.all("EC2::NatGateway"):
        if nat.get("AllocationId") is not None and _vpc(network, nat) == vpc:
            yield nat
    for address in network.values.all("EC2::EIP"):
        instance = network.values.of_type(network.values.id(address.get("InstanceId")), "EC2::Instance")
        if instance is not None and _vpc(network, instance) == vpc:
            yield address


def _vpc(network: Network, inside: Resource) -> Id | None:
    """The VPC of the subnet that something is in."""
    subnet = network.values.of_type(network.values.id(inside.get("SubnetId")), "EC2::Subnet")
    return network.values.id(subnet.get("VpcId")) if subnet is not None else None
