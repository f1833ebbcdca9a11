"""The names of AWS services in the names of their VPC endpoints, and what people call them otherwise.

`com.amazonaws.REGION.monitoring` is CloudWatch, whose IAM actions begin with `cloudwatch:`. The names were
compiled from the AWS PrivateLink Guide, "AWS services that integrate with AWS PrivateLink".
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from lambda_vpc import own_data


@cache
def _data() -> Mapping:
    return own_data.load(Path(__file__).with_name("service_names.yaml"))


@cache
def names() -> frozenset[str]:
    """Every name of a service that is known here, without the `-fips` forms."""
    return frozenset(_data()["endpoints"])


@cache
def aliases() -> Mapping[str, tuple[str, ...]]:
    """What people write for a service, an IAM prefix among others, to the endpoint names it may mean."""
    return {word: tuple(found) for word, found in _data()["aliases"].items()}


def is_known(name: str) -> bool:
    """Whether a name is known to be a service's in the name of its endpoint."""
    return name.removesuffix("-fips") in names()


def meant(word: str) -> tuple[str, ...]:
    """The endpoint names that a word can mean; none: it is no service.

    Args:
        word: what was asked for, in any letter case.
    """
    word = word.lower()
    if word in aliases():
        return aliases()[word]
    if is_known(word):
        return (word,)
    # Imported where a name is in no list: it takes longer than to trace a network.
    from lambda_vpc.iam import service_reference

    return (word,) if service_reference.actions(word) else ()
