"""Each key of a spec is explained on the site, with an example from a spec; the loader has the same keys."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

import pages
from conftest import ROOT
from lambda_vpc.guide.spec import load as load_snippets
from lambda_vpc.guide.spec_keys import FILE, GROUPS, LONGEST, Key, load
from lambda_vpc.reading import BadInput

PAGES = ("spec.md", "spec-cases.md")
DOCS = ROOT / "docs"
SNIPPETS = load_snippets(ROOT / "snippets")
KEYS = load(DOCS, SNIPPETS)
SHOWN: list[tuple[str, Key]] = [(group, key) for group, keys in KEYS.items() for key in keys]


def test_every_key_of_the_loader_is_explained_and_no_other() -> None:
    assert {group: [key.name for key in keys] for group, keys in KEYS.items()} == {
        group: list(known) for group, known in GROUPS.items()
    }


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_the_pages_show_every_group_once(language: str) -> None:
    written = [(DOCS / language / "reference" / name).read_text("utf-8") for name in PAGES]
    assert sorted(re.findall(r"^\{\{ spec-keys (\S+) \}\}$", "\n".join(written), re.MULTILINE)) == sorted(
        GROUPS
    )


@pytest.mark.parametrize(("group", "key"), SHOWN, ids=[f"{group}-{key.name}" for group, key in SHOWN])
def test_an_example_stands_in_the_spec_it_names(group: str, key: Key) -> None:
    if key.example is None:
        assert group == "accept" or key.name == "accept", "a key that some spec has needs its example"
        return
    text = SNIPPETS[key.example.snippet].spec.text
    assert key.name in key.example.lines[0]
    assert all(line in text for line in key.example.lines)
    assert len(key.example.lines) <= LONGEST


MISTAKES = {
    "unknown key": ("  kind:\n", "  kid:\n", "unknown key 'kid' (did you mean 'kind'?)"),
    "missing key": ("  kind:\n", "  kid:\n", "'kind' is missing; add it"),
    "unknown snippet": (
        "example: condition-keys/require-vpc\n",
        "example: condition-keys/require-vcp\n",
        "5: no snippet 'condition-keys/require-vcp' (did you mean 'condition-keys/require-vpc'?)",
    ),
    "example without the key": (
        "example: network/endpoints-policy#read",
        "example: condition-keys/require-vpc#no-vpc",
        "no 'by' at 'condition-keys/require-vpc#no-vpc'; name a spec that has it",
    ),
    "no such case": (
        "example: network/endpoints-policy#read",
        "example: network/endpoints-policy#reed",
        "no 'by' at 'network/endpoints-policy#reed'",
    ),
    "no example": (
        "    example: condition-keys/approved-vpc-scp#management-account\n",
        "",
        "'example' is missing; condition-keys/approved-vpc-scp has one",
    ),
    "one language": ("    en: Logical ID of the function.\n", "", "'en' is missing; add it"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, case: str) -> None:
    right, wrong, message = MISTAKES[case]
    docs = tmp_path / "docs"
    docs.mkdir()
    shutil.copy(DOCS / FILE, docs)
    text = (docs / FILE).read_text("utf-8")
    assert right in text
    (docs / FILE).write_text(text.replace(right, wrong, 1), "utf-8")
    with pytest.raises(BadInput) as refused:
        load(docs, SNIPPETS)
    assert re.search(rf"^docs/{re.escape(FILE)}:\d", str(refused.value))
    assert message in str(refused.value)
