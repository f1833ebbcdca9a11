"""A call decided against policy files: the decision, the statement, and why the others did not match.

A call is put together as the guide's own cases are, by [`build`][lambda_vpc.iam.request.build], and decided
by [`decide`][lambda_vpc.iam.decide.decide].
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from lambda_vpc import iam, reading, rules
from lambda_vpc.iam import service_reference
from lambda_vpc.iam.caller import Caller
from lambda_vpc.iam.request import FUNCTION_CALLS, VPC_KEYS, By, Settings, VpcConfig, build, resources_of
from lambda_vpc.reading import BadInput, Problem, Source, near
from lambda_vpc.sentences import Code

ALLOW, DENY, UNDOCUMENTED = "allow", "deny", "undocumented"
LAYERS = ("identity", "boundary", "session", "scp", "resource", "endpoint")
"""What a policy is attached as."""


# --- what is asked ------------------------------------------------------------------------------


@dataclass(frozen=True)
class PolicyFiles:
    """The policies that apply to a caller, by layer; none in a layer: it sets no limit."""

    identity: tuple[Source, ...] = ()
    """Attached to the caller, its group or its role."""
    boundary: tuple[Source, ...] = ()
    session: tuple[Source, ...] = ()
    scp: tuple[tuple[Source, ...], ...] = ()
    """One tuple for each level: the root, each organizational unit, the account. Every level must allow."""
    resource: tuple[Source, ...] = ()
    """Of the resource that the call is about."""
    endpoint: tuple[Source, ...] = ()
    """Of the VPC endpoint that the call passes through."""


@dataclass(frozen=True)
class Call:
    """An API call, as far as a decision can hang on it."""

    action: str
    """`service:Action`."""
    principal: str
    """ARN of the caller, or a service principal such as `lambda.amazonaws.com`."""
    settings: Settings = Settings.NONE
    """What it says about the VPC settings of the function."""
    subnets: tuple[str, ...] = ()
    """Subnet ids of the settings that are given, or for `UNCHANGED` of those the function has, if known."""
    security_groups: tuple[str, ...] = ()
    vpc: str | None = None
    """Id of the VPC of these subnets, which Lambda derives from them; `None`: not known."""
    by: By = By.CALLER
    """On whose behalf the call is made; for `CODE` and `LAMBDA` the principal is the execution role."""
    function: str = ""
    """The function the call is about or made by: its unqualified ARN, or its name beside a Region."""
    region: str = ""
    """Region of the call, such as `ap-northeast-1`."""
    resources: tuple[str, ...] = ()
    """ARNs of what the call is about, or `*`; by default those that the action and the settings determine."""
    context: Mapping[str, object] = field(default_factory=dict)
    """Further condition keys with their values; an empty list says that a key is absent."""
    management_account: bool = False
    """Whether the caller belongs to the organization's management account."""


# --- the answer ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Statement:
    """A statement and where it stands."""

    layer: str
    """`identity`, `boundary`, `session`, `scp`, `resource` or `endpoint`; empty where that is not known."""
    name: str | None
    """Its Sid, or its position such as `Statement[0]`; `None`: the layer as a whole."""
    file: str
    """Empty for a layer as a whole."""
    line: int
    """1-based; 0 for a layer as a whole."""


@dataclass(frozen=True)
class Other:
    """Why a statement, or a layer as a whole, did not decide."""

    statement: Statement
    why: Code
    detail: str
    """The action, resource, principal or condition that did not match."""


@dataclass(frozen=True)
class PolicyAnswer:
    """The decision on a call."""

    answer: str
    """`allow`, `deny` or `undocumented`."""
    explicit: bool
    """Whether a statement denies it: nothing else can allow it then."""
    statement: Statement | None
    """What decides; for `undocumented` the statement that is open. `None`: nothing allows the call."""
    question: str
    """What AWS leaves undocumented or the call leaves open, in English; empty for a decision."""
    others: tuple[Other, ...]
    """Why every other statement did not decide; none for `undocumented`."""
    request: iam.Request
    """The request as IAM sees it, with the condition keys it carries."""
    findings: tuple[rules.Report, ...]
    """What the rules find in the policies, by file and line."""


# --- deciding -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """A decision, or what keeps it from being made."""

    decision: iam.Decision | None
    question: str = ""
    """What is undocumented or open, with the statement it is about."""
    undocumented: iam.Undocumented | None = None

    @property
    def answer(self) -> str:
        """`allow`, `deny` or `undocumented`."""
        if self.decision is None:
            return UNDOCUMENTED
        return ALLOW if self.decision.allowed else DENY


def outcome(policies: iam.Policies, request: iam.Request) -> Outcome:
    """Decide a request; what AWS does not document is an answer, too.

    Raises:
        PolicyError: a policy is malformed.
    """
    try:
        return Outcome(iam.decide(policies, request))
    except iam.Undocumented as unknown:
        return Outcome(None, str(unknown), unknown)


def layered(policies: Iterable[tuple[str, iam.Policy]]) -> iam.Policies:
    """Policies by layer; all service control policies count as one level.

    Raises:
        PolicyError: a policy that its layer does not take.
    """
    found: dict[str, list[iam.Policy]] = {}
    for layer, policy in policies:
        found.setdefault(layer, []).append(policy)
    given = {layer: tuple(several) for layer, several in found.items()}
    if "scp" in given:
        given["scp"] = (given["scp"],)
    return iam.Policies(**given)


def read(text: str, name: str = "policy.json") -> Source:
    """Read a policy's text, JSON or YAML.

    Raises:
        BadInput: it is neither; each problem has its line and the mend.
    """
    is_json = name.endswith(".json") or text.lstrip()[:1] == "{"
    return reading.parse(text, name, is_json=is_json, tabs=True)


def decide(files: PolicyFiles, call: Call) -> PolicyAnswer:
    """Decide a call against policy files.

    Raises:
        BadInput: a file is no policy, or not one that its layer takes; the problem names line and mend.
        RequestError: nobody makes such a call; the message names the mend.
    """
    policies = _policies(files)
    request = request_of(call)
    found = outcome(policies, request)
    findings = tuple(_findings(files))
    sources = {source.path: source for layer in _layers(files).values() for source in layer}
    if found.decision is None:
        unknown = found.undocumented
        assert unknown is not None
        statement = _statement(sources, "", unknown.statement, unknown.policy) if unknown.statement else None
        return PolicyAnswer(UNDOCUMENTED, False, statement, _question(unknown, call), (), request, findings)
    decision = found.decision
    decider = None
    if decision.layer is not None:
        decider = _statement(sources, decision.layer, decision.statement, decision.policy)
    others = tuple(
        Other(_statement(sources, why.layer, why.statement, why.policy), why.code, why.detail)
        for why in decision.why
    )
    explicit = decision.effect == iam.EXPLICIT_DENY
    return PolicyAnswer(found.answer, explicit, decider, "", others, request, findings)


def _question(unknown: iam.Undocumented, call: Call) -> str:
    """What is open; the VPC of subnets is derived by AWS, and known to whoever asks."""
    if VPC_KEYS[0] in unknown.question and call.subnets and call.vpc is None:
        return f"{VPC_KEYS[0]} is the VPC of the subnets, which is not named; name it"
    return unknown.question


def request_of(call: Call) -> iam.Request:
    """The request that a call makes, with the condition keys that AWS documents for it.

    Raises:
        RequestError: no such action or condition key, or arguments that do not fit together.
    """
    for mistake in (action_mistake(call.action), *map(key_mistake, call.context)):
        if mistake:
            raise iam.RequestError(mistake)
    vpc = _vpc_config(call)
    account = Caller.of(call.principal).account
    function = _function_arn(call, account)
    resources: Sequence[str] = call.resources
    if not resources and (function or not _is_about_a_function(call.action)):
        prefix = _arn_prefix(call, "ec2", account) if call.region else ""
        named = vpc if prefix else None
        resources = resources_of(call.action, function=function, arn_prefix=prefix, vpc=named)
    if not resources:
        missing = "name the function" if _is_about_a_function(call.action) else "name the resource"
        raise iam.RequestError(
            f"resource: {call.action} does not determine what it is about; {missing}, an ARN"
        )
    return build(
        call.action,
        resources[0] if len(resources) == 1 else tuple(resources),
        call.principal,
        by=call.by,
        settings=call.settings,
        vpc=vpc,
        source_function=function or None,
        context=call.context,
        management_account=call.management_account,
    )


def action_mistake(action: str) -> str:
    """What is wrong with the name of an action; empty where AWS lists it so."""
    found = service_reference.action(action)
    if found is None:
        hint = near(action, service_reference.actions(action.partition(":")[0]))
        return f"AWS lists no action '{action}'{hint}"
    return "" if found.name == action else f"write '{found.name}'"


def key_mistake(key: str) -> str:
    """What is wrong with the name of a condition key; empty where AWS lists it."""
    return "" if service_reference.condition_key(key) else f"AWS lists no condition key '{key}'"


def _is_about_a_function(action: str) -> bool:
    found = service_reference.action(action)
    types = found.resource_types if found else ()
    return action.startswith("lambda:") and bool(types) and types[0] == "function"


def _vpc_config(call: Call) -> VpcConfig | None:
    creates = call.action == FUNCTION_CALLS[0]
    if creates and call.settings in (Settings.UNCHANGED, Settings.REMOVED):
        raise iam.RequestError(
            f"settings: {call.action} makes a function, which has no settings yet; write 'given' or 'none'"
        )
    if not call.subnets and not call.security_groups:
        if call.settings is Settings.GIVEN:
            raise iam.RequestError("subnets: settings that are given name subnets and security groups")
        return None
    if call.settings in (Settings.NONE, Settings.REMOVED):
        raise iam.RequestError(
            f"subnets: with settings '{call.settings.value}' there are none; write 'given', or for the ones "
            "that the function has 'unchanged'"
        )
    if not call.subnets or not call.security_groups:
        lacks = "security groups" if call.subnets else "subnets"
        raise iam.RequestError(f"{lacks}: VpcConfig has subnets and security groups; name both")
    return VpcConfig(call.vpc, call.subnets, call.security_groups)


def _function_arn(call: Call, account: str) -> str:
    if not call.function or call.function.startswith("arn:"):
        return call.function
    if not call.region or not account:
        raise iam.RequestError(
            f"function: '{call.function}' is a name; name the Region as well, or write its ARN"
        )
    return f"{_arn_prefix(call, 'lambda', account)}:function:{call.function}"


def _arn_prefix(call: Call, service: str, account: str) -> str:
    partition = call.principal.split(":")[1] if call.principal.startswith("arn:") else "aws"
    return f"arn:{partition}:{service}:{call.region}:{account}"


# --- the policies -------------------------------------------------------------------------------


def _layers(files: PolicyFiles) -> dict[str, tuple[Source, ...]]:
    found = {layer: getattr(files, layer) for layer in LAYERS if layer != "scp"}
    return found | {"scp": tuple(source for level in files.scp for source in level)}


def _policies(files: PolicyFiles) -> iam.Policies:
    parsed: dict[int, iam.Policy] = {}
    problems: list[Problem] = []
    for layer, sources in _layers(files).items():
        for source in sources:
            try:
                parsed[id(source)] = policy_of(source, layer)
            except BadInput as bad:
                problems += bad.problems
    if problems:
        raise BadInput(problems)

    def of(sources: Iterable[Source]) -> tuple[iam.Policy, ...]:
        return tuple(parsed[id(source)] for source in sources)

    return iam.Policies(
        identity=of(files.identity),
        boundary=of(files.boundary) or None,
        session=of(files.session) or None,
        scp=tuple(map(of, files.scp)) or None,
        resource=of(files.resource) or None,
        endpoint=of(files.endpoint) or None,
    )


def _findings(files: PolicyFiles) -> list[rules.Report]:
    return sorted(
        finding
        for layer, sources in _layers(files).items()
        for source in {source.path: source for source in sources}.values()
        for finding in rules.findings_in_policy(source, layer)
    )


def policy_of(source: Source, layer: str) -> iam.Policy:
    """A policy that its layer takes.

    Raises:
        BadInput: it is malformed, or has an element that the layer does not take.
    """
    try:
        policy = iam.Policy.parse(source.data, source.path)
        layered([(layer, policy)])
    except iam.PolicyError as error:
        message = str(error)
        raise BadInput([Problem(source.path, _line_in_message(source, message), message)]) from None
    return policy


def _statements(source: Source) -> list[tuple[str, tuple[str | int, ...]]]:
    """Name and key path of each statement."""
    written = source.data.get("Statement") if isinstance(source.data, Mapping) else None
    several = isinstance(written, list)
    found = []
    for position, statement in enumerate(written if several else [written]):
        sid = statement.get("Sid") if isinstance(statement, Mapping) else None
        path = ("Statement", position) if several else ("Statement",)
        found.append((str(sid or f"Statement[{position}]"), path))
    return found


def _statement(sources: Mapping[str, Source], layer: str, name: str | None, file: str) -> Statement:
    source = sources.get(file)
    if source is None or name is None:
        return Statement(layer, name, file, 0)
    path = next((path for known, path in _statements(source) if known == name), ())
    # Of a statement with a Sid, the line that bears its name.
    return Statement(layer, name, file, source.line((*path, "Sid")))


def _line_in_message(source: Source, message: str) -> int:
    """The line of the statement that a message about a policy names, by its Sid or its position."""
    for position, (name, path) in enumerate(_statements(source)):
        if f"Statement[{position}]" in message or f" {name}:" in message:
            return source.line(path)
    return source.line(())
