"""Values of a template as the network knows them: names, answers, blocks, ports and places."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import TypeVar

from lambda_vpc.answers import Answer, Undetermined
from lambda_vpc.cloudformation import values as template_values
from lambda_vpc.cloudformation.intrinsics import as_network
from lambda_vpc.cloudformation.template import STACK_TYPE, Resource, Scenario
from lambda_vpc.cloudformation.values import Reference, Unknown
from lambda_vpc.network.filters import ALL
from lambda_vpc.network.model import Block, Id, Origin, Place

DEFAULT_GROUP, DEFAULT_ACL = "DefaultSecurityGroup", "DefaultNetworkAcl"
"""Attributes of a VPC that name what EC2 makes with it."""
MAX_ITEMS = 100
"""Items of a list of subnets or groups that are looked at; AWS's own limits are far lower."""
# An id as EC2 writes it; what stands for one in an example counts as well.
_WRITTEN_ID = re.compile(r"[a-z]+-[0-9A-Za-z]+")
_ORIGINS = {
    template_values.Origin.OPEN: Origin.OPEN,
    template_values.Origin.EXISTING: Origin.EXISTING,
    # Made with the template by something that is no resource of its own here.
    template_values.Origin.GENERATED: Origin.OPEN,
    template_values.Origin.MISSING: Origin.MISSING,
}
CUSTOM_TYPES = ("Custom::", "AWS::CloudFormation::CustomResource")
_HIDDEN_TYPES = (*CUSTOM_TYPES, "AWS::Serverless::Application")


def listed(value: object) -> list[object]:
    """A property that is a list; a single value counts as a list of one."""
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def shown(value: object) -> str:
    """A value that does not fit, as it is named to the reader."""
    if isinstance(value, Unknown):
        return value.what
    if isinstance(value, Reference):
        return f"{value.resource}.{value.attribute}" if value.attribute else value.resource
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return "a map"
    if isinstance(value, list):
        return "a list"
    text = str(value)
    return f"'{text if len(text) <= 60 else text[:57] + '...'}'"


def truth(value: object, default: bool) -> Answer:
    """A property that is true or false, written as such or as text."""
    if value is None:
        return default
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if isinstance(value, Unknown):
        return Undetermined(value.what)
    return Undetermined(f"{shown(value)}, which is not true or false")


def one_of(value: object, default: str) -> str | Undetermined:
    """A property that is one word of several."""
    if value is None:
        return default
    return value if isinstance(value, str) else Undetermined(shown(value))


def block(value: object, of: str) -> Block | Undetermined:
    """A CIDR block, or what is not known of it.

    Args:
        value: the property.
        of: what the block belongs to, for the reader.
    """
    if isinstance(value, str):
        return _network(value) or Undetermined(f"{shown(value)}, which is not a CIDR block")
    if value is None:
        return Undetermined(f"the addresses of {of}")
    if isinstance(value, Reference | Unknown):
        return Undetermined(
            value.what if isinstance(value, Unknown) else f"{value.resource}.{value.attribute}"
        )
    return Undetermined(f"{shown(value)} where a CIDR block belongs")


_network = lru_cache(maxsize=4096)(as_network)

_PROTOCOLS = {"tcp": "6", "udp": "17", "icmp": "1", "icmpv6": "58", "all": ALL}


def protocol(value: object) -> str | Undetermined:
    """A protocol by its number, `-1` for all."""
    if value is None or isinstance(value, Unknown | Reference | Mapping | list):
        return Undetermined("a rule without a protocol" if value is None else shown(value))
    return _PROTOCOLS.get(str(value).lower(), str(value))


def number(value: object) -> int | Undetermined | None:
    """A whole number, written as one or as text."""
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    if isinstance(value, str) and re.fullmatch(r"\s*-?[0-9]{1,9}\s*", value):
        return int(value)
    return Undetermined(
        value.what if isinstance(value, Unknown) else f"{shown(value)}, which is not a number"
    )


def ports(first: object, last: object) -> tuple[int, int] | Undetermined:
    """A range of ports; -1 stands for all of them."""
    low, high = number(first), number(last)
    for end in (low, high):
        if isinstance(end, Undetermined):
            return end
    if low is None or high is None:
        return Undetermined("a rule for TCP or UDP without a port range")
    return (0, 65535) if low == -1 else (low, high)


def whole_vpc(values: Values, value: object) -> Id | None:
    """The VPC whose addresses a value is; none where the VPC has more blocks than the one it names."""
    if not isinstance(value, Reference) or value.attribute != "CidrBlock":
        return None
    vpc = Id(value.resource)
    more = values.by("EC2::VPCCidrBlock", "VpcId").get(vpc, ())
    own_version = all(other.get("AmazonProvidedIpv6CidrBlock") is not None for other in more)
    return vpc if own_version else None


def made_elsewhere(resource: Resource) -> bool:
    """Whether only somebody else's code tells what a resource's id and attributes are."""
    return resource.type.startswith(CUSTOM_TYPES) or not resource.type.startswith("AWS::")


Value = TypeVar("Value")


class Lookup(Mapping[str, Value]):
    """What a function says of each of some names, asked only when somebody wants to know."""

    def __init__(self, names: Iterable[str], find: Callable[[str], Value | None]) -> None:
        self._names = names
        self._find = find

    def __getitem__(self, name: str) -> Value:
        found = self._find(name)
        if found is None:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._names if self._find(name) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def place(resource: Resource, name: str | None = None) -> Place:
    """Where a resource is written."""
    return Place(name or resource.logical_id, resource.source.path, resource.line(), resource.line)


class Values:
    """Names and resources of one scenario."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.resources = scenario.resources

    def all(self, type_: str) -> Sequence[Resource]:
        """Resources of a type, such as `EC2::Subnet`."""
        return self.scenario.by_type.get(f"AWS::{type_}", ())

    def of_type(self, id_: Id | None, type_: str) -> Resource | None:
        """The resource behind a name, if it is of a type."""
        found = self.resources.get(id_.name) if id_ is not None else None
        return found if found is not None and found.type == f"AWS::{type_}" else None

    def id(self, value: object) -> Id | None:
        """What a value names; `None` for no value."""
        if value is None:
            return None
        if isinstance(value, Reference):
            return self._reference(value)
        if isinstance(value, Unknown):
            return Id(_name(value), _ORIGINS[value.origin])
        if isinstance(value, str):
            origin = Origin.WRITTEN if _WRITTEN_ID.fullmatch(value) else Origin.OPEN
            return Id(value, origin)
        return Id(shown(value), Origin.OPEN)

    def _reference(self, value: Reference) -> Id:
        if value.resource not in self.resources:
            what = f"'{value.resource}', which does not exist under these conditions"
            return Id(what, Origin.MISSING)
        if value.attribute is None:
            if made_elsewhere(self.resources[value.resource]):
                # Its id is what the provider makes of it, a subnet's or a group's too.
                return Id(f"the id that {value.resource} gives", Origin.OPEN)
            return Id(value.resource)
        if value.attribute in (DEFAULT_GROUP, DEFAULT_ACL):
            return default_id(Id(value.resource), value.attribute)
        return Id(f"{value.resource}.{value.attribute}", Origin.OPEN)

    def ids(self, value: object) -> tuple[Id, ...]:
        """What the items of a list name; a list that is not known is one name for several."""
        if isinstance(value, Unknown):
            return (Id(_name(value), _ORIGINS[value.origin], several=True),)
        return tuple(id_ for item in listed(value) if (id_ := self.id(item)) is not None)

    @cached_property
    def _hands(self) -> Mapping[str, tuple[str, bool]]:
        """Ids handed to something whose doing is not shown: to what, and whether to a custom resource."""
        found: dict[str, tuple[str, bool]] = {}
        for resource in self.resources.values():
            if resource.type == STACK_TYPE or resource.type.startswith(_HIDDEN_TYPES):
                custom = resource.type.startswith(CUSTOM_TYPES)
                for reference in references(resource.properties, self._long_lists):
                    id_ = self._reference(reference)
                    if id_.origin is Origin.HERE and not found.get(id_.name, ("", False))[1]:
                        found[id_.name] = (resource.logical_id, custom)
        return found

    def hand(self, id_: Id) -> str | None:
        """What else, hidden from this reader, was handed the thing."""
        return self._hands[id_.name][0] if id_.name in self._hands else None

    def custom_hand(self, id_: Id) -> str | None:
        """The custom resource that was handed the thing: it may take away what the template gives."""
        hand, custom = self._hands.get(id_.name, ("", False))
        return hand if custom else None

    def by(self, type_: str, property_: str) -> Mapping[Id, list[Resource]]:
        """Resources of a type by what one of their properties names."""
        key = (type_, property_)
        if key not in self._indexes:
            found = self._indexes[key] = {}
            for resource in self.all(type_):
                if (id_ := self.id(resource.get(property_))) is not None:
                    found.setdefault(id_, []).append(resource)
        return self._indexes[key]

    @cached_property
    def _indexes(self) -> dict[tuple[str, str], dict[Id, list[Resource]]]:
        return {}

    @cached_property
    def _long_lists(self) -> dict[int, tuple[Reference, ...]]:
        return {}

    @cached_property
    def users(self) -> Mapping[str, list[Resource]]:
        """Resources by the things they name anywhere in their properties."""
        found: dict[str, list[Resource]] = {}
        for resource in self.resources.values():
            named = references(resource.properties, self._long_lists)
            for name in {reference.resource for reference in named}:
                found.setdefault(name, []).append(resource)
        return found


def _name(value: Unknown) -> str:
    """What a value that is not known is called; two texts around one open piece have two names."""
    if not value.parts:
        return value.what
    text = "".join(part.what if isinstance(part, Unknown) else str(part) for part in value.parts)
    return f"'{text}'"


def default_id(vpc: Id, attribute: str) -> Id:
    """The default security group or network ACL of a VPC."""
    if vpc.origin is Origin.HERE:
        return Id(f"{vpc.name}.{attribute}")
    what = "security group" if attribute == DEFAULT_GROUP else "network ACL"
    return Id(f"the default {what} of {vpc}", Origin.OPEN if vpc.origin is Origin.OPEN else Origin.EXISTING)


_LONG = 100


def references(value: object, long_lists: dict[int, tuple[Reference, ...]]) -> Iterator[Reference]:
    """Every resource that a value names, however deep; a long list that several values share is read once.

    Args:
        value: a resolved value.
        long_lists: what lists read before name, by identity; filled here.
    """
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Reference):
            yield part
        elif isinstance(part, Mapping):
            waiting.extend(part.values())
        elif isinstance(part, list) and len(part) > _LONG:
            if id(part) not in long_lists:
                named = (found for item in part for found in references(item, long_lists))
                long_lists[id(part)] = tuple(dict.fromkeys(named))
            yield from long_lists[id(part)]
        elif isinstance(part, list):
            waiting.extend(part)
