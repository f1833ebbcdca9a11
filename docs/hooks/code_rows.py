"""The lines of a file as a page shows them: highlighted, with their notes, or where another file differs."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

import differences

# It makes a style sheet whenever it is made.
_FORMATTER = HtmlFormatter(nowrap=True)


@dataclass(frozen=True)
class Row:
    """One line of code as HTML, and the notes that belong to it."""

    code: str
    notes: tuple[str, ...] = ()
    change: str = ""
    """`del`, `ins` or `gap` in a comparison, otherwise empty."""


Made = dict[tuple[str, str, str], list[Row]]
"""What differs, by both texts and their syntax."""


def rows(text: str, syntax: str, notes: dict[int, list[str]] | None = None) -> list[Row]:
    """A file's lines, highlighted, each with its notes.

    Args:
        text: of the file.
        syntax: as `syntax_of` gives it.
        notes: by line, counted from 1.
    """
    noted = notes or {}
    return [Row(line, tuple(noted.get(number, ()))) for number, line in enumerate(lines(text, syntax), 1)]


@cache
def lines(text: str, syntax: str) -> list[str]:
    """A file's lines as HTML."""
    lexer = get_lexer_by_name(syntax, stripnl=False)
    return highlight(text, lexer, _FORMATTER).rstrip("\n").split("\n")


def changed_rows(before: str, after: str, syntax: str) -> list[Row]:
    """What differs between two texts, with two lines around each difference."""
    key = before, after, syntax
    if key not in made:
        made[key] = _compared(*key)
    return made[key]


made: Made = {}
"""Kept from build to build while serving; another process may have compared."""


def _compared(before: str, after: str, syntax: str) -> list[Row]:
    shown = lines(before, syntax), lines(after, syntax)
    matcher = difflib.SequenceMatcher(a=before.splitlines(), b=after.splitlines(), autojunk=False)
    found: list[Row] = []
    for group in matcher.get_grouped_opcodes(2):
        if found or group[0][3] > 0:
            found.append(Row("⋮", change="gap"))
        for tag, a1, a2, b1, b2 in group:
            if tag == "equal":
                found += [Row(line) for line in shown[1][b1:b2]]
            else:
                found += [Row(line, change="del") for line in shown[0][a1:a2]]
                found += [Row(line, change="ins") for line in shown[1][b1:b2]]
    return found


def different_rows(base: str, text: str, syntax: str, notes: dict[int, list[str]]) -> list[Row]:
    """The parts of a template that a base has otherwise or not at all, each with its notes."""
    shown = {"del": lines(base, syntax), "ins": lines(text, syntax), "": lines(text, syntax)}
    found: list[Row] = []
    for part in differences.between(base, text).parts:
        if found:
            found.append(Row("⋮", change="gap"))
        for line in part:
            here = () if line.change == "del" else tuple(notes.get(line.number, ()))
            found.append(Row(shown[line.change][line.number - 1], here, line.change))
    return found


def syntax_of(path: str) -> str:
    """What a file is written in, as Pygments and the pages call it."""
    return Path(path).suffix.removeprefix(".")
