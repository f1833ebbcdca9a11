"""What was released of each snippet: `snippets/releases.yaml`, and the bytes under `snippets/sha256/`.

A released version is never changed and never taken away: links to it stand in other people's wikis. One that
proves dangerous is withdrawn, with the reason; its bytes stay, so that nobody has to guess what they use.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

from lambda_vpc.guide import addresses
from lambda_vpc.guide.languages import Text
from lambda_vpc.guide.snippet import Snippet
from lambda_vpc.guide.strict_reader import StrictReader
from lambda_vpc.reading import BadInput, KeyPath, Problem, Source, read

FILE = "releases.yaml"
FOLDER = "sha256"
DIGITS = 16
"""Of a file's SHA-256, in its pinned address."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_SNIPPET = {"versions": True, "superseded": False}
_VERSION = {"file": True, "sha256": True, "date": True, "why": True, "withdrawn": False}


@dataclass(frozen=True)
class Withdrawal:
    """That a version must not be used any more."""

    on: date
    why: Text


@dataclass(frozen=True)
class Version:
    """The bytes that a snippet had from one release to the next."""

    name: str
    """`TOPIC/NAME` of the snippet."""
    file: str
    """`NAME.ext`"""
    sha256: str
    """64 hexadecimal digits."""
    on: date
    """The day of the release."""
    why: Text
    """What changed, and for what reason."""
    withdrawn: Withdrawal | None = None

    @property
    def digits(self) -> str:
        """The part of the hash that stands in the address."""
        return self.sha256[:DIGITS]

    @property
    def pinned(self) -> str:
        """The address of these bytes below the site's root, and their place in the repository."""
        return addresses.pinned(self.digits, self.file)


@dataclass(frozen=True)
class Superseded:
    """That another snippet is to be used instead."""

    by: str
    """`TOPIC/NAME`"""
    on: date
    """Since when."""
    why: Text


@dataclass(frozen=True)
class History:
    """The released versions of one snippet, the oldest first; empty for a draft."""

    name: str
    versions: tuple[Version, ...] = ()
    superseded: Superseded | None = None

    @property
    def latest(self) -> Version | None:
        """The last released version."""
        return self.versions[-1] if self.versions else None

    def of(self, digits: str) -> Version | None:
        """The version with this part of its hash in its address."""
        return next((one for one in self.versions if one.digits == digits), None)

    def current(self, snippet: Snippet) -> Version | None:
        """The version that the snippet's file is now, if these bytes were released."""
        found = sha256(snippet)
        return next((one for one in self.versions if one.sha256 == found), None)


def sha256(snippet: Snippet) -> str:
    """Of the snippet's file as it is published, as 64 hexadecimal digits."""
    return hashlib.sha256(snippet.text.encode()).hexdigest()


def load(root: Path) -> dict[str, History]:
    """Read the released versions of all snippets.

    Args:
        root: the `snippets` folder.

    Returns:
        Histories by the name of the snippet, sorted; of a snippet that was never released there is none.

    Raises:
        BadInput: every mistake in the list, and every pinned file that is missing, that nobody speaks of, or
            whose bytes do not match its address.
    """
    place = f"{root.name}/{FILE}"
    if not (root / FILE).is_file():
        if _files(root / FOLDER):
            raise BadInput(
                [Problem(place, 1, f"is missing, and {root.name}/{FOLDER} holds released bytes: restore it")]
            )
        return {}
    source = read(root / FILE, place)
    reader = _Reader(source)
    found = reader.histories()
    reader.finish()
    problems = list(_pinned_problems(root, source, found))
    if problems:
        raise BadInput(problems)
    return found


def gone(root: Path, histories: Mapping[str, History], snippets: Mapping[str, Snippet]) -> list[Problem]:
    """Released snippets that are no longer there, or whose file has another ending, each with the mend."""
    source = read(root / FILE, f"{root.name}/{FILE}") if histories else None
    problems = []
    for name, history in histories.items():
        latest = history.latest
        address = addresses.raw(name, Path(latest.file).suffix)
        if name not in snippets or snippets[name].raw != address:
            problems.append(
                source.problem(
                    (name,),
                    f"{address} was released and is linked: restore the file, from "
                    f"{latest.pinned} if nowhere else, and say in '{name}: superseded' what to use instead",
                )
            )
        if history.superseded and history.superseded.by not in snippets:
            problems.append(
                source.problem((name, "superseded", "by"), f"no snippet '{history.superseded.by}'")
            )
    return problems


class _Reader(StrictReader):
    def histories(self) -> dict[str, History]:
        listed = self.mapping(self.file.data, ())
        named = sorted((str(name), name) for name in listed)
        found = {name: self._history(name, listed[key], (key,)) for name, key in named}
        for name, history in found.items():
            self._check_way(name, history, found)
        return found

    def _check_way(self, name: str, history: History, all_: Mapping[str, History]) -> None:
        """Who follows one successor after the other must arrive."""
        seen, at = {name}, history
        while at and at.superseded:
            if (by := at.superseded.by) in seen:
                itself = "itself" if by == name and at is history else f"'{by}', which leads back"
                self.problem((name, "superseded", "by"), f"leads to {itself}; name what is to be used")
                return
            seen.add(by)
            at = all_.get(by)

    def _history(self, name: str, value: object, path: KeyPath) -> History:
        fields = self.fields(value, path, _SNIPPET)
        listed = self.items(fields.get("versions"), (*path, "versions"))
        versions = [
            self._version(name, one, (*path, "versions", position)) for position, one in enumerate(listed)
        ]
        if not versions:
            self.problem(path, "has no version; a draft is not listed")
        for position, (earlier, later) in enumerate(pairwise(versions), start=1):
            where = (*path, "versions", position)
            if later.on < earlier.on:
                self.problem((*where, "date"), f"is before the version it follows, of {earlier.on}")
        for position, one in enumerate(versions):
            if one.digits in {other.digits for other in versions[:position]}:
                self.problem((*path, "versions", position, "sha256"), "is listed twice")
        superseded = None
        if "superseded" in fields:
            where = (*path, "superseded")
            entry = self.fields(fields["superseded"], where, {"by": True, "date": True, "why": True})
            superseded = Superseded(
                str(entry.get("by")),
                self._day(entry.get("date"), (*where, "date")),
                self.text(entry.get("why"), (*where, "why")),
            )
        return History(name, tuple(versions), superseded)

    def _version(self, name: str, value: object, path: KeyPath) -> Version:
        fields = self.fields(value, path, _VERSION)
        digest = str(fields.get("sha256"))
        if not _SHA256.fullmatch(digest):
            self.problem((*path, "sha256"), "must be 64 hexadecimal digits in quotation marks")
        withdrawn = None
        if "withdrawn" in fields:
            where = (*path, "withdrawn")
            entry = self.fields(fields["withdrawn"], where, {"date": True, "why": True})
            withdrawn = Withdrawal(
                self._day(entry.get("date"), (*where, "date")), self.text(entry.get("why"), (*where, "why"))
            )
            if withdrawn.on < self._day(fields.get("date"), (*path, "date")):
                self.problem((*where, "date"), f"is before the release, of {fields.get('date')}")
        file = str(fields.get("file"))
        if Path(file).stem != name.rpartition("/")[2]:
            self.problem((*path, "file"), f"must be {name.rpartition('/')[2]} with its ending")
        on = self._day(fields.get("date"), (*path, "date"))
        return Version(name, file, digest, on, self.text(fields.get("why"), (*path, "why")), withdrawn)

    def _day(self, value: object, path: KeyPath) -> date:
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.problem(path, "must be a day as 2026-01-31")
            return date.min


def _pinned_problems(root: Path, source: Source, histories: Mapping[str, History]) -> Iterator[Problem]:
    spoken_of = set()
    for name, history in histories.items():
        for position, version in enumerate(history.versions):
            path = root.parent / version.pinned
            spoken_of.add(path)
            where = (name, "versions", position)
            if not path.is_file():
                yield source.problem(where, f"{version.pinned} is missing; restore it: it was released")
            elif hashlib.sha256(path.read_bytes()).hexdigest() != version.sha256:
                yield source.problem(
                    where, f"the bytes of {version.pinned} are not the ones released; restore them"
                )
    for path in _files(root / FOLDER):
        if path not in spoken_of:
            named = f"{root.name}/{path.relative_to(root).as_posix()}"
            yield Problem(named, 1, f"no version in {root.name}/{FILE} speaks of it; take it away or list it")


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())
