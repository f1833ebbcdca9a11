"""The site, built once for all tests, and a browser that reads it as a visitor does."""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[1]
# Below a path, as on a project's pages: an address that begins at the host's root breaks here.
BASE_PATH = "/guide/"
SITE_URL = f"https://example.com{BASE_PATH}"

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


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the strictly built site, published in thought at `SITE_URL`."""
    into = tmp_path_factory.mktemp("site")
    built = build_site(into)
    if built.returncode:
        pytest.fail(f"mkdocs build --strict fails; mend what it names:\n{built.stderr}", pytrace=False)
    return into


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
def browser() -> Iterator[Browser]:
    """One Chromium of this machine for all tests."""
    executable = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if executable is None:
        # Elsewhere a writer may go without; where a change is accepted, nobody may.
        (pytest.fail if os.environ.get("CI") else pytest.skip)(NO_CHROMIUM)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable,
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


def html_files(site: Path) -> list[Path]:
    """Every HTML page of the site, in order; a site without any is a broken test."""
    found = sorted(site.rglob("*.html"))
    assert found, f"no HTML under {site}"
    return found
