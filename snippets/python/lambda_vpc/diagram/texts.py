"""How wide a text may become, estimated on the safe side, for whatever sans-serif font the reader has."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence

_OTHER = 1.0
"""Full width, in ems; East Asian letters and all that is not in the table."""


class _Widths(dict[str, float]):
    """Widths of letters, in ems, those that are not in the table once they are asked for."""

    def __missing__(self, letter: str) -> float:
        self[letter] = 0.0 if unicodedata.combining(letter) else _OTHER
        return self[letter]


_TABLE = {
    **dict.fromkeys("ijl'|.,:;I", 0.36),
    **dict.fromkeys("ft()[]r/ \\-!", 0.45),
    **dict.fromkeys('Jacekszvxy?_"*`', 0.63),
    **dict.fromkeys("bdghnopqu0123456789$LFT{}", 0.66),
    **dict.fromkeys("EKSYZ", 0.73),
    **dict.fromkeys("ABCDGHNOPQRUVX&^~+<>=#", 0.86),
    **dict.fromkeys("mwMW@%", 1.02),
}
_WIDTHS = _Widths(_TABLE)

ELLIPSIS = "…"


def width(text: str, size: float) -> float:
    """The width a text takes at most, in the units of its font size."""
    return size * sum(map(_WIDTHS.__getitem__, text))


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


_NOT_AT_START = "、。）」』：・…ーっゃゅょッャュョァィゥェォ"
_NOT_AT_END = "（「『"
_MARKS = "、。）」』：:"
_LAST_PARTS = ("ゲートウェイ", "エンドポイント", "グループ", "テーブル", "ルール", "ポリシー")
"""With these the compounds of the field end: インターネットゲートウェイ."""
_JAPANESE = ("HIRAGANA", "KATAKANA", "CJK")
_SHORT = 2
"""So few letters are no line of their own."""
_STEMS = "いきぎしちびみりえけげせべめれ"
"""What the first verb of a compound ends with: 呼び出す, 切り替える."""
_LEAST = 3
"""A phrase is broken only where the line would be filled to less than this part."""


def named(name: str, size: float, room: float) -> Sequence[str]:
    """A name in one line, or in two where its parts allow it; shortened where that is not enough."""
    if width(name, size) > room:
        fitting = [
            place
            for place in range(1, len(name))
            if _joins(name, place) and width(name[:place], size) <= room
        ]
        # `GroupId` and not `Id` alone, where there is a choice.
        place = max((one for one in fitting if len(name) - one > _SHORT), default=max(fitting, default=0))
        if place:
            return [name[:place], shortened(name[place:], size, room)]
    return [shortened(name, size, room)]


def wrapped(text: str, size: float, room: float, most: int) -> Sequence[str]:
    """A text in lines that fit, broken at spaces and between Japanese phrases, in words only where it must.

    Args:
        text: one paragraph.
        size: font size.
        room: width of a line.
        most: lines at most; the last one is shortened.
    """
    by_phrase = _lines(text, size, room, most, by_phrase=True)
    if not by_phrase or not by_phrase[-1].endswith(ELLIPSIS):
        return by_phrase
    return _lines(text, size, room, most, by_phrase=False)


def _lines(text: str, size: float, room: float, most: int, *, by_phrase: bool) -> Sequence[str]:
    lines: list[str] = []
    rest = text
    while rest and len(lines) < most - 1:
        cut = _fitting(rest, size, room, by_phrase=by_phrase)
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


def _fitting(text: str, size: float, room: float, *, by_phrase: bool) -> int:
    """How many letters go on the first line."""
    if width(text, size) <= room:
        return len(text)
    count = 1
    while count < len(text) and width(text[: count + 1], size) <= room:
        count += 1
    space = text.rfind(" ", 0, count + 1)
    if not by_phrase:
        is_kept = space > 0 and width(text[space + 1 :], size) <= room
        if is_kept:
            return space
        return _last(_ends_word, text, count, count // 2) or _last(_may_break, text, count, 0) or count
    early = _last(_ends_phrase, text, count, 0)
    if early and width(text[early:].strip(), size) <= room:
        return early
    # Before a Latin word that would be broken, where it fits a line; else between its parts.
    is_latin = text[count - 1 : count + 1].isascii()
    whole = width(text[space + 1 :].partition(" ")[0], size) <= room
    return (
        (_last(_joins, text, count, max(space, 0)) if is_latin and not whole else 0)
        or _last(_ends_phrase, text, count, count // _LEAST)
        or (max(space, 0) if is_latin and whole else 0)
        or _last(_ends_word, text, count, count // _LEAST)
        or _last(_may_break, text, count, 0)
        or count
    )


def _last(is_end: Callable[[str, int], bool], text: str, count: int, least: int) -> int:
    """The last place up to a count and behind another where a line may end; 0 without one."""
    return next((place for place in range(count, least, -1) if is_end(text, place)), 0)


def _may_break(text: str, place: int) -> bool:
    """Whether a line may end before a place of a text."""
    before, after = text[place - 1], text[place : place + 1]
    if before == " " or after == " ":
        return True
    is_latin = before.isascii() and after.isascii()
    return not is_latin and after not in _NOT_AT_START and before not in _NOT_AT_END


def _joins(text: str, place: int) -> bool:
    """Whether a new part of a name begins there: `InternetGateway`."""
    before, after = text[place - 1], text[place : place + 1]
    return before.isalnum() and not before.isupper() and after.isascii() and after.isupper()


def _ends_word(text: str, place: int) -> bool:
    """Whether the script changes there, since a Japanese word is seldom of two, or a compound has a seam."""
    before, after = text[place - 1], text[place : place + 1]
    is_end = " " in before + after or _script(before) != _script(after)
    return _may_break(text, place) and (is_end or text.startswith(_LAST_PARTS, place))


def _ends_phrase(text: str, place: int) -> bool:
    """Whether a phrase ends there: at a space, a mark, or behind a particle or an ending in hiragana.

    A particle belongs to the Latin word before it, whatever space is between, and what is in parentheses
    belongs together.
    """
    if not _may_break(text, place) or text.count("（", 0, place) > text.count("）", 0, place):
        return False
    before, after = text[:place].rstrip()[-1:], text[place:].lstrip()[:1]
    if after == "→":
        return False
    if before in _MARKS or after in "（「『":
        return True
    is_japanese = _script(after) in _JAPANESE or _script(before) in _JAPANESE
    if not is_japanese:
        return " " in text[place - 1 : place + 1]
    if _is_inside_verb(text, place):
        return False
    return _script(after) != "HIRAGANA" and (_script(before) == "HIRAGANA" or before in "→")


def _is_inside_verb(text: str, place: int) -> bool:
    """Whether there the second verb of a compound begins: 呼び出す."""
    around = [_script(letter) for letter in (*text[max(0, place - 2) : place], *text[place : place + 1])]
    return around == ["CJK", "HIRAGANA", "CJK"] and text[place - 1] in _STEMS


def _script(letter: str) -> str:
    """The first word of a letter's Unicode name: its script for kana and Latin letters, CJK for kanji."""
    return "KATAKANA" if letter == "ー" else unicodedata.name(letter, "?").partition(" ")[0]
