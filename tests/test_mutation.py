"""The mutation command finds the changes that tests miss, and no others."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from code_mutants import mutants
from mutate import GUIDE, Outcome, chosen, equivalents, stale

TOOLS = Path(__file__).parent / "tools"


def changes(source: str) -> list[str]:
    return [mutant.change for mutant in mutants(source, "toy", "toy.py")]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a < b", ["a < b → a <= b", "a < b → a >= b"]),
        ("a is None", ["a is None → a is not None"]),
        ("a and b", ["a and b → a or b", "a and b → b", "a and b → a"]),
        ("not a", ["not a → a"]),
        ("a - b", ["a - b → a + b"]),
        ("f(4)", ["4 → 5", "4 → 3"]),
        ("f(False)", ["False → True"]),
        ("f('no-route')", ["'no-route' → 'no-routeX'"]),
        ("[a, b]", ["element a removed", "element b removed"]),
        ("any(a)", ["any(a) → all(a)"]),
        ("f(c for c in d if c)", ["c → not c", "if c removed"]),
        ("f(a if b else c)", ["b → not b"]),
        ("isinstance(a, B | C)", ["B | C → B", "B | C → C"]),
    ],
)
def test_an_expression_is_changed_in_each_way(source: str, expected: list[str]) -> None:
    assert changes(f"x = {source}") == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f():\n    note()", ["note() removed"]),
        ("def f():\n    return g()", ["return g() → return None"]),
        ("def f():\n    return True", ["True → False"]),
        ("def f(a=1):\n    pass", ["1 → 2", "1 → 0"]),
        ("if a:\n    raise E('no')", ["a → not a", "raise E('no') removed"]),
        ("for a in b:\n    continue", ["continue removed"]),
        ("a += b", ["a += b → a -= b", "a += b removed"]),
        ("a['k'] = b", ["a['k'] = b removed", "'k' → 'kX'"]),
        ("match a:\n    case 1:\n        f = g\n    case _:\n        f = h",
         ["case 1 removed", "1 → 2", "1 → 0", "case _ removed"]),
    ],
)  # fmt: skip
def test_a_statement_is_changed_in_each_way(source: str, expected: list[str]) -> None:
    assert changes(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        '"""A text about True and 1."""',
        "x = f'{a + 1} words'",
        "x = 'words with a blank'",
        "def f(a: Literal['x']) -> Literal[True]:\n    '''Text.'''",
        "@dataclass(frozen=True)\nclass A:\n    b: Literal['c']",
        "__all__ = ['f']",
        "Answer = bool | Undetermined",
        "class A:\n    def __repr__(self):\n        return self.a + 1",
        "import a.b",
    ],
)
def test_wording_is_left_alone(source: str) -> None:
    assert changes(source) == []


def test_a_mutant_is_named_alike_while_lines_move() -> None:
    source = "def f(a):\n    return a > 1 or a > 1\n"
    before, after = mutants(source, "toy", "toy.py"), mutants("\n\n" + source, "toy", "toy.py")
    assert [mutant.key for mutant in before] == [mutant.key for mutant in after]
    assert len({mutant.key for mutant in before}) == len(before)
    assert before[0].line + 2 == after[0].line


def test_a_mutant_of_the_checker_can_be_compiled_and_differs() -> None:
    path = GUIDE.modules()["cloudformation.intrinsics"]
    source = path.read_text("utf-8")
    unchanged = compile(ast.parse(source), str(path), "exec")
    found = mutants(source, "cloudformation.intrinsics", str(path))
    assert len({mutant.key for mutant in found}) == len(found) > 300
    for mutant in found[::25]:
        assert mutant.code != unchanged, mutant


def test_the_table_and_the_list_of_equivalent_mutants_can_be_read() -> None:
    assert {"answers", "cloudformation.intrinsics"} <= GUIDE.modules().keys()
    assert all((GUIDE.root / file).is_file() for files in GUIDE.tests.values() for file in files)
    assert all(reason.strip() for reason in equivalents(GUIDE.equivalent).values())


# The command on a module of its own

TOY = '''
LIMIT = 3
OTHER = 3

def small(number):
    """Whether a number is small."""
    if number < 0:
        raise ValueError("no such number")
    return number < LIMIT

def endless(number):
    while number > 1:
        number -= 1
    return number

def same(number):
    return max(number, number)
'''
TOY_TESTS = """
import toy

def test_small():
    assert toy.small(1)
    assert toy.small(2)
    assert not toy.small(3)

def test_endless():
    assert toy.endless(3) == 1
"""
CALL = """
import sys
from pathlib import Path
import mutate

here = Path(sys.argv[1])
sys.path[:0] = [str(here)]
tests = {"toy": ["test_toy.py"]}
house = mutate.House(here, here, "", tests, equivalent=here / "equivalent.yaml", patience=0)
sys.exit(mutate.main(sys.argv[2:], house))
"""


def command(folder: Path, equivalent: list[dict], tests: str = TOY_TESTS) -> subprocess.CompletedProcess[str]:
    (folder / "toy.py").write_text(TOY, "utf-8")
    (folder / "test_toy.py").write_text(tests, "utf-8")
    (folder / "pytest.ini").write_text("[pytest]\npythonpath = .\n", "utf-8")
    (folder / "conftest.py").write_text(
        "from hypothesis import settings\nsettings.register_profile('mutants')\n", "utf-8"
    )
    (folder / "equivalent.yaml").write_text(yaml.safe_dump(equivalent), "utf-8")
    return subprocess.run(
        [sys.executable, "-c", CALL, str(folder), "--json", str(folder / "out.json")],
        cwd=TOOLS, env={name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_survivors_are_named_and_the_explained_ones_are_not(tmp_path: Path) -> None:
    same = {
        "where": "toy:same",
        "change": "max(number, number) → min(number, number)",
        "reason": "They are equal.",
    }
    ended = command(tmp_path, [same])
    assert ended.returncode == 1, ended.stdout + ended.stderr
    outcomes = json.loads((tmp_path / "out.json").read_text("utf-8"))
    survivors = {(one["where"], one["change"]) for one in outcomes if one["killed_by"] is None}
    assert survivors == {
        ("toy", "3 → 4"),  # of OTHER
        ("toy", "3 → 2"),
        ("toy:small", "number < 0 → number <= 0"),
        ("toy:small", "0 → 1"),
        ("toy:small", "raise ValueError('no such number') removed"),
        ("toy:endless", "1 → 2"),  # in steps of two
        ("toy:same", "max(number, number) → min(number, number)"),
        ("toy:same", "return max(number, number) → return None"),
    }
    assert "survives: toy.py:3: module: 3 → 4 (#2)" in ended.stdout
    assert "max(number, number) → min" not in ended.stdout
    assert "all 24 16 1 7 69.6 %" in " ".join(ended.stdout.split())
    without_end = next(one for one in outcomes if one["change"] == "number -= 1 removed")
    assert without_end["killed_by"] == "no end in the time allowed"


def test_an_entry_that_no_longer_holds_is_an_error() -> None:
    every = {"toy": mutants(TOY, "toy", "toy.py")}
    killed = next(mutant for mutant in every["toy"] if mutant.change.startswith("number < LIMIT"))
    allowed = {killed.key: "Said too soon.", ("toy:large", "1 → 2", 1): "Was there once."}
    assert stale([Outcome(killed, "test_toy.py::test_small")], every, allowed) == [
        "toy:large: 1 → 2 (#1): no such mutant any more",
        "toy.py:9: small: number < LIMIT → number <= LIMIT: test_toy.py::test_small notices it",
    ]


def test_a_sample_is_the_same_for_the_same_seed() -> None:
    every = {name: mutants(TOY, name, "toy.py") for name in ("a", "b.c")}
    first, again, other = (chosen(every, [], 5, seed) for seed in (1, 1, 2))
    assert first == again != other
    assert {mutant.module for mutant in chosen(every, ["b"], None, 1)} == {"b.c"}


def test_tests_that_fail_without_a_change_judge_nothing(tmp_path: Path) -> None:
    ended = command(tmp_path, [], TOY_TESTS.replace("== 1", "== 2"))
    assert ended.returncode == 1
    assert "without any change, test_toy.py::test_endless fails: mend this first" in ended.stderr
