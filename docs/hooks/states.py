"""Function states as tables: `{{ function-states }}`, `{{ last-update-statuses }}`, `{{ reason-codes }}`."""

from __future__ import annotations

from collections.abc import Mapping

from mkdocs.structure.pages import Page

from directives import DirectiveError, Handler, expand
from facts import citation
from lambda_vpc.eni import Answer, State, function_states
from render import language_of, render


def _table(name: str, title: str, *, operations: bool) -> Handler:
    """A table of `lambda_vpc.eni.States`, with or without what becomes of each operation.

    Args:
        name: the attribute that holds the rows.
        title: the field of the API whose values these are.
        operations: whether the rows speak of operations.
    """

    def handler(argument: str, page: Page) -> str:
        if argument:
            raise DirectiveError(f"takes no argument, found '{argument}'; remove it")
        known = function_states()
        rows: Mapping[str, State] = getattr(known, name)
        return render(
            "states.html",
            language_of(page),
            title=title,
            rows=rows.values(),
            operations=known.operations if operations else (),
            answers=lambda row: _answers(row, known.operations),
            cite=lambda ids: citation(ids, language_of(page), page.file),
        )

    return handler


def _answers(row: State, operations: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]]:
    """The operations by what becomes of them in a state, answers without operations left out."""
    found = [
        (answer.value, tuple(name for name in operations if row.answer(name) is answer)) for answer in Answer
    ]
    return [(answer, names) for answer, names in found if names]


HANDLERS = {
    "function-states": _table("states", "State", operations=True),
    "last-update-statuses": _table("last_update_statuses", "LastUpdateStatus", operations=True),
    "reason-codes": _table("reason_codes", "StateReasonCode", operations=False),
}


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Expand this hook's directives."""
    return expand(markdown, page, HANDLERS)
