"""Which of the ENI actions AWS managed policies allow on every resource; held against moto by a test.

A choice of the policies that functions carry. A policy that is missing here is unknown, never empty.
"""

from __future__ import annotations

from collections.abc import Mapping

ENI_ACTIONS = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
)
"""What the execution role of a function with `VpcConfig` needs (fact R04)."""

_SUBNETS = ("ec2:DescribeSubnets",)
_READ = ("ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets")
_WITHOUT_ADDRESSES = (
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
)

MANAGED_POLICIES: Mapping[str, tuple[str, ...]] = {
    "AWSAppSyncInvokeFullAccess": (),
    "AWSCodeDeployRoleForLambda": (),
    "AWSKeyManagementServicePowerUser": (),
    "AWSLambdaBasicDurableExecutionRolePolicy": (),
    "AWSLambdaBasicExecutionRole": (),
    "AWSLambdaDynamoDBExecutionRole": (),
    "AWSLambdaENIManagementAccess": tuple(name for name in ENI_ACTIONS if name != "ec2:DescribeSubnets"),
    "AWSLambdaExecute": (),
    "AWSLambdaInvocation-DynamoDB": (),
    "AWSLambdaKinesisExecutionRole": (),
    "AWSLambdaMSKExecutionRole": _WITHOUT_ADDRESSES,
    "AWSLambdaRole": (),
    "AWSLambdaSQSQueueExecutionRole": (),
    "AWSLambdaVPCAccessExecutionRole": ENI_ACTIONS,
    "AWSLambda_FullAccess": _SUBNETS,
    "AWSLambda_ReadOnlyAccess": _SUBNETS,
    "AWSStepFunctionsFullAccess": (),
    "AWSXRayDaemonWriteAccess": (),
    "AWSXrayFullAccess": (),
    "AWSXrayWriteOnlyAccess": (),
    "AdministratorAccess": ENI_ACTIONS,
    "AmazonAPIGatewayInvokeFullAccess": (),
    "AmazonAthenaFullAccess": (),
    "AmazonBedrockFullAccess": _SUBNETS,
    "AmazonCognitoPowerUser": (),
    "AmazonDynamoDBFullAccess": _SUBNETS,
    "AmazonDynamoDBFullAccess_v2": _SUBNETS,
    "AmazonDynamoDBReadOnlyAccess": _SUBNETS,
    "AmazonEC2FullAccess": ENI_ACTIONS,
    "AmazonEC2ReadOnlyAccess": _READ,
    "AmazonElastiCacheFullAccess": _SUBNETS,
    "AmazonElasticFileSystemClientFullAccess": (),
    "AmazonElasticFileSystemClientReadWriteAccess": (),
    "AmazonElasticFileSystemFullAccess": _WITHOUT_ADDRESSES,
    "AmazonEventBridgeFullAccess": (),
    "AmazonKinesisFullAccess": (),
    "AmazonRDSDataFullAccess": (),
    "AmazonRDSFullAccess": _SUBNETS,
    "AmazonRDSReadOnlyAccess": _SUBNETS,
    "AmazonS3FullAccess": (),
    "AmazonS3ObjectLambdaExecutionRolePolicy": (),
    "AmazonS3ReadOnlyAccess": (),
    "AmazonSESFullAccess": (),
    "AmazonSNSFullAccess": (),
    "AmazonSQSFullAccess": (),
    "AmazonSSMFullAccess": (),
    "AmazonSSMManagedInstanceCore": (),
    "AmazonSSMReadOnlyAccess": (),
    "AmazonVPCFullAccess": ENI_ACTIONS,
    "CloudWatchAgentServerPolicy": (),
    "CloudWatchFullAccess": (),
    "CloudWatchFullAccessV2": (),
    "CloudWatchLambdaApplicationSignalsExecutionRolePolicy": (),
    "CloudWatchLambdaInsightsExecutionRolePolicy": (),
    "CloudWatchLogsFullAccess": (),
    "CloudWatchReadOnlyAccess": (),
    "PowerUserAccess": ENI_ACTIONS,
    "ReadOnlyAccess": _READ,
    "SecretsManagerReadWrite": _SUBNETS,
}
