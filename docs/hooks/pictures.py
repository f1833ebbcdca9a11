"""Pictures on pages: the style sheet that every picture needs, from the package that draws them."""

from __future__ import annotations

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

import lambda_vpc.diagram

_STYLE = Path(lambda_vpc.diagram.__file__).with_name("style.css")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Put the style sheet among the site's own, which docs/hooks/site.py merges."""
    files.append(File.generated(config, "assets/diagram-style.css", content=_STYLE.read_text("utf-8")))
    return files
