"""Facts: cites a fact where a page rests on it, writes a page for each topic of docs/facts.yaml.

In a page, `{{ fact K02 K03 }}` becomes small links to these facts. `{{ how-checked }}` is the table of the
ways of checking. `{{ facts }}` leads from the id of each fact to the page of its topic: the address of a fact
on the facts page is given out and stays. Other hooks cite with [`citation`][facts.citation]. Once a page is
whole, its citations are numbered in the order in which a reader meets them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

import mistakes
from directives import DirectiveError, Handler, expand, without_argument
from lambda_vpc.guide import addresses
from lambda_vpc.guide.facts import Fact, Facts, load
from lambda_vpc.guide.languages import LANGUAGES
from page_links import language_of, own
from render import DOCS, render, words


def known() -> Facts:
    """The facts as docs/facts.yaml has them now."""
    return mistakes.last_good(load, DOCS / "facts.yaml")


def citation(ids: Iterable[str], page: Page) -> str:
    """Links from a page to facts, as one line of HTML.

    Args:
        ids: as in docs/facts.yaml.
        page: the page that cites.

    Raises:
        ValueError: no such fact.
    """
    cited = [(fact, own(page, addresses.facts(fact.topic))) for fact in known().named(ids)]
    return render("facts-citation.html", language_of(page), cited=cited).strip()


def _fact_directive(argument: str, page: Page) -> str:
    if not argument:
        raise DirectiveError("name the facts after the word fact, as in: fact K02 K03")
    try:
        return citation(argument.split(), page)
    except ValueError as error:
        raise DirectiveError(str(error)) from None


def _table(template: str) -> Handler:
    def write(page: Page) -> str:
        return render(
            template,
            language_of(page),
            facts=known(),
            of=_of,
            address=lambda topic: own(page, addresses.facts(topic)),
        )

    return without_argument(write)


def _of(topic: str) -> list[Fact]:
    """The facts of a topic, by their ids."""
    return sorted((fact for fact in known().by_id.values() if fact.topic == topic), key=lambda fact: fact.id)


HANDLERS = {"fact": _fact_directive, "facts": _table("facts.html"), "how-checked": _table("facts-how.html")}


def on_pre_build(**_: object) -> None:
    """Stop before any page is rendered when docs/facts.yaml breaks its form."""
    known()


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Write a page for each topic in each language."""
    for language in LANGUAGES:
        for topic, name in known().topics.items():
            text = render(
                "facts-topic.html", language, name=name[language], facts=known(), members=_of(topic)
            )
            files.append(File.generated(config, f"{language}/{addresses.facts(topic)}", content=text))
    return files


_CITED = re.compile(r'(?P<link><a href="[^"]*#(?P<anchor>[a-z]\d+)"[^<>]*>)(?P<id>[A-Z]\d+)</a>')
_CITATION = re.compile(r'(<sup class="fact">.*?</sup>)', re.DOTALL)


def on_page_content(html: str, page: Page, **_: object) -> str:
    """Number the citations; the same fact has the same number wherever the page cites it."""
    numbers: dict[str, int] = {}
    word = words()["cite_fact"][language_of(page)]

    def number(found: re.Match[str]) -> str:
        said = found["anchor"] in numbers
        given = numbers.setdefault(found["anchor"], len(numbers) + 1)
        # Said once, as the fact's text is shown once: a reader who comes back to a number knows what it is.
        label = "" if said else f' aria-label="{word.format(number=given)}"'
        link = found["link"].replace(">", f"{label}>")
        return f"{link}{given}</a>"

    # Every second part is a citation. The blank before it goes, at which a line would break.
    *parts, rest = _CITATION.split(html)
    parts[::2] = [part.rstrip() for part in parts[::2]]
    parts[1::2] = [_CITED.sub(number, part) for part in parts[1::2]]
    return "".join([*parts, rest])


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Expand this hook's directives."""
    return expand(markdown, page, HANDLERS)
