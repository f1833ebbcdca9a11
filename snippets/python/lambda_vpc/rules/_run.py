"""Lints a snippet's text, whatever its kind, with cfn-lint's own rules and this package's.

cfn-lint reads templates only. A bare policy is wrapped in memory in the resource that would carry it, on the
policy's first line, so that line numbers stay the file's.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cfnlint.config import ConfigMixIn
from cfnlint.decode import decode_str
from cfnlint.runner import Runner

REGIONS = ["ap-northeast-1"]

INFORMATIONAL = ["I3510"]
"""Informational rules of cfn-lint that are switched on.

I3510: a statement's resources fit its actions; the counterpart of E9805. The others ask for a house style
(deletion policies, limits drawing near, a Sub that a Join could be) and would speak in nearly every template.
"""


def _carrier(type_: str, document: str, others: str = "") -> tuple[str, str]:
    head = f'{{"Resources": {{"Snippet": {{"Type": "{type_}", "Properties": {{{others}"{document}": '
    return head, "}}}}"


CARRIERS: Mapping[str, tuple[str, str]] = {
    "identity-policy": _carrier("AWS::IAM::ManagedPolicy", "PolicyDocument"),
    "permissions-boundary": _carrier("AWS::IAM::ManagedPolicy", "PolicyDocument"),
    "scp": _carrier(
        "AWS::Organizations::Policy", "Content", '"Name": "Snippet", "Type": "SERVICE_CONTROL_POLICY", '
    ),
    "trust-policy": _carrier("AWS::IAM::Role", "AssumeRolePolicyDocument"),
    "endpoint-policy": _carrier(
        "AWS::EC2::VPCEndpoint",
        "PolicyDocument",
        '"VpcId": "vpc-11111111111111111", "ServiceName": "com.amazonaws.ap-northeast-1.s3", ',
    ),
    # A key policy is the resource policy whose actions cfn-lint does not tie to one service.
    "resource-policy": _carrier("AWS::KMS::Key", "KeyPolicy"),
    "template": ("", ""),
}
"""What stands before and after a snippet's text, by kind, to make a template of it."""


@dataclass(frozen=True)
class Finding:
    """One thing a rule has found."""

    rule: str
    message: str
    line: int
    """Line in the snippet's file, from 1."""
    severity: str
    """`error`, `warning` or `informational`."""
    path: str
    """The file, as given."""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule} {self.message}"


@cache
def _runner() -> Runner:
    """Loading the rules takes longer than running them: once per process."""
    config = ConfigMixIn([], regions=REGIONS, append_rules=["lambda_vpc.rules"], include_checks=INFORMATIONAL)
    return Runner(config)


def lint(kind: str, text: str, path: Path | str) -> list[Finding]:
    """Everything cfn-lint and the rules of this package find in a snippet, by line.

    Args:
        kind: a key of `CARRIERS`.
        text: the snippet's text: JSON for a policy, JSON or YAML for a template.
        path: the snippet's file, for the findings' sake; it is not read.

    Raises:
        ValueError: there is nothing to lint in this kind of snippet.
    """
    if kind not in CARRIERS:
        raise ValueError(f"{path}: nothing to lint in kind '{kind}' (expected one of {', '.join(CARRIERS)})")
    before, after = CARRIERS[kind]
    template, matches = decode_str(f"{before}{text}{after}")
    if not matches:
        matches = _runner().validate_template(template)
    found = [
        Finding(
            match.rule.id,
            textwrap.shorten(match.message, 400),
            match.linenumber,
            match.rule.severity,
            str(path),
        )
        for match in matches
    ]
    return sorted(found, key=lambda finding: (finding.line, finding.rule, finding.message))
