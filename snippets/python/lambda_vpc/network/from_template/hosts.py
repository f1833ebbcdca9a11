"""What a function may connect to inside a VPC: where each resource type keeps its subnets, groups and port.

Source: resource schemas of CloudFormation, against which a test holds every property named here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lambda_vpc.answers import Answer, Undetermined, either
from lambda_vpc.cloudformation.template import FUNCTION_TYPES, Resource
from lambda_vpc.cloudformation.values import Reference, Unknown
from lambda_vpc.network.from_template.subnets import Outside
from lambda_vpc.network.from_template.values import (
    DEFAULT_GROUP,
    MAX_ITEMS,
    Values,
    default_id,
    number,
    one_of,
    place,
    truth,
)
from lambda_vpc.network.model import Host, Id, Interface, Origin
from lambda_vpc.network.service_names import meant

Keys = tuple[str, ...]
"""The way to a property, key by key; `*` for each item of a list."""


@dataclass(frozen=True)
class Settings:
    """Where a resource type keeps what the network needs to know of it."""

    subnets: tuple[Keys, ...]
    """Properties that list subnets, or name a subnet group; the first that is written counts."""
    groups: tuple[Keys, ...]
    port: str | None = None
    public_without_subnets: bool = False
    """Whether the resource has a public address where it names no subnets."""


def _settings(subnets: str, groups: str, port: str | None = None, *, public: bool = False) -> Settings:
    def ways(text: str) -> tuple[Keys, ...]:
        return tuple(tuple(item.split(".")) for item in text.split())

    return Settings(ways(subnets), ways(groups), port, public)


SETTINGS: Mapping[str, Settings] = {
    "AWS::AmazonMQ::Broker": _settings("SubnetIds", "SecurityGroups"),
    "AWS::DAX::Cluster": _settings("SubnetGroupName", "SecurityGroupIds"),
    "AWS::DocDB::DBCluster": _settings("DBSubnetGroupName", "VpcSecurityGroupIds", "Port"),
    "AWS::EC2::NetworkInterface": _settings("SubnetId", "GroupSet"),
    "AWS::EC2::VPCEndpoint": _settings("SubnetIds", "SecurityGroupIds"),
    "AWS::ElasticLoadBalancing::LoadBalancer": _settings("Subnets", "SecurityGroups"),
    "AWS::Elasticsearch::Domain": _settings(
        "VPCOptions.SubnetIds", "VPCOptions.SecurityGroupIds", public=True),
    "AWS::FSx::FileSystem": _settings("SubnetIds", "SecurityGroupIds"),
    "AWS::Timestream::InfluxDBInstance": _settings("VpcSubnetIds", "VpcSecurityGroupIds", "Port"),
    "AWS::EC2::Instance": _settings("SubnetId NetworkInterfaces.0.SubnetId",
                                    "SecurityGroupIds NetworkInterfaces.0.GroupSet"),
    "AWS::ECS::Service": _settings("NetworkConfiguration.AwsvpcConfiguration.Subnets",
                                   "NetworkConfiguration.AwsvpcConfiguration.SecurityGroups"),
    "AWS::EFS::MountTarget": _settings("SubnetId", "SecurityGroups"),
    "AWS::ElastiCache::CacheCluster": _settings("CacheSubnetGroupName", "VpcSecurityGroupIds", "Port"),
    "AWS::ElastiCache::ReplicationGroup": _settings("CacheSubnetGroupName", "SecurityGroupIds", "Port"),
    "AWS::ElastiCache::ServerlessCache": _settings("SubnetIds", "SecurityGroupIds"),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": _settings("Subnets SubnetMappings.*.SubnetId",
                                                           "SecurityGroups"),
    "AWS::MSK::Cluster": _settings("BrokerNodeGroupInfo.ClientSubnets",
                                   "BrokerNodeGroupInfo.SecurityGroups"),
    "AWS::MSK::ServerlessCluster": _settings("VpcConfigs.0.SubnetIds", "VpcConfigs.0.SecurityGroups"),
    "AWS::MemoryDB::Cluster": _settings("SubnetGroupName", "SecurityGroupIds", "Port"),
    "AWS::Neptune::DBCluster": _settings("DBSubnetGroupName", "VpcSecurityGroupIds", "DBPort"),
    "AWS::OpenSearchService::Domain": _settings(
        "VPCOptions.SubnetIds", "VPCOptions.SecurityGroupIds", public=True),
    "AWS::RDS::DBCluster": _settings("DBSubnetGroupName", "VpcSecurityGroupIds", "Port"),
    "AWS::RDS::DBInstance": _settings("DBSubnetGroupName", "VPCSecurityGroups", "Port"),
    "AWS::RDS::DBProxy": _settings("VpcSubnetIds", "VpcSecurityGroupIds"),
    "AWS::Redshift::Cluster": _settings("ClusterSubnetGroupName", "VpcSecurityGroupIds", "Port"),
    "AWS::RedshiftServerless::Workgroup": _settings("SubnetIds", "SecurityGroupIds", "Port"),
}  # fmt: skip
"""Resource types with network interfaces in a VPC."""

SUBNET_GROUPS: Mapping[str, tuple[str, str]] = {
    "AWS::DAX::SubnetGroup": ("SubnetIds", "SubnetGroupName"),
    "AWS::DocDB::DBSubnetGroup": ("SubnetIds", "DBSubnetGroupName"),
    "AWS::ElastiCache::SubnetGroup": ("SubnetIds", "CacheSubnetGroupName"),
    "AWS::MemoryDB::SubnetGroup": ("SubnetIds", "SubnetGroupName"),
    "AWS::Neptune::DBSubnetGroup": ("SubnetIds", "DBSubnetGroupName"),
    "AWS::RDS::DBSubnetGroup": ("SubnetIds", "DBSubnetGroupName"),
    "AWS::Redshift::ClusterSubnetGroup": ("SubnetIds", ""),
}
"""Subnet groups: the property that lists their subnets, and the one that names them."""

CLUSTERS: Mapping[str, str] = {
    "AWS::DocDB::DBInstance": "AWS::DocDB::DBCluster",
    "AWS::Neptune::DBInstance": "AWS::Neptune::DBCluster",
    "AWS::RDS::DBInstance": "AWS::RDS::DBCluster",
}
"""Instances of clusters: network settings and groups are the cluster's, named by `DBClusterIdentifier`."""

_LOAD_BALANCERS = ("AWS::ElasticLoadBalancing::LoadBalancer", "AWS::ElasticLoadBalancingV2::LoadBalancer")
_SEVERAL_ZONES = ("MultiAZ", "MultiAZEnabled")
_FILE_SYSTEM, _ACCESS_POINT, _MOUNT_TARGET = (
    "AWS::EFS::FileSystem", "AWS::EFS::AccessPoint", "AWS::EFS::MountTarget",
)  # fmt: skip
_NFS = 2049
# Which service answers for a type whose name differs from the service's in the names of endpoints.
_SERVICES = {
    "kinesisfirehose": "firehose", "serverless": "", "ec2": "", "apigateway": "execute-api",
    "apigatewayv2": "execute-api", "cognito": "cognito-idp", "elasticloadbalancingv2": "", "iam": "",
    "cloudformation": "", "rds": "", "elasticache": "",
}  # fmt: skip


def _written(resource: Resource, ways: Sequence[Keys]) -> object:
    """The first of several properties that is written."""
    return next((v for way in ways if (v := _follow(resource.properties, way)) is not None), None)


def _follow(value: object, way: Keys) -> object:
    for position, step in enumerate(way):
        if isinstance(value, Unknown):
            return value
        if step == "*" and isinstance(value, list):
            found = [_follow(item, way[position + 1 :]) for item in value]
            return [item for item in found if item is not None] or None
        if isinstance(value, list) and step.isdigit():
            value = value[int(step)] if int(step) < len(value) else None
        elif isinstance(value, Mapping):
            value = value.get(step)
        else:
            return None
    return value


class Hosts:
    """The hosts of one scenario."""

    def __init__(self, values: Values, outside: Outside) -> None:
        self.values = values
        self.outside = outside

    def records(self) -> Iterator[Host]:
        """Every resource of the template that has network interfaces in a VPC."""
        for resource in self.values.resources.values():
            type_ = resource.type
            if type_ in (_FILE_SYSTEM, _ACCESS_POINT):
                yield self._file_system(resource)
            elif type_ == "AWS::EC2::VPCEndpoint" and resource.get("VpcEndpointType") != "Interface":
                continue
            elif type_ in SETTINGS or type_ in CLUSTERS:
                yield self._host(resource)

    def _host(self, resource: Resource) -> Host:
        owner = self._owner(resource)
        # Of a cluster that is not in the template the instance's own properties say nothing.
        foreign = owner is resource and resource.get("DBClusterIdentifier") is not None
        settings = None if foreign and resource.type in CLUSTERS else SETTINGS.get(owner.type)
        interfaces = self._interfaces(owner, settings)
        public: Answer = self._public_name(resource)
        if interfaces == () and settings is not None and settings.public_without_subnets:
            public = True
        return Host(
            at=place(resource),
            exists=resource.exists,
            id=Id(resource.logical_id),
            interfaces=interfaces,
            port=self._port(owner, settings),
            several_zones=either([truth(resource.get(name), False) for name in _SEVERAL_ZONES]) is True,
            public_name=public,
            public_address=self._public_address(resource),
            source_dest_check=truth(resource.get("SourceDestCheck"), True),
            attached=self._attached(resource),
            forwards_to=self._forwards_to(resource),
        )

    def _port(self, owner: Resource, settings: Settings | None) -> int | Undetermined | None:
        if owner.type == _MOUNT_TARGET:
            return _NFS
        return number(owner.get(settings.port)) if settings is not None and settings.port else None

    def _owner(self, resource: Resource) -> Resource:
        """The cluster an instance belongs to: it holds network settings and groups."""
        cluster = CLUSTERS.get(resource.type)
        if cluster is not None:
            id_ = self.values.id(resource.get("DBClusterIdentifier"))
            return self.values.of_type(id_, cluster.removeprefix("AWS::")) or resource
        return resource

    # --- interfaces -----------------------------------------------------------------------------

    def _interfaces(self, owner: Resource, settings: Settings | None) -> tuple[Interface, ...] | Undetermined:
        if settings is None:
            return Undetermined(f"the cluster of {owner.logical_id}")
        if owner.type == "AWS::EC2::Instance" and (own := self._own_interface(owner)) is not None:
            return self._interfaces(own, SETTINGS[own.type])
        written = self._subnets(owner, settings)
        if written is None:
            if settings.public_without_subnets:
                return ()
            launched = owner.get("LaunchTemplate") is not None
            what = (
                f"the launch template of {owner.logical_id}"
                if launched
                else f"the subnets of {owner.logical_id}"
            )
            return Undetermined(what)
        subnets = tuple(dict.fromkeys(self.values.ids(written)))
        groups = tuple(dict.fromkeys(self._groups(owner, settings)))
        if not subnets:
            return Undetermined(f"the subnets of {owner.logical_id}, a list without items")
        for what, found in (("subnets", subnets), ("security groups", groups)):
            if len(found) > MAX_ITEMS:
                return Undetermined(f"the {what} of {owner.logical_id}, more than {MAX_ITEMS}")
        for id_ in subnets:
            self.outside.mention(id_, owner)
        return tuple(Interface(id_, groups or self._default_group(owner, id_)) for id_ in subnets)

    def _own_interface(self, instance: Resource) -> Resource | None:
        """The network interface of the template that an instance is given as its first."""
        value = _follow(instance.properties, ("NetworkInterfaces", "0", "NetworkInterfaceId"))
        return self.values.of_type(self.values.id(value), "EC2::NetworkInterface")

    def _subnets(self, owner: Resource, settings: Settings) -> object:
        written = _written(owner, settings.subnets)
        group = self._subnet_group(written)
        return written if group is None else group.get(SUBNET_GROUPS[group.type][0])

    def _subnet_group(self, value: object) -> Resource | None:
        if isinstance(value, Reference):
            found = self.values.resources.get(value.resource)
            return found if found is not None and found.type in SUBNET_GROUPS else None
        if not isinstance(value, str) or value.startswith("subnet-"):
            return None
        # Named by text, as the group's own name property gives it.
        for type_, (_, name) in SUBNET_GROUPS.items():
            for group in self.values.all(type_.removeprefix("AWS::")) if name else ():
                if str(group.get(name)).lower() == value.lower():
                    return group
        return None

    def _groups(self, owner: Resource, settings: Settings) -> tuple[Id, ...]:
        written = _written(owner, settings.groups)
        if written is None and owner.type == "AWS::ElasticLoadBalancingV2::LoadBalancer":
            # A Network Load Balancer without groups admits everything, an Application Load Balancer gets one.
            return (Id(f"the security groups of {owner.logical_id}", Origin.OPEN),)
        return self.values.ids(written)

    def _default_group(self, owner: Resource, subnet: Id) -> tuple[Id, ...]:
        """Without groups of its own a resource gets the default group of its VPC."""
        found = self.values.of_type(subnet, "EC2::Subnet")
        vpc = self.values.id(found.get("VpcId")) if found is not None else None
        if vpc is None:
            return (Id(f"the security group of {owner.logical_id}", Origin.OPEN),)
        return (default_id(vpc, DEFAULT_GROUP),)

    # --- addresses ------------------------------------------------------------------------------

    def _public_name(self, resource: Resource) -> Answer:
        """Whether its name resolves to public addresses: load balancers, by default (API, `Scheme`)."""
        if resource.type not in _LOAD_BALANCERS:
            return False
        scheme = one_of(resource.get("Scheme"), "internet-facing")
        return scheme if isinstance(scheme, Undetermined) else scheme == "internet-facing"

    def _public_address(self, resource: Resource) -> Answer:
        """Whether it has a public IPv4 address."""
        if resource.type not in ("AWS::EC2::Instance", "AWS::EC2::NetworkInterface"):
            return self._publicly_accessible(resource)
        own = self._own_interface(resource)
        answers: list[Answer] = []
        for owner in (resource, own) if own is not None else (resource,):
            id_ = Id(owner.logical_id)
            for type_, name in (("EC2::EIP", "InstanceId"), ("EC2::EIPAssociation", "InstanceId"),
                                ("EC2::EIPAssociation", "NetworkInterfaceId")):  # fmt: skip
                answers += [found.exists for found in self.values.by(type_, name).get(id_, ())]
        if resource.type == "AWS::EC2::Instance" and own is None:
            answers.append(self._automatic_address(resource))
        found = either(answers)
        hand = self.values.hand(Id(resource.logical_id))
        if found is False and hand:
            return Undetermined(f"whether {hand} gives {resource.logical_id} a public address")
        return found

    def _publicly_accessible(self, resource: Resource) -> Answer:
        """Whether a service gives the resource, or an instance of the cluster, a public address."""
        type_ = resource.type
        if type_ == "AWS::ECS::Service":
            way = ("NetworkConfiguration", "AwsvpcConfiguration", "AssignPublicIp")
            assigned = one_of(_follow(resource.properties, way), "DISABLED")
            return assigned if isinstance(assigned, Undetermined) else assigned == "ENABLED"
        if type_ == "AWS::MSK::Cluster":
            way = ("BrokerNodeGroupInfo", "ConnectivityInfo", "PublicAccess", "Type")
            access = one_of(_follow(resource.properties, way), "DISABLED")
            return access if isinstance(access, Undetermined) else access != "DISABLED"
        written = resource.get("PubliclyAccessible")
        if type_ == "AWS::RDS::DBInstance" and written is None:
            # Without a word RDS goes by the internet gateway of the VPC (API, `CreateDBInstance`).
            if any(True for _ in self.values.all("EC2::VPCGatewayAttachment")):
                return Undetermined(f"PubliclyAccessible of {resource.logical_id}")
            return False
        answers = [truth(written, False)]
        if type_ == "AWS::RDS::DBCluster":
            instances = self.values.by("RDS::DBInstance", "DBClusterIdentifier")
            own = instances.get(Id(resource.logical_id), ())
            answers += [self._publicly_accessible(instance) for instance in own]
        return either(answers)

    def _automatic_address(self, instance: Resource) -> Answer:
        own = _follow(instance.properties, ("NetworkInterfaces", "0", "AssociatePublicIpAddress"))
        if own is not None:
            return truth(own, False)
        written = _written(instance, SETTINGS[instance.type].subnets)
        if written is None:
            return Undetermined(f"the subnet of {instance.logical_id}")
        subnet = self.values.of_type(self.values.id(written), "EC2::Subnet")
        if subnet is None:
            return Undetermined(f"whether the subnet of {instance.logical_id} gives public addresses")
        return truth(subnet.get("MapPublicIpOnLaunch"), False)

    def _attached(self, resource: Resource) -> Answer:
        """Whether a network interface is attached to an instance."""
        if resource.type != "AWS::EC2::NetworkInterface":
            return True
        users = self.values.users.get(resource.logical_id, ())
        types = {user.type for user in users}
        if types & {"AWS::EC2::NetworkInterfaceAttachment", "AWS::EC2::Instance"}:
            return True
        others = types - {"AWS::EC2::Route", "AWS::EC2::EIP", "AWS::EC2::EIPAssociation"}
        if others:
            user = next(user for user in users if user.type in others)
            return Undetermined(f"whether {user.logical_id} attaches {resource.logical_id}")
        return False

    def _forwards_to(self, resource: Resource) -> tuple[Id, ...]:
        """The databases behind an RDS Proxy."""
        if resource.type != "AWS::RDS::DBProxy":
            return ()
        names = [resource.logical_id, resource.get("DBProxyName")]
        found: list[Id] = []
        for group in self.values.all("RDS::DBProxyTargetGroup"):
            proxy = self.values.id(group.get("DBProxyName"))
            if proxy is not None and proxy.name in names:
                for name in ("DBInstanceIdentifiers", "DBClusterIdentifiers"):
                    found += self.values.ids(group.get(name))
        return tuple(dict.fromkeys(id_ for id_ in found if id_.origin is Origin.HERE))

    # --- EFS ------------------------------------------------------------------------------------

    def _file_system(self, resource: Resource) -> Host:
        """A file system, or one by its access point: one mount target in each zone answers."""
        id_ = Id(resource.logical_id)
        system: Id | None = id_
        if resource.type == _ACCESS_POINT:
            system = self.values.id(resource.get("FileSystemId"))
        targets = self.values.by("EFS::MountTarget", "FileSystemId").get(system, ()) if system else ()
        interfaces: tuple[Interface, ...] | Undetermined = ()
        for target in targets:
            found = self._interfaces(target, SETTINGS[_MOUNT_TARGET])
            if isinstance(found, Undetermined):
                interfaces = found
                break
            interfaces += found
        if interfaces == ():
            interfaces = Undetermined(f"the mount targets of {system or id_}")
        return Host(
            at=place(resource), exists=resource.exists, id=id_, interfaces=interfaces, port=_NFS,
            one_per_zone=True, several_zones=True,
        )  # fmt: skip


def why_no_destination(resource: Resource) -> str | None:
    """Why a resource cannot be asked for as a destination, with the mend; `None` where it can, or may."""
    name, type_ = resource.logical_id, resource.type
    if type_ == "AWS::EC2::VPCEndpoint" and resource.get("VpcEndpointType") in (None, "Gateway"):
        service = str(resource.get("ServiceName")).rpartition(".")[2]
        return f"'{name}' is a gateway endpoint and has no address: ask for {service}"
    if type_ in SETTINGS or type_ in CLUSTERS or type_ in (_FILE_SYSTEM, _ACCESS_POINT):
        return None
    words = type_.split("::")
    service = _SERVICES.get(words[1].lower(), words[1].lower()) if len(words) > 1 else ""
    names = ("lambda",) if type_ in FUNCTION_TYPES else meant(service) if service else ()
    return f"'{name}' is reached through its service: ask for {' or '.join(names)}" if names else None
