"""Load every snippet with its spec, strictly.

`snippets/TOPIC/NAME.json` (or `.yaml`) is the snippet, `NAME.spec.yaml` beside it says what must be true of
it, `NAME.wrong/` holds plausible mistakes. A file nobody speaks of is a mistake, and so is a spec that
speaks of a file that is not there.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from lambda_vpc import iam
from lambda_vpc.cloudformation import template
from lambda_vpc.guide import facts, placeholders
from lambda_vpc.guide.cases import Case
from lambda_vpc.guide.cases import parse as parse_case
from lambda_vpc.guide.key_paths import resolve
from lambda_vpc.guide.snippet import (
    COMMAND_KINDS,
    KINDS,
    POLICY_LAYERS,
    RULE_ID,
    Accept,
    NoEffect,
    Note,
    Snippet,
    Wrong,
)
from lambda_vpc.guide.strict_reader import ID, StrictReader
from lambda_vpc.iam.conditions import PolicyError
from lambda_vpc.reading import BadInput, KeyPath, Problem, Source, near, read, suggestion

ENTRIES = {
    "kind": True, "title": True, "summary": True, "facts": True, "with": False, "notes": False,
    "accept": False, "cases": False, "wrong": False, "aws-managed": False, "attach-to": False,
    "no-effect": False, "command": False,
}  # fmt: skip
"""The entries of a spec, and whether it must have them."""
ACCEPT = {"rule": True, "because": True}
"""The keys of an item of `accept`."""
WRONG = {"file": True, "because": True, "caught-by": True, "attach-to": False}
"""The keys of an item of `wrong`."""


_NO_TOPICS = frozenset(["python", "releases.yaml", "sha256"])


def topics(root: Path) -> list[str]:
    """The folders of the `snippets` folder that hold snippets, sorted."""
    return sorted(path.name for path in _in_topics(root) if path.is_dir())


def _in_topics(root: Path) -> list[Path]:
    found = (path for path in root.iterdir() if path.name not in _NO_TOPICS)
    return sorted(path for path in found if not path.name.startswith("."))


def load(root: Path) -> dict[str, Snippet]:
    """Load all snippets below a folder.

    Args:
        root: the `snippets` folder; `python/` in it is the checker and is passed by, and what was released
            is read by `releases`.

    Returns:
        Snippets by name, sorted.

    Raises:
        BadInput: every mistake found in any file, each with file, line and mend.
    """
    problems: list[Problem] = []
    snippets: dict[str, Snippet] = {}
    for topic in _in_topics(root):
        if not topic.is_dir():
            problems.append(
                Problem(_named(root, topic), 1, "stands outside a topic folder; move it into one")
            )
            continue
        _load_topic(root, topic, snippets, problems)
    problems += _wrong_companions(snippets)
    if problems:
        raise BadInput(problems)
    return snippets


def of(files: Mapping[str, tuple[Source, Source]]) -> dict[str, Snippet]:
    """Snippets whose files were read before, without their wrong variants.

    Args:
        files: by name of a snippet, what is in it and in its spec.

    Raises:
        BadInput: every mistake found in any of them.
    """
    snippets: dict[str, Snippet] = {}
    for name, (source, spec) in files.items():
        snippets[name] = _Spec(Path("snippets"), name, source, spec, None, snippets, variants=False).load()
    if problems := list(_wrong_companions(snippets)):
        raise BadInput(problems)
    return snippets


def _wrong_companions(snippets: Mapping[str, Snippet]) -> Iterator[Problem]:
    for snippet in snippets.values():
        for position, name in enumerate(snippet.companions):
            where = ("with", position)
            if name not in snippets:
                yield snippet.spec.problem(where, f"no snippet '{name}'{suggestion(name, list(snippets))}")
            elif snippets[name].kind not in POLICY_LAYERS:
                yield snippet.spec.problem(where, f"'{name}' is a {snippets[name].kind}, not a policy")


def check_facts(snippets: Iterable[Snippet], known: Collection[str]) -> None:
    """Refuse snippets that rest on facts nobody wrote down.

    Args:
        snippets: as loaded.
        known: the ids of all facts.

    Raises:
        BadInput: every id that no fact has, with the spec's file and line, and the nearest one.
    """
    problems = []
    for snippet in snippets:
        named = [(("facts",), snippet.facts)]
        named += [(("cases", number, "facts"), case.facts) for number, case in enumerate(snippet.cases)]
        for where, ids in named:
            problems += [
                snippet.spec.problem((*where, position), facts.unknown(id_, known))
                for position, id_ in enumerate(ids)
                if id_ not in known
            ]
    if problems:
        raise BadInput(problems)


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


class _Spec(StrictReader):
    """Reads the spec of one snippet."""

    def __init__(
        self,
        root: Path,
        name: str,
        source: Source,
        spec: Source,
        folder: Path | None,
        others: Mapping[str, Snippet],
        *,
        variants: bool = True,
    ) -> None:
        super().__init__(spec)
        self.root, self.name, self.source = root, name, source
        self.folder, self.others, self.variants = folder, others, variants

    def load(self) -> Snippet:
        data = self.fields(self.file.data, (), ENTRIES)
        kind = data.get("kind")
        if kind is not None:
            self.one_of(kind, ("kind",), KINDS, "kind")
        if not ID.fullmatch(self.name.rpartition("/")[2]):
            self.problem((), "a snippet's name is lower-case words joined by '-'")
        if not self.source.text.endswith("\n"):
            self.problems.append(
                Problem(self.source.path, self.source.text.count("\n") + 1, "ends without a line break")
            )
        title = self.text(data["title"], ("title",)) if "title" in data else {}
        summary = self.text(data["summary"], ("summary",)) if "summary" in data else {}
        if kind in POLICY_LAYERS:
            try:
                iam.Policy.parse(self.source.data)
            except PolicyError as error:
                self.problems.append(policy_problem(self.source, error))
        if kind == "template":
            try:
                template.of(self.source)
            except BadInput as bad:
                self.problems.extend(bad.problems)
        if (kind in COMMAND_KINDS) != ("command" in data):
            self.problem((), f"'command' goes with, and only with, {' and '.join(COMMAND_KINDS)}")
        cases = self.cases(data.get("cases"))
        found = Snippet(
            name=self.name,
            source=self.source,
            spec=self.file,
            kind=str(kind),
            title=title,
            summary=summary,
            facts=self.names(data.get("facts"), ("facts",)),
            companions=self.names(data.get("with"), ("with",)),
            notes=self.notes(data.get("notes")),
            accept=self.accepted(data.get("accept")),
            no_effect=self.no_effect(data.get("no-effect")),
            cases=cases,
            wrong=self.wrong(data.get("wrong"), cases, str(kind)) if self.variants else (),
            folder=self.root / self.name.partition("/")[0],
            attach_to=self.attached(data.get("attach-to", ["deployer"]), ("attach-to",)),
            aws_managed=data.get("aws-managed"),
            command=data.get("command"),
            others=self.others,
        )
        self.finish()
        return found

    def attached(self, value: object, where: KeyPath) -> tuple[str, ...]:
        known = placeholders.principals()
        names = self.names(value, where)
        for position, name in enumerate(names):
            self.one_of(name, (*where, position), known, "principal")
        return tuple(known[name] for name in names if name in known)

    def by_key_path(self, value: object, entry: str) -> Iterator[tuple[str, KeyPath, Mapping[str, str]]]:
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
            item = self.fields(item, where, ACCEPT)
            rule = str(item.get("rule"))
            if "rule" in item and not RULE_ID.fullmatch(rule):
                self.problem((*where, "rule"), f"'{rule}' is not a lint rule id such as W3037")
            if "because" in item:
                found.append(Accept(rule, self.text(item["because"], (*where, "because"))))
        return tuple(found)

    def cases(self, value: object) -> tuple[Case, ...]:
        found: dict[str, Case] = {}
        for position, item in enumerate(self.items(value, ("cases",))):
            case = parse_case(self, item, ("cases", position))
            if case is None:
                continue
            if case.id in found:
                self.problem(("cases", position), f"duplicate case id '{case.id}'; ids are part of addresses")
            found[case.id] = case
        return tuple(found.values())

    def wrong(self, value: object, cases: Iterable[Case], kind: str) -> tuple[Wrong, ...]:
        files = {path.name: path for path in sorted(self.folder.iterdir())} if self.folder else {}
        ids = [case.id for case in cases]
        found = []
        used = set()
        for position, item in enumerate(self.items(value, ("wrong",))):
            where: KeyPath = ("wrong", position)
            before = len(self.problems)
            item = self.fields(item, where, WRONG)
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
            if RULE_ID.fullmatch(caught_by) and kind in COMMAND_KINDS:
                self.problem((*where, "caught-by"), f"no lint rule reads a {kind}; name a case of this spec")
            elif not RULE_ID.fullmatch(caught_by) and caught_by not in ids:
                self.problem(
                    (*where, "caught-by"),
                    f"'{caught_by}' is neither a lint rule id nor a case of this spec{near(caught_by, ids)}",
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


def policy_problem(source: Source, error: PolicyError) -> Problem:
    """A policy's grammar mistake at the line of the statement it names."""
    position = re.match(r"Statement\[(\d+)\]", str(error))
    path: KeyPath = ("Statement", int(position[1])) if position else ()
    return source.problem(path, str(error))
