"""What the rules judge: one template, as its policy statements and as its networks; each read once.

A template that cannot be read as one, or that a macro may still change, has no networks here, so that no
network rule speaks about it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from lambda_vpc import sentences
from lambda_vpc.cloudformation import template
from lambda_vpc.cloudformation.template import Resource, Scenario, Template
from lambda_vpc.cloudformation.values import Origin, Reference, Unknown
from lambda_vpc.network import from_template, model
from lambda_vpc.network.from_template.values import Values, listed
from lambda_vpc.network.obstacles import Obstacle
from lambda_vpc.network.trace import Engine, engine_of
from lambda_vpc.reading import BadInput, KeyPath, Source
from lambda_vpc.rules._policies import Statement, statements
from lambda_vpc.rules._written import Written

SUBNET, SECURITY_GROUP = "AWS::EC2::Subnet", "AWS::EC2::SecurityGroup"
_SAM = "AWS::Serverless-2016-10-31"


@dataclass(frozen=True, eq=False)
class Network:
    """One scenario of a template, as resources and as the records that packets are traced on."""

    scenario: Scenario
    records: model.Network

    @cached_property
    def values(self) -> Values:
        """Names of things, as the records have them."""
        return Values(self.scenario)

    @cached_property
    def engine(self) -> Engine:
        """What judges the records; the same judges as those of a trace."""
        return engine_of(self.records)

    @cached_property
    def subnets_by_route(self) -> Mapping[str, list[model.Subnet]]:
        """The subnets whose packets for the internet take a route, and no other, by the route's name."""
        found: dict[str, list[model.Subnet]] = {}
        for subnet in self.records.subnets:
            parts = self.engine.routes.out(subnet, 4).parts
            if len(parts) == 1 and isinstance(parts[0], model.Route):
                found.setdefault(parts[0].at.name, []).append(subnet)
        return found

    @cached_property
    def functions_by_subnets(self) -> Mapping[frozenset[model.Id], list[Resource]]:
        """The functions that certainly exist, by their subnets."""
        found: dict[frozenset[model.Id], list[Resource]] = {}
        for record in self.records.functions:
            if record.exists is True:
                function = self.scenario.resources[record.id.name]
                found.setdefault(frozenset(record.subnets), []).append(function)
        return found

    def resource(self, value: object, type_: str) -> Resource | None:
        """The resource of a type that a value names and that certainly exists."""
        named = isinstance(value, Reference) and value.attribute is None
        found = self.scenario.resources.get(value.resource) if named else None
        return found if found is not None and found.type == type_ and found.exists is True else None


class Subject:
    """A template as the rules see it."""

    def __init__(self, source: Source, read: Template | None = None, alone: bool = False) -> None:
        """Takes the template's source, and the template where it has been read already.

        Args:
            source: the template's source.
            read: the template.
            alone: whether cfn-lint's own rules do not judge it besides.
        """
        self.source = source
        self.alone = alone
        self._read = read

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """Every policy statement, in the order of the template."""
        return tuple(statements(self.source.data))

    @cached_property
    def networks(self) -> tuple[Network, ...]:
        """One network per choice of parameters; none when the template cannot be read for certain."""
        try:
            found = self._read or template.of(self.source)
        except BadInput:
            return ()
        if found.open:
            return ()
        return tuple(map(Network, found.scenarios, from_template.networks(found)))

    @property
    def is_sam(self) -> bool:
        """Whether the template has the SAM transform."""
        data = self.source.data
        return isinstance(data, dict) and _SAM in listed(data.get("Transform"))

    def line(self, path: KeyPath) -> int:
        """The 1-based line of a path; what SAM's `Globals` give a function stands there."""
        lines = self.source.lines
        below = ("Globals", "Function", *path[3:])
        if len(path) > 3 and path[:4] not in lines and path[2] == "Properties" and below[:3] in lines:
            return self.source.line(below)
        return self.source.line(path)


def properties(resource: Resource) -> Written:
    """A resource's properties as written."""
    return Written(resource.written, (*resource.key_path, "Properties"), resource.scope)


def place(resource: Resource, *keys: str) -> KeyPath:
    """Where a property stands, or the resource itself where the property is not written."""
    found = properties(resource).one(*keys)
    return found.path if found else resource.key_path


def parameter_of_zone(network: Network, subnet: model.Id) -> tuple[str, str] | None:
    """The parameter that names a subnet's zone, with the stack it is in; `None` where none does."""
    found = network.values.of_type(subnet, "EC2::Subnet")
    match found.written.get("AvailabilityZone") if found is not None else None:
        case {"Ref": str(parameter)} if not parameter.startswith("AWS::"):
            return found.logical_id.rpartition("/")[0], parameter
    return None


def listed_in(function: Resource, name: str) -> Iterator[tuple[Written, object]]:
    """The items of a list in a function's `VpcConfig`: each as written, and as resolved."""
    ids = properties(function).one("VpcConfig", name)
    for item in ids.items() if ids else ():
        for value in listed(item.resolved):
            yield item, value


def has_items(function: Resource, name: str) -> bool:
    """Whether a list of a function's `VpcConfig` certainly has an item."""
    value = function.get("VpcConfig", name)
    if isinstance(value, Unknown):
        written = properties(function).one("VpcConfig", name)
        parameter = written.value.get("Ref") if written and isinstance(written.value, Mapping) else None
        declared = function.scope.parameters.get(parameter) if isinstance(parameter, str) else None
        # A list of ids that exist is never empty; a list of texts may be.
        return isinstance(declared, Mapping) and str(declared.get("Type")).startswith("List<AWS::EC2::")
    return any(not isinstance(item, Unknown) or item.origin is not Origin.OPEN for item in listed(value))


def told(obstacle: Obstacle) -> str:
    """What is in the way and the mend, in the words of a trace."""
    detail = f" ({obstacle.detail})" if obstacle.detail else ""
    mend = sentences.mend(obstacle.code, "en")
    return f"{sentences.reason(obstacle.code, 'en')}{detail}{'; ' if mend else ''}{mend}."
