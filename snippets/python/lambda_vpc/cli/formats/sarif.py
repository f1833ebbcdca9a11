"""The answers as SARIF 2.1.0, which code hosts and editors show beside the lines."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote

from lambda_vpc import __version__
from lambda_vpc.checking.policies import PolicyAnswer
from lambda_vpc.cli.exit_codes import BAD_INPUT
from lambda_vpc.cli.files import FileAnswers
from lambda_vpc.cli.formats import entries
from lambda_vpc.cli.formats.entries import Entry
from lambda_vpc.cli.printing import print_json
from lambda_vpc.rules import RULES

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def of_files(found: Sequence[FileAnswers], options: argparse.Namespace, code: int) -> int:
    """Print the answers about files; the exit code to end with."""
    counts = entries.counts_ways(options)
    return print_json(log((entry for one in found for entry in entries.of_file(one, counts)), code), code)


def of_call(found: PolicyAnswer, code: int) -> int:
    """Print a decision; the exit code to end with."""
    return print_json(log(entries.of_call(found), code), code)


def log(found: Iterable[Entry], code: int) -> dict[str, object]:
    """A SARIF log with one run.

    Args:
        found: the entries; a pass is left out.
        code: the exit code of the command.
    """
    wrong = [entry for entry in found if entry.level != "pass"]
    ids = list(dict.fromkeys(entry.rule for entry in wrong))
    titles = {entry.rule: entry.title for entry in wrong}
    driver = {
        "name": "lambda-vpc",
        "semanticVersion": __version__,
        "rules": [_rule(rule, titles[rule]) for rule in ids],
    }
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "invocations": [{"executionSuccessful": code < BAD_INPUT, "exitCode": code}],
                "results": [_result(entry, ids.index(entry.rule)) for entry in wrong],
            }
        ],
    }


def _rule(rule: str, title: str) -> Mapping[str, object]:
    found: dict[str, object] = {"id": rule, "shortDescription": {"text": title}}
    if rule in RULES:
        found |= {
            "fullDescription": {"text": RULES[rule].what},
            "help": {"text": RULES[rule].why},
            "helpUri": RULES[rule].source_url,
        }
    return found


def _result(entry: Entry, index: int) -> Mapping[str, object]:
    place: dict[str, object] = {
        "artifactLocation": {"uri": quote(entry.file.replace("\\", "/"))},
        "region": {"startLine": max(1, entry.line)},
    }
    return {
        "ruleId": entry.rule, "ruleIndex": index, "level": entry.level, "message": {"text": entry.message},
        "locations": [{"physicalLocation": place}],
    }  # fmt: skip
