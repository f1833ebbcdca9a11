"""Decide whether policies allow a request, name the statement that decides, and say why others did not match.

The documented rules only: an explicit deny anywhere wins; a permissions boundary, a session policy, every
level of service control policies and a VPC endpoint policy must allow besides; within one account a
resource-based policy may allow by itself, across accounts both sides must. Where AWS documents no answer,
[`decide`][lambda_vpc.iam.decide.decide] raises [`Undocumented`][lambda_vpc.iam.decide.Undocumented].

Source: IAM User Guide, "Policy evaluation logic" and "Cross-account policy evaluation logic".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from lambda_vpc.answers import Answer, Undetermined, both, either
from lambda_vpc.iam.conditions import Condition, PolicyError
from lambda_vpc.iam.policy import Document, Policy, Statement
from lambda_vpc.iam.request import Request
from lambda_vpc.sentences import Code

ALLOWED = "allowed"
IMPLICIT_DENY = "implicitDeny"
EXPLICIT_DENY = "explicitDeny"


class Undocumented(Exception):
    """AWS documents no answer for this request, or the request leaves a deciding key open."""

    def __init__(self, question: str, statement: str | None = None) -> None:
        self.question = question
        self.statement = statement
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

    @property
    def allowed(self) -> bool:
        """Whether the request goes through."""
        return self.effect == ALLOWED


# --- layers -------------------------------------------------------------------------------------


_NAMES_PRINCIPALS = ("resource_policy", "resource", "endpoint")


def _parsed(layer: str, documents: Document | Policy | Sequence[Document | Policy]) -> tuple[Policy, ...]:
    several = documents if isinstance(documents, list | tuple) else [documents]
    found = tuple(Policy.parse(item) for item in several)
    for statement in (statement for policy in found for statement in policy.statements):
        if statement.principals is None and layer in _NAMES_PRINCIPALS:
            raise PolicyError(f"{layer}: {statement.name}: add Principal; a resource-based policy has one")
        if statement.principals is not None and layer not in _NAMES_PRINCIPALS:
            raise PolicyError(f"{layer}: {statement.name}: remove Principal; the identity is the principal")
    return found


@dataclass(frozen=True)
class Policies:
    """The policies that apply to a request, by layer; `None`: no such policy, so no limit."""

    identity: tuple[Policy, ...] = ()
    boundary: tuple[Policy, ...] | None = None
    session: tuple[Policy, ...] | None = None
    scp: tuple[tuple[Policy, ...], ...] | None = None
    """One tuple per level: root, organizational units, account. Each level must allow."""
    resource: tuple[Policy, ...] | None = None
    endpoint: tuple[Policy, ...] | None = None

    @staticmethod
    def of(layers: Mapping[str, object]) -> Policies:
        """Read policies by layer from plain documents.

        Args:
            layers: `identity`, `boundary`, `session`, `endpoint`: a document or a list of them;
                `resource_policy` (or `resource`): one document; `scp`: a list of levels, each a list.

        Raises:
            PolicyError: an unknown layer, or a malformed document.
        """
        known = ("identity", "boundary", "session", "scp", "resource_policy", "resource", "endpoint")
        for name in layers:
            if name not in known:
                raise PolicyError(f"unknown kind of policy '{name}' (expected one of {', '.join(known)})")

        def read(name: str) -> tuple[Policy, ...] | None:
            return None if layers.get(name) is None else _parsed(name, layers[name])

        levels = layers.get("scp")
        if levels is not None and not isinstance(levels, list | tuple):
            raise PolicyError("scp: expected a list of levels, each a list of policies")
        return Policies(
            identity=read("identity") or (),
            boundary=read("boundary"),
            session=read("session"),
            scp=None if levels is None else tuple(_parsed("scp", level) for level in levels),
            resource=read("resource_policy") or read("resource"),
            endpoint=read("endpoint"),
        )


# --- who asks -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Caller:
    """The principal of a request, as a resource-based policy can name it."""

    arn: str
    account: str
    kind: str
    """`user`, `role`, `session`, `federated`, `root`, `service`, `provider` (of web or SAML identities)."""
    role_name: str | None = None

    @staticmethod
    @lru_cache(maxsize=1024)
    def of(principal: str) -> _Caller:
        parts = principal.split(":", 5)
        if len(parts) < 6:
            return _Caller(principal, "", "service")
        kind, _, name = parts[5].partition("/")
        if kind == "role":
            return _Caller(principal, parts[4], "role", name.rpartition("/")[2])
        if kind == "assumed-role":
            return _Caller(principal, parts[4], "session", name.partition("/")[0])
        kinds = {
            "user": "user",
            "root": "root",
            "federated-user": "federated",
            "oidc-provider": "provider",
            "saml-provider": "provider",
        }
        if kind not in kinds:
            raise PolicyError(
                f"'{principal}' is not a user, role, session, account root or service principal"
            )
        return _Caller(principal, parts[4], kinds[kind])

    @property
    def outside(self) -> bool:
        """Whether the caller is no identity of an account, so that no identity-based policy limits it."""
        return self.kind in ("service", "provider")

    @property
    def service_linked(self) -> bool:
        """Whether SCPs pass this role by (fact C01)."""
        return ":role/aws-service-role/" in self.arn or (
            self.kind == "session" and (self.role_name or "").startswith("AWSServiceRoleFor")
        )

    def named_by(self, kind: str, written: str) -> str | None:
        """How a policy's principal names this caller: `direct`, `role`, `account`, `all`, or not."""
        if kind in ("Service", "Federated"):
            return "direct" if self.outside and written == self.arn else None
        if kind != "AWS":
            return None
        if written == "*":
            return "all"
        if self.outside:
            return None
        if written == self.account or written.endswith(f":iam::{self.account}:root"):
            return "direct" if self.kind == "root" else "account"
        if self.kind == "session" and ":role/" in written:
            parts = written.split(":", 5)
            same = len(parts) == 6 and parts[4] == self.account
            return "role" if same and parts[5].rpartition("/")[2] == self.role_name else None
        if written == self.arn:
            return "role" if self.kind == "role" else "direct"
        return None


def _principal_match(statement: Statement, caller: _Caller) -> tuple[Answer, str]:
    """Whether a statement's principal covers the caller, and how it names it."""
    if statement.principals is None:
        return True, "all"
    named = {
        how
        for kind, values in statement.principals.items()
        for written in values
        if (how := caller.named_by(kind, written)) is not None
    }
    if statement.not_principal:
        return _not_principal(statement, caller, named), "all"
    for how in ("direct", "role", "all", "account"):
        if how in named:
            return True, how
    return _named_otherwise(statement.principals, caller), "direct"


# What a Deny with NotPrincipal has to name, or AWS may deny the caller through the part left out.
_EXEMPT = {
    "user": {"direct", "account"},
    "federated": {"direct", "account"},
    "session": {"direct", "role", "account"},
    "role": {"direct", "role", "account"},  # never all: the request does not say which session it is
    "root": {"direct"},
    "service": {"direct"},
    "provider": {"direct"},
}


def _not_principal(statement: Statement, caller: _Caller, named: set[str]) -> Answer:
    if not any(statement.principals.values()):
        return Undetermined("NotPrincipal without any principal is not documented")
    if not named:
        return True
    if statement.allow or "all" in named or named >= _EXEMPT[caller.kind]:
        return False
    return Undetermined("NotPrincipal has to name account, role and session; whether all are named is open")


def _named_otherwise(principals: Mapping[str, tuple[str, ...]], caller: _Caller) -> Answer:
    """Principals that may be the caller, where the request does not say so."""
    session = f":sts::{caller.account}:assumed-role/{caller.role_name}/"
    user = f":iam::{caller.account}:user/"
    for written in principals.get("AWS", ()):
        if caller.kind == "role" and session in written:
            return Undetermined(
                "the policy names one session of the role; the request does not say which it is"
            )
        if caller.kind == "federated" and user in written:
            return Undetermined("which user the session was federated from is not in the request")
    return False


# --- deciding -----------------------------------------------------------------------------------


class _Evaluation:
    """One request against one resource; collects why statements did not match."""

    def __init__(self, request: Request, resource: str, caller: _Caller, bounded: bool) -> None:
        self.request = request
        self.resource = resource
        self.caller = caller
        self.bounded = bounded
        self.why: list[Reason] = []
        self.matched: list[tuple[str, Statement, Answer]] = []
        self.denied: tuple[str, str] | None = None
        self.open_deny: tuple[str, Undetermined] | None = None

    def match(self, layer: str, statement: Statement) -> tuple[Answer, str]:
        """Whether a statement covers the request, and how it names the principal."""
        request = self.request
        if not statement.covers_action(request.lower_action):
            self.why.append(Reason(layer, statement.name, Code.ACTION_NOT_COVERED, request.action))
            return False, ""
        principal, how = self.principal(layer, statement)
        if principal is False:
            self.why.append(Reason(layer, statement.name, Code.PRINCIPAL_NOT_COVERED, self.caller.arn))
            return False, ""
        resource = statement.covers_resource(self.resource, request.values, request.may_carry)
        if resource is False:
            self.why.append(Reason(layer, statement.name, Code.RESOURCE_NOT_COVERED, self.resource))
            return False, ""
        answers = [principal, resource]
        for condition in statement.conditions:
            answer = condition.answer(request.values, request.may_carry)
            if answer is False:
                self.why.append(Reason(layer, statement.name, Code.CONDITION_NOT_MET, _written(condition)))
                return False, ""
            answers.append(answer)
        return both(answers), how

    def principal(self, layer: str, statement: Statement) -> tuple[Answer, str]:
        """Whether a statement names the caller, and how."""
        if self.bounded and statement.not_principal and not statement.allow:
            # Documented with permissions boundaries: whoever has one is denied, whomever NotPrincipal names.
            return True, "all"
        principal, how = _principal_match(statement, self.caller)
        if layer == "endpoint" and how == "account" and self.request.lower_action.startswith(_GATEWAY):
            # At a gateway endpoint an account id means its root user alone; elsewhere the whole account.
            return Undetermined("whether the endpoint is a gateway endpoint is not known"), how
        return principal, how

    def reasons(self, layer: str | None = None, decider: str | None = None) -> tuple[Reason, ...]:
        """One reason for every statement but the deciding one."""
        found = list(self.why)
        for name, statement, answer in self.matched:
            if (name, statement.name) == (layer, decider):
                layer = None
                continue
            code = Code.MATCHES_BESIDES if answer is True else Code.MAY_MATCH
            found.append(Reason(name, statement.name, code, "Allow" if statement.allow else "Deny"))
        return tuple(found)

    def layer(self, name: str, policies: Iterable[Policy]) -> _Layer:
        """Match every statement of a layer; explicit denies are noted for the whole evaluation."""
        found = _Layer(name)
        for policy in policies:
            for statement in policy.statements:
                answer, how = self.match(name, statement)
                if answer is False:
                    continue
                self.matched.append((name, statement, answer))
                if not statement.allow:
                    if answer is True:
                        self.denied = self.denied or (name, statement.name)
                    elif isinstance(answer, Undetermined):
                        self.open_deny = self.open_deny or (statement.name, answer)
                elif answer is True:
                    found.allows.append((statement, how))
                elif isinstance(answer, Undetermined):
                    found.open = found.open or (statement.name, answer)
        return found


# The services with gateway endpoints.
_GATEWAY = ("s3:", "dynamodb:")


@dataclass
class _Layer:
    name: str
    allows: list[tuple[Statement, str]] = field(default_factory=list)
    open: tuple[str, Undetermined] | None = None

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
            (see [`Policies.of`][lambda_vpc.iam.decide.Policies.of]).
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
    caller = _Caller.of(request.principal)
    bounded = policies.boundary is not None and caller.kind in ("user", "role", "session")
    run = _Evaluation(request, resource, caller, bounded)
    identity = run.layer("identity", policies.identity)
    limits: list[_Layer] = []
    for name in ("boundary", "session"):
        documents = getattr(policies, name)
        if documents is not None:
            limits.append(run.layer(name, documents))
    resource_side = run.layer("resource", policies.resource or ())
    outer: list[_Layer] = []
    if policies.scp is not None and not (
        request.management_account or caller.service_linked or caller.outside
    ):
        outer += [run.layer("scp", level) for level in policies.scp]
    if policies.endpoint is not None:
        outer.append(run.layer("endpoint", policies.endpoint))

    if run.denied:
        return Decision(EXPLICIT_DENY, *run.denied, run.reasons(*run.denied))
    granted, by = _granted(policies, request, resource, caller, identity, limits, resource_side)
    everything = both([granted, *(layer.answer() for layer in outer)])
    if run.open_deny:
        # Also where nothing allows the request: whether its denial is explicit stays open.
        raise Undocumented(run.open_deny[1].question, run.open_deny[0])
    if everything is False:
        missing = [layer for layer in (*outer, *limits, identity) if layer.answer() is False]
        nothing = (Reason(layer.name, None, Code.NOTHING_ALLOWS) for layer in missing)
        return Decision(IMPLICIT_DENY, None, None, (*run.reasons(), *nothing))
    if isinstance(everything, Undetermined):
        layers = (identity, *limits, resource_side, *outer)
        name = next((layer.open[0] for layer in layers if layer.open and layer.open[1] is everything), None)
        raise Undocumented(everything.question, name)
    return Decision(ALLOWED, *by, run.reasons(*by))


_By = tuple[str | None, str | None]


def _granted(
    policies: Policies,
    request: Request,
    resource: str,
    caller: _Caller,
    identity: _Layer,
    limits: list[_Layer],
    resource_side: _Layer,
) -> tuple[Answer, _By]:
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
            return Undetermined("the resource's trust or key policy decides and is not given"), (None, None)
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
        return True, ("resource", chosen.name)
    return either([by_identity, by_resource]), (None, None)


def _resource_policy_decides(action: str, resource: str) -> bool:
    """Role trust policies and KMS key policies: the documented exceptions to "either side suffices"."""
    return action.startswith(_TRUSTED) or (action.startswith("kms:") and resource != "*")


_TRUSTED = ("sts:assumerole", "sts:tagsession", "sts:setsourceidentity")


def _first(layer: _Layer) -> _By:
    return (layer.name, layer.allows[0][0].name) if layer.allows else (None, None)


def _same_account(
    statement: Statement, how: str, caller: _Caller, limited: Answer, limits: list[_Layer]
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
