"""Keeps the record of where the two languages were last in step: docs/sections.yaml, two hashes a section.

python tests/sections.py record                 after you changed both languages, or added or removed sections
python tests/sections.py confirm PAGE#SECTION   after you changed one language and the other needs no change

Exit code 0: recorded. 1: something needs you first; the message says what.
"""

from __future__ import annotations

import argparse
import difflib
import hashlib
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

import pages

Hashes = tuple[str, str]  # of the Japanese and the English text

HEADER = """\
# Per page and section: hashes of the Japanese and the English text when the two were last in step.
# Written by `python tests/sections.py record` and `… confirm PAGE#SECTION`, not by hand.
"""


class RecordError(ValueError):
    """What a writer has to do first; the message names the section or the file, and the mend."""


@dataclass(frozen=True)
class Step:
    """One section whose texts are not the recorded ones."""

    address: str  # page#section
    change: str  # new, gone, both, or the one language that changed: ja, en

    @property
    def one_sided(self) -> bool:
        return self.change in pages.LANGUAGES

    def __str__(self) -> str:
        page, _, section = self.address.partition("#")
        if self.one_sided:
            other = "en" if self.change == "ja" else "ja"
            return (
                f"docs/{self.change}/{page}.md#{section} changed, docs/{other}/{page}.md#{section} did not: "
                "change it too, or confirm that nothing has to change: "
                f"python tests/sections.py confirm {self.address}"
            )
        what = {
            "new": "is not in docs/sections.yaml yet",
            "gone": "is in docs/sections.yaml, but in both languages no longer",
            "both": "changed in both languages",
        }[self.change]
        return f"{self.address} {what}: python tests/sections.py record"


def digest(text: str) -> str:
    """A short hash of a section's text that line breaks and indentation do not change."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:12]


def current(docs: Path) -> dict[str, Hashes]:
    """The hashes of every section that both languages have, by `page#section`.

    Raises:
        pages.PageError: a page cannot be cut into sections.
    """
    found = {}
    for name in sorted(pages.names(docs, "ja") & pages.names(docs, "en")):
        ja, en = (pages.read(docs, language, name).sections for language in pages.LANGUAGES)
        for id_ in ja.keys() & en.keys():
            found[f"{name}#{id_}"] = (digest(ja[id_].source), digest(en[id_].source))
    return found


def recorded(docs: Path) -> dict[str, Hashes]:
    """The record, by `page#section`.

    Raises:
        RecordError: the file is not what this module writes.
    """
    file = docs / "sections.yaml"
    if not file.exists():
        return {}
    try:
        data = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
        return {
            f"{page}#{id_}": (both["ja"], both["en"])
            for page, sections in data.items()
            for id_, both in sections.items()
        }
    except (yaml.YAMLError, AttributeError, KeyError, TypeError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", 0) + 1
        raise RecordError(
            f"docs/sections.yaml:{line}: not a record of sections ({type(error).__name__}): take the file "
            "from the last commit, or delete it and run: python tests/sections.py record"
        ) from error


def steps(record: Mapping[str, Hashes], now: Mapping[str, Hashes]) -> list[Step]:
    """The sections that are not as recorded, in the order of their addresses."""
    found = []
    for address in sorted(record.keys() | now.keys()):
        before, after = record.get(address), now.get(address)
        if before is None or after is None:
            found.append(Step(address, "new" if before is None else "gone"))
        elif before != after:
            ja, en = (was != is_ for was, is_ in zip(before, after, strict=True))
            found.append(Step(address, "both" if ja and en else "ja" if ja else "en"))
    return found


def update(docs: Path) -> list[Step]:
    """Record every section except those changed in one language only, which are returned."""
    record, now = recorded(docs), current(docs)
    refused = [step for step in steps(record, now) if step.one_sided]
    _write(docs, now | {step.address: record[step.address] for step in refused})
    return refused


def confirm(docs: Path, addresses: Iterable[str]) -> None:
    """Record sections changed in one language only: a writer says that the other needs no change.

    Raises:
        RecordError: there is no such section, or it has not changed in one language only.
    """
    record, now = recorded(docs), current(docs)
    open_ = {step.address: step for step in steps(record, now)}
    for address in addresses:
        if address not in now:
            raise RecordError(_unknown(address, now))
        if address not in open_:
            raise RecordError(f"{address}: both languages are as recorded, there is nothing to confirm")
        if not open_[address].one_sided:
            raise RecordError(str(open_[address]))
        record[address] = now[address]
    _write(docs, record)


def _unknown(address: str, known: Iterable[str]) -> str:
    page, _, section = address.partition("#")
    by_page: dict[str, list[str]] = {}
    for item in known:
        by_page.setdefault(item.partition("#")[0], []).append(item)
    if page in by_page:
        problem = f"no section #{section} in docs/ja/{page}.md and docs/en/{page}.md"
        candidates = by_page[page]
    else:
        problem = f"no page docs/ja/{page}.md and docs/en/{page}.md"
        candidates = by_page.get(_nearest(page, by_page), [])
    nearest = _nearest(address, candidates)
    return f"{address}: {problem}" + (f" (did you mean '{nearest}'?)" if nearest else "")


def _nearest(word: str, candidates: Iterable[str]) -> str:
    return next(iter(difflib.get_close_matches(word, list(candidates), 1, 0.0)), "")


def _write(docs: Path, record: Mapping[str, Hashes]) -> None:
    data: dict[str, dict[str, dict[str, str]]] = {}
    for address in sorted(record):
        page, _, section = address.partition("#")
        data.setdefault(page, {})[section] = dict(zip(pages.LANGUAGES, record[address], strict=True))
    text = yaml.safe_dump(data, sort_keys=False, default_flow_style=None, width=200) if data else "{}\n"
    (docs / "sections.yaml").write_text(HEADER + text, encoding="utf-8")


def main(arguments: list[str] | None = None, docs: Path = pages.DOCS) -> int:
    """Run the command; 0 when everything asked for was recorded."""
    parser = argparse.ArgumentParser(
        prog="python tests/sections.py",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("record", help="record what changed in both languages, is new or is gone")
    confirming = commands.add_parser("confirm", help="say that one language alone had to change")
    confirming.add_argument("sections", nargs="+", metavar="PAGE#SECTION", help="condition-keys/keys#types")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.command == "confirm":
            confirm(docs, chosen.sections)
            return 0
        refused = update(docs)
    except (RecordError, pages.PageError) as error:
        print(error, file=sys.stderr)
        return 1
    for step in refused:
        print(step, file=sys.stderr)
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
