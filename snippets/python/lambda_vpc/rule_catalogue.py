"""What the lint rules say of themselves, for the site's rules page."""

from __future__ import annotations

from lambda_vpc.rules import RULES, Rule


def rule_catalogue() -> tuple[Rule, ...]:
    """Every rule, by the number of its id."""
    return tuple(sorted(RULES.values(), key=lambda rule: (rule.id[1:], rule.id)))
