"""`lambda-vpc links` finds each of the guide's links in a text and says what has become of it."""

from __future__ import annotations

import http.server
import io
import json
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_vpc.__main__ import main
from lambda_vpc.links import ANSWERS, Sites, find, guessed, published
from lambda_vpc.reading import MAX_BYTES

ROOT = "https://docs.example.com/guide/"
NAT, OLD, NEW = "network/nat-per-az", "0123456789abcdef", "fedcba9876543210"
BAD, SCP, SUCCESSOR = "00000000000000ff", "condition-keys/old-scp", "condition-keys/new-scp"


def text(words: str) -> dict[str, str]:
    return {"ja": f"{words} (ja)", "en": words}


def snippet(name: str, file: str, versions: list[dict], **more: object) -> dict:
    page = f"snippets/{name}/"
    return {
        "name": name,
        "addresses": {
            "raw": f"{ROOT}snippets/{name.partition('/')[0]}/{file}",
            "pinned": versions[-1]["pinned"] if versions else None,
            "page": {language: f"{ROOT}{language}/{page}" for language in ("ja", "en")},
            "embed": {language: f"{ROOT}embed/{language}/{name}/" for language in ("ja", "en")},
        },
        "superseded": None,
        "withdrawn": None,
        "versions": versions,
    } | more


def version(digits: str, file: str, date: str, why: str, withdrawn: Mapping | None = None) -> dict:
    return {
        "sha256": digits * 4,
        "digits": digits,
        "pinned": f"{ROOT}snippets/sha256/{digits}/{file}",
        "date": date,
        "why": text(why),
        "withdrawn": withdrawn,
    }


INDEX = {
    "version": 1,
    "site": ROOT,
    "snippets": [
        snippet(
            NAT,
            "nat-per-az.yaml",
            [
                version(
                    BAD,
                    "nat-per-az.yaml",
                    "2026-01-01",
                    "First release.",
                    {"date": "2026-01-02", "why": text("It opens every port.")},
                ),
                version(OLD, "nat-per-az.yaml", "2026-02-01", "Ports are closed."),
                version(NEW, "nat-per-az.yaml", "2026-03-01", "Logs are kept 30 days."),
            ],
        ),
        snippet(
            SCP,
            "old-scp.json",
            [version("1" * 16, "old-scp.json", "2026-01-01", "First release.")],
            superseded={"by": SUCCESSOR, "why": text("One statement is enough.")},
        ),
        snippet(
            SUCCESSOR, "new-scp.json", [version("2" * 16, "new-scp.json", "2026-02-01", "First release.")]
        ),
        snippet("network/draft", "draft.yaml", []),
    ],
}
PLACES = {
    "version": 1,
    "pages": {
        "": ["home"],
        "network/internet-nat/": ["internet-nat", "per-az"],
        "reference/checker/": ["lambda_vpc.network.trace"],
        "snippets/": ["snippets", "network"],
        **{f"snippets/{one['name']}/": ["snippet", "cases"] for one in INDEX["snippets"]},
    },
    "moved": {"network/nat/": "network/internet-nat/", "network/internet-nat/#one": "network/ipv6/#two"},
    "files": ["llms.txt", "pictures/network/x.en.svg"],
}


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """The folder of a site."""
    folder = tmp_path / "site"
    (folder / "snippets").mkdir(parents=True)
    (folder / "snippets/index.json").write_text(json.dumps(INDEX), "utf-8")
    (folder / "snippets/addresses.json").write_text(json.dumps(PLACES), "utf-8")
    return folder


@pytest.fixture
def wiki(tmp_path: Path):
    """Writes a file of a wiki and gives its path."""

    def write(content: str | bytes, name: str = "wiki.md") -> str:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write


def run(capsys, *arguments: object) -> tuple[int, str, str]:
    """Exit code, standard output and standard error."""
    try:
        code = main(["links", *map(str, arguments)])
    except SystemExit as stop:
        code = stop.code
    told = capsys.readouterr()
    return code, told.out, told.err


# --- finding ------------------------------------------------------------------------------------

RAW = f"{ROOT}snippets/network/nat-per-az.yaml"
FOUND = {
    "bare, before a full stop": (f"See {RAW}.", [RAW]),
    "bare, before a Japanese full stop": (f"{RAW}。参照", [RAW]),
    "in brackets": (f"(see {RAW})", [RAW]),
    "in Japanese brackets": (f"（{RAW}）", [RAW]),
    "a Markdown link": (f"[NAT]({RAW})", [RAW]),
    "a Markdown link with a title": (f'[NAT]({RAW} "NAT gateway")', [RAW]),
    "a Markdown link whose text is the address": (f"[{RAW}]({RAW})", [RAW, RAW]),
    "a reference": (f"[nat]: {RAW}", [RAW]),
    "in angle brackets": (f"<{RAW}>", [RAW]),
    "emphasized": (f"**{RAW}** and _{RAW}_", [RAW, RAW]),
    "in code": (f"`curl -O {RAW}`", [RAW]),
    "in a code block": (f"```sh\ncurl -fsSLO '{RAW}' | sha256sum\n```", [RAW]),
    "in a table": (f"|{RAW}|{RAW}|", [RAW, RAW]),
    "in wiki markup": (f"[NAT|{RAW}]", [RAW]),
    "before its words in brackets": (f"{RAW}[The template] and {ROOT}ja/#a[Top]", [RAW, f"{ROOT}ja/#a"]),
    "with the port that its scheme has": (
        "https://docs.example.com:443/guide/ja/ and http://docs.example.com:80/guide/ja/",
        ["https://docs.example.com:443/guide/ja/", "http://docs.example.com:80/guide/ja/"],
    ),
    "in an attribute": (f'<a href="{RAW}">NAT</a>', [RAW]),
    "in an attribute of single quotes": (f"<a href='{RAW}'>NAT</a>", [RAW]),
    "in an attribute without quotes": (f"<a href={RAW}>NAT</a>", [RAW]),
    "with an entity": (
        f'<iframe src="{ROOT}embed/en/{NAT}/?lines=a&amp;pin={OLD}"></iframe>',
        [f"{ROOT}embed/en/{NAT}/?lines=a&pin={OLD}"],
    ),
    "in HTML that is shown": (f"&lt;img src=&quot;{RAW}&quot;&gt;", [RAW]),
    "with every sign an entity": (
        RAW.replace(":", "&#58;").replace("/", "&#x2F;"),
        [RAW],
    ),
    "in JSON": (json.dumps({"url": RAW}).replace("/", "\\/"), [RAW]),
    "in JSON with an escaped &": (
        f'"{ROOT}embed/en/{NAT}/?lines=a\\u0026pin={OLD}"',
        [f"{ROOT}embed/en/{NAT}/?lines=a&pin={OLD}"],
    ),
    "with signs that Markdown escapes": (
        f"{ROOT}en/reference/checker/#lambda\\_vpc.network.trace",
        [f"{ROOT}en/reference/checker/#lambda_vpc.network.trace"],
    ),
    "with brackets of its own": (
        f"[x]({ROOT}embed/en/{NAT}/?lines=Statement[Deny])",
        [f"{ROOT}embed/en/{NAT}/?lines=Statement[Deny]"],
    ),
    "by http, and from the same host": (
        f"{RAW.replace('https', 'http')} {RAW.removeprefix('https:')}",
        [RAW.replace("https", "http"), RAW.removeprefix("https:")],
    ),
    "in capital letters": (RAW.replace("https://docs", "HTTPS://Docs"), [RAW.replace("https://docs", "HTTPS://Docs")]),
    "the root without its slash": ("https://docs.example.com/guide", ["https://docs.example.com/guide"]),
    "two without a blank": (f"{RAW},{RAW}", [RAW, RAW]),
    "another host": ("https://docs.example.com.evil.example/guide/", []),
    "another folder": ("https://docs.example.com/guides/", []),
    "another case of the folder": ("https://docs.example.com/Guide/", []),
    "a folder of the host above": ("https://docs.example.com/", []),
    "no address": ("docs.example.com/guide/ja/", []),
}  # fmt: skip


@pytest.mark.parametrize("name", FOUND)
def test_a_link_is_found_in_every_form_it_is_written_in(name: str) -> None:
    content, expected = FOUND[name]
    assert [link.address for link in find(content, "x", Sites([ROOT]))] == expected


def test_a_link_is_taken_apart() -> None:
    (link,) = find(f"\n\n{ROOT}en/a%2Db/?pin=1#c:~:text=d", "wiki.md", Sites([ROOT]))
    assert (link.file, link.line, link.root) == ("wiki.md", 3, ROOT)
    assert (link.path, link.query, link.fragment) == ("en/a-b/", "pin=1", "c")


def test_links_to_any_of_several_sites_are_the_guides() -> None:
    sites = Sites([ROOT, "https://old.example.com", f"{ROOT}next/"])
    content = f"{ROOT}next/ja/ https://old.example.com/ja/ {ROOT}ja/"
    assert [(link.root, link.path) for link in find(content, "x", sites)] == [
        (f"{ROOT}next/", "ja/"),
        ("https://old.example.com/", "ja/"),
        (ROOT, "ja/"),
    ]


@pytest.mark.parametrize(
    "wrong", ["docs.example.com", "ftp://docs.example.com/", "https://", "https://[x/", "https://x/?a"]
)
def test_a_site_that_is_none_is_named(wrong: str) -> None:
    with pytest.raises(ValueError, match=r".*") as refused:
        Sites([wrong])
    assert str(refused.value) == wrong


@given(st.text(), st.text(alphabet="abc()[]/#?&;\\.%:~", max_size=50))
def test_no_text_around_a_link_is_too_odd(before: str, after: str) -> None:
    line = before.count("\n") + 1
    found = list(find(f"{before} {ROOT}{after}", "x", Sites([ROOT])))
    assert found[-1].line == line
    assert found[-1].address.startswith(ROOT[:-1])


# --- judging ------------------------------------------------------------------------------------

PIN = f"snippets/sha256/{NEW}/nat-per-az.yaml"
NO_VERSION = f"no version of {NAT} with the digits"
SUPERSEDED = f"superseded by {SUCCESSOR}: One statement is enough"
JUDGED = {
    # address: answer, what is said, and what to link to instead
    f"snippets/sha256/{NEW}/nat-per-az.yaml": ("pinned", "", ""),
    f"snippets/sha256/{OLD}/nat-per-az.yaml": (
        "outdated", "changed on 2026-03-01: Logs are kept 30 days", PIN),
    f"snippets/sha256/{BAD}/nat-per-az.yaml": (
        "withdrawn", "withdrawn on 2026-01-02: It opens every port", PIN),
    f"snippets/sha256/{NEW[:-1]}1/nat-per-az.yaml": (
        "broken", f"{NO_VERSION} '{NEW[:-1]}1' was released (did you mean '{NEW}'?)", PIN),
    "snippets/sha256/77777/nat-per-az.yaml": (
        "broken", f"{NO_VERSION} '77777' was released", PIN),
    f"snippets/sha256/{NEW}/nat.yaml": ("broken", "these digits are those of nat-per-az.yaml", PIN),
    f"snippets/sha256/{'1' * 16}/old-scp.json": (
        "outdated", SUPERSEDED, f"snippets/sha256/{'2' * 16}/new-scp.json"),
    "snippets/network/nat-per-az.yaml": ("current", "", ""),
    "snippets/network/draft.yaml": ("current", "", ""),
    "snippets/condition-keys/old-scp.json": (
        "outdated", SUPERSEDED, "snippets/condition-keys/new-scp.json"),
    "snippets/network/nat-per-azz.yaml": (
        "broken", "there is no such file (did you mean 'snippets/network/nat-per-az.yaml'?)",
        "snippets/network/nat-per-az.yaml"),
    f"en/snippets/{NAT}/": ("current", "", ""),
    f"en/snippets/{NAT}/?utm_source=x#cases": ("current", "", ""),
    f"en/snippets/{NAT}/?pin={NEW}": ("pinned", "", ""),
    f"ja/snippets/{NAT}/?pin={OLD}": (
        "outdated", "changed on 2026-03-01: Logs are kept 30 days", f"ja/snippets/{NAT}/?pin={NEW}"),
    f"ja/snippets/{NAT}/?pin={OLD}#cases": (
        "outdated", "changed on 2026-03-01: Logs are kept 30 days", f"ja/snippets/{NAT}/?pin={NEW}#cases"),
    f"ja/snippets/{NAT}/?pin={NEW}#cases": ("pinned", "", ""),
    f"ja/snippets/{NAT}/?pin={OLD}#version-{OLD}": (
        "outdated", "changed on 2026-03-01: Logs are kept 30 days", f"ja/snippets/{NAT}/?pin={NEW}"),
    f"en/snippets/{SCP}/#cases": ("outdated", SUPERSEDED, f"en/snippets/{SUCCESSOR}/"),
    f"ja/snippets/{NAT}/?pin={BAD}#nowhere": (
        "withdrawn", "withdrawn on 2026-01-02: It opens every port", f"ja/snippets/{NAT}/?pin={NEW}"),
    f"ja/snippets/{NAT}/?pin=x": (
        "broken", f"{NO_VERSION} 'x' was released", f"ja/snippets/{NAT}/?pin={NEW}"),
    f"en/snippets/{NAT}/#version-{OLD}": ("current", "", ""),
    f"en/snippets/{NAT}/#version-{OLD[:-1]}": (
        "broken", f"the page has no place #version-{OLD[:-1]} (did you mean #version-{OLD}?)",
        f"en/snippets/{NAT}/#version-{OLD}"),
    f"en/snippets/{NAT}/#case": (
        "broken", "the page has no place #case (did you mean #cases?)", f"en/snippets/{NAT}/#cases"),
    f"en/snippets/{SCP}/": (
        "outdated", SUPERSEDED, f"en/snippets/{SUCCESSOR}/"),
    f"embed/en/{NAT}/?lines=Resources.Nat": ("current", "", ""),
    f"embed/ja/{NAT}/?lines=a&pin={OLD}": (
        "outdated", "changed on 2026-03-01: Logs are kept 30 days", f"embed/ja/{NAT}/?pin={NEW}"),
    f"embed/en/{NAT}z/": (
        "broken", f"there is no such embed (did you mean 'embed/en/{NAT}/'?)", f"embed/en/{NAT}/"),
    "": ("current", "", ""),
    "ja/": ("current", "", ""),
    "ja": ("current", "", ""),
    "en/network/internet-nat/#per-az": ("current", "", ""),
    "en/network/internet-nat/index.html#per-az": ("current", "", ""),
    "en/network/internet-nat/index.md": ("current", "", ""),
    "en/network/internet-nat/#per-zone": (
        "broken", "the page has no place #per-zone (did you mean #per-az?)",
        "en/network/internet-nat/#per-az"),
    "en/network/internet-nats/": (
        "broken", "there is no such page (did you mean 'en/network/internet-nat/'?)",
        "en/network/internet-nat/"),
    "network/internet-nat/": ("broken", "the language is missing", "en/network/internet-nat/"),
    "en/network/nat/": ("moved", "has another URL now", "en/network/internet-nat/"),
    "ja/network/nat/#per-az": ("moved", "has another URL now", "ja/network/internet-nat/#per-az"),
    "ja/network/internet-nat/#one": ("moved", "has another URL now", "ja/network/ipv6/#two"),
    "llms.txt": ("current", "", ""),
    "pictures/network/x.en.svg": ("current", "", ""),
    "pictures/network/y.en.svg": (
        "broken", "there is no such file (did you mean 'pictures/network/x.en.svg'?)",
        "pictures/network/x.en.svg"),
    "snippets/index.json": ("current", "", ""),
    "ja/snippets/feed.xml": ("current", "", ""),
    "zz/qq": ("broken", "there is no such page", ""),
}  # fmt: skip


@pytest.mark.parametrize("address", JUDGED)
def test_a_link_is_judged(capsys, built: Path, wiki, address: str) -> None:
    _, out, _ = run(capsys, wiki(ROOT + address), "--index", built, "--json")
    (told,) = json.loads(out)["links"]
    answer, why, instead = JUDGED[address]
    assert (told["answer"], told["sentence"]) == (answer, why)
    # Whatever is proposed is a link that is fine.
    assert told["instead"] == (ROOT + instead if instead else "")
    if instead and "ipv6" not in instead:
        assert JUDGED.get(instead, ("pinned",))[0] in ("pinned", "current")
        assert run(capsys, wiki(told["instead"]), "--index", built)[0] == 0


def test_every_answer_is_among_the_judged() -> None:
    assert {answer for answer, _, _ in JUDGED.values()} | {"unchecked"} == set(ANSWERS)


def test_a_withdrawn_current_file_is_withdrawn_wherever_it_is_linked(capsys, built: Path, wiki) -> None:
    index = json.loads(json.dumps(INDEX))
    gone = {"date": "2026-04-01", "why": text("It opens every port.")}
    index["snippets"][0] |= {
        "withdrawn": gone,
        "versions": [INDEX["snippets"][0]["versions"][2] | {"withdrawn": gone}],
    }
    (built / "snippets/index.json").write_text(json.dumps(index), "utf-8")
    links = [RAW, ROOT + PIN, f"{ROOT}en/snippets/{NAT}/", f"{ROOT}embed/ja/{NAT}/"]
    code, out, _ = run(capsys, wiki("\n".join(links)), "--index", built, "--json")
    told = json.loads(out)["links"]
    assert code == 1
    assert {(one["answer"], one["sentence"], one["instead"]) for one in told} == {
        ("withdrawn", "withdrawn on 2026-04-01: It opens every port", "")
    }


# --- the command --------------------------------------------------------------------------------

CONTENT = f"""\
[fine]({ROOT}{PIN})
[old]({ROOT}snippets/sha256/{OLD}/nat-per-az.yaml)
[bad]({ROOT}snippets/sha256/{BAD}/nat-per-az.yaml)
[gone]({ROOT}en/network/internet-nats/)
[moved]({ROOT}en/network/nat/)
"""


def test_an_answer_names_file_line_reason_and_what_to_link_to(capsys, built: Path, wiki) -> None:
    path = wiki(CONTENT)
    code, out, err = run(capsys, path, "--index", built)
    assert (code, err) == (1, "")
    assert out.splitlines() == [
        f"pinned     {path}:1: {ROOT}{PIN}",
        f"outdated   {path}:2: {ROOT}snippets/sha256/{OLD}/nat-per-az.yaml",
        "           changed on 2026-03-01: Logs are kept 30 days",
        f"           link to: {ROOT}{PIN}",
        f"withdrawn  {path}:3: {ROOT}snippets/sha256/{BAD}/nat-per-az.yaml",
        "           withdrawn on 2026-01-02: It opens every port",
        f"           link to: {ROOT}{PIN}",
        f"broken     {path}:4: {ROOT}en/network/internet-nats/",
        "           there is no such page (did you mean 'en/network/internet-nat/'?)",
        f"           link to: {ROOT}en/network/internet-nat/",
        f"moved      {path}:5: {ROOT}en/network/nat/",
        "           has another URL now",
        f"           link to: {ROOT}en/network/internet-nat/",
        "links      5: 1 pinned, 1 outdated, 1 withdrawn, 1 broken, 1 moved",
    ]


@pytest.mark.parametrize(
    ("line", "fail_on", "code"),
    [
        (1, None, 0), (2, None, 1), (3, None, 1), (4, None, 1), (5, None, 0),
        (2, "broken,withdrawn", 0), (2, "outdated", 1), (3, "withdrawn", 1), (3, "broken", 0),
        (4, "broken", 1), (4, "none", 0), (5, "moved, broken", 1), (1, "pinned", 1),
    ],
)  # fmt: skip
def test_ci_chooses_which_answers_fail(
    capsys, built: Path, wiki, line: int, fail_on: str | None, code: int
) -> None:
    path = wiki(CONTENT.splitlines()[line - 1])
    chosen = [] if fail_on is None else ["--fail-on", fail_on]
    assert run(capsys, path, "--index", built, *chosen)[0] == code


def test_reasons_are_in_the_language_that_is_asked_for(capsys, built: Path, wiki) -> None:
    _, out, _ = run(capsys, wiki(CONTENT), "--index", built, "--lang", "ja")
    assert "It opens every port. (ja)" in out


def test_several_files_and_standard_input_are_read(capsys, built: Path, wiki, monkeypatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\n" + RAW.encode())))
    one, two = wiki(RAW, "one.md"), wiki(f"\n\n{RAW}", "two.html")
    _, out, _ = run(capsys, one, "-", two, "--index", built, "--json")
    assert [(link["file"], link["line"]) for link in json.loads(out)["links"]] == [
        (one, 1),
        ("-", 2),
        (two, 3),
    ]


def test_json_holds_every_answer(capsys, built: Path, wiki) -> None:
    path = wiki(CONTENT)
    code, out, _ = run(capsys, path, "--index", built, "--json")
    told = json.loads(out)
    assert told["exit-code"] == code == 1
    assert told["counts"] == dict.fromkeys(ANSWERS, 1) | {"current": 0, "unchecked": 0}
    assert told["links"][1] == {
        "answer": "outdated", "file": path, "line": 2,
        "address": f"{ROOT}snippets/sha256/{OLD}/nat-per-az.yaml", "snippet": NAT,
        "sentence": "changed on 2026-03-01: Logs are kept 30 days", "instead": ROOT + PIN,
    }  # fmt: skip


def test_a_file_without_a_link_is_fine_and_says_which_site_was_looked_for(capsys, built: Path, wiki) -> None:
    code, out, _ = run(capsys, wiki("nothing"), "--index", built)
    assert (code, out) == (0, f"note       no link begins with {ROOT}; name another site with --site\n")


def test_links_to_a_copy_of_the_site_are_named_by_its_address(capsys, built: Path, wiki) -> None:
    path = wiki(CONTENT.replace(ROOT, "https://wiki.example.net/lambda/"))
    note = (
        f"no link begins with {ROOT}; name another site with --site: --site https://wiki.example.net/lambda/"
    )
    assert note in run(capsys, path, "--index", built)[1]
    code, out, _ = run(capsys, path, "--index", built, "--site", "https://wiki.example.net/lambda")
    assert code == 1
    assert f"link to: https://wiki.example.net/lambda/{PIN}" in out
    assert ROOT not in out


def test_without_a_list_of_pages_they_are_unchecked_which_is_2(capsys, built: Path, wiki) -> None:
    (built / "snippets/addresses.json").unlink()
    path = wiki(f"{RAW}\n{ROOT}en/network/internet-nat/\n{ROOT}en/snippets/{NAT}/#x\n{ROOT}pictures/x.svg")
    code, out, _ = run(capsys, path, "--index", built / "snippets/index.json")
    assert code == 2
    assert out.endswith("links      4: 2 current, 2 unchecked\n")
    assert "no snippets/addresses.json beside the index says which pages there are" in out
    assert run(capsys, path, "--index", built, "--fail-on", "unchecked")[0] == 1


def test_without_an_index_the_command_asks_for_one_and_fetches_nothing(capsys, wiki, monkeypatch) -> None:
    monkeypatch.setattr("urllib.request.urlopen", lambda *_, **__: pytest.fail("fetched"))
    code, out, err = run(capsys, wiki(CONTENT))
    assert (code, out) == (4, "")
    assert f"the files link to one that looks like the guide's: --index {ROOT}\n" in err
    code, _, err = run(capsys, wiki("nothing"))
    assert code == 4
    assert "as in --index https://docs.example.com/guide/" in err


MISTAKES = {
    "an answer that is none": (["--fail-on", "borken"], "'borken' is not an answer (did you mean 'broken'?)"),
    "a site that is none": (["--site", "docs.example.com"], "'docs.example.com' is not a site; write one"),
    "a language that is none": (["--lang", "de"], "invalid choice: 'de'"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_wrong_usage_is_4_and_says_what_to_do(capsys, built: Path, wiki, name: str) -> None:
    arguments, message = MISTAKES[name]
    code, out, err = run(capsys, wiki(CONTENT), "--index", built, *arguments)
    assert (code, out) == (4, "")
    assert message in err


def test_every_file_that_cannot_be_read_is_named(capsys, built: Path, wiki) -> None:
    binary = wiki(b"PK\x03\x04\0\0" + RAW.encode(), "page.docx")
    large = wiki(b"x" * (MAX_BYTES + 1), "large.md")
    code, out, err = run(capsys, binary, large, built, "missing.md", "--index", built)
    assert (code, out) == (3, "")
    assert err.splitlines() == sorted([
        f"{binary}:1: holds NUL bytes, so it is no text; save it as UTF-8",
        f"{large}:1: larger than 10,000,000 bytes; split it",
        f"{built}:1: is not a regular file; name a file that holds a document",
        "missing.md:1: cannot be read: No such file or directory",
    ])  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8-sig", "shift_jis", "euc_jp", "latin-1"])
def test_a_file_in_any_encoding_that_has_ascii_is_read(capsys, built: Path, wiki, encoding: str) -> None:
    around = "été" if encoding == "latin-1" else "表示ソ"
    code, out, _ = run(capsys, wiki(f"{around} {RAW} {around}".encode(encoding)), "--index", built)
    assert (code, out.splitlines()[-1]) == (0, "links      1: 1 current")


def test_help_names_every_answer_and_exit_code(capsys) -> None:
    code, out, _ = run(capsys, "--help")
    assert code == 0
    listed = out[out.index("answers:\n") : out.index("\nindex:")]
    assert [line.split()[0] for line in listed.splitlines()[1:] if line] == list(ANSWERS)
    listed = out[out.index("exit codes:") :]
    assert [line.split()[0] for line in listed.splitlines()[1:] if line] == list("012345")


# --- the index ----------------------------------------------------------------------------------


PIN_1 = '"pinned": 1'
BROKEN = {
    "no JSON": (lambda: "<html>", "is not JSON"),
    "empty": (lambda: "", "is empty"),
    "a list": (lambda: "[]", "must be an object; name a site's index.json"),
    "another version": (
        lambda: json.dumps(INDEX | {"version": 2}), "its version is 2, and this command reads version 1"),
    "no site": (lambda: json.dumps(INDEX).replace('"site"', '"sight"'), "has no 'site'"),
    "a site that is none": (lambda: json.dumps(INDEX | {"site": "/"}), "must be an address"),
    "snippets that are a text": (lambda: json.dumps(INDEX | {"snippets": "x"}), "must be a list"),
    "a snippet that is a list": (lambda: json.dumps(INDEX | {"snippets": [[]]}), "has no 'superseded'"),
    "a snippet elsewhere": (
        lambda: json.dumps(INDEX).replace(RAW, "https://elsewhere.example/x"), "does not lie below"),
    "a reason in one language": (
        lambda: json.dumps(INDEX).replace('"en": "Ports', '"de": "Ports'), "has no 'en'"),
    "a pinned address that is a number": (
        lambda: json.dumps(INDEX).replace(f'"pinned": "{ROOT}snippets/sha256/{OLD}/nat-per-az.yaml"', PIN_1),
        "'pinned' must be a text"),
    "nested without end": (lambda: "[" * 100_000, "is nested deeper"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_an_index_that_cannot_be_used_is_3_and_says_why(capsys, built: Path, wiki, name: str) -> None:
    make, message = BROKEN[name]
    place = built / "snippets/index.json"
    place.write_text(make(), "utf-8")
    code, out, err = run(capsys, wiki(CONTENT), "--index", built)
    assert (code, out) == (3, "")
    assert err.startswith(f"{place}:1: ")
    assert message in err


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"version": 1}', "has no 'pages'"),
        ('{"version": 1, "pages": {"x": [1]}, "moved": {}}', "list of texts"),
        ("{", "is not JSON"),
    ],
)
def test_a_list_of_pages_that_cannot_be_used_is_3(
    capsys, built: Path, wiki, content: str, message: str
) -> None:
    (built / "snippets/addresses.json").write_text(content, "utf-8")
    code, _, err = run(capsys, wiki(CONTENT), "--index", built)
    assert code == 3
    assert message in err


def test_keys_of_a_later_index_are_passed_over(capsys, built: Path, wiki) -> None:
    (built / "snippets/index.json").write_text(json.dumps(INDEX | {"later": {}}), "utf-8")
    assert run(capsys, wiki(RAW), "--index", built)[0] == 0


class Site(http.server.BaseHTTPRequestHandler):
    """Serves a site below /guide/, and what a server may do otherwise."""

    def do_GET(self) -> None:
        here = f"http://127.0.0.1:{self.server.server_port}/guide/"
        documents = {
            "/guide/snippets/index.json": json.dumps(INDEX).replace(ROOT, here),
            "/guide/snippets/addresses.json": json.dumps(PLACES),
            "/elsewhere/snippets/index.json": json.dumps(INDEX),
            "/large/snippets/index.json": " " * (published.MAX_BYTES + 1),
            "/page/snippets/index.json": "<!doctype html>",
        }
        if self.path in documents:
            body = documents[self.path].encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        elif self.path.startswith("/moved/"):
            self.send_response(301)
            self.send_header("Location", self.path.replace("moved", "guide", 1))
            self.end_headers()
        elif self.path.startswith("/around/"):
            self.send_response(302)
            self.send_header("Location", self.path)
            self.end_headers()
        elif self.path.startswith("/silent/"):
            time.sleep(1)
        elif self.path.startswith("/dripping/"):
            self.send_response(200)
            self.end_headers()
            for _ in range(20):
                self.wfile.write(b" ")
                self.wfile.flush()
                time.sleep(0.05)
        elif self.path.startswith("/noise/"):
            self.wfile.write(b"\xff\xfe noise\r\n\r\n")
        else:
            self.send_error(500 if self.path.startswith("/failing/") else 404)

    def log_message(self, format: str, *args: object) -> None:
        pass


class Quiet(http.server.ThreadingHTTPServer):
    """Says nothing where the command has hung up."""

    def handle_error(self, request: object, client_address: object) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a server of this machine, with its closing slash."""
    answering = Quiet(("127.0.0.1", 0), Site)
    threading.Thread(target=answering.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{answering.server_port}/"
    answering.shutdown()
    answering.server_close()


@pytest.mark.parametrize("index", ["guide", "guide/", "guide/snippets/index.json", "moved/"])
def test_links_are_held_against_a_site_on_the_network(capsys, wiki, server: str, index: str) -> None:
    path = wiki(CONTENT.replace(ROOT, f"{server}guide/"))
    code, out, err = run(capsys, path, "--index", server + index)
    assert (code, err) == (1, "")
    assert "links      5: 1 pinned, 1 outdated, 1 withdrawn, 1 broken, 1 moved" in out


def test_the_address_that_the_index_was_fetched_from_is_the_guides_too(capsys, wiki, server: str) -> None:
    path = wiki(f"{RAW} {server}elsewhere/snippets/network/nat-per-az.yaml {server}guide/x")
    _, out, _ = run(capsys, path, "--index", f"{server}elsewhere/", "--json")
    assert json.loads(out)["counts"]["current"] == len(json.loads(out)["links"]) == 2


@pytest.mark.parametrize(
    ("index", "message"),
    [
        ("nowhere/", "is not there (404); name the root of a site that has it"),
        ("failing/", "cannot be fetched: the server answers 500 Internal Server Error"),
        ("around/", "cannot be fetched: the server answers 302"),
        ("silent/", "cannot be fetched: "),
        ("dripping/", "was not there after"),
        ("large/", "is larger than 10,000,000 bytes, so it is no index.json"),
        ("page/", "is not JSON"),
        ("noise/", "cannot be fetched: "),
    ],
)
def test_an_index_that_cannot_be_fetched_is_3_and_one_sentence(
    capsys, wiki, server: str, monkeypatch, index: str, message: str
) -> None:
    if index in ("silent/", "dripping/"):  # only these are waited for
        monkeypatch.setattr(published, "TIMEOUT", 0.3)
        monkeypatch.setattr(published, "LONGEST", 0.3)
    code, out, err = run(capsys, wiki(CONTENT), "--index", server + index)
    assert (code, out) == (3, "")
    assert err.startswith(f"{server}{index}snippets/index.json:1: ")
    assert message in err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    "index",
    ["http://127.0.0.1:1/", "http://no-such-host.invalid/", "https://[::1", "http://a b/", "http://\x7f/",
     "http://x:y/", "http://" + "a" * 70 + "..b/"],
)  # fmt: skip
def test_an_address_that_nobody_answers_is_3_and_one_sentence(capsys, wiki, index: str) -> None:
    code, out, err = run(capsys, wiki(CONTENT), "--index", index)
    assert (code, out) == (3, "")
    assert "cannot be fetched: " in err
    assert len(err.splitlines()) == 1
    assert "Traceback" not in err


# --- hostile files ------------------------------------------------------------------------------

SECONDS = 10
"""What a file of 10 MB may take on a machine of two cores (processor time)."""
HOSTILE = {
    "one long line": "a" * 9_999_000,
    "a link that never ends": ROOT + "a/" * 4_999_000,
    "brackets without end": f"{ROOT}{'(' * 5_000_000}{'[' * 4_999_000}",
    "brackets before every letter": f"({ROOT})[" * 250_000,
    "beginnings of links": "https://docs.example.com/guid" * 340_000,
    "beginnings of addresses": "https://" * 1_200_000,
    "links in links": ROOT * 300_000,
    "entities": "&" * 9_999_000,
    "an entity without end": "&#" + "9" * 9_999_000 + ";",
    "backslashes": "\\" * 9_999_000,
    "quotes and tags": '<a href="' * 1_100_000,
    "lines": "\n" * 9_999_000,
    "links that are all broken": "\n".join(f"{ROOT}{n}" for n in range(200_000)),
    "places that are all missing": "\n".join(f"{ROOT}en/#{n}" for n in range(200_000)),
    "the marks of a guide": "/ja/snippets/" * 769_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_input_ends_in_an_answer_within_seconds(capsys, built: Path, wiki, name: str) -> None:
    path = wiki(HOSTILE[name][:MAX_BYTES])
    start = time.process_time()
    code, out, err = run(capsys, path, "--index", built)
    assert code in (0, 1), err
    assert len(out) < 1_000_000
    assert run(capsys, path)[0] == 4  # which looks for a site to name
    assert time.process_time() - start < SECONDS


CONTROLS = "\x1b[31m\x9b\x7f\u202e\u2028"


def test_no_control_character_reaches_the_terminal(capsys, built: Path, wiki) -> None:
    index = json.dumps(INDEX).replace("Logs are kept", "Logs \\u202e\\u001b[31m are kept")
    (built / "snippets/index.json").write_text(index, "utf-8")
    path = wiki(
        f"{ROOT}en/%1b%5b31m%e2%80%ae/#%1b\n{ROOT}snippets/sha256/{OLD}/nat-per-az.yaml\n", f"a{CONTROLS}.md"
    )
    for more in ([], ["--json"], ["--site", f"x{CONTROLS}"], ["--fail-on", CONTROLS]):
        _, out, err = run(capsys, path, "--index", built, *more)
        assert (out + err).replace("\n", "").isprintable()
        assert out + err


def test_a_site_to_name_is_found_by_what_only_the_guide_has() -> None:
    assert guessed(f"x ({ROOT}ja/snippets/x/)") == ROOT
    assert guessed(f"{ROOT}snippets/sha256/{OLD}/x.json") == ROOT
    assert guessed(f"{ROOT}embed/en/x/") == ROOT
    assert guessed("https://example.com/ja/ /ja/snippets/ see https://x y/ja/snippets/") is None
