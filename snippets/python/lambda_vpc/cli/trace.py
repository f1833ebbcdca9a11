"""The command `lambda-vpc trace`: where the packets of functions go."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence

from lambda_vpc.checking import ways as checking
from lambda_vpc.checking.remarks import remarks
from lambda_vpc.cli import output
from lambda_vpc.cli.exit_codes import BAD_INPUT, OF_ANSWER, worst
from lambda_vpc.cli.files import FileAnswers, examined
from lambda_vpc.cli.inputs import Templates
from lambda_vpc.cli.printing import Paint, visible
from lambda_vpc.cli.texts import Excerpts, result_lines
from lambda_vpc.cloudformation.template import Template
from lambda_vpc.reading import BadInput, WrongUsage

_WORDS = ("TEMPLATE", "FUNCTION", "DESTINATION")


def run(options: argparse.Namespace) -> int:
    """Trace every function that is meant to every destination.

    Raises:
        WrongUsage: an argument is missing or too many.
    """
    files, functions, destinations = _asked(options)

    def examine(template: Template, own: Sequence[str], _: Templates) -> FileAnswers:
        found = tuple(
            way for destination in destinations
            for way in checking.ways(template, destination, own, options.without_az)
        )  # fmt: skip
        results = [result for way in found for result in way.results]
        return FileAnswers(
            template.path, template.source, ways=found, remarks=tuple(remarks(template, results))
        )

    found = examined(options, files, functions, examine)
    answers = [way.answer for one in found for way in one.ways]
    code = worst([*(one.code for one in found), *(OF_ANSWER[answer] for answer in answers)])
    if options.to:
        return output.of_files(found, options, code, _lines)
    if found[0].problems:
        raise (BadInput if code == BAD_INPUT else WrongUsage)(found[0].problems)
    return output.of_files(found, options, code, _alone)


def _asked(options: argparse.Namespace) -> tuple[list[str], list[str], list[str]]:
    """Files, functions and destinations, in either way of writing the command."""
    words = options.words
    if options.to:
        if not words:
            options.wrong_usage("the following arguments are required: FILE")
        return words, options.function, list(dict.fromkeys(options.to))
    if options.function:
        options.wrong_usage("--function goes with --to DESTINATION; write both")
    if len(words) < len(_WORDS):
        missing = ", ".join(_WORDS[len(words) :])
        options.wrong_usage(
            f"the following arguments are required: {missing}; for several files write --to DESTINATION"
        )
    if len(words) > len(_WORDS):
        options.wrong_usage(f"'{words[3]}' is one too many; for several files write --to DESTINATION")
    return words[:1], words[1:2], words[2:]


def _lines(found: FileAnswers, paint: Paint, excerpts: Excerpts) -> Iterator[str]:
    yield from output.way_lines(found, paint, excerpts)
    if not found.ways and not found.problems:
        yield visible(f"{found.file}: has no function that this asks about")
    yield from output.remark_lines(found)


def _alone(found: FileAnswers, paint: Paint, excerpts: Excerpts) -> Iterator[str]:
    """Of one function and one destination: the answers and nothing around them."""
    for way in found.ways:
        for result in way.results:
            yield from result_lines(result, paint, excerpts)
    yield from output.remark_lines(found)
