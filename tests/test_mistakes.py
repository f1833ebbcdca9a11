"""What a build stopped at is told with its place, whatever kind of error it was."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import yaml
from mkdocs.exceptions import Abort, ConfigurationError, PluginError

from conftest import ROOT
from lambda_vpc.reading import BadInput, Problem

# Last, so that no hook stands before a module of Python with its name.
sys.path.append(str(ROOT / "docs" / "hooks"))

import mistakes

BAD = [Problem("docs/facts.yaml", 3, "is wrong; mend it"), Problem("docs/terms.yaml", 1, "is wrong, too")]


def stopped_by(error: BaseException) -> list[Problem]:
    """As it comes out of MkDocs: a hook's error in an error of MkDocs."""
    try:
        try:
            raise error
        except PluginError:
            raise Abort("Aborted with a BuildError!") from None
    except Exception as stopped:
        return mistakes.of(stopped)


def test_a_hook_that_refuses_files_tells_each_problem() -> None:
    try:
        mistakes.found(BadInput(BAD), usable=True)
    except PluginError as error:
        assert stopped_by(error) == BAD
    else:
        pytest.fail("only a server goes on with a mistake")


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        ("docs/en/x.md: loads from another host; put it under docs/theme/assets: <img>",
         Problem("docs/en/x.md", 1, "loads from another host; put it under docs/theme/assets: <img>")),
        ("docs/theme/404.html:7: two\nlines", Problem("docs/theme/404.html", 7, "two\nlines")),
    ],
)  # fmt: skip
def test_a_message_that_begins_with_a_place_has_it(message: str, problem: Problem) -> None:
    assert stopped_by(PluginError(message)) == [problem]


def test_a_message_without_a_place_is_told_whole() -> None:
    (problem,) = stopped_by(PluginError("the theme has changed"))
    assert problem.message == "PluginError: the theme has changed"


def test_an_error_that_nobody_foresaw_has_the_line_of_the_guide_that_it_came_from(tmp_path: Path) -> None:
    code = compile("\n\n{}['none']", str(tmp_path / "docs" / "hooks" / "a.py"), "exec")
    try:
        exec(code)
    except KeyError as error:
        assert stopped_by(error) == [Problem("docs/hooks/a.py", 3, "KeyError: 'none'")]


def test_a_configuration_that_is_no_yaml_has_the_line() -> None:
    try:
        try:
            yaml.safe_load("a: 1\nb: [")
        except yaml.YAMLError as error:
            raise ConfigurationError(f"MkDocs encountered an error: {error}") from error
    except ConfigurationError as error:
        (problem,) = mistakes.of(error)
    assert (problem.path, problem.line) == ("mkdocs.yml", 2)
    assert problem.message.startswith("is not YAML: ")


@pytest.fixture
def serving() -> None:
    mistakes.starts(serving=True)
    mistakes.begin()
    yield
    mistakes.starts(serving=False)
    mistakes.begin()


def test_a_server_goes_on_with_what_a_file_held_before(serving: None, tmp_path: Path) -> None:
    path = tmp_path / "facts.yaml"

    def load(path: Path) -> str:
        if "wrong" in path.read_text():
            raise BadInput(BAD)
        return path.read_text()

    path.write_text("wrong")
    with pytest.raises(PluginError, match="mend it"):
        mistakes.last_good(load, path)
    path.write_text("right")
    assert mistakes.last_good(load, path) == "right"
    path.write_text("wrong again")
    assert mistakes.last_good(load, path) == "right"
    assert mistakes.paths() == {one.path for one in BAD}


def test_only_the_first_of_many_mistakes_are_told(serving: None, caplog: pytest.LogCaptureFixture) -> None:
    mistakes.found(BadInput(Problem("a.yaml", line, "is wrong") for line in range(1, 10)), usable=True)
    assert (
        caplog.messages[-1] == f"a.yaml:{mistakes.MOST}: {9 - mistakes.MOST} more behind it; mend these first"
    )
    assert len(caplog.messages) == mistakes.MOST + 1
