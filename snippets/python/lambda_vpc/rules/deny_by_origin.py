"""W9810: a Deny by the caller's network also stops the calls that Lambda makes itself."""

from __future__ import annotations

from collections.abc import Iterator

from lambda_vpc.cloudformation.roles import functions_of, policies_of
from lambda_vpc.rules._execution_role import is_connected
from lambda_vpc.rules._policies import IDENTITY, SCP, ConditionUse, Statement
from lambda_vpc.rules._rule import LAMBDA_GUIDE, Finding, statement_rule
from lambda_vpc.rules._subject import Network, Subject

_CREATE = "ec2:CreateNetworkInterface"

_OF_A_VPC = frozenset({"aws:sourcevpc", "aws:sourcevpcarn", "aws:sourcevpce", "aws:vpcsourceip"})
"""Keys of requests that come through a VPC endpoint; Lambda's own calls do not (fact D09)."""


@statement_rule("W9810", f"{LAMBDA_GUIDE}/permissions-source-function-arn.html")
def deny_by_origin(statement: Statement, subject: Subject) -> Iterator[Finding]:
    """Deny by network that also stops Lambda's own calls

    What:
        A Deny covers ec2:CreateNetworkInterface and applies to every call that does not come from a VPC, an
        endpoint or an address range: aws:SourceVpc, aws:SourceVpce, aws:VpcSourceIp or aws:SourceIp. Reported
        for a service control policy, and for a policy of the execution role of a function with VpcConfig.
        With any condition on the caller, such as aws:PrincipalArn, the rule reports nothing.

    Why:
        Lambda itself creates the ENIs of a function, with the execution role and not from your network. The
        Deny stops that call. aws:ViaAWSService does not exempt it, because that key is false when a service
        uses a role. The error then blames the execution role.

        Leave the ENI actions out of the Deny. A Deny that should stop only function code tests
        lambda:SourceFunctionArn, which Lambda's own calls for ENIs do not carry.

    Wrong:
        condition-keys/approved-vpc-scp#from-vpc-only

    Right:
        condition-keys/approved-vpc-scp
        permissions/deny-function-code
    """
    if statement.effect != "Deny" or statement.covers(_CREATE) is not True:
        return
    uses = list(statement.conditions())
    origins = [use for use in uses if use.key.lower() in _OF_A_VPC or use.key.lower() == "aws:sourceip"]
    if not origins or not statement.has_only(uses) or not all(map(_strikes_lambda, uses)):
        return
    if statement.kind == SCP or (statement.kind == IDENTITY and _is_of_execution_role(statement, subject)):
        yield Finding(
            origins[0].part.path,
            f"Lambda calls {_CREATE} with the execution role, but not from your network: this Deny on "
            f"'{origins[0].key}' stops functions from connecting to a VPC. Leave the six ENI actions out of "
            "it, or spare the execution roles with 'aws:PrincipalArn'.",
        )


def _strikes_lambda(use: ConditionUse) -> bool:
    """Whether the condition certainly holds for a call that Lambda makes with an execution role."""
    key = use.key.lower()
    values = [item.value for item in use.part.items()]
    if key in _OF_A_VPC:
        return use.holds_when_absent is True
    if key == "aws:sourceip":
        plain = all(isinstance(value, str) and value not in ("0.0.0.0/0", "::/0") for value in values)
        return use.operator.name == "NotIpAddress" and use.operator.set_operator is None and plain
    if key in ("aws:viaawsservice", "aws:principalisawsservice"):
        # Both are false for a call with a role (IAM User Guide, global condition keys).
        return use.operator.name == "Bool" and {str(value).lower() for value in values} == {"false"}
    return False


def _is_of_execution_role(statement: Statement, subject: Subject) -> bool:
    return any(_has_it(network, statement) for network in subject.networks)


def _has_it(network: Network, statement: Statement) -> bool:
    for role in network.scenario.by_type.get("AWS::IAM::Role", ()):
        if any(is_connected(function) for function in functions_of(network.scenario, role)):
            for policy in policies_of(network.scenario, role):
                at = (policy.holder.logical_id, policy.key_path)
                if policy.attached is True and at == (statement.holder, statement.document.path):
                    return True
    return False
