"""What all rules share: cfn-lint hands over a template, the rule looks at one policy statement at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from cfnlint.rules import CloudFormationLintRule, RuleMatch
from cfnlint.template import Template

from lambda_vpc.rules._policies import Path, Statement, statements

GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide"


class StatementRule(CloudFormationLintRule):
    """A cfn-lint rule over policy statements; a subclass says what is wrong with one.

    Its docstring is the rule's entry in the guide: see `lambda_vpc.rule_catalogue`.
    """

    tags: ClassVar[list[str]] = ["iam", "policies"]

    def match(self, cfn: Template) -> Iterator[RuleMatch]:
        """Called by cfn-lint once per template."""
        for statement in statements(cfn.template):
            for path, message in self.findings(statement, cfn):
                yield RuleMatch(list(path), message)

    def findings(self, statement: Statement, cfn: Template) -> Iterator[tuple[Path, str]]:
        """Path and message of everything wrong with one statement."""
        raise NotImplementedError
