"""The page on connecting a function is right about waiting in Python, about moto, and about other names."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import BotoCoreError
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER
from moto import mock_aws
from pytest_examples import find_examples

import pages
from lambda_vpc.guide.spec import load

PAGE = pages.DOCS / "en" / "network" / "attach-tools.md"
# The function that readers copy, and the folded part that runs it.
EXAMPLE = "\n".join(example.source for example in find_examples(PAGE))
SAID = [line.split("#> ")[1] for line in EXAMPLE.splitlines() if "#> " in line]


def run(source: str) -> tuple[list[str], dict]:
    """What a program prints, and its names."""
    printed, names = io.StringIO(), {"__name__": "example"}
    with contextlib.redirect_stdout(printed):
        exec(compile(source, "the example of attach-tools.md", "exec"), names)
    return printed.getvalue().splitlines(), names


def test_the_example_shows_a_success_and_a_failure():
    assert run(EXAMPLE)[0] == SAID == ["Active", "Failed: InsufficientRolePermissions"]


def test_the_example_creates_what_the_cli_input_creates():
    wanted = load(pages.ROOT / "snippets")["network/attach-function"].source.data
    assert run(EXAMPLE)[1]["SETTINGS"] == wanted, "keep SETTINGS on the page like attach-function.json"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('client.get_waiter("function_active_v2").wait(', "dict("),
        ("function_active_v2", "function_updated_v2"),
        ("WaiterError as", "KeyError as"),
        ("client.create_function(**settings)", "pass"),
        ('"State": "Pending"', '"Status": "Pending"'),
    ],
    ids=["no wait", "another waiter", "failure not caught", "nothing created", "a member AWS does not have"],
)
def test_the_example_notices_a_mistake(old: str, new: str):
    assert old in EXAMPLE
    try:
        printed, _ = run(EXAMPLE.replace(old, new))
    except (BotoCoreError, AssertionError):
        return
    assert printed != SAID, f"the example prints the same with '{new}': its output proves nothing about it"


@mock_aws
def test_moto_makes_every_function_active_at_once(monkeypatch: pytest.MonkeyPatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    trust = '{"Version": "2012-10-17", "Statement": []}'
    role = boto3.client("iam").create_role(RoleName="orders-execution", AssumeRolePolicyDocument=trust)
    client = boto3.client("lambda", region_name="ap-northeast-1")
    created = client.create_function(
        FunctionName="orders-api",
        Runtime="python3.14",
        Handler="index.handler",
        Role=role["Role"]["Arn"],
        Code={"ZipFile": b"no zip file"},
        VpcConfig={"SubnetIds": ["subnet-0a1a1a1a1a1a1a1a1"], "SecurityGroupIds": ["sg-0a2a2a2a2a2a2a2a2"]},
    )
    assert created["State"] == "Active", "moto has learned states: mend what attach-tools.md says"


def names_table(path: Path) -> list[list[str]]:
    """The code in each cell of the table of names, row by row."""
    section = path.read_text("utf-8").partition("{#other-tools}")[2].partition("\n## ")[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("| `")]
    assert rows, f"{path}: section #other-tools has no table"
    return [[" ".join(re.findall(r"`([^`]+)`", cell)) for cell in row] for row in rows]


def test_the_table_holds_the_same_names_in_both_languages():
    assert names_table(PAGE) == names_table(pages.DOCS / "ja" / "network" / "attach-tools.md")


def test_the_names_of_cloudformation_exist():
    (function, _sam, _cdk, _terraform), *others = names_table(PAGE)
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("ap-northeast-1", function).schema
    inside = schema["definitions"]["VpcConfig"]["properties"]
    known = {*schema["properties"], *inside, "DependsOn"}
    unknown = [row[0] for row in others if row[0] not in known]
    assert not unknown, f"{PAGE}: {function} has no {unknown}"
    missing = inside.keys() - {row[0] for row in others}
    assert not missing, f"{PAGE}: VpcConfig also has {missing}; name it in the table of section #other-tools"
