"""Reads the entries of one spec, and collects every problem with its place before it gives up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lambda_vpc.reading import KeyPath, Problem, Source, suggestion

LANGUAGES = ("ja", "en")


class SpecReader:
    """One spec being read."""

    def __init__(self, spec: Source) -> None:
        self.spec = spec
        self.problems: list[Problem] = []

    def problem(self, path: KeyPath, message: str) -> None:
        """Note a problem at an entry of the spec."""
        self.problems.append(self.spec.problem(path, message))

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
                self.problem(path, f"'{key}' is missing")
        return value

    def mapping(self, value: object, path: KeyPath) -> Mapping:
        """A mapping with any keys; an empty one when it is none."""
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            self.problem(path, "expected a mapping")
            return {}
        return value

    def text(self, value: object, path: KeyPath) -> Mapping[str, str]:
        """A text in both languages."""
        found = self.fields(value, path, dict.fromkeys(LANGUAGES, True))
        for language in found:
            if not isinstance(found[language], str) or not found[language].strip():
                self.problem((*path, language), f"'{language}' must be a text")
        return found

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
