"""The guide's words: lists all of docs/terms.yaml on the glossary page, links to one.

`{{ glossary }}` becomes the list of all words, `{{ term hyperplane-eni }}` a link to one of them, written
as the page's language spells it.
"""

from __future__ import annotations

from collections.abc import Mapping

from mkdocs.structure.pages import Page

import mistakes
from directives import DirectiveError, expand, without_argument
from lambda_vpc.guide import addresses
from lambda_vpc.guide.languages import other
from lambda_vpc.guide.terms import Term, load
from lambda_vpc.reading import suggestion
from page_links import language_of, own
from render import DOCS, render


def _known() -> Mapping[str, Term]:
    return mistakes.last_good(load, DOCS / "terms.yaml")


def _glossary(page: Page) -> str:
    language = language_of(page)
    terms = sorted(_known().values(), key=lambda term: term.order(language))
    return render("glossary.html", language, terms=terms, other=other(language))


def _term_directive(argument: str, page: Page) -> str:
    known = _known()
    if argument not in known:
        raise DirectiveError(f"no word '{argument}' in docs/terms.yaml{suggestion(argument, list(known))}")
    address = own(page, addresses.GLOSSARY)
    return render("glossary-term.html", language_of(page), term=known[argument], address=address).strip()


HANDLERS = {"glossary": without_argument(_glossary), "term": _term_directive}


def on_pre_build(**_: object) -> None:
    """Stop before any page is rendered when docs/terms.yaml breaks its form."""
    _known()


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Expand this hook's directives."""
    return expand(markdown, page, HANDLERS)
