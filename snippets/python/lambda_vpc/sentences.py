"""Reasons as codes with their sentences: what is so and, where something mends it, how, in both languages.

The codes and the sentences stand in `sentences.yaml`, nowhere else. A module that gives a reason writes
`Code.NO_DEFAULT_ROUTE`; a misspelled one is an `AttributeError`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from lambda_vpc import own_data

_GROUPS: Mapping[str, Mapping[str, Mapping[str, Mapping[str, str]]]] = own_data.load(
    Path(__file__).with_name("sentences.yaml")
)

_TEXTS = {code: texts for group in _GROUPS.values() for code, texts in group.items()}

Code = StrEnum("Code", {code.upper().replace("-", "_"): code for code in _TEXTS}, module=__name__)
Code.__doc__ = (
    "Every reason the checker gives; its value, as `no-default-route`, is what specs and JSON write."
)

GROUPS: Mapping[str, frozenset[Code]] = {name: frozenset(map(Code, group)) for name, group in _GROUPS.items()}
"""The codes by what they speak of: `decision` (of policies), `obstacle` and `note` (of a way)."""

_BETWEEN = {"ja": "。", "en": "; "}


def reason(code: str, language: str) -> str:
    """What is so, as a clause without full stop.

    Args:
        code: a `Code` or its value.
        language: `ja` or `en`.

    Raises:
        KeyError: no such code, or no such language.
    """
    return _TEXTS[code]["reason"][language]


def mend(code: str, language: str) -> str:
    """What to do about it, as a clause without full stop; empty where nothing mends it or nothing is wrong.

    Raises:
        KeyError: no such code, or no such language.
    """
    texts = _TEXTS[code].get("mend")
    return texts[language] if texts else ""


def sentence(code: str, language: str) -> str:
    """Reason and mend in one line, joined as the language joins clauses; raises like `reason`."""
    return _BETWEEN[language].join(filter(None, (reason(code, language), mend(code, language))))
