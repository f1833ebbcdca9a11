"""Where the guide's source is: `{{ repository }}` in a page names it, and links to it once it is known.

The address comes from the environment variable REPOSITORY, which the publishing workflow sets: a copy of
the guide leads to the repository that it was built from.
"""

from __future__ import annotations

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.pages import Page

from directives import expand, without_argument
from page_links import language_of
from render import render


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, **_: object) -> str:
    """Expand this hook's directive."""
    address = config.extra["repository"]

    def repository(page: Page) -> str:
        return render("repository.html", language_of(page), address=address).strip()

    return expand(markdown, page, {"repository": without_argument(repository)})
