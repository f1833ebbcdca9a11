"""The networks of a CloudFormation template: one for each choice that its conditions leave.

The only place that reads CloudFormation properties for the network; see
[`networks`][lambda_vpc.network.from_template.networks].
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from lambda_vpc.answers import Answer, Undetermined
from lambda_vpc.cloudformation.template import Scenario, Template
from lambda_vpc.network.from_template import acls, functions, groups, hosts, subnets
from lambda_vpc.network.from_template.values import Lookup, Values, one_of, place
from lambda_vpc.network.model import Function, Id, Network, Origin, Place, PublicAccessBlock, SecurityGroup

__all__ = ["networks"]


@lru_cache(maxsize=64)
def networks(template: Template) -> tuple[Network, ...]:
    """The networks of a template, in the order of its scenarios.

    Args:
        template: the template; it is read once, its networks are kept.
    """
    source = template.source
    at = Place(template.path, template.path, 1, lambda part: source.line((part,)))
    complete: Answer = Undetermined(template.open) if template.open else True
    return tuple(_network(scenario, at, complete) for scenario in template.scenarios)


def _network(scenario: Scenario, at: Place, complete: Answer) -> Network:
    values = Values(scenario)
    resources = scenario.resources
    outside = subnets.Outside()
    functions_ = tuple(functions.functions(values, outside))
    table_associations = tuple(
        subnets.associations(values, "EC2::SubnetRouteTableAssociation", "RouteTableId", outside)
    )
    acl_associations = tuple(
        subnets.associations(values, "EC2::SubnetNetworkAclAssociation", "NetworkAclId", outside)
    )
    nat_gateways = tuple(subnets.nat_gateways(values, outside))
    endpoints = tuple(functions.endpoints(values, outside))
    hosts_ = tuple(hosts.Hosts(values, outside).records())
    groups_ = tuple(groups.groups(values))
    subnets_ = tuple(subnets.subnets(values, outside, _vpc_of(functions_, groups_)))
    tables = subnets.tables(values)
    return Network(
        at=at,
        vpcs=tuple(subnets.vpcs(values, subnets_)),
        subnets=subnets_,
        tables=tuple(tables.records()),
        table_associations=table_associations,
        acls=tuple(acls.acls(values)),
        acl_associations=acl_associations,
        internet_gateways=tuple(subnets.internet_gateways(values, tables)),
        egress_only_gateways=tuple(subnets.egress_only_gateways(values)),
        nat_gateways=nat_gateways,
        groups=groups_,
        endpoints=endpoints,
        hosts=hosts_,
        functions=functions_,
        public_access_blocks=tuple(
            PublicAccessBlock(at=place(r), mode=one_of(r.get("InternetGatewayBlockMode"), "off"))
            for r in values.all("EC2::VPCBlockPublicAccessOptions")
        ),
        others=Lookup(resources, lambda name: place(resources[name]) if name in resources else None),
        elsewhere=Lookup(
            resources,
            lambda name: hosts.why_no_destination(resources[name]) if name in resources else None,
        ),
        complete=complete,
        assumptions=scenario.choices,
    )


def _vpc_of(functions_: tuple[Function, ...], groups_: tuple[SecurityGroup, ...]) -> Mapping[Id, Id]:
    """The VPC of subnets that are only named: that of a security group that goes with them."""
    by_name = {group.id: group for group in groups_}
    found: dict[Id, Id] = {}
    for function in functions_:
        vpcs = [by_name[id_].vpc for id_ in function.groups if id_ in by_name]
        vpc = next((vpc for vpc in vpcs if vpc is not None and vpc.origin is not Origin.HERE), None)
        for id_ in function.subnets if vpc is not None else ():
            found.setdefault(id_, vpc)
    return found
