"""What makes a picture hard to read: labels that overlap or leave their boxes, lines that cross them."""

from __future__ import annotations

import itertools

from lambda_vpc.diagram import shapes

BOXES = {"thing", "gateway", "target", "endpoint", "host", "nat", "interfaces", "function", "internet"}


def overlap(one, other, slack=0.1):
    return (
        one.x < other.right - slack and other.x < one.right - slack
        and one.y < other.bottom - slack and other.y < one.bottom - slack
    )  # fmt: skip


def within(inner, outer, slack=0.1):
    return (
        inner.x >= outer.x - slack and inner.right <= outer.right + slack
        and inner.y >= outer.y - slack and inner.bottom <= outer.bottom + slack
    )  # fmt: skip


def on_border(point, box, slack=0.1):
    x, y = point
    beside = box.y - slack <= y <= box.bottom + slack and min(abs(x - box.x), abs(x - box.right)) <= slack
    above = box.x - slack <= x <= box.right + slack and min(abs(y - box.y), abs(y - box.bottom)) <= slack
    return beside or above


def crosses(one, other, box):
    """Whether a horizontal or vertical stroke runs through a box."""
    (x0, y0), (x1, y1) = one, other
    return (
        min(x0, x1) < box.right - 0.2 and max(x0, x1) > box.x + 0.2
        and min(y0, y1) < box.bottom - 0.2 and max(y0, y1) > box.y + 0.2
    )  # fmt: skip


def faults(layout):
    """Everything that makes a picture hard to read."""
    whole = shapes.Box(0, 0, layout.width, layout.height)
    for one, other in overlapping(layout.labels):
        yield f"'{one.text}' and '{other.text}' overlap"
    for label in layout.labels:
        if not within(label.box, label.inside):
            yield f"'{label.text}' leaves its box"
        if not within(label.box, whole):
            yield f"'{label.text}' is cut off"
        if any(overlap(label.box, around(mark)) for mark in layout.marks):
            yield f"a mark covers '{label.text}'"
    for shape in layout.shapes:
        if not within(shape.box, whole):
            yield f"{shape.style} is cut off"
    boxes = [shape for shape in layout.shapes if kind(shape) in BOXES]
    for one, other in overlapping(boxes):
        yield f"{one.style} and {other.style} overlap"
    frames = {"function": ("service",), "interfaces": ("subnet",), "host": ("subnet", "vpc"),
              "nat": ("subnet", "vpc"), "subnet": ("zone",), "zone": ("vpc",)}  # fmt: skip
    for shape in layout.shapes:
        outer = [one.box for one in layout.shapes if kind(one) in frames.get(kind(shape), ())]
        if outer and not any(within(shape.box, box) for box in outer):
            yield f"{shape.style} leaves its frame"
    for line in layout.lines:
        yield from faults_of(line, layout, boxes, whole)
    for mark in layout.marks:
        if not within(around(mark), whole):
            yield "a mark is cut off"


def kind(shape):
    return shape.style.split()[0]


def overlapping(things):
    """Pairs of things whose boxes overlap; from above, so that few are compared."""
    down = sorted(((thing, thing.box) for thing in things), key=lambda pair: pair[1].y)
    for number, (one, box) in enumerate(down):
        for other, below in down[number + 1 :]:
            if below.y > box.bottom:
                break
            if overlap(box, below):
                yield one, other


def faults_of(line, layout, boxes, whole):
    if not on_border(line.points[0], line.start) or not on_border(line.points[-1], line.end):
        yield f"{line.style} does not meet its boxes"
    for one, other in itertools.pairwise(line.points):
        if one[0] != other[0] and one[1] != other[1]:
            yield f"{line.style} is slanted"
        if not (0 <= other[0] <= whole.right and 0 <= other[1] <= whole.bottom):
            yield f"{line.style} is cut off"
        yield from (
            f"{line.style} crosses '{label.text}'"
            for label in layout.labels
            if crosses(one, other, label.box)
        )
        yield from (
            f"{line.style} crosses {shape.style} {shape.box}"
            for shape in boxes
            if crosses(one, other, shape.box)
        )


def around(mark):
    return shapes.Box(mark.x - 8, mark.y - 8, 16, 16)
