"""What changed among the released snippets, as one list for those who follow it: the newest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from lambda_vpc.guide.languages import Text
from lambda_vpc.guide.releases import History, Version

FIRST, CHANGED, WITHDRAWN, SUPERSEDED = "first", "changed", "withdrawn", "superseded"


@dataclass(frozen=True)
class Change:
    """One thing that those who link to a snippet want to know."""

    name: str
    """`TOPIC/NAME` of the snippet."""
    what: str
    """`first`, `changed`, `withdrawn` or `superseded`."""
    on: date
    why: Text
    version: Version
    """The version that this is about."""
    by: str | None = None
    """The snippet to use instead, where it is superseded."""


def changes(histories: Iterable[History]) -> list[Change]:
    """Every release, withdrawal and successor, the newest first; those of one day by their snippets."""
    found = [change for history in histories for change in _of(history)]
    found.sort(key=lambda change: change.name)
    found.sort(key=lambda change: change.on, reverse=True)  # which leaves the order of equals
    return found


def _of(history: History) -> Iterator[Change]:
    """Of one snippet, the newest first among those of one day."""
    latest = history.latest
    if history.superseded and latest:
        other = history.superseded
        yield Change(history.name, SUPERSEDED, other.on, other.why, latest, other.by)
    for version in reversed(history.versions):
        if version.withdrawn:
            yield Change(history.name, WITHDRAWN, version.withdrawn.on, version.withdrawn.why, version)
    for number, version in reversed(list(enumerate(history.versions))):
        yield Change(history.name, CHANGED if number else FIRST, version.on, version.why, version)
