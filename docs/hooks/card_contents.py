"""What a card shows of a snippet that has no picture: its statements, its resources, or its code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from card_layout import ROOM, Row, height
from lambda_vpc.guide.snippet import POLICY_LAYERS, Snippet

_ACTIONS = (6, 4, 3, 2, 1)
"""How many actions of a statement are shown: as many as have room."""
_SEVERAL = 4
"""Resources of a template of which the names say what it is."""
_LINES = 18
"""Lines of code; more have no room."""


def rows(snippet: Snippet) -> tuple[Row, ...]:
    """The lines on the right of a snippet's card, where no picture stands."""
    if snippet.kind in POLICY_LAYERS:
        return _policy(_several(snippet.source.data.get("Statement")))
    resources = snippet.source.data.get("Resources") if snippet.kind == "template" else None
    if resources and len(resources) >= _SEVERAL:
        return tuple(_resources(resources))
    # Of a template that has few, what they are.
    text = snippet.text[snippet.text.index("Resources") :] if resources else snippet.text
    return tuple(_code(text))


def _policy(statements: list[Mapping]) -> tuple[Row, ...]:
    for most in _ACTIONS:
        shown = [tuple(_statement(one, most)) for one in statements]
        found = tuple(row for one in shown for row in one)
        if height(found) <= ROOM:
            return found
    # Of what is left only the number.
    while shown and height(found) > ROOM:
        shown.pop()
        left = Row(f"+{len(statements) - len(shown)}", "minor")
        found = (*(row for one in shown for row in one), left)
    return found


def _statement(statement: Mapping, most: int) -> Iterable[Row]:
    effect = str(statement.get("Effect", ""))
    yield Row(f"{effect} {statement.get('Sid', '')}".strip(), effect.lower() if effect == "Deny" else "allow")
    for key in ("Action", "NotAction"):
        actions = _several(statement.get(key))
        before = "" if key == "Action" else f"{key}: "
        # The number of the others takes a line as well.
        shown = actions if len(actions) <= most + 1 else actions[:most]
        for action in shown:
            yield Row(f"{before}{action}", "code", 1)
        if len(shown) < len(actions):
            yield Row(f"+{len(actions) - len(shown)}", "minor", 1)
    keys = (key for tested in (statement.get("Condition") or {}).values() for key in tested)
    for key in dict.fromkeys(keys):
        yield Row(f"if {key}", "minor", 1)


def _resources(resources: Mapping) -> Iterable[Row]:
    """Names and types."""
    for name, resource in resources.items():
        kind = resource.get("Type", "") if isinstance(resource, Mapping) else ""
        yield Row(str(name), "name")
        yield Row(str(kind), "minor")


def _code(text: str) -> Iterable[Row]:
    for line in text.splitlines()[:_LINES]:
        yield Row(line.strip(), "code", (len(line) - len(line.lstrip())) // 2)


def _several(written: object) -> list:
    if written is None:
        return []
    return written if isinstance(written, list) else [written]
