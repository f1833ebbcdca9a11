"""Resolve CloudFormation's intrinsic functions as far as a template determines them; the rest is Unknown."""

from __future__ import annotations

import base64
import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from lambda_vpc.answers import Answer, Undetermined, both, either, negate


class Origin(Enum):
    """Where a value that is not known comes from."""

    OPEN = auto()
    """Not known: it may be anything, a resource of this template included."""
    EXISTING = auto()
    """There before the template is deployed: a parameter, an import, an SSM parameter, an id written out."""
    GENERATED = auto()
    """AWS makes it at deployment: it exists then, only its text is not known."""


@dataclass(frozen=True)
class Unknown:
    """A value the template leaves open."""

    what: str
    """What would have to be known, such as `parameter VpcId`; for people, nothing hangs on its wording."""
    origin: Origin = Origin.OPEN


@dataclass(frozen=True)
class Reference:
    """A resource of the template, or one attribute of it."""

    resource: str
    """Logical id; `Stack/Resource` inside a nested stack."""
    attribute: str | None = None
    """`None`: the resource itself, by the id that `Ref` and its id attribute give."""

    def __str__(self) -> str:
        return f"${{{self.resource}{'.' + self.attribute if self.attribute else ''}}}"


class _NoValue:
    """What `AWS::NoValue` gives: the key or item is as if it were not written."""


NO_VALUE = _NoValue()


_ID_TYPES = {
    "GroupId": "SecurityGroup", "VpcId": "VPC", "SubnetId": "Subnet", "NatGatewayId": "NatGateway",
    "InternetGatewayId": "InternetGateway", "RouteTableId": "RouteTable", "InstanceId": "Instance",
    "NetworkAclId": "NetworkAcl", "PrefixListId": "PrefixList",
}  # fmt: skip
# Attributes that repeat a property of the resource.
_PROPERTY_ATTRIBUTES = frozenset(("CidrBlock", "AvailabilityZone", "VpcId", "SubnetId"))

PSEUDO = ("AccountId", "NotificationARNs", "Partition", "Region", "StackId", "StackName", "URLSuffix")
# The order in which GetAZs lists zones; Tokyo has no zone b for most accounts. The zones' letters name
# them here: two positions are two zones, whatever an account calls them.
_ZONES = {"ap-northeast-1": "acd"}
_DEFAULT_ZONES = "abcdef"
DEFAULT_REGION = "ap-northeast-1"

_SUBSTITUTION = re.compile(r"\$\{([^!}][^}]*)\}")
_LITERAL = re.compile(r"\$\{!([^}]*)\}")
_DYNAMIC = re.compile(r"\{\{resolve:[^}]*\}\}")
_PLACEHOLDER = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
MAX_CIDRS = 256


class Scope:
    """One stack with its parameters and conditions settled: turns written values into plain ones."""

    def __init__(
        self,
        document: Mapping,
        values: Mapping[str, object],
        *,
        prefix: str = "",
        fixed: Mapping[str, object] | None = None,
        exported: Callable[[str, str], object] | None = None,
    ) -> None:
        self.parameters: Mapping = _mapping(document.get("Parameters"))
        self.mappings = _mapping(document.get("Mappings"))
        self.conditions = _mapping(document.get("Conditions"))
        self.resources = _mapping(document.get("Resources"))
        self.values = values
        self.fixed = fixed or {}
        self.prefix = prefix
        self.exported = exported
        self._known: dict[str, Answer] = {}
        self._open: set[str] = set()

    # --- values ---------------------------------------------------------------------------------

    def resolve(self, value: object) -> object:
        """The value with every intrinsic function replaced; Unknown, Reference and NO_VALUE may appear."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, list):
            found = [self.resolve(item) for item in value]
            return [item for item in found if item is not NO_VALUE]
        if not isinstance(value, Mapping):
            return value
        if len(value) == 1:
            ((name, argument),) = value.items()
            if name == "Ref":
                return self._ref(argument)
            if name == "Condition" and isinstance(argument, str):
                return value
            if isinstance(name, str) and name.startswith("Fn::"):
                function = _FUNCTIONS.get(name)
                return function(self, argument) if function else Unknown(name)
        found = {key: self.resolve(item) for key, item in value.items()}
        return {key: item for key, item in found.items() if item is not NO_VALUE}

    def _text(self, text: str) -> object:
        if "{" in text:
            dynamic = _DYNAMIC.search(text)
            if dynamic:
                return Unknown(f"dynamic reference {dynamic[0]}")
            placeholder = _PLACEHOLDER.fullmatch(text.strip())
            if placeholder:
                return Unknown(f"placeholder {placeholder[0]}")
        return text

    def _ref(self, name: object) -> object:
        if not isinstance(name, str):
            return Unknown("a Ref that is not a name")
        if name in self.parameters or name in self.values:
            return self.values.get(name, Unknown(f"parameter {self.prefix}{name}", Origin.EXISTING))
        if name.startswith("AWS::"):
            return self._pseudo(name)
        if name in self.resources:
            return Reference(self.prefix + name)
        return Unknown(f"'{name}', which this template does not define")

    def _pseudo(self, name: str) -> object:
        if name == "AWS::NoValue":
            return NO_VALUE
        if name in self.fixed:
            return self.fixed[name]
        if name.removeprefix("AWS::") in PSEUDO:
            # Stays recognizable inside longer texts, such as the name of an endpoint's service.
            return f"${{{name}}}"
        return Unknown(f"pseudo parameter {name}")

    def _get_att(self, argument: object) -> object:
        if isinstance(argument, str):
            argument = list(argument.partition(".")[::2])
        if not isinstance(argument, list) or len(argument) != 2 or not isinstance(argument[0], str):
            return Unknown("a GetAtt that is not a resource and an attribute")
        name, attribute = argument[0], self.resolve(argument[1])
        if not isinstance(attribute, str):
            return Unknown(f"an attribute of {name}")
        if name not in self.resources:
            return Unknown(f"'{name}', which this template does not define")
        if attribute.startswith("Outputs.") and self.exported is not None:
            return self.exported(name, attribute.removeprefix("Outputs."))
        resource = _mapping(self.resources[name])
        type_ = str(resource.get("Type", "")).rpartition("::")[2]
        if attribute == "Id" or _ID_TYPES.get(attribute) == type_:
            return Reference(self.prefix + name)
        if attribute in _PROPERTY_ATTRIBUTES and type_ in ("VPC", "Subnet"):
            # A property that refers to itself through GetAtt stays a reference.
            written = _mapping(resource.get("Properties")).get(attribute)
            key = f"{name}.{attribute}"
            if written is not None and key not in self._open:
                self._open.add(key)
                try:
                    return self.resolve(written)
                finally:
                    self._open.discard(key)
        return Reference(self.prefix + name, attribute)

    def _sub(self, argument: object) -> object:
        text, own = argument, {}
        if isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], Mapping):
            text, own = argument[0], argument[1]
        if not isinstance(text, str):
            return Unknown("a Sub that is not a text")
        unknown: list[Unknown] = []

        def replaced(match: re.Match[str]) -> str:
            name = match[1].strip()
            if name in own:
                value = self.resolve(own[name])
            elif "." in name:
                value = self._get_att(name)
            else:
                value = self._ref(name)
            found = _as_text(value)
            if isinstance(found, Unknown):
                unknown.append(found)
                return ""
            return found

        found = _SUBSTITUTION.sub(replaced, text)
        return unknown[0] if unknown else self._text(_LITERAL.sub(r"${\1}", found))

    def _join(self, argument: object) -> object:
        if not isinstance(argument, list) or len(argument) != 2:
            return Unknown("a Join that is not a delimiter and a list")
        delimiter, items = self.resolve(argument[0]), self.resolve(argument[1])
        if isinstance(items, Unknown):
            return items
        if not isinstance(delimiter, str) or not isinstance(items, list):
            return Unknown("a Join that is not a delimiter and a list")
        if len(items) == 1 and isinstance(items[0], Reference | Unknown):
            return items[0]
        texts = [_as_text(item) for item in items]
        open_ = next((text for text in texts if isinstance(text, Unknown)), None)
        return open_ if open_ else delimiter.join(texts)

    def _split(self, argument: object) -> object:
        if not isinstance(argument, list) or len(argument) != 2:
            return Unknown("a Split that is not a delimiter and a text")
        delimiter, text = self.resolve(argument[0]), self.resolve(argument[1])
        if isinstance(text, Unknown):
            return text
        if isinstance(text, Reference):
            return Unknown(f"{text}", Origin.GENERATED)
        if not isinstance(delimiter, str) or not delimiter or not isinstance(text, str):
            return Unknown("a Split that is not a delimiter and a text")
        return [whole_reference(part) for part in text.split(delimiter)]

    def _select(self, argument: object) -> object:
        if not isinstance(argument, list) or len(argument) != 2:
            return Unknown("a Select that is not a position and a list")
        position, items = self.resolve(argument[0]), self.resolve(argument[1])
        for value in (items, position):
            if isinstance(value, Unknown):
                return value
        if isinstance(items, Reference):
            return Unknown(str(items), Origin.GENERATED)
        number = _integer(position)
        if number is None or not isinstance(items, list):
            return Unknown("a Select that is not a position and a list")
        if not 0 <= number < len(items):
            return Unknown(f"item {number} of a list of {len(items)}")
        return items[number]

    def _get_azs(self, argument: object) -> object:
        region = self.resolve(argument)
        if isinstance(region, Unknown):
            return region
        if region in ("", None, "${AWS::Region}"):
            region = self.fixed.get("AWS::Region", "${AWS::Region}")
        if not isinstance(region, str):
            return Unknown("the Region of GetAZs")
        place = DEFAULT_REGION if region.startswith("$") else region
        return [region + letter for letter in _ZONES.get(place, _DEFAULT_ZONES)]

    def _cidr(self, argument: object) -> object:
        if not isinstance(argument, list) or not 2 <= len(argument) <= 3:
            return Unknown("a Cidr that is not a block, a count and a size")
        block, count, *rest = (self.resolve(item) for item in argument)
        if isinstance(block, Reference):
            return Unknown(str(block), Origin.GENERATED)
        for value in (block, count, *rest):
            if isinstance(value, Unknown):
                return value
        number, bits = _integer(count), _integer(rest[0]) if rest else None
        network = as_network(block)
        if network is None or number is None or not 1 <= number <= MAX_CIDRS:
            return Unknown(f"Cidr of '{block}'")
        if bits is None:
            return Unknown("a Cidr without the size of its blocks")
        prefix = network.max_prefixlen - bits
        if not network.prefixlen <= prefix <= network.max_prefixlen:
            return Unknown(f"blocks of {bits} bits in {network}")
        found = []
        for index, subnet in enumerate(network.subnets(new_prefix=prefix)):
            if index == number:
                break
            found.append(str(subnet))
        return found if len(found) == number else Unknown(f"{number} blocks of {bits} bits in {network}")

    def _if(self, argument: object) -> object:
        if not isinstance(argument, list) or len(argument) != 3 or not isinstance(argument[0], str):
            return Unknown("an If that is not a condition and two values")
        answer = self.condition(argument[0])
        if answer is True:
            return self.resolve(argument[1])
        if answer is False:
            return self.resolve(argument[2])
        yes, no = self.resolve(argument[1]), self.resolve(argument[2])
        return yes if yes is not NO_VALUE and yes == no else Unknown(answer.question)

    def _find_in_map(self, argument: object) -> object:
        if not isinstance(argument, list) or not 3 <= len(argument) <= 4:
            return Unknown("a FindInMap that is not a map and two keys")
        found: object = self.mappings
        for step in argument[:3]:
            key = self.resolve(step)
            if isinstance(key, Unknown):
                return key
            if isinstance(key, str) and key.startswith("${"):
                return Unknown(f"{key[2:-1]}")
            if not isinstance(found, Mapping) or str(key) not in found:
                default = (
                    argument[3].get("DefaultValue")
                    if len(argument) == 4 and isinstance(argument[3], Mapping)
                    else None
                )
                return self.resolve(default) if default is not None else Unknown(f"'{key}' in a mapping")
            found = found[str(key)]
        return found

    def _base64(self, argument: object) -> object:
        text = self.resolve(argument)
        return base64.b64encode(text.encode()).decode() if isinstance(text, str) else text

    def _import(self, argument: object) -> object:
        name = _as_text(self.resolve(argument))
        what = name.what if isinstance(name, Unknown) else name
        return Unknown(f"import of {what}", Origin.EXISTING)

    # --- conditions -----------------------------------------------------------------------------

    def condition(self, name: str) -> Answer:
        """Whether a named condition holds; a circle or a missing condition is undetermined."""
        if name in self._known:
            return self._known[name]
        key = f"condition {name}"
        if name not in self.conditions:
            return Undetermined(f"condition {self.prefix}{name}, which this template does not define")
        if key in self._open:
            return Undetermined(f"condition {self.prefix}{name}, which refers to itself")
        self._open.add(key)
        try:
            answer = self.holds(self.conditions[name])
        finally:
            self._open.discard(key)
        if isinstance(answer, Undetermined):
            answer = Undetermined(f"condition {self.prefix}{name}")
        self._known[name] = answer
        return answer

    def holds(self, written: object) -> Answer:
        """Whether a written condition holds."""
        if not isinstance(written, Mapping) or len(written) != 1:
            return Undetermined("a condition that is not one function")
        ((name, argument),) = written.items()
        if name == "Condition" and isinstance(argument, str):
            return self.condition(argument)
        if not isinstance(argument, list):
            return Undetermined(f"{name} without a list")
        if name == "Fn::Equals" and len(argument) == 2:
            return self._equals(*argument)
        if name == "Fn::And":
            return both([self.holds(item) for item in argument])
        if name == "Fn::Or":
            return either([self.holds(item) for item in argument])
        if name == "Fn::Not" and len(argument) == 1:
            return negate(self.holds(argument[0]))
        return Undetermined(f"{name} in a condition")

    def _equals(self, left: object, right: object) -> Answer:
        values = [self.resolve(left), self.resolve(right)]
        excluded = [value for value in values if isinstance(value, Other)]
        plain = [value for value in values if not isinstance(value, Unknown)]
        if excluded and plain:
            return False if str(plain[0]) in excluded[0].excluded else Undetermined(excluded[0].what)
        for value in values:
            if isinstance(value, Unknown):
                return True if values[0] == values[1] and left == right else Undetermined(value.what)
        if values[0] == values[1]:
            return True
        texts = [_as_text(value) for value in values]
        if any(isinstance(text, Unknown) or "${" in text for text in texts):
            return Undetermined("a comparison with a value only AWS knows")
        return texts[0] == texts[1]


@dataclass(frozen=True)
class Other(Unknown):
    """A parameter known only to be none of some values."""

    excluded: frozenset[str] = frozenset()


_FUNCTIONS: Mapping[str, Callable[[Scope, object], object]] = {
    "Fn::Base64": Scope._base64,
    "Fn::Cidr": Scope._cidr,
    "Fn::FindInMap": Scope._find_in_map,
    "Fn::GetAtt": Scope._get_att,
    "Fn::GetAZs": Scope._get_azs,
    "Fn::If": Scope._if,
    "Fn::ImportValue": Scope._import,
    "Fn::Join": Scope._join,
    "Fn::Select": Scope._select,
    "Fn::Split": Scope._split,
    "Fn::Sub": Scope._sub,
}

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def as_network(text: object) -> Network | None:
    """A CIDR block, or `None` for a value that is none; host bits are dropped as EC2 drops them."""
    if not isinstance(text, str) or "/" not in text:
        return None
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _mapping(value: object) -> Mapping:
    return value if isinstance(value, Mapping) else {}


def _integer(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,9}", value):
        return int(value)
    return None


def _as_text(value: object) -> str | Unknown:
    if isinstance(value, Unknown):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float | Reference):
        return str(value)
    if isinstance(value, Sequence):
        return Unknown("a list inside a text")
    return Unknown("a value that is not a text")


def whole_reference(text: str) -> object:
    """A part of a split text that is one resource, as the Reference it was before it was joined."""
    found = re.fullmatch(r"\$\{([A-Za-z0-9/]+)\}", text)
    return Reference(found[1]) if found else text
