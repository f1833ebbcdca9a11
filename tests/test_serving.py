"""`mkdocs serve`, the README's first command, shows both languages and what a writer changes."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import lambda_vpc
import small_site
from conftest import BASE_PATH, ROOT, SITE_URL
from lambda_vpc.guide import addresses
from lambda_vpc.guide.languages import LANGUAGES

SNIPPET = "permissions/trust-policy"
LIMIT = 60.0
"""Seconds until a change must be seen; a few on a quiet machine."""


@dataclass
class Server:
    """A project being served."""

    root: Path
    address: str
    process: subprocess.Popen[bytes]
    messages: Path

    def read(self, path: str) -> bytes:
        """What the server answers; nothing while it does not."""
        try:
            with urllib.request.urlopen(self.address + path, timeout=5) as answer:
                return answer.read()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return b""

    def shows(self, path: str, seen: Callable[[bytes], object]) -> bool:
        """Whether an address comes to show something within the limit."""
        end = time.monotonic() + LIMIT
        while time.monotonic() < end and self.process.poll() is None:
            if seen(self.read(path)):
                return True
            time.sleep(0.2)
        return False

    def edit(self, path: str, old: str, new: str) -> None:
        """Change a file of the project as an editor does."""
        file = self.root / path
        text = file.read_text("utf-8")
        assert old in text, f"{path}: nothing to change"
        file.write_text(text.replace(old, new), "utf-8")

    def said(self) -> str:
        """What it has printed."""
        return self.messages.read_text("utf-8", "replace")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A copy of the project with its hooks, one page and one snippet, served as the README says."""
    folder = tmp_path_factory.mktemp("serving")
    root = folder / "project"
    # Problems refer to every page of the guide.
    hooks = [path.stem for path in (ROOT / "docs" / "hooks").glob("*.py") if path.stem != "problems"]
    small_site.write(root, hooks=hooks)
    for name in ("facts.yaml", "terms.yaml"):
        shutil.copy(ROOT / "docs" / name, root / "docs" / name)
    topic = root / "snippets" / SNIPPET.partition("/")[0]
    topic.mkdir()
    for path in (ROOT / "snippets").glob(f"{SNIPPET}.*"):
        (shutil.copytree if path.is_dir() else shutil.copy)(path, topic / path.name)
    shutil.copytree(
        Path(lambda_vpc.__file__).parent,
        root / "snippets" / "python" / "lambda_vpc",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    for language in LANGUAGES:
        (root / "docs" / language / "index.md").write_text(
            f"# Home {{#home}}\n\n{{{{ snippet {SNIPPET} }}}}\n", "utf-8"
        )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"
    messages = folder / "messages"
    with messages.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "mkdocs", "serve", "--dev-addr", host],
            cwd=root,
            # The copy of the checker, so that it can be changed.
            env=os.environ
            | {
                "SITE_URL": SITE_URL,
                "PYTHONPATH": str(root / "snippets" / "python"),
                "TMPDIR": str(folder),
                "NO_MKDOCS_2_WARNING": "1",
            },
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield Server(root, f"http://{host}{BASE_PATH}", process, messages)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_serves_the_pages_of_both_languages(server: Server, language: str) -> None:
    assert server.shows(f"{language}/", lambda page: f'<html lang="{language}"'.encode() in page), (
        server.said()
    )
    page = server.read(f"{language}/")
    assert b"livereload(" in page, "an open page would not reload"
    assert b"Content-Security-Policy" not in page, "the policy would block the script that reloads the page"


def test_it_draws_no_cards_that_nobody_would_see(server: Server) -> None:
    card = addresses.card("index.md", "en")
    assert server.shows("en/", lambda page: card.encode() in page), server.said()
    assert server.read(card) == b""


def test_it_serves_the_raw_file(server: Server) -> None:
    raw = addresses.raw(SNIPPET, ".json")
    assert server.shows(raw, lambda file: file == (server.root / raw).read_bytes()), server.said()


def test_a_changed_page_is_shown(server: Server) -> None:
    server.edit("docs/en/index.md", "# Home", "# Another home")
    assert server.shows("en/", lambda page: b"Another home" in page), server.said()


def test_a_changed_snippet_is_shown_and_its_answers_are_new(server: Server) -> None:
    spec, raw = f"snippets/{SNIPPET}.spec.yaml", addresses.raw(SNIPPET, ".json")
    server.edit(spec, "en: Trust policy of the execution role", "en: Another title")
    assert server.shows("en/", lambda page: b"Another title" in page), server.said()
    server.edit(raw, "lambda.amazonaws.com", "ec2.amazonaws.com")
    assert server.shows(raw, lambda file: b"ec2.amazonaws.com" in file), server.said()
    assert server.shows("en/", lambda page: b"result-fail" in page), (
        f"a case that comes out differently is not shown\n{server.said()}"
    )
    server.edit(raw, "ec2.amazonaws.com", "lambda.amazonaws.com")
    assert server.shows("en/", lambda page: page != b"" and b"result-fail" not in page), server.said()


def test_a_change_in_the_checker_is_shown_after_it_has_started_over(server: Server) -> None:
    package = "snippets/python/lambda_vpc"
    server.edit("docs/theme/words.yaml", 'en: "Looks right, and fails"', 'en: "Looks good, and fails"')
    assert server.shows("en/", lambda page: b"Looks good, and fails" in page), server.said()
    page = f"en/{addresses.snippet_page(SNIPPET).removesuffix('.md')}/"
    server.edit(f"{package}/guide/addresses.py", 'f"case-{case_id}"', 'f"kase-{case_id')
    assert server.shows(page, lambda page: page and "addresses.py cannot be loaded yet" in server.said()), (
        f"a file in the middle of an edit must not end the server\n{server.said()}"
    )
    server.edit(f"{package}/guide/addresses.py", 'f"kase-{case_id', 'f"kase-{case_id}"')
    assert server.shows(page, lambda page: b'id="kase-' in page), server.said()
