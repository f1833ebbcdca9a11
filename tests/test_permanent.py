"""An address that was released goes on working, or the build says how it would."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser

import release
import small_site
from conftest import ROOT, build_site
from lambda_vpc.guide import permanent, releases
from lambda_vpc.guide.spec import load
from lambda_vpc.reading import BadInput
from tour import served, visitor

HOOKS = (*small_site.WITHOUT_DATA, "moved")
TODAY = "2026-11-27"
WHY = {"en": "The port was wrong.", "ja": "ポートが間違っていました。"}
PAGE = "# Page {#page}\n\n## Why {#why}\n\nText.\n\n## How {#how}\n\nText.\n"


def write(root: Path, path: str, text: str) -> None:
    for language in permanent.LANGUAGES:
        page = root / "docs" / language / path
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(text, "utf-8")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project of two pages and a snippet, all released."""
    root = tmp_path / "project"
    small_site.write(root, nav=("index.md", "old.md"), hooks=HOOKS)
    write(root, "old.md", PAGE)
    site = tmp_path / "first"
    assert build_site(site, root=root).returncode == 0
    assert permanent.release(root, permanent.of_site(site), TODAY)
    return root


def build(root: Path) -> str:
    """What a strict build says."""
    done = build_site(root.parent / "site", root=root)
    assert (done.returncode != 0) == ("WARNING" in done.stderr), done.stderr
    return done.stderr


def renamed(root: Path, old: str, new: str) -> None:
    for language in permanent.LANGUAGES:
        (root / "docs" / language / old).rename(root / "docs" / language / new)
    config = root / "mkdocs.yml"
    config.write_text(config.read_text("utf-8").replace(f"- {old}", f"- {new}"), "utf-8")


# --- what was released is there ---------------------------------------------------------------------


def test_every_released_address_of_the_guide_works(site: Path) -> None:
    released, redirects = permanent.load_released(ROOT), permanent.load_redirects(ROOT)
    assert "network/internet-nat/" in released and "/snippets/network/nat-per-az.yaml" in released
    broken = permanent.broken(released, redirects, permanent.of_site(site))
    assert not broken, "\n".join(map(str, broken))


def test_what_is_released_in_one_release_closes_with_a_hash_that_a_second_builds_on(project: Path) -> None:
    first = (project / permanent.RELEASED).read_text("utf-8")
    write(project, "old.md", PAGE + "\n## More {#more}\n")
    build(project)
    assert permanent.release(project, permanent.of_site(project.parent / "site"), TODAY) == ["old/#more"]
    second = (project / permanent.RELEASED).read_text("utf-8")
    assert second.startswith(first) and "old/#more" in permanent.load_released(project)
    assert permanent.release(project, permanent.of_site(project.parent / "site"), TODAY) == []


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"; nothing\n", b"\n"])
def test_a_list_that_is_none_is_refused(project: Path, content: bytes) -> None:
    (project / permanent.RELEASED).write_bytes(content)
    with pytest.raises(BadInput, match=r"docs/released\.txt:\d+: .*take the file from the last commit"):
        permanent.load_released(project)


def test_every_pinned_version_is_among_the_released_addresses() -> None:
    released = permanent.load_released(ROOT)
    for history in releases.load(ROOT / "snippets").values():
        for version in history.versions:
            assert f"/{version.pinned}" in released, f"{permanent.RELEASED} ends before {version.pinned}"


@pytest.mark.parametrize("change", ["line", "end", "order"])
def test_a_list_that_was_changed_is_refused(project: Path, change: str) -> None:
    path = project / permanent.RELEASED
    lines = path.read_text("utf-8").splitlines()
    mutant = {
        "line": [line for line in lines if line != "old/#why"],
        "end": lines[:-1],
        "order": [*lines[:3], lines[4], lines[3], *lines[5:]],
    }[change]
    assert mutant != lines
    path.write_text("\n".join(mutant) + "\n", "utf-8")
    with pytest.raises(BadInput, match=r"docs/released\.txt:\d+: .*take the file from the last commit"):
        permanent.load_released(project)
    assert "take the file from the last commit" in build_site(project.parent / "site", root=project).stderr


# --- what breaks says how to mend it ----------------------------------------------------------------


def test_a_renamed_heading_fails_until_its_address_leads_on(project: Path) -> None:
    assert "WARNING" not in build(project)
    write(project, "old.md", PAGE.replace("{#why}", "{#reasons}"))
    said = build(project)
    assert "ja/old/#why was released and is gone: restore the id" in said
    assert "docs/redirects.yaml, as 'old/#why: old/#NEW-ID'" in said
    (project / permanent.REDIRECTS).write_text("old/#why: old/#reasons\n", "utf-8")
    assert "WARNING" not in build(project)
    html = (project.parent / "site/en/old/index.html").read_text("utf-8")
    assert html.index('id="why"') < html.index('id="reasons"') < html.index('id="how"')


def test_a_moved_page_fails_until_its_address_leads_on(project: Path) -> None:
    renamed(project, "old.md", "new.md")
    said = build(project)
    assert "en/old/ was released and is gone: restore the page" in said
    assert "as 'old/: NEW/PAGE/'" in said
    (project / permanent.REDIRECTS).write_text("old/: new/\n", "utf-8")
    assert "WARNING" not in build(project)
    write(project, "new.md", PAGE.replace("{#how}", "{#ways}"))
    assert "as 'old/#how: new/#NEW-ID'" in build(project)


def test_a_file_that_is_gone_fails(project: Path) -> None:
    path = project / permanent.RELEASED
    path.unlink()
    (project / "docs/theme/snippets").mkdir()
    (project / "docs/theme/snippets/a.yaml").write_text("a: 1\n", "utf-8")
    build(project)
    permanent.release(project, permanent.of_site(project.parent / "site"), TODAY)
    shutil.rmtree(project / "docs/theme/snippets")
    assert "/snippets/a.yaml was released and is gone: restore the file" in build(project)


@pytest.mark.parametrize(
    ("redirects", "message"),
    [
        (
            "gone/: nowhere/",
            "docs/redirects.yaml:1: 'gone/' leads to 'nowhere/', which docs/ja does not have",
        ),
        (
            "gone/#a: old/#b",
            "docs/redirects.yaml:1: 'gone/#a' leads to 'old/#b', which docs/en does not have",
        ),
        ("\nold/: ''", "docs/redirects.yaml:2: 'old/' is still a page of docs/ja: take one away"),
        ("gone/: old", "docs/redirects.yaml:1: 'old' is not a page or a place on one"),
        ("/gone/: old/", "docs/redirects.yaml:1: '/gone/' is not a page or a place on one"),
        ("gone/: old/#why", "docs/redirects.yaml:1: a page leads to a page"),
        ("a/: b/\nb/: old/", "docs/redirects.yaml:1: leads to 'b/', which moved too: lead to 'old/'"),
        ("- a", "docs/redirects.yaml:1: expected a mapping"),
    ],
)
def test_a_redirect_that_cannot_work_is_named(project: Path, redirects: str, message: str) -> None:
    (project / permanent.REDIRECTS).write_text(f"{redirects}\n", "utf-8")
    done = build_site(project.parent / "site", root=project)
    assert done.returncode and message in done.stderr, done.stderr
    assert "Traceback" not in done.stderr


# --- in a browser -----------------------------------------------------------------------------------


@pytest.mark.parametrize("from_disk", [False, True])
def test_an_old_address_lands_right_in_a_browser(browser: Browser, project: Path, from_disk: bool) -> None:
    write(project, "other.md", "# Other {#other}\n\n## Because {#because}\n" + "\nText.\n" * 99)
    write(project, "index.md", "# Home {#home}\n\nThe rest.\n")
    config = project / "mkdocs.yml"
    config.write_text(config.read_text("utf-8").replace("- old.md", "- new.md\n  - other.md"), "utf-8")
    renamed(project, "old.md", "new.md")
    write(project, "new.md", PAGE.replace("## How {#how}", "## Ways {#ways}") + "\nText.\n" * 99)
    (project / permanent.REDIRECTS).write_text(
        "old/: new/\nold/#how: new/#ways\nold/#why: other/#because\nnew/#gone: other/#because\n"
        "new/#was: new/#ways\n",
        "utf-8",
    )
    assert "WARNING" not in build(project)
    site = project.parent / "site"
    file = "index.html" if from_disk else ""
    with served(site) as root, visitor(browser) as page:
        errors: list[str] = []
        page.on("console", lambda message: message.type == "error" and errors.append(message.text))
        start = f"{site.as_uri()}/" if from_disk else root
        for old, new in {
            "old/": "new/",
            "old/#page": "new/#page",
            "old/#how": "new/#ways",
            "old/#why": "other/#because",
            "new/#gone": "other/#because",
            "new/#was": "new/#was",
        }.items():
            for language in permanent.LANGUAGES:
                asked, landed = (f"{start}{language}/{one.replace('/', f'/{file}', 1)}" for one in (old, new))
                page.goto("about:blank")
                page.goto(asked)
                page.wait_for_url(landed)
                if "#" in new:
                    id_ = new.partition("#")[2]
                    assert page.evaluate("id => document.getElementById(id) !== null", id_)
        if not from_disk:  # a server may be asked with a query, too
            page.goto(f"{start}en/old/?pin=0123456789abcdef#how")
            page.wait_for_url(f"{start}en/new/?pin=0123456789abcdef#ways")
        assert not errors


ROWS = "".join(f'<tr id="row-{n}"><td>\n{n}</td></tr>' for n in range(60))
ITEMS = "".join(f'<li id="item-{n}">{n}</li>' for n in range(60))
FOLDED = '<details id="folded"><summary>More</summary><p>Text.</p></details>'


def test_an_old_id_of_a_row_an_item_or_what_is_folded_lands_where_the_new_one_does(
    browser: Browser, project: Path
) -> None:
    table = f"<table><tbody>{ROWS}</tbody></table><ul>{ITEMS}</ul>"
    write(project, "old.md", f"{PAGE}\n{table}{FOLDED}\n" + "\nText.\n" * 99)
    places = {"row": "row-30", "item": "item-30", "fold": "folded"}
    (project / permanent.REDIRECTS).write_text(
        "".join(f"old/#{old}: old/#{new}\n" for old, new in places.items()), "utf-8"
    )
    assert "WARNING" not in build(project)
    with served(project.parent / "site") as root, visitor(browser) as page:
        for old, new in places.items():
            seen = []
            for place in (old, new):
                page.goto("about:blank")
                page.goto(f"{root}en/old/#{place}")
                seen.append(
                    page.evaluate("id => document.getElementById(id).getBoundingClientRect().top", new)
                )
            assert abs(seen[0] - seen[1]) < 20, f"#{old} and #{new}: {seen}"
            assert new != "folded" or page.evaluate("document.getElementById('folded').open")


def test_without_scripts_an_old_address_leads_on(browser: Browser, project: Path) -> None:
    renamed(project, "old.md", "new.md")
    (project / permanent.REDIRECTS).write_text("old/: new/\n", "utf-8")
    assert "WARNING" not in build(project)
    with served(project.parent / "site") as root, visitor(browser, java_script_enabled=False) as page:
        page.goto(f"{root}ja/old/")
        page.wait_for_url(f"{root}ja/new/")


# --- the command ------------------------------------------------------------------------------------


@pytest.fixture
def snippets(tmp_path: Path) -> Path:
    """A project with one snippet, not released yet."""
    folder = tmp_path / "snippets/permissions"
    folder.mkdir(parents=True)
    for file in ("trust-policy.json", "trust-policy.spec.yaml"):
        shutil.copy(ROOT / "snippets/permissions" / file, folder)
    shutil.copytree(ROOT / "snippets/permissions/trust-policy.wrong", folder / "trust-policy.wrong")
    return tmp_path


NAME = "permissions/trust-policy"


def changed(root: Path) -> None:
    path = root / "snippets" / f"{NAME}.json"
    path.write_text(path.read_text("utf-8").rstrip("\n") + "\n\n", "utf-8")


def test_a_new_snippet_is_pinned_byte_for_byte(snippets: Path) -> None:
    assert release.release(snippets, {}, TODAY) == [NAME]
    (version,) = releases.load(snippets / "snippets")[NAME].versions
    assert (snippets / version.pinned).read_bytes() == (snippets / f"snippets/{NAME}.json").read_bytes()
    assert version.pinned == f"snippets/sha256/{version.sha256[:16]}/trust-policy.json"
    assert release.release(snippets, {}, TODAY) == []


def test_a_changed_snippet_is_released_with_the_reason_only(snippets: Path) -> None:
    release.release(snippets, {}, TODAY)
    changed(snippets)
    with pytest.raises(
        release.ReleaseError, match=f"snippets/{NAME}: changed since its release; say why: python"
    ):
        release.release(snippets, {}, TODAY)
    assert release.release(snippets, {NAME: WHY}, TODAY) == [NAME]
    history = releases.load(snippets / "snippets")[NAME]
    assert [version.why for version in history.versions] == [release.FIRST, WHY]
    assert history.current(load(snippets / "snippets")[NAME]) == history.latest
    first = history.versions[0]
    assert history.of(first.digits) == first and (snippets / first.pinned).is_file()


def test_the_command_says_what_it_needs(snippets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    release.release(snippets, {}, TODAY)
    why = ["--en", "x", "--ja", "x"]
    assert release.main([NAME, *why], snippets) == 1
    assert "has not changed since its release" in capsys.readouterr().err
    assert release.main(["permissions/trust-polcy", *why], snippets) == 1
    assert f"did you mean '{NAME}'?" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        release.main([NAME, "--en", "x"], snippets)
    assert "needed in both languages" in capsys.readouterr().err
    assert release.main(["--withdraw", "0123", *why], snippets) == 1
    assert "no released version has the digits '0123'" in capsys.readouterr().err


def test_bytes_that_were_released_before_are_no_new_version(snippets: Path) -> None:
    original = (snippets / f"snippets/{NAME}.json").read_text("utf-8")
    release.release(snippets, {}, TODAY)
    changed(snippets)
    release.release(snippets, {NAME: WHY}, TODAY)
    (snippets / f"snippets/{NAME}.json").write_text(original, "utf-8")
    with pytest.raises(release.ReleaseError, match="released before"):
        release.release(snippets, {NAME: WHY}, TODAY)


def test_a_version_is_withdrawn_once_with_the_reason(snippets: Path) -> None:
    release.release(snippets, {}, TODAY)
    version = releases.load(snippets / "snippets")[NAME].latest
    release.withdraw(snippets, version.digits, WHY, TODAY)
    withdrawn = releases.load(snippets / "snippets")[NAME].latest.withdrawn
    assert withdrawn.why == WHY and withdrawn.on.isoformat() == TODAY
    with pytest.raises(release.ReleaseError, match="withdrawn already"):
        release.withdraw(snippets, version.digits, WHY, TODAY)


def test_a_snippet_that_has_a_successor_stays(snippets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = "permissions/other"
    for file in (snippets / "snippets/permissions").iterdir():
        to = file.with_name(file.name.replace("trust-policy", "new-policy"))
        (shutil.copytree if file.is_dir() else shutil.copy)(file, to)
    release.release(snippets, {}, TODAY)
    new = "permissions/new-policy"
    release.supersede(snippets, NAME, new, WHY, TODAY)
    found = releases.load(snippets / "snippets")[NAME]
    assert (found.superseded.by, found.superseded.on.isoformat(), found.superseded.why) == (new, TODAY, WHY)
    assert found.latest and (snippets / found.latest.pinned).is_file()
    with pytest.raises(release.ReleaseError, match="permissions/other: is not released"):
        release.supersede(snippets, NAME, other, WHY, TODAY)
    with pytest.raises(BadInput, match=r"releases\.yaml:\d+: leads to 'permissions/trust-policy', which "):
        release.supersede(snippets, new, NAME, WHY, TODAY)
    assert releases.load(snippets / "snippets")[new].superseded is None
    with pytest.raises(SystemExit):
        release.main(["--supersede", NAME, "--en", "x", "--ja", "x"], snippets)
    assert "go together" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "today", "message"),
    [
        ([NAME, "--en", " ", "--ja", "x"], TODAY, "needed in both languages"),
        (["--withdraw", "DIGITS", "--en", "x", "--ja", "\t"], TODAY, "needed in both languages"),
        (["--withdraw", "DIGITS", "--en", "x", "--ja", "x"], "2026-11-26", "is before the release"),
        ([NAME, "--en", "x", "--ja", "x"], "2026-11-26", "is before the version it follows"),
        (["--supersede", NAME, "--by", NAME, "--en", "x", "--ja", "x"], TODAY, "leads to itself"),
        ([NAME, "--en", "x", "--ja", "x"], TODAY, "the site cannot be built"),
    ],
)
def test_what_cannot_be_released_leaves_everything_as_it_was(
    snippets: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    today: str,
    message: str,
) -> None:
    release.release(snippets, {}, TODAY)
    digits = releases.load(snippets / "snippets")[NAME].latest.digits
    changed(snippets)
    before = contents(snippets)
    monkeypatch.setattr(release, "today", lambda: today)
    with contextlib.suppress(SystemExit):  # how wrong usage ends
        assert release.main([one.replace("DIGITS", digits) for one in arguments], snippets) == 1
    told = capsys.readouterr()
    assert message in told.err and "released" not in told.out
    assert contents(snippets) == before


def test_an_interrupted_release_leaves_everything_as_it_was(
    snippets: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(snippets)

    def interrupted(root: Path) -> Path:
        assert contents(root) != before
        raise KeyboardInterrupt

    monkeypatch.setattr(release, "built", interrupted)
    assert release.main([], snippets) == release.INTERRUPTED
    assert contents(snippets) == before and "nothing was released" in capsys.readouterr().err


def contents(root: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


# --- pinned bytes -----------------------------------------------------------------------------------


def test_pinned_bytes_are_the_ones_released(snippets: Path) -> None:
    release.release(snippets, {}, TODAY)
    path = snippets / releases.load(snippets / "snippets")[NAME].latest.pinned
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(BadInput, match=r"releases\.yaml:\d+: the bytes of snippets/sha256/.* restore them"):
        releases.load(snippets / "snippets")
    path.unlink()
    with pytest.raises(BadInput, match=r"is missing; restore it: it was released"):
        releases.load(snippets / "snippets")


def test_a_pinned_file_nobody_speaks_of_is_refused(snippets: Path) -> None:
    release.release(snippets, {}, TODAY)
    other = snippets / "snippets/sha256/0123456789abcdef/other.json"
    other.parent.mkdir()
    other.write_text("{}", "utf-8")
    with pytest.raises(BadInput, match=r"snippets/sha256/0123456789abcdef/other\.json:1: no version"):
        releases.load(snippets / "snippets")


def test_a_list_of_versions_that_is_gone_is_no_list_without_versions(snippets: Path) -> None:
    release.release(snippets, {}, TODAY)
    (snippets / "snippets/releases.yaml").unlink()
    with pytest.raises(BadInput, match=r"snippets/releases\.yaml:1: is missing, and .* restore it"):
        release.release(snippets, {}, TODAY)


def test_a_released_snippet_that_is_gone_is_named_with_the_mend(snippets: Path) -> None:
    release.release(snippets, {}, TODAY)
    histories = releases.load(snippets / "snippets")
    (problem,) = releases.gone(snippets / "snippets", histories, {})
    assert f"snippets/{NAME}.json was released and is linked: restore the file" in str(problem)
    assert not releases.gone(snippets / "snippets", histories, load(snippets / "snippets"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("why:", "wy:", "unknown key 'wy' (did you mean 'why'?)"),
        ("      ja: 最初のリリースです。\n", "", "'ja' is missing; add it"),
        ("'2026-11-27'", "soon", "must be a day as 2026-01-31"),
        ("trust-policy.json\n", "other.json\n", "must be trust-policy with its ending"),
        ("versions:", "versions: []\n  x:", "has no version"),
    ],
)
def test_a_list_of_versions_that_cannot_be_used_is_named(
    snippets: Path, old: str, new: str, message: str
) -> None:
    release.release(snippets, {}, TODAY)
    path = snippets / "snippets" / releases.FILE
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(BadInput) as refused:
        releases.load(snippets / "snippets")
    assert message in str(refused.value) and "snippets/releases.yaml:" in str(refused.value)
