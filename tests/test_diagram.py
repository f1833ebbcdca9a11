"""A picture can be read: nothing overlaps or is cut off, lines meet their boxes, and words say the same."""

from __future__ import annotations

import dataclasses
import ipaddress
import random
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import yaml

import lambda_vpc.diagram
from conftest import ROOT
from geometry import faults
from lambda_vpc import diagram, network
from lambda_vpc.answers import Undetermined
from lambda_vpc.cloudformation import template
from lambda_vpc.diagram import shapes, texts
from lambda_vpc.diagram.colors import COLORS
from lambda_vpc.diagram.layout import laid_out
from lambda_vpc.diagram.ways import Node
from lambda_vpc.diagram.words import LANGUAGES, Words
from lambda_vpc.network import from_template, model
from lambda_vpc.reading import BadInput
from networks import nat_per_az, one_nat, read, regional_nat, without

FOLDER = Path(lambda_vpc.diagram.__file__).parent
STYLE = (FOLDER / "style.css").read_text("utf-8")
TEMPLATES = sorted(
    path.relative_to(ROOT / "snippets").as_posix()
    for path in (ROOT / "snippets").rglob("*.yaml")
    if "Resources:" in path.read_text("utf-8") and not path.name.endswith(".spec.yaml")
)
ZONES = {"ZoneA": "ap-northeast-1a", "ZoneC": "ap-northeast-1c"}
MOST_BYTES = 12 * 1024


def networks_of(resources):
    return from_template.networks(read(resources))


# --- geometry -----------------------------------------------------------------------------------


def check(scene):
    found = list(faults(laid_out(scene)))
    assert not found, "\n".join(found[:20])
    text = diagram.picture(scene)
    ET.fromstring(text)
    return text


FAULTY = {
    "overlap": lambda found: {"labels": [*found.labels, found.labels[0]]},
    "leaves its box": lambda found: {
        "labels": [dataclasses.replace(found.labels[0], text=found.labels[0].text * 9)]},
    "is cut off": lambda found: {"width": found.width - 20},
    "a mark covers": lambda found: {
        "marks": [shapes.Mark(found.labels[0].box.x, found.labels[0].box.y, "blocked")]},
    "does not meet its boxes": lambda found: {
        "lines": [dataclasses.replace(found.lines[0], end=found.shapes[0].box)]},
    "is slanted": lambda found: {
        "lines": [dataclasses.replace(found.lines[0], points=((0, 0), (9, 9)))]},
    "crosses '": lambda found: {
        "lines": [dataclasses.replace(found.lines[0], points=((0, found.labels[0].box.center),
                                                              (400, found.labels[0].box.center)))]},
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTY)
def test_a_fault_of_a_picture_is_named(fault):
    layout = laid_out(diagram.scene(networks_of(nat_per_az()), "en", "Function", "internet-ipv4"))
    assert not list(faults(layout))
    broken = dataclasses.replace(layout, **FAULTY[fault](layout))
    assert any(fault in message for message in faults(broken))


# --- the guide's templates ----------------------------------------------------------------------


def loaded(path):
    source = (ROOT / "snippets" / path).read_text("utf-8")
    parameters = {name: value for name, value in ZONES.items() if f"\n  {name}:" in source}
    return from_template.networks(template.load(ROOT / "snippets" / path, parameters))


def questions(one):
    """For each function the destinations worth a picture."""
    yield None, None
    hosts = [f"{host.id.name}:{host.port}" for host in one.hosts if isinstance(host.port, int)]
    for function in one.functions:
        for destination in ("internet-ipv4", "internet-ipv6", "s3", "secretsmanager", *hosts[:2]):
            yield function.id.name, destination


def downs(one):
    return [None, *sorted({subnet.zone for subnet in one.subnets if isinstance(subnet.zone, str)})]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", TEMPLATES)
def test_every_template_of_the_guide_can_be_read_in_every_case(path, language):
    found = loaded(path)
    asked = list(questions(found[0]))
    # Of what is wrong on purpose one way says enough.
    for function, destination in asked[:2] if ".wrong" in path else asked:
        for down in downs(found[0]) if destination else [None]:
            text = check(diagram.scene(found, language, function, destination, down))
            assert len(text.encode("utf-8")) <= MOST_BYTES


@pytest.mark.parametrize("path", [path for path in TEMPLATES if ".wrong" not in path])
def test_the_text_alternative_names_everything_that_is_drawn(path):
    one = loaded(path)[0]
    for language in LANGUAGES:
        text = described(diagram.picture(diagram.scene(one, language)))
        drawn = [one.subnets, one.internet_gateways, one.egress_only_gateways, one.nat_gateways,
                 one.endpoints, one.hosts, one.functions]  # fmt: skip
        for name in (record.id.name for records in drawn for record in records):
            assert name.removeprefix("parameter ") in text


def described(text):
    root = ET.fromstring(text)
    title, description = root[0], root[1]
    assert title.tag.endswith("}title") and description.tag.endswith("}desc")
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert title.text
    return description.text or ""


# --- generated networks -------------------------------------------------------------------------

NAMES = {
    "short": lambda kind, number: f"{kind}{number}",
    "long": lambda kind, number: f"The{kind}OfTheOrdersServiceInTheProductionAccountNumber{number}WWW",
    "japanese": lambda kind, number: f"注文サービスの本番環境で使うリソース{kind}{number}番",
    "marked up": lambda kind, number: f'<{kind} & "{number}">\x00]]>',
}


def generated(zones, functions, name, seed):
    """A network with NAT gateways, endpoints, a database and functions in changing sets of subnets."""
    chance = random.Random(seed)

    def id_(kind, number=""):
        return model.Id(name(kind, number))

    def at(id_):
        return {"id": id_, "at": model.Place(id_.name)}

    vpc, internet = id_("Vpc"), id_("Igw")
    subnets, tables, associations, gateways = [], [], [], []
    everywhere = ipaddress.ip_network("0.0.0.0/0")
    for number, letter in enumerate("abcdef"[:zones]):
        for kind in ["Public", *(f"Private{stack}x" for stack in range(chance.randint(1, 3)))]:
            one, table = id_(kind, number), id_(f"{kind}Table", number)
            block = ipaddress.ip_network(f"10.{len(subnets)}.0.0/24")
            unknown = chance.random() < 0.1
            zone = Undetermined(f"parameter {name('Zone', number)}") if unknown else letter
            subnets.append(model.Subnet(**at(one), vpc=vpc, zone=zone, block=block))
            public = kind == "Public"
            target = internet if public else id_("Nat", chance.randrange(number + 1))
            via = model.Via.GATEWAY if public else model.Via.NAT_GATEWAY
            route = model.Route(at=model.Place(f"route of {one}"), destination=everywhere,
                                targets=(model.Target(via, target),))  # fmt: skip
            routes = [route]
            if chance.random() < 0.3:
                far = model.Target(chance.choice((model.Via.TRANSIT_GATEWAY, model.Via.PEERING)), id_("Far"))
                routes.append(model.Route(at=model.Place(f"far route of {one}"), targets=(far,),
                                          destination=ipaddress.ip_network("10.200.0.0/16")))  # fmt: skip
            tables.append(model.RouteTable(**at(table), vpc=vpc, routes=tuple(routes)))
            associations.append(model.Association(at=model.Place(f"use of {one}"), subnet=one, target=table))
            if public:
                gateways.append(model.NatGateway(**at(id_("Nat", number)), subnet=one))
    private = [subnet.id for number, subnet in enumerate(subnets) if tables[number].routes[0].targets[0].via
               is model.Via.NAT_GATEWAY]  # fmt: skip
    entries = tuple(
        model.AclEntry(at=model.Place("entry"), number=100, egress=egress, protocol="-1", ports=None,
                       block=everywhere, allow=True)
        for egress in (True, False)
    )  # fmt: skip
    rule = model.Rule(at=model.Place("rule"), protocol="-1", ports=None, peer=everywhere)
    group = model.SecurityGroup(**at(id_("Group")), vpc=vpc, egress=(rule,), ingress=(rule,))
    interfaces = tuple(model.Interface(one, (group.id,)) for one in private[: chance.randint(1, 6)])
    made = []
    for number in range(functions):
        some = tuple(chance.sample(private, chance.randint(1, len(private)))) if chance.random() < 0.8 else ()
        made.append(model.Function(**at(id_("Function", number)), connected=bool(some), subnets=some,
                                   groups=(group.id,) if some else ()))  # fmt: skip
    return model.Network(
        at=model.Place("generated"),
        vpcs=(model.Vpc(**at(vpc), default_acl=model.NetworkAcl(**at(id_("Acl")), entries=entries)),),
        subnets=tuple(subnets), tables=tuple(tables), table_associations=tuple(associations),
        internet_gateways=(
            model.InternetGateway(**at(internet), attachments=(
                model.Attachment(at=model.Place("attachment"), vpc=vpc),)),
        ),
        nat_gateways=tuple(gateways), groups=(group,), functions=tuple(made),
        endpoints=(
            model.Endpoint(**at(id_("Bucket")), vpc=vpc, service="s3", kind="Gateway",
                           tables=tuple(table.id for table in tables)),
            model.Endpoint(**at(id_("Secrets")), vpc=vpc, service="secretsmanager", kind="Interface",
                           subnets=tuple(private[:zones]), groups=(group.id,)),
        ),
        hosts=(
            model.Host(**at(id_("Database")), interfaces=interfaces, port=5432),
            *(model.Host(**at(id_("Server", number)), interfaces=Undetermined("where it is"))
              for number in range(chance.randrange(3))),
        ),
    )  # fmt: skip


@pytest.mark.parametrize("style", NAMES)
@pytest.mark.parametrize("zones", range(1, 7))
def test_generated_networks_can_be_read(zones, style):
    for functions in (1, 3, 7, 30):
        one = generated(zones, functions, NAMES[style], zones * 100 + functions)
        check(diagram.scene(one, LANGUAGES[zones % 2]))
        cases = zip(one.functions[:3], ("internet-ipv4", "secretsmanager", "s3"), strict=False)
        for number, (function, destination) in enumerate(cases):
            for down in (None, "a")[: 1 + (number + functions) % 2]:
                check(diagram.scene(one, LANGUAGES[functions % 2], function.id.name, destination, down))


def test_two_vpcs_and_what_is_attached_to_none_can_be_read():
    first = generated(2, 3, NAMES["short"], 1)
    second = generated(3, 4, lambda kind, number: f"Other{kind}{number}", 2)
    lone = model.InternetGateway(at=model.Place("Lone"), id=model.Id("Lone"))
    kinds = ("vpcs", "subnets", "tables", "table_associations", "nat_gateways", "groups", "endpoints",
             "hosts", "functions")  # fmt: skip
    both = model.Network(
        at=first.at,
        internet_gateways=(*first.internet_gateways, *second.internet_gateways, lone),
        **{kind: getattr(first, kind) + getattr(second, kind) for kind in kinds},
    )
    for language in LANGUAGES:
        text = check(diagram.scene(both, language))
        assert "Lone" in described(text)
        for function in both.functions:
            check(diagram.scene(both, language, function.id.name, "internet-ipv4"))


def test_an_empty_network_is_a_picture_too():
    check(diagram.scene(model.Network(at=model.Place("nothing")), "en"))


# --- what is said -------------------------------------------------------------------------------


def answers(resources, destination, down=None, language="en"):
    scene = diagram.scene(networks_of(resources), language, "Function", destination, down)
    text = described(check(scene))
    return scene, text, laid_out(scene)


def test_a_way_leads_hop_by_hop_to_the_internet():
    scene, text, layout = answers(nat_per_az(), "internet-ipv4")
    assert "reached: PrivateA → NatA → Gateway → internet" in text
    assert [line.style for line in layout.lines] == ["way reached"] * len(layout.lines)
    assert {mark.answer for mark in layout.marks} == {"reached"}
    assert [way.hops for way in scene.ways] == [("NatA", "Gateway"), ("NatC", "Gateway")]


def test_an_obstacle_is_marked_where_it_is():
    scene, text, _ = answers(one_nat(), "internet-ipv4", "a")
    down, other = scene.ways
    assert (down.answer, down.marks) == ("blocked", (Node("", "PrivateA"),))
    assert (other.answer, other.marks) == ("blocked", (Node("NatA", "PublicA"),))
    assert "zone a, down" in text
    assert "blocked: PrivateC, at NatA:" in text


def test_a_route_table_without_a_route_is_marked_at_the_subnet_that_uses_it():
    scene, text, layout = answers(without(nat_per_az(), "RouteC"), "internet-ipv4")
    assert scene.ways[1].marks == (Node("", "PrivateC"),)
    assert "blocked: PrivateC, at TableC:" in text
    assert "blocked" in [mark.answer for mark in layout.marks]


OBSTACLES = [
    # path, function, destination, index of the way, what is marked
    ("cache-valkey.wrong/own-group.yaml", "OrdersCache:6379", 0,
     [Node("OrdersCache", "PrivateSubnetA"), Node("OrdersCache", "PrivateSubnetC")]),
    ("dual-stack.wrong/one-subnet-without-ipv6.yaml", "internet-ipv6", 0, [Node("", "PrivateSubnetC")]),
    ("endpoints-interface.wrong/dns-hostnames-off.yaml", "secretsmanager", 0, [Node("Vpc")]),
    ("endpoints-interface.wrong/private-dns-off.yaml", "secretsmanager", 1,
     [Node("SecretsManagerEndpoint", "PrivateSubnetA"), Node("SecretsManagerEndpoint", "PrivateSubnetC")]),
    ("nat-per-az.wrong/gateway-not-attached.yaml", "internet-ipv4", 0, [Node("InternetGateway")]),
]  # fmt: skip


@pytest.mark.parametrize(("path", "destination", "index", "marked"), OBSTACLES)
def test_an_obstacle_is_marked_at_each_of_its_resources(path, destination, index, marked):
    scene = diagram.scene(loaded(f"network/{path}"), "en", "OrdersFunction", destination)
    assert list(scene.ways[index].marks) == marked
    layout = laid_out(scene)
    assert len(layout.marks) == len({node for way in scene.ways for node in way.marks}) + len(scene.ways)


def test_a_function_without_a_way_out_by_its_own_fault_is_marked_itself():
    scene, _, layout = answers(nat_per_az(), "internet-ipv6")
    assert {way.marks for way in scene.ways} == {(Node("Function"),)}
    assert not [line for line in layout.lines if line.style.startswith("way")]


def test_what_is_unknown_says_so_in_both_languages():
    resources = nat_per_az()
    for zone in "AC":
        resources[f"Route{zone}"]["Properties"] = {
            "RouteTableId": {"Ref": f"Table{zone}"}, "DestinationCidrBlock": "0.0.0.0/0",
            "TransitGatewayId": "tgw-0123456789abcdef0"}  # fmt: skip
    for language in LANGUAGES:
        scene, text, layout = answers(resources, "internet-ipv4", language=language)
        assert Words(language)("answer.unknown") in text
        assert {way.marks for way in scene.ways} == {(Node("tgw-0123456789abcdef0"),)}
        assert [mark.answer for mark in layout.marks].count("unknown") == 3


def test_without_a_destination_only_internet_gateways_lead_to_the_internet():
    found = loaded("network/central-egress.yaml")[0]
    assert not diagram.scene(found, "en").internet
    resources = nat_per_az() | {
        "Far": {"Type": "AWS::EC2::TransitGateway"},
        "FarRoute": {"Type": "AWS::EC2::Route", "Properties": {
            "RouteTableId": {"Ref": "TableA"}, "DestinationCidrBlock": "10.9.0.0/16",
            "TransitGatewayId": {"Ref": "Far"}}},
    }  # fmt: skip
    scene = diagram.scene(networks_of(resources), "en")
    assert {thing.name for thing in scene.frames[0].edge} == {"Gateway", "Far"}
    assert [line.style for line in laid_out(scene).lines].count("exit") == 1


def test_a_regional_nat_gateway_belongs_to_the_vpc():
    scene, text, _ = answers(regional_nat(), "internet-ipv4")
    assert [thing.name for thing in scene.frames[0].middle] == ["NatA"]
    assert "reached: PrivateC → NatA → Gateway → internet" in text


def test_the_answers_of_the_picture_are_those_of_the_trace():
    for path in (path for path in TEMPLATES if path.startswith("network/")):
        found = loaded(path)
        for function, destination in questions(found[0]):
            if destination is None:
                continue
            scene = diagram.scene(found, "en", function, destination)
            traced = network.trace(found, function, destination)
            expected = [type(result).__name__.lower() for result in traced
                        if result.scenario == scene.assumptions]  # fmt: skip
            assert [way.answer for way in scene.ways] == expected


def test_a_picture_is_the_same_every_time():
    pictures = {diagram.picture(diagram.scene(networks_of(nat_per_az()), "en")) for _ in range(2)}
    assert len(pictures) == 1


def test_a_name_that_does_not_exist_is_refused():
    found = networks_of(nat_per_az())
    for question in (("Nobody", None, None), ("Function", "nowhere", None), (None, None, "z")):
        with pytest.raises(BadInput):
            diagram.scene(found, "en", *question)
    with pytest.raises(ValueError, match="a way starts at a function"):
        diagram.scene(found, "en", None, "s3")
    with pytest.raises(KeyError):
        diagram.scene(found, "de")


# --- words and style ----------------------------------------------------------------------------


def test_every_word_stands_in_both_languages_with_the_same_values():
    for group, words in yaml.safe_load((FOLDER / "words.yaml").read_text("utf-8")).items():
        for name, both in words.items():
            assert set(both) == set(LANGUAGES), f"{group}.{name}"
            ja, en = (set(re.findall(r"\{(\w+)\}", both[language])) for language in LANGUAGES)
            assert ja == en, f"{group}.{name}: {ja} and {en}"


def test_every_word_is_used():
    sources = "\n".join(path.read_text("utf-8") for path in FOLDER.glob("*.py"))
    for group, words in yaml.safe_load((FOLDER / "words.yaml").read_text("utf-8")).items():
        if group in ("answer", "subnet"):
            continue
        idle = [f"{group}.{name}" for name in words if f'"{group}.{name}"' not in sources]
        assert not set(idle) - {"text.connected", "text.not-connected", "text.not-known"}, idle


def test_classes_carry_all_color_and_nothing_runs():
    text = diagram.picture(diagram.scene(networks_of(one_nat()), "en", "Function", "internet-ipv4", "a"))
    assert not re.search(r"\bstyle=|<style|<script|\bon\w+=|fill=|stroke=|href", text)
    names = {name for found in re.findall(r'class="([^"]*)"', text) for name in found.split()}
    plain = {"target", "thing", "gateway", "endpoint", "host", "nat", "interfaces", "down", "answer",
             "connection", "exit", "unknown", "subnet"}  # fmt: skip
    assert not {name for name in names if f".{name}" not in STYLE} - plain


def test_a_picture_of_its_own_brings_its_style():
    text = diagram.picture(diagram.scene(networks_of(one_nat()), "ja"), alone=True)
    assert ET.fromstring(text).find("{http://www.w3.org/2000/svg}style") is not None
    assert "prefers-color-scheme: dark" in text


def test_every_color_of_the_style_is_given_in_every_scheme_and_used():
    alone = (FOLDER / "alone.css").read_text("utf-8")
    assert set(re.findall(r"var\(--diagram-([a-z]+)\)", STYLE + alone)) == set(COLORS)
    for name, values in COLORS.items():
        assert set(values) == {"light", "dark"}, f"colors.yaml: {name}"
    text = (ROOT / "docs/theme/assets/diagram.css").read_text("utf-8")
    assert not re.search(r"--diagram-[a-z]+:|#[0-9a-f]{3,6}\b", STYLE + alone + text), "colors.yaml has them"


def luminance(color):
    """Of WCAG 2.2."""
    digits = "".join(digit * (2 if len(color) == 4 else 1) for digit in color[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_text_stands_out_from_all_it_may_stand_on(scheme):
    colors = {name: values[scheme] for name, values in COLORS.items()}
    surfaces = ("back", "frame", "zone", "public", "private", "thing", "function")
    assert contrast("#fff", "#777") == pytest.approx(4.48, abs=0.01)
    for text in ("text", "minor"):
        for surface in surfaces:
            assert contrast(colors[text], colors[surface]) >= 4.5, f"colors.yaml: {text} on {surface}"
    for answer in ("reached", "blocked", "unknown"):
        assert contrast(colors[answer], colors["back"]) >= 4.5, f"colors.yaml: {answer} on back"
        for surface in surfaces:
            assert contrast(colors[answer], colors[surface]) >= 3, f"colors.yaml: a way over {surface}"


def test_an_answer_has_the_color_that_the_page_gives_it():
    text = (ROOT / "docs/theme/assets/results.css").read_text("utf-8")
    for name, guide in {"reached": "pass", "blocked": "fail", "unknown": "unknown"}.items():
        assert re.findall(rf"--guide-{guide}: (#\w+);", text) == [COLORS[name]["light"], COLORS[name]["dark"]]


def test_ids_are_the_callers():
    scene = diagram.scene(networks_of(one_nat()), "en")
    assert {e.get("id") for e in ET.fromstring(diagram.picture(scene, "two")).iter()} == {
        None, "two-title", "two-text"}  # fmt: skip


# --- texts --------------------------------------------------------------------------------------


def test_a_name_is_shortened_in_its_middle():
    short = texts.shortened("PrivateRouteTableForSubnetA", 14, 120)
    assert short.startswith("Private") and "…" in short and short.endswith("A")
    assert texts.width(short, 14) <= 120
    assert texts.shortened("Nat", 14, 120) == "Nat"


def test_full_width_letters_take_an_em():
    assert texts.width("日本", 10) == 20
    assert texts.width("Ａ", 10) == 10


@pytest.mark.parametrize(
    "text", ["a text with several words in it " * 4, "単語の間に空白のない文章です。" * 6, "W" * 80]
)
def test_lines_fit_and_lose_nothing_but_spaces(text):
    lines = texts.wrapped(text, 14, 200, 40)
    assert all(texts.width(line, 14) <= 200 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert len(texts.wrapped(text, 14, 200, 2)) == 2


PHRASES = ["遮断:", "PrivateSubnetA", "（箇所: S3Endpoint）:", "ゲートウェイエンドポイントが、", "この",
           "サブネットの", "ルートテーブルに", "関連付けられていません"]  # fmt: skip


def test_a_japanese_line_ends_where_a_phrase_does():
    text = "遮断: PrivateSubnetA（箇所: S3Endpoint）: " + "".join(PHRASES[3:])
    ends = {len("".join(PHRASES[:count]).replace(" ", "")) for count in range(1, len(PHRASES) + 1)}
    for room in range(282, 800, 10):
        lines = texts.wrapped(text, 14, room, 6)
        assert all(texts.width(line, 14) <= room for line in lines)
        reached = 0
        for line in lines:
            reached += len(line.replace(" ", ""))
            assert reached in ends, f"at {room}: {lines}"


def test_a_particle_stays_with_the_latin_word_before_it():
    for room in range(100, 300, 5):
        for line in texts.wrapped("ほかの AZ が停止している間に AZ を手動で指定", 14, room, 9)[1:]:
            assert line[0] not in "がを", f"at {room}: {line}"


def test_a_japanese_verb_is_not_broken():
    for room in range(100, 300, 5):
        for line in texts.wrapped("2. VPC とその先のネットワークの外も呼び出しますか", 14, room, 9):
            assert not line.endswith("呼び"), f"at {room}: {line}"


def test_a_long_name_has_two_lines_before_it_is_shortened():
    assert texts.named("DynamoDbEndpoint", 14, 110) == ["DynamoDb", "Endpoint"]
    assert texts.named("Nat", 14, 110) == ["Nat"]
    assert texts.named("ApplicationSecurityGroupId", 12.5, 165) == ["ApplicationSecurity", "GroupId"]
    tight = texts.width("Transitgateway", 14) + 1
    assert texts.named("TransitgatewayId", 14, tight) == ["Transitgateway", "Id"], "better than cut short"
    (only,) = texts.named("privatesubnetofthefunction", 14, 110)
    assert "…" in only and texts.width(only, 14) <= 110


def test_a_vpc_is_marked_beside_its_name():
    scene = diagram.scene(loaded("network/endpoints-interface.wrong/dns-support-off.yaml"), "en",
                          "OrdersFunction", "secretsmanager")  # fmt: skip
    layout = laid_out(scene)
    name = next(one for one in layout.labels if one.text.startswith("Vpc "))
    assert 0 < layout.marks[0].x - name.box.right < 30


def test_subnets_that_no_zone_has_below_others_stand_side_by_side():
    layout = laid_out(diagram.scene(loaded("network/nat-existing-vpc.yaml"), "en"))
    tops = {one.box.y for one in layout.shapes if one.style.startswith("subnet")}
    assert len(tops) == 2, "two rows: no zone has more than two subnets"


def test_an_answer_is_never_cut_short():
    """Of the guide's templates: whoever looks at the picture has no other text beside it."""
    for path in TEMPLATES:
        found = loaded(path)
        for function, destination in list(questions(found[0]))[1:]:
            for language in LANGUAGES:
                layout = laid_out(diagram.scene(found, language, function, destination))
                cut = [
                    label.text for label in layout.labels if label.style.startswith("answer") and label.full
                ]
                assert not cut, f"{path}, {function} to {destination}: {cut}"
