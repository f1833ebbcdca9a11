"""Released versions of the snippets: their bytes at pinned addresses, and what was released of which."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

from lambda_vpc.guide import releases
from lambda_vpc.guide.releases import History
from lambda_vpc.guide.snippet import Snippet
from lambda_vpc.reading import BadInput
from render import DOCS


def _histories() -> dict[str, History]:
    """As snippets/releases.yaml has them now: MkDocs and who imports this have it each loaded for itself."""
    root = DOCS.parent / "snippets"
    file = root / releases.FILE
    return _loaded(root, file.stat().st_mtime_ns) if file.is_file() else {}


@lru_cache(maxsize=1)
def _loaded(root: Path, _changed: int) -> dict[str, History]:
    return releases.load(root)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Publish the bytes of every released version."""
    root = Path(config.config_file_path).parent
    try:
        histories = releases.load(root / "snippets")
    except BadInput as bad:
        raise PluginError(str(bad)) from None
    for history in histories.values():
        for version in history.versions:
            files.append(File.generated(config, version.pinned, abs_src_path=str(root / version.pinned)))
    return files


def history(name: str) -> History:
    """What was released of a snippet; nothing of a draft."""
    return _histories().get(name, History(name))


def check(root: Path, snippets: Mapping[str, Snippet]) -> None:
    """Refuse to build without a snippet that was released.

    Args:
        root: the `snippets` folder.
        snippets: all of today, by name.
    """
    if gone := releases.gone(root, _histories(), snippets):
        raise PluginError(str(BadInput(gone)))
