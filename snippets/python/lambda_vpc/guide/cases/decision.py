"""A case that asks whether a request is allowed, and by which statement."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from lambda_vpc import iam
from lambda_vpc.checking import policies
from lambda_vpc.cloudformation import roles
from lambda_vpc.cloudformation.intrinsics import Unknown
from lambda_vpc.cloudformation.template import Resource, Scenario
from lambda_vpc.guide import placeholders
from lambda_vpc.guide.cases import template_policies
from lambda_vpc.guide.cases.base import Case, CaseResult, Subject, agreed
from lambda_vpc.guide.strict_reader import StrictReader
from lambda_vpc.iam.caller import RequestError
from lambda_vpc.iam.conditions import PolicyError
from lambda_vpc.iam.policy import AttachedPolicy
from lambda_vpc.iam.request import FUNCTION_CALLS, By, Request, Settings, VpcConfig, build, resources_of
from lambda_vpc.reading import KeyPath, suggestion

KEYS = {
    "call": True, "decision": True, "vpc": False, "by": False, "function": False, "resource": False,
    "context": False, "account": False, "role": False, "through": False, "function-policy": False,
    "given": False,
}  # fmt: skip
VPC = {"subnets": True, "security-groups": True}
"""The keys of `vpc`, where it gives settings."""
UNCHANGED = {"unchanged": True}
"""The key of `vpc` around the settings that a function has already."""

_EXPECTED = re.compile(r"(allow|deny|undocumented)(?: by (\S+))?")


@dataclass(frozen=True, kw_only=True)
class DecisionCase(Case):
    """A request and its decision."""

    kind: ClassVar[str] = "decision"
    call: str
    request: Request
    settings: Settings
    vpc: VpcConfig | None
    subnets: tuple[str, ...]
    security_groups: tuple[str, ...]
    by: str
    effect: str
    """`allow`, `deny` or `undocumented`."""
    statement: str | None
    """The statement that must decide; `None` in a `deny`: nothing may allow the request."""
    role: str | None
    """Logical id of the template's role whose policies decide."""
    function: str
    """Name or logical id of the function that is meant; one of the template must have the `role`."""
    through: str | None
    """Logical id of the template's endpoint whose policy decides besides."""
    function_policy: str | None
    """Logical id of the template's function whose permissions decide who may invoke it."""
    given: Mapping[str, object]
    """`LogicalId.Attribute` to a value that AWS would make at deployment."""

    @property
    def vpc_words(self) -> bool:
        """Whether the VPC settings are worth a word: the call is one that can set them."""
        return self.vpc is not None or self.call in FUNCTION_CALLS

    @property
    def expected(self) -> str:
        """The expectation as the spec words it."""
        return f"{self.effect} by {self.statement}" if self.statement else self.effect

    def run(self, subject: Subject) -> DecisionResult:
        """Decide the request, with the template's policies as each of its scenarios has them."""
        named = (self.role, self.through, self.function_policy)
        scenarios = subject.template_with({}, self.given).scenarios if any(named) else (None,)
        found = [self._decide(subject, scenario) for scenario in scenarios]
        if len({one.actual for one in found}) == 1:
            return found[0]
        differs = agreed(one.actual for one in found)
        return self.result(differs, None, differs)

    def _decide(self, subject: Subject, scenario: Scenario | None) -> DecisionResult:
        try:
            found = policies.outcome(self._policies(subject, scenario), self.request)
        except PolicyError as error:
            return self.result(str(error), None, str(error))
        decision = found.decision
        if decision is None:
            return self.result(found.answer, None, found.question)
        by = f" by {decision.statement}" if decision.statement else ""
        return self.result(found.answer + by, decision, None)

    def _policies(self, subject: Subject, scenario: Scenario | None) -> iam.Policies:
        """The policies that apply to the caller, by layer."""
        principal = self.request.principal
        documents = list(subject.policies)
        if scenario is not None:
            documents += self._of_role(subject, scenario)
            documents += self._of_no_role(scenario)
        return policies.layered(
            (document.layer, iam.Policy.parse(document.data))
            for document in documents
            if document.layer not in ("identity", "boundary") or principal in document.attach_to
        )

    def _of_role(self, subject: Subject, scenario: Scenario) -> Iterator[AttachedPolicy]:
        """The documents of the template's role: its policies, or its trust policy where it is assumed.

        Raises:
            PolicyError: the role is not there or not the function's, or a policy of it is not determined.
        """
        if self.role is None:
            return
        role = scenario.resources.get(self.role)
        if role is None or role.type != "AWS::IAM::Role":
            raise PolicyError(f"{subject.source.path}: has no role '{self.role}' (AWS::IAM::Role)")
        function = scenario.resources.get(self.function)
        actual = None if function is None else roles.role_of(scenario, function)
        if isinstance(actual, Resource) and actual is not role:
            raise PolicyError(f"{self.function} has the role {actual.logical_id}, not {self.role}")
        # Code that assumes a role acts with the policies of its own; who assumes this one meets its trust.
        if self.call == "sts:AssumeRole" and self.by != "function-code":
            document = template_policies.named(roles.trust_policy(role), scenario)
            yield AttachedPolicy("resource", document, ())
            return
        for policy in roles.policies_of(scenario, role, subject.managed):
            if policy.aws_managed and isinstance(policy.document, Unknown):
                name = f"aws-managed: {policy.aws_managed}"
                raise PolicyError(f"ManagedPolicyArns: no snippet has '{name}'; add its text as one")
            if policy.attached is not True:
                raise PolicyError(f"a policy may be the role's or not: {policy.attached.question}")
            document = template_policies.named(policy.document, scenario)
            yield AttachedPolicy(policy.layer, document, (self.request.principal,))

    def _of_no_role(self, scenario: Scenario) -> Iterator[AttachedPolicy]:
        """The documents of the endpoint that is passed through and of the function that is invoked."""
        if self.through is not None:
            document = template_policies.endpoint_policy(scenario, self.through)
            if document is not None:
                yield AttachedPolicy("endpoint", document, ())
        if self.function_policy is not None:
            policy = template_policies.function_policy(scenario, self.function_policy)
            if policy["Statement"]:
                yield AttachedPolicy("resource", policy, ())

    def result(self, actual: str, decision: iam.Decision | None, question: str | None) -> DecisionResult:
        """The result for an answer; an expected `allow` names no statement unless it must."""
        open_statement = self.effect == "allow" and self.statement is None
        passed = (actual.partition(" by ")[0] if open_statement else actual) == self.expected
        return DecisionResult(case=self, passed=passed, actual=actual, decision=decision, question=question)


@dataclass(frozen=True, kw_only=True)
class DecisionResult(CaseResult):
    """The decision that came out, or what AWS leaves undocumented."""

    decision: iam.Decision | None
    question: str | None
    """What AWS leaves undocumented, or why a policy cannot be read, in English."""


# --- reading ------------------------------------------------------------------------------------


def parse(reader: StrictReader, item: Mapping, where: KeyPath, common: Mapping) -> DecisionCase | None:
    """Read a decision case; problems go to the reader."""
    before = len(reader.problems)
    call = _call(reader, item, where)
    expected = _EXPECTED.fullmatch(str(item["decision"]))
    if not expected or (expected[1] == "undocumented" and expected[2]):
        reader.problem(
            (*where, "decision"), "expected 'allow', 'allow by SID', 'deny', 'deny by SID' or 'undocumented'"
        )
    settings, vpc, names = _settings(reader, item.get("vpc"), (*where, "vpc"))
    by, principal = _caller(reader, item.get("by", "deployer"), (*where, "by"))
    context = _context(reader, item.get("context", {}), (*where, "context"))
    if item.get("account", "member") not in ("member", "management"):
        reader.problem((*where, "account"), "expected 'member' or 'management'")
    if len(reader.problems) > before:
        return None
    function = placeholders.function_arn(str(item.get("function", "orders-api")))
    role = item.get("role")
    if call == "sts:AssumeRole" and role is not None and by is not By.CODE:
        resource: object = principal if by is not By.CALLER else placeholders.principals()["execution-role"]
    else:
        resource = item.get("resource") or resources_of(
            call, function=function, arn_prefix=placeholders.ec2_prefix(), vpc=vpc
        )
    if not resource:
        reader.problem(where, f"'resource' is missing: {call} does not determine it")
        return None
    try:
        request = build(
            call,
            resource if isinstance(resource, str) else tuple(resource),
            principal,
            by=by,
            settings=settings,
            vpc=vpc,
            source_function=function if by is not By.CALLER else None,
            context=context,
            management_account=item.get("account") == "management",
        )
    except RequestError as error:
        reader.problem(where, str(error))
        return None
    assert expected is not None
    return DecisionCase(
        **common,
        call=call,
        request=request,
        settings=settings,
        vpc=vpc,
        subnets=names[0],
        security_groups=names[1],
        by=str(item.get("by", "deployer")),
        effect=expected[1],
        statement=expected[2],
        role=None if role is None else str(role),
        function=str(item.get("function", "orders-api")),
        through=None if item.get("through") is None else str(item["through"]),
        function_policy=None if item.get("function-policy") is None else str(item["function-policy"]),
        given=reader.mapping(item.get("given"), (*where, "given")),
    )


def _call(reader: StrictReader, item: Mapping, where: KeyPath) -> str:
    call = str(item["call"])
    if mistake := policies.action_mistake(call):
        reader.problem((*where, "call"), mistake)
    return call


def _context(reader: StrictReader, value: object, where: KeyPath) -> Mapping:
    if not isinstance(value, Mapping):
        reader.problem(where, "expected a mapping from condition key to value")
        return {}
    for key in value:
        if mistake := policies.key_mistake(key):
            reader.problem((*where, key), mistake)
    return value


def _settings(
    reader: StrictReader, value: object, where: KeyPath
) -> tuple[Settings, VpcConfig | None, tuple[tuple[str, ...], tuple[str, ...]]]:
    """`none` (the default), `unchanged`, `removed`, or subnets and security groups."""
    nothing: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    if value is None or value in ("none", "unchanged", "removed"):
        return Settings(value or "none"), None, nothing
    if not isinstance(value, Mapping):
        reader.problem(where, "expected none, unchanged, removed, or subnets and security-groups")
        return Settings.NONE, None, nothing
    unchanged = "unchanged" in value
    inner_path = (*where, "unchanged") if unchanged else where
    inner = reader.fields(value, where, UNCHANGED)["unchanged"] if unchanged else value
    inner = reader.fields(inner, inner_path, VPC)
    names = (
        reader.names(inner.get("subnets"), (*inner_path, "subnets")),
        reader.names(inner.get("security-groups"), (*inner_path, "security-groups")),
    )
    try:
        vpc = placeholders.vpc_config(*names)
    except ValueError as error:
        reader.problem(inner_path, str(error))
        return Settings.NONE, None, nothing
    return Settings.UNCHANGED if unchanged else Settings.GIVEN, vpc, names


def _caller(reader: StrictReader, value: object, where: KeyPath) -> tuple[By, str]:
    """A placeholder principal, `function-code`, `lambda`, or a service principal."""
    known = placeholders.principals()
    if value == "function-code":
        return By.CODE, known["execution-role"]
    if value == "lambda":
        return By.LAMBDA, known["execution-role"]
    if isinstance(value, str) and (value.endswith(".amazonaws.com") or value.startswith("arn:")):
        return By.CALLER, value
    if not isinstance(value, str) or value not in known:
        names = [*known, "function-code", "lambda"]
        reader.problem(where, f"unknown principal '{value}'{suggestion(str(value), names)}")
        return By.CALLER, ""
    return By.CALLER, known[value]
