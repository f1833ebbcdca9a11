"""W9825: what polls a cluster in a VPC needs a way to AWS services, and to the cluster."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lambda_vpc.answers import Undetermined
from lambda_vpc.cloudformation.template import Resource
from lambda_vpc.cloudformation.values import Reference
from lambda_vpc.network.filters import Peer, Traffic
from lambda_vpc.network.from_template.values import listed, truth
from lambda_vpc.network.model import Function, Host, Id
from lambda_vpc.network.obstacles import Obstacle
from lambda_vpc.network.trace import read_question, walks
from lambda_vpc.rules._rule import LAMBDA_GUIDE, Finding, resource_rule
from lambda_vpc.rules._subject import Network, place, told
from lambda_vpc.sentences import Code

_KAFKA, _BROKER = "AWS::MSK::Cluster", "AWS::AmazonMQ::Broker"
_PORTS: Mapping[str, tuple[int, ...]] = {
    "kafka": (9092, 9094, 9096, 9098), "RABBITMQ": (5671,), "ACTIVEMQ": (61617,),
}  # fmt: skip
"""Ports of the brokers (Amazon MSK and Amazon MQ Developer Guides); which one counts, the mapping decides."""
_WITH_A_SECRET = ("BASIC_AUTH", "SASL_SCRAM_512_AUTH", "SASL_SCRAM_256_AUTH", "CLIENT_CERTIFICATE_TLS_AUTH")


@resource_rule("W9825", f"{LAMBDA_GUIDE}/with-msk-cluster-network.html", ("AWS::Lambda::EventSourceMapping",))
def event_source_isolated(network: Network, mapping: Resource) -> Iterator[Finding]:
    """Event source mapping whose poller is cut off in the cluster's subnets

    What:
        An event source mapping reads from an Amazon MSK cluster or an Amazon MQ broker of the template. The
        subnets of the cluster have no path to a service that the poller calls (Lambda, AWS STS, Secrets
        Manager), or the cluster's security groups do not allow their own members.

    Why:
        Lambda polls with network interfaces in the subnets and with the security groups of the cluster, not
        with those of the function. In isolated subnets it needs a NAT gateway or interface endpoints; without
        them no records arrive. In provisioned mode no endpoints are needed, and nothing is reported.

    Wrong:
        network/event-source-msk#without-sts

    Right:
        network/event-source-msk
    """
    cluster = _cluster(network, mapping)
    host = network.records.host(Id(cluster.logical_id)) if cluster is not None else None
    if cluster is None or host is None or isinstance(host.interfaces, Undetermined) or not host.interfaces:
        return
    found = _without_service(network, mapping, cluster, host) or _closed_to_itself(network, cluster, host)
    if found:
        yield Finding(
            place(mapping, "EventSourceArn"),
            f"What polls '{cluster.logical_id}' for '{mapping.logical_id}' uses the cluster's subnets and "
            f"security groups, and {found}",
        )


def _cluster(network: Network, mapping: Resource) -> Resource | None:
    """The cluster or broker that is polled inside its VPC, in the mode that needs a way out of it."""
    arn = mapping.get("EventSourceArn")
    named = isinstance(arn, Reference) and arn.attribute in (None, "Arn")
    found = network.scenario.resources.get(arn.resource) if named else None
    if found is None or found.exists is not True or mapping.get("ProvisionedPollerConfig") is not None:
        return None
    if found.type == _BROKER:
        return found if truth(found.get("PubliclyAccessible"), False) is False else None
    public = found.get("BrokerNodeGroupInfo", "ConnectivityInfo")
    return found if found.type == _KAFKA and public is None else None


def _without_service(network: Network, mapping: Resource, cluster: Resource, host: Host) -> str:
    """Which service no subnet of the cluster has a way to, and why."""
    poller = Function(
        at=host.at,
        id=Id(mapping.logical_id),
        connected=True,
        subnets=tuple(i.subnet for i in host.interfaces if i.subnet is not None),
        groups=host.interfaces[0].groups,
        # Whose call it is for an endpoint policy, is not asked here.
        role=Undetermined("the role of the poller"),
    )
    for service in _services(mapping, cluster):
        question = read_question((network.records,), service)
        stopped = [walk.decisive for _, walk in walks(network.records, poller, question)]
        if stopped and all(_is_certain(obstacle) for obstacle in stopped):
            return f"they have no way to '{service}': {told(stopped[0])} Or add an interface endpoint for it."
    return ""


def _is_certain(obstacle: Obstacle | None) -> bool:
    return obstacle is not None and obstacle.certain and obstacle.code is not Code.ENDPOINT_POLICY_DENIES


def _services(mapping: Resource, cluster: Resource) -> Iterator[str]:
    yield "lambda"
    if cluster.type == _KAFKA or cluster.get("EngineType") == "ACTIVEMQ":
        yield "sts"
    for access in listed(mapping.get("SourceAccessConfigurations")):
        if isinstance(access, Mapping) and access.get("Type") in _WITH_A_SECRET:
            yield "secretsmanager"
            return


def _closed_to_itself(network: Network, cluster: Resource, host: Host) -> str:
    """Whether the groups certainly admit none of their members at any port of the brokers."""
    ports = _PORTS.get("kafka" if cluster.type == _KAFKA else str(cluster.get("EngineType")), ())
    interface = host.interfaces[0]
    subnet = network.records.subnet(interface.subnet)
    if subnet is None or not ports:
        return ""
    peer = Peer.inside(subnet, interface.groups)
    for port in ports:
        obstacles = network.engine.filters.groups(
            interface.groups, host.at, Traffic("tcp", port), peer, egress=False, code=Code.NO_INGRESS_RULE
        )
        if not any(obstacle.certain for obstacle in obstacles):
            return ""
    return (
        f"no inbound rule admits their own members at {', '.join(map(str, ports))}. Add a rule whose "
        "source is the group itself."
    )
