"""E9804: a condition key that does not exist, or that the action's request never carries."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from lambda_vpc.iam import service_reference
from lambda_vpc.reading import KeyPath
from lambda_vpc.rules._policies import ConditionUse, Statement, matching_actions
from lambda_vpc.rules._rule import Finding, statement_rule
from lambda_vpc.rules._subject import Subject
from lambda_vpc.rules._written import Written


@statement_rule(
    "E9804",
    "https://docs.aws.amazon.com/service-authorization/latest/reference/"
    "reference_policies_actions-resources-contextkeys.html",
)
def unsupported_condition_key(statement: Statement, _: Subject) -> Iterator[Finding]:
    """Condition key unknown or not supported by the action

    What:
        A condition tests a key that does not exist, or a key that AWS does not list for an action of the same
        statement. For an action with a wildcard, the rule reports only when no matching action has the key.
        Operators that end in IfExists are accepted as long as one action has it. AWS's lists have gaps. Of
        the keys that are in no list, the rule reports only those of Lambda and those spelled almost like a
        listed key. Where another action of the statement has the key, it reports only actions of Lambda and
        EC2.

    Why:
        A key that is never in the request makes an Allow grant nothing and a Deny stop nothing. With a
        negated operator it is the other way around: the Allow has no limit, and the Deny always applies. A
        misspelled or invented key does this to every action of the statement.

    Wrong:
        condition-keys/approved-vpc-allow#invented-key

    Right:
        condition-keys/approved-vpc-allow
        condition-keys/require-vpc
    """
    actions = [(part, matching_actions(part.value)) for part in statement.actions()]
    odd: dict[KeyPath, tuple[Written, list[ConditionUse]]] = {}
    for use in statement.conditions():
        if use.known is None:
            if not use.from_identity_provider and _is_judged(use, actions):
                yield Finding(use.part.path, _unknown(use, actions))
            continue
        if not _listed_with_an_action(use.known.name):
            continue
        near = [(part, names) for part, names in actions if part.coexists(use.part) and names != ()]
        lacking = [part for part, names in near if names is not None and not _any_supports(names, use.key)]
        if lacking and len(lacking) == len(near):
            yield Finding(use.part.path, _none_supports(statement.effect, use, lacking))
        elif not use.operator.if_exists:
            for part in filter(_is_listed_whole, lacking):
                odd.setdefault(part.path, (part, []))[1].append(use)
    for path, (part, uses) in odd.items():
        yield Finding(path, _one_lacks(statement.effect, part.value, uses))


Actions = list[tuple[Written, tuple[str, ...] | None]]
"""The actions written out in a statement, each with those that it names."""


def _any_supports(names: tuple[str, ...], key: str) -> bool:
    return any(service_reference.supports(name, key) or _has_family(name, key) for name in names)


def _has_family(action: str, key: str) -> bool:
    """Whether an action lists the key's family by another spelling: `ssm:resourceTag/tag-key`."""
    found = service_reference.action(action)
    family, slash, _ = key.lower().partition("/")
    return bool(slash and found) and any(k.partition("/")[0] == family for k in found.condition_keys)


def _listed_with_an_action(key: str) -> bool:
    """Some services list keys without saying which action carries them: then nothing can be said.

    AWS Marketplace lists only a part; AWS's own managed policies test `aws-marketplace:ProductId` for
    `aws-marketplace:Subscribe`.
    """
    service = key.partition(":")[0]
    return service != "aws-marketplace" and _any_supports(service_reference.actions(service), key)


def _nearest(use: ConditionUse, actions: Actions, cutoff: float) -> str | None:
    """The listed key that a key is nearest to, of its own service, the statement's services and `aws`."""
    services = {use.key.partition(":")[0], "aws"} | {part.value.partition(":")[0] for part, _ in actions}
    known = {key.lower(): key for service in services for key in service_reference.condition_keys(service)}
    near = difflib.get_close_matches(use.key.lower(), known, 1, cutoff)
    return known[near[0]] if near else None


def _is_judged(use: ConditionUse, actions: Actions) -> bool:
    """Whether a key that AWS does not list certainly does not exist.

    The lists are not complete: services send keys such as `aws:SourceOwner` that the list of global keys
    leaves out, and AWS's own managed policies test some more. Lambda's list is held against its
    documentation (facts K01 and K02); elsewhere only the near miss of a listed key is one.
    """
    return use.key.lower().startswith("lambda:") or _nearest(use, actions, 0.85) is not None


def _is_listed_whole(action: Written) -> bool:
    """Whether the keys that AWS lists for an action are all it has.

    So it is for Lambda and EC2, which document it (facts K02 and R05). For an action of another service,
    beside one that has the key, it may be a gap of the list: AWS's own managed policies are written so.
    """
    return action.value.lower().startswith(("ec2:", "lambda:"))


def _unknown(use: ConditionUse, actions: Actions) -> str:
    near = _nearest(use, actions, 0.6)
    mend = f"Did you mean '{near}'?" if near else "Use a key from the Service Authorization Reference."
    return f"AWS lists no condition key '{use.key}': a key that does not exist is in no request. {mend}"


def _none_supports(effect: str | None, use: ConditionUse, lacking: list[Written]) -> str:
    names = list(dict.fromkeys(repr(str(part.value)) for part in lacking))
    subject = f"for {names[0]}" if len(names) == 1 else f"for any of {', '.join(names)}"
    return (
        f"AWS does not list the condition key '{use.key}' {subject}, so "
        f"{_CONSEQUENCE[effect, use.holds_when_absent]}. Use a key that is listed there{_offer(lacking)}."
    )


def _offer(lacking: list[Written]) -> str:
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
