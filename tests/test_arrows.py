"""Inside the package imports lead downward only, and each room imports what it is said to import."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import lambda_vpc

PACKAGE = Path(lambda_vpc.__file__).parent
MODULES = sorted(
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")
    for path in PACKAGE.rglob("*.py")
    if path != PACKAGE / "__init__.py"
)

# A room may import the rooms named here, and its own modules.
MAY_IMPORT = {
    "answers": set(),
    "reading": set(),
    "own_data": {"reading"},
    "sentences": {"own_data"},
    "iam": {"answers", "own_data", "reading", "sentences"},
    "cloudformation": {"answers", "reading"},
    "network": {"answers", "own_data", "reading", "sentences", "iam"},
    "network.from_template": {"answers", "reading", "sentences", "cloudformation", "network"},
    "diagram": {"answers", "own_data", "reading", "sentences", "network", "cloudformation", "eni"},
    "eni": {"own_data", "reading"},
    "rules": {"answers", "reading", "sentences", "iam", "cloudformation", "network", "network.from_template"},
    "checking": {"answers", "reading", "sentences", "iam", "cloudformation", "network",
                 "network.from_template", "eni", "rules"},
    "guide": {"answers", "own_data", "reading", "sentences", "iam", "cloudformation", "network",
              "network.from_template", "eni", "checking"},
    "links": {"reading", "guide"},
    "cli": {"reading", "sentences", "iam", "cloudformation", "network", "network.from_template", "rules",
            "checking", "diagram", "links", "guide"},
    "__main__": {"cli"},
}  # fmt: skip


def room(module: str) -> str:
    if module == "network.from_template" or module.startswith("network.from_template."):
        return "network.from_template"
    return module.split(".")[0]


def imports(module: str, source: str) -> Iterator[tuple[int, str]]:
    """Line and name of every module that is imported, inside functions as well."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module}:{node.lineno}: write the whole name of the module"
            base = node.module or ""
            for alias in node.names:
                whole = f"{base}.{alias.name}"
                is_module = whole.removeprefix("lambda_vpc.") in MODULES
                yield node.lineno, whole if is_module or base == "lambda_vpc" else base


def source_of(module: str) -> str:
    path = PACKAGE.joinpath(*module.split("."))
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return path.read_text("utf-8")


def wrong_arrows(module: str, source: str) -> list[str]:
    found = []
    for line, name in imports(module, source):
        if not name.startswith("lambda_vpc.") or name == "lambda_vpc.__version__":
            continue
        target = room(name.removeprefix("lambda_vpc."))
        if target != room(module) and target not in MAY_IMPORT[room(module)]:
            found.append(f"{module}:{line}: {room(module)} must not import {name}")
    return found


def test_every_room_is_known():
    assert {room(module) for module in MODULES} == set(MAY_IMPORT), "name what the room may import"


@pytest.mark.parametrize("module", MODULES)
def test_imports_lead_downward_only(module):
    assert not wrong_arrows(module, source_of(module)), "\n".join(wrong_arrows(module, source_of(module)))


def test_no_rooms_import_each_other():
    below = {name: set(others) for name, others in MAY_IMPORT.items()}
    while below:
        free = [name for name, others in below.items() if not others & (below.keys() - {name})]
        assert free, f"a circle among {sorted(below)}"
        for name in free:
            del below[name]


def test_only_the_adapter_imports_cfn_lint():
    importing = {
        module for module in MODULES for _, name in imports(module, source_of(module))
        if name.split(".")[0] == "cfnlint"
    }  # fmt: skip
    assert {room(module) for module in importing} == {"rules"}


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("network.trace", "from lambda_vpc.cloudformation import template"),
        ("network.filters", "from lambda_vpc.guide.placeholders import account"),
        ("network.routes", "from lambda_vpc.network.from_template import networks"),
        ("cloudformation.roles", "from lambda_vpc.iam.conditions import glob"),
        ("cloudformation.roles", "from lambda_vpc import iam"),
        ("answers", "import lambda_vpc.reading"),
        ("iam.decide", "def f():\n    from lambda_vpc.network import trace"),
    ],
)
def test_a_wrong_arrow_is_named(module, line):
    (found,) = wrong_arrows(module, line)
    assert found.startswith(f"{module}:") and "must not import lambda_vpc." in found
