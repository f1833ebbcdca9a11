"""The kinds of case a spec may hold, each in a module of its own, told apart by the key that asks."""

from __future__ import annotations

from collections.abc import Mapping

from lambda_vpc.guide.cases import decision, invoke, order, plan, states, trace
from lambda_vpc.guide.cases.base import Case, CaseResult, Subject
from lambda_vpc.guide.strict_reader import ID, StrictReader
from lambda_vpc.reading import KeyPath

__all__ = ["COMMON", "QUESTIONS", "Case", "CaseResult", "Subject", "parse"]

QUESTIONS = {
    "call": decision, "from": trace, "invoke": invoke, "plan": plan, "create": order, "states": states,
}  # fmt: skip
"""The key that asks the question, and the module that reads such cases."""
COMMON = {"id": True, "name": True, "facts": False}
"""The keys of every case, whatever it asks."""


def parse(reader: StrictReader, value: object, where: KeyPath) -> Case | None:
    """Read one case; problems go to the reader, and `None` comes back."""
    before = len(reader.problems)
    asked = [key for key in QUESTIONS if isinstance(value, Mapping) and key in value]
    if len(asked) != 1:
        reader.problem(where, f"a case asks one question: give one of {', '.join(QUESTIONS)}")
        return None
    module = QUESTIONS[asked[0]]
    item = reader.fields(value, where, COMMON | module.KEYS)
    if len(reader.problems) > before:
        return None
    if not isinstance(item["id"], str) or not ID.fullmatch(item["id"]):
        reader.problem((*where, "id"), "an id is lower-case words joined by '-'")
    common = {
        "id": item["id"],
        "name": reader.text(item["name"], (*where, "name")),
        "line": reader.file.line(where),
        "facts": reader.names(item.get("facts"), (*where, "facts")),
    }
    found = module.parse(reader, item, where, common)
    return None if len(reader.problems) > before else found
