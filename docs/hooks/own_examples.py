"""What a reader can start from on the page for their own templates and policies: the guide's own examples.

Their texts are loaded with the checker, so that none is asked for afterwards. Each is asked what one of its
cases asks, a mistake what finds it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from mkdocs.exceptions import PluginError

import bundle
import own_policy
from lambda_vpc.guide import addresses
from lambda_vpc.guide.cases import Case
from lambda_vpc.guide.cases.decision import DecisionCase
from lambda_vpc.guide.cases.trace import TraceCase
from lambda_vpc.guide.snippet import POLICY_LAYERS, Snippet, Wrong
from lambda_vpc.iam.request import By, Settings

FILE = "assets/own/examples.bin"
"""Below the site's root: the texts by their names, with what is chosen for each."""

NAMES = (
    "network/nat-per-az",
    "network/nat-per-az#both-to-one-nat",
    "network/dual-stack",
    "network/endpoints-interface",
    "network/endpoints-interface#private-dns-off",
    "network/database-postgres",
    "network/database-postgres#rule-on-function-group",
    "network/attach-existing-vpc",
    "condition-keys/approved-vpc-guardrail",
    "condition-keys/approved-vpc-guardrail#plain-string-not-equals",
    "condition-keys/require-vpc",
    "condition-keys/approved-vpc-scp",
    "permissions/deny-function-code",
    "permissions/deny-function-code#string-with-wildcard",
)
"""Snippets, and wrong variants of them, in the order in which they are listed."""


@dataclass(frozen=True)
class Example:
    """A text to start from."""

    name: str
    snippet: Snippet
    wrong: Wrong | None
    case: Case | None
    """What is asked of it at first."""

    @property
    def kind(self) -> str:
        """`template` or `policy`."""
        return "template" if self.snippet.kind == "template" else "policy"

    @property
    def text(self) -> str:
        """The whole file."""
        return (self.wrong or self.snippet).text

    @property
    def chosen(self) -> dict[str, str]:
        """What the fields of the form have for it, by their names."""
        return {"kind": self.kind} | (_of_template if self.kind == "template" else _of_policy)(self)


def examples(snippets: Mapping[str, Snippet]) -> list[Example]:
    """The examples, in their order.

    Args:
        snippets: all of them, by name.

    Raises:
        PluginError: there is no such snippet, or it has no such variant.
    """
    found = []
    for name in NAMES:
        base, variant = addresses.split(name)
        snippet = snippets.get(base)
        wrongs = {one.name: one for one in snippet.wrong} if snippet else {}
        if snippet is None or (variant and variant not in wrongs):
            raise PluginError(
                f"docs/hooks/own_examples.py: there is no '{name}' under snippets/; "
                "take the name out of NAMES, or write the new one"
            )
        wrong = wrongs[variant] if variant else None
        asked = [case for case in snippet.cases if isinstance(case, TraceCase | DecisionCase)]
        caught = [case for case in asked if wrong and case.id == wrong.caught_by]
        found.append(Example(name, snippet, wrong, next(iter([*caught, *asked]), None)))
    return found


def packed(snippets: Mapping[str, Snippet]) -> bytes:
    """What the page loads: `{NAME: {text, chosen}}` as JSON, compressed."""
    texts = {one.name: {"text": one.text, "chosen": one.chosen} for one in examples(snippets)}
    return bundle.compressed(json.dumps(texts, ensure_ascii=False, sort_keys=True).encode())


def _of_template(example: Example) -> dict[str, str]:
    case = example.case
    if not isinstance(case, TraceCase):
        return {}
    place, _, port = case.destination.partition(":")
    internet = place.startswith("internet-")
    return {
        "function": case.function,
        "destination": place if internet else case.destination,
        "port": port if internet else "",
        "without_az": case.without_az or "",
        **{f"parameter:{name}": value for name, value in case.parameters.items()},
    }


def _of_policy(example: Example) -> dict[str, str]:
    case = example.case
    layer = POLICY_LAYERS[example.snippet.kind]
    found = {"as": layer}
    for companion in example.snippet.with_companions():
        managed = [field for field, name in own_policy.BESIDES.items() if companion.name.endswith(f"/{name}")]
        other = f"{own_policy.OTHER}{POLICY_LAYERS[companion.kind]}"
        found |= {managed[0]: "yes"} if managed else {other: companion.text}
    if not isinstance(case, DecisionCase):
        return found
    by = {"function-code": By.CODE, "lambda": By.LAMBDA}.get(case.by, By.CALLER)
    found |= {
        "action": case.call,
        "principal": case.request.principal,
        "by": by.value,
        "settings": case.settings.value,
    }
    if case.settings in (Settings.GIVEN, Settings.UNCHANGED) and case.vpc is not None:
        found |= {
            "subnets": ", ".join(case.vpc.subnets),
            "groups": ", ".join(case.vpc.security_groups),
            "vpc": case.vpc.vpc or "",
        }
    return found
