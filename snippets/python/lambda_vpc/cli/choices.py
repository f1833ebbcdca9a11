"""The command `lambda-vpc choices`: what can be asked about templates."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence

from lambda_vpc.checking.choices import choices
from lambda_vpc.cli import output
from lambda_vpc.cli.exit_codes import worst
from lambda_vpc.cli.files import FileAnswers, examined
from lambda_vpc.cli.inputs import Templates
from lambda_vpc.cli.printing import Paint, listed, visible
from lambda_vpc.cli.texts import Excerpts
from lambda_vpc.cloudformation.template import Template

_IN_VPC = {True: "in a VPC", False: "no VPC", None: "in a VPC or not"}


def run(options: argparse.Namespace) -> int:
    """List functions, destinations and parameters of every template."""

    def examine(template: Template, _: Sequence[str], read: Templates) -> FileAnswers:
        return FileAnswers(template.path, template.source, choices=choices(template, read.given))

    found = examined(options, options.files, (), examine)
    return output.of_files(found, options, worst(one.code for one in found), _lines)


def _lines(found: FileAnswers, paint: Paint, _: Excerpts) -> Iterator[str]:
    assert found.choices is not None
    yield paint("bold", visible(found.file))
    for function in found.choices.functions:
        yield visible(f"function     {function.name} (line {function.line}): {_IN_VPC[function.in_vpc]}")
    for destination in found.choices.destinations:
        port = ":PORT" if destination.kind == "resource" and destination.port is None else ""
        where = " (in the template)" if destination.in_template else ""
        yield visible(f"destination  {destination.text}{port}{where}")
    for parameter in found.choices.parameters:
        value = f"={parameter.default}" if parameter.default is not None else ", no default"
        allowed = f"; {' or '.join(parameter.allowed)}" if parameter.allowed else ""
        yield visible(f"parameter    {parameter.name}{value} ({parameter.type}{allowed})")
    if found.choices.zones:
        yield visible(f"zones        {listed(found.choices.zones)}")
