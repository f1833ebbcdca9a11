"""Released versions of the snippets: their bytes at pinned addresses, and what was released of which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File

from lambda_vpc.guide import releases
from lambda_vpc.guide.releases import History
from lambda_vpc.guide.snippet import Snippet
from lambda_vpc.reading import BadInput

_histories: dict[str, History] = {}


def load(root: Path, snippets: Mapping[str, Snippet]) -> None:
    """Read what was released.

    Args:
        root: the `snippets` folder.
        snippets: all of today, by name.

    Raises:
        BadInput: the list or a pinned file is wrong, or a snippet that was released is gone.
    """
    histories = releases.load(root)
    if gone := releases.gone(root, histories, snippets):
        raise BadInput(gone)
    _histories.clear()
    _histories.update(histories)


def files(root: Path, config: MkDocsConfig) -> Iterator[File]:
    """The bytes of every released version, to be published."""
    for one in _histories.values():
        for version in one.versions:
            yield File.generated(config, version.pinned, abs_src_path=str(root.parent / version.pinned))


def history(name: str) -> History:
    """What was released of a snippet; nothing of a draft."""
    return _histories.get(name, History(name))
