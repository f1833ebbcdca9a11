"""The lines of a file that decide: those its notes are about, each with the keys it stands under.

Files are written with one key to a line and indented by what they belong to, JSON like YAML: the indentation
alone tells what a line belongs to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

MOST = 7
"""Lines of one part that are shown; a longer one is cut."""


def lines(text: str, wanted: Iterable[int]) -> list[int | None]:
    """The lines to show, counted from 1, in the file's order; `None` where lines are left out between parts.

    A line that only says under which key the next one stands follows without a gap.

    Args:
        text: the file.
        wanted: where the parts begin that are to be shown.
    """
    written = text.splitlines()
    shown = sorted({number for line in wanted for number in _part(written, line - 1)})
    found: list[int | None] = []
    for before, number in pairwise([-1, *shown]):
        if before >= 0 and number > before + 1 and _indent(written[number]) <= _indent(written[before]):
            found.append(None)
        found.append(number + 1)
    return found


def _part(written: list[str], start: int) -> Iterator[int]:
    """A line with what is below it, and the keys above it but for the section of the file."""
    yield start
    depth = _indent(written[start])
    for number in range(start + 1, min(start + MOST, len(written))):
        if not written[number].strip() or _indent(written[number]) <= depth:
            break
        yield number
    for number in range(start - 1, -1, -1):
        line = written[number]
        if line.strip() and not line.lstrip().startswith("#") and _indent(line) < depth:
            depth = _indent(line)
            if depth == 0:
                return
            yield number


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
