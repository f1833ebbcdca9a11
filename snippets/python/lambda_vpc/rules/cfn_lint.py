"""The rules as cfn-lint takes them, and snippets linted with cfn-lint's rules and these together.

The one module of the package that imports cfn-lint. It makes a rule class for each rule of
`lambda_vpc.rules.RULES`; all judgment is theirs.
"""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from weakref import WeakKeyDictionary

from cfnlint.config import ConfigMixIn
from cfnlint.decode import decode_str
from cfnlint.rules import CloudFormationLintRule, RuleMatch
from cfnlint.runner import Runner
from cfnlint.template import Template as CfnTemplate

from lambda_vpc.reading import MAX_DEPTH, MAX_VALUES, BadInput, KeyPath, Source
from lambda_vpc.rules import RULES, Report
from lambda_vpc.rules._policies import HOLDERS
from lambda_vpc.rules._rule import Rule
from lambda_vpc.rules._subject import Subject


def _refuse_wrong_order(arguments: Sequence[str]) -> None:
    """End cfn-lint in a sentence where its command line hands a template to the option for rules.

    `-a` takes every word after it for a set of rules, and of a template cfn-lint says only that there is no
    such module. Its rules are the first it asks for, so this module is imported before that happens.

    Args:
        arguments: the command line, the program first.
    """
    if not arguments or not Path(arguments[0]).name.startswith("cfn-lint"):
        return
    taken: list[str] = []
    takes = False
    for word in arguments[1:]:
        if word.startswith("-"):
            takes = word in ("-a", "--append-rules")
        elif takes:
            taken.append(word)
    for word in taken:
        if Path(word).is_file():
            raise SystemExit(
                f"cfn-lint: -a takes every word after it for a set of rules, {word} as well. Write the file "
                f"first: cfn-lint {word} -a lambda_vpc.rules. Or end the sets with two dashes: "
                f"cfn-lint -a lambda_vpc.rules -- {word}"
            )


_refuse_wrong_order(sys.argv)

# --- rule classes -------------------------------------------------------------------------------


def _class(rule: Rule) -> type[CloudFormationLintRule]:
    def match(_: CloudFormationLintRule, cfn: CfnTemplate) -> Iterator[RuleMatch]:
        """Called by cfn-lint once per template."""
        subject = _subject(cfn)
        for finding in rule.findings(subject) if subject else ():
            yield RuleMatch(list(finding.path), finding.message)

    return type(
        rule.id,
        (CloudFormationLintRule,),
        {
            "__doc__": rule.title,
            "__module__": __name__,
            "id": rule.id,
            "shortdesc": rule.title,
            "description": rule.what.partition("\n\n")[0],
            "source_url": rule.source_url,
            "tags": list(rule.tags),
            "match": match,
        },
    )


CLASSES: Mapping[str, type[CloudFormationLintRule]] = {id_: _class(rule) for id_, rule in RULES.items()}
"""The rule classes by id; each is also an attribute of this module, which is where cfn-lint looks."""

globals().update(CLASSES)

_subjects: WeakKeyDictionary[CfnTemplate, Subject | None] = WeakKeyDictionary()


def _subject(cfn: CfnTemplate) -> Subject | None:
    """cfn-lint's template as the rules see it, read once for all of them; `None` where it is too large."""
    if cfn not in _subjects:
        try:
            _subjects[cfn] = Subject(_source(cfn.template))
        except BadInput:
            _subjects[cfn] = None
    return _subjects[cfn]


def _source(document: object) -> Source:
    """cfn-lint's document as a source; SAM's `Globals` are left out, cfn-lint has merged them.

    Raises:
        BadInput: too deep or too large to be read.
    """
    lines: dict[KeyPath, int] = {}

    def copied(value: object, path: KeyPath) -> object:
        # The lines are cfn-lint's to find; here they only count the values.
        lines[path] = 1
        if len(path) > MAX_DEPTH or len(lines) > MAX_VALUES:
            raise BadInput([])
        if isinstance(value, Mapping):
            return {str(key): copied(item, (*path, str(key))) for key, item in value.items()}
        if isinstance(value, list):
            return [copied(item, (*path, position)) for position, item in enumerate(value)]
        # A plain text for cfn-lint's own kind of text.
        return str(value) if isinstance(value, str) else value

    kept = document
    if isinstance(document, Mapping):
        kept = {key: value for key, value in document.items() if key != "Globals"}
    return Source("", "", copied(kept, ()), lines)


# --- snippets -----------------------------------------------------------------------------------

REGIONS = ["ap-northeast-1"]

INFORMATIONAL = ["I3510", "I9814"]
"""Informational rules that are switched on for snippets.

I3510 of cfn-lint: a statement's resources fit its actions; the counterpart of E9805. I9814: the six ENI
actions. The others ask for a house style (deletion policies, limits drawing near, a Sub that a Join could be)
and would speak in nearly every template.
"""


def _carrier(layer: str) -> tuple[str, str]:
    holder = HOLDERS[layer]
    others = "".join(f"{json.dumps(name)}: {json.dumps(value)}, " for name, value in holder.others.items())
    head = f'{{"Resources": {{"Snippet": {{"Type": "{holder.type}", "Properties": {{{others}'
    return f'{head}"{holder.document}": ', "}}}}"


CARRIERS: Mapping[str, tuple[str, str]] = {
    "identity-policy": _carrier("identity"),
    "permissions-boundary": _carrier("boundary"),
    "scp": _carrier("scp"),
    "trust-policy": _carrier("trust"),
    "endpoint-policy": _carrier("endpoint"),
    "resource-policy": _carrier("resource"),
    "template": ("", ""),
}
"""What stands before and after a snippet's text, by kind, to make a template of it.

cfn-lint reads templates only. A bare policy is wrapped in memory in the resource that would carry it, on the
policy's first line, so that line numbers stay the file's.
"""


@cache
def _runner() -> Runner:
    """Loading the rules takes longer than running them: once per process."""
    config = ConfigMixIn([], regions=REGIONS, append_rules=["lambda_vpc.rules"], include_checks=INFORMATIONAL)
    return Runner(config)


def lint(kind: str, text: str, path: Path | str) -> list[Report]:
    """Everything cfn-lint and the rules of this package find in a snippet, by line.

    Args:
        kind: a key of `CARRIERS`.
        text: the snippet's text: JSON for a policy, JSON or YAML for a template.
        path: the snippet's file, for the findings' sake; it is not read.

    Raises:
        ValueError: there is nothing to lint in this kind of snippet.
    """
    if kind not in CARRIERS:
        raise ValueError(f"{path}: nothing to lint in kind '{kind}' (expected one of {', '.join(CARRIERS)})")
    before, after = CARRIERS[kind]
    template, matches = decode_str(f"{before}{text}{after}")
    if not matches:
        matches = _runner().validate_template(template)
    return sorted(
        Report(
            str(path),
            match.linenumber,
            match.rule.id,
            textwrap.shorten(match.message, 400),
            match.rule.severity,
        )
        for match in matches
    )
