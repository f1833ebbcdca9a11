"""The words of a picture, of `words.yaml`, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from lambda_vpc import own_data

_GROUPS: Mapping[str, Mapping[str, Mapping[str, str]]] = own_data.load(Path(__file__).with_name("words.yaml"))

LANGUAGES = ("ja", "en")
_PARAMETER = re.compile(r"parameter ([A-Za-z0-9]+)")


class Words:
    """The words in one language."""

    def __init__(self, language: str) -> None:
        """Take a language, `ja` or `en`.

        Raises:
            KeyError: no such language.
        """
        if language not in LANGUAGES:
            raise KeyError(language)
        self.language = language

    def __call__(self, key: str, **values: object) -> str:
        """A word or sentence by `group.name`, with its values filled in.

        Raises:
            KeyError: no such word, or a value is missing.
        """
        group, name = key.split(".")
        return _GROUPS[group][name][self.language].format(**values)

    def named(self, name: str) -> str:
        """A record's name as the reader knows it: a parameter is said in the language."""
        match = _PARAMETER.fullmatch(name)
        return self("label.parameter", name=match[1]) if match else name

    def bare(self, name: str) -> str:
        """A record's name for a box: a parameter by its own name alone."""
        match = _PARAMETER.fullmatch(name)
        return match[1] if match else name

    def listed(self, names: list[str]) -> str:
        """Names one after the other."""
        return self("text.between").join(names)
