"""The answers as JSON; its schema is published with the site."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from lambda_vpc.checking.data import VERSION, as_data
from lambda_vpc.checking.policies import PolicyAnswer
from lambda_vpc.cli.files import FileAnswers
from lambda_vpc.cli.printing import print_json
from lambda_vpc.cli.texts import remark_text


def of_files(found: Sequence[FileAnswers], options: argparse.Namespace, code: int) -> int:
    """Print the answers about files; the exit code to end with."""
    if options.command == "trace" and not options.to:
        # The form of the first release, for one function and one destination.
        answers = [as_data(result) for one in found for way in one.ways for result in way.results]
        remarks = [remark_text(remark) for one in found for remark in one.remarks]
        return print_json({"exit-code": code, "answers": answers, "remarks": remarks}, code)
    answers = [_file(one, options.command) for one in found]
    return print_json({"version": VERSION, "exit-code": code, "files": answers}, code)


def _file(found: FileAnswers, command: str) -> dict[str, object]:
    if found.problems:
        return {"file": found.file, "problems": [as_data(problem) for problem in found.problems]}
    parts: dict[str, object] = {"file": found.file}
    if command == "check":
        parts["findings"] = [as_data(finding) for finding in found.findings]
    if command in ("check", "trace"):
        parts["ways"] = [as_data(way) for way in found.ways]
    if command == "check":
        parts["enis"] = [as_data(plan) for plan in found.enis]
    if found.choices is not None:
        parts["choices"] = as_data(found.choices)
    return parts | {"remarks": [as_data(remark) for remark in found.remarks]}


def of_call(found: PolicyAnswer, code: int) -> int:
    """Print a decision; the exit code to end with."""
    return print_json({"version": VERSION, "exit-code": code, **as_data(found)}, code)
