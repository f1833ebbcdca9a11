"""A scenario's network as relations: which table a subnet uses, which VPC holds it, what hangs on what.

Values are compared by key: a resource of the template by its logical id, a parameter by its name (one
parameter is one thing, whichever it is), an id written out by itself.
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from lambda_vpc.answers import Answer, Undetermined, either
from lambda_vpc.cloudformation.intrinsics import Origin, Reference, Unknown, as_network
from lambda_vpc.cloudformation.template import Resource, Scenario
from lambda_vpc.network.obstacles import truth

OUTSIDE = "?"
"""What the key of something outside the template begins with."""
_EXISTING = OUTSIDE * 2
"""What it begins with where the thing is there before the template is deployed."""
_WRITTEN_IDS = ("vpc-", "sg-", "igw-", "eipalloc-")


def key(value: object) -> str | None:
    """The key of a value that names a resource; `None` for no value."""
    if value is None:
        return None
    if isinstance(value, Reference):
        return value.resource if value.attribute is None else str(value)
    if isinstance(value, Unknown):
        return (_EXISTING if value.origin is Origin.EXISTING else OUTSIDE) + value.what
    return (_EXISTING if str(value).startswith(_WRITTEN_IDS) else OUTSIDE) + str(value)


def named(value_key: str | None) -> str:
    """A key as it is named to the reader."""
    return (value_key or "nothing").lstrip(OUTSIDE)


def listed(value: object) -> list[object]:
    """A property that is a list; a single value counts as a list of one."""
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


class Topology:
    """Lookups in one scenario; each index is built once."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario

    def all(self, type_: str) -> Sequence[Resource]:
        """Resources of a type, such as `EC2::Subnet`."""
        return self.scenario.by_type.get(f"AWS::{type_}", ())

    def resource(self, value: object) -> Resource | Unknown:
        """The resource a value names, or what it is instead."""
        if isinstance(value, Reference) and value.attribute is None:
            found = self.scenario.resources.get(value.resource)
            return found or Unknown(f"'{value.resource}', which does not exist under these conditions")
        if isinstance(value, Unknown):
            return value
        return Unknown(named(key(value)))

    def is_inside(self, value_key: str | None) -> bool:
        """Whether a key names a resource of the template."""
        return value_key in self.scenario.resources

    def touched_by(self, value_key: str) -> str | None:
        """What else, hidden from this reader, was handed the resource."""
        return self.scenario.touched.get(value_key)

    def _index(self, type_: str, property_: str) -> Mapping[str, list[Resource]]:
        found: dict[str, list[Resource]] = {}
        for resource in self.all(type_):
            name = key(resource.get(property_))
            if name is not None:
                found.setdefault(name, []).append(resource)
        return found

    # --- VPC and subnets ------------------------------------------------------------------------

    def vpc_of(self, resource: Resource) -> str | None:
        """Key of the VPC a resource says it is in."""
        return key(resource.get("VpcId"))

    def vpc(self, vpc_key: str | None) -> Resource | None:
        """The VPC, when the template holds it."""
        found = self.scenario.resources.get(vpc_key or "")
        return found if found is not None and found.type == "AWS::EC2::VPC" else None

    def exists_outside(self, value_key: str | None) -> bool:
        """Whether a key names something that is there before the template is deployed."""
        return value_key is not None and value_key.startswith(_EXISTING)

    def same(self, one: str | None, other: str | None) -> Answer:
        """Whether two keys name one thing; two different names from outside may be one."""
        if one is None or other is None:
            return Undetermined("an id that is not written")
        if one == other:
            return True
        if self.is_inside(one) and self.is_inside(other):
            return False
        if self.is_inside(one) or self.is_inside(other):
            outside = other if self.is_inside(one) else one
            # What exists already cannot be what this template makes.
            return False if self.exists_outside(outside) else Undetermined(named(outside))
        return Undetermined(f"whether {named(one)} and {named(other)} are one")

    def zone(self, subnet: Resource) -> str | Unknown:
        """The letter of a subnet's Availability Zone."""
        value = subnet.get("AvailabilityZone")
        if isinstance(value, str) and value[-1:] in string.ascii_lowercase and value:
            return value[-1]
        if isinstance(value, Unknown):
            return value
        return Unknown(f"the Availability Zone of {subnet.logical_id}")

    def is_down(self, subnet: Resource, down: str | None) -> Answer:
        """Whether a subnet is in the zone that is down."""
        if down is None:
            return False
        zone = self.zone(subnet)
        return Undetermined(zone.what) if isinstance(zone, Unknown) else zone == down

    def block(self, subnet: Resource, version: int) -> object:
        """A subnet's CIDR block as written, or Unknown."""
        value = subnet.get("CidrBlock" if version == 4 else "Ipv6CidrBlock")
        if value is None and version == 6:
            associated = self._ipv6_blocks.get(subnet.logical_id)
            value = associated[0].get("Ipv6CidrBlock") if associated else None
        if isinstance(value, str) and as_network(value):
            return value
        return value if isinstance(value, Unknown) else Unknown(f"the addresses of {subnet.logical_id}")

    @cached_property
    def _ipv6_blocks(self) -> Mapping[str, list[Resource]]:
        return self._index("EC2::SubnetCidrBlock", "SubnetId")

    def subnet_has_ipv6(self, subnet: Resource) -> Answer:
        """Whether a subnet has an IPv6 block."""
        value = subnet.get("Ipv6CidrBlock")
        if value is None:
            value = subnet.get("Ipv6IpamPoolId")
        if value is not None:
            return Undetermined(value.what) if isinstance(value, Unknown) and value.origin is not Origin.GENERATED else True
        return either([resource.exists for resource in self._ipv6_blocks.get(subnet.logical_id, ())])

    @cached_property
    def _vpc_blocks(self) -> Mapping[str, list[Resource]]:
        return self._index("EC2::VPCCidrBlock", "VpcId")

    def vpc_has_ipv6(self, vpc_key: str) -> Answer:
        """Whether a VPC has an IPv6 block."""
        found: list[Answer] = []
        for block in self._vpc_blocks.get(vpc_key, ()):
            amazon = truth(block.get("AmazonProvidedIpv6CidrBlock"), False)
            own = any(block.get(name) is not None for name in ("Ipv6CidrBlock", "Ipv6IpamPoolId"))
            found.append(block.exists if own or amazon is True else amazon)
        answer = either(found)
        if answer is False and not self.is_inside(vpc_key):
            return Undetermined(named(vpc_key))
        return answer

    # --- what hangs on what ---------------------------------------------------------------------

    @cached_property
    def _tables(self) -> Mapping[str, list[Resource]]:
        return self._index("EC2::SubnetRouteTableAssociation", "SubnetId")

    def table_associations(self, subnet: Resource) -> Sequence[Resource]:
        """The explicit route table associations of a subnet."""
        return self._tables.get(subnet.logical_id, ())

    @cached_property
    def _routes(self) -> Mapping[str, list[Resource]]:
        return self._index("EC2::Route", "RouteTableId")

    def routes(self, table_key: str) -> Sequence[Resource]:
        """The routes written for a route table."""
        return self._routes.get(table_key, ())

    @cached_property
    def _attachments(self) -> Mapping[str, list[Resource]]:
        return self._index("EC2::VPCGatewayAttachment", "InternetGatewayId")

    def attachments(self, gateway_key: str) -> Sequence[Resource]:
        """The attachments of an internet gateway."""
        return self._attachments.get(gateway_key, ())

    def gateways_of(self, vpc_key: str) -> Iterator[tuple[str, Resource]]:
        """Internet gateways attached to a VPC, each with its attachment."""
        for gateway, attachments in self._attachments.items():
            for attachment in attachments:
                if self.vpc_of(attachment) == vpc_key:
                    yield gateway, attachment

    @cached_property
    def _acls(self) -> Mapping[str, list[Resource]]:
        return self._index("EC2::SubnetNetworkAclAssociation", "SubnetId")

    def acl_associations(self, subnet: Resource) -> Sequence[Resource]:
        """The network ACL associations of a subnet."""
        return self._acls.get(subnet.logical_id, ())

    @cached_property
    def _acl_entries(self) -> Mapping[str, list[Resource]]:
        return self._index("EC2::NetworkAclEntry", "NetworkAclId")

    def acl_entries(self, acl_key: str) -> Sequence[Resource]:
        """The entries written for a network ACL."""
        return self._acl_entries.get(acl_key, ())

    @cached_property
    def _ingress(self) -> Mapping[str, list[Resource]]:
        return self._index("EC2::SecurityGroupIngress", "GroupId")

    @cached_property
    def _egress(self) -> Mapping[str, list[Resource]]:
        return self._index("EC2::SecurityGroupEgress", "GroupId")

    def group_rules(self, group_key: str, *, egress: bool) -> Sequence[Resource]:
        """The rules written as resources of their own for a security group."""
        return (self._egress if egress else self._ingress).get(group_key, ())

    @cached_property
    def _endpoints(self) -> Mapping[str, list[Resource]]:
        return self._index("EC2::VPCEndpoint", "VpcId")

    def endpoints(self, vpc_key: str) -> Sequence[Resource]:
        """The VPC endpoints of a VPC."""
        return self._endpoints.get(vpc_key, ())

    @cached_property
    def _addresses(self) -> Mapping[str, list[Resource]]:
        found: dict[str, list[Resource]] = {}
        for type_, names in (
            ("EC2::EIP", ("InstanceId",)),
            ("EC2::EIPAssociation", ("InstanceId", "NetworkInterfaceId")),
        ):
            for resource in self.all(type_):
                for name in names:
                    owner = key(resource.get(name))
                    if owner is not None:
                        found.setdefault(owner, []).append(resource)
        return found

    def addresses(self, owner: Resource) -> Sequence[Resource]:
        """Elastic IP addresses associated with an instance or a network interface."""
        return self._addresses.get(owner.logical_id, ())
