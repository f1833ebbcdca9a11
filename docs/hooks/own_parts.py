"""What the answers to a reader's own template and own policy have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lambda_vpc.checking.policies import LAYERS
from lambda_vpc.iam import RequestError
from lambda_vpc.reading import BadInput
from render import render

MOST = 50
"""Problems, findings and answers that are listed."""


@dataclass(frozen=True)
class Shown:
    """What a page shows of a text."""

    form: str | None
    """The choices, as HTML; `None`: those that are shown stay."""
    html: str
    lines: Sequence[int]


@dataclass(frozen=True)
class Given:
    """What the fields of the form have; blanks around a value are nobody's intention."""

    fields: Mapping[str, str] = field(default_factory=dict)

    def text(self, name: str, default: str = "") -> str:
        """The text of a field."""
        return self.fields.get(name, default).strip()

    def one_of(self, name: str, known: Sequence[str], default: str = "") -> str:
        """The value of a field that has a list, the default where it is not in it any more."""
        found = self.fields.get(name, default)
        return found if found in known else default

    def names(self, name: str, default: str = "") -> tuple[str, ...]:
        """Several words of a field, with commas or blanks between them."""
        return tuple(self.text(name, default).replace(",", " ").split())

    def beginning(self, prefix: str) -> dict[str, str]:
        """The fields whose names begin so, by the rest of the name, without the empty ones."""
        return {
            name.removeprefix(prefix): value
            for name, value in self.fields.items()
            if name.startswith(prefix) and value
        }


def refused(error: BadInput | RequestError, language: str, form: str | None = None) -> Shown:
    """What a page shows where there is no answer: what is wrong, and how it is mended.

    Args:
        error: of a text, or of what was chosen.
        language: `ja` or `en`.
        form: the choices, as HTML, as far as the text has any.
    """
    if isinstance(error, RequestError):
        return Shown(form, render("own-refused.html", language, message=str(error)), [])
    problems, more = error.problems[:MOST], len(error.problems) - MOST
    html = render("own-unread.html", language, problems=problems, more=more, layers=LAYERS)
    return Shown(form, html, [one.line for one in problems if one.path not in LAYERS])
