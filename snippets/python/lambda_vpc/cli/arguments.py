"""Every argument of the command; nothing of the checker is imported before a command runs."""

from __future__ import annotations

import argparse
import sys
from typing import IO, NoReturn

from lambda_vpc import __version__
from lambda_vpc.cli.exit_codes import MEANINGS, WRONG_USAGE
from lambda_vpc.cli.printing import visible, write

FORMATS = ("text", "json", "sarif", "junit", "github")
FAILING_LINKS = "broken,withdrawn,outdated"

_DESTINATIONS = """\
destinations:
  internet-ipv4, internet-ipv6   TCP port 443; another one with :PORT
  s3, dynamodb, sts, ...         an AWS service, by the name in com.amazonaws.REGION.NAME
  LogicalId:PORT                 a resource of the template; LogicalId:PORT/udp for UDP
"""
_EXIT_CODES = "exit codes:\n" + "".join(f"  {code}  {meaning}\n" for code, meaning in MEANINGS.items())
_SEVERAL = "Of several answers the worst decides the exit code: 5, 4, 3, then 1, then 2.\n"

_TRACE = f"""\
examples:
  lambda-vpc trace template.yaml OrdersFunction internet-ipv4
  lambda-vpc trace --to internet-ipv4 --to s3 template.yaml network.yaml
  cdk synth OrdersStack | lambda-vpc trace --to Database:5432 -

{_DESTINATIONS}
{_SEVERAL}
{_EXIT_CODES}"""
_CHECK = f"""\
examples:
  lambda-vpc check template.yaml
  lambda-vpc check --to internet-ipv4 --format github template.yaml network.yaml

Without --to, the way out to internet-ipv4 is shown, and only findings end in exit code 1.

{_DESTINATIONS}
{_SEVERAL}
{_EXIT_CODES}"""
_DECIDE = f"""\
examples:
  lambda-vpc decide lambda:CreateFunction deployer.json guardrail.json \\
    --principal arn:aws:iam::111122223333:role/deployer \\
    --function orders-api --region ap-northeast-1
  lambda-vpc decide lambda:UpdateFunctionConfiguration deployer.json --settings removed ...

settings of the VPC, by what the call says:
  given      VpcConfig with the --subnets and --security-groups
  none       no VpcConfig, and the function has none
  unchanged  an update without VpcConfig of a function that has one; --subnets and --security-groups
             say which, if you know them
  removed    an update with two empty lists: the function leaves its VPC

{_EXIT_CODES}"""
_DIAGRAM = f"{_DESTINATIONS}\n" + _EXIT_CODES.replace("exit codes:", "exit codes, with --to:")
_LINKS = """\
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


_NEW = """\
It writes a snippet with its spec, a wrong variant and a section on a page in both languages, and lists what
is left to write. It asks nothing, and changes no file but the two pages.
"""

_FILE = {"bash": "_shtab_compgen_files", "zsh": "_files", "tcsh": "f"}
"""How a shell completes the name of a file; shtab reads it."""


class Parser(argparse.ArgumentParser):
    """A parser with the exit code of wrong usage, whose words do not control the terminal."""

    def error(self, message: str) -> NoReturn:
        """Wrong usage has an exit code of its own, so that a script can tell it from an answer."""
        self.print_usage(sys.stderr)
        self.exit(WRONG_USAGE, f"{self.prog}: error: {visible(message)}\n")

    def _print_message(self, message: str, file: IO[str] | None = None) -> None:
        if message:
            write(message.removesuffix("\n"), 0, file)


def parser() -> Parser:
    """The parser of the whole command; `command` is the command that was chosen, by its module's name."""
    found = Parser(
        "lambda-vpc",
        description="Check your own templates and policies, as the guide to Lambda in a VPC checks its "
        "snippets. Reads files only: it calls no AWS account.",
        epilog="lambda-vpc COMMAND --help shows examples, options and exit codes.",
    )
    found.add_argument("--version", action="version", version=f"lambda-vpc {__version__}")
    commands = found.add_subparsers(required=True, metavar="COMMAND", dest="command")
    _add_check(commands)
    _add_trace(commands)
    _add_decide(commands)
    _add_choices(commands)
    _add_diagram(commands)
    _add_links(commands)
    _add_new(commands)
    _add_completion(commands)
    return found


def _command(commands: argparse._SubParsersAction, name: str, says: str, epilog: str = "") -> Parser:
    found = commands.add_parser(
        name, help=says, epilog=epilog, formatter_class=argparse.RawDescriptionHelpFormatter,
        description=f"{says[0].upper()}{says[1:]}.",
    )  # fmt: skip
    found.set_defaults(command=name, json=False, format=None, color="auto", wrong_usage=found.error)
    return found


def _add_check(commands: argparse._SubParsersAction) -> None:
    found = _command(commands, "check", "what the guide advises: findings, ways out, ENIs", _CHECK)
    _add_files(found)
    found.add_argument(
        "--to", action="append", metavar="DESTINATION",
        help="a destination that every function with a VPC must reach; may be given again",
    )  # fmt: skip
    _add_functions(found)
    found.add_argument(
        "--fail-on", choices=("error", "warning", "informational", "none"), default="warning",
        help="the least severity of a finding that ends in exit code 1, by default warning",
    )  # fmt: skip
    _add_choosing(found)
    _add_output(found)


def _add_trace(commands: argparse._SubParsersAction) -> None:
    found = _command(commands, "trace", "where a function's packets go", _TRACE)
    found.usage = (
        "lambda-vpc trace [options] TEMPLATE FUNCTION DESTINATION\n"
        "       lambda-vpc trace [options] --to DESTINATION [--function FUNCTION] FILE [FILE ...]"
    )
    found.add_argument(
        "words", nargs="*", metavar="FILE",
        help="CloudFormation or SAM templates, YAML or JSON; - for standard input. Without --to: a template, "
        "the logical id of a function, and a destination",
    ).complete = _FILE  # fmt: skip
    found.add_argument(
        "--to", action="append", metavar="DESTINATION", help="where the packets go; may be given again"
    )
    _add_functions(found)
    _add_choosing(found)
    _add_output(found)


def _add_decide(commands: argparse._SubParsersAction) -> None:
    found = _command(
        commands, "decide", "whether policies allow a call, and which statement decides", _DECIDE
    )
    found.add_argument("call", metavar="CALL", help="the call, such as lambda:CreateFunction")
    found.add_argument(
        "identity",
        nargs="+",
        metavar="POLICY",
        help="the caller's identity-based policies; - for standard input",
    ).complete = _FILE
    layers = found.add_argument_group("other policies")
    for name, says in (
        ("boundary", "a permissions boundary of the caller"),
        ("session-policy", "a session policy of the caller"),
        ("resource-policy", "the policy of the resource, the trust policy of a role included"),
        ("endpoint-policy", "the policy of the VPC endpoint that the call passes through"),
    ):
        layers.add_argument(f"--{name}", action="append", default=[], metavar="FILE", help=says)
    layers.add_argument(
        "--scp", action="append", default=[], metavar="FILE[,FILE]",
        help="the service control policies of one level; again for each level below the root",
    )  # fmt: skip
    call = found.add_argument_group("the call")
    call.add_argument(
        "--principal", required=True, metavar="ARN", help="the caller, or its service principal"
    )
    call.add_argument("--function", default="", metavar="NAME", help="the function, by its name or ARN")
    call.add_argument("--region", default="", help="the Region of the call")
    call.add_argument("--settings", choices=("given", "none", "unchanged", "removed"), help="see below")
    call.add_argument("--subnets", default="", metavar="ID[,ID]", help="subnets of the VPC settings")
    call.add_argument("--security-groups", default="", metavar="ID[,ID]", help="security groups of them")
    call.add_argument("--vpc", metavar="ID", help="the VPC that these subnets are in")
    call.add_argument(
        "--by", choices=("caller", "code", "lambda"), default="caller",
        help="on whose behalf: the principal's own (the default), the function's code, or Lambda itself with "
        "the execution role",
    )  # fmt: skip
    call.add_argument(
        "--resource", action="append", default=[], metavar="ARN",
        help="what the call is about, where the call and its settings do not tell; may be given again",
    )  # fmt: skip
    call.add_argument(
        "--context", action="append", default=[], metavar="KEY=VALUE",
        help="a condition key of the request; again for more values; KEY= says that it is absent",
    )  # fmt: skip
    call.add_argument(
        "--management-account", action="store_true", help="the caller is in the management account"
    )
    _add_output(found)


def _add_choices(commands: argparse._SubParsersAction) -> None:
    found = _command(commands, "choices", "functions, destinations and parameters of templates")
    _add_files(found)
    _add_choosing(found)
    found.set_defaults(without_az=None)
    _add_output(found, ("text", "json"))


def _add_diagram(commands: argparse._SubParsersAction) -> None:
    found = _command(
        commands, "diagram", "a template's network as a picture, SVG on standard output", _DIAGRAM
    )
    found.add_argument(
        "template", metavar="TEMPLATE",
        help="CloudFormation or SAM template, YAML or JSON; - for standard input",
    ).complete = _FILE  # fmt: skip
    found.add_argument(
        "--function", metavar="FUNCTION", help="draw this function alone, by its logical id; by default all"
    )
    found.add_argument(
        "--to", metavar="DESTINATION", help="show the function's way to a destination, see below"
    )
    found.add_argument("--lang", choices=("ja", "en"), default="en", help="language, by default en")
    _add_choosing(found)


def _add_links(commands: argparse._SubParsersAction) -> None:
    found = _command(commands, "links", "which links to the guide are outdated, withdrawn or broken", _LINKS)
    found.add_argument(
        "files", nargs="+", metavar="FILE", help="Markdown, HTML or any other text; - for standard input"
    ).complete = _FILE
    found.add_argument("--index", metavar="INDEX", help="the site to check the links against, see below")
    found.add_argument(
        "--site", action="append", metavar="ADDRESS",
        help="the root of the site that the files link to, by default the one that the index names; may be "
        "given again",
    )  # fmt: skip
    found.add_argument(
        "--fail-on", default=FAILING_LINKS, metavar="ANSWERS",
        help=f"the answers that end in exit code 1, by default {FAILING_LINKS}; none for no answer",
    )  # fmt: skip
    found.add_argument(
        "--lang", choices=("ja", "en"), default="en", help="language of the reasons, by default en"
    )
    found.add_argument("--json", action="store_true", help="print the answers as JSON")


def _add_new(commands: argparse._SubParsersAction) -> None:
    found = _command(commands, "new", "begin a snippet, in a copy of the guide's repository", _NEW)
    found.add_argument("name", metavar="TOPIC/NAME", help="as in network/nat-shared")
    found.add_argument(
        "--kind", required=True, metavar="KIND", help="what it is, such as template or identity-policy"
    )
    found.add_argument(
        "--page", metavar="PAGE",
        help="the page that shows it, as in network/internet-nat; by default the topic's page whose name is "
        "most alike",
    )  # fmt: skip


def _add_completion(commands: argparse._SubParsersAction) -> None:
    found = _command(commands, "completion", "a script that completes this command in your shell")
    found.add_argument("shell", choices=("bash", "zsh", "tcsh"))


# --- shared -------------------------------------------------------------------------------------


def _add_files(parser: Parser) -> None:
    parser.add_argument(
        "files", nargs="+", metavar="FILE",
        help="CloudFormation or SAM templates, YAML or JSON; - for standard input",
    ).complete = _FILE  # fmt: skip


def _add_functions(parser: Parser) -> None:
    parser.add_argument(
        "--function", action="append", default=[], metavar="FUNCTION",
        help="a function by its logical id, by default every one with a VPC; may be given again",
    )  # fmt: skip


def _add_choosing(parser: Parser) -> None:
    parser.add_argument(
        "--parameter", action="append", default=[], metavar="NAME=VALUE",
        help="a parameter of the template; by default its default, and every value its conditions tell apart",
    )  # fmt: skip
    parser.add_argument(
        "--if-present", action="store_true",
        help="pass over parameters and functions that no template of this call has",
    )  # fmt: skip
    parser.add_argument("--region", help="Region the template is deployed to, by default open")
    parser.add_argument(
        "--root", metavar="FOLDER",
        help="folder below which nested stacks are read, by default the template's own",
    )  # fmt: skip
    parser.add_argument(
        "--without-az", metavar="AZ", help="an Availability Zone that is down, by its letter or name"
    )


def _add_output(parser: Parser, formats: tuple[str, ...] = FORMATS) -> None:
    parser.add_argument(
        "--format", choices=formats, help=f"{', '.join(formats[:-1])} or {formats[-1]}; by default text"
    )
    parser.add_argument("--json", action="store_true", help="the same as --format json")
    parser.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto",
        help="by default auto: on a terminal, unless NO_COLOR is set",
    )  # fmt: skip
