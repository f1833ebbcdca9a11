"""How long a trace takes, by the size of the template: run `python tests/tools/benchmark_trace.py`.

Prints one line per size: resources, milliseconds to read the template, the first trace (which builds the
indexes), and every further one.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from lambda_vpc import network
from lambda_vpc.cloudformation import template
from lambda_vpc.network import from_template

sys.path.append(str(Path(__file__).parents[1]))
from networks import nat_per_az, resource

SIZES = (30, 300, 3_000, 10_000)
ROUNDS = 200


def document(resources: int) -> str:
    """A template with a NAT gateway per zone and security groups up to the size wanted."""
    found = nat_per_az()
    for number in range(resources - len(found)):
        found[f"More{number}"] = resource("EC2::Route", RouteTableId={"Ref": f"Table{number}"},
                                          DestinationCidrBlock=f"10.{number % 250}.0.0/16",
                                          TransitGatewayId="tgw-0123456789abcdef0")  # fmt: skip
    return json.dumps({"Resources": found})


def milliseconds(action: Callable[[], object], rounds: int = 1) -> float:
    """Time of one call, averaged over rounds."""
    start = time.perf_counter()
    for _ in range(rounds):
        action()
    return (time.perf_counter() - start) * 1000 / rounds


def main() -> None:
    """Measure and print."""
    print(f"{'resources':>9} {'read ms':>9} {'first ms':>9} {'next ms':>9}")
    for size in SIZES:
        text = document(size)
        reading = milliseconds(lambda text=text: template.parse(text, "template.json"))
        found = template.parse(text, "template.json")

        def ask(found: template.Template = found) -> object:
            return network.trace(from_template.networks(found), "Function", "internet-ipv4")

        first = milliseconds(ask)
        further = milliseconds(ask, ROUNDS)
        print(f"{size:>9} {reading:>9.2f} {first:>9.2f} {further:>9.3f}")


if __name__ == "__main__":
    main()
