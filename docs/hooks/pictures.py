"""Pictures on pages, drawn from what the guide's snippets and data say.

In a page, `{{ picture states }}` draws the states of a function, `{{ picture choosing }}` the questions of
docs/choosing.yaml, `{{ picture eni TOPIC/NAME }}` who shares the ENIs of a template, `{{ picture removal
TOPIC/NAME }}` the order in which a template's resources go, and `{{ picture permissions TOPIC/POLICY
TOPIC/TEMPLATE }}` who holds which permission by a deployer's policy and a template's execution role.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

import lambda_vpc.diagram
from directives import DirectiveError, expand
from facts import known as known_facts
from lambda_vpc import reading
from lambda_vpc.diagram.choosing import Question, choosing
from lambda_vpc.diagram.colors import rule
from lambda_vpc.diagram.permissions import Grant, permissions
from lambda_vpc.diagram.removal import removal
from lambda_vpc.diagram.sharing import sharing
from lambda_vpc.diagram.states import states
from lambda_vpc.diagram.svg import Picture
from lambda_vpc.eni import Function, function_states
from lambda_vpc.guide import addresses, holders
from lambda_vpc.guide.cases.plan import PlanCase
from lambda_vpc.guide.snippet import Snippet
from lambda_vpc.reading import BadInput, suggestion
from page_links import language_of, own
from render import DOCS, render

_STYLE = Path(lambda_vpc.diagram.__file__).with_name("style.css")
_SNIPPETS = "docs/hooks/snippets.py"


@dataclass
class _Build:
    """What this build has loaded."""

    snippets: Mapping[str, Snippet] = field(default_factory=dict)


_build = _Build()


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Take the snippets, and put the style sheets among the site's own, which docs/hooks/site.py merges."""
    # Loaded by that hook, listed before this one: to load them again would lengthen every build.
    _build.snippets = config.hooks[_SNIPPETS]._snippets
    files.append(File.generated(config, "assets/diagram-style.css", content=_STYLE.read_text("utf-8")))
    files.append(File.generated(config, "assets/diagram-colors.css", content=colors()))
    return files


def colors() -> str:
    """The colors of the page's two schemes; on paper there is no dark one."""
    dark = rule('[data-md-color-scheme="slate"] .picture', "dark")
    return f"{rule('.picture', 'light')}@media screen {{\n{dark}}}\n"


# --- what is drawn ------------------------------------------------------------------------------


def _snippet(name: str) -> Snippet:
    if name not in _build.snippets:
        raise DirectiveError(f"no snippet '{name}'{suggestion(name, list(_build.snippets))}")
    return _build.snippets[name]


def _template(name: str) -> Snippet:
    snippet = _snippet(name)
    if snippet.kind != "template":
        raise DirectiveError(f"{name} is a {snippet.kind}; name a template")
    return snippet


def _states(language: str) -> Picture:
    return states(function_states(), language)


def _choosing(language: str) -> Picture:
    data = reading.read(DOCS / "choosing.yaml", "docs/choosing.yaml").data
    questions = [Question(row["ask"], row["ends-with"], row["take"]) for row in data["questions"]]
    return choosing(questions, data["otherwise"]["take"], language)


def _eni(language: str, name: str) -> Picture:
    snippet = _template(name)
    case = next((case for case in snippet.cases if isinstance(case, PlanCase)), None)
    if case is None:
        raise DirectiveError(f"{name} has no case with 'plan', which names the functions to draw")
    scenario = snippet.subject(snippet.source).template.scenarios[0]
    return sharing([_as_named(function) for function in case.functions_of(scenario)], language)


def _as_named(function: Function) -> Function:
    """A function with the names of parameters without the parentheses that a case puts around them."""
    ids = (function.subnets, function.security_groups)
    subnets, groups = (tuple(id_.removeprefix("(").removesuffix(")") for id_ in one) for one in ids)
    return replace(function, subnets=subnets, security_groups=groups)


def _removal(language: str, name: str) -> Picture:
    (minutes,) = known_facts().by_id["E13"].value.values()
    return removal(_template(name).source.data["Resources"], minutes, language)


def _permissions(language: str, policy: str, template: str) -> Picture:
    deployer = holders.caller(_snippet(policy).results())
    role = holders.role(_template(template), _build.snippets)
    return permissions(_grants(deployer), role.name, _grants(role.service), _grants(role.code), language)


def _grants(held: Sequence[holders.Grant]) -> list[Grant]:
    return [Grant(one.statement, one.allowed, one.actions) for one in held]


@dataclass(frozen=True)
class _Kind:
    """A kind of picture."""

    draw: Callable[..., Picture]
    """Gets the language and the names of snippets."""
    snippets: int
    """How many snippets it is drawn from."""
    file: str = ""
    """The data it is drawn from, where that is no snippet."""


_KINDS = {
    "states": _Kind(_states, 0, "lambda_vpc/eni_states.yaml"),
    "choosing": _Kind(_choosing, 0, "docs/choosing.yaml"),
    "eni": _Kind(_eni, 1),
    "removal": _Kind(_removal, 1),
    "permissions": _Kind(_permissions, 2),
}


# --- directive ----------------------------------------------------------------------------------


def drawn(argument: str, language: str) -> Picture:
    """What the directive draws.

    Args:
        argument: what stands behind its name.
        language: `ja` or `en`.

    Raises:
        DirectiveError: no such picture, or not of these snippets.
    """
    name, *named = argument.split() or [""]
    if name not in _KINDS:
        raise DirectiveError(f"no picture '{name}'{suggestion(name, list(_KINDS))}")
    kind = _KINDS[name]
    if len(named) != kind.snippets:
        raise DirectiveError(f"picture {name} takes {kind.snippets} snippets, found {len(named)}")
    try:
        return kind.draw(language, *named)
    except BadInput as bad:
        raise DirectiveError(str(bad)) from None


def _picture(argument: str, page: Page) -> str:
    language = language_of(page)
    picture = drawn(argument, language)
    name, *named = argument.split()
    # Unique on a page that shows no picture twice.
    identifier = "-".join(["picture", name, *(one.rpartition("/")[2] for one in named)])
    return render(
        "picture.html",
        language,
        picture=picture,
        svg=picture.svg(identifier),
        file=_KINDS[name].file,
        snippets=[(_snippet(one), own(page, addresses.snippet_page(one))) for one in named],
    )


HANDLERS = {"picture": _picture}


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Expand this hook's directive."""
    return expand(markdown, page, HANDLERS)
