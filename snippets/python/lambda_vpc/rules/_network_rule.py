"""What the network rules share: cfn-lint hands over a template, the rule looks at one resource at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from cfnlint.rules import CloudFormationLintRule, RuleMatch
from cfnlint.template import Template

from lambda_vpc.cloudformation.template import Resource
from lambda_vpc.reading import KeyPath
from lambda_vpc.rules._network import Network, networks

LAMBDA_GUIDE = "https://docs.aws.amazon.com/lambda/latest/dg"


class NetworkRule(CloudFormationLintRule):
    """A cfn-lint rule over a template's network; a subclass says what is wrong with one resource.

    A template is judged once for every choice of the parameters that its conditions depend on. Its docstring
    is the rule's entry in the guide: see `lambda_vpc.rule_catalogue`.
    """

    tags: ClassVar[list[str]] = ["lambda", "network"]
    types: ClassVar[tuple[str, ...]] = ()
    """Types of the resources that the rule judges."""
    whatever_is_chosen: ClassVar[bool] = False
    """Whether the rule speaks only where every choice has the finding: what a parameter offers is meant."""

    def match(self, cfn: Template) -> Iterator[RuleMatch]:
        """Called by cfn-lint once per template."""
        known = networks(cfn)
        found: dict[tuple[str, KeyPath, str], list[Mapping[str, str]]] = {}
        spared: set[str] = set()
        for network in known:
            for resource in (r for type_ in self.types for r in network.scenario.by_type.get(type_, ())):
                findings = list(self.findings(network, resource)) if resource.exists is True else []
                if not findings:
                    spared.add(resource.logical_id)
                for path, message in findings:
                    choices = found.setdefault((resource.logical_id, path, message), [])
                    choices.append(network.scenario.choices)
        for (name, path, message), choices in found.items():
            if not (self.whatever_is_chosen and name in spared):
                yield RuleMatch(list(path), message + _when(choices, len(known)))

    def findings(self, network: Network, resource: Resource) -> Iterator[tuple[KeyPath, str]]:
        """Path and message of everything wrong with one resource."""
        raise NotImplementedError


def _when(choices: list[Mapping[str, str]], of: int) -> str:
    """What all choices that have the finding share, where others do not have it."""
    if len(choices) == of:
        return ""
    shared = set(choices[0].items()).intersection(*(choice.items() for choice in choices))
    named = ", ".join(f"{name}={value}" for name, value in choices[0].items() if (name, value) in shared)
    return f" (with {named})" if named else ""
