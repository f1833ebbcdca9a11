"""The command `lambda-vpc check`: what the guide advises about templates, in one run."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence

from lambda_vpc.checking import templates
from lambda_vpc.checking.enis import EniPlan
from lambda_vpc.cli import output
from lambda_vpc.cli.exit_codes import BLOCKED, OF_ANSWER, worst
from lambda_vpc.cli.files import FileAnswers, examined
from lambda_vpc.cli.inputs import Templates
from lambda_vpc.cli.printing import Paint, listed, visible
from lambda_vpc.cli.texts import COLORS, INDENT, Excerpts
from lambda_vpc.cloudformation.template import Template

SEVERITIES = ("error", "warning", "informational")
"""The worst first."""


def run(options: argparse.Namespace) -> int:
    """Check every template; without a destination the way out is shown, but decides nothing."""
    destinations = list(dict.fromkeys(options.to or (templates.WAY_OUT,)))

    def examine(template: Template, own: Sequence[str], read: Templates) -> FileAnswers:
        found = templates.check(template, destinations, own, options.without_az, read.given)
        return FileAnswers(
            template.path, template.source, ways=found.ways, findings=found.findings, enis=found.enis,
            remarks=found.remarks,
        )  # fmt: skip

    found = examined(options, options.files, options.function, examine)
    failing = SEVERITIES[: SEVERITIES.index(options.fail_on) + 1] if options.fail_on != "none" else ()
    codes = [one.code for one in found]
    codes += [BLOCKED for one in found for finding in one.findings if finding.severity in failing]
    if options.to:
        codes += [OF_ANSWER[way.answer] for one in found for way in one.ways]
    return output.of_files(found, options, worst(codes), _lines)


def _lines(found: FileAnswers, paint: Paint, excerpts: Excerpts) -> Iterator[str]:
    counted = Counter(finding.severity for finding in found.findings)
    said = ", ".join(_count(name, counted[name]) for name in SEVERITIES if counted[name])
    yield f"{paint('bold', visible(found.file))}: {said or 'no findings'}"
    for finding in found.findings:
        word = paint(COLORS[finding.severity], f"{finding.rule:<9}")
        yield word + visible(f"{finding.path}:{finding.line}: {finding.message}")
        line = excerpts(finding.path, finding.line)
        if line is not None:
            yield INDENT + paint("dim", visible(line))
    yield from output.way_lines(found, paint, excerpts)
    for plan in found.enis:
        yield from _eni_lines(plan)
    yield from output.remark_lines(found)


def _count(severity: str, count: int) -> str:
    ending = "" if count == 1 or severity == "informational" else "s"
    return f"{count:,} {severity}{ending}"


def _eni_lines(found: EniPlan) -> Iterator[str]:
    plan = found.plan
    if not plan.combinations and not found.open:
        return
    when = ", ".join(f"{name}={value}" for name, value in found.scenario.items())
    least = "at least " if found.open else ""
    yield visible(f"ENIs at the start{f' [{when}]' if when else ''}: {least}{plan.enis}")
    for combination, functions in plan.combinations.items():
        groups = listed(combination.security_groups)
        yield INDENT + visible(f"{combination.subnet} with {groups}: {listed(functions)}")
    if found.open:
        yield INDENT + visible(f"not known: {listed(found.open)}")
    if plan.within_quota is False:
        yield INDENT + f"more than the quota of {plan.quota} in a VPC"
