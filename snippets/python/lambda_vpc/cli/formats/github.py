"""The answers as workflow commands of GitHub Actions, which shows them beside the lines of a pull request.

Source: GitHub Actions documentation, "Workflow commands for GitHub Actions".
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence

from lambda_vpc.checking.policies import PolicyAnswer
from lambda_vpc.cli.files import FileAnswers
from lambda_vpc.cli.formats import entries
from lambda_vpc.cli.formats.entries import Entry
from lambda_vpc.cli.printing import visible, write

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def of_files(found: Sequence[FileAnswers], options: argparse.Namespace, code: int) -> int:
    """Print the answers about files; the exit code to end with."""
    counts = entries.counts_ways(options)
    return write(annotations(entry for one in found for entry in entries.of_file(one, counts)), code)


def of_call(found: PolicyAnswer, code: int) -> int:
    """Print a decision; the exit code to end with."""
    return write(annotations(entries.of_call(found)), code)


def annotations(found: Iterable[Entry]) -> str:
    """One line for each entry; a pass is a line of the log."""
    return "\n".join(
        _annotation(entry) if entry.level in _COMMANDS else _passed(entry) for entry in found
    )  # fmt: skip


def _annotation(entry: Entry) -> str:
    place = f"file={_property(entry.file)},line={entry.line},title={_property(entry.rule)}"
    return f"::{_COMMANDS[entry.level]} {place}::{_data(entry.message)}"


def _passed(entry: Entry) -> str:
    # A line of the log that begins with '::' would be a command.
    return visible(f"{entry.name}: {entry.message}").lstrip(":")


def _data(text: str) -> str:
    return visible(text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A"))


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
