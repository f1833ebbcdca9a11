"""The answers of a call in the format that is asked for."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module

from lambda_vpc.cli.files import FileAnswers
from lambda_vpc.cli.printing import Paint, visible, write
from lambda_vpc.cli.texts import COLORS, INDENT, Excerpts, remark_text, result_lines

Lines = Callable[[FileAnswers, Paint, Excerpts], Iterator[str]]
"""What a command says about a file as text."""


def of_files(found: Sequence[FileAnswers], options: argparse.Namespace, code: int, lines: Lines) -> int:
    """Print the answers about files.

    Args:
        found: the answers.
        options: the options of the call.
        code: the exit code.
        lines: the answers about one file, as text.

    Returns:
        The exit code.
    """
    if options.format not in (None, "text"):
        # A format is imported when somebody asks for it.
        return import_module(f"lambda_vpc.cli.formats.{options.format}").of_files(found, options, code)
    problems = [visible(str(problem)) for one in found for problem in one.problems]
    if problems:
        write("\n".join(problems), code, sys.stderr)
    excerpts = Excerpts(one.source for one in found if one.source)
    paint = Paint(options.color)
    text = "\n".join(line for one in found if not one.problems for line in lines(one, paint, excerpts))
    return write(text, code) if text else code


def way_lines(found: FileAnswers, paint: Paint, excerpts: Excerpts) -> Iterator[str]:
    """The ways of functions, each below its question."""
    for way in found.ways:
        question = paint("bold", visible(f"{way.function} to {way.destination}"))
        place = paint("dim", visible(f"({way.file}:{way.line})"))
        yield f"{question}: {paint(COLORS[way.answer], way.answer)} {place}"
        for result in way.results:
            for line in result_lines(result, paint, excerpts):
                yield f"  {line}"


def remark_lines(found: FileAnswers) -> Iterator[str]:
    """What a reader should know about how the answers came about."""
    for remark in found.remarks:
        yield visible(f"{'note':<{len(INDENT)}}{remark_text(remark)}")
