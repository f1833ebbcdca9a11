"""One command begins a snippet: what it writes passes the loader, and it says what is left to write."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from conftest import ROOT
from lambda_vpc.cli.exit_codes import WRONG_USAGE
from lambda_vpc.cli.main import main
from lambda_vpc.guide.languages import LANGUAGES
from lambda_vpc.guide.new import MARK, Left, create
from lambda_vpc.guide.snippet import COMMAND_KINDS, KINDS, PIPELINE, POLICY_LAYERS
from lambda_vpc.guide.spec import check_facts, load, topics
from lambda_vpc.reading import WrongUsage
from lambda_vpc.rules import lint


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The guide's own snippets and pages, once."""
    root = tmp_path_factory.mktemp("original")
    left_out = shutil.ignore_patterns("python", "sha256", "releases.yaml")
    shutil.copytree(ROOT / "snippets", root / "snippets", ignore=left_out)
    for language in LANGUAGES:
        shutil.copytree(ROOT / "docs" / language, root / "docs" / language)
    (root / "mkdocs.yml").touch()
    return root


WITHOUT_CASES = (*COMMAND_KINDS, PIPELINE)


@pytest.fixture
def project(original: Path, tmp_path: Path) -> Path:
    return shutil.copytree(original, tmp_path / "project")


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_begun_passes_the_loader_and_its_cases_come_out(project: Path, kind: str) -> None:
    left = create(project, "network/begun", kind)
    snippet = load(project / "snippets")["network/begun"]
    check_facts([snippet], ())
    assert snippet.kind == kind
    assert [result.case.id for result in snippet.results() if not result.passed] == []
    assert bool(snippet.cases) == bool(snippet.wrong) == (kind not in WITHOUT_CASES)
    for wrong in snippet.wrong:
        failed = [result.case.id for result in snippet.results_of(wrong) if not result.passed]
        assert wrong.caught_by in failed
    if kind in POLICY_LAYERS:
        assert {result.actual.partition(" by ")[0] for result in snippet.results()} == {"allow", "deny"}
    if kind not in WITHOUT_CASES:
        assert not lint(kind, snippet.text, snippet.path)
    assert "snippets/network/begun.spec.yaml" in {one.path for one in left}


@pytest.mark.parametrize("kind", KINDS)
def test_every_line_that_is_left_is_named_with_its_place(project: Path, kind: str) -> None:
    found = create(project, "network/begun", kind)
    files = [path for path in project.rglob("*") if path.is_file()]
    marked = {
        Left(path.relative_to(project).as_posix(), number, line.strip())
        for path in files
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if MARK in line
    }
    assert marked == set(found) and len(found) == len(marked) > 8


def test_its_section_stands_on_the_page_that_is_most_alike_in_both_languages(project: Path) -> None:
    create(project, "network/nat-shared-twice", "template")
    ids = []
    for language in LANGUAGES:
        section = (project / "docs" / language / "network" / "nat-shared.md").read_text("utf-8")
        assert section.endswith("\n{{ snippet network/nat-shared-twice }}\n")
        ids.append(re.findall(r"^## TODO: .* \{#(.+)\}$", section, re.MULTILINE))
    assert ids == [["nat-shared-twice"], ["nat-shared-twice"]]


def test_a_page_can_be_named_and_an_id_is_used_once(project: Path) -> None:
    create(project, "eni/ipv6", "command-output", "network/ipv6")
    for language in LANGUAGES:
        text = (project / "docs" / language / "network" / "ipv6.md").read_text("utf-8")
        assert text.endswith("{{ snippet eni/ipv6 }}\n")
        assert text.count("#ipv6}") == text.count("#ipv6-example}") == 1


MISUSE = {
    "topic": (("netwrk/one", "scp"), "netwrk/one:1: no topic 'netwrk' (did you mean 'network'?)"),
    "no topic": (("one", "scp"), "one:1: no topic 'one'"),
    "letter case": (("network/One", "scp"), "NAME must be lower-case words joined by '-'"),
    "way out": (("network/../x", "scp"), "NAME must be lower-case words joined by '-'"),
    "kind": (("network/one", "spc"), "--kind:1: no kind 'spc' (did you mean 'scp'?)"),
    "page": (("network/one", "scp", "network/ipv"), "no page 'network/ipv' in both languages (did you mean"),
    "taken": (("network/ipv6", "scp"), "network/ipv6:1: is there already: snippets/network/ipv6.yaml"),
}


@pytest.mark.parametrize("case", MISUSE)
def test_what_cannot_be_begun_is_refused_with_its_mend_and_nothing_is_written(
    project: Path, case: str
) -> None:
    (project / "snippets" / "network" / "ipv6.yaml").touch()
    arguments, message = MISUSE[case]
    before = sorted(project.rglob("*"))
    with pytest.raises(WrongUsage) as refused:
        create(project, *arguments)
    assert message in str(refused.value)
    assert sorted(project.rglob("*")) == before


def test_the_command_asks_nothing_and_lists_what_is_left(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project)
    monkeypatch.setattr("sys.stdin", None)
    assert main(["new", "network/begun", "--kind", "endpoint-policy", "--page", "network/endpoints"]) == 0
    said = capsys.readouterr().out
    assert "snippets/network/begun.spec.yaml:2: title: " in said
    assert "docs/en/network/endpoints.md:" in said
    assert "pytest --snippet network/begun" in said


def test_outside_a_copy_of_the_guide_the_command_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["new", "network/begun", "--kind", "scp"]) == WRONG_USAGE
    assert "is not a copy of the guide's repository" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_the_topics_are_the_folders_that_hold_snippets() -> None:
    assert topics(ROOT / "snippets") == sorted({name.partition("/")[0] for name in load(ROOT / "snippets")})


def test_no_page_holds_what_is_left_to_write() -> None:
    pages = [path for language in LANGUAGES for path in (ROOT / "docs" / language).rglob("*.md")]
    assert pages
    left = [
        f"{path.relative_to(ROOT)}:{number}: {line}"
        for path in pages
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if MARK in line
    ]
    if left:
        pytest.fail("write what is left:\n" + "\n".join(left), pytrace=False)
