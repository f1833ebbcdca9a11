"""Decide whether policies allow a request, name the statement that decides, and say why others did not match.

The documented rules only: an explicit deny anywhere wins; a permissions boundary, a session policy, every
level of service control policies and a VPC endpoint policy must allow besides; within one account a
resource-based policy may allow by itself, across accounts both sides must. Where AWS documents no answer,
[`decide`][lambda_vpc.iam.decide.decide] raises [`Undocumented`][lambda_vpc.iam.decide.Undocumented].

Source: IAM User Guide, "Policy evaluation logic" and "Cross-account policy evaluation logic".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from lambda_vpc.answers import Answer, Undetermined, both, either
from lambda_vpc.iam import principals
from lambda_vpc.iam.caller import Caller
from lambda_vpc.iam.conditions import Condition
from lambda_vpc.iam.layers import Policies
from lambda_vpc.iam.policy import Policy, Statement
from lambda_vpc.iam.request import Request
from lambda_vpc.sentences import Code

ALLOWED = "allowed"
IMPLICIT_DENY = "implicitDeny"
EXPLICIT_DENY = "explicitDeny"


class Undocumented(Exception):
    """AWS documents no answer for this request, or the request leaves a deciding key open."""

    def __init__(self, question: str, statement: str | None = None, policy: str = "") -> None:
        self.question = question
        self.statement = statement
        self.policy = policy
        super().__init__(f"{statement}: {question}" if statement else question)


@dataclass(frozen=True)
class Reason:
    """Why one statement, or a whole layer, did not decide."""

    layer: str
    """`identity`, `boundary`, `session`, `scp`, `resource` or `endpoint`."""
    statement: str | None
    """The statement's Sid, or its position such as `Statement[0]`; `None`: the whole layer."""
    code: Code
    detail: str = ""
    """The action, resource, principal or condition that did not match, as written in the policy."""
    policy: str = ""
    """The name that the statement's policy was read under."""


@dataclass(frozen=True)
class Decision:
    """The outcome of one request."""

    effect: str
    """`allowed`, `implicitDeny` or `explicitDeny`, the words of IAM's own simulator."""
    layer: str | None
    """The kind of policy that decided; `None` when nothing allows the request."""
    statement: str | None
    """The deciding statement's Sid or position; `None` for an implicit deny."""
    why: tuple[Reason, ...]
    """For every statement that did not decide: the first element that did not match."""
    policy: str = ""
    """The name that the deciding statement's policy was read under."""

    @property
    def allowed(self) -> bool:
        """Whether the request goes through."""
        return self.effect == ALLOWED


# --- deciding -----------------------------------------------------------------------------------

_Decider = tuple[str, Statement] | None
"""The deciding statement with its layer; `None` where no single statement decides."""

_COMPLETES_ARNS = ("identity", "boundary")
"""Layers of identity-based policies, in which AWS completes ARNs with fewer than six parts."""
_GATEWAY = ("s3:", "dynamodb:")
"""The services with gateway endpoints."""


class _Evaluation:
    """One request against one resource; collects why statements did not match."""

    def __init__(self, request: Request, resource: str, caller: Caller, bounded: bool) -> None:
        self.request = request
        self.resource = resource
        self.caller = caller
        self.bounded = bounded
        self.why: list[Reason] = []
        self.matched: list[tuple[str, Statement, Answer]] = []
        self.denied: _Decider = None
        self.open_deny: tuple[Statement, Undetermined] | None = None

    def match(self, layer: str, statement: Statement) -> tuple[Answer, str]:
        """Whether a statement covers the request, and how it names the principal."""
        request = self.request
        if not statement.covers_action(request.lower_action):
            return self.no_match(layer, statement, Code.ACTION_NOT_COVERED, request.action)
        principal, how = self.principal(layer, statement)
        if principal is False:
            return self.no_match(layer, statement, Code.PRINCIPAL_NOT_COVERED, self.caller.arn)
        resource = statement.covers_resource(
            self.resource, request.values, request.may_carry, completes=layer in _COMPLETES_ARNS
        )
        if resource is False:
            return self.no_match(layer, statement, Code.RESOURCE_NOT_COVERED, self.resource)
        answers = [principal, resource]
        for condition in statement.conditions:
            answer = condition.answer(request.values, request.may_carry)
            if answer is False:
                return self.no_match(layer, statement, Code.CONDITION_NOT_MET, _written(condition))
            answers.append(answer)
        return both(answers), how

    def no_match(self, layer: str, statement: Statement, code: Code, detail: str) -> tuple[Answer, str]:
        """Note why a statement does not match."""
        self.why.append(Reason(layer, statement.name, code, detail, statement.policy))
        return False, ""

    def principal(self, layer: str, statement: Statement) -> tuple[Answer, str]:
        """Whether a statement names the caller, and how."""
        if self.bounded and statement.not_principal and not statement.allow:
            # Documented with permissions boundaries: whoever has one is denied, whomever NotPrincipal names.
            return True, "all"
        principal, how = principals.names(statement, self.caller)
        if layer == "endpoint" and how == "account" and self.request.lower_action.startswith(_GATEWAY):
            # At a gateway endpoint an account id means its root user alone; elsewhere the whole account.
            return Undetermined("whether the endpoint is a gateway endpoint is not known"), how
        return principal, how

    def reasons(self, decider: _Decider = None) -> tuple[Reason, ...]:
        """One reason for every statement but the deciding one."""
        found = list(self.why)
        for layer, statement, answer in self.matched:
            if decider is not None and statement is decider[1]:
                continue
            code = Code.MATCHES_BESIDES if answer is True else Code.MAY_MATCH
            effect = "Allow" if statement.allow else "Deny"
            found.append(Reason(layer, statement.name, code, effect, statement.policy))
        return tuple(found)

    def decision(self, effect: str, decider: _Decider) -> Decision:
        """The decision by a statement, or by none."""
        if decider is None:
            return Decision(effect, None, None, self.reasons())
        layer, statement = decider
        return Decision(effect, layer, statement.name, self.reasons(decider), statement.policy)

    def layer(self, name: str, policies: Iterable[Policy]) -> _Layer:
        """Match every statement of a layer; explicit denies are noted for the whole evaluation."""
        found = _Layer(name)
        for policy in policies:
            for statement in policy.statements:
                answer, how = self.match(name, statement)
                if answer is False:
                    continue
                self.matched.append((name, statement, answer))
                if answer is not True:
                    question = (statement, answer)
                    if statement.allow:
                        found.open = found.open or question
                    else:
                        self.open_deny = self.open_deny or question
                elif statement.allow:
                    found.allows.append((statement, how))
                else:
                    self.denied = self.denied or (name, statement)
        return found


@dataclass
class _Layer:
    name: str
    allows: list[tuple[Statement, str]] = field(default_factory=list)
    open: tuple[Statement, Undetermined] | None = None

    def answer(self) -> Answer:
        if self.allows:
            return True
        return self.open[1] if self.open else False


def _written(condition: Condition) -> str:
    operator = condition.operator
    prefix = f"{operator.set_operator}:" if operator.set_operator else ""
    return f"{prefix}{operator.name}{'IfExists' if operator.if_exists else ''} {condition.key}"


def decide(policies: Policies | Mapping[str, object], request: Request) -> Decision:
    """Decide one request as AWS documents it.

    Args:
        policies: the policies by layer; plain documents are read first
            (see [`Policies.of`][lambda_vpc.iam.layers.Policies.of]).
        request: who asks for what, in which context. With several resources every one must be allowed.

    Returns:
        The decision with the deciding statement and the reasons of the others.

    Raises:
        Undocumented: AWS documents no answer, or a key that would decide is not known.
        PolicyError: a policy is malformed.

    Examples:
        >>> from lambda_vpc.iam.decide import decide
        >>> from lambda_vpc.iam.request import Request
        >>> policy = {
        ...     "Version": "2012-10-17",
        ...     "Statement": {
        ...         "Sid": "RequireVpc",
        ...         "Effect": "Deny",
        ...         "Action": "lambda:CreateFunction",
        ...         "Resource": "*",
        ...         "Condition": {"Null": {"lambda:VpcIds": "true"}},
        ...     },
        ... }
        >>> request = Request("lambda:CreateFunction", "*", "arn:aws:iam::111122223333:role/deployer", {})
        >>> decide({"identity": [policy]}, request).statement
        'RequireVpc'
    """
    known = policies if isinstance(policies, Policies) else Policies.of(policies)
    try:
        return _decide(known, request)
    except Undocumented:
        if request.if_unchanged is None:
            raise
        # Documented is only that such a request passes (fact K14). Where the settings the function has
        # would be denied, the documentation contradicts itself, and the answer stays open.
        decision = _decide(known, replace(request, context=request.if_unchanged, if_unchanged=None))
        if not decision.allowed:
            raise
        return decision


def _decide(known: Policies, request: Request) -> Decision:
    decisions: list[Decision] = []
    unknown: Undocumented | None = None
    for resource in request.resources:
        try:
            decisions.append(_decide_one(known, request, resource))
        except Undocumented as error:
            unknown = unknown or error
    for decision in decisions:
        if decision.effect == EXPLICIT_DENY:
            return decision
    if unknown:
        raise unknown
    return next((decision for decision in decisions if not decision.allowed), decisions[0])


def _decide_one(policies: Policies, request: Request, resource: str) -> Decision:
    caller = request.caller
    bounded = policies.boundary is not None and caller.kind in ("user", "role", "session")
    run = _Evaluation(request, resource, caller, bounded)
    identity = run.layer("identity", policies.identity)
    limits: list[_Layer] = []
    for name, limiting in (("boundary", policies.boundary), ("session", policies.session)):
        if limiting is not None:
            limits.append(run.layer(name, limiting))
    resource_side = run.layer("resource", policies.resource or ())
    outer: list[_Layer] = []
    if policies.scp is not None and not (
        request.management_account or caller.service_linked or caller.outside
    ):
        outer += [run.layer("scp", level) for level in policies.scp]
    if policies.endpoint is not None:
        outer.append(run.layer("endpoint", policies.endpoint))

    if run.denied:
        return run.decision(EXPLICIT_DENY, run.denied)
    granted, by = _granted(policies, request, resource, caller, identity, limits, resource_side)
    everything = both([granted, *(layer.answer() for layer in outer)])
    if run.open_deny:
        # Also where nothing allows the request: whether its denial is explicit stays open.
        raise _undocumented(run.open_deny[1], run.open_deny[0])
    if everything is False:
        missing = [layer for layer in (*outer, *limits, identity) if layer.answer() is False]
        nothing = (Reason(layer.name, None, Code.NOTHING_ALLOWS) for layer in missing)
        return Decision(IMPLICIT_DENY, None, None, (*run.reasons(), *nothing))
    if isinstance(everything, Undetermined):
        layers = (identity, *limits, resource_side, *outer)
        statement = next(
            (layer.open[0] for layer in layers if layer.open and layer.open[1] is everything), None
        )
        raise _undocumented(everything, statement)
    return run.decision(ALLOWED, by)


def _undocumented(left: Undetermined, statement: Statement | None) -> Undocumented:
    if statement is None:
        return Undocumented(left.question)
    return Undocumented(left.question, statement.name, statement.policy)


def _granted(
    policies: Policies,
    request: Request,
    resource: str,
    caller: Caller,
    identity: _Layer,
    limits: list[_Layer],
    resource_side: _Layer,
) -> tuple[Answer, _Decider]:
    """Whether the account's own policies grant the request, before SCPs and endpoint policies."""
    limited = both([layer.answer() for layer in limits])
    # The account root has every permission that no SCP takes away.
    by_identity: Answer = True if caller.kind == "root" else both([identity.answer(), limited])
    if caller.outside:
        return resource_side.answer(), _first(resource_side)
    if request.account_of(resource, caller.account) != caller.account:
        return both([by_identity, resource_side.answer()]), _first(identity)

    direct = [
        (_same_account(statement, how, caller, limited, limits), statement)
        for statement, how in resource_side.allows
    ]
    answers = [answer for answer, _ in direct]
    if resource_side.open:
        answers.append(resource_side.open[1])
    by_resource = either(answers)
    if _resource_policy_decides(request.lower_action, resource):
        if policies.resource is None:
            if by_identity is False:
                return False, _first(identity)
            return Undetermined("the resource's trust or key policy decides and is not given"), None
        # Here the resource-based policy must allow, whatever the identity may do; if it names the
        # account, the identity's own policies decide the rest.
        delegated = any(how == "account" for _, how in resource_side.allows)
        if delegated and by_resource is not True:
            return by_identity, _first(identity)
        return by_resource, _first(resource_side)
    if by_identity is True:
        return True, _first(identity)
    if by_resource is True:
        chosen = next(statement for answer, statement in direct if answer is True)
        return True, ("resource", chosen)
    return either([by_identity, by_resource]), None


def _resource_policy_decides(action: str, resource: str) -> bool:
    """Role trust policies and KMS key policies: the documented exceptions to "either side suffices"."""
    return action.startswith(_TRUSTED) or (action.startswith("kms:") and resource != "*")


_TRUSTED = ("sts:assumerole", "sts:tagsession", "sts:setsourceidentity")


def _first(layer: _Layer) -> _Decider:
    return (layer.name, layer.allows[0][0]) if layer.allows else None


def _same_account(
    statement: Statement, how: str, caller: Caller, limited: Answer, limits: list[_Layer]
) -> Answer:
    """Whether a resource-based Allow suffices by itself within one account."""
    if how == "direct":
        return True
    if how == "role":
        return limited
    if how == "all":
        by_arn = any(condition.key.lower() == "aws:principalarn" for condition in statement.conditions)
        if not limits or limited is True or by_arn:
            return True
        return Undetermined('how a boundary or session policy limits a grant to "*" is not documented')
    # The account is named: it may give the permission on, which its identity-based policies then do.
    return Undetermined("a grant to the caller's own account, without one by an identity-based policy")
