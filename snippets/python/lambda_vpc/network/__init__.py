"""Where a function's packets go: reached, blocked or unknown.

The engine sees records only ([`model`][lambda_vpc.network.model]);
[`from_template`][lambda_vpc.network.from_template] makes them of a CloudFormation template.
"""

from lambda_vpc.network.model import Network
from lambda_vpc.network.trace import Blocked, Reached, Result, Unknown, trace

__all__ = ["Blocked", "Network", "Reached", "Result", "Unknown", "trace"]
