"""While serving: starts the server over when the checker or a hook has changed, which no rebuild would load.

Pages, snippets, facts and terms are read anew in every build. Code, and the data that code reads once, are
not: for these the process replaces itself, and the open pages reload when it serves again.
"""

from __future__ import annotations

import logging
import os
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from mkdocs.config.defaults import MkDocsConfig

import lambda_vpc
import mistakes
from lambda_vpc.reading import Problem

log = logging.getLogger("mkdocs.hooks.restart")

_HOOKS = Path(__file__).parent
_PACKAGE = Path(lambda_vpc.__file__).parent


@dataclass
class _Run:
    """What this process has loaded, or nothing when it does not serve."""

    loaded: dict[Path, int] = field(default_factory=dict)


_run = _Run()


def _files() -> dict[Path, int]:
    """The files that are loaded once, each with the time of its last change."""
    found = [*_HOOKS.glob("*.py"), _HOOKS.parent / "theme" / "words.yaml"]
    found += [*_PACKAGE.rglob("*.py"), *_PACKAGE.rglob("*.yaml")]
    return {path: path.stat().st_mtime_ns for path in found}


def on_startup(command: str, dirty: bool) -> None:
    """Note what is loaded, if this process serves."""
    if command == "serve":
        _run.loaded = _files()


def on_pre_build(config: MkDocsConfig) -> None:
    """Start over if anything of it has changed and can be read as Python."""
    if not _run.loaded or (now := _files()) == _run.loaded:
        return
    root = Path(config.config_file_path).parent
    loadable = [_can_be_loaded(path, root) for path, _ in now.items() - _run.loaded.items()]
    if not all(loadable):
        return
    log.info("The code has changed: starting over")
    shutil.rmtree(config.site_dir, ignore_errors=True)
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


def _can_be_loaded(path: Path, root: Path) -> bool:
    """Whether a file in the middle of an edit is whole again; a server that ended would be missed."""
    line = 1
    try:
        if path.suffix == ".py":
            compile(path.read_text("utf-8"), str(path), "exec")
        else:
            yaml.safe_load(path.read_text("utf-8"))
        return True
    except SyntaxError as error:
        line, reason = error.lineno or 1, error.msg
    except yaml.MarkedYAMLError as error:
        line, reason = error.problem_mark.line + 1 if error.problem_mark else 1, error.problem
    except (ValueError, yaml.YAMLError) as error:
        reason = str(error)
    name = path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
    mistakes.note(Problem(name, line, f"cannot be loaded yet: {reason}; mend it there"))
    return False
