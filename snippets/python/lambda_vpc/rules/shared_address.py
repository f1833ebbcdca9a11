"""E9819: an Elastic IP address serves one NAT gateway."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lambda_vpc.cloudformation.template import Resource
from lambda_vpc.cloudformation.values import Origin, Unknown
from lambda_vpc.network.from_template.values import listed
from lambda_vpc.rules._rule import VPC_GUIDE, Finding, resource_rule
from lambda_vpc.rules._subject import Network, properties
from lambda_vpc.rules._written import Written


@resource_rule("E9819", f"{VPC_GUIDE}/nat-gateway-working-with.html", ("AWS::EC2::NatGateway",))
def shared_address(network: Network, nat: Resource) -> Iterator[Finding]:
    """One Elastic IP address for two NAT gateways

    What:
        Two NAT gateways, or two zones of a regional NAT gateway, name the same Elastic IP address.

    Why:
        An Elastic IP address is associated with one NAT gateway at a time. The second one is not created.

    Wrong:
        network/nat-per-az#one-address

    Right:
        network/nat-per-az
        network/nat-regional-fixed
    """
    taken: dict[object, str] = {}
    for other in network.scenario.by_type.get("AWS::EC2::NatGateway", ()):
        for item, address in _addresses(other) if other.exists is True else ():
            if other is nat and address in taken:
                yield Finding(
                    item.path,
                    f"'{nat.logical_id}' names an Elastic IP address that '{taken[address]}' has already. "
                    "Give each an AWS::EC2::EIP of its own.",
                )
            taken.setdefault(address, other.logical_id)
        if other is nat:
            return


def _addresses(nat: Resource) -> Iterator[tuple[Written, object]]:
    """Every address a NAT gateway names, as written and as resolved."""
    written = properties(nat)
    lists = [written.one("AllocationId"), written.one("SecondaryAllocationIds")]
    zones = written.one("AvailabilityZoneAddresses")
    for zone in zones.items() if zones else ():
        lists.append(zone.one("AllocationIds") if isinstance(zone.value, Mapping) else None)
    for found in lists:
        for item in found.items() if found else ():
            for value in listed(item.resolved):
                if _is_one(value):
                    yield item, value


def _is_one(value: object) -> bool:
    """Whether the value is one address: a parameter or import is the same one wherever it stands."""
    if isinstance(value, Unknown):
        return value.origin is Origin.EXISTING and not value.parts
    return not isinstance(value, list | Mapping)
