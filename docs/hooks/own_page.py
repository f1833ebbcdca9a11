"""The place in which a reader checks a template or a policy of their own: `{{ check-own }}`."""

from __future__ import annotations

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

import own_examples
import runtime
from directives import expand, without_argument
from page_links import language_of
from render import render, words

_SNIPPETS = "docs/hooks/snippets.py"
_listed: list[own_examples.Example] = []


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Take the examples from the snippets, which the hook for these has loaded before."""
    _listed[:] = own_examples.examples(config.hooks[_SNIPPETS]._snippets)
    return files


def _place(page: Page) -> str:
    language = language_of(page)

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
            (name, [(one.name, title(one)) for one in _listed if one.kind == kind])
            for kind, name in groups.items()
        ],
    )


HANDLERS = {"check-own": without_argument(_place)}


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Expand this hook's directive."""
    return expand(markdown, page, HANDLERS)
