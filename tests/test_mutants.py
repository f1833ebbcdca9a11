"""Every word of a policy counts: change one, and a case or a lint rule notices.

Behavior is asked first, lint only about the changes that survive it.
"""

from __future__ import annotations

import copy
import functools
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from lambda_vpc.guide.snippet import POLICY_LAYERS, Snippet
from lambda_vpc.guide.spec import load
from lambda_vpc.iam.conditions import PolicyError
from lambda_vpc.reading import KeyPath
from lambda_vpc.rules import lint

ROOT = Path(__file__).parents[1]
POLICIES = {name: found for name, found in load(ROOT / "snippets").items() if found.kind in POLICY_LAYERS}

OTHER_OPERATOR = {
    "StringEquals": "StringNotEquals",
    "StringNotEquals": "StringEquals",
    "ArnLike": "ArnNotLike",
    "ArnNotLike": "ArnLike",
    "ArnEquals": "ArnNotEquals",
    "Null": "StringEquals",
    "ForAllValues:StringEquals": "ForAnyValue:StringEquals",
    "ForAnyValue:StringEquals": "ForAllValues:StringEquals",
    "ForAnyValue:StringNotEquals": "ForAllValues:StringNotEquals",
}


@dataclass(frozen=True)
class Mutant:
    """A policy that differs by one word or one missing part."""

    what: str
    path: KeyPath
    """Where it was changed."""
    policy: dict


def mutants(policy: dict) -> Iterator[Mutant]:
    """Every mutant of a policy."""

    def changed(what: str, position: int, change, *within: str) -> Mutant:
        mutant = copy.deepcopy(policy)
        change(mutant["Statement"][position], mutant["Statement"])
        return Mutant(what, ("Statement", position, *within), mutant)

    for position, statement in enumerate(policy["Statement"]):
        name = statement.get("Sid", f"Statement[{position}]")
        yield changed(f"{name} removed", position, lambda s, all_: all_.remove(s))
        other = "Deny" if statement["Effect"] == "Allow" else "Allow"
        yield changed(f"{name}: Effect", position, lambda s, _, other=other: s.update(Effect=other), "Effect")
        if "Sid" in statement:
            yield changed(f"{name}: Sid", position, lambda s, _: s.update(Sid=s["Sid"] + "X"), "Sid")
        for element in ("Action", "Resource"):
            for value, rest in _each(statement.get(element, [])):
                wrong = [*rest, value + "X" if value != "*" else "arn:aws:s3:::example"]
                what = f"{name}: {element} {value}"
                yield changed(what, position, lambda s, _, e=element, w=wrong: s.update({e: w}), element)
        for operator in statement.get("Condition", {}):
            where = ("Condition", operator)
            what = f"{name}: {operator}"
            yield changed(f"{what} removed", position, lambda s, _, o=operator: s["Condition"].pop(o), *where)
            if operator in OTHER_OPERATOR:
                yield changed(f"{what} changed", position, lambda s, _, o=operator: _rename(s, o), *where)
            for key, values in statement["Condition"][operator].items():

                def set_key(s, _, o=operator, k=key, w=None):
                    if w is None:
                        s["Condition"][o].pop(k)
                    else:
                        s["Condition"][o][k] = w

                yield changed(f"{what} {key} removed", position, set_key, *where, key)
                for value, rest in _each(values):
                    flipped = {"true": "false", "false": "true"}.get(value, value + "x")
                    change = functools.partial(set_key, w=[*rest, flipped])
                    yield changed(f"{what} {key} {value}", position, change, *where, key)


def _each(values: object) -> Iterator[tuple[str, list]]:
    """Each value with the others."""
    several = values if isinstance(values, list) else [values]
    for index, value in enumerate(several):
        yield value, several[:index] + several[index + 1 :]


def _rename(statement: dict, operator: str) -> None:
    condition = statement["Condition"]
    keys = condition.pop(operator)
    other = OTHER_OPERATOR[operator]
    condition[other] = {**condition.get(other, {}), **keys}


def noticed(snippet: Snippet, mutant: dict) -> bool:
    try:
        if any(not result.passed for result in snippet.run(replace(snippet.source, data=mutant))):
            return True
    except PolicyError:
        return True
    text = json.dumps(mutant, indent=2)
    return bool(lint(snippet.kind, text, snippet.path))


@pytest.mark.parametrize("snippet", POLICIES.values(), ids=list(POLICIES))
def test_a_change_of_one_word_is_noticed(snippet: Snippet):
    found = list(mutants(snippet.source.data))
    assert len(found) > 2
    survivors = [mutant for mutant in found if not noticed(snippet, mutant.policy)]
    exempt = {one.path: [] for one in snippet.no_effect}
    unexplained = []
    for mutant in survivors:
        covering = [path for path in exempt if mutant.path[: len(path)] == path]
        for path in covering:
            exempt[path].append(mutant)
        if not covering:
            unexplained.append(mutant.what)
    assert not unexplained, (
        f"{snippet.spec.path}: no case and no lint rule notices these changes; "
        f"add a case for each, take the words out, or say under 'no-effect' why they stay: {unexplained}"
    )
    needless = [one.key_path for one in snippet.no_effect if not exempt[one.path]]
    assert not needless, (
        f"{snippet.spec.path}: these lines have an effect; take them out of 'no-effect': {needless}"
    )
