"""A first visit to any page is light: what it loads, with search unused, is at most 75 KB in 12 requests."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from tour import BASE_PATH, WIDE, html_files, visitor
from weight import Load, kilobytes, loads

KILOBYTES = 75
REQUESTS = 12


@pytest.fixture(scope="module")
def loaded(site: Path) -> dict[str, list[Load]]:
    """What each page loads, by its address from the site's root."""
    return {
        path.relative_to(site).as_posix().removesuffix("index.html"): loads(site, path)
        for path in html_files(site)
        if path.name != "404.html"  # the addresses it loads begin at the host's root
    }


def test_no_page_is_heavier_than_promised(loaded: dict[str, list[Load]]) -> None:
    heavy = {
        page: f"{kilobytes(found):.1f} KB" for page, found in loaded.items() if kilobytes(found) > KILOBYTES
    }
    assert not heavy, f"over {KILOBYTES} KB; see what weighs with tests/tools/measure_pages.py: {heavy}"


def test_no_page_asks_for_more_files_than_promised(loaded: dict[str, list[Load]]) -> None:
    many = {page: len(found) for page, found in loaded.items() if len(found) > REQUESTS}
    assert not many, f"more than {REQUESTS} requests: {many}"


def test_what_a_page_weighs_is_more_than_its_html(loaded: dict[str, list[Load]]) -> None:
    kinds = {page: {one.kind for one in found} for page, found in loaded.items()}
    assert kinds.pop("") == {"html", "css", "svg"}  # the root page has no theme
    assert all(found >= {"html", "css", "js"} for found in kinds.values())


@pytest.mark.parametrize("path", ["ja/", "en/network/ipv6/", "en/reference/checker/", "ja/snippets/"])
def test_a_browser_asks_for_what_is_counted(
    browser: Browser, served_site: str, loaded: dict[str, list[Load]], path: str
) -> None:
    asked: list[str] = []
    with visitor(browser, viewport=WIDE) as page:
        page.on("request", lambda request: asked.append(urlsplit(request.url).path.removeprefix(BASE_PATH)))
        page.goto(served_site + path)
        page.wait_for_load_state("networkidle")
    # A browser may ask for the icon later.
    counted = [one.path.removesuffix("index.html") for one in loaded[path]]
    assert sorted({*asked, "assets/favicon.svg"}) == sorted(counted)
