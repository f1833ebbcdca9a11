"""Page directives: `{{ name argument }}` in Markdown, outside code."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

_DIRECTIVE = re.compile(r"\{\{ ([a-z][a-z-]*)(?: +([^{}]*?))? \}\}")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


@dataclass(frozen=True)
class Directive:
    """One directive as it stands in a page."""

    name: str
    argument: str
    """What follows the name, or nothing."""
    text: str
    """As it is written, braces included."""
    nth: int
    """Which of the directives of this very text it is, counted from 1."""


def expand(markdown: str, write: Callable[[Directive], str]) -> str:
    """Replace every directive; fenced blocks and inline code are not touched.

    Args:
        markdown: the page's text.
        write: what stands in a directive's place; its own text leaves it as it is.
    """
    seen: Counter[str] = Counter()

    def replace(match: re.Match[str]) -> str:
        seen[match[0]] += 1
        return write(Directive(match[1], match[2] or "", match[0], seen[match[0]]))

    lines, fence = [], None
    for line in markdown.split("\n"):
        mark = _FENCE.match(line)
        if fence is None and mark:
            fence = mark[1]
        elif fence is not None:
            if mark and mark[1][0] == fence[0] and len(mark[1]) >= len(fence) and not line.strip(" `~"):
                fence = None
        elif "{{" in line:
            # Every second part of a line split at backticks is inline code.
            parts = line.split("`")
            parts[::2] = [_DIRECTIVE.sub(replace, part) for part in parts[::2]]
            line = "`".join(parts)
        lines.append(line)
    return "\n".join(lines)
