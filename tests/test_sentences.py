"""Every reason the checker gives has a sentence in both languages, and every sentence is given somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import lambda_vpc
from lambda_vpc import sentences
from lambda_vpc.sentences import Code

PACKAGE = Path(lambda_vpc.__file__).parent
GIVEN = {
    name: path.relative_to(PACKAGE)
    for path in sorted(PACKAGE.rglob("*.py"))
    for name in re.findall(r"\bCode\.([A-Z][A-Z0-9_]*)\b", path.read_text("utf-8"))
    if path.name != "sentences.py"
}
STOPS = tuple(".。;；")


def test_every_code_that_a_module_gives_exists() -> None:
    unknown = {name: str(path) for name, path in GIVEN.items() if name not in Code.__members__}
    assert not unknown, f"write a sentence in sentences.yaml, or mend the name: {unknown}"


def test_every_sentence_is_given_somewhere() -> None:
    idle = Code.__members__.keys() - GIVEN.keys()
    assert not idle, f"no module gives these reasons (as Code.NAME); remove their sentences: {sorted(idle)}"


@pytest.mark.parametrize("code", Code)
def test_a_reason_and_its_mend_stand_in_both_languages(code: Code) -> None:
    reasons = {language: sentences.reason(code, language) for language in ("ja", "en")}
    mends = {language: sentences.mend(code, language) for language in ("ja", "en")}
    assert all(reasons.values()), f"{code}: write the reason in both languages"
    assert bool(mends["ja"]) is bool(mends["en"]), f"{code}: write the mend in both languages, or in neither"
    for text in (*reasons.values(), *mends.values()):
        assert text == text.strip() and not text.endswith(STOPS), f"{code}: leave out the full stop: {text}"
        assert "。" not in text and "; " not in text, f"{code}: reason and mend stand apart: {text}"


def test_reason_and_mend_make_one_sentence_in_each_language() -> None:
    assert sentences.sentence(Code.SOURCE_DEST_CHECK, "en") == (
        "the NAT instance checks source and destination; set SourceDestCheck to false"
    )
    assert sentences.sentence(Code.SOURCE_DEST_CHECK, "ja") == (
        "NAT インスタンスの送信元と送信先のチェックが有効です。SourceDestCheck を false にしてください"
    )
    assert sentences.sentence("az-down", "en") == sentences.reason("az-down", "en")


def test_a_misspelled_code_is_an_error() -> None:
    with pytest.raises(AttributeError):
        _ = Code.NO_DEFAULT_ROUT
    with pytest.raises(KeyError):
        sentences.reason("no-default-rout", "en")
