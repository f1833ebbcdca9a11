"""The answers as JUnit XML, the report of tests that CI systems read: a suite for each file."""

from __future__ import annotations

import argparse
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping, Sequence

from lambda_vpc.checking.policies import PolicyAnswer
from lambda_vpc.cli.files import FileAnswers
from lambda_vpc.cli.formats import entries
from lambda_vpc.cli.formats.entries import BAD_FILE, Entry
from lambda_vpc.cli.printing import print_xml

_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML cannot hold, not even escaped."""


def of_files(found: Sequence[FileAnswers], options: argparse.Namespace, code: int) -> int:
    """Print the answers about files; the exit code to end with."""
    suites = {one.file: list(entries.of_file(one, entries.counts_ways(options))) for one in found}
    if options.command == "check":
        for one in found:
            if not one.findings and not one.problems:
                suites[one.file].insert(0, Entry(one.file, 1, "no rule finds anything", "pass", "", ""))
    return print_xml(report(suites), code)


def of_call(found: PolicyAnswer, code: int) -> int:
    """Print a decision; the exit code to end with."""
    return print_xml(report({"decide": entries.of_call(found)}), code)


def report(suites: Mapping[str, Iterable[Entry]]) -> str:
    """The report: an error is a failure, what is unknown or cannot be read is an error, a note is none.

    Args:
        suites: the entries by the name of their suite.
    """
    root = ET.Element("testsuites", name="lambda-vpc")
    for name, found in suites.items():
        cases = list(found)
        suite = ET.SubElement(root, "testsuite", name=_text(name), tests=str(len(cases)))
        counts = {"failure": 0, "error": 0}
        for entry in cases:
            case = ET.SubElement(suite, "testcase", name=_text(entry.name), classname=_text(name))
            case.set("file", _text(entry.file))
            case.set("line", str(entry.line))
            tag = _tag(entry)
            if tag is None:
                ET.SubElement(case, "system-out").text = _text(entry.message)
                continue
            counts[tag] += 1
            wrong = ET.SubElement(case, tag, type=entry.rule, message=_text(entry.message))
            wrong.text = _text(f"{entry.file}:{entry.line}: {entry.message}")
        suite.set("failures", str(counts["failure"]))
        suite.set("errors", str(counts["error"]))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode")


def _tag(entry: Entry) -> str | None:
    if entry.level in ("pass", "note"):
        return None
    return "error" if entry.rule == BAD_FILE or entry.unknown else "failure"


def _text(text: str) -> str:
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)
