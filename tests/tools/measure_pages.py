"""What pages cost a reader: a Markdown table of one or more built sites side by side.

    python tests/tools/measure_pages.py before=FOLDER after=FOLDER --lighthouse node_modules/.bin/lighthouse

For each kind of page: KB with gzip -9 and requests of a first visit, as Chromium asks; screens of 1280×800
that it is tall; its elements; milliseconds in which scripts and layout block it on a processor four times
slower, the median of three; and with Lighthouse, its four scores on a phone and its own milliseconds. A page
that a site does not have is left out. `--stock FOLDER` first builds the same Markdown there without hooks and
with the theme as it is.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from playwright.sync_api import Browser, Response

import benchmark_build
from tour import NEAR, Quiet, open_browser, served, visitor
from weight import compressed

KINDS = {
    "front": "",
    "problems": "troubleshooting/create/",
    "internet access": "network/internet-nat/",
    "databases": "network/databases/",
    "condition keys": "condition-keys/keys/",
    "permissions": "permissions/execution-role/",
    "one snippet": "snippets/permissions/execution-role/",
    "catalogue": "snippets/",
    "check in the browser": "check-in-browser/",
    "rules": "reference/rules/",
    "facts": "reference/facts/",
    "facts of a topic": "reference/facts/network/",
    "glossary": "reference/glossary/",
    "checker": "reference/checker/",
    "checker reference": "reference/checker/iam/",
}
SCREEN = {"width": 1280, "height": 800}
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
_TEXT = ("text/", "application/javascript", "application/json", "image/svg+xml")
# The part of each task that goes beyond 50 ms, as Lighthouse counts it.
BLOCKED = """() => new Promise((resolve) => {
    let sum = 0;
    new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) sum += duration - 50;
    }).observe({ type: "longtask", buffered: true });
    setTimeout(() => resolve(sum), 500);
})"""


class Compressing(Quiet):
    """A file server that compresses, as every host does that the guide is meant for."""

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        kind = self.guess_type(str(path))
        if not path.is_file() or not kind.startswith(_TEXT):
            super().do_GET()
            return
        body = gzip.compress(path.read_bytes(), mtime=0)
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def measured(browser: Browser, address: str) -> list[str]:
    """KB, requests, screens and elements of a page, and how long it is blocked."""
    responses: list[Response] = []
    with visitor(browser, viewport=SCREEN) as page:
        page.on("response", lambda response: responses.append(response))
        page.goto(address)
        page.wait_for_load_state("networkidle")
        page.evaluate(NEAR)
        tall = page.evaluate("document.documentElement.scrollHeight") / SCREEN["height"]
        elements = page.evaluate("document.querySelectorAll('*').length")
        size = sum(compressed(response.body()) for response in responses) / 1024
    return [f"{size:.1f}", str(len(responses)), f"{tall:.1f}", str(elements)]


def blocked(browser: Browser, address: str, runs: int) -> str:
    """Milliseconds, on a slow processor and a narrow screen; the median of some visits."""
    found = []
    for _ in range(runs):
        with visitor(browser, viewport={"width": 412, "height": 823}) as page:
            page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
            page.goto(address)
            found.append(page.evaluate(BLOCKED))
    return f"{statistics.median(found):.0f}"


def judged(lighthouse: str, chromium: str, address: str, runs: int) -> list[str]:
    """By Lighthouse on a phone, each the median of some runs: the four scores, and milliseconds blocked."""
    found = []
    for _ in range(runs):
        done = subprocess.run(
            [
                lighthouse, address, "--quiet", "--output=json", f"--only-categories={','.join(CATEGORIES)}",
                "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
            ],
            env=os.environ | {"CHROME_PATH": chromium}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            sys.exit(f"Lighthouse failed on {address}:\n{done.stderr}")
        report = json.loads(done.stdout)
        run = [100 * (report["categories"][name]["score"] or 0) for name in CATEGORIES]
        found.append([*run, report["audits"]["total-blocking-time"]["numericValue"]])
    *scores, milliseconds = (f"{statistics.median(column):.0f}" for column in zip(*found, strict=True))
    return [" / ".join(scores), milliseconds]


def table(
    sites: dict[str, Path], kinds: Sequence[str], lighthouse: str | None, chromium: str, runs: int
) -> Iterator[str]:
    """The lines of the table."""
    columns = ["page", "site", "KB", "requests", "screens", "elements"]
    columns += [" / ".join(CATEGORIES)] * bool(lighthouse) + ["blocked ms"]
    yield "| " + " | ".join(columns) + " |"
    yield "|" + " --- |" * len(columns)
    with open_browser(chromium) as browser:
        for kind in kinds:
            for language in ("ja", "en"):
                for name, folder in sites.items():
                    path = f"{language}/{KINDS[kind]}"
                    if not (folder / path / "index.html").is_file():
                        continue
                    with served(folder, Compressing) as root:
                        cells = [f"{kind} ({language})", name, *measured(browser, root + path)]
                        if lighthouse:
                            cells += judged(lighthouse, chromium, root + path, runs)
                        else:
                            cells.append(blocked(browser, root + path, runs))
                    yield "| " + " | ".join(cells) + " |"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sites", nargs="+", metavar="NAME=FOLDER", help="a built site and what to call it")
    parser.add_argument("--stock", type=Path, metavar="FOLDER", help="where to build the theme as it is")
    parser.add_argument("--kinds", nargs="+", choices=list(KINDS), default=list(KINDS), metavar="KIND")
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="the median of so many")
    parser.add_argument("--lighthouse", metavar="COMMAND", help="how Lighthouse is started")
    parser.add_argument("--chromium", default=shutil.which("chromium"), metavar="COMMAND")
    asked = parser.parse_args()
    sites = {name: Path(folder) for name, _, folder in (site.partition("=") for site in asked.sites)}
    if asked.stock:
        with tempfile.TemporaryDirectory() as folder, benchmark_build.without_hooks(Path(folder)) as config:
            benchmark_build.build(config, asked.stock.resolve(), strict=False)
        sites["stock"] = asked.stock
    for line in table(sites, asked.kinds, asked.lighthouse, asked.chromium, asked.runs):
        print(line, flush=True)


if __name__ == "__main__":
    main()
