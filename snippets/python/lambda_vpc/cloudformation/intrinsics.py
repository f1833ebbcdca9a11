"""Resolve CloudFormation's intrinsic functions as far as a template determines them; the rest is Unknown."""

from __future__ import annotations

import base64
import ipaddress
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from lambda_vpc.answers import Answer, Undetermined, both, either, negate
from lambda_vpc.cloudformation.values import (
    NO_VALUE,
    OpenText,
    Origin,
    Other,
    Part,
    Pseudo,
    Reference,
    Unknown,
    compose,
    pieces,
    shown,
)

_ID_TYPES = {
    "GroupId": "SecurityGroup", "VpcId": "VPC", "SubnetId": "Subnet", "NatGatewayId": "NatGateway",
    "InternetGatewayId": "InternetGateway", "RouteTableId": "RouteTable", "InstanceId": "Instance",
    "NetworkAclId": "NetworkAcl", "PrefixListId": "PrefixList",
}  # fmt: skip
# Attributes that repeat a property of the resource.
_PROPERTY_ATTRIBUTES = frozenset(("CidrBlock", "AvailabilityZone", "VpcId"))

PSEUDO = ("AccountId", "NotificationARNs", "Partition", "Region", "StackId", "StackName", "URLSuffix")
# The order in which GetAZs lists zones; Tokyo has no zone b for most accounts. The zones' letters name
# them here: two positions are two zones, whatever an account calls them.
_ZONES = {"ap-northeast-1": "acd"}
_DEFAULT_ZONES = "abcdef"
DEFAULT_REGION = "ap-northeast-1"

MAX_CIDRS = 256
MAX_TEXT = 50_000_000
"""Characters that the texts a template puts together may have in all, over all its scenarios."""
_ITEM = 50
"""What an item of a list, or a piece of a text, counts for as against a character."""
MAX_STEPS = 150
"""How deep values may refer to one another; a document itself is at most 100 levels deep."""


class TooLarge(Exception):
    """Values that grow, or refer to one another, beyond what any template needs."""


class Work:
    """What resolving a template has cost so far; shared by all its stacks and scenarios."""

    def __init__(self) -> None:
        self.left = MAX_TEXT
        self.depth = 0
        self._built_on: dict[int, tuple[Mapping, dict[str, list[str]]]] = {}

    def __enter__(self) -> None:
        """One level deeper.

        Raises:
            TooLarge: values refer to one another too deep.
        """
        if self.depth >= MAX_STEPS:
            raise TooLarge(f"values refer to one another more than {MAX_STEPS} levels deep; write them out")
        self.depth += 1

    def __exit__(self, *_: object) -> None:
        self.depth -= 1

    def built_on(self, conditions: Mapping) -> dict[str, list[str]]:
        """By name of a condition those that it builds on, as far as was asked: scenarios share them."""
        # What is kept with them has its id as long as they are here.
        return self._built_on.setdefault(id(conditions), (conditions, {}))[1]

    def spend(self, characters: int, items: int = 0) -> None:
        """Count a text or list that is about to be made.

        Raises:
            TooLarge: it would be one too many.
        """
        self.left -= characters + _ITEM * items
        if self.left < 0:
            raise TooLarge(
                f"texts and lists put together from one another exceed {MAX_TEXT:,} characters; "
                "write the value out, or build it from fewer parts"
            )


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
        work: Work | None = None,
    ) -> None:
        self.parameters: Mapping = mapping(document.get("Parameters"))
        self.mappings = mapping(document.get("Mappings"))
        self.conditions = mapping(document.get("Conditions"))
        self.resources = mapping(document.get("Resources"))
        self.outputs = mapping(document.get("Outputs"))
        self.values = values
        self.fixed = fixed or {}
        self.prefix = prefix
        self.exported = exported
        self.work = work or Work()
        self._known: dict[str, Answer] = {}
        self._built_on = self.work.built_on(self.conditions)
        self._attributes: dict[tuple[str, str], object] = {}
        self._open: set[str] = set()
        self._resolving: set[tuple[str, str]] = set()

    # --- values ---------------------------------------------------------------------------------

    def resolve(self, value: object) -> object:
        """The value with every intrinsic function replaced.

        Unknown, Reference, OpenText and NO_VALUE may appear in it.

        Raises:
            TooLarge: the value grows beyond every bound.
        """
        if isinstance(value, str):
            return _text(value)
        if not isinstance(value, Mapping | list):
            return value
        with self.work:
            return self._list(value) if isinstance(value, list) else self._map(value)

    def _list(self, value: list) -> object:
        found = []
        for item in value:
            resolved = self.resolve(item)
            if resolved is not NO_VALUE:
                found.append(resolved)
        return found

    def _map(self, value: Mapping) -> object:
        if len(value) == 1:
            ((name, argument),) = value.items()
            if name == "Ref":
                return self._ref(argument)
            if name.startswith("Fn::"):
                function = _FUNCTIONS.get(name)
                return function(self, argument) if function else Unknown(shown(name))
        found = {}
        for key, item in value.items():
            if key.startswith(("Fn::Transform", "Fn::ForEach::")):
                # It adds keys beside the written ones, or changes them.
                return Unknown(shown(key))
            resolved = self.resolve(item)
            if resolved is not NO_VALUE:
                found[key] = resolved
        return found

    def _ref(self, name: object) -> object:
        if not isinstance(name, str):
            return Unknown("a Ref that is not a name")
        if name in self.parameters:
            return self.values.get(name, Unknown(f"parameter {self.prefix}{shown(name)}", Origin.EXISTING))
        if name.startswith("AWS::"):
            return self._pseudo(name)
        if name in self.resources or self._is_sam_role(name):
            return Reference(self.prefix + name)
        return Unknown(f"'{shown(name)}', which this template does not define", Origin.MISSING)

    def _is_sam_role(self, name: str) -> bool:
        """Whether SAM makes this role, for a function without `Role`: `FunctionRole` for `Function`."""
        function = mapping(self.resources.get(name.removesuffix("Role")))
        return function.get("Type") == "AWS::Serverless::Function" and "Role" not in mapping(
            function.get("Properties")
        )

    def _pseudo(self, name: str) -> object:
        if name == "AWS::NoValue":
            return NO_VALUE
        if name.removeprefix("AWS::") not in PSEUDO:
            return Unknown(f"pseudo parameter {shown(name)}")
        value = self.fixed.get(name)
        # Not given, it stays recognizable inside longer texts, such as the name of an endpoint's service.
        return OpenText([Pseudo(name)]) if value is None or isinstance(value, Unknown) else value

    def _get_att(self, argument: object) -> object:
        if isinstance(argument, str):
            argument = argument.split(".", 1)
        match argument:
            case [str() as name, written]:
                attribute = self.resolve(written)
            case _:
                return Unknown("a GetAtt that is not a resource and an attribute")
        if not isinstance(attribute, str):
            return Unknown(f"an attribute of {shown(name)}")
        key = (name, attribute)
        if key not in self._attributes:
            # Once: attributes of attributes would otherwise be resolved again on every way to them.
            with self.work:
                self._attributes[key] = self._attribute(name, attribute)
        return self._attributes[key]

    def _attribute(self, name: str, attribute: str) -> object:
        if name not in self.resources:
            if self._is_sam_role(name):
                return Reference(self.prefix + name, attribute)
            return Unknown(f"'{shown(name)}', which this template does not define", Origin.MISSING)
        if attribute.startswith("Outputs.") and self.exported is not None:
            return self.exported(name, attribute.removeprefix("Outputs."))
        resource = mapping(self.resources[name])
        type_ = str(resource.get("Type")).rpartition("::")[2]
        if attribute == "Id" or _ID_TYPES.get(attribute) == type_:
            return Reference(self.prefix + name)
        if attribute in _PROPERTY_ATTRIBUTES and type_ in ("VPC", "Subnet"):
            # A property that refers to itself through GetAtt stays a reference.
            written = mapping(resource.get("Properties")).get(attribute)
            key = (name, attribute)
            if written is not None and key not in self._resolving:
                self._resolving.add(key)
                try:
                    return self.resolve(written)
                finally:
                    self._resolving.discard(key)
        return Reference(self.prefix + name, attribute)

    # --- texts ----------------------------------------------------------------------------------

    def _sub(self, argument: object) -> object:
        own: Mapping = {}
        match argument:
            case str() as text:
                pass
            case [str() as text, Mapping() as own]:
                pass
            case _:
                return Unknown("a Sub that is not a text")
        known: dict[str, object] = {}
        found: list[Part | Unknown] = []
        for literal, name in _substitutions(text):
            if name is None:
                found.append(literal)
                continue
            if name not in known:
                if name in own:
                    known[name] = self.resolve(own[name])
                else:
                    known[name] = self._get_att(name) if "." in name else self._ref(name)
            self._put(found, known[name])
        return self._composed(found)

    def _pair(self, argument: object) -> list:
        """The two arguments of a function, resolved; none where it has others."""
        if not isinstance(argument, list) or len(argument) != 2:
            return []
        return [self.resolve(item) for item in argument]

    def _join(self, argument: object) -> object:
        match self._pair(argument):
            case [_, Unknown() as items]:
                return items
            case [str() as delimiter, list() as items]:
                found: list[Part | Unknown] = []
                for position, item in enumerate(items):
                    if position:
                        self._put(found, delimiter)
                    self._put(found, item)
                return self._composed(found)
        return Unknown("a Join that is not a delimiter and a list")

    def _put(self, found: list[Part | Unknown], value: object) -> None:
        """Add the pieces of a value to those of a text."""
        parts = pieces(value)
        if parts is None:
            parts = (
                Unknown("a list inside a text" if isinstance(value, list) else "a value that is no text"),
            )
        self.work.spend(sum(len(part) for part in parts if isinstance(part, str)), len(parts))
        found.extend(parts)

    def _composed(self, parts: Sequence[Part | Unknown]) -> object:
        found = compose(parts)
        return _text(found) if type(found) is str else found

    def _split(self, argument: object) -> object:
        match self._pair(argument):
            case [_, Unknown() as text]:
                return text
            case [_, Reference() as resource]:
                return Unknown(f"{resource}", Origin.GENERATED)
            case [str() as delimiter, str() as text] if delimiter:
                self.work.spend(len(text), text.count(delimiter))
                return split(text, delimiter)
        return Unknown("a Split that is not a delimiter and a text")

    def _select(self, argument: object) -> object:
        pair = self._pair(argument)
        match pair and (_integer(pair[0]), *pair):
            case [_, Unknown() as position, _]:
                return position
            # Two items of a list that is not known are two things.
            case [int() as number, _, Unknown() as items]:
                return Unknown(f"item {number} of {items.what}", items.origin)
            case [int() as number, _, Reference() as items]:
                return Unknown(f"item {number} of {items}", Origin.GENERATED)
            case [int() as number, _, list() as items]:
                return (
                    items[number]
                    if 0 <= number < len(items)
                    else Unknown(f"item {number} of a list of {len(items)}")
                )
        return Unknown("a Select that is not a position and a list")

    def _base64(self, argument: object) -> object:
        text = self.resolve(argument)
        if isinstance(text, OpenText):
            return Unknown("a text in Base64 with a value only AWS knows", Origin.GENERATED)
        if not isinstance(text, str):
            return text
        self.work.spend(2 * len(text))
        return base64.b64encode(text.encode("utf-8", "surrogatepass")).decode()

    def _import(self, argument: object) -> object:
        name = self.resolve(argument)
        what = name.what if isinstance(name, Unknown) else name
        return Unknown(f"import of {shown(what)}", Origin.EXISTING)

    def _length(self, argument: object) -> object:
        items = self.resolve(argument)
        if isinstance(items, Unknown):
            return items
        return len(items) if isinstance(items, list) else Unknown("a Length of something that is no list")

    def _to_json(self, argument: object) -> object:
        """Text of a value as JSON; what is open in it stays open inside the text."""
        value = self.resolve(argument)
        return self._composed(list(self._json_parts(value)))

    def _json_parts(self, value: object) -> Iterator[Part | Unknown]:
        if isinstance(value, Mapping):
            opening = "{"
            for key, item in value.items():
                yield f"{opening}{json.dumps(key)}:"
                yield from self._json_parts(item)
                opening = ","
            yield "{}" if opening == "{" else "}"
        elif isinstance(value, list):
            yield "["
            for position, item in enumerate(value):
                if position:
                    yield ","
                yield from self._json_parts(item)
            yield "]"
        else:
            parts = pieces(value) if isinstance(value, str | Reference | Unknown) else None
            if parts is None:
                text = json.dumps(value, default=str)
                self.work.spend(len(text), 1)
                yield text
                return
            self.work.spend(sum(len(part) for part in parts if isinstance(part, str)), len(parts))
            yield '"'
            for part in parts:
                yield json.dumps(part)[1:-1] if isinstance(part, str) else part
            yield '"'

    # --- networks and zones ---------------------------------------------------------------------

    def _get_azs(self, argument: object) -> object:
        region = self.resolve(argument)
        if isinstance(region, Unknown):
            return region
        if region in ("", None):
            region = self._pseudo("AWS::Region")
        if not isinstance(region, str):
            return Unknown("the Region of GetAZs")
        place = DEFAULT_REGION if isinstance(region, OpenText) else region
        parts = pieces(region)
        return [compose((*parts, letter)) for letter in _ZONES.get(place, _DEFAULT_ZONES)]

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
            return Unknown(f"Cidr of '{shown(block)}'")
        if bits is None:
            return Unknown("a Cidr without the size of its blocks")
        prefix = network.max_prefixlen - bits
        if not network.prefixlen <= prefix <= network.max_prefixlen:
            return Unknown(f"blocks of {shown(bits)} bits in {network}")
        found = []
        for index, subnet in enumerate(network.subnets(new_prefix=prefix)):
            if index == number:
                break
            found.append(str(subnet))
        self.work.spend(0, number)
        return found if len(found) == number else Unknown(f"{number} blocks of {bits} bits in {network}")

    # --- choices --------------------------------------------------------------------------------

    def _if(self, argument: object) -> object:
        match argument:
            case [str() as name, if_true, if_false]:
                answer = self.condition(name)
            case _:
                return Unknown("an If that is not a condition and two values")
        if isinstance(answer, bool):
            return self.resolve(if_true if answer else if_false)
        yes, no = self.resolve(if_true), self.resolve(if_false)
        self._weigh(yes, no)
        return yes if yes is not NO_VALUE and yes == no else Unknown(answer.question)

    def _find_in_map(self, argument: object) -> object:
        if not isinstance(argument, list) or not 3 <= len(argument) <= 4:
            return Unknown("a FindInMap that is not a map and two keys")
        found: object = self.mappings
        for step in argument[:3]:
            key = self.resolve(step)
            if isinstance(key, Unknown):
                return Unknown(self._in_mapping(argument, key.what), key.origin)
            if isinstance(key, OpenText | Reference):
                return Unknown(self._in_mapping(argument, _only_aws_knows(key)))
            if not isinstance(found, Mapping) or str(key) not in found:
                rest = argument[3] if len(argument) == 4 else None
                if isinstance(rest, Mapping) and rest.get("DefaultValue") is not None:
                    return self.resolve(rest["DefaultValue"])
                return Unknown(f"'{shown(key)}' in a mapping")
            found = found[str(key)]
        return found

    def _in_mapping(self, argument: list, what: str) -> str:
        """How a value of a mapping is called that hangs on an open key: every value has a name of its own."""
        names = []
        for key in map(self.resolve, argument[:3]):
            if isinstance(key, Unknown):
                names.append(key.what)
            else:
                names.append(_only_aws_knows(key) if isinstance(key, OpenText | Reference) else str(key))
        names[names.index(what)] = "…"
        return f"{what}, a key of mapping {shown(' / '.join(names))}"

    # --- conditions -----------------------------------------------------------------------------

    def condition(self, name: str) -> Answer:
        """Whether a named condition holds; a circle or a missing condition is undetermined."""
        if name not in self.conditions:
            return Undetermined(f"condition {self.prefix}{shown(name)}, which this template does not define")
        if name in self._open:
            return Undetermined(f"condition {self.prefix}{shown(name)}, which refers to itself")
        # Those it builds on come first, without recursion: a chain of conditions may be as long as it likes.
        waiting = [name]
        try:
            while waiting:
                top = waiting[-1]
                if top in self._known:
                    waiting.pop()
                elif top not in self._open:
                    self._open.add(top)
                    waiting.extend(self._below(top))
                else:
                    self._known[top] = self._answered(top)
                    self._open.discard(top)
        finally:
            self._open.difference_update(waiting)
        return self._known[name]

    def _below(self, name: str) -> list[str]:
        """The conditions that have to be answered before this one."""
        if name not in self._built_on:
            found = dict.fromkeys(conditions_in(self.conditions[name]))
            self._built_on[name] = [n for n in found if n in self.conditions]
        return [n for n in self._built_on[name] if n not in self._open]

    def _answered(self, name: str) -> Answer:
        with self.work:
            answer = self.holds(self.conditions[name])
        if isinstance(answer, Undetermined) and not isinstance(answer, _OfCondition):
            return _OfCondition(f"condition {self.prefix}{shown(name)}: {answer.question}")
        return answer

    def holds(self, written: object) -> Answer:
        """Whether a written condition holds."""
        if not isinstance(written, Mapping) or len(written) != 1:
            return Undetermined("a condition that is not one function")
        ((name, argument),) = written.items()
        match name, argument:
            case "Condition", str():
                return self.condition(argument)
            case "Fn::Equals", [left, right]:
                return self._equals(left, right)
            case "Fn::And", list():
                return both([self.holds(item) for item in argument])
            case "Fn::Or", list():
                return either([self.holds(item) for item in argument])
            case "Fn::Not", [inner]:
                return negate(self.holds(inner))
            case _, list():
                return Undetermined(f"{shown(name)} in a condition")
        return Undetermined(f"{shown(name)} without a list")

    def _equals(self, left: object, right: object) -> Answer:
        values = [self._side(left, right), self._side(right, left)]
        self._weigh(*values)
        excluded = [value for value in values if isinstance(value, Other)]
        plain = [value for value in values if not isinstance(value, Unknown)]
        if excluded and plain:
            text = compared(plain[0])
            return False if text in excluded[0].excluded else Undetermined(excluded[0].what)
        for value in values:
            if isinstance(value, Unknown):
                return True if values[0] == values[1] and left == right else Undetermined(value.what)
        if values[0] == values[1]:
            return True
        for value in values:
            if isinstance(value, OpenText | Reference):
                return Undetermined(_only_aws_knows(value))
        texts = [compared(value) for value in values]
        if None in texts:
            return Undetermined("a comparison with a value that is no text")
        return texts[0] == texts[1]

    def _weigh(self, *values: object) -> None:
        """Count lists that are about to be compared: several comparisons may share them."""
        self.work.spend(0, sum(len(value) for value in values if isinstance(value, list)))

    def _side(self, written: object, other: object) -> object:
        """One side of a comparison: a parameter known to be something else is that, however it is written."""
        name = compared_parameter(written, other)
        value = self.fixed.get(name) or self.values.get(name) if name is not None else None
        if isinstance(value, Other):
            return value
        # The first item of a list nobody filled is the empty text: so templates ask whether it is filled.
        return "" if value == [] and other == "" else self.resolve(written)


class _OfCondition(Undetermined):
    """A question that names its condition already."""


_FUNCTIONS: Mapping[str, Callable[[Scope, object], object]] = {
    "Fn::Base64": Scope._base64,
    "Fn::Cidr": Scope._cidr,
    "Fn::FindInMap": Scope._find_in_map,
    "Fn::GetAtt": Scope._get_att,
    "Fn::GetAZs": Scope._get_azs,
    "Fn::If": Scope._if,
    "Fn::ImportValue": Scope._import,
    "Fn::Join": Scope._join,
    "Fn::Length": Scope._length,
    "Fn::Select": Scope._select,
    "Fn::Split": Scope._split,
    "Fn::Sub": Scope._sub,
    "Fn::ToJsonString": Scope._to_json,
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


def mapping(value: object) -> Mapping:
    """The value where it is a map, otherwise an empty one."""
    return value if isinstance(value, Mapping) else {}


def plain(value: object) -> str:
    """A scalar as CloudFormation writes it into a text."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def compared(value: object) -> str | None:
    """A value as conditions compare it; `None` for one that is no text."""
    return plain(value) if isinstance(value, str | int | float) else None


def compared_parameter(written: object, other: object) -> str | None:
    """The parameter that one side of an `Fn::Equals` compares; `None` when it is none, or more than one.

    A list is compared with the empty text by joining it, or by its first item: both ask whether it is empty.
    """
    while isinstance(written, Mapping) and len(written) == 1:
        ((function, argument),) = written.items()
        if function == "Ref":
            return argument if isinstance(argument, str) else None
        if function == "Fn::Sub" and isinstance(argument, str):
            name = argument[2:-1].strip()
            return name if argument == f"${{{argument[2:-1]}}}" and re.fullmatch(r"[\w:]+", name) else None
        is_empty = function in ("Fn::Join", "Fn::Select", "Fn::Split") and other == ""
        if not is_empty or not isinstance(argument, list) or len(argument) != 2:
            return None
        written = argument[1]
        if isinstance(written, list) and len(written) == 1 and function == "Fn::Join":
            written = written[0]
    return None


def substituted(argument: object) -> Iterator[str]:
    """Names of what an `Fn::Sub` puts into its text: parameters, pseudo parameters and resources."""
    text = argument[0] if isinstance(argument, list) and argument else argument
    if isinstance(text, str):
        yield from (
            name.partition(".")[0] for _, name in _substitutions(text) if name and name != "AWS::Region"
        )


def conditions_in(written: object) -> Iterator[str]:
    """Names of the conditions that a condition builds on."""
    for part in parts_of(written):
        match part:
            case {"Condition": str() as name} | {"Fn::If": [str() as name, *_]}:
                yield name


def parts_of(value: object, without: frozenset[str] = frozenset()) -> Iterator[Mapping | list]:
    """Every map and list of a value, itself included; an aliased one once.

    Args:
        value: what is looked through.
        without: keys whose values are passed over.
    """
    waiting, seen = [value], set()
    while waiting:
        part = waiting.pop()
        if isinstance(part, Mapping | list):
            if id(part) in seen:
                continue
            seen.add(id(part))
            yield part
            inner = part if isinstance(part, list) else [v for k, v in part.items() if k not in without]
            waiting.extend(reversed(inner))


def split(text: str, delimiter: str) -> list[object]:
    """The items of a text; a resource between two delimiters is the Reference it was before it was joined."""
    if not isinstance(text, OpenText):
        return [_text(item) for item in text.split(delimiter)]
    items: list[list[Part | Unknown]] = [[]]
    for part in text.parts:
        if not isinstance(part, str):
            if _may_hold(part, delimiter):
                return Unknown(f"{shown(text)} split by '{shown(delimiter)}'", Origin.GENERATED)
            items[-1].append(part)
            continue
        first, *rest = part.split(delimiter)
        items[-1].append(first)
        items.extend([piece] for piece in rest)
    return [compose(item) for item in items]


# Letters that an id, a Region, a partition or an account number has beside letters and digits.
_BETWEEN_ITEMS = frozenset(",;| \n\t")


def _may_hold(part: Reference | Pseudo, delimiter: str) -> bool:
    """Whether the text of an open piece may hold the delimiter, so that where it is split is not known."""
    if isinstance(part, Pseudo) and part.name in ("AWS::Region", "AWS::Partition", "AWS::AccountId"):
        return set(delimiter) <= set("-abcdefghijklmnopqrstuvwxyz0123456789")
    return not set(delimiter) & _BETWEEN_ITEMS


def _only_aws_knows(value: OpenText | Reference) -> str:
    """What is missing where a choice hangs on an open text."""
    parts = value.parts if isinstance(value, OpenText) else (value,)
    for part in parts:
        if isinstance(part, Pseudo):
            return "AWS::Region (give --region)" if part.name == "AWS::Region" else part.name
    return f"{shown(value)}, which only AWS knows"


def _integer(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,9}", value):
        return int(value)
    return None


def _text(text: str) -> object:
    """A text as written; a dynamic reference, or a template engine's placeholder, is open."""
    if dynamic := _dynamic_reference(text):
        return Unknown(f"dynamic reference {shown(dynamic)}")
    whole = text.strip()
    if re.fullmatch(r"\{\{.*\}\}|\{%.*%\}", whole, re.DOTALL):
        return Unknown(f"placeholder {shown(whole)}")
    return text


def _dynamic_reference(text: str) -> str | None:
    """The first `{{resolve:...}}` in a text, in one pass."""
    start = text.find("{{resolve:")
    while start >= 0:
        end = text.find("}", start)
        if end < 0:
            return None
        if text.startswith("}}", end):
            return text[start : end + 2]
        start = text.find("{{resolve:", end)
    return None


def _substitutions(text: str) -> Iterator[tuple[str, str | None]]:
    """The pieces of a text given to `Fn::Sub`, in one pass: literal ones, and names to be replaced."""
    position = 0
    while True:
        start = text.find("${", position)
        end = text.find("}", start) if start >= 0 else -1
        if end < 0:
            yield text[position:], None
            return
        yield text[position:start], None
        name = text[start + 2 : end]
        if name.startswith("!"):
            # `${!Name}` is the literal `${Name}`.
            yield f"${{{name[1:]}}}", None
        elif name:
            yield "", name.strip()
        else:
            yield "${}", None
        position = end + 1


__all__ = [
    "DEFAULT_REGION", "NO_VALUE", "Network", "OpenText", "Origin", "Other", "Pseudo", "Reference", "Scope",
    "TooLarge", "Unknown", "Work", "as_network",
]  # fmt: skip
