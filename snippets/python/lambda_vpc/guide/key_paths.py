"""Key paths, as specs write them: the way to a value by names, never by line numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lambda_vpc.reading import KeyPath, Source, near

# Where YAML, which counts the lines, sees one end.
_LINE_END = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_STEP = re.compile(r"(?P<key>[^.\[\]]+)|\[(?P<index>[^\[\]]+)\]|(?P<dot>\.)")


def resolve(data: object, written: str) -> KeyPath:
    """The way to the value a key path names.

    `Statement[DenyOtherSubnets].Condition` goes by Sid, `Statement[0]` by position, and a key with dots or
    colons in it is put in brackets: `Condition[ForAnyValue:StringNotEquals]`.

    Raises:
        ValueError: nothing is there; says where the way ends.
    """
    path: list[str | int] = []
    value = data
    for step in _STEP.finditer(written):
        if step["dot"]:
            continue
        name = step["key"] or step["index"]
        at = "".join(f"[{part}]" for part in path) or "the file"
        if isinstance(value, Mapping):
            if name not in value:
                raise ValueError(f"nothing at '{written}': no '{name}' in {at}{near(name, list(value))}")
            path.append(name)
            value = value[name]
        elif isinstance(value, list):
            index = _index(value, name)
            if index is None:
                raise ValueError(f"nothing at '{written}': no item '{name}' in {at}")
            path.append(index)
            value = value[index]
        else:
            raise ValueError(f"nothing at '{written}': {at} is a single value")
    return tuple(path)


def extents(source: Source) -> dict[KeyPath, tuple[int, int]]:
    """The first and the last line of every value in a file, counted from 1, in the file's order.

    A comment belongs to what it is indented like: one above the next key is not in it.
    """
    lines = _LINE_END.split(source.text)
    places = list(source.lines.items())
    found: dict[KeyPath, tuple[int, int]] = {}
    for position, (path, first) in enumerate(places):
        after = position + 1
        while after < len(places) and places[after][0][: len(path)] == path:
            after += 1
        # Of what is in it, the last one has begun by then.
        least = places[after - 1][1]
        last = places[after][1] - 1 if after < len(places) else len(lines)
        while last > least and not _belongs(lines[last - 1], lines[first - 1]):
            last -= 1
        found[path] = first, max(last, least)
    return found


def _belongs(line: str, first: str) -> bool:
    """Whether a line at the end can be part of what begins with the first: it stands deeper, or closes it."""
    inside, around = (len(one) - len(one.lstrip()) for one in (line, first))
    return bool(line.strip()) and (inside > around or (inside == around and line.lstrip()[0] in "]}"))


def names(item: object) -> tuple[str, ...]:
    """By which names an item of a list is found, besides its position."""
    if isinstance(item, str):
        return (item,)
    if isinstance(item, Mapping):
        return tuple(one for one in (item.get("Sid"), item.get("PolicyName")) if isinstance(one, str))
    return ()


def _index(items: list, name: str) -> int | None:
    if name.isascii() and name.isdigit():
        return int(name) if int(name) < len(items) else None
    return next((position for position, item in enumerate(items) if name in names(item)), None)
