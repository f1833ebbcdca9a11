"""Read YAML and JSON strictly: one document, no duplicate keys, and the line of every value.

Mistakes are reported as [`Problem`][lambda_vpc.reading.Problem]s that name file, line and mend. Size and
depth are bounded, so hostile input ends in an error, never in a hang.
"""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

import yaml

KeyPath = tuple[str | int, ...]
"""Way to a value: keys and list positions, from the document's root."""

MAX_DEPTH = 100
MAX_VALUES = 500_000
"""Values a document may have once its aliases are followed: as many as are read within seconds. A template of
the 1 MB that CloudFormation takes has a tenth of it."""
MAX_BYTES = 10_000_000

MAX_NAMES = 30
"""Names that a message lists."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake in a file, with its place and the mend."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


class BadInput(Exception):
    """Files that cannot be used; one line per problem."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))


class WrongUsage(BadInput):
    """What was asked for does not fit the file, such as a parameter it does not have."""


@dataclass(frozen=True)
class Source:
    """A file as plain data, and where each value stands."""

    path: str
    """As it is to be named to the reader."""
    text: str
    data: object
    lines: dict[KeyPath, int] = field(repr=False)
    """1-based line of each key, or of each list item."""

    def line(self, key_path: KeyPath) -> int:
        """The line of a value, or of the nearest value around it."""
        while key_path not in self.lines and key_path:
            key_path = key_path[:-1]
        return self.lines.get(key_path, 1)

    def problem(self, key_path: KeyPath, message: str) -> Problem:
        """A problem at a value of this file."""
        return Problem(self.path, self.line(key_path), message)


def read_text(path: Path, name: str | None = None) -> str:
    """A file's text.

    Raises:
        BadInput: missing, too large, not UTF-8, or with a byte order mark or tabs.
    """
    name = name or str(path)
    return decoded(read_bytes(path, name), name)


def decoded(raw: bytes, name: str) -> str:
    """A document's bytes as text.

    Raises:
        BadInput: not UTF-8, or with a byte order mark.
    """
    if raw.startswith(b"\xef\xbb\xbf"):
        raise BadInput([Problem(name, 1, "begins with a byte order mark; save as UTF-8 without BOM")])
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise BadInput([Problem(name, line, "is not UTF-8; save it as UTF-8")]) from None


def read_bytes(path: Path, name: str | None = None) -> bytes:
    """What a file holds.

    Raises:
        BadInput: missing, no regular file, or too large.
    """
    name = name or str(path)
    try:
        raw = _bytes(path)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no file can have this name"
        raise BadInput([Problem(clipped(name), 1, f"cannot be read: {reason}")]) from None
    if raw is None:
        raise BadInput([Problem(name, 1, "is not a regular file; name a file that holds a document")])
    if len(raw) > MAX_BYTES:
        raise BadInput([Problem(name, 1, f"larger than {MAX_BYTES:,} bytes; split it")])
    return raw


def _bytes(path: Path) -> bytes | None:
    """What a regular file holds, up to one byte more than may be read; `None` for anything else.

    A device or a pipe may never end, and opening a pipe may wait forever: what it is is asked first.
    """
    if not stat.S_ISREG(os.stat(path).st_mode):
        return None
    with open(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
        return file.read(MAX_BYTES + 1) if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else None


def read(path: Path, name: str | None = None) -> Source:
    """Read a `.json` or `.yaml` file strictly.

    Args:
        path: the file; its suffix decides how it is read.
        name: how the file is named in problems, by default its path.

    Raises:
        BadInput: the file cannot be read, or is not one well-formed document.
    """
    name = name or str(path)
    return parse(read_text(path, name), name, is_json=path.suffix == ".json")


def parse(text: str, name: str, *, is_json: bool = False, tabs: bool = False) -> Source:
    """Parse text strictly; see [`read`][lambda_vpc.reading.read].

    Args:
        text: the document.
        name: how the file is named in problems.
        is_json: whether it is JSON, otherwise YAML.
        tabs: whether tabs are taken where the format has them; a snippet has none, a reader's file may.
    """
    for number, line in enumerate(text.split("\n"), 1):
        if "\t" in line and not tabs:
            raise BadInput([Problem(name, number, "contains a tab; indent with spaces")])
    if is_json:
        data = _json(text, name)
        builder = _JsonLines(name)
        builder.scan(text)
    else:
        builder = _Builder(name)
        try:
            data = builder.build(text)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else 1
            reason = clipped(str(error.problem or error.context))
            message = f"is not YAML: {reason}; check indentation, quotes and brackets there"
            raise BadInput([Problem(name, line, message)]) from None
        except yaml.reader.ReaderError as error:
            line = text.count("\n", 0, max(error.position, 0)) + 1
            message = f"holds the character #x{error.character:04x}, which YAML does not allow; remove it"
            raise BadInput([Problem(name, line, message)]) from None
        except yaml.YAMLError as error:
            raise BadInput([Problem(name, 1, f"is not YAML: {clipped(str(error))}; write it anew")]) from None
    if builder.problems:
        raise BadInput(builder.problems)
    return Source(name, text, data, builder.lines)


def clipped(text: str, limit: int = 80) -> str:
    """A text as it is named in a message: one that would fill the screen is cut."""
    return text if len(text) <= limit else f"{text[:limit]}…"


# --- JSON ---------------------------------------------------------------------------------------

_DIGITS = 1_000
"""Digits that a number may have."""


def _json(text: str, name: str) -> object:
    def refuse(constant: str) -> object:
        raise ValueError(constant)

    try:
        return json.loads(text, parse_constant=refuse)
    except json.JSONDecodeError as error:
        if not text.strip():
            raise BadInput([Problem(name, 1, _EMPTY)]) from None
        message = f"is not JSON: {error.msg}; check commas, quotes and brackets there"
        raise BadInput([Problem(name, error.lineno, message)]) from None
    except RecursionError:
        _JsonLines(name).scan(text)
        raise BadInput([Problem(name, 1, _TOO_DEEP)]) from None
    except ValueError:
        # A constant that JSON has not, or a number that is too long.
        _JsonLines(name).scan(text)
        raise BadInput([Problem(name, 1, "is not JSON: a number that cannot be read")]) from None


_TOO_MANY = f"holds more than {MAX_VALUES:,} values; split it"
_EMPTY = "is empty; write a document into it, or name another file"
_TOO_DEEP = f"is nested deeper than {MAX_DEPTH} levels; nest less"

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|\r\n|\n|\r|[^\s"{}\[\]:,]+', re.DOTALL)


class _JsonLines:
    """Finds the line of every value of well-formed JSON, and what is not taken: duplicates, depth, size.

    The values are `json`'s own; this looks at the same text once more, token by token.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[KeyPath, int] = {}
        self.problems: list[Problem] = []

    def scan(self, text: str) -> None:
        """Fill `lines` and `problems`.

        Raises:
            BadInput: too deep or too large, or a number that cannot be read.
        """
        line, count = 1, 0
        paths: list[KeyPath] = []
        positions: list[int] = []  # of the item in a list, -1 in a map
        path: KeyPath = ()
        key_next = False
        for match in _TOKEN.finditer(text):
            token = match[0]
            first = token[0]
            if first in "\r\n":
                line += 1
                continue
            if first == ":":
                continue
            if first == ",":
                if positions and positions[-1] >= 0:
                    positions[-1] += 1
                    path = (*paths[-1], positions[-1])
                else:
                    key_next = True
                continue
            if first in "}]":
                if paths:
                    path = paths.pop()
                    positions.pop()
                key_next = False
                continue
            if key_next and first == '"':
                key = json.loads(token) if "\\" in token else token[1:-1]
                path = (*paths[-1], key)
                if path in self.lines:
                    self.problems.append(_duplicate(self.name, key, line, self.lines[path]))
                self.lines[path] = line
                key_next = False
                continue
            # A value: in a map it stands at its key.
            self.lines.setdefault(path, line)
            count += 1
            if count > MAX_VALUES:
                self._stop(line, _TOO_MANY)
            if first in "{[":
                if len(paths) >= MAX_DEPTH:
                    self._stop(line, _TOO_DEEP)
                paths.append(path)
                positions.append(-1 if first == "{" else 0)
                key_next = first == "{"
                if first == "[":
                    path = (*path, 0)
            elif first != '"':
                self._number(token, line)

    def _number(self, token: str, line: int) -> None:
        if len(token) > _DIGITS:
            self._stop(line, f"a number of {len(token):,} digits; put it in quotes")
        if token.strip("-") in ("NaN", "Infinity"):
            self._stop(line, f"{token} is not JSON; put it in quotes")

    def _stop(self, line: int, message: str) -> None:
        raise BadInput([*self.problems, Problem(self.name, line, message)])


def _duplicate(name: str, key: str, line: int, first: int) -> Problem:
    return Problem(name, line, f"duplicate key '{clipped(key)}' (first on line {first}); keep one of them")


# --- YAML ---------------------------------------------------------------------------------------

_MAX_DIRECTIVES = 100
_PLAIN_TAGS = ("map", "seq", "str", "int", "float", "bool", "null")


class _Resolver(yaml.resolver.Resolver):
    """YAML's plain scalars, except that dates stay text: `Version: 2012-10-17` is a text in a policy."""


_Resolver.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in pairs if tag != "tag:yaml.org,2002:timestamp"]
    for first, pairs in yaml.resolver.Resolver.yaml_implicit_resolvers.items()
}


@dataclass
class _Open:
    """A mapping or sequence whose end has not been seen."""

    value: dict | list
    path: KeyPath
    tag: str | None
    anchor: str | None
    line: int
    key: str | None = None
    size: int = 1


class _Builder:
    """Builds plain data from parser events, without recursion."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[KeyPath, int] = {}
        self.problems: list[Problem] = []
        self.resolver = _Resolver()
        self.constructor = yaml.constructor.SafeConstructor()
        self.stack: list[_Open] = []
        self.anchors: dict[str, tuple[object, int]] = {}
        self.count = 0
        self.plain: dict[str, object] = {}
        self.root: object = None
        self.documents = 0

    def build(self, text: str) -> object:
        # The parser compares every tag directive with all before it.
        if text.count("\n%TAG") > _MAX_DIRECTIVES:
            self._stop(1, f"holds more than {_MAX_DIRECTIVES} %TAG directives; remove them")
        for event in yaml.parse(text, Loader=_LOADER):
            line = event.start_mark.line + 1
            kind = type(event)
            if kind is yaml.ScalarEvent:
                self._count(1, line)
                self._add(self._tagged(event.tag, self._scalar(event, line), line), line, event.anchor, 1)
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                self._count(1, line)
                self._open(event, line)
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                done = self.stack.pop()
                self._add(self._tagged(done.tag, done.value, done.line), done.line, done.anchor, done.size)
            elif kind is yaml.AliasEvent:
                if event.anchor not in self.anchors:
                    anchor = clipped(event.anchor)
                    self._stop(line, f"alias *{anchor} has no anchor; write &{anchor} at a value above it")
                value, size = self.anchors[event.anchor]
                self._count(size, line)
                self._add(value, line, None, size)
            elif kind is yaml.DocumentStartEvent:
                self.documents += 1
                if self.documents > 1:
                    self._stop(line, "holds a second document; keep one document in a file")
        if self.documents == 0:
            self._stop(1, _EMPTY)
        return self.root

    def _count(self, size: int, line: int) -> None:
        self.count += size
        if self.count > MAX_VALUES:
            self._stop(line, _TOO_MANY)

    def _open(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent, line: int) -> None:
        if len(self.stack) >= MAX_DEPTH:
            self._stop(line, _TOO_DEEP)
        if self.stack and isinstance(self.stack[-1].value, dict) and self.stack[-1].key is None:
            self._stop(line, "a key must be a text; put it in quotes")
        value: dict | list = {} if isinstance(event, yaml.MappingStartEvent) else []
        path = self._next_path()
        self.lines.setdefault(path, line)
        self.stack.append(_Open(value, path, event.tag, event.anchor, line))

    def _next_path(self) -> KeyPath:
        if not self.stack:
            return ()
        top = self.stack[-1]
        return (*top.path, top.key if isinstance(top.value, dict) else len(top.value))

    def _add(self, value: object, line: int, anchor: str | None, size: int) -> None:
        if anchor:
            self.anchors[anchor] = (value, size)
        if not self.stack:
            self.lines.setdefault((), line)
            self.root = value
            return
        top = self.stack[-1]
        top.size += size
        if isinstance(top.value, list):
            self.lines[self._next_path()] = line
            top.value.append(value)
        elif top.key is None:
            self._key(top, value, line)
        else:
            top.value[top.key] = value
            top.key = None

    def _key(self, top: _Open, key: object, line: int) -> None:
        if isinstance(key, dict | list):
            self._stop(line, "a key must be a text; put it in quotes")
        # YAML 1.1 reads `on:` and `2012:` as other things; keys are texts here.
        text = key if isinstance(key, str) else str(key).lower() if isinstance(key, bool) else str(key)
        path = (*top.path, text)
        if text in top.value:
            self.problems.append(_duplicate(self.name, text, line, self.lines[path]))
        self.lines[path] = line
        top.key = text

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> object:
        tag, text = event.tag, event.value
        if tag is None and not event.implicit[0]:
            # In quotes, or a block: a text.
            return text
        if tag is None and text in self.plain:
            return self.plain[text]
        value = self._constructed(event, line)
        if tag is None:
            # The same few words and numbers make up most of a file.
            self.plain[text] = value
        return value

    def _constructed(self, event: yaml.ScalarEvent, line: int) -> object:
        tag = event.tag
        if tag is None or tag == "!":
            plain = event.implicit[0] and event.style in (None, "")
            tag = self.resolver.resolve(yaml.ScalarNode, event.value, (plain, not plain))
        elif not tag.startswith("tag:yaml.org,2002:"):
            return event.value
        if tag == "tag:yaml.org,2002:merge":
            self._stop(line, "merge keys (<<) are not used here; write the keys out")
        try:
            return self.constructor.construct_object(yaml.ScalarNode(tag, event.value))
        except (yaml.YAMLError, ValueError, OverflowError):
            self._stop(line, f"'{clipped(event.value)}' is not a value that can be read; put it in quotes")

    def _tagged(self, tag: str | None, value: object, line: int) -> object:
        """A CloudFormation short form as its long form."""
        if tag is None or tag == "!" or tag.removeprefix("tag:yaml.org,2002:") in _PLAIN_TAGS:
            return value
        name = tag[1:]
        if not tag.startswith("!") or not name.isalnum():
            self._stop(line, f"tag {clipped(tag)} is not a CloudFormation function; write the function out")
        if name == "GetAtt" and isinstance(value, str):
            resource, _, attribute = value.partition(".")
            value = [resource, attribute]
        return {name if name in ("Ref", "Condition") else f"Fn::{name}": value}

    def _stop(self, line: int, message: str) -> None:
        raise BadInput([*self.problems, Problem(self.name, line, message)])


def suggestion(word: str, known: Sequence[str]) -> str:
    """` (did you mean 'x'?)` for the nearest known word, otherwise the known words."""
    if hint := near(word, known):
        return hint
    names = ", ".join(clipped(name) for name in known[:MAX_NAMES])
    rest = len(known) - MAX_NAMES
    more = f" and {rest:,} more" if rest > 0 else ""
    return f" (expected one of: {names}{more})" if known else ""


def near(word: str, known: Sequence[str]) -> str:
    """` (did you mean 'x'?)` for the nearest known word, or nothing."""
    found = get_close_matches(word, known, 1, 0.6)
    return f" (did you mean '{clipped(found[0])}'?)" if found else ""
