"""What a template's parameters may be: their values, and the choices its conditions distinguish."""

from __future__ import annotations

import itertools
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lambda_vpc.cloudformation.intrinsics import (
    Scope,
    Work,
    compared_parameter,
    conditions_in,
    mapping,
    parts_of,
    plain,
    split,
    substituted,
)
from lambda_vpc.cloudformation.values import Origin, Other, Unknown, shown

MAX_SCENARIOS = 64
MAX_COMBINATIONS = 1024
"""Combinations of values that are compared with one another before equal ones become one scenario."""
MAX_ANSWERS = 50_000
"""Parts of conditions times combinations."""
MAX_WORK = 4_000_000
"""Values times scenarios; a large template gets fewer scenarios, and more stays open."""

# Types that neither carry packets nor give permissions, and that nobody connects to over a network interface:
# where a condition decides on them alone, every scenario is the same.
_SERVICES_WITHOUT_EFFECT = tuple(
    f"AWS::{service}::" for service in (
        "ApiGateway", "ApiGatewayV2", "AppSync", "Athena", "Backup", "Budgets", "CDK", "CertificateManager",
        "CloudFront", "CloudTrail", "CloudWatch", "Cognito", "Config", "DynamoDB", "ECR", "Events", "KMS",
        "Kinesis", "KinesisFirehose", "Logs", "S3", "SNS", "SQS", "SSM", "Scheduler", "StepFunctions", "WAF",
        "WAFRegional", "WAFv2", "XRay",
    )
)  # fmt: skip
_TYPES_WITHOUT_EFFECT = frozenset(
    (
        "AWS::Lambda::Permission",
        "AWS::SecretsManager::Secret",
        "AWS::SecretsManager::SecretTargetAttachment",
        "AWS::Serverless::Api",
        "AWS::Serverless::HttpApi",
        "AWS::Serverless::SimpleTable",
        "AWS::Serverless::StateMachine",
    )
)
# Properties that change nothing a packet or a permission meets.
_IDLE_PROPERTIES = frozenset(("Tags", "Metadata", "UserData", "Environment"))
_LOOKED_UP = "AWS::SSM::Parameter::Value"


def section(document: Mapping, name: str) -> Mapping:
    """A section of a template; an empty one where it is missing or no map."""
    return mapping(document.get(name))


def values_of(document: Mapping, given: Mapping[str, object]) -> dict[str, object]:
    """Values of the parameters: given, or the default; a default that names an SSM parameter is none."""
    found: dict[str, object] = {}
    for name, declared in section(document, "Parameters").items():
        looked_up = _is_looked_up(declared)
        if name in given:
            value = given[name]
            if looked_up and isinstance(value, str):
                value = Unknown(f"SSM parameter {shown(value)}", Origin.EXISTING)
            found[name] = typed(declared, value)
        elif "Default" in declared and not looked_up:
            found[name] = typed(declared, plain(declared["Default"]))
    return found


def _is_looked_up(declared: Mapping) -> bool:
    return str(declared.get("Type")).startswith(_LOOKED_UP)


def typed(declared: Mapping, value: object) -> object:
    """A parameter's value as its type makes it: a list of texts for a list."""
    if "List" not in str(declared.get("Type")) or not isinstance(value, str):
        return value
    items = split(value, ",") if value else []
    return [item.strip() if type(item) is str else item for item in items]


# --- values that are given ----------------------------------------------------------------------


def refused(declared: Mapping, value: str) -> str | None:
    """Why CloudFormation refuses a value for a parameter, and the mend; `None` where it does not."""
    allowed = declared.get("AllowedValues")
    items = typed(declared, value)
    texts = [item for item in items if isinstance(item, str)] if isinstance(items, list) else [value]
    if isinstance(allowed, list) and allowed:
        known = [plain(item) for item in allowed]
        for text in texts:
            if text not in known:
                return (
                    f"'{shown(text)}' is not one of its AllowedValues; use {shown(' or '.join(known), 200)}"
                )
    pattern = declared.get("AllowedPattern")
    if isinstance(pattern, str) and _differs(pattern, texts):
        return (
            f"'{shown(value)}' does not match its AllowedPattern; write a value that matches {shown(pattern)}"
        )
    return None


_MATCH = "import json,re,sys;p,t=json.load(sys.stdin);print(all(re.fullmatch(p,x) for x in t))"
_PATTERN_SECONDS = 2


def _differs(pattern: str, texts: Sequence[str]) -> bool:
    """Whether a text surely does not match as a whole; one of which it cannot be told counts as matching.

    In a process of its own, with a limit: a pattern is part of a template, and may be made to never end. A
    browser has no processes: there the page ends what takes too long.
    """
    if sys.platform == "emscripten":
        try:
            return not all(re.fullmatch(pattern, text) for text in texts)
        except re.error:
            return False
    # Few templates have a pattern, and to import this takes longer than to read a parameter.
    import subprocess

    try:
        told = subprocess.check_output(
            [sys.executable, "-ISc", _MATCH], input=json.dumps([pattern, list(texts)]),
            stderr=subprocess.DEVNULL, text=True, timeout=_PATTERN_SECONDS,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return False
    return told == "False\n"


# --- choices ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Choice:
    """Values assumed for the parameters that conditions depend on: one scenario."""

    values: Mapping[str, object]
    """Parameter to its value, `Other`, or Unknown where it is left open."""
    named: Mapping[str, str]
    """Parameter to the values as they are named to the reader; those that do not matter are left out."""


@dataclass(frozen=True)
class Choices:
    """Every scenario of a template."""

    scenarios: tuple[Choice, ...]
    left_open: tuple[str, ...] = ()
    """Parameters that were not varied: too many combinations."""
    defaults: Mapping[str, str] = field(default_factory=dict)
    """Parameters whose default counts in every scenario, as nobody gave them a value."""
    valueless: tuple[str, ...] = ()
    """Parameters that have neither a value nor a default, and are used."""


@dataclass
class _Uses:
    """What the effective parts of a template depend on."""

    conditions: dict[str, None] = field(default_factory=dict)
    """Names, in the order of their first use."""
    parameters: set[str] = field(default_factory=set)
    """Parameters whose value, not only a comparison with it, is used."""


def choices(document: Mapping, given: Mapping[str, str], fixed: Mapping[str, object], size: int) -> Choices:
    """Every reachable assignment of the parameters that conditions depend on; those alike in effect are one.

    Args:
        document: the template.
        given: values of parameters that are settled.
        fixed: pseudo parameters that are settled.
        size: a measure of the template, in values; at least 1.

    Raises:
        TooLarge: a condition grows beyond every bound.
    """
    uses = _uses(document)
    compared = _compared(document, uses.conditions)
    every = {
        name: _domain(document, name, texts)
        for name, texts in compared.items()
        if name not in given and name not in fixed
    }
    affordable = MAX_ANSWERS // sum(1 for _ in parts_of(section(document, "Conditions")))
    limit = max(1, min(MAX_SCENARIOS, MAX_WORK // size, affordable))
    domains = _first(every, min(MAX_COMBINATIONS, affordable))
    while len(boxes := _merged(document, given, fixed, domains, uses)) > limit:
        domains.popitem()
    left_open = [name for name in every if name not in domains]
    rest = {name: Unknown(_named(name), _origin(name)) for name in left_open}
    found = []
    for box in boxes:
        named = {
            name: shown(" or ".join(_shown(value) for value in values), 400)
            for name, values in box.items()
            if len(values) < len(domains[name])
        }
        chosen = {name: values[0] for name, values in box.items()}
        found.append(Choice(chosen | rest, named))
    defaults, valueless = {}, []
    for name, declared in section(document, "Parameters").items():
        if name in given or not (name in uses.parameters or name in compared):
            continue
        if "Default" not in declared or _is_looked_up(declared):
            valueless.append(name)
        elif name not in compared:
            defaults[name] = _shown(plain(declared["Default"]))
    return Choices(tuple(found), tuple(left_open), defaults, tuple(valueless))


def scenario_values(
    document: Mapping, base: Mapping[str, object], choice: Mapping[str, object]
) -> dict[str, object]:
    """Values of all parameters under a choice, from those that no choice touches."""
    declared = section(document, "Parameters")
    chosen = {
        name: typed(mapping(declared.get(name)), value)
        for name, value in choice.items() if not name.startswith("AWS::")
    }  # fmt: skip
    return {**base, **chosen}


def _shown(value: object) -> str:
    if isinstance(value, Other):
        return shown(f"not {' or '.join(_shown(text) for text in sorted(value.excluded))}", 200)
    return shown(value) if value != "" else '""'


def _domain(document: Mapping, name: str, compared: Sequence[str]) -> list[object]:
    """The values of a parameter that are tried, the default first."""
    declared = mapping(section(document, "Parameters").get(name))
    allowed = declared.get("AllowedValues")
    has_default = "Default" in declared and not _is_looked_up(declared)
    if isinstance(allowed, list) and allowed:
        texts = [plain(value) for value in allowed]
        default = plain(declared["Default"]) if has_default else texts[0]
        texts = list(dict.fromkeys([default, *texts] if default in texts else texts))
        if len(texts) <= MAX_SCENARIOS:
            return list(texts)
        # Too many to try: those that are compared, and one for all the others.
        known = {default, *compared}
        compared = [text for text in texts if text in known]
        return [*compared, _other(name, compared)]
    if not has_default:
        return [*compared, _other(name, compared)]
    default = plain(declared["Default"])
    found: list[object] = list(dict.fromkeys([default, *compared]))
    # A default that no condition knows stands for all such values already.
    return [*found, _other(name, compared)] if default in compared else found


def _other(name: str, excluded: Sequence[str]) -> Other:
    return Other(_named(name), _origin(name), excluded=frozenset(excluded))


def _named(name: str) -> str:
    if name == "AWS::Region":
        return "AWS::Region (give --region)"
    return name if name.startswith("AWS::") else f"parameter {name}"


def _origin(name: str) -> Origin:
    return Origin.OPEN if name.startswith("AWS::") else Origin.EXISTING


def _first(domains: Mapping[str, list[object]], most: int) -> dict[str, list[object]]:
    """The first parameters, as many as make no more than so many combinations."""
    found: dict[str, list[object]] = {}
    product = 1
    for name, domain in domains.items():
        product *= len(domain)
        if product > most:
            break
        found[name] = domain
    return found


Box = dict[str, list[object]]
"""Parameter to those of its values that make no difference to one another."""


def _merged(
    document: Mapping, given: Mapping[str, object], fixed: Mapping[str, object],
    domains: Mapping[str, list], uses: _Uses,
) -> list[Box]:  # fmt: skip
    """All combinations; where the used conditions answer alike and no used value differs, they are one."""
    by_effect: dict[object, list[tuple[object, ...]]] = {}
    work = Work()
    names = list(domains)
    base = values_of(document, given)
    for combination in itertools.product(*domains.values()):
        choice = dict(zip(names, combination, strict=True))
        values = scenario_values(document, base, choice)
        scope = Scope(document, values, fixed={**fixed, **choice}, work=work)
        answers = tuple(scope.condition(name) for name in uses.conditions)
        used = tuple(value for name, value in choice.items() if name in uses.parameters)
        by_effect.setdefault((answers, used), []).append(combination)
    boxes = [box for combinations in by_effect.values() for box in _boxes(names, combinations)]
    order = {name: {value: place for place, value in enumerate(domain)} for name, domain in domains.items()}
    return sorted(boxes, key=lambda box: [order[name][values[0]] for name, values in box.items()])


def _boxes(names: Sequence[str], combinations: Sequence[tuple[object, ...]]) -> Iterator[Box]:
    """Combinations as few boxes: along one parameter after the other, values that go together become one."""
    found: dict[tuple[tuple[object, ...], ...], None] = {
        tuple((value,) for value in combination): None for combination in combinations
    }
    for position in range(len(names)):
        lines: dict[object, list[object]] = {}
        for box in found:
            lines.setdefault((box[:position], box[position + 1 :]), []).extend(box[position])
        found = {(*before, tuple(values), *after): None for (before, after), values in lines.items()}
    for box in found:
        yield {name: list(values) for name, values in zip(names, box, strict=True)}


# --- what depends on what -----------------------------------------------------------------------


def _uses(document: Mapping) -> _Uses:
    """The conditions and parameters that resources with an effect depend on."""
    found = _Uses()

    def use(condition: object) -> None:
        if isinstance(condition, str):
            found.conditions[condition] = None

    for body in (*section(document, "Resources").values(), *section(document, "Globals").values()):
        if not isinstance(body, Mapping) or _is_without_effect(str(body.get("Type"))):
            continue
        use(body.get("Condition"))
        for part in parts_of(body, _IDLE_PROPERTIES):
            if not isinstance(part, Mapping) or len(part) != 1:
                continue
            ((name, argument),) = part.items()
            if name == "Fn::If" and isinstance(argument, list) and argument:
                use(argument[0])
            elif name == "Ref" and isinstance(argument, str) and argument != "AWS::Region":
                # A Region differs in the texts it stands in, not in what is reached.
                found.parameters.add(argument)
            elif name == "Fn::Sub":
                found.parameters.update(substituted(argument))
            elif name == "Fn::FindInMap":
                found.parameters.update(_refs(argument))
    return found


def _is_without_effect(type_: str) -> bool:
    return type_ in _TYPES_WITHOUT_EFFECT or type_.startswith(_SERVICES_WITHOUT_EFFECT)


def _refs(written: object) -> Iterator[str]:
    for part in parts_of(written):
        name = part.get("Ref") if isinstance(part, Mapping) else None
        if isinstance(name, str):
            yield name


def _compared(document: Mapping, used: Iterable[str]) -> dict[str, list[str]]:
    """Parameters that the conditions in use compare, and the texts they are compared with."""
    conditions = section(document, "Conditions")
    used = list(used)
    seen = set(used)
    found: dict[str | None, dict[str, None]] = {}
    for name in used:
        written = conditions.get(name)
        for inner in conditions_in(written):
            if inner not in seen:
                seen.add(inner)
                used.append(inner)
        for part in parts_of(written):
            sides = part.get("Fn::Equals") if isinstance(part, Mapping) else None
            if isinstance(sides, list) and len(sides) == 2:
                for side, other in (sides, sides[::-1]):
                    parameter, texts = _comparison(document, side, other)
                    found.setdefault(parameter, {}).update(dict.fromkeys(texts))
    known = section(document, "Parameters")
    return {
        name: list(texts) for name, texts in found.items() if name in known or name in _PSEUDO_THAT_VARY
    }  # fmt: skip


_PSEUDO_THAT_VARY = ("AWS::AccountId", "AWS::Partition", "AWS::Region", "AWS::StackName", "AWS::URLSuffix")


def _comparison(document: Mapping, side: object, other: object) -> tuple[str | None, list[str]]:
    """The parameter one side hangs on, and the texts that tell its values apart."""
    if not isinstance(other, str | int | float):
        return None, []
    match side:
        case {"Fn::FindInMap": [str() as name, key, *_]}:
            return next(_refs(key), None), list(mapping(section(document, "Mappings").get(name)))
    return compared_parameter(side, other), [plain(other)]
