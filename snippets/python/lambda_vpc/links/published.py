"""What a site has to link to: its `snippets/index.json`, and `addresses.json` beside it.

From an address, a folder or a file. Nothing of it is believed before it was looked at: an index may come from
anywhere.
"""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urljoin

from lambda_vpc.guide import addresses
from lambda_vpc.guide.languages import LANGUAGES
from lambda_vpc.reading import BadInput, KeyPath, Problem, Source, clipped, parse, read_bytes

VERSION = 1
"""Of the form of both files; another one means something else."""
TIMEOUT = 10.0
"""Seconds without an answer."""
LONGEST = 30.0
"""Seconds that one file may take in all."""
MAX_BYTES = 10_000_000
_PIECE = 65_536


@dataclass(frozen=True)
class Event:
    """What happened to a version, on which day (ISO), and why, by language."""

    on: str
    why: Mapping[str, str]


@dataclass(frozen=True)
class Version:
    """One released version."""

    digits: str
    pinned: str
    """Below the root."""
    released: Event
    withdrawn: Event | None


@dataclass(frozen=True)
class Listed:
    """One snippet; addresses are below the root."""

    name: str
    raw: str
    versions: tuple[Version, ...]
    """The oldest first."""
    withdrawn: Event | None
    """Whether its bytes of now are withdrawn."""
    by: str | None
    """The snippet that is to be used instead."""
    by_why: Mapping[str, str]

    @property
    def latest(self) -> Version | None:
        """The last version that may be used."""
        return next((one for one in reversed(self.versions) if one.withdrawn is None), None)


@dataclass(frozen=True)
class Published:
    """What a site has to link to."""

    site: str
    """Its root, with a closing slash."""
    snippets: Mapping[str, Listed]
    pages: Mapping[str, frozenset[str]] | None = None
    """Ids by the address of the page below the language; `None` where no list of them is known."""
    moved: Mapping[str, str] = field(default_factory=dict)
    files: frozenset[str] = frozenset()


def load(where: str) -> Published:
    """Read what a site has.

    Args:
        where: the root of a site, the address of its index.json, the folder of a built site, or the file.

    Raises:
        BadInput: there is no index, it cannot be read, or it is not what this version of the command reads.
    """
    if is_address(where):
        is_file = where.partition("?")[0].endswith(".json")
        place = where if is_file else f"{where.rstrip('/')}/{addresses.INDEX}"
        raw = _fetched(place)
        if raw is None:
            raise BadInput([Problem(place, 1, "is not there (404); name the root of a site that has it")])
        beside = urljoin(place, addresses.PLACES.rpartition("/")[2])
        listed = _fetched(beside)
    else:
        path = Path(where)
        path = path / addresses.INDEX if path.is_dir() else path
        place, raw = str(path), read_bytes(path)
        other = path.with_name(addresses.PLACES.rpartition("/")[2])
        beside, listed = str(other), read_bytes(other) if other.is_file() else None
    found = _Reader(_parsed(raw, place)).published()
    if listed is None:
        return found
    pages, moved, files = _Reader(_parsed(listed, beside)).places()
    return Published(found.site, found.snippets, pages, moved, files)


def is_address(where: str) -> bool:
    """Whether this is asked for from a host, and no file."""
    return where.lower().startswith(("http://", "https://"))


def root_of(where: str) -> str:
    """The root of the site whose index is asked for at an address."""
    return where.removesuffix(addresses.INDEX).rstrip("/") + "/"


def _parsed(raw: bytes, name: str) -> Source:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput([Problem(name, 1, "is not UTF-8; it must be a site's index.json")]) from None
    return parse(text, name, is_json=True, tabs=True)


# --- over the network ---------------------------------------------------------------------------


def _fetched(address: str) -> bytes | None:
    """What stands at an address; `None` where there is nothing."""
    end = time.monotonic() + LONGEST
    try:
        request = urllib.request.Request(address, headers={"User-Agent": "lambda-vpc", "Accept": "*/*"})
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
            found = bytearray()
            while piece := answer.read1(_PIECE):
                found += piece
                if len(found) > MAX_BYTES:
                    _refuse(address, f"is larger than {MAX_BYTES:,} bytes, so it is no index.json")
                if time.monotonic() > end:
                    _refuse(address, f"was not there after {LONGEST:.0f} seconds; try again")
            return bytes(found)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code in (404, 410):
            return None
        _refuse(address, f"cannot be fetched: the server answers {error.code} {clipped(str(error.reason))}")
    except urllib.error.URLError as error:
        _refuse(
            address, f"cannot be fetched: {clipped(str(error.reason))}; check the address and the network"
        )
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = clipped(str(error)) or type(error).__name__
        _refuse(address, f"cannot be fetched: {reason}; check the address and the network")


def _refuse(address: str, message: str) -> NoReturn:
    raise BadInput([Problem(address, 1, message)])


# --- what is in the files -----------------------------------------------------------------------


class _Reader:
    """Reads one of the two files; keys that it does not know are passed over: later ones may have more."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def published(self) -> Published:
        self._check_version()
        site = self._text(("site",))
        if not is_address(site) or not site.endswith("/"):
            self._refuse(("site",), "must be an address that ends with a slash")
        names = [
            self._snippet(site, ("snippets", position))
            for position in range(len(self._value(("snippets",), list)))
        ]
        return Published(site, {one.name: one for one in names})

    def places(self) -> tuple[dict[str, frozenset[str]], dict[str, str], frozenset[str]]:
        self._check_version()
        pages = {path: frozenset(self._texts(("pages", path))) for path in self._value(("pages",), dict)}
        moved = {path: self._text(("moved", path)) for path in self._value(("moved",), dict)}
        return pages, moved, frozenset(self._texts(("files",)))

    def _check_version(self) -> None:
        if not isinstance(self.source.data, dict):
            self._refuse((), "must be an object; name a site's index.json")
        found = self.source.data.get("version")
        if found != VERSION:
            self._refuse(
                ("version",),
                f"its version is {clipped(str(found))}, and this command reads version {VERSION}; use the "
                "command from the same copy of the guide, or name a site's index.json",
            )

    def _snippet(self, site: str, at: KeyPath) -> Listed:
        versions = (*at, "versions")
        superseded = self._value((*at, "superseded"), dict, optional=True)
        return Listed(
            name=self._text((*at, "name")),
            raw=self._below(site, (*at, "addresses", "raw")),
            versions=tuple(
                self._version(site, (*versions, position))
                for position in range(len(self._value(versions, list)))
            ),
            withdrawn=self._event((*at, "withdrawn")),
            by=self._text((*at, "superseded", "by")) if superseded else None,
            by_why=self._said((*at, "superseded", "why")) if superseded else {},
        )

    def _version(self, site: str, at: KeyPath) -> Version:
        released = Event(self._text((*at, "date")), self._said((*at, "why")))
        return Version(
            self._text((*at, "digits")), self._below(site, (*at, "pinned")), released,
            self._event((*at, "withdrawn")),
        )  # fmt: skip

    def _event(self, at: KeyPath) -> Event | None:
        if self._value(at, dict, optional=True) is None:
            return None
        return Event(self._text((*at, "date")), self._said((*at, "why")))

    def _said(self, at: KeyPath) -> dict[str, str]:
        return {language: self._text((*at, language)) for language in LANGUAGES}

    def _below(self, site: str, at: KeyPath) -> str:
        found = self._text(at)
        if not found.startswith(site):
            self._refuse(at, f"does not lie below {clipped(site)}")
        return found.removeprefix(site)

    def _text(self, at: KeyPath) -> str:
        return self._value(at, str)

    def _texts(self, at: KeyPath) -> list[str]:
        found = self._value(at, list)
        if not all(isinstance(one, str) for one in found):
            self._refuse(at, "must be a list of texts")
        return found

    def _value(self, at: KeyPath, type_: type, *, optional: bool = False) -> Any:
        """The value at a place, of one type; `None` where it may be null."""
        found: object = self.source.data
        for key in at:
            if not isinstance(found, list if isinstance(key, int) else dict) or (
                isinstance(found, dict) and key not in found
            ):
                self._refuse(at, f"has no '{clipped(str(key))}'; name a site's index.json")
            found = found[key]
        if found is None and optional:
            return None
        if not isinstance(found, type_):
            self._refuse(at, f"'{clipped(str(at[-1]))}' must be {_CALLED[type_]}; name a site's index.json")
        return found

    def _refuse(self, at: KeyPath, message: str) -> NoReturn:
        raise BadInput([self.source.problem(at, message)])


_CALLED = {str: "a text", list: "a list", dict: "an object"}
