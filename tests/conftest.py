"""The site, built once for all tests, a browser that reads it as a visitor does, and how much is tried.

What needs no site runs first, and the site is built beside it: two processors are not kept waiting.
"""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[1]
# Below a path, as on a project's pages: an address that begins at the host's root breaks here.
BASE_PATH = "/guide/"
SITE_URL = f"https://example.com{BASE_PATH}"

# How many examples a property is tried on: few while writing, many where a change is accepted. A test says
# no number of its own. Time limits belong to the tests that promise one: a loaded machine is no failure.
_ALWAYS = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("local", max_examples=25, **_ALWAYS)
settings.register_profile("ci", settings.get_profile("ci"), max_examples=300, **_ALWAYS)
settings.register_profile("mutants", max_examples=5, derandomize=True, database=None, **_ALWAYS)
settings.load_profile("ci" if os.environ.get("CI") else "local")

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
NO_CHROMIUM = "no Chromium found: install Debian's package 'chromium' (apt-get install chromium)"


def build_site(
    into: Path, *, root: Path = ROOT, site_url: str = SITE_URL, strict: bool = True
) -> subprocess.CompletedProcess[str]:
    """Build the guide as a reader of the README would; the result carries exit code and messages.

    Args:
        into: the folder the site is written to.
        root: the project's folder, holding mkdocs.yml.
        site_url: the address the site is published at.
        strict: whether a warning fails the build.
    """
    # Never with --quiet: it drops the warnings before strict mode counts them.
    command = [sys.executable, "-m", "mkdocs", "build", "--site-dir", str(into)]
    environment = os.environ | {
        "SITE_URL": site_url,
        "SOURCE_DATE_EPOCH": "1700000000",
        "NO_MKDOCS_2_WARNING": "1",  # the theme's notice on its future
    }
    return subprocess.run(
        command + ["--strict"] * strict,
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.hookimpl(tryfirst=True)  # before pytest reads -m
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a browser, and put it last; before it, what needs the built site."""
    for item in items:
        if "chromium" in item.fixturenames:
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: ("site" in item.fixturenames, "chromium" in item.fixturenames))


@pytest.fixture(scope="session", autouse=True)
def builds(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Future[Path]]]:
    """By the name of the fixture that hands it out, each strict build that a test asks for, begun at once."""

    def build(name: str) -> Path:
        into = tmp_path_factory.mktemp(name)
        built = build_site(into)
        if built.returncode:
            pytest.fail(f"mkdocs build --strict fails; mend what it names:\n{built.stderr}", pytrace=False)
        return into

    asked = {name for item in request.session.items for name in item.fixturenames}
    with ThreadPoolExecutor(max_workers=1) as beside:
        yield {name: beside.submit(build, name) for name in ("site", "site_again") if name in asked}
        beside.shutdown(cancel_futures=True)


@pytest.fixture(scope="session")
def site(builds: dict[str, Future[Path]]) -> Path:
    """The folder of the strictly built site, published in thought at `SITE_URL`."""
    return builds["site"].result()


@pytest.fixture(scope="session")
def site_again(builds: dict[str, Future[Path]]) -> Path:
    """A second build of the same files, by another process."""
    return builds["site_again"].result()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    """A plain file server below `BASE_PATH` that answers a missing page with 404.html."""

    def translate_path(self, path: str) -> str:
        if not path.startswith(BASE_PATH):
            return os.path.join(self.directory, "outside-the-site")
        return super().translate_path("/" + path.removeprefix(BASE_PATH))

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        page = Path(self.directory, "404.html").read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="session")
def served_site(site: Path) -> Iterator[str]:
    """The address of the built site on a server of this machine, with its closing slash."""
    handler = functools.partial(_Quiet, directory=str(site))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}{BASE_PATH}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of this machine's Chromium."""
    executable = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if executable is None:
        # Elsewhere a writer may go without; where a change is accepted, nobody may.
        (pytest.fail if os.environ.get("CI") else pytest.skip)(NO_CHROMIUM)
    return executable


@contextmanager
def open_browser(chromium: str) -> Iterator[Browser]:
    """A Chromium of this machine; each thread opens one of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """One Chromium for all tests that click and type."""
    with open_browser(chromium) as browser:
        yield browser


def html_files(site: Path) -> list[Path]:
    """Every HTML page of the site, in order; a site without any is a broken test."""
    found = sorted(site.rglob("*.html"))
    assert found, f"no HTML under {site}"
    return found
