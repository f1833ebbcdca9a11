"""What a template's parameters may be: their values, and the choices its conditions distinguish."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

from lambda_vpc.cloudformation.intrinsics import Origin, Other, Unknown, whole_reference

MAX_SCENARIOS = 64
MAX_WORK = 4_000_000
"""Values times scenarios; a large template gets fewer scenarios, and more stays open."""


def section(document: Mapping, name: str) -> Mapping:
    """A section of a template; an empty one where it is missing or no map."""
    found = document.get(name)
    return found if isinstance(found, Mapping) else {}


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _typed(declared: Mapping, value: object) -> object:
    kind = str(declared.get("Type", "String"))
    if "List" in kind and isinstance(value, str):
        return [whole_reference(item.strip()) for item in value.split(",")] if value else []
    return value


def values_of(document: Mapping, given: Mapping[str, object]) -> dict[str, object]:
    """Values of the parameters: given, or the default; a default that names an SSM parameter is none."""
    found: dict[str, object] = {}
    for name, declared in section(document, "Parameters").items():
        looked_up = str(declared.get("Type", "")).startswith("AWS::SSM::Parameter::Value")
        if name in given:
            value = given[name]
            found[name] = _typed(declared, value) if isinstance(value, str) and not looked_up else value
            if looked_up and isinstance(value, str):
                found[name] = Unknown(f"SSM parameter {value}", Origin.EXISTING)
        elif "Default" in declared and not looked_up:
            default = declared["Default"]
            found[name] = _typed(declared, _plain(default))
    return found


def choices(
    document: Mapping, given: Mapping[str, str], fixed: Mapping[str, object], size: int
) -> list[dict[str, object]]:
    """Every reachable assignment of the parameters that conditions of resources depend on."""
    limit = max(1, min(MAX_SCENARIOS, MAX_WORK // max(size, 1)))
    literals = _compared(document)
    domains: dict[str, list[object]] = {}
    parameters = section(document, "Parameters")
    for name, compared in literals.items():
        if name in given or name in fixed:
            continue
        declared = parameters.get(name, {})
        allowed = declared.get("AllowedValues")
        if isinstance(allowed, list) and allowed:
            texts = [_plain(value) for value in allowed]
            default = _plain(declared["Default"]) if "Default" in declared else texts[0]
            domains[name] = list(dict.fromkeys([default, *texts] if default in texts else texts))
        elif "Default" not in declared:
            other = Other(_named(name), _origin(name), excluded=frozenset(compared))
            domains[name] = [*dict.fromkeys(compared), other]
    # Too many: first keep apart only what conditions tell apart, then leave the last ones open.
    if _product(domains) > limit:
        for name, domain in domains.items():
            compared = literals[name]
            kept = [value for value in domain if isinstance(value, Other) or value in compared]
            if len(kept) < len(domain) - 1:
                domains[name] = [*kept, Other(_named(name), _origin(name), excluded=frozenset(compared))]
    left_open = []
    while _product(domains) > limit:
        left_open.append(domains.popitem()[0])
    rest = {name: Unknown(_named(name), _origin(name)) for name in left_open}
    return [dict(zip(domains, values, strict=True)) | rest for values in itertools.product(*domains.values())]


def _named(name: str) -> str:
    return f"pseudo parameter {name}" if name.startswith("AWS::") else f"parameter {name}"


def _origin(name: str) -> Origin:
    return Origin.OPEN if name.startswith("AWS::") else Origin.EXISTING


def _product(domains: Mapping[str, list]) -> int:
    found = 1
    for domain in domains.values():
        found *= len(domain)
    return found


def _compared(document: Mapping) -> dict[str, list[str]]:
    """Parameters that the conditions in use compare, and the texts they are compared with."""
    conditions = section(document, "Conditions")
    used = list(dict.fromkeys(_used_conditions(document)))
    found: dict[str, list[str]] = {}
    for name in used:
        for part in _parts(conditions.get(name)):
            if not isinstance(part, Mapping):
                continue
            inner = part.get("Condition")
            if len(part) == 1 and isinstance(inner, str) and inner not in used:
                used.append(inner)
            sides = part.get("Fn::Equals")
            if isinstance(sides, list) and len(sides) == 2:
                for side, other in (sides, sides[::-1]):
                    reference = side.get("Ref") if isinstance(side, Mapping) and len(side) == 1 else None
                    if isinstance(reference, str) and isinstance(other, str | int | float):
                        found.setdefault(reference, []).append(_plain(other))
    return found


# Where a condition changes nothing a packet or a permission meets.
_WITHOUT_EFFECT = frozenset(("Tags", "Metadata", "UserData", "Environment"))


def _used_conditions(document: Mapping) -> Iterator[str]:
    for name in ("Resources", "Globals"):
        for body in section(document, name).values():
            if not isinstance(body, Mapping):
                continue
            if isinstance(body.get("Condition"), str):
                yield body["Condition"]
            for inner in _parts(body, _WITHOUT_EFFECT):
                chosen = inner.get("Fn::If") if isinstance(inner, Mapping) else None
                if isinstance(chosen, list) and chosen and isinstance(chosen[0], str):
                    yield chosen[0]


def _parts(value: object, without: frozenset[str] = frozenset()) -> Iterator[object]:
    """The value and everything inside it; an aliased part once."""
    waiting, seen = [value], set()
    while waiting:
        part = waiting.pop()
        if isinstance(part, Mapping | list):
            if id(part) in seen:
                continue
            seen.add(id(part))
            yield part
            inner = part if isinstance(part, list) else [v for k, v in part.items() if k not in without]
            waiting.extend(inner)
