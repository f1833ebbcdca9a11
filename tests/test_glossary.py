"""The glossary page holds every word of docs/terms.yaml, and a broken entry is named with its line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import pages
from lambda_vpc.guide import terms
from lambda_vpc.reading import BadInput, parse

TERMS = terms.load(pages.DOCS / "terms.yaml")


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_every_word_has_its_address_and_both_spellings(site: Path, language: str):
    page = (site / language / "reference" / "glossary" / "index.html").read_text("utf-8")
    entries = dict(re.findall(r'<div id="([a-z0-9-]+)"><dt>(.*?)</dd></div>', page, re.DOTALL))
    in_order = sorted(TERMS.values(), key=lambda term: term.order(language))
    assert list(entries) == [term.id for term in in_order], "the glossary is not docs/terms.yaml in order"
    for term in TERMS.values():
        for spelling in term.text.values():
            assert f">{spelling}<" in entries[term.id], f"#{term.id} does not show '{spelling}'"


def test_no_word_takes_the_address_of_a_heading():
    for language in pages.LANGUAGES:
        taken = pages.read(pages.DOCS, language, "reference/glossary").sections.keys() & TERMS.keys()
        assert not taken, f"docs/{language}/reference/glossary.md: these heading ids are words: {taken}"


GOOD = """\
- id: egress
  en: outbound traffic
  ja: アウトバウンドトラフィック
  also: [送信トラフィック]
  avoid: [外向きトラフィック]
  means: {ja: 出ていく通信です。, en: Traffic that leaves.}
  seen_in: unverified
- {id: hop, en: hop, ja: ホップ, seen_in: this guide}
"""


def test_a_good_file_is_read_in_the_order_of_the_english_words():
    found = terms.parse(parse(GOOD, "docs/terms.yaml", is_json=False))
    assert list(found) == ["hop", "egress"]
    assert [term.verified for term in found.values()] == [True, False]


def test_japanese_words_are_in_the_order_of_a_dictionary():
    words = {
        "判定": "はんてい",
        "サブネット": "",
        "コールドスタート": "",
        "サービス": "",
        "Waiter": "",
        "権限": "けんげん",
        "ENI": "",
        "キー": "",
    }
    found = [
        terms.Term("x", {"ja": ja, "en": "x"}, (), (), None, "", reading) for ja, reading in words.items()
    ]
    in_order = [term.text["ja"] for term in sorted(found, key=lambda term: term.order("ja"))]
    assert in_order == ["ENI", "Waiter", "キー", "権限", "コールドスタート", "サービス", "サブネット", "判定"]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("means:", "meens:", "docs/terms.yaml:6: unknown key 'meens' (did you mean 'means'?)"),
        ("  ja: アウト", "  jp: アウト", "docs/terms.yaml:1: 'ja' is missing; add it"),
        ("seen_in: unverified", "seen_in: ", "docs/terms.yaml:7: 'seen_in' must be a text"),
        (
            "{ja: 出ていく通信です。, en: Traffic that leaves.}",
            "{ja: 通信です。}",
            "docs/terms.yaml:6: 'en' is missing; add it",
        ),
        (
            "[外向きトラフィック]",
            "外向きトラフィック",
            "docs/terms.yaml:5: expected a list",
        ),
        ("id: hop", "id: egress", "docs/terms.yaml:8: duplicate id 'egress'"),
        ("id: hop", "id: Hop", "docs/terms.yaml:8: an id is lower-case words joined by '-'"),
        (
            "ja: ホップ",
            "ja: 経路",
            "docs/terms.yaml:8: give a 'reading' where the Japanese begins with kanji, and only there",
        ),
        (
            "ja: ホップ",
            "ja: ホップ, reading: ほっぷ",
            "docs/terms.yaml:8: give a 'reading' where the Japanese begins with kanji, and only there",
        ),
        (
            "ja: ホップ",
            "ja: 経路, reading: ケイロ",
            "docs/terms.yaml:8: a reading is written in hiragana",
        ),
        (
            "- {id: hop, en: hop, ja: ホップ, seen_in: this guide}",
            "- hop",
            "docs/terms.yaml:8: expected a mapping",
        ),
    ],
)
def test_a_broken_entry_is_named_with_its_line(old: str, new: str, complaint: str):
    assert old in GOOD
    with pytest.raises(BadInput) as raised:
        terms.parse(parse(GOOD.replace(old, new), "docs/terms.yaml", is_json=False))
    assert any(str(problem).startswith(complaint) for problem in raised.value.problems), raised.value


def test_a_file_that_is_no_list_is_named():
    with pytest.raises(BadInput, match=r"docs/terms.yaml:1: expected a list"):
        terms.parse(parse("egress: x\n", "docs/terms.yaml", is_json=False))
