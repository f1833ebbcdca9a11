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
import time
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, sync_playwright

from conftest import find_chromium
from tour import Quiet, served

PAGE = "en/snippets/network/nat-per-az/"
BITS = 20_000_000
LATENCY = 20  # milliseconds
CHANGES = 15
STARTS = 3


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
            content = Path(path).read_bytes()
            self.packed[path] = content if path.endswith((".bin", ".png")) else gzip.compress(content, 6)
        content = self.packed[path]
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "max-age=600")
        if not path.endswith((".bin", ".png")):
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(content)


def main(folder: Path) -> None:
    """Print the table."""
    manifest = json.loads((folder / "assets" / "runtime" / "manifest.json").read_text("utf-8"))
    sizes = {name: _sent(folder / "assets" / "runtime" / name) for name in manifest["files"]}
    sizes["editor"] = sum(map(_sent, (folder / "assets" / "change").iterdir()))
    sizes["one snippet"] = max(map(_sent, (folder / "assets" / "proof").rglob("*.bin")))
    print("| file | bytes sent |\n|---|---|")
    for name, size in sizes.items():
        print(f"| {name} | {size:,} |")
    print(f"| together | {sum(sizes.values()):,} |\n")
    first, second, answers, memory = [], [], [], 0
    with served(folder, Compressing) as root, sync_playwright() as playwright:
        for _ in range(STARTS):
            with tempfile.TemporaryDirectory() as profile:
                context = playwright.chromium.launch_persistent_context(
                    profile, executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"]
                )
                page = _page(context)
                first.append(_start(page, root))
                page.wait_for_function("caches.keys().then(async (names) => names.length && "
                                       "(await (await caches.open(names[0])).keys()).length)")  # fmt: skip
                page.close()
                page = _page(context)
                second.append(_start(page, root))
                answers += [_change(page, number) for number in range(CHANGES)]
                memory = max(memory, page.evaluate("caches.keys().then(async ([name]) => { const cache = await "
                    "caches.open(name); const [key] = await cache.keys(); return (await (await cache.match(key))"
                    ".arrayBuffer()).byteLength })"))  # fmt: skip
                context.close()
    print("| | seconds |\n|---|---|")
    print(f"| first answer, nothing loaded, median of {STARTS} | {statistics.median(first):.2f} |")
    print(f"| first answer, next visit | {statistics.median(second):.2f} |")
    print(f"| answer to a change, median of {len(answers)} | {statistics.median(answers):.3f} |")
    print(
        f"\nMemory of Python with the checker: {memory / 1e6:.0f} MB; load of the machine {os.getloadavg()[0]:.1f}"
    )


def _sent(path: Path) -> int:
    content = path.read_bytes()
    return len(content) if path.suffix == ".bin" else len(gzip.compress(content, 6))


def _page(context: BrowserContext) -> Page:
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": LATENCY, "downloadThroughput": BITS / 8, "uploadThroughput": BITS / 8},
    )
    return page


def _start(page: Page, root: str) -> float:
    """Seconds from the reader's click to the first answer."""
    page.goto(root + PAGE)
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
    sys.path.append(str(Path(__file__).parents[1]))
    main(Path(sys.argv[1]))
