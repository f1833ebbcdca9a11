"""The repository is kept in order: what stands where, what is pinned, and what never gets in."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from pathspec import GitIgnoreSpec

ROOT = Path(__file__).parents[1]
TOP = {"mkdocs.yml", "docs", "snippets", "tests", "pyproject.toml", "README.md", "constraints.txt", "LICENSE"}

# Put together here, so that this file does not hold what it looks for.
_HOSTS = ["py" + "pi.org", "python" + "hosted.org", "registry." + "npmjs.org", "deb." + "debian.org"]
_FOLDERS = ["wo" + "rk", "far" + "m", "ro" + "ot", "tm" + "p", "ho" + "me", "Us" + "ers"]
_HOST = re.compile("|".join(map(re.escape, _HOSTS)), re.IGNORECASE)
# A path of somebody's machine; an address's path and a policy's resource are none.
_MACHINE_PATH = re.compile(rf"(?<![\w.\-/:}}*])/(?:{'|'.join(_FOLDERS)})/\w")
_DATA_BLOCK = re.compile(r"\s*(?:>\s*)*(?:```+|~~~+)\s*\{?\s*\.?(?:ya?ml|json)\b", re.IGNORECASE)
_PIN = re.compile(r"[a-z0-9]+(?:[-._][a-z0-9]+)*==[0-9][0-9a-z.+]*")

# The same words stand in .ci/run.
TEST_COMMAND = "pip install -c constraints.txt -e '.[test]' && pytest"


def tracked(root: Path = ROOT) -> list[str]:
    """The files git knows, those not yet committed included, as paths from the top.

    In a copy without git, such as an unpacked ZIP, all files that are not ignored.
    """
    if not (root / ".git").exists():
        return sorted(_not_ignored(root))
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert run.returncode == 0, f"git does not list the files: {run.stderr}"
    return sorted(path for path in run.stdout.split("\0") if path and (root / path).is_file())


def _not_ignored(root: Path) -> Iterator[str]:
    ignored = GitIgnoreSpec.from_lines((root / ".gitignore").read_text("utf-8").splitlines())
    for folder, folders, files in os.walk(root):
        below = Path(folder).relative_to(root)
        folders[:] = [name for name in folders if not ignored.match_file(f"{(below / name).as_posix()}/")]
        paths = ((below / name).as_posix() for name in files)
        yield from (path for path in paths if not ignored.match_file(path))


def lines(path: str) -> list[str]:
    """A file's lines; none for a file that is not text."""
    try:
        return (ROOT / path).read_text(encoding="utf-8").split("\n")
    except UnicodeDecodeError:
        return []


def out_of_place(paths: list[str]) -> list[str]:
    top = {path.split("/")[0] for path in paths}
    return [
        f"{name}: not one of the folders and files at the top; move it into one of them"
        for name in sorted(top)
        if name not in TOP and not name.startswith(".")
    ]


def foreign_lines(path: str, text: list[str]) -> Iterator[str]:
    for number, line in enumerate(text, 1):
        if match := _HOST.search(line):
            yield f"{path}:{number}: {match[0]} is a registry's host: name the package or link its project"
        if match := _MACHINE_PATH.search(line):
            yield f"{path}:{number}: {match[0]}… is a path of one machine: write a path from the top"


def data_blocks(path: str, text: list[str]) -> list[str]:
    return [
        f"{path}:{number}: YAML or JSON written into a page: put it under snippets/ and show it with "
        "{{ snippet … }}"
        for number, line in enumerate(text, 1)
        if _DATA_BLOCK.match(line)
    ]


def pins(text: list[str]) -> dict[str, str]:
    """By canonical name, the lines of constraints.txt that are neither empty nor a comment."""
    found = [line for line in text if line and not line.startswith("#")]
    return {canonicalize_name(re.split("[^A-Za-z0-9._-]", line)[0]): line for line in found}


def bad_pins(text: list[str]) -> list[str]:
    return [
        f"constraints.txt: '{line}' must be name==version and nothing else"
        for line in pins(text).values()
        if not _PIN.fullmatch(line)
    ]


def declared() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [name for group in project["optional-dependencies"].values() for name in group]
    found = [Requirement(name) for name in project["dependencies"] + extras]
    # An extra that takes in others names the project itself.
    return [requirement for requirement in found if requirement.name != project["name"]]


def installed_for(requirements: list[Requirement]) -> set[str]:
    """The canonical names of the requirements and of what they bring with them on this machine."""
    found: set[tuple[str, str]] = set()
    waiting = [(requirement, extra) for requirement in requirements for extra in (*requirement.extras, "")]
    while waiting:
        requirement, extra = waiting.pop()
        key = (canonicalize_name(requirement.name), extra)
        if key in found:
            continue
        found.add(key)
        for text in distribution(requirement.name).requires or []:
            needed = Requirement(text)
            if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                waiting += [(needed, wanted) for wanted in (*needed.extras, "")]
    return {name for name, _ in found}


# The repository itself


def test_the_top_level_holds_the_rooms_of_the_house_and_nothing_else() -> None:
    assert not out_of_place(tracked()), "\n".join(out_of_place(tracked()))


def test_no_file_names_a_registry_or_a_path_of_one_machine() -> None:
    found = [message for path in tracked() for message in foreign_lines(path, lines(path))]
    assert not found, "\n" + "\n".join(found)


def test_no_page_holds_yaml_or_json_of_its_own() -> None:
    checked = [path for path in tracked() if re.fullmatch(r"docs/(ja|en)/.*\.md", path)]
    assert checked, "no pages under docs/ja and docs/en"
    found = [message for path in checked for message in data_blocks(path, lines(path))]
    assert not found, "\n" + "\n".join(found)


def test_every_pin_is_a_name_and_a_version() -> None:
    assert pins(lines("constraints.txt")), "constraints.txt is empty: take it from the last commit"
    assert not bad_pins(lines("constraints.txt")), "\n".join(bad_pins(lines("constraints.txt")))


def test_every_package_that_is_installed_is_pinned() -> None:
    missing = sorted(installed_for(declared()) - pins(lines("constraints.txt")).keys())
    assert not missing, (
        f"not pinned in constraints.txt: {', '.join(missing)}. Renew it as its first lines say"
    )


def test_the_readme_holds_the_commands_that_are_tested() -> None:
    readme = [line.strip() for line in lines("README.md")]
    assert TEST_COMMAND in readme, f"README.md must hold this line: {TEST_COMMAND}"
    assert f'test_command="{TEST_COMMAND}"' in (ROOT / ".ci" / "run").read_text(encoding="utf-8"), (
        f".ci/run must run the README's command: {TEST_COMMAND}"
    )
    assert any(re.search(r"\bmkdocs (serve|build)\b", line) for line in readme), (
        "README.md must hold the command that shows the guide: mkdocs serve"
    )


@pytest.mark.parametrize("arguments", [["check"], ["format", "--check"]], ids=" ".join)
def test_ruff_has_nothing_to_say(arguments: list[str]) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "ruff", *arguments, "."], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, f"run `ruff check --fix` and `ruff format`:\n{run.stdout}{run.stderr}"


def test_without_git_the_files_are_those_that_are_not_ignored(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("/site/\nnode_modules/\n__pycache__/\n", "utf-8")
    for path in (
        "README.md",
        "site/x.html",
        "tests/a.py",
        "tests/__pycache__/a.pyc",
        "tests/node_modules/b/c.js",
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    assert tracked(tmp_path) == [".gitignore", "README.md", "tests/a.py"]


# The detectors: each of these mutants is found, and good text is not


def test_a_stray_file_at_the_top_is_named() -> None:
    (found,) = out_of_place(["README.md", ".ci/run", "tests/a.py", "notes/today.md"])
    assert found.startswith("notes: not one of")


@pytest.mark.parametrize(
    "line", [f"see https://{host}/x" for host in _HOSTS] + [f"cd /{name}/x" for name in _FOLDERS]
)
def test_a_foreign_line_is_named(line: str) -> None:
    (found,) = foreign_lines("docs/ja/index.md", ["", line])
    assert found.startswith("docs/ja/index.md:2: ")


@pytest.mark.parametrize(
    "line",
    [
        "https://example.com/" + _FOLDERS[0] + "/x",
        "arn:aws:iam::111122223333:role/" + _FOLDERS[2] + "/x",
        "/mnt/x",
    ],
)
def test_an_address_and_a_resource_are_no_path_of_a_machine(line: str) -> None:
    assert list(foreign_lines("docs/ja/index.md", [line])) == []


@pytest.mark.parametrize("line", ["```yaml", "~~~ json", "    ``` { .yaml .annotate }", "```yml title='x'"])
def test_a_data_block_in_a_page_is_named(line: str) -> None:
    assert data_blocks("docs/ja/index.md", ["", line])[0].startswith("docs/ja/index.md:2: YAML or JSON")


@pytest.mark.parametrize("line", ["```text", "```console", "`json`", "```python"])
def test_another_block_is_free(line: str) -> None:
    assert data_blocks("docs/ja/index.md", [line]) == []


@pytest.mark.parametrize(
    "line",
    [
        "moto>=5",
        "moto==5.2.5 --hash=sha256:00",
        "moto @ https://example.com/moto.whl",
        "moto==5.2.5 ; os_name",
        "-e .",
    ],
)
def test_a_pin_that_is_more_than_name_and_version_is_named(line: str) -> None:
    assert bad_pins(["# comment", "", "ruff==0.17.6", line]) == [
        f"constraints.txt: '{line}' must be name==version and nothing else"
    ]


def test_what_builds_the_site_lays_out_signatures_as_the_tests_do() -> None:
    """Without it mkdocstrings says so in the first output, and signatures stand in one line."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    site = [Requirement(name) for name in project["optional-dependencies"]["site"]]
    assert "black" in installed_for(site)


def test_a_package_brought_by_another_is_looked_for() -> None:
    names = installed_for([Requirement("mkdocstrings[python]")])
    assert {"mkdocstrings", "mkdocstrings-python", "mkdocs", "jinja2", "markupsafe"} <= names
