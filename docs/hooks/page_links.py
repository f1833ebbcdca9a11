"""Links from page to page, shared by the hooks that write pages."""

from __future__ import annotations

from functools import cache

from mkdocs.structure.files import File
from mkdocs.structure.pages import Page


def link(page: Page, path: str) -> str:
    """The relative address of a file, by its path below docs (`ja/snippets/x.md`), seen from a page."""
    return _file(path, page.file.use_directory_urls).url_relative_to(page.file)


@cache
def _file(path: str, use_directory_urls: bool) -> File:
    return File(path, None, "", use_directory_urls)


def own(page: Page, path: str) -> str:
    """The relative address of a page in the language of the page it is seen from."""
    return link(page, f"{language_of(page)}/{path}")


def language_of(page: Page) -> str:
    """`ja` or `en`."""
    return page.file.src_uri.partition("/")[0]
