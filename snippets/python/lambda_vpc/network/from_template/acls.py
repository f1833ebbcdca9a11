"""Network ACLs of a template as records; the default one lets everything pass from its rule 100 on."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from functools import lru_cache

from lambda_vpc.answers import Answer, Undetermined
from lambda_vpc.cloudformation.template import Resource
from lambda_vpc.network.filters import ALL
from lambda_vpc.network.from_template.values import (
    DEFAULT_ACL,
    Values,
    block,
    default_id,
    number,
    place,
    ports,
    protocol,
    shown,
    truth,
    whole_vpc,
)
from lambda_vpc.network.model import AclEntry, Id, NetworkAcl, Origin, Place

_EVERYTHING = (ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0"))


@lru_cache(maxsize=8)
def entries(values: Values) -> Mapping[Id, list[AclEntry]]:
    """The entries written for each network ACL."""
    found: dict[Id, list[AclEntry]] = {}
    for resource in values.all("EC2::NetworkAclEntry"):
        acl = values.id(resource.get("NetworkAclId"))
        if acl is not None:
            found.setdefault(acl, []).append(_entry(values, resource))
    return found


def _entry(values: Values, resource: Resource) -> AclEntry:
    written = resource.get("CidrBlock")
    written = resource.get("Ipv6CidrBlock") if written is None else written
    action = resource.get("RuleAction")
    rule_number = number(resource.get("RuleNumber"))
    covered = protocol(resource.get("Protocol"))
    named = (resource.get("PortRange", "From"), resource.get("PortRange", "To"))
    return AclEntry(
        at=place(resource),
        exists=resource.exists,
        number=Undetermined("the number of an entry") if rule_number is None else rule_number,
        egress=truth(resource.get("Egress"), False),
        protocol=covered,
        ports=None if covered == ALL else ports(*named),
        block=block(written, resource.logical_id),
        whole_vpc=whole_vpc(values, written),
        allow=action.lower() == "allow" if isinstance(action, str) else Undetermined(shown(action)),
    )


def acls(values: Values) -> Iterator[NetworkAcl]:
    """The network ACLs of a template, and those it only names."""
    written = entries(values)
    stray = next((id_ for id_ in written if id_.origin is Origin.OPEN), None)
    for resource in values.all("EC2::NetworkAcl"):
        id_ = Id(resource.logical_id)
        yield NetworkAcl(
            at=place(resource),
            exists=resource.exists,
            id=id_,
            entries=tuple(written.get(id_, ())),
            complete=_complete(values, id_, stray),
        )
    for id_, found in written.items():
        if id_.origin not in (Origin.HERE, Origin.MISSING):
            complete = Undetermined(f"the entries of {id_}")
            at = Place(id_.name, found[0].at.path, found[0].at.line)
            yield NetworkAcl(at=at, id=id_, entries=tuple(found), complete=complete)


def _complete(values: Values, id_: Id, stray: Id | None) -> Answer:
    if hand := values.hand(id_):
        return Undetermined(f"the entries {hand} may add to {id_}")
    return True if stray is None else Undetermined(f"whether entries of {stray} belong to {id_}")


def default_acl(values: Values, vpc: Id, at: Place) -> NetworkAcl:
    """The default network ACL of a VPC that the template makes."""
    id_ = default_id(vpc, DEFAULT_ACL)
    written = entries(values).get(id_, [])
    own = [
        AclEntry(at=at, number=100 + position, egress=egress, protocol=ALL, ports=None, block=everything,
                 allow=True)
        for position, everything in enumerate(_EVERYTHING)
        for egress in (True, False)
    ]  # fmt: skip
    hand = values.hand(id_)
    complete: Answer = Undetermined(f"the entries {hand} may add to {id_}") if hand else True
    return NetworkAcl(at=at, id=id_, entries=(*written, *own), complete=complete)
