"""E9804: a condition key that does not exist, or that the action's request never carries."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from cfnlint.template import Template

from lambda_vpc.iam import service_reference
from lambda_vpc.rules._policies import ConditionUse, Part, Path, Statement, matching_actions
from lambda_vpc.rules._rule import StatementRule


class UnsupportedConditionKey(StatementRule):
    """A condition key that does not exist or that the action does not support

    What:
        A condition tests a key that AWS does not list, or a key that AWS does not list for an action of the
        same statement. For an action with a wildcard, the rule speaks only when no matching action has the
        key. Operators that end in IfExists are accepted as long as one action has it.

    Why:
        A key that is never in the request makes an Allow dead and a Deny harmless. With a negated operator
        it is the other way round: the Allow has no limit, and the Deny always strikes. A misspelled or
        invented key does this to every action of the statement.

    Wrong:
        condition-keys/approved-vpc-allow#invented-key

    Right:
        condition-keys/approved-vpc-allow
        condition-keys/require-vpc
    """

    id = "E9804"
    shortdesc = "Condition key unknown or not supported by the action"
    description = "A condition key must exist, and each action of the statement must support it"
    source_url = (
        "https://docs.aws.amazon.com/service-authorization/latest/reference/"
        "reference_policies_actions-resources-contextkeys.html"
    )

    def findings(self, statement: Statement, cfn: Template) -> Iterator[tuple[Path, str]]:
        actions = [(part, matching_actions(part.value)) for part in statement.actions()]
        odd: dict[Path, tuple[Part, list[ConditionUse]]] = {}
        for use in statement.conditions():
            if use.known is None:
                if not use.from_identity_provider:
                    yield use.part.path, _unknown(use, actions)
                continue
            if not _listed_with_an_action(use.known.name):
                continue
            near = [(part, names) for part, names in actions if part.coexists(use.part) and names != ()]
            lacking = [
                part for part, names in near if names is not None and not _any_supports(names, use.key)
            ]
            if lacking and len(lacking) == len(near):
                yield use.part.path, _none_supports(statement.effect, use, lacking)
            elif not use.operator.if_exists:
                for part in lacking:
                    odd.setdefault(part.path, (part, []))[1].append(use)
        for path, (part, uses) in odd.items():
            yield path, _one_lacks(statement.effect, part.value, uses)


def _any_supports(names: tuple[str, ...], key: str) -> bool:
    return any(service_reference.supports(name, key) for name in names)


def _listed_with_an_action(key: str) -> bool:
    """Some services list keys without saying which action carries them: then nothing can be said."""
    return _any_supports(service_reference.actions(key.partition(":")[0]), key)


def _unknown(use: ConditionUse, actions: list[tuple[Part, tuple[str, ...] | None]]) -> str:
    services = {use.key.partition(":")[0], "aws"} | {part.value.partition(":")[0] for part, _ in actions}
    known = {key.lower(): key for service in services for key in service_reference.condition_keys(service)}
    near = difflib.get_close_matches(use.key.lower(), known, 1, 0.6)
    mend = (
        f"Did you mean '{known[near[0]]}'?" if near else "Use a key from the Service Authorization Reference."
    )
    return f"AWS lists no condition key '{use.key}': a key that does not exist is in no request. {mend}"


def _none_supports(effect: str | None, use: ConditionUse, lacking: list[Part]) -> str:
    names = list(dict.fromkeys(repr(str(part.value)) for part in lacking))
    subject = f"for {names[0]}" if len(names) == 1 else f"for any of {', '.join(names)}"
    return (
        f"AWS does not list the condition key '{use.key}' {subject}, so "
        f"{_CONSEQUENCE[effect, use.holds_when_absent]}. Use a key that is listed there{_offer(lacking)}."
    )


def _offer(lacking: list[Part]) -> str:
    sets = [service_reference.action(part.value) for part in lacking]
    if not all(sets):
        return ""
    common = frozenset.intersection(*(action.condition_keys for action in sets))
    names = sorted(key.name for name in common if (key := service_reference.condition_key(name)))
    return f" ({', '.join(names)})" if 0 < len(names) <= 8 else ""


def _one_lacks(effect: str | None, action: str, uses: list[ConditionUse]) -> str:
    keys = list(dict.fromkeys(str(use.key) for use in uses))
    answers = {use.holds_when_absent for use in uses}
    # The conditions of a statement are ANDed: one that never holds decides.
    holds = False if False in answers else None if None in answers else True
    noun = "key" if len(keys) == 1 else "keys"
    return (
        f"AWS does not list the condition {noun} {', '.join(map(repr, keys))} for '{action}', so "
        f"{_CONSEQUENCE[effect, holds]}. Give the action a statement of its own without the {noun}."
    )


_CONSEQUENCE = {
    ("Allow", False): "this statement never allows it",
    ("Allow", True): "the condition puts no limit on it",
    ("Deny", False): "this statement never denies it",
    ("Deny", True): "the condition spares no request of it",
    (None, False): "the condition never holds for it",
    (None, True): "the condition always holds for it",
    ("Allow", None): "the condition tells no request from another",
    ("Deny", None): "the condition tells no request from another",
    (None, None): "the condition tells no request from another",
}
