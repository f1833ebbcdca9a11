"""Two equal languages from one mkdocs.yml: each page gets its own language's interface, navigation and links.

The navigation is written once, without language, and expanded here. What a language is called and
says stands in mkdocs.yml under `extra.languages` and `extra.sections`. MkDocs renders one page
after the other, so the interface language is set on the shared configuration before each.
"""

from __future__ import annotations

import logging
import os
import re
import sys
from dataclasses import dataclass, field

from mkdocs.config.config_options import Hooks
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation, Section
from mkdocs.structure.pages import Page

log = logging.getLogger("mkdocs.hooks.language")

# Readers whose language is neither of ours get this one, and so do pages that have no language.
FALLBACK = "en"
SERVING = "LAMBDA_VPC_GUIDE_SERVING"


@dataclass
class _Site:
    """What this build knows of the site as a whole; filled by the events in their order."""

    files: Files | None = None
    navigations: dict[str, Navigation] = field(default_factory=dict)
    sections: dict[str, Section] = field(default_factory=dict)  # by folder: "ja/snippets"


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
    config.nav = [{language: _expand(config.nav, language, present, config)} for language in languages]
    return files


def _expand(items: list, language: str, present: set[str], config: MkDocsConfig) -> list:
    """The navigation of mkdocs.yml for one language; an entry that no language has yet is left out."""
    expanded: list = []
    for item in items:
        name, content = next(iter(item.items())) if isinstance(item, dict) else (None, item)
        if isinstance(content, list):
            entry = _expand(content, language, present, config)
        else:
            entry = _page(content, language, present, config)
        if entry:
            expanded.append({config.extra["sections"][name][language]: entry} if name else entry)
    return expanded


def _page(path: str, language: str, present: set[str], config: MkDocsConfig) -> str | None:
    if any(f"{other}/{path}" in present for other in config.extra["languages"]):
        return f"{language}/{path}"
    if language == FALLBACK:  # once is enough
        log.info("mkdocs.yml: nav names %s, which does not exist yet in any language", path)
    return None


def on_nav(nav: Navigation, config: MkDocsConfig, files: Files) -> Navigation:
    """Cut the navigation in two: nothing in one language leads on to the other."""
    for section, language in zip(nav.items, config.extra["languages"], strict=True):
        for item in section.children:
            item.parent = None  # breadcrumbs and tabs begin below the language
        pages = [page for page in nav.pages if split(page.file.src_uri, config)[0] == language]
        for before, page, after in zip([None, *pages], pages, [*pages[1:], None], strict=False):
            page.previous_page, page.next_page = before, after
            if page.is_index and page.parent is not None:
                _site.sections[page.file.src_uri.rpartition("/")[0]] = page.parent
        own = Navigation(section.children, pages)
        own.homepage = pages[0]
        _site.navigations[language] = own
    return nav


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Hang a page that is not in the navigation below the index of its nearest folder."""
    folder = page.file.src_uri.rpartition("/")[0]
    if page.parent is None and page not in _site.navigations[split(page.file.src_uri, config)[0]].pages:
        while folder and folder not in _site.sections:
            folder = folder.rpartition("/")[0]
        page.parent = _site.sections.get(folder)
    return markdown


_LINE_END = re.compile(r"(?<=[。、」])\n(?=\S)")
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


def on_startup(command: str, dirty: bool) -> None:
    """Remember for the whole process that it serves: hook modules do not live that long."""
    if command == "serve":
        os.environ[SERVING] = "1"


def on_post_build(config: MkDocsConfig) -> None:
    """See `_forget_modules`."""
    _forget_modules()


def on_build_error(error: Exception) -> None:
    """See `_forget_modules`."""
    _forget_modules()


def on_pre_build(config: MkDocsConfig) -> None:
    """Let the next rebuild load every hook again.

    MkDocs keeps hook modules for as long as it serves: without this a changed hook shows only
    after a restart.
    """
    if os.environ.get(SERVING):
        Hooks._load_hook.cache_clear()


def _forget_modules() -> None:
    """Let the next rebuild import the checker and the hooks' shared modules again.

    Done at the end of a build: a module forgotten in the middle would be imported a second time
    beside the first, and its classes would not be the same.
    """
    if not os.environ.get(SERVING):
        return
    hooks = os.path.dirname(os.path.abspath(__file__))
    for name, module in list(sys.modules.items()):
        beside = os.path.dirname(getattr(module, "__file__", None) or "") == hooks
        if beside or name.partition(".")[0] == "lambda_vpc":
            del sys.modules[name]
