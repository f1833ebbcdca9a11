"""Snippets on pages: the block with code, notes, cases and wrong variants, the raw files, a page for each.

In a page, `{{ snippet TOPIC/NAME }}` shows a snippet, `{{ wrong TOPIC/NAME#FILE }}` one wrong variant, and
`{{ rule E9801 }}` what the docstring of a lint rule says, with links to its examples.
`{{ snippet TOPIC/NAME from TOPIC/BASE }}` shows what a template has that another has not, the whole folded.
`{{ network TOPIC/NAME }}` shows a template's network with the way of each of its trace cases, and
`{{ network TOPIC/NAME#FILE }}` that of one wrong variant.
`{{ case TOPIC/NAME#ID words }}` links to a case by these words: its title is no sentence of a page.
Judging is the checker's: this hook runs the cases and reports the ones that come out differently, which
fails the strict build and shows red while serving.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

import case_tables
import code_rows
import differences
import embeds
import excerpts
import histories
import index
import mistakes
import network_pictures
import released
import runtime
import saves
import spec_keys
import variants
from directives import DirectiveError, Handler, expand, without_argument
from facts import citation
from facts import known as known_facts
from lambda_vpc.guide import addresses, placeholders
from lambda_vpc.guide.cases import CaseResult
from lambda_vpc.guide.languages import LANGUAGES
from lambda_vpc.guide.releases import History
from lambda_vpc.guide.snippet import KINDS, Snippet, Wrong
from lambda_vpc.guide.spec import check_facts, load
from lambda_vpc.iam import request
from lambda_vpc.reading import BadInput, suggestion
from lambda_vpc.rules import RULES
from lambda_vpc.sentences import sentence
from page_links import language_of, link, own
from render import render
from rule_titles import titles

log = logging.getLogger("mkdocs.hooks.snippets")

_snippets: dict[str, Snippet] = {}
_results: dict[str, list[CaseResult]] = {}
_topics: dict[str, dict[str, str]] = {}
"""What a topic is called, by language: as the navigation calls it."""


# --- files --------------------------------------------------------------------------------------


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Load and run every snippet; publish the raw files, and a page for each in each language."""
    root = Path(config.config_file_path).parent / "snippets"
    touched = saves.snippets()
    variants.begin(root)
    runtime.begin()
    try:
        loaded = load(root) if touched is None or touched else dict(_snippets)
        check_facts(loaded.values(), known_facts().by_id)
        released.load(root, loaded)
    except BadInput as bad:
        mistakes.found(bad, usable=bool(_snippets))
        loaded, touched = dict(_snippets), set()
    _snippets.clear()
    spec_keys.forget()
    _snippets.update(loaded)
    _topics.update(config.extra["sections"])
    if touched is None:
        _results.clear()
    # Handlers run in processes of their own: meanwhile everything is drawn.
    with ThreadPoolExecutor(1) as thread:
        running = {
            name: thread.submit(snippet.results)
            for name, snippet in loaded.items()
            if touched is None or name in touched
        }
        for snippet in loaded.values():
            # The file itself, not its text: published byte for byte.
            files.append(File.generated(config, snippet.raw, abs_src_path=str(root.parent / snippet.path)))
            # Those of wrong variants are drawn by another process.
            for language in LANGUAGES:
                network_pictures.pictures(snippet, language)
            lines = code_rows.lines(snippet.text, code_rows.syntax_of(snippet.path))
            for file in embeds.files(config, snippet, lines, loaded):
                files.append(file)
        variants.finish()
        for snippet in loaded.values():
            for picture in network_pictures.files(snippet):
                files.append(File.generated(config, picture.file, content=picture.alone))
    _results.update({name: results.result() for name, results in running.items()})
    for name, snippet in loaded.items():
        for result in _results[name]:
            if not result.passed:
                log.warning(
                    "%s:%d: case '%s' expects '%s' but the answer is '%s'",
                    snippet.spec.path, result.case.line, result.case.id, result.case.expected, result.actual,
                )  # fmt: skip
    for file in (
        *released.files(root, config),
        *index.files(config, loaded, _results),
        *runtime.files(config, loaded),
    ):
        files.append(file)
    for language in LANGUAGES:
        files.append(_page(config, language, addresses.SNIPPETS, render("snippets-index.md", language)))
        for snippet in loaded.values():
            text = render(
                "snippet-page.md", language, snippet=snippet, pictured=network_pictures.has_picture(snippet)
            )
            files.append(_page(config, language, addresses.snippet_page(snippet.name), text))
    return files


def on_post_build(config: MkDocsConfig) -> None:
    """Publish what runs the checker in a browser."""
    runtime.publish(Path(config.site_dir))


def _page(config: MkDocsConfig, language: str, path: str, text: str) -> File:
    return File.generated(config, f"{language}/{path}", content=text)


# --- what a template shows ----------------------------------------------------------------------


WHOLE = 40
"""Lines up to which a file is shown whole; of a longer one only what decides or differs."""
LONG = 100
"""Lines from which a file is shown without what it has in common with others."""
ALIKE = 5
"""In so many files a note says what they have in common."""
MOSTLY = 0.6
"""A file whose deciding lines are more than this part of it is shown whole."""


def _notes(snippet: Snippet, language: str) -> dict[int, list[str]]:
    """A snippet's notes by the line they belong to, counted from 1."""
    notes: dict[int, list[str]] = {}
    for note in snippet.notes:
        notes.setdefault(note.line, []).append(note.text[language])
    for one in snippet.no_effect:
        notes.setdefault(snippet.source.line(one.path), []).append(one.because[language])
    return notes


def _code(snippet: Snippet, language: str, *, own_page: bool = False, noted: bool = True) -> str:
    syntax = code_rows.syntax_of(snippet.path)
    return render(
        "snippet-code.html",
        language,
        snippet=snippet,
        rows=code_rows.rows(snippet.text, syntax, _notes(snippet, language) if noted else None),
        syntax=syntax,
        own_page=own_page,
    )


def _decisive(snippet: Snippet, language: str) -> str:
    """A long file's lines that decide, the whole folded; a short one whole."""
    length = snippet.text.count("\n")
    own = [note.line for note in snippet.notes if length <= LONG or note.text["en"] not in _everywhere()]
    shown = excerpts.lines(snippet.text, own)
    if length <= WHOLE or not shown or len(shown) > MOSTLY * length:
        return _code(snippet, language)
    syntax = code_rows.syntax_of(snippet.path)
    every = code_rows.rows(snippet.text, syntax, _notes(snippet, language))
    return render(
        "snippet-excerpt.html",
        language,
        snippet=snippet,
        rows=[code_rows.Row("", change="gap") if number is None else every[number - 1] for number in shown],
        syntax=syntax,
        lines=length,
        code=_code(snippet, language, noted=False),
    )


def _everywhere() -> set[str]:
    """Notes on what most templates do alike, such as how long they keep logs: they decide no single one."""
    counted = Counter(note.text["en"] for snippet in _snippets.values() for note in snippet.notes)
    return {text for text, number in counted.items() if number >= ALIKE}


def _difference(snippet: Snippet, base: Snippet, page: Page) -> str:
    """What the snippet has that the base has not; the whole folded, and copied from either."""
    language = language_of(page)
    syntax = code_rows.syntax_of(snippet.path)
    return render(
        "snippet-difference.html",
        language,
        snippet=snippet,
        base=base,
        base_address=_address(base, page),
        left_out=differences.between(base.text, snippet.text).left_out,
        rows=code_rows.different_rows(base.text, snippet.text, syntax, _notes(snippet, language)),
        syntax=syntax,
        code=_code(snippet, language, noted=False),
    )


def _cases(snippet: Snippet, page: Page, *, own_page: bool) -> str:
    return case_tables.table(
        snippet,
        _results[snippet.name],
        language_of(page),
        own_page=own_page,
        cite=lambda ids: citation(ids, page),
        companions=[(_snippets[name], _address(_snippets[name], page)) for name in snippet.companions],
    )


def _wrong(snippet: Snippet, wrong: Wrong, page: Page, *, own_page: bool) -> str:
    language = language_of(page)
    case = next((case for case in snippet.cases if case.id == wrong.caught_by), None)
    rule = titles(language).get(wrong.caught_by) if case is None else None
    outcome = None
    if case is not None:
        outcome = variants.outcome(snippet, wrong)
        where = f"{_address(snippet, page)}#{addresses.case(case.id)}"
    else:  # a rule of cfn-lint itself stands on no page of the guide
        where = f"{own(page, addresses.RULES)}#{addresses.rule(wrong.caught_by)}" if rule else None
    syntax = code_rows.syntax_of(wrong.path)
    return render(
        "snippet-wrong.html",
        language,
        snippet=snippet,
        wrong=wrong,
        rows=variants.changed(snippet, wrong),
        compared=wrong.text != snippet.text,
        picture=network_pictures.picture_of_wrong(snippet, wrong.name, language),
        address=lambda file: link(page, file),
        syntax=syntax,
        case=case,
        rule=rule,
        outcome=outcome,
        alike=case_tables.alike,
        sentence=sentence,
        where=where,
        own_page=own_page,
    )


def _notice(snippet: Snippet, page: Page) -> str:
    superseded = released.history(snippet.name).superseded
    instead = _snippets[superseded.by] if superseded else None
    return histories.notice(snippet, instead, page, _address(instead, page) if instead else None)


def _address(snippet: Snippet, page: Page) -> str:
    return own(page, addresses.snippet_page(snippet.name))


# --- directives ---------------------------------------------------------------------------------


def _find(name: str) -> Snippet:
    if name not in _snippets:
        raise DirectiveError(f"no snippet '{name}'{suggestion(name, list(_snippets))}")
    return _snippets[name]


def _base(name: str, snippet: Snippet) -> Snippet:
    base = _find(name)
    for one in (snippet, base):
        if one.kind != "template" or code_rows.syntax_of(one.path) != "yaml":
            raise DirectiveError(f"only templates in YAML are compared; {one.name} is none: leave 'from' out")
    if base is snippet:
        raise DirectiveError(f"{name} does not differ from itself: leave 'from' out, or name another base")
    return base


def _find_part(argument: str, what: str, known: Callable[[Snippet], list[str]]) -> tuple[Snippet, str]:
    name, part = addresses.split(argument)
    snippet = _find(name)
    if part not in known(snippet):
        raise DirectiveError(f"{name} has no {what} '{part}'{suggestion(part, known(snippet))}")
    return snippet, part


def _snippet_directive(argument: str, page: Page) -> str:
    name, from_, base = argument.partition(" from ")
    snippet = _find(name)
    language = language_of(page)
    return render(
        "snippet.html",
        language,
        snippet=snippet,
        notice=_notice(snippet, page),
        code=_difference(snippet, _base(base, snippet), page) if from_ else _decisive(snippet, language),
        cases=_cases(snippet, page, own_page=False),
        wrong=[_wrong(snippet, wrong, page, own_page=False) for wrong in snippet.wrong],
        address=_address(snippet, page),
        raw=link(page, snippet.raw),
        cite=lambda ids: citation(ids, page),
    )


def _code_directive(argument: str, page: Page) -> str:
    snippet = _find(argument)
    language = language_of(page)
    return (
        _code(snippet, language, own_page=True)
        + render("snippet-links.html", language, snippet=snippet, raw=link(page, snippet.raw), address=None)
        + render("change-place.html", language, snippet=snippet, installed=runtime.installed())
    )


def _cases_directive(argument: str, page: Page) -> str:
    return _cases(_find(argument), page, own_page=True)


def _wrong_directive(argument: str, page: Page) -> str:
    snippet, part = _find_part(argument, "wrong variant", lambda found: [w.name for w in found.wrong])
    wrong = next(wrong for wrong in snippet.wrong if wrong.name == part)
    return _wrong(snippet, wrong, page, own_page=False)


def _wrong_list_directive(argument: str, page: Page) -> str:
    snippet = _find(argument)
    return "\n".join(_wrong(snippet, wrong, page, own_page=True) for wrong in snippet.wrong)


def _released_directive(argument: str, page: Page) -> str:
    """What comes first on a snippet's page: the answer to a link that names a version, and a warning."""
    return histories.pinned(page) + _notice(_find(argument), page)


def _facts_directive(argument: str, page: Page) -> str:
    snippet = _find(argument)
    ids = dict.fromkeys((*snippet.facts, *(id_ for case in snippet.cases for id_ in case.facts)))
    facts = [(fact, own(page, addresses.facts(fact.topic))) for fact in known_facts().named(ids)]
    return render("snippet-facts.html", language_of(page), facts=facts)


def _links_directive(argument: str, page: Page) -> str:
    return histories.links(_find(argument), page)


def _history_directive(argument: str, page: Page) -> str:
    return histories.history(_find(argument), page)


def _network_directive(argument: str, page: Page) -> str:
    if "#" in argument:
        snippet, part = _find_part(argument, "wrong variant", lambda found: [w.name for w in found.wrong])
        address = f"{_address(snippet, page)}#{addresses.wrong(part)}"
        drawn = network_pictures.figure_of_wrong(snippet, part, language_of(page), address)
    else:
        snippet = _find(argument)
        drawn = network_pictures.figure(snippet, language_of(page), lambda file: link(page, file))
    if not drawn:
        raise DirectiveError(f"{argument} has no trace case, so there is no way to draw; leave 'network' out")
    return drawn


def _case_directive(argument: str, page: Page) -> str:
    named, _, text = argument.partition(" ")
    snippet, part = _find_part(named, "case", lambda found: [case.id for case in found.cases])
    if not text:
        raise DirectiveError(f"say in words what the case shows, as in: case {named} yes")
    return f'<a href="{_address(snippet, page)}#{addresses.case(part)}">{text.strip()}</a>'


def _catalogue(page: Page) -> str:
    topics: dict[str, list[tuple[Snippet, str, str, History]]] = {}
    for snippet in _snippets.values():
        topic = snippet.name.partition("/")[0]
        entry = snippet, _address(snippet, page), link(page, snippet.raw), released.history(snippet.name)
        topics.setdefault(topic, []).append(entry)
    kinds = {snippet.kind for snippet in _snippets.values()}
    return render(
        "snippets-catalogue.html",
        language_of(page),
        topics=topics,
        names=_topics,
        kinds=[kind for kind in KINDS if kind in kinds],
    )


# Rows by what they hang on: the settings a call gives, or on whose behalf it is made.
_ROWS = {"vpc": request.Settings, "source-function": request.By}


def _request_context_directive(argument: str, page: Page) -> str:
    """A row for each situation, a column for each condition key."""
    if argument not in _ROWS:
        raise DirectiveError(f"which rows? give one of: {', '.join(_ROWS)}")
    found = [row for row in request.ROWS if isinstance(row.when, _ROWS[argument])]
    situations: dict[tuple[tuple[str, ...], object], dict[str, request.Row]] = {}
    for row in found:
        situations.setdefault((row.calls, row.when), {}).update(dict.fromkeys(row.keys, row))
    return render(
        "request-context.html",
        language_of(page),
        keys=list(dict.fromkeys(key for row in found for key in row.keys)),
        situations=situations,
        cite=lambda ids: citation(ids, page),
    )


def _placeholders(page: Page) -> str:
    return render(
        "placeholders.html",
        language_of(page),
        principals=placeholders.principals(),
        networks=placeholders.networks(),
    )


def _spec_directive(argument: str, page: Page) -> str:
    snippet = _find(argument)
    return render(
        "spec.html", language_of(page), snippet=snippet, rows=code_rows.rows(snippet.spec.text, "yaml")
    )


def _spec_keys_directive(argument: str, page: Page) -> str:
    return spec_keys.listed(argument, page, _snippets, lambda snippet: _address(snippet, page))


def _rule_directive(argument: str, page: Page) -> str:
    """A lint rule with its examples; `argument` is its id."""
    if argument not in RULES:
        raise DirectiveError(f"no rule '{argument}'{suggestion(argument, list(RULES))}")
    return render(
        "rule.html", language_of(page), rule=RULES[argument], example=lambda name: _example(name, page)
    )


def _example(written: str, page: Page) -> tuple[str, Snippet, Wrong | None]:
    """Address and snippet of an example of a lint rule, and the wrong variant if it is one."""
    name, variant = addresses.split(written)
    snippet = _snippets[name]
    wrong = next((wrong for wrong in snippet.wrong if wrong.name == variant), None)
    return _address(snippet, page) + (f"#{addresses.wrong(variant)}" if wrong else ""), snippet, wrong


HANDLERS: dict[str, Handler] = {
    "rule": _rule_directive,
    "snippet": _snippet_directive,
    "snippet-code": _code_directive,
    "snippet-cases": _cases_directive,
    "snippet-wrong": _wrong_list_directive,
    "snippet-released": _released_directive,
    "snippet-facts": _facts_directive,
    "snippet-links": _links_directive,
    "snippet-history": _history_directive,
    "wrong": _wrong_directive,
    "network": _network_directive,
    "case": _case_directive,
    "spec": _spec_directive,
    "spec-keys": _spec_keys_directive,
    "catalogue": without_argument(_catalogue),
    "request-context": _request_context_directive,
    "placeholders": without_argument(_placeholders),
}


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Expand this hook's directives."""
    return expand(markdown, page, HANDLERS)
