"""How a text of a policy shows what only AWS knows of it: an account, the ARN of a resource not made yet.

It stands between `OPEN` and `CLOSE`, the name of a resource that is made with the network after `OWN`. Two
texts that differ only there may be one; two resources made with the network never are.
"""

from __future__ import annotations

OPEN, CLOSE, OWN = "\ue100", "\ue101", "\ue102"
"""Around the name of what is not known in a text of a policy; `OWN` before a resource's."""


def own_arn(name: str) -> str:
    """What stands for the ARN of a resource that is made with the network."""
    return f"arn:aws:{OPEN}{CLOSE}:::{OPEN}{OWN}{name}{CLOSE}"
