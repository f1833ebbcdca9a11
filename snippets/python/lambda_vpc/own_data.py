"""The package's own data, which stands in YAML files beside its modules.

A browser gets it as JSON: its Python reads YAML without C, and that takes seconds.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from lambda_vpc import reading


def load(file: Path) -> Any:
    """What a file says, as plain data.

    Args:
        file: a YAML file, or where one would be of which there is only the JSON.

    Raises:
        BadInput: it is missing, or not one well-formed document.
    """
    packed = file.with_suffix(".json")
    if packed.is_file():
        return json.loads(packed.read_text("utf-8"))
    return reading.read(file, file.name).data
