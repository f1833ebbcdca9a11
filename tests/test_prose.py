"""The prose of both languages passes textlint, with the house style of tests/prose."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

import pages
import prose
from test_writing import YAML_FILES

ROOT = pages.ROOT
NOT_INSTALLED = (
    "textlint is not installed: with Node.js 18 or newer, run `npm ci --ignore-scripts` in tests/prose"
)


@pytest.fixture(scope="module")
def textlint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which textlint is installed, as the lock says."""
    if prose.installed(prose.SETTINGS):
        return prose.SETTINGS
    if not os.environ.get("CI"):
        # Elsewhere a writer may go without; where a change is accepted, nobody may.
        pytest.skip(NOT_INSTALLED)
    folder = tmp_path_factory.mktemp("textlint")
    if problem := prose.install(folder):
        pytest.fail(f"{NOT_INSTALLED}\n{problem}", pytrace=False)
    return folder


def texts() -> list[prose.Text]:
    """The guide's own: every page, and every text of a data file."""
    found = []
    for language in pages.LANGUAGES:
        for name in sorted(pages.names(pages.DOCS, language)):
            path = f"docs/{language}/{name}.md"
            found.append(prose.of_page(path, language, (ROOT / path).read_text("utf-8")))
    for path in YAML_FILES:
        found += prose.of_yaml(path, (ROOT / path).read_text("utf-8"))
    return found


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_textlint_has_nothing_to_say(language: str, textlint: Path, tmp_path: Path) -> None:
    found = prose.findings(texts(), language, textlint, tmp_path)
    assert not found, (
        f"mend the text, or settle the rule with a reason in tests/prose/{language}.yaml:\n"
        + "\n".join(map(str, found))
    )


# What textlint is given


PAGE = """\
---
title: NAT
description: 関数は外に出ます。
---
# NAT ゲートウェイ {#top}

関数を送ります。{{ fact N01 }} 判定は{{ case nat#out }}です。{{ case nat#in 別のケース }}を見ます。

{{ snippet network/nat }}

<div class="x" markdown>
::: lambda_vpc.iam
</div>

!!! warning "止まる関数"

    更新が止まります。

```console
$ aws {{ fact }}
```
"""


def test_of_a_page_the_prose_is_left_on_its_lines() -> None:
    text = prose.of_page("docs/ja/nat.md", "ja", PAGE)
    assert text.markdown.split("\n") == [
        "",
        "# NAT",
        "関数は外に出ます。",
        "",
        "# NAT ゲートウェイ",
        "",
        "関数を送ります。 判定は「ケース」です。別のケースを見ます。",
        *[""] * 7,
        "# 止まる関数",
        "",
        "更新が止まります。",
        "",
        "```console",
        "$ aws {{ fact }}",
        "```",
        "",
    ]
    assert all(line == number for line, number in text.lines.items())


SPEC = """\
title: {ja: 経路を確かめる, en: Check the route}
notes:
  Resources.Nat:
    en: One a *zone*. `*` is code.
    ja: >-
      AZ ごとに
      1 つ置きます。
    avoid: [{ja: この語}]
"""


def test_of_a_data_file_each_text_remembers_its_line() -> None:
    japanese, english = sorted(prose.of_yaml("a.spec.yaml", SPEC), key=lambda text: text.language)[::-1]
    assert japanese.markdown == "# 経路を確かめる\n\nAZ ごとに 1 つ置きます。\n"
    assert english.markdown == "# Check the route\n\nOne a \\*zone\\*. `*` is code.\n"
    assert dict(japanese.lines) == {1: 1, 3: 5}
    assert dict(english.lines) == {1: 1, 3: 4}


# What textlint finds: each of these mutants, and in good text nothing


MISTAKES = {
    "ja": [
        ("NATゲートウェイを置きます。", "ja-space-between-half-and-full-width"),
        ("関数は`vpc`に送ります。", "ja-space-around-code"),
        ("関数を送ります。\n\n- これは関数である。", "no-mix-dearu-desumasu"),
        ("関数を送ります", "ja-no-mixed-period"),
        ("関数が送ると、相手が切れる要求が来ます。", "no-doubled-joshi"),
        ("遅くなるかもしれません。", "ja-no-weak-phrase"),
        ("関数を利用することができます。", "ja-no-redundant-expression"),
        ("関数を食べれます。", "no-dropping-the-ra"),
        ("ｶﾀｶﾅを送ります。", "no-hankaku-kana"),
    ],
    "en": [
        ("The function recieves an event.", "common-misspellings"),
        ("A function in in a subnet.", "write-good"),
        ("Written in Javascript.", "terminology"),
        ("Utilize a subnet.", "terminology"),
        (f"This is{' very' * 40} long.", "en-max-word-count"),
    ],
}
GOOD = {
    "ja": "# 接続する\n\n[NAT ゲートウェイ](nat.md) (AZ): `VpcConfig` も VPC も使います。\n\n- 送ります\n",
    "en": "# Attach\n\nOnly the id of a `vpc` is given, and there is no default route. It is denied.\n",
}


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_a_mistake_is_named_with_file_line_and_rule(language: str, textlint: Path, tmp_path: Path) -> None:
    mutants = {
        f"{number}.md": (f"# Title\n\n{text}\n", rule)
        for number, (text, rule) in enumerate(MISTAKES[language])
    }
    given = [prose.of_page(path, language, text) for path, (text, _) in mutants.items()]
    given += prose.of_yaml("a.yaml", f"# one\n- {{{language}: {json.dumps(MISTAKES[language][0][0])}}}\n")
    found = prose.findings(
        [*given, prose.of_page("good.md", language, GOOD[language])], language, textlint, tmp_path
    )
    wanted = {(path, text.rstrip().count("\n") + 1, rule) for path, (text, rule) in mutants.items()}
    wanted.add(("a.yaml", 2, MISTAKES[language][0][1]))
    named = {(one.path, one.line, one.rule.rpartition("/")[2]) for one in found}
    assert not wanted - named, f"not found: {wanted - named}; found: {named}"
    assert not [one for one in found if one.path == "good.md"]


# What is installed, and what is settled otherwise


def test_the_lock_names_versions_and_no_address() -> None:
    package = json.loads((prose.SETTINGS / "package.json").read_text("utf-8"))
    lock = (prose.SETTINGS / "package-lock.json").read_text("utf-8")
    assert "://" not in lock, (
        "tests/prose/package-lock.json holds addresses: write it with `npm install "
        "--omit-lockfile-registry-resolved` and take the lines on funding out"
    )
    locked = json.loads(lock)["packages"]
    assert locked[""]["dependencies"] == package["dependencies"]
    for name, version in package["dependencies"].items():
        assert locked[f"node_modules/{name}"]["version"] == version, f"{name}: give one exact version"
    assert all(one.get("integrity") for name, one in locked.items() if name)


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_a_rule_that_is_settled_otherwise_says_why(language: str) -> None:
    lines = (prose.SETTINGS / f"{language}.yaml").read_text("utf-8").split("\n")
    bare = []
    for number, line in enumerate(lines):
        if re.search(r": (?:false|\{.*\})$", line):
            above = number - 1
            while re.search(r": (?:false|\{.*\})$", lines[above]):
                above -= 1
            if not lines[above].strip().startswith("#"):
                bare.append(f"tests/prose/{language}.yaml:{number + 1}: {line.strip()}: say why above it")
    assert not bare, "\n".join(bare)


def test_no_page_switches_a_rule_off() -> None:
    switched = [
        path.relative_to(ROOT).as_posix()
        for path in pages.DOCS.rglob("*.md")
        if re.search(r"<!--\s*textlint-", path.read_text("utf-8"))
    ]
    assert not switched, f"mend the text instead: {switched}"
