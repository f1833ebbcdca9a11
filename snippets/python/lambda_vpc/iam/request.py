"""The request context AWS documents for an API call; what AWS leaves undocumented stays open.

Which keys a call carries stands in one table, [`ROWS`][lambda_vpc.iam.request.ROWS], with the fact each row
rests on. [`build`][lambda_vpc.iam.request.build] looks a call up in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import partial

from lambda_vpc.iam import service_reference
from lambda_vpc.iam.caller import Caller, RequestError
from lambda_vpc.iam.conditions import PRESENT, Values, texts
from lambda_vpc.iam.patterns import glob

VPC_KEYS = ("lambda:VpcIds", "lambda:SubnetIds", "lambda:SecurityGroupIds")
"""The three condition keys for VPC settings (fact K01)."""
SOURCE_FUNCTION = "lambda:SourceFunctionArn"


@dataclass(frozen=True)
class Request:
    """One API call as IAM sees it."""

    action: str
    """`service:Action`, in any letter case."""
    resource: str | tuple[str, ...]
    """ARN of the resource, `*` for an action without resource types, or all resources the call touches."""
    principal: str
    """ARN of the caller, or a service principal such as `lambda.amazonaws.com`."""
    context: Mapping[str, object]
    """Condition keys the request carries: a text, number, truth value, or a list of texts; an empty list
    means the key is absent, `lambda_vpc.iam.conditions.PRESENT` that its value is not documented. Keys that
    follow from the principal, such as `aws:PrincipalArn`, need not be given; given ones win."""
    closed: bool = True
    """Whether a key missing from the context is known to be absent; otherwise it is unknown."""
    resource_account: str | None = None
    """Account that owns the resource; by default the ARN's, else `aws:ResourceAccount`, else the caller's."""
    management_account: bool = False
    """Whether the caller belongs to the organization's management account, which SCPs do not limit."""
    if_unchanged: Mapping[str, object] | None = None
    """For an update that leaves VpcConfig alone: the context with the function's settings (fact K14)."""

    # What decisions read again and again, made once.
    caller: Caller = field(init=False, repr=False, compare=False)
    """The principal, as policies can name it."""
    lower_action: str = field(init=False, repr=False, compare=False)
    """The action in lower case: IAM ignores the letter case of actions (fact P05)."""
    resources: tuple[str, ...] = field(init=False, repr=False, compare=False)
    """Every resource of the call; each must be allowed."""
    values: Mapping[str, Values] = field(init=False, repr=False, compare=False)
    """The context with lower-case keys and values as text, with the keys that follow from the caller."""

    def __post_init__(self) -> None:
        """Refuse what no call makes, before anything is decided.

        Raises:
            RequestError: no resource, an unknown kind of principal, or a malformed context.
        """
        resources = (self.resource,) if isinstance(self.resource, str) else tuple(self.resource)
        if not resources or not all(resources):
            raise RequestError(
                "resource: name the ARN of at least one resource, or * for an action without resource types"
            )
        caller = Caller.of(self.principal)
        # The class is frozen for everybody else.
        keep = partial(object.__setattr__, self)
        keep("caller", caller)
        keep("lower_action", self.action.lower())
        keep("resources", resources)
        keep("values", {**caller.values, **_values(self.context)})

    def may_carry(self, key: str) -> bool:
        """Whether the request may carry a key that its context does not mention.

        A key the Service Authorization Reference does not list for the action is absent.
        """
        return not self.closed and service_reference.supports(self.action, key) is not False

    def account_of(self, resource: str, default: str) -> str:
        """The account that owns a resource of this request."""
        if self.resource_account:
            return self.resource_account
        parts = resource.split(":", 5)
        named = self.values.get("aws:resourceaccount", ())
        return (parts[4] if len(parts) == 6 else "") or (named[0] if len(named) == 1 else default)


def _values(context: Mapping[str, object]) -> dict[str, Values]:
    found: dict[str, Values] = {}
    for key, value in context.items():
        name = key.lower()
        if name in found:
            raise RequestError(f"context: '{key}' is there in two letter cases; they are one key, keep one")
        try:
            found[name] = texts(value)
        except ValueError as error:
            raise RequestError(f"context: {key}: {error}; an empty list says it is absent") from None
    return found


# --- what a call carries ------------------------------------------------------------------------


class Settings(Enum):
    """What a call says about the VPC settings of a function."""

    GIVEN = "given"
    """`VpcConfig` with subnets and security groups."""
    NONE = "none"
    """No `VpcConfig`, and the function has none."""
    UNCHANGED = "unchanged"
    """An update without `VpcConfig` of a function that has one."""
    REMOVED = "removed"
    """An update with two empty lists: the function leaves its VPC."""


class By(Enum):
    """On whose behalf a call is made."""

    CALLER = "caller"
    """A principal of the account that is not a Lambda function."""
    CODE = "code"
    """The function's code, with the execution role's credentials."""
    LAMBDA = "lambda"
    """Lambda itself, with the execution role, outside the execution environment."""


class Carried(Enum):
    """What the documentation says about a key in a call."""

    PRESENT = "present"
    VALUE_OPEN = "value-open"
    """Present, but the value is not documented."""
    ABSENT = "absent"
    OPEN = "open"
    """Neither presence nor value is documented."""


@dataclass(frozen=True)
class Row:
    """One documented statement about the keys a call carries."""

    calls: tuple[str, ...]
    """API calls, `*` as wildcard."""
    when: Settings | By
    keys: tuple[str, ...]
    carried: Carried
    fact: str


FUNCTION_CALLS = ("lambda:CreateFunction", "lambda:UpdateFunctionConfiguration")
CONNECTOR_CALLS = ("lambda:CreateCapacityProvider", "lambda:CreateNetworkConnector")
_ON_BEHALF = (
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "xray:PutTraceSegments",
    "elasticfilesystem:ClientMount",
)

ROWS: tuple[Row, ...] = (
    Row(FUNCTION_CALLS, Settings.GIVEN, ("lambda:VpcIds",), Carried.PRESENT, "K03"),
    Row(FUNCTION_CALLS, Settings.GIVEN, VPC_KEYS[1:], Carried.PRESENT, "K02"),
    Row(FUNCTION_CALLS, Settings.NONE, VPC_KEYS, Carried.ABSENT, "K12"),
    Row(FUNCTION_CALLS[1:], Settings.UNCHANGED, VPC_KEYS, Carried.VALUE_OPEN, "K14"),
    Row(FUNCTION_CALLS[1:], Settings.REMOVED, VPC_KEYS, Carried.OPEN, "K18"),
    Row(CONNECTOR_CALLS, Settings.GIVEN, VPC_KEYS[1:], Carried.PRESENT, "K02"),
    Row(CONNECTOR_CALLS, Settings.GIVEN, VPC_KEYS[:1], Carried.ABSENT, "K02"),
    Row(("ec2:*",), By.LAMBDA, (SOURCE_FUNCTION,), Carried.ABSENT, "D02"),
    Row(_ON_BEHALF, By.LAMBDA, (SOURCE_FUNCTION,), Carried.PRESENT, "D03"),
    Row(("*",), By.CODE, (SOURCE_FUNCTION,), Carried.PRESENT, "D02"),
    Row(("*",), By.CALLER, (SOURCE_FUNCTION,), Carried.ABSENT, "D02"),
)
"""Which keys a call carries, each row with its fact; a call no row speaks of keeps its keys open."""


@dataclass(frozen=True)
class VpcConfig:
    """The VPC settings of a function, with the VPC that Lambda derives from them (fact K03)."""

    vpc: str | None
    """`None`: not known."""
    subnets: tuple[str, ...]
    security_groups: tuple[str, ...]

    def values(self) -> dict[str, object]:
        """The three condition keys with their values; VpcIds is single-valued (fact K01)."""
        vpc = PRESENT if self.vpc is None else self.vpc
        return dict(zip(VPC_KEYS, (vpc, list(self.subnets), list(self.security_groups)), strict=True))


def build(
    action: str,
    resource: str | tuple[str, ...],
    principal: str,
    *,
    by: By = By.CALLER,
    settings: Settings = Settings.NONE,
    vpc: VpcConfig | None = None,
    source_function: str | None = None,
    context: Mapping[str, object] | None = None,
    management_account: bool = False,
) -> Request:
    """The request an API call makes, with the keys AWS documents for it.

    Args:
        action: `service:Action`.
        resource: ARN or ARNs, or `*`.
        principal: ARN of the caller, or a service principal. The ARN of a session does not show its role's
            path; give `aws:PrincipalArn` in the context for a role that has one.
        by: on whose behalf the call is made.
        settings: what the call says about VPC settings.
        vpc: the settings given, or for `UNCHANGED` the ones the function has, if known.
        source_function: unqualified ARN of the function for calls by `CODE` and `LAMBDA`.
        context: further keys, which win over the table; an empty list says that a key is absent.
        management_account: whether the caller belongs to the organization's management account.

    Returns:
        A request whose other keys are open: a decision that hangs on one of them is undocumented.

    Raises:
        RequestError: the arguments do not fit together, or no call is made so.
    """
    if settings is Settings.GIVEN and vpc is None:
        raise RequestError("settings 'given' need the VPC settings")
    if by is not By.CALLER and source_function is None:
        raise RequestError(f"a call by '{by.value}' needs the function's ARN")
    configured = {} if vpc is None else vpc.values()
    known = _known_keys(action, by, settings, {SOURCE_FUNCTION: source_function, **configured})
    extra = dict(context or {})
    unchanged = settings is Settings.UNCHANGED and vpc is not None and PRESENT in known.values()
    return Request(
        action,
        resource,
        principal,
        {**known, **extra},
        closed=False,
        management_account=management_account,
        if_unchanged={**known, **configured, **extra} if unchanged else None,
    )


def _known_keys(action: str, by: By, settings: Settings, values: Mapping[str, object]) -> dict[str, object]:
    """What the table says about the keys of a call, with their values where it carries them."""
    known: dict[str, object] = {}
    for row in ROWS:
        if row.when not in (by, settings) or not any(_covers(call, action) for call in row.calls):
            continue
        for key in row.keys:
            if row.carried is Carried.PRESENT:
                known[key] = values[key]
            elif row.carried is Carried.VALUE_OPEN:
                known[key] = PRESENT
            elif row.carried is Carried.ABSENT:
                known[key] = []
    return known


def _covers(call: str, action: str) -> bool:
    return glob(call.lower()).fullmatch(action.lower())


def resources_of(action: str, *, function: str, arn_prefix: str, vpc: VpcConfig | None) -> Sequence[str]:
    """The resources a call touches, where the action and its arguments determine them.

    Args:
        action: `service:Action`.
        function: ARN of the function the call is about.
        arn_prefix: `arn:PARTITION:ec2:REGION:ACCOUNT`.
        vpc: the VPC settings, for the calls Lambda makes to EC2.

    Returns:
        ARNs; `*` for an action without resource types; nothing when they are not determined.
    """
    found = service_reference.action(action)
    if found is None:
        return ()
    if not found.resource_types:
        return ("*",)
    if found.name.startswith("lambda:") and found.resource_types[0] == "function":
        return (function,)
    if found.name == "ec2:CreateNetworkInterface" and vpc is not None:
        # EC2 authorizes the interface to be made, its subnet and its groups, each by itself.
        return (
            f"{arn_prefix}:network-interface/*",
            *(f"{arn_prefix}:subnet/{subnet}" for subnet in vpc.subnets),
            *(f"{arn_prefix}:security-group/{group}" for group in vpc.security_groups),
        )
    return ()
