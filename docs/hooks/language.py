"""Two equal languages from one mkdocs.yml: each page gets its own language's interface, navigation and links.

The navigation is written once, without language, and expanded here. What a language is called and
says stands in mkdocs.yml under `extra.languages` and `extra.sections`. MkDocs renders one page
after the other, so the interface language is set on the shared configuration before each.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation, Section
from mkdocs.structure.pages import Page

from lambda_vpc.reading import near

log = logging.getLogger("mkdocs.hooks.language")

# Readers whose language is neither of ours get this one, and so do pages that have no language.
FALLBACK = "en"


@dataclass
class _Site:
    """What this build knows of the site as a whole; filled by the events in their order."""

    files: Files | None = None
    navigations: dict[str, Navigation] = field(default_factory=dict)
    sections: dict[str, Section] = field(default_factory=dict)
    """By folder, the section of the page that stands for it: "ja/snippets", "ja/reference/facts"."""


_site = _Site()


def split(src_uri: str, config: MkDocsConfig) -> tuple[str | None, str]:
    """`ja/network/ipv6.md` → (`ja`, `network/ipv6.md`); a path outside the languages has None."""
    language, _, rest = src_uri.partition("/")
    return (language, rest) if language in config.extra["languages"] else (None, src_uri)


# Last of all hooks: pages that other hooks generate are there by then.
@event_priority(-50)
def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Check that every page exists in every language, and expand the navigation."""
    _site.files = files
    languages = list(config.extra["languages"])
    present = {file.src_uri for file in files.documentation_pages()}
    for src_uri in sorted(present):
        language, rest = split(src_uri, config)
        if language is None:
            log.warning(
                "docs/%s: a page belongs under %s", src_uri, " or ".join(f"docs/{x}/" for x in languages)
            )
            continue
        for other in languages:
            if f"{other}/{rest}" not in present:
                log.warning(
                    "docs/%s has no counterpart: write docs/%s/%s, or remove the page", src_uri, other, rest
                )
    written = {path for path in _paths(config.nav) if any(f"{x}/{path}" in present for x in languages)}
    _check_planned(config, written)
    config.nav = [{language: _expand(config.nav, language, written, config)} for language in languages]
    return files


def _paths(items: list) -> Iterator[str]:
    """The pages that the navigation of mkdocs.yml names."""
    for item in items:
        content = next(iter(item.values())) if isinstance(item, dict) else item
        if isinstance(content, list):
            yield from _paths(content)
        else:
            yield content


def _check_planned(config: MkDocsConfig, written: set[str]) -> None:
    """A page in the navigation exists or is planned, and a plan ends with the page."""
    named, planned = list(_paths(config.nav)), config.extra["planned"]
    for path in named:
        if path not in written and path not in planned:
            log.warning(
                "mkdocs.yml: nav names %s, which exists in no language%s: write the page, mend the name, "
                "or add it to extra.planned",
                path, near(path, sorted(written)),
            )  # fmt: skip
    for path in planned:
        if path in written:
            log.warning("mkdocs.yml: extra.planned names %s, which exists: remove it there", path)
        elif path not in named:
            log.warning("mkdocs.yml: extra.planned names %s, which nav does not: remove it there", path)


def _expand(items: list, language: str, written: set[str], config: MkDocsConfig) -> list:
    """The navigation of mkdocs.yml for one language; a page that no language has yet is left out."""
    expanded: list = []
    for item in items:
        name, content = next(iter(item.items())) if isinstance(item, dict) else (None, item)
        if isinstance(content, list):
            entry = _expand(content, language, written, config)
        else:
            entry = f"{language}/{content}" if content in written else None
        if entry:
            expanded.append({config.extra["sections"][name][language]: entry} if name else entry)
    return expanded


def on_nav(nav: Navigation, config: MkDocsConfig, files: Files) -> Navigation:
    """Cut the navigation in two: nothing in one language leads on to the other."""
    for section, language in zip(nav.items, config.extra["languages"], strict=True):
        for item in section.children:
            item.parent = None  # breadcrumbs and tabs begin below the language
        pages = [page for page in nav.pages if split(page.file.src_uri, config)[0] == language]
        for before, page, after in zip([None, *pages], pages, [*pages[1:], None], strict=False):
            page.previous_page, page.next_page = before, after
            if page.parent is not None:
                folder = page.file.src_uri.removesuffix(".md").removesuffix("/index")
                _site.sections[folder] = page.parent
        own = Navigation(section.children, pages)
        own.homepage = pages[0]
        _site.navigations[language] = own
    return nav


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Hang a page that is not in the navigation where the page of its nearest folder is."""
    folder = page.file.src_uri.rpartition("/")[0]
    if page.parent is None and page not in _site.navigations[split(page.file.src_uri, config)[0]].pages:
        while folder and folder not in _site.sections:
            folder = folder.rpartition("/")[0]
        page.parent = _site.sections.get(folder)
    return markdown


_LINE_END = re.compile(r"\n(?<=[。、」]\n)(?=\S)")
_PRE = re.compile(r"(<pre.*?</pre>)", re.DOTALL)


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Join the lines of a Japanese paragraph: browsers would show each line end as a space."""
    parts = _PRE.split(html)
    parts[::2] = [_LINE_END.sub("", part) for part in parts[::2]]
    return "".join(parts)


def on_page_context(context: dict, page: Page, config: MkDocsConfig, nav: Navigation) -> dict:
    """Put the page's own language into everything the theme reads."""
    language, rest = split(page.file.src_uri, config)
    _use(config, language)
    context["nav"] = _site.navigations[language]
    context["counterparts"] = _counterparts(rest, config)
    context["hreflang"] = _hreflang(rest, config)
    return context


def on_template_context(context: dict, template_name: str, config: MkDocsConfig) -> dict:
    """The root page, the 404 page and the sitemap speak of both languages."""
    _use(config, FALLBACK)
    context["nav"] = _site.navigations[FALLBACK]
    context["navigations"] = _site.navigations
    context["counterparts"] = _counterparts("index.md", config)
    context["hreflang_of"] = lambda page: _hreflang(split(page.file.src_uri, config)[1], config)
    context["all_pages"] = [
        file.page for file in _site.files.documentation_pages() if split(file.src_uri, config)[0]
    ]
    return context


def _use(config: MkDocsConfig, language: str) -> None:
    words = config.extra["languages"][language]
    config.theme["language"] = language
    config.site_name = words["site_name"]
    config.site_description = words["description"]
    for scheme, name in zip(config.theme["palette"], ("to_dark", "to_light"), strict=True):
        scheme["toggle"]["name"] = words[name]


def _counterparts(rest: str, config: MkDocsConfig) -> list[dict[str, str]]:
    """The same page in every language, for the switch: language, its name, address from the site's root."""
    return [
        {"language": language, "name": words["name"], "url": _url(language, rest)}
        for language, words in config.extra["languages"].items()
    ]


def _hreflang(rest: str, config: MkDocsConfig) -> list[tuple[str, str]]:
    """Absolute addresses of the same page by language, as search engines want them.

    A reader of another language is sent to the root page, which asks, or else to the fallback.
    """
    pairs = [(language, config.site_url + _url(language, rest)) for language in config.extra["languages"]]
    default = config.site_url if rest == "index.md" else dict(pairs)[FALLBACK]
    return [*pairs, ("x-default", default)]


def _url(language: str, rest: str) -> str:
    # A page without its counterpart is reported in on_files; until it is mended it leads home.
    file = _site.files.get_file_from_path(f"{language}/{rest}")
    return (file or _site.files.get_file_from_path(f"{language}/index.md")).url
