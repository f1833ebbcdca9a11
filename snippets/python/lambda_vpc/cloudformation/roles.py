"""The policies of a role in a template: what its principal may do, and who may assume it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lambda_vpc.cloudformation.intrinsics import Reference, Unknown
from lambda_vpc.cloudformation.template import FUNCTION_TYPES, Resource, Template
from lambda_vpc.guide import placeholders
from lambda_vpc.iam.conditions import PolicyError
from lambda_vpc.iam.policy import AttachedPolicy

_MANAGED = re.compile(r"arn:[^:]*:iam::aws:policy/(?:.*/)?([^/]+)")


def documents(
    template: Template, role: str, principal: str, call: str, managed: Mapping[str, object]
) -> list[AttachedPolicy]:
    """The documents that decide a call made with a template's role, or made to assume it.

    Args:
        template: the template, decided in its first scenario.
        role: logical id of an `AWS::IAM::Role`.
        principal: ARN of the caller that acts with the role.
        call: `service:Action`; for `sts:AssumeRole` the role's trust policy decides.
        managed: text of AWS managed policies by name.

    Raises:
        PolicyError: the role is not there, or one of its policies cannot be read.
    """
    resources = template.scenarios[0].resources
    found = resources.get(role)
    if found is None or found.type != "AWS::IAM::Role":
        raise PolicyError(f"{template.path}: has no role '{role}' (AWS::IAM::Role)")
    if call == "sts:AssumeRole":
        return [AttachedPolicy("resource", _plain(found.get("AssumeRolePolicyDocument"), resources), ())]
    identity = [*_inline(found), *_managed(found.get("ManagedPolicyArns"), resources, managed)]
    for other in resources.values():
        if other.type in _ATTACHED and Reference(role) in _several(
            other.get("Roles") or other.get("RoleName")
        ):
            identity.append(other.get("PolicyDocument"))
    boundary = found.get("PermissionsBoundary")
    limits = _managed([boundary], resources, managed) if boundary is not None else []
    return [
        AttachedPolicy(layer, _plain(data, resources), (principal,))
        for layer, group in (("identity", identity), ("boundary", limits))
        for data in group
    ]


_ATTACHED = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy")


def _several(value: object) -> list:
    return value if isinstance(value, list) else [value]


def _inline(role: Resource) -> Iterator[object]:
    for policy in _several(role.get("Policies") or []):
        if isinstance(policy, Mapping):
            yield policy.get("PolicyDocument")


def _managed(
    arns: object, resources: Mapping[str, Resource], managed: Mapping[str, object]
) -> Iterator[object]:
    for arn in _several(arns or []):
        if isinstance(arn, Reference) and arn.resource in resources:
            yield resources[arn.resource].get("PolicyDocument")
            continue
        arn = _plain(arn, resources)
        name = _MANAGED.fullmatch(str(arn))
        if name is None:
            raise PolicyError(f"ManagedPolicyArns: '{arn}' is neither an AWS policy nor one of the template")
        if name[1] not in managed:
            raise PolicyError(
                f"ManagedPolicyArns: no snippet has 'aws-managed: {name[1]}'; add its text as one"
            )
        yield managed[name[1]]


_PSEUDO = {
    "${AWS::Partition}": "aws",
    "${AWS::Region}": placeholders.region(),
    "${AWS::AccountId}": placeholders.account(),
    "${AWS::URLSuffix}": "amazonaws.com",
}


def _plain(value: object, resources: Mapping[str, Resource]) -> object:
    """A document with the placeholder account and Region, and the ARNs of the template's own resources."""
    if isinstance(value, Mapping):
        return {key: _plain(item, resources) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item, resources) for item in value]
    if isinstance(value, Unknown):
        raise PolicyError(f"a policy of the template hangs on {value.what}; give the parameter a default")
    if isinstance(value, Reference):
        return _arn(value, resources)
    if isinstance(value, str):
        for name, text in _PSEUDO.items():
            value = value.replace(name, text)
    return value


def _arn(reference: Reference, resources: Mapping[str, Resource]) -> str:
    found = resources.get(reference.resource)
    if found is not None and reference.attribute == "Arn":
        if found.type in FUNCTION_TYPES:
            return placeholders.function_arn(
                str(_plain(found.get("FunctionName") or reference.resource, resources))
            )
        if found.type == "AWS::IAM::Role":
            return f"arn:aws:iam::{placeholders.account()}:role/{found.get('RoleName') or reference.resource}"
    raise PolicyError(f"a policy of the template names {reference}, whose ARN is not determined")
