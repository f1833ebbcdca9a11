"""What a picture shows, said in words: its title and its text alternative."""

from __future__ import annotations

from lambda_vpc.diagram.scene import Cell, Frame, Scene, Thing
from lambda_vpc.diagram.ways import Way


def title(scene: Scene) -> str:
    """One line: which network, or whose way where to."""
    words = scene.words
    text = (
        words("text.title-of-way", function=scene.function, destination=scene.destination)
        if scene.ways
        else words("text.title")
    )
    return text + (words("text.without-zone", zone=scene.down) if scene.down else "")


def description(scene: Scene) -> str:
    """All that is drawn, from the outside inward, then the functions and the answers."""
    words = scene.words
    parts = []
    parts.append(assumed(scene))
    for frame in scene.frames:
        parts += _frame(scene, frame)
    for group in scene.groups:
        names = words.listed([words.named(name) for name in group.names])
        subnets = words.listed([words.named(name) for name in group.subnets])
        parts.append(words(f"text.{group.kind}", functions=names, subnets=subnets))
    parts += [answer(scene, way) + words("text.end") for way in scene.ways]
    return "".join(parts).strip()


def assumed(scene: Scene) -> str:
    """Under which values of parameters this holds; empty where it always does."""
    if not scene.assumptions:
        return ""
    choices = [f"{name}={value}" for name, value in scene.assumptions.items()]
    return scene.words("text.assumed", choices=scene.words.listed(choices))


def answer(scene: Scene, way: Way) -> str:
    """The answer for one subnet: the way, or the obstacle with its reason."""
    words = scene.words
    word = words(f"answer.{way.answer}")
    subnet = words.named(way.subnet) if way.subnet else words("text.no-subnet")
    if way.answer == "reached":
        hops = [words.named(name) for name in way.hops]
        end = [scene.internet] if way.leaves else []
        return words("text.reached", answer=word, way=" → ".join([subnet, *hops, *end]))
    at = words.named(way.at)
    if way.subnet is None:
        subnet = at
    if at == subnet:
        return words("text.reached", answer=word, way=f"{subnet}: {way.reason}")
    return words("text.stopped", answer=word, subnet=subnet, at=at, reason=way.reason)


def _frame(scene: Scene, frame: Frame) -> list[str]:
    words = scene.words
    parts = [words("text.vpc", vpc=frame.label)]
    if frame.edge:
        parts.append(words("text.edge", names=_things(scene, frame.edge)))
    if frame.middle:
        parts.append(words("text.middle", names=_things(scene, frame.middle)))
    for index, zone in enumerate(frame.zones):
        cells = [_cell(scene, cell) for cell in frame.cells if cell.zone == index]
        parts.append(words("text.zone", zone=zone.label, subnets=words("text.semicolon").join(cells)))
    return parts


def _things(scene: Scene, things: list[Thing]) -> str:
    named = [
        scene.words("text.named", name=thing.label, kind=thing.kind) if thing.kind else thing.label
        for thing in things
    ]
    return scene.words.listed(named)


def _cell(scene: Scene, cell: Cell) -> str:
    words = scene.words
    name = words.named(cell.name)
    facts = [cell.block, *cell.routes, _things(scene, cell.things)]
    if cell.kind == "unknown":
        text = words("text.subnet-not-known", name=name)
        facts.insert(0, words("subnet.outside" if cell.outside else "subnet.unknown"))
    else:
        text = words("text.subnet", kind=words(f"subnet.{cell.kind}"), name=name)
    inside = [fact for fact in facts if fact]
    return text + (words("text.holding", names=words.listed(inside)) if inside else "")
