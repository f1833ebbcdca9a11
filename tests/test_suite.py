"""The suite itself: what runs without a browser, and how much is tried, is set in one place."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parent
FILES = sorted(TESTS.rglob("*.py"))
_OWN_NUMBER = re.compile(r"\bmax_" + r"examples\b")


def test_what_opens_a_browser_is_left_out_by_the_marker() -> None:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--collect-only",
        "-p",
        "no:cacheprovider",
        "-m",
        "not browser",
    ]
    asked = [str(TESTS / "test_browser.py"), str(TESTS / "test_house.py")]
    # Options for the run that this test is part of are not meant for the one within.
    environment = {name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"}
    run = subprocess.run(
        [*command, *asked], cwd=TESTS.parent, env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert set(re.findall(r"^tests/(\w+)\.py::", run.stdout, re.MULTILINE)) == {"test_house"}
    assert re.search(r"\d+ deselected", run.stdout)
    opening = [path.name for path in FILES if "chromium.launch" in path.read_text("utf-8")]
    assert sorted(opening) == ["test_suite.py", "tour.py"], f"ask for the fixture 'browser' in {opening}"


def test_a_property_says_no_number_of_examples_of_its_own() -> None:
    own = [path.name for path in FILES if _OWN_NUMBER.search(path.read_text("utf-8"))]
    assert own == ["conftest.py"], f"profiles in tests/conftest.py set the number: take it out of {own}"
