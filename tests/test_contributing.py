"""What README, CONTRIBUTING and the templates tell a contributor to run and to open exists."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from conftest import ROOT
from lambda_vpc.__main__ import main
from lambda_vpc.guide.languages import LANGUAGES
from lambda_vpc.guide.spec import load
from lambda_vpc.rules import RULES

# Last, so that no hook stands before a module of Python with its name.
sys.path.append(str(ROOT / "docs" / "hooks"))

import repository

FILES = ("README.md", ".github/CONTRIBUTING.md", ".github/PULL_REQUEST_TEMPLATE.md")
TEXTS = {file: (ROOT / file).read_text("utf-8") for file in FILES}
_PATH = re.compile(r"(?<![\w/.-])(?:\.ci|\.github|docs|snippets|tests)/[\w./{},-]*\w")


def paths(text: str) -> set[str]:
    """The files and folders that a text names; names in capitals stand for others."""
    found = set()
    for written in _PATH.findall(text):
        choices = re.search(r"\{([\w,]+)\}", written)
        for choice in choices[1].split(",") if choices else [""]:
            found.add(written.replace(choices[0], choice) if choices else written)
    return {path for path in found if not re.search(r"\b[A-Z]{4,}\b(?!_)", path.removesuffix(".md"))} | {
        path for path in found if (ROOT / path).exists()
    }


@pytest.mark.parametrize("file", FILES)
def test_every_file_that_is_named_exists(file: str) -> None:
    named = paths(TEXTS[file])
    assert named
    missing = sorted(path for path in named if not (ROOT / path).exists())
    assert not missing, f"{file}: no {missing}"


@pytest.mark.parametrize("file", FILES)
def test_every_link_to_a_file_leads_there(file: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", TEXTS[file])
    missing = [link for link in links if not (ROOT / file).parent.joinpath(link).exists()]
    assert not missing, f"{file}: no {missing}"


@pytest.mark.parametrize("file", FILES)
def test_every_snippet_that_is_named_exists(file: str) -> None:
    known = load(ROOT / "snippets")
    named = re.findall(r"--snippet ([a-z]\S*[a-z])", TEXTS[file])
    assert set(named) <= set(known)


@pytest.mark.parametrize(
    "command", sorted(set(re.findall(r"`?lambda-vpc ([a-z]+)", "".join(TEXTS.values()))))
)
def test_every_command_that_is_named_has_its_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert f"lambda-vpc {command}" in capsys.readouterr().out


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_stands_on_the_page_of_the_rules_once(language: str) -> None:
    page = f"docs/{language}/reference/rules.md"
    shown = re.findall(r"^\{\{ rule (\S+) \}\}$", (ROOT / page).read_text("utf-8"), re.MULTILINE)
    assert sorted(shown) == sorted(RULES), f"{page}: show each rule with {{{{ rule ID }}}}"


@pytest.mark.parametrize(
    ("page", "generated", "source"),
    [
        ("ja/network/ipv6.md", False, "docs/ja/network/ipv6.md"),
        ("en/reference/facts.md", False, "docs/en/reference/facts.md"),
        ("en/snippets/network/nat-shared.md", True, "snippets/network/nat-shared.spec.yaml"),
        ("ja/reference/facts/network.md", True, "docs/facts.yaml"),
        ("ja/snippets/index.md", True, None),
    ],
)
def test_a_page_leads_to_the_file_that_it_is_written_in(
    page: str, generated: bool, source: str | None
) -> None:
    file = SimpleNamespace(src_uri=page, generated_by="a hook" if generated else None)
    assert repository.source_of(SimpleNamespace(file=file)) == source
    assert source is None or (ROOT / source).is_file()


def test_a_file_that_does_not_exist_is_found() -> None:
    assert paths("see docs/{ja,en}/none.md, `tests/none.py` and snippets/TOPIC/NAME.json") == {
        "docs/ja/none.md",
        "docs/en/none.md",
        "tests/none.py",
    }
    assert not (Path(ROOT) / "tests" / "none.py").exists()
