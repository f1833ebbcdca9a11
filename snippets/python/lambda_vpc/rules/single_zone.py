"""W9815: the subnets of a function should be in two Availability Zones."""

from __future__ import annotations

from collections.abc import Iterator

from lambda_vpc.intrinsics import Reference, Unknown
from lambda_vpc.reading import KeyPath
from lambda_vpc.rules._network import SUBNET, Network, listed_in, properties
from lambda_vpc.rules._network_rule import LAMBDA_GUIDE, NetworkRule
from lambda_vpc.template import FUNCTION_TYPES, Resource
from lambda_vpc.topology import key, named


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
        values = [value for _, value in listed_in(function, "SubnetIds")]
        written = function.get("VpcConfig", "SubnetIds")
        # An item behind an open condition is in the resolved list alone.
        if not isinstance(written, list | str | Reference) or len(values) != len(_as_list(written)):
            return
        subnets = {key(value): value for value in values}
        if not values or any(isinstance(value, Unknown) for value in values):
            return
        mend = "Add a subnet in another Availability Zone."
        if len(subnets) == 1:
            (only,) = subnets
            what = f"'{function.logical_id}' has one subnet, '{named(only)}'. {mend}"
        else:
            zones = {_zone(network, value) for value in subnets.values()}
            if len(zones) != 1 or None in zones:
                return
            what = f"All subnets of '{function.logical_id}' are in one Availability Zone. {mend}"
        yield _place(function), what


def _as_list(value: object) -> list:
    return value if isinstance(value, list) else [value]


def _zone(network: Network, value: object) -> str | None:
    """A subnet's zone by its whole name: a Local Zone's letter may be that of another zone."""
    subnet = network.topology.resource(value)
    if not isinstance(subnet, Resource) or subnet.type != SUBNET or subnet.exists is not True:
        return None
    zone = subnet.get("AvailabilityZone")
    return zone if isinstance(zone, str) else None


def _place(function: Resource) -> KeyPath:
    config = properties(function).get("VpcConfig")
    found = config.get("SubnetIds") if config else None
    return found.path if found else function.key_path
