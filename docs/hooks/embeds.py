"""Snippets in other people's pages: a light page of each for frames, and what a wiki asks for to frame it.

`embed/LANGUAGE/TOPIC/NAME/` shows the code, where it comes from and a copy button, with a style sheet and a
script of its own. `oembed/LANGUAGE/TOPIC/NAME.json` answers who follows the discovery link (oembed.com) on a
snippet's page. Neither is a page of the guide: no search, sitemap or list of pages has them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from markupsafe import Markup
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from rjsmin import jsmin

import policy
import released
from lambda_vpc.guide import addresses, releases
from lambda_vpc.guide.key_paths import extents, names
from lambda_vpc.guide.languages import LANGUAGES
from lambda_vpc.guide.snippet import Snippet
from lambda_vpc.reading import KeyPath, Source
from lighter import plain_code, without_indentation
from page_links import language_of
from render import THEME, render
from style_sheet import Elements, used

WIDTH = 720
"""Pixels of a frame whose maker knows nothing of the page around it."""
HEIGHT = 480
"""Pixels of the highest frame: a longer file is scrolled in it."""
KEPT = 24 * 60 * 60
"""Seconds for which an answer may be kept."""
DIGITS = 8
"""Of a file's SHA-256, as a reader sees it."""

# In pixels, as docs/theme/assets/embed/embed.css has them: what stands around the code, and a line of it.
_AROUND = 94
_LINE = 20

_OWN = THEME / "assets" / "embed"
_SNIPPET_PAGE = re.compile(r"snippets/([^/]+/[^/]+)\.md")
_ADDRESS = re.compile(r"embed/.+/index\.html")


# --- the page -----------------------------------------------------------------------------------


def files(
    config: MkDocsConfig, snippet: Snippet, lines: Sequence[str], others: Mapping[str, Snippet]
) -> Iterator[File]:
    """The page for frames and the oEmbed answer of a snippet, in each language.

    Args:
        config: of the site.
        snippet: to be shown.
        lines: its lines, highlighted.
        others: all snippets, by name: one may be the one to use instead.
    """
    for language in LANGUAGES:
        page = addresses.embed(snippet.name, language)
        html = _page(config, snippet, lines, others, language)
        yield File.generated(config, f"{page}index.html", content=html)
        answer = json.dumps(_answer(config, snippet, language), ensure_ascii=False, indent=2)
        yield File.generated(config, addresses.oembed(snippet.name, language), content=f"{answer}\n")


def _page(
    config: MkDocsConfig,
    snippet: Snippet,
    lines: Sequence[str],
    others: Mapping[str, Snippet],
    language: str,
) -> str:
    history = released.history(snippet.name)
    text = snippet.text
    html = render(
        "embed.html",
        language,
        snippet=snippet,
        guide=config.extra["languages"][language]["site_name"],
        canonical=config.site_url + _page_of(snippet, language),
        # From here to the site's root: a copy of the site leads to its own pages.
        root="../" * addresses.embed(snippet.name, language).count("/"),
        icon=config.theme["favicon"],
        file=snippet.raw.rpartition("/")[2],
        # What is copied is the text of the code: the ends of the last lines belong to it.
        code=Markup("\n".join(lines)) + text[len(text.rstrip("\n")) :],
        lines=Markup(_script(_lines_by_key(snippet.source))),
        version=history.current(snippet),
        digits=releases.sha256(snippet)[:DIGITS],
        superseded=history.superseded,
        instead=others[history.superseded.by] if history.superseded else None,
        page_of=_page_of,
    )
    place = f"docs/theme/parts/embed.html, for {snippet.name}"
    policy.check(html, place)
    return policy.added(plain_code(without_indentation(html)))


def _page_of(snippet: Snippet, language: str) -> str:
    """A snippet's page, below the site's root."""
    return f"{language}/{addresses.below(addresses.snippet_page(snippet.name))}"


def _lines_by_key(source: Source) -> object:
    """Where each value of a file stands, as docs/theme/assets/embed/embed.js reads it.

    A value of one line is its number; another `[first, last, values in it]`, these by key or position. An
    item's name stands beside its position, and leads to it.
    """
    places = extents(source)

    def entry(path: KeyPath, value: object) -> object:
        first, last = places[path]
        inside: dict[str, object] = {}
        for key, inner in _values(value):
            if (*path, key) in places:
                inside[str(key)] = entry((*path, key), inner)
            elif isinstance(inner, list | dict) and len(value) == 1:
                # The long form of a function that is written short: its arguments stand where it does.
                inside[str(key)] = entry(path, inner)
        if isinstance(value, list):
            for position, item in enumerate(value):
                for name in names(item):
                    if str(position) in inside and not name.isdigit():
                        inside.setdefault(name, str(position))
        if inside:
            return [first, last, inside]
        return first if first == last else [first, last]

    return entry((), source.data)


def _values(value: object) -> Iterable[tuple[str | int, object]]:
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else ()


def _script(data: object) -> str:
    """Data for a script element: nothing in it can end the element."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


# --- oEmbed -------------------------------------------------------------------------------------


def _answer(config: MkDocsConfig, snippet: Snippet, language: str) -> dict[str, object]:
    """As oembed.com asks for: HTML of a known size, in a frame so that nothing of it runs outside."""
    return {
        "version": "1.0",
        "type": "rich",
        "title": snippet.title[language],
        "provider_name": config.extra["languages"][language]["site_name"],
        "provider_url": f"{config.site_url}{language}/",
        "cache_age": KEPT,
        "html": str(frame(config, snippet, language)),
        "width": WIDTH,
        "height": _height(snippet),
    }


def frame(config: MkDocsConfig, snippet: Snippet, language: str) -> Markup:
    """The HTML to paste into a page that is to show a snippet."""
    address = config.site_url + addresses.embed(snippet.name, language)
    return Markup(
        '<iframe src="{}" title="{}" width="{}" height="{}" allow="clipboard-write" loading="lazy"></iframe>'
    ).format(address, snippet.title[language], WIDTH, _height(snippet))


def _height(snippet: Snippet) -> int:
    return min(_AROUND + _LINE * snippet.text.count("\n"), HEIGHT)


def on_page_context(context: dict, page: Page, config: MkDocsConfig, **_: object) -> dict:
    """Let docs/theme/main.html link to the answer from a snippet's page."""
    language = language_of(page)
    if found := _SNIPPET_PAGE.fullmatch(page.file.src_uri.removeprefix(f"{language}/")):
        context["oembed"] = config.site_url + addresses.oembed(found[1], language)
    return context


# --- style sheet and script ---------------------------------------------------------------------


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Give the pages for frames their style sheet and script; the theme's are many times as large."""
    pages = [file.content_string for file in files if _ADDRESS.fullmatch(file.src_uri)]
    script = (_OWN / "embed.js").read_text("utf-8")
    elements = Elements()
    elements.add_script(script)
    for page in pages:
        elements.add_page(page)
    try:
        sheet = used(_sheet(files), elements)
    except ValueError as error:
        raise PluginError(f"docs/theme/assets/embed/embed.css: {error}") from None
    for name, content in (("embed.css", sheet), ("embed.js", jsmin(script))):
        files.remove(files.get_file_from_path(f"assets/embed/{name}"))
        files.append(File.generated(config, f"embed/{name}", content=content))
    return files


def _sheet(files: Collection[File]) -> str:
    """The guide's colors and fonts, in the scheme that the reader's browser asks for, and the own rules."""
    theme = "".join(
        file.content_string
        for file in files
        if re.fullmatch(r"assets/stylesheets/(?:main|palette)\.\w+\.min\.css", file.src_uri)
    )
    guide = (THEME / "assets" / "palette.css").read_text("utf-8")
    dark = '[data-md-color-scheme="slate"] {'
    if guide.count(dark) != 1:
        raise PluginError(f"docs/theme/assets/palette.css: {dark} not found once: mend docs/hooks/embeds.py")
    return "\n".join(
        [
            f":root{{{_block(theme, ':root,[data-md-color-scheme=default]')}}}",
            f"{_DARK}{{:root{{{_block(theme, '[data-md-color-scheme=slate]')}}}}}",
            guide.replace(dark, ":root {").replace("@media screen {", f"{_DARK} {{"),
            *_CODE_COLOR.findall(theme),
            (THEME / "assets" / "base.css").read_text("utf-8"),
            (_OWN / "embed.css").read_text("utf-8"),
        ]
    )


_DARK = "@media screen and (prefers-color-scheme: dark)"
_CODE_COLOR = re.compile(r"(?:\.highlight \.\w+,?)+\{color:[^{}]*\}")


def _block(css: str, selector: str) -> str:
    """The theme's declarations for a scheme: those that begin with its colors."""
    block = rf"(?<=[{{}}]){re.escape(selector)}\{{([^{{}}]*--md-default-fg-color:[^{{}}]*)\}}"
    found = re.findall(block, css)
    if len(found) != 1:
        raise PluginError(
            f"the theme has {len(found)} blocks '{selector}' of colors, 1 expected: mend docs/hooks/embeds.py"
        )
    return found[0]
