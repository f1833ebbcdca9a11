"""What it costs a reader to change an example: bytes, the first and the second start, an answer, memory.

Run it by hand on a quiet machine: `python tests/tools/measure_checker.py FOLDER`, a site that was built with
docs/runtime installed. It serves the folder, compressed as servers do, at 20 Mbit/s with 20 ms of delay, and
prints a table in Markdown.
"""

from __future__ import annotations

import gzip
import json
import os
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tour import Quiet, find_chromium, served

PAGE = "en/snippets/network/nat-per-az/"
LARGE = "en/snippets/network/nat-network-acl/"
"""A template of 38 resources with 26 cases, in which changes are made."""
BITS = 20_000_000
LATENCY = 0.02  # seconds
PART = 16_384  # bytes that are sent at once
AS_THEY_ARE = (".bin", ".png")
CHANGES = 15
STARTS = 3
KEPT = """(async () => {
    const [name] = await caches.keys();
    if (!name) return 0;
    const cache = await caches.open(name);
    const [key] = await cache.keys();
    return key ? (await (await cache.match(key)).arrayBuffer()).byteLength : 0;
})()"""
"""Bytes of memory that the browser keeps for the next start."""


class Compressing(Quiet):
    """As hosts do: text and WebAssembly compressed, kept by the browser for ten minutes."""

    protocol_version = "HTTP/1.1"
    packed: dict[str, bytes] = {}  # noqa: RUF012 - shared by all requests

    def do_GET(self) -> None:
        path = self.translate_path(self.path)
        path = os.path.join(path, "index.html") if os.path.isdir(path) else path
        if not os.path.isfile(path):
            self.send_error(404)
            return
        if path not in self.packed:
            self.packed[path] = _sent(Path(path))
        content = self.packed[path]
        time.sleep(LATENCY)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "max-age=600")
        if not path.endswith(AS_THEY_ARE):
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        for start in range(0, len(content), PART):
            _line.wait(content[start : start + PART])
            self.wfile.write(content[start : start + PART])


class Line:
    """What all requests share: so many bits a second."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._free = 0.0

    def wait(self, part: bytes) -> None:
        """Until there is room for a part."""
        with self._lock:
            self._free = max(self._free, time.monotonic()) + len(part) * 8 / BITS
            free = self._free
        time.sleep(max(0.0, free - time.monotonic()))


_line = Line()


def main(folder: Path) -> None:
    """Print the table."""
    manifest = json.loads((folder / "assets" / "runtime" / "manifest.json").read_text("utf-8"))
    sizes = {name: len(_sent(folder / "assets" / "runtime" / name)) for name in manifest["files"]}
    sizes["editor"] = sum(len(_sent(path)) for path in (folder / "assets" / "change").iterdir())
    sizes["one snippet"] = max(len(_sent(path)) for path in (folder / "assets" / "proof").rglob("*.bin"))
    print("| file | bytes sent |\n|---|---|")
    for name, size in sizes.items():
        print(f"| {name} | {size:,} |")
    print(f"| together | {sum(sizes.values()):,} |\n")
    chromium = find_chromium()
    first, second, answers, memory = [], [], [], 0
    with served(folder, Compressing) as root, sync_playwright() as playwright:
        for _ in range(STARTS):
            with tempfile.TemporaryDirectory() as profile:
                context = playwright.chromium.launch_persistent_context(
                    profile, executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
                )
                page = context.new_page()
                first.append(_start(page, root + PAGE))
                while not page.evaluate(KEPT):
                    page.wait_for_timeout(100)
                page.close()
                page = context.new_page()
                second.append(_start(page, root + PAGE))
                _start(page, root + LARGE)
                answers += [_change(page, number) for number in range(CHANGES)]
                memory = max(memory, page.evaluate(KEPT))
                context.close()
    print("| | seconds |\n|---|---|")
    print(f"| first answer, nothing loaded, median of {STARTS} | {statistics.median(first):.2f} |")
    print(f"| first answer, next visit | {statistics.median(second):.2f} |")
    print(
        f"| answer to a change of 38 resources, median of {len(answers)} | {statistics.median(answers):.3f} |"
    )
    print(f"\nPython with the checker takes {memory / 1e6:.0f} MB of memory.")
    print(f"Load of the machine: {os.getloadavg()[0]:.1f}")


def _sent(path: Path) -> bytes:
    content = path.read_bytes()
    return content if path.suffix in AS_THEY_ARE else gzip.compress(content, 6)


def _start(page: Page, address: str) -> float:
    """Seconds from the reader's click to the first answer."""
    page.goto(address)
    start = time.perf_counter()
    page.locator("details.change > summary").click()
    page.locator(".change-outcome").wait_for(timeout=120_000)
    return time.perf_counter() - start


def _change(page: Page, number: int) -> float:
    """Seconds that the checker takes for a change, without the pause after the last key."""
    return page.evaluate(
        """async (number) => {
            const area = document.querySelector(".change-editor textarea");
            const answer = document.querySelector(".change-answer");
            const lines = area.value.split("\\n");
            lines[1] = `Description: change ${number}`;
            const changed = new Promise((resolve) => new MutationObserver((_, observer) => {
                observer.disconnect();
                resolve(performance.now());
            }).observe(answer, { childList: true }));
            area.value = lines.join("\\n");
            const start = performance.now();
            area.dispatchEvent(new Event("input", { bubbles: true }));
            return (await changed - start - 200) / 1000;
        }""",
        number,
    )


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
