"""A network drawn as SVG: its zones and subnets with what is in them, and the way of a function's packets.

The picture is made of a network's records alone ([`model`][lambda_vpc.network.model]); the same records and
the same question always give the same text.
"""

from lambda_vpc.diagram.scene import Scene, scene
from lambda_vpc.diagram.svg import drawn, picture

__all__ = ["Scene", "drawn", "picture", "scene"]
