"""What a page of the site may load: its own files, and the inline scripts that it has, by hash."""

from __future__ import annotations

import base64
import hashlib
import html
import re

CHARSET = '<meta charset="utf-8">'
"""What the policy follows in a page."""
SCRIPT = re.compile(r"<script([^>]*)>(.*?)</script>", re.DOTALL)


def with_policy(page: str) -> str:
    """The page with its policy after the character set, which must stand in it once."""
    policy = html.escape(_policy(page), quote=False)
    return page.replace(CHARSET, f'{CHARSET}\n<meta http-equiv="Content-Security-Policy" content="{policy}">')


def _policy(page: str) -> str:
    """Only this site's own files, and the inline scripts the page has now, by hash."""
    inline = {
        body
        for attributes, body in SCRIPT.findall(page)
        if "src=" not in attributes and "json" not in attributes
    }
    hashes = sorted(
        f"'sha256-{base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()}'" for body in inline
    )
    sources = " ".join(["'self'", *hashes])
    return (
        f"default-src 'none'; script-src {sources}; style-src 'self'; "
        # Used by nothing here: what examines a page from inside asks its host for robots.txt.
        "connect-src 'self'; "
        "img-src 'self' data:; base-uri 'none'; form-action 'none'"
    )
