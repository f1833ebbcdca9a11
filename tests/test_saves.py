"""While serving, a save touches what it changes, and everything where that is not sure."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conftest import ROOT

# Last, so that no hook stands before a module of Python with its name.
sys.path.append(str(ROOT / "docs" / "hooks"))

import saves

Save = Callable[..., set[str] | None]

PAGES = {
    "en/index.md": "# Home\n",
    "en/one.md": "# One\n\n## Part {#part}\n\n{{ snippet topic/one }}\n",
    "en/two.md": "# Two\n\nText about {{ case topic/two#a yes }}.\n",
    "en/told.md": "# Told\n\n{{ problems internet }}\n",
    "en/rules.md": "# Rules\n\n{{ rule E9801 }}\n",
    "en/checker.md": "# Checker\n\n::: lambda_vpc.iam\n",
}
# Which no file holds.
GENERATED = {
    f"en/snippets/topic/{name}.md": f"{{{{ snippet-code topic/{name} }}}}\n" for name in ("one", "two")
}
FILES = {
    **{f"docs/{source}": text for source, text in PAGES.items()},
    "docs/facts.yaml": "facts: []\n",
    "docs/theme/assets/site.css": "p { color: red }\n",
    "mkdocs.yml": "site_name: X\n",
    "snippets/topic/one.yaml": "Resources: {}\n",
    "snippets/topic/one.spec.yaml": "kind: template\nwith: [topic/two]\n",
    "snippets/topic/two.json": "{}\n",
    "snippets/topic/two.spec.yaml": "kind: identity-policy\n",
    "snippets/topic/two.wrong/wide.json": "{}\n",
    "snippets/python/lambda_vpc/iam.py": "\n",
    "snippets/releases.yaml": "{}\n",
}


@pytest.fixture
def save(tmp_path: Path) -> Iterator[Save]:
    """Builds a project for a server, changes files of it, and gives what has to be rendered."""
    saves.starts(serving=True)
    saves.forget()

    def write(files: dict[str, str | None]) -> None:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            if text is not None:
                path.write_text(text, "utf-8")

    def pages() -> dict[str, str]:
        written = {
            path.relative_to(tmp_path / "docs").as_posix(): path.read_text("utf-8")
            for path in (tmp_path / "docs").rglob("*.md")
        }
        return written | GENERATED

    def touched(
        changed: dict[str, str | None], broken: set[str] | frozenset[str] = frozenset()
    ) -> set[str] | None:
        write(changed)
        saves.look(tmp_path)
        found = saves.pages(pages(), broken)
        assert saves.everything() == (found is None)
        saves.finished(broken)
        return found

    assert touched(dict(FILES)) is None, "a server begins with everything"
    assert touched({}) == set(), "nothing has changed"
    yield touched
    saves.starts(serving=False)
    saves.forget()


TOLD = {"en/told.md", "en/rules.md"}
ONE, TWO = "en/snippets/topic/one.md", "en/snippets/topic/two.md"


@pytest.mark.parametrize(
    ("path", "old", "new", "touched"),
    [
        ("docs/en/index.md", "\n", "\n\nText.\n", {"en/index.md"}),
        ("docs/en/index.md", "# Home", "# At home", None),
        ("docs/en/one.md", "## Part", "## Section", {"en/one.md", "en/told.md"}),
        ("docs/en/one.md", "topic/one", "topic/two", {"en/one.md", ONE, TWO}),
        ("docs/en/two.md", "yes", "no", {"en/two.md"}),
        ("docs/en/checker.md", "iam", "eni", None),
        ("docs/facts.yaml", "[]", "[ ]", None),
        ("docs/theme/assets/site.css", "red", "blue", None),
        ("mkdocs.yml", "X", "Y", None),
        ("snippets/topic/one.yaml", "{}", "{ }", {"en/one.md", ONE, *TOLD}),
        # The other one is a companion of the first.
        ("snippets/topic/two.json", "{}", "{ }", {"en/one.md", "en/two.md", ONE, TWO, *TOLD}),
        ("snippets/topic/two.wrong/wide.json", "{}", "[]", {"en/one.md", "en/two.md", ONE, TWO, *TOLD}),
        ("snippets/topic/two.spec.yaml", "kind", "aws-managed: X\nkind", None),
        ("snippets/python/lambda_vpc/iam.py", "\n", "\n\n", None),
        ("snippets/releases.yaml", "{}", "{ }", None),
    ],
)
def test_a_save_touches(save: Save, path: str, old: str, new: str, touched: set[str] | None) -> None:
    assert save({path: FILES[path].replace(old, new)}) == touched
    assert save({}) == set()


def test_a_file_that_is_new_or_gone_touches_everything(save: Save) -> None:
    assert save({"docs/en/new.md": "# New\n"}) is None
    assert save({"docs/en/new.md": None}) is None
    assert save({"snippets/topic/new.yaml": "{}\n"}) is None


def test_a_page_that_a_hook_writes_and_did_not_before_touches_everything(
    save: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(GENERATED, "en/snippets/topic/new.md", "# New\n")
    assert save({"docs/en/index.md": "# Home\n\nText.\n"}) is None


def test_a_new_wrong_variant_touches_its_snippet(save: Save) -> None:
    touched = {"en/one.md", "en/two.md", ONE, TWO, *TOLD}
    assert save({"snippets/topic/two.wrong/new.json": "{}\n"}) == touched
    assert save({"snippets/topic/two.wrong/new.json": None}) == touched


def test_what_editors_leave_beside_a_file_touches_nothing(save: Save) -> None:
    assert save({"docs/en/.one.md.swp": "x", "docs/en/one.md~": "x", "docs/en/4913": "x"}) == set()


def test_a_file_with_a_mistake_touches_nothing_until_it_is_mended(
    save: Save,
) -> None:
    broken = {"docs/facts.yaml": "facts: [\n"}
    assert save(broken, {"docs/facts.yaml"}) == set()
    assert save({"docs/en/two.md": "# Two\n\nNo text.\n"}, {"docs/facts.yaml"}) == {"en/two.md"}
    assert save({"docs/facts.yaml": "facts: [x]\n"}) is None


def test_a_mistake_that_is_taken_back_has_touched_nothing(save: Save) -> None:
    assert save({"docs/facts.yaml": "facts: [\n"}, {"docs/facts.yaml"}) == set()
    assert save({"docs/facts.yaml": FILES["docs/facts.yaml"]}) == set()


def test_snippets_are_read_together(save: Save) -> None:
    one, two = "snippets/topic/one.spec.yaml", "snippets/topic/two.json"
    assert save({one: "kinde: template\n", two: "{ }\n"}, {one}) == set()
    assert save({one: FILES[one]}) == {"en/one.md", "en/two.md", ONE, TWO, *TOLD}, (
        "the other one was read, too"
    )


@pytest.mark.parametrize(
    ("path", "pages"),
    [
        ("docs/en/two.md", {"en/two.md"}),
        ("snippets/topic/one.spec.yaml", {"en/one.md", ONE}),
        ("snippets/topic/two.wrong/wide.json", {"en/two.md", TWO}),
        ("docs/facts.yaml", None),
        ("snippets/python/lambda_vpc/iam.py", None),
    ],
)
def test_a_mistake_concerns_the_pages_that_show_its_file(
    save: Save, path: str, pages: set[str] | None
) -> None:
    assert saves.showing(path) == pages


def test_a_build_renders_everything() -> None:
    saves.starts(serving=False)
    saves.look(Path("nowhere"))
    assert saves.everything()
    assert saves.snippets() is None
