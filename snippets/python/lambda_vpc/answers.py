"""Three answers instead of two: yes, no, and undetermined with the question that is left.

Everything that decides here decides with these; nothing else of the package is imported.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Undetermined:
    """AWS documents no answer, or the request leaves it open; never truthy, never falsy by accident."""

    question: str
    """What is missing or undocumented, as an English clause."""

    def __bool__(self) -> bool:
        raise TypeError(f"no answer: {self.question}")


Answer = bool | Undetermined


def both(answers: Sequence[Answer]) -> Answer:
    """AND over three values: one `False` decides, otherwise one `Undetermined` leaves it open."""
    open_question = None
    for answer in answers:
        if answer is False:
            return False
        if answer is not True:
            open_question = answer
    return True if open_question is None else open_question


def either(answers: Sequence[Answer]) -> Answer:
    """OR over three values: one `True` decides, otherwise one `Undetermined` leaves it open."""
    open_question = None
    for answer in answers:
        if answer is True:
            return True
        if answer is not False:
            open_question = answer
    return False if open_question is None else open_question


def negate(answer: Answer) -> Answer:
    """NOT over three values."""
    return (not answer) if isinstance(answer, bool) else answer
