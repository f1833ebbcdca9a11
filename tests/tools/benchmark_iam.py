"""Print how many decisions a second the evaluator makes: `python tests/tools/benchmark_iam.py`."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import yaml

from lambda_vpc.iam.decide import Undocumented, decide
from lambda_vpc.iam.request import Request

SECONDS = 3.0
DATA = Path(__file__).parents[1] / "data" / "iam-conformance.yaml"


def run(seconds: float) -> float:
    """Decide every case, again and again, reading its policies each time.

    Args:
        seconds: how long, in seconds of processor time.

    Returns:
        Decisions per second.
    """
    cases = yaml.safe_load(DATA.read_text("utf-8"))
    decisions = 0
    start = time.process_time()
    while (taken := time.process_time() - start) < seconds:
        for case in cases:
            with contextlib.suppress(Undocumented):
                decide(
                    case["policies"],
                    Request(case["action"], case["resource"], case["principal"], case["context"]),
                )
            decisions += 1
    return decisions / taken


if __name__ == "__main__":
    print(f"{run(SECONDS):,.0f} decisions a second")
