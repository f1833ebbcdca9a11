"""Change a snippet by one meaning at a time, and see which changes nothing notices.

    python tests/tools/mutate_snippets.py [SNIPPET ...] [--jobs 2] [--cases-only]

A mutant differs from its snippet in one place: a resource, property or item is gone, a reference names
another resource of the same type, a number, block, protocol, service or effect is another one. The cases of
the snippet are asked first (about a millisecond), lint only about what they let pass. What neither notices is
printed by snippet and key path, unless `tests/data/unnoticed.yaml` says why nobody has to notice it.

Exit code: 0 when every mutant is noticed or explained, 1 otherwise, 2 for wrong usage.
"""

from __future__ import annotations

import argparse
import ast
import functools
import ipaddress
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

import yaml
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from lambda_vpc.guide import placeholders
from lambda_vpc.guide.snippet import POLICY_LAYERS, Snippet
from lambda_vpc.guide.spec import load
from lambda_vpc.iam.conditions import PolicyError
from lambda_vpc.reading import BadInput, KeyPath
from lambda_vpc.rules import findings, lint

ROOT = Path(__file__).parents[2]
REGION = placeholders.region()
UNNOTICED = ROOT / "tests" / "data" / "unnoticed.yaml"


@dataclass(frozen=True)
class Mutant:
    """A snippet that differs by one word or one missing part."""

    what: str
    """The change in words: `removed`, `-> PrivateSubnetC`, `5432 -> 5433`."""
    path: KeyPath
    """Where it was changed."""
    data: dict

    @property
    def place(self) -> str:
        """The key path, its steps joined by dots."""
        return ".".join(map(str, self.path))

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


# --- policies -----------------------------------------------------------------------------------

OTHER_OPERATOR = {
    "StringEquals": "StringNotEquals",
    "StringNotEquals": "StringEquals",
    "ArnLike": "ArnNotLike",
    "ArnNotLike": "ArnLike",
    "ArnEquals": "ArnNotEquals",
    "Null": "StringEquals",
    "ForAllValues:StringEquals": "ForAnyValue:StringEquals",
    "ForAnyValue:StringEquals": "ForAllValues:StringEquals",
    "ForAnyValue:StringNotEquals": "ForAllValues:StringNotEquals",
}
OTHER_EFFECT = {"Allow": "Deny", "Deny": "Allow"}


def of_policy(policy: dict) -> Iterator[Mutant]:
    """Every mutant of a policy document."""
    for position, statement in enumerate(policy["Statement"]):
        at = ("Statement", position)
        yield Mutant("removed", at, _without(policy, at))
        effect = statement["Effect"]
        yield _replaced(policy, (*at, "Effect"), OTHER_EFFECT[effect])
        if "Sid" in statement:
            yield _replaced(policy, (*at, "Sid"), statement["Sid"] + "X")
        for element in ("Principal", "NotPrincipal"):
            if element in statement:
                yield Mutant("removed", (*at, element), _without(policy, (*at, element)))
                yield from _principals(policy, (*at, element), statement[element])
        for element in ("Action", "Resource"):
            yield from _words(policy, (*at, element), statement.get(element, []), _other_word)
        for operator, keys in statement.get("Condition", {}).items():
            where = (*at, "Condition", operator)
            yield Mutant("removed", where, _without(policy, where))
            if operator in OTHER_OPERATOR:
                condition = statement["Condition"]
                other = OTHER_OPERATOR[operator]
                rest = {name: item for name, item in condition.items() if name != operator}
                changed = {**rest, other: {**rest.get(other, {}), **keys}}
                yield Mutant(f"-> {other}", where, _with(policy, (*at, "Condition"), changed))
            for key, values in keys.items():
                yield Mutant("removed", (*where, key), _without(policy, (*where, key)))
                yield from _words(policy, (*where, key), values, _other_value)


def _other_word(word: object) -> object:
    """Another action or resource."""
    if word == "*":
        return "arn:aws:s3:::example"
    return word + "X" if isinstance(word, str) else None


def _other_value(word: object) -> object:
    """Another value of a condition key."""
    return {"true": "false", "false": "true"}.get(word, word + "x") if isinstance(word, str) else None


def _words(policy: dict, at: KeyPath, values: object, other: Callable[[object], object]) -> Iterator[Mutant]:
    """Each of one or several words replaced or removed.

    A text in a list is a list of one with the same meaning; references are changed elsewhere.
    """
    several = values if isinstance(values, list) else [values]
    for index, word in enumerate(several):
        wrong = other(word)
        if wrong is not None:
            changed = [*several[:index], wrong, *several[index + 1 :]]
            yield Mutant(f"{word} -> {wrong}", at, _with(policy, at, changed))
        if isinstance(values, list) and len(values) > 1:
            yield Mutant(f"{_short(word)} removed", at, _without(policy, (*at, index)))


def _principals(policy: dict, at: KeyPath, principal: object) -> Iterator[Mutant]:
    if principal == "*":
        yield _replaced(policy, at, {"AWS": "arn:aws:iam::444455556666:root"})
        return
    for kind, names in principal.items():
        if kind == "Service":
            yield from _words(policy, (*at, kind), names, _other_service)
        elif kind == "AWS":
            yield from _words(policy, (*at, kind), names, lambda _: "arn:aws:iam::444455556666:root")


def _other_service(name: object) -> str:
    return "ec2.amazonaws.com" if name != "ec2.amazonaws.com" else "lambda.amazonaws.com"


# --- templates ----------------------------------------------------------------------------------

_LISTS_OF_POLICIES = ("PolicyDocument", "AssumeRolePolicyDocument")
_OTHER_WORD = {
    "tcp": "udp", "udp": "tcp", "-1": "tcp", "allow": "deny", "deny": "allow",
    "true": "false", "false": "true",
    "Gateway": "Interface", "Interface": "Gateway", "regional": "zonal", "zonal": "regional",
    "public": "private", "CUSTOM": "NONE", "TOKEN": "REQUEST", "GET": "POST", "POST": "GET",
    "AWS_PROXY": "HTTP_PROXY", "REGIONAL": "EDGE", "enable": "disable", "disable": "enable",
}  # fmt: skip
_OTHER_KEY = {
    "NatGatewayId": "GatewayId", "GatewayId": "NatGatewayId",
    "SecurityGroupEgress": "SecurityGroupIngress", "SecurityGroupIngress": "SecurityGroupEgress",
    "CidrIp": "CidrIpv6", "CidrIpv6": "CidrIp",
    "DestinationCidrBlock": "DestinationIpv6CidrBlock", "DestinationIpv6CidrBlock": "DestinationCidrBlock",
    "DestinationSecurityGroupId": "SourceSecurityGroupId",
    "SourceSecurityGroupId": "DestinationSecurityGroupId",
    "SubnetIds": "SecurityGroupIds", "SecurityGroupIds": "SubnetIds",
}  # fmt: skip
"""Properties that are mistaken for one another."""
_SERVICE = re.compile(r"[a-z0-9.-]+\.amazonaws\.com")
_PLACEHOLDER = re.compile(r"\$\{([A-Za-z0-9]+)((?:\.[A-Za-z0-9.]+)?)\}")


def of_template(template: dict) -> Iterator[Mutant]:
    """Every mutant of a template: in its resources, and in what parameters and outputs refer to."""
    same_type = _Types(template)
    for name, parameter in template.get("Parameters", {}).items():
        for key in ("Default", "AllowedPattern", "AllowedValues"):
            if key in parameter:
                yield _removed(template, ("Parameters", name, key))
    for section in ("Rules", "Conditions"):
        for name in template.get(section, {}):
            yield _removed(template, (section, name))
    for name, resource in template["Resources"].items():
        at = ("Resources", name)
        yield _removed(template, at)
        for key in ("DependsOn", "Condition", "DeletionPolicy", "UpdateReplacePolicy"):
            if key in resource:
                yield _removed(template, (*at, key))
        for index, other in enumerate(_several(resource.get("DependsOn", []))):
            where = (
                (*at, "DependsOn", index) if isinstance(resource["DependsOn"], list) else (*at, "DependsOn")
            )
            for wrong in same_type.others(other):
                yield _replaced(template, where, wrong)
        if "Properties" in resource:
            yield from _inside(template, (*at, "Properties"), resource["Properties"], same_type)
    for name, output in template.get("Outputs", {}).items():
        yield from _inside(template, ("Outputs", name, "Value"), output["Value"], same_type)


class _Types:
    """Which names of a template could stand for one another."""

    def __init__(self, template: dict) -> None:
        self._of: dict[str, str] = {}
        self._resources = list(template["Resources"])
        for section in ("Parameters", "Resources"):
            for name, body in template.get(section, {}).items():
                self._of[name] = _base(str(body["Type"]))

    def others(self, name: object) -> list[str]:
        """Other names of the same type, in the order written."""
        type_ = self._of.get(str(name))
        if type_ is None:
            return []
        return [other for other, found in self._of.items() if found == type_ and other != name]

    def others_or_any(self, name: object) -> list[str]:
        """The same, or the first resource of another type where there is none."""
        if str(name) not in self._of:
            return []
        return self.others(name) or [other for other in self._resources if other != name][:1]


def _base(type_: str) -> str:
    """`AWS::EC2::Subnet::Id` and `AWS::EC2::Subnet` can stand for one another."""
    return type_.removesuffix("::Id")


def _inside(template: dict, at: KeyPath, value: object, types: _Types) -> Iterator[Mutant]:
    """Every mutant within a value; the value itself is removed by its holder."""
    if isinstance(value, dict) and len(value) == 1:
        ((function, argument),) = value.items()
        if function == "Ref" or function.startswith("Fn::"):
            yield from _function(template, at, function, argument, types)
            return
    if isinstance(value, dict) and at[-1] in _LISTS_OF_POLICIES and "Statement" in value:
        for found in of_policy(value):
            yield Mutant(found.what, (*at, *found.path), _with(template, at, found.data))
        yield from _references(template, at, value, types)
    elif isinstance(value, dict):
        ports = next((pair for pair in _PORTS if isinstance(value.get(pair[0]), int)), ())
        if ports:
            yield from _other_ports(template, at, value, *ports)
        for key, item in value.items():
            yield _removed(template, (*at, key))
            if key in _OTHER_KEY and _OTHER_KEY[key] not in value:
                changed = {(_OTHER_KEY[key] if name == key else name): one for name, one in value.items()}
                yield Mutant(f"-> {_OTHER_KEY[key]}", (*at, key), _with(template, at, changed))
            if key not in ports:
                yield from _inside(template, (*at, key), item, types)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield _removed(template, (*at, index))
            yield from _inside(template, (*at, index), item, types)
    else:
        for wrong in _other_scalars(value, str(at[-1] if isinstance(at[-1], str) else at[-2])):
            yield _replaced(template, at, wrong)


_PORTS = (("FromPort", "ToPort"), ("From", "To"))


def _other_ports(template: dict, at: KeyPath, value: dict, first: str, last: str) -> Iterator[Mutant]:
    """Another port, a range that lost an end, and every port."""
    low, high = value[first], value[last]
    ranges = [(low + 1, high + 1), (low - 1, high - 1)] if low == high else [(low + 1, high), (low, high - 1)]
    for found in (*ranges, (0, 65535)):
        changed = {**value, first: found[0], last: found[1]}
        yield Mutant(f"ports {low}-{high} -> {found[0]}-{found[1]}", at, _with(template, at, changed))


def _references(template: dict, at: KeyPath, value: object, types: _Types) -> Iterator[Mutant]:
    """Only the references within a value."""
    if isinstance(value, dict) and len(value) == 1 and next(iter(value)).startswith(("Ref", "Fn::")):
        yield from _function(template, at, *next(iter(value.items())), types)
    elif isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _references(template, (*at, key), item, types)


def _function(
    template: dict, at: KeyPath, function: str, argument: object, types: _Types
) -> Iterator[Mutant]:
    """Another reference of the same type, another position or count."""
    if function == "Ref":
        for other in types.others_or_any(argument):
            yield Mutant(f"-> {other}", at, _with(template, at, {"Ref": other}))
    elif function == "Fn::GetAtt":
        name, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
        for other in types.others(name):
            changed = {"Fn::GetAtt": [other, attribute]}
            yield Mutant(f"-> {other}.{attribute}", at, _with(template, at, changed))
    elif function == "Fn::Sub":
        text = argument if isinstance(argument, str) else argument[0]
        for found in _PLACEHOLDER.finditer(text):
            for other in types.others(found[1]):
                other_text = f"{text[: found.start()]}${{{other}{found[2]}}}{text[found.end() :]}"
                whole = other_text if isinstance(argument, str) else [other_text, *argument[1:]]
                yield Mutant(f"{found[1]} -> {other}", at, _with(template, at, {function: whole}))
    elif isinstance(argument, list):
        for index, item in enumerate(argument):
            where = (*at, function, index)
            if isinstance(item, int) and not isinstance(item, bool):
                for wrong in (item - 1, item + 1):
                    if wrong >= 0:
                        yield _replaced(template, where, wrong)
            elif isinstance(item, dict | list):
                yield from _inside_argument(template, where, item, types)


def _inside_argument(template: dict, at: KeyPath, item: object, types: _Types) -> Iterator[Mutant]:
    if isinstance(item, dict):
        yield from _inside(template, at, item, types)
    else:
        for index, part in enumerate(item):
            if isinstance(part, dict):
                yield from _inside(template, (*at, index), part, types)


def _other_scalars(value: object, key: str) -> Iterator[object]:
    """What a value could have been by mistake."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        if key in ("Protocol",):
            yield 17 if value == 6 else 6
        yield value + 1
        if value > 0:
            yield value - 1
    elif isinstance(value, str):
        if value in _OTHER_WORD:
            yield _OTHER_WORD[value]
        elif value.isascii() and value.isdigit():
            yield str(int(value) + 1)
        elif _SERVICE.fullmatch(value):
            yield _other_service(value)
        elif "/" in value and (block := _block(value)) is not None:
            yield from _other_blocks(block)
        elif key == "Handler":
            yield value + "X"
        elif key == "ZipFile":
            yield "# nothing\n"
        elif "\n" not in value:
            yield value + "X"


def _block(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        return None


def _other_blocks(block: ipaddress.IPv4Network | ipaddress.IPv6Network) -> Iterator[str]:
    """A block elsewhere, one twice as large and one half as large."""
    yield "10.99.0.0/24" if block.version == 4 else "2001:db8::/32"
    if block.prefixlen:
        yield str(block.supernet())
    if block.prefixlen < block.max_prefixlen:
        yield f"{block.network_address}/{block.prefixlen + 1}"


# --- changing one place -------------------------------------------------------------------------


def _with(value: object, path: KeyPath, new: object) -> object:
    """The value with another one at a path; what does not change is shared."""
    if not path:
        return new
    changed = list(value) if isinstance(value, list) else dict(value)
    changed[path[0]] = _with(value[path[0]], path[1:], new)
    return changed


def _without(value: object, path: KeyPath) -> object:
    if len(path) > 1:
        return _with(value, path[:1], _without(value[path[0]], path[1:]))
    changed = list(value) if isinstance(value, list) else dict(value)
    del changed[path[0]]
    return changed


def _removed(document: dict, path: KeyPath) -> Mutant:
    return Mutant("removed", path, _without(document, path))


def _replaced(document: dict, path: KeyPath, new: object) -> Mutant:
    old = functools.reduce(lambda value, key: value[key], path, document)
    return Mutant(f"{_short(old)} -> {_short(new)}", path, _with(document, path, new))


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    text = text.partition("\n")[0]
    return text if len(text) <= 40 else text[:37] + "..."


def _several(value: object) -> list:
    return value if isinstance(value, list) else [value]


# --- what notices -------------------------------------------------------------------------------


def mutants(snippet: Snippet) -> list[Mutant]:
    """Every mutant of a policy or a template, each change once."""
    data = snippet.source.data
    found = of_policy(data) if snippet.kind in POLICY_LAYERS else of_template(data)
    different = {}
    for mutant in found:
        text = json.dumps(mutant.data)
        if mutant.data != data:
            different.setdefault(text, mutant)
    return list(different.values())


def noticed_by_cases(snippet: Snippet, mutant: Mutant) -> bool:
    """Whether a case comes out differently, a handler is gone, or the file cannot be read any more."""
    if snippet.kind == "template" and undefined_handlers(mutant.data):
        return True
    subject = snippet.subject(replace(snippet.source, data=mutant.data))
    try:
        return any(not case.run(subject).passed for case in snippet.cases)
    except (PolicyError, BadInput):
        return True


def undefined_handlers(template: dict) -> list[str]:
    """Functions with inline Python code that does not define their handler, or does not compile."""
    found = []
    for name, resource in template["Resources"].items():
        properties = resource.get("Properties", {})
        if resource.get("Type") != "AWS::Lambda::Function" or "Code" not in properties:
            continue
        module, _, handler = str(properties.get("Handler")).rpartition(".")
        try:
            body = ast.parse(properties["Code"].get("ZipFile", "")).body
        except SyntaxError:
            body = []
        defined = {part.name for part in body if isinstance(part, ast.FunctionDef)}
        if module != "index" or handler not in defined:
            found.append(name)
    return found


def noticed_by_own_rules(snippet: Snippet, mutant: Mutant) -> bool:
    """Whether a rule of this package finds something in a template, without a run of cfn-lint."""
    if snippet.kind != "template":
        return False
    accepted = {accept.rule for accept in snippet.accept}
    found = findings(replace(snippet.source, data=mutant.data))
    return any(one.rule not in accepted for one in found)


def noticed_by_lint(snippet: Snippet, mutant: Mutant) -> bool:
    """Whether cfn-lint or a rule of this package says anything that it does not say of the snippet."""
    if _lacks_a_required_property(snippet, mutant) or noticed_by_own_rules(snippet, mutant):
        return True
    text = json.dumps(mutant.data, indent=2)
    accepted = {accept.rule for accept in snippet.accept}
    return any(found.rule not in accepted for found in lint(snippet.kind, text, snippet.path))


def _lacks_a_required_property(snippet: Snippet, mutant: Mutant) -> bool:
    """What E3003 of cfn-lint notices, without a run of all its rules."""
    if len(mutant.path) != 4 or mutant.path[0] != "Resources" or mutant.what != "removed":
        return False
    _, name, section, key = mutant.path
    return section == "Properties" and key in _required(snippet.source.data["Resources"][name]["Type"])


@functools.cache
def _required(type_: str) -> frozenset[str]:
    return frozenset(PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, type_).schema.get("required", ()))


# --- what nobody has to notice ------------------------------------------------------------------


@dataclass(frozen=True)
class Exemption:
    """Changes that may go unnoticed, and why."""

    snippets: str
    """Name of a snippet, or a pattern of names."""
    place: str
    """Key path joined by dots, or a pattern of such paths."""
    change: str
    """The change in words, or a pattern; every change by default."""
    because: str

    def covers(self, snippet: str, mutant: Mutant) -> bool:
        """Whether a mutant is one of these changes."""
        return (
            fnmatchcase(snippet, self.snippets)
            and fnmatchcase(mutant.place, self.place)
            and fnmatchcase(mutant.what, self.change)
        )

    def __str__(self) -> str:
        return f"{self.snippets} {self.place} {self.change}"


def exemptions(path: Path = UNNOTICED) -> list[Exemption]:
    """Read the data file; a key it does not know is an error."""
    found = []
    for item in yaml.safe_load(path.read_text("utf-8")):
        unknown = item.keys() - {"in", "at", "change", "because"}
        if unknown or not {"at", "because"} <= item.keys():
            raise ValueError(f"{path.name}: give in, at, change and because, in {item}")
        for place in _several(item["at"]):
            for change in _several(item.get("change", "*")):
                for name in _several(item.get("in", "*")):
                    found.append(Exemption(name, place, change, item["because"]))
    return found


def _of_spec(snippet: Snippet) -> Iterator[Exemption]:
    """What a spec names under `no-effect`, with all that is in it."""
    for one in snippet.no_effect:
        place = ".".join(map(str, one.path))
        for covered in (place, f"{place}.*"):
            yield Exemption(snippet.name, covered, "*", one.because["en"])


@dataclass
class Report:
    """What became of the mutants of one snippet."""

    snippet: str
    total: int
    by_cases: int
    by_lint: int
    exempt: int
    survivors: list[Mutant]
    """Noticed by nothing and not exempt."""
    needed: set[Exemption]
    """Exemptions that cover something which nothing notices."""


def examine(
    snippet: Snippet,
    known: Iterable[Exemption],
    *,
    with_lint: bool = True,
    chosen: Callable[[Mutant], bool] = lambda mutant: True,
    needed: Iterable[Exemption] = (),
) -> Report:
    """Ask cases and lint about the mutants of a snippet.

    Lint is slow: of what an exemption covers it is asked until it has let one pass.

    Args:
        snippet: a policy or a template.
        known: what may go unnoticed.
        with_lint: whether lint is asked about what the cases let pass.
        chosen: of which mutants lint is asked, where no exemption covers them.
        needed: exemptions of which this is known already.
    """
    known = [one for one in (*known, *_of_spec(snippet)) if fnmatchcase(snippet.name, one.snippets)]
    found = mutants(snippet)
    passed = [mutant for mutant in found if not noticed_by_cases(snippet, mutant)]
    report = Report(snippet.name, len(found), len(found) - len(passed), 0, 0, [], set(needed))
    for mutant in passed:
        covering = [one for one in known if one.covers(snippet.name, mutant)]
        asked = with_lint and (not report.needed.issuperset(covering) if covering else chosen(mutant))
        if asked and noticed_by_lint(snippet, mutant):
            report.by_lint += 1
        elif covering:
            report.exempt += 1
            report.needed.update(covering)
        elif asked or not with_lint:
            report.survivors.append(mutant)
    return report


# --- command ------------------------------------------------------------------------------------


@functools.cache
def snippets() -> Mapping[str, Snippet]:
    """Policies and templates by name."""
    kinds = {*POLICY_LAYERS, "template"}
    return {name: found for name, found in load(ROOT / "snippets").items() if found.kind in kinds}


def _one(name: str, known: list[Exemption], with_lint: bool) -> Report:
    return examine(snippets()[name], known, with_lint=with_lint)


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="SNIPPET", help="by default every one")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--cases-only", action="store_true", help="do not ask lint")
    parser.add_argument("--no-exemptions", action="store_true", help="list what may go unnoticed as well")
    given = parser.parse_args()
    unknown = [name for name in given.names if name not in snippets()]
    if unknown:
        parser.error(f"no policy or template is called {', '.join(unknown)}")
    names = given.names or list(snippets())
    known = [] if given.no_exemptions else exemptions()
    with ProcessPoolExecutor(given.jobs) as pool:
        work = functools.partial(_one, known=known, with_lint=not given.cases_only)
        reports = list(pool.map(work, names))
    sums: Counter[str] = Counter()
    for report in reports:
        figures = {
            "mutants": report.total, "by cases": report.by_cases, "by lint": report.by_lint,
            "exempt": report.exempt, "unnoticed": len(report.survivors),
        }  # fmt: skip
        sums.update(figures)
        print(f"{report.snippet}: {_listed(figures)}", flush=True)
        for mutant in report.survivors:
            print(f"    {report.snippet} {mutant}")
    print(f"together: {_listed(sums)}")
    needless = set(known) - set().union(*(report.needed for report in reports)) if not given.names else set()
    for one in needless:
        print(f"needless in {UNNOTICED.name}: {one}")
    return 1 if sums["unnoticed"] or needless else 0


def _listed(figures: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in figures.items())


if __name__ == "__main__":
    sys.exit(main())
