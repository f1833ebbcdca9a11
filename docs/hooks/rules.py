"""The rules page: `{{ rule E9801 }}` becomes what the rule's docstring says, with links to its examples."""

from __future__ import annotations

from mkdocs.structure.pages import Page

from directives import DirectiveError, expand
from lambda_vpc.guide import addresses
from lambda_vpc.reading import suggestion
from lambda_vpc.rules import RULES
from render import language_of, own, render


def _rule_directive(argument: str, page: Page) -> str:
    if argument not in RULES:
        raise DirectiveError(f"no rule '{argument}'{suggestion(argument, list(RULES))}")
    return render(
        "rule.html", language_of(page), rule=RULES[argument], address=lambda name: _address(name, page)
    )


def _address(written: str, page: Page) -> str:
    """The address of a snippet, or of one of its wrong variants."""
    snippet, variant = addresses.split(written)
    address = own(page, addresses.snippet_page(snippet))
    return f"{address}#{addresses.wrong(variant)}" if variant else address


HANDLERS = {"rule": _rule_directive}


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Expand this hook's directive."""
    return expand(markdown, page, HANDLERS)
