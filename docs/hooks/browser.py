"""What the page asks of Python in the browser: a question as JSON, and the answer as JSON.

`docs/theme/assets/change/worker.js` calls `ask`; nothing else passes between the page and Python. `begin` is
called once, and `warm_up` before anything of the reader's is there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from types import ModuleType

import changed
import proofs
import render
import service_data
from lambda_vpc.guide.languages import LANGUAGES
from lambda_vpc.iam import service_reference
from lambda_vpc.sentences import Code, sentence
from rule_titles import titles


@dataclass
class _Open:
    """The snippet that is being changed."""

    change: changed.Change | None = None


_open = _Open()


def begin() -> None:
    """Take the data of services from the file that a browser has them in."""
    service_data.serve((render.DOCS / "service-data.txt").read_text("utf-8"))


def warm_up() -> None:
    """Read what answers need, so that it is in the memory that a browser keeps for the next visit."""
    _own()
    for language in LANGUAGES:
        titles(language)
        sentence(next(iter(Code)), language)
    render.prepare("change", "own-", "case-", "wrong-")
    service_reference.action("lambda:CreateFunction")
    service_reference.condition_key("lambda:VpcIds")


def ask(question: str) -> str:
    """Answer a question.

    Args:
        question: JSON, `{"ask": NAME, …}`; the names are those of `ANSWERS`.

    Returns:
        JSON: the answer, or `{"fault": WORDS}` when the code itself failed.
    """
    asked = json.loads(question)
    try:
        answer = ANSWERS[asked.pop("ask")](**asked)
    except Exception as fault:  # the page says it in a sentence
        answer = {"fault": type(fault).__name__}
    return json.dumps(answer)


def open_snippet(name: str, language: str, files: Mapping[str, dict]) -> dict:
    """Begin with the proven text of a snippet.

    Args:
        name: `TOPIC/NAME`.
        language: `ja` or `en`.
        files: the snippet and those that its cases need, as `proofs.packed` makes them.
    """
    snippet = proofs.unpacked(files)[name]
    _open.change = changed.Change(snippet, language)
    return {"text": snippet.text} | asdict(_open.change.answer(snippet.text))


def change_snippet(text: str, case: str | None = None) -> dict:
    """What comes out for a text in the place of the snippet that was opened.

    Args:
        text: the whole file.
        case: id of the case that is drawn.
    """
    assert _open.change is not None
    return asdict(_open.change.answer(text, case))


def answer_own(**asked: object) -> dict:
    """What is to be said of a reader's own text; see `own.answer`."""
    return _own().answer(**asked)


def _own() -> ModuleType:
    # Imported when first asked for: the page of a snippet has its answer sooner.
    import own

    return own


ANSWERS: Mapping[str, Callable[..., dict]] = {
    "open": open_snippet,
    "change": change_snippet,
    "own": answer_own,
}
"""What can be asked, by its name."""
