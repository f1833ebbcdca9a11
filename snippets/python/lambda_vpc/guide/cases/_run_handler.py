"""Runs a handler: as a program, it reads what to run as JSON and writes what came of it as JSON.

`invoke.py` starts this file in a process of its own, with a limit of time. Where there are no processes, as
in a browser, it imports `answered`: there the page that asks sets the limit.
"""

import contextlib
import json
import sys

try:
    import resource
except ImportError:  # a system without such limits
    resource = None

MEMORY = 1 << 30
"""Bytes of address space a handler may have."""


def answered(asked: dict) -> str:
    """What came of a handler, as JSON: `returned`, or `raised` with the error's text."""
    # What the handler prints must not stand before the answer.
    with contextlib.redirect_stdout(sys.stderr):
        try:
            namespace = {"__name__": "index"}
            exec(compile(asked["code"], asked["name"], "exec"), namespace)
            answer = {"returned": namespace[asked["handler"]](asked["event"], None)}
            return json.dumps(answer, default=str)
        except BaseException as error:  # whatever the handler raises is the answer, an exit included
            return json.dumps({"raised": str(error)})


def main() -> None:
    asked = json.load(sys.stdin)
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    print(answered(asked))


if __name__ == "__main__":
    main()
