"""How long a writer waits: seconds from a save until the page shows it, without and with the hook for it.

Run it by hand: `python tests/tools/benchmark_save.py`. It serves a copy of the project twice, first without
docs/hooks/serving.py, so that every save renders everything, and prints the best of three saves of a page and
of a spec. With the hook it also saves a mistake; without it none was ever shown.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

PAGE, SPEC = "docs/en/network/ipv6.md", "snippets/network/nat-shared.spec.yaml"
SHOWN = {PAGE: "en/network/ipv6/", SPEC: "en/snippets/network/nat-shared/"}
PATIENCE = 600.0
"""Seconds after which nothing is expected any more."""
HOOK = "  - docs/hooks/serving.py\n"


@dataclass
class Server:
    """A copy of the project being served."""

    root: Path
    address: str

    def read(self, path: str) -> str:
        """What is served; nothing while the server is not there."""
        try:
            with urllib.request.urlopen(self.address + path, timeout=PATIENCE) as answer:
                return answer.read().decode()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return ""

    def wait(self, path: str, seen: Callable[[str], bool]) -> float | None:
        """Seconds until an address shows something; nothing if it never does."""
        start = time.perf_counter()
        while time.perf_counter() - start < PATIENCE:
            if seen(self.read(path)):
                return time.perf_counter() - start
            time.sleep(0.05)
        return None

    def save(self, path: str, text: str, seen: Callable[[str], bool]) -> float | None:
        """Seconds from a save until its page shows it."""
        (self.root / path).write_text(text, "utf-8")
        return self.wait(SHOWN[path], seen)


@contextmanager
def serving(root: Path) -> Iterator[Server]:
    """A server of a project, once it serves."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"
    environment = os.environ | {
        "PYTHONPATH": str(root / "snippets" / "python"), "SITE_URL": "https://example.com/"
    }  # fmt: skip
    command = [sys.executable, "-m", "mkdocs", "serve", "--quiet", "--dev-addr", host]
    process = subprocess.Popen(command, cwd=root, env=environment, stderr=subprocess.DEVNULL)
    try:
        server = Server(root, f"http://{host}/")
        if server.wait("en/", lambda page: "<html" in page) is None:
            sys.exit(f"the server showed no page within {PATIENCE:.0f} s: is the machine busy?")
        yield server
    finally:
        process.terminate()
        process.wait()


def measured(server: Server, *, mistakes: bool) -> Iterator[tuple[str, list[float | None]]]:
    """What is saved, with the seconds of three saves."""
    page, spec = ((server.root / path).read_text("utf-8") for path in (PAGE, SPEC))

    def changes(path: str, text: str, old: str) -> Iterator[float | None]:
        for number in range(3):
            word = f"benchmark-{number}"
            yield server.save(
                path, text.replace(old, f"{old}{word} ", 1), lambda html, word=word: word in html
            )
        server.save(path, text, lambda html: "benchmark-" not in html)

    yield "a page", list(changes(PAGE, page, page[page.index("\n\n") : page.index("\n\n") + 2]))
    yield "a spec", list(changes(SPEC, spec, "en: "))
    if mistakes:
        broken = spec.replace("kind:", "kinde:", 1)
        seconds = []
        for _ in range(3):
            seconds.append(server.save(SPEC, broken, lambda html: "kinde" in html))
            server.save(SPEC, spec, lambda html: "kinde" not in html)
        yield "a mistake in a spec", seconds


def main() -> None:
    """Measure and print."""
    for name, has_hook in (("rendering everything", False), ("rendering what a save touches", True)):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for part in ("docs", "snippets"):
                shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
            config = (ROOT / "mkdocs.yml").read_text("utf-8")
            if HOOK not in config:
                sys.exit(f"mkdocs.yml does not list {HOOK.strip()}; mend tests/tools/benchmark_save.py")
            (root / "mkdocs.yml").write_text(config if has_hook else config.replace(HOOK, ""), "utf-8")
            with serving(root) as server:
                for what, seconds in measured(server, mistakes=has_hook):
                    shown = [one for one in seconds if one is not None]
                    best = f"{min(shown):.1f} s" if shown else "never shown"
                    print(f"{name}, {what}: {best}", flush=True)


if __name__ == "__main__":
    main()
