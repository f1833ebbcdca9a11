"""The workflows are valid, safe and publish nothing that was not checked."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
GITHUB = ROOT / ".github"
WORKFLOWS = GITHUB / "workflows"

# Newer than the oldest that pyproject.toml allows.
PYTHONS = ["3.12", "3.13", "3.14"]

# An action that cannot be pinned by commit stands here with the reason; unused entries fail.
NOT_PINNED: dict[str, str] = {}

_USES = re.compile(r"^\s*(?:- )?uses:\s*(\S+)(.*)$")
_PINNED = re.compile(r"[\w./-]+@[0-9a-f]{40}")
_TAG = re.compile(r"\s+# v\d+(\.\d+)*")
# What each workflow may do at all; everything else stays with the default, nothing.
_RIGHTS = {
    ("site.yml", "build"): {"contents": "read", "pages": "read"},
    ("site.yml", "publish"): {"pages": "write", "id-token": "write"},
}
_ON_MAIN = "github.ref == 'refs/heads/main' && github.event_name != 'pull_request'"


def schema_errors(folder: Path) -> str:
    """What check-jsonschema finds with the schemas it carries; empty when all is valid."""
    found = ""
    issues = folder / "ISSUE_TEMPLATE"
    for schema, files in (
        ("vendor.github-workflows", sorted((folder / "workflows").glob("*.yml"))),
        ("vendor.dependabot", sorted(folder.glob("dependabot.yml"))),
        ("vendor.github-issue-config", [issues / "config.yml"]),
        ("vendor.github-issue-forms", sorted(set(issues.glob("*.yml")) - {issues / "config.yml"})),
    ):
        assert files, f"no file for {schema} in {folder}"
        command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *map(str, files)]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        found += run.stdout + run.stderr if run.returncode else ""
    return found


def security_findings(folder: Path) -> str:
    """What zizmor finds without asking the network; empty when there is nothing."""
    zizmor = shutil.which("zizmor", path=str(Path(sys.executable).parent))
    assert zizmor, "zizmor is missing: pip install -c constraints.txt -e '.[test]'"
    # --no-config and --no-ignores: a finding is mended, not switched off.
    command = [zizmor, "--offline", "--no-progress", "--no-config", "--no-ignores", "--strict-collection"]
    run = subprocess.run([*command, str(folder)], capture_output=True, text=True, check=False)
    assert run.returncode in (0, 10, 11, 12, 13, 14), f"zizmor did not run: {run.stderr}"
    return run.stdout + run.stderr if run.returncode else ""


def broken_promises(folder: Path) -> list[str]:
    """What schema and zizmor do not know: pins, who holds which right, and what comes before publishing."""
    found = []
    for file in sorted((folder / "workflows").glob("*.yml")):
        place = f".github/workflows/{file.name}"
        text = file.read_text(encoding="utf-8")
        found += [f"{place}:{line}: {message}" for line, message in _pins(text)]
        for name, job in yaml.load(text, yaml.BaseLoader)["jobs"].items():
            allowed = _RIGHTS.get((file.name, name))
            if job.get("permissions") != allowed:
                wanted = f"exactly {allowed}" if allowed else "no permissions of its own"
                found.append(f"{place}: job '{name}' must have {wanted}")
    site = yaml.load((folder / "workflows" / "site.yml").read_text(encoding="utf-8"), yaml.BaseLoader)
    return found + [f".github/workflows/site.yml: {message}" for message in _publishing(site["jobs"])]


def _pins(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.split("\n"), 1):
        if uses := _USES.match(line):
            action, comment = uses[1], uses[2]
            if action.startswith("./") or action in NOT_PINNED:
                continue
            if not _PINNED.fullmatch(action):
                yield number, f"'{action}' is not pinned: write its full commit, @<40 hex digits> # v<tag>"
            elif not _TAG.fullmatch(comment):
                yield number, f"'{action}' does not say its tag: add ` # v1.2.3` after the commit"


def _publishing(jobs: dict) -> Iterator[str]:
    if not any(step.get("run") == "CI=true bash .ci/run" for step in jobs["check"]["steps"]):
        yield "job 'check' must run `CI=true bash .ci/run`"
    if "if" in jobs["check"]:
        yield "job 'check' must always run: take its `if` away"
    for name, before in (("build", "check"), ("publish", "check"), ("publish", "build")):
        needs = jobs[name].get("needs", [])
        if before not in ([needs] if isinstance(needs, str) else needs):
            yield f"job '{name}' must need '{before}': nothing unchecked is published"
    for name in ("build", "publish"):
        if jobs[name].get("if") != _ON_MAIN:
            yield f"job '{name}' must run on main only: `if: {_ON_MAIN}`"
    if any("run" in step for step in jobs["publish"]["steps"]):
        yield "job 'publish' holds the right to publish: it must run no code of the repository"


# The guide's own workflows


def test_the_workflows_are_valid() -> None:
    assert not schema_errors(GITHUB), schema_errors(GITHUB)


def test_zizmor_finds_no_weakness() -> None:
    assert not security_findings(GITHUB), security_findings(GITHUB)


def test_the_workflows_keep_our_promises() -> None:
    found = broken_promises(GITHUB)
    assert not found, "\n" + "\n".join(found)


def test_every_python_that_is_promised_is_tested_every_week() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    oldest = project["requires-python"].removeprefix(">=")
    weekly = yaml.load((WORKFLOWS / "newest.yml").read_text("utf-8"), yaml.BaseLoader)
    tested = weekly["jobs"]["pythons"]["strategy"]["matrix"]["python"]
    assert "schedule" in weekly["on"]
    assert tested == [oldest, *PYTHONS]
    contributing = (GITHUB / "CONTRIBUTING.md").read_text("utf-8")
    assert re.search(rf"every Python from {tested[0]} to {tested[-1]}", " ".join(contributing.split()))


def test_another_builder_is_tried_every_week() -> None:
    weekly = yaml.load((WORKFLOWS / "newest.yml").read_text("utf-8"), yaml.BaseLoader)
    commands = " ".join(step.get("run", "") for step in weekly["jobs"]["builders"]["steps"])
    assert "tests/tools/other_builders.py" in commands and (ROOT / "tests/tools/other_builders.py").is_file()


def test_every_exemption_from_pinning_is_needed() -> None:
    used = "\n".join(file.read_text(encoding="utf-8") for file in WORKFLOWS.glob("*.yml"))
    for action, reason in NOT_PINNED.items():
        assert reason, f"say why '{action}' cannot be pinned"
        assert f"uses: {action}" in used, f"'{action}' is no longer used: take it out of NOT_PINNED"


# The detectors: each of these mutants is found


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return shutil.copytree(GITHUB, tmp_path / ".github")


def change(folder: Path, name: str, old: str, new: str, count: int = 1) -> None:
    file = folder / "workflows" / name
    text = file.read_text(encoding="utf-8")
    assert old in text, f"{name} no longer contains '{old}': bring this mutant up to date"
    file.write_text(text.replace(old, new, count), encoding="utf-8")


def test_an_invalid_workflow_is_found(copy: Path) -> None:
    change(copy, "site.yml", "runs-on:", "run-on:")
    assert "run-on" in schema_errors(copy)


def test_an_invalid_issue_form_is_found(copy: Path) -> None:
    form = copy / "ISSUE_TEMPLATE" / "wrong-fact.yml"
    form.write_text(form.read_text("utf-8").replace("type: input", "type: inputs", 1), "utf-8")
    assert "wrong-fact.yml" in schema_errors(copy)


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("        with:\n          persist-credentials: false\n", "", "artipacked"),
        ("  pull_request:\n", "  pull_request_target:\n", "dangerous-triggers"),
        ('"${BASE_URL%/}/"', '"${{ github.head_ref }}"', "template-injection"),
        ("permissions:\n  contents: read\n", "permissions:\n  contents: write\n", "excessive-permissions"),
    ],
)
def test_a_weak_workflow_is_found(copy: Path, old: str, new: str, finding: str) -> None:
    change(copy, "site.yml", old, new)
    assert finding in security_findings(copy)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "v7", "is not pinned"),
        (" # v7.0.1", "", "does not say its tag"),
        ("    needs: check\n", "", "job 'build' must need 'check'"),
        ("[check, build]", "[build]", "job 'publish' must need 'check'"),
        ("[check, build]", "[check]", "job 'publish' must need 'build'"),
        ("bash .ci/run", "pytest", "job 'check' must run `CI=true bash .ci/run`"),
        ("    timeout", "    if: github.actor == 'me'\n    timeout", "take its `if` away"),
        ("    if: github.ref == 'refs/heads/main' &&", "    if:", "must run on main only"),
        ("      pages: read", "      pages: write", "job 'build' must have exactly"),
        ("    steps:", "    permissions: {contents: write}\n    steps:", "job 'check' must have no"),
        ("      - id: deployment", "      - run: ls\n      - id: deployment", "run no code"),
    ],
)
def test_a_broken_promise_is_named(copy: Path, old: str, new: str, complaint: str) -> None:
    change(copy, "site.yml", old, new)
    assert complaint in "\n".join(broken_promises(copy))
