"""Functions share Hyperplane ENIs by subnet and security groups, and the table of states is AWS's own."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import botocore.session
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lambda_vpc.eni as eni
import pages
from lambda_vpc.eni import Answer, Combination, Function, answer, enis_for, function_states, plan
from lambda_vpc.guide import facts

FACTS = facts.load(pages.DOCS / "facts.yaml")
STATES = function_states()
TABLE = "snippets/python/lambda_vpc/eni_states.yaml"

ORDERS = Function("orders", ("subnet-a", "subnet-c"), ("sg-app", "sg-db"), "vpc-1")
REPORTS = Function("reports", ("subnet-a", "subnet-c"), ("sg-reports",), "vpc-1")


def like(name: str, other: Function, **changed: object) -> Function:
    """A function with the settings of another, some of them changed."""
    kept = {"subnets": other.subnets, "security_groups": other.security_groups, "vpc": other.vpc}
    return Function(name, **{**kept, **changed})


# Sharing


def test_functions_of_one_combination_share_and_others_do_not() -> None:
    found = plan([ORDERS, like("stock", ORDERS), REPORTS])
    assert found.shares == (("orders", "stock"), ("reports",))
    assert found.combinations == {
        Combination("subnet-a", ("sg-app", "sg-db")): ("orders", "stock"),
        Combination("subnet-a", ("sg-reports",)): ("reports",),
        Combination("subnet-c", ("sg-app", "sg-db")): ("orders", "stock"),
        Combination("subnet-c", ("sg-reports",)): ("reports",),
    }
    assert found.enis == 4


def test_a_security_group_more_ends_sharing() -> None:
    more = like("stock", ORDERS, security_groups=(*ORDERS.security_groups, "sg-monitoring"))
    found = plan([ORDERS, more])
    assert found.shares == (("orders",), ("stock",))
    assert found.enis == 4


def test_a_function_in_fewer_subnets_shares_there_and_is_a_group_of_its_own() -> None:
    found = plan([ORDERS, like("batch", ORDERS, subnets=("subnet-a",))])
    assert found.shares == (("orders",), ("batch",))
    assert found.enis == 2, "the subnet both use needs no second ENI"


def test_a_published_version_holds_the_enis_of_its_own_settings() -> None:
    moved = like("orders", ORDERS, security_groups=("sg-new",))
    assert plan([moved]).enis == 2
    assert plan([moved, like("orders:3", ORDERS)]).enis == 4


def test_a_function_outside_a_vpc_uses_no_eni() -> None:
    found = plan([Function("mail"), ORDERS])
    assert found.outside == ("mail",)
    assert found.shares == (("orders",),)
    assert plan([Function("mail")]).enis == 0


IDS = st.integers(0, 5).map(str)
SETTINGS = st.tuples(
    st.lists(IDS.map("subnet-".__add__), min_size=1, unique=True),
    st.lists(IDS.map("sg-".__add__), min_size=1, max_size=eni.MAX_SECURITY_GROUPS, unique=True),
)
FUNCTIONS = st.lists(SETTINGS, min_size=1, max_size=6).map(
    lambda settings: [
        Function(f"f{number}", tuple(subnets), tuple(groups))
        for number, (subnets, groups) in enumerate(settings)
    ]
)


def unordered(found: eni.Plan) -> tuple:
    combinations = {key: frozenset(names) for key, names in found.combinations.items()}
    return combinations, {frozenset(names) for names in found.shares}, found.enis


@given(FUNCTIONS, st.randoms(use_true_random=False))
def test_no_order_makes_a_difference(functions: list[Function], random) -> None:
    def shuffled(items: Iterable) -> list:
        return random.sample(list(items), len(list(items)))

    other = [
        like(
            function.name,
            function,
            subnets=tuple(shuffled(function.subnets)),
            security_groups=tuple(shuffled(function.security_groups)),
        )
        for function in shuffled(functions)
    ]
    assert unordered(plan(other)) == unordered(plan(functions))


@given(FUNCTIONS)
def test_the_plan_agrees_with_a_count_by_hand(functions: list[Function]) -> None:
    pairs = {(subnet, frozenset(f.security_groups)) for f in functions for subnet in f.subnets}
    found = plan(functions)
    assert found.enis == len(pairs)
    assert found.enis <= sum(len(function.subnets) for function in functions)
    for one in functions:
        for two in functions:
            together = any({one.name, two.name} <= set(names) for names in found.shares)
            same = set(one.subnets) == set(two.subnets)
            assert together == (same and set(one.security_groups) == set(two.security_groups))


@given(FUNCTIONS)
def test_another_function_of_a_known_combination_adds_no_eni(functions: list[Function]) -> None:
    assert plan([*functions, like("one-more", functions[0])]).enis == plan(functions).enis


# Quota and connections


def test_the_quota_counts_by_vpc() -> None:
    elsewhere = Function("elsewhere", ("subnet-x",), ("sg-x",), "vpc-2")
    found = plan([ORDERS, REPORTS, elsewhere], quota=4)
    assert found.by_vpc == {"vpc-1": 4, "vpc-2": 1}
    assert found.within_quota is True
    assert plan([ORDERS, REPORTS, elsewhere], quota=3).within_quota is False


def test_a_vpc_that_is_not_known_leaves_the_quota_open_only_where_it_decides() -> None:
    unknown = Function("unknown", ("subnet-x",), ("sg-x",))
    assert plan([ORDERS, unknown], quota=3).within_quota is True
    assert plan([ORDERS, unknown], quota=2).within_quota is None
    assert plan([ORDERS, unknown], quota=1).within_quota is False


def test_a_subnet_that_one_function_places_in_a_vpc_is_placed_for_all() -> None:
    assert plan([like("stock", ORDERS, vpc=None), ORDERS]).by_vpc == {"vpc-1": 2}


def test_many_functions_with_a_group_each_exceed_the_default_quota() -> None:
    functions = [
        Function(f"f{number}", ("subnet-a", "subnet-c"), (f"sg-{number}",), "vpc-1") for number in range(251)
    ]
    assert plan(functions).within_quota is False
    assert plan(functions[:-1]).within_quota is True
    shared = [like(function.name, ORDERS) for function in functions]
    assert plan(shared).enis == 2


@pytest.mark.parametrize(("connections", "enis"), [(0, 1), (1, 1), (65_000, 1), (65_001, 2), (130_001, 3)])
def test_connections_add_enis_and_nothing_else_does(connections: int, enis: int) -> None:
    assert enis_for(connections) == enis


def test_limits_and_quota_are_those_of_the_facts() -> None:
    said = {id_: FACTS.by_id[id_].value for id_ in ("E02", "E03", "E04")}
    assert said["E02"]["connections"] == eni.CONNECTIONS
    assert said["E03"]["default"] == eni.QUOTA
    assert said["E04"] == {"subnets": eni.MAX_SUBNETS, "security-groups": eni.MAX_SECURITY_GROUPS}


# Input that Lambda does not take

SUBNETS = tuple(f"subnet-{number}" for number in range(17))
GROUPS = tuple(f"sg-{number}" for number in range(6))


def test_as_much_as_vpc_config_takes_is_taken() -> None:
    assert plan([Function("most", SUBNETS[:16], GROUPS[:5])]).enis == 16


MISTAKES = {
    "too many subnets": (lambda: Function("f", SUBNETS, GROUPS[:1]), "17 subnets; VpcConfig takes up to 16"),
    "too many groups": (lambda: Function("f", SUBNETS[:1], GROUPS), "6 security groups; VpcConfig takes"),
    "subnets alone": (lambda: Function("f", SUBNETS[:1]), "has subnets but no security groups; give both"),
    "groups alone": (lambda: Function("f", (), GROUPS[:1]), "has security groups but no subnets; give both"),
    "an id twice": (lambda: Function("f", ("s", "s"), ("g",)), "subnets name 's' twice; name it once"),
    "a text for ids": (lambda: Function("f", "subnet-a", ("g",)), "'subnet-a' is one text; give a tuple"),
    "a name twice": (lambda: plan([ORDERS, ORDERS]), "two functions named 'orders'; write a version as"),
    "a subnet in two VPCs": (
        lambda: plan([ORDERS, like("stock", ORDERS, vpc="vpc-2")]),
        "'stock': subnet 'subnet-a' is in vpc-2 here and in vpc-1 elsewhere",
    ),
    "no quota": (lambda: plan([ORDERS], quota=0), "quota 0: give the number of ENIs"),
    "negative connections": (lambda: enis_for(-1), "-1 connections; give zero or more"),
    "an unknown state": (lambda: answer("Invoke", "Activ"), "unknown state 'Activ' (did you mean 'Active'?)"),
    "an unknown operation": (lambda: answer("Invok", "Active"), "'Invok' (did you mean 'Invoke'?)"),
    "an unknown status": (
        lambda: answer("Invoke", "Active", "InProgres"),
        "unknown last update status 'InProgres' (did you mean 'InProgress'?)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_its_mend(mistake: str) -> None:
    make, message = MISTAKES[mistake]
    with pytest.raises(ValueError) as caught:
        make()
    assert message in str(caught.value)


# States, against AWS's own API model


REASON_CODES = {*STATES.reason_codes, *STATES.other_reason_codes}


def enum(shape: str) -> set[str]:
    model = botocore.session.get_session().get_service_model("lambda")
    return set(model.shape_for(shape).enum)


def differences(table: str, shape: str, ours: Iterable[str], theirs: Iterable[str]) -> list[str]:
    return [
        *(
            f"{shape} has the new value '{v}': describe it under '{table}' in {TABLE}"
            for v in {*theirs} - {*ours}
        ),
        *(f"{shape} has no value '{v}': take it out of '{table}' in {TABLE}" for v in {*ours} - {*theirs}),
    ]


@pytest.mark.parametrize(
    ("table", "shape", "ours"),
    [
        ("states", "State", STATES.states),
        ("last-update-statuses", "LastUpdateStatus", STATES.last_update_statuses),
        ("reason-codes' or 'other-reason-codes", "StateReasonCode", REASON_CODES),
    ],
)
def test_the_table_has_every_value_that_aws_has(table: str, shape: str, ours: Iterable[str]) -> None:
    found = differences(table, shape, ours, enum(shape))
    assert not found, "\n".join(found)


def test_a_reason_code_of_an_update_is_one_of_the_function() -> None:
    found = enum("LastUpdateStatusReasonCode") - REASON_CODES
    assert not found, f"LastUpdateStatusReasonCode has {sorted(found)}: describe them in {TABLE}"


def test_a_new_value_is_named_with_the_file_to_mend() -> None:
    (found,) = differences("states", "State", STATES.states, {*STATES.states, "Hibernating"})
    assert found == f"State has the new value 'Hibernating': describe it under 'states' in {TABLE}"
    (found,) = differences("states", "State", STATES.states, {*STATES.states} - {"Failed"})
    assert found == f"State has no value 'Failed': take it out of 'states' in {TABLE}"


def test_a_reason_code_stands_in_one_table_and_those_of_the_vpc_are_the_fact_s() -> None:
    assert not {*STATES.reason_codes} & STATES.other_reason_codes
    assert sorted(STATES.reason_codes) == FACTS.by_id["E09"].value["vpc"]


ROWS = [
    pytest.param(row, id=f"{table}-{row.name}")
    for table in ("states", "last_update_statuses", "reason_codes")
    for row in getattr(STATES, table).values()
]


@pytest.mark.parametrize("row", ROWS)
def test_a_row_is_complete_in_both_languages_and_rests_on_facts(row: eni.State) -> None:
    for text in (row.meaning, row.to_do):
        assert set(text) == {"ja", "en"} and all(text.values()), f"{TABLE}: '{row.name}' lacks a language"
    assert row.facts, f"{TABLE}: '{row.name}' rests on no fact; name one of docs/facts.yaml"
    unknown = {*row.facts} - {*FACTS.by_id}
    assert not unknown, f"{TABLE}: '{row.name}' names facts that docs/facts.yaml has not: {sorted(unknown)}"


@pytest.mark.parametrize("row", ROWS)
def test_a_row_names_operations_of_the_api_and_no_operation_both_ways(row: eni.State) -> None:
    model = botocore.session.get_session().get_service_model("lambda")
    unknown = {*row.works, *row.refused} - {*model.operation_names}
    assert not unknown, f"{TABLE}: '{row.name}' names {sorted(unknown)}, which the Lambda API has not"
    both = {*row.works} & {*row.refused}
    assert not both, f"{TABLE}: '{row.name}' says of {sorted(both)} both that it works and that it is refused"


def invoke_errors() -> set[str]:
    model = botocore.session.get_session().get_service_model("lambda")
    return {shape.name for shape in model.operation_model("Invoke").error_shapes}


def test_the_exceptions_of_a_row_are_errors_of_invoke() -> None:
    for row in (*STATES.states.values(), *STATES.reason_codes.values()):
        unknown = {*row.exceptions} - invoke_errors()
        assert not unknown, f"{TABLE}: '{row.name}' names {sorted(unknown)}, which Invoke does not return"


def test_every_error_about_the_vpc_connection_stands_in_one_row() -> None:
    named = [name for row in STATES.reason_codes.values() for name in row.exceptions]
    assert len(named) == len({*named}), f"{TABLE}: an exception stands in two rows of 'reason-codes'"
    # EC2UnexpectedException tells of no cause that a reason code could name.
    missing = {*FACTS.by_id["E41"].value} - {*named} - {"EC2UnexpectedException"}
    assert not missing, f"{TABLE}: no reason code has {sorted(missing)}; name each in its row"


def test_a_state_that_refuses_invocations_names_what_the_caller_sees_where_aws_says_so() -> None:
    said = {name: row.exceptions for name, row in STATES.states.items() if row.exceptions}
    assert said == {"Pending": ("ResourceConflictException",), "Inactive": ("ResourceNotReadyException",)}
    assert {*said["Pending"], *said["Inactive"]} < {*FACTS.by_id["E11"].value}


def test_failed_leads_to_an_update_first_where_aws_says_that_it_may_work() -> None:
    row = STATES.states["Failed"]
    assert "E15" in row.facts and "try an update first" in row.to_do["en"], f"{TABLE}: see fact E15"


ANSWERS = [
    ("Invoke", "Pending", "Successful", Answer.REFUSED),
    ("UpdateFunctionConfiguration", "Pending", "Successful", Answer.REFUSED),
    ("TagResource", "Pending", "Successful", Answer.UNDOCUMENTED),
    ("Invoke", "Active", "InProgress", Answer.WORKS),
    ("PublishVersion", "Active", "InProgress", Answer.REFUSED),
    ("TagResource", "Active", "InProgress", Answer.REFUSED),
    ("Invoke", "Active", "Failed", Answer.WORKS),
    ("UpdateFunctionCode", "Active", "Failed", Answer.UNDOCUMENTED),
    ("PublishVersion", "Active", "Successful", Answer.WORKS),
    ("Invoke", "Inactive", "Successful", Answer.REFUSED),
    ("UpdateFunctionCode", "Inactive", "Successful", Answer.UNDOCUMENTED),
    ("Invoke", "Failed", "Successful", Answer.REFUSED),
    ("Invoke", "ActiveNonInvocable", "Successful", Answer.UNDOCUMENTED),
]


@pytest.mark.parametrize(("operation", "state", "status", "expected"), ANSWERS)
def test_an_operation_gets_the_documented_answer(
    operation: str, state: str, status: str, expected: Answer
) -> None:
    assert answer(operation, state, status) is expected


def test_the_table_stands_where_the_messages_say() -> None:
    assert (Path(__file__).parents[1] / TABLE).is_file()


# The tables on the page


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_the_page_shows_each_value_once_and_the_exceptions_beside_the_reason_codes(
    site: Path, language: str
) -> None:
    text = (site / language / "eni" / "lifecycle" / "index.html").read_text("utf-8")
    tables = {title: _table(text, title) for title in ("State", "LastUpdateStatus", "StateReasonCode")}
    for title, rows in (
        ("State", STATES.states),
        ("LastUpdateStatus", STATES.last_update_statuses),
        ("StateReasonCode", STATES.reason_codes),
    ):
        values = "".join(re.findall(r'<th role="rowheader".*?</th>', tables[title]))
        shown = re.findall(r"<code>(\w+)</code>", values)
        assert shown == list(rows), f"{title}: the page shows {shown}"
    named = [name for row in STATES.reason_codes.values() for name in row.exceptions]
    assert [name for name in named if f"<code>{name}</code>" not in tables["StateReasonCode"]] == []
    # Values that say the same share a row.
    alike = {(row.meaning["en"], row.to_do["en"], row.facts) for row in STATES.states.values()}
    assert tables["State"].count('scope="row"') == len(alike) < len(STATES.states)


def _table(text: str, title: str) -> str:
    start = text.index(f'aria-label="{title}"')
    return text[start : text.index("</table>", start)].replace("<wbr>", "")
