"""What a browser gets of Python's code: bytecode of the Python that runs there, the same bytes each time."""

from __future__ import annotations

import base64
import io
import json
import lzma
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

# Last, so that no hook stands before a module of Python with its name.
sys.path.append(str(Path(__file__).parents[1] / "docs" / "hooks"))

import compiled
import runtime

FILES = {
    "kept/told.py": '"""Told."""\nTOLD = __doc__\n',
    "data.txt": "as it is\n",
    "as/it_is.py": "# A comment\n",
    "one.py": '''"""Not needed."""
from __future__ import annotations

import dataclasses


@dataclasses.dataclass
class Point:
    """Not needed either."""

    x: int
    y: int = 2


def sum_of(point: Point, *, most: int = 9) -> int:
    """Nobody reads this."""
    total: int = point.x + point.y
    return min(total, most) if point.x in {"c", "a", "b", 1} else 0


async def nothing() -> None:
    """Nor this."""
''',
}
# Pyodide runs what was made, as a browser would.
RUN = """
import { loadPyodide } from "pyodide";
const python = await loadPyodide();
python.FS.writeFile("/a.zip", new Uint8Array(Buffer.from(process.argv[1], "base64")));
console.log(python.runPython(`
import sys
sys.path.insert(0, "/a.zip")
import kept.told, one
point = one.Point(1)
str([kept.told.TOLD, one.__doc__, one.Point.__doc__, one.sum_of.__doc__, one.sum_of.__annotations__,
     [field.type for field in one.dataclasses.fields(point)], one.sum_of(point), one.nothing.__doc__])
`));
"""


def question(files: dict[str, str] = FILES) -> bytes:
    asked = {"packing": "xz", "files": files, "as_they_are": ["as/"], "documented": ["kept/"]}
    return json.dumps(asked).encode()


@pytest.fixture(scope="module")
def made(with_runtime: Path) -> bytes:
    return compiled.answer(question())


def test_what_ends_in_py_is_bytecode_and_the_rest_as_it_was(made: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(lzma.decompress(made))) as archive:
        assert archive.namelist() == ["as/it_is.py", "data.txt", "kept/told.pyc", "one.pyc"]
        assert archive.read("data.txt").decode() == FILES["data.txt"]
        assert archive.read("as/it_is.py").decode() == FILES["as/it_is.py"]
        assert b"Nobody reads this" not in archive.read("one.pyc")


def test_it_does_what_the_text_does_and_says_nothing_of_types(made: bytes) -> None:
    given = base64.b64encode(lzma.decompress(made)).decode()
    done = subprocess.run(
        ["node", "--input-type=module", "-e", RUN, given],
        cwd=compiled.FOLDER, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == str(
        ["Told.", None, "Point(x: 'int', y: 'int' = 2)", None, {}, ["int", "int"], 3, None]
    )


def test_the_same_text_gives_the_same_bytes(made: bytes) -> None:
    assert compiled.answer(question()) == made


def test_a_text_that_is_no_python_is_named(with_runtime: Path) -> None:
    with pytest.raises(
        RuntimeError, match=r"docs/runtime/compile\.mjs: SyntaxError: broken\.py:2: invalid syntax"
    ):
        compiled.answer(question({"broken.py": "x = 1\nx = = 2\n"}))


def test_without_nodejs_it_is_said_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RuntimeError, match=r"docs/runtime needs Node\.js, .*: install it"):
        compiled.answer(question())


def test_what_was_made_is_kept_until_something_changes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = []
    monkeypatch.setattr(compiled, "KEPT", tmp_path / "kept")
    monkeypatch.setattr(compiled, "answer", lambda question: asked.append(question) or b"made")
    for files, packing, times in (({"a": "1"}, "xz", 1), ({"a": "1"}, "xz", 1), ({"a": "2"}, "xz", 2),
                                  ({"a": "2"}, "zstd", 3)):  # fmt: skip
        assert compiled.archive("code", packing, files) == b"made"
        assert len(asked) == times
    assert len(os.listdir(tmp_path / "kept")) == 1
    part = tmp_path / "part"
    part.write_text("another compiler", "utf-8")
    monkeypatch.setattr(compiled, "_PARTS", (part,))
    compiled.archive("code", "zstd", {"a": "2"})
    assert len(asked) == 4


def test_where_nothing_can_be_kept_it_is_made_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(compiled, "KEPT", tmp_path / "file" / "kept")
    monkeypatch.setattr(compiled, "answer", lambda _: b"made")
    assert compiled.archive("code", "xz", {}) == b"made"


def test_each_module_is_named_once() -> None:
    pinned = runtime._pinned()
    named = [*pinned["modules"], *pinned["in_name_only"]]
    assert len(set(named)) == len(named)
