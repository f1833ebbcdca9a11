"""W9807: an action that AWS does not list, where stock cfn-lint does not look."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from cfnlint.template import Template

from lambda_vpc.iam import service_reference
from lambda_vpc.rules._policies import Path, Statement, matching_actions
from lambda_vpc.rules._rule import StatementRule


class UnknownAction(StatementRule):
    """An action that AWS does not list

    What:
        A statement names an action that is not in the Service Authorization Reference. cfn-lint's own rule
        W3037 reports this for most policies; this rule adds the places W3037 leaves out: service control
        policies, endpoint policies, some resource policies and all templates with the SAM transform.

    Why:
        No request bears a misspelled name: the Allow grants nothing and the Deny denies nothing. It is a
        warning because an action may be newer than the data this rule reads.

    Wrong:
        condition-keys/approved-vpc-scp#misspelled-action

    Right:
        condition-keys/approved-vpc-scp
    """

    id = "W9807"
    shortdesc = "Action that AWS does not list"
    description = "An action must exist; covers the policies that W3037 does not look into"
    source_url = (
        "https://docs.aws.amazon.com/service-authorization/latest/reference/"
        "reference_policies_actions-resources-contextkeys.html"
    )

    def findings(self, statement: Statement, cfn: Template) -> Iterator[tuple[Path, str]]:
        if statement.resource_type in STOCK_CHECKS_ACTIONS and not cfn.has_serverless_transform():
            return
        for element in ("Action", "NotAction"):
            for part in statement.actions(element):
                if part.value != "*" and matching_actions(part.value) == ():
                    yield part.path, _message(part.value)


STOCK_CHECKS_ACTIONS = frozenset(
    {
        "AWS::ECR::Repository",
        "AWS::IAM::Group",
        "AWS::IAM::GroupPolicy",
        "AWS::IAM::ManagedPolicy",
        "AWS::IAM::Policy",
        "AWS::IAM::Role",
        "AWS::IAM::RolePolicy",
        "AWS::IAM::User",
        "AWS::IAM::UserPolicy",
        "AWS::KMS::Key",
        "AWS::OpenSearchService::Domain",
        "AWS::S3::BucketPolicy",
        "AWS::SNS::TopicPolicy",
        "AWS::SQS::QueuePolicy",
        "AWS::SSO::PermissionSet",
    }
)
"""Resource types whose policies cfn-lint's W3037 reads; it leaves templates with SAM alone."""


def _message(written: str) -> str:
    service = written.partition(":")[0].lower()
    known = {name.lower(): name for name in service_reference.actions(service)}
    near = difflib.get_close_matches(written.lower(), known, 1, 0.6)
    mend = (
        f"Did you mean '{known[near[0]]}'?"
        if near
        else "Use a name from the Service Authorization Reference."
    )
    return f"AWS lists no action '{written}'. {mend}"
