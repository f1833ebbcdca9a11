"""The pictures that are no network can be read, say what their data says, and stand on their pages."""

from __future__ import annotations

import random
import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from mkdocs.structure.files import File

from geometry import faults
from lambda_vpc import eni
from lambda_vpc.cloudformation.order import created_before
from lambda_vpc.diagram.choosing import Question, choosing
from lambda_vpc.diagram.permissions import Grant, permissions
from lambda_vpc.diagram.removal import ENIS, removal, steps
from lambda_vpc.diagram.sharing import sharing
from lambda_vpc.diagram.states import states
from lambda_vpc.diagram.words import LANGUAGES, Words
from lambda_vpc.guide import holders
from lambda_vpc.guide.cases.decision import DecisionResult
from lambda_vpc.guide.spec import load

# Last, so that no hook stands before a module of Python with its name.
sys.path.append(str(Path(__file__).parents[1] / "docs" / "hooks"))

import pictures
from directives import DirectiveError
from plain_markdown import Writer
from plain_markdown import read as read_html

ROOT = Path(__file__).parents[1]
MOST_BYTES = 12 * 1024
SNIPPETS = load(ROOT / "snippets")
CHOICE = yaml.safe_load((ROOT / "docs" / "choosing.yaml").read_text("utf-8"))
DIRECTIVE = re.compile(r"^\{\{ picture (.+) \}\}$", re.MULTILINE)
ON_PAGES = {
    "eni/hyperplane": "eni eni/shared-combination",
    "eni/capacity": "eni eni/two-sets",
    "eni/lifecycle": "states",
    "eni/removal": "removal network/attach-new-vpc",
    "network/choosing": "choosing",
    "permissions/execution-role": "permissions condition-keys/deployer permissions/execution-role",
}
NAMES = {
    "short": lambda kind, number: f"{kind}{number}",
    "long": lambda kind, number: f"The{kind}OfTheOrdersServiceInTheProductionAccountNumber{number}WWW",
    "japanese": lambda kind, number: f"注文サービスの本番環境で使う{kind}{number}番",
    "marked up": lambda kind, number: f'<{kind} & "{number}">\x00]]>',
}


def page(language, name="x"):
    return SimpleNamespace(file=File(f"{language}/{name}.md", None, "", True))


@pytest.fixture(autouse=True)
def known(monkeypatch):
    monkeypatch.setattr(pictures._build, "snippets", SNIPPETS)


def drawn(argument, language):
    """The picture of a directive, as its hook makes it."""
    name, *named = argument.split()
    return pictures._KINDS[name].draw(language, *named)


def check(picture):
    found = list(faults(picture.layout))
    assert not found, "\n".join(found[:20])
    text = picture.svg()
    root = ET.fromstring(text)
    assert root[0].tag.endswith("}title") and root[1].tag.endswith("}desc")
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{root[0].get('id')} {root[1].get('id')}"
    assert not re.search(r"\bstyle=|<style|<script|\bon\w+=|fill=|stroke=|href", text)
    return text


# --- the guide's pictures -----------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("argument", ON_PAGES.values())
def test_a_picture_of_the_guide_can_be_read(argument, language):
    text = check(drawn(argument, language))
    assert len(text.encode("utf-8")) <= MOST_BYTES
    assert text == drawn(argument, language).svg()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("argument", ON_PAGES.values())
def test_the_text_alternative_says_what_is_drawn(argument, language):
    picture = drawn(argument, language)
    said = _letters(picture.description)
    for label in picture.layout.labels:
        assert _letters(label.full or label.text) in said


def _letters(text):
    """A text without what a line break takes away or a sentence adds."""
    return re.sub(r"[\s。.]", "", text)


@pytest.mark.parametrize("name", ON_PAGES)
def test_a_page_shows_its_picture_after_the_answer(name):
    for language in LANGUAGES:
        text = (ROOT / "docs" / language / f"{name}.md").read_text("utf-8")
        assert DIRECTIVE.findall(text) == [ON_PAGES[name]]
        assert text.index("{{ picture ") < text.index("\n## ")


def test_no_other_page_shows_a_picture():
    showing = {
        path.relative_to(ROOT / "docs" / language).with_suffix("").as_posix()
        for language in LANGUAGES
        for path in (ROOT / "docs" / language).rglob("*.md")
        if DIRECTIVE.search(path.read_text("utf-8"))
    }
    assert showing == set(ON_PAGES), "name it in ON_PAGES, so that it is checked"


# --- who shares which ENI -----------------------------------------------------------------------


def some_functions(subnets, functions, name, seed):
    """Functions in changing sets of subnets and security groups; every third subnet is in another VPC."""
    chance = random.Random(seed)
    vpcs = [[name("Subnet", n) for n in range(subnets) if (n % 3 == 2) is other] for other in (False, True)]
    made = []
    for number in range(functions):
        other = bool(vpcs[1]) and chance.random() < 0.3
        few = [] if chance.random() < 0.1 else chance.sample(vpcs[other], chance.randint(1, len(vpcs[other])))
        groups = [name("Group", n) for n in range(chance.randint(1, 5))] if few else []
        vpc = name("Vpc", int(other)) if few and chance.random() < 0.8 else None
        made.append(eni.Function(name("Function", number), tuple(few), tuple(groups), vpc))
    return made


@pytest.mark.parametrize("style", NAMES)
@pytest.mark.parametrize("subnets", [1, 2, 3, 4, 7, 16])
def test_shared_enis_can_be_read_and_are_those_of_the_plan(subnets, style):
    for functions in (1, 2, 5, 12, 30):
        made = some_functions(subnets, functions, NAMES[style], subnets * 100 + functions)
        picture = sharing(made, LANGUAGES[functions % 2])
        check(picture)
        plan = eni.plan(made)
        layout = picture.layout
        assert [shape.style for shape in layout.shapes].count("interfaces") == plan.enis
        assert [shape.style for shape in layout.shapes].count("function") == functions
        used = {name: function.subnets for function in made for name in [function.name]}
        assert len(layout.lines) == sum(len(used[names[0]]) for names in plan.shares)


def test_each_eni_says_in_words_who_uses_it():
    orders = eni.Function("orders", ("a", "c"), ("app",))
    stock = eni.Function("stock", ("c",), ("app",))
    text = sharing([orders, stock, eni.Function("mail")], "en").description
    assert "Only for orders: one ENI in each of a, with app." in text
    assert text.count("Shared by orders, stock: one ENI in each of c, with app.") == 1
    assert "ENIs at the start: 2." in text and "mail（no VPC）" not in text and "mail (no VPC)." in text


# --- states -------------------------------------------------------------------------------------


def test_every_state_says_what_it_refuses():
    known = eni.function_states()
    text = states(known, "en").description
    for name, state in known.states.items():
        assert name in text
        if state.refused:
            assert f"{name}: " in text and f"fails: {', '.join(state.refused)}" in text
    assert "fails while LastUpdateStatus InProgress: UpdateFunctionCode" in text


def test_transitions_lead_between_known_states_and_to_each_that_can_be_explained():
    known = eni.function_states()
    for one in known.transitions:
        assert one.end in known.states and (one.start in known.states) != (one.create is not None)
        assert one.facts and set(one.facts) <= pictures.known_facts().by_id.keys()
        assert set(one.when) == set(LANGUAGES)
    explained = {name for name, state in known.states.items() if state.works or state.refused}
    assert {one.end for one in known.transitions} == explained


def a_machine(count, seed, name):
    chance = random.Random(seed)
    names = [name("State", number) for number in range(count)]
    operations = ("Invoke", "UpdateFunctionCode", "UpdateFunctionConfiguration", "PublishVersion")

    def text(words):
        return {"ja": "しばらく待つと準備ができる。" * words, "en": "some time has passed " * words}

    rows = {}
    for one in names:
        cut = chance.randint(0, len(operations))
        rows[one] = eni.State(one, text(chance.randint(1, 9)), text(1), ("E05",), operations[:cut],
                              operations[cut:] if chance.random() < 0.7 else ())  # fmt: skip
    turns = [eni.Transition(None, "CreateFunction", names[0], text(1), ("E05",))]
    for _ in range(count * 2 if count > 1 else 0):
        start, end = chance.sample(names, 2)
        turns.append(eni.Transition(start, None, end, text(chance.randint(1, 5)), ("E05",)))
    update = eni.State("InProgress", text(1), text(1), ("E06",), ("Invoke",), operations[1:])
    return eni.States(rows, {"InProgress": update}, {}, frozenset(), tuple(turns))


@pytest.mark.parametrize("style", NAMES)
@pytest.mark.parametrize("count", [1, 2, 4, 7, 12])
def test_generated_states_can_be_read(count, style):
    for language in LANGUAGES:
        machine = a_machine(count, count, NAMES[style])
        picture = states(machine, language)
        check(picture)
        assert len(picture.layout.lines) == len(machine.transitions)


# --- removal ------------------------------------------------------------------------------------

TEMPLATES = [
    name for name, one in SNIPPETS.items() if one.kind == "template" and steps(one.source.data["Resources"])
]


@pytest.mark.parametrize("name", TEMPLATES)
def test_nothing_is_removed_before_what_needs_it(name):
    resources = SNIPPETS[name].source.data["Resources"]
    place = {one: number for number, step in enumerate(steps(resources)) for one in step}
    functions = [one for one in place if one and resources[one]["Type"].endswith("::Function")]
    needed = {one: created_before(resources, one) for one in functions}
    assert functions and all(place[ENIS] > place[one] for one in functions if not _needed(one, needed))
    for one, number in place.items():
        if one != ENIS:
            assert all(place[other] > number for other in created_before(resources, one))
        if one not in functions and one != ENIS:
            assert number > place[ENIS] and _needed(one, needed)
    for language in LANGUAGES:
        check(removal(resources, 20, language))


def _needed(name, needed):
    return any(name in others for others in needed.values())


def test_without_a_function_in_a_vpc_there_is_nothing_to_wait_for():
    function = {"Type": "AWS::Lambda::Function", "Properties": {"Role": {"Fn::GetAtt": ["Role", "Arn"]}}}
    assert steps({"Role": {"Type": "AWS::IAM::Role"}, "Function": function}) == []


@pytest.mark.parametrize("style", NAMES)
@pytest.mark.parametrize("count", [1, 2, 5, 30])
def test_generated_orders_can_be_read(count, style):
    name, chance = NAMES[style], random.Random(count)
    resources = {}
    for number in range(count):
        others = chance.sample(list(resources), min(len(resources), chance.randint(0, 2)))
        resources[name("Thing", number)] = {"Type": "AWS::EC2::Subnet", "DependsOn": others}
    for number in range(1 + count // 5):
        used = chance.sample(list(resources), min(len(resources), 4))
        resources[name("Function", number)] = {
            "Type": "AWS::Lambda::Function", "DependsOn": [one for one in used if "Function" not in one],
            "Properties": {"VpcConfig": {"SubnetIds": ["subnet-1"]}}}  # fmt: skip
    check(removal(resources, 20, LANGUAGES[count % 2]))


# --- permissions --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["permissions/execution-role", "permissions/function-with-deny"])
def test_who_holds_what_is_what_the_cases_answer(name):
    snippet = SNIPPETS[name]
    role = holders.role(snippet, SNIPPETS)
    held = {
        by: {action: grant.allowed for grant in grants for action in grant.actions}
        for by, grants in (("lambda", role.service), ("function-code", role.code))
    }
    asked = 0
    for result in snippet.results():
        case = result.case
        if isinstance(result, DecisionResult) and case.by in held and case.id != "other-function":
            decision = result.decision
            if decision.statement:
                asked += 1
                assert held[case.by][case.call] is decision.allowed
            else:
                assert case.call not in held[case.by]
    assert asked > 8
    six = {action for action in held["lambda"] if action.startswith("ec2:")}
    assert len(six) == 6 and not any(held["function-code"][action] for action in six)


def test_a_deployer_holds_what_its_policy_allows():
    (deploy, passes, read) = holders.caller(SNIPPETS["condition-keys/deployer"].results())
    written = {
        one["Sid"]: one["Action"] for one in SNIPPETS["condition-keys/deployer"].source.data["Statement"]
    }
    for grant in (deploy, passes, read):
        assert grant.allowed
        actions = written[grant.statement]
        assert sorted(grant.actions) == sorted([actions] if isinstance(actions, str) else actions)


@pytest.mark.parametrize("style", NAMES)
@pytest.mark.parametrize("count", [0, 1, 3, 8, 20])
def test_generated_permissions_can_be_read(count, style):
    name = NAMES[style]
    grants = [
        Grant(name("Statement", n), bool(n % 2), tuple(name("ec2:Action", k) for k in range(1 + n * 7 % 11)))
        for n in range(count)
    ]
    check(
        permissions(grants, name("Role", 1), grants[: count // 2], grants[count // 2 :], LANGUAGES[count % 2])
    )


# --- choosing -----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_questions_are_those_of_the_page_in_their_order(language):
    text = (ROOT / "docs" / language / "network" / "choosing.md").read_text("utf-8")
    items = re.findall(r"^\d+\. (.+)$", text.partition("\n## ")[0], re.MULTILINE)
    assert len(items) == len(CHOICE["questions"]) + 1
    for item, row in zip(items, [*CHOICE["questions"], CHOICE["otherwise"]], strict=True):
        assert f"]({row['page']})" in item
    for row in CHOICE["questions"]:
        assert set(row) == {"ask", "ends-with", "take", "page"} and row["ends-with"] in ("yes", "no")


@pytest.mark.parametrize("style", NAMES)
@pytest.mark.parametrize("count", [0, 1, 5, 15])
def test_generated_questions_can_be_read(count, style):
    name = NAMES[style]
    questions = [
        Question({one: f"{name('Question', n)} " * (1 + n % 4) for one in LANGUAGES}, ("yes", "no")[n % 2],
                 {one: name("Answer", n) * (1 + n % 3) for one in LANGUAGES})
        for n in range(count)
    ]  # fmt: skip
    check(choosing(questions, {one: name("Otherwise", 0) for one in LANGUAGES}, LANGUAGES[count % 2]))


# --- on a page ----------------------------------------------------------------------------------


def test_ids_are_the_pictures_own():
    shown = "".join(pictures.HANDLERS["picture"](argument, page("en")) for argument in ON_PAGES.values())
    ids = re.findall(r'\bid="([^"]+)"', shown)
    assert len(ids) == len(set(ids)) == 2 * len(ON_PAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_caption_leads_to_the_data(language):
    shown = pictures.HANDLERS["picture"]("eni eni/two-sets", page(language))
    assert f'<a href="../snippets/eni/two-sets/">{SNIPPETS["eni/two-sets"].title[language]}</a>' in shown
    assert "<code>docs/choosing.yaml</code>" in pictures.HANDLERS["picture"]("choosing", page(language))


def test_markdown_has_the_words_instead_of_the_picture():
    shown = pictures.HANDLERS["picture"]("eni eni/shared-combination", page("en"))
    text = Writer(str, lambda _: None).markdown(read_html(shown))
    picture = drawn("eni eni/shared-combination", "en")
    assert text.startswith(f"{picture.title}\n\n{picture.description}\n\n**Drawn from:")
    assert text.count("DatabaseClientSecurityGroupId") == 1


@pytest.mark.parametrize(
    ("argument", "complaint"),
    [
        ("", "no picture '' (expected one of: states, choosing"),
        ("state", "no picture 'state' (did you mean 'states'?)"),
        ("states eni/two-sets", "picture states takes 0 snippets, found 1"),
        ("eni", "picture eni takes 1 snippets, found 0"),
        ("eni eni/two-set", "no snippet 'eni/two-set' (did you mean 'eni/two-sets'?)"),
        ("eni permissions/trust-policy", "permissions/trust-policy is a trust-policy; name a template"),
        ("eni network/nat-per-az", "network/nat-per-az has no case with 'plan'"),
    ],
)
def test_a_directive_that_draws_nothing_says_why(argument, complaint):
    with pytest.raises(DirectiveError) as raised:
        pictures.HANDLERS["picture"](argument, page("en"))
    assert complaint in str(raised.value)


def test_a_picture_in_another_language_is_refused():
    with pytest.raises(KeyError):
        Words("de")
    for draw in (lambda: states(eni.function_states(), "de"), lambda: sharing([], "de")):
        with pytest.raises(KeyError):
            draw()
