"""Facts: cites a fact where a page rests on it, lists all of docs/facts.yaml on one page.

In a page, `{{ fact K02 K03 }}` becomes small links to the facts page, and `{{ how-checked }}` and
`{{ facts }}` become that page's tables. Other hooks cite with [`citation`][facts.citation]. Once a page is
whole, its citations are numbered in the order in which a reader meets them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from mkdocs.exceptions import PluginError
from mkdocs.structure.pages import Page

from directives import DirectiveError, Handler, expand, without_argument
from lambda_vpc.guide import addresses
from lambda_vpc.guide.facts import Facts, load
from lambda_vpc.reading import BadInput
from render import DOCS, language_of, own, render, words


def known() -> Facts:
    """The facts as docs/facts.yaml has them now."""
    return load(DOCS / "facts.yaml")


def citation(ids: Iterable[str], page: Page) -> str:
    """Links from a page to facts, as one line of HTML.

    Args:
        ids: as in docs/facts.yaml.
        page: the page that cites.

    Raises:
        ValueError: no such fact.
    """
    cited = known().named(ids)
    address = own(page, addresses.FACTS)
    return render("facts-citation.html", language_of(page), cited=cited, address=address).strip()


def _fact_directive(argument: str, page: Page) -> str:
    if not argument:
        raise DirectiveError("name the facts after the word fact, as in: fact K02 K03")
    try:
        return citation(argument.split(), page)
    except ValueError as error:
        raise DirectiveError(str(error)) from None


def _table(template: str) -> Handler:
    return without_argument(lambda page: render(template, language_of(page), facts=known()))


HANDLERS = {"fact": _fact_directive, "facts": _table("facts.html"), "how-checked": _table("facts-how.html")}


def on_pre_build(**_: object) -> None:
    """Stop before any page is rendered when docs/facts.yaml breaks its form."""
    try:
        known()
    except BadInput as error:
        raise PluginError(str(error)) from None


_CITED = re.compile(r'(?P<link><a href="[^"]*#(?P<anchor>[a-z]\d+)"[^<>]*>)(?P<id>[A-Z]\d+)</a>')
_CITATION = re.compile(r'<sup class="fact">.*?</sup>', re.DOTALL)


def on_page_content(html: str, page: Page, **_: object) -> str:
    """Number the citations; the same fact has the same number wherever the page cites it."""
    numbers: dict[str, int] = {}
    word = words()["cite_fact"][language_of(page)]

    def number(found: re.Match[str]) -> str:
        given = numbers.setdefault(found["anchor"], len(numbers) + 1)
        link = found["link"].replace(">", f' aria-label="{word.format(number=given)}">')
        return f"{link}{given}</a>"

    return _CITATION.sub(lambda found: _CITED.sub(number, found[0]), html)


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Expand this hook's directives."""
    return expand(markdown, page, HANDLERS)
