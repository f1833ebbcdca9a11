"""What a picture shows: frames with zones and subnets, what is in them, functions, and ways through them.

Nothing here has a place yet; [`layout`][lambda_vpc.diagram.layout] gives it one.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from lambda_vpc.answers import Undetermined
from lambda_vpc.diagram.ways import Way, ways
from lambda_vpc.diagram.words import Words
from lambda_vpc.network.model import (
    Endpoint,
    Function,
    Host,
    Id,
    NatGateway,
    Network,
    Origin,
    PrefixList,
    RouteTable,
    Subnet,
    Via,
)
from lambda_vpc.network.trace import Blocked, Reached, engine_of, read_question, trace

_MOST_ROUTES = 3
"""Routes that are written into a subnet."""
_EDGE = {
    Via.TRANSIT_GATEWAY: "kind.transit", Via.PEERING: "kind.peering", Via.GATEWAY: "kind.internet-gateway",
    Via.EGRESS_ONLY: "kind.egress-only",
}  # fmt: skip
_MIDDLE = {Via.NAT_GATEWAY: "kind.nat"}


@dataclass(frozen=True)
class Thing:
    """A resource that is drawn as a box."""

    name: str
    """As the network calls it."""
    label: str
    kind: str
    """What it is, in the reader's language."""
    style: str = "thing"
    outside: bool = False
    """Whether the source only names it."""


@dataclass
class Cell:
    """A subnet with what is in it."""

    name: str
    label: str
    kind: str
    """`public`, `private` or `unknown`."""
    block: str
    routes: list[str]
    zone: int
    """Index of its zone in the frame."""
    outside: bool
    things: list[Thing] = field(default_factory=list)
    used: bool = False
    """Whether a function that is drawn is connected to it."""


@dataclass(frozen=True)
class Zone:
    """A column of a frame."""

    label: str
    down: bool


@dataclass
class Frame:
    """A VPC."""

    name: str
    label: str
    zones: list[Zone] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)
    edge: list[Thing] = field(default_factory=list)
    middle: list[Thing] = field(default_factory=list)
    """What is of the VPC and of no subnet, or of a subnet nobody knows."""


@dataclass(frozen=True)
class Group:
    """Functions that are connected in the same way."""

    names: tuple[str, ...]
    subnets: tuple[str, ...]
    kind: str
    """`connected`, `not-connected` or `not-known`."""


@dataclass
class Scene:
    """A picture's content, in one language."""

    words: Words
    frames: list[Frame]
    groups: list[Group]
    internet: str
    """What is written at the top; empty where nothing leads there."""
    ways: list[Way]
    function: str
    destination: str
    down: str
    assumptions: dict[str, str]


def scene(
    network: Network | Iterable[Network],
    language: str,
    function: str | None = None,
    destination: str | None = None,
    without_az: str | None = None,
) -> Scene:
    """What to draw of a network.

    Args:
        network: the network, or one for each choice that a template's conditions leave: drawn is the first
            one with the worst answer, without a destination the first one.
        language: `ja` or `en`.
        function: the one function to draw; by default all of them.
        destination: where this function's packets go, as in
            [`trace`][lambda_vpc.network.trace.trace]; by default no way is drawn.
        without_az: an Availability Zone that is down, by its letter or name.

    Raises:
        BadInput: no such function, destination or zone.
        ValueError: a destination without a function.
        KeyError: no such language.
    """
    if destination is not None and function is None:
        raise ValueError("a way starts at a function")
    networks = (network,) if isinstance(network, Network) else tuple(network)
    network = _to_draw(networks, function, destination, without_az)
    down = without_az[-1:].lower() if without_az else ""
    words = Words(language)
    drawn = [f for f in network.functions if function is None or f.id.name == function]
    found = Scene(words, _Frames(network, words, drawn, down).made(), _groups(drawn), "", [], function or "",
                  destination or "", down, dict(network.assumptions))  # fmt: skip
    if destination is not None and drawn:
        question = read_question(networks, destination)
        found.ways = ways(network, drawn[0], question, down or None, language)
    out = network.internet_gateways or network.egress_only_gateways
    if out or any(way.leaves for way in found.ways):
        found.internet = words("label.internet")
    return found


def _to_draw(
    networks: Sequence[Network], function: str | None, destination: str | None, without_az: str | None
) -> Network:
    """The network to draw; raises what the trace raises, which knows what is wrong with a name."""
    some = next((f.id.name for network in networks for f in network.functions), None)
    asked = function if function is not None else some
    if asked is None or (function is None and without_az is None):
        return networks[0]
    results = trace(networks, asked, destination or "internet-ipv4", without_az)
    having = [network for network in networks if network.function(asked) is not None]
    if destination is None:
        return having[0]
    # A subnet that is down with its zone counts only where all are.
    counted = [r for r in results if not (isinstance(r, Blocked) and r.why == "az-down")] or list(results)
    worst = max(counted, key=lambda r: 2 if isinstance(r, Blocked) else int(not isinstance(r, Reached)))
    return next(network for network in having if network.assumptions == worst.scenario)


def _groups(functions: Iterable[Function]) -> list[Group]:
    """Functions by what they are connected to, the connected ones first."""
    found: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for function in functions:
        names = tuple(dict.fromkeys(id_.name for id_ in function.subnets))
        if function.elsewhere is not None or isinstance(function.connected, Undetermined):
            key = ("not-known", ())
        elif function.connected and names:
            key = ("connected", names)
        else:
            key = ("not-known" if function.connected else "not-connected", ())
        found.setdefault(key, []).append(function.id.name)
    order = ("connected", "not-known", "not-connected")
    return [
        Group(tuple(found[key]), key[1], key[0]) for key in sorted(found, key=lambda key: order.index(key[0]))
    ]


class _Frames:
    """The frames of one network."""

    def __init__(self, network: Network, words: Words, functions: Sequence[Function], down: str) -> None:
        self.network = network
        self.words = words
        self.down = down
        self.routes = engine_of(network).routes
        self.used = {id_.name for function in functions for id_ in function.subnets}
        self.frames: dict[str, Frame] = {}
        self.zones: dict[str, dict[str, int]] = {}

    def made(self) -> list[Frame]:
        network = self.network
        for vpc in network.vpcs:
            if vpc.id.origin is not Origin.OPEN:
                self._frame(vpc.id)
        for subnet in sorted(network.subnets, key=lambda one: _zone_order(one.zone)):
            self._cell(subnet)
        self._gateways()
        for gateway in network.nat_gateways:
            self._nat(gateway)
        for endpoint in network.endpoints:
            self._endpoint(endpoint)
        endpoints = {endpoint.id.name for endpoint in network.endpoints}
        for host in network.hosts:
            if host.id.name not in endpoints:
                self._host(host)
        self._route_targets()
        return list(self.frames.values())

    # --- frames and subnets ---------------------------------------------------------------------

    def _frame(self, vpc: Id | None) -> Frame:
        """The frame of a VPC; what is in a VPC nobody knows is drawn with the one that is known."""
        if vpc is None or (vpc.name not in self.frames and vpc.origin is Origin.OPEN):
            if self.frames:
                return next(iter(self.frames.values()))
            name, label = "", self.words("label.vpc-not-told")
        else:
            name = vpc.name
            shown = self.words.named(name)
            label = shown if "vpc" in shown.lower() else self.words("label.vpc", name=shown)
            record = self.network.vpc(vpc)
            blocks = [str(b) for b in (record.blocks if record else ()) if not isinstance(b, Undetermined)]
            label = " ".join([label, *blocks[:1]])
        return self.frames.setdefault(name, Frame(name, label))

    def _cell(self, subnet: Subnet) -> None:
        frame = self._frame(subnet.vpc)
        zone = subnet.zone
        key = zone if isinstance(zone, str) else zone.question
        if isinstance(zone, str):
            label = self.words("label.zone", name=zone)
        elif zone.question.startswith("parameter "):
            label = self.words("label.zone", name=zone.question.removeprefix("parameter "))
        else:
            key = ""
            label = self.words("label.zone-not-known")
        down = isinstance(zone, str) and zone == self.down
        if down:
            label = self.words("label.zone-down", zone=label)
        indexes = self.zones.setdefault(frame.name, {})
        if key not in indexes:
            indexes[key] = len(frame.zones)
            frame.zones.append(Zone(label, down))
        kind, routes = self._kind(subnet)
        block = "" if isinstance(subnet.block, Undetermined) else str(subnet.block)
        cell = Cell(subnet.id.name, self.words.bare(subnet.id.name), kind, block, routes, indexes[key],
                    subnet.outside is not None, used=subnet.id.name in self.used)  # fmt: skip
        if cell.used:
            cell.things.append(Thing("", self.words("label.interfaces"), "", "interfaces"))
        frame.cells.append(cell)

    def _kind(self, subnet: Subnet) -> tuple[str, list[str]]:
        """Public or private, and the routes to write down."""
        table = self.routes.table(subnet)
        if not isinstance(table, RouteTable):
            return "unknown", []
        lines, public = [], False
        for route in table.routes:
            if isinstance(route.destination, Undetermined):
                continue
            block = route.destination
            to = block.name if isinstance(block, PrefixList) else str(block)
            names = [self.words.bare(target.id.name) for target in route.targets]
            lines.append(f"{to} → {' / '.join(names) or '?'}")
            if block == ipaddress.ip_network("0.0.0.0/0") and len(route.targets) == 1:
                target = route.targets[0]
                public = public or (
                    target.via is Via.GATEWAY and self.network.internet_gateway(target.id) is not None
                )
        if public:
            return "public", _most(lines)
        return ("private" if table.complete is True else "unknown"), _most(lines)

    def _cells(self, ids: Iterable[Id | None]) -> Iterator[Cell]:
        names = {id_.name for id_ in ids if id_ is not None}
        yield from (cell for frame in self.frames.values() for cell in frame.cells if cell.name in names)

    # --- what is in them ------------------------------------------------------------------------

    def _gateways(self) -> None:
        for gateway in self.network.internet_gateways:
            kind = "kind.internet-gateway" if gateway.attachments else "kind.detached-gateway"
            vpc = gateway.attachments[0].vpc if gateway.attachments else None
            self._frame(vpc).edge.append(
                Thing(gateway.id.name, gateway.id.name, self.words(kind), "gateway", not gateway.attachments)
            )
        for gateway in self.network.egress_only_gateways:
            thing = Thing(gateway.id.name, gateway.id.name, self.words("kind.egress-only"), "gateway")
            self._frame(gateway.vpc).edge.append(thing)

    def _nat(self, gateway: NatGateway) -> None:
        regional = gateway.regional is True
        kind = self.words("kind.regional-nat" if regional else "kind.nat")
        self._place(Thing(gateway.id.name, gateway.id.name, kind, "nat"), [gateway.subnet], gateway.vpc,
                    regional)  # fmt: skip

    def _endpoint(self, endpoint: Endpoint) -> None:
        name = endpoint.service
        service = self.words("label.service") if isinstance(name, Undetermined) else name
        if endpoint.kind == "Gateway":
            kind = self.words("kind.gateway-endpoint", service=service)
            self._frame(endpoint.vpc).edge.append(Thing(endpoint.id.name, endpoint.id.name, kind, "endpoint"))
            return
        thing = Thing(endpoint.id.name, endpoint.id.name, self.words("kind.endpoint", service=service),
                      "endpoint")  # fmt: skip
        subnets = () if isinstance(endpoint.subnets, Undetermined) else endpoint.subnets
        self._place(thing, subnets, endpoint.vpc, False)

    def _host(self, host: Host) -> None:
        port = host.port if isinstance(host.port, int) else None
        kind = self.words("kind.port", port=port) if port else self.words("kind.host")
        subnets = () if isinstance(host.interfaces, Undetermined) else [i.subnet for i in host.interfaces]
        self._place(Thing(host.id.name, host.id.name, kind, "host"), subnets, None, False)

    def _place(self, thing: Thing, subnets: Iterable[Id | None], vpc: Id | None, anywhere: bool) -> None:
        """Put a thing in its subnets, or beside them."""
        cells = [] if anywhere else list(self._cells(subnets))
        for cell in cells:
            # The interfaces of Lambda stay the lowest.
            cell.things.insert(len(cell.things) - cell.used, thing)
        if not cells:
            if not anywhere:
                kind = self.words.listed([thing.kind, self.words("label.not-placed")])
                thing = Thing(thing.name, thing.label, kind, thing.style, True)
            self._frame(vpc).middle.append(thing)

    def _route_targets(self) -> None:
        """What routes name and the source does not have: a transit gateway, a gateway of a parameter."""
        known = {t.name for f in self.frames.values() for t in [*f.edge, *f.middle]}
        known |= {t.name for f in self.frames.values() for c in f.cells for t in c.things}
        for table in self.network.tables:
            for target in (target for route in table.routes for target in route.targets):
                name = target.id.name
                if name in known or target.id.origin is Origin.MISSING:
                    continue
                known.add(name)
                frame = self._frame(table.vpc)
                kind = _EDGE.get(target.via) or _MIDDLE.get(target.via) or "kind.route-target"
                said, label = self.words(kind), self.words.bare(name)
                if label != name:
                    said = self.words.listed([said, self.words("label.of-parameter")])
                thing = Thing(name, label, said, "target", self.network.place(target.id) is None)
                (frame.edge if target.via in _EDGE else frame.middle).append(thing)


def _most(lines: list[str]) -> list[str]:
    rest = len(lines) - _MOST_ROUTES
    return lines if rest <= 0 else [*lines[:_MOST_ROUTES], f"+{rest}"]


def _zone_order(zone: str | Undetermined) -> tuple[int, str]:
    if isinstance(zone, str):
        return 0, zone
    return (1, zone.question) if zone.question.startswith("parameter ") else (2, "")
