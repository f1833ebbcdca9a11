"""W9815: the subnets of a function should be in two Availability Zones."""

from __future__ import annotations

from collections.abc import Iterator

from lambda_vpc.cloudformation.template import FUNCTION_TYPES, Resource
from lambda_vpc.network.topology import key, listed, named
from lambda_vpc.reading import KeyPath
from lambda_vpc.rules._network import SUBNET, Network, properties
from lambda_vpc.rules._network_rule import LAMBDA_GUIDE, NetworkRule


class SingleZone(NetworkRule):
    """A function in a single Availability Zone

    What:
        VpcConfig names one subnet, or several that are all in one Availability Zone, whatever the
        template's parameters are.

    Why:
        When that zone fails, the function has nowhere left to run in your VPC. The developer guide advises
        subnets in two or more zones. A template that lets a parameter choose between one zone and two is
        not reported.

    Wrong:
        network/attach-new-vpc#one-subnet
        network/attach-new-vpc#two-subnets-one-zone

    Right:
        network/attach-new-vpc
        network/nat-per-az
    """

    id = "W9815"
    shortdesc = "Function in a single Availability Zone"
    description = "The subnets of a function should be in two or more Availability Zones"
    source_url = f"{LAMBDA_GUIDE}/configuration-vpc-internet.html"
    types = FUNCTION_TYPES
    whatever_is_chosen = True

    def findings(self, network: Network, function: Resource) -> Iterator[tuple[KeyPath, str]]:
        values = listed(function.get("VpcConfig", "SubnetIds"))
        subnets = {key(value): _subnet(network, value) for value in values}
        if not subnets or None in subnets.values():
            return
        zones = {_zone(subnet) for subnet in subnets.values()}
        if len(subnets) == 1:
            (only,) = subnets
            found = f"'{function.logical_id}' has one subnet, '{named(only)}'."
        elif len(zones) == 1 and None not in zones:
            found = f"All subnets of '{function.logical_id}' are in one Availability Zone."
        else:
            return
        yield _place(function), f"{found} Add a subnet in another Availability Zone."


def _subnet(network: Network, value: object) -> Resource | str | None:
    """A subnet of the template, or its id; `None` for anything that is not known to be one subnet."""
    if isinstance(value, str):
        return value if value.startswith("subnet-") else None
    found = network.topology.resource(value)
    if not isinstance(found, Resource) or found.type != SUBNET or found.exists is not True:
        return None
    return found


def _zone(subnet: Resource | str | None) -> str | None:
    """A subnet's zone by its whole name: a Local Zone's letter may be that of another zone."""
    zone = subnet.get("AvailabilityZone") if isinstance(subnet, Resource) else None
    return zone if isinstance(zone, str) else None


def _place(function: Resource) -> KeyPath:
    config = properties(function).get("VpcConfig")
    found = config.get("SubnetIds") if config else None
    return found.path if found else function.key_path
