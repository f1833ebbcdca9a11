"""Unroll `Fn::ForEach`: the template that `AWS::LanguageExtensions` makes, where its collections are known.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lambda_vpc.cloudformation.intrinsics import Scope, TooLarge, mapping, plain
from lambda_vpc.cloudformation.values import Unknown, shown
from lambda_vpc.reading import BadInput, KeyPath, Source

LOOP = "Fn::ForEach::"
MAX_VALUES = 200_000
"""Values that all loops of a template may make together."""
_CHARACTERS = 100
"""Characters of a text that count as one more value."""
_SECTIONS = ("Conditions", "Resources", "Outputs")


@dataclass(frozen=True)
class Unrolled:
    """A document without its loops."""

    document: Mapping
    places: Mapping[KeyPath, KeyPath]
    """Where what a loop made is written: path of an unrolled entry of a section to its path in the file."""
    open: str | None
    """Why a loop of a section was not unrolled, and what helps; `None` where all were."""


def has_loops(source: Source, document: Mapping) -> bool:
    """Whether a document has loops to unroll, in a section or deeper inside."""
    if source.text:
        return LOOP in source.text
    return any(key.startswith(LOOP) for name in _SECTIONS for key in mapping(document.get(name)))


def unrolled(source: Source, document: Mapping, values: Mapping[str, object], fixed: Mapping) -> Unrolled:
    """The document with its loops unrolled.

    Args:
        source: the file, for problems.
        document: its data.
        values: values of the parameters.
        fixed: values of pseudo parameters.

    Raises:
        BadInput: a loop is written wrong, makes a name twice, or makes too much.
    """
    work = _Unroller(source, Scope(document, values, fixed=fixed))
    found = dict(document)
    for name in _SECTIONS:
        if isinstance(document.get(name), Mapping):
            found[name] = work.section(document[name], name)
    return Unrolled(found, work.places, work.open)


class _Unroller:
    def __init__(self, source: Source, scope: Scope) -> None:
        self.source = source
        self.scope = scope
        self.places: dict[KeyPath, KeyPath] = {}
        self.open: str | None = None
        self.left = MAX_VALUES

    def section(self, body: Mapping, name: str) -> Mapping:
        found: dict[str, object] = {}
        for key, item, path in self._entries(body, {}, (name,)):
            if key in found:
                raise self._problem(
                    path, f"{shown(key)}: a loop makes this name twice; use another identifier"
                )
            found[key] = item
            if path != (name, key):
                self.places[name, key] = path
            if key.startswith(LOOP):
                self.open = self.open or self._why(key, item)
        return found

    def _entries(
        self, body: Mapping, names: Mapping[str, str], path: KeyPath
    ) -> Iterator[tuple[str, object, KeyPath]]:
        """The entries of a map, those of its loops in their places; a loop that stays is an entry itself."""
        for key, item in body.items():
            if not key.startswith(LOOP):
                inner = (*path, key)
                yield self._replaced(key, names, inner), self._copy(item, names, inner), inner
                continue
            identifier, collection, fragment = self._loop(key, item, (*path, key))
            items = self._items(collection, names)
            if isinstance(items, Unknown):
                yield key, items if not names else self._copy(item, names, (*path, key)), (*path, key)
                continue
            for value in items:
                self._spend(1, (*path, key))
                yield from self._entries(fragment, {**names, identifier: value}, (*path, key, 2))

    def _loop(self, key: str, item: object, path: KeyPath) -> tuple[str, object, Mapping]:
        if (
            not isinstance(item, list) or len(item) != 3 or not isinstance(item[0], str)
            or not isinstance(item[2], Mapping)
        ):  # fmt: skip
            raise self._problem(path, f"{shown(key)}: write a list of identifier, collection and one map")
        return item[0], item[1], item[2]

    def _items(self, collection: object, names: Mapping[str, str]) -> list[str] | Unknown:
        try:
            value = self.scope.resolve(self._copy(collection, names, ()))
        except TooLarge as error:
            return Unknown(str(error))
        if isinstance(value, Unknown):
            return value
        if not isinstance(value, list):
            return Unknown(f"{shown(value)}, which is no list")
        for item in value:
            if isinstance(item, Unknown):
                return item
            if type(item) is not str and not isinstance(item, int | float):
                return Unknown(f"{shown(item)}, which only AWS knows")
        return [plain(item) for item in value]

    def _why(self, key: str, item: object) -> str:
        what = item.what if isinstance(item, Unknown) else "its collection"
        return f"{shown(key)} is not unrolled: it hangs on {what}; {PROCESSED}"

    def _copy(self, value: object, names: Mapping[str, str], path: KeyPath) -> object:
        """A value with the loops inside it unrolled and their identifiers replaced."""
        self._spend(1, path)
        if isinstance(value, str):
            return self._replaced(value, names, path)
        if isinstance(value, list):
            return [self._copy(item, names, (*path, place)) for place, item in enumerate(value)]
        if not isinstance(value, Mapping):
            return value
        reference = value.get("Ref") if len(value) == 1 else None
        if isinstance(reference, str) and reference in names:
            return names[reference]
        found: dict[str, object] = {}
        for key, item, inner in self._entries(value, names, path):
            if key in found:
                raise self._problem(
                    inner, f"{shown(key)}: a loop makes this name twice; use another identifier"
                )
            found[key] = item
        return found

    def _replaced(self, text: str, names: Mapping[str, str], path: KeyPath) -> str:
        """A text with the identifiers of loops replaced; `&{...}` leaves out what is no letter or digit."""
        if not names or "{" not in text:
            return text

        def value(match: re.Match[str]) -> str:
            found = names.get(match[2])
            if found is None:
                return match[0]
            self._spend(len(found) // _CHARACTERS, path)
            return found if match[1] == "$" else _NOT_ALPHANUMERIC.sub("", found)

        self._spend(len(text) // _CHARACTERS, path)
        return _IDENTIFIER.sub(value, text)

    def _spend(self, values: int, path: KeyPath) -> None:
        self.left -= values
        if self.left < 0:
            raise self._problem(path, f"the loops make more than {MAX_VALUES:,} values; write fewer")

    def _problem(self, path: KeyPath, message: str) -> BadInput:
        return BadInput([self.source.problem(path, message)])


PROCESSED = "`aws cloudformation get-template --template-stage Processed` prints what they make"
"""How to get the template that macros and loops make."""

_IDENTIFIER = re.compile(r"([$&])\{([A-Za-z0-9]+)\}")
_NOT_ALPHANUMERIC = re.compile(r"[^A-Za-z0-9]")
