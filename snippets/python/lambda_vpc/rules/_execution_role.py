"""What an execution role certainly lacks; where a policy is not known, nothing is lacking.

`iam.decide` answers for one request with all its ARNs. Here most ARNs are made at deployment, so only what
holds for every resource counts: no Allow names the action, or a Deny without condition does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lambda_vpc.answers import Answer, Undetermined, both, either, negate
from lambda_vpc.cloudformation.roles import RolePolicy, policies_of, trust_policy
from lambda_vpc.cloudformation.template import Resource
from lambda_vpc.network.from_template.values import listed
from lambda_vpc.reading import KeyPath
from lambda_vpc.rules._managed_policies import ENI_ACTIONS, MANAGED_POLICIES
from lambda_vpc.rules._policies import names_action
from lambda_vpc.rules._subject import Network, has_items, place

LAMBDA = "lambda.amazonaws.com"


@dataclass(frozen=True)
class Lacking:
    """The ENI actions that a role certainly does not have (fact R04)."""

    actions: tuple[str, ...]
    path: KeyPath
    """Where to mend the role: its policies, or the policy that denies an action."""
    denied: bool

    def __str__(self) -> str:
        return ", ".join(self.actions)


def connected(functions: Sequence[Resource]) -> str:
    """The functions that certainly have a `VpcConfig` with subnets, as they are named to the reader."""
    return ", ".join(f"'{function.logical_id}'" for function in functions if is_connected(function))


def is_connected(function: Resource) -> bool:
    """Whether a function certainly has a `VpcConfig` with subnets."""
    return function.exists is True and has_items(function, "SubnetIds")


def lacking(network: Network, role: Resource) -> Lacking:
    """The ENI actions that the role certainly does not have, and where to mend it."""
    policies = policies_of(network.scenario, role)
    if role.logical_id in network.scenario.touched:
        return Lacking((), role.key_path, denied=False)
    denying = {
        action: policy.key_path
        for action in ENI_ACTIONS
        for policy in policies
        if policy.attached is True and _denies(policy, action)
    }
    actions = tuple(action for action in ENI_ACTIONS if action in denying or not _may(policies, action))
    path = next(iter(denying.values()), None)
    return Lacking(actions, path or _policies(role), denied=path is not None)


def _policies(role: Resource) -> KeyPath:
    found = (place(role, name) for name in ("ManagedPolicyArns", "Policies"))
    return next((path for path in found if path != role.key_path), role.key_path)


def _may(policies: Sequence[RolePolicy], action: str) -> bool:
    """Whether a policy may allow the action, and no permissions boundary certainly leaves it out."""
    bounds = [policy for policy in policies if policy.layer == "boundary"]
    return any(_may_allow(policy, action) for policy in policies if policy.layer == "identity") and all(
        _may_allow(policy, action) for policy in bounds
    )


def _statements(policy: RolePolicy) -> list[object]:
    """The statements; an unknown one for a document that is not known."""
    document = policy.document
    if policy.aws_managed in MANAGED_POLICIES:
        return [{"Effect": "Allow", "Action": list(MANAGED_POLICIES[policy.aws_managed]), "Resource": "*"}]
    return listed(document.get("Statement")) if isinstance(document, Mapping) else [None]


def _may_allow(policy: RolePolicy, action: str) -> bool:
    for statement in _statements(policy):
        if not isinstance(statement, Mapping):
            return True
        if statement.get("Effect") != "Deny" and _covers(statement, action) is not False:
            return True
    return False


def _denies(policy: RolePolicy, action: str) -> bool:
    """Whether a Deny holds whatever the resource and the request context are."""
    return any(
        isinstance(statement, Mapping)
        and statement.get("Effect") == "Deny"
        and not statement.get("Condition")
        and "*" in listed(statement.get("Resource"))
        and _covers(statement, action) is True
        for statement in _statements(policy)
    )


def _covers(statement: Mapping, action: str) -> Answer:
    """Whether `Action` or `NotAction` covers an action."""
    name = "Action" if "Action" in statement else "NotAction"
    written = listed(statement.get(name))
    # A text with open pieces is a text of a kind of its own.
    if any(type(item) is not str for item in written):
        return Undetermined(f"{name} of a statement")
    return any(names_action(item, action) for item in written) is (name == "Action")


# --- trust --------------------------------------------------------------------------------------


def trusts_lambda(role: Resource) -> Answer:
    """Whether Lambda may assume the role (fact R15)."""
    document = trust_policy(role)
    if not isinstance(document, Mapping):
        return Undetermined("the trust policy")
    statements = listed(document.get("Statement"))
    allowed = either(list(_for_lambda(statements, "Allow")))
    return both([allowed, negate(either(list(_for_lambda(statements, "Deny"))))])


def _for_lambda(statements: Sequence[object], effect: str) -> Iterator[Answer]:
    """For each statement whether it has the effect, and is about Lambda assuming the role."""
    for statement in statements:
        if not isinstance(statement, Mapping) or statement.get("Effect") not in ("Allow", "Deny"):
            yield Undetermined("a statement of the trust policy")
        elif statement["Effect"] == effect:
            conditions = Undetermined("the Condition") if statement.get("Condition") else True
            yield both([_names_lambda(statement), _covers(statement, "sts:AssumeRole"), conditions])


def _names_lambda(statement: Mapping) -> Answer:
    principal = statement.get("Principal")
    if not isinstance(principal, Mapping):
        return Undetermined("the Principal")
    found: list[Answer] = []
    for service in listed(principal.get("Service")):
        # `lambda.${AWS::URLSuffix}` is written too.
        is_lambda = isinstance(service, str) and service.startswith("lambda.")
        found.append(True if is_lambda else False if type(service) is str else Undetermined("a service"))
    if any(type(account) is not str or account == "*" for account in listed(principal.get("AWS"))):
        found.append(Undetermined("a principal"))
    return either(found)
