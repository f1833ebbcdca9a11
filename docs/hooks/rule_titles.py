"""What a lint rule is called in a reader's language: the heading of its section on the page of the rules."""

from __future__ import annotations

import re

from lambda_vpc.guide import addresses
from render import DOCS

_HEADING = re.compile(r"^## (?P<rule>[EWI]\d{4}): (?P<title>.+) \{#(?P<anchor>\w+)\}$", re.MULTILINE)


def titles(language: str) -> dict[str, str]:
    """The title of each rule by its id.

    Args:
        language: `ja` or `en`.
    """
    return {
        found["rule"]: found["title"]
        for found in _HEADING.finditer(_page(language))
        if found["anchor"] == addresses.rule(found["rule"])
    }


def headings(language: str) -> str:
    """The page of the rules without what stands between its headings.

    Args:
        language: `ja` or `en`.
    """
    return "".join(f"{found[0]}\n" for found in _HEADING.finditer(_page(language)))


def _page(language: str) -> str:
    page = DOCS / language / addresses.RULES
    return page.read_text("utf-8") if page.is_file() else ""  # in a project that has no such page
