"""W9811: a function in a public subnet does not reach the internet."""

from __future__ import annotations

from collections.abc import Iterator

from lambda_vpc.cloudformation.template import FUNCTION_TYPES, Resource
from lambda_vpc.rules._rule import LAMBDA_GUIDE, Finding, resource_rule
from lambda_vpc.rules._subject import SUBNET, Network, listed_in


@resource_rule("W9811", f"{LAMBDA_GUIDE}/configuration-vpc-internet.html", FUNCTION_TYPES)
def function_in_public_subnet(network: Network, function: Resource) -> Iterator[Finding]:
    """Function in a public subnet

    What:
        VpcConfig names a subnet whose route table sends packets for the internet to an internet gateway.

    Why:
        An internet gateway serves public IPv4 addresses, and a function gets none, not even in a public
        subnet. Calls to the internet time out. A function that talks only to its own VPC works there, so
        this is a warning. Use private subnets, and a NAT gateway where the function needs the internet.

    Wrong:
        network/nat-per-az#public-subnet

    Right:
        network/nat-per-az
        network/attach-new-vpc
    """
    for item, value in listed_in(function, "SubnetIds"):
        subnet = network.topology.resource(value)
        if isinstance(subnet, Resource) and subnet.type == SUBNET and subnet.exists is True:
            route = _to_internet_gateway(network, subnet)
            if route is not None:
                yield Finding(
                    item.path,
                    f"'{subnet.logical_id}' is public ('{route.logical_id}' leads to an internet "
                    f"gateway), but '{function.logical_id}' gets no public IP address and does not reach "
                    "the internet. Use a private subnet, for the internet with a route to a NAT gateway.",
                )


def _to_internet_gateway(network: Network, subnet: Resource) -> Resource | None:
    """The subnet's route to an internet gateway for IPv4 (fact N02)."""
    for route in network.routes.to_internet(subnet, 4)[0]:
        target = network.routes.target(route)
        if route.exists is not True or not isinstance(target, tuple):
            continue
        gateway = network.topology.resource(target[1])
        if isinstance(gateway, Resource):
            if gateway.type == "AWS::EC2::InternetGateway":
                return route
        elif isinstance(target[1], str) and target[1].startswith("igw-"):
            return route
    return None
