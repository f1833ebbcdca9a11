"""W9811: a function in a public subnet does not reach the internet."""

from __future__ import annotations

from collections.abc import Iterator

from lambda_vpc.cloudformation.template import FUNCTION_TYPES, Resource
from lambda_vpc.network.endpoints import HTTPS
from lambda_vpc.network.nat import Traveler
from lambda_vpc.rules._rule import LAMBDA_GUIDE, Finding, resource_rule
from lambda_vpc.rules._subject import Network, listed_in, told
from lambda_vpc.sentences import Code


@resource_rule("W9811", f"{LAMBDA_GUIDE}/configuration-vpc-internet.html", FUNCTION_TYPES)
def function_in_public_subnet(network: Network, function: Resource) -> Iterator[Finding]:
    """Function in a public subnet

    What:
        VpcConfig names a subnet whose route table sends packets for the internet to an internet gateway.

    Why:
        Over IPv4, an internet gateway serves public addresses, and a function gets none, not even in a public
        subnet. Calls to the IPv4 internet time out. A function that talks only to its own VPC works there, so
        this is a warning. Use private subnets, and a NAT gateway where the function needs the internet.

    Wrong:
        network/nat-per-az#public-subnet

    Right:
        network/nat-per-az
        network/attach-new-vpc
    """
    record = network.records.function(function.logical_id)
    for item, value in listed_in(function, "SubnetIds"):
        subnet = network.records.subnet(network.values.id(value))
        if record is None or subnet is None or subnet.exists is not True:
            continue
        traveler = Traveler(record.at, subnet, record.groups, HTTPS, None)
        way = network.engine.nat.internet(traveler, 4)
        public = next((o for o in way.obstacles if o.code is Code.PUBLIC_SUBNET), None)
        if public is not None and not any(o.code is Code.EXISTENCE_UNKNOWN for o in way.obstacles):
            yield Finding(
                item.path,
                f"'{function.logical_id}' does not reach the internet from '{subnet.id}': {told(public)}",
            )
