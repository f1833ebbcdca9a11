"""A case that runs a function's inline handler with an event."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar

from lambda_vpc.guide.cases.base import Case, Result, Subject
from lambda_vpc.guide.key_paths import resolve
from lambda_vpc.guide.spec_reader import SpecReader
from lambda_vpc.reading import KeyPath

KEYS = {"invoke": True, "event": True, "returns": False, "raises": False}


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

    def run(self, subject: Subject) -> Result:
        """Run the handler in this process: the code is the guide's own, and reaches no AWS account."""
        try:
            returned = self._call(subject)
        except Exception as error:  # whatever the handler raises is the answer
            actual = f"raises {error}"
            return Result(case=self, passed=actual == self.expected, actual=actual)
        actual = _words({path: _at(returned, path) for path in self.returns})
        return Result(case=self, passed=self.raises is None and actual == self.expected, actual=actual)

    def _call(self, subject: Subject) -> object:
        function = subject.template.scenarios[0].resources.get(self.function)
        if function is None:
            raise LookupError(f"the template has no function '{self.function}'")
        code = function.get("Code", "ZipFile") or function.get("InlineCode")
        if not isinstance(code, str):
            raise LookupError(f"{self.function} has no inline code")
        variables = function.get("Environment", "Variables") or {}
        handler = str(function.get("Handler")).rpartition(".")[2]
        namespace: dict[str, object] = {"__name__": "index"}
        with _environment({name: str(value) for name, value in dict(variables).items()}):
            exec(compile(code, f"{subject.source.path}#{self.function}", "exec"), namespace)
            return namespace[handler](self.event, None)


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


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def parse(reader: SpecReader, item: Mapping, where: KeyPath, common: Mapping) -> InvokeCase | None:
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
