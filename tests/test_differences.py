"""A second template is shown as what it has that the first has not, and what it leaves out is named."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

# Last, so that no hook stands before a module of Python with its name.
sys.path.append(str(Path(__file__).parents[1] / "docs" / "hooks"))

from differences import Difference, Line, between

BASE = """\
Description: two

Parameters:
  Zone:
    Type: String

Resources:
  # Seen from outside.
  Address:
    Type: AWS::EC2::EIP

  GatewayA:
    Type: AWS::EC2::NatGateway
    Properties:
      SubnetId: a

  GatewayC:
    Type: AWS::EC2::NatGateway
    Properties:
      SubnetId: c

Outputs:
  Found:
    Value: a
"""


def shown(base: str, variant: str) -> tuple[list[list[str]], tuple[str, ...]]:
    """The parts as text, with the sign of each line, and what is left out."""
    found = between(base, variant)
    texts = {"del": base.splitlines(), "ins": variant.splitlines(), "": variant.splitlines()}
    signs = {"del": "-", "ins": "+", "": " "}
    parts = [
        [signs[line.change] + texts[line.change][line.number - 1] for line in part] for part in found.parts
    ]
    return parts, found.left_out


def test_equal_templates_differ_in_nothing() -> None:
    assert between(BASE, BASE) == Difference((), ())


def test_a_text_about_the_whole_is_no_difference() -> None:
    assert between(BASE, BASE.replace("two", "one")) == Difference((), ())


def test_a_part_left_out_is_named_and_not_shown() -> None:
    assert between(BASE, BASE.replace("  Found:\n    Value: a\n", "")) == Difference((), ("Found",))


def test_a_changed_part_is_shown_whole_with_both_versions_of_a_line() -> None:
    assert shown(BASE, BASE.replace("SubnetId: c", "SubnetId: d")) == (
        [["   GatewayC:", "     Type: AWS::EC2::NatGateway", "     Properties:",
          "-      SubnetId: c", "+      SubnetId: d"]],
        (),
    )  # fmt: skip


def test_a_renamed_part_is_a_new_one_and_one_left_out() -> None:
    parts, left_out = shown(BASE, BASE.replace("GatewayA:", "Gateway:"))
    assert parts == [
        ["+  Gateway:", "+    Type: AWS::EC2::NatGateway", "+    Properties:", "+      SubnetId: a"]
    ]
    assert left_out == ("GatewayA",)


def test_another_comment_alone_is_no_difference() -> None:
    assert between(BASE, BASE.replace("  # Seen from outside.\n", "")) == Difference((), ())


def test_a_comment_belongs_to_the_part_below_it() -> None:
    parts, _ = shown(BASE, BASE.replace("AWS::EC2::EIP", "AWS::EC2::Other"))
    assert parts == [
        [
            "   # Seen from outside.",
            "   Address:",
            "-    Type: AWS::EC2::EIP",
            "+    Type: AWS::EC2::Other",
        ]
    ]


def test_members_of_one_name_in_two_sections_are_two_parts() -> None:
    assert shown(BASE, BASE.replace("  Found:", "  Zone:")) == (
        [["+  Zone:", "+    Value: a"]],
        ("Found",),
    )


@pytest.mark.parametrize("variant", ["", "Resources:\n"])
def test_a_template_without_parts_leaves_everything_out(variant: str) -> None:
    assert between(BASE, variant) == Difference((), ("Zone", "Address", "GatewayA", "GatewayC", "Found"))


def test_lines_are_counted_from_one() -> None:
    assert between("Resources:\n", "Resources:\n  A:\n    Type: B\n").parts == (
        (Line(2, "ins"), Line(3, "ins")),
    )
