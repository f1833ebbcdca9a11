"""What the lint rules say of themselves, for the site's rules page, without importing cfn-lint.

A rule's class docstring is its entry: a title line, then the sections `What:`, `Why:`, `Wrong:` and `Right:`.
`Wrong:` and `Right:` list snippet addresses, one per line: `topic/name` or `topic/name#variant`.
"""

from __future__ import annotations

import ast
import inspect
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

RULES = Path(__file__).with_name("rules")

SECTIONS = ("What", "Why", "Wrong", "Right")
_HEADING = re.compile(r"(\w+):")
_ADDRESS = re.compile(r"[a-z0-9-]+/[a-z0-9-]+(#[a-z0-9-]+)?")


@dataclass(frozen=True)
class RuleText:
    """One rule as the guide shows it; all texts in English."""

    id: str
    title: str
    what: str
    """What the rule reports; paragraphs are separated by an empty line."""
    why: str
    wrong: tuple[str, ...]
    """Addresses of wrong variants that this rule finds: `topic/name#variant`."""
    right: tuple[str, ...]
    """Addresses of snippets that do it right: `topic/name`."""


@cache
def rule_catalogue(folder: Path = RULES) -> tuple[RuleText, ...]:
    """Every rule in the folder, by id.

    Raises:
        ValueError: a docstring lacks a section or says something outside of one; the message names file
            and line.
    """
    found = []
    for path in sorted(folder.glob("[a-z]*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            rule_id = _rule_id(node) if isinstance(node, ast.ClassDef) else None
            if rule_id:
                found.append(_read(rule_id, node, f"{path.name}:{node.lineno}"))
    return tuple(sorted(found, key=lambda rule: rule.id))


def _rule_id(node: ast.ClassDef) -> str | None:
    for statement in node.body:
        if (
            isinstance(statement, ast.Assign)
            and any(isinstance(target, ast.Name) and target.id == "id" for target in statement.targets)
            and isinstance(statement.value, ast.Constant)
        ):
            return str(statement.value.value)
    return None


def _read(rule_id: str, node: ast.ClassDef, where: str) -> RuleText:
    title, *lines = (ast.get_docstring(node) or "").splitlines() or [""]
    if not title:
        raise ValueError(f"{where}: rule {rule_id} has no docstring; begin with its title")
    sections: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in lines:
        heading = _HEADING.fullmatch(line)
        if heading:
            if heading[1] not in SECTIONS or heading[1] in sections:
                raise ValueError(f"{where}: rule {rule_id}: '{line}' is unknown or stands twice")
            current = sections.setdefault(heading[1], [])
        elif current is not None and (line.startswith("    ") or not line):
            current.append(line)
        elif line:
            raise ValueError(f"{where}: rule {rule_id}: '{line}' stands in no section; indent it")
    texts = {name: inspect.cleandoc("\n".join(body)).strip() for name, body in sections.items()}
    for name in SECTIONS:
        if not texts.get(name):
            raise ValueError(f"{where}: rule {rule_id} has no section '{name}:'")
    return RuleText(
        rule_id,
        title,
        _paragraphs(texts["What"]),
        _paragraphs(texts["Why"]),
        _addresses(texts["Wrong"], f"{where}: rule {rule_id}, Wrong"),
        _addresses(texts["Right"], f"{where}: rule {rule_id}, Right"),
    )


def _paragraphs(text: str) -> str:
    """Line ends inside a paragraph are only there for the source file."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in re.split(r"\n\s*\n", text))


def _addresses(text: str, where: str) -> tuple[str, ...]:
    addresses = tuple(text.split())
    for address in addresses:
        if not _ADDRESS.fullmatch(address):
            raise ValueError(f"{where}: '{address}' is no snippet address (topic/name or topic/name#variant)")
    return addresses
