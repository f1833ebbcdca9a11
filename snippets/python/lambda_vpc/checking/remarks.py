"""What a reader should know about how the answers about a template came about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lambda_vpc.cloudformation.template import Template
from lambda_vpc.network.trace import Result, Unknown


@dataclass(frozen=True)
class Remark:
    """Something a reader should know about how the answers came about."""

    kind: str
    """`taken-by-default`, `left-open`, `valueless`, `region-open`, `unread-stack` or `rules-not-checked`."""
    names: tuple[str, ...] = ()
    """Of what: parameters, for `taken-by-default` with their values as `NAME=VALUE`; the nested stack."""
    why: str = ""
    """Of an `unread-stack`, in English."""


def remarks(template: Template, results: Sequence[Result]) -> Iterator[Remark]:
    """What was assumed, and what would settle what is open.

    Args:
        template: the template.
        results: the answers that were given about it.
    """
    if template.defaults:
        yield Remark(
            "taken-by-default", tuple(f"{name}={value}" for name, value in template.defaults.items())
        )
    if template.left_open:
        yield Remark("left-open", template.left_open)
    if template.valueless and any(isinstance(result, Unknown) for result in results):
        yield Remark("valueless", template.valueless)
    if any("AWS::Region" in result.scenario for result in results):
        yield Remark("region-open", ("AWS::Region",))
    for name, why in template.unread.items():
        yield Remark("unread-stack", (name,), why)
    if template.has_rules:
        yield Remark("rules-not-checked")
