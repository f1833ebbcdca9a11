"""Chooses the command, and turns what goes wrong into a sentence and an exit code."""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from lambda_vpc.cli import printing
from lambda_vpc.cli.arguments import parser
from lambda_vpc.cli.exit_codes import BAD_INPUT, FAULT, INTERRUPTED, WRONG_USAGE
from lambda_vpc.reading import BadInput, WrongUsage

MOST_PROBLEMS = 50
"""Problems that are printed as text."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: the command line without the program's name, by default the process's.

    Returns:
        The exit code.
    """
    options = parser().parse_args(arguments)
    if options.json:
        options.format = "json"
    try:
        # Each command imports what it needs, and an answer is there sooner.
        return import_module(f"lambda_vpc.cli.{options.command}").run(options)
    except BadInput as error:
        return _refuse(error, options)
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as fault:
        return _report(fault, options)


def _refuse(error: BadInput, options: argparse.Namespace) -> int:
    code = WRONG_USAGE if isinstance(error, WrongUsage) else BAD_INPUT
    if options.format == "json":
        problems = [{"file": p.path, "line": p.line, "message": p.message} for p in error.problems]
        return printing.print_json({"exit-code": code, "problems": problems}, code)
    lines = [printing.visible(str(problem)) for problem in error.problems[:MOST_PROBLEMS]]
    rest = len(error.problems) - len(lines)
    return printing.write("\n".join([*lines, f"and {rest:,} more"] if rest else lines), code, sys.stderr)


def _report(fault: Exception, options: argparse.Namespace) -> int:
    """Say in one sentence that the command failed, and where; the template is not to blame."""
    frames = traceback.extract_tb(fault.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "the start"
    sentence = (
        f"lambda-vpc itself failed ({type(fault).__name__} in {place}); please report it to the project's "
        "issue tracker, with the file or the part of it that shows the fault"
    )
    if options.format == "json":
        return printing.print_json({"exit-code": FAULT, "fault": sentence}, FAULT)
    return printing.write(sentence, FAULT, sys.stderr)
