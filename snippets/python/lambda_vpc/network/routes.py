"""Which routes of a subnet's route table carry a packet, and what a route leads to.

Source: facts N02 and N09; Amazon VPC User Guide, "Route tables".
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lambda_vpc.answers import Undetermined, either
from lambda_vpc.network.filters import WIDE_PREFIX, is_internet
from lambda_vpc.network.model import (
    Block,
    Id,
    InternetGateway,
    Network,
    Origin,
    PrefixList,
    Route,
    RouteTable,
    Subnet,
    Target,
    Via,
    same,
)
from lambda_vpc.network.obstacles import Note, Obstacle, blocked, judged, open_only, unknown
from lambda_vpc.sentences import Code

_EVERYWHERE = {4: "0.0.0.0/0", 6: "::/0"}


@dataclass
class WayOut:
    """What a subnet's route table says about packets for the internet."""

    parts: list[Route | Obstacle] = field(default_factory=list)
    """For each part of the internet the route that carries packets there, or why none does."""
    doubts: list[Obstacle] = field(default_factory=list)
    """Routes that may carry them elsewhere."""
    notes: list[Note] = field(default_factory=list)


class Routes:
    """Routing in one network."""

    def __init__(self, network: Network) -> None:
        self.network = network

    # --- tables ---------------------------------------------------------------------------------

    def table(self, subnet: Subnet) -> RouteTable | Obstacle:
        """The route table of a subnet, or what is wrong with or not known of it."""
        associations = self.network.table_associations_of(subnet)
        if not associations:
            return self._main_table(subnet)
        if len(associations) > 1:
            what = f"which of {len(associations)} route tables {subnet.id} uses"
            return unknown(Code.VALUE_UNKNOWN, associations[1].at, what)
        association = associations[0]
        if isinstance(association.exists, Undetermined):
            return unknown(Code.EXISTENCE_UNKNOWN, association.at, association.exists.question)
        table = self.network.table(association.target)
        if table is None:
            what = f"the routes of {association.target or 'its route table'}"
            return unknown(Code.OUTSIDE_TEMPLATE, association.at, what, part="RouteTableId")
        if subnet.outside is None and same(table.vpc, subnet.vpc) is False:
            return blocked(
                Code.ROUTE_TABLE_OF_OTHER_VPC, association.at, part="RouteTableId", detail=table.at.name
            )
        return table

    def _main_table(self, subnet: Subnet) -> RouteTable | Obstacle:
        for association in self.network.table_associations:
            if association.subnet is None or association.subnet.origin is Origin.MISSING:
                continue
            answer = same(association.subnet, subnet.id)
            if isinstance(answer, Undetermined) and subnet.outside is None:
                return unknown(Code.VALUE_UNKNOWN, association.at, answer.question, part="SubnetId")
        if isinstance(subnet.associations_complete, Undetermined):
            return unknown(Code.OUTSIDE_TEMPLATE, subnet.at, subnet.associations_complete.question)
        vpc = self.network.vpc(subnet.vpc)
        if subnet.outside is not None or vpc is None or vpc.main_table is None:
            what = (
                f"the route table of {subnet.id}"
                if subnet.outside
                else f"the main route table of {subnet.vpc}"
            )
            return unknown(Code.OUTSIDE_TEMPLATE, subnet.at, what)
        return vpc.main_table

    # --- which routes ---------------------------------------------------------------------------

    def out(self, subnet: Subnet, version: int) -> WayOut:
        """The routes that carry packets from a subnet to the internet.

        Args:
            subnet: where the packets start.
            version: 4 or 6.
        """
        table = self.table(subnet)
        if isinstance(table, Obstacle):
            return WayOut(parts=[table])
        found = WayOut()
        default: list[Route] = []
        wide: list[tuple[Block, Route]] = []
        narrow: list[str] = []
        for route in table.routes:
            for block in self._blocks(route, found):
                if block.version != version:
                    continue
                if block.prefixlen == 0:
                    default.append(route)
                elif is_internet(block):
                    if block.prefixlen <= WIDE_PREFIX[version]:
                        wide.append((block, route))
                    else:
                        narrow.append(str(block))
        if len(default) > 1:
            what = f"which of two routes for {_EVERYWHERE[version]} counts"
            return WayOut(parts=[unknown(Code.VALUE_UNKNOWN, default[1].at, what)])
        if narrow:
            found.notes.append(Note(Code.NARROWER_ROUTES, ", ".join(narrow)))
        if table.note:
            found.notes.append(Note(Code.HANDED_OVER, f"{table.at.name}: {table.note}"))
        found.parts += [route for _, route in wide]
        if default:
            found.parts = [*default, *found.parts]
        elif not _whole([block for block, _ in wide]):
            found.parts += self._no_default(table, subnet, version, found.doubts)
        return found

    def _blocks(self, route: Route, found: WayOut) -> Iterator[Block]:
        """The blocks a route is for; one that is not known is a doubt."""
        destination = route.destination
        blocks = destination.blocks if isinstance(destination, PrefixList) else destination
        if isinstance(blocks, Undetermined):
            found.doubts.append(unknown(Code.VALUE_UNKNOWN, route.at, blocks.question))
        elif isinstance(blocks, tuple):
            yield from blocks
        else:
            yield blocks

    def _no_default(
        self, table: RouteTable, subnet: Subnet, version: int, doubts: Sequence[Obstacle]
    ) -> Iterator[Obstacle]:
        if isinstance(table.complete, Undetermined):
            yield unknown(Code.OUTSIDE_TEMPLATE, table.at, table.complete.question)
        elif doubts:
            yield doubts[0]
        elif table.main:
            yield blocked(Code.ROUTE_TABLE_NOT_ASSOCIATED, subnet.at)
        else:
            yield blocked(Code.NO_DEFAULT_ROUTE, table.at, detail=_EVERYWHERE[version])

    def diverted(self, subnet: Subnet, to: Subnet) -> Iterator[Obstacle]:
        """Routes more specific than the local one that take packets to another subnet elsewhere."""
        table = self.table(subnet)
        if isinstance(table, Obstacle):
            # A table that is wrong still has the local route; only one that is not known leaves a question.
            yield from () if table.certain else (table,)
            return
        if not isinstance(to.block, Block):
            return
        for route in table.routes:
            block = route.destination
            if isinstance(block, Block) and self._inside_vpc(block, to):
                yield unknown(Code.HOP_NOT_TRACED, route.at, f"a route for {block} inside the VPC")

    def _inside_vpc(self, block: Block, to: Subnet) -> bool:
        """Whether a route for a block is more specific than the VPC's local route to a subnet."""
        if block.prefixlen == 0 or not block.overlaps(to.block):
            return False
        vpc = self.network.vpc(to.vpc)
        known = [b for b in (vpc.blocks if vpc else ()) if isinstance(b, Block) and b.overlaps(to.block)]
        return not any(block.prefixlen < whole.prefixlen for whole in known)

    # --- what a route leads to ------------------------------------------------------------------

    def target(self, route: Route) -> Target | Obstacle:
        """The one target of a route, or why there is none."""
        if len(route.targets) > 1 and any(target.id.origin is Origin.OPEN for target in route.targets):
            # What an open condition chooses may be no target at all.
            named = " or ".join(str(target.id) for target in route.targets)
            return unknown(Code.VALUE_UNKNOWN, route.at, f"which target counts: {named}")
        if len(route.targets) != 1:
            detail = ", ".join(target.part or target.via.value for target in route.targets)
            return blocked(Code.ROUTE_WITHOUT_ONE_TARGET, route.at, detail=detail)
        if route.active is False:
            return blocked(Code.ROUTE_TARGET_GONE, route.at, detail=str(route.targets[0].id))
        if isinstance(route.active, Undetermined):
            return unknown(Code.VALUE_UNKNOWN, route.at, route.active.question)
        return route.targets[0]

    def not_followed(self, route: Route, target: Target) -> Obstacle:
        """What to answer for a target that packets are not followed through."""
        what = f"{target.via.value} {target.id}"
        code = Code.OUTSIDE_TEMPLATE if self.network.place(target.id) is None else Code.HOP_NOT_TRACED
        return unknown(code, route.at, what, part=target.part)

    def internet_gateway(self, target: Target) -> InternetGateway | None:
        """The internet gateway that a route leads to, if it leads to one."""
        return self.network.internet_gateway(target.id) if target.via is Via.GATEWAY else None

    def attached(self, gateway: InternetGateway, vpc: Id | None) -> Iterator[Obstacle]:
        """An internet gateway must be attached, and to this very VPC (fact N03)."""
        answers = [same(attachment.vpc, vpc) for attachment in gateway.attachments]
        if True in answers:
            attachment = gateway.attachments[answers.index(True)]
            yield from open_only(attachment.exists, Code.EXISTENCE_UNKNOWN, attachment.at)
        elif isinstance(gateway.complete, Undetermined):
            yield unknown(Code.OUTSIDE_TEMPLATE, gateway.at, gateway.complete.question)
        elif not answers:
            yield blocked(Code.GATEWAY_NOT_ATTACHED, gateway.at, detail=str(vpc))
        else:
            yield from judged(
                either(answers), Code.GATEWAY_OF_OTHER_VPC, gateway.attachments[0].at, part="VpcId",
                detail=str(vpc),
            )  # fmt: skip

    def gateways_of(self, vpc: Id | None) -> list[InternetGateway]:
        """The internet gateways that are certainly attached to a VPC, or would be under open conditions."""
        return [
            gateway
            for gateway in self.network.internet_gateways
            if any(same(attachment.vpc, vpc) is True for attachment in gateway.attachments)
        ]


def _whole(blocks: Sequence[Block]) -> bool:
    """Whether blocks together are the whole address space."""
    return any(block.prefixlen == 0 for block in ipaddress.collapse_addresses(blocks))
