"""What a reader's own text leads to, as HTML: what it is, what can be chosen for it, and the answer.

MkDocs is not needed: this runs in the reader's browser. The judging is [`lambda_vpc.checking`]'s, so that the
answers are those of the command line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

import own_policy
import own_template
from lambda_vpc.reading import BadInput
from own_parts import Given, refused

# In YAML at the beginning of a line, in JSON anywhere.
_STATEMENT = re.compile(r'^Statement\s*:|"Statement"\s*:', re.MULTILINE)
_RESOURCES = re.compile(r'^Resources\s*:|"Resources"\s*:', re.MULTILINE)


def answer(text: str, language: str, chosen: Mapping[str, str] | None = None) -> dict:
    """What is said of a text.

    Args:
        text: a template or a policy, JSON or YAML.
        language: `ja` or `en`.
        chosen: what the form that was shown has in its fields, by their names; what is not there is taken as
            the form has it at first. Fields of another kind of text count for nothing.

    Returns:
        `kind`: what the text is; `form`: its choices, as HTML, or `None` where they stay as they are; `html`:
        the answer; `lines`: lines of the text, from 1, that something is said of.
    """
    kind = kind_of(text)
    given = Given(chosen if chosen and chosen.get("kind") == kind else {})
    try:
        shown = (own_policy if kind == "policy" else own_template).answer(text, language, given)
    except BadInput as bad:
        shown = refused(bad, language)
    return {"kind": kind, "form": shown.form, "html": shown.html, "lines": list(dict.fromkeys(shown.lines))}


def kind_of(text: str) -> str:
    """Whether a text is a `policy` or a `template`, by what stands at its top, else a template.

    Args:
        text: JSON or YAML, well-formed or not.
    """
    try:
        top = json.loads(text)
    except (ValueError, RecursionError):
        return "policy" if _STATEMENT.search(text) and not _RESOURCES.search(text) else "template"
    return "policy" if isinstance(top, dict) and "Statement" in top and "Resources" not in top else "template"
