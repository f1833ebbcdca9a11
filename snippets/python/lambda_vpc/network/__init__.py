"""Where a function's packets go: reached, blocked or unknown."""

from lambda_vpc.network.trace import Blocked, Reached, Result, Unknown, trace

__all__ = ["Blocked", "Reached", "Result", "Unknown", "trace"]
