"""A template checked: what the rules find, the way out of each function, and the ENIs it needs.

The text and a name are all that is needed. Nested stacks are read only where the template came from a file
([`template.load`][lambda_vpc.cloudformation.template.load]).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lambda_vpc import rules
from lambda_vpc.checking.choices import Choices, choices
from lambda_vpc.checking.enis import EniPlan, eni_plans
from lambda_vpc.checking.remarks import Remark, remarks
from lambda_vpc.checking.ways import Way, ways
from lambda_vpc.cloudformation import template as templates
from lambda_vpc.cloudformation.template import Template

WAY_OUT = "internet-ipv4"
"""The destination that is asked for where none is named."""


@dataclass(frozen=True)
class TemplateCheck:
    """Everything the checker says about one template."""

    file: str
    """As it is named to the reader."""
    findings: tuple[rules.Report, ...]
    """What the rules find, by line."""
    ways: tuple[Way, ...]
    """By destination, then by function."""
    enis: tuple[EniPlan, ...]
    """The ENIs at the start, for each choice of parameters that makes a difference."""
    choices: Choices
    remarks: tuple[Remark, ...]


def read(
    text: str, name: str = "template.yaml", parameters: Mapping[str, str] | None = None, *,
    region: str | None = None,
) -> Template:  # fmt: skip
    """Read a template's text.

    Args:
        text: YAML or JSON.
        name: how it is named in answers; a name ending in `.json` is JSON, any other may be either.
        parameters: values of its parameters.
        region: the Region it is deployed to; by default open.

    Raises:
        BadInput: the text is no template; each problem has its line and the mend.
        WrongUsage: a value for a parameter that the template does not have, or does not allow.
    """
    return templates.parse(text, name, parameters, region=region)


def check(
    template: Template, destinations: Sequence[str] = (WAY_OUT,), functions: Sequence[str] = (),
    without_az: str | None = None, given: Mapping[str, str] | None = None,
) -> TemplateCheck:  # fmt: skip
    """Check a template.

    Args:
        template: the template, as [`read`][lambda_vpc.checking.templates.read] gives it.
        destinations: where the packets of the functions should go.
        functions: logical ids; by default every function that has a VPC.
        without_az: a zone that is down.
        given: the values that parameters were given when it was read.

    Raises:
        BadInput: no such function, destination or zone; or a resource that grows beyond every bound.
    """
    found = tuple(
        way for destination in destinations for way in ways(template, destination, functions, without_az)
    )
    return TemplateCheck(
        template.path,
        tuple(rules.findings(template, alone=True)),
        found,
        eni_plans(template),
        choices(template, given),
        tuple(remarks(template, [result for way in found for result in way.results])),
    )
