"""The same page in less HTML: what a browser shows does not change, what it must load and lay out does."""

from __future__ import annotations

import json
import re

_AS_WRITTEN = re.compile(r"(<(pre|script|style|textarea)\b.*?</\2>)", re.DOTALL)
_PRE = re.compile(r"<pre\b.*?</pre>", re.DOTALL)
# White space, punctuation, plain scalars and names: in the color of the code around them.
_PLAIN = re.compile(r'<span class="(?:w|p|l|n)(?: [^"]*)?">([^<]*)</span>')
_ALIKE = re.compile(r'(<span class="([^"]*)">[^<]*)</span>( *)<span class="\2">')
_EMPTY = "<span></span>"
_SIGNATURE = re.compile(
    r'(<div class="[^"]*\bdoc-signature\b[^"]*"><pre>)<code>(.*?)\n?</code>(?=</pre>)', re.DOTALL
)
_CONFIG = re.compile(r'(?<=<script id="__config" type="application/json">).*?(?=</script>)', re.DOTALL)
_IDLE = {
    # Opens the tabs that a reader chose.
    'class="tabbed-set': r"<script>var (?:tabs=|target=document\.getElementById)[^<]*</script>\s*",
    # Follows the system where a reader may choose that it does.
    '-media="(prefers-color-scheme)"': r'if\("\(prefers-color-scheme\)"===[^{}]*\{[^{}]*\}(?=for\()',
    # Knows a notice again that a reader has closed.
    "__announce": r"__md_hash=.*?,0\),(?=__md_get=)",
}
"""By the sign that a page has a part, what the theme runs for this part."""
_SVG = re.compile(r'(<svg\b[^<>]*?) xmlns="http://www\.w3\.org/2000/svg"')
_HTML_ALONE = frozenset(["navigation.footer", "navigation.indexes", "navigation.path", "navigation.top"])
"""Features that the theme's templates read, and none of its scripts."""
_MARKED = re.compile(r"(<\w[^<>]*?) data-search-exclude(?=[ >])")
_NAMED = re.compile(r"""(<a href="([^"]*)"[^<>]*?) title="[^"]*"(?=[^<>]*>)""")


def without_indentation(html: str) -> str:
    """Line breaks between elements without the blanks around them, which templates leave."""
    parts = _AS_WRITTEN.split(html)
    # Of three parts: what stands between, what is kept as written, its tag.
    return "".join(
        _unindented(between) + kept for between, kept in zip(parts[::3], [*parts[1::3], ""], strict=True)
    )


def _unindented(text: str) -> str:
    first, *others = text.split("\n")
    if not others:
        return text
    middle = filter(None, map(str.strip, others[:-1]))
    return "\n".join([first.rstrip(), *middle, others[-1].lstrip()])


def plain_code(html: str) -> str:
    """Code with an element only where a color begins and ends."""
    return _PRE.sub(lambda found: _plain(found[0]), html)


def _plain(code: str) -> str:
    code = _PLAIN.sub(r"\1", code.replace(_EMPTY, ""))
    while True:
        joined = _ALIKE.sub(r"\1\3", code)
        if joined == code:
            return code
        code = joined


def plain_signatures(html: str) -> str:
    """Signatures that the theme's script does not take for code blocks.

    It measures each of those when a page is opened, and a page of the checker has a hundred signatures.
    """
    return _SIGNATURE.sub(r"\1\2", html)


def titles_once(html: str, to: str) -> str:
    """Of links to one place, only the first has a title; a script shows it at the others, too.

    Args:
        html: a page.
        to: what is in the address of every link that this is about.
    """
    seen: set[str] = set()

    def one(found: re.Match[str]) -> str:
        if to not in found[2] or found[2] not in seen:
            seen.add(found[2])
            return found[0]
        return found[1]

    return _NAMED.sub(one, html)


def plain_pictures(html: str) -> str:
    """Pictures in a page without the name of their language, which HTML knows."""
    return _SVG.sub(r"\1", html)


def unmarked(html: str) -> str:
    """Without the marks that the search index was made by."""
    return _MARKED.sub(r"\1", html)


def plain_config(html: str) -> str:
    """What the theme's script is told and asks for, its words as they are read and not by their numbers."""

    def plain(found: re.Match[str]) -> str:
        config = json.loads(found[0])
        config["features"] = [one for one in config["features"] if one not in _HTML_ALONE]
        if not config["version"]:
            config["translations"].pop("select.version", None)
        told = json.dumps(config, ensure_ascii=False, separators=(",", ":"))
        return told.replace("</", "<\\/")

    return _CONFIG.sub(plain, html)


def without_idle_scripts(html: str) -> str:
    """Without what the theme runs for parts that the page has not."""
    for sign, script in _IDLE.items():
        if sign not in html:
            html = re.sub(script, "", html)
    return html
