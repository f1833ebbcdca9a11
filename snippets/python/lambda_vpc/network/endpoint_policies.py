"""Whether an endpoint's policy lets the calls through that a function's role may make.

Asked of `iam`, with every call that the role's own policies name for the service. Of two texts that differ
only in what AWS alone knows ([`open_texts`][lambda_vpc.network.open_texts]) nothing certain is said. Source:
fact N12.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lambda_vpc import iam
from lambda_vpc.answers import Undetermined
from lambda_vpc.iam.policy import Policy, Statement
from lambda_vpc.network.model import Endpoint, Function
from lambda_vpc.network.obstacles import Note, Walk, blocked, open_only, unknown
from lambda_vpc.network.open_texts import CLOSE, OPEN, OWN
from lambda_vpc.sentences import Code

MAX_PAIRS = 20_000
"""Calls times statements of an endpoint policy that are decided; IAM's quotas allow far fewer."""
_OPEN_PART = re.compile(f"{OPEN}[^{CLOSE}]*{CLOSE}")


# Such an ARN alone, or with a path behind it.
_OWN_ARN = re.compile(f"arn:aws:{OPEN}{CLOSE}:::{OPEN}{OWN}([^{CLOSE}]*){CLOSE}(?=[/:]|$)")


class _Call(NamedTuple):
    action: str
    pattern: str
    """The resource as the role's policy names it."""
    certain: bool
    """Whether the role certainly has the policy that names the call."""

    @property
    def resource(self) -> str:
        """One resource that the pattern covers."""
        return self.pattern.replace("*", "example").replace("?", "x")


def judge_policy(walk: Walk, function: Function, endpoint: Endpoint, service: str) -> None:
    """Add to a walk what an endpoint's policy decides about the function's calls.

    Args:
        walk: the way through the endpoint.
        function: whose role makes the calls.
        endpoint: the endpoint with its policy.
        service: the service by its endpoint's name.
    """
    at = endpoint.at
    if endpoint.policy is None:
        return
    if isinstance(endpoint.policy, Undetermined):
        walk.add(open_only(endpoint.policy, Code.ENDPOINT_POLICY_UNKNOWN, at, part="PolicyDocument"))
        return
    try:
        policies = iam.Policies.of({"endpoint": endpoint.policy})
    except iam.PolicyError as error:
        walk.add([unknown(Code.ENDPOINT_POLICY_UNKNOWN, at, str(error), part="PolicyDocument")])
        return
    statements = [statement for policy in policies.endpoint for statement in policy.statements]
    if not any(statement.allow for statement in statements):
        walk.add([blocked(Code.ENDPOINT_POLICY_DENIES, at, part="PolicyDocument", detail=service)])
        return
    if len(statements) == 1 and _allows_all(statements[0]):
        return
    calls, complete = _calls(function, service)
    most = MAX_PAIRS // len(statements)
    for call in calls[:most]:
        _judge_call(walk, function, endpoint, policies, call)
    if not calls or not complete or len(calls) > most:
        walk.notes.append(Note(Code.ENDPOINT_POLICY_NOTE, endpoint.id.name))


def _judge_call(
    walk: Walk, function: Function, endpoint: Endpoint, policies: iam.Policies, call: _Call
) -> None:
    nobody = f"arn:aws:iam::{OPEN}{CLOSE}:role/{OPEN}{CLOSE}"
    principal = function.role if isinstance(function.role, str) else nobody
    # Whose account the resource is in is not the endpoint policy's question.
    account = principal.split(":")[4]
    request = iam.Request(call.action, call.resource, principal, {}, closed=False, resource_account=account)
    allowing = Policy.parse(
        {"Statement": [{"Effect": "Allow", "Action": call.action, "Resource": call.resource}]}
    )
    try:
        decision = iam.decide(iam.Policies(identity=(allowing,), endpoint=policies.endpoint), request)
    except (iam.Undocumented, iam.PolicyError) as open_:
        detail = f"{endpoint.id}: {call.action}: {open_}"
        walk.notes.append(Note(Code.ENDPOINT_POLICY_NOTE, shown(detail)))
        return
    detail = shown(f"{call.action} {call.resource}")
    statements = [statement for policy in policies.endpoint for statement in policy.statements]
    if decision.allowed:
        open_ = any(_may_deny(statement, function, call) for statement in statements)
        if not open_:
            return
    elif decision.statement is None:
        open_ = any(_may_allow(statement, function, call) for statement in statements)
    else:
        denying = next(s for s in statements if not s.allow and s.name == decision.statement)
        open_ = _may_spare(denying, call)
    if open_:
        walk.add(
            [unknown(Code.ENDPOINT_POLICY_UNKNOWN, endpoint.at, f"whether it covers {detail}",
                     part="PolicyDocument")]
        )  # fmt: skip
    elif not call.certain:
        walk.notes.append(Note(Code.ENDPOINT_POLICY_NOTE, f"{endpoint.id}: {detail}"))
    else:
        walk.add([blocked(Code.ENDPOINT_POLICY_DENIES, endpoint.at, part="PolicyDocument", detail=detail)])


def shown(text: str) -> str:
    """A text of a policy as it is shown to a reader, without the signs around what is not known."""
    text = text.replace(f"arn:aws:{OPEN}{CLOSE}:::", "")
    return text.replace(OPEN, "").replace(CLOSE, "").replace(OWN, "")


def _allows_all(statement: Statement) -> bool:
    return (
        statement.written_actions == ("*",)
        and not statement.not_action
        and statement.resources == ("*",)
        and not statement.not_resource
        and not statement.conditions
        and statement.principals == {"AWS": ("*",)}
        and not statement.not_principal
    )


def _calls(function: Function, service: str) -> tuple[list[_Call], bool]:
    """Every call that the role's statements name for a service, and whether these are all.

    A statement that names an action or a resource by a wildcard only names no call.
    """
    prefix = service.partition(".")[0].lower() + ":"
    found: dict[tuple[str, str], _Call] = {}
    complete = bool(function.permissions)
    for permission in function.permissions:
        try:
            policy = Policy.parse(permission.document)
        except iam.PolicyError:  # not known, or no policy
            complete = False
            continue
        for action, pattern in _named(policy.statements, prefix):
            call = _Call(action, pattern, permission.attached is True)
            known = found.get((action, pattern))
            found[action, pattern] = call if known is None or call.certain else known
    return list(found.values()), complete


def _named(statements: Sequence[Statement], prefix: str) -> Iterator[tuple[str, str]]:
    for statement in statements:
        if not statement.allow or statement.not_action or statement.not_resource:
            continue
        for action in statement.written_actions:
            if action.lower().startswith(prefix) and not re.search(r"[*?]", action):
                for resource in statement.resources:
                    if resource != "*":
                        yield action, resource


# --- what is not known --------------------------------------------------------------------------


def _may_allow(statement: Statement, function: Function, call: _Call) -> bool:
    """Whether a statement that does not match may yet do so, once AWS has filled in what is open."""
    if not statement.allow or not statement.covers_action(call.action.lower()):
        return False
    if not _may_name(statement, function):
        return False
    if statement.not_resource:
        return any(_is_open(text) for text in (call.pattern, *statement.resources))
    return any(_may_be(pattern, call.pattern) for pattern in statement.resources)


def _may_deny(statement: Statement, function: Function, call: _Call) -> bool:
    """Whether a statement may deny a call that it does not speak of yet, as the resource's text is open."""
    if statement.allow or statement.conditions or statement.not_resource:
        return False
    if not statement.covers_action(call.action.lower()) or not _may_name(statement, function):
        return False
    return any(
        OPEN in pattern + call.resource and _may_be(pattern, call.resource) for pattern in statement.resources
    )


def _may_spare(statement: Statement, call: _Call) -> bool:
    """Whether a statement that denies the call may not do so, once AWS has filled in what is open.

    Its conditions and `NotPrincipal` ask about the role's account and name, `NotResource` about the resource.
    """
    if statement.conditions or statement.not_principal:
        return True
    return statement.not_resource and any(_may_be(pattern, call.pattern) for pattern in statement.resources)


def _may_name(statement: Statement, function: Function) -> bool:
    """Whether a statement may name the function's role, whose account and session are not known."""
    return (
        statement.not_principal or bool(statement.principals.get("AWS")) or not isinstance(function.role, str)
    )


def _is_open(text: str) -> bool:
    """Whether a text of a policy stands for more than itself."""
    return re.search(f"[*?{OPEN}]|\\$\\{{", text) is not None


def _may_be(pattern: str, resource: str) -> bool:
    """Whether a pattern may cover a resource, whatever stands for their open parts."""
    own, other = _OWN_ARN.match(pattern), _OWN_ARN.match(resource)
    if own and other and own[1] != other[1]:
        return False
    wanted, asked = (_OPEN_PART.sub("*", text) for text in (pattern, resource))
    # A policy variable of IAM may stand for anything.
    return "${" in wanted or _overlap(wanted, asked)


def _overlap(one: str, other: str) -> bool:
    """Whether two texts with `*` and `?` can be one: what both begin and end with must agree."""

    def fixed(text: str) -> tuple[str, str]:
        return re.split(r"[*?]", text)[0], re.split(r"[*?]", text)[-1]

    if not re.search(r"[*?]", one) and not re.search(r"[*?]", other):
        return one == other
    (start, end), (other_start, other_end) = fixed(one), fixed(other)
    head, tail = min(len(start), len(other_start)), min(len(end), len(other_end))
    return start[:head] == other_start[:head] and (tail == 0 or end[-tail:] == other_end[-tail:])
