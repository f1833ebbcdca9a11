"""The command `lambda-vpc`: trace a reader's own template.

Exit codes: 0 reached from every subnet, 1 blocked from any, 2 unknown, or input that cannot be used.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from lambda_vpc import network, reading, sentences
from lambda_vpc.cloudformation import template
from lambda_vpc.network.trace import Blocked, Reached, Result, Unknown
from lambda_vpc.reading import BadInput

REACHED, BLOCKED, UNKNOWN = 0, 1, 2

_EPILOG = """\
destinations:
  internet-ipv4, internet-ipv6   TCP port 443; another one with :PORT
  s3, dynamodb, sts, ...         an AWS service, by the name in com.amazonaws.REGION.NAME
  LogicalId:PORT                 a resource of the template; LogicalId:PORT/udp for UDP

exit codes:
  0  reached from every subnet
  1  blocked from at least one subnet
  2  unknown, or input that cannot be used
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: the command line without the program's name, by default the process's.

    Returns:
        The exit code.
    """
    options = _parser().parse_args(arguments)
    try:
        parameters = _parameters(options.parameter)
        found = template.load(Path(options.template), parameters, region=options.region)
        results = network.trace(found, options.function, options.destination, options.without_az)
    except BadInput as error:
        if options.json:
            problems = [{"file": p.path, "line": p.line, "message": p.message} for p in error.problems]
            _print(json.dumps({"problems": problems}, indent=2, ensure_ascii=False))
        else:
            print(error, file=sys.stderr)
        return UNKNOWN
    code = exit_code(results)
    if options.json:
        answer = {"exit-code": code, "answers": [as_data(result) for result in results]}
        _print(json.dumps(answer, indent=2, ensure_ascii=False))
    else:
        _print("\n".join(line for result in results for line in as_text(result)))
    return code


def _print(text: str) -> None:
    # A terminal that cannot show a character gets it escaped, not a traceback.
    encoding = sys.stdout.encoding or "utf-8"
    try:
        print(text.encode(encoding, "backslashreplace").decode(encoding), flush=True)
    except BrokenPipeError:
        # Whoever reads has seen enough, as with `| head`; the exit code still tells the answer.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("lambda-vpc", description=__doc__.split("\n\n")[0])
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    trace = commands.add_parser(
        "trace", help="where a function's packets go", epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    trace.add_argument("template", metavar="TEMPLATE", help="CloudFormation or SAM template, YAML or JSON")
    trace.add_argument("function", metavar="FUNCTION", help="logical id of the Lambda function")
    trace.add_argument("destination", metavar="DESTINATION", help="see below")
    trace.add_argument(
        "--parameter", action="append", default=[], metavar="NAME=VALUE", help="a parameter of the template"
    )
    trace.add_argument("--region", help="Region the template is deployed to, by default open")
    trace.add_argument(
        "--without-az", metavar="AZ", help="an Availability Zone that is down, by its letter or name"
    )
    trace.add_argument("--json", action="store_true", help="print the answers as JSON")
    return parser


def _parameters(written: Sequence[str]) -> dict[str, str]:
    found = {}
    for text in written:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise BadInput([reading.Problem("--parameter", 1, f"'{text}': write NAME=VALUE")])
        found[name] = value
    return found


def exit_code(results: Sequence[Result]) -> int:
    """The exit code for all answers; a subnet that is down with its zone counts only if all are."""
    counted = [r for r in results if not (isinstance(r, Blocked) and r.why == "az-down")] or list(results)
    if any(isinstance(result, Blocked) for result in counted):
        return BLOCKED
    return REACHED if counted and all(isinstance(result, Reached) for result in counted) else UNKNOWN


def as_data(result: Result) -> dict[str, object]:
    """An answer as plain data for programs."""
    common = {"subnet": result.subnet, "scenario": dict(result.scenario)}
    if isinstance(result, Reached):
        notes = [
            {"code": note.code, "detail": note.detail, "sentence": sentence(note.code)}
            for note in result.notes
        ]
        return {"answer": "reached", **common, "hops": list(result.hops), "notes": notes}
    answer = "blocked" if isinstance(result, Blocked) else "unknown"
    return {
        "answer": answer, **common, "at": result.at, "why": result.why, "sentence": sentence(result.why),
        "detail": _detail(result), "file": result.path, "line": result.line,
    }  # fmt: skip


def as_text(result: Result) -> list[str]:
    """An answer as lines for people: the way, or the obstacle with its place and mend."""
    choices = ", ".join(f"{name}={value}" for name, value in result.scenario.items())
    where = (result.subnet or "no VPC") + (f" [{choices}]" if choices else "")
    if isinstance(result, Reached):
        lines = [" -> ".join([f"reached  {where}", *result.hops])]
        for note in result.notes:
            lines.append(
                f"         note: {sentence(note.code)}" + (f" ({note.detail})" if note.detail else "")
            )
        return lines
    word = "blocked" if isinstance(result, Blocked) else "unknown"
    detail = _detail(result)
    return [
        f"{word}  {where}: {result.at}: {sentence(result.why)}" + (f" ({detail})" if detail else ""),
        f"         {result.path}:{result.line}: {result.why}",
    ]


def _detail(result: Blocked | Unknown) -> str:
    return result.what if isinstance(result, Unknown) else result.detail


def sentence(code: str) -> str:
    """The English sentence of a reason."""
    return sentences.sentence(code, "en")


if __name__ == "__main__":
    sys.exit(main())
