"""A page in the navigation exists or is planned, and no plan outlives its page."""

from __future__ import annotations

from pathlib import Path

import pytest

import small_site
from conftest import build_site
from lambda_vpc.guide.languages import LANGUAGES


def built(root: Path, **project: object) -> tuple[int, str]:
    """Exit code and messages of the strict build of a small project."""
    small_site.write(root, **project)
    result = build_site(root / "site", root=root)
    assert "Traceback" not in result.stderr, result.stderr
    return result.returncode, result.stderr


def test_a_planned_page_may_be_missing(tmp_path: Path) -> None:
    code, messages = built(tmp_path / "project", nav=["index.md", "later.md"], planned=["later.md"])
    assert code == 0, messages
    for language in LANGUAGES:
        assert "later" not in (tmp_path / "project" / "site" / language / "index.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("nav", "planned", "message"),
    [
        (["index.md", "indxe.md"], [], "nav names indxe.md, which exists in no language (did you mean"),
        (["index.md", "later.md"], [], "nav names later.md, which exists in no language: write the page"),
        (["index.md"], ["later.md"], "extra.planned names later.md, which nav does not"),
        (["index.md"], ["index.md"], "extra.planned names index.md, which exists: remove it there"),
    ],
    ids=["misspelled", "missing", "planned for no place", "written by now"],
)
def test_a_navigation_that_is_not_true_fails_the_strict_build_by_name(
    tmp_path: Path, nav: list[str], planned: list[str], message: str
) -> None:
    code, messages = built(tmp_path / "project", nav=nav, planned=planned)
    assert code != 0
    assert f"mkdocs.yml: {message}" in messages
