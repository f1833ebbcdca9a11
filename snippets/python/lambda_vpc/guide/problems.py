"""Reads docs/problems.yaml strictly: what goes wrong, by symptom, from the literal message to the fix."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from lambda_vpc.guide.languages import Text, joined
from lambda_vpc.guide.strict_reader import ID, StrictReader
from lambda_vpc.reading import KeyPath, Source, read

PRINTED_BY = (
    "cloudformation", "sdk", "cli", "console", "terraform", "cdk", "log", "state", "api-gateway", "database",
    "cloudwatch", "cfn-lint", "trace",
)  # fmt: skip
"""Who prints a message."""

OF_THE_GUIDE = ("cfn-lint", "trace")
"""The guide's own tools: what they print needs no fact."""

_PROBLEM = {
    "id": True, "symptom": True, "also": False, "title": True, "when": True, "messages": True, "means": True,
    "check": True, "fix": True, "not": False, "pages": True, "obstacles": False, "rules": False,
    "cases": False, "facts": True,
}  # fmt: skip


@dataclass(frozen=True)
class Message:
    """A literal text that a reader pastes into a search."""

    by: str
    """One of `PRINTED_BY`."""
    text: str
    """As it is printed; ids are those of the guide's examples."""
    fact: str | None
    """The fact that says where it was seen; `None` for a message of the guide's own tools."""
    line: int
    """Where it stands in docs/problems.yaml."""


@dataclass(frozen=True)
class Problem:
    """One cause, with what a reader sees of it and what to do."""

    id: str
    """Its anchor on the page of its symptom."""
    symptom: str
    """Key of `Problems.symptoms`: on whose page it is told."""
    also: tuple[str, ...]
    """Other symptoms that lead to it."""
    title: Text
    when: Text
    """What tells it apart from the other problems of the symptom."""
    messages: tuple[Message, ...]
    means: Text
    command: str
    """The first command to run, read-only; long ones have lines that end with a backslash."""
    shows: Text
    """What the command must show."""
    fix: Text
    does_not_help: Text | None
    """What people try in vain, or `None`."""
    pages: tuple[str, ...]
    """Sections of the guide behind it, as `network/ipv6.md#ipv6`."""
    obstacles: tuple[str, ...]
    """Codes that `lambda-vpc trace` gives for it."""
    rules: tuple[str, ...]
    """Lint rules that find it in a template."""
    cases: tuple[str, ...]
    """Cases that show it, as `TOPIC/NAME#ID`."""
    facts: tuple[str, ...]
    line: int
    """Where it begins in docs/problems.yaml."""

    @property
    def seen_in(self) -> tuple[str, ...]:
        """The facts that say where its messages were seen, without those it rests on anyway."""
        of_messages = (message.fact for message in self.messages if message.fact)
        return tuple(dict.fromkeys(fact for fact in of_messages if fact not in self.facts))


@dataclass(frozen=True)
class Symptom:
    """What a reader comes with."""

    title: Text
    seen: Text
    """What is seen of it."""


@dataclass(frozen=True)
class Problems:
    """The file as read."""

    symptoms: Mapping[str, Symptom]
    """By key, in the order in which pages list them."""
    by_id: Mapping[str, Problem]

    def told(self, symptom: str) -> list[Problem]:
        """The problems told on the page of a symptom."""
        return [problem for problem in self.by_id.values() if problem.symptom == symptom]

    def of(self, symptom: str) -> list[Problem]:
        """The problems a symptom leads to, those told on the page of another one last."""
        return self.told(symptom) + [one for one in self.by_id.values() if symptom in one.also]


@dataclass(frozen=True)
class Known:
    """What problems may refer to."""

    facts: Collection[str]
    obstacles: Collection[str]
    rules: Collection[str]
    cases: Collection[str]
    """As `TOPIC/NAME#ID`."""
    sections: Collection[str]
    """As `network/ipv6.md#ipv6`, those that every language has."""


def load(path: Path, known: Known) -> Problems:
    """The problems as the file has them now.

    Raises:
        BadInput: the file breaks its form or refers to what does not exist; each problem names file, line
            and mend.
    """
    return parse(_source(path, path.stat().st_mtime_ns), known)


@lru_cache(maxsize=1)
def _source(path: Path, _changed: int) -> Source:
    return read(path, f"{path.parent.name}/{path.name}")


def parse(source: Source, known: Known) -> Problems:
    """The problems in a file that has been read; raises `BadInput` like `load`."""
    reader = StrictReader(source)
    root = reader.fields(source.data, (), {"symptoms": True, "problems": True})
    symptoms = {
        key: _symptom(reader, value, ("symptoms", key))
        for key, value in reader.mapping(root.get("symptoms"), ("symptoms",)).items()
    }
    found: dict[str, Problem] = {}
    for position, item in enumerate(reader.items(root.get("problems"), ("problems",))):
        problem = _problem(reader, item, ("problems", position), symptoms, known)
        if problem is not None and problem.id in found:
            reader.problem(
                ("problems", position, "id"),
                f"duplicate id '{problem.id}' (first on line {found[problem.id].line}); choose another",
            )
        elif problem is not None:
            found[problem.id] = problem
    reader.finish()
    # Only now: a problem that could not be read would leave its symptom without any.
    for key in symptoms.keys() - {problem.symptom for problem in found.values()}:
        reader.problem(("symptoms", key), f"no problem has the symptom '{key}'; write one, or remove it")
    reader.finish()
    return Problems(symptoms, found)


def _symptom(reader: StrictReader, value: object, where: KeyPath) -> Symptom:
    item = reader.fields(value, where, {"title": True, "seen": True})
    title, seen = (
        joined(reader.text(item[name], (*where, name))) if name in item else {} for name in ("title", "seen")
    )
    return Symptom(title, seen)


def _problem(
    reader: StrictReader, value: object, where: KeyPath, symptoms: Mapping, known: Known
) -> Problem | None:
    before = len(reader.problems)
    item = reader.fields(value, where, _PROBLEM)
    if len(reader.problems) > before:
        return None
    id_ = reader.words(item["id"], (*where, "id"))
    if id_ and not ID.fullmatch(id_):
        reader.problem((*where, "id"), "an id is lower-case words joined by '-'")
    check = reader.fields(item["check"], (*where, "check"), {"command": True, "shows": True})

    def text(name: str) -> Text:
        return joined(reader.text(item[name], (*where, name)))

    def names(name: str, among: Collection[str], what: str) -> tuple[str, ...]:
        return _names(reader, item.get(name), (*where, name), among, what)

    found = Problem(
        id=id_,
        symptom=reader.one_of(item["symptom"], (*where, "symptom"), symptoms, "symptom"),
        also=names("also", symptoms, "symptom"),
        title=text("title"),
        when=text("when"),
        messages=tuple(_messages(reader, item["messages"], (*where, "messages"), known)),
        means=text("means"),
        command=reader.words(check.get("command"), (*where, "check", "command")).strip(),
        shows=joined(reader.text(check.get("shows"), (*where, "check", "shows"))),
        fix=text("fix"),
        does_not_help=text("not") if "not" in item else None,
        pages=names("pages", known.sections, "section"),
        obstacles=names("obstacles", known.obstacles, "obstacle"),
        rules=names("rules", known.rules, "rule"),
        cases=names("cases", known.cases, "case"),
        facts=names("facts", known.facts, "fact"),
        line=reader.file.line(where),
    )
    for name in ("messages", "pages", "facts"):
        if not item[name]:
            reader.problem((*where, name), f"'{name}' is empty; name at least one")
    return None if len(reader.problems) > before else found


def _names(
    reader: StrictReader, value: object, where: KeyPath, known: Collection[str], what: str
) -> tuple[str, ...]:
    return tuple(
        reader.one_of(name, (*where, position), known, what)
        for position, name in enumerate(reader.names(value, where))
    )


def _messages(reader: StrictReader, value: object, where: KeyPath, known: Known) -> Iterator[Message]:
    for position, entry in enumerate(reader.items(value, where)):
        at = (*where, position)
        before = len(reader.problems)
        item = reader.fields(entry, at, {"by": True, "text": True, "fact": False})
        if len(reader.problems) > before:
            continue
        by = reader.one_of(item["by"], (*at, "by"), PRINTED_BY, "source of messages")
        fact = None
        if "fact" in item:
            fact = reader.one_of(item["fact"], (*at, "fact"), known.facts, "fact")
        elif by not in OF_THE_GUIDE:
            reader.problem(at, "'fact' is missing; name the fact that says where the message was seen")
        yield Message(by, reader.words(item["text"], (*at, "text")).strip(), fact, reader.file.line(at))
