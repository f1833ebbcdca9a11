"""Japanese and English are equals: same pages, sections and contents, and neither changes unnoticed."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import pages
import sections

NAMES = sorted(pages.names(pages.DOCS, "ja") | pages.names(pages.DOCS, "en"))


def missing_pages(docs: Path) -> list[str]:
    ja, en = (pages.names(docs, language) for language in pages.LANGUAGES)
    return [
        f"docs/{there}/{name}.md is missing; docs/{here}/{name}.md exists: write it, or delete the other"
        for here, there, names in (("ja", "en", ja - en), ("en", "ja", en - ja))
        for name in sorted(names)
    ]


def page_differences(docs: Path, name: str) -> list[str]:
    try:
        return pages.differences(*(pages.read(docs, language, name) for language in pages.LANGUAGES))
    except pages.PageError as error:
        return str(error).split("\n")


def steps(docs: Path) -> list[str]:
    return [str(step) for step in sections.steps(sections.recorded(docs), sections.current(docs))]


# The guide's own pages


def test_every_page_exists_in_both_languages() -> None:
    assert NAMES, "no pages under docs/ja and docs/en"
    assert not missing_pages(pages.DOCS), "\n".join(missing_pages(pages.DOCS))


@pytest.mark.parametrize("name", sorted(pages.names(pages.DOCS, "ja") & pages.names(pages.DOCS, "en")))
def test_a_page_holds_the_same_in_both_languages(name: str) -> None:
    found = page_differences(pages.DOCS, name)
    assert not found, "\n" + "\n".join(found)


def test_no_section_changed_in_one_language_only() -> None:
    found = steps(pages.DOCS)
    assert not found, "\n" + "\n".join(found)


# The detector: each of these mutants is found

JA = """\
---
description: 条件キーの一覧です。
---
# 条件キー {#top}

VPC 設定を見る条件キーは三つです。{{ fact K01 }}

## 型 {#types}

`lambda:VpcIds` は単一値です。[ガードレール](guardrails.md#why) も見てください。{{ fact K02 }} {{ fact K03 }}

{{ snippet condition-keys/guardrail }}

{{ snippet condition-keys/scp }}

## 表 {#table}

![図](../diagram.svg)

| キー | 型 |
| --- | --- |
| `lambda:VpcIds` | 単一値 |
| `lambda:SubnetIds` | 複数値 |

```text
# 見出しではない {{ fact K99 }}
```
"""
EN = """\
# Condition keys {#top}

Three condition keys look at the VPC settings. {{ fact K01 }}

## Types {#types}

{{ fact K03 }} `lambda:VpcIds` has a single value. {{ fact K02 }} See [guardrails](guardrails.md#why), too.

{{ snippet condition-keys/guardrail }}

{{ snippet condition-keys/scp }}

## Table {#table}

![Diagram](../diagram.svg)

| Key | Type |
| --- | --- |
| `lambda:VpcIds` | single-valued |
| `lambda:SubnetIds` | multivalued |

```text
# no heading {{ fact K98 }}
```
"""


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """A small guide of one page in both languages, recorded as in step."""
    for language, text in (("ja", JA), ("en", EN)):
        folder = tmp_path / "docs" / language / "condition-keys"
        folder.mkdir(parents=True)
        (folder / "keys.md").write_text(text, encoding="utf-8")
    assert sections.update(tmp_path / "docs") == []
    return tmp_path / "docs"


def edit(docs: Path, language: str, old: str, new: str) -> None:
    file = docs / language / "condition-keys" / "keys.md"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_equal_pages_in_step_raise_no_complaint(docs: Path) -> None:
    assert missing_pages(docs) == page_differences(docs, "condition-keys/keys") == steps(docs) == []


def test_a_page_in_one_language_only_is_named(docs: Path) -> None:
    shutil.copy(docs / "en/condition-keys/keys.md", docs / "en/condition-keys/scp.md")
    (found,) = missing_pages(docs)
    assert found.startswith("docs/ja/condition-keys/scp.md is missing")


def swap_sections(text: str) -> str:
    top, types, table = re.split(r"(?m)^(?=## )", text)
    return top + table + types


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (
            lambda t: t.replace("{#types}", "{#kinds}"),
            "docs/en/condition-keys/keys.md: section #types is",
        ),
        (
            lambda t: t.replace("{#types}", "{#kinds}"),
            "docs/ja/condition-keys/keys.md: section #kinds is",
        ),
        (swap_sections, "keys.md:5: section #table stands where docs/ja/condition-keys/keys.md:8 has #types"),
        (
            lambda t: t.replace("## Types", "### Types"),
            "#types has level 2 in one and 3 in the other",
        ),
        (
            lambda t: t.replace("too.", "too. {{ fact K04 }}"),
            "section #types cites no {{ fact K04 }}",
        ),
        (lambda t: t.replace("{{ fact K03 }} ", ""), "keys.md:5: section #types cites no {{ fact K03 }}"),
        (
            lambda t: t.replace("guardrail }}", "other }}").replace("scp }}", "guardrail }}"),
            "section #types has other directives in the two languages, or another order",
        ),
        (
            lambda t: t.replace("keys.md", "").replace("guardrails.md#why", "guardrails.md#how"),
            "section #types links to no condition-keys/guardrails.md#how",
        ),
        (lambda t: t.replace("diagram.svg", "drawing.svg"), "section #table has other images"),
        (lambda t: re.sub("\\| `lambda:Sub.*\n", "", t), "3 rows × 2 columns and 2 rows × 2 columns"),
        (lambda t: re.sub("(?m)\\|$", "| --- |", t), "3 rows × 2 columns and 3 rows × 3 columns"),
        (lambda t: t.replace(" {#types}", ""), "docs/en/condition-keys/keys.md:5: heading without an id"),
        (lambda t: t.replace("{#types}", "{#top}"), "keys.md:5: heading id 'top' stands on line 1 too"),
        (lambda t: t.replace("{#types}", "{#Types}"), "keys.md:5: heading id 'Types': use small letters"),
        (
            lambda t: t.replace("![Dia", "!!! note\n    ## More {#more}\n\n![Dia"),
            "Write each one as `#",
        ),
        (lambda t: "no heading", "keys.md:1: no heading: begin the page with"),
    ],
)
def test_a_page_that_holds_something_else_is_named(
    docs: Path, change: Callable[[str], str], complaint: str
) -> None:
    file = docs / "en/condition-keys/keys.md"
    file.write_text(change(file.read_text(encoding="utf-8")), encoding="utf-8")
    found = page_differences(docs, "condition-keys/keys")
    assert complaint in "\n".join(found)


def test_other_sentences_in_another_order_are_free(docs: Path) -> None:
    edit(
        docs,
        "en",
        "{{ fact K03 }} `lambda:VpcIds` has a single value.",
        "`lambda:VpcIds` is {{ fact K03 }} one.",
    )
    assert page_differences(docs, "condition-keys/keys") == []


def test_facts_cited_together_or_apart_are_the_same_facts(docs: Path) -> None:
    edit(docs, "ja", "{{ fact K02 }} {{ fact K03 }}", "{{ fact K02 K03 }}")
    assert page_differences(docs, "condition-keys/keys") == []


# A section changed on one side

ASK = (
    "docs/en/condition-keys/keys.md#types changed, docs/ja/condition-keys/keys.md#types did not: "
    "change it too, or confirm that nothing has to change: "
    "python tests/sections.py confirm condition-keys/keys#types"
)


def test_a_section_changed_in_one_language_asks_for_the_other(docs: Path) -> None:
    edit(docs, "en", "has a single value", "carries one value")
    assert steps(docs) == [ASK]
    assert sections.update(docs) and steps(docs) == [ASK], "record must not take a one-sided change"


def test_a_confirmed_section_is_in_step(docs: Path) -> None:
    edit(docs, "en", "has a single value", "carries one value")
    assert sections.main(["confirm", "condition-keys/keys#types"], docs) == 0
    assert steps(docs) == []


def test_a_confirmation_of_another_section_does_not_count(docs: Path) -> None:
    edit(docs, "en", "has a single value", "carries one value")
    edit(docs, "ja", "三つ", "3 つ")
    assert sections.main(["confirm", "condition-keys/keys#top"], docs) == 0
    assert steps(docs) == [ASK]


def test_a_confirmation_holds_for_one_change_only(docs: Path) -> None:
    edit(docs, "en", "has a single value", "carries one value")
    sections.confirm(docs, ["condition-keys/keys#types"])
    edit(docs, "en", "carries one value", "has one value")
    assert steps(docs) == [ASK]


def test_a_section_changed_in_both_languages_is_recorded(docs: Path) -> None:
    edit(docs, "en", "has a single value", "carries one value")
    edit(docs, "ja", "単一値です", "値を一つ持ちます")
    assert steps(docs) == [
        "condition-keys/keys#types changed in both languages: python tests/sections.py record"
    ]
    assert sections.main(["record"], docs) == 0
    assert steps(docs) == []


def test_a_change_of_line_breaks_is_no_change(docs: Path) -> None:
    edit(docs, "en", "has a single value", "has\na   single value")
    assert steps(docs) == []


def test_front_matter_belongs_to_the_first_section(docs: Path) -> None:
    edit(docs, "ja", "条件キーの一覧", "キーの一覧")
    (found,) = steps(docs)
    assert found.startswith("docs/ja/condition-keys/keys.md#top changed")


def test_a_new_and_a_removed_section_are_recorded(docs: Path) -> None:
    for language in pages.LANGUAGES:
        edit(docs, language, "{#types}", "{#kinds}")
    assert steps(docs) == [
        "condition-keys/keys#kinds is not in docs/sections.yaml yet: python tests/sections.py record",
        "condition-keys/keys#types is in docs/sections.yaml, but in both languages no longer: "
        "python tests/sections.py record",
    ]
    assert sections.main(["record"], docs) == 0
    assert steps(docs) == []


def test_record_names_what_it_refuses_and_takes_the_rest(
    docs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(docs, "en", "has a single value", "carries one value")
    for language in pages.LANGUAGES:
        edit(docs, language, "{#table}", "{#all}")
    assert sections.main(["record"], docs) == 1
    assert capsys.readouterr().err == ASK + "\n"
    assert steps(docs) == [ASK]


@pytest.mark.parametrize(
    ("address", "complaint"),
    [
        ("condition-keys/keys#type", "no section #type in docs/ja/condition-keys/keys.md"),
        ("condition-keys/keys#type", "(did you mean 'condition-keys/keys#types'?)"),
        ("condition-key/keys#types", "no page docs/ja/condition-key/keys.md"),
        ("condition-key/keys#types", "(did you mean 'condition-keys/keys#types'?)"),
        ("condition-keys/keys", "(did you mean 'condition-keys/keys#"),
        ("condition-keys/keys#top", "there is nothing to confirm"),
    ],
)
def test_a_confirmation_of_nothing_is_refused(
    docs: Path, capsys: pytest.CaptureFixture[str], address: str, complaint: str
) -> None:
    assert sections.main(["confirm", address], docs) == 1
    assert complaint in capsys.readouterr().err


def test_a_change_in_both_languages_is_not_confirmed_but_recorded(
    docs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(docs, "en", "has a single value", "carries one value")
    edit(docs, "ja", "単一値です", "値を一つ持ちます")
    assert sections.main(["confirm", "condition-keys/keys#types"], docs) == 1
    assert "python tests/sections.py record" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["keys: [", "- a list\n", "condition-keys/keys: {types: {ja: abc}}\n"])
def test_a_broken_record_is_an_error_and_no_traceback(
    docs: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    (docs / "sections.yaml").write_text(text, encoding="utf-8")
    assert sections.main(["record"], docs) == 1
    assert re.match(r"docs/sections\.yaml:\d+: not a record of sections", capsys.readouterr().err)
