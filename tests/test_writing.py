"""Running text keeps the writing rules that a machine can check, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

import pages
import writing

ROOT = pages.ROOT
TERMS = pages.DOCS / "terms.yaml"
# The record of sections holds hashes, no text.
YAML_FILES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in [
        ROOT / "mkdocs.yml",
        *(path for path in pages.DOCS.glob("*.yaml") if path.name != "sections.yaml"),
        *(ROOT / "snippets").rglob("*.spec.yaml"),
        *(ROOT / "snippets" / "python" / "lambda_vpc").glob("*.yaml"),
    ]
)


@pytest.fixture(scope="module")
def avoided() -> dict[str, list[writing.Avoided]]:
    return writing.avoided_spellings(TERMS)


# The guide's own texts


@pytest.mark.parametrize(
    ("language", "name"),
    [(code, name) for code in pages.LANGUAGES for name in sorted(pages.names(pages.DOCS, code))],
)
def test_a_page_keeps_the_writing_rules(
    language: str, name: str, avoided: dict[str, list[writing.Avoided]]
) -> None:
    try:
        found = writing.mistakes_in_page(pages.DOCS, language, name, avoided[language])
    except pages.PageError as error:
        pytest.fail(str(error), pytrace=False)
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize("path", YAML_FILES)
def test_the_texts_of_a_yaml_file_keep_the_writing_rules(
    path: str, avoided: dict[str, list[writing.Avoided]]
) -> None:
    found = writing.mistakes_in_yaml(path, (ROOT / path).read_text(encoding="utf-8"), avoided)
    assert not found, "\n" + "\n".join(found)


# The detector: each of these mutants is found, and good text is not

TERMS_TEXT = """\
- {id: nat, en: NAT gateway, ja: NAT ゲートウェイ, avoid: [NATゲートウェイ, Nat Gateway, ゲートウェー]}
- {id: managed, en: AWS managed policy, ja: AWS マネージドポリシー, avoid: [マネージドポリシー]}
- {id: vpc, en: VPC, ja: VPC}
"""
GOOD = """\
---
description: VPC の 1 つの例です。
---
# NAT ゲートウェイ {#top}

関数は **NAT** ゲートウェイに `0.0.0.0/0だ。` を送ります。[表](keys.md) を見ます。{{ fact K01 }}

- Lambda 関数です

```text
コードの中はxyzである。
```
"""


@pytest.fixture
def terms(tmp_path: Path) -> dict[str, list[writing.Avoided]]:
    (tmp_path / "terms.yaml").write_text(TERMS_TEXT, encoding="utf-8")
    return writing.avoided_spellings(tmp_path / "terms.yaml")


def page_mistakes(tmp_path: Path, text: str, language: str, avoided: dict) -> list[str]:
    (tmp_path / "docs" / language).mkdir(parents=True)
    (tmp_path / "docs" / language / "nat.md").write_text(text, encoding="utf-8")
    return writing.mistakes_in_page(tmp_path / "docs", language, "nat", avoided[language])


def test_good_japanese_raises_no_complaint(tmp_path: Path, terms: dict) -> None:
    assert page_mistakes(tmp_path, GOOD, "ja", terms) == []


LONG = "関数は" + "とても" * 33 + "遠くへ送ります。"


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            "- Lambda",
            "- Lambda 関数である。\n- Lambda",
            "docs/ja/nat.md:8: 'ambda 関数である。' ends in plain",
        ),
        ("関数は **", "これは関数だ。関数は **", "docs/ja/nat.md:6: 'これは関数だ。' ends in plain"),
        ("**NAT** ゲ", "**NAT**ゲ", "docs/ja/nat.md:6: no half-width space between Japanese and Latin"),
        ("[表](keys.md)", "A[表](keys.md)", "docs/ja/nat.md:6: no half-width space"),
        ("1 つ", "1つ", "docs/ja/nat.md:2: no half-width space"),
        ("# NAT ゲ", "# NATゲ", "docs/ja/nat.md:4: no half-width space"),
        ("- Lambda", "- 関数，Lambda", "docs/ja/nat.md:8: '，': write '、'"),
        ("関数です", "関数です．", "docs/ja/nat.md:8: '．': write '。'"),
        ("関数です", f"関数です。{LONG}", "docs/ja/nat.md:8: a sentence of 110 characters, '関数はとても"),
        ("関数です", "関数とゲートウェーです", "docs/ja/nat.md:8: 'ゲートウェー' is a"),
        ("関数です", "Nat Gateway です", "docs/ja/nat.md:8: 'Nat Gateway' is a spelling to avoid"),
        ("関数です", "マネージドポリシーです", "docs/ja/nat.md:8: 'マネージドポリシー' is a"),
    ],
)
def test_a_broken_rule_is_named_with_its_line(
    tmp_path: Path, terms: dict, old: str, new: str, complaint: str
) -> None:
    assert old in GOOD
    found = page_mistakes(tmp_path, GOOD.replace(old, new, 1), "ja", terms)
    assert any(message.startswith(complaint) for message in found), found


def test_a_spelling_inside_the_right_one_is_not_meant(tmp_path: Path, terms: dict) -> None:
    text = GOOD.replace("Lambda 関数です", "AWS マネージドポリシーです")
    assert page_mistakes(tmp_path, text, "ja", terms) == []


def test_a_sentence_of_a_hundred_characters_without_its_code_is_short_enough(
    tmp_path: Path, terms: dict
) -> None:
    text = GOOD.replace("- Lambda", "- " + "送" * 96 + "`lambda:SourceFunctionArn` ます。\n- Lambda")
    assert page_mistakes(tmp_path, text, "ja", terms) == []


def test_an_english_page_has_the_english_spelling(tmp_path: Path, terms: dict) -> None:
    (found,) = page_mistakes(tmp_path, "# Egress {#top}\n\nA Nat Gateway sends.\n", "en", terms)
    assert found == (
        "docs/en/nat.md:3: 'Nat Gateway' is a spelling to avoid: write 'NAT gateway' (docs/terms.yaml)"
    )


SPEC = """\
title: {ja: 経路を確かめる, en: Check the route}
cases:
  - name: {ja: NAT を通る, en: Through the NAT gateway}
notes:
  Resources.Nat:
    en: One a zone.
    ja: >-
      AZ ごとに 1 つ置きます。
      別の AZ には頼りません。
"""


def test_good_texts_of_a_spec_raise_no_complaint(terms: dict) -> None:
    assert writing.mistakes_in_yaml("nat.spec.yaml", SPEC, terms) == []


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("ja: 経路", "ja: 経路A", "nat.spec.yaml:1: no half-width space"),
        ("NAT を通る", "道である。", "nat.spec.yaml:3: '道である。' ends in plain form"),
        ("Through the NAT gateway", "A Nat Gateway", "nat.spec.yaml:3: 'Nat Gateway' is a spelling to avoid"),
        ("頼りません。", "頼りません．", "nat.spec.yaml:9: '．': write '。'"),
    ],
)
def test_a_broken_rule_in_a_spec_is_named_with_its_line(
    terms: dict, old: str, new: str, complaint: str
) -> None:
    assert old in SPEC
    found = writing.mistakes_in_yaml("nat.spec.yaml", SPEC.replace(old, new), terms)
    assert any(message.startswith(complaint) for message in found), found
