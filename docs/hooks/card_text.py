"""Text on a picture card: how wide it is in the one font there is, and where its lines may end.

The font comes with a package, so a card looks the same whatever fonts a machine has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import budoux
from noto_cjk_sans_jp_regular import FONT_PATH
from PIL import ImageFont

from render import joints

ELLIPSIS = "…"
UNKNOWN = "□"
"""In place of what cannot be drawn: control characters, marks of direction, letters that the font lacks."""
SMALL = 46
"""Before a title is written in smaller letters than these, its phrases are broken, between words."""
LAST = 0.4
"""How wide the last line is, of the widest, if smaller letters can make it so."""
STROKE = 0.018
"""How much thicker bold letters are on each side, in ems: the font has one weight."""

_UNKNOWNS = re.compile(rf"{UNKNOWN}+")
_JAPANESE = re.compile(r"[\u3041-\u30ff\u3400-\u9fff]")
_WORDS = re.compile(r"(?<= )(?=\S)|(?<=/)(?=[^/])")
_BEHIND = re.compile(r"(?<=[:,] )(?=\S)")
_IN_PHRASE = re.compile(r"(?<= )(?=[^ \u3041-\u309f])")
_NO_START = (
    "、。，．,.:;!?！？」』）】)]}…%〜\N{KATAKANA MIDDLE DOT}\N{KATAKANA-HIRAGANA PROLONGED SOUND MARK}"
)
_NO_END = "「『（【([{"
_NUMBER = re.compile(r"(?:^|\s)\d+\s*$")


@cache
def font(size: float) -> ImageFont.FreeTypeFont:
    """The font in one size, in pixels; without a shaping library, which not every machine has."""
    return ImageFont.truetype(str(FONT_PATH), size, layout_engine=ImageFont.Layout.BASIC)


def width(text: str, size: float, *, bold: bool = False) -> float:
    """How wide a text is, in pixels."""
    return font(size).getlength(text) + (2 * STROKE * size if bold and text else 0)


@cache
def _drawn(letter: str) -> bytes:
    return bytes(font(32).getmask(letter))


@cache
def drawable(letter: str) -> bool:
    """Whether the font has a letter; no control character and no mark of direction is one."""
    # What a font lacks looks like what no font may have.
    return letter.isprintable() and (letter == " " or _drawn(letter) != _drawn("\uffff"))


def shown(text: str) -> str:
    """A text on one line, with a sign for what cannot be drawn."""
    return _UNKNOWNS.sub(UNKNOWN, "".join(c if drawable(c) else UNKNOWN for c in " ".join(text.split())))


# --- lines --------------------------------------------------------------------------------------


@cache
def _parser() -> budoux.Parser:
    return budoux.load_default_japanese_parser()


def phrases(text: str) -> list[str]:
    """The parts of a text between which a line may end: phrases in Japanese, otherwise words."""
    parts: list[str] = []
    for part in _parser().parse(text):
        if parts and _together(parts[-1], part):
            parts[-1] += part
        else:
            parts.append(part)
    between = _BEHIND if _JAPANESE.search(text) else _WORDS
    return [word for part in parts for word in between.split(part)]


def words(phrase: str) -> list[str]:
    """The parts of a phrase that is too long for a line: words with their particles, parts of identifiers."""
    return [piece for word in _IN_PHRASE.split(phrase) for piece in joints(word)]


def _together(before: str, after: str) -> bool:
    one, other = before[-1], after.lstrip()[:1]
    within = one.isascii() and after[0].isascii() and not one.isspace() and not after[0].isspace()
    alone = len(after.strip()) == 1 and not after.isascii()
    # Behind a number stands what is counted.
    counted = _NUMBER.search(before) is not None
    return within or alone or counted or not other or other in _NO_START or one in _NO_END


@dataclass(frozen=True)
class Fitted:
    """A text in lines."""

    lines: tuple[str, ...]
    size: float
    whole: bool
    """Whether every phrase stands on one line, and nothing was cut off."""


def fitted(
    text: str, room: float, sizes: Sequence[float], most: Sequence[int], *, bold: bool = False
) -> Fitted:
    """A text in the largest size in which its phrases stay whole, the lines about as long as each other.

    Where they stay whole in small letters only, words do; where not even these, lines end at any letter.

    Args:
        text: on one line.
        room: width of a line.
        sizes: the largest first; what has no room in the last one is cut off.
        most: for each size, how many lines there may be.
        bold: whether the letters are.
    """
    whole = phrases(text)
    broken = [word for phrase in whole for word in words(phrase)]
    large = [size for size in sizes if size >= SMALL] or sizes
    for parts, tried, least in ((whole, large, LAST), (whole, large, 0), (broken, sizes, 0)):
        for size, limit in zip(tried, most, strict=False):
            widths = [width(part, size, bold=bold) for part in parts]
            if max(widths, default=0) <= room:
                lines = _balanced(parts, widths, room)
                wide = [width(line, size, bold=bold) for line in lines]
                if len(lines) <= limit and wide[-1] >= least * max(wide):
                    return Fitted(_stripped(lines), size, parts is whole)
    letters = [one for part in parts for one in ([part] if width(part, size, bold=bold) <= room else part)]
    lines = _greedy(letters, [width(one, size, bold=bold) for one in letters], room)
    if len(lines) > limit:
        lines[limit - 1 :] = [cut("".join(lines[limit - 1 :]), room, size, bold=bold)]
    return Fitted(_stripped(lines), size, False)


def _stripped(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(line.strip() for line in lines)


def cut(text: str, room: float, size: float, *, bold: bool = False) -> str:
    """The start of a text that has room, with … behind it where it goes on."""
    if width(text, size, bold=bold) <= room:
        return text
    low, high = 0, len(text)
    while low < high - 1:
        middle = (low + high) // 2
        fits = width(text[:middle] + ELLIPSIS, size, bold=bold) <= room
        low, high = (middle, high) if fits else (low, middle)
    return text[:low].rstrip() + ELLIPSIS


def _balanced(parts: Sequence[str], widths: Sequence[float], room: float) -> list[str]:
    """No more lines than it takes, and none much shorter than the others."""
    lines = _greedy(parts, widths, room)
    low, high = max(widths, default=0), room
    while high - low > 4:
        middle = (low + high) / 2
        low, high = (low, middle) if len(_greedy(parts, widths, middle)) == len(lines) else (middle, high)
    return _greedy(parts, widths, high)


def _greedy(parts: Sequence[str], widths: Sequence[float], room: float) -> list[str]:
    lines, used = [""], 0.0
    for part, wide in zip(parts, widths, strict=True):
        if lines[-1] and used + wide > room:
            lines.append("")
            used = 0
        lines[-1] += part
        used += wide
    return lines
