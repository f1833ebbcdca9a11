"""Every part of a policy or a template counts: change one, and a case or a lint rule notices.

The mutants, and who is asked about them, are those of `tests/tools/mutate_snippets.py`. What may go unnoticed
stands in a spec under `no-effect`, or in `tests/data/unnoticed.yaml`, each with the reason.
"""

from __future__ import annotations

import functools
import json
import zlib

import pytest

from mutate_snippets import (
    Exemption,
    Mutant,
    Report,
    examine,
    exemptions,
    mutants,
    noticed_by_cases,
    snippets,
)

KNOWN = exemptions()
SNIPPETS = snippets()
POLICIES = [name for name, snippet in SNIPPETS.items() if snippet.kind != "template"]
TEMPLATES = [name for name, snippet in SNIPPETS.items() if snippet.kind == "template"]
SHARE = 4
"""Of this many mutants that the cases let pass, lint is asked about one: each takes a quarter of a second.

`python tests/tools/mutate_snippets.py` asks about all of them."""


def _chosen(mutant: Mutant) -> bool:
    return zlib.crc32(str(mutant).encode()) % SHARE == 0


_needed: set[Exemption] = set()


@functools.cache
def report(name: str) -> Report:
    found = examine(SNIPPETS[name], KNOWN, chosen=_chosen, needed=_needed)
    _needed.update(found.needed)
    return found


def changed(name: str, what: str) -> Mutant:
    """The one mutant of a snippet that is called so."""
    return next(mutant for mutant in mutants(SNIPPETS[name]) if str(mutant) == what)


@pytest.mark.parametrize("name", SNIPPETS)
def test_a_change_of_one_part_is_noticed(name: str):
    found = report(name)
    assert found.total > 2
    assert not found.survivors, (
        f"{SNIPPETS[name].spec.path}: no case and no lint rule notices these changes; add a case for each, "
        f"take the part out, or say why it may go unnoticed (in a policy's spec under 'no-effect', for a "
        f"template in tests/data/unnoticed.yaml): {[str(mutant) for mutant in found.survivors]}"
    )


@pytest.mark.parametrize("name", SNIPPETS)
def test_what_a_spec_calls_without_effect_is_unnoticed(name: str):
    needed = {one.place.removesuffix(".*") for one in report(name).needed}
    needless = [
        one.key_path for one in SNIPPETS[name].no_effect if ".".join(map(str, one.path)) not in needed
    ]
    assert not needless, (
        f"{SNIPPETS[name].spec.path}: these lines have an effect; take them out of 'no-effect': {needless}"
    )


def test_what_may_go_unnoticed_does():
    needed = set().union(*(report(name).needed for name in SNIPPETS))
    needless = [str(one) for one in KNOWN if one not in needed]
    assert not needless, (
        f"tests/data/unnoticed.yaml: something notices these changes now; take them out: {needless}"
    )


def test_every_exemption_has_a_reason():
    assert all(one.because.strip().endswith(".") for one in KNOWN)


@pytest.mark.parametrize(
    "change",
    [
        "Resources.PrivateDefaultRouteA: removed",
        "Resources.PublicDefaultRoute.DependsOn: removed",
        "Resources.NatGatewayA.Properties.AllocationId: -> ElasticIpC.AllocationId",
        "Resources.PublicSubnetA.Properties.AvailabilityZone: -> ZoneC",
        "Resources.PrivateRouteTableForSubnetA.Properties.RouteTableId: -> PrivateRouteTableC",
        "Resources.FunctionSecurityGroup.Properties.SecurityGroupEgress.0.IpProtocol: tcp -> udp",
        "Resources.FunctionSecurityGroup.Properties.SecurityGroupEgress.0: ports 443-443 -> 0-65535",
        "Resources.ExecutionRole.Properties.AssumeRolePolicyDocument.Statement.0.Effect: Allow -> Deny",
        "Resources.ExecutionRole.Properties.AssumeRolePolicyDocument.Statement.0.Principal.Service: "
        "lambda.amazonaws.com -> ec2.amazonaws.com",
        "Outputs.OutgoingAddressA.Value: -> ElasticIpC.PublicIp",
    ],
)
def test_a_mistake_that_readers_make_is_among_the_changes_and_a_case_notices_it(change: str):
    mutant = changed("network/nat-per-az", change)
    assert noticed_by_cases(SNIPPETS["network/nat-per-az"], mutant)


def test_a_mutant_differs_from_its_snippet_in_the_place_it_names():
    for name in (POLICIES[0], TEMPLATES[-1]):
        right = SNIPPETS[name].source.data
        before = json.dumps(right)
        for mutant in mutants(SNIPPETS[name]):
            assert mutant.data != right
            for key in right.keys() - {mutant.path[0]}:
                assert mutant.data[key] is right[key]
        assert json.dumps(right) == before, "the snippet itself is left as it was"


def test_an_exemption_covers_what_its_patterns_say_and_nothing_else():
    one = Exemption("network/*", "Resources.*.Properties.Timeout", "10 -> *", "Any value will do.")
    mutant = Mutant("10 -> 11", ("Resources", "OrdersFunction", "Properties", "Timeout"), {})
    assert one.covers("network/nat-per-az", mutant)
    assert not one.covers("permissions/execution-role", mutant)
    assert not one.covers("network/nat-per-az", Mutant("removed", mutant.path, {}))
    assert not one.covers("network/nat-per-az", Mutant("10 -> 11", mutant.path[:3], {}))
