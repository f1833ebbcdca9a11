"""What a reader pastes elsewhere: links to a snippet, a frame of it, commands that fetch and deploy it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

from lambda_vpc.cloudformation import template
from lambda_vpc.cloudformation.parameters import section
from lambda_vpc.cloudformation.roles import SAM_FUNCTION
from lambda_vpc.cloudformation.template import Resource
from lambda_vpc.guide import addresses
from lambda_vpc.guide.releases import Version, sha256
from lambda_vpc.guide.snippet import Snippet

_IAM = "AWS::IAM::"
_NAMES = {
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::InstanceProfile": "InstanceProfileName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::User": "UserName",
}
"""By type, the property that names an IAM resource."""
_MARKDOWN = re.compile(r"([\\`*_\[\]<>])")

# macOS has shasum and not always sha256sum, a small Linux image the other way round.
_CHECK = "$(command -v shasum >/dev/null && echo shasum -a 256 || echo sha256sum) -c -"


@dataclass(frozen=True)
class Paste:
    """One text to paste."""

    what: str
    """`page`, `raw`, `pinned`, `markdown`, `html`, `iframe`, `curl` or `deploy`."""
    text: str


def pastes(snippet: Snippet, language: str, site: str, version: Version | None) -> Iterator[Paste]:
    """Every text to paste of a snippet, in the order in which a page shows them.

    Args:
        snippet: as it is now.
        language: of the page that is linked.
        site: the address of the site's root, with its closing slash.
        version: the released version that these bytes are; `None` for bytes that were not released, which
            have no address that stays theirs.
    """
    title = snippet.title[language]
    page = f"{site}{language}/{addresses.below(addresses.snippet_page(snippet.name))}"
    raw, file = site + snippet.raw, Path(snippet.path).name
    linked = page + (addresses.pin(version.digits) if version else "")
    yield Paste("page", page)
    yield Paste("raw", raw)
    if version:
        yield Paste("pinned", site + version.pinned)
    in_markdown = _MARKDOWN.sub(r"\\\1", title)
    yield Paste("markdown", f"[{in_markdown}]({linked})")
    yield Paste("html", f'<a href="{escape(linked)}">{escape(title)}</a>')
    yield Paste(
        "iframe",
        f'<iframe src="{escape(site + addresses.embed(snippet.name, language))}" title="{escape(title)}" '
        'width="100%" height="400" loading="lazy"></iframe>',
    )
    fetched = site + version.pinned if version else raw
    yield Paste("curl", f'curl -fsSLO {fetched} &&\n  echo "{sha256(snippet)}  {file}" |\n  {_CHECK}')
    if snippet.kind == "template" and not (version and version.withdrawn):
        yield Paste("deploy", deploy(snippet))


def deploy(snippet: Snippet) -> str:
    """The command that deploys a template, complete but for the values of parameters without a default.

    Each value stands in it as a variable of the shell that must have been set, so that nothing is deployed
    with a value that nobody chose.
    """
    file = Path(snippet.path)
    lines = [f"aws cloudformation deploy --template-file {file.name} --stack-name {file.stem}"]
    if needed := capability(template.of(snippet.source)):
        lines.append(f"--capabilities {needed}")
    if names := required(snippet):
        values = " ".join(f'{name}="${{{name}:?}}"' for name in names)
        lines.append(f"--parameter-overrides {values}")
    return " \\\n  ".join(lines)


def required(snippet: Snippet) -> list[str]:
    """The parameters of a template that have no default, in its order."""
    declared = section(snippet.source.data, "Parameters")
    return [name for name, parameter in declared.items() if "Default" not in parameter]


def capability(found: template.Template) -> str | None:
    """What has to be acknowledged to deploy a template: `CAPABILITY_IAM`, `CAPABILITY_NAMED_IAM` or nothing.

    Source: fact R16; a function of AWS SAM without `Role` brings one of its own.
    """
    resources = [resource for scenario in found.scenarios for resource in scenario.resources.values()]
    if any(_NAMES.get(resource.type) in resource.written for resource in resources):
        return "CAPABILITY_NAMED_IAM"
    return "CAPABILITY_IAM" if any(map(_is_iam, resources)) else None


def _is_iam(resource: Resource) -> bool:
    makes_role = resource.type == SAM_FUNCTION and "Role" not in resource.written
    return resource.type.startswith(_IAM) or makes_role
