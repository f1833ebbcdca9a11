"""Read IAM policy documents by IAM's grammar, and match a statement's action and resource.

Source: IAM User Guide, "IAM JSON policy element reference".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lambda_vpc.answers import Answer, Undetermined, either
from lambda_vpc.iam import arns
from lambda_vpc.iam.conditions import (
    Condition,
    Context,
    MayCarry,
    PolicyError,
    parse_operator,
    substitute,
    texts,
    unresolved_variable,
)
from lambda_vpc.iam.patterns import Glob, glob
from lambda_vpc.reading import near

Document = Mapping[str, object]
"""A policy document as JSON gives it."""

# A dict is tried first, because the check for a Mapping is slow.
_OBJECT = (dict, Mapping)
_ELEMENTS = (
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource",
    "Condition",
)  # fmt: skip


@dataclass(frozen=True)
class Statement:
    """One statement, read once and ready to be matched often."""

    name: str
    allow: bool
    actions: tuple[Glob, ...]
    written_actions: tuple[str, ...]
    not_action: bool
    resources: tuple[str, ...]
    not_resource: bool
    conditions: tuple[Condition, ...]
    variables: bool
    principals: Mapping[str, tuple[str, ...]] | None
    not_principal: bool
    policy: str = ""
    """How its policy is named to the reader, such as by its file."""

    def covers_action(self, action: str) -> bool:
        """Whether `Action` or `NotAction` covers a lower-case action; an empty list covers nothing."""
        if not self.actions:
            return False
        return any(pattern.fullmatch(action) for pattern in self.actions) is not self.not_action

    def covers_resource(
        self, resource: str, context: Context, may_carry: MayCarry, *, completes: bool
    ) -> Answer:
        """Whether `Resource` or `NotResource` covers a resource; an empty list covers nothing.

        Args:
            resource: ARN of the resource, or `*`.
            context: the request context, for policy variables.
            may_carry: whether a key missing from the context may be present in the real request.
            completes: whether AWS documents that it completes ARNs with fewer than six parts in this policy.
        """
        if not self.resources:
            return False
        answers: list[Answer] = []
        unresolved: Undetermined | None = None
        for pattern in self.resources:
            if self.variables and "${" in pattern:
                if pattern.partition("${")[0].count(":") < arns.PARTS - 1:
                    replaced = Undetermined(f"{pattern}: a variable before the fifth colon")
                else:
                    replaced = substitute(pattern, context, may_carry)
                if not isinstance(replaced, str):
                    answers.append(False if replaced is None else replaced)
                    unresolved = unresolved_variable(replaced, pattern)
                    continue
                pattern = replaced
            answers.append(_covers(pattern, resource, completes))
        found = either(answers)
        if unresolved is not None and (self.not_resource or found is not False):
            # Documented: such a variable matches nothing and "might" make the whole statement invalid.
            # Where the two readings differ, there is no answer.
            return unresolved
        return (found is not self.not_resource) if isinstance(found, bool) else found


def _covers(pattern: str, resource: str, completes: bool) -> Answer:
    """Whether one ARN pattern, its variables replaced, covers a resource."""
    if arns.resource_glob(pattern).fullmatch(resource):
        doubt = arns.doubt(pattern)
        return Undetermined(doubt) if doubt else True
    if not arns.is_incomplete(pattern) or not arns.resource_glob(arns.completed(pattern)).fullmatch(resource):
        return False
    if completes:
        return True
    return Undetermined(
        f"whether AWS completes '{pattern}' outside of identity-based policies is not documented; "
        f"write '{arns.completed(pattern)}'"
    )


MAX_LENGTH = 100_000
"""Characters of one pattern or value; longer ones could only keep the matcher busy."""


def _short(values: tuple[str, ...], where: str) -> tuple[str, ...]:
    if any(len(value) > MAX_LENGTH for value in values):
        raise PolicyError(f"{where}: a text is longer than {MAX_LENGTH:,} characters; write a shorter one")
    return values


def _texts(value: object, where: str) -> tuple[str, ...]:
    if isinstance(value, str):
        return _short((value,), where)
    values = value if isinstance(value, (list, tuple)) else (value,)
    if not all(isinstance(item, str) for item in values):
        raise PolicyError(f"{where}: expected a text or a list of texts")
    return _short(tuple(values), where)


def _resources(value: object, where: str) -> tuple[str, ...]:
    found = _texts(value, where)
    for pattern in found:
        if mistake := arns.mistake(pattern):
            raise PolicyError(f"{where}: {mistake}")
    return found


def _actions(value: object, where: str) -> tuple[str, ...]:
    found = _texts(value, where)
    for name in found:
        if name != "*" and ":" not in name:
            raise PolicyError(f"{where}: '{name}' has no service prefix (expected service:Action)")
    return found


def _only(source: Mapping, known: tuple[str, ...], where: str) -> None:
    for key in source:
        if key not in known:
            raise PolicyError(f"{where}: unknown element '{key}'{near(str(key), known)}")


def _one_of(statement: Mapping, where: str, *names: str) -> str | None:
    found = [name for name in names if name in statement]
    if len(found) > 1:
        raise PolicyError(f"{where}: {' and '.join(found)} exclude each other")
    return found[0] if found else None


def parse_statement(source: object, position: int, *, variables: bool, policy: str = "") -> Statement:
    """Read one statement of a policy document.

    Args:
        source: the statement as JSON gives it.
        position: its place in the document, from 0; names it when it has no Sid.
        variables: whether the policy's version knows policy variables.
        policy: how the policy is named to the reader.

    Raises:
        PolicyError: an element is missing, unknown or malformed; the message names it.
    """
    where = f"Statement[{position}]"
    if not isinstance(source, _OBJECT):
        raise PolicyError(f"{where}: expected an object")
    _only(source, _ELEMENTS, where)
    if source.get("Effect") not in ("Allow", "Deny"):
        raise PolicyError(f"{where}.Effect: must be Allow or Deny")
    action = _one_of(source, where, "Action", "NotAction")
    if action is None:
        raise PolicyError(f"{where}: Action or NotAction is missing")
    resource = _one_of(source, where, "Resource", "NotResource")
    principal = _one_of(source, where, "Principal", "NotPrincipal")
    if resource is None and principal is None:
        raise PolicyError(f"{where}: Resource or NotResource is missing")
    written = _actions(source[action], f"{where}.{action}")
    return Statement(
        name=str(source.get("Sid") or where),
        allow=source["Effect"] == "Allow",
        actions=tuple(glob(name.lower()) for name in written),
        written_actions=written,
        not_action=action == "NotAction",
        resources=_resources(source[resource], f"{where}.{resource}") if resource else ("*",),
        not_resource=resource == "NotResource",
        conditions=_conditions(source.get("Condition", {}), f"{where}.Condition", variables),
        variables=variables,
        principals=_principals(source[principal], f"{where}.{principal}") if principal else None,
        not_principal=principal == "NotPrincipal",
        policy=policy,
    )


def _conditions(source: object, where: str, variables: bool) -> tuple[Condition, ...]:
    if not isinstance(source, _OBJECT):
        raise PolicyError(f"{where}: expected an object")
    found = []
    for written, keys in source.items():
        try:
            parsed = parse_operator(str(written))
        except PolicyError as error:
            raise PolicyError(f"{where}: {error}") from None
        if not isinstance(keys, _OBJECT):
            raise PolicyError(f"{where}.{written}: expected an object of condition keys")
        first: dict[str, str] = {}
        for key, values in keys.items():
            # The names of condition keys have no letter case, so these are one.
            if first.setdefault(str(key).lower(), str(key)) != key:
                raise PolicyError(
                    f"{where}.{written}: '{first[str(key).lower()]}' and '{key}' are the same key; keep one"
                )
            try:
                known = texts(values)
            except ValueError as error:
                raise PolicyError(f"{where}.{written}.{key}: {error}") from None
            known = _short(known, f"{where}.{written}.{key}")
            found.append(Condition(parsed, str(key), known, variables))
    return tuple(found)


def _principals(source: object, where: str) -> Mapping[str, tuple[str, ...]]:
    if source == "*":
        return {"AWS": ("*",)}
    if not isinstance(source, _OBJECT):
        raise PolicyError(f'{where}: expected "*" or an object such as {{"Service": "lambda.amazonaws.com"}}')
    known = ("AWS", "Service", "Federated", "CanonicalUser")
    for kind in source:
        if kind not in known:
            raise PolicyError(
                f"{where}: unknown principal type '{kind}' (expected one of {', '.join(known)})"
            )
    return {kind: _texts(values, f"{where}.{kind}") for kind, values in source.items()}


@dataclass(frozen=True)
class Policy:
    """A policy document, read once and ready to be decided with often."""

    statements: tuple[Statement, ...]

    @staticmethod
    def parse(document: Document | Policy, name: str = "") -> Policy:
        """Read a policy document.

        Args:
            document: as JSON gives it; a policy already read is handed back.
            name: how it is named to the reader, which decisions pass on.

        Raises:
            PolicyError: the document is not one IAM's grammar knows; the message names the element.
        """
        if isinstance(document, Policy):
            return document
        if not isinstance(document, _OBJECT) or "Statement" not in document:
            raise PolicyError("a policy needs a Statement element")
        _only(document, ("Version", "Id", "Statement"), "policy")
        version = document.get("Version", "2008-10-17")
        if version not in ("2008-10-17", "2012-10-17"):
            raise PolicyError(
                f"Version: '{version}' is not a version of the policy language (use 2012-10-17)"
            )
        source = document["Statement"]
        sources = source if isinstance(source, list | tuple) else [source]
        variables = version == "2012-10-17"
        return Policy(
            tuple(
                parse_statement(item, position, variables=variables, policy=name)
                for position, item in enumerate(sources)
            )
        )


@dataclass(frozen=True)
class AttachedPolicy:
    """A policy document, where it is attached, and as what."""

    layer: str
    """`identity`, `boundary`, `scp`, `resource` or `endpoint`."""
    data: object
    attach_to: tuple[str, ...]
    """ARNs of the principals an identity policy or a boundary is attached to; empty for other layers."""
