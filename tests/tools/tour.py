"""Visits every page of the built site once and notes what a reader would stumble over."""

from __future__ import annotations

import functools
import http.server
import json
import os
import shutil
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

# Below a path, as on a project's pages: an address that begins at the host's root breaks here.
BASE_PATH = "/guide/"
NARROW = {"width": 390, "height": 844}
WIDE = {"width": 1280, "height": 720}


# The first one is the same browser without windows: each visitor costs it a third.
CHROMIUM_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def find_chromium() -> str | None:
    """The path of this machine's Chromium, or `None`."""
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


class Quiet(http.server.SimpleHTTPRequestHandler):
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


@contextmanager
def served(site: Path, handler: type[Quiet] = Quiet) -> Iterator[str]:
    """A server of this machine for the built site; its address, with the closing slash."""
    answering = functools.partial(handler, directory=str(site))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), answering)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}{BASE_PATH}"
    server.shutdown()
    server.server_close()


@contextmanager
def open_browser(chromium: str) -> Iterator[Browser]:
    """A Chromium of this machine; each thread opens one of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
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


@contextmanager
def visitor(browser: Browser, **options: object) -> Iterator[Page]:
    """A fresh visitor: nothing stored, English browser unless said otherwise."""
    context: BrowserContext = browser.new_context(**({"locale": "en-US"} | options))
    page = context.new_page()
    try:
        yield page
    finally:
        # Chromium can wait forever when a context is closed in the middle of a navigation.
        page.goto("about:blank")
        context.close()


@contextmanager
def again(context: BrowserContext) -> Iterator[Page]:
    """A visitor who was here before: what the browser kept is there."""
    page = context.new_page()
    try:
        yield page
    finally:
        # Not what a visitor chose: a scheme would be the next one's, too.
        page.evaluate("localStorage.clear()")
        page.close()


def html_files(site: Path) -> list[Path]:
    """Every HTML page of the site, in order; a site without any is a broken test."""
    found = sorted(site.rglob("*.html"))
    assert found, f"no HTML under {site}"
    return found


@dataclass(frozen=True)
class Visit:
    """What was seen on one page."""

    messages: tuple[str, ...]
    """Requests to other hosts, and what the console reports."""
    structure: tuple[str, ...]
    """What axe finds, colors aside."""
    contrast: Mapping[str, Sequence[str]]
    """By color scheme, texts too faint against what is behind them."""
    overflow: int
    """Pixels by which it is wider than a narrow screen."""


COLOR_RULES = ["color-contrast", "link-in-text-block"]
"""The rules of axe that ask for colors; they take longer than all others together."""
# Contrast is decided by a text's color, size and weight and by what is painted behind it; whether a link can
# be told from the text it stands in, by how both are drawn. Of texts alike in all of these one is measured. A
# positioned box may lie over another, so its class counts, too. What axe leaves undecided, as a text of signs
# alone or one half covered, is not known yet: the next page is asked.
FAINT = r"""(seen) => {
    const known = new Set(seen), behind = new Map(), asked = [];
    const painted = (element) => {
        if (!element) return "";
        if (!behind.has(element)) {
            const style = getComputedStyle(element);
            const own = [style.backgroundColor, style.backgroundImage, style.opacity, style.filter,
                style.mixBlendMode, style.position === "static" ? "" : element.className].join(" ");
            behind.set(element, `${painted(element.parentElement)} / ${own}`);
        }
        return behind.get(element);
    };
    const drawn = (element) => {
        const style = getComputedStyle(element);
        return [style.color, style.fontSize, style.fontWeight, style.fontStyle, style.textDecoration,
            style.textShadow, style.borderBottom].join(" ");
    };
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const element = texts.currentNode.parentElement;
        if (!/[\p{L}\p{N}]{2}/u.test(texts.currentNode.data) || !element.checkVisibility()) continue;
        const link = element.closest("a");
        const around = link ? [link, link.parentElement].map(drawn).join(" in ") : "";
        const key = [painted(element), drawn(element), around].join(" / ");
        if (!known.has(key)) {
            known.add(key);
            (link ?? element).dataset.measure = asked.push(key) - 1;
        }
    }
    const options = {runOnly: COLOR_RULES, resultTypes: ["violations", "passes"], elementRef: true};
    return (asked.length ? axe.run("[data-measure]", options) : Promise.resolve({violations: [], passes: []}))
        .then(({violations, passes}) => {
            const nodes = (rules) => rules.flatMap((rule) => rule.nodes);
            const decided = nodes([...violations, ...passes])
                .map((node) => asked[node.element.closest("[data-measure]").dataset.measure]);
            const faint = nodes(violations).map((node) => node.html.slice(0, 160));
            document.querySelectorAll("[data-measure]").forEach((element) => delete element.dataset.measure);
            return {decided: decided.filter(Boolean), faint};
        });
}""".replace("COLOR_RULES", json.dumps(COLOR_RULES))
# What a style sheet can tell texts by: the kinds of the elements they stand in. Where every text of a page
# stands as one on a page before, no color differs, in either scheme.
KINDS = r"""() => {
    const known = new Map();
    const kind = (element) => {
        if (!element) return "";
        if (!known.has(element)) {
            const own = [element.tagName, element.className, element.getAttribute("style")].join(" ");
            known.set(element, `${kind(element.parentElement)} / ${own}`);
        }
        return known.get(element);
    };
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) if (texts.currentNode.data.trim()) kind(texts.currentNode.parentElement);
    return [...new Set(known.values())];
}"""
# As a click on the theme's own button, without the seconds in which colors fade over.
OTHER_SCHEME = """() => {
    document.querySelector("[for^=__palette]:not([hidden])").click();
    document.getAnimations().forEach((running) => running.finish());
    return document.body.dataset.mdColorScheme;
}"""
HAS_TOGGLE = """!!document.querySelector("[for^=__palette]")"""
# With what the browser would lay out only when it comes near the screen.
NEAR = """document.styleSheets[0].insertRule("* { content-visibility: visible !important }")"""
# Nor those that begin to fade later.
STILL = """document.styleSheets[0].insertRule("*, ::before, ::after { transition: none !important }")"""
FIRST_SCHEME = "default"
SCHEMES = (FIRST_SCHEME, "slate")


def axe(page: Page, context: object, **options: object) -> list[str]:
    """What axe, which must be on the page, finds; each with the element's beginning."""
    found = page.evaluate(
        "([context, options]) => axe.run(context, options).then((results) => results.violations)",
        # Nothing is fetched beforehand: this only serves rules on sound and rotated screens.
        [context, {"resultTypes": ["violations"], "preload": False} | options],
    )
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]


def faint(page: Page, seen: set[str]) -> list[str]:
    """Texts of too little contrast among those whose colors are not in `seen`, to which they are added."""
    found = page.evaluate(FAINT, list(seen))
    seen.update(found["decided"])
    return found["faint"]


@dataclass(frozen=True)
class Seen:
    """What was measured on pages before."""

    kinds: set[str] = field(default_factory=set)
    """Of the elements that texts stand in."""
    colors: set[str] = field(default_factory=set)
    """Of texts, with what is behind them."""


def switch(page: Page, scheme: str) -> None:
    """Bring a page into the other color scheme; one without the theme's button follows the browser's."""
    if page.evaluate(HAS_TOGGLE):
        assert page.evaluate(OTHER_SCHEME) == scheme
    else:
        page.emulate_media(color_scheme="light" if scheme == FIRST_SCHEME else "dark")


def visit(page: Page, address: str, seen: Seen, messages: list[str], *, wait_until: str) -> Visit:
    """Look at one page from every side and leave the page in the scheme and size it was found in."""
    messages.clear()
    page.goto(address, wait_until=wait_until)
    page.evaluate(AXE_SCRIPT)
    structure = axe(page, "html", rules={rule: {"enabled": False} for rule in COLOR_RULES})
    contrast: dict[str, list[str]] = {scheme: [] for scheme in SCHEMES}
    kinds = set(page.evaluate(KINDS))
    if not kinds <= seen.kinds:
        seen.kinds.update(kinds)
        page.evaluate(NEAR)
        page.evaluate(STILL)
        for number, scheme in enumerate(SCHEMES):
            if number:
                switch(page, scheme)
            contrast[scheme] = faint(page, seen.colors)
        switch(page, FIRST_SCHEME)
    page.set_viewport_size(NARROW)
    overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    # Off unless it is asked for; where there is least room is where fingers are.
    page.evaluate(NEAR)
    structure += axe(page, "html", runOnly=["target-size"], rules={"target-size": {"enabled": True}})
    page.set_viewport_size(WIDE)
    return Visit(tuple(messages), tuple(structure), contrast, overflow)


def tour(site: Path, chromium: str, share: int = 0, shares: int = 1) -> dict[str, Visit]:
    """Visit each page once; the last look makes sure that a forbidden request would have been noticed.

    Args:
        site: the folder of the built site.
        chromium: path of the browser.
        share: which of the shares of the pages, from 0.
        shares: how many there are.

    Returns:
        By the page's address from the site's root. The root page, which leads elsewhere at once, is left out.
    """
    found = [path.relative_to(site).as_posix().removesuffix("index.html") for path in html_files(site)]
    paths = [path for path in found if path][share::shares]
    messages: list[str] = []
    seen = Seen()
    with served(site) as root, open_browser(chromium) as browser, visitor(browser, viewport=WIDE) as page:
        host = urlsplit(root).netloc
        page.on(
            "request", lambda request: urlsplit(request.url).netloc == host or messages.append(request.url)
        )
        page.on(
            "console", lambda message: message.type in ("error", "warning") and messages.append(message.text)
        )
        page.on("pageerror", lambda error: messages.append(str(error)))
        visits = {
            path: visit(page, root + path, seen, messages, wait_until="load" if number else "networkidle")
            for number, path in enumerate(paths)
        }
        page.evaluate("document.body.append(Object.assign(new Image(), {src: 'https://example.net/x.png'}))")
        page.wait_for_timeout(100)
        assert any("Content Security Policy" in message for message in messages), "the tour sees no violation"
    return visits
