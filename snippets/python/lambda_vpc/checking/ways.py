"""Which way each function of a template has to a destination, each answer said once."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from lambda_vpc import network
from lambda_vpc.cloudformation.template import Template
from lambda_vpc.network import from_template
from lambda_vpc.network.trace import Blocked, Reached, Result, Unknown, read_question

REACHED, BLOCKED, UNKNOWN = "reached", "blocked", "unknown"


@dataclass(frozen=True)
class Way:
    """What becomes of a function's packets to one destination."""

    function: str
    """Logical id."""
    file: str
    """The file, as it is named to the reader."""
    line: int
    """1-based line of the function."""
    destination: str
    answer: str
    """`reached` from every subnet, `blocked` from at least one, or `unknown`."""
    results: tuple[Result, ...]
    """One for each subnet, and for each choice of parameters that makes a difference to it."""


def ways(
    template: Template, destination: str, functions: Sequence[str] = (), without_az: str | None = None
) -> tuple[Way, ...]:
    """The way of each function to a destination.

    Args:
        template: the template.
        destination: as for [`trace`][lambda_vpc.network.trace.trace].
        functions: logical ids; by default every function that has a VPC, in the order written.
        without_az: a zone that is down.

    Raises:
        BadInput: no such function, destination or zone.
    """
    networks = from_template.networks(template)
    # A destination that is misspelled is refused where there is no function to ask, too.
    read_question(networks, destination)
    found = []
    for name in functions or connected(template):
        results = network.trace(networks, name, destination, without_az)
        at = next(one for one in (net.function(name) for net in networks) if one is not None).at
        found.append(Way(name, at.path, at.line, destination, verdict(results), tuple(collapsed(results))))
    return tuple(found)


def connected(template: Template) -> tuple[str, ...]:
    """The functions that have a VPC under some choice of parameters, or of which that is not known."""
    return tuple(name for name, inside in in_vpc(template).items() if inside is not False)


def in_vpc(template: Template) -> Mapping[str, bool | None]:
    """Each function and whether it is connected to a VPC; `None` where it may be."""
    found: dict[str, set[bool | None]] = {name: set() for name in template.functions}
    for one in from_template.networks(template):
        for function in one.functions:
            # A capacity provider's own network is a VPC as well (fact N13).
            answer = True if function.elsewhere is not None else function.connected
            found[function.id.name].add(answer if isinstance(answer, bool) else None)
    return {
        name: next(iter(answers)) if len(answers) == 1 else None for name, answers in found.items()
    }  # fmt: skip


def verdict(results: Sequence[Result]) -> str:
    """One answer for all: a subnet that is down with its zone counts only if all are.

    Returns:
        `reached`, `blocked` or `unknown`; without any result `unknown`.
    """
    counted = [r for r in results if not (isinstance(r, Blocked) and r.why == "az-down")] or list(results)
    if any(isinstance(result, Blocked) for result in counted):
        return BLOCKED
    return REACHED if counted and all(isinstance(result, Reached) for result in counted) else UNKNOWN


def named(result: Result) -> str:
    """`reached`, `blocked` or `unknown`."""
    match result:
        case Reached():
            return REACHED
        case Blocked():
            return BLOCKED
        case Unknown():
            return UNKNOWN


def collapsed(results: Sequence[Result]) -> list[Result]:
    """The answers, each said once: of its scenarios only what tells them from those answered otherwise."""
    scenarios = [dict(result.scenario) for result in results]
    everywhere = {_frozen(scenario) for scenario in scenarios}
    groups: dict[Hashable, list[dict[str, str]]] = {}
    first: dict[Hashable, Result] = {}
    for result, scenario in zip(results, scenarios, strict=True):
        key = replace(result, scenario=())
        groups.setdefault(key, []).append(scenario)
        first.setdefault(key, result)
    found = []
    for key, result in first.items():
        own, others = {_frozen(scenario): None for scenario in groups[key]}, everywhere
        for name in dict.fromkeys(name for scenario in scenarios for name in scenario):
            without, others_without = _grouped(own, name), _grouped(others, name)
            if all(without[rest] == others_without[rest] for rest in without):
                own, others = dict.fromkeys(without), set(others_without)
        found += [replace(result, scenario=dict(scenario)) for scenario in own]
    return found


_Scenario = tuple[tuple[str, str], ...]


def _frozen(scenario: Mapping[str, str]) -> _Scenario:
    return tuple(scenario.items())


def _grouped(scenarios: Iterable[_Scenario], name: str) -> dict[_Scenario, set[str | None]]:
    """Scenarios without one parameter, and the values it has there."""
    found: dict[_Scenario, set[str | None]] = {}
    for scenario in scenarios:
        rest = tuple(item for item in scenario if item[0] != name)
        found.setdefault(rest, set()).add(dict(scenario).get(name))
    return found
