"""Of a long file, the lines that its notes are about are shown, each with the keys it stands under."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

# Last, so that no hook stands before a module of Python with its name.
sys.path.append(str(Path(__file__).parents[1] / "docs" / "hooks"))

from excerpts import MOST, lines

TEMPLATE = """\
Description: two

Resources:
  Table:
    Type: AWS::EC2::RouteTable
    Properties:
      VpcId: !Ref Vpc

  # Out of the private subnets.
  Route:
    Type: AWS::EC2::Route
    Properties:
      RouteTableId: !Ref Table
      NatGatewayId: !Ref Gateway

  Function:
    Type: AWS::Lambda::Function
    Properties:
      VpcConfig:
        SubnetIds:
          - !Ref SubnetA
          - !Ref SubnetC
      Timeout: 10
"""
POLICY = """\
{
  "Statement": [
    {
      "Sid": "One",
      "Action": "*"
    },
    {
      "Sid": "Two",
      "Action": "*"
    }
  ]
}
"""


def shown(text: str, *wanted: str) -> list[str]:
    """The lines that are shown for those that contain a text, without their indentation; `…` for a gap."""
    written = text.splitlines()
    numbers = [next(n for n, line in enumerate(written, 1) if one in line) for one in wanted]
    return ["…" if number is None else written[number - 1].strip() for number in lines(text, numbers)]


@pytest.mark.parametrize(
    ("text", "wanted", "expected"),
    [
        (TEMPLATE, ["NatGatewayId"], ["Route:", "Properties:", "NatGatewayId: !Ref Gateway"]),
        (
            TEMPLATE,
            ["SubnetIds"],
            ["Function:", "Properties:", "VpcConfig:", "SubnetIds:", "- !Ref SubnetA", "- !Ref SubnetC"],
        ),
        (
            TEMPLATE,
            ["  Table:", "NatGatewayId"],
            [
                *("Table:", "Type: AWS::EC2::RouteTable", "Properties:", "VpcId: !Ref Vpc", "…"),
                *("Route:", "Properties:", "NatGatewayId: !Ref Gateway"),
            ],
        ),
        (TEMPLATE, ["Timeout"], ["Function:", "Properties:", "Timeout: 10"]),
        (TEMPLATE, ["VpcId", "VpcId"], ["Table:", "Properties:", "VpcId: !Ref Vpc"]),
        (POLICY, ['"Two"'], ['"Statement": [', "{", '"Sid": "Two",']),
        (TEMPLATE, [], []),
    ],
)
def test_a_line_comes_with_what_is_below_it_and_the_keys_above_it(
    text: str, wanted: list[str], expected: list[str]
) -> None:
    assert shown(text, *wanted) == expected


def test_a_part_that_is_long_is_cut() -> None:
    text = "Resources:\n  Group:\n" + "".join(f"    Key{number}: 1\n" for number in range(20))
    assert shown(text, "Group") == ["Group:", *(f"Key{number}: 1" for number in range(MOST - 1))]


def test_what_stands_at_the_start_of_a_line_has_nothing_above_it() -> None:
    assert shown(TEMPLATE, "Description") == ["Description: two"]
