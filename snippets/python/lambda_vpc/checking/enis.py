"""Which Hyperplane ENIs the functions of a template use at the start, by what the template says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lambda_vpc import eni
from lambda_vpc.cloudformation.template import Template
from lambda_vpc.network import from_template
from lambda_vpc.network.model import Function, Id, Network, Origin


@dataclass(frozen=True)
class EniPlan:
    """The ENIs at the start under one choice of parameters."""

    scenario: Mapping[str, str]
    """Parameter to the value assumed; empty where every choice has this plan."""
    plan: eni.Plan
    open: tuple[str, ...]
    """What the template does not tell: a list whose length is not known, a function whose settings are not.
    Where there is any, the number may be another."""


def eni_plans(template: Template) -> tuple[EniPlan, ...]:
    """One plan for each choice of parameters that makes a difference.

    Subnets are counted by the name the template gives them: two parameters count as two subnets.
    """
    found: list[EniPlan] = []
    for one in from_template.networks(template):
        plan, open_ = _plan(one)
        if not any((plan, open_) == (other.plan, other.open) for other in found):
            found.append(EniPlan(one.assumptions, plan, open_))
    if len(found) == 1:
        return (EniPlan({}, found[0].plan, found[0].open),)
    return tuple(found)


def _plan(network: Network) -> tuple[eni.Plan, tuple[str, ...]]:
    functions: list[eni.Function] = []
    open_: dict[str, None] = {}
    for function in network.functions:
        complete = function.missing is None and function.elsewhere is None
        if not isinstance(function.connected, bool) or function.exists is not True or not complete:
            open_[f"the VPC settings of {function.id}"] = None
            continue
        names = (*function.subnets, *function.groups)
        open_ |= {id_.name: None for id_ in names if id_.several or id_.origin is Origin.OPEN}
        functions.append(_function(network, function))
    return eni.plan(functions), tuple(open_)


def _function(network: Network, function: Function) -> eni.Function:
    vpcs = {_vpc(network, id_) for id_ in function.subnets}
    return eni.Function(
        function.id.name,
        tuple(dict.fromkeys(map(str, function.subnets))),
        tuple(dict.fromkeys(map(str, function.groups))),
        vpcs.pop() if len(vpcs) == 1 else None,
    )


def _vpc(network: Network, id_: Id) -> str | None:
    subnet = network.subnet(id_)
    return subnet.vpc.name if subnet is not None and subnet.vpc is not None else None
