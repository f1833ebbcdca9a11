"""The policies in a template that belong to no role: of an endpoint, and of who may invoke a function.

Names that AWS makes at deployment stand for themselves: the id of `OrdersApi` is `OrdersApi`, its ARN is made
with the guide's placeholder account and Region.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lambda_vpc.cloudformation import roles
from lambda_vpc.cloudformation.template import FUNCTION_TYPES, Resource, Scenario
from lambda_vpc.cloudformation.values import Pseudo, Reference, Unknown, pieces
from lambda_vpc.guide import placeholders
from lambda_vpc.iam.conditions import PolicyError

_NAMES = roles.Names(account=placeholders.account(), region=placeholders.region())
_WITH_ARN = (*FUNCTION_TYPES, "AWS::IAM::Role", "AWS::Logs::LogGroup")


def plain(value: object) -> object:
    """A resolved value as plain data: a resource of the template as `${LogicalId}`, what is open in words."""
    return _filled(value, str)


def named(document: object, scenario: Scenario) -> object:
    """A resolved document as plain data: names that AWS makes stand for themselves, known ARNs are in full.

    Raises:
        PolicyError: a value of the document is not known.
    """
    unknown = roles.unknown_in(document)
    if unknown is not None:
        raise PolicyError(f"a policy of the template hangs on {unknown.what}; give the parameter a default")
    return _filled(document, lambda reference: _name(reference, scenario))


def _filled(value: object, name: Callable[[Reference], str]) -> object:
    """Plain data; `name` says what stands for a reference."""
    if isinstance(value, Mapping):
        return {key: _filled(item, name) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, name) for item in value]
    parts = pieces(value) if isinstance(value, str | Reference | Pseudo | Unknown) else None
    return value if parts is None else "".join(_text(part, name) for part in parts)


def _text(part: str | Reference | Pseudo | Unknown, name: Callable[[Reference], str]) -> str:
    if isinstance(part, Unknown):
        return f"unknown: {part.what}"
    if isinstance(part, Reference):
        return name(part)
    return part if isinstance(part, str) else _NAMES.pseudo(part.name) or str(part)


def _name(reference: Reference, scenario: Scenario) -> str:
    found = scenario.resources.get(reference.resource)
    if reference.attribute == "Arn" and found is not None and found.type in _WITH_ARN:
        return str(roles.written_out(reference, scenario, _NAMES))
    return reference.resource + (f".{reference.attribute}" if reference.attribute else "")


def function_arn(function: Resource, scenario: Scenario) -> str:
    """The ARN of a template's function in the guide's account; its logical id stands for a name AWS makes."""
    return _name(Reference(function.logical_id, "Arn"), scenario)


def endpoint_policy(scenario: Scenario, endpoint: str) -> object | None:
    """The policy document of a template's endpoint; `None` where it has none and lets every call pass.

    Raises:
        PolicyError: the template has no such endpoint, or its policy hangs on a value that is not known.
    """
    found = scenario.resources.get(endpoint)
    if found is None or found.type != "AWS::EC2::VPCEndpoint":
        raise PolicyError(f"the template has no endpoint '{endpoint}' (AWS::EC2::VPCEndpoint)")
    document = found.get("PolicyDocument")
    return None if document is None else named(document, scenario)


def function_policy(scenario: Scenario, function: str) -> Mapping:
    """The resource-based policy that a template's `AWS::Lambda::Permission` resources give a function.

    Source: AWS Lambda API reference, AddPermission: Lambda compares `SourceArn` with StringLike.

    Raises:
        PolicyError: the template has no such function, or a permission hangs on a value that is not known.
    """
    target = scenario.resources.get(function)
    if target is None or target.type not in FUNCTION_TYPES:
        raise PolicyError(f"the template has no function '{function}'")
    statements = []
    for resource in scenario.by_type.get("AWS::Lambda::Permission", ()):
        if resource.get("FunctionName") not in (Reference(function), Reference(function, "Arn")):
            continue
        principal = str(named(resource.get("Principal"), scenario))
        condition = {
            operator: {key: named(value, scenario)}
            for written, operator, key in _CONDITIONS
            if (value := resource.get(written)) is not None
        }
        statements.append(
            {
                "Sid": resource.logical_id,
                "Effect": "Allow",
                "Principal": {"Service" if "." in principal else "AWS": principal},
                "Action": resource.get("Action"),
                "Resource": function_arn(target, scenario),
            }
            | ({"Condition": condition} if condition else {})
        )
    return {"Version": "2012-10-17", "Statement": statements}


_CONDITIONS = (
    ("SourceArn", "StringLike", "aws:SourceArn"),
    ("SourceAccount", "StringEquals", "aws:SourceAccount"),
)
