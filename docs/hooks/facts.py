"""Facts: cites a fact where a page rests on it, lists all of docs/facts.yaml on one page.

In a page, `{{ fact K02 K03 }}` becomes small links to the facts page, and `{{ how-checked }}` and
`{{ facts }}` become that page's tables. Other hooks cite with [`citation`][facts.citation].
"""

from __future__ import annotations

from collections.abc import Iterable

from mkdocs.exceptions import PluginError
from mkdocs.structure.pages import Page

from directives import DirectiveError, Handler, expand, without_argument
from lambda_vpc.guide import addresses
from lambda_vpc.guide.facts import Facts, load
from lambda_vpc.reading import BadInput
from render import DOCS, language_of, own, render


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


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Expand this hook's directives."""
    return expand(markdown, page, HANDLERS)
