"""Runs a handler in a process of its own: reads what to run as JSON, writes what came of it as JSON.

Not imported: `invoke.py` starts this file as a program, with a limit of time.
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


def main() -> None:
    asked = json.load(sys.stdin)
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    # What the handler prints must not stand before the answer.
    with contextlib.redirect_stdout(sys.stderr):
        try:
            namespace = {"__name__": "index"}
            exec(compile(asked["code"], asked["name"], "exec"), namespace)
            answer = {"returned": namespace[asked["handler"]](asked["event"], None)}
            text = json.dumps(answer, default=str)
        except BaseException as error:  # whatever the handler raises is the answer, an exit included
            text = json.dumps({"raised": str(error)})
    print(text)


if __name__ == "__main__":
    main()
