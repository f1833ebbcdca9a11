"""Which ENI actions an execution role certainly lacks; where a policy is not known, nothing is lacking.

`iam.decide` answers for one request with all its ARNs. Here most ARNs are made at deployment, so only what
holds for every resource counts: no Allow names the action, or a Deny without condition does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lambda_vpc.conditions import glob
from lambda_vpc.intrinsics import Reference, Unknown
from lambda_vpc.reading import KeyPath
from lambda_vpc.rules._managed_policies import ENI_ACTIONS, MANAGED_POLICIES
from lambda_vpc.rules._network import Network
from lambda_vpc.template import FUNCTION_TYPES, Resource
from lambda_vpc.topology import listed

_AWS_POLICY = re.compile(r"arn:(?:[^:]*|\$\{AWS::Partition\}):iam::aws:policy/(?:.+/)?([^/]+)")
_ATTACHED = {
    "AWS::IAM::Policy": "Roles",
    "AWS::IAM::ManagedPolicy": "Roles",
    "AWS::IAM::RolePolicy": "RoleName",
}


def functions_of(network: Network, role: Resource) -> list[str]:
    """Logical ids of the functions with `VpcConfig` that run with a role of the template."""
    names = (Reference(role.logical_id, "Arn"), f"${{{role.logical_id}.Arn}}")
    return [
        function.logical_id
        for type_ in FUNCTION_TYPES
        for function in network.scenario.by_type.get(type_, ())
        if function.exists is True
        and function.get("Role") in names
        and isinstance(function.get("VpcConfig"), Mapping)
        and function.get("VpcConfig", "SubnetIds")
    ]


def lacking(network: Network, role: Resource) -> list[str]:
    """The ENI actions that the role certainly does not have (fact R04)."""
    if network.topology.touched_by(role.logical_id):
        return []
    documents = list(_documents(network, role))
    return [
        action
        for action in ENI_ACTIONS
        if not any(_may_allow(document, action) for document, _ in documents)
        or any(attached and _denies(document, action) for document, attached in documents)
    ]


def place(role: Resource) -> KeyPath:
    """Where the role's permissions are written."""
    for name in ("ManagedPolicyArns", "Policies"):
        if name in role.written:
            return (*role.key_path, "Properties", name)
    return role.key_path


def _documents(network: Network, role: Resource) -> Iterator[tuple[object, bool]]:
    """Every policy document, and whether it is certainly the role's."""
    for policy in listed(role.get("Policies")):
        yield policy.get("PolicyDocument") if isinstance(policy, Mapping) else None, True
    for arn in listed(role.get("ManagedPolicyArns")):
        yield _managed(network, arn)
    for type_, property_ in _ATTACHED.items():
        for policy in network.scenario.by_type.get(type_, ()):
            roles = listed(policy.get(property_))
            named = Reference(role.logical_id) in roles
            # A name from outside, or written out, may be the name of this very role.
            if named or any(not isinstance(name, Reference) for name in roles):
                yield policy.get("PolicyDocument"), named and policy.exists is True


def _managed(network: Network, arn: object) -> tuple[object, bool]:
    if isinstance(arn, Reference) and arn.attribute in (None, "PolicyArn"):
        policy = network.scenario.resources.get(arn.resource)
        if policy is not None and policy.type == "AWS::IAM::ManagedPolicy":
            return policy.get("PolicyDocument"), policy.exists is True
    match = _AWS_POLICY.fullmatch(arn) if isinstance(arn, str) else None
    if match is None or match[1] not in MANAGED_POLICIES:
        return Unknown(f"{arn}"), True
    return {"Statement": {"Effect": "Allow", "Action": list(MANAGED_POLICIES[match[1]])}}, True


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
