"""The place in which a reader checks a template or a policy of their own: `{{ check-own }}`."""

from __future__ import annotations

from collections.abc import Mapping

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.pages import Page

import own_examples
import runtime
from directives import expand, without_argument
from lambda_vpc.guide.snippet import Snippet
from page_links import language_of
from render import render, words

_SNIPPETS = "docs/hooks/snippets.py"


def _place(page: Page, snippets: Mapping[str, Snippet]) -> str:
    language = language_of(page)
    listed = own_examples.examples(snippets)

    def word(name: str) -> str:
        return words()[name][language]

    def title(one: own_examples.Example) -> str:
        own = one.snippet.title[language]
        return word("own_with_fault").format(title=own) if one.wrong else own

    groups = {"template": word("own_templates"), "policy": word("own_policies")}
    return render(
        "own-place.html",
        language,
        installed=runtime.installed(),
        examples=[
            (name, [(one.name, title(one)) for one in listed if one.kind == kind])
            for kind, name in groups.items()
        ],
    )


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, **_: object) -> str:
    """Expand this hook's directive."""
    snippets = config.hooks[_SNIPPETS]._snippets
    return expand(markdown, page, {"check-own": without_argument(lambda page: _place(page, snippets))})
