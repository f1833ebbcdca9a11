"""Python's code as bytecode, packed: a browser begins with it sooner than with text.

`compile.mjs` runs this in Pyodide: the Python that compiles is the one that will load it. What nobody
sees there is left out: docstrings but where they are data, what functions say of types, and which line an
instruction comes from.
"""

from __future__ import annotations

import ast
import io
import json
import lzma
import marshal
import zipfile
from importlib.util import MAGIC_NUMBER
from pathlib import Path

from compression import zstd

FIRST = (1980, 1, 1, 0, 0, 0)
"""The time of every entry of an archive: the first one it can have."""
UNCHECKED = bytes(12)
"""Stands for the file that bytecode was made of, where there is none to compare it with."""
# To unpack takes as much memory as its dictionary, which the browser keeps for the next visit.
XZ = {"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": 1 << 22}
PACKINGS = {
    "zstd": lambda whole: zstd.compress(whole, 22),
    "xz": lambda whole: lzma.compress(whole, filters=[XZ]),
}


class Bare(ast.NodeTransformer):
    """Takes out docstrings, and what functions and variables say of types; fields of classes keep theirs."""

    def __init__(self, *, documented: bool) -> None:
        self._documented = documented
        self._in_class = False

    def visit_Module(self, node: ast.Module) -> ast.AST:
        return self._within(node, in_class=False)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        return self._within(node, in_class=True)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self._within(node, in_class=False)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        node.returns = None
        return self._within(node, in_class=False)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        self.generic_visit(node)
        if self._in_class:
            return node
        return ast.Assign([node.target], node.value) if node.value else ast.Pass()

    def _within(self, node: ast.AST, *, in_class: bool) -> ast.AST:
        if not self._documented and ast.get_docstring(node, clean=False) is not None:
            # Nothing takes its place where something follows: an import from __future__ comes first.
            node.body[:1] = [] if node.body[1:] else [ast.Pass()]
        before, self._in_class = self._in_class, in_class
        self.generic_visit(node)
        self._in_class = before
        return node


def compiled(text: str, name: str, *, documented: bool) -> bytes:
    """A module's bytecode, as a file that is imported without its text.

    Raises:
        SyntaxError: it is not Python, with its file and line.
    """
    try:
        tree = Bare(documented=documented).visit(ast.parse(text, name))
    except SyntaxError as error:
        raise SyntaxError(f"{name}:{error.lineno}: {error.msg}") from None
    for node in ast.walk(tree):
        if hasattr(node, "lineno"):
            node.lineno = node.end_lineno = 1
            node.col_offset = node.end_col_offset = 0
    ast.fix_missing_locations(tree)
    code = compile(tree, name, "exec", dont_inherit=True)
    return MAGIC_NUMBER + UNCHECKED + marshal.dumps(code)


def archive(files: dict[str, str], as_they_are: list[str], documented: list[str]) -> bytes:
    """A ZIP file, not compressed.

    Args:
        files: text by name; what ends in `.py` becomes bytecode.
        as_they_are: beginnings of names of what stays text.
        documented: beginnings of names of modules that keep their docstrings.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as whole:
        for name, text in sorted(files.items()):
            content: str | bytes = text
            if name.endswith(".py") and not name.startswith(tuple(as_they_are)):
                content = compiled(text, name, documented=name.startswith(tuple(documented)))
                name = f"{name}c"
            whole.writestr(zipfile.ZipInfo(name, FIRST), content)
    return packed.getvalue()


def main() -> None:
    """Take what is asked from one file, and write the answer into another."""
    asked = json.loads(Path("/asked").read_text("utf-8"))
    packing = PACKINGS[asked.pop("packing")]
    Path("/answer").write_bytes(packing(archive(**asked)))


main()
