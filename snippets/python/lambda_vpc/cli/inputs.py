"""Files and standard input of a call, and the values that are given for what a template leaves open."""

from __future__ import annotations

import argparse
import contextlib
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from lambda_vpc import reading
from lambda_vpc.cloudformation import template
from lambda_vpc.cloudformation.parameters import section
from lambda_vpc.cloudformation.template import Template
from lambda_vpc.reading import BadInput, Problem, WrongUsage

STANDARD_INPUT = "-"


def text_of(name: str) -> str:
    """The text of a file, or of standard input for `-`.

    Raises:
        BadInput: it cannot be read.
    """
    if name == STANDARD_INPUT:
        return reading.decoded(standard_input(), name)
    return reading.read_text(Path(name))


def standard_input() -> bytes:
    """What comes in by standard input.

    Raises:
        BadInput: it is too large.
    """
    raw = sys.stdin.buffer.read(reading.MAX_BYTES + 1) if sys.stdin is not None else b""
    if len(raw) > reading.MAX_BYTES:
        message = f"larger than {reading.MAX_BYTES:,} bytes; split it"
        raise BadInput([Problem(STANDARD_INPUT, 1, message)])
    return raw


class Templates:
    """Reads the templates of a call with the values that were given for them."""

    def __init__(self, options: argparse.Namespace, files: Sequence[str]) -> None:
        """Takes the options of the call.

        Raises:
            WrongUsage: a value is written wrong.
        """
        self.given = parameters(options.parameter)
        self.region = options.region
        self.root = Path(options.root) if options.root is not None else None
        self.passes_over = len(files) > 1 or options.if_present
        """Whether a template may lack a parameter or a function that is meant for another one."""
        self.all_needed = not options.if_present
        self.unused = set(self.given)
        """Parameters that no template read so far has."""
        _check_region(options.region)
        for name in files:
            if files.count(name) > 1:
                raise WrongUsage([Problem(name, 1, "is named twice; name it once")])

    def read(self, name: str) -> Template:
        """A template by its file name, or `-`.

        Among several templates, and with --if-present, each takes the parameters that it has.

        Raises:
            BadInput: it cannot be used.
            WrongUsage: it does not have a parameter that is given, or does not allow the value.
        """
        source = template.source_of(text_of(name), name)
        given: Mapping[str, str] = self.given
        if self.passes_over and isinstance(source.data, Mapping):
            own = section(source.data, "Parameters")
            given = {key: value for key, value in given.items() if key in own}
        self.unused -= given.keys()
        folder = Path.cwd() if name == STANDARD_INPUT else Path(name).parent
        return template.of(source, given, region=self.region, folder=folder, root=self.root)

    def check_all_used(self) -> None:
        """Refuse a parameter that none of several templates has, unless it may be missing.

        Raises:
            WrongUsage: there is one.
        """
        if self.passes_over and self.all_needed and self.unused:
            message = f"no template has the parameter '{min(self.unused)}'; take it away, or correct its name"
            raise WrongUsage([Problem("--parameter", 1, message)])


def parameters(written: Sequence[str]) -> dict[str, str]:
    """The parameters that are given as `NAME=VALUE`.

    Raises:
        WrongUsage: one is written otherwise, or twice.
    """
    found: dict[str, str] = {}
    for text in written:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise WrongUsage([Problem("--parameter", 1, f"'{text}': write NAME=VALUE")])
        if name in found:
            raise WrongUsage([Problem("--parameter", 1, f"'{name}' is given twice; give it once")])
        found[name] = value
    return found


def _check_region(region: str | None) -> None:
    if region is not None and not re.fullmatch(r"[a-z]{2,5}(-[a-z]+)+-[0-9]{1,2}", region):
        raise WrongUsage([Problem("--region", 1, f"'{region}' is no Region; write one like eu-west-1")])


@contextlib.contextmanager
def asked() -> Iterator[None]:
    """What is wrong once a template was read is wrong with what was asked for."""
    try:
        yield
    except template.TooLargeToResolve:
        raise
    except BadInput as error:
        raise WrongUsage(error.problems) from None
