"""Every property the network is read from is one that CloudFormation's resource schemas have."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from lambda_vpc.network.from_template.hosts import CLUSTERS, SETTINGS, SUBNET_GROUPS
from lambda_vpc.network.from_template.subnets import TARGETS

WAYS = [
    *((type_, way) for type_, settings in SETTINGS.items() for way in (*settings.subnets, *settings.groups)),
    *((type_, (settings.port,)) for type_, settings in SETTINGS.items() if settings.port),
    *((type_, (name,)) for type_, names in SUBNET_GROUPS.items() for name in names if name),
    *((type_, ("DBClusterIdentifier",)) for type_ in CLUSTERS),
    *(("AWS::EC2::Route", (name,)) for name in TARGETS),
]


def has(type_: str, way: Sequence[str]) -> bool:
    """Whether a resource type has a property, `*` and numbers standing for the items of a list."""
    whole = PROVIDER_SCHEMA_MANAGER.get_resource_schema("ap-northeast-1", type_).schema
    schema = whole
    for step in way:
        schema = _followed(whole, schema)
        if step == "*" or step.isdigit():
            schema = schema.get("items")
        else:
            schema = schema.get("properties", {}).get(step)
        if schema is None:
            return False
    return True


def _followed(whole: dict, schema: dict) -> dict:
    while "$ref" in schema:
        found = whole
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        schema = found
    return schema


@pytest.mark.parametrize(
    ("type_", "way"), WAYS, ids=lambda value: value if isinstance(value, str) else ".".join(value)
)
def test_cloudformation_knows_the_property(type_, way):
    assert has(type_, way), f"{type_} has no {'.'.join(way)}: mend network/from_template"


def test_every_kind_of_target_a_route_may_have_is_read():
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("ap-northeast-1", "AWS::EC2::Route").schema
    others = {"CidrBlock", "DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId",
              "RouteTableId"}  # fmt: skip
    assert set(schema["properties"]) - others == set(TARGETS)


@pytest.mark.parametrize("way", [("SubnetIdz",), ("VPCOptions", "Subnets")])
def test_an_invented_property_is_found(way):
    assert not has("AWS::OpenSearchService::Domain", way)
