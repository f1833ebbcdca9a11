"""How the command ends: one code for each kind of answer, the same for every command, for good."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

REACHED, BLOCKED, UNKNOWN, BAD_INPUT, WRONG_USAGE, FAULT = range(6)
INTERRUPTED = 130

MEANINGS: Mapping[int, str] = {
    REACHED: "reached, allowed, or nothing found",
    BLOCKED: "blocked, denied, or something found",
    UNKNOWN: "unknown: what was given leaves something open that decides, or AWS does not document it",
    BAD_INPUT: "a file cannot be used",
    WRONG_USAGE: "wrong usage: an option, or something that no file has",
    FAULT: "a fault of this command",
}
"""The codes in the order of their numbers, as `--help` lists them."""

_WORST_FIRST = (FAULT, WRONG_USAGE, BAD_INPUT, BLOCKED, UNKNOWN)

OF_ANSWER: Mapping[str, int] = {
    "reached": REACHED, "blocked": BLOCKED, "unknown": UNKNOWN,
    "allow": REACHED, "deny": BLOCKED, "undocumented": UNKNOWN,
}  # fmt: skip
"""By the words of the answers."""


def worst(codes: Iterable[int]) -> int:
    """One code for several answers: a file that cannot be used hides answers, so it counts more than they."""
    found = set(codes)
    return next((code for code in _WORST_FIRST if code in found), REACHED)
