"""The answers about each file of a call; a file that cannot be used is an answer as well."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_vpc.checking.remarks import Remark
from lambda_vpc.checking.ways import Way
from lambda_vpc.cli.exit_codes import BAD_INPUT, WRONG_USAGE
from lambda_vpc.cli.inputs import Templates, asked
from lambda_vpc.cloudformation.template import Template
from lambda_vpc.reading import BadInput, Problem, Source, WrongUsage

if TYPE_CHECKING:
    from lambda_vpc.checking.choices import Choices
    from lambda_vpc.checking.enis import EniPlan
    from lambda_vpc.rules import Report


@dataclass(frozen=True)
class FileAnswers:
    """Everything that is said about one file."""

    file: str
    source: Source | None = None
    problems: tuple[Problem, ...] = ()
    """Why it cannot be used."""
    code: int = 0
    """The exit code of these problems."""
    ways: tuple[Way, ...] = ()
    findings: tuple[Report, ...] = ()
    enis: tuple[EniPlan, ...] = ()
    choices: Choices | None = None
    remarks: tuple[Remark, ...] = ()


Examine = Callable[[Template, Sequence[str], Templates], FileAnswers]
"""What a command says about a template and the functions that are named in it."""


def examined(
    options: argparse.Namespace, files: Sequence[str], functions: Sequence[str], examine: Examine
) -> list[FileAnswers]:
    """The answers about each file, in the order of the call.

    Args:
        options: the options of the call.
        files: names of templates.
        functions: logical ids of functions; among several templates each is asked about those it has.
        examine: makes the answers about one template. It is left out where functions are named and the
            template has none of them.

    Raises:
        WrongUsage: what is asked for is in no file.
    """
    templates = Templates(options, files)
    missing = dict.fromkeys(functions)
    found = []
    for name in files:
        try:
            template = templates.read(name)
            own = functions
            if templates.passes_over:
                own = [one for one in functions if one in template.functions]
            for function in own:
                missing.pop(function, None)
            with asked():
                answers = examine(template, own, templates) if own or not functions else FileAnswers(name)
            found.append(answers)
        except BadInput as bad:
            code = WRONG_USAGE if isinstance(bad, WrongUsage) else BAD_INPUT
            found.append(FileAnswers(name, problems=bad.problems, code=code))
    if not any(one.problems for one in found):
        templates.check_all_used()
        for name in missing if templates.all_needed else ():
            raise WrongUsage([Problem("--function", 1, f"no template has a Lambda function '{name}'")])
    return found
