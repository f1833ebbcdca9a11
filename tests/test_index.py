"""Programs and feed readers learn everything about the snippets from files whose form is promised."""

from __future__ import annotations

import copy
import hashlib
import json
import re
import shlex
import shutil
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urljoin

import pytest
from jsonschema import Draft202012Validator

import pages
import release
from conftest import ROOT, SITE_URL
from lambda_vpc.__main__ import main
from lambda_vpc.checking import data
from lambda_vpc.guide import addresses, releases
from lambda_vpc.guide import index as guide_index
from lambda_vpc.guide.changes import changes
from lambda_vpc.guide.key_paths import resolve
from lambda_vpc.guide.languages import LANGUAGES
from lambda_vpc.guide.releases import History, Superseded, Version, Withdrawal
from lambda_vpc.guide.snippet import Snippet
from lambda_vpc.guide.spec import load
from lambda_vpc.links import ANSWERS

sys.path.append(str(ROOT / "docs" / "hooks"))

import index as hook
from plain_markdown import Node, read

SNIPPETS = load(ROOT / "snippets")
HISTORIES = releases.load(ROOT / "snippets")
SCHEMA = json.loads(guide_index.SCHEMA.read_text("utf-8"))
ATOM = "{http://www.w3.org/2005/Atom}"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
NAT = "network/nat-per-az"


def sample() -> dict:
    """An index of a few snippets, among them one of every kind of history."""
    names = [NAT, "condition-keys/deployer", "network/nat-shared"]
    versions = (a_version("a" * 64, withdrawn=Withdrawal(date(2026, 2, 1), text("Dangerous."))),)
    current = a_version(releases.sha256(SNIPPETS[NAT]), on=date(2026, 3, 1))
    found = {name: SNIPPETS[name] for name in names}
    histories = {
        NAT: History(NAT, (*versions, current), Superseded(names[2], date(2026, 3, 2), text("Better."))),
        names[1]: HISTORIES[names[1]],
    }
    return guide_index.index(SITE_URL, found, dict.fromkeys(names, ()), histories)


def text(words: str) -> dict[str, str]:
    return {"ja": f"{words} (ja)", "en": words}


def a_version(sha256: str, on: date = date(2026, 1, 1), **more: object) -> Version:
    return Version(NAT, "nat-per-az.yaml", sha256, on, text("Because."), **more)


def errors(index: object) -> list[str]:
    """What breaks the published form."""
    return [
        f"{error.json_path}: {error.message}"
        for error in Draft202012Validator(SCHEMA).iter_errors(json.loads(json.dumps(index)))
    ]


# --- the index ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def index(site: Path) -> dict:
    """As it is published."""
    return json.loads((site / addresses.INDEX).read_text("utf-8"))


def test_the_index_has_the_form_that_is_published_beside_it(site: Path, index: dict) -> None:
    assert json.loads((site / addresses.INDEX_SCHEMA).read_text("utf-8")) == SCHEMA
    assert index["$schema"] == SITE_URL + addresses.INDEX_SCHEMA
    assert not errors(index)
    answers = json.loads((site / addresses.ANSWERS_SCHEMA).read_text("utf-8"))
    assert answers == json.loads(data.SCHEMA.read_text("utf-8"))


def test_the_schema_is_one_and_says_of_each_key_what_it_means() -> None:
    Draft202012Validator.check_schema(SCHEMA)

    def objects(part: object) -> list[dict]:
        inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
        own = [part] if isinstance(part, dict) and part.get("type") == "object" else []
        return own + [found for value in inner for found in objects(value)]

    found = objects(SCHEMA)
    assert len(found) > 5
    for one in found:
        assert one["additionalProperties"] is False
        assert set(one["required"]) == set(one["properties"]), "a key that may be missing is no promise"
    snippet = SCHEMA["$defs"]["snippet"]["properties"]
    unsaid = [name for name, one in snippet.items() if "description" not in _resolved(one)]
    assert not unsaid, f"describe {unsaid} in {guide_index.SCHEMA.name}"


def _resolved(one: dict) -> dict:
    return SCHEMA["$defs"][one["$ref"].rpartition("/")[2]] | one if "$ref" in one else one


def test_every_kind_of_history_has_the_form() -> None:
    found = sample()
    assert not errors(found)
    nat, shared = (one for one in found["snippets"] if one["name"] in (NAT, "network/nat-shared"))
    assert (shared["released"], shared["changed"], shared["addresses"]["pinned"]) == (False, None, None)
    assert nat["superseded"] == {"by": "network/nat-shared", "date": "2026-03-02", "why": text("Better.")}
    assert (nat["released"], nat["changed"], nat["withdrawn"]) == (True, "2026-03-01", None)
    assert nat["versions"][0]["withdrawn"] == {"date": "2026-02-01", "why": text("Dangerous.")}
    assert [one["name"] for one in found["snippets"]] == sorted(one["name"] for one in found["snippets"])


BROKEN: dict[str, Callable[[dict], object]] = {
    "another version": lambda index: index.update(version=2),
    "a key nobody knows": lambda index: index.update(more=1),
    "a snippet's key nobody knows": lambda index: index["snippets"][0].update(more=1),
    "no site": lambda index: index.pop("site"),
    "a snippet without cases": lambda index: index["snippets"][0].pop("cases"),
    "a title in one language": lambda index: index["snippets"][0]["title"].pop("ja"),
    "an empty title": lambda index: index["snippets"][0]["title"].update(ja=""),
    "a hash in capitals": lambda index: index["snippets"][0].update(sha256="A" * 64),
    "a date that is none": lambda index: index["snippets"][0].update(changed="yesterday"),
    "a kind nobody knows": lambda index: index["snippets"][0].update(kind="script"),
    "an address that is a path": lambda index: index["snippets"][0]["addresses"].update(raw="/x"),
    "a version without reason": lambda index: index["snippets"][0]["versions"][0].pop("why"),
    "a pinned address that is not": lambda index: index["snippets"][0]["versions"][0].update(
        pinned="https://example.com/x.json"),
    "withdrawn without reason": lambda index: index["snippets"][0].update(withdrawn={"date": "2026-01-01"}),
    "superseded by nothing": lambda index: index["snippets"][0].update(superseded={"why": text("x")}),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_an_index_of_another_form_is_found(name: str) -> None:
    changed = copy.deepcopy(sample())
    BROKEN[name](changed)
    assert errors(changed)


def test_the_index_lists_every_snippet_with_what_is_served(site: Path, index: dict) -> None:
    assert [one["name"] for one in index["snippets"]] == sorted(SNIPPETS)
    for one in index["snippets"]:
        snippet = SNIPPETS[one["name"]]
        raw = (site / one["addresses"]["raw"].removeprefix(SITE_URL)).read_bytes()
        assert hashlib.sha256(raw).hexdigest() == one["sha256"], one["name"]
        assert one["cases"] == {"passed": len(snippet.cases), "all": len(snippet.cases)}
        for version in one["versions"]:
            pinned = (site / version["pinned"].removeprefix(SITE_URL)).read_bytes()
            assert hashlib.sha256(pinned).hexdigest() == version["sha256"], version
        if one["released"]:
            assert one["addresses"]["pinned"] in [version["pinned"] for version in one["versions"]]
        for form in ("page", "embed"):
            for language, address in one["addresses"][form].items():
                page = (site / address.removeprefix(SITE_URL) / "index.html").read_text("utf-8")
                assert f'lang="{language}"' in page


# --- what can be linked to ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def places(site: Path) -> dict:
    """As they are published."""
    return json.loads((site / addresses.PLACES).read_text("utf-8"))


def linkable(node: Node) -> list[str]:
    """The ids on an element and those below, in order; those of pictures left out."""
    if node.tag == "svg":
        return []
    own = [node.attributes["id"]] if "id" in node.attributes else []
    inner = [id_ for child in node.children if isinstance(child, Node) for id_ in linkable(child)]
    return [id_ for id_ in (*own, *inner) if not id_.startswith("__")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_listed_with_every_place_on_it(site: Path, places: dict, language: str) -> None:
    found = {}
    for path in sorted((site / language).rglob("index.html")):
        article = re.search(r"<article\b.*</article>", path.read_text("utf-8"), re.DOTALL)
        where = path.parent.relative_to(site / language).as_posix()
        found["" if where == "." else f"{where}/"] = list(dict.fromkeys(linkable(read(article[0]))))
    # Both languages have the same places, so that one list is enough.
    assert {page: set(ids) for page, ids in places["pages"].items()} == {
        page: set(ids) for page, ids in found.items()
    }
    assert "per-az" in found["network/internet-nat/"]
    assert list(places["pages"]) == sorted(places["pages"])


def test_files_to_link_to_are_listed(site: Path, places: dict) -> None:
    assert places["files"] == sorted(set(places["files"]))
    assert {"llms.txt", "sitemap.xml", addresses.INDEX, addresses.PLACES} <= set(places["files"])
    assert {addresses.feed(), *map(addresses.feed, LANGUAGES)} <= set(places["files"])
    assert not [path for path in places["files"] if not (site / path).is_file()]
    assert not [path for path in places["files"] if path.endswith((".html", "/index.md"))]


def test_a_place_that_one_language_lacks_is_not_promised() -> None:
    found = guide_index.places(
        {"ja": {"b/": ["x", "y", "x"], "a/": []}, "en": {"b/": ["y", "z"]}}, {"f"}, {"old/": "new/"}
    )
    assert found == {"version": 1, "pages": {"b/": ["y"]}, "moved": {"old/": "new/"}, "files": ["f"]}


def test_addresses_that_moved_are_listed_with_where_they_lead(tmp_path: Path) -> None:
    site = tmp_path / "site"
    (site / "snippets").mkdir(parents=True)
    (site / "llms.txt").touch()
    (site / addresses.INDEX).write_text(json.dumps(sample()), "utf-8")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "redirects.yaml").write_text("old/#a: new/#b\nolder/: new/\n", "utf-8")
    config = SimpleNamespace(site_dir=str(site), config_file_path=str(tmp_path / "mkdocs.yml"))
    hook.on_files([], config)
    hook.on_post_build(config)
    found = json.loads((site / addresses.PLACES).read_text("utf-8"))
    assert found["moved"] == {"old/#a": "new/#b", "older/": "new/"}
    assert found["files"] == ["llms.txt", addresses.PLACES, addresses.INDEX]


def test_every_link_that_the_guide_itself_gives_out_is_fine(capsys, site: Path) -> None:
    files = sorted(map(str, [*site.rglob("index.md"), *site.rglob("*.xml"), site / "llms.txt"]))
    failing = ",".join(set(ANSWERS) - {"current", "pinned"})
    code = main(["links", *files, "--index", str(site), "--fail-on", failing, "--json"])
    told = json.loads(capsys.readouterr().out)
    wrong = [link for link in told["links"] if link["answer"] not in ("current", "pinned")]
    assert (code, wrong[:5]) == (0, [])
    assert told["counts"]["current"] > 5_000


# --- feeds --------------------------------------------------------------------------------------

FEEDS = {addresses.feed(): LANGUAGES} | {addresses.feed(language): (language,) for language in LANGUAGES}


def check_feed(written: str, address: str, languages: tuple[str, ...]) -> ET.Element:
    """The feed, once it was held against what RFC 4287 demands."""
    root = ET.fromstring(written)
    assert root.tag == f"{ATOM}feed"
    assert root.get(XML_LANG) == (languages[0] if len(languages) == 1 else None)
    entries = root.findall(f"{ATOM}entry")
    for one in (root, *entries):
        for name in ("id", "title", "updated"):
            (found,) = one.findall(f"{ATOM}{name}")
            assert (found.text or "").strip(), f"{address}: <{name}> is empty"
        assert re.fullmatch(r"https?://[!-~]+", one.findtext(f"{ATOM}id"))
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", one.findtext(f"{ATOM}updated"))
        alternates = [link for link in one.findall(f"{ATOM}link") if link.get("rel") == "alternate"]
        assert [link.get("hreflang") for link in alternates] == list(languages)
    assert root.findtext(f"{ATOM}author/{ATOM}name")
    assert [link.get("href") for link in root.findall(f"{ATOM}link") if link.get("rel") == "self"] == [
        address
    ]
    assert all(len(entry.findall(f"{ATOM}summary")) == 1 for entry in entries)
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(set(ids)) == len(ids), "two entries have one id"
    days = [entry.findtext(f"{ATOM}updated") for entry in entries]
    assert days == sorted(days, reverse=True), "the newest comes first"
    assert root.findtext(f"{ATOM}updated") == max([*days, "1970-01-01T00:00:00Z"])
    return root


@pytest.mark.parametrize("path", FEEDS)
def test_a_feed_is_atom_and_tells_every_release(site: Path, path: str) -> None:
    root = check_feed((site / path).read_text("utf-8"), SITE_URL + path, FEEDS[path])
    assert len(root.findall(f"{ATOM}entry")) == len(changes(HISTORIES.values())) > 50


def test_no_two_feeds_share_an_id(site: Path) -> None:
    ids = [one.text for path in FEEDS for one in ET.parse(site / path).getroot().iter(f"{ATOM}id")]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_and_the_pages_of_snippets_name_their_feed(site: Path, language: str) -> None:
    naming = {}
    for path in (site / language).rglob("index.html"):
        for link in re.findall(r"<link [^>]*application/atom\+xml[^>]*>", path.read_text("utf-8")):
            here = f"{SITE_URL}{path.relative_to(site).parent.as_posix()}/"
            assert 'rel="alternate "' in link and ' title="' in link
            naming[here.removeprefix(f"{SITE_URL}{language}/")] = urljoin(
                here, re.search('href="([^"]+)', link)[1]
            )
    assert set(naming.values()) == {SITE_URL + addresses.feed(language)}
    assert naming.keys() == {"snippets/", *(f"snippets/{name}/" for name in SNIPPETS)}


def a_feed(
    languages: tuple[str, ...], history: History, title: str = "NAT", site: str = SITE_URL
) -> ET.Element:
    """The feed of a site with one snippet's history."""
    known = SNIPPETS | {NAT: replace(SNIPPETS[NAT], title=text(title))}
    extra = {"languages": {language: {"site_name": f"Guide & <{language}>"} for language in LANGUAGES}}
    config = SimpleNamespace(site_url=site, extra=extra)
    written = hook.feed(languages, config, known, {NAT: history})
    address = site + addresses.feed(languages[0] if len(languages) == 1 else None)
    return check_feed(written, address, languages)


FIRST = a_version("a" * 64)
DANGEROUS = a_version(
    "b" * 64, date(2026, 2, 1), withdrawn=Withdrawal(date(2026, 2, 1), text("It opens ports."))
)
MENDED = a_version("c" * 64, date(2026, 2, 1))


def test_a_feed_tells_releases_withdrawals_and_successors_the_newest_first() -> None:
    history = History(
        NAT,
        (FIRST, DANGEROUS, MENDED),
        Superseded("network/nat-shared", date(2026, 2, 2), text("It is free.")),
    )
    entries = a_feed(("en",), history).findall(f"{ATOM}entry")
    page = f"{SITE_URL}en/snippets/{NAT}/"
    assert [
        (
            entry.findtext(f"{ATOM}title"),
            entry.find(f"{ATOM}link").get("href"),
            entry.findtext(f"{ATOM}updated")[:10],
        )
        for entry in entries
    ] == [
        ("NAT (superseded)", page, "2026-02-02"),
        ("NAT (withdrawn)", f"{page}?pin={'b' * 16}", "2026-02-01"),
        ("NAT (changed)", f"{page}#version-{'c' * 16}", "2026-02-01"),
        ("NAT (changed)", f"{page}#version-{'b' * 16}", "2026-02-01"),
        ("NAT (released)", f"{page}#version-{'a' * 16}", "2026-01-01"),
    ]
    assert entries[0].findtext(f"{ATOM}summary").startswith("It is free. Use instead: ")
    assert entries[1].findtext(f"{ATOM}summary") == "It opens ports."


def test_what_a_subscriber_has_read_keeps_its_id() -> None:
    before = a_feed(("en",), History(NAT, (FIRST,)))
    after = a_feed(("en",), History(NAT, (replace(FIRST, withdrawn=DANGEROUS.withdrawn), MENDED)))
    old, new = (
        {entry.findtext(f"{ATOM}id") for entry in feed.iter(f"{ATOM}entry")} for feed in (before, after)
    )
    assert old < new and len(new) == 3


def test_the_feed_of_both_languages_tells_each_reason_in_both() -> None:
    (entry,) = a_feed(LANGUAGES, History(NAT, (FIRST,))).findall(f"{ATOM}entry")
    said = {one.get(XML_LANG): one.text for one in entry.iter("{http://www.w3.org/1999/xhtml}p")}
    assert said == {"ja": "Because. (ja)", "en": "Because."}


def test_a_feed_without_entries_is_atom_too() -> None:
    assert not a_feed(("ja",), History(NAT)).findall(f"{ATOM}entry")


HOSTILE = "</title><script>alert(1)</script> & \" ' ]]> <!-- \u202e RTL \x00\x08\ud800\uffff {{ 7*7 }} 関数"


@pytest.mark.parametrize("languages", [*((one,) for one in LANGUAGES), LANGUAGES])
def test_hostile_contents_are_text_in_a_feed(languages: tuple[str, ...]) -> None:
    why = dict.fromkeys(LANGUAGES, HOSTILE)
    history = History(NAT, (replace(FIRST, why=why, withdrawn=Withdrawal(date(2026, 1, 2), why)),))
    root = a_feed(languages, history, HOSTILE)
    shown = re.sub("[\x00\x08\ud800\uffff]", "\N{REPLACEMENT CHARACTER}", HOSTILE)
    elements = {one.tag.rpartition("}")[2] for one in root.iter()}
    assert "script" not in elements
    for entry in root.iter(f"{ATOM}entry"):
        assert shown in entry.findtext(f"{ATOM}title")
        assert "".join(entry.find(f"{ATOM}summary").itertext()).strip().startswith(shown)


# --- a change, from its release to who links to it ----------------------------------------------


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The guide's snippets, to be changed."""
    shutil.copytree(ROOT / "snippets", tmp_path / "snippets", ignore=shutil.ignore_patterns("python"))
    return tmp_path


def published(project: Path) -> tuple[dict[str, Snippet], dict[str, History], dict]:
    """Snippets, histories and index of a project; the index is written where the command finds it."""
    snippets, histories = load(project / "snippets"), releases.load(project / "snippets")
    data = guide_index.index(SITE_URL, snippets, dict.fromkeys(snippets, ()), histories)
    (project / "site" / "snippets").mkdir(parents=True, exist_ok=True)
    (project / "site" / addresses.INDEX).write_text(json.dumps(data), "utf-8")
    return snippets, histories, {one["name"]: one for one in data["snippets"]}


def test_a_change_that_is_released_outdates_the_links_to_the_version_before(capsys, project: Path) -> None:
    wiki = project / "wiki.md"
    before = published(project)[2][NAT]
    digits = before["versions"][-1]["digits"]
    pinned, page = before["addresses"]["pinned"], f"{before['addresses']['page']['ja']}?pin={digits}"
    wiki.write_text(f"{pinned}\n{page}\n{before['addresses']['raw']}\n", "utf-8")

    def answers(*more: str) -> tuple[int, list[dict]]:
        code = main(["links", str(wiki), "--index", str(project / "site"), "--json", *more])
        return code, json.loads(capsys.readouterr().out)["links"]

    code, told = answers()
    assert (code, [one["answer"] for one in told]) == (0, ["pinned", "pinned", "current"])

    file = project / "snippets" / f"{NAT}.yaml"
    file.write_text(file.read_text("utf-8") + "# Changed.\n", "utf-8")
    draft = published(project)[2][NAT]
    assert (draft["released"], draft["addresses"]["pinned"]) == (False, None)
    assert answers()[0] == 0, "a change that is not released outdates nothing"

    release.release(
        project, {NAT: {"en": "A comment says more.", "ja": "コメントを足しました。"}}, "2030-01-02"
    )
    _, histories, after = published(project)
    assert after[NAT]["changed"] == "2030-01-02"
    assert [one["pinned"] for one in after[NAT]["versions"]] == [pinned, after[NAT]["addresses"]["pinned"]]
    code, told = answers()
    assert (code, [one["answer"] for one in told]) == (1, ["outdated", "outdated", "current"])
    assert told[0]["sentence"] == "changed on 2030-01-02: A comment says more"
    assert told[0]["instead"] == after[NAT]["addresses"]["pinned"]
    assert answers("--lang", "ja")[1][1]["sentence"] == "changed on 2030-01-02: コメントを足しました"
    assert changes(histories.values())[0].why["en"] == "A comment says more."

    release.withdraw(project, digits, {"en": "It leaks.", "ja": "漏れます。"}, "2030-01-03")
    histories = published(project)[1]
    code, told = answers("--fail-on", "withdrawn")
    assert (code, [one["answer"] for one in told]) == (1, ["withdrawn", "withdrawn", "current"])
    assert told[0]["sentence"] == "withdrawn on 2030-01-03: It leaks"
    newest = changes(histories.values())[0]
    assert (newest.what, newest.on, newest.name) == ("withdrawn", date(2030, 1, 3), NAT)


# --- the page for those who link ----------------------------------------------------------------

EXAMPLE = re.compile(
    r"^```markdown\n(?P<file>.*?)^```$.*?^```console\n\$ (?P<command>.*?)\n```$.*?"
    r"^```text\n(?P<output>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_example_on_the_page_prints_what_it_says(
    capsys, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    shown = EXAMPLE.search((pages.DOCS / language / "linking.md").read_text("utf-8"))
    program, command, name, option, address = shlex.split(shown["command"])
    assert (program, command, option) == ("lambda-vpc", "links", "--index")
    monkeypatch.chdir(tmp_path)
    Path(name).write_text(shown["file"], "utf-8")
    # The site of the example is the one that is tested.
    assert main([command, name, "--index", str(site), "--site", address]) == 1
    assert capsys.readouterr().out == shown["output"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_names_addresses_that_exist(site: Path, language: str) -> None:
    written = (pages.DOCS / language / "linking.md").read_text("utf-8")
    digits = HISTORIES[NAT].latest.digits
    forms = re.findall(r"^\| .* \| `([a-z0-9/?=.-]+(?:DIGITS)?[^`]*)` \|$", written, re.MULTILINE)
    found = [form.replace("DIGITS", digits) for form in forms if NAT.partition("/")[2] in form]
    assert len(found) == 5
    snippet = SNIPPETS[NAT]
    assert set(found) == {
        addresses.page(addresses.snippet_page(NAT), language),
        addresses.page(addresses.snippet_page(NAT), language) + addresses.pin(digits),
        snippet.raw,
        HISTORIES[NAT].latest.pinned,
        addresses.embed(NAT, language),
    }
    for answer in ANSWERS:
        assert f"| `{answer}` |" in written


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_tells_of_a_frame_what_it_does(language: str) -> None:
    written = (pages.DOCS / language / "linking.md").read_text("utf-8")
    address = re.search(r'<iframe src="https://docs\.example\.com/([^"]+)"', written)[1]
    assert address == addresses.embed(NAT, language)
    (part,) = re.findall(r"\?lines=([\w.]+)", written)
    assert resolve(SNIPPETS[NAT].source.data, part)
    (message,) = re.findall(rf'\{{type: ("[^"]+"), height: \d+, snippet: "{NAT}"\}}', written)
    script = (pages.DOCS / "theme" / "assets" / "embed" / "embed.js").read_text("utf-8")
    assert re.search(rf"\{{ type: {message}, height, snippet \}}", script)


def test_the_addresses_that_programs_ask_for_are_those_that_were_given_out() -> None:
    """Permanent: whoever reads one of these asks for it again and again."""
    assert addresses.INDEX == "snippets/index.json"
    assert addresses.INDEX_SCHEMA == "snippets/index.schema.json"
    assert addresses.ANSWERS_SCHEMA == "reference/checker.schema.json"
    assert addresses.PLACES == "snippets/addresses.json"
    assert addresses.feed() == "snippets/feed.xml"
    assert addresses.feed("ja") == "ja/snippets/feed.xml"
    assert addresses.page("snippets/index.md", "en") == "en/snippets/"
    assert addresses.page("network/ipv6.md", "en") == "en/network/ipv6/"
    assert addresses.pin("0123456789abcdef") == "?pin=0123456789abcdef"
