"""Bad input is refused with file, line and mend: nothing is lost, nothing hangs, no traceback."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import pages
from lambda_vpc.guide.cases import QUESTIONS
from lambda_vpc.guide.key_paths import resolve
from lambda_vpc.guide.spec import check_facts, load
from lambda_vpc.reading import BadInput, parse, read

POLICY = """\
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Deny",
      "Effect": "Deny",
      "Action": "lambda:CreateFunction",
      "Resource": "*",
      "Condition": {"Null": {"lambda:VpcIds": "true"}}
    }
  ]
}
"""
SPEC = """\
kind: identity-policy
title: {ja: 題, en: Title}
summary: {ja: 要約。, en: Summary.}
facts: [K12]
notes:
  Statement[Deny].Condition: {ja: 説明。, en: Note.}
cases:
  - id: no-vpc
    name: {ja: VPC なし, en: No VPC}
    call: lambda:CreateFunction
    decision: deny by Deny
wrong:
  - file: other.json
    because: {ja: 理由。, en: Reason.}
    caught-by: no-vpc
"""


@pytest.fixture
def topic(tmp_path: Path) -> Path:
    """A snippets folder with one topic and one good snippet in it."""
    folder = tmp_path / "snippets" / "topic"
    (folder / "one.wrong").mkdir(parents=True)
    (folder / "one.json").write_text(POLICY, "utf-8")
    (folder / "one.spec.yaml").write_text(SPEC, "utf-8")
    (folder / "one.wrong" / "other.json").write_text(POLICY.replace('"true"', '"false"'), "utf-8")
    return folder


def problems(topic: Path) -> list[str]:
    with pytest.raises(BadInput) as caught:
        load(topic.parent)
    return [str(problem) for problem in caught.value.problems]


def test_the_good_snippet_is_loaded_with_everything(topic: Path):
    snippet = load(topic.parent)["topic/one"]
    assert snippet.raw == "snippets/topic/one.json"
    assert snippet.text == POLICY
    assert [note.line for note in snippet.notes] == [9]
    assert [case.id for case in snippet.cases] == ["no-vpc"]
    assert [wrong.name for wrong in snippet.wrong] == ["other"]
    assert all(result.passed for result in snippet.results())
    assert [result.passed for result in snippet.results_of(snippet.wrong[0])] == [False]


BAD_SPECS = {
    "unknown key": (
        "decision: deny",
        "desision: deny",
        "11: unknown key 'desision' (did you mean 'decision'?)",
    ),
    "unknown kind": ("identity-policy", "identity-polcy", "1: unknown kind 'identity-polcy' (did you mean"),
    "missing language": ("title: {ja: 題, en: Title}", "title: {ja: 題}", "2: 'en' is missing"),
    "empty text": ("{ja: 要約。,", '{ja: "",', "3: 'ja' must be a text"),
    "duplicate key": (
        "facts: [K12]",
        "facts: [K12]\nfacts: [K12]",
        "5: duplicate key 'facts' (first on line 4)",
    ),
    "key path": ("Statement[Deny]", "Statement[Deni]", "6: nothing at 'Statement[Deni].Condition'"),
    "unknown action": ("lambda:CreateFunction", "lambda:CreateFunctions", "10: AWS lists no action"),
    "letter case of an action": (
        "lambda:CreateFunction",
        "lambda:createfunction",
        "write 'lambda:CreateFunction'",
    ),
    "decision": ("deny by Deny", "denied", "11: expected 'allow', 'allow by SID'"),
    "undocumented by a statement": ("deny by Deny", "undocumented by Deny", "11: expected 'allow'"),
    "id": ("id: no-vpc", "id: No VPC", "8: an id is lower-case words joined by '-'"),
    "catcher": (
        "caught-by: no-vpc",
        "caught-by: no-vcp",
        "15: 'no-vcp' is neither a lint rule id nor a case",
    ),
    "wrong file": ("file: other.json", "file: othr.json", "13: no file 'othr.json' in topic/one.wrong/"),
    "unlisted wrong file": (
        "file: other.json",
        "file: othr.json",
        "other.json:1: topic/one.spec.yaml does not list it",
    ),
    "companion": ("facts: [K12]", "facts: [K12]\nwith: [topic/two]", "5: no snippet 'topic/two'"),
    "principal": (
        "call: lambda",
        "by: deployr\n    call: lambda",
        "10: unknown principal 'deployr' (did you mean",
    ),
    "caller": ("call: lambda", "by: 'arn:x'\n    call: lambda", "8: 'arn:x' is not"),
    "context without a value": (
        "call: lambda",
        "context: {'aws:SourceIp': null}\n    call: lambda",
        "aws:SourceIp",
    ),
    "subnet": (
        "call: lambda",
        "vpc: {subnets: [aproved-a], security-groups: [approved]}\n    call: lambda",
        "10: unknown subnet 'aproved-a' (did you mean 'approved-a'?)",
    ),
    "two VPCs": (
        "call: lambda",
        "vpc: {subnets: [approved-a], security-groups: [foreign]}\n    call: lambda",
        "10: the subnets and security groups belong to more than one VPC",
    ),
    "condition key": (
        "call: lambda",
        "context: {'aws:SourceIPs': 192.0.2.1}\n    call: lambda",
        "10: AWS lists no condition key 'aws:SourceIPs'",
    ),
    "list for a mapping": ("title: {ja: 題, en: Title}", "title: [題]", "2: expected a mapping with ja, en"),
    "rule id": (
        "cases:",
        "accept: [{rule: X1, because: {ja: 理由。, en: Why.}}]\ncases:",
        "not a lint rule id",
    ),
    "tab": ("facts:", "\tfacts:", "4: contains a tab; indent with spaces"),
    "unknown reason": (
        "call: lambda:CreateFunction\n    decision: deny by Deny",
        "from: F\n    to: internet-ipv4\n    blocked: {SubnetA: no-default-rout}",
        "12: unknown reason 'no-default-rout' (did you mean 'no-default-route'?)",
    ),
    "broken YAML": ("facts: [K12]", "facts: [K12", "is not YAML"),
    "merge key": ("facts: [K12]", "<<: {facts: [K12]}", "4: merge keys (<<) are not used here"),
    "second document": ("wrong:", "---\nwrong:", "12: holds a second document"),
    "foreign tag": ("facts: [K12]", "facts: !!python/name:os.system [K12]", "4: tag tag:yaml.org"),
}


@pytest.mark.parametrize(("old", "new", "message"), BAD_SPECS.values(), ids=list(BAD_SPECS))
def test_a_bad_spec_is_refused_with_line_and_mend(topic: Path, old: str, new: str, message: str):
    (topic / "one.spec.yaml").write_text(SPEC.replace(old, new, 1), "utf-8")
    found = problems(topic)
    assert any(message in problem for problem in found), found
    assert all(problem.startswith("snippets/topic/one") for problem in found)


BAD_POLICIES = {
    "broken JSON": ('"Deny",', '"Deny"', "6: is not JSON"),
    "duplicate key": (
        '"Effect": "Deny",',
        '"Effect": "Deny", "Effect": "Allow",',
        "6: duplicate key 'Effect'",
    ),
    "unknown element": ('"Effect"', '"Efect"', "unknown element 'Efect' (did you mean 'Effect'?)"),
    "effect": (
        '"Deny",\n      "Action"',
        '"deny",\n      "Action"',
        "4: Statement[0].Effect: must be Allow or Deny",
    ),
    "operator": ('"Null"', '"Nul"', "unknown condition operator 'Nul'"),
    "no action": ('      "Action": "lambda:CreateFunction",\n', "", "Action or NotAction is missing"),
    "action without service": ("lambda:Create", "Create", "has no service prefix"),
    "version": ("2012-10-17", "2012-10-18", "is not a version of the policy language"),
    "tab": ('  "Version"', '\t"Version"', "2: contains a tab"),
    "no line break at the end": ("]\n}\n", "]\n}", "ends without a line break"),
    "not a number": ('"true"', "NaN", "NaN is not JSON"),
}


@pytest.mark.parametrize(("old", "new", "message"), BAD_POLICIES.values(), ids=list(BAD_POLICIES))
def test_a_bad_policy_is_refused_with_line_and_mend(topic: Path, old: str, new: str, message: str):
    assert old in POLICY
    (topic / "one.json").write_text(POLICY.replace(old, new, 1), "utf-8")
    found = problems(topic)
    assert any(message in problem and "one.json" in problem for problem in found), found


def test_a_byte_order_mark_is_refused(topic: Path):
    (topic / "one.json").write_text("\ufeff" + POLICY, "utf-8")
    assert any("byte order mark" in problem for problem in problems(topic))


def test_another_encoding_is_refused(topic: Path):
    (topic / "one.spec.yaml").write_bytes(SPEC.encode("shift_jis"))
    assert problems(topic) == ["snippets/topic/one.spec.yaml:2: is not UTF-8; save it as UTF-8"]


def test_a_file_nobody_speaks_of_is_refused(topic: Path):
    (topic / "two.json").write_text(POLICY, "utf-8")
    assert problems(topic) == ["snippets/topic/two.json:1: no spec speaks of it; add two.spec.yaml"]


def test_a_spec_without_its_snippet_is_refused(topic: Path):
    (topic / "one.json").unlink()
    assert any("needs one snippet beside it" in problem for problem in problems(topic))


def test_a_file_outside_a_topic_is_refused(topic: Path):
    (topic.parent / "stray.json").write_text(POLICY, "utf-8")
    assert any("stands outside a topic folder" in problem for problem in problems(topic))


def test_a_rule_catches_nothing_in_a_file_that_is_not_linted(topic: Path):
    spec = SPEC.replace("kind: identity-policy", "kind: cli-input\ncommand: aws lambda create-function")
    (topic / "one.spec.yaml").write_text(spec.replace("caught-by: no-vpc", "caught-by: E3003"), "utf-8")
    assert any("16: no lint rule reads a cli-input; name a case" in problem for problem in problems(topic))


def test_a_fact_nobody_wrote_down_is_named_with_its_line(topic: Path):
    spec = SPEC.replace("    decision: deny by Deny", "    decision: deny by Deny\n    facts: [K01, K13]")
    (topic / "one.spec.yaml").write_text(spec, "utf-8")
    loaded = load(topic.parent).values()
    check_facts(loaded, ["K01", "K12", "K13"])
    with pytest.raises(BadInput) as caught:
        check_facts(loaded, ["K01", "K11"])
    assert [str(problem) for problem in caught.value.problems] == [
        "snippets/topic/one.spec.yaml:4: no fact 'K12' in docs/facts.yaml (did you mean 'K11'?)",
        "snippets/topic/one.spec.yaml:12: no fact 'K13' in docs/facts.yaml (did you mean 'K11'?)",
    ]


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_the_page_on_proofs_explains_every_question(language: str):
    page = pages.read(pages.DOCS, language, "reference/how-it-is-proven").sections["spec"].source
    rows = set(re.findall(r"`([a-z-]+)`", " ".join(re.findall(r"(?m)^\| (`[^|]*) \|", page))))
    asked = {key for kind in QUESTIONS.values() for key in kind.KEYS if key in QUESTIONS} | {"to"}
    assert rows == asked, f"docs/{language}/reference/how-it-is-proven.md: mend the tables"


def test_every_mistake_is_reported_at_once(topic: Path):
    (topic / "one.spec.yaml").write_text(
        SPEC.replace("id: no-vpc", "id: X").replace("facts", "fact"), "utf-8"
    )
    (topic / "two.json").write_text(POLICY, "utf-8")
    assert len(problems(topic)) >= 3


def test_dates_stay_text_and_short_forms_become_long():
    data = parse("Version: 2012-10-17\nA: !Ref B\nC: !GetAtt D.Arn\nE: !Sub '${F}'\n", "x.yaml").data
    assert data == {
        "Version": "2012-10-17",
        "A": {"Ref": "B"},
        "C": {"Fn::GetAtt": ["D", "Arn"]},
        "E": {"Fn::Sub": "${F}"},
    }


def test_a_readers_own_file_takes_tabs_where_its_format_does():
    assert parse('{\n\t"a":\t[1]\n}', "x", is_json=True, tabs=True).data == {"a": [1]}
    assert parse("a: |\n  b\tc\n", "x", tabs=True).data == {"a": "b\tc\n"}
    with pytest.raises(BadInput, match="x:2: is not YAML"):
        parse("a:\n\tb: 1\n", "x", tabs=True)


HOSTILE = {
    "deep JSON": ("[" * 100_000, True),
    "deep YAML": ("[" * 100_000, False),
    "alias bomb": (
        "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 64)),
        False,
    ),
    "alias of itself": ("a: &a [*a]", False),
    "nothing": ("", False),
}


@pytest.mark.parametrize(("text", "is_json"), HOSTILE.values(), ids=list(HOSTILE))
def test_hostile_input_ends_in_an_error(text: str, is_json: bool):
    with pytest.raises(BadInput):
        parse(text, "x", is_json=is_json)


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(BadInput, match=r"gone\.yaml:1: cannot be read"):
        read(tmp_path / "gone.yaml", "gone.yaml")


@given(st.text())
def test_any_text_is_read_or_refused(text: str):
    for is_json in (False, True):
        try:
            parse(text, "x", is_json=is_json)
        except BadInput as bad:
            assert all(problem.line >= 1 and problem.message for problem in bad.problems)


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(_values)
def test_json_and_yaml_read_alike(value: object):
    as_json = json.dumps(value, ensure_ascii=True)
    if "\\t" in as_json:
        return
    as_yaml = yaml.safe_dump(value, allow_unicode=False)
    expected = json.loads(as_json)
    assert parse(as_json, "x", is_json=True).data == expected
    if "\t" not in as_yaml:
        assert parse(as_yaml, "x").data == expected


@given(_values, st.text(max_size=30))
def test_any_key_path_is_found_or_refused(value: object, written: str):
    try:
        path = resolve(value, written)
    except ValueError as error:
        assert str(error).startswith("nothing at")
        return
    for key in path:
        value = value[key]
