"""`mkdocs serve`, the README's first command, shows both languages and what a writer changes."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
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
    small_site.write(root, nav=["index.md", "other.md"], hooks=hooks)
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
        (root / "docs" / language / "other.md").write_text(
            "# Other {#other}\n\nText. {{ fact K02 }}\n", "utf-8"
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
                "NO_MKDOCS_2_WARNING": "",
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


def test_the_first_output_is_about_this_project(server: Server) -> None:
    assert server.shows("en/", bool), server.said()
    assert server.said().startswith("INFO    -  Building documentation..."), server.said()
    assert "Zensical" not in server.said()


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
    assert b"Another home" in server.read("en/other/"), "the navigation of another page has the old title"


def test_a_saved_page_is_rendered_alone_and_as_with_all_others(server: Server) -> None:
    server.edit("docs/en/other.md", "Text.", "Other text.")
    assert server.shows("en/other/", lambda page: b"Other text." in page), server.said()
    assert "Rendering 1 of " in server.said(), server.said()
    alone = without_reload(server.read("en/other/"))
    builds = server.said().count("Documentation built")
    server.edit("docs/terms.yaml", "# The guide's words", "# It touches everything.\n# The guide's words")
    assert server.shows("en/other/", lambda _: server.said().count("Documentation built") > builds)
    assert without_reload(server.read("en/other/")) == alone


def without_reload(page: bytes) -> bytes:
    """A page without the script that the server adds."""
    return re.sub(rb"<script>\s*var livereload = .*?</script>", b"", page, flags=re.DOTALL)


@dataclass(frozen=True)
class Mistake:
    """A file of the project, broken, and what the pages say of it."""

    path: str
    old: str
    new: str
    said: str
    of: Sequence[str]
    """The pages that show it, in English."""
    others: Sequence[str] = ()
    """Pages that do not."""
    stops: bool = False
    """Whether nothing else is rendered until it is mended: the configuration, and what nobody foresaw."""


MISTAKES = {
    "spec": Mistake(
        f"snippets/{SNIPPET}.spec.yaml", "kind:", "kinde:",
        f"{SNIPPET}.spec.yaml:1</code>: &#39;kind&#39; is missing",
        ["en/", f"en/snippets/{SNIPPET}/"], ["en/other/"],
    ),
    "snippet": Mistake(
        f"snippets/{SNIPPET}.json", '"Version"', "Version", f"{SNIPPET}.json:2</code>: is not JSON",
        ["en/", f"en/snippets/{SNIPPET}/"], ["en/other/"],
    ),
    "facts": Mistake(
        "docs/facts.yaml", "  - id: K02", "  - di: K02", "unknown key &#39;di&#39;", ["en/", "en/other/"]
    ),
    "terms": Mistake("docs/terms.yaml", "\n- id: ", "\n- id: [", "docs/terms.yaml:", ["en/", "en/other/"]),
    "configuration": Mistake("mkdocs.yml", "nav:", "nav: [", "mkdocs.yml:", ["en/", "en/other/"], stops=True),
    "error": Mistake(
        "docs/ja/index.md", "# Home", "---\ntemplate: no-such.html\n---\n# Home",
        "TemplateNotFound: &#39;no-such.html&#39;",
        ["en/", "en/other/"], stops=True,
    ),
    "policy": Mistake(
        "docs/en/index.md", "{#home}\n", '{#home}\n\n<p style="top: 0">x</p>\n',
        "docs/en/index.md:3</code>: the security policy blocks", ["en/"], ["en/other/"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_shown_where_it_concerns_until_it_is_mended(server: Server, mistake: Mistake) -> None:
    server.edit(mistake.path, mistake.old, mistake.new)
    for page in mistake.of:
        assert server.shows(page, lambda html: mistake.said.encode() in html), server.said()
        assert b'<div class="mistakes"' in server.read(page)
        assert server.read(page).count(b'<div class="mistakes"') == 1
    for page in mistake.others:
        assert b"mistakes" not in server.read(page)
    assert "Traceback" not in server.said()
    if not mistake.stops:
        word = f"Meanwhile {mistake.path.rpartition('/')[2]}."
        server.edit("docs/en/other.md", "{#other}\n", f"{{#other}}\n\n{word}\n")
        assert server.shows("en/other/", lambda page: word.encode() in page), server.said()
    server.edit(mistake.path, mistake.new, mistake.old)
    for page in mistake.of:
        assert server.shows(page, lambda html: html and b"mistakes" not in html), server.said()


def test_a_directive_that_names_nothing_is_red_in_its_place(server: Server) -> None:
    server.edit("docs/ja/other.md", "{#other}\n", "{#other}\n\n{{ snippet permissions/no-such }}\n")
    said = "docs/ja/other.md:3: no snippet &#x27;permissions/no-such&#x27;"
    assert server.shows(
        "ja/other/", lambda page: f'<strong class="broken" lang="en">{said}'.encode() in page
    ), server.said()


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
    said = b"addresses.py:"
    assert server.shows(page, lambda page: said in page and b"cannot be loaded yet" in page), (
        f"a file in the middle of an edit must not end the server\n{server.said()}"
    )
    server.edit(f"{package}/guide/addresses.py", 'f"kase-{case_id', 'f"kase-{case_id}"')
    assert server.shows(page, lambda page: b'id="kase-' in page), server.said()
