"""W9823: API Gateway needs the permission to invoke a function."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lambda_vpc.cloudformation.template import FUNCTION_TYPES, Resource
from lambda_vpc.cloudformation.values import OpenText, Reference
from lambda_vpc.rules._policies import names_action
from lambda_vpc.rules._rule import Finding, resource_rule
from lambda_vpc.rules._subject import Network, place

API_GATEWAY = "apigateway.amazonaws.com"

_CALLERS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "AWS::ApiGateway::Authorizer": (("AuthorizerUri",), ("AuthorizerCredentials",)),
    "AWS::ApiGateway::Method": (("Integration", "Uri"), ("Integration", "Credentials")),
    "AWS::ApiGatewayV2::Authorizer": (("AuthorizerUri",), ("AuthorizerCredentialsArn",)),
    "AWS::ApiGatewayV2::Integration": (("IntegrationUri",), ("CredentialsArn",)),
}
"""Where an API names the function that it invokes, and the role it would invoke it with."""


@resource_rule(
    "W9823",
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-using-iam-policies-"
    "to-invoke-api.html",
    tuple(_CALLERS),
)
def api_without_permission(network: Network, caller: Resource) -> Iterator[Finding]:
    """API Gateway without the permission to invoke a function

    What:
        An authorizer, a method or an integration of API Gateway names a function of the template, names no
        role to invoke it with, and no AWS::Lambda::Permission lets apigateway.amazonaws.com invoke it.

    Why:
        API Gateway invokes functions by their resource-based policy. Without it clients get status 500, for
        the function of an authorizer as well. It is a warning because the permission may be given outside of
        the template.

    Wrong:
        network/authorizer-rest-api#authorizer-without-permission

    Right:
        network/authorizer-rest-api
    """
    uri, credentials = _CALLERS[caller.type]
    if caller.get(*credentials) is not None:
        return
    function = _function(network, caller.get(*uri))
    if function is None or function.logical_id in network.scenario.touched:
        return
    # Of several callers of one function the first speaks.
    if next(other for other in _callers(network) if _names(network, other, function)) is not caller:
        return
    if not any(_may_permit(network, permission, function) for permission in _permissions(network)):
        yield Finding(
            place(caller, *uri),
            f"API Gateway may not invoke '{function.logical_id}', and clients get status 500. Add an "
            f"AWS::Lambda::Permission with lambda:InvokeFunction for {API_GATEWAY}.",
        )


def _callers(network: Network) -> Iterator[Resource]:
    for type_ in _CALLERS:
        yield from network.scenario.by_type.get(type_, ())


def _names(network: Network, caller: Resource, function: Resource) -> bool:
    uri, credentials = _CALLERS[caller.type]
    return (
        caller.exists is True
        and caller.get(*credentials) is None
        and _function(network, caller.get(*uri)) is function
    )


def _function(network: Network, uri: object) -> Resource | None:
    """The one function of the template whose ARN stands in an address."""
    parts = uri.parts if isinstance(uri, OpenText) else (uri,)
    named = [part for part in parts if isinstance(part, Reference) and part.attribute in (None, "Arn")]
    found = [network.scenario.resources.get(part.resource) for part in named]
    functions = [f for f in found if f is not None and f.type in FUNCTION_TYPES and f.exists is True]
    # Events of a SAM function come with their permissions.
    return functions[0] if len(functions) == 1 and functions[0].get("Events") is None else None


def _permissions(network: Network) -> tuple[Resource, ...]:
    return tuple(network.scenario.by_type.get("AWS::Lambda::Permission", ()))


def _may_permit(network: Network, permission: Resource, function: Resource) -> bool:
    """Whether a permission may be API Gateway's for the function; another function's certainly is not."""
    principal, action, name = (permission.get(key) for key in ("Principal", "Action", "FunctionName"))
    if type(principal) is str and principal != API_GATEWAY:
        return False
    if type(action) is str and not names_action(action, "lambda:InvokeFunction"):
        return False
    if isinstance(name, Reference):
        other = network.scenario.resources.get(name.resource)
        return other is None or other is function or other.type not in FUNCTION_TYPES
    return type(name) is not str or type(function.get("FunctionName")) is not str or _same(name, function)


def _same(name: str, function: Resource) -> bool:
    return str(function.get("FunctionName")) in name
