"""W9807: an action that AWS does not list, where stock cfn-lint does not look."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from lambda_vpc.iam import service_reference
from lambda_vpc.rules._policies import Statement, matching_actions
from lambda_vpc.rules._rule import Finding, statement_rule
from lambda_vpc.rules._subject import Subject


@statement_rule(
    "W9807",
    "https://docs.aws.amazon.com/service-authorization/latest/reference/"
    "reference_policies_actions-resources-contextkeys.html",
)
def unknown_action(statement: Statement, subject: Subject) -> Iterator[Finding]:
    """Action that AWS does not list

    What:
        A statement names an action that is not in the Service Authorization Reference. cfn-lint's own rule
        W3037 reports this for most policies; this rule adds the places W3037 leaves out: service control
        policies, endpoint policies, some resource policies and all templates with the SAM transform.
        Without cfn-lint, as in lambda-vpc check, this rule reports every policy.

    Why:
        No request has a misspelled name: the Allow grants nothing and the Deny denies nothing. It is a
        warning because an action may be newer than the data this rule reads. A placeholder such as
        <service>:<action> is not reported, nor is a service that AWS no longer lists.

    Wrong:
        condition-keys/approved-vpc-scp#misspelled-action

    Right:
        condition-keys/approved-vpc-scp
    """
    if statement.resource_type in STOCK_CHECKS_ACTIONS and not subject.is_sam and not subject.alone:
        return
    for element in ("Action", "NotAction"):
        for part in statement.actions(element):
            if part.value != "*" and matching_actions(part.value) == () and _is_judged(part.value):
                yield Finding(part.path, _message(part.value))


_OFTEN_WRITTEN = ("dynamodb", "ec2", "events", "iam", "kms", "lambda", "logs", "s3", "sns", "sqs", "sts")


def _is_judged(written: str) -> bool:
    """Whether AWS lists the service, or one whose name is near: a retired service is in no list."""
    service = written.partition(":")[0].lower()
    return (
        ":" not in written
        or bool(service_reference.actions(service))
        or bool(difflib.get_close_matches(service, _OFTEN_WRITTEN, 1, 0.8))
    )


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
