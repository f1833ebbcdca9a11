"""The command `lambda-vpc decide`: whether policies allow a call, and which statement decides."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from importlib import import_module

from lambda_vpc.checking import policies
from lambda_vpc.checking.policies import Call, PolicyAnswer, PolicyFiles, Statement
from lambda_vpc.cli.exit_codes import OF_ANSWER
from lambda_vpc.cli.inputs import text_of
from lambda_vpc.cli.printing import Paint, visible, write
from lambda_vpc.cli.texts import COLORS, Excerpts, sentence
from lambda_vpc.iam import RequestError
from lambda_vpc.iam.request import By, Settings
from lambda_vpc.reading import BadInput, Problem, Source, WrongUsage

_INDENT = " " * 14


def run(options: argparse.Namespace) -> int:
    """Decide the call.

    Raises:
        BadInput: a file is no policy.
        WrongUsage: nobody makes such a call.
    """
    sources = _Sources()
    files = PolicyFiles(
        identity=sources(options.identity),
        boundary=sources(options.boundary),
        session=sources(options.session_policy),
        scp=tuple(sources(level.split(",")) for level in options.scp),
        resource=sources(options.resource_policy),
        endpoint=sources(options.endpoint_policy),
    )
    if sources.problems:
        raise BadInput(sources.problems)
    try:
        found = policies.decide(files, _call(options))
    except RequestError as error:
        raise WrongUsage([Problem(options.call, 1, str(error))]) from None
    code = OF_ANSWER[found.answer]
    if options.format not in (None, "text"):
        return import_module(f"lambda_vpc.cli.formats.{options.format}").of_call(found, code)
    paint, excerpts = Paint(options.color), Excerpts(sources.read.values())
    return write("\n".join(_lines(found, paint, excerpts)), code)


class _Sources:
    """Reads policy files, each once; what cannot be read is kept for one message about all."""

    def __init__(self) -> None:
        self.read: dict[str, Source] = {}
        self.problems: list[Problem] = []

    def __call__(self, names: list[str]) -> tuple[Source, ...]:
        for name in names:
            if name not in self.read:
                try:
                    self.read[name] = policies.read(text_of(name), name)
                except BadInput as bad:
                    self.problems += bad.problems
        return tuple(self.read[name] for name in names if name in self.read)


def _call(options: argparse.Namespace) -> Call:
    subnets, groups = _ids(options.subnets), _ids(options.security_groups)
    settings = options.settings or ("given" if subnets or groups else "none")
    return Call(
        options.call,
        options.principal,
        settings=Settings(settings),
        subnets=subnets,
        security_groups=groups,
        vpc=options.vpc,
        by=By(options.by),
        function=options.function,
        region=options.region,
        resources=tuple(options.resource),
        context=_context(options.context),
        management_account=options.management_account,
    )


def _ids(written: str) -> tuple[str, ...]:
    return tuple(filter(None, (part.strip() for part in written.split(","))))


def _context(written: list[str]) -> dict[str, object]:
    found: dict[str, list[str]] = {}
    for text in written:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise WrongUsage([Problem("--context", 1, f"'{text}': write KEY=VALUE")])
        found.setdefault(key, []).extend([value] if value else [])
    return {key: values[0] if len(values) == 1 else values for key, values in found.items()}


# --- as text ------------------------------------------------------------------------------------


def _lines(found: PolicyAnswer, paint: Paint, excerpts: Excerpts) -> Iterator[str]:
    request = found.request
    word = paint(COLORS[found.answer], f"{found.answer:<12}  ")
    yield word + visible(f"{request.action} on {', '.join(request.resources)} by {request.principal}")
    if found.statement is not None:
        yield _INDENT + visible(_place(found.statement))
        line = excerpts(found.statement.file, found.statement.line)
        if line is not None:
            yield _INDENT + paint("dim", visible(line))
    elif found.answer == "deny":
        yield _INDENT + "no statement allows it"
    if found.question:
        yield _INDENT + visible(found.question)
    for other in found.others:
        detail = f" ({other.detail})" if other.detail else ""
        yield visible(f"{'other' if other.statement.name else 'layer':<12}  {_place(other.statement)}")
        yield _INDENT + visible(f"{sentence(other.why)}{detail}")
    for finding in found.findings:
        yield paint(COLORS[finding.severity], f"{finding.rule:<12}  ") + visible(
            f"{finding.path}:{finding.line}: {finding.message}"
        )


def _place(statement: Statement) -> str:
    layer = f" ({statement.layer})" if statement.layer else ""
    if statement.name is None:
        return f"{statement.layer} policies as a whole"
    return f"{statement.file}:{statement.line}: {statement.name}{layer}"
