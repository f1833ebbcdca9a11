"""Every snippet passes cfn-lint and the guide's own rules; a wrong variant is caught as its spec says."""

from __future__ import annotations

import textwrap
from functools import cache
from pathlib import Path

import pytest

from lambda_vpc import rules
from lambda_vpc.guide.snippet import KINDS, POLICY_LAYERS
from lambda_vpc.guide.spec import load
from lambda_vpc.reading import parse
from lambda_vpc.rules import CARRIERS, RULES, findings

SNIPPETS = load(Path(__file__).parents[1] / "snippets")
OWN = RULES
LINTED = {name: snippet for name, snippet in SNIPPETS.items() if snippet.kind in CARRIERS}
WRONG = {
    f"{snippet.name}#{wrong.name}": (snippet, wrong)
    for snippet in LINTED.values()
    for wrong in snippet.wrong
    if wrong.kind in CARRIERS
}


@cache
def lint(kind, text, path):
    """Lint a file; several tests ask about the same one."""
    return rules.lint(kind, text, path)


def _accepted(snippet):
    return {accept.rule for accept in snippet.accept}


def test_there_are_snippets_and_wrong_variants_to_lint():
    assert LINTED
    assert {wrong.caught_by_rule for _, wrong in WRONG.values()} == {True, False}


def test_every_kind_of_policy_and_template_can_be_linted():
    assert set(CARRIERS) == {*POLICY_LAYERS, "template"} <= set(KINDS)


@pytest.mark.parametrize("name", LINTED)
def test_a_snippet_has_no_finding_that_its_spec_does_not_account_for(name):
    snippet = LINTED[name]
    found = lint(snippet.kind, snippet.text, snippet.path)
    unaccounted = [str(finding) for finding in found if finding.rule not in _accepted(snippet)]
    assert not unaccounted, "mend the snippet, or accept the rule in its spec with the reason:\n" + "\n".join(
        unaccounted
    )


@pytest.mark.parametrize("name", LINTED)
def test_every_accepted_finding_still_occurs(name):
    snippet = LINTED[name]
    found = {finding.rule for finding in lint(snippet.kind, snippet.text, snippet.path)}
    assert _accepted(snippet) <= found, f"{snippet.spec.path}: remove the accepted rules that no longer speak"


def test_nothing_is_accepted_where_nothing_is_linted():
    idle = [
        snippet.spec.path for snippet in SNIPPETS.values() if snippet.accept and snippet.kind not in CARRIERS
    ]
    assert not idle, f"'accept' means nothing in these specs: {idle}"


@pytest.mark.parametrize(
    "address", [address for address, (_, wrong) in WRONG.items() if wrong.caught_by_rule]
)
def test_a_wrong_variant_is_caught_by_the_rule_it_names_and_by_no_other(address):
    snippet, wrong = WRONG[address]
    found = lint(wrong.kind, wrong.text, wrong.path)
    named = {finding.rule for finding in found} - _accepted(snippet)
    assert named == {wrong.caught_by}, f"{wrong.path}: expected {wrong.caught_by} alone:\n" + "\n".join(
        map(str, found)
    )


@pytest.mark.parametrize(
    "address", [address for address, (_, wrong) in WRONG.items() if not wrong.caught_by_rule]
)
def test_a_wrong_variant_that_a_case_catches_passes_the_rules_of_cfn_lint(address):
    """What stock cfn-lint sees needs no guide; rules of the guide may see it besides the case."""
    snippet, wrong = WRONG[address]
    found = lint(wrong.kind, wrong.text, wrong.path)
    stock = {finding.rule for finding in found} - _accepted(snippet) - OWN.keys()
    assert not stock, f"{wrong.path}: show a mistake that cfn-lint passes, or name its rule:\n" + "\n".join(
        map(str, found)
    )


@pytest.mark.parametrize("rule", OWN)
def test_a_rule_shows_wrong_variants_that_it_catches_and_snippets_that_it_passes(rule):
    text = OWN[rule]
    for address in text.wrong:
        assert address in WRONG, f"{rule} names '{address}' as wrong: there is no such variant"
        _, wrong = WRONG[address]
        found = {finding.rule for finding in lint(wrong.kind, wrong.text, wrong.path)}
        assert rule in found, f"{rule} names '{address}' as wrong, and does not find anything in it"
    for address in text.right:
        assert address in LINTED, f"{rule} names '{address}' as right: there is no such snippet"
        assert rule not in _accepted(LINTED[address]), f"{address} accepts {rule} and is no model for it"


# Snippets and wrong variants alike
BOTH = {at.path: at for snippet in LINTED.values() for at in (snippet, *snippet.wrong) if at.kind in CARRIERS}


@pytest.mark.parametrize("path", BOTH)
def test_the_rules_find_the_same_with_and_without_cfn_lint(path):
    kind, text = BOTH[path].kind, BOTH[path].text
    with_it = [
        (found.rule, found.line, found.message) for found in lint(kind, text, path) if found.rule in OWN
    ]
    before, after = CARRIERS[kind]
    text = f"{before}{text}{after}"
    source = parse(text, path, is_json=text.lstrip().startswith("{"), tabs=True)
    without = [(found.rule, found.line, textwrap.shorten(found.message, 400)) for found in findings(source)]
    assert sorted(without) == sorted(with_it)
