"""cfn-lint rules for policies and networks of Lambda in a VPC: `cfn-lint template.yaml -a lambda_vpc.rules`.

The template comes first: cfn-lint takes every word after `-a` for the name of a set of rules. It loads a
module given there by instantiating each rule class in its namespace, so a rule is switched on by importing
it here. `lint` runs the same rules on a bare policy.
"""

from lambda_vpc.rules._run import CARRIERS, Finding, lint
from lambda_vpc.rules.for_all_values_without_null import ForAllValuesWithoutNull
from lambda_vpc.rules.function_in_public_subnet import FunctionInPublicSubnet
from lambda_vpc.rules.nat_without_way_out import NatWithoutWayOut
from lambda_vpc.rules.principal_in_scp import PrincipalInScp
from lambda_vpc.rules.resource_narrowed import ResourceNarrowed
from lambda_vpc.rules.role_with_some_interface_actions import RoleWithSomeInterfaceActions
from lambda_vpc.rules.role_without_interfaces import RoleWithoutInterfaces
from lambda_vpc.rules.route_targets import RouteTargets
from lambda_vpc.rules.security_group_in_subnet_ids import SecurityGroupInSubnetIds
from lambda_vpc.rules.set_operator_missing import SetOperatorMissing
from lambda_vpc.rules.set_operator_on_single_value import SetOperatorOnSingleValue
from lambda_vpc.rules.single_zone import SingleZone
from lambda_vpc.rules.unknown_action import UnknownAction
from lambda_vpc.rules.unsupported_condition_key import UnsupportedConditionKey

__all__ = [
    "CARRIERS",
    "Finding",
    "ForAllValuesWithoutNull",
    "FunctionInPublicSubnet",
    "NatWithoutWayOut",
    "PrincipalInScp",
    "ResourceNarrowed",
    "RoleWithSomeInterfaceActions",
    "RoleWithoutInterfaces",
    "RouteTargets",
    "SecurityGroupInSubnetIds",
    "SetOperatorMissing",
    "SetOperatorOnSingleValue",
    "SingleZone",
    "UnknownAction",
    "UnsupportedConditionKey",
    "lint",
]
