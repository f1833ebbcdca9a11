"""The finished site: asks no other host for anything, runs under a strict CSP, carries nothing unused.

This hook comes last and works on the theme's output without copying its templates. Wherever it
relies on the theme's markup it says so when the markup changes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from rjsmin import jsmin

import mistakes
import policy
import saves
from lambda_vpc.guide import addresses
from lambda_vpc.reading import Problem
from lighter import (
    plain_code,
    plain_config,
    plain_pictures,
    plain_signatures,
    titles_once,
    unmarked,
    without_idle_scripts,
    without_indentation,
)
from search import split_index
from style_sheet import Elements, used


@dataclass
class _Run:
    """How MkDocs was started, and what this build has so far."""

    serving: bool = False
    elements: Elements = field(default_factory=Elements)
    """What the style sheet must have rules for."""
    theme_words: dict[str, dict[str, str]] = field(default_factory=dict)
    """The theme's own, by language."""


_run = _Run()


@dataclass(frozen=True)
class Mend:
    """A change to the theme's markup: `{name}` in `new` is a word of the page's language."""

    old: str
    new: str
    at_least: int = 1
    at_most: int | None = 1


MENDS = (
    # A dialog needs a name of its own.
    Mend(
        '<div class="md-search" data-md-component="search" role="dialog">',
        '<div class="md-search" data-md-component="search" role="dialog" aria-label="{search}">',
    ),
    # The bundle fetches the search plugin's index when there is a form with this name; ours is split
    # by language and loaded on first use.
    Mend('<form class="md-search__form" name="search">', '<form class="md-search__form">'),
    # The theme says "initializing" here until its worker has the index; ours is ready at once.
    Mend("{initializer}", "{placeholder}"),
    # How many results there are is said to those who do not see it.
    Mend('<div class="md-search-result__meta">', '<div class="md-search-result__meta" role="status">'),
    # The breadcrumb would have the same name as the navigation beside it.
    Mend('<nav class="md-path" aria-label="{nav}"', '<nav class="md-path" aria-label="{breadcrumb}"', 0),
    Mend('title="Permanent link"', 'title="{permalink}"', 0, None),
    # That something was copied is said to those who do not see it.
    Mend(
        '<div class="md-dialog__inner md-typeset">', '<div class="md-dialog__inner md-typeset" role="status">'
    ),
)

_BUNDLE = r"assets/javascripts/bundle\.[0-9a-f]+\.min\.js"
# The theme's script adds an element that names the color scheme, and whenever that changes a browser styles
# the whole page anew, which takes a phone a tenth of a second, twice. Under another name nothing depends on
# it: docs/theme/assets/frame.css says the same.
_SCHEME = '{name:"color-scheme"}'
_SCHEME_UNHEARD = '{name:"theme-color-scheme"}'

LONGEST_CONTENTS = 100
"""Entries in a table of contents; each stands in the page twice, as the theme has one for narrow screens."""

_CONTENTS_LEVEL = re.compile(r'<nav class="md-nav" aria-label="[^"]*">')
_SHEET = "assets/site.css"
_REFERENCE_SHEET = "assets/_mkdocstrings.css"
_FACTS = "/" + addresses.below(addresses.FACTS).partition("/")[2]
"""In the address of each fact, wherever the page is that cites it."""


def on_startup(command: str, dirty: bool) -> None:
    """Remember whether this process serves."""
    _run.serving = command == "serve"
    policy.starts(serving=_run.serving)


# After the plugin that adds it.
@event_priority(-100)
def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Take the style sheet of the checker's reference out of every page: it becomes part of ours."""
    config.extra_css.remove(_REFERENCE_SHEET)
    _run.elements = Elements()
    return config


# After every other hook and plugin: what they add must be there to be merged.
@event_priority(-100)
def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Merge style sheets and scripts, and leave out what the theme ships and this site does not use."""
    sheets = [
        _only(files, r"assets/stylesheets/main\.[0-9a-f]+\.min\.css"),
        _only(files, r"assets/stylesheets/palette\.[0-9a-f]+\.min\.css"),
        *_matching(files, r"assets/(?!root\.)[\w-]+\.css"),
    ]
    scripts = _matching(files, r"assets/[\w-]+\.js")
    # Loaded by those pages that need them.
    later = _matching(files, r"assets/pages/[\w-]+\.js")
    merged = {
        _SHEET: "\n".join(_without_map(file.content_string) for file in sheets),
        "assets/site.js": jsmin("\n".join(file.content_string for file in scripts)),
        **{file.src_uri: jsmin(file.content_string) for file in later},
    }
    for script in [
        *_matching(files, rf"{_BUNDLE}|assets/search/.*\.js"),
        *scripts,
        *later,
    ]:
        _run.elements.add_script(script.content_string)
    bundle = _only(files, _BUNDLE)
    found = bundle.content_string.count(_SCHEME)
    if found != 1:
        raise PluginError(
            f"{bundle.src_uri}: the theme's script has changed: {_SCHEME} found {found} times; "
            "mend _SCHEME in docs/hooks/site.py"
        )
    merged[bundle.src_uri] = bundle.content_string.replace(_SCHEME, _SCHEME_UNHEARD)
    # Search is our own (assets/search): neither the theme's worker nor its stemmers are asked for.
    unused = _matching(
        files,
        r"assets/javascripts/(?:lunr|workers)/.*|.*\.(?:css|js)\.map|assets/images/favicon\.png"
        r"|assets/search/.*",  # docs/hooks/search.py puts them before the index
    )
    for file in [*sheets, *scripts, *later, bundle, *unused]:
        files.remove(file)
    for src_uri, content in merged.items():
        files.append(File.generated(config, src_uri, content=content))
    # Each on the page that names it as its own, and what a page loads once it is used.
    for script in _matching(files, r"assets/(?:pages|change)/[\w-]+\.js"):
        if "/change/" not in script.src_uri:  # what it makes has a style sheet of its own
            _run.elements.add_script(script.content_string)
        files.remove(script)
        files.append(File.generated(config, script.src_uri, content=jsmin(script.content_string)))
    return files


def _matching(files: Files, pattern: str) -> list[File]:
    return sorted(
        (file for file in files if re.fullmatch(pattern, file.src_uri)), key=lambda file: file.src_uri
    )


def _only(files: Files, pattern: str) -> File:
    found = _matching(files, pattern)
    if len(found) != 1:
        raise PluginError(
            f"the theme has {len(found)} files like {pattern}, 1 expected: mend docs/hooks/site.py"
        )
    return found[0]


def _without_map(css: str) -> str:
    return re.sub(r"/\*# sourceMappingURL=.*?\*/", "", css).strip()


# After the search plugin, which finds a page's sections by its table of contents.
@event_priority(-100)
def on_page_context(context: dict, page: Page, **_: object) -> dict:
    """Leave the deepest levels out of a table of contents that nobody would read to its end."""
    levels = [page.toc.items]
    while below := [item for level in levels[-1:] for one in level for item in one.children]:
        levels.append(below)
    lengths = list(accumulate(map(len, levels)))
    for level, length in zip(levels, lengths[1:], strict=False):
        if length > LONGEST_CONTENTS:
            for item in level:
                item.children = []
            break
    return context


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Finish a page's HTML."""
    place = f"docs/{page.file.src_uri}"
    output = _mend(output, place, config)
    try:
        return _finish(output, place)
    except policy.Blocked as blocked:
        if not _run.serving:
            raise
        written = page.file.content_string.partition(blocked.markup)[0] if blocked.markup else ""
        line = written.count("\n") + 1 if written != page.file.content_string else 1
        mistakes.note(Problem(place, line, str(blocked).removeprefix(f"{place}: ")))
        return output


def on_post_template(output_content: str, template_name: str, config: MkDocsConfig) -> str:
    """Finish the root page and the 404 page."""
    place = f"docs/theme/{template_name}"
    if template_name == "404.html":
        output_content = _mend(output_content, place, config)
    return _finish(output_content, place) if template_name.endswith(".html") else output_content


def on_post_build(config: MkDocsConfig) -> None:
    """Split the search index, and finish the style sheet."""
    if not saves.everything():
        return
    site = Path(config.site_dir)
    split_index(site, config.extra["languages"])
    reference = site / _REFERENCE_SHEET
    sheet = f"{(site / _SHEET).read_text('utf-8')}\n{reference.read_text('utf-8')}"
    reference.unlink()
    if not _run.serving:
        try:
            sheet = used(sheet, _run.elements)
        except ValueError as error:
            raise PluginError(f"{_SHEET}, the style sheets of docs/theme/assets included: {error}") from None
    (site / _SHEET).write_text(sheet, "utf-8")


def _mend(output: str, place: str, config: MkDocsConfig) -> str:
    language = config.theme["language"]
    if language not in _run.theme_words:
        _run.theme_words[language] = _theme_words(config)
    words = config.extra["languages"][language] | _run.theme_words[language]
    for mend in MENDS:
        old, new = mend.old.format(**words), mend.new.format(**words)
        found = output.count(old)
        if found < mend.at_least or (mend.at_most is not None and found > mend.at_most):
            raise PluginError(
                f"{place}: the theme's markup has changed: {old!r} found {found} times; "
                "mend MENDS in docs/hooks/site.py"
            )
        output = output.replace(old, new)
    # Every level of the table of contents would be a landmark of its own, several with the same name.
    output = _CONTENTS_LEVEL.sub('<nav class="md-nav" role="presentation">', output)
    return plain_config(without_idle_scripts(output))


def _theme_words(config: MkDocsConfig) -> dict[str, str]:
    """Words of the theme's own translation into the current language."""
    translate = (
        config.theme.get_env().get_template(f"partials/languages/{config.theme['language']}.html").module.t
    )
    return {
        "nav": translate("nav"),
        "search": translate("search"),
        "initializer": translate("search.result.initializer"),
        "placeholder": translate("search.result.placeholder"),
    }


def _finish(output: str, place: str) -> str:
    """Refuse what the policy would block, then add the policy with the hashes of this very page."""
    policy.check(output, place)
    if _run.serving:
        return output
    output = plain_pictures(plain_signatures(plain_code(without_indentation(unmarked(output)))))
    output = titles_once(output, _FACTS)
    _run.elements.add_page(output)
    return policy.added(output)
