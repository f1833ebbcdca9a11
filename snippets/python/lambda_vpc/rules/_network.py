"""The network of a template as cfn-lint hands it over: built once per template, one per choice of parameters.

Reads only: a template that cannot be read, or that a macro may still change, has no networks here, so that
no rule speaks about it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from cfnlint.template import Template as CfnTemplate

from lambda_vpc.cloudformation import template
from lambda_vpc.cloudformation.intrinsics import NO_VALUE, Scope
from lambda_vpc.cloudformation.template import Resource, Scenario
from lambda_vpc.network.filters import Filters
from lambda_vpc.network.routes import Routes
from lambda_vpc.network.topology import Topology, listed
from lambda_vpc.reading import MAX_DEPTH, MAX_VALUES, BadInput, KeyPath, Source

SUBNET, SECURITY_GROUP = "AWS::EC2::Subnet", "AWS::EC2::SecurityGroup"


@dataclass(frozen=True, eq=False)
class Network:
    """One scenario of a template."""

    scenario: Scenario
    topology: Topology
    routes: Routes


@dataclass(frozen=True, eq=False)
class Written:
    """A value as the template writes it, with its path: a resolved value has lost the place it came from."""

    value: object
    path: KeyPath
    scope: Scope

    @property
    def resolved(self) -> object:
        """The value with every intrinsic function replaced."""
        return self.scope.resolve(self.value)

    def get(self, key: str) -> Written | None:
        """The value under a key; `None` where there is none, or where an open condition decides."""
        if not isinstance(self.value, Mapping) or key not in self.value:
            return None
        return Written(self.value[key], (*self.path, key), self.scope)._chosen()

    def items(self) -> Iterator[Written]:
        """The items of a list; the value itself where a function makes the list."""
        if not isinstance(self.value, list):
            yield self
            return
        for position, item in enumerate(self.value):
            found = Written(item, (*self.path, position), self.scope)._chosen()
            if found is not None:
                yield found

    def _chosen(self) -> Written | None:
        """Behind every `Fn::If`: the branch that the scenario takes."""
        found = self
        while isinstance(found.value, Mapping) and list(found.value) == ["Fn::If"]:
            argument = found.value["Fn::If"]
            if not isinstance(argument, list) or len(argument) != 3 or not isinstance(argument[0], str):
                return None
            answer = found.scope.condition(argument[0])
            if not isinstance(answer, bool):
                return None
            position = 1 if answer else 2
            found = Written(argument[position], (*found.path, "Fn::If", position), found.scope)
        return None if found.resolved is NO_VALUE else found


def properties(resource: Resource) -> Written:
    """A resource's properties as written."""
    return Written(resource.written, (*resource.key_path, "Properties"), resource.scope)


def listed_in(function: Resource, name: str) -> Iterator[tuple[Written, object]]:
    """The items of a list in a function's `VpcConfig`: each as written, and as resolved."""
    config = properties(function).get("VpcConfig")
    ids = config.get(name) if config else None
    for item in ids.items() if ids else ():
        for value in listed(item.resolved):
            yield item, value


# --- from cfn-lint ------------------------------------------------------------------------------

_networks: WeakKeyDictionary[CfnTemplate, tuple[Network, ...]] = WeakKeyDictionary()


def networks(cfn: CfnTemplate) -> tuple[Network, ...]:
    """The template's networks, none when it cannot be read for certain."""
    if cfn not in _networks:
        _networks[cfn] = _built(cfn)
    return _networks[cfn]


def _built(cfn: CfnTemplate) -> tuple[Network, ...]:
    try:
        found = template.of(_source(cfn.template))
    except BadInput:
        return ()
    if found.open:
        return ()
    return tuple(_network(scenario) for scenario in found.scenarios)


def _network(scenario: Scenario) -> Network:
    topology = Topology(scenario)
    return Network(scenario, topology, Routes(topology, Filters(topology)))


def _source(document: object) -> Source:
    """cfn-lint's document as a source; SAM's `Globals` are left out, cfn-lint has merged them.

    Raises:
        BadInput: too deep or too large to be read.
    """
    lines: dict[KeyPath, int] = {}
    count = 0

    def copied(value: object, path: KeyPath) -> object:
        nonlocal count
        count += 1
        if len(path) > MAX_DEPTH or count > MAX_VALUES:
            raise BadInput([])
        if isinstance(value, Mapping):
            found = {}
            for key, item in value.items():
                name = str(key)
                lines[*path, name] = _line(key, item)
                found[name] = copied(item, (*path, name))
            return found
        if isinstance(value, list):
            for position, item in enumerate(value):
                lines[*path, position] = _line(item)
            return [copied(item, (*path, position)) for position, item in enumerate(value)]
        # A plain text for cfn-lint's own kind of text.
        return str(value) if isinstance(value, str) else value

    kept = document
    if isinstance(document, Mapping):
        kept = {key: value for key, value in document.items() if key != "Globals"}
    return Source("", "", copied(kept, ()), lines)


def _line(*nodes: object) -> int:
    marks = (getattr(node, "start_mark", None) for node in nodes)
    return next((mark.line + 1 for mark in marks if mark is not None), 1)
