"""Finds what AWS would refuse in the `aws` commands of pages and in the JSON files that go with them.

Held against botocore's models, from which the AWS CLI makes its commands. The CLI itself is no help here:
version 2 is no Python package, and version 1 has been in maintenance since 2026 and learns no new operation.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import botocore.session
import jmespath
import jmespath.exceptions
from botocore import xform_name
from botocore.exceptions import UnknownServiceError
from botocore.model import ListShape, MapShape, OperationModel, Shape, StringShape, StructureShape
from botocore.utils import ArgumentGenerator
from botocore.validate import ParamValidator

from lambda_vpc.guide.snippet import Snippet
from lambda_vpc.reading import near

FLAGS = {"debug", "no-verify-ssl", "no-paginate", "no-sign-request", "no-cli-pager", "cli-auto-prompt",
         "no-cli-auto-prompt"}  # fmt: skip
"""Global options of AWS CLI version 2 that stand alone."""
VALUED = {"endpoint-url", "output", "query", "profile", "region", "color", "ca-bundle", "cli-read-timeout",
          "cli-connect-timeout", "cli-binary-format", "cli-input-json", "max-items", "page-size",
          "starting-token"}  # fmt: skip
"""Those that take one value; the paging ones are the CLI's, too."""
SHELLS = {"sh", "bash", "shell", "zsh", "shell-session"}
STACK_OPERATIONS = {"CreateStack", "UpdateStack", "CreateChangeSet"}

_FENCE = re.compile(r"\s*(`{3,}|~{3,})\s*\{?\s*\.?([\w-]*)")
_CODE = re.compile(r"<code>([^<]+)</code>")


@dataclass(frozen=True)
class Command:
    """One `aws` command as a page shows it."""

    place: str
    """File and line."""
    words: tuple[str, ...]


# --- finding them -------------------------------------------------------------------------------


def in_page(path: str, text: str) -> tuple[list[Command], list[str]]:
    """The `aws` commands of a page, and what is wrong with the blocks they stand in."""
    found: list[Command] = []
    wrong: list[str] = []
    fence = language = None
    begun = 0
    waiting = ""
    for number, line in enumerate(text.split("\n"), 1):
        mark = _FENCE.match(line)
        if mark and fence is None:
            fence, language = mark[1], mark[2]
        elif mark and mark[1].startswith(fence or "-") and not line.strip(" `~"):
            if waiting:
                wrong.append(
                    f"{path}:{begun}: the command ends with a backslash; complete it, or take it away"
                )
            fence, waiting = None, ""
        elif fence is None:
            continue
        elif language in SHELLS and re.match(r"\s*(\$ )?aws ", line):
            wrong.append(f"{path}:{number}: an aws command in a '{language}' block; fence it as ```console")
        elif language == "console":
            if not waiting and not line.strip().startswith("$ "):
                wrong.append(
                    f"{path}:{number}: '{line.strip()}' is no command; begin it with '$ ', and show printed "
                    "output as a command-output snippet"
                )
                continue
            begun = begun if waiting else number
            waiting += line.strip().removeprefix("$ ") if not waiting else " " + line.strip()
            if waiting.endswith("\\"):
                waiting = waiting.removesuffix("\\")
                continue
            try:
                words = _words(waiting)
            except ValueError as error:
                wrong.append(f"{path}:{begun}: {error}")
                words = ()
            if words[:1] == ("aws",):
                found.append(Command(f"{path}:{begun}", words))
            waiting = ""
    return found, wrong


def _words(text: str) -> tuple[str, ...]:
    reader = shlex.shlex(text, posix=True, punctuation_chars="|&;<>")
    reader.whitespace_split = True
    reader.commenters = ""
    try:
        words = tuple(reader)
    except ValueError as error:
        raise ValueError(f"the shell cannot read this ({error}); check the quotes") from None
    for word in words:
        if words[0] == "aws" and set(word) <= set("|&;<>"):
            raise ValueError(f"'{word}' joins commands; show one, and pick from its output by --query")
    return words


# --- models -------------------------------------------------------------------------------------


@cache
def _session() -> botocore.session.Session:
    return botocore.session.Session()


@dataclass(frozen=True)
class Target:
    """What a command calls."""

    operation: OperationModel
    prints: bool
    """Whether it prints the operation's output; a waiter prints nothing."""
    rest: tuple[str, ...]
    """The words after service, operation and waiter."""


class Refused(ValueError):
    """The AWS CLI would not take this; the message says what to write."""


def target(words: Sequence[str]) -> Target:
    """The operation that a command calls.

    Raises:
        Refused: no such service, operation or waiter.
    """
    plain = _without_global_options(words[1:])
    if len(plain) < 2:
        raise Refused("write 'aws SERVICE OPERATION'")
    service, name, *rest = plain
    try:
        model = _session().get_service_model(service)
    except UnknownServiceError:
        known = _session().get_available_services()
        raise Refused(f"no service '{service}' in the API models{near(service, known)}") from None
    if name != "wait":
        operations = {xform_name(operation, "-"): operation for operation in model.operation_names}
        if name not in operations:
            raise Refused(f"{service} has no operation '{name}'{near(name, list(operations))}")
        return Target(model.operation_model(operations[name]), True, tuple(rest))
    waiters = _session().get_waiter_model(service)
    names = {xform_name(waiter, "-"): waiter for waiter in waiters.waiter_names}
    if not rest or rest[0] not in names:
        waiter = rest[0] if rest else ""
        raise Refused(f"{service} has no waiter '{waiter}'{near(waiter, list(names))}")
    operation = waiters.get_waiter(names[rest[0]]).operation
    return Target(model.operation_model(operation), False, tuple(rest[1:]))


def _without_global_options(words: Sequence[str]) -> list[str]:
    """The words from the service on; only global options may stand before it."""
    words = list(words)
    while words and words[0].startswith("--"):
        name = words[0][2:]
        if name not in FLAGS | VALUED:
            raise Refused(f"'{words[0]}' is no global option{near(name, sorted(FLAGS | VALUED))}")
        words = words[1 if name in FLAGS else 2 :]
    return words


# --- judging a command --------------------------------------------------------------------------


def mistakes(words: Sequence[str], snippets: Mapping[str, Snippet]) -> list[str]:
    """What AWS would refuse in a command, in words that say what to write; empty when it is right.

    Args:
        words: the command, as the shell splits it, beginning with `aws`.
        snippets: by name; files that the command reads are looked for among them.
    """
    try:
        return list(_mistakes(words, snippets))
    except Refused as refused:
        return [str(refused)]


def _mistakes(words: Sequence[str], snippets: Mapping[str, Snippet]) -> Iterator[str]:
    called = target(words)
    model = called.operation
    shape = model.input_shape or StructureShape("Nothing", {"type": "structure", "members": {}})
    members = {xform_name(name, "-"): name for name in shape.members}
    options = _options(called.rest, members, shape)
    files = {Path(snippet.path).name: snippet for snippet in snippets.values()}
    given: dict[str, object] = {}
    if "cli-input-json" in options:
        given |= _input_file(options["cli-input-json"], model, files)
    for option, values in options.items():
        if option in members:
            name = members[option]
            given[name] = _value(option, values, shape.members[name], files)
    yield from value_mistakes(given, shape)
    if "query" in options:
        yield from query_mistakes(options["query"][0], model.output_shape if called.prints else None)
    if "filters" in options:
        yield from _filter_mistakes(given.get("Filters"), shape)
    if model.name in STACK_OPERATIONS and "template-body" in options:
        yield from _stack_mistakes(given, files[options["template-body"][0].removeprefix("file://")])


def _options(words: Sequence[str], members: Mapping[str, str], shape: StructureShape) -> dict[str, list[str]]:
    """Options with their values."""
    found: dict[str, list[str]] = {}
    current: list[str] = []
    room = 0
    for word in words:
        if word.startswith("--"):
            name = word[2:]
            if name in found:
                raise Refused(f"'{word}' stands twice")
            room = _room(name, members, shape)
            current = found[name] = []
        elif len(current) < room:
            current.append(word)
        else:
            raise Refused(f"'{word}' belongs to no option; a shorthand value holds no blank")
    for name, values in found.items():
        if not values and _room(name, members, shape):
            raise Refused(f"'--{name}' has no value")
    return found


def _room(name: str, members: Mapping[str, str], shape: StructureShape) -> int:
    """How many words an option may take."""
    if name in members:
        type_ = shape.members[members[name]].type_name
        return {"boolean": 0, "list": 10_000}.get(type_, 1)
    if name in FLAGS:
        return 0
    if name in VALUED:
        return 1
    raise Refused(f"no option '--{name}'{near(name, [*members, *FLAGS, *VALUED])}")


def _input_file(values: list[str], model: OperationModel, files: Mapping[str, Snippet]) -> dict:
    name = values[0].removeprefix("file://")
    found = files.get(name)
    if found is None or found.kind != "cli-input":
        known = [file for file, snippet in files.items() if snippet.kind == "cli-input"]
        raise Refused(f"--cli-input-json: no cli-input snippet has a file '{name}'{near(name, known)}")
    wanted = target(shlex.split(str(found.command))).operation
    if wanted.name != model.name:
        raise Refused(f"--cli-input-json: {found.path} is input for '{found.command}'")
    return dict(found.source.data)


def _value(option: str, values: list[str], shape: Shape, files: Mapping[str, Snippet]) -> object:
    """The value of an option as the CLI reads it: a file, JSON, its shorthand or plain words."""
    if not values:
        return True
    first = values[0]
    if first.startswith("file://"):
        name = first.removeprefix("file://")
        if name not in files:
            raise Refused(f"--{option}: no snippet has a file '{name}'{near(name, list(files))}")
        return files[name].text if isinstance(shape, StringShape) else files[name].source.data
    if isinstance(shape, ListShape | StructureShape) and first[:1] in ("{", "["):
        try:
            return json.loads(first)
        except ValueError as error:
            raise Refused(f"--{option}: not valid JSON ({error})") from None
    if isinstance(shape, ListShape):
        return [_item(option, word, shape.member) for word in values]
    return _item(option, first, shape)


def _item(option: str, word: str, shape: Shape) -> object:
    if isinstance(shape, StructureShape):
        return _shorthand(option, word, shape)
    return _scalar(word, shape)


def _scalar(word: str, shape: Shape | None) -> object:
    """A word in the type that the shape wants; left as it is when it does not fit, for the validator."""
    kind = shape.type_name if shape is not None else "string"
    if kind in ("integer", "long") and re.fullmatch(r"-?\d+", word):
        return int(word)
    if kind in ("float", "double") and re.fullmatch(r"-?\d+(\.\d+)?", word):
        return float(word)
    if kind == "boolean" and word.lower() in ("true", "false"):
        return word.lower() == "true"
    return word


def _shorthand(option: str, text: str, shape: StructureShape) -> dict[str, object]:
    """The flat part of the CLI's shorthand: `Key=value,Key=first,second,Key="with, comma"`."""
    found: dict[str, object] = {}
    for pair in re.split(r",(?=[A-Za-z]\w*=)", text):
        key, equals, value = pair.partition("=")
        member = shape.members.get(key)
        if not equals or value.endswith(",") or set(value) & set("[]{}"):
            raise Refused(
                f"--{option} {text}: '{pair}' is no Key=value; write Key=value,Key=first,second without "
                "blanks, and what is nested as JSON or a file for --cli-input-json"
            )
        quoted = re.fullmatch(r'"([^"]*)"', value)
        several = [quoted[1]] if quoted else value.split(",")
        inner = member.member if isinstance(member, ListShape) else member
        read = [_scalar(word, inner) for word in several]
        found[key] = read if isinstance(member, ListShape) or len(read) > 1 else read[0]
    return found


# --- judging values -----------------------------------------------------------------------------


def value_mistakes(value: object, shape: Shape, *, partial: bool = False) -> list[str]:
    """What the model refuses: members, types, required ones, enum values, numbers of items, patterns.

    Args:
        value: an input or output.
        shape: what the model says of it.
        partial: whether required members may be missing, as AWS leaves some out of an output.
    """
    report = ParamValidator().validate(value, shape)
    found = report.generate_report().split("\n") if report.has_errors() else []
    found = [line for line in found if not (partial and line.startswith("Missing required"))]
    return found or list(_constraint_mistakes(value, shape, shape.name))


def _constraint_mistakes(value: object, shape: Shape, at: str) -> Iterator[str]:
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        for key, item in value.items():
            if key in shape.members:
                yield from _constraint_mistakes(item, shape.members[key], f"{at}.{key}")
    elif isinstance(shape, MapShape) and isinstance(value, Mapping):
        for key, item in value.items():
            yield from _constraint_mistakes(item, shape.value, f"{at}.{key}")
    elif isinstance(shape, ListShape) and isinstance(value, list):
        if len(value) > shape.metadata.get("max", len(value)):
            yield f"{at}: {len(value)} items, AWS takes {shape.metadata['max']}"
        for position, item in enumerate(value):
            yield from _constraint_mistakes(item, shape.member, f"{at}[{position}]")
    elif isinstance(shape, StringShape) and isinstance(value, str):
        if shape.enum and value not in shape.enum:
            yield f"{at}: '{value}' is no value of {shape.name}{near(value, shape.enum)}"
        pattern = shape.metadata.get("pattern")
        if pattern and not _matches(pattern, value):
            yield f"{at}: '{value}' does not match {pattern}"


def _matches(pattern: str, value: str) -> bool:
    try:
        return re.fullmatch(pattern, value) is not None
    except re.error:  # a pattern of another dialect tells nothing here
        return True


def _filter_mistakes(filters: object, shape: StructureShape) -> Iterator[str]:
    known = _CODE.findall(shape.members["Filters"].documentation)
    for entry in filters if isinstance(filters, list) else ():
        name = str(entry.get("Name"))
        if name not in known and not (name.startswith("tag:") and any("tag:" in one for one in known)):
            yield f"--filters: AWS documents no filter '{name}' here{near(name, known)}"


def _stack_mistakes(given: Mapping[str, object], snippet: Snippet) -> Iterator[str]:
    template = snippet.source.data
    assert isinstance(template, Mapping)
    parameters = template.get("Parameters", {})
    entries = given.get("Parameters", [])
    assert isinstance(entries, list)
    keys = [entry.get("ParameterKey") for entry in entries]
    for key in keys:
        if key not in parameters:
            yield f"--parameters: {snippet.path} has no parameter '{key}'{near(str(key), list(parameters))}"
    for name, parameter in parameters.items():
        if name not in keys and "Default" not in parameter:
            yield f"--parameters: {snippet.path} needs a value for '{name}'"
    roles = any(resource["Type"].startswith("AWS::IAM::") for resource in template["Resources"].values())
    if roles and not given.get("Capabilities"):
        yield f"{snippet.path} creates IAM resources; add --capabilities CAPABILITY_IAM"


# --- queries ------------------------------------------------------------------------------------


def query_mistakes(query: str, shape: Shape | None) -> list[str]:
    """What is wrong with a `--query`: its syntax, and members that the output does not have.

    It is run on an example of the output that has every member.
    """
    try:
        parsed = jmespath.compile(query)
    except jmespath.exceptions.JMESPathError as error:
        return [f"--query: {str(error).splitlines()[0]}"]
    wrong: list[str] = []
    example = ArgumentGenerator(use_member_names=True).generate_skeleton(shape) if shape else None
    _let_through(parsed.parsed)
    if _holds_nothing(parsed.search(_Noting.within(example, wrong))) and not wrong:
        wrong.append(
            "--query: gives nothing from an output with every member; a list needs '[]' behind its name"
        )
    return wrong


class _Noting(dict):
    """A mapping that notes the names it is asked for in vain."""

    @classmethod
    def within(cls, value: object, wrong: list[str]) -> object:
        """The value with such mappings all through it."""
        if isinstance(value, dict):
            found = cls({key: cls.within(item, wrong) for key, item in value.items()})
            found.wrong = wrong
            return found
        return [cls.within(item, wrong) for item in value] if isinstance(value, list) else value

    def get(self, key: str, default: object = None) -> object:
        """As a query asks for a member."""
        if key not in self:
            self.wrong.append(f"--query: the output has no '{key}'{near(key, list(self))}")
        return super().get(key, default)


def _let_through(node: dict) -> None:
    """Make every filter of a parsed query pass, so that what stands behind it runs, too."""
    if node["type"] == "filter_projection":
        passing = {"type": "literal", "value": True, "children": []}
        node["children"][2] = {"type": "or_expression", "children": [node["children"][2], passing]}
    for child in node["children"]:
        _let_through(child)


def _holds_nothing(value: object) -> bool:
    if isinstance(value, dict):
        return not value or any(map(_holds_nothing, value.values()))
    return value is None or value == [] or (isinstance(value, list) and any(map(_holds_nothing, value)))


# --- snippets -----------------------------------------------------------------------------------


def snippet_mistakes(snippet: Snippet, snippets: Mapping[str, Snippet]) -> list[str]:
    """What is wrong with a cli-input or command-output snippet, each with file and line."""
    try:
        words = shlex.split(str(snippet.command))
        called = target(words)
        if snippet.kind == "cli-input":
            shape = called.operation.input_shape
            found = value_mistakes(snippet.source.data, shape) if shape else ["takes no input"]
        else:
            found = _output(snippet, words, called, snippets)
    except Refused as refused:
        return [f"{snippet.spec.path}:{snippet.spec.line(('command',))}: {refused}"]
    return [f"{snippet.path}:{_line(snippet, message)}: {message}" for message in found]


def _output(snippet: Snippet, words: list[str], called: Target, snippets: Mapping[str, Snippet]) -> list[str]:
    """Printed output is a part of the operation's output, and exactly what the query picks from it."""
    shape = called.operation.output_shape
    if not called.prints or shape is None:
        return [f"'{snippet.command}' prints nothing"]
    data = snippet.source.data
    wrong = mistakes(words, snippets) if called.rest else []
    wrong += value_mistakes(data, shape, partial=True)
    if "--query" in words and not wrong:
        picked = jmespath.search(words[words.index("--query") + 1], data)
        if picked != data:
            wrong.append(f"the query prints something else; from this it picks {json.dumps(picked)}")
    return wrong


def _line(snippet: Snippet, message: str) -> int:
    """The line of the value a message speaks of: of the key it quotes, or of the last one on its path."""
    path = re.search(r"\w+(?:\[\d+\])?\.[\w.\[\]]+", message)
    names = re.findall(r'"(\w+)"', message)[:1] + re.findall(r"[A-Za-z]\w*", path[0] if path else "")[::-1]
    lines = {key[1]: number for number, line in enumerate(snippet.text.split("\n"), 1)
             if (key := re.match(r'\s*"(\w+)":', line))}  # fmt: skip
    return next((lines[name] for name in names if name in lines), 1)
