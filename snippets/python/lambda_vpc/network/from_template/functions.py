"""Lambda functions and VPC endpoints of a template as records, with the policies that decide between them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lambda_vpc.answers import Answer, Undetermined
from lambda_vpc.cloudformation import roles
from lambda_vpc.cloudformation.template import FUNCTION_TYPES, Resource
from lambda_vpc.cloudformation.values import Pseudo, Reference, Unknown, pieces
from lambda_vpc.network.from_template.subnets import Outside
from lambda_vpc.network.from_template.values import (
    DEFAULT_GROUP,
    MAX_ITEMS,
    Values,
    default_id,
    one_of,
    place,
    shown,
    truth,
)
from lambda_vpc.network.model import Endpoint, Function, Id, Permission
from lambda_vpc.network.open_texts import CLOSE, OPEN, OWN, own_arn

# The endpoint of a global service has no Region in its name, as `com.amazonaws.iam`.
_SERVICE = re.compile(r"(?:com|cn\.com)\.amazonaws\.(?:[^.]+\.(.+)|([^.]+))|aws\.api\.[^.]+\.(.+)")
# Endpoints that no name of an AWS service resolves to.
MOST: Mapping[str, int] = {"SubnetIds": 16, "SecurityGroupIds": 5}
"""Items that the lists of `VpcConfig` may have (Lambda API reference, `VpcConfig`)."""
_OTHER_KINDS = ("GatewayLoadBalancer", "Resource", "ServiceNetwork")


def functions(values: Values, outside: Outside) -> Iterator[Function]:
    """The Lambda functions of a template."""
    for type_ in FUNCTION_TYPES:
        for resource in values.all(type_.removeprefix("AWS::")):
            yield _function(values, resource, outside)


def _function(values: Values, resource: Resource, outside: Outside) -> Function:
    config = resource.get("VpcConfig")
    common = {"at": place(resource), "exists": resource.exists, "id": Id(resource.logical_id)}
    if resource.get("CapacityProviderConfig") is not None:
        return Function(**common, elsewhere="CapacityProviderConfig")
    if isinstance(config, Unknown):
        return Function(**common, connected=Undetermined(config.what))
    if config is not None and not isinstance(config, Mapping):
        return Function(**common, connected=Undetermined(f"VpcConfig, which is {shown(config)}"))
    config = config or {}
    lists = {name: values.ids(config.get(name)) for name in ("SubnetIds", "SecurityGroupIds")}
    role, permissions = _role(values, resource)
    for name, most in MOST.items():
        if len(set(lists[name])) > most:
            what = f"{name} with {len(lists[name]):,} items, of which Lambda takes {most}"
            return Function(**common, connected=Undetermined(what), role=role, permissions=permissions)
    empty = [name for name, ids in lists.items() if not ids]
    for id_ in lists["SubnetIds"]:
        outside.mention(id_, resource, "VpcConfig")
    return Function(
        **common,
        connected=len(empty) < 2,
        subnets=lists["SubnetIds"],
        groups=lists["SecurityGroupIds"],
        missing=empty[0] if len(empty) == 1 else None,
        ipv6=truth(config.get("Ipv6AllowedForDualStack"), False),
        role=role,
        permissions=permissions,
    )


# --- endpoints ----------------------------------------------------------------------------------


def endpoints(values: Values, outside: Outside) -> Iterator[Endpoint]:
    """The VPC endpoints of a template."""
    for resource in values.all("EC2::VPCEndpoint"):
        vpc = values.id(resource.get("VpcId"))
        subnets = values.ids(resource.get("SubnetIds"))
        for id_ in subnets:
            outside.mention(id_, resource, "SubnetIds")
        groups = tuple(dict.fromkeys(values.ids(resource.get("SecurityGroupIds"))))
        kind = one_of(resource.get("VpcEndpointType"), "Gateway")
        yield Endpoint(
            at=place(resource),
            exists=resource.exists,
            id=Id(resource.logical_id),
            vpc=vpc,
            service="" if kind in _OTHER_KINDS else _service(resource),
            kind=kind,
            tables=values.ids(resource.get("RouteTableIds")),
            subnets=_few(resource, subnets, groups),
            # EC2 gives an endpoint without groups the default group of its VPC.
            groups=groups or (() if vpc is None else (default_id(vpc, DEFAULT_GROUP),)),
            private_dns=truth(resource.get("PrivateDnsEnabled"), False),
            inbound_resolver_only=_inbound_resolver_only(resource),
            policy=_endpoint_policy(values, resource.get("PolicyDocument")),
        )


def _few(
    resource: Resource, subnets: tuple[Id, ...], groups: tuple[Id, ...]
) -> tuple[Id, ...] | Undetermined:
    """The subnets of an endpoint, unless its lists are longer than any that EC2 takes."""
    found = tuple(dict.fromkeys(subnets))
    if max(len(found), len(groups)) > MAX_ITEMS:
        return Undetermined(
            f"the subnets and security groups of {resource.logical_id}, more than {MAX_ITEMS}"
        )
    return found


def _service(resource: Resource) -> str | Undetermined:
    """The service an endpoint is for, such as `s3` of `com.amazonaws.ap-northeast-1.s3`."""
    name, region = resource.get("ServiceName"), resource.get("ServiceRegion")
    own = pieces(resource.scope.resolve({"Ref": "AWS::Region"}))
    if region is not None and pieces(region) != own:
        return Undetermined(f"whether {resource.logical_id} is for a service of this Region")
    if isinstance(name, Unknown):
        return Undetermined(name.what)
    if not isinstance(name, str):
        return Undetermined(f"the service of {resource.logical_id}")
    found = _SERVICE.fullmatch(name)
    return (found[1] or found[2] or found[3]) if found else name


def _inbound_resolver_only(resource: Resource) -> Answer:
    written = resource.get("DnsOptions", "PrivateDnsOnlyForInboundResolverEndpoint")
    known = {"OnlyInboundResolver": True, "AllResolvers": False}
    if isinstance(written, str) and written in known:
        return known[written]
    what = written.what if isinstance(written, Unknown) else "PrivateDnsOnlyForInboundResolverEndpoint"
    return Undetermined(f"{what} of {resource.logical_id}")


# --- policies -----------------------------------------------------------------------------------


def _role(values: Values, function: Resource) -> tuple[str | Undetermined, tuple[Permission, ...]]:
    """The ARN of a function's role as far as it is known, and its identity-based policies."""
    permissions = tuple(
        Permission(_document(values, policy.document), policy.attached)
        for policy in roles.policies_of(values.scenario, function)
        if policy.layer == "identity"
    )
    role = roles.role_of(values.scenario, function)
    if isinstance(role, Resource):
        return _role_arn(role), permissions
    what = f"the role of {function.logical_id}" if role is None else role.what
    return Undetermined(what), permissions


def _endpoint_policy(values: Values, written: object) -> object:
    """An endpoint's policy; `None` where none is written and everything is allowed."""
    return None if written is None else _document(values, roles.read_document(written, "an endpoint policy"))


def _document(values: Values, document: object) -> object:
    """A policy as plain data, Undetermined where it is not known."""
    return Undetermined(document.what) if isinstance(document, Unknown) else _plain(values, document)


def _plain(values: Values, value: object) -> object:
    """A value of a policy; what only AWS knows becomes an open part, the same wherever it stands."""
    if isinstance(value, Mapping):
        return {key: _plain(values, item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(values, item) for item in value]
    if isinstance(value, int | float):
        return value
    parts = pieces(value)
    if parts is None:
        return value
    alone = len(parts) == 1
    return "".join(part if isinstance(part, str) else _open_part(values, part, alone) for part in parts)


def _open_part(values: Values, part: Reference | Pseudo | Unknown, alone: bool) -> str:
    if isinstance(part, Pseudo):
        return "aws" if part.name == "AWS::Partition" else _open(part.name)
    if isinstance(part, Unknown):
        return _open(part.what)
    if part.attribute == "Arn" or (alone and part.attribute is None):
        found = values.resources.get(part.resource)
        if found is not None and found.type == "AWS::IAM::Role":
            return _role_arn(found)
        return own_arn(part.resource)
    return _open(OWN + part.resource if part.attribute is None else str(part))


def _open(name: str) -> str:
    # A colon would look like the border of an ARN's part.
    return f"{OPEN}{name.replace(':', '.')}{CLOSE}"


def _role_arn(role: Resource) -> str:
    name = role.get("RoleName")
    known = name if type(name) is str else _open(OWN + role.logical_id)
    return f"arn:aws:iam::{_open('AWS::AccountId')}:role/{known}"
