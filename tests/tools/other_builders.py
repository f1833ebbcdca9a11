"""Whether the guide still has a builder after Material for MkDocs, and whether the wrong one is refused.

    python tests/tools/other_builders.py

In new virtual environments, with their newest releases: ProperDocs, a maintained fork of MkDocs, must publish
the bytes that MkDocs publishes, and must fail where MkDocs fails. Zensical, which runs no hooks, must refuse
in the guide's own words, alone and with the guide's packages beside it, instead of publishing pages with raw
directives. The scheduled workflow runs this: it downloads, and takes minutes. Exit code 0: all of it holds.
1: the message says what does not.
"""

from __future__ import annotations

import filecmp
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
REFUSAL = yaml.safe_load((ROOT / "docs" / "theme" / "mkdocs_theme.yml").read_text("utf-8"))["extends"]
"""What the guide says to a builder that runs no hooks; docs/theme/partials/hooks-ran.html says the same."""


class Broken(Exception):
    """What does not hold, and what was said."""


def environment(folder: Path, *packages: str) -> Path:
    """The folder of the commands of a new virtual environment with some packages."""
    venv.create(folder, with_pip=True)
    commands = folder / ("Scripts" if os.name == "nt" else "bin")
    subprocess.run([commands / "pip", "install", "--quiet", *packages], cwd=ROOT, check=True)
    return commands


def run(command: Path, *arguments: str | Path, root: Path) -> subprocess.CompletedProcess[str]:
    """Run a builder in a project, with a fixed date and address."""
    settings = {"SOURCE_DATE_EPOCH": "1700000000", "SITE_URL": "https://example.com/guide/"}
    return subprocess.run(
        [command, *arguments],
        cwd=root,
        env=os.environ | settings | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def copy(into: Path) -> Path:
    """The project without what builds and tests leave behind."""
    left = shutil.ignore_patterns(
        ".git", ".venv", "site", "node_modules", "__pycache__", ".*_cache", ".cache"
    )
    return shutil.copytree(ROOT, into, ignore=left)


def differences(one: Path, other: Path) -> list[str]:
    """The files of two folders that are not in both or not the same, but for the generator's name."""
    names = {
        path.relative_to(folder) for folder in (one, other) for path in folder.rglob("*") if path.is_file()
    }
    return sorted(str(name) for name in names if not _same(one / name, other / name))


def _same(one: Path, other: Path) -> bool:
    if not (one.is_file() and other.is_file()):
        return False
    if filecmp.cmp(one, other, shallow=False):
        return True
    return one.suffix == ".html" and _unsigned(one) == _unsigned(other)


def _unsigned(page: Path) -> list[str]:
    lines = page.read_text("utf-8").splitlines()
    return [line for line in lines if '<meta name="generator"' not in line]


def properdocs(commands: Path, work: Path) -> None:
    """ProperDocs publishes what MkDocs publishes, and fails where a case comes out differently.

    Raises:
        Broken: it does not.
    """
    built = {}
    for name in ("mkdocs", "properdocs"):
        built[name] = work / name
        done = run(
            commands / name, "build", "-f", "mkdocs.yml", "--strict", "--site-dir", built[name], root=ROOT
        )
        if done.returncode:
            raise Broken(f"{name} build --strict fails:\n{done.stderr}")
    if found := differences(*built.values()):
        raise Broken(
            f"ProperDocs publishes {len(found)} files otherwise than MkDocs: {', '.join(found[:10])}"
        )
    project = copy(work / "wrong")
    page = project / "docs" / "en" / "index.md"
    page.write_text(page.read_text("utf-8") + "\n{{ snipet network/ipv6 }}\n", "utf-8")
    done = run(
        commands / "properdocs", "build", "-f", "mkdocs.yml", "--strict", "-d", work / "no", root=project
    )
    if not done.returncode or "unknown directive 'snipet'" not in done.stderr:
        raise Broken(f"ProperDocs builds a page with an unknown directive:\n{done.stderr}")


def zensical(commands: Path, project: Path) -> None:
    """Zensical refuses to build a project in the guide's words.

    Raises:
        Broken: it builds, or says something else.
    """
    done = run(commands / "zensical", "build", root=project)
    said = done.stdout + done.stderr
    if not done.returncode:
        raise Broken(f"Zensical builds the guide, without what its hooks write:\n{said}")
    if REFUSAL not in said:
        raise Broken(f"Zensical fails, and does not say '{REFUSAL}':\n{said}")


def main() -> int:
    """Try all of it; 0 when it holds."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        try:
            properdocs(environment(work / "fork", "-e", ".", "properdocs"), work)
            project = copy(work / "project")
            zensical(environment(work / "alone", "zensical"), project)
            # A release that passes this file by comes as far as the templates, with the guide's packages.
            (project / "docs" / "theme" / "mkdocs_theme.yml").unlink()
            zensical(environment(work / "both", "-e", ".", "zensical"), project)
        except Broken as broken:
            print(broken, file=sys.stderr)
            return 1
    print("ProperDocs publishes what MkDocs publishes; Zensical refuses")
    return 0


if __name__ == "__main__":
    sys.exit(main())
