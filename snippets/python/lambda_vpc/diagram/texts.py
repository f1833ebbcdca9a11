"""How wide a text may become, estimated on the safe side, for whatever sans-serif font the reader has."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

_WIDTHS = {
    **dict.fromkeys("ijl'|.,:;I", 0.36),
    **dict.fromkeys("ft()[]r/ \\-!", 0.45),
    **dict.fromkeys('Jacekszvxy?_"*`', 0.63),
    **dict.fromkeys("bdghnopqu0123456789$LFT{}", 0.66),
    **dict.fromkeys("EKSYZ", 0.73),
    **dict.fromkeys("ABCDGHNOPQRUVX&^~+<>=#", 0.86),
    **dict.fromkeys("mwMW@%", 1.02),
}
_OTHER = 1.0
"""Full width, in ems; East Asian letters and all that is not in the table."""

ELLIPSIS = "…"


def width(text: str, size: float) -> float:
    """The width a text takes at most, in the units of its font size."""
    return size * sum(
        0.0 if unicodedata.combining(letter) else _WIDTHS.get(letter, _OTHER) for letter in text
    )


def shortened(text: str, size: float, room: float) -> str:
    """A text that fits its room: as it is, or with … for its middle, since names differ at their ends."""
    if width(text, size) <= room:
        return text
    for kept in range(len(text) - 1, 0, -1):
        tail = kept // 3
        short = text[: kept - tail].rstrip() + ELLIPSIS + (text[-tail:] if tail else "")
        if width(short, size) <= room:
            return short
    return ELLIPSIS if width(ELLIPSIS, size) <= room else ""


def wrapped(text: str, size: float, room: float, most: int) -> Sequence[str]:
    """A text in lines that fit: broken at spaces, inside words only where they are too long or Japanese.

    Args:
        text: one paragraph.
        size: font size.
        room: width of a line.
        most: lines at most; the last one is shortened.
    """
    lines: list[str] = []
    rest = text
    while rest and len(lines) < most - 1:
        cut = _fitting(rest, size, room)
        lines.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    if rest:
        lines.append(_cut(rest, size, room))
    return lines


def _cut(text: str, size: float, room: float) -> str:
    """The start of a text that fits, with … behind it where it goes on."""
    if width(text, size) <= room:
        return text
    kept = len(text)
    while kept and width(text[:kept] + ELLIPSIS, size) > room:
        kept -= 1
    return text[:kept].rstrip() + ELLIPSIS


def _fitting(text: str, size: float, room: float) -> int:
    """How many letters go on the first line."""
    if width(text, size) <= room:
        return len(text)
    count = 1
    while count < len(text) and width(text[: count + 1], size) <= room:
        count += 1
    space = text.rfind(" ", 0, count + 1)
    if space > 0 and width(text[space + 1 :], size) <= room:
        return space
    for place in range(count, 0, -1):
        before, after = text[place - 1], text[place : place + 1]
        if before == " " or after == " ":
            return place
        if not (before.isascii() and after.isascii()) and after not in "、。）」…ーっゃゅょ":
            return place
    return count
