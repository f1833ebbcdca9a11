"""Which Hyperplane ENIs functions share, and what a function refuses in each of its states.

Lambda keeps at least one ENI for each combination of one subnet and one set of security groups in an account
(fact E01). [`plan`][lambda_vpc.eni.plan] counts these combinations: the number of ENIs at the start. Traffic
adds more, by connections (fact E02) and not by concurrent executions (fact E18), and AWS documents no upper
bound. What a state means and refuses is in `eni_states.yaml`, each row with its facts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from pathlib import Path

from lambda_vpc import own_data
from lambda_vpc.reading import suggestion

QUOTA = 500
"""Hyperplane ENIs in a VPC, by default and shared with other services (fact E03)."""
CONNECTIONS = 65_000
"""Connections that one Hyperplane ENI carries (fact E02)."""
MAX_SUBNETS = 16
"""Subnets in one `VpcConfig` (fact E04)."""
MAX_SECURITY_GROUPS = 5
"""Security groups in one `VpcConfig` (fact E04)."""

Text = Mapping[str, str]
"""A text in both languages."""


# --- sharing ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Function:
    """A function or a published version with its VPC settings.

    A published version keeps the settings it was published with and holds its ENIs as a function does
    (fact E13): give each version that has VPC settings an entry of its own, named `orders-api:3`.

    Raises:
        ValueError: settings that Lambda does not take.
    """

    name: str
    """Name, ARN or logical id; unique in a plan."""
    subnets: tuple[str, ...] = ()
    """Subnet ids, in any order; none for a function outside a VPC."""
    security_groups: tuple[str, ...] = ()
    """Security group ids, in any order."""
    vpc: str | None = None
    """VPC id, which the quota is counted by; `None` where it is not known."""

    def __post_init__(self) -> None:
        for what, ids, most in (
            ("subnets", self.subnets, MAX_SUBNETS),
            ("security groups", self.security_groups, MAX_SECURITY_GROUPS),
        ):
            if isinstance(ids, str):
                raise ValueError(f"function '{self.name}': {what} '{ids}' is one text; give a tuple of ids")
            for id_, times in Counter(ids).items():
                if times > 1:
                    raise ValueError(f"function '{self.name}': {what} name '{id_}' twice; name it once")
            if len(ids) > most:
                raise ValueError(f"function '{self.name}': {len(ids)} {what}; VpcConfig takes up to {most}")
        if bool(self.subnets) != bool(self.security_groups):
            has, lacks = ("subnets", "security groups")[:: 1 if self.subnets else -1]
            raise ValueError(f"function '{self.name}': has {has} but no {lacks}; give both or neither")


@dataclass(frozen=True, order=True)
class Combination:
    """One subnet and one set of security groups: what Lambda keeps an ENI for (fact E01)."""

    subnet: str
    security_groups: tuple[str, ...]
    """In alphabetical order: Lambda compares them as a set (fact E27)."""


@dataclass(frozen=True)
class Plan:
    """The ENIs a set of functions of one account uses at the start."""

    combinations: Mapping[Combination, tuple[str, ...]]
    """Each combination with the functions that share its ENIs, in the order given."""
    shares: tuple[tuple[str, ...], ...]
    """Functions that use exactly the same ENIs, group by group; a function alone is a group of one."""
    outside: tuple[str, ...]
    """Functions without VPC settings: they use no Hyperplane ENI."""
    by_vpc: Mapping[str | None, int]
    """ENIs at the start in each VPC; under `None` those of functions whose VPC is not known."""
    quota: int
    """ENIs that a VPC may have."""

    @property
    def enis(self) -> int:
        """ENIs at the start, over all VPCs: a lower bound, traffic may add more (fact E02)."""
        return len(self.combinations)

    @property
    def within_quota(self) -> bool | None:
        """Whether every VPC has room for its ENIs at the start; `None` where an unknown VPC decides.

        `False` is certain. `True` promises nothing about traffic, or about other users of the quota (E03).
        """
        known = [count for vpc, count in self.by_vpc.items() if vpc is not None]
        if any(count > self.quota for count in known):
            return False
        most = max(known, default=0) + self.by_vpc.get(None, 0)
        return True if most <= self.quota else None


def plan(functions: Iterable[Function], quota: int = QUOTA) -> Plan:
    """Which of these functions share their Hyperplane ENIs, and how many ENIs there are at the start.

    Concurrency plays no part: execution environments share the ENIs as well (fact E18). Two ids are taken
    for different when their texts differ; resolve references first.

    Args:
        functions: functions and published versions of one account, in one Region.
        quota: Hyperplane ENIs that each VPC may have.

    Raises:
        ValueError: two functions of one name, a subnet in two VPCs, or a quota below one.

    >>> orders = Function("orders", ("subnet-a", "subnet-c"), ("sg-app", "sg-db"))
    >>> stock = Function("stock", ("subnet-c", "subnet-a"), ("sg-db", "sg-app"))
    >>> reports = Function("reports", ("subnet-a", "subnet-c"), ("sg-reports",))
    >>> found = plan([orders, stock, reports])
    >>> found.shares
    (('orders', 'stock'), ('reports',))
    >>> found.enis
    4
    """
    functions = list(functions)
    if quota < 1:
        raise ValueError(f"quota {quota}: give the number of ENIs a VPC may have, {QUOTA} by default")
    for name, times in Counter(function.name for function in functions).items():
        if times > 1:
            raise ValueError(f"two functions named '{name}'; write a version as '{name}:3'")
    vpc_of = _vpcs(functions)
    combinations: dict[Combination, list[str]] = {}
    groups: dict[frozenset[Combination], list[str]] = {}
    for function in functions:
        used = frozenset(_combinations(function))
        if used:
            groups.setdefault(used, []).append(function.name)
        for combination in used:
            combinations.setdefault(combination, []).append(function.name)
    return Plan(
        combinations={key: tuple(combinations[key]) for key in sorted(combinations)},
        shares=tuple(map(tuple, groups.values())),
        outside=tuple(function.name for function in functions if not function.subnets),
        by_vpc=Counter(vpc_of.get(combination.subnet) for combination in combinations),
        quota=quota,
    )


def _combinations(function: Function) -> Iterable[Combination]:
    groups = tuple(sorted(function.security_groups))
    return (Combination(subnet, groups) for subnet in function.subnets)


def _vpcs(functions: Iterable[Function]) -> dict[str, str]:
    """The VPC of each subnet, as far as any function says it."""
    found: dict[str, str] = {}
    for function in functions:
        for subnet in function.subnets if function.vpc is not None else ():
            other = found.setdefault(subnet, function.vpc)
            if other != function.vpc:
                raise ValueError(
                    f"function '{function.name}': subnet '{subnet}' is in {function.vpc} here and in {other} "
                    "elsewhere; a subnet belongs to one VPC"
                )
    return found


def enis_for(connections: int) -> int:
    """The fewest ENIs that carry this many connections at once through one combination (fact E02).

    Lambda may add one earlier: when exactly it does is not documented.

    Args:
        connections: connections open at once, of all functions that share the combination.

    Raises:
        ValueError: a negative number.

    >>> enis_for(0), enis_for(65_000), enis_for(65_001)
    (1, 1, 2)
    """
    if connections < 0:
        raise ValueError(f"{connections} connections; give zero or more")
    return max(1, -(-connections // CONNECTIONS))


# --- states -------------------------------------------------------------------------------------


class Answer(Enum):
    """What AWS documents about an operation in a state."""

    WORKS = "works"
    REFUSED = "refused"
    UNDOCUMENTED = "undocumented"


@dataclass(frozen=True)
class State:
    """One value of `State`, `LastUpdateStatus` or a reason code, with what it means for you."""

    name: str
    meaning: Text
    to_do: Text
    facts: tuple[str, ...]
    works: tuple[str, ...] = ()
    """Operations of the Lambda API that AWS says go on working."""
    refused: tuple[str, ...] = ()
    """Operations of the Lambda API that AWS says fail."""
    exceptions: tuple[str, ...] = ()
    """Errors that the caller of `Invoke` sees; for a reason code an inference (fact E42)."""

    def answer(self, operation: str) -> Answer:
        """What becomes of an operation of the Lambda API, such as `Invoke`."""
        if operation in self.refused:
            return Answer.REFUSED
        return Answer.WORKS if operation in self.works else Answer.UNDOCUMENTED


@dataclass(frozen=True)
class Transition:
    """How a function comes from one `State` into another."""

    start: str | None
    """The state before; `None` where the operation `create` makes the function."""
    create: str | None
    end: str
    when: Text
    facts: tuple[str, ...]


@dataclass(frozen=True)
class States:
    """Everything in `eni_states.yaml`."""

    states: Mapping[str, State]
    """Values of `State`."""
    last_update_statuses: Mapping[str, State]
    """Values of `LastUpdateStatus`."""
    reason_codes: Mapping[str, State]
    """Values of `StateReasonCode` and `LastUpdateStatusReasonCode` that can concern VPC settings."""
    other_reason_codes: frozenset[str] = field(repr=False)
    """The remaining values of the two."""
    transitions: tuple[Transition, ...] = ()
    """Between the values of `State`, in the order of the file."""

    @property
    def operations(self) -> tuple[str, ...]:
        """Every operation that a row speaks of, in the order of the file."""
        rows = (*self.states.values(), *self.last_update_statuses.values())
        return tuple(dict.fromkeys(name for row in rows for name in (*row.works, *row.refused)))


@cache
def function_states() -> States:
    """The states of a function, read from `eni_states.yaml`.

    >>> function_states().states["Pending"].answer("Invoke").value
    'refused'
    """
    data = own_data.load(Path(__file__).with_name("eni_states.yaml"))

    def rows(table: str) -> dict[str, State]:
        return {
            name: State(
                name,
                row["meaning"],
                row["to-do"],
                tuple(row["facts"]),
                tuple(row.get("works", ())),
                tuple(row.get("refused", ())),
                tuple(row.get("exceptions", ())),
            )
            for name, row in data[table].items()
        }

    return States(
        rows("states"),
        rows("last-update-statuses"),
        rows("reason-codes"),
        frozenset(data["other-reason-codes"]),
        tuple(
            Transition(row.get("from"), row.get("create"), row["to"], row["when"], tuple(row["facts"]))
            for row in data["transitions"]
        ),
    )


def answer(operation: str, state: str, last_update_status: str = "Successful") -> Answer:
    """What becomes of an operation, given a function's state and the status of its last update.

    A refusal by either is a refusal; it works only if neither leaves it open (facts E05, E06).

    Args:
        operation: an operation of the Lambda API, such as `UpdateFunctionCode`.
        state: `State` as `GetFunctionConfiguration` returns it.
        last_update_status: `LastUpdateStatus` as it returns it.

    Raises:
        ValueError: an unknown operation, state or status.

    >>> answer("Invoke", "Active", "InProgress").value
    'works'
    >>> answer("UpdateFunctionCode", "Active", "InProgress").value
    'refused'
    >>> answer("Invoke", "Deactivated").value
    'undocumented'
    """
    known = function_states()
    for what, word, words in (
        ("operation", operation, known.operations),
        ("state", state, known.states),
        ("last update status", last_update_status, known.last_update_statuses),
    ):
        if word not in words:
            raise ValueError(f"unknown {what} '{word}'{suggestion(word, list(words))}")
    both = {
        known.states[state].answer(operation),
        known.last_update_statuses[last_update_status].answer(operation),
    }
    return next(one for one in (Answer.REFUSED, Answer.UNDOCUMENTED, Answer.WORKS) if one in both)
