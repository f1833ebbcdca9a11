"""Who makes a request: how a policy can name the caller, and the condition keys that follow from it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from lambda_vpc.iam.conditions import PRESENT, Values


class RequestError(ValueError):
    """A request that no API call makes; the message names the argument and the mend."""


_KINDS = {
    "user": "user",
    "role": "role",
    "assumed-role": "session",
    "federated-user": "federated",
    "root": "root",
    "oidc-provider": "provider",
    "saml-provider": "provider",
}
# The values of aws:PrincipalType.
_TYPES = {
    "user": "User",
    "role": "AssumedRole",
    "session": "AssumedRole",
    "federated": "FederatedUser",
    "root": "Account",
}
# A service principal or a web identity provider is a domain name: lambda.amazonaws.com, accounts.google.com.
_DOMAIN = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+")
# AWS gives these roles a path, which the ARN of a session does not show.
_ROLES_WITH_PATH = ("AWSServiceRoleFor", "AWSReservedSSO_")


@dataclass(frozen=True)
class Caller:
    """The principal of a request, as a resource-based policy can name it."""

    arn: str
    account: str
    kind: str
    """`user`, `role`, `session`, `federated`, `root`, `service`, `provider` (of web or SAML identities)."""
    role_name: str | None = None

    @staticmethod
    @lru_cache(maxsize=1024)
    def of(principal: str) -> Caller:
        """The caller with an ARN or the name of a service principal.

        Raises:
            RequestError: nobody makes requests under that name.
        """
        parts = principal.split(":", 5)
        if len(parts) == 1 and _DOMAIN.fullmatch(principal):
            return Caller(principal, "", "service")
        resource = parts[5] if len(parts) == 6 and parts[0] == "arn" and parts[2] in ("iam", "sts") else ""
        kind, _, name = resource.partition("/")
        if kind not in _KINDS or bool(name) is (kind == "root"):
            raise RequestError(
                f"'{principal}' is not a user, role, session, account root or service principal; write an "
                "ARN such as arn:aws:iam::111122223333:role/NAME or a name such as lambda.amazonaws.com"
            )
        role_name = None
        if kind == "role":
            role_name = name.rpartition("/")[2]
        elif kind == "assumed-role":
            role_name = name.partition("/")[0]
        return Caller(principal, parts[4], _KINDS[kind], role_name)

    @property
    def outside(self) -> bool:
        """Whether the caller is no identity of an account, so that no identity-based policy limits it."""
        return self.kind in ("service", "provider")

    @property
    def service_linked(self) -> bool:
        """Whether SCPs pass this role by (fact C01)."""
        return ":role/aws-service-role/" in self.arn or (
            self.kind == "session" and (self.role_name or "").startswith("AWSServiceRoleFor")
        )

    @cached_property
    def values(self) -> Mapping[str, Values]:
        """The condition keys that follow from who calls, lower-case.

        Sources: IAM User Guide, "AWS global condition context keys", properties of the principal, and "IAM
        policy elements: Variables and tags", principal key values. What a service principal sends is
        documented for two of them, what an identity provider sends for none.
        """
        if self.kind == "service":
            return {"aws:principalisawsservice": ("true",), "aws:principalservicename": (self.arn,)}
        if self.kind == "provider":
            return {}
        return {
            "aws:principalarn": self._principal_arn(),
            "aws:principalaccount": (self.account,),
            "aws:principaltype": (_TYPES[self.kind],),
            "aws:principalisawsservice": ("false",),
            "aws:principalservicename": (),
            "aws:principalservicenameslist": (),
        }

    def _principal_arn(self) -> Values:
        """For a session the ARN of its role; a path that AWS gave the role is not known."""
        if self.kind != "session":
            return (self.arn,)
        if self.role_name.startswith(_ROLES_WITH_PATH):
            return PRESENT
        partition = self.arn.split(":")[1]
        return (f"arn:{partition}:iam::{self.account}:role/{self.role_name}",)

    def named_by(self, kind: str, written: str) -> str | None:
        """How a policy's principal names this caller: `direct`, `role`, `account`, `all`, or not."""
        if kind in ("Service", "Federated"):
            return "direct" if self.outside and written == self.arn else None
        if kind != "AWS":
            return None
        if written == "*":
            return "all"
        if self.outside:
            return None
        if written == self.account or written.endswith(f":iam::{self.account}:root"):
            return "direct" if self.kind == "root" else "account"
        if self.kind == "session" and ":role/" in written:
            parts = written.split(":", 5)
            same = len(parts) == 6 and parts[4] == self.account
            return "role" if same and parts[5].rpartition("/")[2] == self.role_name else None
        if written == self.arn:
            return "role" if self.kind == "role" else "direct"
        return None
