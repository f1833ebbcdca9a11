"""W9811: a function in a public subnet does not reach the internet."""

from __future__ import annotations

from collections.abc import Iterator

from lambda_vpc.cloudformation.template import FUNCTION_TYPES, Resource
from lambda_vpc.reading import KeyPath
from lambda_vpc.rules._network import SUBNET, Network, listed_in
from lambda_vpc.rules._network_rule import LAMBDA_GUIDE, NetworkRule


class FunctionInPublicSubnet(NetworkRule):
    """A function in a public subnet

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

    id = "W9811"
    shortdesc = "Function in a public subnet"
    description = "A Lambda function gets no public IP address in a public subnet"
    source_url = f"{LAMBDA_GUIDE}/configuration-vpc-internet.html"
    types = FUNCTION_TYPES

    def findings(self, network: Network, function: Resource) -> Iterator[tuple[KeyPath, str]]:
        for item, value in listed_in(function, "SubnetIds"):
            subnet = network.topology.resource(value)
            if isinstance(subnet, Resource) and subnet.type == SUBNET and subnet.exists is True:
                route = _to_internet_gateway(network, subnet)
                if route is not None:
                    yield (
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
