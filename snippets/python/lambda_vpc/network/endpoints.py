"""VPC endpoints: whether a function's calls to an AWS service go through one, and whether it lets them.

Source: facts N10 to N12; AWS PrivateLink Guide, "Gateway endpoints" and "Access an AWS service".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from lambda_vpc import iam
from lambda_vpc.answers import Undetermined, either
from lambda_vpc.cloudformation.intrinsics import DEFAULT_REGION, Network, Reference, Unknown, as_network
from lambda_vpc.cloudformation.template import Resource
from lambda_vpc.guide.placeholders import principals
from lambda_vpc.iam import service_reference
from lambda_vpc.iam.conditions import PolicyError
from lambda_vpc.iam.policy import Policy
from lambda_vpc.iam.request import Request
from lambda_vpc.network.filters import DEFAULT_GROUP, Filters, Traffic
from lambda_vpc.network.obstacles import Note, Obstacle, Walk, blocked, judged, truth, unknown, worst
from lambda_vpc.network.routes import Routes, Traveler
from lambda_vpc.network.topology import Topology, key, listed

_SERVICE = re.compile(r"(?:com|cn\.com)\.amazonaws\.[^.]+\.(.+)|aws\.api\.[^.]+\.(.+)")
HTTPS = Traffic("tcp", 443)
GATEWAY_SERVICES = ("s3", "dynamodb")

# Endpoint names that are not the prefix of the service's IAM actions.
_ENDPOINT_NAMES = frozenset(
    ("email", "email-smtp", "monitoring", "elasticfilesystem-fips", "sync-states", "git-codecommit",
     "ecr.api", "ecr.dkr", "sagemaker.api", "sagemaker.runtime", "bedrock-runtime", "bedrock-agent-runtime",
     "events", "kinesis-streams", "kinesis-firehose", "dynamodb-streams", "s3-global.accesspoint",
     "appconfigdata")
)  # fmt: skip


def service_of(endpoint: Resource) -> str | Unknown:
    """The service an endpoint is for, such as `s3` of `com.amazonaws.ap-northeast-1.s3`."""
    name = endpoint.get("ServiceName")
    if isinstance(name, Unknown):
        return name
    found = _SERVICE.fullmatch(name) if isinstance(name, str) else None
    if not found:
        return Unknown(f"the service of {endpoint.logical_id}")
    return found[1] or found[2]


def is_service(name: str) -> bool:
    """Whether a text can be the name of an AWS service in an endpoint's name."""
    first = name.split(".")[0]
    return name in _ENDPOINT_NAMES or bool(service_reference.actions(first))


class Endpoints:
    """VPC endpoints of one scenario."""

    def __init__(self, topology: Topology, filters: Filters, routes: Routes) -> None:
        self.topology = topology
        self.filters = filters
        self.routes = routes

    def service(self, traveler: Traveler, function: Resource, service: str) -> Walk:
        """The way from a subnet to an AWS service by its public name.

        An interface endpoint with private DNS takes the calls, then a gateway endpoint of the subnet's
        route table; without one they leave through the internet path.
        """
        vpc = self.topology.vpc_of(traveler.subnet) or ""
        gateways: list[Resource] = []
        interfaces: list[Resource] = []
        doubts: list[Obstacle] = []
        for endpoint in self.topology.endpoints(vpc):
            name = service_of(endpoint)
            if isinstance(name, Unknown):
                doubts.append(unknown("value-unknown", endpoint, name.what, "ServiceName"))
            elif name == service:
                kind = endpoint.get("VpcEndpointType") or "Gateway"
                if kind == "Interface":
                    interfaces.append(endpoint)
                elif kind == "Gateway":
                    gateways.append(endpoint)
                else:
                    doubts.append(unknown("hop-not-traced", endpoint, f"{kind} endpoint", "VpcEndpointType"))
        passed_by: list[Obstacle] = []
        for endpoint in interfaces:
            private, obstacles = self._private_name(endpoint, vpc)
            if private is True:
                if gateways:
                    doubts.append(unknown("value-unknown", endpoint, f"which endpoint {service} resolves to"))
                walk = self._interface(traveler, function, endpoint, service)
                walk.add(doubts)
                return walk
            passed_by += obstacles
        for endpoint in gateways:
            tables = endpoint.get("RouteTableIds")
            table = self.routes.table(traveler.subnet)
            if isinstance(table, Obstacle):
                passed_by.append(table)
                continue
            answers = [self.topology.same(self._key(value), table) for value in listed(tables)]
            through = either(answers) if table is not None else False
            if through is True:
                walk = self._gateway(traveler, function, endpoint, service)
                walk.add(doubts)
                return walk
            if isinstance(through, Undetermined) or isinstance(tables, Unknown):
                what = tables.what if isinstance(tables, Unknown) else getattr(through, "question", "")
                passed_by.append(unknown("value-unknown", endpoint, what, "RouteTableIds"))
            else:
                detail = traveler.subnet.logical_id
                passed_by.append(
                    blocked("endpoint-without-route-table", endpoint, "RouteTableIds", detail=detail)
                )
        return self._public(traveler, vpc, passed_by, doubts)

    def _key(self, value: object) -> str | None:
        from_template = self.topology.resource(value)
        return from_template.logical_id if isinstance(from_template, Resource) else key(from_template)

    def _public(
        self, traveler: Traveler, vpc: str, passed_by: list[Obstacle], doubts: list[Obstacle]
    ) -> Walk:
        walk = Walk()
        found = self.topology.vpc(vpc)
        if found is not None:
            support = truth(found.get("EnableDnsSupport"), True)
            if support is not True:
                walk.add([unknown("dns-support-off", found, found.logical_id, "EnableDnsSupport")])
        walk.join(self.routes.internet(traveler, 4))
        walk.add(
            self.filters.groups(traveler.groups, traveler.subnet, HTTPS, traveler.internet(4), egress=True,
                                code="no-egress-rule")
        )  # fmt: skip
        if walk.decisive is None:
            # Unknown endpoints may still take the calls.
            walk.add([obstacle for obstacle in (*passed_by, *doubts) if not obstacle.certain])
        elif passed_by:
            # The endpoint meant for these calls says more than the missing way around it.
            mends = [o for o in passed_by if o.certain] if walk.decisive.certain else []
            walk.obstacles = [*(mends or passed_by), *walk.obstacles]
            if any(not o.certain for o in (*passed_by, *doubts)):
                walk.obstacles = [o for o in (*passed_by, *doubts) if not o.certain]
        elif doubts and walk.decisive.certain:
            walk.obstacles = doubts
        return walk

    # --- interface endpoints --------------------------------------------------------------------

    def _private_name(self, endpoint: Resource, vpc: str) -> tuple[object, list[Obstacle]]:
        """Whether the service's public name resolves to the endpoint inside the VPC (fact N11)."""
        if isinstance(endpoint.exists, Undetermined):
            return endpoint.exists, [unknown("existence-unknown", endpoint, endpoint.exists.question)]
        wanted = truth(endpoint.get("PrivateDnsEnabled"), False)
        if wanted is False:
            return False, [blocked("endpoint-without-private-dns", endpoint, "PrivateDnsEnabled")]
        if isinstance(wanted, Undetermined):
            return wanted, [unknown("value-unknown", endpoint, wanted.question, "PrivateDnsEnabled")]
        found = self.topology.vpc(vpc)
        if found is None:
            # EC2 refuses to make an endpoint with private DNS in a VPC without both attributes.
            return True, []
        for name, default in (("EnableDnsSupport", True), ("EnableDnsHostnames", False)):
            answer = truth(found.get(name), default)
            if answer is False:
                return False, [blocked("vpc-dns-off", found, name, detail=f"{name}, {endpoint.logical_id}")]
            if isinstance(answer, Undetermined):
                return answer, [unknown("value-unknown", found, answer.question, name)]
        return True, []

    def _interface(self, traveler: Traveler, function: Resource, endpoint: Resource, service: str) -> Walk:
        walk = Walk()
        walk.hops.append(endpoint.logical_id)
        vpc = self.topology.vpc_of(traveler.subnet) or ""
        groups = listed(endpoint.get("SecurityGroupIds")) or [Reference(vpc, DEFAULT_GROUP)]
        subnets = listed(endpoint.get("SubnetIds"))
        if not subnets:
            walk.add(
                [unknown("value-unknown", endpoint, "an interface endpoint without subnets", "SubnetIds")]
            )
        ways, down = [], []
        for value in subnets:
            subnet = self.topology.resource(value)
            if isinstance(subnet, Unknown) or subnet.type != "AWS::EC2::Subnet":
                what = subnet.what if isinstance(subnet, Unknown) else subnet.logical_id
                way = Walk()
                way.add([unknown("outside-template", endpoint, what, "SubnetIds")])
                ways.append(way)
                continue
            is_down = self.topology.is_down(subnet, traveler.down)
            if is_down is True:
                down.append(subnet)
                continue
            way = self.within(traveler, subnet, groups, endpoint, HTTPS, "endpoint-group-closed")
            way.add(judged(True if is_down is False else is_down, "", subnet, open_code="zone-unknown"))
            ways.append(way)
        if down and not ways:
            walk.add([blocked("endpoint-az-down", endpoint, "SubnetIds", detail=traveler.down or "")])
        if ways:
            walk.join(worst(ways))
        self._policy(walk, function, endpoint, service)
        return walk

    def within(
        self, traveler: Traveler, subnet: Resource, groups: list[object], owner: Resource, traffic: Traffic,
        closed: str,
    ) -> Walk:  # fmt: skip
        """The way inside the VPC to something in a subnet, through both ends' groups and network ACLs."""
        walk = Walk()
        walk.exists(subnet)
        same = self.topology.same(self.topology.vpc_of(subnet), self.topology.vpc_of(traveler.subnet))
        walk.add(judged(same, "other-vpc", owner, detail=subnet.logical_id, open_code="outside-template"))
        walk.add(self._diverted(traveler, subnet))
        there = self.routes.inside(subnet, 4, groups)
        here = self.routes.inside(traveler.subnet, 4, traveler.groups)
        walk.add(self.filters.groups(traveler.groups, traveler.subnet, traffic, there, egress=True,
                                     code="no-egress-rule"))  # fmt: skip
        walk.add(self.filters.groups(groups, owner, traffic, here, egress=False, code=closed))
        if subnet.logical_id != traveler.subnet.logical_id:
            walk.add(self.filters.crossing(traveler.subnet, traffic, there, outward=True))
            walk.add(self.filters.crossing(subnet, traffic, here, outward=False))
        return walk

    def _diverted(self, traveler: Traveler, subnet: Resource) -> Iterator[Obstacle]:
        """A route more specific than the local one, there or back, leads through something in between."""
        for one, other in ((traveler.subnet, subnet), (subnet, traveler.subnet)):
            table = self.routes.table(one)
            if isinstance(table, Obstacle):
                if not table.certain:
                    yield table
                continue
            block = self.topology.block(other, 4)
            for route in self.topology.routes(table or ""):
                network = self.routes.destination(route, 4)
                if network is None or isinstance(network, Unknown) or network.prefixlen == 0:
                    continue
                if isinstance(block, Unknown):
                    continue
                target = route.get("GatewayId")
                if target != "local" and self._more_specific(network, str(block), other):
                    yield unknown("hop-not-traced", route, f"a route for {network} inside the VPC")

    def _more_specific(self, network: Network, block: str, subnet: Resource) -> bool:
        """Whether a route takes packets for a block away from the VPC's local route."""
        inside = as_network(block)
        if inside is None or inside.version != network.version or not network.overlaps(inside):
            return False
        vpc = self.topology.vpc(self.topology.vpc_of(subnet))
        whole = as_network(vpc.get("CidrBlock")) if vpc is not None else None
        return whole is None or network.prefixlen >= whole.prefixlen or not whole.overlaps(inside)

    # --- gateway endpoints ----------------------------------------------------------------------

    def _gateway(self, traveler: Traveler, function: Resource, endpoint: Resource, service: str) -> Walk:
        walk = Walk()
        walk.exists(endpoint)
        walk.hops.append(endpoint.logical_id)
        # The service keeps its public addresses; only the route to them is another.
        peer = traveler.internet(4)
        walk.add(self.filters.groups(traveler.groups, traveler.subnet, HTTPS, peer, egress=True,
                                     code="no-egress-rule"))  # fmt: skip
        walk.add(self.filters.crossing(traveler.subnet, HTTPS, peer, outward=True))
        self._policy(walk, function, endpoint, service)
        return walk

    # --- endpoint policies ----------------------------------------------------------------------

    def _policy(self, walk: Walk, function: Resource, endpoint: Resource, service: str) -> None:
        """The endpoint's policy, asked about every call the function's role names for the service."""
        written = endpoint.get("PolicyDocument")
        if written is None:
            return
        document = _plain(written)
        try:
            policy = Policy.parse(document)
        except PolicyError as error:
            walk.add([unknown("endpoint-policy-unknown", endpoint, str(error), "PolicyDocument")])
            return
        allowing = [statement for statement in policy.statements if statement.allow]
        if not allowing:
            walk.add([blocked("endpoint-policy-denies", endpoint, "PolicyDocument", detail=service)])
            return
        if len(policy.statements) == 1 and _allows_all(allowing[0]):
            return
        role = self._role(function)
        identity = self._role_policies(role) if role is not None else []
        asked = 0
        principal = principals()["execution-role"]
        for action, resource in _calls(identity, service):
            asked += 1
            request = Request(action, resource, principal, {}, closed=False)
            try:
                decision = iam.decide(iam.Policies(identity=tuple(identity), endpoint=(policy,)), request)
            except (iam.Undocumented, PolicyError) as open_:
                walk.notes.append(Note("endpoint-policy-note", f"{endpoint.logical_id}: {action}: {open_}"))
                continue
            if not decision.allowed and (
                decision.layer == "endpoint"
                or any(r.layer == "endpoint" and r.code == "nothing-allows" for r in decision.why)
            ):
                # A principal written as the role's ARN cannot be compared with one not made yet.
                if any(r.layer == "endpoint" and r.code == "principal-not-covered" for r in decision.why):
                    walk.add([unknown("endpoint-policy-unknown", endpoint, f"{action}: its principal",
                                      "PolicyDocument")])  # fmt: skip
                else:
                    detail = f"{action} {_written(resource)}"
                    walk.add([blocked("endpoint-policy-denies", endpoint, "PolicyDocument", detail=detail)])
        if not asked:
            walk.notes.append(Note("endpoint-policy-note", endpoint.logical_id))

    def _role(self, function: Resource) -> Resource | None:
        value = function.get("Role")
        if isinstance(value, Reference) and value.attribute in (None, "Arn"):
            found = self.topology.scenario.resources.get(value.resource)
            return found if found is not None and found.type == "AWS::IAM::Role" else None
        return None

    def _role_policies(self, role: Resource) -> list[Policy]:
        found = []
        for inline in listed(role.get("Policies")):
            document = inline.get("PolicyDocument") if isinstance(inline, Mapping) else None
            try:
                found.append(Policy.parse(_plain(document)))
            except PolicyError:
                continue
        return found


def _allows_all(statement: object) -> bool:
    return (
        statement.written_actions == ("*",)
        and not statement.not_action
        and statement.resources == ("*",)
        and not statement.not_resource
        and not statement.conditions
        and statement.principals in (None, {"AWS": ("*",)})
        and not statement.not_principal
    )


def _calls(identity: list[Policy], service: str) -> Iterator[tuple[str, str]]:
    """Every action and resource that the role's statements name without a wildcard for the action."""
    prefix = service.split(".")[0].lower() + ":"
    for policy in identity:
        for statement in policy.statements:
            if not statement.allow or statement.not_action or statement.not_resource:
                continue
            for action in statement.written_actions:
                if action.lower().startswith(prefix) and "*" not in action and "?" not in action:
                    for resource in statement.resources:
                        if resource != "*":
                            yield action, resource.replace("*", "example").replace("?", "x")


# A reference or pseudo parameter inside a policy, as text no policy variable can be taken for.
_OPEN_TEXT = re.compile(r"\$\{([A-Za-z0-9:./]+)\}")


# The placeholder account asks for itself, so its own ARNs and its root stay comparable.
_PSEUDO = {
    "AWS::AccountId": principals()["execution-role"].split(":")[4],
    "AWS::Partition": "aws",
    "AWS::Region": DEFAULT_REGION,
}


def _plain(value: object) -> object:
    """A policy as plain data; what only AWS knows becomes a text of its own, the same wherever it stands."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, Reference):
        value = str(value)
    if isinstance(value, Unknown):
        return f"arn:aws:unknown:::{value.what}"
    if isinstance(value, str):
        if value.lstrip().startswith("{") and '"Statement"' in value:
            try:
                return json.loads(value)
            except ValueError:
                return value
        if _OPEN_TEXT.fullmatch(value) and not value.startswith("${AWS::"):
            return f"arn:aws:resource:::{value[2:-1].removesuffix('.Arn')}"
        return _OPEN_TEXT.sub(_stand_in, value)
    return value


def _stand_in(match: re.Match[str]) -> str:
    name = match[1]
    if name.startswith("AWS::"):
        return _PSEUDO.get(name, name.removeprefix("AWS::"))
    if ":" in name:
        return match[0]
    return f"arn:aws:resource:::{name.removesuffix('.Arn')}" if name.endswith(".Arn") else f"resource-{name}"


def _written(resource: str) -> str:
    return resource.replace("arn:aws:resource:::", "").replace("arn:aws:unknown:::", "")
