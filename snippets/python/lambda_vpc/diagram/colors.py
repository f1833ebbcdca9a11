"""The colors of a picture, of `colors.yaml`, as the custom properties that `style.css` draws with."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from lambda_vpc import own_data

COLORS: Mapping[str, Mapping[str, str]] = own_data.load(Path(__file__).with_name("colors.yaml"))
"""By what a color is for and by scheme: `light` or `dark`."""


def rule(selector: str, scheme: str) -> str:
    """A CSS rule that gives every color to what a selector finds.

    Raises:
        KeyError: no such scheme.
    """
    properties = (f"  --diagram-{name}: {values[scheme]};\n" for name, values in COLORS.items())
    return f"{selector} {{\n{''.join(properties)}}}\n"
