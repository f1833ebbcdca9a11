"""Work that other processes do while MkDocs goes on: a machine has more than one processor.

What is to be done is a function of a module below docs/hooks, by its name, and what it takes and gives can be
sent from process to process.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

_HOOKS = str(Path(__file__).parent)


@dataclass
class _Run:
    processes: ProcessPoolExecutor | None = None


_run = _Run()


def begin(function: Callable[..., T], *arguments: object) -> Future[T]:
    """Have a function called in another process."""
    if _run.processes is None:
        # MkDocs keeps one processor busy.
        number = min(4, max(1, (os.cpu_count() or 1) - 1))
        _run.processes = ProcessPoolExecutor(number, mp_context=get_context("spawn"))
    with _importable():
        return _run.processes.submit(function, *arguments)


def end() -> None:
    """Leave no process behind; what is not done is not begun."""
    if _run.processes is not None:
        _run.processes.shutdown(cancel_futures=True)
        _run.processes = None


@contextmanager
def _importable() -> Iterator[None]:
    """Put the hooks where a new process finds them: MkDocs takes their folder out of the path again."""
    sys.path.append(_HOOKS)
    try:
        yield
    finally:
        sys.path.remove(_HOOKS)
