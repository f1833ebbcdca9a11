"""One search index per language, as a script: a page opened from disk cannot fetch JSON."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from pathlib import Path

import yaml
from mkdocs.exceptions import PluginError

from lambda_vpc.guide.terms import load
from render import DOCS

_TAG = re.compile(r"<[^>]+>")
_WIDE = r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]"
# Between Japanese characters a space is only where the HTML had a line break or a tag.
_SPACE_IN_JAPANESE = re.compile(rf"(?<={_WIDE}) (?={_WIDE})")


def split_index(site_dir: Path, languages: list[str]) -> None:
    """Replace the search plugin's index by `search/<language>.js` for each language.

    Each script sets `guideSearchIndex` to a list of `[location, title, text]`: a page is followed by
    its sections, whose locations have a fragment; titles and texts are plain text. `guideSearchWords` is what
    docs/search.yaml says of words: `same` has the spellings of one thing in small letters.
    """
    index = site_dir / "search" / "search_index.json"
    if not index.is_file():
        raise PluginError("the search plugin wrote no search/search_index.json: is it still in mkdocs.yml?")
    entries = json.loads(index.read_text("utf-8"))["docs"]
    index.unlink()
    words = json.dumps(_words(), ensure_ascii=False, separators=(",", ":"))
    for language in languages:
        own = [
            [entry["location"], _plain(entry["title"]), _plain(entry["text"])]
            for entry in entries
            if entry["location"].startswith(f"{language}/")
        ]
        if not own:
            raise PluginError(f"the search index has no page of docs/{language}: has its format changed?")
        entries_of = json.dumps(own, ensure_ascii=False, separators=(",", ":"))
        script = f"window.guideSearchIndex={entries_of};\nwindow.guideSearchWords={words};\n"
        (index.parent / f"{language}.js").write_text(script, "utf-8")


def _plain(text: str) -> str:
    text = " ".join(html.unescape(_TAG.sub(" ", text)).split())
    return _SPACE_IN_JAPANESE.sub("", text)


def _words() -> dict[str, list]:
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
    }


def _small(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())
