"""The command `lambda-vpc`: trace or draw a reader's own template, or check links to the guide.

Exit codes: 0 reached from every subnet, or every link is fine; 1 blocked from any, or a link is not; 2
unknown; 3 input that cannot be used; 4 wrong usage: an option, or a function, destination, parameter or zone
that the template does not have; 5 a fault of the command itself.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import sys
import traceback
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO

from lambda_vpc import diagram, links, network, reading, sentences
from lambda_vpc.cloudformation import template
from lambda_vpc.cloudformation.template import Template
from lambda_vpc.cloudformation.values import shown
from lambda_vpc.guide import new
from lambda_vpc.guide.snippet import KINDS
from lambda_vpc.network import from_template
from lambda_vpc.network.trace import Blocked, Reached, Result, Unknown
from lambda_vpc.reading import BadInput, WrongUsage

REACHED, BLOCKED, UNKNOWN, BAD_INPUT, WRONG_USAGE, FAULT = range(6)
INTERRUPTED = 130
_MOST_PROBLEMS = 50
"""Problems that are printed as text."""

_EPILOG = """\
destinations:
  internet-ipv4, internet-ipv6   TCP port 443; another one with :PORT
  s3, dynamodb, sts, ...         an AWS service, by the name in com.amazonaws.REGION.NAME
  LogicalId:PORT                 a resource of the template; LogicalId:PORT/udp for UDP

exit codes:
  0  reached from every subnet
  1  blocked from at least one subnet
  2  unknown: the template leaves something open that decides
  3  the template cannot be used
  4  wrong usage: an option, or something the template does not have
  5  a fault of this command
"""

_LINKS_EPILOG = """\
answers:
  pinned     a version of a snippet, and the current one
  current    a page, or a snippet as it is now: no version is named
  outdated   a version that has a newer one, or a snippet that another one supersedes
  withdrawn  a version that must no longer be used
  broken     no such page, place on a page, snippet or version
  moved      has another URL now
  unchecked  the index has no list of the pages beside it

index:
  the root of a site       https://docs.example.com/guide/
  a built site's folder    site
  an index.json            site/snippets/index.json, or its address

exit codes:
  0  no link has an answer that --fail-on names
  1  at least one has
  2  no link has, but some are unchecked
  3  a file or the index cannot be used
  4  wrong usage
  5  a fault of this command
"""
_AFTERWARDS = """
{left} lines are left to write; meanwhile and afterwards:
  mkdocs serve                     shows it, and in red what comes out otherwise
  python tests/sections.py record  once both pages say the same
  pytest --snippet {name}
                                   what is asked of it, in seconds
"""
_FAILING = "broken,withdrawn,outdated"
_MOST_LINKS = 1_000
"""Links that are printed as text."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: the command line without the program's name, by default the process's.

    Returns:
        The exit code.
    """
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except BadInput as error:
        return _refuse(error, options)
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as fault:
        return _report(fault, options)


def _loaded(options: argparse.Namespace) -> Template:
    parameters = _parameters(options.parameter)
    _check_region(options.region)
    root = Path(options.root) if options.root is not None else None
    return template.load(Path(options.template), parameters, region=options.region, root=root)


def _trace(options: argparse.Namespace) -> int:
    found = _loaded(options)
    with _asked():
        results = network.trace(
            from_template.networks(found), options.function, options.destination, options.without_az
        )
    code = exit_code(results)
    answers = collapsed(results)
    remarks = list(_remarks(found, options, results))
    if options.json:
        answer = {"exit-code": code, "answers": [as_data(result) for result in answers], "remarks": remarks}
        return _print_json(answer, code)
    lines = [line for result in answers for line in as_text(result)]
    return _print("\n".join([*lines, *(_visible(f"note     {remark}") for remark in remarks)]), code)


def _diagram(options: argparse.Namespace) -> int:
    found = _loaded(options)
    with _asked():
        networks = from_template.networks(found)
        function = options.function
        if function is None and options.to is not None:
            function = _only_function(networks)
        scene = diagram.scene(networks, options.lang, function, options.to, options.without_az)
        results = network.trace(networks, function, options.to, options.without_az) if options.to else ()
    remarks = list(_remarks(found, options, results))
    if len(networks) > 1:
        remarks.insert(0, f"drawn is one of {len(networks):,} combinations of parameters: "
                          f"{_listed([f'{name}={value}' for name, value in scene.assumptions.items()])}; "
                          "choose another with --parameter NAME=VALUE")  # fmt: skip
    if remarks:
        _print("\n".join(_visible(f"note     {remark}") for remark in remarks), 0, sys.stderr)
    return _print_svg(diagram.picture(scene, alone=True), exit_code(results) if options.to else 0)


def _links(options: argparse.Namespace) -> int:
    failing = _failing(options.fail_on)
    texts = _texts(options.files)
    if options.index is None:
        guess = next(filter(None, map(links.guessed, texts.values())), None)
        raise WrongUsage([reading.Problem("--index", 1, _no_index(guess))])
    published = links.load(options.index)
    sites = _sites(options, published)
    judge = links.Judge(published, options.lang)
    found = [(link, judge(link)) for name, text in texts.items() for link in links.find(text, name, sites)]
    answers = Counter(answer.answer for _, answer in found)
    code = 1 if answers.keys() & failing else 2 if answers["unchecked"] else 0
    remarks = [] if found else [_no_link(sites.roots, texts.values())]
    if options.json:
        data = [_link_as_data(link, answer) for link, answer in found]
        counted = {name: answers[name] for name in links.ANSWERS}
        return _print_json({"exit-code": code, "links": data, "counts": counted, "remarks": remarks}, code)
    lines = [line for link, answer in found[:_MOST_LINKS] for line in _link_as_text(link, answer)]
    if len(found) > _MOST_LINKS:
        remarks.append(f"{len(found) - _MOST_LINKS:,} more links are not listed; --json lists all")
    if found:
        counted = ", ".join(f"{answers[name]:,} {name}" for name in links.ANSWERS if answers[name])
        lines.append(f"links      {len(found):,}: {counted}")
    return _print("\n".join([*lines, *(_visible(f"note       {remark}") for remark in remarks)]), code)


def _new(options: argparse.Namespace) -> int:
    left = new.create(Path.cwd(), options.name, options.kind, options.page)
    lines = [f"{one.path}:{one.line}: {one.what}" for one in left]
    return _print("\n".join([*lines, _AFTERWARDS.format(left=len(left), name=options.name).rstrip()]), 0)


def _failing(written: str) -> set[str]:
    names = {name.strip() for name in written.split(",")} - {"", "none"}
    for name in sorted(names):
        if name not in links.ANSWERS:
            known = reading.suggestion(name, [*links.ANSWERS, "none"])
            raise WrongUsage([reading.Problem("--fail-on", 1, f"'{name}' is not an answer{known}")])
    return names


def _texts(files: Sequence[str]) -> dict[str, str]:
    """The files by name; every one that cannot be read is named."""
    found, problems = {}, []
    for name in dict.fromkeys(files):
        try:
            raw = _standard_input() if name == "-" else reading.read_bytes(Path(name))
            if b"\0" in raw:
                message = "holds NUL bytes, so it is no text; save it as UTF-8"
                raise BadInput([reading.Problem(name, 1, message)])
            # Addresses are ASCII, whatever the text around them is written in.
            found[name] = raw.decode("utf-8", "replace")
        except BadInput as error:
            problems += error.problems
    if problems:
        raise BadInput(problems)
    return found


def _standard_input() -> bytes:
    raw = sys.stdin.buffer.read(reading.MAX_BYTES + 1) if sys.stdin is not None else b""
    if len(raw) > reading.MAX_BYTES:
        raise BadInput([reading.Problem("-", 1, f"larger than {reading.MAX_BYTES:,} bytes; split it")])
    return raw


def _no_index(guess: str | None) -> str:
    such = guess or "https://docs.example.com/guide/"
    said = "the files link to one that looks like the guide's: " if guess else "as in "
    return f"say which site to check the links against; {said}--index {such}"


def _no_link(roots: Sequence[str], texts: Iterable[str]) -> str:
    guess = next(filter(None, map(links.guessed, texts)), None)
    said = f": --site {guess}" if guess else ""
    return f"no link begins with {_listed(roots)}; name another site with --site{said}"


def _sites(options: argparse.Namespace, published: links.Published) -> links.Sites:
    roots = options.site or [published.site]
    if not options.site and links.is_address(options.index):
        roots.append(links.root_of(options.index))
    try:
        return links.Sites(roots)
    except ValueError as error:
        raise WrongUsage(
            [
                reading.Problem(
                    "--site", 1, f"'{error}' is not a site; write one like https://docs.example.com/"
                )
            ]
        ) from None


def _link_as_data(link: links.Link, answer: links.Answer) -> dict[str, object]:
    return {
        "answer": answer.answer, "file": link.file, "line": link.line, "address": link.address,
        "snippet": answer.snippet, "sentence": answer.why,
        "instead": link.root + answer.instead if answer.instead else "",
    }  # fmt: skip


def _link_as_text(link: links.Link, answer: links.Answer) -> list[str]:
    lines = [f"{answer.answer:<9}  {link.file}:{link.line}: {shown(link.address, 200)}"]
    if answer.why:
        lines.append(f"           {shown(answer.why, 400)}")
    if answer.instead:
        lines.append(f"           link to: {link.root}{answer.instead}")
    return [_visible(line) for line in lines]


def _only_function(networks: Sequence[network.Network]) -> str:
    names = list(dict.fromkeys(function.id.name for one in networks for function in one.functions))
    if len(names) == 1:
        return names[0]
    problem = (
        f"has several functions; choose one with --function: {_listed(names)}"
        if names
        else "has no Lambda function, so there is no way to draw; leave --to out"
    )
    raise BadInput([reading.Problem(networks[0].at.path, networks[0].at.line_of("Resources"), problem)])


@contextlib.contextmanager
def _asked() -> Iterator[None]:
    """What is wrong once the template was read is wrong with what was asked for."""
    try:
        yield
    except template.TooLargeToResolve:
        raise
    except BadInput as error:
        raise WrongUsage(error.problems) from None


def _refuse(error: BadInput, options: argparse.Namespace) -> int:
    code = WRONG_USAGE if isinstance(error, WrongUsage) else BAD_INPUT
    if options.json:
        problems = [{"file": p.path, "line": p.line, "message": p.message} for p in error.problems]
        return _print_json({"exit-code": code, "problems": problems}, code)
    lines = [_visible(str(problem)) for problem in error.problems[:_MOST_PROBLEMS]]
    rest = len(error.problems) - len(lines)
    return _print("\n".join([*lines, f"and {rest:,} more"] if rest else lines), code, sys.stderr)


def _report(fault: Exception, options: argparse.Namespace) -> int:
    """Say in one sentence that the command failed, and where; the template is not to blame."""
    frames = traceback.extract_tb(fault.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "the start"
    sentence = (
        f"lambda-vpc itself failed ({type(fault).__name__} in {place}); please report it to the project's "
        "issue tracker, with the file or the part of it that shows the fault"
    )
    if options.json:
        return _print_json({"exit-code": FAULT, "fault": sentence}, FAULT)
    return _print(sentence, FAULT, sys.stderr)


# --- arguments ----------------------------------------------------------------------------------


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:
        """Wrong usage has an exit code of its own, so that a script can tell it from an answer."""
        self.print_usage(sys.stderr)
        self.exit(WRONG_USAGE, f"{self.prog}: error: {_visible(message)}\n")

    def _print_message(self, message: str, file: IO[str] | None = None) -> None:
        if message:
            _print(message.removesuffix("\n"), 0, file)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser("lambda-vpc", description=__doc__.split("\n\n")[0])
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    trace = commands.add_parser(
        "trace", help="where a function's packets go", epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    trace.set_defaults(run=_trace)
    _add_template(trace)
    trace.add_argument("function", metavar="FUNCTION", help="logical id of the Lambda function")
    trace.add_argument("destination", metavar="DESTINATION", help="see below")
    _add_choices(trace)
    trace.add_argument("--json", action="store_true", help="print the answers as JSON")
    picture = commands.add_parser(
        "diagram", help="a template's network as a picture, SVG on standard output",
        epilog=_EPILOG.replace("exit codes:", "exit codes, with --to:"),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    picture.set_defaults(run=_diagram, json=False)
    _add_template(picture)
    picture.add_argument(
        "--function", metavar="FUNCTION", help="draw this function alone, by its logical id; by default all"
    )
    picture.add_argument(
        "--to", metavar="DESTINATION", help="show the function's way to a destination, see below"
    )
    picture.add_argument("--lang", choices=("ja", "en"), default="en", help="language, by default en")
    _add_choices(picture)
    checked = commands.add_parser(
        "links", help="which links to the guide are outdated, withdrawn or broken", epilog=_LINKS_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    checked.set_defaults(run=_links)
    checked.add_argument(
        "files", nargs="+", metavar="FILE", help="Markdown, HTML or any other text; - for standard input"
    )
    checked.add_argument("--index", metavar="INDEX", help="the site to check the links against, see below")
    checked.add_argument(
        "--site", action="append", metavar="ADDRESS",
        help="the root of the site that the files link to, by default the one that the index names; may be "
        "given again",
    )  # fmt: skip
    checked.add_argument(
        "--fail-on", default=_FAILING, metavar="ANSWERS",
        help=f"the answers that end in exit code 1, by default {_FAILING}; none for no answer",
    )  # fmt: skip
    checked.add_argument(
        "--lang", choices=("ja", "en"), default="en", help="language of the reasons, by default en"
    )
    checked.add_argument("--json", action="store_true", help="print the answers as JSON")
    begun = commands.add_parser(
        "new", help="begin a snippet, in a copy of the guide's repository",
        description="Write a snippet with its spec, a wrong variant and a section on a page in both "
        "languages, and list what is left to write. It asks nothing, and changes no file but the two pages.",
    )  # fmt: skip
    begun.set_defaults(run=_new, json=False)
    begun.add_argument("name", metavar="TOPIC/NAME", help="as in network/nat-shared")
    begun.add_argument("--kind", required=True, metavar="KIND", help=", ".join(KINDS))
    begun.add_argument(
        "--page", metavar="PAGE",
        help="the page that shows it, as in network/internet-nat; by default the topic's page whose name is "
        "most alike",
    )  # fmt: skip
    return parser


def _add_template(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("template", metavar="TEMPLATE", help="CloudFormation or SAM template, YAML or JSON")


def _add_choices(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--parameter", action="append", default=[], metavar="NAME=VALUE",
        help="a parameter of the template; by default its default, and every value its conditions tell apart",
    )  # fmt: skip
    parser.add_argument("--region", help="Region the template is deployed to, by default open")
    parser.add_argument(
        "--root", metavar="FOLDER",
        help="folder below which nested stacks are read, by default the template's own",
    )  # fmt: skip
    parser.add_argument(
        "--without-az", metavar="AZ", help="an Availability Zone that is down, by its letter or name"
    )


def _parameters(written: Sequence[str]) -> dict[str, str]:
    found = {}
    for text in written:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise WrongUsage([reading.Problem("--parameter", 1, f"'{text}': write NAME=VALUE")])
        if name in found:
            raise WrongUsage([reading.Problem("--parameter", 1, f"'{name}' is given twice; give it once")])
        found[name] = value
    return found


def _check_region(region: str | None) -> None:
    if region is not None and not re.fullmatch(r"[a-z]{2,5}(-[a-z]+)+-[0-9]{1,2}", region):
        raise WrongUsage(
            [reading.Problem("--region", 1, f"'{region}' is no Region; write one like eu-west-1")]
        )


# --- answers ------------------------------------------------------------------------------------


def exit_code(results: Sequence[Result]) -> int:
    """The exit code for all answers; a subnet that is down with its zone counts only if all are."""
    counted = [r for r in results if not (isinstance(r, Blocked) and r.why == "az-down")] or list(results)
    if any(isinstance(result, Blocked) for result in counted):
        return BLOCKED
    return REACHED if counted and all(isinstance(result, Reached) for result in counted) else UNKNOWN


def collapsed(results: Sequence[Result]) -> list[Result]:
    """The answers, each said once: of its scenarios only what tells them from those answered otherwise."""
    scenarios = [dict(result.scenario) for result in results]
    everywhere = {_frozen(scenario) for scenario in scenarios}
    groups: dict[Hashable, list[dict[str, str]]] = {}
    first: dict[Hashable, Result] = {}
    for result, scenario in zip(results, scenarios, strict=True):
        key = replace(result, scenario=())
        groups.setdefault(key, []).append(scenario)
        first.setdefault(key, result)
    found = []
    for key, result in first.items():
        own, others = {_frozen(scenario): None for scenario in groups[key]}, everywhere
        for name in dict.fromkeys(name for scenario in scenarios for name in scenario):
            without, others_without = _grouped(own, name), _grouped(others, name)
            if all(without[rest] == others_without[rest] for rest in without):
                own, others = dict.fromkeys(without), set(others_without)
        found += [replace(result, scenario=dict(scenario)) for scenario in own]
    return found


_Scenario = tuple[tuple[str, str], ...]


def _frozen(scenario: Mapping[str, str]) -> _Scenario:
    return tuple(scenario.items())


def _grouped(scenarios: Iterable[_Scenario], name: str) -> dict[_Scenario, set[str | None]]:
    """Scenarios without one parameter, and the values it has there."""
    found: dict[_Scenario, set[str | None]] = {}
    for scenario in scenarios:
        rest = tuple(item for item in scenario if item[0] != name)
        found.setdefault(rest, set()).add(dict(scenario).get(name))
    return found


def _remarks(found: Template, options: argparse.Namespace, results: Sequence[Result]) -> Iterator[str]:
    """What was assumed, and which options settle what is open."""
    if found.defaults:
        taken = _listed([f"{name}={value}" for name, value in found.defaults.items()])
        yield f"taken by default: {taken}; other values with --parameter NAME=VALUE"
    if found.left_open:
        names = _listed(found.left_open)
        yield f"too many combinations: {names} left open; settle it with --parameter NAME=VALUE"
    is_open = any(isinstance(result, Unknown) for result in results)
    if is_open and found.valueless:
        yield f"without a value: {_listed(found.valueless)}; give one with --parameter NAME=VALUE"
    if options.region is None and any("AWS::Region" in result.scenario for result in results):
        yield "the Region is open; give it with --region"
    for name, why in found.unread.items():
        yield f"nested stack {name} is not read: {why}"
    if found.has_rules:
        yield "the template's Rules are not checked; they may refuse some of these values"


def _listed(names: Sequence[str], most: int = 10) -> str:
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest:,} more" if rest > 0 else "")


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
    where = shown(result.subnet or _whole(result), 200) + (f" [{choices}]" if choices else "")
    if isinstance(result, Reached):
        lines = [" -> ".join([f"reached  {where}", *result.hops])]
        for note in result.notes:
            lines.append(
                f"         note: {sentence(note.code)}" + (f" ({note.detail})" if note.detail else "")
            )
    else:
        word = "blocked" if isinstance(result, Blocked) else "unknown"
        detail = shown(_detail(result), 400)
        lines = [
            f"{word}  {where}: {result.at}: {sentence(result.why)}" + (f" ({detail})" if detail else ""),
            f"         {result.path}:{result.line}: {result.why}",
        ]
    return [_visible(line) for line in lines]


def _whole(result: Result) -> str:
    """What an answer is about that no subnet is named for."""
    if isinstance(result.connected, bool):
        return "in a VPC" if result.connected else "no VPC"
    return "VPC not known"


def _detail(result: Blocked | Unknown) -> str:
    return result.what if isinstance(result, Unknown) else result.detail


def sentence(code: str) -> str:
    """The English sentence of a reason."""
    return sentences.sentence(code, "en")


# --- output -------------------------------------------------------------------------------------


def _visible(text: str) -> str:
    """A line whose control characters cannot reach the terminal: a template may hold any."""
    if text.isprintable():
        return text
    return "".join(
        letter if letter.isprintable() or letter == "\N{IDEOGRAPHIC SPACE}"
        else letter.encode("unicode_escape").decode()
        for letter in text
    )  # fmt: skip


def _print_json(data: Mapping[str, object], code: int) -> int:
    lines = json.dumps(data, indent=2, ensure_ascii=False).split("\n")
    # JSON escapes ASCII control characters itself; the rest of them are escaped its way here.
    return _print(
        "\n".join(
            line if line.isprintable()
            else "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in line)
            for line in lines
        ),
        code,
    )  # fmt: skip


def _print_svg(text: str, code: int) -> int:
    """XML without a declaration is UTF-8: for any other encoding of the output letters become references."""
    encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "").replace("_", "")
    if encoding != "utf8":
        text = text.encode("ascii", "xmlcharrefreplace").decode()
    return _print(text.removesuffix("\n"), code)


def _print(text: str, code: int, file: IO[str] | None = None) -> int:
    """Print to standard output or error; the exit code to end with.

    A terminal that cannot show a character gets it escaped, not a traceback. Where nobody reads any more, as
    behind `| head`, the code still tells the answer; where writing fails otherwise it is a fault.
    """
    stream = file or sys.stdout
    if stream is None:
        return code
    encoding = stream.encoding or "utf-8"
    try:
        print(text.encode(encoding, "backslashreplace").decode(encoding), file=stream, flush=True)
    except BrokenPipeError:
        _discard(stream)
    except OSError as error:
        _discard(stream)
        if stream is not sys.stderr and sys.stderr is not None:
            with contextlib.suppress(OSError):
                print(f"lambda-vpc: the answer cannot be written: {error.strerror}", file=sys.stderr)
        return FAULT
    return code


def _discard(stream: IO[str]) -> None:
    """Let what is left in a stream's buffer go, so that nothing fails again at the end."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


if __name__ == "__main__":
    sys.exit(main())
