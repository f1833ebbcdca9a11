"""Which ENI actions an execution role certainly lacks; where a policy is not known, nothing is lacking.

`iam.decide` answers for one request with all its ARNs. Here most ARNs are made at deployment, so only what
holds for every resource counts: no Allow names the action, or a Deny without condition does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lambda_vpc.cloudformation.intrinsics import Reference
from lambda_vpc.cloudformation.template import FUNCTION_TYPES, Resource
from lambda_vpc.iam.conditions import glob
from lambda_vpc.network.topology import listed
from lambda_vpc.reading import KeyPath
from lambda_vpc.rules._managed_policies import ENI_ACTIONS, MANAGED_POLICIES
from lambda_vpc.rules._subject import Network, properties

_AWS_POLICY = re.compile(r"arn:(?:[^:]*|\$\{AWS::Partition\}):iam::aws:policy/(?:.+/)?([^/]+)")
_ATTACHED = {
    "AWS::IAM::Policy": "Roles",
    "AWS::IAM::ManagedPolicy": "Roles",
    "AWS::IAM::RolePolicy": "RoleName",
}


@dataclass(frozen=True)
class _Document:
    content: object
    attached: bool
    """Whether it is certainly the role's; a policy that names a role from outside may be."""
    path: KeyPath


@dataclass(frozen=True)
class Lacking:
    """The ENI actions that a role certainly does not have (fact R04)."""

    actions: tuple[str, ...]
    path: KeyPath
    """Where to mend the role: its policies, or the policy that denies an action."""
    denied: bool

    def __str__(self) -> str:
        return ", ".join(self.actions)


def functions_of(network: Network, role: Resource) -> list[Resource]:
    """The functions that run with a role of the template."""
    names = (Reference(role.logical_id, "Arn"), f"${{{role.logical_id}.Arn}}")
    found = (f for type_ in FUNCTION_TYPES for f in network.scenario.by_type.get(type_, ()))
    return [function for function in found if function.get("Role") in names]


def connected(functions: list[Resource]) -> str:
    """The functions that certainly have a `VpcConfig` with subnets, as they are named to the reader."""
    return ", ".join(
        f"'{function.logical_id}'"
        for function in functions
        if function.exists is True
        and isinstance(function.get("VpcConfig"), Mapping)
        and function.get("VpcConfig", "SubnetIds")
    )


def trusts_lambda(role: Resource) -> bool:
    """Whether Lambda may assume the role (fact R15)."""
    for statement in _statements(role.get("AssumeRolePolicyDocument")):
        principal = statement.get("Principal") if isinstance(statement, Mapping) else None
        if isinstance(principal, Mapping) and "lambda.amazonaws.com" in listed(principal.get("Service")):
            return True
    return False


def lacking(network: Network, role: Resource) -> Lacking:
    """The ENI actions that the role certainly does not have, and where to mend it."""
    documents = list(_documents(network, role))
    if network.topology.touched_by(role.logical_id):
        return Lacking((), role.key_path, denied=False)
    denying = {
        action: document.path
        for action in ENI_ACTIONS
        for document in documents
        if document.attached and _denies(document.content, action)
    }
    actions = tuple(
        action
        for action in ENI_ACTIONS
        if action in denying or not any(_may_allow(document.content, action) for document in documents)
    )
    path = next(iter(denying.values()), None)
    return Lacking(actions, path or _policies(role), denied=path is not None)


def _policies(role: Resource) -> KeyPath:
    for name in ("ManagedPolicyArns", "Policies"):
        found = properties(role).one(name)
        if found is not None:
            return found.path
    return role.key_path


def _documents(network: Network, role: Resource) -> Iterator[_Document]:
    policies = properties(role).one("Policies")
    inline = listed(role.get("Policies"))
    places = [item.path for item in policies.items()] if policies else []
    for position, policy in enumerate(inline):
        document = policy.get("PolicyDocument") if isinstance(policy, Mapping) else None
        # Behind an open condition a policy has no place of its own.
        path = places[position] if len(places) == len(inline) else role.key_path
        yield _Document(document, True, path)
    for arn in listed(role.get("ManagedPolicyArns")):
        yield _managed(network, role, arn)
    for type_, property_ in _ATTACHED.items():
        for policy in network.scenario.by_type.get(type_, ()):
            roles = listed(policy.get(property_))
            is_named = Reference(role.logical_id) in roles
            # A name from outside, or written out, may be the name of this very role.
            if is_named or any(not isinstance(name, Reference) for name in roles):
                yield _of_template(policy, is_named)


def _of_template(policy: Resource, is_named: bool) -> _Document:
    document = properties(policy).one("PolicyDocument")
    path = document.path if document else policy.key_path
    return _Document(policy.get("PolicyDocument"), is_named and policy.exists is True, path)


def _managed(network: Network, role: Resource, arn: object) -> _Document:
    if isinstance(arn, Reference) and arn.attribute in (None, "PolicyArn"):
        policy = network.scenario.resources.get(arn.resource)
        if policy is not None and policy.type == "AWS::IAM::ManagedPolicy":
            return _of_template(policy, True)
    match = _AWS_POLICY.fullmatch(arn) if isinstance(arn, str) else None
    actions = MANAGED_POLICIES.get(match[1]) if match else None
    known = None if actions is None else {"Statement": {"Effect": "Allow", "Action": list(actions)}}
    return _Document(known, True, role.key_path)


def _statements(document: object) -> list[object]:
    """The statements; an unknown one for a document that is not known."""
    return listed(document.get("Statement")) if isinstance(document, Mapping) else [None]


def _may_allow(document: object, action: str) -> bool:
    for statement in _statements(document):
        if not isinstance(statement, Mapping):
            return True
        if statement.get("Effect") != "Deny" and _covers(statement, action) is not False:
            return True
    return False


def _denies(document: object, action: str) -> bool:
    """Whether a Deny holds whatever the resource and the request context are."""
    return any(
        isinstance(statement, Mapping)
        and statement.get("Effect") == "Deny"
        and not statement.get("Condition")
        and "*" in listed(statement.get("Resource"))
        and _covers(statement, action) is True
        for statement in _statements(document)
    )


def _covers(statement: Mapping, action: str) -> bool | None:
    """Whether `Action` or `NotAction` covers an action; `None`: not known."""
    name = "Action" if "Action" in statement else "NotAction"
    written = listed(statement.get(name))
    if any(not isinstance(item, str) or "${" in item for item in written):
        return None
    found = any(glob(item.lower()).fullmatch(action.lower()) for item in written)
    return found is (name == "Action")
