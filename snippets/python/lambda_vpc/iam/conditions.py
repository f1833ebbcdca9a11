"""The IAM condition operators: does one `Condition` entry of a statement match the request context?

Three answers: `True`, `False`, or [`Undetermined`][lambda_vpc.answers.Undetermined] where AWS documents
none. The rules are those of the IAM User Guide, "Condition operators", "Single-valued vs. multivalued
context keys" and "Variables and tags"; facts K04, K09 and K10 name the ones people stumble over.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache

from lambda_vpc.answers import Answer, Undetermined, both, either, negate
from lambda_vpc.iam import service_reference
from lambda_vpc.iam.patterns import ESCAPES, matches, replace_variables, unescape
from lambda_vpc.iam.patterns import glob as glob  # part of this module for its callers
from lambda_vpc.reading import near


class PolicyError(ValueError):
    """A policy that IAM's grammar does not know; the message names the element and the mend."""


Values = tuple[str, ...]
Context = Mapping[str, Values]
"""Request context: lower-case key to its values; no value: the key is known to be absent."""
MayCarry = Callable[[str], bool]
"""Whether a request may carry a lower-case key that is missing from its context."""
PRESENT: Values = ("\ue010",)
"""Values of a key that the request carries without its value being documented."""


# --- values -------------------------------------------------------------------------------------


def texts(value: object) -> Values:
    """The values of a condition key, each as text: JSON's numbers and truth values stand for their text.

    Raises:
        ValueError: the value is none a condition key has, such as `null`; the message says what is expected.
    """
    values = value if isinstance(value, (list, tuple)) else (value,)
    if all(isinstance(item, str) for item in values):
        return tuple(values)
    if not all(isinstance(item, (str, bool, int, float)) for item in values):
        raise ValueError("expected a text, a number, true or false, or a list of them")
    return tuple(item if isinstance(item, str) else str(item).lower() for item in values)


# --- policy variables ---------------------------------------------------------------------------


def _name_and_default(inside: str) -> tuple[str, str | None]:
    """Take `aws:PrincipalTag/team, 'none'` apart."""
    name, comma, written = inside.partition(",")
    default = written.strip()
    if comma and len(default) > 1 and default[0] == default[-1] == "'" and default.count("'") == 2:
        return name.strip(), default[1:-1]
    return inside.strip(), None


def substitute(text: str, context: Context, may_carry: MayCarry) -> str | Undetermined | None:
    """Replace policy variables (policy version 2012-10-17) by their values in the request.

    Args:
        text: a `Resource` or condition value of a policy.
        context: the request context.
        may_carry: whether a key missing from the context may be present in the real request.

    Returns:
        The text with escaped characters marked, `None` when a variable has no value in the request
        (the statement then does not match), or `Undetermined`.
    """
    if "${" not in text:
        return text
    missing: list[Undetermined | None] = []

    def value_of(match: re.Match[str]) -> str:
        name = match[1]
        if name in ESCAPES:
            return ESCAPES[name]
        key, default = _name_and_default(name)
        key = key.lower()
        values = context.get(key, ())
        if not values:
            if key not in context and may_carry(key):
                missing.append(Undetermined(f"the value of {key} in this request is not known"))
            elif default is None:
                missing.append(None)
            return default or ""
        if values == PRESENT:
            missing.append(Undetermined(f"the value of {key} in this request is not documented"))
            return ""
        if len(values) > 1 or is_multivalued(key):
            missing.append(Undetermined(f"{key} is multivalued and cannot be a policy variable"))
            return ""
        # A value is inserted as text: a '*' in it is that character, not a wildcard.
        return "".join(ESCAPES.get(c, c) for c in values[0])

    replaced = replace_variables(text, value_of)
    if None in missing:
        return None
    return missing[0] if missing else replaced


def unresolved_variable(replaced: Undetermined | None, written: str) -> Undetermined:
    """What to answer where a variable without a known value would matter."""
    return (
        Undetermined(f"a variable in {written} has no value in this request")
        if replaced is None
        else replaced
    )


# --- the operators ------------------------------------------------------------------------------


def _equals(request: str, policy: str) -> Answer:
    return request == unescape(policy)


def _equals_ignore_case(request: str, policy: str) -> Answer:
    return request.lower() == unescape(policy).lower()


def _like(request: str, policy: str) -> Answer:
    return matches(policy, request)


# An integer or a decimal, as documented: no exponent, no digit grouping.
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
# The formats of the W3C note on ISO 8601: a time always comes with its zone.
_W3C_DATE = re.compile(
    r"[0-9]{4}(-[0-9]{2}(-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2}))?)?)?"
)


def _number(text: str) -> Decimal | None:
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def _date(text: str) -> datetime | None:
    try:
        if _W3C_DATE.fullmatch(text):
            # A year or a month begins with its first day, a day at midnight UTC.
            found = datetime.fromisoformat(text + "-01" * (2 - text[:10].count("-")))
            return found if found.tzinfo else found.replace(tzinfo=UTC)
        if _NUMBER.fullmatch(text):
            return datetime.fromtimestamp(float(text), UTC)
    except (OverflowError, OSError, ValueError):
        return None
    return None


def _comparing(kind: str, read: Callable[[str], object], compare: Callable) -> Callable[[str, str], Answer]:
    def test(request: str, policy: str) -> Answer:
        left, right = read(request), read(policy)
        if left is None or right is None:
            wrong = request if left is None else policy
            return Undetermined(f"'{wrong}' is not a {kind}; AWS documents no result for the comparison")
        return compare(left, right)

    return test


def _boolean(request: str, policy: str) -> Answer:
    known = ("true", "false")
    if request.lower() not in known or policy.lower() not in known:
        return Undetermined("a Bool comparison with a value other than true or false is not documented")
    return request.lower() == policy.lower()


def _binary(request: str, policy: str) -> Answer:
    try:
        return base64.b64decode(request, validate=True) == base64.b64decode(policy, validate=True)
    except (binascii.Error, ValueError):
        return Undetermined("a binary comparison with a value that is not Base64 is not documented")


# The prefix length in CIDR notation; Python's reader also takes a netmask.
_PREFIX_LENGTH = re.compile(r"[0-9]{1,3}")


def _in_network(request: str, policy: str) -> Answer:
    _, slash, prefix = policy.partition("/")
    if slash and not _PREFIX_LENGTH.fullmatch(prefix):
        return Undetermined(f"'{policy}' is not in CIDR notation, the only one AWS documents")
    try:
        address, network = ipaddress.ip_address(request), ipaddress.ip_network(policy, strict=False)
    except ValueError:
        return Undetermined(f"'{request}' in '{policy}' is not an address in a CIDR block")
    if network.version == 6 and "/" not in policy:
        return Undetermined("the prefix of a single IPv6 address is not documented")
    return address in network


def _arn(request: str, policy: str) -> Answer:
    wanted, given = policy.split(":", 5), request.split(":", 5)
    if len(wanted) < 6 or len(given) < 6:
        wrong = unescape(policy) if len(wanted) < 6 else request
        return Undetermined(f"'{wrong}' does not have the six parts of an ARN")
    return all(matches(pattern, part) for pattern, part in zip(wanted, given, strict=True))


@dataclass(frozen=True)
class _Comparison:
    test: Callable[[str, str], Answer]
    negated: bool = False
    variables: bool = False


def _pairs() -> dict[str, _Comparison]:
    table = {
        "StringEquals": _Comparison(_equals, variables=True),
        "StringEqualsIgnoreCase": _Comparison(_equals_ignore_case, variables=True),
        "StringLike": _Comparison(_like, variables=True),
        "ArnEquals": _Comparison(_arn, variables=True),
        "ArnLike": _Comparison(_arn, variables=True),
        "Bool": _Comparison(_boolean, variables=True),
        "BinaryEquals": _Comparison(_binary),
        "IpAddress": _Comparison(_in_network),
        "NotIpAddress": _Comparison(_in_network, negated=True),
    }
    for name in ("StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike"):
        negative = re.sub("^(String|Arn)", r"\1Not", name)
        table[negative] = _Comparison(table[name].test, negated=True, variables=True)
    for kind, read in (("Numeric", _number), ("Date", _date)):
        word = "number" if kind == "Numeric" else "date"
        table[f"{kind}Equals"] = _Comparison(_comparing(word, read, operator.eq))
        table[f"{kind}NotEquals"] = _Comparison(_comparing(word, read, operator.eq), negated=True)
        table[f"{kind}LessThan"] = _Comparison(_comparing(word, read, operator.lt))
        table[f"{kind}LessThanEquals"] = _Comparison(_comparing(word, read, operator.le))
        table[f"{kind}GreaterThan"] = _Comparison(_comparing(word, read, operator.gt))
        table[f"{kind}GreaterThanEquals"] = _Comparison(_comparing(word, read, operator.ge))
    return table


_OPERATORS = _pairs()
OPERATORS: tuple[str, ...] = (*_OPERATORS, "Null")
"""Every condition operator without set operator and `IfExists`, in canonical spelling."""
SET_OPERATORS = ("ForAllValues", "ForAnyValue")


@dataclass(frozen=True)
class Operator:
    """An operator as written in a policy, taken apart."""

    set_operator: str | None
    """`ForAllValues`, `ForAnyValue` or `None`."""
    name: str
    if_exists: bool


@lru_cache(maxsize=1024)
def parse_operator(text: str) -> Operator:
    """Take `ForAllValues:StringEqualsIfExists` apart.

    Raises:
        PolicyError: the operator does not exist; the message names the nearest one.
    """
    set_operator, colon, rest = text.rpartition(":")
    name = rest.removesuffix("IfExists")
    if_exists = name != rest
    if (colon and set_operator not in SET_OPERATORS) or name not in OPERATORS:
        known = [*OPERATORS, *(f"{prefix}:{name}" for prefix in SET_OPERATORS for name in OPERATORS)]
        raise PolicyError(f"unknown condition operator '{text}'{near(text, known)}")
    if name == "Null" and (colon or if_exists):
        raise PolicyError(f"'{text}': Null takes neither a set operator nor IfExists")
    return Operator(set_operator or None, name, if_exists)


@lru_cache(maxsize=1024)
def is_multivalued(key: str) -> bool | None:
    """Whether the key takes several values, by the Service Authorization Reference; `None`: key unknown."""
    found = service_reference.condition_key(key)
    return None if found is None else found.multivalued


@dataclass(frozen=True)
class Condition:
    """One key of one operator of a statement's `Condition`."""

    operator: Operator
    key: str
    """As written in the policy."""
    values: Values
    variables: bool
    """Whether the policy's version knows policy variables."""

    def answer(self, context: Context, may_carry: MayCarry) -> Answer:
        """Whether the request meets this condition.

        Args:
            context: lower-case keys and their values.
            may_carry: whether a key missing from the context may be present in the real request.
        """
        key = self.key.lower()
        values = context.get(key, ())
        absent = not values
        if absent and key not in context and may_carry(key):
            return Undetermined(f"whether this request carries {self.key}, and with what value, is not known")
        # An empty string is an empty set of values.
        nothing = not any(values)
        if not self.values:
            return self._without_values(nothing)
        if self.operator.name == "Null":
            if nothing and not absent and not is_multivalued(key):
                return Undetermined(f"whether an empty {self.key} counts as null is not documented")
            return either([_boolean(str(nothing).lower(), value) for value in self.values])
        if values == PRESENT:
            return Undetermined(f"AWS does not document which value {self.key} has in this request")
        if absent:
            return self._of_missing_key()
        if self.operator.set_operator is not None:
            return self._of_set(values, context, may_carry)
        if is_multivalued(key) or len(values) > 1:
            return Undetermined(
                f"{self.operator.name} without a set operator on the multivalued key {self.key}"
            )
        return self._of_value(values[0], context, may_carry)

    def _of_missing_key(self) -> Answer:
        """The key is known to be absent."""
        if self.operator.set_operator == "ForAnyValue":
            if self.operator.if_exists:
                # IfExists says true of a missing key, ForAnyValue says false.
                return Undetermined(
                    f"{self.key} is missing, where ForAnyValue and IfExists contradict each other"
                )
            return False
        for_all = self.operator.set_operator == "ForAllValues"
        return for_all or self.operator.if_exists or _OPERATORS[self.operator.name].negated

    def _of_set(self, values: Values, context: Context, may_carry: MayCarry) -> Answer:
        """Every value, or any, by the set operator."""
        for_all = self.operator.set_operator == "ForAllValues"
        if not any(values):
            return for_all
        members = [
            self._of_value(value, context, may_carry)
            if value
            else Undetermined(f"an empty string among other values of {self.key} is not documented")
            for value in values
        ]
        return both(members) if for_all else either(members)

    def _without_values(self, nothing: bool) -> Answer:
        """An empty list in the policy: IAM Access Analyzer's policy checks "Empty array condition"."""
        if self.operator.if_exists or self.operator.set_operator == "ForAllValues":
            return nothing
        if self.operator.set_operator == "ForAnyValue":
            return False
        return Undetermined(f"{self.operator.name} {self.key} without any value is documented both ways")

    def _of_value(self, value: str, context: Context, may_carry: MayCarry) -> Answer:
        """One value of the request against all of the policy."""
        rule = _OPERATORS[self.operator.name]
        answers: list[Answer] = []
        unresolved: Undetermined | None = None
        for wanted in self.values:
            if self.variables and "${" in wanted:
                if rule.variables:
                    replaced = substitute(wanted, context, may_carry)
                else:
                    replaced = Undetermined(f"{self.operator.name} does not take policy variables")
                if not isinstance(replaced, str):
                    answers.append(False if replaced is None else replaced)
                    unresolved = unresolved_variable(replaced, wanted)
                    continue
                wanted = replaced
            answers.append(rule.test(value, wanted))
        found = either(answers)
        if unresolved is not None and (rule.negated or found is not False):
            # Documented: such a variable matches nothing and "might" make the whole statement invalid.
            # Where the two readings differ, there is no answer.
            return unresolved
        return negate(found) if rule.negated else found
