"""Read a CloudFormation template into resolved resources, each with its line, in every reachable scenario.

YAML and JSON, parameters, conditions, mappings, SAM functions with `Globals`, nested stacks by local file.
What a template leaves open (an import, a dynamic reference, a parameter without a value) stays
[`Unknown`][lambda_vpc.cloudformation.values.Unknown] and is named; nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from lambda_vpc import reading
from lambda_vpc.answers import Answer, Undetermined, both
from lambda_vpc.cloudformation import loops
from lambda_vpc.cloudformation.intrinsics import Scope, TooLarge, Work
from lambda_vpc.cloudformation.parameters import choices, refused, scenario_values, section, values_of
from lambda_vpc.cloudformation.values import OpenText, Reference, Unknown, shown
from lambda_vpc.reading import BadInput, KeyPath, Problem, Source, WrongUsage

_JSON = re.compile(r'\s*\{\s*["}]')
MAX_STACKS = 50
MAX_NESTING = 10
_RESOURCE = 50
"""What a resource counts for among the characters that a template may make in all its scenarios."""

FUNCTION_TYPES = ("AWS::Lambda::Function", "AWS::Serverless::Function")
STACK_TYPE = "AWS::CloudFormation::Stack"
# Transforms whose effect on networks is known; any other may add or change resources.
_KNOWN_TRANSFORMS = ("AWS::Serverless-2016-10-31", "AWS::SecretsManager-2020-07-23",
                     "AWS::SecretsManager-2024-09-16", "AWS::LanguageExtensions")  # fmt: skip


class TooLargeToResolve(BadInput):
    """A resource whose properties grow beyond every bound; known only once they are asked for."""


@dataclass(frozen=True, eq=False)
class Resource:
    """One resource of a template in one scenario."""

    logical_id: str
    """`Stack/Resource` inside a nested stack."""
    type: str
    written: Mapping = field(repr=False)
    """Its properties as written."""
    exists: Answer
    """`True`, or undetermined where its condition is; a resource that does not exist is left out."""
    source: Source = field(repr=False)
    key_path: KeyPath
    scope: Scope = field(repr=False)

    @cached_property
    def properties(self) -> Mapping:
        """Properties with every intrinsic function resolved.

        Raises:
            TooLargeToResolve: they grow beyond every bound.
        """
        try:
            found = self.scope.resolve(self.written)
        except TooLarge as error:
            problem = self.source.problem(self.key_path, f"{shown(self.logical_id)}: {error}")
            raise TooLargeToResolve([problem]) from None
        return found if isinstance(found, Mapping) else {}

    def get(self, *path: str) -> object:
        """A property by its keys; `None` when it is absent, Unknown when what holds it is."""
        found: object = self.properties
        for key in path:
            if isinstance(found, Unknown):
                return found
            if not isinstance(found, Mapping):
                return None
            found = found.get(key)
        return found

    def line(self, *path: str | int) -> int:
        """The 1-based line of the resource, or of one of its properties."""
        return self.source.line((*self.key_path, "Properties", *path) if path else self.key_path)


@dataclass(frozen=True, eq=False)
class Scenario:
    """The template's resources for one choice of everything its conditions ask for."""

    choices: Mapping[str, str]
    """Parameter to the value assumed, for the parameters that conditions depend on; several values, or `not`
    some, where they make no difference to one another."""
    resources: Mapping[str, Resource]

    def __str__(self) -> str:
        return ", ".join(f"{name}={value}" for name, value in self.choices.items())

    @cached_property
    def by_type(self) -> Mapping[str, Sequence[Resource]]:
        """Resources by their type."""
        found: dict[str, list[Resource]] = {}
        for resource in self.resources.values():
            found.setdefault(resource.type, []).append(resource)
        return found

    @cached_property
    def touched(self) -> Mapping[str, str]:
        """Resources handed to something whose doing the template does not show, and to what."""
        found: dict[str, str] = {}
        seen: set[int] = set()
        for resource in self.resources.values():
            if resource.type == STACK_TYPE or resource.type.startswith(_OPAQUE_TYPES):
                for name in _references(resource.properties, seen):
                    found.setdefault(name, resource.logical_id)
        return found


_OPAQUE_TYPES = ("Custom::", "AWS::CloudFormation::CustomResource", "AWS::Serverless::Application")


@dataclass(frozen=True, eq=False)
class Template:
    """A template in every scenario its conditions can make."""

    source: Source
    scenarios: tuple[Scenario, ...]
    open: str | None = None
    """A macro or loop that may add resources this reader cannot see; then nothing is certain."""
    left_open: tuple[str, ...] = ()
    """Parameters that conditions depend on and that no scenario settles: too many combinations."""
    defaults: Mapping[str, str] = field(default_factory=dict)
    """Parameters that nobody gave a value, and the default that counts for them in every scenario."""
    valueless: tuple[str, ...] = ()
    """Parameters that are used and have neither a value nor a default."""
    unread: Mapping[str, str] = field(default_factory=dict)
    """Nested stacks whose template was not read, and why."""

    @property
    def path(self) -> str:
        """The file as it is named to the reader."""
        return self.source.path

    @property
    def has_rules(self) -> bool:
        """Whether `Rules` may refuse values of the parameters; they are not evaluated here."""
        return isinstance(self.source.data, Mapping) and bool(self.source.data.get("Rules"))

    @cached_property
    def functions(self) -> tuple[str, ...]:
        """Logical ids of the Lambda functions, in the order written."""
        found = (r for s in self.scenarios for r in s.resources.values() if r.type in FUNCTION_TYPES)
        return tuple(dict.fromkeys(resource.logical_id for resource in found))


def load(
    path: Path, parameters: Mapping[str, str] | None = None, *, region: str | None = None,
    name: str | None = None, root: Path | None = None,
) -> Template:  # fmt: skip
    """Read a template file.

    Args:
        path: a `.yaml`, `.yml`, `.json` or `.template` file.
        parameters: values of the template's parameters.
        region: the Region it is deployed to; by default open.
        name: how the file is named in problems, by default its path.
        root: the folder below which nested stacks are read, by default the template's own.

    Raises:
        BadInput: the file is no template, or a value is given for a parameter it does not have, or that the
            parameter does not allow.
    """
    return of(_read(path, name or str(path)), parameters, region=region, folder=path.parent, root=root)


def parse(
    text: str, name: str = "template.yaml", parameters: Mapping[str, str] | None = None, *,
    region: str | None = None,
) -> Template:  # fmt: skip
    """Read a template's text; nested stacks stay unknown.

    See [`load`][lambda_vpc.cloudformation.template.load].

    Raises:
        BadInput: the text is no template.
    """
    return of(source_of(text, name), parameters, region=region)


def of(
    source: Source, parameters: Mapping[str, str] | None = None, *, region: str | None = None,
    folder: Path | None = None, root: Path | None = None,
) -> Template:  # fmt: skip
    """A template from a source already read; nested stacks are looked for from `folder`, below `root`.

    Raises:
        BadInput: the source is no template.
    """
    document = _checked(source, source.data)
    given = {name: str(value) for name, value in (parameters or {}).items()}
    _check_given(source, document, given)
    fixed = _of_region(region) if region else {}
    has_loops = loops.has_loops(source, document)
    first = document
    if has_loops:
        first = loops.unrolled(source, document, values_of(document, given), fixed).document
    with _bounded(source, ("Conditions",)):
        found = choices(first, given, fixed, max(1, len(source.lines)))
    open_ = _open_question(document)
    unread: dict[str, str] = {}
    scenarios = []
    work = Work()
    base = values_of(document, given)
    for choice in found.scenarios:
        values = scenario_values(document, base, choice.values)
        pseudo = fixed | {k: v for k, v in choice.values.items() if k.startswith("AWS::")}
        loader = _Loader(folder, root, pseudo, work)
        resources = loader.stack(source, document, values, "", ())
        open_ = open_ or loader.open
        unread |= loader.unread
        scenarios.append(Scenario(choice.named, resources))
    return Template(source, tuple(scenarios), open_, found.left_open, found.defaults, found.valueless, unread)


def _of_region(region: str) -> dict[str, object]:
    """The pseudo parameters that a Region settles, where its name tells the partition.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html
    """
    found: dict[str, object] = {"AWS::Region": region}
    if region.startswith("cn-"):
        return found | {"AWS::Partition": "aws-cn", "AWS::URLSuffix": "amazonaws.com.cn"}
    if region.startswith("us-gov-"):
        return found | {"AWS::Partition": "aws-us-gov", "AWS::URLSuffix": "amazonaws.com"}
    if re.fullmatch(r"(af|ap|ca|eu|il|me|mx|sa|us)-[a-z]+-[0-9]", region) and "-iso" not in region:
        return found | {"AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com"}
    return found


def _check_given(source: Source, document: Mapping, given: Mapping[str, str]) -> None:
    known = section(document, "Parameters")
    for name, value in given.items():
        if name not in known:
            hint = reading.suggestion(name, list(known)) or "; the template has no parameters"
            raise WrongUsage([source.problem(("Parameters",), f"has no parameter '{shown(name)}'{hint}")])
        if problem := refused(known[name], value):
            raise WrongUsage([source.problem(("Parameters", name), f"{name}: {problem}")])


# --- reading ------------------------------------------------------------------------------------


def _read(path: Path, name: str) -> Source:
    return source_of(reading.read_text(path, name), name)


def source_of(text: str, name: str) -> Source:
    """A template's text as a source, JSON or YAML.

    Raises:
        BadInput: it is neither.
    """
    # `.template` and `.yaml` files hold JSON as often as YAML.
    is_json = name.endswith(".json") or _JSON.match(text) is not None
    return reading.parse(text, name, is_json=is_json, tabs=True)


def _checked(source: Source, document: object) -> Mapping:
    if not isinstance(document, Mapping):
        raise BadInput([source.problem((), "is not a CloudFormation template; expected a map of sections")])
    problems = []
    for name in ("Parameters", "Mappings", "Conditions", "Resources", "Outputs", "Globals"):
        if document.get(name) is not None and not isinstance(document[name], Mapping):
            problems.append(source.problem((name,), f"{name}: expected a map of names, not a list"))
    if not document.get("Resources") and not problems:
        problems.append(source.problem((), "has no Resources; is it a CloudFormation template?"))
    problems += _misshapen(source, document, {})
    for name, body in section(document, "Parameters").items():
        if not isinstance(body, Mapping):
            problems.append(source.problem(("Parameters", name), f"{name}: expected a map with Type"))
    if problems:
        raise BadInput(problems)
    return document


def _misshapen(source: Source, document: Mapping, places: Mapping[KeyPath, KeyPath]) -> list[Problem]:
    problems = []
    for name, body in section(document, "Resources").items():
        if name.startswith("Fn::"):
            continue
        where = places.get(("Resources", name), ("Resources", name))
        called = shown(name)
        if not isinstance(body, Mapping):
            problems.append(source.problem(where, f"{called}: expected a map with Type and Properties"))
        elif not isinstance(body.get("Type"), str) or "{{" in body["Type"]:
            problems.append(source.problem(where, f"{called}: Type must be a text such as AWS::EC2::VPC"))
        elif body.get("Properties") is not None and not isinstance(body["Properties"], Mapping):
            problems.append(
                source.problem((*where, "Properties"), f"{called}: Properties must be a map of names")
            )
        elif "Condition" in body and not isinstance(body["Condition"], str):
            problems.append(source.problem((*where, "Condition"), f"{called}: Condition must be a name"))
    return problems


def _open_question(document: Mapping) -> str | None:
    transforms = document.get("Transform", [])
    for transform in transforms if isinstance(transforms, list) else [transforms]:
        if transform not in _KNOWN_TRANSFORMS:
            name = transform.get("Name", "") if isinstance(transform, Mapping) else transform
            return _macro(f"macro {shown(name)}")
    if "Fn::Transform" in document:
        return _macro("macro at the top of the template")
    for name, body in section(document, "Resources").items():
        if name.startswith("Fn::") and not name.startswith(loops.LOOP):
            return _macro(shown(name))
        if isinstance(body, Mapping) and ("Fn::Transform" in body or body["Type"].endswith("::MODULE")):
            return _macro(f"macro or module {shown(name)}")
    return None


def _macro(what: str) -> str:
    return f"{what} may change the template; {loops.PROCESSED}"


def _references(value: object, seen: set[int]) -> Iterator[str]:
    """Resources a value names, also inside its texts; a list that several values share is looked at once."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Reference):
            yield part.resource
        elif isinstance(part, OpenText | Unknown):
            waiting.extend(piece for piece in part.parts if isinstance(piece, Reference))
        elif isinstance(part, Mapping | list) and id(part) not in seen:
            seen.add(id(part))
            waiting.extend(part if isinstance(part, list) else part.values())


# --- stacks -------------------------------------------------------------------------------------


class _Loader:
    """Loads a stack and the stacks inside it, for one scenario."""

    def __init__(
        self, folder: Path | None, root: Path | None, fixed: Mapping[str, object], work: Work
    ) -> None:
        self.folder = folder
        self.root = root if root is not None else folder
        self.fixed = fixed
        self.work = work
        self.count = 0
        self.open: str | None = None
        self.unread: dict[str, str] = {}

    def stack(
        self, source: Source, document: Mapping, values: Mapping[str, object], prefix: str,
        above: tuple[Path, ...],
    ) -> dict[str, Resource]:  # fmt: skip
        """The resources of a stack by logical id, those of nested stacks after it."""
        return self._scoped(source, document, values, prefix, above)[0]

    def _scoped(
        self, source: Source, document: Mapping, values: Mapping[str, object], prefix: str,
        above: tuple[Path, ...],
    ) -> tuple[dict[str, Resource], Scope]:  # fmt: skip
        places: Mapping[KeyPath, KeyPath] = {}
        if loops.has_loops(source, document):
            unrolled = loops.unrolled(source, document, values, self.fixed)
            document, places = unrolled.document, unrolled.places
            self.open = self.open or unrolled.open
            if problems := _misshapen(source, document, places):
                raise BadInput(problems)
        inner: dict[str, Scope | None] = {}
        pending: set[str] = set()
        found: dict[str, Resource] = {}
        nested: dict[str, Resource] = {}

        def enter(name: str) -> Scope | None:
            """The nested stack `name`, loaded when first needed: stacks feed one another by outputs."""
            if name not in inner and name in stacks and name not in pending:
                pending.add(name)
                opened = self._nested(found[prefix + name], above)
                pending.discard(name)
                inner[name] = None
                if opened is not None:
                    inner_resources, inner[name] = opened
                    nested.update(inner_resources)
            return inner.get(name)

        def exported(name: str, output: str) -> object:
            opened = enter(name)
            if opened is None:
                return Unknown(f"output {output} of stack {prefix}{name}")
            written = opened.outputs.get(output)
            if not isinstance(written, Mapping) or "Value" not in written:
                return Unknown(f"output {output}, which stack {prefix}{name} does not have")
            return _handed_over(opened.resolve(written["Value"]), f"output {output} of {prefix}{name}")

        scope = Scope(document, values, prefix=prefix, fixed=self.fixed, exported=exported, work=self.work)
        sam_globals = section(section(document, "Globals"), "Function")
        stacks = []
        with _bounded(source, ("Resources",)):
            self.work.spend(_RESOURCE * len(scope.resources))
        for name, body in scope.resources.items():
            if not isinstance(body, Mapping) or name.startswith("Fn::"):
                continue
            condition = body.get("Condition")
            exists: Answer = True
            if isinstance(condition, str):
                with _bounded(source, ("Conditions", condition)):
                    exists = scope.condition(condition)
            if exists is False:
                continue
            properties = body.get("Properties") or {}
            if any(key.startswith("Fn::") for key in properties):
                exists = Undetermined(f"the properties of {prefix}{name}")
            if body["Type"] == "AWS::Serverless::Function" and sam_globals:
                with _bounded(source, ("Globals", "Function")):
                    properties = _merged(sam_globals, properties, self.work)
            found[prefix + name] = Resource(
                prefix + name, body["Type"], properties, exists, source,
                places.get(("Resources", name), ("Resources", name)), scope,
            )  # fmt: skip
            if body["Type"] == STACK_TYPE:
                stacks.append(name)
        for name in stacks:
            if enter(name) is not None:
                # What the nested template shows is known; the stack itself hides nothing.
                del found[prefix + name]
        return found | nested, scope

    def _nested(self, stack: Resource, above: tuple[Path, ...]) -> tuple[dict[str, Resource], Scope] | None:
        url = stack.written.get("TemplateURL")
        if self.folder is None or not isinstance(url, str) or "://" in url or "{{" in url:
            return None
        # A path in a nested template is relative to that template.
        path = self._inside(stack, above[-1].parent if above else self.folder, url)
        if path is None:
            return None
        problem = None
        if path in above or len(above) >= MAX_NESTING:
            problem = f"nested stack {stack.logical_id}: '{url}' includes itself or nests too deep"
        self.count += 1
        if self.count > MAX_STACKS:
            problem = f"more than {MAX_STACKS} nested stacks"
        if problem:
            raise BadInput([stack.source.problem((*stack.key_path, "Properties", "TemplateURL"), problem)])
        source = _cached(path)
        document = _checked(source, source.data)
        self.open = self.open or _open_question(document)
        passed = stack.properties.get("Parameters")
        given = {
            name: _handed_over(value, f"parameter {stack.logical_id}/{name}")
            for name, value in (passed.items() if isinstance(passed, Mapping) else ())
            if name in section(document, "Parameters")
        }  # fmt: skip
        if isinstance(passed, Unknown):
            given = dict.fromkeys(section(document, "Parameters"), passed)
        resources, scope = self._scoped(
            source, document, values_of(document, given), f"{stack.logical_id}/", (*above, path)
        )
        if stack.exists is not True:
            resources = {
                name: Resource(r.logical_id, r.type, r.written, both([r.exists, stack.exists]), r.source,
                               r.key_path, r.scope)
                for name, r in resources.items()
            }  # fmt: skip
        return resources, scope

    def _inside(self, stack: Resource, folder: Path, url: str) -> Path | None:
        """The file a stack's template is read from; `None`, and said so, where it lies outside the root."""
        try:
            root, path = self.root.resolve(), (folder / url).resolve()
            inside = path.is_relative_to(root)
            is_file = inside and path.is_file()
        except (OSError, ValueError, RuntimeError):
            # A name no file can have, or links in a circle.
            inside = is_file = False
            self.unread[stack.logical_id] = f"'{shown(url)}' is no name of a file"
            return None
        if not inside:
            self.unread[stack.logical_id] = (
                f"'{shown(url)}' lies outside the template's folder; name a folder around both with --root"
            )
        elif not is_file:
            self.unread[stack.logical_id] = f"'{shown(url)}' is no file"
        return path if is_file else None


def _handed_over(value: object, what: str) -> object:
    """A value that one stack hands to another: a text, or a list of texts."""
    items = value if isinstance(value, list) else [value]
    if any(isinstance(item, dict | list) for item in items):
        return Unknown(f"{what}, which is no text")
    return value


@contextmanager
def _bounded(source: Source, key_path: KeyPath) -> Iterator[None]:
    """Turn what grows beyond every bound into a problem of the file, at the line it stands."""
    try:
        yield
    except TooLarge as error:
        raise BadInput([source.problem(key_path, f"{shown(key_path[-1])}: {error}")]) from None


_sources: dict[tuple[Path, int, int], Source] = {}


def _cached(path: Path) -> Source:
    """A nested template's source, read once while the file stays as it is."""
    status = path.stat()
    key = (path, status.st_mtime_ns, status.st_size)
    if key not in _sources:
        if len(_sources) > MAX_STACKS:
            _sources.clear()
        _sources[key] = _read(path, str(path))
    return _sources[key]


def _merged(below: Mapping, above: Mapping, work: Work) -> Mapping:
    """SAM's `Globals`: maps are merged, lists put one after the other, other values replaced."""
    work.spend(0, len(below))
    found = dict(below)
    for key, value in above.items():
        base = found.get(key)
        if isinstance(base, Mapping) and isinstance(value, Mapping) and not _intrinsic(value, base):
            found[key] = _merged(base, value, work)
        elif isinstance(base, list) and isinstance(value, list):
            work.spend(0, len(base))
            found[key] = [*base, *value]
        else:
            found[key] = value
    return found


def _intrinsic(*values: Mapping) -> bool:
    return any(len(value) == 1 and next(iter(value)).startswith(("Fn::", "Ref")) for value in values)
