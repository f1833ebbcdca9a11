"""Snippets that are the text of an AWS policy are that text, word for word."""

from __future__ import annotations

import json
from pathlib import Path

import boto3
import pytest
from moto import __version__ as moto_version
from moto import mock_aws
from moto.iam.aws_managed_policies import aws_managed_policies_data

from lambda_vpc.guide.snippet import Snippet
from lambda_vpc.guide.spec import load

ROOT = Path(__file__).parents[1]
MANAGED = {name: found for name, found in load(ROOT / "snippets").items() if found.aws_managed}


def aws_text(snippet: Snippet) -> dict:
    """The policy as moto ships it."""
    if snippet.kind != "scp":
        return json.loads(aws_managed_policies_data)[snippet.aws_managed]["Document"]
    with mock_aws():
        client = boto3.client(
            "organizations", "us-east-1", aws_access_key_id="none", aws_secret_access_key="none"
        )
        client.create_organization(FeatureSet="ALL")
        listed = client.list_policies(Filter="SERVICE_CONTROL_POLICY")["Policies"]
        policy_id = next(policy["Id"] for policy in listed if policy["Name"] == snippet.aws_managed)
        return json.loads(client.describe_policy(PolicyId=policy_id)["Policy"]["Content"])


def test_some_snippets_are_aws_policies():
    assert MANAGED


@pytest.mark.parametrize("snippet", MANAGED.values(), ids=list(MANAGED))
def test_the_text_of_an_aws_policy_is_awss(snippet: Snippet):
    expected = aws_text(snippet)
    assert snippet.source.data == expected, (
        f"{snippet.path}: not the text of {snippet.aws_managed} in moto {moto_version}: "
        f"{json.dumps(expected)}"
    )
