"""The list of changes is what was released, with the reasons, and up to date."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import changelog
import release
from conftest import ROOT
from lambda_vpc.guide import releases
from lambda_vpc.guide.releases import History, Superseded, Version, Withdrawal


def version(digit: str, day: int, why: str, withdrawn: Withdrawal | None = None) -> Version:
    text = {"en": f"{why}.", "ja": f"{why}です。"}
    return Version("network/one", "one.yaml", digit * 64, date(2026, 11, day), text, withdrawn)


def test_the_list_of_changes_is_up_to_date() -> None:
    written = (ROOT / changelog.FILE).read_text("utf-8")
    assert written == changelog.text(releases.load(ROOT / "snippets")), "run `python tests/changelog.py`"


def test_every_released_version_is_listed_with_its_day_and_reason() -> None:
    gone = Withdrawal(
        date(2026, 11, 20), {"en": "It let too much through,\nsee N30.", "ja": "通しすぎます。"}
    )
    histories = {
        "network/one": History(
            "network/one",
            (version("a", 1, "First", gone), version("b", 9, "A route was missing")),
            Superseded("network/two", date(2026, 11, 20), {"en": "Two is shorter.", "ja": "短いためです。"}),
        ),
        "network/two": History("network/two", (version("c", 9, "First"),)),
    }
    found = changelog.text(histories).removeprefix(changelog.HEADER)
    assert found == (
        "\n## 2026-11-20\n"
        "\n### Superseded\n\n- `network/one`, by `network/two`: Two is shorter. / 短いためです。\n"
        "\n### Withdrawn\n\n"
        "- `network/one`, version `aaaaaaaaaaaaaaaa`: It let too much through, see N30. / 通しすぎます。\n"
        "\n## 2026-11-09\n"
        "\n### Changed\n\n- `network/one`: A route was missing. / A route was missingです。\n"
        "\n### First released\n\n- `network/two`\n"
        "\n## 2026-11-01\n"
        "\n### First released\n\n- `network/one`\n"
    )


def test_a_release_brings_the_list_up_to_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "snippets").mkdir()
    (tmp_path / "docs").mkdir()
    monkeypatch.setattr(release, "built", lambda root: root)
    monkeypatch.setattr(release.permanent, "of_site", lambda site: {})
    monkeypatch.setattr(release.permanent, "release", lambda root, found, day: [])
    assert release.main([], tmp_path) == 0
    assert (tmp_path / changelog.FILE).read_text("utf-8") == changelog.HEADER
