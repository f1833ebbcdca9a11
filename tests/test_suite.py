"""The suite itself: what runs without a browser, and how much is tried, is set in one place."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import OF_ONE_SNIPPET

TESTS = Path(__file__).parent
FILES = sorted(TESTS.rglob("*.py"))
_OWN_NUMBER = re.compile(r"\bmax_" + r"examples\b")


def run(*arguments: str) -> subprocess.Popen[str]:
    """Another pytest in the project. Options for the run that this test is part of are not meant for it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=TESTS.parent,
        env=environment | {"PYTHONUNBUFFERED": "1", "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_what_opens_a_browser_is_left_out_by_the_marker() -> None:
    asked = [str(TESTS / "test_browser.py"), str(TESTS / "test_house.py")]
    with run("--collect-only", "-q", "-m", "not browser", *asked) as process:
        said = process.communicate()[0]
    assert process.returncode == 0, said
    assert set(re.findall(r"^tests/(\w+)\.py::", said, re.MULTILINE)) == {"test_house"}
    assert re.search(r"\d+ deselected", said)
    opening = [path.name for path in FILES if "chromium.launch" in path.read_text("utf-8")]
    # One is run by hand.
    assert sorted(opening) == ["measure_checker.py", "test_suite.py", "tour.py"], (
        f"ask for the fixture 'browser' in {opening}"
    )


def test_a_run_says_at_once_how_long_it_takes_and_what_is_shorter() -> None:
    with run() as process:
        said = ""
        while "tests/test_languages.py" not in said and (line := process.stdout.readline()):
            said += line
        process.terminate()
    assert re.search(r"all tests: .*\d minutes", said), said
    assert "pytest --snippet TOPIC/NAME" in said, said
    assert "collected" not in said, "it is said before all files are read"


def test_one_snippet_is_asked_about_alone() -> None:
    with run("--collect-only", "-q", "--snippet", "condition-keys/require-vpc") as process:
        said = process.communicate()[0]
    assert process.returncode == 0, said
    found = re.findall(r"^tests/(\w+)\.py::\w+\[(.+)\]$", said, re.MULTILINE)
    assert {file for file, _ in found} == {name.removesuffix(".py") for name in OF_ONE_SNIPPET}
    assert {named.partition("#")[0] for _, named in found} == {"condition-keys/require-vpc"}


def test_a_snippet_that_is_not_there_ends_the_run_with_the_nearest_name() -> None:
    with run("--snippet", "condition-keys/require-vcp") as process:
        said = process.communicate()[0]
    assert process.returncode == pytest.ExitCode.USAGE_ERROR
    assert "no snippet 'condition-keys/require-vcp' (did you mean 'condition-keys/require-vpc'?)" in said
    assert "Traceback" not in said


def test_a_mistake_in_the_data_stops_a_file_with_its_place_and_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "test_data.py").write_text(
        "from lambda_vpc.reading import BadInput, Problem\n"
        "raise BadInput([Problem('docs/facts.yaml', 7, \"'en' is missing; add it\")])\n",
        "utf-8",
    )
    with run("-p", "conftest", str(tmp_path)) as process:
        said = process.communicate()[0]
    assert process.returncode == pytest.ExitCode.INTERRUPTED, said
    assert "\ndocs/facts.yaml:7: 'en' is missing; add it\n" in said
    assert "Traceback" not in said and "raise BadInput" not in said


def test_a_property_says_no_number_of_examples_of_its_own() -> None:
    own = [path.name for path in FILES if _OWN_NUMBER.search(path.read_text("utf-8"))]
    assert own == ["conftest.py"], f"profiles in tests/conftest.py set the number: take it out of {own}"
