"""The policies of a role, wherever a template writes them: the one collector for all who ask.

Inline `Policies`, `ManagedPolicyArns`, `AWS::IAM::Policy`, `AWS::IAM::ManagedPolicy`, `AWS::IAM::RolePolicy`,
the permissions boundary, and what AWS SAM attaches to the role it makes for a function without `Role`
(https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html).
It collects and never decides: what the documents allow is for `lambda_vpc.iam` to say.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from lambda_vpc.answers import Answer, Undetermined, both, either
from lambda_vpc.cloudformation.intrinsics import compared
from lambda_vpc.cloudformation.template import FUNCTION_TYPES, Resource, Scenario
from lambda_vpc.cloudformation.values import (
    NO_VALUE,
    OpenText,
    Origin,
    Pseudo,
    Reference,
    Unknown,
    compose,
    pieces,
    shown,
)
from lambda_vpc.reading import MAX_DEPTH, KeyPath

SAM_FUNCTION = "AWS::Serverless::Function"
_AWS_MANAGED = re.compile(r"arn:(?:[^:]*|\$\{AWS::Partition\}):iam::aws:policy/(?:.+/)?([^/]+)")
_ATTACHED = {
    "AWS::IAM::Policy": "Roles",
    "AWS::IAM::ManagedPolicy": "Roles",
    "AWS::IAM::RolePolicy": "RoleName",
}
# What SAM attaches for an event source that Lambda polls with the function's role.
_EVENT_POLICIES = {
    "DynamoDB": "AWSLambdaDynamoDBExecutionRole",
    "Kinesis": "AWSLambdaKinesisExecutionRole",
    "MSK": "AWSLambdaMSKExecutionRole",
    "SQS": "AWSLambdaSQSQueueExecutionRole",
}
_EVENTS_WITH_DOCUMENTS = ("DocumentDB", "MQ", "SelfManagedKafka")
_DEAD_LETTER = {"SQS": "sqs:SendMessage", "SNS": "sns:Publish"}


@dataclass(frozen=True)
class RolePolicy:
    """One policy that a role has, or may have."""

    layer: str
    """`identity`, or `boundary` for the permissions boundary."""
    document: object = field(repr=False)
    """The document with every intrinsic function resolved (open values may stand inside; a policy written as
    JSON text is read), or Unknown. `written_out` makes it plain."""
    attached: Answer
    """`True`, or undetermined where a name from outside may be this role, or the policy may not exist."""
    holder: Resource = field(repr=False)
    """The resource it is written in."""
    key_path: KeyPath
    """Where in the holder's file."""
    aws_managed: str | None = None
    """Name of the AWS managed policy; its document is Unknown unless its text was handed in."""


@dataclass(frozen=True)
class Names:
    """What stands for the values of a deployment that a template leaves to AWS."""

    account: str
    """AWS account id; 12 digits."""
    region: str
    partition: str = "aws"
    url_suffix: str = "amazonaws.com"

    def pseudo(self, name: str) -> str | None:
        """The value of a pseudo parameter such as `AWS::Region`, if it is one of the four."""
        return {
            "AWS::Partition": self.partition, "AWS::AccountId": self.account,
            "AWS::Region": self.region, "AWS::URLSuffix": self.url_suffix,
        }.get(name)  # fmt: skip


# --- roles --------------------------------------------------------------------------------------


def role_of(scenario: Scenario, function: Resource) -> Resource | Unknown | None:
    """The execution role of a function.

    Returns:
        The role of the template; Unknown where it lies outside or is not determined; `None` where no role is
        written, which for an `AWS::Serverless::Function` is the role that SAM makes.
    """
    value = function.get("Role")
    if value is None or isinstance(value, Unknown):
        return value
    if isinstance(value, Reference) and value.attribute in (None, "Arn"):
        found = scenario.resources.get(value.resource)
        if found is not None and found.type == "AWS::IAM::Role":
            return found
    existing = isinstance(value, str) and not isinstance(value, OpenText)
    return Unknown(f"role {shown(value)}", Origin.EXISTING if existing else Origin.OPEN)


def functions_of(scenario: Scenario, role: Resource) -> list[Resource]:
    """The functions that run with a role of the template."""
    return [
        function
        for type_ in FUNCTION_TYPES
        for function in scenario.by_type.get(type_, ())
        if role_of(scenario, function) is role
    ]


def trust_policy(role: Resource) -> object:
    """A role's trust policy, resolved like any other document; Unknown where it is not known."""
    return read_document(role.get("AssumeRolePolicyDocument"), "the trust policy")


def policies_of(
    scenario: Scenario, function_or_role: Resource, managed: Mapping[str, object] | None = None
) -> tuple[RolePolicy, ...]:
    """Every policy of a role, or of the role a function runs with.

    Args:
        scenario: where to look for policies that name the role.
        function_or_role: an `AWS::IAM::Role`, or a Lambda function of the template.
        managed: texts of AWS managed policies by name; those of others stay Unknown.

    Returns:
        The policies in the order written, identity before boundary. For a role that is not known: one policy
        whose document is Unknown.
    """
    texts = managed or {}
    if function_or_role.type not in FUNCTION_TYPES:
        return tuple(_of_role(scenario, function_or_role, texts))
    role = role_of(scenario, function_or_role)
    if isinstance(role, Resource):
        return tuple(_of_role(scenario, role, texts))
    if role is None and function_or_role.type == SAM_FUNCTION:
        return tuple(_of_sam_function(scenario, function_or_role, texts))
    what = role or Unknown(f"the role of {function_or_role.logical_id}")
    path = (*function_or_role.key_path, "Properties", "Role")
    return (RolePolicy("identity", what, True, function_or_role, path),)


# --- collecting ---------------------------------------------------------------------------------


def _of_role(scenario: Scenario, role: Resource, texts: Mapping[str, object]) -> Iterator[RolePolicy]:
    for value, path in _items(role, "Policies"):
        document = value
        if isinstance(value, Mapping):
            document, path = value.get("PolicyDocument"), (*path, "PolicyDocument")
        yield RolePolicy("identity", read_document(document), True, role, path)
    for value, path in _items(role, "ManagedPolicyArns"):
        yield _managed(scenario, "identity", value, role, path, texts)
    yield from _attached(scenario, role.logical_id, role.get("RoleName"))
    yield from _boundary(scenario, role, texts)


def _of_sam_function(
    scenario: Scenario, function: Resource, texts: Mapping[str, object]
) -> Iterator[RolePolicy]:
    path = (*function.key_path, "Properties")
    basic = "AWSLambdaBasicExecutionRole"
    if function.get("DurableConfig") is not None:
        basic = "AWSLambdaBasicDurableExecutionRolePolicy"
    yield _aws_managed("identity", basic, True, function, path, texts)
    for name, property_ in (
        ("AWSLambdaVPCAccessExecutionRole", "VpcConfig"), ("AWSXrayWriteOnlyAccess", "Tracing"),
    ):  # fmt: skip
        value = function.get(property_)
        if value not in (None, {}, "", "Disabled"):
            attached: Answer = Undetermined(value.what) if isinstance(value, Unknown) else True
            yield _aws_managed("identity", name, attached, function, (*path, property_), texts)
    for value, place in _items(function, "Policies"):
        if isinstance(value, Mapping) and "Statement" not in value:
            # A SAM policy template, such as `S3ReadPolicy`.
            value = Unknown(f"the SAM policy template {shown(', '.join(map(str, value)))}", Origin.GENERATED)
        if isinstance(value, Mapping):
            yield RolePolicy("identity", read_document(value), True, function, place)
        else:
            yield _managed(scenario, "identity", value, function, place, texts, by_name=True)
    yield from _of_sam_events(function, path, texts)
    # The role is named by SAM; nothing else may have that name.
    yield from _attached(scenario, f"{function.logical_id}Role", None)
    yield from _boundary(scenario, function, texts)


def _of_sam_events(function: Resource, path: KeyPath, texts: Mapping[str, object]) -> Iterator[RolePolicy]:
    queue = function.get("DeadLetterQueue")
    if isinstance(queue, Unknown):
        yield RolePolicy("identity", queue, True, function, (*path, "DeadLetterQueue"))
    elif isinstance(queue, Mapping):
        action = _DEAD_LETTER.get(str(queue.get("Type")))
        statement = {"Effect": "Allow", "Action": action, "Resource": queue.get("TargetArn")}
        document: object = {"Version": "2012-10-17", "Statement": [statement]}
        if action is None:
            document = Unknown(f"the dead-letter queue of {function.logical_id}")
        yield RolePolicy("identity", document, True, function, (*path, "DeadLetterQueue"))
    if function.get("EventInvokeConfig", "DestinationConfig") is not None:
        what = Unknown(f"what SAM allows for the destinations of {function.logical_id}", Origin.GENERATED)
        yield RolePolicy("identity", what, True, function, (*path, "EventInvokeConfig"))
    events = function.get("Events")
    if isinstance(events, Unknown):
        yield RolePolicy("identity", events, True, function, (*path, "Events"))
    for name, event in events.items() if isinstance(events, Mapping) else ():
        kind = event.get("Type") if isinstance(event, Mapping) else None
        place = (*path, "Events", name)
        if kind in _EVENT_POLICIES:
            yield _aws_managed("identity", _EVENT_POLICIES[kind], True, function, place, texts)
        elif kind in _EVENTS_WITH_DOCUMENTS:
            what = Unknown(f"what SAM allows for event {shown(name)}", Origin.GENERATED)
            yield RolePolicy("identity", what, True, function, place)


def _attached(scenario: Scenario, role: str, role_name: object) -> Iterator[RolePolicy]:
    """The policies written as resources of their own that name a role, or may name it."""
    for type_, property_ in _ATTACHED.items():
        for policy in scenario.by_type.get(type_, ()):
            named = policy.get(property_)
            names = named if isinstance(named, list) else [] if named is None else [named]
            attached = both([either([_is_role(name, role, role_name) for name in names]), policy.exists])
            if attached is not False:
                yield _of_template("identity", policy, attached)


def _is_role(name: object, role: str, role_name: object) -> Answer:
    """Whether a name in a policy is the role's."""
    if isinstance(name, Reference):
        if name.attribute is None:
            return name.resource == role
    elif isinstance(name, str):
        if name == role_name and type(name) is type(role_name):
            return True
        if type(name) is str and type(role_name) is str:
            return False
    what = name.what if isinstance(name, Unknown) else shown(name)
    return Undetermined(f"whether {what} is the name of {role}")


def _of_template(layer: str, policy: Resource, attached: Answer) -> RolePolicy:
    path = (*policy.key_path, "Properties", "PolicyDocument")
    return RolePolicy(layer, read_document(policy.get("PolicyDocument")), attached, policy, path)


def _boundary(scenario: Scenario, holder: Resource, texts: Mapping[str, object]) -> Iterator[RolePolicy]:
    value = holder.get("PermissionsBoundary")
    if value is not None:
        path = (*holder.key_path, "Properties", "PermissionsBoundary")
        yield _managed(scenario, "boundary", value, holder, path, texts)


def _managed(
    scenario: Scenario, layer: str, arn: object, holder: Resource, path: KeyPath, texts: Mapping[str, object],
    *, by_name: bool = False,
) -> RolePolicy:  # fmt: skip
    """A managed policy by its ARN; SAM takes the bare name of an AWS managed policy as well."""
    if isinstance(arn, Unknown):
        return RolePolicy(layer, arn, True, holder, path)
    if isinstance(arn, Reference) and arn.attribute in (None, "PolicyArn"):
        policy = scenario.resources.get(arn.resource)
        if policy is not None and policy.type == "AWS::IAM::ManagedPolicy":
            return _of_template(layer, policy, policy.exists)
    match = _AWS_MANAGED.fullmatch(arn) if isinstance(arn, str) else None
    if match:
        return _aws_managed(layer, match[1], True, holder, path, texts)
    if by_name and type(arn) is str and ":" not in arn:
        return _aws_managed(layer, arn.rpartition("/")[2], True, holder, path, texts)
    existing = type(arn) is str
    what = Unknown(f"policy {shown(arn)}", Origin.EXISTING if existing else Origin.OPEN)
    return RolePolicy(layer, what, True, holder, path)


def _aws_managed(
    layer: str, name: str, attached: Answer, holder: Resource, path: KeyPath, texts: Mapping[str, object]
) -> RolePolicy:
    document = texts.get(name, Unknown(f"AWS managed policy {name}", Origin.EXISTING))
    return RolePolicy(layer, document, attached, holder, path, name)


def read_document(value: object, what: str = "a policy document") -> object:
    """A policy document as data: JSON text is read, with the open pieces of the text in their places."""
    if isinstance(value, Mapping):
        return value
    parts = pieces(value) if isinstance(value, str | Unknown) else None
    if parts is None:
        return Unknown(f"{what} that is missing" if value is None else f"{what} that is no map of statements")
    opens = {f"\ue000{place}\ue001": part for place, part in enumerate(parts) if not isinstance(part, str)}
    marks = iter(opens)
    text = "".join(part if isinstance(part, str) else next(marks) for part in parts)
    try:
        found = _reopened(json.loads(text), opens, MAX_DEPTH)
    except (ValueError, KeyError, RecursionError):
        found = None
    if isinstance(found, Mapping) and not opens:
        return found
    return value if isinstance(value, Unknown) else Unknown(f"{what} that is not JSON")


# An open piece while its text is read as JSON: a number between letters that no template has.
_MARK = re.compile("(\ue000[0-9]+\ue001)")


def _reopened(value: object, opens: dict[str, object], levels: int) -> object:
    """What was read as JSON, with each open piece taken from `opens` to its place.

    Raises:
        ValueError: it has more than so many levels.
        KeyError: the text holds a mark of its own.
    """
    if isinstance(value, str):
        return compose(
            opens.pop(part) if number % 2 else part for number, part in enumerate(_MARK.split(value))
        )
    if isinstance(value, Mapping | list) and not levels:
        raise ValueError(value)
    if isinstance(value, Mapping):
        return {key: _reopened(part, opens, levels - 1) for key, part in value.items()}
    return [_reopened(part, opens, levels - 1) for part in value] if isinstance(value, list) else value


def _items(holder: Resource, name: str) -> Iterator[tuple[object, KeyPath]]:
    """The items of a list property, resolved, each with its place; a single value is a list of one."""
    yield from _parts(holder, holder.written.get(name), (*holder.key_path, "Properties", name))


def _parts(holder: Resource, written: object, path: KeyPath) -> Iterator[tuple[object, KeyPath]]:
    if isinstance(written, list):
        for position, item in enumerate(written):
            yield from _parts(holder, item, (*path, position))
        return
    if isinstance(written, Mapping) and list(written) == ["Fn::If"]:
        argument = written["Fn::If"]
        if isinstance(argument, list) and len(argument) == 3 and isinstance(argument[0], str):
            answer = holder.scope.condition(argument[0])
            if isinstance(answer, bool):
                position = 1 if answer else 2
                yield from _parts(holder, argument[position], (*path, "Fn::If", position))
                return
    value = holder.scope.resolve(written)
    if value is None or value is NO_VALUE:
        return
    for item in value if isinstance(value, list) else [value]:
        yield item, path


# --- plain documents ----------------------------------------------------------------------------

RESOURCE_STAND_IN = "arn:aws:resource:::"
"""What stands before the name of a resource whose ARN is not made yet."""
UNKNOWN_STAND_IN = "arn:aws:unknown:::"
"""What stands before the name of a value that is not known."""


def written_out(document: object, scenario: Scenario, names: Names) -> object:
    """A document as plain data that a policy can be parsed from.

    What only AWS knows becomes a text of its own that equals nothing but itself and holds no wildcard: a
    reference `arn:aws:resource:::Name`, a value that is not known `arn:aws:unknown:::what`.

    Args:
        document: a document of `policies_of` that is not Unknown.
        scenario: holds the functions, roles and log groups whose ARNs are built from `names`.
        names: partition, account, Region and URL suffix.
    """
    if isinstance(document, Mapping):
        return {key: written_out(item, scenario, names) for key, item in document.items()}
    if isinstance(document, list):
        return [written_out(item, scenario, names) for item in document]
    if not isinstance(document, str | Reference | Unknown):
        return document
    return "".join(
        part if isinstance(part, str) else _stand_in(part, scenario, names, first=number == 0)
        for number, part in enumerate(pieces(document))
    )


def unknown_in(document: object) -> Unknown | None:
    """The first value in a document that is not known; `None` where there is none."""
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Unknown):
            return value
        if isinstance(value, Mapping):
            waiting.extend(reversed(value.values()))
        elif isinstance(value, list):
            waiting.extend(reversed(value))
    return None


def named(stand_in: str) -> str:
    """A text with stand-ins as it is named to the reader."""
    return unquote(stand_in.replace(RESOURCE_STAND_IN, "").replace(UNKNOWN_STAND_IN, ""))


def _known(part: Reference | Pseudo | Unknown, scenario: Scenario, names: Names) -> str | None:
    if isinstance(part, Pseudo):
        return names.pseudo(part.name)
    if isinstance(part, Reference) and part.attribute == "Arn":
        return _arn(part, scenario, names)
    return None


def _stand_in(part: Reference | Pseudo | Unknown, scenario: Scenario, names: Names, *, first: bool) -> str:
    known = _known(part, scenario, names)
    return _unnamed(part, first=first) if known is None else known


def _unnamed(part: Reference | Pseudo | Unknown, *, first: bool) -> str:
    """The stand-in of what neither the template nor `Names` gives a text."""
    if isinstance(part, Unknown):
        return (UNKNOWN_STAND_IN if first else "unknown-") + quote(part.what, safe="/ ")
    if isinstance(part, Pseudo):
        return part.name.removeprefix("AWS::")
    is_arn = part.attribute == "Arn"
    inner = part.resource if is_arn or part.attribute is None else f"{part.resource}.{part.attribute}"
    return (RESOURCE_STAND_IN if is_arn or first else "resource-") + quote(inner, safe="/ ")


def _arn(reference: Reference, scenario: Scenario, names: Names) -> str | None:
    """The ARN of a function, role or log group of the template; a name that AWS would make is the logical id.

    That of a log group ends in `:*`, for its streams
    (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-loggroup.html).
    """
    found = scenario.resources.get(reference.resource)
    if found is None:
        return None
    if found.type in FUNCTION_TYPES:
        name = _name(found.get("FunctionName"), found, names)
        return f"arn:{names.partition}:lambda:{names.region}:{names.account}:function:{name}"
    if found.type == "AWS::IAM::Role":
        path = compared(found.get("Path")) or "/"
        name = _name(found.get("RoleName"), found, names)
        return f"arn:{names.partition}:iam::{names.account}:role{path if path.startswith('/') else '/'}{name}"
    if found.type == "AWS::Logs::LogGroup":
        name = _name(found.get("LogGroupName"), found, names)
        return f"arn:{names.partition}:logs:{names.region}:{names.account}:log-group:{name}:*"
    return None


def _name(value: object, resource: Resource, names: Names) -> str:
    """A name as written; an ARN in it stands for itself, for names may refer to one another in a circle."""
    parts = pieces(value) or (resource.logical_id,)
    return "".join(
        part if isinstance(part, str)
        else (names.pseudo(part.name) if isinstance(part, Pseudo) else None)
        or _unnamed(part, first=False)
        for part in parts
    )  # fmt: skip
