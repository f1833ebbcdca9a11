"""Security groups of a template as records, with the rules EC2 gives a new group.

Without `SecurityGroupEgress` a group keeps EC2's default rule, which lets everything out; written egress
rules replace it (documentation of `AWS::EC2::SecurityGroup`). Whether an empty list, or a separate
`AWS::EC2::SecurityGroupEgress`, takes the default rule away is left open.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping

from lambda_vpc.answers import Answer, Undetermined
from lambda_vpc.cloudformation.template import Resource
from lambda_vpc.cloudformation.values import Unknown
from lambda_vpc.network.filters import ALL
from lambda_vpc.network.from_template.subnets import prefix_list
from lambda_vpc.network.from_template.values import (
    DEFAULT_GROUP,
    Values,
    block,
    default_id,
    place,
    ports,
    protocol,
    whole_vpc,
)
from lambda_vpc.network.model import Block, Id, Origin, Place, PrefixList, Rule, SecurityGroup

_EVERYWHERE = (ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0"))
_DEFAULT_VPC = Id("the account's default VPC", Origin.EXISTING)


class _Groups:
    def __init__(self, values: Values) -> None:
        self.values = values
        self.separate = {
            True: self._separate("EC2::SecurityGroupEgress", egress=True),
            False: self._separate("EC2::SecurityGroupIngress", egress=False),
        }

    def _separate(self, type_: str, *, egress: bool) -> Mapping[Id, list[Rule]]:
        """The rules written as resources of their own, by group."""
        found: dict[Id, list[Rule]] = {}
        for resource in self.values.all(type_):
            group = self.values.id(resource.get("GroupId"))
            if group is not None:
                rule = self._rule(resource.properties, place(resource), resource.exists, egress=egress)
                found.setdefault(group, []).append(rule)
        return found

    def records(self) -> Iterator[SecurityGroup]:
        known = set()
        for resource in self.values.all("EC2::SecurityGroup"):
            known.add(resource.logical_id)
            yield self._group(resource)
        for resource in self.values.all("EC2::VPC"):
            group = self._default(resource)
            known.add(group.id.name)
            yield group
        for id_ in {**self.separate[True], **self.separate[False]}:
            if id_.name not in known and id_.origin not in (Origin.HERE, Origin.MISSING):
                yield self._outside(id_)

    # --- groups ---------------------------------------------------------------------------------

    def _group(self, resource: Resource) -> SecurityGroup:
        id_ = Id(resource.logical_id)
        egress, egress_complete = self._rules(resource, id_, egress=True)
        ingress, ingress_complete = self._rules(resource, id_, egress=False)
        vpc = self.values.id(resource.get("VpcId"))
        return SecurityGroup(
            at=place(resource),
            exists=resource.exists,
            id=id_,
            # Without a VPC the group is made in the account's default VPC.
            vpc=_DEFAULT_VPC if vpc is None else vpc,
            egress=egress,
            ingress=ingress,
            egress_complete=egress_complete,
            ingress_complete=ingress_complete,
            settled=self._settled(id_),
        )

    def _settled(self, id_: Id) -> Answer:
        hand = self.values.custom_hand(id_)
        return Undetermined(f"the rules that {hand} leaves in {id_}") if hand else True

    def _rules(self, resource: Resource, id_: Id, *, egress: bool) -> tuple[tuple[Rule, ...], Answer]:
        written = resource.get("SecurityGroupEgress" if egress else "SecurityGroupIngress")
        separate = self.separate[egress].get(id_, [])
        at = place(resource)
        if egress and written is None and not separate:
            return tuple(_everything(at)), self._complete(id_, egress=egress)
        if isinstance(written, Unknown):
            return tuple(separate), Undetermined(written.what)
        items = written if isinstance(written, list) else []
        inline = [self._rule(item, at, True, egress=egress) for item in items if isinstance(item, Mapping)]
        odd = [item for item in items if not isinstance(item, Mapping)]
        complete = self._complete(id_, egress=egress)
        if odd:
            what = odd[0].what if isinstance(odd[0], Unknown) else f"a rule of {id_} that is not a map"
            complete = Undetermined(what)
        elif egress and not inline:
            complete = Undetermined(f"whether {id_} keeps the default rule that lets everything out")
        return (*inline, *separate), complete

    def _complete(self, id_: Id, *, egress: bool) -> Answer:
        if hand := self.values.hand(id_):
            return Undetermined(f"the rules {hand} may add to {id_}")
        stray = next(
            (other for other in self.separate[egress] if other.origin is Origin.OPEN),
            None,
        )
        return True if stray is None else Undetermined(f"whether rules of {stray} belong to {id_}")

    def _default(self, resource: Resource) -> SecurityGroup:
        """The default group of a VPC: everything out, and in from its own members."""
        vpc = Id(resource.logical_id)
        id_ = default_id(vpc, DEFAULT_GROUP)
        at = place(resource, f"{resource.logical_id}.{DEFAULT_GROUP}")
        own = Rule(at=at, protocol=ALL, ports=None, peer=id_)
        return SecurityGroup(
            at=at,
            exists=resource.exists,
            id=id_,
            vpc=vpc,
            egress=(*_everything(at), *self.separate[True].get(id_, ())),
            ingress=(own, *self.separate[False].get(id_, ())),
            egress_complete=self._complete(id_, egress=True),
            ingress_complete=self._complete(id_, egress=False),
            settled=self._settled(id_),
        )

    def _outside(self, id_: Id) -> SecurityGroup:
        """A group that is only named, with the rules the template adds to it."""
        egress, ingress = (tuple(self.separate[way].get(id_, ())) for way in (True, False))
        first = (egress or ingress)[0].at
        complete = Undetermined(f"the rules of {id_}")
        return SecurityGroup(
            at=Place(id_.name, first.path, first.line), id=id_, egress=egress, ingress=ingress,
            egress_complete=complete, ingress_complete=complete,
        )  # fmt: skip

    # --- rules ----------------------------------------------------------------------------------

    def _rule(self, written: Mapping, at: Place, exists: Answer, *, egress: bool) -> Rule:
        covered = protocol(written.get("IpProtocol"))
        peer, whole = self._peer(written, egress=egress)
        return Rule(
            at=at,
            exists=exists,
            protocol=covered,
            ports=None if covered == ALL else ports(written.get("FromPort"), written.get("ToPort")),
            peer=peer,
            whole_vpc=whole,
        )

    def _peer(
        self, written: Mapping, *, egress: bool
    ) -> tuple[Block | PrefixList | Id | Undetermined | None, Id | None]:
        for name in ("CidrIp", "CidrIpv6"):
            value = written.get(name)
            if value is not None:
                return block(value, "a rule"), whole_vpc(self.values, value)
        side = "Destination" if egress else "Source"
        group = written.get(f"{side}SecurityGroupId")
        if group is not None:
            return self.values.id(group), None
        listed_ = written.get(f"{side}PrefixListId")
        if listed_ is not None:
            return prefix_list(self.values, listed_), None
        if written.get("SourceSecurityGroupName") is not None:
            return Undetermined("a rule that names a security group instead of its id"), None
        # A rule without a peer is created without effect (AWS::EC2::SecurityGroupEgress).
        return None, None


def _everything(at: Place) -> Iterator[Rule]:
    for everywhere in _EVERYWHERE:
        yield Rule(at=at, protocol=ALL, ports=None, peer=everywhere)


def groups(values: Values) -> Iterator[SecurityGroup]:
    """The security groups of a template, the default ones of its VPCs, and those it adds rules to."""
    return _Groups(values).records()
