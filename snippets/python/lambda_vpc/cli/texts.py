"""Answers as lines for people: the way, or the obstacle with its mend, its place, and the line there."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from lambda_vpc import reading, sentences
from lambda_vpc.checking.remarks import Remark
from lambda_vpc.checking.ways import BLOCKED, REACHED, UNKNOWN, named
from lambda_vpc.cli.printing import Paint, listed, visible
from lambda_vpc.cloudformation.values import shown
from lambda_vpc.network.trace import Blocked, Reached, Result, Unknown
from lambda_vpc.reading import BadInput, Source

COLORS = {REACHED: "green", BLOCKED: "red", UNKNOWN: "yellow",
          "allow": "green", "deny": "red", "undocumented": "yellow",
          "error": "red", "warning": "yellow", "informational": "cyan"}  # fmt: skip
"""Color of a word by the word."""
INDENT = "         "
_WIDTH = 100


class Excerpts:
    """The lines of files, to show beside what is said about them."""

    def __init__(self, sources: Iterable[Source] = ()) -> None:
        """Takes what has been read already; other files are read when a line of them is asked for."""
        self._lines = {source.path: source.text.split("\n") for source in sources}

    def __call__(self, path: str, line: int) -> str | None:
        """A line as it is shown, with its number; `None` where there is none."""
        if path not in self._lines:
            self._lines[path] = []
            with contextlib.suppress(BadInput):
                self._lines[path] = reading.read_text(Path(path)).split("\n")
        lines = self._lines[path]
        if not 0 < line <= len(lines):
            return None
        return f"{line} | {shown(lines[line - 1].rstrip(), _WIDTH)}"


def result_lines(result: Result, paint: Paint, excerpts: Excerpts) -> Iterator[str]:
    """One answer: the way with what to know about it, or the obstacle with its place."""
    word = named(result)
    choices = ", ".join(f"{name}={value}" for name, value in result.scenario.items())
    where = shown(result.subnet or _whole(result), 200) + (f" [{choices}]" if choices else "")
    start = f"{paint(COLORS[word], word)}  "
    if isinstance(result, Reached):
        yield start + visible(" -> ".join([where, *result.hops]))
        for note in result.notes:
            detail = f" ({note.detail})" if note.detail else ""
            yield INDENT + visible(f"note: {sentence(note.code)}{detail}")
        return
    detail = shown(detail_of(result), 400)
    said = f"{where}: {result.at}: {sentence(result.why)}" + (f" ({detail})" if detail else "")
    yield start + visible(said)
    yield INDENT + visible(f"{result.path}:{result.line}: {result.why}")
    line = excerpts(result.path, result.line)
    if line is not None:
        yield INDENT + paint("dim", visible(line))


def _whole(result: Result) -> str:
    """What an answer is about that no subnet is named for."""
    if isinstance(result.connected, bool):
        return "in a VPC" if result.connected else "no VPC"
    return "VPC not known"


def detail_of(result: Blocked | Unknown) -> str:
    """What is in the way or would have to be known."""
    return result.what if isinstance(result, Unknown) else result.detail


def sentence(code: str) -> str:
    """The English sentence of a reason."""
    return sentences.sentence(code, "en")


def remark_text(remark: Remark) -> str:
    """What a reader should know, with the options of the command that settle it."""
    names = listed(remark.names)
    match remark.kind:
        case "taken-by-default":
            return f"taken by default: {names}; other values with --parameter NAME=VALUE"
        case "left-open":
            return f"too many combinations: {names} left open; settle it with --parameter NAME=VALUE"
        case "valueless":
            return f"without a value: {names}; give one with --parameter NAME=VALUE"
        case "region-open":
            return "the Region is open; give it with --region"
        case "unread-stack":
            return f"nested stack {names} is not read: {remark.why}"
        case "rules-not-checked":
            return "the template's Rules are not checked; they may refuse some of these values"
    raise ValueError(remark.kind)
