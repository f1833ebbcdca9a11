"""E9812: a NAT gateway needs an address and a way to an internet gateway."""

from __future__ import annotations

from collections.abc import Iterator

from lambda_vpc.cloudformation.template import Resource
from lambda_vpc.network.model import Id
from lambda_vpc.rules._rule import LAMBDA_GUIDE, Finding, resource_rule
from lambda_vpc.rules._subject import Network, place, told
from lambda_vpc.sentences import Code

_OF_OTHER_RULES = (Code.ROUTE_WITHOUT_ONE_TARGET, Code.NAT_ADDRESS_TAKEN)
"""E9817 and E9819 speak of these, at the resource to mend."""


@resource_rule("E9812", f"{LAMBDA_GUIDE}/configuration-vpc-internet.html", ("AWS::EC2::NatGateway",))
def nat_without_way_out(network: Network, nat: Resource) -> Iterator[Finding]:
    """NAT gateway without a path to the internet

    What:
        A public NAT gateway is in a subnet that does not reach an attached internet gateway, or it has no
        Elastic IP address. For a regional NAT gateway, its VPC has no internet gateway.

    Why:
        A NAT gateway only translates addresses. Its own subnet must send 0.0.0.0/0 to an internet gateway
        that is attached to the VPC; a NAT gateway among the private subnets sends packets back to itself or
        nowhere. Private NAT gateways are not checked, because they lead to other networks on purpose.

    Wrong:
        network/nat-per-az#nat-in-private-subnet
        network/nat-per-az#gateway-not-attached
        network/nat-regional#gateway-not-attached

    Right:
        network/nat-per-az
        network/nat-regional
    """
    gateway = network.records.nat_gateway(Id(nat.logical_id))
    if gateway is None or gateway.public is not True:
        return
    certain = {o.code: o for o in network.engine.nat.way_out(gateway).obstacles if o.certain}
    for code, obstacle in certain.items():
        if code not in _OF_OTHER_RULES:
            own = obstacle.part if obstacle.at == gateway.at else ""
            part = own or ("VpcId" if gateway.regional is True else "SubnetId")
            yield Finding(
                place(nat, part), f"'{nat.logical_id}' does not reach the internet: {told(obstacle)}"
            )
