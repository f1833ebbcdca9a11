"""The interface's words stand in two files, each in both languages, and each is shown somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from conftest import ROOT
from lambda_vpc.guide.languages import LANGUAGES

THEME = ROOT / "docs" / "theme"
WORDS = yaml.safe_load((THEME / "words.yaml").read_text("utf-8"))
PARTS = "\n".join(path.read_text("utf-8") for path in sorted((THEME / "parts").iterdir()))
HOOKS = "\n".join(path.read_text("utf-8") for path in sorted((ROOT / "docs" / "hooks").glob("*.py")))
NAMED = set(re.findall(r"\bw\.([a-z_]+)", PARTS)) | set(
    re.findall(r'\bword(?:s\(\)\[|\()"([a-z_]+)"[\])]', HOOKS)
)
# A word chosen by a value of the data: `w["kind_" ~ snippet.kind]`, or `word(f"to_{place}")` in a hook.
CHOSEN = (*re.findall(r'\bw\["([a-z_]+_)" ~', PARTS), *re.findall(r'\bword\(f"([a-z_]+_)\{', HOOKS))

_JAPANESE = re.compile(r"[\u3041-\u30ff\u3400-\u9fff]+")


def sources() -> list[Path]:
    found = [path for folder in ("hooks", "theme") for path in (ROOT / "docs" / folder).rglob("*.*")]
    return [path for path in found if path.suffix in (".py", ".html", ".md", ".js", ".css", ".xml")]


def test_every_word_exists_in_both_languages() -> None:
    incomplete = [word for word, texts in WORDS.items() if set(texts) != set(LANGUAGES)]
    assert not incomplete, f"docs/theme/words.yaml: write these in both languages: {incomplete}"


def test_the_site_has_the_languages_of_the_guide_and_all_words_in_each() -> None:
    class Loader(yaml.SafeLoader):
        pass

    Loader.add_constructor("!ENV", lambda loader, node: None)
    Loader.add_multi_constructor("tag:yaml.org,2002:python/", lambda loader, suffix, node: None)
    extra = yaml.load((ROOT / "mkdocs.yml").read_text("utf-8"), Loader)["extra"]
    assert tuple(extra["languages"]) == LANGUAGES
    one, *others = (set(words) for words in extra["languages"].values())
    assert all(words == one for words in others), "mkdocs.yml: extra.languages: one lacks a word"


def test_every_word_is_shown_somewhere() -> None:
    assert CHOSEN and WORDS.keys() >= NAMED
    idle = [word for word in WORDS if word not in NAMED and not word.startswith(CHOSEN)]
    assert not idle, f"docs/theme/words.yaml: neither a template nor a hook shows {idle}; remove them"


def test_no_hook_template_or_script_holds_japanese_words() -> None:
    # Comments may give an example, and a pattern may name punctuation.
    comment = re.compile(r'/\*.*?\*/|""".*?"""|//[^\n]*|#[^\n]*', re.DOTALL)
    found = [
        f"{path.relative_to(ROOT)}: {words}"
        for path in sources()
        for words in _JAPANESE.findall(comment.sub("", path.read_text("utf-8")))
    ]
    assert not found, "move these into docs/theme/words.yaml or mkdocs.yml:\n" + "\n".join(found)
