"""W9815: the subnets of a function should be in two Availability Zones."""

from __future__ import annotations

from collections.abc import Iterator

from lambda_vpc.cloudformation.template import FUNCTION_TYPES, Resource
from lambda_vpc.network.model import Id, Origin
from lambda_vpc.rules._rule import LAMBDA_GUIDE, Finding, resource_rule
from lambda_vpc.rules._subject import Network, parameter_of_zone, place


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
    subnets = _subnets(network, function)
    if not subnets or not all(_is_known(network, subnet) for subnet in subnets):
        return
    alike = network.functions_by_subnets[subnets]
    if function is not alike[0]:
        return
    zones = {_zone(network, subnet) for subnet in subnets}
    if len(subnets) == 1:
        (only,) = subnets
        found = f"{_named(alike)} {'have' if alike[1:] else 'has'} one subnet, '{only}'."
    elif len(zones) == 1 and None not in zones:
        found = f"All subnets of {_named(alike)} are in one Availability Zone."
    else:
        return
    yield Finding(
        place(function, "VpcConfig", "SubnetIds"), f"{found} Add a subnet in another Availability Zone."
    )


def _subnets(network: Network, function: Resource) -> frozenset[Id]:
    record = network.records.function(function.logical_id)
    return frozenset(record.subnets if record else ())


def _named(functions: list[Resource]) -> str:
    """Up to three functions by name."""
    names = [f"'{function.logical_id}'" for function in functions[:3]]
    rest = len(functions) - len(names)
    return ", ".join(names) + (f" and {rest} more" if rest else "")


def _is_known(network: Network, subnet: Id) -> bool:
    """Whether a name is certainly one subnet: one of the template, or an id written out."""
    if subnet.origin is Origin.WRITTEN:
        return subnet.name.startswith("subnet-")
    return network.values.of_type(subnet, "EC2::Subnet") is not None and not subnet.several


def _zone(network: Network, subnet: Id) -> str | tuple[str, str] | None:
    """A subnet's zone by its whole name, or by the parameter that names it; `None` where it is open.

    A Local Zone's letter may be that of another zone, so a letter does not do.
    """
    found = network.values.of_type(subnet, "EC2::Subnet")
    zone = found.get("AvailabilityZone") if found is not None else None
    return zone if isinstance(zone, str) else parameter_of_zone(network, subnet)
