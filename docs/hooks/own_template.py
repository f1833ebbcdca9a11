"""A reader's own template: its choices as a form, then picture, ways, findings and ENIs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import network_pictures
from lambda_vpc import diagram
from lambda_vpc.checking import choices, templates
from lambda_vpc.checking.ways import Way, named
from lambda_vpc.cloudformation.template import Template
from lambda_vpc.network import from_template
from lambda_vpc.network.model import Network
from lambda_vpc.reading import BadInput
from lambda_vpc.sentences import sentence
from own_parts import MOST, Given, Shown, refused
from render import render
from rule_titles import titles

NAME = "template"
"""How the text is named in answers: what follows its line in a message of the checker."""
_PARAMETER = "parameter:"
_CHOICES = 500
"""What a list offers: as many as a template may have resources. Another one is written beside it."""


def answer(text: str, language: str, given: Given) -> Shown:
    """What is said of a template.

    Raises:
        BadInput: it cannot be read.
    """
    whole = templates.read(text, NAME)
    found = templates.choices(whole)
    form = _form(found, _scenarios(whole), language)
    try:
        template, values = _read_again(whole, found, given)
        # Other values leave other zones and combinations to choose from.
        form = _form(templates.choices(template, values), _scenarios(template), language)
        return _answer(template, values, given, language, form)
    except BadInput as bad:
        return refused(bad, language, form)


def _read_again(whole: Template, found: choices.Choices, given: Given) -> tuple[Template, Mapping[str, str]]:
    """The template with the parameters and the Region that were chosen, and these parameters.

    Raises:
        BadInput: a value that it does not allow.
    """
    known = {one.name for one in found.parameters}
    values = {name: one for name, one in given.beginning(_PARAMETER).items() if name in known}
    region = given.text("region") or None
    if not values and region is None:
        return whole, values
    return templates.read(whole.source.text, NAME, values, region=region), values


def _answer(template: Template, values: Mapping[str, str], given: Given, language: str, form: str) -> Shown:
    asked = _asked(templates.choices(template, values), given)
    functions = [asked.function] if asked.function else []
    check = templates.check(
        template, [asked.destination] if functions else [], functions, asked.without_az or None, values
    )
    way = check.ways[0] if check.ways else None
    html = render(
        "own-template.html",
        language,
        asked=asked,
        label=network_pictures.place(asked.destination, asked.without_az, language),
        way=way,
        rows=way.results[:MOST] if way else (),
        more_rows=len(way.results) - MOST if way else 0,
        named=named,
        whole=_whole,
        picture=_picture(template, asked, _scenarios(template).get(given.text("scenario")), language),
        findings=check.findings[:MOST],
        more=len(check.findings) - MOST,
        number=len(check.findings),
        titles=titles(language),
        enis=check.enis[:MOST],
        remarks=check.remarks,
        sentence=sentence,
    )
    return Shown(form, html, [report.line for report in check.findings] + _lines(way))


@dataclass(frozen=True)
class _Asked:
    """What is asked of the template."""

    function: str
    """Logical id; empty where it has none."""
    destination: str
    without_az: str


def _asked(found: choices.Choices, given: Given) -> _Asked:
    names = [one.name for one in found.functions]
    first = next((one.name for one in found.functions if one.in_vpc is not False), names[0] if names else "")
    texts = [one.text for one in found.destinations]
    destination = given.text("service") or given.one_of("destination", texts, templates.WAY_OUT)
    if port := given.text("port"):
        destination = f"{destination.partition(':')[0]}:{port}"
    zone = given.one_of("without_az", found.zones)
    return _Asked(given.one_of("function", names, first), destination, zone)


def _form(found: choices.Choices, scenarios: Mapping[str, Network], language: str) -> str:
    chosen = _asked(found, Given())
    kinds = ("internet", "resource", "service")
    by_kind = {kind: [one for one in found.destinations if one.kind == kind][:_CHOICES] for kind in kinds}
    return render(
        "own-template-form.html",
        language,
        chosen=chosen,
        functions=found.functions[:_CHOICES],
        groups=list(by_kind.items()),
        zones=found.zones,
        # Those that decide first.
        parameters=sorted(found.parameters, key=lambda one: not one.decides)[:_CHOICES],
        scenarios=list(scenarios)[:_CHOICES],
        prefix=_PARAMETER,
        place=lambda destination: network_pictures.place(destination, "", language),
    )


def _scenarios(template: Template) -> dict[str, Network]:
    """The networks by the values of parameters that tell them apart; none where there is only one."""
    found = {
        ", ".join(f"{name}={value}" for name, value in one.assumptions.items()): one
        for one in from_template.networks(template)
        if one.assumptions
    }
    return found if len(found) > 1 else {}


@dataclass(frozen=True)
class _Picture:
    svg: str
    narrow: bool
    assumptions: Mapping[str, str]


def _picture(template: Template, asked: _Asked, chosen: Network | None, language: str) -> _Picture | None:
    all_ = from_template.networks(template)
    drawn = all_ if chosen is None else [chosen]
    function = asked.function or None
    if function and not any(one.function(function) for one in drawn):
        # It is not there under the values that were chosen for the picture.
        return None
    scene = diagram.scene(
        drawn, language, function, asked.destination if function else None, asked.without_az or None
    )
    if not scene.frames and not scene.groups:
        return None
    svg = diagram.drawn(scene).svg("own")
    assumptions = scene.assumptions if len(all_) > 1 else {}
    return _Picture(svg, network_pictures.is_narrow(svg), assumptions)


def _whole(result: object) -> str:
    """What an answer is about that no subnet is named for: the word for it."""
    connected = result.connected
    if isinstance(connected, bool):
        return "inside" if connected else "outside"
    return "open"


def _lines(way: Way | None) -> list[int]:
    if way is None:
        return []
    return [one.line for one in way.results if getattr(one, "path", None) == NAME]
