"""Resources a function may connect to inside a VPC: where each type keeps its subnets, groups and port."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lambda_vpc.cloudformation.intrinsics import Reference, Unknown
from lambda_vpc.cloudformation.template import Resource
from lambda_vpc.network.topology import Topology, listed

Path = tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """Where a resource type keeps what the network needs to know of it."""

    subnets: tuple[Path, ...]
    """Properties that list subnets, or name a subnet group; the first that is written counts."""
    groups: tuple[Path, ...]
    port: Path | None = None
    zonal: bool = True
    """Whether a single network interface in one of its subnets may be all there is."""


def _place(subnets: str, groups: str, port: str | None = None, *, zonal: bool = True) -> Place:
    def paths(text: str) -> tuple[Path, ...]:
        return tuple(tuple(item.split(".")) for item in text.split())

    return Place(paths(subnets), paths(groups), (port,) if port else None, zonal)


PLACES: Mapping[str, Place] = {
    "AWS::AmazonMQ::Broker": _place("SubnetIds", "SecurityGroups"),
    "AWS::DAX::Cluster": _place("SubnetGroupName", "SecurityGroupIds"),
    "AWS::DocDB::DBCluster": _place("DBSubnetGroupName", "VpcSecurityGroupIds", "Port"),
    "AWS::EC2::NetworkInterface": _place("SubnetId", "GroupSet"),
    "AWS::EC2::VPCEndpoint": _place("SubnetIds", "SecurityGroupIds"),
    "AWS::ElasticLoadBalancing::LoadBalancer": _place("Subnets", "SecurityGroups"),
    "AWS::Elasticsearch::Domain": _place("VPCOptions.SubnetIds", "VPCOptions.SecurityGroupIds"),
    "AWS::FSx::FileSystem": _place("SubnetIds", "SecurityGroupIds"),
    "AWS::Timestream::InfluxDBInstance": _place("VpcSubnetIds", "VpcSecurityGroupIds", "Port"),
    "AWS::EC2::Instance": _place("SubnetId NetworkInterfaces.0.SubnetId",
                                 "SecurityGroupIds NetworkInterfaces.0.GroupSet"),
    "AWS::ECS::Service": _place("NetworkConfiguration.AwsvpcConfiguration.Subnets",
                                "NetworkConfiguration.AwsvpcConfiguration.SecurityGroups"),
    "AWS::EFS::MountTarget": _place("SubnetId", "SecurityGroups"),
    "AWS::ElastiCache::CacheCluster": _place("CacheSubnetGroupName", "VpcSecurityGroupIds", "Port"),
    "AWS::ElastiCache::ReplicationGroup": _place("CacheSubnetGroupName", "SecurityGroupIds", "Port"),
    "AWS::ElastiCache::ServerlessCache": _place("SubnetIds", "SecurityGroupIds"),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": _place("Subnets", "SecurityGroups"),
    "AWS::MSK::Cluster": _place("BrokerNodeGroupInfo.ClientSubnets", "BrokerNodeGroupInfo.SecurityGroups"),
    "AWS::MemoryDB::Cluster": _place("SubnetGroupName", "SecurityGroupIds", "Port"),
    "AWS::Neptune::DBCluster": _place("DBSubnetGroupName", "VpcSecurityGroupIds", "Port"),
    "AWS::OpenSearchService::Domain": _place("VPCOptions.SubnetIds", "VPCOptions.SecurityGroupIds"),
    "AWS::RDS::DBCluster": _place("DBSubnetGroupName", "VpcSecurityGroupIds", "Port"),
    "AWS::RDS::DBInstance": _place("DBSubnetGroupName", "VPCSecurityGroups", "Port"),
    "AWS::RDS::DBProxy": _place("VpcSubnetIds", "VpcSecurityGroupIds"),
    "AWS::Redshift::Cluster": _place("ClusterSubnetGroupName", "VpcSecurityGroupIds", "Port"),
    "AWS::RedshiftServerless::Workgroup": _place("SubnetIds", "SecurityGroupIds", "Port"),
}  # fmt: skip
"""Resource types with network interfaces in a VPC (resource schemas of CloudFormation)."""

# Subnet groups, and the property that lists their subnets.
_SUBNET_GROUPS = {
    "AWS::DAX::SubnetGroup": "SubnetIds",
    "AWS::DocDB::DBSubnetGroup": "SubnetIds",
    "AWS::ElastiCache::SubnetGroup": "SubnetIds",
    "AWS::MemoryDB::SubnetGroup": "SubnetIds",
    "AWS::Neptune::DBSubnetGroup": "SubnetIds",
    "AWS::RDS::DBSubnetGroup": "SubnetIds",
    "AWS::Redshift::ClusterSubnetGroup": "SubnetIds",
}


def _written(resource: Resource, paths: Sequence[Path]) -> object:
    for path in paths:
        found: object = resource.properties
        for step in path:
            if isinstance(found, list) and step.isdigit():
                found = found[int(step)] if int(step) < len(found) else None
            elif isinstance(found, Mapping):
                found = found.get(step)
            elif not isinstance(found, Unknown):
                found = None
        if found is not None:
            return found
    return None


def _owner(topology: Topology, resource: Resource) -> Resource:
    """The DB cluster an instance belongs to: it holds network settings and groups."""
    if resource.type == "AWS::RDS::DBInstance":
        cluster = topology.resource(resource.get("DBClusterIdentifier"))
        if isinstance(cluster, Resource) and cluster.type == "AWS::RDS::DBCluster":
            return cluster
    return resource


@dataclass(frozen=True)
class Destination:
    """A resource of the template as something to connect to."""

    resource: Resource
    subnets: tuple[object, ...]
    """Values that name its subnets."""
    groups: tuple[object, ...]
    """Values that name its security groups; none: the VPC's default group."""
    groups_open: str | None
    """Why its groups are not known."""
    port: object
    """The port it listens on, where the template says so."""


def destination(topology: Topology, resource: Resource) -> Destination | Unknown:
    """The network side of a resource.

    Returns:
        Its subnets, groups and port, or what is not known: the type, or the subnets.
    """
    owner = _owner(topology, resource)
    place = PLACES.get(owner.type)
    if place is None:
        return Unknown(f"where {resource.type} keeps its network settings")
    subnets = _written(owner, place.subnets)
    if isinstance(subnets, Reference) or (isinstance(subnets, str) and not subnets.startswith("subnet-")):
        group = _subnet_group(topology, subnets)
        if group is not None:
            subnets = group.get(_SUBNET_GROUPS[group.type])
    if subnets is None:
        return Unknown(f"the subnets of {owner.logical_id}")
    if isinstance(subnets, Unknown):
        return subnets
    groups = _written(owner, place.groups)
    if groups is None and owner.type == "AWS::ElasticLoadBalancingV2::LoadBalancer":
        groups = Unknown(f"the security groups of {owner.logical_id}")
    port = owner.get(*place.port) if place.port else None
    return Destination(resource, tuple(listed(subnets)), tuple(listed(groups)), None, port)


def _subnet_group(topology: Topology, value: object) -> Resource | None:
    found = topology.resource(value)
    if isinstance(found, Resource):
        return found if found.type in _SUBNET_GROUPS else None
    # Named by text, as the group's own name property gives it.
    for type_ in _SUBNET_GROUPS:
        for group in topology.all(type_.removeprefix("AWS::")):
            names = ("DBSubnetGroupName", "CacheSubnetGroupName", "SubnetGroupName", "ClusterSubnetGroupName")
            if any(group.get(name) == value for name in names):
                return group
    return None
