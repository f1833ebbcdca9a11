"""The command `lambda-vpc completion`: a script that completes the command in a shell, made by shtab."""

from __future__ import annotations

import argparse

from lambda_vpc.cli.arguments import parser
from lambda_vpc.cli.printing import write


def run(options: argparse.Namespace) -> int:
    """Print the script."""
    try:
        import shtab
    except ModuleNotFoundError:
        options.wrong_usage("completion takes the package shtab: install it beside lambda-vpc")
    return write(shtab.complete(parser(), shell=options.shell), 0)
