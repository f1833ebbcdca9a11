"""Jinja templates under docs/theme and links between pages, shared by the hooks that write pages."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import jinja2
import yaml
from markupsafe import Markup
from mkdocs.structure.files import File
from mkdocs.structure.pages import Page

THEME = Path(__file__).parents[1] / "theme"


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(THEME / "parts"),
        autoescape=jinja2.select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
        comment_start_string="{##",  # {#id} is a heading id in the Markdown that templates write
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["rich"] = rich
    return environment


def rich(text: str) -> Markup:
    """A text of a spec as HTML: what stands in backticks is code."""
    parts = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if index % 2 else part for index, part in enumerate(parts)
    )


@cache
def words() -> dict[str, dict[str, str]]:
    """The interface's own words: `{word: {language: text}}`."""
    return yaml.safe_load((THEME / "words.yaml").read_text("utf-8"))


def render(template: str, language: str, **names: object) -> str:
    """Render one template of docs/theme/parts; `w.WORD` in it is a word of words.yaml in the language."""
    own = {word: texts[language] for word, texts in words().items()}
    return _environment().get_template(template).render(lang=language, w=own, **names)


def link(page: Page, path: str) -> str:
    """The relative address of a file, by its path below docs (`ja/snippets/x.md`), seen from a page."""
    return File(path, None, "", page.file.use_directory_urls).url_relative_to(page.file)


def language_of(page: Page) -> str:
    """`ja` or `en`."""
    return page.file.src_uri.partition("/")[0]
