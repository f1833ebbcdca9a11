"""The policies in a template that belong to no role: of an endpoint, and of who may invoke a function.

Names that AWS makes at deployment stand for themselves: the id of `OrdersApi` is `OrdersApi`, its ARN is made
with the guide's placeholder account and Region.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from lambda_vpc.cloudformation.intrinsics import Reference, Unknown
from lambda_vpc.cloudformation.template import FUNCTION_TYPES, Resource, Template
from lambda_vpc.guide import placeholders
from lambda_vpc.iam.conditions import PolicyError

_PSEUDO = {
    "${AWS::Partition}": "aws",
    "${AWS::Region}": placeholders.region(),
    "${AWS::AccountId}": placeholders.account(),
    "${AWS::URLSuffix}": "amazonaws.com",
}
_GENERATED = re.compile(r"\$\{([A-Za-z0-9]+(?:\.[A-Za-z0-9.]+)?)\}")


def plain(value: object) -> object:
    """A resolved value as plain data: a resource of the template as `${LogicalId}`, an open one in words."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, Unknown):
        return f"unknown: {value.what}"
    if isinstance(value, Reference):
        return str(value)
    if isinstance(value, str):
        for name, text in _PSEUDO.items():
            value = value.replace(name, text)
    return value


def named(value: object, resources: Mapping[str, Resource]) -> object:
    """Plain data in which names that AWS makes stand for themselves, and functions' ARNs are written out."""
    if isinstance(value, Mapping):
        return {key: named(item, resources) for key, item in value.items()}
    if isinstance(value, list):
        return [named(item, resources) for item in value]
    if not isinstance(value, str):
        return value
    return _GENERATED.sub(lambda match: _name(match[1], resources), value)


def _name(written: str, resources: Mapping[str, Resource]) -> str:
    name, _, attribute = written.partition(".")
    found = resources.get(name)
    if found is None:
        return f"${{{written}}}"
    if attribute == "Arn" and found.type in FUNCTION_TYPES:
        return function_arn(found)
    return written


def function_arn(function: Resource) -> str:
    """The ARN of a template's function in the guide's account; its logical id stands for a name AWS makes."""
    name = function.get("FunctionName")
    return placeholders.function_arn(name if isinstance(name, str) else function.logical_id)


def endpoint_policy(template: Template, endpoint: str) -> object | None:
    """The policy document of a template's endpoint; `None` where it has none and lets every call pass.

    Raises:
        PolicyError: the template has no such endpoint.
    """
    resources = template.scenarios[0].resources
    found = resources.get(endpoint)
    if found is None or found.type != "AWS::EC2::VPCEndpoint":
        raise PolicyError(f"{template.path}: has no endpoint '{endpoint}' (AWS::EC2::VPCEndpoint)")
    document = found.get("PolicyDocument")
    return None if document is None else named(plain(document), resources)


def function_policy(template: Template, function: str) -> Mapping:
    """The resource-based policy that a template's `AWS::Lambda::Permission` resources give a function.

    Source: AWS Lambda API reference, AddPermission: Lambda compares `SourceArn` with StringLike.

    Raises:
        PolicyError: the template has no such function.
    """
    resources = template.scenarios[0].resources
    target = resources.get(function)
    if target is None or target.type not in FUNCTION_TYPES:
        raise PolicyError(f"{template.path}: has no function '{function}'")
    statements = []
    for resource in template.scenarios[0].by_type.get("AWS::Lambda::Permission", ()):
        if resource.get("FunctionName") not in (Reference(function), Reference(function, "Arn")):
            continue
        principal = plain(resource.get("Principal"))
        key = "Service" if "." in str(principal) else "AWS"
        condition: dict[str, object] = {}
        for written, operator, name in _CONDITIONS:
            value = resource.get(written)
            if value is not None:
                condition[operator] = {name: named(plain(value), resources)}
        statements.append(
            {
                "Sid": resource.logical_id,
                "Effect": "Allow",
                "Principal": {key: principal},
                "Action": resource.get("Action"),
                "Resource": function_arn(target),
            }
            | ({"Condition": condition} if condition else {})
        )
    return {"Version": "2012-10-17", "Statement": statements}


_CONDITIONS = (
    ("SourceArn", "StringLike", "aws:SourceArn"),
    ("SourceAccount", "StringEquals", "aws:SourceAccount"),
)
