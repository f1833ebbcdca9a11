"""Finds what AWS would refuse in the `aws` commands of pages and in the JSON files that go with them.

Held against botocore's models, from which the AWS CLI makes its commands. The CLI itself is no help here:
version 2 is no Python package, and version 1 has been in maintenance since 2026 and learns no new operation.
"""

from __future__ import annotations

import base64
import binascii
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
CLI_NAMES = {"s3api": "s3", "configservice": "config"}
"""Commands that the CLI names otherwise than botocore does."""
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
        model = _session().get_service_model(CLI_NAMES.get(service, service))
    except UnknownServiceError:
        known = [*_session().get_available_services(), *CLI_NAMES]
        raise Refused(f"no service '{service}' in the API models{near(service, known)}") from None
    if name != "wait":
        operations = {xform_name(operation, "-"): operation for operation in model.operation_names}
        if name not in operations:
            raise Refused(f"{service} has no operation '{name}'{near(name, list(operations))}")
        return Target(model.operation_model(operations[name]), True, tuple(rest))
    waiters = _session().get_waiter_model(CLI_NAMES.get(service, service))
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
    options, positional = _options(called.rest, members, shape)
    if model.has_streaming_output and len(positional) != 1:
        raise Refused(f"{xform_name(model.name, '-')} takes one file name for its output; give it at the end")
    if positional and not model.has_streaming_output:
        raise Refused(f"'{positional[0]}' belongs to no option; a shorthand value holds no blank")
    files = {Path(snippet.path).name: snippet for snippet in snippets.values()}
    given: dict[str, object] = {}
    raw_blobs = options.get("cli-binary-format") == ["raw-in-base64-out"]
    if "cli-input-json" in options:
        given |= _input_file(options["cli-input-json"], model, files)
    for option, values in options.items():
        if option in members:
            name = members[option]
            given[name] = _value(option, values, shape.members[name], files, raw_blobs)
        elif option.startswith("no-") and option[3:] in members:
            given[members[option[3:]]] = False
    yield from value_mistakes(given, shape)
    if "query" in options:
        yield from query_mistakes(options["query"][0], model.output_shape if called.prints else None)
    if "filters" in options:
        yield from _filter_mistakes(given.get("Filters"), shape)
    if model.name in STACK_OPERATIONS and "template-body" in options:
        yield from _stack_mistakes(given, files[options["template-body"][0].removeprefix("file://")])


def _options(
    words: Sequence[str], members: Mapping[str, str], shape: StructureShape
) -> tuple[dict[str, list[str]], list[str]]:
    """Options with their values, and what belongs to no option."""
    found: dict[str, list[str]] = {}
    positional: list[str] = []
    current: list[str] | None = None
    room = 0
    for word in words:
        if word.startswith("--"):
            name = word[2:]
            if name in found:
                raise Refused(f"'{word}' stands twice")
            room = _room(name, members, shape)
            current = found.setdefault(name, [])
        elif current is not None and len(current) < room:
            current.append(word)
        else:
            positional.append(word)
    for name, values in found.items():
        if not values and _room(name, members, shape):
            raise Refused(f"'--{name}' has no value")
    return found, positional


def _room(name: str, members: Mapping[str, str], shape: StructureShape) -> int:
    """How many words an option may take."""
    if name in members:
        type_ = shape.members[members[name]].type_name
        return {"boolean": 0, "list": 10_000}.get(type_, 1)
    if name.startswith("no-") and name[3:] in members:
        if shape.members[members[name[3:]]].type_name == "boolean":
            return 0
    elif name in FLAGS:
        return 0
    elif name in VALUED:
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


def _value(
    option: str, values: list[str], shape: Shape, files: Mapping[str, Snippet], raw_blobs: bool
) -> object:
    """The value of an option as the CLI reads it: a file, JSON, its shorthand or plain words."""
    if not values:
        return True
    first = values[0]
    if first.startswith("fileb://"):
        return b""
    if first.startswith("file://"):
        name = first.removeprefix("file://")
        if name not in files:
            raise Refused(f"--{option}: no snippet has a file '{name}'{near(name, list(files))}")
        return files[name].text if isinstance(shape, StringShape) else files[name].source.data
    if isinstance(shape, ListShape | MapShape | StructureShape) and first[:1] in ("{", "["):
        try:
            return json.loads(first)
        except ValueError as error:
            raise Refused(f"--{option}: not valid JSON ({error})") from None
    if isinstance(shape, ListShape):
        return [_item(option, word, shape.member) for word in values]
    if shape.type_name == "blob" and not raw_blobs:
        try:
            return base64.b64decode(first, validate=True)
        except binascii.Error:
            raise Refused(
                f"--{option}: version 2 of the CLI expects base64; add --cli-binary-format raw-in-base64-out"
            ) from None
    return _item(option, first, shape)


def _item(option: str, word: str, shape: Shape) -> object:
    if isinstance(shape, StructureShape | MapShape):
        return _Shorthand(option, word, shape).read()
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


class _Shorthand:
    """The CLI's shorthand: `Key=value,Key=first,second,Key=[a,b],Key={Inner=value}`, values quoted or not."""

    _KEY = re.compile(r"([A-Za-z0-9_.#/:-]+)=")
    _PLAIN = re.compile(r"[^,\[\]{}]*")
    _QUOTED = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'")

    def __init__(self, option: str, text: str, shape: Shape) -> None:
        self.option, self.text, self.shape, self.at = option, text, shape, 0

    def read(self) -> dict:
        found = self._pairs(self.shape, "")
        if self.at < len(self.text):
            raise self._refused(f"'{self.text[self.at :]}' is left over")
        return found

    def _refused(self, what: str) -> Refused:
        return Refused(
            f"--{self.option} {self.text}: {what}; write Key=value,Key=first,second without blanks"
        )

    def _pairs(self, shape: Shape | None, end: str) -> dict:
        found: dict[str, object] = {}
        while self.at < len(self.text) and self.text[self.at] != end:
            key = self._KEY.match(self.text, self.at)
            if not key:
                raise self._refused(f"'Key=' is expected at '{self.text[self.at :]}'")
            self.at = key.end()
            found[key[1]] = self._after_key(_member(shape, key[1]))
            self._comma(end)
        return found

    def _comma(self, end: str) -> None:
        if self.text[self.at : self.at + 1] == ",":
            self.at += 1
            if self.at == len(self.text):
                raise self._refused("it ends with a comma")
        elif self.at < len(self.text) and self.text[self.at] != end:
            raise self._refused(f"a comma is expected at '{self.text[self.at :]}'")

    def _after_key(self, shape: Shape | None) -> object:
        is_list = isinstance(shape, ListShape)
        first = self._one(shape.member if is_list and self.text[self.at : self.at + 1] != "[" else shape)
        if isinstance(first, list):
            return first
        several = [first]
        # Words after a comma belong to this key as long as no new key begins.
        while self.text[self.at : self.at + 1] == "," and not self._KEY.match(self.text, self.at + 1):
            self.at += 1
            several.append(self._one(shape.member if is_list else shape))
        return several if is_list or len(several) > 1 else first

    def _one(self, shape: Shape | None) -> object:
        opening = self.text[self.at : self.at + 1]
        if opening == "{":
            self.at += 1
            found = self._pairs(shape, "}")
            self._close("}")
            return found
        if opening == "[":
            self.at += 1
            items = []
            while self.at < len(self.text) and self.text[self.at] != "]":
                items.append(self._one(shape.member if isinstance(shape, ListShape) else None))
                self._comma("]")
            self._close("]")
            return items
        quoted = self._QUOTED.match(self.text, self.at)
        if quoted:
            self.at = quoted.end()
            return _scalar(re.sub(r"\\(.)", r"\1", quoted[1] or quoted[2] or ""), shape)
        plain = self._PLAIN.match(self.text, self.at)
        assert plain is not None
        self.at = plain.end()
        return _scalar(plain[0], shape)

    def _close(self, bracket: str) -> None:
        if self.text[self.at : self.at + 1] != bracket:
            raise self._refused(f"'{bracket}' is missing")
        self.at += 1


def _member(shape: Shape | None, key: str) -> Shape | None:
    if isinstance(shape, StructureShape):
        return shape.members.get(key)
    return shape.value if isinstance(shape, MapShape) else None


# --- judging values -----------------------------------------------------------------------------


def value_mistakes(value: object, shape: Shape) -> Iterator[str]:
    """What the model refuses in an input: members, types, required ones, enum values, lengths, patterns."""
    report = ParamValidator().validate(value, shape)
    if report.has_errors():
        yield from report.generate_report().split("\n")
    else:
        yield from _constraint_mistakes(value, shape, shape.name)


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


# --- queries and printed output -----------------------------------------------------------------


@dataclass(frozen=True)
class Several:
    """What a projection prints: a list."""

    of: Printed


@dataclass(frozen=True)
class Picked:
    """What `{Key: …}` prints: a mapping with exactly these keys."""

    members: Mapping[str, Printed]


Printed = Shape | Several | Picked | None
"""What a command prints; `None` where the model does not tell."""


def query_mistakes(query: str, shape: Shape | None) -> list[str]:
    """What is wrong with a `--query`: its syntax, and members that the output does not have."""
    wrong: list[str] = []
    printed(query, shape, wrong)
    return wrong


def printed(query: str, shape: Printed, wrong: list[str]) -> Printed:
    """What remains of an output after a `--query`; mistakes go to `wrong`."""
    try:
        parsed = jmespath.compile(query).parsed
    except jmespath.exceptions.JMESPathError as error:
        wrong.append(f"--query: {str(error).splitlines()[0]}")
        return None
    return _Query(wrong).walk(parsed, shape)


class _Query:
    """Follows a query through the shapes of an output."""

    def __init__(self, wrong: list[str]) -> None:
        self.wrong = wrong

    def walk(self, node: Mapping, shape: Printed) -> Printed:
        children = node["children"]
        match node["type"]:
            case "field":
                return self.field(node["value"], shape)
            case "identity" | "current":
                return shape
            case "subexpression" | "pipe" | "index_expression":
                for child in children:
                    shape = self.walk(child, shape)
                return shape
            case "index":
                return _items(shape)
            case "slice":
                return shape
            case "flatten":
                inner = _items(self.walk(children[0], shape))
                return Several(_items(inner) if _is_list(inner) else inner)
            case "projection" | "value_projection":
                return Several(self.walk(children[1], _items(self.walk(children[0], shape))))
            case "filter_projection":
                item = _items(self.walk(children[0], shape))
                self.walk(children[2], item)
                return Several(self.walk(children[1], item))
            case "multi_select_dict":
                return Picked({pair["value"]: self.walk(pair["children"][0], shape) for pair in children})
            case "multi_select_list":
                for child in children:
                    self.walk(child, shape)
                return Several(None)
        for child in children:  # comparisons, functions, and the like: their parts are looked up, too
            self.walk(child, shape)
        return None

    def field(self, name: str, shape: Printed) -> Printed:
        if isinstance(shape, StructureShape):
            if name not in shape.members:
                known = list(shape.members)
                self.wrong.append(f"--query: the output has no '{name}'{near(name, known)}")
            return shape.members.get(name)
        if isinstance(shape, Picked):
            if name not in shape.members:
                self.wrong.append(f"--query: '{name}' was not picked before{near(name, list(shape.members))}")
            return shape.members.get(name)
        if shape is not None and not isinstance(shape, MapShape):
            self.wrong.append(f"--query: '{name}' is asked of a list or a single value; put '[]' before it")
        return shape.value if isinstance(shape, MapShape) else None


def _is_list(shape: Printed) -> bool:
    return isinstance(shape, ListShape | Several)


def _items(shape: Printed) -> Printed:
    if isinstance(shape, ListShape):
        return shape.member
    if isinstance(shape, MapShape):
        return shape.value
    return shape.of if isinstance(shape, Several) else None


def output_mistakes(value: object, shape: Printed, at: str = "output") -> Iterator[str]:
    """What a command could not have printed. Members that AWS leaves out may be missing, picked ones not."""
    if isinstance(shape, Picked):
        if not isinstance(value, Mapping) or value.keys() != shape.members.keys():
            yield f"{at}: must be a mapping with exactly {', '.join(shape.members)}, as --query picks them"
            return
        for key, item in value.items():
            yield from output_mistakes(item, shape.members[key], f"{at}.{key}")
    elif isinstance(shape, Several):
        if not isinstance(value, list):
            yield f"{at}: must be a list"
            return
        for position, item in enumerate(value):
            yield from output_mistakes(item, shape.of, f"{at}[{position}]")
    elif shape is not None and value is not None:
        report = ParamValidator().validate(value, shape)
        found = report.generate_report().split("\n") if report.has_errors() else []
        yield from (f"{at}: {line}" for line in found if not line.startswith("Missing required"))
        yield from _constraint_mistakes(value, shape, at)


# --- snippets -----------------------------------------------------------------------------------


def snippet_mistakes(snippet: Snippet, snippets: Mapping[str, Snippet]) -> list[str]:
    """What is wrong with a cli-input or command-output snippet, each with file and line."""
    try:
        words = shlex.split(str(snippet.command))
        called = target(words)
        if snippet.kind == "cli-input":
            shape = called.operation.input_shape
            found = list(value_mistakes(snippet.source.data, shape)) if shape else ["takes no input"]
        else:
            found = _output(snippet, words, called, snippets)
    except Refused as refused:
        return [f"{snippet.spec.path}:{snippet.spec.line(('command',))}: {refused}"]
    return [f"{snippet.path}:{_line(snippet, message)}: {message}" for message in found]


def _output(snippet: Snippet, words: list[str], called: Target, snippets: Mapping[str, Snippet]) -> list[str]:
    shape: Printed = called.operation.output_shape
    if not called.prints or shape is None:
        return [f"'{snippet.command}' prints nothing"]
    wrong = mistakes(words, snippets) if called.rest else []
    if "--query" in words and not wrong:
        shape = printed(words[words.index("--query") + 1], shape, wrong)
    return wrong + list(output_mistakes(snippet.source.data, shape))


def _line(snippet: Snippet, message: str) -> int:
    """The line of the value a message speaks of: of the key it quotes, or of the last one on its path."""
    path = re.search(r"\w+(?:\[\d+\])?\.[\w.\[\]]+", message)
    names = re.findall(r'"(\w+)"', message)[:1] + re.findall(r"[A-Za-z]\w*", path[0] if path else "")[::-1]
    lines = {key[1]: number for number, line in enumerate(snippet.text.split("\n"), 1)
             if (key := re.match(r'\s*"(\w+)":', line))}  # fmt: skip
    return next((lines[name] for name in names if name in lines), 1)
