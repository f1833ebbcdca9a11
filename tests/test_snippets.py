"""Every snippet keeps what its spec promises, and its spec promises enough."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import pytest

from lambda_vpc.guide.cases import Case, CaseResult
from lambda_vpc.guide.cases.decision import DecisionResult
from lambda_vpc.guide.new import MARK
from lambda_vpc.guide.snippet import POLICY_LAYERS, Snippet, Wrong
from lambda_vpc.guide.spec import load
from lambda_vpc.iam.policy import Policy
from mutate_snippets import undefined_handlers

ROOT = Path(__file__).parents[1]
SNIPPETS = load(ROOT / "snippets")
CASES = [(snippet, case) for snippet in SNIPPETS.values() for case in snippet.cases]
WRONG = [(snippet, wrong) for snippet in SNIPPETS.values() for wrong in snippet.wrong]
# Those that a lint rule catches are demanded in test_lint.py.
CAUGHT_BY_A_CASE = [(snippet, wrong) for snippet, wrong in WRONG if not wrong.caught_by_rule]
JSON = {name: snippet for name, snippet in SNIPPETS.items() if snippet.path.endswith(".json")}
STATEMENTS = [
    (snippet, statement.name)
    for snippet in SNIPPETS.values()
    if snippet.kind in POLICY_LAYERS
    for statement in Policy.parse(snippet.source.data).statements
]


def _ids(pairs: list) -> list[str]:
    return [f"{snippet.name}#{getattr(part, 'id', getattr(part, 'name', part))}" for snippet, part in pairs]


def test_there_is_something_to_prove():
    assert len(SNIPPETS) >= 6
    assert len(CASES) > len(SNIPPETS)
    assert CAUGHT_BY_A_CASE
    assert len(CAUGHT_BY_A_CASE) < len(WRONG)
    assert JSON
    assert len(JSON) < len(SNIPPETS)


@cache
def results(name: str) -> dict[str, CaseResult]:
    """What comes out of a snippet's cases, by their ids; they run once for all tests here."""
    return {result.case.id: result for result in SNIPPETS[name].results()}


@pytest.mark.parametrize(("snippet", "case"), CASES, ids=_ids(CASES))
def test_each_case_comes_out_as_expected(snippet: Snippet, case: Case):
    result = results(snippet.name)[case.id]
    assert result.passed, (
        f"{snippet.spec.path}:{case.line}: case '{case.id}' expects '{case.expected}', "
        f"but the answer is '{result.actual}': mend {snippet.path}, or the expectation"
    )


def _unlimited(snippet: Snippet, name: str) -> bool:
    found = next(one for one in Policy.parse(snippet.source.data).statements if one.name == name)
    return found.allow and found.written_actions == found.resources == ("*",) and not found.conditions


@pytest.mark.parametrize(("snippet", "statement"), STATEMENTS, ids=_ids(STATEMENTS))
def test_each_statement_lets_something_through_and_stops_something(snippet: Snippet, statement: str):
    asked = [
        result
        for result in results(snippet.name).values()
        if isinstance(result, DecisionResult) and result.decision is not None
    ]
    decided = [result for result in asked if result.decision.statement == statement]
    passed_by = [
        result for result in asked if any(reason.statement == statement for reason in result.decision.why)
    ]
    allows = any(result.decision.allowed for result in decided)
    lets_through = allows or any(result.decision.allowed for result in passed_by)
    # A statement that allows everything stops nothing; what counts is that it is not attached everywhere.
    considered = asked if _unlimited(snippet, statement) else [*decided, *passed_by]
    stops = any(not result.decision.allowed for result in considered)
    assert lets_through, f"{snippet.spec.path}: add a case that statement '{statement}' lets through"
    assert stops, f"{snippet.spec.path}: add a case that statement '{statement}' stops"
    assert decided, f"{snippet.spec.path}: add a case that statement '{statement}' decides"


@pytest.mark.parametrize(("snippet", "wrong"), CAUGHT_BY_A_CASE, ids=_ids(CAUGHT_BY_A_CASE))
def test_each_wrong_variant_is_caught_by_the_case_it_names(snippet: Snippet, wrong: Wrong):
    failed = [result.case.id for result in snippet.results_of(wrong) if not result.passed]
    assert wrong.caught_by in failed, (
        f"{wrong.path}: case '{wrong.caught_by}' does not catch it; failing cases: {failed or 'none'}"
    )


@pytest.mark.parametrize(("snippet", "wrong"), WRONG, ids=_ids(WRONG))
def test_each_wrong_variant_differs_from_the_right_one(snippet: Snippet, wrong: Wrong):
    assert wrong.source.data != snippet.source.data or wrong.attach_to is not None, (
        f"{wrong.path}: the same as {snippet.path}; make the mistake in it"
    )


@pytest.mark.parametrize("name", [name for name, found in SNIPPETS.items() if found.kind == "template"])
def test_each_inline_handler_is_defined_in_its_code(name: str):
    snippet = SNIPPETS[name]
    for source in (snippet.source, *(wrong.source for wrong in snippet.wrong)):
        assert not undefined_handlers(source.data), f"{source.path}: Handler names no function of the code"


@pytest.mark.parametrize("snippet", JSON.values(), ids=list(JSON))
def test_each_json_file_is_written_as_everyone_writes_it(snippet: Snippet):
    assert snippet.text == json.dumps(snippet.source.data, indent=2, ensure_ascii=False) + "\n", (
        f"{snippet.path}: format it with `python -m json.tool --indent 2 --no-ensure-ascii {snippet.path}`"
    )


@pytest.mark.parametrize("snippet", SNIPPETS.values(), ids=list(SNIPPETS))
def test_each_snippet_is_written_to_its_end(snippet: Snippet):
    files = (snippet.source, snippet.spec, *(wrong.source for wrong in snippet.wrong))
    left = [
        f"{file.path}:{number}: {line.strip()}"
        for file in files
        for number, line in enumerate(file.text.splitlines(), 1)
        if MARK in line
    ]
    if left:
        pytest.fail("write what is left:\n" + "\n".join(left), pytrace=False)


@pytest.mark.parametrize("snippet", SNIPPETS.values(), ids=list(SNIPPETS))
def test_each_snippet_is_shown_on_a_page_in_both_languages(snippet: Snippet):
    for language in ("ja", "en"):
        pages = (ROOT / "docs" / language).rglob("*.md")
        # Whole, or as what it has that another one has not.
        shown = re.compile(rf"\{{\{{ snippet {re.escape(snippet.name)}(?: from \S+)? \}}\}}")
        assert any(shown.search(page.read_text("utf-8")) for page in pages), (
            f"{snippet.path}: no page under docs/{language} shows it; add {{{{ snippet {snippet.name} }}}}"
        )
