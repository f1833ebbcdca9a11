"""Writing to the terminal: nothing of a reader's file controls it, and a reader who leaves is no fault."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Mapping
from typing import IO

from lambda_vpc.cli.exit_codes import FAULT

_COLORS = {"red": "31", "green": "32", "yellow": "33", "cyan": "36", "bold": "1", "dim": "2"}


class Paint:
    """Colors for words, where they are wanted."""

    def __init__(self, when: str, stream: IO[str] | None = None) -> None:
        """Decide whether there are colors.

        Args:
            when: `always`, `never`, or `auto`: on a terminal, unless NO_COLOR is set or TERM is `dumb`.
            stream: where the words go, by default standard output.
        """
        stream = sys.stdout if stream is None else stream
        by_itself = stream is not None and stream.isatty()
        wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        self.on = when == "always" or (when == "auto" and by_itself and wanted)

    def __call__(self, color: str, text: str) -> str:
        """The text in a color; unchanged without colors."""
        return f"\x1b[{_COLORS[color]}m{text}\x1b[0m" if self.on else text


def visible(text: str) -> str:
    """A line whose control characters cannot reach the terminal: a template may hold any."""
    if text.isprintable():
        return text
    return "".join(
        letter if letter.isprintable() or letter == "\N{IDEOGRAPHIC SPACE}"
        else letter.encode("unicode_escape").decode()
        for letter in text
    )  # fmt: skip


def listed(names: list[str] | tuple[str, ...], most: int = 10) -> str:
    """Names in a sentence; of many the first ones."""
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest:,} more" if rest > 0 else "")


def print_json(data: Mapping[str, object], code: int) -> int:
    """Print data as JSON; the exit code to end with."""
    lines = json.dumps(data, indent=2, ensure_ascii=False).split("\n")
    # JSON escapes ASCII control characters itself; the rest of them are escaped its way here.
    return write(
        "\n".join(
            line if line.isprintable()
            else "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in line)
            for line in lines
        ),
        code,
    )  # fmt: skip


def print_xml(text: str, code: int) -> int:
    """XML without a declaration is UTF-8: for any other encoding of the output letters become references."""
    encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "").replace("_", "")
    if encoding != "utf8":
        text = text.encode("ascii", "xmlcharrefreplace").decode()
    return write(text.removesuffix("\n"), code)


def write(text: str, code: int, file: IO[str] | None = None) -> int:
    """Print to standard output or error; the exit code to end with.

    A terminal that cannot show a character gets it escaped, not a traceback. Where nobody reads any more, as
    behind `| head`, the code still tells the answer; where writing fails otherwise it is a fault.
    """
    stream = file or sys.stdout
    if stream is None:
        return code
    encoding = stream.encoding or "utf-8"
    try:
        print(text.encode(encoding, "backslashreplace").decode(encoding), file=stream, flush=True)
    except BrokenPipeError:
        _discard(stream)
    except OSError as error:
        _discard(stream)
        if stream is not sys.stderr and sys.stderr is not None:
            with contextlib.suppress(OSError):
                print(f"lambda-vpc: the answer cannot be written: {error.strerror}", file=sys.stderr)
        return FAULT
    return code


def _discard(stream: IO[str]) -> None:
    """Let what is left in a stream's buffer go, so that nothing fails again at the end."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
