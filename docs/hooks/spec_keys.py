"""The keys of a spec as lists: what each means, and the lines of a spec that has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from markupsafe import Markup
from mkdocs.structure.pages import Page

import code_rows
from directives import DirectiveError
from lambda_vpc.guide import addresses
from lambda_vpc.guide.snippet import Snippet
from lambda_vpc.guide.spec_keys import GROUPS, Example, Key, load
from lambda_vpc.reading import BadInput, suggestion
from page_links import language_of
from render import DOCS, render


def listed(group: str, page: Page, snippets: Mapping[str, Snippet], address: Callable[[Snippet], str]) -> str:
    """The keys of one group.

    Args:
        group: one of `spec_keys.GROUPS`.
        page: where the list stands.
        snippets: all of them, as loaded.
        address: leads from the page to a snippet's own.

    Raises:
        DirectiveError: there is no such group, or `docs/spec-keys.yaml` does not agree with the loader.
    """
    if group not in GROUPS:
        raise DirectiveError(f"no group of keys '{group}'{suggestion(group, list(GROUPS))}")
    try:
        # Of all groups at once: an example is looked for in every spec.
        if not _groups:
            _groups.update(load(DOCS, snippets))
    except BadInput as bad:
        raise DirectiveError(str(bad)) from None

    def where(example: Example) -> str:
        part = addresses.wrong if group == "wrong" else addresses.case
        return address(snippets[example.snippet]) + (f"#{part(example.part)}" if example.part else "")

    return render("spec-keys.html", language_of(page), keys=_groups[group], where=where, code=_code)


_groups: dict[str, tuple[Key, ...]] = {}


def forget() -> None:
    """Read the keys anew for the next list: the snippets are others."""
    _groups.clear()


def _code(lines: tuple[str, ...]) -> list[Markup]:
    return [Markup(line) for line in code_rows.lines("\n".join(lines), "yaml")]
