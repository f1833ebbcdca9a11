"""Every address that was released, and where the ones lead that moved.

`docs/released.txt` holds what other people's links may lead to: pages and places on them (below the language:
both languages have the same), and files (from the site's root, with a slash first). It is only ever added to;
each release closes with a hash over everything above it, so a line that is taken out or changed is noticed.
`docs/redirects.yaml` says where the content of an address is now, if it is no longer there.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urldefrag

from lambda_vpc.guide.languages import LANGUAGES
from lambda_vpc.guide.strict_reader import StrictReader
from lambda_vpc.reading import BadInput, Problem, near, read

RELEASED = "docs/released.txt"
REDIRECTS = "docs/redirects.yaml"

_FILES = ("snippets/**/*", "embed/**/*.html", "*/snippets/*.xml")
"""Of a site, those that links lead to besides its pages."""
_HEADER = """\
; Released addresses: pages and #places below the language, /files from the site's root. Only ever added to:
; `python tests/release.py` does it, and closes with a hash over all lines above.
"""
_CLOSED = re.compile(r"= \d{4}-\d\d-\d\d ([0-9a-f]{64})")
_ARTICLE = re.compile(r"<article\b[^>]*>(.*)</article>", re.DOTALL)
_DRAWN = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
_ID = re.compile(r"""<[a-z][^<>]*?\sid=["']?([^\s"'>]+)""")
_GENERATED = re.compile(r"__|fnref:|fn:")


@dataclass(frozen=True)
class Addresses:
    """What a site has, or what was released."""

    places: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Ids by page; a page is named by its address below the language, as `network/ipv6/`."""
    files: Collection[str] = ()
    """Addresses from the site's root, as `/snippets/network/ipv6.yaml`."""

    def lines(self) -> Iterator[str]:
        """One line each, as in the list: a page, then its places."""
        for page in sorted(self.places):
            if page:  # not the home page, whose address is empty
                yield page
            yield from (f"{page}#{place}" for place in sorted(self.places[page]))
        yield from sorted(self.files)


@dataclass(frozen=True)
class Redirect:
    """Where the content of an address is now."""

    to: str
    line: int
    """In docs/redirects.yaml."""


def ids(article: str) -> list[str]:
    """The ids in an article that links lead to: not those of pictures, nor what each build makes anew."""
    return [id_ for id_ in _ID.findall(_DRAWN.sub("", article)) if not _GENERATED.match(id_)]


def of_site(site: Path) -> dict[str, Addresses]:
    """What a built site has, by language; the files, which have none, are the same for each.

    Args:
        site: the folder of a site.
    """
    files = [
        f"/{path.relative_to(site).as_posix()}"
        for pattern in _FILES
        for path in sorted(site.glob(pattern))
        if path.is_file()
    ]
    return {language: Addresses(dict(_pages(site / language)), files) for language in LANGUAGES}


def _pages(folder: Path) -> Iterator[tuple[str, list[str]]]:
    for page in sorted(folder.rglob("index.html")):
        # A page that only leads on has no article.
        if article := _ARTICLE.search(page.read_text("utf-8")):
            yield _address(page.parent, folder), ids(article[1])


def _address(folder: Path, root: Path) -> str:
    return "" if folder == root else f"{folder.relative_to(root).as_posix()}/"


def load_released(root: Path) -> dict[str, int]:
    """Read the list of released addresses.

    Args:
        root: the project.

    Returns:
        The line of each address; empty before the first release.

    Raises:
        BadInput: a line was changed or taken out.
    """
    path = root / RELEASED
    if not path.is_file():
        return {}
    found: dict[str, int] = {}
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError:
        raise BadInput([Problem(RELEASED, 1, "is not UTF-8: " + _RESTORE)]) from None
    above = ""
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        if closed := _CLOSED.match(line):
            if hashlib.sha256(above.encode()).hexdigest() != closed[1]:
                raise BadInput([Problem(RELEASED, number, "what stands above was changed: " + _RESTORE)])
        elif not line.startswith(";"):
            found.setdefault(line.rstrip("\n"), number)
        above += line
    last = text.rstrip("\n").rpartition("\n")[2]
    if not _CLOSED.match(last):
        line = max(text.count("\n"), 1)
        raise BadInput([Problem(RELEASED, line, "the last release is not closed: " + _RESTORE)])
    return found


_RESTORE = "take the file from the last commit, and let `python tests/release.py` add to it"


def release(root: Path, site: Mapping[str, Addresses], today: str) -> list[str]:
    """Add what a site has and the list has not.

    Args:
        root: the project.
        site: the built site, by language.
        today: ISO date.

    Returns:
        The new lines.

    Raises:
        BadInput: the list cannot be read, or a place exists in one language only.
    """
    known = load_released(root)
    by_language = {language: list(one.lines()) for language, one in site.items()}
    for language, lines in by_language.items():
        for other, others in by_language.items():
            if lonely := sorted(set(lines) - set(others)):
                raise BadInput([Problem(f"docs/{other}", 1, f"lacks {lonely[0]}, which docs/{language} has")])
    new = [line for line in next(iter(by_language.values())) if line not in known]
    if new:
        path = root / RELEASED
        text = path.read_text("utf-8") if path.is_file() else _HEADER
        text += "".join(f"{line}\n" for line in new)
        text += f"= {today} {hashlib.sha256(text.encode()).hexdigest()}\n"
        path.write_text(text, "utf-8")
    return new


def load_redirects(root: Path) -> dict[str, Redirect]:
    """Read where moved addresses lead now: pages or places on them, below the language.

    Args:
        root: the project.

    Raises:
        BadInput: an entry that is none, or that leads to another entry.
    """
    path = root / REDIRECTS
    if not path.is_file():
        return {}
    reader = _Redirects(read(path, REDIRECTS))
    found = reader.redirects()
    reader.finish()
    return found


class _Redirects(StrictReader):
    def redirects(self) -> dict[str, Redirect]:
        listed = self.mapping(self.file.data, ())
        found: dict[str, Redirect] = {}
        for old, new in listed.items():
            for address in (old, new):
                if not isinstance(address, str) or not _is_address(address):
                    self.problem(
                        (old,),
                        f"'{address}' is not a page or a place on one: network/ipv6/ or network/ipv6/#id",
                    )
            if "#" not in str(old) and "#" in str(new):
                self.problem((old,), "a page leads to a page: the reader's own #fragment is kept")
            if new in listed:
                self.problem((old,), f"leads to '{new}', which moved too: lead to '{listed[new]}'")
            found[str(old)] = Redirect(str(new), self.file.line((old,)))
        return found


def _is_address(text: str) -> bool:
    page, place = urldefrag(text)
    return (page == "" or page.endswith("/")) and not page.startswith("/") and text.count("#") == bool(place)


def broken(
    released: Mapping[str, int], redirects: Mapping[str, Redirect], site: Mapping[str, Addresses]
) -> list[Problem]:
    """Released addresses that a site has no longer, and redirects that lead nowhere, each with the mend.

    Args:
        released: as read.
        redirects: as read.
        site: the built site, by language.
    """
    problems = []
    for language, addresses in site.items():
        problems += _gone(language, addresses, released, redirects)
        problems += _leading_nowhere(language, addresses, redirects)
    return problems


def _gone(
    language: str, site: Addresses, released: Mapping[str, int], redirects: Mapping[str, Redirect]
) -> Iterator[Problem]:
    places, files = {page: set(found) for page, found in site.places.items()}, set(site.files)
    for address, line in released.items():
        page, place = urldefrag(address)
        moved_to = redirects[page].to if page in redirects else page
        mend = ""
        if address.startswith("/"):
            if address not in files:
                mend = "restore the file"
        elif address in redirects:
            pass
        elif moved_to not in places:
            mend = f"restore the page, or say where it is now in {REDIRECTS}, as '{page}: NEW/PAGE/'"
        elif place and place not in places[moved_to]:
            mend = (
                f"restore the id, or say where it is now in {REDIRECTS}, as '{address}: {moved_to}#NEW-ID'"
                f"{near(place, sorted(places[moved_to]))}"
            )
        if mend:
            named = address if address.startswith("/") else f"{language}/{address}"
            yield Problem(RELEASED, line, f"{named} was released and is gone: {mend}")


def _leading_nowhere(language: str, site: Addresses, redirects: Mapping[str, Redirect]) -> Iterator[Problem]:
    for old, redirect in redirects.items():
        page, place = urldefrag(redirect.to)
        if page not in site.places or (place and place not in site.places[page]):
            problem = f"'{old}' leads to '{redirect.to}', which docs/{language} does not have"
            yield Problem(REDIRECTS, redirect.line, problem)
        if "#" not in old and old in site.places:
            yield Problem(
                REDIRECTS, redirect.line, f"'{old}' is still a page of docs/{language}: take one away"
            )
