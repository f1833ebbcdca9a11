"""Every address that was released: pages, and the places on them. docs/released.txt, only ever added to."""

from __future__ import annotations

from pathlib import Path


class PublishedError(ValueError):
    """What has to be done first; the message names the address, and the mend."""


def record(root: Path) -> list[str]:
    """Add the addresses of the site of today."""
    return []
