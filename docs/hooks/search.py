"""Search data per language, as scripts: a page opened from disk cannot fetch JSON.

`search/<language>.js` is all that the first results need: the matching, what is known of words, and the
guide's own pages. `search/<language>-lists.js` follows it: snippets, facts and the rest of the reference.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

import yaml
from mkdocs.exceptions import PluginError

from lambda_vpc.guide.terms import load
from render import DOCS, THEME

SCRIPTS = THEME / "assets" / "search"

_CODE_BLOCK = re.compile(r"<pre>(.*?)</pre>", re.DOTALL)
# Marks of sources behind a statement: they are found on the pages of facts.
_SOURCES = re.compile(r"<sup>.*?</sup>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_CODE_WORD = re.compile(r"[^\W_][\w:./@*-]*[\w*]")
_WIDE = r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]"
# Between Japanese characters a space is only where the HTML had a line break or a tag.
_SPACE_IN_JAPANESE = re.compile(rf"(?<={_WIDE}) (?={_WIDE})")
# Found by their titles only. Cases ask and answer in the same words again and again; what they show stands on
# the guide's pages. The tables of all causes and all messages repeat what the pages of the symptoms tell.
_BY_TITLE = re.compile(r"\w+/(?:snippets/.+#cases|troubleshooting/#(?:causes|messages))")
# A problem's code blocks are messages and commands; a pasted message is found by its words in their order.
_PROBLEM = re.compile(r"\w+/troubleshooting/.+#.+")
_MESSAGE = re.compile(r"<pre>(?:<[^>]+>)*(?!\$ |<)(.*?)</pre>", re.DOTALL)
_WRONG = re.compile(r"\w+/snippets/.+#wrong")
_LIST = re.compile(r"\w+/(?:snippets/.+|reference/.+)")


SYMPTOMS = ("troubleshooting/", "troubleshooting/#symptoms", "troubleshooting/#messages")
"""Where a search that finds nothing leads."""


def split_index(site_dir: Path, languages: dict[str, dict[str, str]]) -> None:
    """Replace the search plugin's index by two scripts for each language.

    The first begins with docs/theme/assets/search and what is known of words, `same` in small letters. Both
    give `guideSearch.load` a list of `[location, title, text, code]`: a page is followed by its sections,
    whose locations are a fragment; titles and texts are plain text with the messages of problems, code has
    the words of other code blocks that the text has not.
    """
    index = site_dir / "search" / "search_index.json"
    if not index.is_file():
        raise PluginError("the search plugin wrote no search/search_index.json: is it still in mkdocs.yml?")
    entries = json.loads(index.read_text("utf-8"))["docs"]
    index.unlink()
    matching = "".join(path.read_text("utf-8") for path in sorted(SCRIPTS.glob("*.js")))
    for language, said in languages.items():
        own = [entry for entry in entries if entry["location"].startswith(f"{language}/")]
        if not own:
            raise PluginError(f"the search index has no page of docs/{language}: has its format changed?")
        guide = _script(entry for entry in own if not _LIST.match(entry["location"]))
        lists = _script(entry for entry in own if _LIST.match(entry["location"]))
        words = f"guideSearch.words={_dump(words_of(language, said))};\n"
        (index.parent / f"{language}.js").write_text(matching + words + guide, "utf-8")
        (index.parent / f"{language}-lists.js").write_text(lists, "utf-8")


def _script(entries: Iterable[dict[str, str]]) -> str:
    return f"guideSearch.load({_dump(list(map(shortened, entries)))});\n"


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def shortened(entry: dict[str, str]) -> list[str]:
    """An entry of the plugin's index as the search reads it."""
    page, hash_, fragment = entry["location"].partition("#")
    if _BY_TITLE.match(entry["location"]):
        return [hash_ + fragment, _plain(entry["title"]), ""]
    told = entry["text"]
    if _PROBLEM.match(entry["location"]):
        told = _MESSAGE.sub(r": \1 ", told)  # after who prints it
    text = _plain(_SOURCES.sub(" ", _CODE_BLOCK.sub(" ", told)))
    known = set(_CODE_WORD.findall(text))
    blocks = [] if _WRONG.match(entry["location"]) else _CODE_BLOCK.findall(told)
    code = [word for block in blocks for word in _CODE_WORD.findall(_plain(block))]
    words = " ".join(dict.fromkeys(word for word in code if word not in known))
    return [hash_ + fragment if hash_ else page, _plain(entry["title"]), text, *[words] * bool(words)]


def _plain(text: str) -> str:
    text = " ".join(html.unescape(_TAG.sub(" ", text)).split())
    return _SPACE_IN_JAPANESE.sub("", text)


def words_of(language: str, said: dict[str, str]) -> dict[str, object]:
    """What the search knows of words: docs/search.yaml, and the guide's own words in every spelling."""
    if not (DOCS / "search.yaml").is_file():
        return {}
    data = yaml.safe_load((DOCS / "search.yaml").read_text("utf-8"))
    own = [[*term.text.values(), *term.also, *term.avoid] for term in load(DOCS / "terms.yaml").values()]
    same = [list(dict.fromkeys(map(_small, row))) for row in own + data["same"]]
    return {
        "same": [row for row in same if len(row) > 1],
        "passedOver": [word for row in data["passed_over"] for word in row],
        "particles": data["particles"],
        "say": {"alike": said["search_alike"], "symptoms": said["search_symptoms"]},
        "symptoms": [f"{language}/{place}" for place in SYMPTOMS],
        "called": {f"{language}/{page}/": " ".join(words) for page, words in data["called"].items()},
    }


def _small(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())
