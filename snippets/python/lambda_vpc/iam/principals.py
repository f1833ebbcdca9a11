"""Whether `Principal` or `NotPrincipal` of a statement covers a caller.

Source: IAM User Guide, "IAM JSON policy elements: Principal" and "NotPrincipal".
"""

from __future__ import annotations

from collections.abc import Mapping

from lambda_vpc.answers import Answer, Undetermined
from lambda_vpc.iam.caller import Caller
from lambda_vpc.iam.policy import Statement


def names(statement: Statement, caller: Caller) -> tuple[Answer, str]:
    """Whether a statement's principal covers the caller, and how it names it."""
    if statement.principals is None:
        return True, "all"
    named = {
        how
        for kind, values in statement.principals.items()
        for written in values
        if (how := caller.named_by(kind, written)) is not None
    }
    if statement.not_principal:
        return _not_principal(statement, caller, named), "all"
    for how in ("direct", "role", "all", "account"):
        if how in named:
            return True, how
    return _named_otherwise(statement.principals, caller), "direct"


# What a Deny with NotPrincipal has to name, or AWS may deny the caller through the part left out. A role is
# not here: its session has to be named, too, and the request does not say which session it is.
_EXEMPT = {
    "user": {"direct", "account"},
    "federated": {"direct", "account"},
    "session": {"direct", "role", "account"},
    "root": {"direct"},
    "service": {"direct"},
    "provider": {"direct"},
}


def _not_principal(statement: Statement, caller: Caller, named: set[str]) -> Answer:
    if not any(statement.principals.values()):
        return Undetermined("NotPrincipal without any principal is not documented")
    if not named:
        return True
    needed = _EXEMPT.get(caller.kind)
    if statement.allow or "all" in named or (needed is not None and named >= needed):
        return False
    return Undetermined("NotPrincipal has to name account, role and session; whether all are named is open")


def _named_otherwise(principals: Mapping[str, tuple[str, ...]], caller: Caller) -> Answer:
    """Principals that may be the caller, where the request does not say so."""
    session = f":sts::{caller.account}:assumed-role/{caller.role_name}/"
    user = f":iam::{caller.account}:user/"
    for written in principals.get("AWS", ()):
        if caller.kind == "role" and session in written:
            return Undetermined(
                "the policy names one session of the role; the request does not say which it is"
            )
        if caller.kind == "federated" and user in written:
            return Undetermined("which user the session was federated from is not in the request")
    return False
