"""What the rules judge: one template, as its policy statements and as its networks; each read once.

A template that cannot be read as one, or that a macro may still change, has no networks here, so that no
network rule speaks about it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from lambda_vpc.cloudformation import template
from lambda_vpc.cloudformation.template import Resource, Scenario, Template
from lambda_vpc.network.filters import Filters
from lambda_vpc.network.routes import Routes
from lambda_vpc.network.topology import Topology, listed
from lambda_vpc.reading import BadInput, KeyPath, Source
from lambda_vpc.rules._policies import Statement, statements
from lambda_vpc.rules._written import Written

SUBNET, SECURITY_GROUP = "AWS::EC2::Subnet", "AWS::EC2::SecurityGroup"
_SAM = "AWS::Serverless-2016-10-31"


@dataclass(frozen=True, eq=False)
class Network:
    """One scenario of a template."""

    scenario: Scenario
    topology: Topology
    routes: Routes


class Subject:
    """A template as the rules see it."""

    def __init__(self, source: Source, read: Template | None = None) -> None:
        """Takes the template's source, and the template where it has been read already."""
        self.source = source
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
        return () if found.open else tuple(_network(scenario) for scenario in found.scenarios)

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


def _network(scenario: Scenario) -> Network:
    topology = Topology(scenario)
    return Network(scenario, topology, Routes(topology, Filters(topology)))


def properties(resource: Resource) -> Written:
    """A resource's properties as written."""
    return Written(resource.written, (*resource.key_path, "Properties"), resource.scope)


def place(resource: Resource, *keys: str) -> KeyPath:
    """Where a property stands, or the resource itself where the property is not written."""
    found = properties(resource).one(*keys)
    return found.path if found else resource.key_path


def listed_in(function: Resource, name: str) -> Iterator[tuple[Written, object]]:
    """The items of a list in a function's `VpcConfig`: each as written, and as resolved."""
    ids = properties(function).one("VpcConfig", name)
    for item in ids.items() if ids else ():
        for value in listed(item.resolved):
            yield item, value
