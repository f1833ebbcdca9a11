"""Another builder publishes the same site, or refuses in the guide's own words.

The builders themselves are tried in the scheduled workflow, by `tests/tools/other_builders.py`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import other_builders
import small_site
from conftest import ROOT, build_site

THEME = ROOT / "docs" / "theme"


def test_a_builder_that_runs_no_hooks_is_refused_in_the_guides_words(tmp_path: Path) -> None:
    root = tmp_path / "project"
    small_site.write(root, hooks=())
    config = root / "mkdocs.yml"
    config.write_text(config.read_text("utf-8").replace("\nhooks:\n", "\n"), "utf-8")
    built = build_site(tmp_path / "site", root=root, strict=False)
    assert built.returncode
    assert other_builders.REFUSAL in built.stderr


def test_the_refusal_names_the_builders_and_stands_in_every_template() -> None:
    for word in ("MkDocs", "ProperDocs", "mkdocs build --strict"):
        assert word in other_builders.REFUSAL
    refusing = THEME / "partials" / "hooks-ran.html"
    assert f'{{%- include "{other_builders.REFUSAL}" %}}' in refusing.read_text("utf-8")
    begins = '{%- include "partials/hooks-ran.html" -%}', '{% extends "main.html" %}'
    templates = [path for path in THEME.iterdir() if path.suffix in (".html", ".txt", ".xml")]
    assert len(templates) >= 6
    bare = [path.name for path in templates if not path.read_text("utf-8").startswith(begins)]
    assert not bare, f"docs/theme: begin {bare} with {begins[0]}"


def test_no_theme_has_the_name_of_the_refusal(tmp_path: Path) -> None:
    root = tmp_path / "project"
    small_site.write(root)
    assert (root / "docs" / "theme" / "mkdocs_theme.yml").is_file()
    built = build_site(tmp_path / "site", root=root)
    assert not built.returncode, built.stderr
    assert not list((tmp_path / "site").rglob("mkdocs_theme.yml"))


PAGE = '<html>\n<meta name="generator" content="{}">\n<p>{}</p>\n</html>\n'


@pytest.mark.parametrize(
    ("other", "found"),
    [
        ({"a.html": PAGE.format("other 2", "one"), "b.css": "b"}, []),
        ({"a.html": PAGE.format("mkdocs 1", "two"), "b.css": "b"}, ["a.html"]),
        ({"a.html": PAGE.format("mkdocs 1", "one"), "b.css": "c"}, ["b.css"]),
        ({"a.html": PAGE.format("mkdocs 1", "one")}, ["b.css"]),
        ({"a.html": PAGE.format("mkdocs 1", "one"), "b.css": "b", "c.js": "c"}, ["c.js"]),
    ],
    ids=["generator", "page", "file", "missing", "more"],
)
def test_what_another_builder_publishes_otherwise_is_named(
    tmp_path: Path, other: dict[str, str], found: list[str]
) -> None:
    here = {"a.html": PAGE.format("mkdocs 1", "one"), "b.css": "b"}
    for folder, files in (("mkdocs", here), ("properdocs", other)):
        (tmp_path / folder).mkdir()
        for name, text in files.items():
            (tmp_path / folder / name).write_text(text, "utf-8")
    assert other_builders.differences(tmp_path / "mkdocs", tmp_path / "properdocs") == found
