"""The order in which the resources of a template are removed, step by step from above.

CloudFormation deletes what refers to another resource before it
([`created_before`][lambda_vpc.cloudformation.order.created_before]). Lambda's ENIs stand between a function
and everything they need: subnets, security groups and the execution role.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lambda_vpc.cloudformation.order import created_before
from lambda_vpc.cloudformation.template import FUNCTION_TYPES
from lambda_vpc.diagram.shapes import LINE, PAD, SMALL, Box, Canvas, Line, Shape
from lambda_vpc.diagram.svg import Picture
from lambda_vpc.diagram.texts import wrapped
from lambda_vpc.diagram.words import Words

ENIS = ""
"""Stands for the ENIs among the names of resources."""

_MARGIN = 6
_WIDE = 660
_GAP = 8
_BETWEEN = 26
_NUMBER = 30
"""Room for the number of a step."""
_HIGH = 44
_ACROSS = 3
"""Resources beside each other at most."""


def steps(resources: Mapping) -> list[list[str]]:
    """The functions of a template that are in a VPC, and what they need, in the order of removal.

    Args:
        resources: the template's resources as written, with the long form of intrinsic functions.

    Returns:
        Logical ids in the order of the template; what stands together may go at the same time.
        [`ENIS`][lambda_vpc.diagram.removal.ENIS] stands for the ENIs of Lambda.
    """
    before = {name: set(created_before(resources, name)) for name in resources}
    functions = [name for name, body in resources.items() if _is_connected(body)]
    for name in functions:
        # The ENIs go after the function and before all that it needs.
        before[name].add(ENIS)
    before[ENIS] = {needed for name in functions for needed in before[name]} - {ENIS, *functions}
    if not functions:
        return []
    drawn = {*functions, ENIS, *before[ENIS]}
    found: dict[str, int] = {}

    def step(name: str) -> int:
        if name not in found:
            after = [other for other in drawn if name in before[other] and other != name]
            found[name] = 1 + max(map(step, after), default=0)
        return found[name]

    order = [name for name in (*resources, ENIS) if name in drawn]
    return [[name for name in order if step(name) == number] for number in sorted({*map(step, order)})]


def _is_connected(body: object) -> bool:
    if not isinstance(body, Mapping) or body.get("Type") not in FUNCTION_TYPES:
        return False
    properties = body.get("Properties")
    return isinstance(properties, Mapping) and bool(properties.get("VpcConfig"))


def removal(resources: Mapping, minutes: int, language: str) -> Picture:
    """The picture of the order in which a template's functions and what they need are removed.

    Args:
        resources: as for [`steps`][lambda_vpc.diagram.removal.steps].
        minutes: how long AWS says that Lambda takes to delete the ENIs.
        language: `ja` or `en`.

    Raises:
        KeyError: no such language.
    """
    words = Words(language)
    canvas = _Maker(words, resources, minutes)
    canvas.make()
    return Picture(language, words("removal.title"), canvas.said(), canvas.found)


class _Maker(Canvas):
    def __init__(self, words: Words, resources: Mapping, minutes: int) -> None:
        super().__init__()
        self.words = words
        self.resources = resources
        self.steps = steps(resources)
        self.waits = words("removal.waits", minutes=minutes)

    def make(self) -> None:
        y = float(_MARGIN)
        last: Box | None = None
        for number, names in enumerate(self.steps, 1):
            shape = len(self.found.shapes)
            box = Box(_MARGIN, y, _WIDE, 0)
            if names == [ENIS]:
                bottom, style = self._enis(box, y), "outside"
            else:
                bottom, style = self._resources(names, box, y + _GAP) + _GAP, "vpc"
            box = Box(box.x, box.y, box.width, bottom - y)
            self.found.shapes.insert(shape, Shape(box, style, 8))
            self.label(
                f"{number}", Box(box.x, box.y, _NUMBER, box.height), box.center - 9, "strong", middle=True
            )
            if last is not None:
                points = ((box.middle, last.bottom), (box.middle, box.y))
                self.found.lines.append(Line(points, "connection", last, box))
            last, y = box, bottom + _BETWEEN
        self.found.width = _WIDE + 2 * _MARGIN
        self.found.height = (last.bottom if last else y) + _MARGIN

    def _enis(self, box: Box, y: float) -> float:
        inside = Box(box.x + _NUMBER, y, box.width - _NUMBER, 0)
        lines = wrapped(self.waits, SMALL, inside.width - 2 * PAD, 3)
        inside = Box(inside.x, y, inside.width, 14 + LINE * (1 + len(lines)))
        self.label(self.words("removal.enis"), inside, y + 6, "strong")
        self.lines(self.waits, inside, y + 6 + LINE, 3)
        return inside.bottom

    def _resources(self, names: Sequence[str], box: Box, y: float) -> float:
        rows = -(-len(names) // _ACROSS)
        across = -(-len(names) // rows)
        room = box.width - _NUMBER - _GAP
        wide = room / across - _GAP
        for number, name in enumerate(names):
            x = box.x + _NUMBER + _GAP + number % across * (wide + _GAP)
            one = Box(x, y + number // across * (_HIGH + _GAP), wide, _HIGH)
            kind = str(self.resources[name].get("Type", ""))
            style = "function" if kind in FUNCTION_TYPES else "thing"
            self.found.shapes.append(Shape(one, style, 6))
            self.label(name, one, one.y + 5, "strong")
            self.label(kind, one, one.y + 5 + LINE, "minor", size=SMALL)
        return y + rows * (_HIGH + _GAP) - _GAP

    def said(self) -> str:
        """All that is drawn, in words, step by step."""
        parts = []
        for number, names in enumerate(self.steps, 1):
            if names == [ENIS]:
                text = f"{self.words('removal.enis')}: {self.waits.rstrip('。.')}"
            else:
                named = [
                    self.words("text.named", name=name, kind=self.resources[name].get("Type", ""))
                    for name in names
                ]
                text = self.words.listed(named)
            parts.append(self.words("removal.step", number=number, names=text) + self.words("text.end"))
        return "".join(parts).strip()
