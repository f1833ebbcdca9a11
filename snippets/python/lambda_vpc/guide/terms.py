"""Reads docs/terms.yaml strictly: the guide's words, one spelling each in both languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from lambda_vpc.guide.languages import LANGUAGES, Text
from lambda_vpc.guide.strict_reader import ID, StrictReader
from lambda_vpc.reading import KeyPath, Source, read

_KANA = re.compile(r"[ぁ-ゖー]+")
_BEGINS_WITH_KANJI = re.compile(r"[\u4e00-\u9fff]")
# A katakana letter stands this far behind its hiragana.
_TO_HIRAGANA = {letter: letter - 0x60 for letter in range(ord("ァ"), ord("ヶ") + 1)}
# A dictionary reads a long vowel as the vowel before it.
_ENDING_IN = {
    letter: vowel
    for vowel, letters in {
        "あ": "あかさたなはまやらわがざだばぱぁゃ", "い": "いきしちにひみりぎじぢびぴぃ",
        "う": "うくすつぬふむゆるぐずづぶぷぅゅゔ", "え": "えけせてねへめれげぜでべぺぇ",
        "お": "おこそとのほもよろをごぞどぼぽぉょ",
    }.items()
    for letter in letters
}  # fmt: skip
_TERM = {
    "id": True, "seen_in": True, "also": False, "avoid": False, "means": False, "reading": False,
    **dict.fromkeys(LANGUAGES, True),
}  # fmt: skip


@dataclass(frozen=True)
class Term:
    """One word in both languages."""

    id: str
    """Its anchor on the glossary page."""
    text: Text
    """The spelling, by language."""
    also: tuple[str, ...]
    """Other spellings that AWS uses."""
    avoid: tuple[str, ...]
    """Spellings that no page may use."""
    means: Text | None
    """A definition, code in backticks; `None` where the word speaks for itself."""
    seen_in: str
    """Where the Japanese spelling was seen."""
    reading: str = ""
    """How the Japanese is read, in hiragana; empty where it does not begin with kanji."""

    @property
    def verified(self) -> bool:
        """Whether the Japanese spelling was seen anywhere."""
        return not self.seen_in.startswith("unverified")

    def order(self, language: str) -> str:
        """What it is sorted by in a language: Latin letters first, then as a Japanese dictionary does."""
        text = self.reading if language == "ja" and self.reading else self.text[language]
        hiragana = text.casefold().translate(_TO_HIRAGANA)
        return re.sub("(.)ー", lambda found: found[1] + _ENDING_IN.get(found[1], "ー"), hiragana)


def load(path: Path) -> Mapping[str, Term]:
    """The words by id, in the order of their English spelling; read again only when the file has changed.

    Raises:
        BadInput: the file breaks its form; each problem names file, line and mend.
    """
    return _load(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=1)
def _load(path: Path, _changed: int) -> Mapping[str, Term]:
    return parse(read(path, f"{path.parent.name}/{path.name}"))


def parse(source: Source) -> Mapping[str, Term]:
    """The words in a file that has been read; raises `BadInput` like `load`."""
    reader = StrictReader(source)
    entries = reader.items(source.data, ())
    if not entries:
        reader.problem((), "expected a list of words, each with an id")
    found: dict[str, Term] = {}
    for position, item in enumerate(entries):
        term = _term(reader, item, (position,))
        if term is not None and term.id in found:
            reader.problem((position, "id"), f"duplicate id '{term.id}'; ids are part of addresses")
        elif term is not None:
            found[term.id] = term
    reader.finish()
    return dict(sorted(found.items(), key=lambda one: one[1].text["en"].casefold()))


def _term(reader: StrictReader, value: object, where: KeyPath) -> Term | None:
    before = len(reader.problems)
    item = reader.fields(value, where, _TERM)
    if len(reader.problems) > before:
        return None
    id_ = reader.words(item["id"], (*where, "id"))
    if id_ and not ID.fullmatch(id_):
        reader.problem((*where, "id"), "an id is lower-case words joined by '-'")
    found = Term(
        id_,
        reader.texts(item, where),
        reader.names(item.get("also"), (*where, "also")),
        reader.names(item.get("avoid"), (*where, "avoid")),
        reader.text(item["means"], (*where, "means")) if "means" in item else None,
        reader.words(item["seen_in"], (*where, "seen_in")),
        reader.words(item["reading"], (*where, "reading")) if "reading" in item else "",
    )
    if found.reading and not _KANA.fullmatch(found.reading):
        reader.problem((*where, "reading"), "a reading is written in hiragana")
    if bool(found.reading) != bool(_BEGINS_WITH_KANJI.match(found.text["ja"])):
        reader.problem(
            (*where, "ja"), "give a 'reading' where the Japanese begins with kanji, and only there"
        )
    return None if len(reader.problems) > before else found
