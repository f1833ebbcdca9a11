"""What each key of a spec means, with an example: `docs/spec-keys.yaml`, held against the loader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lambda_vpc.guide import addresses
from lambda_vpc.guide.cases import COMMON, QUESTIONS, decision
from lambda_vpc.guide.key_paths import extents
from lambda_vpc.guide.languages import LANGUAGES, Text
from lambda_vpc.guide.snippet import Snippet
from lambda_vpc.guide.spec import ACCEPT, ENTRIES, WRONG
from lambda_vpc.guide.strict_reader import StrictReader
from lambda_vpc.reading import KeyPath, near, read

GROUPS: Mapping[str, Mapping[str, bool]] = {
    "entries": ENTRIES,
    "wrong": WRONG,
    "accept": ACCEPT,
    "case": COMMON,
    **{question: module.KEYS for question, module in QUESTIONS.items()},
    "vpc": decision.VPC | dict.fromkeys(decision.UNCHANGED, False),
}
"""Where keys stand, and the loader's keys there, with whether they must be given."""

FILE = "spec-keys.yaml"
LONGEST = 6
"""Lines of an example that are shown."""

_ENTRY = dict.fromkeys(LANGUAGES, True) | {"example": False}


@dataclass(frozen=True)
class Example:
    """The lines of a spec that have a key."""

    snippet: str
    """`TOPIC/NAME`"""
    part: str
    """Id of the case or name of the wrong variant; empty for an entry."""
    lines: tuple[str, ...]
    """Without what they are indented by."""
    cut: bool
    """Whether more lines follow."""


@dataclass(frozen=True)
class Key:
    """A key of a spec."""

    name: str
    required: bool
    text: Text
    example: Example | None
    """`None`: no spec has it now."""


def load(docs: Path, snippets: Mapping[str, Snippet]) -> dict[str, tuple[Key, ...]]:
    """Read what the keys mean.

    Args:
        docs: the folder that holds the file.
        snippets: as loaded.

    Returns:
        By group, the keys in the loader's order.

    Raises:
        BadInput: a key that the loader does not know or that is missing, an example without the key, or none
            although a spec has it.
    """
    reader = _Reader(read(docs / FILE, f"{docs.name}/{FILE}"), snippets)
    found = reader.groups()
    reader.finish()
    return found


class _Reader(StrictReader):
    def __init__(self, file: object, snippets: Mapping[str, Snippet]) -> None:
        super().__init__(file)
        self.snippets = snippets

    def groups(self) -> dict[str, tuple[Key, ...]]:
        data = self.fields(self.file.data, (), dict.fromkeys(GROUPS, True))
        return {group: self.keys(data.get(group), group) for group in GROUPS}

    def keys(self, value: object, group: str) -> tuple[Key, ...]:
        known = GROUPS[group]
        written = self.fields(value, (group,), dict.fromkeys(known, True))
        return tuple(self.key(written[name], group, name) for name in known if name in written)

    def key(self, value: object, group: str, name: str) -> Key:
        where = (group, name)
        item = self.fields(value, where, _ENTRY)
        example = None
        if "example" in item:
            example = self.example(str(item["example"]), group, name)
        elif user := next((found for found in self.snippets.values() if _has(found, group, name)), None):
            self.problem(where, f"'example' is missing; {user.name} has one")
        return Key(name, GROUPS[group][name], self.texts(item, where), example)

    def example(self, written: str, group: str, name: str) -> Example | None:
        where = (group, name, "example")
        snippet_name, part = addresses.split(written) if "#" in written else (written, "")
        snippet = self.snippets.get(snippet_name)
        if snippet is None:
            self.problem(where, f"no snippet '{snippet_name}'{near(snippet_name, list(self.snippets))}")
            return None
        place = _places(snippet, group).get(part)
        path = None if place is None else (*place, name)
        places = extents(snippet.spec)
        if path not in places:
            self.problem(where, f"no '{name}' at '{written}'; name a spec that has it")
            return None
        first, last = places[path]
        lines = snippet.spec.text.splitlines()[first - 1 : last]
        return Example(snippet_name, part, _dedented(lines[:LONGEST]), len(lines) > LONGEST)


def _places(snippet: Snippet, group: str) -> dict[str, KeyPath]:
    """By id of the case or name of the wrong variant, where keys of a group stand in a spec."""
    data = snippet.spec.data
    if group == "entries":
        return {"": ()}
    if group == "accept":
        return {"": ("accept", 0)} if data.get("accept") else {}
    if group == "wrong":
        files = enumerate(data.get("wrong") or ())
        return {Path(item["file"]).stem: ("wrong", position) for position, item in files}
    found: dict[str, KeyPath] = {}
    for position, item in enumerate(data.get("cases") or ()):
        path: KeyPath = ("cases", position)
        if group == "vpc":
            if not isinstance(item.get("vpc"), Mapping):
                continue
            path = (*path, "vpc")
        elif group in QUESTIONS and group not in item:
            continue
        found[item["id"]] = path
    return found


def _has(snippet: Snippet, group: str, name: str) -> bool:
    written = set(extents(snippet.spec))
    return any((*place, name) in written for place in _places(snippet, group).values())


def _dedented(lines: list[str]) -> tuple[str, ...]:
    """The lines as if they stood by themselves; the mark of a list's item is left out."""
    first = lines[0].replace("- ", "  ", 1) if lines[0].lstrip().startswith("- ") else lines[0]
    indent = len(first) - len(first.lstrip())
    return tuple(line[indent:] for line in (first, *lines[1:]))
