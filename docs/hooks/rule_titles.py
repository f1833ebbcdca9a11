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
    page = DOCS / language / addresses.RULES
    text = page.read_text("utf-8") if page.is_file() else ""  # in a project that has no such page
    return {
        found["rule"]: found["title"]
        for found in _HEADING.finditer(text)
        if found["anchor"] == addresses.rule(found["rule"])
    }
