"""Key paths, as specs write them: the way to a value by names, never by line numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lambda_vpc.reading import KeyPath, near

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


def _index(items: list, name: str) -> int | None:
    if name.isascii() and name.isdigit():
        return int(name) if int(name) < len(items) else None
    for position, item in enumerate(items):
        if item == name or (isinstance(item, Mapping) and name in (item.get("Sid"), item.get("PolicyName"))):
            return position
    return None
