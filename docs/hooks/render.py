"""Jinja templates under docs/theme, shared by the hooks that write pages.

MkDocs is not needed: the same templates write what a reader's change of a snippet leads to, in the browser.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import jinja2
from markupsafe import Markup, escape

from lambda_vpc import own_data
from lambda_vpc.guide import addresses

DOCS = Path(__file__).parents[1]
THEME = DOCS / "theme"

LONG = 20
"""Letters from which an identifier may be broken."""

_CODE = re.compile(r"`([^`]+)`")
_JOINT = re.compile(r"(?<=[:/._-])(?=\w)|(?<=[a-z0-9])(?=[A-Z])")
# Markdown would read these inside a title attribute, where a reader wants them as they are.
_NOT_MARKDOWN = str.maketrans({mark: f"&#{ord(mark)};" for mark in "*_[]|{}\\`"})


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(THEME / "parts"),
        autoescape=jinja2.select_autoescape(["html", "xml"]),
        trim_blocks=True,
        lstrip_blocks=True,
        comment_start_string="{##",  # {#id} is a heading id in the Markdown that templates write
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {"rich": rich, "plain": plain, "jointed": jointed}
    environment.globals["addresses"] = addresses
    return environment


def rich(text: str) -> Markup:
    """A text of the guide's data as HTML: what stands in backticks is code."""
    parts = _CODE.split(text)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if index % 2 else part for index, part in enumerate(parts)
    )


def plain(text: str) -> Markup:
    """The same text for an attribute in a line of Markdown."""
    return Markup(str(escape("".join(_CODE.split(text)))).translate(_NOT_MARKDOWN))


def joints(identifier: str) -> list[str]:
    """The parts of a long identifier, between which a line may break; a short one is one part."""
    return _JOINT.split(identifier) if len(identifier) >= LONG else [identifier]


def jointed(identifier: str) -> Markup:
    """An identifier as HTML that breaks at its joints only."""
    return Markup("<wbr>").join(joints(identifier))


@cache
def words() -> dict[str, dict[str, str]]:
    """The interface's own words: `{word: {language: text}}`."""
    return own_data.load(THEME / "words.yaml")


def prepare(*beginnings: str) -> None:
    """Compile the templates whose names begin so, before one is asked for; they change no more then."""
    environment = _environment()
    environment.auto_reload = False
    for name in environment.list_templates(filter_func=lambda name: name.startswith(beginnings)):
        environment.get_template(name)


def render(template: str, language: str, **names: object) -> str:
    """Render one template of docs/theme/parts; `w.WORD` in it is a word of words.yaml in the language."""
    return _environment().get_template(template).render(lang=language, w=_words_in(language), **names)


@cache
def _words_in(language: str) -> dict[str, str]:
    return {word: texts[language] for word, texts in words().items()}
