"""The command `lambda-vpc new`: begin a snippet in a copy of the guide's repository."""

from __future__ import annotations

import argparse
from pathlib import Path

from lambda_vpc.cli.printing import write
from lambda_vpc.guide import new

_AFTERWARDS = """
{left} lines are left to write; meanwhile and afterwards:
  mkdocs serve                     shows it, and in red what comes out otherwise
  python tests/sections.py record  once both pages say the same
  pytest --snippet {name}
                                   what is asked of it, in seconds
"""


def run(options: argparse.Namespace) -> int:
    """Write the files, and list what is left to write."""
    left = new.create(Path.cwd(), options.name, options.kind, options.page)
    lines = [f"{one.path}:{one.line}: {one.what}" for one in left]
    return write("\n".join([*lines, _AFTERWARDS.format(left=len(left), name=options.name).rstrip()]), 0)
