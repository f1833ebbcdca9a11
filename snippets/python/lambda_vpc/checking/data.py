"""What was found as plain data, for programs: texts, numbers, truth values, lists and maps.

The form of it all is published as a JSON schema (`SCHEMA`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import singledispatch
from pathlib import Path

from lambda_vpc import sentences
from lambda_vpc.checking.choices import Choices, Destination, FunctionChoice, ParameterChoice
from lambda_vpc.checking.enis import EniPlan
from lambda_vpc.checking.policies import Other, PolicyAnswer, Statement
from lambda_vpc.checking.remarks import Remark
from lambda_vpc.checking.templates import TemplateCheck
from lambda_vpc.checking.ways import Way, named
from lambda_vpc.iam import Request
from lambda_vpc.iam.conditions import PRESENT, texts
from lambda_vpc.network import Blocked, Reached, Unknown
from lambda_vpc.network.obstacles import Note
from lambda_vpc.reading import Problem
from lambda_vpc.rules import Report

Data = dict[str, object]
VERSION = 1
"""Of the form of the data, as the schema says."""
SCHEMA = Path(__file__).with_name("answers.schema.json")
"""The form of what the command prints as JSON."""


@singledispatch
def as_data(value: object, language: str = "en") -> Data:
    """A record of this package as plain data.

    Args:
        value: a check, a finding, an answer, a way, a plan, a choice or a problem.
        language: of the sentences of reasons, `ja` or `en`. What the rules find is said in English only.

    Raises:
        TypeError: no such record.
    """
    raise TypeError(f"{type(value).__name__} is no record of the checker")


@as_data.register
def _(value: TemplateCheck, language: str = "en") -> Data:
    return {
        "file": value.file,
        "findings": [as_data(one) for one in value.findings],
        "ways": [as_data(one, language) for one in value.ways],
        "enis": [as_data(one) for one in value.enis],
        "choices": as_data(value.choices),
        "remarks": [as_data(one) for one in value.remarks],
    }


@as_data.register
def _(value: Report, language: str = "en") -> Data:
    return {
        "file": value.path, "line": value.line, "rule": value.rule, "severity": value.severity,
        "message": value.message,
    }  # fmt: skip


@as_data.register
def _(value: Problem, language: str = "en") -> Data:
    return {"file": value.path, "line": value.line, "message": value.message}


@as_data.register
def _(value: Remark, language: str = "en") -> Data:
    return {"kind": value.kind, "names": list(value.names), "why": value.why}


# --- ways ---------------------------------------------------------------------------------------


@as_data.register
def _(value: Way, language: str = "en") -> Data:
    return {
        "function": value.function, "file": value.file, "line": value.line, "destination": value.destination,
        "answer": value.answer, "answers": [as_data(one, language) for one in value.results],
    }  # fmt: skip


@as_data.register
def _(value: Reached, language: str = "en") -> Data:
    notes = [as_data(note, language) for note in value.notes]
    return _outcome(value) | {"hops": list(value.hops), "notes": notes}


@as_data.register(Blocked)
@as_data.register(Unknown)
def _(value: Blocked | Unknown, language: str = "en") -> Data:
    return _outcome(value) | {
        "at": value.at, "why": str(value.why), "sentence": sentences.sentence(value.why, language),
        "detail": value.what if isinstance(value, Unknown) else value.detail,
        "file": value.path, "line": value.line,
    }  # fmt: skip


def _outcome(value: Reached | Blocked | Unknown) -> Data:
    return {"answer": named(value), "subnet": value.subnet, "scenario": dict(value.scenario)}


@as_data.register
def _(value: Note, language: str = "en") -> Data:
    code = value.code
    return {"code": str(code), "detail": value.detail, "sentence": sentences.sentence(code, language)}


# --- ENIs and choices ---------------------------------------------------------------------------


@as_data.register
def _(value: EniPlan, language: str = "en") -> Data:
    plan = value.plan
    return {
        "scenario": dict(value.scenario),
        "enis": plan.enis,
        "combinations": [
            {"subnet": one.subnet, "security-groups": list(one.security_groups), "functions": list(names)}
            for one, names in plan.combinations.items()
        ],
        "shares": [list(names) for names in plan.shares],
        "outside": list(plan.outside),
        "quota": plan.quota,
        "within-quota": plan.within_quota,
        "open": list(value.open),
    }


@as_data.register
def _(value: Choices, language: str = "en") -> Data:
    return {
        "functions": [as_data(one) for one in value.functions],
        "destinations": [as_data(one) for one in value.destinations],
        "parameters": [as_data(one) for one in value.parameters],
        "zones": list(value.zones),
    }


@as_data.register
def _(value: FunctionChoice, language: str = "en") -> Data:
    return {"name": value.name, "line": value.line, "in-vpc": value.in_vpc}


@as_data.register
def _(value: Destination, language: str = "en") -> Data:
    return {"text": value.text, "kind": value.kind, "in-template": value.in_template, "port": value.port}


@as_data.register
def _(value: ParameterChoice, language: str = "en") -> Data:
    return {
        "name": value.name, "type": value.type, "line": value.line, "default": value.default,
        "allowed": list(value.allowed), "description": value.description, "given": value.given,
        "decides": value.decides,
    }  # fmt: skip


# --- policies -----------------------------------------------------------------------------------


@as_data.register
def _(value: PolicyAnswer, language: str = "en") -> Data:
    return {
        "answer": value.answer,
        "explicit": value.explicit,
        "statement": as_data(value.statement) if value.statement else None,
        "question": value.question,
        "others": [as_data(one, language) for one in value.others],
        "request": as_data(value.request),
        "findings": [as_data(one) for one in value.findings],
    }


@as_data.register
def _(value: Statement, language: str = "en") -> Data:
    return {"layer": value.layer, "name": value.name, "file": value.file, "line": value.line}


@as_data.register
def _(value: Other, language: str = "en") -> Data:
    return as_data(value.statement) | {
        "why": str(value.why), "sentence": sentences.sentence(value.why, language), "detail": value.detail,
    }  # fmt: skip


@as_data.register
def _(value: Request, language: str = "en") -> Data:
    return {
        "action": value.action,
        "resources": list(value.resources),
        "principal": value.principal,
        "context": {key: _key(given) for key, given in value.context.items()},
        "management-account": value.management_account,
    }


def _key(given: object) -> Mapping[str, object]:
    """A condition key of a request: its values; `present` without values where they are not documented."""
    values = texts(given)
    open_ = values == PRESENT
    return {"present": bool(values), "values": [] if open_ else list(values)}
