"""Every Python example on a page or in a docstring runs and prints what it says."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from pytest_examples import CodeExample, EvalExample, find_examples

import lambda_vpc

ROOT = Path(__file__).parents[1]
EXAMPLES = list(find_examples(ROOT / "docs" / "ja", ROOT / "docs" / "en"))
# Whatever a writer fences as Python, in any of the forms Markdown has: each must be among the examples.
_FENCE = re.compile(r"^ *(?:`{3,}|~{3,}) *\{? *\.?(?:python|py|python3|pycon)\b", re.MULTILINE)
DOCTESTS = {
    test.name: test
    for module in pkgutil.walk_packages(lambda_vpc.__path__, "lambda_vpc.")
    if ".rules" not in module.name and not module.name.endswith("__main__")
    for test in doctest.DocTestFinder().find(importlib.import_module(module.name))
    if test.examples
}


def pages() -> list[Path]:
    return sorted((ROOT / "docs").rglob("*.md"))


def test_every_python_block_is_found():
    fences = sum(len(_FENCE.findall(page.read_text("utf-8"))) for page in pages())
    assert fences == len(EXAMPLES) > 0, (
        f"{fences} Python blocks in pages, {len(EXAMPLES)} of them run: fence them as ```python"
    )


def programs(examples: Iterable[CodeExample]) -> list[list[CodeExample]]:
    """The blocks that make one program each: one that prints nothing begins the one after it on the page."""
    found: list[list[CodeExample]] = []
    for example in examples:
        before = found[-1][-1] if found else None
        if before and "#>" not in before.source and before.path == example.path:
            found[-1].append(example)
        else:
            found.append([example])
    return found


@pytest.mark.parametrize("program", programs(EXAMPLES), ids=lambda program: str(program[-1]))
def test_an_example_on_a_page_prints_what_it_says(program: list[CodeExample], eval_example: EvalExample):
    names: dict[str, object] = {}
    for example in program:
        names |= eval_example.run_print_check(example, module_globals=names)
    assert "#>" in program[-1].source, (
        f"{program[-1]}: print something and show it with #>, so that it is checked"
    )


def test_both_languages_show_the_same_examples():
    by_language = {
        language: [example.source for example in EXAMPLES if f"/docs/{language}/" in str(example.path)]
        for language in ("ja", "en")
    }
    assert by_language["ja"] == by_language["en"], "the Python blocks differ between docs/ja and docs/en"


def test_docstrings_have_examples():
    assert DOCTESTS


@pytest.mark.parametrize("test", DOCTESTS.values(), ids=list(DOCTESTS))
def test_an_example_in_a_docstring_prints_what_it_says(test: doctest.DocTest):
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    runner.run(test, clear_globs=False)
    assert runner.failures == 0, f"{test.name}: an example prints something else; see above"
