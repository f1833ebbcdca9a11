"""Every `aws` command on a page, and every file that goes with one, is what AWS's own models accept."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

import commands
import pages
from lambda_vpc.guide.snippet import COMMAND_KINDS, Snippet
from lambda_vpc.guide.spec import load
from lambda_vpc.reading import parse

SNIPPETS = load(pages.ROOT / "snippets")
WITH_COMMAND = {name: snippet for name, snippet in SNIPPETS.items() if snippet.kind in COMMAND_KINDS}
PAGES = sorted(path for language in pages.LANGUAGES for path in (pages.DOCS / language).rglob("*.md"))


def read(path: Path) -> tuple[list[commands.Command], list[str]]:
    return commands.in_page(path.relative_to(pages.ROOT).as_posix(), path.read_text("utf-8"))


COMMANDS = {command.place: command for path in PAGES for command in read(path)[0]}


# The guide's own commands


def test_there_are_commands_and_files_to_judge():
    assert COMMANDS, "no page shows an aws command in a ```console block"
    assert {snippet.kind for snippet in WITH_COMMAND.values()} == set(COMMAND_KINDS)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(pages.DOCS).as_posix())
def test_commands_stand_in_console_blocks_without_their_output(path: Path):
    wrong = read(path)[1]
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize("place", COMMANDS)
def test_the_aws_cli_accepts_a_command(place: str):
    wrong = commands.mistakes(COMMANDS[place].words, SNIPPETS)
    assert not wrong, "\n" + "\n".join(f"{place}: {message}" for message in wrong)


def test_both_languages_show_the_same_commands():
    ja, en = (
        [command.words for place, command in COMMANDS.items() if place.startswith(f"docs/{language}/")]
        for language in pages.LANGUAGES
    )
    differing = [" ".join(words) for words in [*ja, *en] if ja.count(words) != en.count(words)]
    assert not differing, f"shown more often in one language: {differing}"


@pytest.mark.parametrize("snippet", WITH_COMMAND.values(), ids=list(WITH_COMMAND))
def test_the_api_model_accepts_an_input_or_output_snippet(snippet: Snippet):
    wrong = commands.snippet_mistakes(snippet, SNIPPETS)
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize("snippet", WITH_COMMAND.values(), ids=list(WITH_COMMAND))
def test_the_command_of_a_snippet_is_shown_on_a_page(snippet: Snippet):
    words = shlex.split(str(snippet.command))
    shown = [command.words[: len(words)] for command in COMMANDS.values()]
    assert tuple(words) in shown, (
        f"{snippet.spec.path}:{snippet.spec.line(('command',))}: no page shows '{snippet.command}'; "
        "show it, or give the command as a page shows it, from its first word on"
    )


# The detectors: each of these mutants is found, and the right one raises no complaint

CREATE = (
    "aws lambda create-function --function-name orders-api --role arn:aws:iam::111122223333:role/orders "
    "--runtime python3.14 --handler index.handler --code S3Bucket=example-artifacts,S3Key=orders.zip "
    "--vpc-config SubnetIds=subnet-0a1a1a1a1a1a1a1a1,subnet-0c1c1c1c1c1c1c1c1,SecurityGroupIds=sg-0a2a2a2a"
)
DESCRIBE = (
    "aws ec2 describe-network-interfaces --filters Name=interface-type,Values=lambda "
    "Name=subnet-id,Values=subnet-0a1a1a1a1a1a1a1a1,subnet-0c1c1c1c1c1c1c1c1 "
    "--query 'NetworkInterfaces[].{Id: NetworkInterfaceId, Groups: Groups[].GroupId}' --output json"
)
FROM_FILE = "aws lambda create-function --cli-input-json file://attach-function.json"
WAIT = "aws lambda wait function-active-v2 --function-name orders-api"
NESTED = (
    "aws ec2 authorize-security-group-egress --group-id sg-0a2a2a2a2a2a2a2a2 --ip-permissions "
    '\'[{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}]\''
)
STACK = (
    "aws cloudformation create-stack --stack-name orders --template-body file://attach-existing-vpc.yaml "
    "--parameters ParameterKey=VpcId,ParameterValue=vpc-0123456789abcdef0 "
    "'ParameterKey=SubnetIds,ParameterValue=\"subnet-0a1a1a1a1a1a1a1a1,subnet-0c1c1c1c1c1c1c1c1\"' "
    "ParameterKey=DatabaseSecurityGroupId,ParameterValue=sg-0d2d2d2d2d2d2d2d2 --capabilities CAPABILITY_IAM"
)


RAISE = (
    "aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-9FEE3D26 "
    "--desired-value 1000"
)


@pytest.mark.parametrize("command", [CREATE, DESCRIBE, FROM_FILE, WAIT, NESTED, STACK, RAISE])
def test_a_right_command_raises_no_complaint(command: str):
    assert commands.mistakes(shlex.split(command), SNIPPETS) == []


@pytest.mark.parametrize(
    ("command", "old", "new", "complaint"),
    [
        (CREATE, "aws lambda", "aws lamda", "no service 'lamda' in the API models (did you mean 'lambda'"),
        (CREATE, "create-function", "create-functions", "did you mean 'create-function'"),
        (CREATE, "--vpc-config", "--vpc-configuration", "no option '--vpc-configuration'"),
        (CREATE, "--handler", "--runtime", "'--runtime' stands twice"),
        (CREATE, "SubnetIds", "SubnetId", 'Unknown parameter in VpcConfig: "SubnetId", must be one of'),
        (CREATE, "c1,Security", "c1, Security", "'SecurityGroupIds=sg-0a2a2a2a' belongs to no option"),
        (
            CREATE,
            "c1,Security",
            "c1 Security",
            "belongs to no option; a shorthand value holds no blank",
        ),
        (CREATE, "SubnetIds=subnet", "SubnetIds=sg-0a2a2a2a,subnet", "'sg-0a2a2a2a' does not match subnet-"),
        (CREATE, "=sg-0a2a2a2a", "=" + ",".join(["sg-0a2a2a2a"] * 6), "6 items, AWS takes 5"),
        (CREATE, "python3.14", "python314", "'python314' is no value of Runtime"),
        (
            CREATE,
            "--role arn:aws:iam::111122223333:role/orders",
            "",
            'Missing required parameter in input: "Role"',
        ),
        (CREATE, "--handler index.handler", "--handler", "'--handler' has no value"),
        (CREATE, "--handler index.handler", "--timeout soon", "Invalid type for parameter Timeout"),
        (CREATE, "S3Bucket=", "S3Bucket:", "write Key=value,Key=first,second"),
        (CREATE, "aws lambda", "aws --regoin ap-northeast-1 lambda", "'--regoin' is no global option"),
        (
            DESCRIBE,
            "interface-type",
            "interface-types",
            "no filter 'interface-types' here (did you",
        ),
        (DESCRIBE, "Values=lambda", "Value=lambda", 'Unknown parameter in Filters[0]: "Value"'),
        (DESCRIBE, "NetworkInterfaces[]", "NetworkInterface[]", "the output has no 'NetworkInterface'"),
        (DESCRIBE, "NetworkInterfaceId,", "InterfaceId,", "the output has no 'InterfaceId'"),
        (DESCRIBE, "NetworkInterfaces[].", "NetworkInterfaces.", "a list needs '[]' behind its name"),
        (DESCRIBE, "Groups[].GroupId", "Groups[?GroupName == 'x'].Group", "the output has no 'Group'"),
        (DESCRIBE, "GroupId}", "GroupId", "--query: "),
        (FROM_FILE, "attach-function.json", "attach-functoin.json", "did you mean 'attach-function.json'"),
        (
            FROM_FILE,
            "attach-function.json",
            "attach-update.json",
            "is input for 'aws lambda update-",
        ),
        (
            FROM_FILE,
            "json file",
            "json --runtime python file",
            "'file://attach-function.json' belongs to no option",
        ),
        (WAIT, "function-active-v2", "function-activ-v2", "did you mean 'function-active-v2'"),
        (WAIT, "--function-name orders-api", "", 'Missing required parameter in input: "FunctionName"'),
        (RAISE, "1000", "many", "Invalid type for parameter DesiredValue"),
        (NESTED, '"FromPort"', '"FromPorts"', 'Unknown parameter in IpPermissions[0]: "FromPorts"'),
        (NESTED, "}]}]", "}]}", "--ip-permissions: not valid JSON"),
        (
            CREATE,
            "SubnetIds=subnet",
            "SubnetIds=[subnet",
            "what is nested as JSON or a file for --cli-input-json",
        ),
        (STACK, "attach-existing-vpc.yaml", "attach-vpc.yaml", "no snippet has a file 'attach-vpc.yaml'"),
        (STACK, "ParameterKey=VpcId", "ParameterKey=Vpc", "has no parameter 'Vpc' (did you mean 'VpcId'"),
        (STACK, "ParameterKey=VpcId", "ParameterKey=Vpc", "needs a value for 'VpcId'"),
        (STACK, "CAPABILITY_IAM", "CAPABILITY_IAMS", "'CAPABILITY_IAMS' is no value of Capability"),
        (STACK, " --capabilities CAPABILITY_IAM", "", "creates IAM resources; add --capabilities"),
        (
            STACK,
            '="subnet-0a1a1a1a1a1a1a1a1,subnet-0c1c1c1c1c1c1c1c1"',
            "=a,b",
            "Invalid type for parameter",
        ),
    ],
)
def test_a_mistake_in_a_command_is_named(command: str, old: str, new: str, complaint: str):
    assert old in command
    found = commands.mistakes(shlex.split(command.replace(old, new, 1)), SNIPPETS)
    assert any(complaint in message for message in found), found


PAGE = """\
# Title {#top}

```console
$ aws lambda get-function-configuration --function-name orders-api \\
    --query State
$ cfn-lint template.yaml
```
"""


def test_a_command_is_read_with_its_continued_lines():
    found, wrong = commands.in_page("docs/en/x.md", PAGE)
    assert wrong == []
    assert [command.place for command in found] == ["docs/en/x.md:4"]
    assert found[0].words[-2:] == ("--query", "State")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("$ cfn-lint template.yaml", '"Active"', "docs/en/x.md:6: '\"Active\"' is no command; begin it"),
        ("$ aws", "aws", "docs/en/x.md:4: 'aws lambda get-function"),
        ("--query State", "--query State | head", "docs/en/x.md:4: '|' joins commands"),
        ("--query State", "--query 'State", "docs/en/x.md:4: the shell cannot read this"),
        ("--query State", "--query State \\", "docs/en/x.md:4: '$' belongs to no option"),
        ("yaml\n", "yaml \\\n", "docs/en/x.md:6: the command ends with a backslash"),
        ("```console", "```bash", "docs/en/x.md:4: an aws command in a 'bash' block"),
    ],
)
def test_a_block_that_hides_a_command_is_named(old: str, new: str, complaint: str):
    assert old in PAGE
    found, wrong = commands.in_page("docs/en/x.md", PAGE.replace(old, new, 1))
    wrong += [f"{command.place}: {m}" for command in found for m in commands.mistakes(command.words, {})]
    assert any(message.startswith(complaint) for message in wrong), wrong


def changed(name: str, change: Mapping, command: str | None = None) -> Snippet:
    """A snippet with some of its members replaced; `...` takes one out."""
    snippet = SNIPPETS[name]
    data = {key: value for key, value in {**snippet.source.data, **change}.items() if value is not ...}
    source = parse(json.dumps(data, indent=2) + "\n", snippet.path, is_json=True)
    return replace(snippet, source=source, command=command or snippet.command)


INPUT = "network/attach-function"
OUTPUT = "network/attach-state"


@pytest.mark.parametrize(
    ("name", "change", "complaint"),
    [
        (INPUT, {"Role": ...}, 'attach-function.json:1: Missing required parameter in input: "Role"'),
        (INPUT, {"Runtme": "python3.14"}, 'Unknown parameter in input: "Runtme"'),
        (INPUT, {"Timeout": "10"}, "Invalid type for parameter Timeout"),
        (
            INPUT,
            {"Runtime": "python"},
            "attach-function.json:3: CreateFunctionRequest.Runtime: 'python'",
        ),
        (INPUT, {"VpcConfig": {"SubnetIds": ["sg-0a2a2a2a"]}}, "'sg-0a2a2a2a' does not match"),
        (INPUT, {"VpcConfig": {"SubnetIds": ["subnet-0a"] * 17}}, "17 items, AWS takes 16"),
        (OUTPUT, {"State": "Ready"}, "attach-state.json:2: FunctionConfiguration.State: 'Ready' is no value"),
        (OUTPUT, {"State": ...}, 'the query prints something else; from this it picks {"State": null'),
        (OUTPUT, {"VpcConfig": {"Vpc": "vpc-0"}}, 'Unknown parameter in VpcConfig: "Vpc"'),
        (OUTPUT, {"Runtime": "python3.14"}, "the query prints something else"),
        (OUTPUT, {"VpcConfig": []}, "Invalid type for parameter"),
    ],
)
def test_a_mistake_in_an_input_or_output_is_named(name: str, change: Mapping, complaint: str):
    found = commands.snippet_mistakes(changed(name, change), SNIPPETS)
    assert any(complaint in message for message in found), found


@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        ("aws lambda create-functoin", "attach-function.spec.yaml:2: lambda has no operation"),
        ("aws lambda wait function-active", "attach-function.json:3: Unknown parameter in input"),
        ("create-function", "write 'aws SERVICE OPERATION'"),
    ],
)
def test_a_snippet_of_another_command_is_named(command: str, complaint: str):
    found = commands.snippet_mistakes(changed(INPUT, {}, command), SNIPPETS)
    assert any(complaint in message for message in found), found


def test_a_waiter_has_no_output():
    found = commands.snippet_mistakes(changed(OUTPUT, {}, WAIT), SNIPPETS)
    assert any("prints nothing" in message for message in found), found
