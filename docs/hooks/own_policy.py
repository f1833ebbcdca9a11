"""A reader's own policy: the call as a form, the decision, and what a missing key changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lambda_vpc import iam
from lambda_vpc.checking import policies
from lambda_vpc.checking.policies import LAYERS, Call, PolicyAnswer, PolicyFiles
from lambda_vpc.guide import placeholders
from lambda_vpc.iam import RequestError, service_reference
from lambda_vpc.iam.request import CONNECTOR_CALLS, FUNCTION_CALLS, SOURCE_FUNCTION, VPC_KEYS, By, Settings
from lambda_vpc.reading import BadInput, Problem, Source
from lambda_vpc.sentences import sentence
from own_parts import MOST, Given, Shown, refused
from render import DOCS, render
from rule_titles import titles

NAME = "policy"
"""How the text is named in answers; the other policies are named by their layers."""
BESIDES = {"admin": "administrator-access", "full": "full-aws-access"}
"""Fields by which a reader attaches AWS managed policies, and the snippets that have their text."""
_NAMES = {"admin": "AdministratorAccess", "full": "FullAWSAccess"}
MANAGED = "condition-keys"
"""Their topic."""
_STATES = {FUNCTION_CALLS[0]: (Settings.GIVEN, Settings.NONE), FUNCTION_CALLS[1]: tuple(Settings)}
"""What a call can say about VPC settings."""
OTHER = "layer:"
"""What the names of the fields for further policies begin with; behind it stands the layer."""


def answer(text: str, language: str, given: Given) -> Shown:
    """What is said of a policy.

    Raises:
        BadInput: it is neither JSON nor YAML.
    """
    source = policies.read(text, NAME)
    parsed = _parsed(source)
    layer, actions = _first_layer(parsed), _actions(parsed)
    form = _form(layer, actions, language)
    try:
        files = _files(source, given.one_of("as", LAYERS, layer), given)
        call = _call(given, actions)
        found = policies.decide(files, call)
    except (BadInput, RequestError) as error:
        return refused(error, language, form)
    html = render(
        "own-policy.html",
        language,
        found=found,
        call=call,
        states=list(_states(files, call)),
        missing=list(_without_keys(files, call, found)),
        others=found.others[: MOST * 2],
        more_others=len(found.others) - MOST * 2,
        findings=[one for one in found.findings if one.path == NAME][:MOST],
        elsewhere=[one for one in found.findings if one.path in LAYERS][:MOST],
        main=NAME,
        layers=LAYERS,
        titles=titles(language),
        sentence=sentence,
    )
    return Shown(form, html, [report.line for report in found.findings if report.path == NAME])


# --- the policies -------------------------------------------------------------------------------


def _parsed(source: Source) -> iam.Policy | None:
    """The policy; `None` where it is malformed, which is said when it is decided on."""
    try:
        return iam.Policy.parse(source.data)
    except iam.PolicyError:
        return None


def _first_layer(policy: iam.Policy | None) -> str:
    """What a policy is attached as, as far as its text tells: one with principals to a resource."""
    named = policy is not None and any(one.principals is not None for one in policy.statements)
    return "resource" if named else "identity"


def _files(source: Source, layer: str, given: Given) -> PolicyFiles:
    """The policies by layer.

    Raises:
        BadInput: one of the other texts is neither JSON nor YAML.
    """
    found: dict[str, list[Source]] = {name: [] for name in LAYERS}
    found[layer].append(source)
    problems: list[Problem] = []
    for name, text in given.beginning(OTHER).items():
        if name in LAYERS and text.strip():
            try:
                found[name].append(policies.read(text, name))
            except BadInput as bad:
                problems += bad.problems
    if problems:
        raise BadInput(problems)
    if given.text("admin", "no") == "yes":
        found["identity"].append(_managed("admin"))
    if found["scp"] and given.text("full", "yes") == "yes":
        found["scp"].append(_managed("full"))
    scp = found.pop("scp")
    return PolicyFiles(
        **{name: tuple(several) for name, several in found.items()}, scp=(tuple(scp),) * bool(scp)
    )


def _managed(name: str) -> Source:
    path = DOCS.parent / "snippets" / MANAGED / f"{BESIDES[name]}.json"
    return policies.read(path.read_text("utf-8"), _NAMES[name])


# --- the call -----------------------------------------------------------------------------------


def _actions(policy: iam.Policy | None) -> list[str]:
    """Actions to choose from: those that set VPC settings, and those that the policy names in full."""
    written = [name for one in (policy.statements if policy else ()) for name in one.written_actions]
    named = [found.name for name in written if "*" not in name and (found := service_reference.action(name))]
    return list(dict.fromkeys([*reversed(FUNCTION_CALLS), *CONNECTOR_CALLS, *named]))[: MOST * 2]


def _defaults() -> dict[str, str]:
    """What the fields have at first: the names of the guide's own examples."""
    vpc, members = next(iter(placeholders.networks().items()))
    return {
        "principal": next(iter(placeholders.principals().values())),
        "subnets": next(iter(members["subnets"].values())),
        "groups": next(iter(members["security-groups"].values())),
        "vpc": vpc,
        "function": "orders-api",
        "region": placeholders.region(),
    }


def _form(layer: str, actions: Sequence[str], language: str) -> str:
    return render(
        "own-policy-form.html",
        language,
        layer=layer,
        layers=LAYERS,
        actions=actions,
        defaults=_defaults(),
        settings=[one.value for one in Settings],
        by=[one.value for one in By],
        prefix=OTHER,
    )


def _call(given: Given, actions: Sequence[str]) -> Call:
    defaults = _defaults()
    texts = {name: given.text(name, default) for name, default in defaults.items()}
    call = Call(
        given.text("other_action") or given.one_of("action", actions, actions[0]),
        texts["principal"],
        by=By(given.one_of("by", [one.value for one in By], By.CALLER.value)),
        subnets=given.names("subnets", defaults["subnets"]),
        security_groups=given.names("groups", defaults["groups"]),
        vpc=texts["vpc"] or None,
        function=texts["function"],
        region=texts["region"],
        resources=given.names("resource"),
        context=_context(given.text("context")),
        management_account=given.text("management", "no") == "yes",
    )
    wanted = given.one_of("settings", [one.value for one in Settings], Settings.GIVEN.value)
    known = _STATES.get(call.action, tuple(Settings))
    return _with_settings(call, Settings(wanted) if Settings(wanted) in known else known[-1])


def _with_settings(call: Call, settings: Settings) -> Call:
    """The call with these settings; where there are none, it names no subnets."""
    if settings in (Settings.GIVEN, Settings.UNCHANGED):
        return replace(call, settings=settings)
    return replace(call, settings=settings, subnets=(), security_groups=(), vpc=None)


def _context(written: str) -> Mapping[str, object]:
    """Condition keys, one `KEY=VALUE` a line; a key on several lines has all their values, `KEY=` is absent.

    Raises:
        RequestError: a line without `=`.
    """
    found: dict[str, list[str]] = {}
    for line in filter(None, map(str.strip, written.split("\n"))):
        key, equals, value = line.partition("=")
        if not equals or not key.strip():
            raise RequestError(f"context: '{line}': write KEY=VALUE")
        values = found.setdefault(key.strip(), [])
        values += [value.strip()] * bool(value.strip())
    return {key: values[0] if len(values) == 1 else values for key, values in found.items()}


# --- what else is asked -------------------------------------------------------------------------


@dataclass(frozen=True)
class Compared:
    """The decision on a call that differs in one thing."""

    name: str
    """The settings, or the condition key."""
    answer: PolicyAnswer | None
    refused: str = ""
    """Why nobody makes such a call, in English."""
    chosen: bool = False
    state: str = ""
    """Of a key in the call that was asked: `values`, `present`, `absent` or `open`."""
    values: tuple[str, ...] = ()
    differs: bool = False


def _compared(files: PolicyFiles, call: Call, name: str, **more: object) -> Compared:
    try:
        return Compared(name, policies.decide(files, call), **more)
    except RequestError as error:
        return Compared(name, None, str(error), **more)


def _states(files: PolicyFiles, call: Call) -> Iterator[Compared]:
    """The decision for everything that the call can say about VPC settings."""
    whole = call
    if not call.subnets:
        defaults = _defaults()
        whole = replace(
            call, subnets=(defaults["subnets"],), security_groups=(defaults["groups"],), vpc=defaults["vpc"]
        )
    for settings in _STATES.get(call.action, ()):
        other = _with_settings(whole, settings)
        yield _compared(files, other, settings.value, chosen=settings is call.settings)


def _without_keys(files: PolicyFiles, call: Call, found: PolicyAnswer) -> Iterator[Compared]:
    """The decision if the request lacked a condition key, for each key that the policies ask for."""
    request = found.request
    for key in _keys(files, call):
        lower = key.lower()
        if request.caller.values.get(lower):
            continue  # follows from who calls, and is never missing
        values = request.values.get(lower)
        state = "open" if values is None and request.may_carry(key) else "absent" if not values else "values"
        if values == iam.conditions.PRESENT:
            state = "present"
        other = replace(call, context={**_others(call.context, lower), key: []})
        compared = _compared(files, other, key, state=state, values=values if state == "values" else ())
        if compared.answer is None:
            continue  # no key that AWS lists
        now, was = compared.answer, found
        differs = (now.answer, now.statement) != (was.answer, was.statement)
        yield replace(compared, differs=differs)


def _others(context: Mapping[str, object], lower: str) -> dict[str, object]:
    return {key: value for key, value in context.items() if key.lower() != lower}


def _keys(files: PolicyFiles, call: Call) -> list[str]:
    """Condition keys that the statements on the call's action ask for."""
    layers = [*(getattr(files, name) for name in LAYERS if name != "scp"), *files.scp]
    found: dict[str, str] = {}
    known = {key.lower(): key for key in (*VPC_KEYS, SOURCE_FUNCTION)}
    for source in (source for layer in layers for source in layer):
        for statement in iam.Policy.parse(source.data).statements:
            for condition in statement.conditions if statement.covers_action(call.action.lower()) else ():
                lower = condition.key.lower()
                found.setdefault(lower, known.get(lower, condition.key))
    return list(found.values())[:MOST]
