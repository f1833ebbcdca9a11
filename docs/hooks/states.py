"""Function states as tables: `{{ function-states }}`, `{{ last-update-statuses }}`, `{{ reason-codes }}`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import groupby

from mkdocs.structure.pages import Page

from directives import Handler, expand, without_argument
from facts import citation
from lambda_vpc.eni import Answer, State, function_states
from page_links import language_of
from render import render


def _table(title: str, rows: Mapping[str, State], operations: tuple[str, ...] = ()) -> Handler:
    """A table of states.

    Args:
        title: the field of the API whose values these are.
        rows: the states by value.
        operations: the operations of which the rows speak.
    """

    def write(page: Page) -> str:
        return render(
            "states.html",
            language_of(page),
            title=title,
            rows=_together(rows.values()),
            operations=operations,
            exceptions=any(row.exceptions for row in rows.values()) and not operations,
            answers=lambda row: _answers(row, operations),
            cite=lambda ids: citation(ids, page),
        )

    return without_argument(write)


def _together(rows: Iterable[State]) -> list[list[State]]:
    """The rows in their order, neighbors that say the same in one group."""
    return [list(group) for _, group in groupby(rows, key=lambda row: replace(row, name=""))]


def _answers(row: State, operations: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]]:
    """The operations by what becomes of them in a state, answers without operations left out."""
    found = [
        (answer.value, tuple(name for name in operations if row.answer(name) is answer)) for answer in Answer
    ]
    return [(answer, names) for answer, names in found if names]


_KNOWN = function_states()

HANDLERS = {
    "function-states": _table("State", _KNOWN.states, _KNOWN.operations),
    "last-update-statuses": _table("LastUpdateStatus", _KNOWN.last_update_statuses, _KNOWN.operations),
    "reason-codes": _table("StateReasonCode", _KNOWN.reason_codes),
}


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Expand this hook's directives."""
    return expand(markdown, page, HANDLERS)
