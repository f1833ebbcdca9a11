"""Finds what breaks the writing rules a machine can check, in pages and in the texts of YAML files.

Judged is running text: paragraphs, list items, table cells and headings without code and directives.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

import pages

LONGEST_SENTENCE = 100  # characters, Japanese

_JAPANESE = r"[\u3041-\u3096\u30a1-\u30fa\u30fc\u3005\u3400-\u9fff]"
_LATIN = r"[A-Za-z0-9]"
_NO_SPACE = re.compile(f"{_JAPANESE}(?={_LATIN})|{_LATIN}(?={_JAPANESE})")
_PLAIN_ENDING = re.compile(r"(?:である|だ)(?=。)")
_FOREIGN_STOPS = {"，": "、", "．": "。"}
_MARKS = re.compile(r"\]\([^)]*\)|[*_\[\]]")
_SENTENCE = re.compile(r"[^。！？\n]+[。！？]?")


@dataclass(frozen=True)
class Avoided:
    """A spelling that docs/terms.yaml lists under `avoid`; `found_by` has it as group 1."""

    spelling: str
    instead: str
    found_by: re.Pattern[str]


def mistakes(text: str, language: str, avoided: Sequence[Avoided]) -> Iterator[tuple[str, str]]:
    """What is wrong in one paragraph: an excerpt to find the place by, and what to do."""
    if language == "ja":
        yield from _japanese(text)
    for avoid in avoided:
        if any(match[1] for match in avoid.found_by.finditer(text)):
            yield (
                avoid.spelling,
                f"'{avoid.spelling}' is a spelling to avoid: write '{avoid.instead}' (docs/terms.yaml)",
            )


def _japanese(text: str) -> Iterator[tuple[str, str]]:
    for sentence in _SENTENCE.findall(text.replace("\n", "")):
        sentence = sentence.replace(pages.REMOVED, "").strip()
        if len(sentence) > LONGEST_SENTENCE:
            yield (
                sentence,
                f"a sentence of {len(sentence)} characters, '{sentence[:20]}…': "
                f"divide it, at most {LONGEST_SENTENCE}",
            )
    for match in _PLAIN_ENDING.finditer(text):
        excerpt = text[max(0, match.start() - 8) : match.end() + 1]
        yield excerpt, f"'{excerpt}' ends in plain form: write です・ます"
    for match in _NO_SPACE.finditer(text):
        excerpt = text[max(0, match.start() - 4) : match.end() + 5]
        yield (
            text[match.start() : match.end() + 1],
            f"no half-width space between Japanese and Latin letters or digits in '{excerpt}': put one in",
        )
    for bad, good in _FOREIGN_STOPS.items():
        if bad in text:
            yield bad, f"'{bad}': write '{good}'"


def avoided_spellings(terms: Path) -> dict[str, list[Avoided]]:
    """By language, the spellings to avoid; one inside a longer, right spelling is not meant."""
    data = yaml.safe_load(terms.read_text(encoding="utf-8"))
    found: dict[str, list[Avoided]] = {language: [] for language in pages.LANGUAGES}
    for language in pages.LANGUAGES:
        right = sorted((term[language] for term in data), key=len, reverse=True)
        for term in data:
            for bad in term.get("avoid", []):
                if bad.isascii() or language == "ja":
                    edges = (r"(?<![A-Za-z0-9])", r"(?![A-Za-z0-9])") if bad.isascii() else ("", "")
                    around = [re.escape(spelling) for spelling in right if bad in spelling]
                    pattern = "|".join([*around, f"({edges[0]}{re.escape(bad)}{edges[1]})"])
                    found[language].append(Avoided(bad, term[language], re.compile(pattern)))
    return found


def mistakes_in_page(docs: Path, language: str, name: str, avoided: Sequence[Avoided]) -> list[str]:
    """Messages for one page, each with file and line.

    Raises:
        pages.PageError: the page cannot be cut into sections.
    """
    page = pages.read(docs, language, name)
    found = []
    for section in page.sections.values():
        lines = section.source.split("\n")
        for text in section.texts:
            for excerpt, message in mistakes(text, language, avoided):
                found.append(f"{page.path}:{section.start + _line(lines, excerpt)}: {message}")
    return found


def mistakes_in_yaml(path: str, text: str, avoided: Mapping[str, Sequence[Avoided]]) -> list[str]:
    """Messages for the texts under the keys `ja` and `en`, at any depth of a YAML file."""
    found = []
    for language, line, value in texts(yaml.compose(text, Loader=yaml.SafeLoader)):
        lines = text.split("\n")[line:]
        for paragraph in pages.running_text(value):
            for excerpt, message in mistakes(paragraph, language, avoided[language]):
                found.append(f"{path}:{line + 1 + _line(lines, excerpt)}: {message}")
    return found


def texts(node: yaml.Node | None, language: str | None = None) -> Iterator[tuple[str, int, str]]:
    """Language, line counted from 0 and text of each string below a `ja` or `en` key."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value != "avoid":
                yield from texts(value, key.value if key.value in pages.LANGUAGES else language)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from texts(value, language)
    elif isinstance(node, yaml.ScalarNode) and language:
        yield language, node.start_mark.line, node.value


def _line(lines: list[str], excerpt: str) -> int:
    """How many lines down the excerpt, or as much of its beginning as stands in one line, is found."""
    plain = [_MARKS.sub("", line) for line in lines]
    for length in range(len(excerpt), min(2, len(excerpt)) - 1, -1):
        for number, line in enumerate(plain):
            if excerpt[:length] in line:
                return number
    return 0
