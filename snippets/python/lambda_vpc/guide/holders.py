"""Who may make which call: decided by the policies of snippets, with the requests of their cases.

An action is held where a statement allows one of its requests, and denied where a statement denies each of
them. What nothing allows is nobody's permission and left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from lambda_vpc.guide import placeholders
from lambda_vpc.guide.cases import CaseResult
from lambda_vpc.guide.cases.decision import DecisionCase, DecisionResult
from lambda_vpc.guide.snippet import Snippet
from lambda_vpc.iam.request import By, build


@dataclass(frozen=True)
class Grant:
    """What one statement says about actions."""

    statement: str
    allowed: bool
    actions: tuple[str, ...]


@dataclass(frozen=True)
class Role:
    """What a template's role means to the two that call with it."""

    name: str
    """Its logical id."""
    service: tuple[Grant, ...]
    """To the Lambda service itself."""
    code: tuple[Grant, ...]
    """To the function's code."""


def caller(results: Iterable[CaseResult]) -> tuple[Grant, ...]:
    """What a principal of the account may do, by the results of a policy's cases."""
    own = [one for one in results if isinstance(one, DecisionResult) and one.case.by not in _ROLE]
    return _grants(own)


_ROLE = ("lambda", "function-code")
"""Who calls with an execution role, as cases name it."""


def role(snippet: Snippet, others: Mapping[str, Snippet]) -> Role:
    """What the execution role of a template allows the Lambda service and the function's code.

    Both make the requests that any case of the template, or of an AWS managed policy that it attaches, makes
    in the name of one of them.

    Args:
        snippet: the template.
        others: all snippets by name, for the managed policies.

    Raises:
        ValueError: its cases speak of no execution role, or of several.
    """
    own = [case for case in snippet.cases if isinstance(case, DecisionCase) and case.by in _ROLE]
    names = {case.role for case in own if case.role}
    if len(names) != 1:
        raise ValueError(f"{snippet.name}: the cases name {len(names)} execution roles, one expected")
    attached = [other for other in others.values() if other.aws_managed and other.aws_managed in snippet.text]
    managed = [
        case
        for other in attached
        for case in other.cases
        if isinstance(case, DecisionCase) and case.by in _ROLE
    ]
    (name,) = names
    by_call = {case.call: case for case in reversed([*own, *managed])}
    asked = [by_call[call] for call in dict.fromkeys(case.call for case in [*managed, *own])]
    subject = snippet.subject(snippet.source)

    def grants(by: By, word: str) -> tuple[Grant, ...]:
        return _grants([_as(case, by, word, name, own[0]).run(subject) for case in asked])

    return Role(name, grants(By.LAMBDA, "lambda"), grants(By.CODE, "function-code"))


def _as(case: DecisionCase, by: By, word: str, name: str, like: DecisionCase) -> DecisionCase:
    """The same call in the name of the service or of the code of one function."""
    request = build(
        case.call,
        case.request.resource,
        case.request.principal,
        by=by,
        settings=case.settings,
        vpc=case.vpc,
        source_function=placeholders.function_arn(like.function),
    )
    return replace(case, request=request, by=word, role=name, function=like.function, through=None)


def _grants(results: Iterable[DecisionResult]) -> tuple[Grant, ...]:
    """The actions by what decides them, in the order in which they are asked for."""
    decided: dict[str, tuple[str, bool]] = {}
    for result in results:
        decision = result.decision
        if decision is None or not decision.statement:
            continue
        before = decided.get(result.case.call)
        if before is None or (decision.allowed and not before[1]):
            decided[result.case.call] = (decision.statement, decision.allowed)
    found: dict[tuple[str, bool], list[str]] = {}
    for action, by in decided.items():
        found.setdefault(by, []).append(action)
    return tuple(Grant(statement, allowed, tuple(actions)) for (statement, allowed), actions in found.items())
