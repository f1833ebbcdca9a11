"""A key path leads to a value, and a value has lines of its own, whatever stands around it."""

from __future__ import annotations

import pytest

from conftest import ROOT
from lambda_vpc.guide.key_paths import extents, names, resolve
from lambda_vpc.guide.spec import load
from lambda_vpc.reading import parse

SNIPPETS = load(ROOT / "snippets")

YAML = """\
Resources:
  # The network.
  Vpc:
    Type: AWS::EC2::VPC

  # Its subnet.
  Subnet:
    Type: AWS::EC2::Subnet
    # What it is called.
    Name: |
      one

      # not a comment
  Role:
    Statement:
    - Sid: First
      Action: [
        a,
        b
      ]
    - Sid: Second
      Action: b
# The end.
"""
JSON = """\
{
  "Statement": [
    {
      "Sid": "First",
      "Action": [
        "a",
        "b"
      ]
    },
    {
      "Sid": "Second"
    }
  ]
}
"""


@pytest.mark.parametrize(
    ("text", "path", "first", "last"),
    [
        (YAML, "", 1, 22),
        (YAML, "Resources", 1, 22),
        (YAML, "Resources.Vpc", 3, 4),
        (YAML, "Resources.Subnet", 7, 13),
        (YAML, "Resources.Subnet.Type", 8, 8),
        (YAML, "Resources.Subnet.Name", 10, 13),
        (YAML, "Resources.Role", 14, 22),
        (YAML, "Resources.Role.Statement", 15, 22),
        (YAML, "Resources.Role.Statement[First]", 16, 20),
        (YAML, "Resources.Role.Statement.0.Action", 17, 20),
        (YAML, "Resources.Role.Statement[0].Action[b]", 19, 19),
        (YAML, "Resources.Role.Statement.1", 21, 22),
        (JSON, "", 1, 14),
        (JSON, "Statement", 2, 13),
        (JSON, "Statement.0", 3, 9),
        (JSON, "Statement[First].Action", 5, 8),
        (JSON, "Statement[First].Action.1", 7, 7),
        (JSON, "Statement[Second]", 10, 12),
        (JSON, "Statement[Second].Sid", 11, 11),
    ],
)
def test_a_value_has_its_own_lines_and_no_others(text: str, path: str, first: int, last: int) -> None:
    source = parse(text, "file", is_json=text is JSON)
    assert extents(source)[resolve(source.data, path)] == (first, last)


@pytest.mark.parametrize("name", SNIPPETS)
def test_what_is_in_a_value_stands_in_its_lines(name: str) -> None:
    source = SNIPPETS[name].source
    found = extents(source)
    assert list(found) == list(source.lines)
    assert found[()][1] == source.text.rstrip("\n").count("\n") + 1
    for path, (first, last) in found.items():
        assert first <= last
        if path:
            around = found[path[:-1]]
            assert around[0] <= first and last <= around[1], path


def test_lines_are_counted_as_yaml_counts_them() -> None:
    source = parse("a:\r\n  b: 1\u2028  c: 2\rd: 3\n", "file")
    assert extents(source) == {
        (): (1, 4), ("a",): (1, 3), ("a", "b"): (2, 2), ("a", "c"): (3, 3), ("d",): (4, 4),
    }  # fmt: skip


def test_an_item_is_called_by_what_it_is_or_by_its_sid_or_policy_name() -> None:
    assert names("ec2:DescribeSubnets") == ("ec2:DescribeSubnets",)
    assert names({"Sid": "A", "PolicyName": "B"}) == ("A", "B")
    assert names({"Sid": 1}) == names(1) == names([]) == ()
