"""Troubleshooting: what docs/problems.yaml tells, by symptom, and as one list of literal messages.

In a page, `{{ problems internet }}` becomes the problems told for a symptom, `{{ problem-choices internet }}`
the table that leads from what a reader sees to one of them, `{{ symptoms }}` the list of symptoms,
`{{ causes }}` the same with all problems, and `{{ problem-messages }}` the list of all messages.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

import mistakes
from directives import DirectiveError, Handler, expand, without_argument
from facts import citation
from facts import known as known_facts
from lambda_vpc.guide import addresses
from lambda_vpc.guide.languages import LANGUAGES
from lambda_vpc.guide.problems import Known, Problem, Problems, load
from lambda_vpc.guide.snippet import Snippet
from lambda_vpc.reading import BadInput, suggestion
from lambda_vpc.rules import RULES
from lambda_vpc.sentences import GROUPS
from page_links import language_of, own
from render import DOCS, render
from rule_titles import titles

UNFOLDED = 8
"""Problems up to which a page shows them whole; of more, it folds the check and the fix."""

_SNIPPETS = "docs/hooks/snippets.py"
_HEADING = re.compile(r"^#{1,6} +(.+?) +\{#([a-z0-9-]+)\}\s*$", re.MULTILINE)
_FENCED = re.compile(r"^ {0,3}(`{3,}|~{3,}).*?^ {0,3}\1", re.MULTILINE | re.DOTALL)


@dataclass
class _Build:
    """What this build knows; filled before any page is rendered."""

    problems: Problems | None = None
    titles: dict[str, dict[str, str]] = field(default_factory=dict)
    """By language, the headings of the written pages by `network/ipv6.md#ipv6`."""
    cases: dict[str, Snippet] = field(default_factory=dict)
    """The snippet of every case, by the case as pages write it: `TOPIC/NAME#ID`."""


_build = _Build()


# After the snippets hook, which reports what is wrong with a snippet.
def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Read docs/problems.yaml, and stop when it breaks its form or refers to what does not exist."""
    # Loaded by that hook, listed before this one: to load them again would lengthen every build.
    loaded = config.hooks[_SNIPPETS]._snippets
    _build.cases = {
        f"{name}#{case.id}": snippet for name, snippet in loaded.items() for case in snippet.cases
    }
    _build.titles = {language: _titles(language) for language in LANGUAGES}
    known = Known(
        facts=list(known_facts().by_id),
        obstacles=sorted(GROUPS["obstacle"]),
        rules=list(RULES),
        cases=list(_build.cases),
        sections=sorted(set.intersection(*(set(titles) for titles in _build.titles.values()))),
    )
    try:
        _build.problems = load(DOCS / "problems.yaml", known)
    except BadInput as bad:
        mistakes.found(bad, usable=_build.problems is not None)
    return files


def _titles(language: str) -> dict[str, str]:
    found = {}
    for path in sorted((DOCS / language).rglob("*.md")):
        text = _FENCED.sub("", path.read_text("utf-8"))
        for title, id_ in _HEADING.findall(text):
            found[f"{path.relative_to(DOCS / language).as_posix()}#{id_}"] = title
    return found


def _known() -> Problems:
    assert _build.problems is not None, "on_files has not run"
    return _build.problems


def _to(page: Page, target: str) -> str:
    """A link in Markdown to a page of the same language, which MkDocs checks."""
    here = page.file.src_uri.partition("/")[2]
    return posixpath.relpath(target, posixpath.dirname(here) or ".")


def _address(page: Page, problem: Problem) -> str:
    return f"{_to(page, addresses.symptom(problem.symptom))}#{problem.id}"


def _symptom(argument: str) -> str:
    symptoms = _known().symptoms
    if argument not in symptoms:
        raise DirectiveError(f"no symptom '{argument}'{suggestion(argument, list(symptoms))}")
    return argument


def _problems_directive(argument: str, page: Page) -> str:
    language = language_of(page)
    told = _known().told(_symptom(argument))
    called = titles(language)
    return "\n".join(
        render(
            "problem.md",
            language,
            problem=problem,
            folded=len(told) > UNFOLDED,
            cited=citation(problem.facts, page),
            seen=citation(problem.seen_in, page) if problem.seen_in else "",
            sections=[(_build.titles[language][one], _to(page, one)) for one in problem.pages],
            cases=[_case(one, page) for one in problem.cases],
            rules=[
                (one, called.get(one), f"{own(page, addresses.RULES)}#{addresses.rule(one)}")
                for one in problem.rules
            ],
        )
        for problem in told
    )


def _case(written: str, page: Page) -> tuple[str, str]:
    """The title of a case's snippet, and the case's address."""
    name, part = addresses.split(written)
    address = f"{own(page, addresses.snippet_page(name))}#{addresses.case(part)}"
    return _build.cases[written].title[language_of(page)], address


def _choices_directive(argument: str, page: Page) -> str:
    return render(
        "problem-choices.md",
        language_of(page),
        problems=_known().of(_symptom(argument)),
        address=lambda problem: _address(page, problem),
    )


def _symptom_table(template: str) -> Handler:
    def write(page: Page) -> str:
        known = _known()
        return render(
            template,
            language_of(page),
            symptoms=[
                (symptom, known.told(key), f"{_to(page, addresses.symptom(key))}#{key}")
                for key, symptom in known.symptoms.items()
            ],
            address=lambda problem: _address(page, problem),
        )

    return without_argument(write)


def _messages(page: Page) -> str:
    known = _known()
    return render(
        "problem-messages.html",
        language_of(page),
        rows=sorted(
            (
                (message, problem, f"{own(page, addresses.symptom(problem.symptom))}#{problem.id}")
                for problem in known.by_id.values()
                for message in problem.messages
            ),
            key=lambda row: row[0].text.casefold(),
        ),
    )


HANDLERS: dict[str, Handler] = {
    "problems": _problems_directive,
    "problem-choices": _choices_directive,
    "symptoms": _symptom_table("symptoms.md"),
    "causes": _symptom_table("causes.md"),
    "problem-messages": without_argument(_messages),
}


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Expand this hook's directives."""
    return expand(markdown, page, HANDLERS)
