"""IAM's wildcards: `*` stands for any text and `?` for one character.

A pattern comes from a file that anybody may have written, so it is matched without backtracking: the time
grows with the length of the text, however many wildcards the pattern has.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from enum import Enum
from functools import lru_cache


class Wildcard(Enum):
    """What a wildcard stands for."""

    ANY = "any text"
    ONE = "one character"
    ANY_WITHIN = "any text without a colon"
    ONE_WITHIN = "one character other than a colon"


# ${*}, ${?} and ${$} stand for the character itself; these stand-ins are put back when a pattern is read.
ESCAPES = {"*": "\ue000", "?": "\ue001", "$": "\ue002"}
_LITERALS = str.maketrans({stand_in: c for c, stand_in in ESCAPES.items()})


def unescape(text: str) -> str:
    """The literal text of a policy value in which `${*}`, `${?}` or `${$}` were substituted."""
    return text.translate(_LITERALS)


_VARIABLE = re.compile(r"\$\{([^}]*)\}")


def replace_variables(text: str, value_of: Callable[[re.Match[str]], str]) -> str:
    """Replace every `${…}` of a policy's text, in one pass.

    Args:
        text: a value of a policy.
        value_of: what stands for a match, whose first group is what the braces hold.
    """
    # Behind the last brace nothing can end, so that no search for an end runs in vain.
    head, brace, tail = text.rpartition("}")
    return _VARIABLE.sub(value_of, head + brace) + tail


class Glob:
    """A pattern, read once and ready to be matched often."""

    def __init__(self, tokens: Sequence[str | Wildcard]) -> None:
        """Read a pattern.

        Args:
            tokens: literal texts of any length and wildcards, in their order.
        """
        self._pieces: list[str] | None = None
        if all(token is Wildcard.ANY for token in tokens if isinstance(token, Wildcard)):
            self._pieces = [""]
            for token in tokens:
                if isinstance(token, str):
                    self._pieces[-1] += token
                else:
                    self._pieces.append("")
        else:
            self._states(tokens)

    def fullmatch(self, text: str) -> bool:
        """Whether the pattern covers the whole text, case-sensitively."""
        if self._pieces is None:
            return self._covers(text)
        if len(self._pieces) == 1:
            return text == self._pieces[0]
        first, *between, last = self._pieces
        end = len(text) - len(last)
        at = len(first)
        if at > end or not (text.startswith(first) and text.endswith(last)):
            return False
        for piece in between:
            # The first place is the best one: it leaves the most for the pieces after it.
            found = text.find(piece, at, end)
            if found < 0:
                return False
            at = found + len(piece)
        return True

    def _states(self, tokens: Sequence[str | Wildcard]) -> None:
        """The pattern as bits: bit i is set while the first i characters of the pattern are matched."""
        self._characters: dict[str, int] = {}
        self._one = self._one_within = self._stay = self._stay_within = 0
        bit = 1
        for token in tokens:
            if token is Wildcard.ANY:
                self._stay |= bit
            elif token is Wildcard.ANY_WITHIN:
                self._stay_within |= bit
            else:
                for c in token if isinstance(token, str) else "?":
                    bit <<= 1
                    if token is Wildcard.ONE:
                        self._one |= bit
                    elif token is Wildcard.ONE_WITHIN:
                        self._one_within |= bit
                    else:
                        self._characters[c] = self._characters.get(c, 0) | bit
        self._end = bit

    def _covers(self, text: str) -> bool:
        """Follow every way through the pattern at once, one step for each character of the text."""
        at = 1
        for c in text:
            step, stay = self._characters.get(c, 0) | self._one, self._stay
            if c != ":":
                step |= self._one_within
                stay |= self._stay_within
            at = (at << 1) & step | at & stay
            if not at:
                return False
        return bool(at & self._end)


_PLAIN = {"*": Wildcard.ANY, "?": Wildcard.ONE}


@lru_cache(maxsize=4096)
def glob(pattern: str) -> Glob:
    """A pattern with `*` and `?`; every other character is literal."""
    return Glob([_PLAIN.get(c, c) for c in pattern])


@lru_cache(maxsize=4096)
def _escaped_glob(pattern: str) -> Glob:
    return Glob([_PLAIN.get(c) or unescape(c) for c in pattern])


def matches(pattern: str, text: str) -> bool:
    """Whether a pattern with `*`, `?` and escaped characters covers the whole text, case-sensitively."""
    return _escaped_glob(pattern).fullmatch(text)
