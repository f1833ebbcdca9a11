"""The CI run stops at the first failure, skips nothing and says what is missing.

The script runs here with stand-ins for Python, its installed commands and apt-get, which note their calls.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

RUN = Path(__file__).parents[1] / ".ci" / "run"
REAL = ("bash", "cat", "chmod", "date", "dirname", "env", "git", "mkdir", "mktemp", "rm")

PYTHON = """\
#!/bin/bash
if [ "$1" = -c ]; then exit "${OLD:-0}"; fi
if [ "$1" = --version ]; then echo "Python 3.10.9"; exit; fi
mkdir -p "$3/bin"
for name in pip pytest; do
  printf '#!/bin/bash\\necho "%s $*" >>"$CALLS"\\n[ "%s" != "${FAILS:-}" ]\\n' "$name" "$name" >"$3/bin/$name"
  chmod +x "$3/bin/$name"
done
"""


class Machine:
    """A PATH that holds the named commands only; `calls` is what the stand-ins were asked."""

    def __init__(self, folder: Path) -> None:
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.temporary = folder / "temporary"
        self.temporary.mkdir()
        self.calls_file = folder / "calls"
        for name in REAL:
            found = shutil.which(name)
            assert found, f"these tests need the command '{name}'"
            (self.bin / name).symlink_to(found)
        self.has("python3", PYTHON)

    def has(self, name: str, script: str = '#!/bin/bash\necho "${0##*/} $*" >>"$CALLS"\n') -> None:
        (self.bin / name).write_text(script, encoding="utf-8")
        (self.bin / name).chmod(0o755)

    def run(
        self, *arguments: str, script: Path = RUN, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        settings = {
            "PATH": str(self.bin),
            "CALLS": str(self.calls_file),
            "TMPDIR": str(self.temporary),
            "HOME": os.environ.get("HOME", ""),
        }
        return subprocess.run(
            [str(self.bin / "bash"), str(script), *arguments],
            env=settings | environment,
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def calls(self) -> list[str]:
        return self.calls_file.read_text(encoding="utf-8").splitlines() if self.calls_file.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_it_installs_the_pinned_releases_and_tests(machine: Machine) -> None:
    ended = machine.run()
    assert ended.returncode == 0, ended.stderr
    assert machine.calls == ["pip install -c constraints.txt -e .[test]", "pytest "]


def test_it_tests_a_copy_that_git_does_not_know(machine: Machine, tmp_path: Path) -> None:
    copy = tmp_path / "unpacked" / ".ci"
    copy.mkdir(parents=True)
    shutil.copy(RUN, copy)
    ended = machine.run(script=copy / "run", GIT_CEILING_DIRECTORIES=str(tmp_path))
    assert ended.returncode == 0, ended.stderr
    assert machine.calls[-1] == "pytest "


def test_it_installs_the_newest_releases_when_asked(machine: Machine) -> None:
    assert machine.run("newest").returncode == 0
    assert machine.calls == ["pip install --upgrade -e .[test]", "pytest "]


@pytest.mark.parametrize(("fails", "calls"), [("pip", 1), ("pytest", 2)])
def test_it_fails_at_the_first_failure_and_leaves_nothing_behind(
    machine: Machine, fails: str, calls: int
) -> None:
    ended = machine.run(FAILS=fails)
    assert ended.returncode != 0
    assert len(machine.calls) == calls
    assert "passed" not in ended.stdout
    assert list(machine.temporary.iterdir()) == []


def test_it_refuses_an_old_python(machine: Machine) -> None:
    ended = machine.run(OLD="1")
    assert ended.returncode == 1
    assert "Python 3.10.9 is too old: put Python 3.11 or newer first in PATH" in ended.stderr
    assert machine.calls == []


def test_in_ci_a_missing_browser_is_installed_or_the_run_fails(machine: Machine) -> None:
    machine.has("fc-list", "#!/bin/bash\necho 'Noto Sans CJK JP'\n")
    for name in ("node", "npm", "nginx", "apache2"):
        machine.has(name)
    ended = machine.run(CI="true")
    assert ended.returncode == 1
    assert "missing: chromium; there is no apt-get to install them with" in ended.stderr
    assert machine.calls == []
    machine.has("id", "#!/bin/bash\necho 0\n")
    machine.has("apt-get")
    assert machine.run(CI="true").returncode == 0
    assert machine.calls[:2] == ["apt-get update", "apt-get install -y --no-install-recommends chromium"]


def test_in_ci_the_browser_without_windows_is_preferred_where_there_is_one(machine: Machine) -> None:
    machine.has("fc-list", "#!/bin/bash\necho 'Noto Sans CJK JP'\n")
    for name in ("chromium", "node", "npm", "nginx", "apache2", "apt-get"):
        machine.has(name)
    machine.has("id", "#!/bin/bash\necho 0\n")
    machine.has("apt-cache", '#!/bin/bash\necho "Package: $2"\n')
    assert machine.run(CI="true").returncode == 0
    installing = "apt-get install -y --no-install-recommends chromium-headless-shell"
    assert machine.calls[:2] == ["apt-get update", installing]
    before = len(machine.calls)
    machine.has("chromium-headless-shell")
    assert machine.run(CI="true").returncode == 0
    assert not [call for call in machine.calls[before:] if call.startswith("apt-get")]


def test_in_ci_what_reads_the_prose_is_installed_too(machine: Machine) -> None:
    machine.has("fc-list", "#!/bin/bash\necho 'Noto Sans CJK JP'\n")
    for name in ("chromium", "nginx", "apache2"):
        machine.has(name)
    machine.has("id", "#!/bin/bash\necho 0\n")
    installs = '[ "$1" = update ] || printf "#!/bin/bash\\n" >"${0%/*}/npm"\n'
    installs += f'[ "$1" = update ] || {shutil.which("chmod")} +x ${{0%/*}}/npm'
    machine.has("apt-get", f'#!/bin/bash\necho "${{0##*/}} $*" >>"$CALLS"\n{installs}\n')
    assert machine.run(CI="true").returncode == 0
    assert machine.calls[1] == "apt-get install -y --no-install-recommends nodejs npm"


def test_in_ci_what_runs_the_checker_in_a_browser_is_installed(machine: Machine) -> None:
    machine.has("fc-list", "#!/bin/bash\necho 'Noto Sans CJK JP'\n")
    for name in ("chromium", "node", "npm", "nginx", "apache2"):
        machine.has(name)
    assert machine.run().returncode == 0
    assert not [call for call in machine.calls if call.startswith("npm")]
    assert machine.run(CI="true").returncode == 0
    assert "npm ci --ignore-scripts --no-audit --no-fund --prefix docs/runtime" in machine.calls


def test_in_ci_the_servers_are_installed_too(machine: Machine) -> None:
    machine.has("fc-list", "#!/bin/bash\necho 'Noto Sans CJK JP'\n")
    for name in ("chromium", "node", "npm"):
        machine.has(name)
    machine.has("id", "#!/bin/bash\necho 0\n")
    machine.has("apt-get")
    assert machine.run(CI="true").returncode == 0
    assert machine.calls[1] == "apt-get install -y --no-install-recommends nginx apache2-bin media-types"
