"""The security policy of every page: only this site's own files, and the page's inline scripts by hash."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from dataclasses import dataclass

from mkdocs.exceptions import PluginError

_SCRIPT = re.compile(r"<script([^>]*)>(.*?)</script>", re.DOTALL)
_INLINE = re.compile(
    r"<[a-z][^<>]*?\s(?:style|on[a-z]+)\s*=[^<>]*>|<style[^<>]*>|<[^<>]*=.javascript:[^<>]*>", re.I
)
# What every such tag has, in small letters: found at once, where the tags are looked at one by one.
_SIGNS_OF_INLINE = tuple(
    map(
        re.compile,
        (
            r"style(?:(?<=\sstyle)\s*=|(?<=<style))",
            r"on(?<=\son)[a-z]+\s*=",
            r"javascript:(?<==.javascript:)",
        ),
    )
)
_FOREIGN = re.compile(
    r"<(?:script|img|iframe|embed|source|video|audio|object)\b[^<>]*?\s(?:src|srcset|data)=[\"']?(?:https?:)?//[^<>]*>"
    r"|<link\b[^<>]*?\brel=[\"']?(?:stylesheet|preload|preconnect|dns-prefetch|icon)\b"
    r"[^<>]*?\shref=[\"']?(?:https?:)?//[^<>]*>",
    re.I,
)
_CHARSET = '<meta charset="utf-8">'
_CHECKER = (" data-change=", " data-own=")
"""On pages that can run the checker, in a worker of their own making, which is under the page's policy."""


@dataclass
class _Run:
    """How MkDocs was started; the hooks that write pages share this module."""

    serving: bool = False


_run = _Run()


class Blocked(PluginError):
    """A page that the policy would break."""

    def __init__(self, message: str, markup: str = "") -> None:
        super().__init__(message + markup)
        self.markup = markup
        """What it would block; empty where it has no place in the page."""


def starts(*, serving: bool) -> None:
    """Say how MkDocs was started: live reload adds an inline script that no hash could cover."""
    _run.serving = serving


def check(output: str, place: str) -> None:
    """Refuse a page that the policy would break.

    Args:
        output: its HTML.
        place: the file to mend, as messages name it.

    Raises:
        Blocked: what the policy would block, or no place for the policy.
    """
    markup = _SCRIPT.sub(r"<script\1></script>", output)
    if _may_be_inline(markup.lower()) and (inline := _INLINE.search(markup)):
        raise Blocked(
            f"{place}: the security policy blocks inline styles and handlers; use a class: ", inline[0]
        )
    if foreign := _FOREIGN.search(markup):
        raise Blocked(f"{place}: loads from another host; put the file under docs/theme/assets: ", foreign[0])
    if output.count(_CHARSET) != 1:
        raise Blocked(
            f"{place}: {_CHARSET} not found once; the policy goes after it: mend docs/hooks/policy.py"
        )


def _may_be_inline(small: str) -> bool:
    return any(sign.search(small) for sign in _SIGNS_OF_INLINE)


def added(output: str) -> str:
    """A page that was checked, with the policy in its head: nothing in it may change any more.

    While serving, as it was.
    """
    if _run.serving:
        return output
    policy = html.escape(_policy(output), quote=False)
    return output.replace(
        _CHARSET, f'{_CHARSET}\n<meta http-equiv="Content-Security-Policy" content="{policy}">'
    )


def _policy(output: str) -> str:
    inline = {
        body
        for attributes, body in _SCRIPT.findall(output)
        if "src=" not in attributes and "json" not in attributes
    }
    hashes = sorted(
        f"'sha256-{base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()}'" for body in inline
    )
    runs = any(sign in output for sign in _CHECKER)
    sources = " ".join(["'self'", *hashes, *["'wasm-unsafe-eval'"] * runs])
    workers = "worker-src 'self' blob:; " * runs
    return (
        f"default-src 'none'; script-src {sources}; {workers}style-src 'self'; "
        # Used by nothing here: what examines a page from inside asks its host for robots.txt.
        "connect-src 'self'; "
        "img-src 'self' data:; base-uri 'none'; form-action 'none'"
    )
