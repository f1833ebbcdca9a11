"""Lint rules for policies and networks of Lambda in a VPC: `cfn-lint template.yaml -a lambda_vpc.rules`.

A rule is a plain function on this package's own models; `findings` runs all of them without cfn-lint. On
cfn-lint's command line the template comes first: it takes every word after `-a` for a set of rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lambda_vpc.cloudformation.template import Template
from lambda_vpc.reading import Source
from lambda_vpc.rules import (
    api_without_permission,
    authorizer_not_used,
    before_attachment,
    deny_by_origin,
    deny_without_null,
    event_source_isolated,
    for_all_values_without_null,
    function_in_public_subnet,
    nat_in_other_zone,
    nat_without_way_out,
    one_list_of_vpc_config,
    principal_in_scp,
    resource_narrowed,
    role_not_assumed,
    role_with_some_interface_actions,
    role_without_interfaces,
    route_targets,
    security_group_in_subnet_ids,
    set_operator_missing,
    set_operator_on_single_value,
    shared_address,
    single_zone,
    unknown_action,
    unsupported_condition_key,
)
from lambda_vpc.rules._policies import HOLDERS
from lambda_vpc.rules._rule import Finding, Rule
from lambda_vpc.rules._subject import Subject

__all__ = ["RULES", "Finding", "Report", "Rule", "findings", "findings_in_policy"]

RULES: Mapping[str, Rule] = {
    rule.id: rule
    for rule in (
        set_operator_missing.set_operator_missing,
        set_operator_on_single_value.set_operator_on_single_value,
        for_all_values_without_null.for_all_values_without_null,
        unsupported_condition_key.unsupported_condition_key,
        resource_narrowed.resource_narrowed,
        principal_in_scp.principal_in_scp,
        unknown_action.unknown_action,
        resource_narrowed.resource_narrowed_elsewhere,
        deny_without_null.deny_without_null,
        deny_by_origin.deny_by_origin,
        function_in_public_subnet.function_in_public_subnet,
        nat_without_way_out.nat_without_way_out,
        role_without_interfaces.role_without_interfaces,
        role_with_some_interface_actions.role_with_some_interface_actions,
        role_with_some_interface_actions.role_with_most_interface_actions,
        single_zone.single_zone,
        security_group_in_subnet_ids.security_group_in_subnet_ids,
        route_targets.route_targets,
        one_list_of_vpc_config.one_list_of_vpc_config,
        shared_address.shared_address,
        role_not_assumed.role_not_assumed,
        before_attachment.before_attachment,
        nat_in_other_zone.nat_in_other_zone,
        api_without_permission.api_without_permission,
        authorizer_not_used.authorizer_not_used,
        event_source_isolated.event_source_isolated,
    )
}
"""Every rule by its id, in the order of the numbers."""


@dataclass(frozen=True, order=True)
class Report:
    """A finding with its rule and its place in a file."""

    path: str
    """The file, as it is named to the reader."""
    line: int
    """Line in the file, from 1."""
    rule: str
    """The rule's id."""
    message: str
    severity: str
    """`error`, `warning` or `informational`."""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule} {self.message}"


def findings(template: Source | Template, *, alone: bool = False) -> list[Report]:
    """Everything the rules find in a template, by line; cfn-lint is not needed.

    Args:
        template: the template, or its source as `lambda_vpc.reading` reads it. Of a source that is no
            template, policies are judged as far as there are some, and networks are not.
        alone: whether cfn-lint does not judge the template besides, so that nothing may be left to it.
    """
    read = template if isinstance(template, Template) else None
    return _reports(Subject(read.source if read else template, read, alone))


def findings_in_policy(policy: Source, layer: str) -> list[Report]:
    """Everything the rules find in a policy by itself, which cfn-lint does not read, by line.

    Args:
        policy: the document, as `lambda_vpc.reading` reads it.
        layer: what it is attached as: `identity`, `boundary`, `session`, `scp`, `resource`, `trust` or
            `endpoint`.

    Raises:
        KeyError: no such layer.
    """
    holder = HOLDERS[layer]
    way = ("Resources", "Policy", "Properties", holder.document)
    resource = {"Type": holder.type, "Properties": {**holder.others, holder.document: policy.data}}
    lines = {(*way, *path): line for path, line in policy.lines.items()}
    source = Source(policy.path, policy.text, {"Resources": {"Policy": resource}}, lines)
    return _reports(Subject(source, alone=True))


def _reports(subject: Subject) -> list[Report]:
    return sorted(
        {
            Report(subject.source.path, subject.line(finding.path), rule.id, finding.message, rule.severity)
            for rule in RULES.values()
            for finding in rule.findings(subject)
        }
    )


# cfn-lint takes a set of rules by the name of a module: it imports the module and makes an instance of each
# rule class that `inspect.getmembers` finds there. So the classes are members of this package, without being
# made before somebody asks for them (PEP 562): importing the rules imports no cfn-lint.
_OF_CFN_LINT = ("CARRIERS", "lint")


def __getattr__(name: str) -> object:
    if name in RULES or name in _OF_CFN_LINT:
        from lambda_vpc.rules import cfn_lint

        return getattr(cfn_lint, name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted({*globals(), *RULES, *_OF_CFN_LINT})
