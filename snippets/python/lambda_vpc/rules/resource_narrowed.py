"""E9805: an action without resource types needs `Resource` `*`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cfnlint.template import Template

from lambda_vpc.iam import service_reference
from lambda_vpc.rules._policies import Part, Path, Statement, matching_actions
from lambda_vpc.rules._rule import GUIDE, StatementRule


class ResourceNarrowed(StatementRule):
    """A narrowed Resource for an action without resource types

    What:
        A statement names ARNs in Resource, and AWS lists no resource type for one of its actions, such as
        ec2:DescribeSubnets. For an action with a wildcard, the rule speaks only when this is so for every
        matching action.

    Why:
        An action without resource types has to be granted on *. With an ARN in its place you cannot count on
        the statement: the Allow may grant nothing, although the policy names the action, and the Deny may
        stop nothing.

    Wrong:
        condition-keys/deployer#describe-narrowed

    Right:
        condition-keys/deployer
    """

    id = "E9805"
    shortdesc = "Narrowed Resource for an action without resource types"
    description = "An action without resource types needs Resource *"
    source_url = f"{GUIDE}/reference_policies_elements_resource.html"

    def findings(self, statement: Statement, cfn: Template) -> Iterator[tuple[Path, str]]:
        logical_ids = cfn.template.get("Resources") or {}
        for resource in statement.part.get("Resource"):
            items = list(resource.items())
            if not items or not all(_is_narrow(item.value, logical_ids) for item in items):
                continue
            for action in statement.actions():
                if action.coexists(resource) and _knows_only_star(action):
                    yield action.path, _message(statement.effect, action.value)


def _knows_only_star(action: Part) -> bool:
    names = matching_actions(action.value)
    return bool(names) and all(not service_reference.action(name).resource_types for name in names)


def _is_narrow(resource: Any, logical_ids: Any) -> bool:
    """Whether the value is certainly something else than `*`; what a parameter holds is not certain."""
    if isinstance(resource, str):
        return re.fullmatch(r"\*+|\$\{[^}]*\}|\s*|\{\{resolve:.*\}\}", resource) is None
    if not isinstance(resource, dict) or len(resource) != 1:
        return False
    ((function, argument),) = resource.items()
    if function == "Fn::Sub":
        return _is_narrow(argument[0] if isinstance(argument, list) and argument else argument, logical_ids)
    if function == "Ref":
        return isinstance(argument, str) and argument in logical_ids
    if function == "Fn::Join":
        parts = argument[1] if isinstance(argument, list) and len(argument) == 2 else None
        return isinstance(parts, list) and any(isinstance(part, str) and part.strip("*") for part in parts)
    return function == "Fn::GetAtt"


def _message(effect: str | None, action: str) -> str:
    verb = {"Allow": "allow", "Deny": "deny"}.get(effect, "reach")
    return (
        f"AWS lists no resource type for '{action}', so it needs 'Resource': '*': do not count on this "
        f"statement to {verb} it. Give the action a statement of its own with 'Resource': '*'."
    )
