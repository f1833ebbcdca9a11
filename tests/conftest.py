"""The site, built once for all tests, a browser that reads it as a visitor does, and how much is tried.

What needs no site runs first; beside it the site is built and toured: two processors are not kept waiting.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, BrowserContext

from lambda_vpc.guide.spec import load
from lambda_vpc.reading import BadInput, suggestion
from tour import BASE_PATH, WIDE, Visit, find_chromium, open_browser, served, tour

ROOT = Path(__file__).parents[1]
SITE_URL = f"https://example.com{BASE_PATH}"

# How many examples a property is tried on: few while writing, many where a change is accepted. A test says
# no number of its own. Time limits belong to the tests that promise one: a loaded machine is no failure.
_ALWAYS = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("local", max_examples=25, **_ALWAYS)
settings.register_profile("ci", settings.get_profile("ci"), max_examples=100, **_ALWAYS)
settings.register_profile("mutants", max_examples=5, derandomize=True, database=None, **_ALWAYS)
settings.load_profile("ci" if os.environ.get("CI") else "local")

NO_RUNTIME = "nothing runs the checker in a browser: `npm ci --ignore-scripts --prefix docs/runtime`"
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


WHOLE = "10 to 20 minutes on two processors, the browser tests half of it"
"""How long all tests take, measured with nothing else running."""
OF_ONE_SNIPPET = ("test_snippets.py", "test_lint.py", "test_mutants.py")
"""The files that ask something of each snippet, without the site."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer the fast loop of a writer: what is asked of one snippet, in seconds."""
    parser.addoption(
        "--snippet", metavar="TOPIC/NAME", help="only what is asked of this snippet, without the site"
    )


def pytest_configure(config: pytest.Config) -> None:
    """With --snippet, read the files alone that ask something of each snippet: reading all takes longest.

    Raises:
        UsageError: there is no such snippet, or the snippets cannot be read.
    """
    name = config.getoption("snippet")
    if name is None:
        return
    try:
        known = load(ROOT / "snippets")
    except BadInput as bad:
        raise pytest.UsageError(str(bad)) from None
    if name not in known:
        raise pytest.UsageError(f"--snippet: no snippet '{name}'{suggestion(name, list(known))}")
    config.args = [str(ROOT / "tests" / file) for file in OF_ONE_SNIPPET]


def pytest_report_header(config: pytest.Config) -> list[str]:
    """What runs, how long it takes, and the shorter ways."""
    if config.getoption("snippet"):
        return [f"what is asked of {config.getoption('snippet')}: some seconds; the site is not built"]
    if config.args != config.getini("testpaths"):
        return ["a test that asks for the site waits about a minute for its build, said when it begins"]
    return [
        f"all tests: {WHOLE}; the first ones begin once all files are read, in half a minute",
        "shorter:   pytest --snippet TOPIC/NAME     what is asked of one snippet, in seconds",
        "           pytest -m 'not browser'         without the browser",
        "           pytest tests/test_languages.py  one promise",
    ]


def pytest_exception_interact(
    call: pytest.CallInfo[object], report: pytest.CollectReport | pytest.TestReport
) -> None:
    """A mistake in the guide's data that stops the reading of a test file is said without a traceback."""
    if isinstance(report, pytest.CollectReport) and isinstance(call.excinfo.value, BadInput):
        report.longrepr = str(call.excinfo.value)


GUIDES = min(2, os.cpu_count() or 1)
"""Processes that share the tour of the site."""
IN_PARALLEL = "PYTEST_XDIST_WORKER" in os.environ
"""Whether this process is one of several that share the tests, as in .ci/run."""


@pytest.hookimpl(tryfirst=True)  # before pytest reads -m
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what needs a browser, and put it last; before it, what needs the built site.

    Where several processes share the tests, what needs the site comes first: it takes longest.
    With --snippet, what names another one is left out, and so is what names none.
    """
    if (name := config.getoption("snippet")) is not None:
        named = re.compile(rf"[\[-]{re.escape(name)}[\]#]")
        others = [item for item in items if not named.search(item.name)]
        items[:] = [item for item in items if named.search(item.name)]
        config.hook.pytest_deselected(items=others)
    for item in items:
        if "chromium" in item.fixturenames:
            item.add_marker(pytest.mark.browser)
    if IN_PARALLEL:
        items.sort(key=lambda item: ("visits" not in item.fixturenames, "site" not in item.fixturenames))
    else:
        items.sort(key=lambda item: ("site" in item.fixturenames, "chromium" in item.fixturenames))


def _built(into: Path) -> Path:
    built = build_site(into)
    if built.returncode:
        pytest.fail(f"mkdocs build --strict fails; mend what it names:\n{built.stderr}", pytrace=False)
    return into


class Beside:
    """What takes long and runs in processes of its own, beside the tests: builds and the tour of the site."""

    def __init__(self, factory: pytest.TempPathFactory, threads: ThreadPoolExecutor) -> None:
        self._factory = factory
        self._threads = threads
        self._begun: dict[str, Future] = {}

    def build(self, name: str) -> Future[Path]:
        """A strict build of the site, begun when first asked for."""
        return self._once(name, self._build, name)

    def tour(self, executable: str) -> Future[dict[str, Visit]]:
        """The tour of the first build, begun when first asked for."""
        return self._once("tour", self._tour, executable, self.build("site"))

    def _once(self, name: str, work: Callable, *arguments: object) -> Future:
        if name not in self._begun:
            self._begun[name] = self._threads.submit(work, *arguments)
        return self._begun[name]

    def _build(self, name: str) -> Path:
        if not IN_PARALLEL:
            return _built(self._factory.mktemp(name))
        import fcntl  # which Windows lacks; only .ci/run, a shell script, comes here

        # The folder above is the one that all processes of a run share: the first to come builds.
        above = self._factory.getbasetemp().parent / os.environ["PYTEST_XDIST_TESTRUNUID"]
        above.mkdir(exist_ok=True)
        into, done = above / name, above / f"{name}.done"
        with open(above / f"{name}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():
                _built(into)
                done.touch()
        return into

    def _tour(self, executable: str, site: Future[Path]) -> dict[str, Visit]:
        with ProcessPoolExecutor(GUIDES, mp_context=multiprocessing.get_context("spawn")) as processes:
            shares = [
                processes.submit(tour, site.result(), executable, share, GUIDES) for share in range(GUIDES)
            ]
            return {address: visit for share in shares for address, visit in share.result().items()}


@pytest.fixture(scope="session", autouse=True)
def beside(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Beside]:
    """What takes long, begun at once if a test asks for it, so that it is ready when the test comes.

    Where several processes share the tests, none knows which it will get: each begins what it needs then.
    """
    asked = {name for item in request.session.items for name in item.fixturenames}
    with ThreadPoolExecutor(max_workers=3) as threads:
        found = Beside(tmp_path_factory, threads)
        if not IN_PARALLEL:
            if "site" in asked:
                found.build("site")
            if "visits" in asked and (executable := find_chromium()):
                found.tour(executable)
            if "site_again" in asked:
                found.build("site_again")
        yield found
        threads.shutdown(cancel_futures=True)


def _awaited(request: pytest.FixtureRequest, work: Future, what: str) -> object:
    """What comes of work that was begun; says what is waited for, where somebody reads along."""
    terminal = request.config.pluginmanager.get_plugin("terminalreporter")
    if terminal is not None and not work.done():
        terminal.ensure_newline()
        terminal.write_line(f"waiting for {what}", yellow=True)
    return work.result()


@pytest.fixture(scope="session")
def site(request: pytest.FixtureRequest, beside: Beside) -> Path:
    """The folder of the strictly built site, published in thought at `SITE_URL`."""
    return _awaited(request, beside.build("site"), "the strict build of the site: about a minute")


@pytest.fixture(scope="session")
def site_again(request: pytest.FixtureRequest, beside: Beside) -> Path:
    """A second build of the same files, by another process."""
    return _awaited(request, beside.build("site_again"), "a second build of the site: about a minute")


@pytest.fixture(scope="session")
def visits(request: pytest.FixtureRequest, chromium: str, beside: Beside) -> dict[str, Visit]:
    """What was seen on each page, by its address from the site's root."""
    return _awaited(request, beside.tour(chromium), "the browser's tour of every page: about four minutes")


@pytest.fixture(scope="session")
def served_site(site: Path) -> Iterator[str]:
    """The address of the built site on a server of this machine, with its closing slash."""
    with served(site) as address:
        yield address


@pytest.fixture(scope="session")
def with_runtime(site: Path) -> Path:
    """The folder of the built site, with what runs the checker in a browser."""
    if not (site / "assets" / "runtime" / "manifest.json").is_file():
        # It comes with Node.js, which a writer may be without; .ci/run installs it, and fails without it.
        (pytest.fail if os.environ.get("CI") else pytest.skip)(NO_RUNTIME)
    return site


@pytest.fixture(scope="session")
def address(with_runtime: Path, served_site: str) -> str:
    """The address of the site that runs the checker, with its closing slash."""
    return served_site


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of this machine's Chromium."""
    executable = find_chromium()
    if executable is None:
        # Elsewhere a writer may go without; where a change is accepted, nobody may.
        (pytest.fail if os.environ.get("CI") else pytest.skip)(NO_CHROMIUM)
    return executable


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A visitor who comes again: the checker, which takes long to start, is kept from visit to visit."""
    context = browser.new_context(locale="en-US", viewport=WIDE)
    yield context
    context.close()


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """One Chromium for all tests that click and type."""
    with open_browser(chromium) as browser:
        yield browser
