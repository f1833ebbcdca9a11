"""The command `lambda-vpc`: check a reader's own templates and policies, draw them, or check links."""

from __future__ import annotations

import sys

from lambda_vpc.cli.main import main

__all__ = ["main"]

if __name__ == "__main__":
    sys.exit(main())
