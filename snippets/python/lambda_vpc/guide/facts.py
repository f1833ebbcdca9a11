"""Reads docs/facts.yaml strictly: each claim about AWS with its sources and how it was checked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from lambda_vpc.guide.languages import LANGUAGES, Text, joined
from lambda_vpc.guide.strict_reader import StrictReader
from lambda_vpc.reading import KeyPath, Source, near, read

_ID = re.compile(r"[A-Z]\d{2}")
_FACT = {
    "id": True, "topic": True, "how": True, "checked_on": True, "sources": True, "value": False,
    **dict.fromkeys(LANGUAGES, True),
}  # fmt: skip


@dataclass(frozen=True)
class Fact:
    """One claim about AWS."""

    id: str
    """A letter and two digits."""
    topic: str
    how: str
    checked_on: str
    """ISO date."""
    sources: tuple[str, ...]
    """Keys of `Facts.sources`."""
    text: Text
    """Code stands in backticks."""
    value: object
    """What data can confirm, or `None`."""
    line: int
    """Where it begins in docs/facts.yaml."""


@dataclass(frozen=True)
class Check:
    """A way in which facts are checked."""

    name: Text
    means: Text


@dataclass(frozen=True)
class FactSource:
    """Where a fact was read."""

    title: str
    url: str | None
    """`None` where it has no address."""
    language: str
    """In which language it is written."""


@dataclass(frozen=True)
class Facts:
    """The file as read: the facts by id, and the tables they refer to."""

    by_id: Mapping[str, Fact]
    topics: Mapping[str, Text]
    how: Mapping[str, Check]
    sources: Mapping[str, FactSource]

    def named(self, ids: Iterable[str]) -> list[Fact]:
        """The facts with these ids, in this order.

        Raises:
            ValueError: no such fact.
        """
        ids = list(ids)
        for id_ in ids:
            if id_ not in self.by_id:
                raise ValueError(unknown(id_, self.by_id))
        return [self.by_id[id_] for id_ in ids]


def unknown(id_: str, known: Iterable[str]) -> str:
    """The message for an id that no fact has."""
    return f"no fact '{id_}' in docs/facts.yaml{near(id_, list(known))}"


def load(path: Path) -> Facts:
    """The facts, read again only when the file has changed.

    Raises:
        BadInput: the file breaks its form; each problem names file, line and mend.
    """
    return _load(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=1)
def _load(path: Path, _changed: int) -> Facts:
    return parse(read(path, f"{path.parent.name}/{path.name}"))


def parse(source: Source) -> Facts:
    """The facts in a file that has been read; raises `BadInput` like `load`."""
    reader = StrictReader(source)
    root = reader.fields(source.data, (), dict.fromkeys(("topics", "how", "sources", "facts"), True))

    def table(name: str) -> Mapping:
        return reader.mapping(root.get(name), (name,))

    topics = {key: reader.text(value, ("topics", key)) for key, value in table("topics").items()}
    how = {key: _check(reader, value, ("how", key)) for key, value in table("how").items()}
    sources = {key: _source(reader, value, ("sources", key)) for key, value in table("sources").items()}
    found: dict[str, Fact] = {}
    for position, item in enumerate(reader.items(root.get("facts"), ("facts",))):
        fact = _fact(reader, item, ("facts", position), topics, how, sources)
        if fact is not None and fact.id in found:
            reader.problem(
                ("facts", position, "id"),
                f"duplicate fact {fact.id} (first on line {found[fact.id].line}); take the next free number",
            )
        elif fact is not None:
            found[fact.id] = fact
    reader.finish()
    # Only now: a fact that could not be read would leave entries unused that are not.
    used = {key for fact in found.values() for key in (fact.topic, fact.how, *fact.sources)}
    for name, known in (("topics", topics), ("how", how), ("sources", sources)):
        for key in known.keys() - used:
            reader.problem((name, key), f"no fact uses '{key}'; remove it from {name}")
    reader.finish()
    return Facts(found, topics, how, sources)


def _check(reader: StrictReader, value: object, where: KeyPath) -> Check:
    item = reader.fields(value, where, {**dict.fromkeys(LANGUAGES, True), "means": True})
    means = reader.text(item["means"], (*where, "means")) if "means" in item else {}
    return Check(reader.texts(item, where), joined(means))


def _source(reader: StrictReader, value: object, where: KeyPath) -> FactSource:
    item = reader.fields(value, where, {"title": True, "url": False, "lang": False})
    texts = {key: reader.words(item[key], (*where, key)) for key in item if key in ("title", "url", "lang")}
    return FactSource(texts.get("title", ""), texts.get("url"), texts.get("lang", "en"))


def _fact(
    reader: StrictReader, value: object, where: KeyPath, topics: Mapping, how: Mapping, sources: Mapping
) -> Fact | None:
    before = len(reader.problems)
    item = reader.fields(value, where, _FACT)
    if len(reader.problems) > before:
        return None
    id_ = str(item["id"])
    if not _ID.fullmatch(id_):
        reader.problem((*where, "id"), f"'{id_}' is no id; write a capital letter and two digits, as in K02")
    try:
        date.fromisoformat(str(item["checked_on"]))
    except ValueError:
        reader.problem((*where, "checked_on"), f"'{item['checked_on']}' is no date; write it as 2026-11-22")
    named = reader.items(item["sources"], (*where, "sources"))
    if not named:
        reader.problem((*where, "sources"), "name at least one source, as in [DG-VPC]")
    return Fact(
        id_,
        reader.one_of(item["topic"], (*where, "topic"), topics, "topic"),
        reader.one_of(item["how"], (*where, "how"), how, "way of checking"),
        str(item["checked_on"]),
        tuple(
            reader.one_of(name, (*where, "sources", position), sources, "source")
            for position, name in enumerate(named)
        ),
        joined(reader.texts(item, where)),
        item.get("value"),
        reader.file.line(where),
    )
