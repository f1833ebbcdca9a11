"""What CloudFormation creates before what.

It creates what a resource refers to, and what it names under `DependsOn`, before the resource; everything
else may be created at the same time (CloudFormation User Guide, "DependsOn attribute"; facts R17 and N28).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lambda_vpc.cloudformation.intrinsics import substituted


def created_before(resources: Mapping, name: str) -> frozenset[str]:
    """Logical ids of everything that is created before a resource.

    Args:
        resources: the template's resources as written, with the long form of intrinsic functions; malformed
            ones refer to nothing.
        name: logical id of one of them.
    """
    found: set[str] = set()
    waiting = [name]
    while waiting:
        body = resources.get(waiting.pop())
        if not isinstance(body, Mapping):
            continue
        depends_on = body.get("DependsOn", [])
        named = depends_on if isinstance(depends_on, list) else [depends_on]
        for other in (*named, *_references(body.get("Properties"))):
            if isinstance(other, str) and other in resources and other not in found:
                found.add(other)
                waiting.append(other)
    return frozenset(found - {name})


def _references(written: object) -> Iterator[str]:
    """Names that a written value refers to."""
    waiting = [written]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, Mapping):
            for key, item in value.items():
                if key == "Ref" and isinstance(item, str):
                    yield item
                elif key == "Fn::GetAtt":
                    yield str(item[0] if isinstance(item, list) and item else item).partition(".")[0]
                elif key == "Fn::Sub":
                    yield from substituted(item)
                    waiting.append(item)
                else:
                    waiting.append(item)
