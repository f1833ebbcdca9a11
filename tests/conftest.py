"""The site, built once for all tests, a browser that reads it as a visitor does, and how much is tried.

What needs no site runs first; beside it the site is built and toured: two processors are not kept waiting.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser

from tour import BASE_PATH, Visit, open_browser, served, tour

ROOT = Path(__file__).parents[1]
SITE_URL = f"https://example.com{BASE_PATH}"

# How many examples a property is tried on: few while writing, many where a change is accepted. A test says
# no number of its own. Time limits belong to the tests that promise one: a loaded machine is no failure.
_ALWAYS = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("local", max_examples=25, **_ALWAYS)
settings.register_profile("ci", settings.get_profile("ci"), max_examples=100, **_ALWAYS)
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


IN_PARALLEL = "PYTEST_XDIST_WORKER" in os.environ
"""Whether this process is one of several that share the tests, as in .ci/run."""


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what needs a browser, and what one process keeps together.

    All that needs the built site is one group; otherwise the tests of a file share what they read.
    """
    fixtures = item.fixturenames if isinstance(item, pytest.Function) else []
    if "chromium" in fixtures:
        item.add_marker(pytest.mark.browser)
    item.add_marker(pytest.mark.xdist_group("site" if "site" in fixtures else item.path.name))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs the site comes last, where a browser is needed at the very end.

    Among several processes one takes all of that, and takes it first.
    """
    items.sort(
        key=lambda item: (("site" in item.fixturenames) is not IN_PARALLEL, "chromium" in item.fixturenames)
    )


@pytest.fixture(scope="session", autouse=True)
def beside(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], dict[str, Future]]]:
    """What takes long and is begun at once, if a test asks for it; by the fixture that hands it out.

    Both builds and the tour of the first one run in processes of their own. Among several processes they are
    begun by the one that comes to a test that needs them.
    """

    def build(name: str) -> Path:
        into = tmp_path_factory.mktemp(name)
        built = build_site(into)
        if built.returncode:
            pytest.fail(f"mkdocs build --strict fails; mend what it names:\n{built.stderr}", pytrace=False)
        return into

    def visit(executable: str) -> dict[str, Visit]:
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
            return process.submit(tour, begun["site"].result(), executable).result()

    asked = {name for item in request.session.items for name in item.fixturenames}
    begun: dict[str, Future] = {}
    with ThreadPoolExecutor(max_workers=2) as threads:

        def begin() -> dict[str, Future]:
            if not begun and "site" in asked:
                begun["site"] = threads.submit(build, "site")
                if "visits" in asked and (executable := find_chromium()):
                    begun["visits"] = threads.submit(visit, executable)
                if "site_again" in asked:
                    begun["site_again"] = threads.submit(build, "site_again")
            return begun

        if not IN_PARALLEL:
            begin()
        yield begin
        threads.shutdown(cancel_futures=True)


@pytest.fixture(scope="session")
def site(beside: Callable[[], dict[str, Future]]) -> Path:
    """The folder of the strictly built site, published in thought at `SITE_URL`."""
    return beside()["site"].result()


@pytest.fixture(scope="session")
def site_again(beside: Callable[[], dict[str, Future]]) -> Path:
    """A second build of the same files, by another process."""
    return beside()["site_again"].result()


@pytest.fixture(scope="session")
def visits(site: Path, chromium: str, beside: Callable[[], dict[str, Future]]) -> dict[str, Visit]:
    """What was seen on each page, by its address from the site's root."""
    return beside()["visits"].result()


def find_chromium() -> str | None:
    """The path of this machine's Chromium, or `None`."""
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


@pytest.fixture(scope="session")
def served_site(site: Path) -> Iterator[str]:
    """The address of the built site on a server of this machine, with its closing slash."""
    with served(site) as address:
        yield address


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of this machine's Chromium."""
    executable = find_chromium()
    if executable is None:
        # Elsewhere a writer may go without; where a change is accepted, nobody may.
        (pytest.fail if os.environ.get("CI") else pytest.skip)(NO_CHROMIUM)
    return executable


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """One Chromium for all tests that click and type."""
    with open_browser(chromium) as browser:
        yield browser
