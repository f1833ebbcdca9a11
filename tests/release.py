"""Releases what changed: pins the bytes of snippets and records the addresses that pages have.

python tests/release.py                                   new snippets, and every new address of the site
python tests/release.py TOPIC/NAME --en WHY --ja WHY      a snippet that changed, and why, in both languages
python tests/release.py --withdraw DIGITS --en WHY --ja WHY
                                                          a released version that nobody may use any more
python tests/release.py --supersede TOPIC/NAME --by TOPIC/OTHER --en WHY --ja WHY
                                                          a snippet in whose place another is to be used

Released versions and addresses are only ever added, all that one call releases or nothing. Exit code 0:
released. 1: something needs you first; the message says what. 2: wrong usage. 130: interrupted.
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import yaml

import changelog
from lambda_vpc.guide import permanent, releases
from lambda_vpc.guide.languages import LANGUAGES
from lambda_vpc.guide.snippet import Snippet
from lambda_vpc.guide.spec import load
from lambda_vpc.reading import BadInput, suggestion

ROOT = Path(__file__).parents[1]
INTERRUPTED = 130
FIRST = {"en": "First release.", "ja": "最初のリリースです。"}
HEADER = """\
# Released versions of the snippets, the oldest first; their bytes stand under snippets/sha256/. Only ever
# added to: `python tests/release.py` does it. Links to each version stand in other people's wikis.
"""


class ReleaseError(ValueError):
    """What has to be done first; the message names the snippet or the file, and the mend."""


def changed(snippets: Mapping[str, Snippet], histories: Mapping[str, releases.History]) -> list[Snippet]:
    """Released snippets whose bytes are not those of their latest version."""
    return [
        snippet
        for name, snippet in snippets.items()
        if name in histories and histories[name].latest.sha256 != releases.sha256(snippet)
    ]


def release(root: Path, named: Mapping[str, Mapping[str, str]], today: str) -> list[str]:
    """Pin new snippets, and the changed ones for which a reason is given.

    Args:
        root: the project.
        named: why a snippet changed, in each language, by its name.
        today: ISO date.

    Returns:
        The names of the snippets that have a new version.

    Raises:
        ReleaseError: a changed snippet has no reason, or one has a reason that did not change.
        BadInput: snippets or releases cannot be read.
    """
    folder = root / "snippets"
    snippets, histories = load(folder), releases.load(folder)
    waiting = {snippet.name for snippet in changed(snippets, histories)}
    for name in named:
        if name not in waiting:
            raise ReleaseError(f"snippets/{name}: {_why_not(name, snippets, histories)}")
    if missing := sorted(waiting - named.keys()):
        raise ReleaseError(
            "\n".join(
                f"snippets/{name}: changed since its release; say why: "
                f"python tests/release.py {name} --en 'WHY' --ja 'なぜ'"
                for name in missing
            )
        )
    data = _data(folder)
    new = [snippet for name, snippet in snippets.items() if name not in histories or name in waiting]
    for snippet in new:
        digest = releases.sha256(snippet)
        if snippet.name in histories and histories[snippet.name].of(digest[: releases.DIGITS]):
            raise ReleaseError(
                f"snippets/{snippet.name}: these bytes were released before, and a version is listed once; "
                "change a comment to say what is different now"
            )
        file = Path(snippet.path).name
        version = {"file": file, "sha256": digest, "date": today, "why": dict(named.get(snippet.name, FIRST))}
        data.setdefault(snippet.name, {"versions": []})["versions"].append(version)
        pinned = root / releases.addresses.pinned(digest[: releases.DIGITS], file)
        pinned.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(snippet.folder / file, pinned)
    if new:
        _write(folder, data)
    return [snippet.name for snippet in new]


def _why_not(name: str, snippets: Mapping[str, Snippet], histories: Mapping[str, object]) -> str:
    if name not in snippets:
        return f"there is no such snippet{suggestion(name, list(snippets))}"
    return "has not changed since its release" if name in histories else "is new, so no reason is needed"


def withdraw(root: Path, digits: str, why: Mapping[str, str], today: str) -> None:
    """Mark a released version as withdrawn.

    Raises:
        ReleaseError: no version has these digits, or it is withdrawn already.
    """
    folder = root / "snippets"
    data = _data(folder)
    found = [
        version
        for entry in data.values()
        for version in entry["versions"]
        if version["sha256"][: releases.DIGITS] == digits
    ]
    if not found:
        raise ReleaseError(
            f"no released version has the digits '{digits}'; they are in snippets/{releases.FILE}"
        )
    if any("withdrawn" in version for version in found):
        raise ReleaseError(f"{digits} is withdrawn already")
    for version in found:
        version["withdrawn"] = {"date": today, "why": dict(why)}
    _write(folder, data)


def supersede(root: Path, name: str, by: str, why: Mapping[str, str], today: str) -> None:
    """Say that another snippet is to be used instead of a released one, which stays.

    Raises:
        ReleaseError: one of the two is not released.
    """
    folder = root / "snippets"
    data = _data(folder)
    for one in (name, by):
        if one not in data:
            raise ReleaseError(f"snippets/{one}: is not released{suggestion(one, list(data))}")
    data[name]["superseded"] = {"by": by, "date": today, "why": dict(why)}
    _write(folder, data)


def _data(folder: Path) -> dict:
    releases.load(folder)  # refuses what it cannot read
    file = folder / releases.FILE
    return yaml.safe_load(file.read_text("utf-8")) or {} if file.is_file() else {}


def _write(folder: Path, data: Mapping) -> None:
    text = yaml.safe_dump(dict(sorted(data.items())), sort_keys=False, allow_unicode=True, width=110)
    with everything_or_nothing(folder.parent):
        (folder / releases.FILE).write_text(HEADER + text, "utf-8")
        releases.load(folder)  # what it could not read again would stop every build


@contextlib.contextmanager
def everything_or_nothing(root: Path) -> Iterator[None]:
    """What ends early, by a mistake or by Ctrl+C, leaves the lists and the pins as they were."""
    lists = [root / "snippets" / releases.FILE, root / permanent.RELEASED, root / changelog.FILE]
    before = {path: path.read_bytes() if path.is_file() else None for path in lists}
    pins = root / "snippets" / releases.FOLDER
    pinned = set(pins.rglob("*"))
    try:
        yield
    except BaseException:
        for path, content in before.items():
            if content is not None:
                path.write_bytes(content)
            else:
                path.unlink(missing_ok=True)
        # A folder comes before what is in it, and is empty when its turn comes.
        for path in sorted(set(pins.rglob("*")) - pinned, reverse=True):
            if path.is_dir():
                path.rmdir()
            else:
                path.unlink()
        raise


def today() -> str:
    """As an ISO date, wherever the release is made."""
    return datetime.now(UTC).date().isoformat()


def built(root: Path) -> Path:
    """The site of today, built strictly: what is released must be right.

    Raises:
        ReleaseError: it cannot be built.
    """
    site = root / "site"
    command = [sys.executable, "-m", "mkdocs", "build", "--strict"]  # not -q: it hides warnings
    command += ["-f", str(root / "mkdocs.yml"), "-d", str(site)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if not line.startswith("INFO")]
        raise ReleaseError("\n".join(["the site cannot be built:", *said]))
    return site


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Run the command; 0 when everything was released."""
    parser = argparse.ArgumentParser(
        prog="python tests/release.py",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("snippets", nargs="*", metavar="TOPIC/NAME", help="that changed for this reason")
    parser.add_argument("--withdraw", metavar="DIGITS", help="the digits in a pinned address")
    parser.add_argument("--supersede", metavar="TOPIC/NAME", help="the snippet that has a successor")
    parser.add_argument("--by", metavar="TOPIC/OTHER", help="the successor")
    for language in LANGUAGES:
        parser.add_argument(f"--{language}", metavar="WHY", help="the reason in this language")
    asked = parser.parse_args(arguments)
    why = {language: (getattr(asked, language) or "").strip() for language in LANGUAGES}
    if (asked.snippets or asked.withdraw or asked.supersede) and not all(why.values()):
        parser.error("the reason is needed in both languages: --en WHY --ja WHY")
    if bool(asked.supersede) != bool(asked.by):
        parser.error("--supersede TOPIC/NAME and --by TOPIC/OTHER go together")
    day = today()
    done: list[str] = []
    try:
        with everything_or_nothing(root):
            if asked.withdraw:
                withdraw(root, asked.withdraw, why, day)
                done.append(f"withdrew {asked.withdraw}")
            if asked.supersede:
                supersede(root, asked.supersede, asked.by, why, day)
                done.append(f"superseded {asked.supersede} by {asked.by}")
            done += [f"released {one}" for one in release(root, dict.fromkeys(asked.snippets, why), day)]
            done += [
                f"released {one}" for one in permanent.release(root, permanent.of_site(built(root)), day)
            ]
            changelog.write(root)
    except (ReleaseError, BadInput) as error:
        print(f"{error}\nnothing was released", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted: nothing was released", file=sys.stderr)
        return INTERRUPTED
    print("\n".join(done or ["nothing is new"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
