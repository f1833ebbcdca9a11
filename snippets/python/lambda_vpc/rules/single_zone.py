"""W9815: the subnets of a function should be in two Availability Zones."""

from __future__ import annotations

from collections.abc import Iterator

from lambda_vpc.cloudformation.template import FUNCTION_TYPES, Resource
from lambda_vpc.network.topology import key, listed, named
from lambda_vpc.rules._rule import LAMBDA_GUIDE, Finding, resource_rule
from lambda_vpc.rules._subject import SUBNET, Network, place


@resource_rule(
    "W9815", f"{LAMBDA_GUIDE}/configuration-vpc-internet.html", FUNCTION_TYPES, whatever_is_chosen=True
)
def single_zone(network: Network, function: Resource) -> Iterator[Finding]:
    """Function in a single Availability Zone

    What:
        VpcConfig names one subnet, or several that are all in one Availability Zone, whatever the
        template's parameters are. Functions with the same subnets are reported once, at the first of them.

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
    values = _keys(function)
    subnets = {name: _subnet(network, value) for name, value in values.items()}
    if not subnets or None in subnets.values():
        return
    alike = [other for other in _functions(network) if _keys(other).keys() == values.keys()]
    if function is not alike[0]:
        return
    zones = {_zone(subnet) for subnet in subnets.values()}
    if len(subnets) == 1:
        (only,) = subnets
        found = f"{_named(alike)} {'have' if alike[1:] else 'has'} one subnet, '{named(only)}'."
    elif len(zones) == 1 and None not in zones:
        found = f"All subnets of {_named(alike)} are in one Availability Zone."
    else:
        return
    yield Finding(
        place(function, "VpcConfig", "SubnetIds"), f"{found} Add a subnet in another Availability Zone."
    )


def _functions(network: Network) -> list[Resource]:
    found = (f for type_ in FUNCTION_TYPES for f in network.scenario.by_type.get(type_, ()))
    return [function for function in found if function.exists is True]


def _keys(function: Resource) -> dict[str | None, object]:
    return {key(value): value for value in listed(function.get("VpcConfig", "SubnetIds"))}


def _named(functions: list[Resource]) -> str:
    """Up to three functions by name."""
    names = [f"'{function.logical_id}'" for function in functions[:3]]
    rest = len(functions) - len(names)
    return ", ".join(names) + (f" and {rest} more" if rest else "")


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
