"""Archives of Python's code for the browser, compiled by the Python that runs there: Pyodide, in Node.js.

An archive is kept beside Pyodide until what it is made of changes: to compile it takes some seconds.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
from collections.abc import Collection, Mapping
from contextlib import suppress

from render import DOCS

FOLDER = DOCS / "runtime"
COMPILER = FOLDER / "compile.mjs"
KEPT = FOLDER / "node_modules" / ".cache" / "lambda-vpc"
_PARTS = (COMPILER, FOLDER / "compile.py", FOLDER / "package-lock.json")
"""What makes an archive another one, besides its files."""

_ERROR = re.compile(r"\w*Error\b.{0,300}$")


def archive(
    name: str,
    packing: str,
    files: Mapping[str, str],
    *,
    as_they_are: Collection[str] = (),
    documented: Collection[str] = (),
) -> bytes:
    """A ZIP file of modules, compressed.

    Args:
        name: what the archive is called.
        packing: `zstd` or `xz`.
        files: text by name; what ends in `.py` becomes bytecode.
        as_they_are: beginnings of names of what stays text.
        documented: beginnings of names of modules that keep their docstrings.

    Raises:
        RuntimeError: Node.js is missing, or a file is not Python.
    """
    asked = {
        "packing": packing,
        "files": dict(files),
        "as_they_are": list(as_they_are),
        "documented": list(documented),
    }
    question = json.dumps(asked, sort_keys=True).encode()
    parts = hashlib.sha256(question)
    for part in _PARTS:
        parts.update(part.read_bytes())
    kept = KEPT / f"{name}-{parts.hexdigest()[:16]}"
    if kept.is_file():
        return kept.read_bytes()
    content = answer(question)
    # Where nothing can be written it is compiled again the next time.
    with suppress(OSError):
        KEPT.mkdir(parents=True, exist_ok=True)
        for older in KEPT.glob(f"{name}-*"):
            older.unlink()
        # Another build may be at the same.
        new = KEPT / f".{kept.name}-{os.getpid()}"
        new.write_bytes(content)
        new.replace(kept)
    return content


def answer(question: bytes) -> bytes:
    """What the compiler makes of a question.

    Raises:
        RuntimeError: as `archive`.
    """
    try:
        done = subprocess.run(["node", COMPILER], input=question, capture_output=True)
    except FileNotFoundError:
        raise RuntimeError("docs/runtime needs Node.js, which came with npm: install it") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").splitlines()
        raise RuntimeError(f"docs/runtime/compile.mjs: {_reason(said)}")
    return done.stdout


def _reason(said: list[str]) -> str:
    """The line that tells what went wrong: of Python if it was Python, otherwise of Node.js."""
    errors = [line for line in said if _ERROR.match(line)]
    return errors[-1] if errors else "it ended without a word"
