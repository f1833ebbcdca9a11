"""Every IAM policy statement a CloudFormation or SAM template holds, each part with its path in the template.

Reads only: malformed parts are passed over in silence (naming them is stock cfn-lint's work), and a value
known at deployment only (a parameter, an import) is never guessed.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from lambda_vpc.iam import conditions, patterns, service_reference
from lambda_vpc.rules._written import Written, intrinsic

IDENTITY, TRUST, ENDPOINT, RESOURCE, SCP, RCP = "identity", "trust", "endpoint", "resource", "scp", "rcp"

LOCATIONS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "AWS::ApiGateway::RestApi": ((RESOURCE, "Policy"),),
    "AWS::Backup::BackupVault": ((RESOURCE, "AccessPolicy"),),
    "AWS::DynamoDB::Table": ((RESOURCE, "ResourcePolicy/PolicyDocument"),),
    "AWS::EC2::VPCEndpoint": ((ENDPOINT, "PolicyDocument"),),
    "AWS::ECR::RegistryPolicy": ((RESOURCE, "PolicyText"),),
    "AWS::ECR::Repository": ((RESOURCE, "RepositoryPolicyText"),),
    "AWS::EFS::FileSystem": ((RESOURCE, "FileSystemPolicy"),),
    "AWS::IAM::Group": ((IDENTITY, "Policies/*/PolicyDocument"),),
    "AWS::IAM::GroupPolicy": ((IDENTITY, "PolicyDocument"),),
    "AWS::IAM::ManagedPolicy": ((IDENTITY, "PolicyDocument"),),
    "AWS::IAM::Policy": ((IDENTITY, "PolicyDocument"),),
    "AWS::IAM::Role": ((IDENTITY, "Policies/*/PolicyDocument"), (TRUST, "AssumeRolePolicyDocument")),
    "AWS::IAM::RolePolicy": ((IDENTITY, "PolicyDocument"),),
    "AWS::IAM::User": ((IDENTITY, "Policies/*/PolicyDocument"),),
    "AWS::IAM::UserPolicy": ((IDENTITY, "PolicyDocument"),),
    "AWS::KMS::Key": ((RESOURCE, "KeyPolicy"),),
    "AWS::KMS::ReplicaKey": ((RESOURCE, "KeyPolicy"),),
    "AWS::Kinesis::ResourcePolicy": ((RESOURCE, "ResourcePolicy"),),
    "AWS::Logs::ResourcePolicy": ((RESOURCE, "PolicyDocument"),),
    "AWS::OpenSearchService::Domain": ((RESOURCE, "AccessPolicies"),),
    "AWS::S3::AccessPoint": ((RESOURCE, "Policy"),),
    "AWS::S3::BucketPolicy": ((RESOURCE, "PolicyDocument"),),
    "AWS::SNS::TopicInlinePolicy": ((RESOURCE, "PolicyDocument"),),
    "AWS::SNS::TopicPolicy": ((RESOURCE, "PolicyDocument"),),
    "AWS::SQS::QueueInlinePolicy": ((RESOURCE, "PolicyDocument"),),
    "AWS::SQS::QueuePolicy": ((RESOURCE, "PolicyDocument"),),
    "AWS::SSO::PermissionSet": ((IDENTITY, "InlinePolicy"),),
    "AWS::SecretsManager::ResourcePolicy": ((RESOURCE, "ResourcePolicy"),),
    "AWS::Serverless::Function": ((IDENTITY, "Policies/*"), (TRUST, "AssumeRolePolicyDocument")),
    "AWS::Serverless::StateMachine": ((IDENTITY, "Policies/*"),),
}
"""Where a resource type keeps policies: kind, and the path below `Properties` (`*`: each item of a list)."""

ORGANIZATIONS_TYPES = {"SERVICE_CONTROL_POLICY": SCP, "RESOURCE_CONTROL_POLICY": RCP}
"""`AWS::Organizations::Policy` holds other documents too (tags, backups); only these two are IAM policies."""


@dataclass(frozen=True)
class Holder:
    """A resource that carries a policy of some kind, to make a template of a policy by itself."""

    type: str
    document: str
    """The property that holds the policy."""
    others: Mapping[str, str] = field(default_factory=dict)
    """The properties that it cannot be without."""


_MANAGED = Holder("AWS::IAM::ManagedPolicy", "PolicyDocument")
HOLDERS: Mapping[str, Holder] = {
    "identity": _MANAGED,
    "boundary": _MANAGED,
    "session": _MANAGED,
    "scp": Holder(
        "AWS::Organizations::Policy", "Content", {"Name": "Snippet", "Type": "SERVICE_CONTROL_POLICY"}
    ),
    "trust": Holder("AWS::IAM::Role", "AssumeRolePolicyDocument"),
    "endpoint": Holder(
        "AWS::EC2::VPCEndpoint",
        "PolicyDocument",
        {"VpcId": "vpc-11111111111111111", "ServiceName": "com.amazonaws.ap-northeast-1.s3"},
    ),
    # A key policy is the resource policy whose actions cfn-lint does not tie to one service.
    "resource": Holder("AWS::KMS::Key", "KeyPolicy"),
}
"""By what a policy is attached as."""


@dataclass(frozen=True)
class ConditionUse:
    """One key under one operator of a statement's `Condition`."""

    written: str
    """The operator as the policy spells it."""
    operator: conditions.Operator
    key: str
    part: Written
    """The values; the path ends with the key."""

    @property
    def from_identity_provider(self) -> bool:
        """Whether the key bears the name of a SAML or OIDC provider: AWS lists only some of those."""
        prefix = self.key.partition(":")[0].lower()
        return "." in prefix or prefix == "saml"

    @property
    def known(self) -> service_reference.ConditionKey | None:
        """What AWS lists for the key; nothing for the key of an identity provider."""
        return None if self.from_identity_provider else service_reference.condition_key(self.key)

    @property
    def holds_when_absent(self) -> bool | None:
        """Whether the condition is met by a request that does not carry the key; `None`: not to be said."""
        if self.operator.name == "Null":
            values = {str(item.value).lower() for item in self.part.items()}
            return None if not values <= {"true", "false"} else "true" in values
        if self.operator.if_exists or self.operator.set_operator == "ForAllValues":
            return True
        return self.operator.set_operator is None and "Not" in self.operator.name


@dataclass(frozen=True, eq=False)
class Statement:
    """One statement of one policy."""

    kind: str
    resource_type: str
    part: Written
    document: Written
    """The policy it stands in; the same object for all of its statements."""

    @property
    def holder(self) -> str:
        """Logical id of the resource that holds the policy."""
        return str(self.part.path[1])

    @property
    def effect(self) -> str | None:
        """`Allow` or `Deny`; `None` when it depends on a condition or is not valid."""
        found = {part.value for part in self.part.get("Effect") if isinstance(part.value, str)}
        return found.pop() if found in ({"Allow"}, {"Deny"}) else None

    def has(self, element: str) -> bool:
        """Whether the statement has the element in some branch."""
        return any(True for _ in self.part.get(element))

    def actions(self, element: str = "Action") -> Iterator[Written]:
        """The actions written out as text."""
        for element_part in self.part.get(element):
            for part in element_part.items():
                if isinstance(part.value, str) and not is_filled_in(part.value):
                    yield part

    def covers(self, action: str) -> bool | None:
        """Whether it covers an action on every resource; `None`: not to be said."""
        name = "Action" if self.has("Action") else "NotAction"
        written = [item for element in self.part.get(name) for item in element.items()]
        resources = [item.value for element in self.part.get("Resource") for item in element.items()]
        if not written or "*" not in resources:
            return None
        if any(not isinstance(item.value, str) or is_filled_in(item.value) for item in written):
            return None
        found = any(names_action(item.value, action) for item in written)
        return found is (name == "Action")

    def conditions(self) -> Iterator[ConditionUse]:
        """Every key under every operator that IAM knows, keys with a variable part left out."""
        for block in self.part.get("Condition"):
            for written, keys in block.entries():
                operator = _operators().get(written.lower())
                if operator is None:
                    continue
                for key, values in keys.entries():
                    if not is_filled_in(key):
                        yield ConditionUse(written, operator, key, values)

    def has_only(self, uses: Sequence[ConditionUse]) -> bool:
        """Whether these are all of its conditions, and none hangs on a condition of the template."""
        blocks = [part.value for part in self.part.get("Condition")]
        if len(blocks) != 1 or any(use.part.branch for use in uses):
            return False
        keys = blocks[0].values() if isinstance(blocks[0], Mapping) else [None]
        return all(isinstance(of, Mapping) for of in keys) and sum(map(len, keys)) == len(uses)


_FILLED_IN = re.compile(r"[<>{}\[\]]")


def is_filled_in(text: str) -> bool:
    """Whether somebody or something else fills in a part of a text: `${Verb}`, `<service>`, `{{ key }}`.

    Neither actions nor condition keys have such brackets (IAM User Guide, grammar of the policy language).
    """
    return _FILLED_IN.search(text) is not None


def statements(template: object) -> Iterator[Statement]:
    """Every policy statement in a template, in the order of the template."""
    resources = template.get("Resources") if isinstance(template, Mapping) else None
    if not isinstance(resources, Mapping):
        return
    for name, resource in resources.items():
        type_ = resource.get("Type") if isinstance(resource, Mapping) else None
        if not isinstance(type_, str) or "Properties" not in resource:
            continue
        properties = Written(resource["Properties"], ("Resources", name, "Properties"))
        for kind, document in _documents(type_, properties):
            for listed in document.get("Statement"):
                for part in listed.items():
                    if isinstance(part.value, Mapping) and not intrinsic(part.value)[0]:
                        yield Statement(kind, type_, part, document)


def _documents(type_: str, properties: Written) -> Iterator[tuple[str, Written]]:
    locations = LOCATIONS.get(type_, ())
    if type_ == "AWS::Organizations::Policy":
        kinds = {part.value for part in properties.get("Type") if isinstance(part.value, str)}
        locations = tuple(
            (ORGANIZATIONS_TYPES[kind], "Content") for kind in kinds & ORGANIZATIONS_TYPES.keys()
        )
    for kind, path in locations:
        found = [properties]
        for step in path.split("/"):
            found = [part for at in found for part in (at.items() if step == "*" else at.get(step))]
        for part in found:
            for document in _read(part):
                yield kind, document


def _read(part: Written) -> Iterator[Written]:
    """A policy document, whether written as an object, as JSON text, or as JSON text in `Fn::Sub`."""
    for found in part.alternatives():
        name, argument = intrinsic(found.value)
        at, value = found, found.value
        if name == "Fn::Sub":
            value = argument[0] if isinstance(argument, list) and argument else argument
        elif name == "Fn::ToJsonString":
            at, value = found.below(name), argument
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except (ValueError, RecursionError):
                continue
        if isinstance(value, Mapping) and not intrinsic(value)[0]:
            yield Written(value, at.path, at.scope, at.branch)


@cache
def _operators() -> dict[str, conditions.Operator]:
    """Every spelling IAM takes, in lower case: operators are compared without regard to case."""
    prefixes = ("", *(f"{name}:" for name in conditions.SET_OPERATORS))
    found = {}
    for prefix, name, suffix in itertools.product(prefixes, conditions.OPERATORS, ("", "IfExists")):
        if name == "Null" and (prefix or suffix):
            continue
        found[f"{prefix}{name}{suffix}".lower()] = conditions.parse_operator(f"{prefix}{name}{suffix}")
    return found


@cache
def matching_actions(written: str) -> tuple[str, ...] | None:
    """The actions that an `Action` element names.

    Returns:
        Canonical names, none when AWS lists no such action, or `None` when the element reaches across
        services (`*`), so that nothing can be said about it as a whole.
    """
    service, _, verb = written.partition(":")
    if "*" in service or "?" in service:
        return None
    if "*" not in verb and "?" not in verb:
        found = service_reference.action(written)
        return (found.name,) if found else ()
    pattern = patterns.glob(verb.lower())
    return tuple(
        name
        for name in service_reference.actions(service)
        if pattern.fullmatch(name.partition(":")[2].lower())
    )


def names_action(written: str, action: str) -> bool:
    """Whether an item of `Action` names an action; letter case does not count."""
    return patterns.glob(written.lower()).fullmatch(action.lower())
