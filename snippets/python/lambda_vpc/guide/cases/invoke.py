"""A case that runs a function's inline handler with an event."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

from lambda_vpc.cloudformation.template import Resource
from lambda_vpc.guide.cases._run_handler import answered
from lambda_vpc.guide.cases.base import Case, CaseResult, Subject, agreed, in_words
from lambda_vpc.guide.key_paths import resolve
from lambda_vpc.guide.strict_reader import StrictReader
from lambda_vpc.reading import KeyPath

KEYS = {"invoke": True, "event": True, "returns": False, "raises": False}

LIMIT = 10.0
"""Seconds a handler has for its answer."""

_RUNNER = Path(__file__).with_name("_run_handler.py")


@dataclass(frozen=True, kw_only=True)
class InvokeCase(Case):
    """An event and what the handler returns, or the error it raises."""

    kind: ClassVar[str] = "invoke"
    function: str
    """Logical id of a function whose Python code stands in the template."""
    event: object
    returns: Mapping[str, object]
    """Key path in the returned value to the value that must stand there."""
    raises: str | None
    """Text of the error that must be raised."""

    @property
    def expected(self) -> str:
        """The expectation in words."""
        return f"raises {self.raises}" if self.raises is not None else _words(self.returns)

    def run(self, subject: Subject) -> CaseResult:
        """Run the handler as each scenario of the template has it, each time in a process of its own.

        The code is the guide's own and reaches no AWS account; the process ends after `LIMIT` seconds, so
        that a wrong variant or a mutant cannot hold up a build.
        """
        scenarios = subject.template.scenarios
        actual = agreed(self._answer(one.resources.get(self.function)) for one in scenarios)
        return CaseResult(case=self, passed=actual == self.expected, actual=actual)

    def _answer(self, function: Resource | None) -> str:
        if function is None:
            return f"the template has no function '{self.function}'"
        code = function.get("Code", "ZipFile") or function.get("InlineCode")
        if not isinstance(code, str):
            return f"{self.function} has no inline code"
        variables = function.get("Environment", "Variables") or {}
        asked = {
            "name": f"{function.source.path}#{self.function}",
            "code": code,
            "handler": str(function.get("Handler")).rpartition(".")[2],
            "event": self.event,
        }
        environment = tuple((name, in_words(value)) for name, value in dict(variables).items())
        answer = _run(json.dumps(asked), environment, LIMIT)
        if "returned" not in answer:
            return f"raises {answer['raised']}"
        if self.raises is not None:
            return f"returns {json.dumps(answer['returned'], ensure_ascii=False)}"
        return _words({path: _at(answer["returned"], path) for path in self.returns})


@lru_cache(maxsize=256)
def _run(asked: str, environment: tuple[tuple[str, str], ...], limit: float) -> Mapping[str, object]:
    """What came of a handler: `returned`, or `raised` with the error's text; run once for the same."""
    if sys.platform == "emscripten":
        return json.loads(_without_process(asked, environment))
    try:
        # Isolated: no variable of this process, no module of its folder.
        run = subprocess.run(
            [sys.executable, "-I", "-X", "utf8", str(_RUNNER)],
            input=asked, env=dict(environment), stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True, encoding="utf-8",
            timeout=limit, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return {"raised": f"nothing: no answer within {limit:g} seconds"}
    except (OSError, ValueError) as error:  # an environment that no process can have
        return {"raised": f"nothing: it cannot be run: {error}"}
    try:
        return json.loads(run.stdout)
    except ValueError:
        return {"raised": f"nothing: its process ended with exit code {run.returncode}"}


def _without_process(asked: str, environment: tuple[tuple[str, str], ...]) -> str:
    """The same in a browser, which has no processes: the page ends what takes too long."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(environment)
    try:
        return answered(json.loads(asked))
    finally:
        os.environ.clear()
        os.environ.update(before)


def _words(values: Mapping[str, object]) -> str:
    return ", ".join(
        f"{path} = {json.dumps(value, ensure_ascii=False, default=str)}" for path, value in values.items()
    )


def _at(returned: object, path: str) -> object:
    try:
        keys = resolve(returned, path)
    except ValueError:
        return "(nothing)"
    for key in keys:
        returned = returned[key]
    return returned


def parse(reader: StrictReader, item: Mapping, where: KeyPath, common: Mapping) -> InvokeCase | None:
    """Read an invoke case; problems go to the reader."""
    if ("returns" in item) == ("raises" in item):
        reader.problem(where, "give 'returns' or 'raises'")
        return None
    return InvokeCase(
        **common,
        function=str(item["invoke"]),
        event=item["event"],
        returns=reader.mapping(item.get("returns"), (*where, "returns")),
        raises=None if item.get("raises") is None else str(item["raises"]),
    )
