"""The account, principals and networks that every case speaks of, read from `placeholders.yaml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from lambda_vpc import own_data, reading
from lambda_vpc.iam.request import VpcConfig


@cache
def _data() -> Mapping:
    return own_data.load(Path(__file__).with_name("placeholders.yaml"))


def account() -> str:
    """The account of every case."""
    return _data()["account"]


def region() -> str:
    """The Region of every case."""
    return _data()["region"]


def principals() -> Mapping[str, str]:
    """Name to ARN of every caller."""
    return _data()["principals"]


def networks() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """VPC id to its `subnets` and `security-groups`, each name to id."""
    return _data()["networks"]


def function_arn(name: str) -> str:
    """The unqualified ARN of a function."""
    return f"arn:aws:lambda:{_data()['region']}:{_data()['account']}:function:{name}"


def ec2_prefix() -> str:
    """What the ARN of every EC2 resource begins with."""
    return f"arn:aws:ec2:{_data()['region']}:{_data()['account']}"


def vpc_config(subnets: Sequence[str], security_groups: Sequence[str]) -> VpcConfig:
    """The VPC settings named by placeholder names.

    Raises:
        ValueError: an unknown name, or names from more than one VPC.
    """
    for vpc, members in networks().items():
        known_subnets, known_groups = members["subnets"], members["security-groups"]
        if all(name in known_subnets for name in subnets) and all(
            name in known_groups for name in security_groups
        ):
            return VpcConfig(
                vpc,
                tuple(known_subnets[name] for name in subnets),
                tuple(known_groups[name] for name in security_groups),
            )
    all_subnets = [name for members in networks().values() for name in members["subnets"]]
    all_groups = [name for members in networks().values() for name in members["security-groups"]]
    for name in subnets:
        if name not in all_subnets:
            raise ValueError(f"unknown subnet '{name}'{reading.suggestion(name, all_subnets)}")
    for name in security_groups:
        if name not in all_groups:
            raise ValueError(f"unknown security group '{name}'{reading.suggestion(name, all_groups)}")
    raise ValueError("the subnets and security groups belong to more than one VPC")
