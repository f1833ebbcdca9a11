"""IAM by its documented rules: policies, the request context of a call, and the decision on it."""

from lambda_vpc.iam.conditions import PolicyError
from lambda_vpc.iam.decide import (
    ALLOWED,
    EXPLICIT_DENY,
    IMPLICIT_DENY,
    Decision,
    Reason,
    Undocumented,
    decide,
)
from lambda_vpc.iam.layers import Policies
from lambda_vpc.iam.policy import Policy
from lambda_vpc.iam.request import Request, RequestError

__all__ = [
    "ALLOWED",
    "EXPLICIT_DENY",
    "IMPLICIT_DENY",
    "Decision",
    "Policies",
    "Policy",
    "PolicyError",
    "Reason",
    "Request",
    "RequestError",
    "Undocumented",
    "decide",
]
