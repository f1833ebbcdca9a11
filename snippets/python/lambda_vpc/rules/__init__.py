"""cfn-lint rules for IAM policies around Lambda in a VPC: `cfn-lint -a lambda_vpc.rules template.yaml`.

cfn-lint loads a module given with `-a` by instantiating every rule class found in its namespace, so a rule
is switched on by importing it here.
"""

from lambda_vpc.rules.for_all_values_without_null import ForAllValuesWithoutNull
from lambda_vpc.rules.principal_in_scp import PrincipalInScp
from lambda_vpc.rules.resource_narrowed import ResourceNarrowed
from lambda_vpc.rules.set_operator_missing import SetOperatorMissing
from lambda_vpc.rules.set_operator_on_single_value import SetOperatorOnSingleValue
from lambda_vpc.rules.unknown_action import UnknownAction
from lambda_vpc.rules.unsupported_condition_key import UnsupportedConditionKey

__all__ = [
    "ForAllValuesWithoutNull",
    "PrincipalInScp",
    "ResourceNarrowed",
    "SetOperatorMissing",
    "SetOperatorOnSingleValue",
    "UnknownAction",
    "UnsupportedConditionKey",
]
