"""The two languages of the guide, equals: every text exists in both."""

from __future__ import annotations

from collections.abc import Mapping

LANGUAGES = ("ja", "en")

Text = Mapping[str, str]
"""A text by language."""

_BETWEEN_SENTENCES = {"ja": "", "en": " "}


def other(language: str) -> str:
    """The language that is not this one."""
    return next(one for one in LANGUAGES if one != language)


def joined(text: Text) -> dict[str, str]:
    """A text that is written one sentence per line, its lines joined as each language joins them."""
    return {
        language: _BETWEEN_SENTENCES[language].join(written.split("\n")).strip()
        for language, written in text.items()
    }
