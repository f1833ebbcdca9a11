"""What a reader of a template can choose: functions, destinations, parameters and zones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lambda_vpc.answers import Undetermined
from lambda_vpc.checking.ways import in_vpc
from lambda_vpc.cloudformation.parameters import section
from lambda_vpc.cloudformation.template import Template
from lambda_vpc.network import from_template
from lambda_vpc.network.model import Network
from lambda_vpc.network.trace import COMMON_SERVICES, INTERNET


@dataclass(frozen=True)
class FunctionChoice:
    """A Lambda function of the template."""

    name: str
    """Logical id."""
    line: int
    """1-based."""
    in_vpc: bool | None
    """Whether it is connected to a VPC; `None` where that hangs on something."""


@dataclass(frozen=True)
class Destination:
    """A destination that makes sense for the template."""

    text: str
    """As `trace` takes it; of a resource whose port is not known the name alone, to which a port is added."""
    kind: str
    """`internet`, `service` or `resource`."""
    in_template: bool
    """Whether it is a resource of the template, or a service that has an endpoint there."""
    port: int | None = None
    """The port of a resource, where the template tells."""


@dataclass(frozen=True)
class ParameterChoice:
    """A parameter of the template."""

    name: str
    type: str
    line: int
    """1-based."""
    default: str | None
    allowed: tuple[str, ...]
    """Its `AllowedValues`; none: any value of its type and pattern."""
    description: str
    given: str | None
    """The value it has been given."""
    decides: bool
    """Whether an answer may hang on its value: a condition asks for it, or it is used and has no value."""


@dataclass(frozen=True)
class Choices:
    """Everything a reader can choose, in the order of the template."""

    functions: tuple[FunctionChoice, ...]
    destinations: tuple[Destination, ...]
    parameters: tuple[ParameterChoice, ...]
    zones: tuple[str, ...]
    """Letters of the Availability Zones that subnets of the template are in."""


def choices(template: Template, given: Mapping[str, str] | None = None) -> Choices:
    """What can be chosen for a template.

    Args:
        template: the template.
        given: the values its parameters were given when it was read.
    """
    networks = from_template.networks(template)
    lines = {f.id.name: f.at.line for one in reversed(networks) for f in one.functions}
    zones = {subnet.zone for one in networks for subnet in one.subnets if isinstance(subnet.zone, str)}
    return Choices(
        tuple(FunctionChoice(name, lines.get(name, 1), inside) for name, inside in in_vpc(template).items()),
        tuple({found.text: found for found in _destinations(networks)}.values()),
        tuple(_parameters(template, networks, given or {})),
        tuple(sorted(zones)),
    )


def _destinations(networks: Sequence[Network]) -> Iterator[Destination]:
    yield from (Destination(name, "internet", False) for name in INTERNET)
    endpoints = [endpoint.service for one in networks for endpoint in one.endpoints]
    written = [name for name in dict.fromkeys(endpoints) if isinstance(name, str) and name]
    for host in (host for one in networks for host in one.hosts):
        # A resource that may also be traced at another port is asked for at the port it listens on.
        if isinstance(host.port, int):
            yield Destination(f"{host.id}:{host.port}", "resource", True, host.port)
        elif not isinstance(host.interfaces, Undetermined):
            yield Destination(host.id.name, "resource", True)
    yield from (Destination(name, "service", True) for name in written)
    yield from (Destination(name, "service", False) for name in COMMON_SERVICES if name not in written)


def _parameters(
    template: Template, networks: Sequence[Network], given: Mapping[str, str]
) -> Iterator[ParameterChoice]:
    document = template.source.data
    deciding = {name for one in networks for name in one.assumptions}
    deciding |= {*template.left_open, *template.valueless}
    for name, body in section(document, "Parameters").items():
        allowed = body.get("AllowedValues")
        yield ParameterChoice(
            name,
            str(body.get("Type", "String")),
            template.source.line(("Parameters", name)),
            _text(body["Default"]) if "Default" in body else None,
            tuple(map(_text, allowed)) if isinstance(allowed, list) else (),
            str(body.get("Description", "")),
            given.get(name),
            name in deciding,
        )


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
