"""Released versions of the snippets: their bytes at pinned addresses, and what was released of which."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

from lambda_vpc.guide import releases
from lambda_vpc.guide.releases import History
from lambda_vpc.guide.snippet import Snippet
from lambda_vpc.reading import BadInput

_histories: dict[str, History] = {}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Publish the bytes of every released version."""
    root = Path(config.config_file_path).parent
    try:
        _histories.clear()
        _histories.update(releases.load(root / "snippets"))
    except BadInput as bad:
        raise PluginError(str(bad)) from None
    for history in _histories.values():
        for version in history.versions:
            files.append(File.generated(config, version.pinned, abs_src_path=str(root / version.pinned)))
    return files


def history(name: str) -> History:
    """What was released of a snippet; nothing of a draft."""
    return _histories.get(name, History(name))


def check(root: Path, snippets: Mapping[str, Snippet]) -> None:
    """Refuse to build without a snippet that was released.

    Args:
        root: the `snippets` folder.
        snippets: all of today, by name.
    """
    if gone := releases.gone(root, _histories, snippets):
        raise PluginError(str(BadInput(gone)))
