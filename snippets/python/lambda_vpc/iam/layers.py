"""The policies that apply to a request, by layer, each checked against what its layer takes.

Sources: IAM User Guide, "Policies and permissions", "IAM JSON policy elements: Principal" and "Sid", and for
session policies "Identify AWS resources with Amazon Resource Names (ARNs)".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lambda_vpc.iam import arns
from lambda_vpc.iam.conditions import PolicyError
from lambda_vpc.iam.policy import Policy
from lambda_vpc.reading import suggestion

_NAMES_PRINCIPALS = ("resource", "endpoint")
_KNOWN_LAYERS = ("identity", "boundary", "session", "scp", "resource_policy", "resource", "endpoint")


def _check(layer: str, policies: tuple[Policy, ...] | None) -> None:
    """Refuse policies that their layer does not take.

    Raises:
        PolicyError: with the layer, the statement and the mend.
    """
    for policy in policies or ():
        if layer in _NAMES_PRINCIPALS:
            for statement in policy.statements:
                if statement.principals is None:
                    where = "resource_policy" if layer == "resource" else layer
                    raise PolicyError(
                        f"{where}: {statement.name}: add Principal; a resource-based policy has one"
                    )
        else:
            _check_identity_based(layer, policy)


def _check_identity_based(layer: str, policy: Policy) -> None:
    names: set[str] = set()
    for statement in policy.statements:
        where = f"{layer}: {statement.name}"
        if statement.principals is not None:
            raise PolicyError(f"{where}: remove Principal; the identity is the principal")
        if statement.name in names:
            raise PolicyError(f"{where}: two statements of the policy have this Sid; give each its own")
        names.add(statement.name)
        if layer == "session":
            for pattern in filter(arns.is_incomplete, statement.resources):
                raise PolicyError(
                    f"{where}: '{pattern}' has fewer than six parts, which AWS STS refuses in a session "
                    f"policy; write '{arns.completed(pattern)}'"
                )


def _parsed(documents: object) -> tuple[Policy, ...]:
    several = documents if isinstance(documents, list | tuple) else [documents]
    return tuple(Policy.parse(item) for item in several)


def _levels(levels: object) -> tuple[tuple[Policy, ...], ...]:
    if not isinstance(levels, list | tuple):
        raise PolicyError("scp: expected a list of levels, each a list of policies")
    for position, level in enumerate(levels):
        if not isinstance(level, list | tuple):
            raise PolicyError(
                f"scp[{position}]: expected a level, a list of policies; for a single level write [[…], …] "
                "around its policies, since every level must allow by itself"
            )
    return tuple(_parsed(level) for level in levels)


@dataclass(frozen=True)
class Policies:
    """The policies that apply to a request, by layer; `None`: no such policy, so no limit.

    However it is made, from documents by [`of`][lambda_vpc.iam.layers.Policies.of] or from policies already
    read, each policy is checked against its layer: a `PolicyError` names a statement without a principal in
    a resource-based policy, with one elsewhere, or with another element that the layer does not take.
    """

    identity: tuple[Policy, ...] = ()
    boundary: tuple[Policy, ...] | None = None
    session: tuple[Policy, ...] | None = None
    scp: tuple[tuple[Policy, ...], ...] | None = None
    """One tuple per level: root, organizational units, account. Each level must allow."""
    resource: tuple[Policy, ...] | None = None
    endpoint: tuple[Policy, ...] | None = None

    def __post_init__(self) -> None:
        """Check every policy against its layer."""
        _check("identity", self.identity)
        _check("boundary", self.boundary)
        _check("session", self.session)
        for level in self.scp or ():
            _check("scp", level)
        _check("resource", self.resource)
        _check("endpoint", self.endpoint)

    @staticmethod
    def of(layers: Mapping[str, object]) -> Policies:
        """Read policies by layer from plain documents.

        Args:
            layers: `identity`, `boundary`, `session`, `endpoint`: a document or a list of them;
                `resource_policy` (or `resource`): one document; `scp`: a list of levels, each a list.

        Raises:
            PolicyError: an unknown layer, or a malformed document.
        """
        for name in layers:
            if name in ("rcp", "resource_control_policy"):
                raise PolicyError(f"{name}: resource control policies are not evaluated here; leave them out")
            if name not in _KNOWN_LAYERS:
                raise PolicyError(f"unknown kind of policy '{name}'{suggestion(str(name), _KNOWN_LAYERS)}")
        given = {name: documents for name, documents in layers.items() if documents is not None}
        if "resource_policy" in given and "resource" in given:
            raise PolicyError("resource_policy and resource are the same kind of policy; keep one of them")
        read = {
            "resource" if name == "resource_policy" else name: (
                _levels(documents) if name == "scp" else _parsed(documents)
            )
            for name, documents in given.items()
        }
        return Policies(**read)
