"""Load every snippet with its spec, strictly.

`snippets/TOPIC/NAME.json` (or `.yaml`) is the snippet, `NAME.spec.yaml` beside it says what must be true of
it, `NAME.wrong/` holds plausible mistakes. A file nobody speaks of is a mistake, and so is a spec that
speaks of a file that is not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from lambda_vpc import iam, placeholders, service_reference
from lambda_vpc.conditions import PolicyError
from lambda_vpc.reading import BadInput, KeyPath, Problem, Source, read, suggestion
from lambda_vpc.request import By, Settings, VpcConfig, build, resources_of
from lambda_vpc.snippet import (
    KINDS,
    LANGUAGES,
    POLICY_LAYERS,
    RULE_ID,
    Accept,
    Case,
    NoEffect,
    Note,
    Snippet,
    Text,
    Wrong,
)

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_EXPECTED = re.compile(r"(allow|deny|undocumented)(?: by (\S+))?")


def load(root: Path) -> dict[str, Snippet]:
    """Load all snippets below a folder.

    Args:
        root: the `snippets` folder; `python/` in it is the checker and is passed by.

    Returns:
        Snippets by name, sorted.

    Raises:
        BadInput: every mistake found in any file, each with file, line and mend.
    """
    problems: list[Problem] = []
    snippets: dict[str, Snippet] = {}
    for topic in sorted(root.iterdir()):
        if topic.name.startswith(".") or topic.name == "python":
            continue
        if not topic.is_dir():
            problems.append(
                Problem(_named(root, topic), 1, "stands outside a topic folder; move it into one")
            )
            continue
        _load_topic(root, topic, snippets, problems)
    for snippet in snippets.values():
        for position, name in enumerate(snippet.companions):
            where = ("with", position)
            if name not in snippets:
                problems.append(
                    snippet.spec.problem(where, f"no snippet '{name}'{suggestion(name, list(snippets))}")
                )
            elif snippets[name].kind not in POLICY_LAYERS:
                problems.append(
                    snippet.spec.problem(where, f"'{name}' is a {snippets[name].kind}, not a policy")
                )
    if problems:
        raise BadInput(problems)
    return snippets


def _named(root: Path, path: Path) -> str:
    return f"{root.name}/{path.relative_to(root).as_posix()}"


def _load_topic(root: Path, topic: Path, snippets: dict[str, Snippet], problems: list[Problem]) -> None:
    files = {path.name: path for path in sorted(topic.iterdir()) if not path.name.startswith(".")}
    used: set[str] = set()
    for name, path in files.items():
        if not name.endswith(".spec.yaml"):
            continue
        stem = name.removesuffix(".spec.yaml")
        used.add(name)
        beside = [stem + suffix for suffix in (".json", ".yaml") if stem + suffix in files]
        if len(beside) != 1:
            wanted = f"{stem}.json or {stem}.yaml"
            what = "both" if beside else "neither"
            problems.append(
                Problem(_named(root, path), 1, f"needs one snippet beside it, {wanted}; found {what}")
            )
            used.update(beside)
            continue
        folder = files.get(f"{stem}.wrong")
        used.update(beside, [f"{stem}.wrong"])
        try:
            spec = read(path, _named(root, path))
            source = read(files[beside[0]], _named(root, files[beside[0]]))
            found = _Spec(root, f"{topic.name}/{stem}", source, spec, folder, snippets).load()
        except BadInput as bad:
            problems.extend(bad.problems)
            continue
        snippets[found.name] = found
    for name in files.keys() - used:
        problems.append(
            Problem(_named(root, files[name]), 1, f"no spec speaks of it; add {Path(name).stem}.spec.yaml")
        )


class _Spec:
    """Reads one spec; collects every problem before it gives up."""

    def __init__(
        self,
        root: Path,
        name: str,
        source: Source,
        spec: Source,
        folder: Path | None,
        others: Mapping[str, Snippet],
    ) -> None:
        self.root, self.name, self.source, self.spec = root, name, source, spec
        self.folder, self.others = folder, others
        self.problems: list[Problem] = []

    def problem(self, path: KeyPath, message: str) -> None:
        self.problems.append(self.spec.problem(path, message))

    def fields(self, value: object, path: KeyPath, known: Mapping[str, bool]) -> Mapping:
        """A mapping with only known keys, `True` for those it must have; an empty one when it is none."""
        if not isinstance(value, Mapping):
            self.problem(path, f"expected a mapping with {', '.join(known)}")
            return {}
        for key in value:
            if key not in known:
                self.problem((*path, key), f"unknown key '{key}'{suggestion(str(key), list(known))}")
        for key, required in known.items():
            if required and key not in value:
                self.problem(path, f"'{key}' is missing")
        return value

    def text(self, value: object, path: KeyPath) -> Text:
        found = self.fields(value, path, dict.fromkeys(LANGUAGES, True))
        for language in found:
            if not isinstance(found[language], str) or not found[language].strip():
                self.problem((*path, language), f"'{language}' must be a text")
        return found

    def items(self, value: object, path: KeyPath) -> Sequence:
        if value is None:
            return ()
        if not isinstance(value, list):
            self.problem(path, "expected a list")
            return ()
        return value

    def names(self, value: object, path: KeyPath) -> tuple[str, ...]:
        found = self.items(value, path)
        for position, item in enumerate(found):
            if not isinstance(item, str):
                self.problem((*path, position), "expected a name")
        return tuple(item for item in found if isinstance(item, str))

    def load(self) -> Snippet:
        data = self.fields(
            self.spec.data,
            (),
            {
                "kind": True, "title": True, "summary": True, "facts": True, "with": False, "notes": False,
                "accept": False, "cases": False, "wrong": False, "aws-managed": False, "attach-to": False,
                "no-effect": False,
            },
        )  # fmt: skip
        kind = data.get("kind")
        if kind is not None and kind not in KINDS:
            self.problem(("kind",), f"unknown kind '{kind}'{suggestion(str(kind), KINDS)}")
        if not _ID.fullmatch(self.name.rpartition("/")[2]):
            self.problem((), "a snippet's name is lower-case words joined by '-'")
        if not self.source.text.endswith("\n"):
            self.problems.append(
                Problem(self.source.path, self.source.text.count("\n") + 1, "ends without a line break")
            )
        title = self.text(data["title"], ("title",)) if "title" in data else {}
        summary = self.text(data["summary"], ("summary",)) if "summary" in data else {}
        if kind in POLICY_LAYERS:
            try:
                iam.Policy.parse(self.source.data)  # type: ignore[arg-type]
            except PolicyError as error:
                self.problems.append(_policy_problem(self.source, error))
        cases = self.cases(data.get("cases"))
        found = Snippet(
            name=self.name,
            source=self.source,
            spec=self.spec,
            kind=str(kind),
            title=title,
            summary=summary,
            facts=self.names(data.get("facts"), ("facts",)),
            companions=self.names(data.get("with"), ("with",)),
            notes=self.notes(data.get("notes")),
            accept=self.accepted(data.get("accept")),
            no_effect=self.no_effect(data.get("no-effect")),
            cases=cases,
            wrong=self.wrong(data.get("wrong"), cases, str(kind)),
            attach_to=self.attached(data.get("attach-to", ["deployer"]), ("attach-to",)),
            aws_managed=data.get("aws-managed"),
            others=self.others,
        )
        if self.problems:
            raise BadInput(self.problems)
        return found

    def attached(self, value: object, where: KeyPath) -> tuple[str, ...]:
        known = placeholders.principals()
        names = self.names(value, where)
        for position, name in enumerate(names):
            if name not in known:
                self.problem((*where, position), f"unknown principal '{name}'{suggestion(name, list(known))}")
        return tuple(known[name] for name in names if name in known)

    def by_key_path(self, value: object, entry: str) -> Iterator[tuple[str, KeyPath, Text]]:
        """The texts of a mapping from key paths in the snippet, each with its way in the snippet."""
        if value is None:
            return
        if not isinstance(value, Mapping):
            self.problem((entry,), "expected a mapping from key path to text")
            return
        for written, text in value.items():
            try:
                path = resolve(self.source.data, written)
            except ValueError as error:
                self.problem((entry, written), str(error))
                continue
            yield written, path, self.text(text, (entry, written))

    def notes(self, value: object) -> tuple[Note, ...]:
        notes = (
            Note(written, self.source.line(path), text)
            for written, path, text in self.by_key_path(value, "notes")
        )
        return tuple(sorted(notes, key=lambda note: note.line))

    def no_effect(self, value: object) -> tuple[NoEffect, ...]:
        found = self.by_key_path(value, "no-effect")
        return tuple(NoEffect(written, path, text) for written, path, text in found)

    def accepted(self, value: object) -> tuple[Accept, ...]:
        found = []
        for position, item in enumerate(self.items(value, ("accept",))):
            where: KeyPath = ("accept", position)
            item = self.fields(item, where, {"rule": True, "because": True})
            rule = str(item.get("rule"))
            if "rule" in item and not RULE_ID.fullmatch(rule):
                self.problem((*where, "rule"), f"'{rule}' is not a lint rule id such as W3037")
            if "because" in item:
                found.append(Accept(rule, self.text(item["because"], (*where, "because"))))
        return tuple(found)

    def cases(self, value: object) -> tuple[Case, ...]:
        found: dict[str, Case] = {}
        for position, item in enumerate(self.items(value, ("cases",))):
            case = self.case(item, ("cases", position))
            if case is None:
                continue
            if case.id in found:
                self.problem(("cases", position), f"duplicate case id '{case.id}'; ids are part of addresses")
            found[case.id] = case
        return tuple(found.values())

    def case(self, value: object, where: KeyPath) -> Case | None:
        before = len(self.problems)
        item = self.fields(
            value,
            where,
            {
                "id": True, "name": True, "call": True, "decision": True, "vpc": False, "by": False,
                "function": False, "resource": False, "context": False, "account": False, "facts": False,
            },
        )  # fmt: skip
        if len(self.problems) > before:
            return None
        if not isinstance(item["id"], str) or not _ID.fullmatch(item["id"]):
            self.problem((*where, "id"), "an id is lower-case words joined by '-'")
        name = self.text(item["name"], (*where, "name"))
        call = str(item["call"])
        action = service_reference.action(call)
        if action is None:
            known = service_reference.actions(call.partition(":")[0])
            self.problem((*where, "call"), f"AWS lists no action '{call}'{_near(call, known)}")
        elif action.name != call:
            self.problem((*where, "call"), f"write '{action.name}'")
        expected = _EXPECTED.fullmatch(str(item["decision"]))
        if not expected or (expected[1] == "undocumented" and expected[2]):
            self.problem(
                (*where, "decision"),
                "expected 'allow', 'allow by SID', 'deny', 'deny by SID' or 'undocumented'",
            )
        settings, vpc, names = self.settings(item.get("vpc"), (*where, "vpc"))
        by, principal = self.caller(item.get("by", "deployer"), (*where, "by"))
        context = item.get("context", {})
        if not isinstance(context, Mapping):
            self.problem((*where, "context"), "expected a mapping from condition key to value")
        else:
            for key in context:
                if service_reference.condition_key(key) is None:
                    self.problem((*where, "context", key), f"AWS lists no condition key '{key}'")
        if item.get("account", "member") not in ("member", "management"):
            self.problem((*where, "account"), "expected 'member' or 'management'")
        if len(self.problems) > before:
            return None
        function = placeholders.function_arn(str(item.get("function", "orders-api")))
        resource = item.get("resource") or resources_of(
            call, function=function, arn_prefix=placeholders.ec2_prefix(), vpc=vpc
        )
        if not resource:
            self.problem(where, f"'resource' is missing: {call} does not determine it")
            return None
        source_function = function if by is not By.CALLER else None
        request = build(
            call,
            resource if isinstance(resource, str) else tuple(resource),
            principal,
            by=by,
            settings=settings,
            vpc=vpc,
            source_function=source_function,
            context=context,
            management_account=item.get("account") == "management",
        )
        assert expected is not None
        return Case(
            id=item["id"],
            name=name,
            line=self.spec.line(where),
            call=call,
            request=request,
            settings=settings,
            vpc=vpc,
            subnets=names[0],
            security_groups=names[1],
            by=str(item.get("by", "deployer")),
            effect=expected[1],
            statement=expected[2],
            facts=self.names(item.get("facts"), (*where, "facts")),
        )

    def settings(
        self, value: object, where: KeyPath
    ) -> tuple[Settings, VpcConfig | None, tuple[tuple[str, ...], tuple[str, ...]]]:
        """`none` (the default), `unchanged`, `removed`, or subnets and security groups."""
        nothing: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
        if value is None or value in ("none", "unchanged", "removed"):
            return Settings(value or "none"), None, nothing
        if not isinstance(value, Mapping):
            self.problem(where, "expected none, unchanged, removed, or subnets and security-groups")
            return Settings.NONE, None, nothing
        unchanged = "unchanged" in value
        inner_path = (*where, "unchanged") if unchanged else where
        inner = self.fields(value, where, {"unchanged": True})["unchanged"] if unchanged else value
        inner = self.fields(inner, inner_path, {"subnets": True, "security-groups": True})
        names = (
            self.names(inner.get("subnets"), (*inner_path, "subnets")),
            self.names(inner.get("security-groups"), (*inner_path, "security-groups")),
        )
        try:
            vpc = placeholders.vpc_config(*names)
        except ValueError as error:
            self.problem(inner_path, str(error))
            return Settings.NONE, None, nothing
        return Settings.UNCHANGED if unchanged else Settings.GIVEN, vpc, names

    def caller(self, value: object, where: KeyPath) -> tuple[By, str]:
        """A placeholder principal, `function-code`, `lambda`, or a service principal."""
        known = placeholders.principals()
        if value == "function-code":
            return By.CODE, known["execution-role"]
        if value == "lambda":
            return By.LAMBDA, known["execution-role"]
        if isinstance(value, str) and (value.endswith(".amazonaws.com") or value.startswith("arn:")):
            return By.CALLER, value
        if not isinstance(value, str) or value not in known:
            names = [*known, "function-code", "lambda"]
            self.problem(where, f"unknown principal '{value}'{suggestion(str(value), names)}")
            return By.CALLER, ""
        return By.CALLER, known[value]

    def wrong(self, value: object, cases: Iterable[Case], kind: str) -> tuple[Wrong, ...]:
        files = {path.name: path for path in sorted(self.folder.iterdir())} if self.folder else {}
        ids = [case.id for case in cases]
        found = []
        used = set()
        for position, item in enumerate(self.items(value, ("wrong",))):
            where: KeyPath = ("wrong", position)
            before = len(self.problems)
            known = {"file": True, "because": True, "caught-by": True, "attach-to": False}
            item = self.fields(item, where, known)
            if len(self.problems) > before:
                continue
            name, caught_by = str(item["file"]), str(item["caught-by"])
            because = self.text(item["because"], (*where, "because"))
            if name in used:
                self.problem((*where, "file"), f"'{name}' is listed twice")
            used.add(name)
            if name not in files:
                self.problem((*where, "file"), f"no file '{name}' in {self.name}.wrong/")
                continue
            if not RULE_ID.fullmatch(caught_by) and caught_by not in ids:
                self.problem(
                    (*where, "caught-by"),
                    f"'{caught_by}' is neither a lint rule id nor a case of this spec{_near(caught_by, ids)}",
                )
            attach_to = item.get("attach-to")
            if attach_to is not None:
                attach_to = self.attached(attach_to, (*where, "attach-to"))
            try:
                source = read(files[name], _named(self.root, files[name]))
            except BadInput as bad:
                self.problems.extend(bad.problems)
                continue
            found.append(Wrong(self.name, source, kind, because, caught_by, attach_to))
        for name in files.keys() - used:
            self.problems.append(
                Problem(
                    _named(self.root, files[name]), 1, f"{self.name}.spec.yaml does not list it under 'wrong'"
                )
            )
        return tuple(found)


def _near(word: str, known: Sequence[str]) -> str:
    text = suggestion(word, known)
    return text if "did you mean" in text else ""


def _policy_problem(source: Source, error: PolicyError) -> Problem:
    """A policy's grammar mistake at the line of the statement it names."""
    position = re.match(r"Statement\[(\d+)\]", str(error))
    path: KeyPath = ("Statement", int(position[1])) if position else ()
    return source.problem(path, str(error))


_STEP = re.compile(r"(?P<key>[^.\[\]]+)|\[(?P<index>[^\[\]]+)\]|(?P<dot>\.)")


def resolve(data: object, written: str) -> KeyPath:
    """The way to the value a key path names.

    `Statement[DenyOtherSubnets].Condition` goes by Sid, `Statement[0]` by position, and a key with dots or
    colons in it is put in brackets: `Condition[ForAnyValue:StringNotEquals]`.

    Raises:
        ValueError: nothing is there; says where the way ends.
    """
    path: list[str | int] = []
    value = data
    for step in _STEP.finditer(written):
        if step["dot"]:
            continue
        name = step["key"] or step["index"]
        at = "".join(f"[{part}]" for part in path) or "the file"
        if isinstance(value, Mapping):
            if name not in value:
                raise ValueError(f"nothing at '{written}': no '{name}' in {at}{_near(name, list(value))}")
            path.append(name)
            value = value[name]
        elif isinstance(value, list):
            index = _index(value, name)
            if index is None:
                raise ValueError(f"nothing at '{written}': no item '{name}' in {at}")
            path.append(index)
            value = value[index]
        else:
            raise ValueError(f"nothing at '{written}': {at} is a single value")
    return tuple(path)


def _index(items: list, name: str) -> int | None:
    if name.isascii() and name.isdigit():
        return int(name) if int(name) < len(items) else None
    for position, item in enumerate(items):
        if item == name or (isinstance(item, Mapping) and name in (item.get("Sid"), item.get("PolicyName"))):
            return position
    return None
