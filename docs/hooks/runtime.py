"""What runs the checker in a reader's browser: Pyodide, the checker itself, and a file for each snippet.

Pyodide comes with `npm ci --ignore-scripts` in docs/runtime. It is published unchanged but for the standard
library, of which docs/runtime/runtime.yaml names what is needed; that part is compiled, as the checker is.
Without Pyodide the site is built all the same: pages then say that nothing can be changed in them.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import yaml
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File

import beside
import bundle
import compiled
import own_examples
from lambda_vpc.guide import addresses
from lambda_vpc.guide.languages import LANGUAGES
from lambda_vpc.guide.snippet import Snippet
from render import DOCS, words

FOLDER = DOCS / "runtime"
MODULES = FOLDER / "node_modules"
STANDARD_LIBRARY = "pyodide/python_stdlib.zip"
MANIFEST = "assets/runtime/manifest.json"
NOTICES = "notices.txt"
WORDS = "assets/change/words.json"


@dataclass
class _Run:
    """What another process makes for the first build."""

    begun: bool = False
    code: Future[bytes] | None = None
    library: Future[bytes] | None = None


_run = _Run()


def installed() -> bool:
    """Whether Pyodide is there."""
    return (MODULES / STANDARD_LIBRARY).parent.is_dir()


def begin() -> None:
    """Begin what takes long, in another process; only for the first build, since what comes of it is kept."""
    if installed() and not _run.begun:
        _run.begun = True
        _run.library = beside.begin(_library, _installed(STANDARD_LIBRARY), _pinned())
        _run.code = beside.begin(_code)


def files(config: MkDocsConfig, snippets: Mapping[str, Snippet]) -> Iterator[File]:
    """What the browser loads of the guide's own texts, or nothing when Pyodide is not installed.

    Args:
        config: of the build.
        snippets: all of them, by name.
    """
    if not installed():
        return
    yield File.generated(config, WORDS, content=json.dumps(_words(), ensure_ascii=False, sort_keys=True))
    yield File.generated(config, own_examples.FILE, content=own_examples.packed(snippets))
    for snippet in snippets.values():
        yield File.generated(config, addresses.proof(snippet.name), content=bundle.proof(snippet))


def publish(site: Path) -> None:
    """Write Python and the checker, when the site is built: another process has packed them meanwhile.

    Args:
        site: the folder of the built site.

    Raises:
        PluginError: a file is not the one that docs/runtime/runtime.yaml names, or cannot be compiled.
    """
    if not installed():
        return
    contents = dict(_contents())
    described = {
        name: {"bytes": len(content), "integrity": integrity(content)}
        for name, content in contents.items()
        if name != NOTICES
    }
    version = hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()[:16]
    manifest = {"version": version, "files": described, "pyodide": _info()}
    folder = (site / MANIFEST).parent
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    (site / MANIFEST).write_text(json.dumps(manifest, sort_keys=True), "utf-8")


def integrity(content: bytes) -> str:
    """A file's hash as browsers compare it."""
    return f"sha256-{base64.b64encode(hashlib.sha256(content).digest()).decode()}"


def _contents() -> Iterator[tuple[str, bytes]]:
    pinned = _pinned()
    library, code = _run.library, _run.code
    _run.library = _run.code = None
    for name in pinned["files"]:
        content = _installed(name)
        if name == STANDARD_LIBRARY:
            yield "standard-library.bin", _made(library, _library, content, pinned)
        else:
            yield published(name), content
    # No name that a server would take for a compressed page, and the browser would unpack.
    yield "code.bin", _made(code, _code)
    yield "data.bin", bundle.data()
    yield NOTICES, _notices().encode()


def published(name: str) -> str:
    """What a file of a package is called on the site."""
    package, *_, file = name.split("/")
    # A server may not know `.mjs`; browsers run a module whatever its name ends in.
    return file.replace("index.mjs", f"{package}.js").replace(".mjs", ".js")


def _library(archive: bytes, pinned: Mapping[str, Any]) -> bytes:
    files = bundle.standard_library(archive, pinned["modules"], pinned["in_name_only"])
    return compiled.archive("standard-library", "zstd", files, as_they_are=pinned["as_they_are"])


def _code() -> bytes:
    return compiled.archive("code", "xz", bundle.code(), documented=bundle.DOCUMENTED)


def _made(begun: Future[bytes] | None, make: Callable[..., bytes], *arguments: object) -> bytes:
    """What another process has made, or what this one makes."""
    try:
        return begun.result() if begun else make(*arguments)
    except RuntimeError as error:
        raise PluginError(str(error)) from None
    except ValueError as error:
        raise PluginError(f"docs/runtime/runtime.yaml: {error}") from None


def _installed(name: str) -> bytes:
    """A file of a package, which is the one that is pinned."""
    path = MODULES / name
    content = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(content).hexdigest() != _pinned()["files"][name]:
        raise PluginError(
            f"docs/runtime/node_modules/{name} is not the file that docs/runtime/runtime.yaml names: "
            "run 'npm ci --ignore-scripts' there; after an update, write the new sha256"
        )
    return content


def _words() -> dict[str, dict[str, str]]:
    """What the scripts say before Python can, by language and word."""
    return {
        language: {word: texts[language] for word, texts in words().items() if word.startswith("change")}
        for language in LANGUAGES
    }


def _info() -> dict:
    """What Pyodide's index of packages says of Pyodide itself."""
    return json.loads((MODULES / "pyodide" / "pyodide-lock.json").read_text("utf-8"))["info"]


def _notices() -> str:
    """What is in the files, and the licenses that want to be shipped with them."""
    texts = [(FOLDER / "notices.txt").read_text("utf-8")]
    for package in bundle.OTHERS:
        distribution = metadata.distribution(package)
        licenses = [path for path in distribution.files or () if path.name.startswith("LICENSE")]
        if not licenses:
            raise PluginError(f"the package {package} has no license text; mend docs/hooks/runtime.py")
        texts += [
            f"--- {distribution.name} {distribution.version}\n\n{path.read_text()}" for path in licenses
        ]
    return "\n".join(texts)


def _pinned() -> dict:
    return yaml.safe_load((FOLDER / "runtime.yaml").read_text("utf-8"))
