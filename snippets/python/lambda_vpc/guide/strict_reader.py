"""Reads the entries of one file strictly, and collects every problem with its place before it gives up.

The one form for all of the guide's own data: specs, facts and terms.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from lambda_vpc.guide.languages import LANGUAGES, Text
from lambda_vpc.reading import BadInput, KeyPath, Problem, Source, suggestion

ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
"""Names that become part of addresses."""


class StrictReader:
    """One file being read."""

    def __init__(self, file: Source) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def problem(self, path: KeyPath, message: str) -> None:
        """Note a problem at an entry of the file."""
        self.problems.append(self.file.problem(path, message))

    def finish(self) -> None:
        """End of the file.

        Raises:
            BadInput: every problem that was noted.
        """
        if self.problems:
            raise BadInput(self.problems)

    def fields(self, value: object, path: KeyPath, known: Mapping[str, bool]) -> Mapping:
        """A mapping with only known keys, `True` for those it must have; an empty one when it is none."""
        if not isinstance(value, Mapping):
            self.problem(path, f"expected a mapping with {', '.join(known)}")
            return {}
        for key in value:
            if key not in known:
                self.problem((*path, key), f"unknown key '{key}'{suggestion(str(key), list(known))}")
        for key, required in known.items():
            if required and key not in value:
                self.problem(path, f"'{key}' is missing; add it")
        return value

    def mapping(self, value: object, path: KeyPath) -> Mapping:
        """A mapping with any keys; an empty one when it is none."""
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            self.problem(path, "expected a mapping")
            return {}
        return value

    def text(self, value: object, path: KeyPath) -> Text:
        """A mapping that is a text in both languages and nothing else."""
        return self.texts(self.fields(value, path, dict.fromkeys(LANGUAGES, True)), path)

    def texts(self, value: Mapping, path: KeyPath) -> Text:
        """The text in both languages among a mapping's fields; what is missing is for `fields` to name."""
        return {
            language: self.words(value[language], (*path, language))
            for language in LANGUAGES
            if language in value
        }

    def words(self, value: object, path: KeyPath) -> str:
        """A text that says something."""
        if not isinstance(value, str) or not value.strip():
            self.problem(path, f"'{path[-1]}' must be a text")
            return ""
        return value

    def items(self, value: object, path: KeyPath) -> Sequence:
        """A list; an empty one when there is none."""
        if value is None:
            return ()
        if not isinstance(value, list):
            self.problem(path, "expected a list")
            return ()
        return value

    def names(self, value: object, path: KeyPath) -> tuple[str, ...]:
        """A list of texts."""
        found = self.items(value, path)
        for position, item in enumerate(found):
            if not isinstance(item, str):
                self.problem((*path, position), "expected a name")
        return tuple(item for item in found if isinstance(item, str))

    def one_of(self, value: object, path: KeyPath, known: Collection[str], what: str) -> str:
        """One of the known names of something: `what` says of what, as in `unknown source 'GUID'`."""
        if not isinstance(value, str) or value not in known:
            self.problem(path, f"unknown {what} '{value}'{suggestion(str(value), list(known))}")
        return str(value)
