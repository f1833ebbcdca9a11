"""ARN patterns as `Resource` and `NotResource` take them: which are allowed, and what they cover.

Source: IAM User Guide, "Identify AWS resources with Amazon Resource Names (ARNs)" (reference-arns), "IAM
identifiers" and "IAM JSON policy elements: Resource".
"""

from __future__ import annotations

import re
from functools import lru_cache

from lambda_vpc.iam import service_reference
from lambda_vpc.iam.patterns import Glob, Wildcard, replace_variables, unescape

PARTS = 6
"""`arn:partition:service:region:account:resource`."""


def _wild(text: str) -> bool:
    return "*" in text or "?" in text


def _masked(pattern: str) -> str:
    """A pattern with `$` for each variable: neither its colon nor the star of `${*}` is the pattern's own."""
    return replace_variables(pattern, lambda _: "$")


def _parts(pattern: str) -> list[str]:
    """The parts of an ARN pattern, at most six."""
    return _masked(pattern).split(":", PARTS - 1)


@lru_cache(maxsize=4096)
def mistake(pattern: str) -> str | None:
    """What the documentation does not allow in an ARN pattern of a policy, with the mend; else nothing."""
    if pattern == "*":
        return None
    prefix, *parts = _parts(pattern)
    if prefix != "arn":
        return f"'{pattern}' is neither an ARN nor \"*\" (an ARN begins with arn:)"
    if len(parts) < 2:
        return f"'{pattern}' names no service (write arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE)"
    if _wild(parts[1]):
        return f"'{pattern}' has a wildcard for the service; name the service"
    kind, _ = _type(pattern)
    # Only what cannot be anything but a broken type: `type*` and `*` may end the type and begin the name.
    written = re.split("[*?]", kind, maxsplit=1)[0]
    types = service_reference.arn_types(parts[1])
    meant = sorted(type_ for type_ in types if type_.startswith(written))
    if kind == written or written in types or not (written or kind.startswith("?")) or not meant:
        return None
    mend = f"name the type, such as {', '.join(meant)}"
    return f"'{pattern}' has a wildcard in the resource type '{kind}'; {mend}"


@lru_cache(maxsize=4096)
def doubt(pattern: str) -> str | None:
    """What the documentation does not allow although AWS's own managed policies have it; else nothing.

    AmazonBedrockFullAccess has `arn:*:kms:*:::*`, ROSAInstallerPolicy `arn:aws:ec2:*:*:security-group*/*`. A
    star for the whole type (`*/*`) is no doubt: the EC2 User Guide writes it.
    """
    parts = _parts(pattern)
    kind, ends = _type(pattern)
    if len(parts) > 1 and _wild(parts[1]):
        where = "for the partition"
    elif ends and _wild(kind) and kind != "*" and service_reference.arn_types(parts[2]):
        where = "in the resource type"
    else:
        return None
    return f"whether '{pattern}' may have a wildcard {where} is documented both ways; name it"


def _type(pattern: str) -> tuple[str, bool]:
    """The part of an ARN pattern that names the resource type, and whether something follows it."""
    parts = _parts(pattern)
    kind, *rest = re.split("[:/]", parts[5], maxsplit=1) if len(parts) == PARTS else [""]
    return kind, bool(rest)


def is_incomplete(pattern: str) -> bool:
    """Whether an ARN pattern has fewer than the six parts of an ARN."""
    return pattern != "*" and _masked(pattern).count(":") < PARTS - 1


def completed(pattern: str) -> str:
    """An ARN pattern with `*` for every part it lacks: `arn:aws:sqs` is `arn:aws:sqs:*:*:*`."""
    return pattern + ":*" * (PARTS - 1 - pattern.count(":"))


@lru_cache(maxsize=4096)
def resource_glob(pattern: str) -> Glob:
    """The resources an ARN pattern covers.

    `*` and `?` stay within one part of the ARN, except a `*` that ends its part: it may reach further. The
    sixth part has no further colons to cross: names such as `function:app:prod` belong to it as a whole.
    """
    tokens: list[str | Wildcard] = []
    for position, part in enumerate(pattern.split(":", PARTS - 1)):
        if position:
            tokens.append(":")
        last = position == PARTS - 1
        for index, c in enumerate(part):
            if c == "*":
                reaches = last or index == len(part) - 1
                tokens.append(Wildcard.ANY if reaches else Wildcard.ANY_WITHIN)
            elif c == "?":
                tokens.append(Wildcard.ONE if last else Wildcard.ONE_WITHIN)
            else:
                tokens.append(unescape(c))
    return Glob(tokens)
