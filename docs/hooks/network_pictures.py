"""Pictures of a template's network, one for each question that its trace cases ask.

The first case's picture stands on the page, with a link for each case to its picture, a file of its own.
docs/theme/assets/networks.js shows that one in the page instead. docs/hooks/snippets.py puts all on the site.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lambda_vpc import diagram
from lambda_vpc.diagram.shapes import Layout
from lambda_vpc.guide import addresses
from lambda_vpc.guide.cases import Case, Subject
from lambda_vpc.guide.cases.trace import TraceCase
from lambda_vpc.guide.languages import LANGUAGES
from lambda_vpc.guide.snippet import Snippet
from lambda_vpc.network import from_template
from lambda_vpc.reading import Source
from render import render, words

NARROW = range(400, 520)
"""Widths, in units, of pictures that a phone shows at once, made smaller: docs/theme/assets/networks.css.
A wider one is scrolled, and a smaller one fits."""
_WIDTH = re.compile(r' width="([\d.]+)"')
ZONE = "AWS::EC2::AvailabilityZone::Name"


@dataclass(frozen=True)
class Picture:
    """What a page shows of one case."""

    file: str
    """Below the site's root."""
    svg: str
    """To stand in a page."""
    alone: str
    """To be a file."""
    narrow: bool
    """Whether it is made as wide as a phone, and still read."""
    label: str
    """What is asked, in few words: where to, and what is otherwise than usual."""
    outcome: str
    """`reached`, `blocked`, `unknown` or `partly`."""
    reached: int
    subnets: int
    layout: Layout
    """Where everything stands."""


Made = dict[tuple[str, ...], Picture]
"""Pictures, by all that they hang on."""


def has_picture(snippet: Snippet) -> bool:
    """Whether a snippet is a template with a trace case."""
    return bool(_cases(snippet))


def pictures(snippet: Snippet, language: str) -> list[Picture]:
    """A picture for each trace case of a template, in the order of its spec."""
    return [
        _drawn(snippet, snippet.source, case, language, addresses.case(case.id)) for case in _cases(snippet)
    ]


def picture_of_wrong(snippet: Snippet, name: str, language: str) -> Picture | None:
    """The picture of a wrong variant that a trace case finds; nothing for the others."""
    wrong = next(wrong for wrong in snippet.wrong if wrong.name == name)
    case = next((case for case in _cases(snippet) if case.id == wrong.caught_by), None)
    if case is None:
        return None
    return _drawn(snippet, wrong.source, case, language, addresses.wrong(name))


def picture_of_change(snippet: Snippet, source: Source, case: TraceCase, language: str) -> Picture:
    """The picture of a case for a file in the snippet's place; it is not kept.

    Raises:
        BadInput: the file has no such function or destination.
    """
    # An id of its own: the proven picture may stand on the same page.
    return _picture(snippet, source, case, language, f"change-{case.id}")


def is_narrow(svg: str) -> bool:
    """Whether a phone shows a picture at once, made smaller."""
    return int(float(_WIDTH.search(svg)[1])) in NARROW


def is_drawn(case: Case) -> bool:
    """Whether there is a picture of what a case asks."""
    return isinstance(case, TraceCase)


def files(snippet: Snippet) -> Iterator[Picture]:
    """Every picture of a snippet in every language, its wrong variants included."""
    for language in LANGUAGES:
        yield from pictures(snippet, language)
        for wrong in snippet.wrong:
            if picture := picture_of_wrong(snippet, wrong.name, language):
                yield picture


def figure(snippet: Snippet, language: str, address: Callable[[str], str]) -> str:
    """A template's first picture with links to those of its cases, as HTML; empty without trace cases.

    Args:
        snippet: the template.
        language: `ja` or `en`.
        address: the address of a file, seen from the page.
    """
    found = pictures(snippet, language)
    return render("network.html", language, snippet=snippet, pictures=found, address=address) if found else ""


def figure_of_wrong(snippet: Snippet, name: str, language: str, address: str) -> str:
    """The picture of a wrong variant with the reason, as HTML; empty for one that no trace case finds.

    Args:
        snippet: the template.
        name: of the variant.
        language: `ja` or `en`.
        address: where the reason leads to.
    """
    picture = picture_of_wrong(snippet, name, language)
    if picture is None:
        return ""
    wrong = next(wrong for wrong in snippet.wrong if wrong.name == name)
    return render("network-wrong.html", language, picture=picture, wrong=wrong, address=address)


def _cases(snippet: Snippet) -> list[TraceCase]:
    return [case for case in snippet.cases if isinstance(case, TraceCase)]


def _drawn(snippet: Snippet, source: Source, case: TraceCase, language: str, anchor: str) -> Picture:
    key = source.text, snippet.spec.text, case.id, anchor, language
    if key not in made:
        made[key] = _picture(snippet, source, case, language, anchor)
    return made[key]


made: Made = {}
"""Kept from build to build while serving: a picture hangs on nothing else. Another process may have drawn."""


def _picture(snippet: Snippet, source: Source, case: TraceCase, language: str, anchor: str) -> Picture:
    template = subject(snippet, source).template_with(_zones(snippet) | dict(case.parameters))
    networks = from_template.networks(template)
    scene = diagram.scene(networks, language, case.function, case.destination, case.without_az)
    outcomes = [way.answer for way in scene.ways]
    identifier = f"{snippet.name.replace('/', '-')}-{anchor}"
    drawn = diagram.drawn(scene)
    svg = drawn.svg(identifier)
    return Picture(
        file=addresses.picture(snippet.name, anchor, language),
        svg=svg,
        alone=drawn.svg(identifier, alone=True),
        narrow=is_narrow(svg),
        label=label(snippet, case, language),
        outcome=_together(outcomes),
        reached=outcomes.count("reached"),
        subnets=len(outcomes),
        layout=drawn.layout,
    )


def subject(snippet: Snippet, source: Source) -> Subject:
    """A file in the snippet's place, which keeps what was read of it for the other cases and languages."""
    key = snippet.name, source.path
    if key not in _subjects or _subjects[key].source is not source:
        _subjects[key] = snippet.subject(source)
    return _subjects[key]


_subjects: dict[tuple[str, str], Subject] = {}


def _together(outcomes: list[str]) -> str:
    """One word for the answers of all subnets; unknown where none is reached and not all are blocked."""
    if len(set(outcomes)) == 1:
        return outcomes[0]
    return "partly" if "reached" in outcomes else "unknown"


def place(destination: str, without_az: str | None, language: str) -> str:
    """Where packets go and which zone is down, in few words.

    Args:
        destination: as the trace takes it.
        without_az: the zone that is down, if any.
        language: `ja` or `en`.
    """
    word = _words_in(language)
    return word("comma").join(_place(destination, without_az, word))


def label(snippet: Snippet, case: TraceCase, language: str) -> str:
    """What a case asks, in few words."""
    word = _words_in(language)
    parts = _place(case.destination, case.without_az, word)
    if len({one.function for one in _cases(snippet)}) > 1:
        parts.insert(0, case.function)
    told = [(name, value) for name, value in case.parameters.items() if not _is_zone(snippet, name)]
    return word("comma").join([*parts, *(f"{name}={value}" for name, value in told)])


def _place(destination: str, without_az: str | None, word: Callable[[str], str]) -> list[str]:
    name, _, port = destination.partition(":")
    parts = [word(f"to_{name}") if f"to_{name}" in words() else name]
    if port:
        parts[0] += word("at_port").format(port=port)
    if without_az:
        parts.append(word("zone_down").format(zone=without_az))
    # A line breaks between the parts: 「AZ a / が停止」 reads badly.
    return [re.sub("(?<![,、]) ", "\N{NO-BREAK SPACE}", part) for part in parts]


def _words_in(language: str) -> Callable[[str], str]:
    return lambda name: words()[name][language]


def _zones(snippet: Snippet) -> dict[str, str]:
    """The zones that the cases give, so that all pictures of a template call them the same."""
    return {
        name: value
        for case in _cases(snippet)
        for name, value in case.parameters.items()
        if _is_zone(snippet, name)
    }


def _is_zone(snippet: Snippet, name: str) -> bool:
    return snippet.source.data.get("Parameters", {}).get(name, {}).get("Type") == ZONE
