"""E9805 and W9808: an action without resource types needs `Resource` `*`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lambda_vpc.iam import service_reference
from lambda_vpc.rules._policies import Statement, matching_actions
from lambda_vpc.rules._rule import IAM_GUIDE, Finding, statement_rule
from lambda_vpc.rules._subject import Subject
from lambda_vpc.rules._written import Written, intrinsic

_SOURCE = f"{IAM_GUIDE}/reference_policies_elements_resource.html"

AUTHORIZED_ON_ARNS = frozenset(
    {
        "states:InvokeHTTPEndpoint",
        "states:SendTaskFailure",
        "states:SendTaskHeartbeat",
        "states:SendTaskSuccess",
    }
)
"""Actions that AWS lists without resource types and authorizes on ARNs all the same.

Step Functions authorizes its callbacks on the state machine, as its error texts show; the AWS CDK's
`grantTaskResponse` narrows them so (github.com/aws/aws-cdk/pull/8486). For HTTP tasks its Developer Guide has
the state machine's ARN in the role's policy ("Call HTTPS APIs in Step Functions workflows").
"""


@statement_rule("E9805", _SOURCE)
def resource_narrowed(statement: Statement, subject: Subject) -> Iterator[Finding]:
    """Narrowed Resource for a read action of EC2 or Lambda without resource types

    What:
        A statement names ARNs in Resource, and one of its actions has no resource type: ec2:DescribeSubnets
        and other Describe actions of EC2, lambda:ListFunctions and other List actions of Lambda, or
        lambda:CreateEventSourceMapping. For an action with a wildcard, the rule reports only when this is
        true of every matching action.

    Why:
        An action without resource types has to be granted on *. With an ARN in its place the Allow grants
        nothing, although the policy names the action, and the Deny stops nothing. EC2 and Lambda document
        this for these actions.

    Wrong:
        condition-keys/deployer#describe-narrowed

    Right:
        condition-keys/deployer
    """
    for action in _narrowed(statement, subject):
        if _is_documented(action.value):
            verb = {"Allow": "allow", "Deny": "deny"}.get(statement.effect, "reach")
            yield Finding(
                action.path,
                f"'{action.value}' has no resource types and needs 'Resource': '*', so this statement does "
                f"not {verb} it. {_MEND}",
            )


@statement_rule("W9808", _SOURCE)
def resource_narrowed_elsewhere(statement: Statement, subject: Subject) -> Iterator[Finding]:
    """Narrowed Resource for another action without resource types

    What:
        Like E9805, for all other actions and services, as the Service Authorization Reference lists them.

    Why:
        The reference says that an action without resource types needs "Resource": "*". It is a warning
        because the reference is not complete: Step Functions, for one, authorizes its SendTask actions on
        ARNs that the reference does not list. Those are not reported.

    Wrong:
        permissions/execution-role-policy#log-groups-narrowed

    Right:
        permissions/execution-role-policy
    """
    for action in _narrowed(statement, subject):
        if not _is_documented(action.value):
            verb = {"Allow": "allow", "Deny": "deny"}.get(statement.effect, "reach")
            yield Finding(
                action.path,
                f"AWS lists no resource type for '{action.value}', so do not count on this statement to "
                f"{verb} it. {_MEND}",
            )


_MEND = "Give the action a statement of its own with 'Resource': '*'."


def _is_documented(action: str) -> bool:
    """Whether the service's own guide says that ARNs do not work.

    Amazon EC2 User Guide, "Identity-based policies for Amazon EC2" (Describe actions); AWS Lambda Developer
    Guide, "Fine-tuning the Resources and Conditions sections of policies". Facts R05 and P03.
    """
    return action.lower().startswith(("ec2:describe", "lambda:list", "lambda:createeventsourcemapping"))


def _narrowed(statement: Statement, subject: Subject) -> Iterator[Written]:
    """The actions of a statement that names ARNs, although none that they match has a resource type."""
    data = subject.source.data
    logical_ids = data.get("Resources") if isinstance(data, Mapping) else None
    for resource in statement.part.get("Resource"):
        items = list(resource.items())
        if not items or not all(_is_narrow(item.value, logical_ids or {}) for item in items):
            continue
        for action in statement.actions():
            if action.coexists(resource) and _knows_only_star(action.value):
                yield action


def _knows_only_star(action: str) -> bool:
    names = matching_actions(action)
    return bool(names) and all(
        not service_reference.action(name).resource_types and name not in AUTHORIZED_ON_ARNS for name in names
    )


def _is_narrow(resource: object, logical_ids: Mapping) -> bool:
    """Whether the value is certainly something else than `*`; what a parameter holds is not certain."""
    if isinstance(resource, str):
        return re.fullmatch(r"\*+|\$\{[^}]*\}|<[^>]*>|\s*|\{\{.*\}\}", resource) is None
    function, argument = intrinsic(resource)
    if function == "Fn::Sub":
        return _is_narrow(argument[0] if isinstance(argument, list) and argument else argument, logical_ids)
    if function == "Ref":
        return isinstance(argument, str) and argument in logical_ids
    if function == "Fn::Join":
        parts = argument[1] if isinstance(argument, list) and len(argument) == 2 else None
        return isinstance(parts, list) and any(isinstance(part, str) and part.strip("*") for part in parts)
    return function == "Fn::GetAtt"
