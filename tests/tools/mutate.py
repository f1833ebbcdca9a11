"""Changes the checker, piece by piece, and names the changes that no test notices.

    python tests/tools/mutate.py                              every mutant of every module below
    python tests/tools/mutate.py network.routes iam           of some modules or packages
    python tests/tools/mutate.py --sample 150 --seed 2        of a sample, the same for the same seed
    python tests/tools/mutate.py --json survivors.json

A mutant is one change of one module (see code_mutants.py). Tests and modules are imported once; each mutant
runs in a process forked from there, on the tests that enter the changed function, those first that killed
before, and ends at the first failure. What a function's code alone cannot carry, and survivors in functions
that run while modules are imported, are tried with everything imported anew.

A survivor that changes no answer stands in equivalent_mutants.yaml with its reason; an entry whose mutant is
killed, or is gone, is an error.
"""

from __future__ import annotations

import argparse
import functools
import gc
import importlib.machinery
import json
import multiprocessing
import os
import random
import resource
import sys
import time
import types
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path

import pytest
import yaml

from code_mutants import Mutant, mutants

Key = tuple[str, str, int]


@dataclass(frozen=True)
class House:
    """Where modules, tests and the list of equivalent mutants are."""

    root: Path
    """Tests run from here."""
    sources: Path
    """The folder of the package, or of the module."""
    package: str
    tests: Mapping[str, Sequence[str]]
    """By module or package below `package`, the test files that hold it; the longest name counts."""
    left_out: frozenset[str] = frozenset()
    """Modules of these packages that decide nothing."""
    equivalent: Path | None = None
    patience: float = 5
    """Seconds of processor time that a mutant may take besides three times what the unchanged tests take."""

    def modules(self) -> dict[str, Path]:
        """Dotted name below the package, and file, of each module that the table covers.

        Raises:
            SystemExit: a name of the table is no module and no package.
        """
        found = {}
        for name in self.tests:
            path = self.sources.joinpath(*name.split("."))
            files = sorted(path.glob("*.py")) if path.is_dir() else [path.with_suffix(".py")]
            for file in files:
                if not file.is_file():
                    sys.exit(f"{name}: no module {file}; mend the table in {__file__}")
                module = ".".join(file.relative_to(self.sources).with_suffix("").parts)
                if file.stem != "__init__" and module not in self.left_out:
                    found[module] = file
        return found

    def tests_of(self, module: str) -> Sequence[str]:
        """The test files for a module."""
        return self.tests[max((name for name in self.tests if f"{module}.".startswith(f"{name}.")), key=len)]


ROOT = Path(__file__).parents[2]
# Those that are fast: whatever cfn-lint runs takes longer, and should not be needed to hold the engine.
_ENGINE = ("test_records.py", "test_filters.py", "test_endpoints.py", "test_network.py", "test_snippets.py")
_TEMPLATE = ("test_template.py", "test_scenarios.py", "test_loops.py", "test_roles.py", "test_network.py",
             "test_snippets.py")  # fmt: skip
_IAM = ("test_iam.py", "test_request.py", "test_checking.py", "test_snippets.py")
GUIDE = House(
    root=ROOT,
    sources=ROOT / "snippets/python/lambda_vpc",
    package="lambda_vpc",
    tests={
        name: [f"tests/{file}" for file in files]
        for name, files in {
            "answers": ("test_iam.py", *_ENGINE),
            "cloudformation.intrinsics": _TEMPLATE,
            "cloudformation.parameters": _TEMPLATE,
            "cloudformation.roles": _TEMPLATE,
            "iam": _IAM,
            "network": _ENGINE,
            "network.from_template": (
                "test_network.py",
                "test_schemas.py",
                "test_template.py",
                "test_snippets.py",
            ),
        }.items()
    },
    left_out=frozenset({"iam.service_reference"}),
    equivalent=Path(__file__).with_name("equivalent_mutants.yaml"),
)


# --- in a forked process ------------------------------------------------------------------------


class _FirstFailure:
    """Ends a run at its first failure and keeps its name."""

    def __init__(self) -> None:
        self.name: str | None = None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and self.name is None:
            self.name = report.nodeid


def _run(items: Sequence[pytest.Item], watch: _FirstFailure) -> str | None:
    """Run tests in this process up to the first failure; its name."""
    for item, following in zip(items, [*items[1:], None], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if watch.name:
            break
    return watch.name


def _forget_results(package: str) -> None:
    """Empty every `functools.cache` of the package: what the unchanged code answered."""
    for found in gc.get_objects():
        if isinstance(found, functools._lru_cache_wrapper) and found.__module__.startswith(package):
            found.cache_clear()


def _functions(path: str) -> dict[str, list[types.FunctionType]]:
    """The living functions of a file, by qualified name."""
    found = defaultdict(list)
    for one in gc.get_objects():
        if isinstance(one, types.FunctionType) and one.__code__.co_filename == path:
            found[one.__code__.co_qualname].append(one)
    return found


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield constant
            yield from _codes(constant)


def _swap(mutant: Mutant, file: str) -> bool:
    """Give the living functions the changed code; whether it was possible."""
    living = _functions(file)
    new = {code.co_qualname: code for code in _codes(mutant.code) if "<" not in code.co_qualname}
    changed = False
    for name, code in new.items():
        for function in living.get(name, ()):
            if function.__code__.co_code != code.co_code or function.__code__.co_consts != code.co_consts:
                try:
                    function.__code__ = code.replace(co_filename=file)
                except ValueError:  # it closes over other names
                    return False
                changed = True
    return changed


def _anew(house: House, mutant: Mutant | None, files: Sequence[str], first: str | None) -> str | None:
    """Import everything of the project again, with the mutant in it, and run tests; the first failure."""
    for name, module in list(sys.modules.items()):
        file = Path(getattr(module, "__file__", None) or "/")
        ours = file.is_relative_to(house.root) and "site-packages" not in file.parts
        if ours and name != "__main__" and module is not sys.modules[__name__]:
            del sys.modules[name]
    if mutant is not None:
        name = f"{house.package}.{mutant.module}" if house.package else mutant.module
        read = importlib.machinery.SourceFileLoader.get_code
        importlib.machinery.SourceFileLoader.get_code = lambda self, asked: (
            mutant.code if asked == name else read(self, asked)
        )
    watch = _FirstFailure()
    ended = pytest.main(["-x", *_OPTIONS, *([first] if first else []), *files], plugins=[watch])
    return watch.name or (None if ended in (0, 5) else f"collection ({ended!r})")


_OPTIONS = ["-q", "-s", "-p", "no:cacheprovider", "--hypothesis-profile=mutants", "-m", "not browser"]


# --- around it ----------------------------------------------------------------------------------


@dataclass
class Outcome:
    """What became of a mutant."""

    mutant: Mutant
    killed_by: str | None
    """The test that noticed it, or that it ran out of time; `None`: nothing did."""


@dataclass
class _Task:
    mutant: Mutant
    anew: bool
    process: multiprocessing.Process | None = None
    answer: Connection | None = None
    begun: float = 0.0


class _Entered:
    """A profiler that notes in which of some files a function is entered, and by which test."""

    def __init__(self, files: Iterable[str]) -> None:
        self.files = frozenset(files)
        self.test = ""
        self.by_place: dict[tuple[str, str], set[str]] = {}

    def __call__(self, frame: types.FrameType, event: str, _argument: object) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename in self.files:
            self.by_place.setdefault(_place(code.co_filename, code.co_qualname), set()).add(self.test)


def _place(file: str, function: str) -> tuple[str, str]:
    """File and outermost function."""
    return file, function.split(".<locals>")[0]


@dataclass
class Run:
    """One run of the command over some mutants; a pytest plugin that takes the place of the run of tests."""

    house: House
    wanted: Sequence[Mutant]
    jobs: int
    allowed: Mapping[Key, str]
    """Equivalent mutants with the reason."""
    outcomes: list[Outcome] = field(default_factory=list)
    error: str | None = None
    _files: Mapping[str, str] = field(init=False)
    _collecting: set[tuple[str, str]] = field(default_factory=set)
    """The functions that were entered before any test ran: what they answered then is kept somewhere."""
    _killers: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    _entered: Mapping[tuple[str, str], set[str]] = field(default_factory=dict)
    _seconds: dict[bool, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._files = {name: str(path) for name, path in self.house.modules().items()}

    @pytest.hookimpl(wrapper=True)
    def pytest_collection(self) -> Generator[None, object, object]:
        """Note which functions are entered."""
        note = _Entered(self._files.values())
        sys.setprofile(note)
        try:
            return (yield)
        finally:
            sys.setprofile(None)
            self._collecting = set(note.by_place)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Judge every mutant instead of running the tests."""
        if session.testsfailed:
            self.error = "the tests cannot be collected"
            return True
        self._watch = _FirstFailure()
        session.config.pluginmanager.register(self._watch)
        self._items = session.items
        self._nodes = {item.nodeid: item for item in self._items}
        try:
            self._try_unchanged()
            self._judge_all()
        except _Stopped as stopped:
            self.error = str(stopped)
        return True

    def _of(self, module: str) -> list[pytest.Item]:
        files = self.house.tests_of(module)
        rank = {file: number for number, file in enumerate(files)}
        # Properties last: each takes long, and what a plain example kills needs none.
        of = [item for item in self._items if item.nodeid.split("::")[0] in rank]
        return sorted(of, key=lambda item: rank[item.nodeid.split("::")[0]] + 100 * _is_property(item))

    def _try_unchanged(self) -> None:
        """Once without any change: that the tests pass, how long they take and which functions they enter."""
        files = list(dict.fromkeys(item.nodeid.split("::")[0] for item in self._items))
        here = _fork(lambda: self._traced(self._items))
        anew = _fork(lambda: _timed(_anew, self.house, None, files, None))
        failed, self._entered, self._seconds[False] = _answer(*here)
        if failed:
            raise _Stopped(f"without any change, {failed} fails: mend this first")
        failed, self._seconds[True] = _answer(*anew)
        if failed:
            raise _Stopped(f"imported anew without any change, {failed} fails: mend this first")

    def _traced(self, items: Sequence[pytest.Item]) -> tuple[str | None, dict, float]:
        note = _Entered(self._files.values())
        _forget_results(self.house.package)
        begun = time.process_time()
        for item, following in zip(items, [*items[1:], None], strict=True):
            note.test = item.nodeid
            sys.setprofile(note)
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            sys.setprofile(None)
        return self._watch.name, note.by_place, time.process_time() - begun

    def _judge_all(self) -> None:
        waiting = deque(_Task(mutant, anew=not mutant.swappable) for mutant in self.wanted)
        running: list[_Task] = []
        while waiting or running:
            while waiting and len(running) < self.jobs:
                task = waiting.popleft()
                task.begun = time.monotonic()
                task.process, task.answer = _fork(lambda task=task: self._judge(task), self._limit(task))
                running.append(task)
            wait([task.process.sentinel for task in running] + [task.answer for task in running], timeout=1)
            for task in list(running):
                late = time.monotonic() - task.begun > 60 + 20 * self._limit(task)
                if late:
                    task.process.kill()
                if not (late or task.answer.poll() or task.process.exitcode is not None):
                    continue
                running.remove(task)
                killed_by = _answer(task.process, task.answer, lost="no end in the time allowed")
                place = _place(self._files[task.mutant.module], task.mutant.function)
                if killed_by == _CANNOT or (
                    killed_by is None and not task.anew and place in self._collecting
                ):
                    waiting.append(_Task(task.mutant, anew=True))
                    continue
                if killed_by:
                    self._killers[task.mutant.module][killed_by] += 1
                self.outcomes.append(Outcome(task.mutant, killed_by))
                self._tell(self.outcomes[-1])

    def _judge(self, task: _Task) -> str | None:
        mutant = task.mutant
        killers = self._killers[mutant.module]
        if task.anew:
            likely = next((name for name, _ in killers.most_common() if name in self._nodes), None)
            return _anew(self.house, mutant, self.house.tests_of(mutant.module), likely)
        file = self._files[mutant.module]
        entering = self._entered.get(_place(file, mutant.function), ())
        items = [item for item in self._of(mutant.module) if item.nodeid in entering]
        items.sort(key=lambda item: -killers[item.nodeid])
        if not _swap(mutant, file):
            return _CANNOT
        _forget_results(self.house.package)
        return _run(items, self._watch) if items else None

    def _limit(self, task: _Task) -> float:
        """Seconds of processor time."""
        return self.house.patience + 3 * self._seconds[task.anew]

    def _tell(self, outcome: Outcome) -> None:
        done = len(self.outcomes)
        if outcome.killed_by is None and outcome.mutant.key not in self.allowed:
            print(f"survives: {outcome.mutant}", file=sys.stderr, flush=True)
        elif done % 100 == 0:
            print(f"{done} of {len(self.wanted)}", file=sys.stderr, flush=True)


_CANNOT = "its code cannot be swapped"


class _Stopped(Exception):
    """The run cannot go on."""


def _is_property(item: pytest.Item) -> bool:
    return hasattr(getattr(item, "obj", None), "hypothesis")


def _timed(function: Callable, *arguments: object) -> tuple[object, float]:
    begun = time.process_time()
    return function(*arguments), time.process_time() - begun


def _fork(
    action: Callable[[], object], seconds: float | None = None
) -> tuple[multiprocessing.Process, Connection]:
    """Run in a forked process, silently; `seconds` of processor time at most."""
    here, there = multiprocessing.Pipe(duplex=False)

    def child() -> None:
        here.close()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        if seconds is not None:
            resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 2))
        there.send(action())
        there.close()
        os._exit(0)

    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    there.close()
    return process, here


def _answer(process: multiprocessing.Process, answer: Connection, *, lost: object = None) -> object:
    """What the process sends; `lost` when it ends without a word."""
    try:
        found = answer.recv()
    except EOFError:
        if lost is None:
            raise _Stopped("a process ended without a word; run the tests themselves") from None
        found = lost
    process.join()
    answer.close()
    return found


# --- the command --------------------------------------------------------------------------------


def equivalents(path: Path | None) -> dict[Key, str]:
    """The mutants that change no answer, with the reason.

    Raises:
        SystemExit: an entry lacks a field, or has one that is not known.
    """
    found: dict[Key, str] = {}
    for number, entry in enumerate(yaml.safe_load(path.read_text("utf-8")) or () if path else (), 1):
        if not {"where", "change", "reason"} <= entry.keys() <= {"where", "change", "reason", "number"}:
            sys.exit(f"{path}: entry {number} must have where, change, reason, and number if there are more")
        found[entry["where"], entry["change"], entry.get("number", 1)] = entry["reason"]
    return found


def chosen(
    every: Mapping[str, list[Mutant]], names: Sequence[str], sample: int | None, seed: int
) -> list[Mutant]:
    """The mutants of some modules, or of all; a sample of them, the same for the same seed."""
    for name in names:
        if not any(f"{module}.".startswith(f"{name}.") for module in every):
            sys.exit(f"{name}: not one of {', '.join(every)}")
    of = [
        mutant
        for module, found in every.items()
        if not names or any(f"{module}.".startswith(f"{name}.") for name in names)
        for mutant in found
    ]
    if sample is None or sample >= len(of):
        return of
    return [of[index] for index in sorted(random.Random(seed).sample(range(len(of)), sample))]


def stale(
    outcomes: Iterable[Outcome], every: Mapping[str, list[Mutant]], allowed: Mapping[Key, str]
) -> list[str]:
    """What is wrong with the list of equivalent mutants."""
    known = {mutant.key for found in every.values() for mutant in found}
    gone = [
        f"{where}: {change} (#{number}): no such mutant any more"
        for where, change, number in allowed.keys() - known
    ]
    killed = [
        f"{outcome.mutant}: {outcome.killed_by} notices it"
        for outcome in outcomes
        if outcome.killed_by and outcome.mutant.key in allowed
    ]
    return sorted(gone) + killed


def report(outcomes: Sequence[Outcome], allowed: Mapping[Key, str]) -> tuple[list[str], list[Outcome]]:
    """A line per module, and the survivors that nothing explains."""
    lines = [f"{'module':<32} {'mutants':>7} {'killed':>7} {'equivalent':>10} {'survive':>7} {'score':>7}"]
    unexplained: list[Outcome] = []
    by_module: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by_module[outcome.mutant.module].append(outcome)
    for name, of in [*sorted(by_module.items()), ("all", list(outcomes))]:
        killed = sum(outcome.killed_by is not None for outcome in of)
        alive = [outcome for outcome in of if outcome.killed_by is None]
        open_ = [outcome for outcome in alive if outcome.mutant.key not in allowed]
        judged = killed + len(open_)
        score = f"{100 * killed / judged:.1f} %" if judged else "-"
        lines.append(
            f"{name:<32} {len(of):>7} {killed:>7} {len(alive) - len(open_):>10} {len(open_):>7} {score:>7}"
        )
        unexplained = open_
    return lines, sorted(unexplained, key=lambda outcome: (outcome.mutant.module, outcome.mutant.line))


def main(arguments: Sequence[str], house: House = GUIDE) -> int:
    """Run the command; 0 when every mutant is killed or explained."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=", ".join(house.modules()))
    parser.add_argument("--sample", type=int, metavar="N", help="judge N mutants only")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every outcome there")
    asked = parser.parse_args(arguments)
    every = {
        name: mutants(path.read_text("utf-8"), name, path.relative_to(house.root).as_posix())
        for name, path in house.modules().items()
    }
    allowed = equivalents(house.equivalent)
    wanted = chosen(every, asked.modules, asked.sample, asked.seed)
    run = Run(house, wanted, asked.jobs, allowed)
    os.chdir(house.root)
    files = list(dict.fromkeys(file for mutant in wanted for file in house.tests_of(mutant.module)))
    collected = pytest.main([*_OPTIONS, "-q", *files], plugins=[run])
    if run.error or not run.outcomes:
        sys.exit(f"mutate.py: {run.error or f'no tests were collected ({collected!r})'}")
    lines, survivors = report(run.outcomes, allowed)
    wrong = stale(run.outcomes, every, allowed)
    lines = [f"survives: {outcome.mutant}" for outcome in survivors] + lines
    lines += [f"{house.equivalent}: {message}; take the entry out" for message in wrong]
    print("\n".join(lines))
    if asked.json:
        asked.json.write_text(
            json.dumps(
                [
                    {
                        "where": outcome.mutant.where,
                        "change": outcome.mutant.change,
                        "number": outcome.mutant.number,
                        "file": outcome.mutant.path,
                        "line": outcome.mutant.line,
                        "killed_by": outcome.killed_by,
                        "equivalent": allowed.get(outcome.mutant.key),
                    }
                    for outcome in run.outcomes
                ],
                indent=1,
                ensure_ascii=False,
            )
        )
    return 1 if survivors or wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
