"""What came out of a snippet's cases, as tables: on its pages, and beside a reader's change of it.

MkDocs is not needed: the same code runs in the reader's browser.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from lambda_vpc.guide.cases import CaseResult
from lambda_vpc.guide.cases.trace import SubnetAnswer, TraceCase, TraceResult
from lambda_vpc.guide.snippet import Snippet
from lambda_vpc.sentences import sentence
from render import render


def table(
    snippet: Snippet,
    results: Sequence[CaseResult],
    language: str,
    *,
    own_page: bool,
    cite: Callable[[Iterable[str]], str],
    companions: Sequence[tuple[Snippet, str]],
) -> str:
    """The cases of a snippet with their answers, as HTML; those that come out differently are marked.

    Args:
        snippet: whose cases they are.
        results: what came out of each.
        language: `ja` or `en`.
        own_page: whether it is the snippet's own page, on which each case has an id.
        cite: links to facts by their ids, as HTML.
        companions: the snippets whose policies apply besides, each with its address.
    """
    return render(
        "snippet-cases.html",
        language,
        snippet=snippet,
        results=results,
        own_page=own_page,
        sentence=sentence,
        by_answer=by_answer,
        cite=cite,
        companions=companions,
    )


def alike(case: TraceCase, outcome: TraceResult) -> list[tuple[list[str] | None, SubnetAnswer]]:
    """The answers that differ from the case's, each once, with the subnets that give it.

    No subnets: all of them, where there are several. `None`: the function has no VPC.
    """
    found: dict[SubnetAnswer, list[str]] = {}
    for subnet, answer in outcome.answers.items():
        if case.answers.get(subnet) != answer:
            found.setdefault(answer, []).append(subnet)
    if list(outcome.answers) == [case.NO_VPC]:
        return [(None, answer) for answer in found]
    several = len(outcome.answers) > 1
    return [
        ([] if several and len(of) == len(outcome.answers) else of, answer) for answer, of in found.items()
    ]


def by_answer(result: TraceResult) -> list[tuple[list[str], SubnetAnswer]]:
    """What came out for each subnet that the case asks about, the subnets with the same answer together."""
    found: dict[SubnetAnswer, list[str]] = {}
    for subnet, expected in result.case.answers.items():
        found.setdefault(result.answers.get(subnet, expected), []).append(subnet)
    return [(subnets, answer) for answer, subnets in found.items()]
