"""Troubleshooting: every obstacle and lint rule has its problem, every problem a command that only reads."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

import commands
import pages
from lambda_vpc import reading
from lambda_vpc.guide import addresses, facts, problems
from lambda_vpc.guide.spec import load
from lambda_vpc.reading import BadInput, parse
from lambda_vpc.rules import RULES, findings
from lambda_vpc.sentences import GROUPS, reason

SNIPPETS = load(pages.ROOT / "snippets")


def _sections() -> list[str]:
    by_language = [
        {
            f"{name}.md#{id_}"
            for name in pages.names(pages.DOCS, language)
            for id_ in pages.read(pages.DOCS, language, name).sections
        }
        for language in pages.LANGUAGES
    ]
    return sorted(set.intersection(*by_language))


KNOWN = problems.Known(
    facts=list(facts.load(pages.DOCS / "facts.yaml").by_id),
    obstacles=sorted(GROUPS["obstacle"]),
    rules=list(RULES),
    cases=[f"{name}#{case.id}" for name, snippet in SNIPPETS.items() for case in snippet.cases],
    sections=_sections(),
)
PROBLEMS = problems.load(pages.DOCS / "problems.yaml", KNOWN)
ALL = list(PROBLEMS.by_id.values())

each_problem = pytest.mark.parametrize("problem", ALL, ids=lambda problem: problem.id)


# What there must be


def test_every_obstacle_of_the_checker_is_reached_from_a_problem() -> None:
    reached = {code for problem in ALL for code in problem.obstacles}
    missing = sorted(GROUPS["obstacle"] - reached)
    assert not missing, f"docs/problems.yaml: name these under `obstacles` of a problem: {missing}"


def test_every_lint_rule_is_reached_from_a_problem() -> None:
    missing = sorted(RULES.keys() - {rule for problem in ALL for rule in problem.rules})
    assert not missing, f"docs/problems.yaml: name these under `rules` of a problem: {missing}"


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_every_symptom_has_a_page_that_tells_its_problems(language: str) -> None:
    for symptom in PROBLEMS.symptoms:
        page = pages.DOCS / language / addresses.symptom(symptom)
        assert page.is_file(), f"write {page.relative_to(pages.ROOT)}"
        text = page.read_text("utf-8")
        for directive in (f"{{{{ problem-choices {symptom} }}}}", f"{{{{ problems {symptom} }}}}"):
            assert directive in text, f"{page.relative_to(pages.ROOT)}: add {directive}"


# Commands

READING = re.compile(r"(?:describe|get|list|lookup|simulate|validate)-")


@each_problem
def test_the_first_command_only_reads_and_the_aws_cli_accepts_it(problem: problems.Problem) -> None:
    place = f"docs/problems.yaml:{problem.line}"
    found, wrong = commands.in_page(place, f"```console\n$ {problem.command}\n```\n")
    assert not wrong, wrong
    assert len(found) == 1, f"{place}: '{problem.id}' needs exactly one aws command"
    assert not commands.mistakes(found[0].words, SNIPPETS)
    operation = found[0].words[2]
    assert READING.match(operation), (
        f"{place}: '{operation}' may change something; begin with a command that reads"
    )


@pytest.mark.parametrize(
    "operation", ["delete-network-interface", "detach-network-interface", "wait", "invoke"]
)
def test_a_command_that_changes_something_is_no_first_command(operation: str) -> None:
    assert not READING.match(operation)


# Messages


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_every_message_stands_whole_below_the_heading_of_its_problem(site: Path, language: str) -> None:
    for problem in ALL:
        page = site / language / addresses.symptom(problem.symptom).removesuffix(".md") / "index.html"
        text = page.read_text("utf-8")
        start = text.index(f'<h3 id="{problem.id}">')
        end = text.find("<h3 id=", start + 1)
        told = html.unescape(re.sub("<[^>]+>", "", text[start : end if end > 0 else len(text)]))
        for message in problem.messages:
            assert message.text in told, f"docs/problems.yaml:{message.line}: not on {page.relative_to(site)}"


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_the_list_of_messages_holds_every_message(site: Path, language: str) -> None:
    page = (site / language / "troubleshooting" / "index.html").read_text("utf-8")
    told = html.unescape(re.sub("<[^>]+>", "", page))
    missing = [message.text for problem in ALL for message in problem.messages if message.text not in told]
    assert not missing


OWN_IDS = {
    r"(sg|subnet|vpc|eipalloc)-0[0-9a-f]+": r"\1-0fedcba9876543210",
    "111122223333": "444455556666",
    "orders-api": "invoices",
}


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_a_pasted_message_finds_its_problem_with_the_readers_own_ids(
    browser: Browser, served_site: str, language: str
) -> None:
    page = browser.new_page()
    page.goto(f"{served_site}{language}/")
    for name in (language, f"{language}-lists"):
        page.add_script_tag(url=f"{served_site}search/{name}.js")
    shared = [message.text for problem in ALL for message in problem.messages]
    lost = []
    for problem in ALL:
        for message in problem.messages:
            # Short ones, such as a value in the output of a command, are on other pages as well.
            if shared.count(message.text) > 1 or len(message.text.split()) < 5 or message.by == "trace":
                continue
            pasted = message.text
            for ours, theirs in OWN_IDS.items():
                pasted = re.sub(ours, theirs, pasted)
            for query in (message.text, pasted):
                results = page.evaluate(
                    "query => guideSearch.rank(guideSearch.pages, query, guideSearch.words).slice(0, 3)"
                    ".flatMap(items => items.slice(0, 3)).map(item => item.location)",
                    query,
                )
                symptom = addresses.symptom(problem.symptom).removesuffix(".md")
                if f"{language}/{symptom}/#{problem.id}" not in results:
                    lost.append(f"docs/problems.yaml:{message.line}: '{query}' finds {results}")
    page.close()
    assert not lost, "\n" + "\n".join(lost)


def test_a_message_of_the_trace_is_one_that_it_prints() -> None:
    printed = {reason(code, "en") for code in GROUPS["obstacle"]}
    for problem in ALL:
        for message in problem.messages:
            if message.by == "trace":
                assert message.text in printed, f"docs/problems.yaml:{message.line}: no obstacle says this"


def _printed_by(rule: str) -> list[str]:
    """What a rule says of its wrong examples; a policy is judged as a template's resource."""
    said = []
    for named in RULES[rule].wrong:
        name, variant = addresses.split(named)
        (path,) = (pages.ROOT / "snippets" / f"{name}.wrong").glob(f"{variant}.*")
        source = reading.read(path)
        if path.suffix == ".json":
            resource = {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": source.data}}
            source = parse(json.dumps({"Resources": {"Policy": resource}}), path.name, is_json=True)
        said += [f"{report.rule} {report.message}" for report in findings(source)]
    return said


def test_a_message_of_a_lint_rule_is_one_that_it_prints() -> None:
    for problem in ALL:
        for message in problem.messages:
            rule = message.text.partition(" ")[0]
            if message.by == "cfn-lint" and message.fact is None and rule in RULES:
                assert rule in problem.rules, f"docs/problems.yaml:{message.line}: add {rule} to `rules`"
                assert any(message.text in said for said in _printed_by(rule)), (
                    f"docs/problems.yaml:{message.line}: {rule} says none of this about its wrong examples"
                )


# The reader: each of these mistakes is named with its line

GOOD = """\
symptoms:
  internet:
    title: {ja: 接続できない, en: No internet}
    seen: {ja: 失敗します。, en: It fails.}
problems:
  - id: no-route
    symptom: internet
    title: {ja: ルートがない, en: No route}
    when: {ja: いつも失敗します。, en: It always fails.}
    messages:
      - {by: log, text: Task timed out, fact: X01}
    means: {ja: 出られません。, en: No way out.}
    check:
      command: aws ec2 describe-route-tables
      shows: {ja: ルートです。, en: A route.}
    fix: {ja: 加えます。, en: Add one.}
    pages: ["network/attach.md#attach"]
    obstacles: [no-default-route]
    rules: [W9811]
    cases: ["network/nat-per-az#internet"]
    facts: [N01]
"""


def test_a_good_file_is_read() -> None:
    found = problems.parse(parse(GOOD, "docs/problems.yaml"), KNOWN)
    (problem,) = found.of("internet")
    assert problem.command == "aws ec2 describe-route-tables"
    assert problem.seen_in == ("X01",)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("symptom: internet", "symptom: internt", "7: unknown symptom 'internt' (did you mean 'internet'?)"),
        ("    seen:", "    saw:", "4: unknown key 'saw'"),
        ("    fix:", "    fixes:", "16: unknown key 'fixes'"),
        ("    fix: {ja: 加えます。, en: Add one.}\n", "", "6: 'fix' is missing; add it"),
        ("id: no-route", "id: No route", "6: an id is lower-case words joined by '-'"),
        (", en: Add one.", "", "16: 'en' is missing; add it"),
        ("by: log", "by: lgo", "11: unknown source of messages 'lgo' (did you mean 'log'?)"),
        (", fact: X01", "", "11: 'fact' is missing; name the fact that says where the message was seen"),
        ("fact: X01", "fact: X99", "11: unknown fact 'X99'"),
        ("no-default-route", "no-default-rout", "18: unknown obstacle 'no-default-rout' (did you mean"),
        ("W9811", "W9899", "19: unknown rule 'W9899'"),
        ("#internet", "#internett", "20: unknown case 'network/nat-per-az#internett' (did you mean"),
        (
            "attach.md#attach",
            "attach.md#atach",
            "17: unknown section 'network/attach.md#atach' (did you mean",
        ),
        ("[N01]", "[]", "21: 'facts' is empty; name at least one"),
        (
            "    messages:\n      - {by: log, text: Task timed out, fact: X01}",
            "    messages: []",
            "10: 'messages' is empty",
        ),
        ("command: aws ec2 describe-route-tables", "command:", "14: 'command' must be a text"),
        (
            "problems:\n",
            "  dns: {title: {ja: 名前, en: Name}, seen: {ja: 名前です。, en: A name.}}\nproblems:\n",
            "5: no problem has the symptom 'dns'; write one, or remove it",
        ),
    ],
)
def test_a_mistake_is_named_with_its_line(old: str, new: str, complaint: str) -> None:
    assert GOOD.count(old) == 1
    with pytest.raises(BadInput) as raised:
        problems.parse(parse(GOOD.replace(old, new), "docs/problems.yaml"), KNOWN)
    found = [str(problem) for problem in raised.value.problems]
    assert any(message.startswith(f"docs/problems.yaml:{complaint}") for message in found), found


def test_a_second_problem_with_the_same_id_is_refused() -> None:
    again = GOOD[GOOD.index("  - id:") :]
    with pytest.raises(
        BadInput, match=r"docs/problems\.yaml:22: duplicate id 'no-route' \(first on line 6\)"
    ):
        problems.parse(parse(GOOD + again, "docs/problems.yaml"), KNOWN)
