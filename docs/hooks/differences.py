"""What a template has that another one has not, part by part: a resource, a parameter or an output each.

A comparison line by line matches what only looks alike, such as the `Properties:` of two resources. Parts
with one name are compared line by line, others are new as a whole or left out.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

_SECTION = re.compile(r"([A-Za-z]+):")
_MEMBER = re.compile(r"  ([A-Za-z0-9]+):")


@dataclass(frozen=True)
class Line:
    """One line of a comparison."""

    number: int
    """Counted from 1: in the base for `del`, otherwise in the variant."""
    change: str = ""
    """`del` or `ins`; empty for a line of both."""


@dataclass(frozen=True)
class Difference:
    """What a variant changes of a base."""

    parts: tuple[tuple[Line, ...], ...]
    """The parts that are new or changed, in the variant's order."""
    left_out: tuple[str, ...]
    """Names of the parts that only the base has, in its order."""


def between(base: str, variant: str) -> Difference:
    """Compare two templates.

    Args:
        base: the text of the one that a reader knows already, in YAML.
        variant: the text of the one to show.
    """
    before, after = base.splitlines(), variant.splitlines()
    known, parts = dict(_parts(before)), []
    new = dict(_parts(after))
    for name, here in new.items():
        there = known.get(name, range(0))
        if _without_comments(before, there) != _without_comments(after, here):
            parts.append(tuple(_lines(before, there, after, here)))
    return Difference(tuple(parts), tuple(name.partition(".")[2] for name in known if name not in new))


def _lines(before: list[str], there: range, after: list[str], here: range) -> Iterator[Line]:
    old, new = [before[number] for number in there], [after[number] for number in here]
    matcher = difflib.SequenceMatcher(a=old, b=new, autojunk=False)
    for tag, a1, a2, b1, b2 in matcher.get_opcodes():
        if tag == "equal":
            yield from (Line(number + 1) for number in here[b1:b2])
        else:
            yield from (Line(number + 1, "del") for number in there[a1:a2])
            yield from (Line(number + 1, "ins") for number in here[b1:b2])


def _parts(lines: list[str]) -> Iterator[tuple[str, range]]:
    """The members of the sections by `Section.Name`, each with the comment above it and no empty last line.

    Texts about the whole, such as `Description`, are no part.
    """
    section, begin = "", []
    for number, line in enumerate(lines):
        if found := _SECTION.match(line):
            section = found[1]
            begin.append((number, ""))
        elif found := _MEMBER.match(line):
            begin.append((_with_comment(lines, number), f"{section}.{found[1]}"))
    for (start, name), (end, _) in pairwise([*begin, (len(lines), "")]):
        while end > start and not lines[end - 1].strip():
            end -= 1
        if name:
            yield name, range(start, end)


def _without_comments(lines: list[str], found: range) -> list[str]:
    return [lines[number] for number in found if not lines[number].lstrip().startswith("#")]


def _with_comment(lines: list[str], number: int) -> int:
    while number and lines[number - 1].lstrip().startswith("#"):
        number -= 1
    return number
