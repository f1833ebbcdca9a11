"""W9824: an authorizer guards the methods that name it."""

from __future__ import annotations

from collections.abc import Iterator

from lambda_vpc.cloudformation.template import Resource
from lambda_vpc.network.model import Origin
from lambda_vpc.rules._rule import Finding, resource_rule
from lambda_vpc.rules._subject import Network, place

_METHOD, _AUTHORIZER = "AWS::ApiGateway::Method", "AWS::ApiGateway::Authorizer"


@resource_rule(
    "W9824",
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/configure-api-gateway-lambda-authorization.html",
    (_AUTHORIZER,),
)
def authorizer_not_used(network: Network, authorizer: Resource) -> Iterator[Finding]:
    """Authorizer that no method of its API uses

    What:
        The template writes an AWS::ApiGateway::Authorizer and methods of the same REST API, and none of the
        methods names the authorizer in AuthorizerId.

    Why:
        API Gateway asks a Lambda authorizer only for methods whose AuthorizationType is CUSTOM and whose
        AuthorizerId names it. With NONE, no authorizer checks the caller.

    Wrong:
        network/authorizer-rest-api#authorizer-not-used

    Right:
        network/authorizer-rest-api
    """
    if authorizer.get("Type") not in ("TOKEN", "REQUEST"):
        return
    api = network.values.id(authorizer.get("RestApiId"))
    methods = [
        method
        for method in network.scenario.by_type.get(_METHOD, ())
        if network.values.id(method.get("RestApiId")) == api
    ]
    if not methods or any(_may_use(network, method, authorizer) for method in methods):
        return
    yield Finding(
        place(methods[0], "AuthorizationType"),
        f"No method of '{api}' uses the authorizer '{authorizer.logical_id}', so they answer every caller. "
        f"Write AuthorizationType: CUSTOM and AuthorizerId: !Ref {authorizer.logical_id}.",
    )


def _may_use(network: Network, method: Resource, authorizer: Resource) -> bool:
    """Whether a method may ask the authorizer; what is not known may be."""
    kind, used = method.get("AuthorizationType"), network.values.id(method.get("AuthorizerId"))
    if kind is None or (type(kind) is str and kind != "CUSTOM"):
        return False
    return used is not None and (used.origin is not Origin.HERE or used.name == authorizer.logical_id)
