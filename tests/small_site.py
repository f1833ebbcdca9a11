"""Small projects with the site's own configuration, hooks and theme, for tests that change them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from lambda_vpc.guide.languages import LANGUAGES

ROOT = Path(__file__).parents[1]

# What needs no fact, term or snippet of the guide.
WITHOUT_DATA = ("language", "directives", "markdown_pages", "site")


def write(
    root: Path,
    *,
    nav: Sequence[str] = ("index.md",),
    planned: Sequence[str] = (),
    hooks: Sequence[str] | None = WITHOUT_DATA,
) -> None:
    """Write a project with one page in each language.

    Args:
        root: the folder of the project, which does not exist yet.
        nav: the pages in its navigation, below the language.
        planned: pages of the navigation that need not exist.
        hooks: the hooks it has; `None`: all.
    """
    for folder in ("hooks", "theme"):
        shutil.copytree(
            ROOT / "docs" / folder, root / "docs" / folder, ignore=shutil.ignore_patterns("__pycache__")
        )
    (root / "snippets" / "python").mkdir(parents=True)
    for language in LANGUAGES:
        page = root / "docs" / language / "index.md"
        page.parent.mkdir()
        page.write_text("# Home {#home}\n", "utf-8")
    config = (ROOT / "mkdocs.yml").read_text("utf-8")
    config = _replaced(r"(?ms)^nav:\n.*?\n(?=\n)", "nav:\n" + _entries(nav, 2), config)
    config = _replaced(
        r"(?m)^  planned:(?: \[\])?\n(?:    - .*\n)*",
        "  planned:\n" + _entries(planned, 4) if planned else "  planned: []\n",
        config,
    )
    if hooks is not None:
        config = _replaced(rf"(?m)^  - docs/hooks/(?!(?:{'|'.join(hooks)})\.py).*\n", "", config, many=True)
    (root / "mkdocs.yml").write_text(config, "utf-8")


def _entries(items: Sequence[str], indent: int) -> str:
    return "".join(f"{' ' * indent}- {item}\n" for item in items)


def _replaced(pattern: str, new: str, text: str, *, many: bool = False) -> str:
    text, count = re.subn(pattern, lambda _: new, text)
    assert count == 1 or (many and count), f"mkdocs.yml: {pattern} found {count} times; mend small_site.py"
    return text
