"""How much the hooks cost: the strict build against the same pages, as the hooks leave them, without hooks.

Run it by hand: `python tests/tools/benchmark_build.py`. It prints the best of three builds of each and their
ratio, and the same for what `mkdocs serve` does when everything has to be built once more.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]

# Written into the temporary folder: stores each page's Markdown after every other hook.
RECORDER = """
import sys
from pathlib import Path
from mkdocs.plugins import event_priority

@event_priority(-1000)
def on_page_markdown(markdown, page, config, **_):
    path = Path({pages!r}) / page.file.src_uri
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(sys.modules["blocks"].whole(markdown, page), "utf-8")
    return markdown
"""


# The second build of one process, its configuration read anew, as mkdocs.commands.serve does on a change.
REBUILDING = """
import sys, time
from mkdocs.commands.build import build
from mkdocs.config import load_config

address = "http://127.0.0.1:8000/"
for number in range(2):
    start = time.perf_counter()
    config = load_config(sys.argv[1], site_dir=sys.argv[2])
    if number == 0:
        config.plugins.on_startup(command="serve", dirty=False)
    config.site_url = address
    if "saves" in sys.modules:
        sys.modules["saves"].forget()  # as after a change of the facts
    build(config, serve_url=address)
print(time.perf_counter() - start)
"""


def build(config: Path, site: Path, *, strict: bool) -> float:
    """Seconds that one build takes, interpreter included."""
    command = ["-m", "mkdocs", "build", "-q", "-f", str(config), "-d", str(site)]
    start = time.perf_counter()
    _run(command + ["--strict"] * strict)
    return time.perf_counter() - start


def rebuild(config: Path, site: Path) -> float:
    """Seconds that a server takes to build everything once more."""
    return float(_run(["-c", REBUILDING, str(config), str(site)]).split()[-1])


def _run(command: list[str]) -> str:
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return done.stdout


@contextmanager
def without_hooks(here: Path) -> Iterator[Path]:
    """The configuration of the same pages, as the hooks leave their Markdown, with the theme as it is.

    Args:
        here: an empty folder for the pages.
    """
    pages = here / "pages"
    (here / "empty").mkdir()
    (here / "recorder.py").write_text(RECORDER.format(pages=str(pages)), "utf-8")
    hooks = [line.strip()[2:] for line in _entries("hooks:")]
    recording = ROOT / ".benchmark-recording.yml"
    plain = ROOT / ".benchmark-plain.yml"
    try:
        listed = "".join(f"  - {hook}\n" for hook in [*hooks, here / "recorder.py"])
        recording.write_text(f"INHERIT: mkdocs.yml\nhooks:\n{listed}", "utf-8")
        build(recording, here / "site", strict=True)
        # No navigation: it is the hooks that expand it by language.
        shutil.copytree(ROOT / "docs/theme/.icons", here / "empty/.icons")
        theme = f"{{custom_dir: {here / 'empty'}, static_templates: []}}"
        plain.write_text(
            f"INHERIT: mkdocs.yml\nhooks: []\nnav: null\ndocs_dir: {pages}\ntheme: {theme}\n"
            "extra: {alternate: null}\nvalidation: {links: {anchors: ignore}}\n",
            "utf-8",
        )
        yield plain
    finally:
        recording.unlink(missing_ok=True)
        plain.unlink(missing_ok=True)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        measured = ("strict build", "rebuild while serving")
        times = {what: {"with hooks": [], "without": []} for what in measured}
        with without_hooks(here) as plain:
            for _ in range(3):
                one = times["strict build"]
                one["with hooks"].append(build(ROOT / "mkdocs.yml", here / "with", strict=True))
                one["without"].append(build(plain, here / "without", strict=False))
                one = times["rebuild while serving"]
                one["with hooks"].append(rebuild(ROOT / "mkdocs.yml", here / "with"))
                one["without"].append(rebuild(plain, here / "without"))
        count = len(list((here / "pages").rglob("*.md")))
    for what, measured in times.items():
        best = {name: min(values) for name, values in measured.items()}
        for name, seconds in best.items():
            print(f"{what}, {name}: {seconds:.2f} s for {count} pages")
        print(f"{what}, ratio: {best['with hooks'] / best['without']:.2f}")


def _entries(key: str) -> list[str]:
    lines = (ROOT / "mkdocs.yml").read_text("utf-8").split("\n")
    start = lines.index(key) + 1
    end = next(number for number in range(start, len(lines)) if not lines[number].startswith(" "))
    return lines[start:end]


if __name__ == "__main__":
    main()
