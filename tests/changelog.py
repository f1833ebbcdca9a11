"""Writes docs/CHANGELOG.md from what was released: what changed in each snippet, the newest day first.

python tests/changelog.py

`python tests/release.py` does it at each release. The reasons are those in snippets/releases.yaml.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path

from lambda_vpc.guide import releases
from lambda_vpc.guide.changes import Change, changes
from lambda_vpc.reading import BadInput

ROOT = Path(__file__).parents[1]
FILE = Path("docs") / "CHANGELOG.md"
HEADER = """\
# Changes

<!-- Written by `python tests/release.py` from snippets/releases.yaml, not by hand. -->

What changed in the released snippets, and why, in English and Japanese. The site has the same on each
snippet's page and as a feed. Changes to pages, rules, and the checker are in `git log`.
"""

_TITLES = {
    "first": "First released",
    "changed": "Changed",
    "withdrawn": "Withdrawn",
    "superseded": "Superseded",
}


def text(histories: Mapping[str, releases.History]) -> str:
    """The whole file.

    Args:
        histories: what was released of each snippet.
    """
    parts = [HEADER]
    for day, of_day in groupby(changes(histories.values()), key=lambda change: change.on):
        parts.append(f"\n## {day.isoformat()}\n")
        found = list(of_day)
        for what in reversed(_TITLES):  # what a reader must act on comes first
            if some := [change for change in found if change.what == what]:
                parts.append(f"\n### {_TITLES[what]}\n\n" + "".join(map(_item, some)))
    return "".join(parts)


def _item(change: Change) -> str:
    """One line; a first release needs no reason, and a reason stands on one line."""
    named = f"- `{change.name}`"
    if change.what == "first":
        return f"{named}\n"
    if change.by:
        named += f", by `{change.by}`"
    elif change.what == "withdrawn":
        named += f", version `{change.version.digits}`"
    return f"{named}: {' / '.join(' '.join(change.why[language].split()) for language in ('en', 'ja'))}\n"


def write(root: Path) -> None:
    """Bring the file up to date.

    Args:
        root: the project.

    Raises:
        BadInput: the list of releases cannot be read.
    """
    file = root / FILE
    file.parent.mkdir(exist_ok=True)
    file.write_text(text(releases.load(root / "snippets")), "utf-8", newline="\n")


def main(root: Path = ROOT) -> int:
    """Run the command; 0 when the file is written."""
    try:
        write(root)
    except BadInput as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
