"""Which file makes which kind of resource."""

from collections.abc import Callable, Mapping

from samulator.servers.aws.resources import (
    api_keys,
    cognito,
    dynamodb,
    ecr,
    events,
    iam,
    kinesis,
    kms,
    logs,
    s3,
    secrets,
    sns,
    sqs,
    step_functions,
)
from samulator.servers.aws.resources.api import Api
from samulator.servers.aws.resources.plain import PLAIN
from samulator.template.model import Resource

Make = Callable[[Resource, Api], None]

MAKE: Mapping[str, Make] = {
    **PLAIN,
    "AWS::ApiGateway::ApiKey": api_keys.create_api_key,
    "AWS::Cognito::UserPool": cognito.create_user_pool,
    "AWS::Cognito::UserPoolClient": cognito.create_client,
    "AWS::Cognito::UserPoolGroup": cognito.create_group,
    "AWS::Cognito::UserPoolUser": cognito.create_user,
    "AWS::DynamoDB::GlobalTable": dynamodb.create_global_table,
    "AWS::DynamoDB::Table": dynamodb.create_table,
    "AWS::ECR::Repository": ecr.create_repository,
    "AWS::Events::Archive": events.create_archive,
    "AWS::Events::Rule": events.create_rule,
    "AWS::IAM::ManagedPolicy": iam.create_managed_policy,
    "AWS::IAM::Policy": iam.create_policy,
    "AWS::IAM::Role": iam.create_role,
    "AWS::KMS::Alias": kms.create_alias,
    "AWS::KMS::Key": kms.create_key,
    "AWS::Kinesis::Stream": kinesis.create_stream,
    "AWS::Logs::LogGroup": logs.create_log_group,
    "AWS::Logs::LogStream": logs.create_log_stream,
    "AWS::Logs::SubscriptionFilter": logs.create_subscription_filter,
    "AWS::S3::Bucket": s3.create_bucket,
    "AWS::S3::BucketPolicy": s3.create_bucket_policy,
    "AWS::SNS::Subscription": sns.create_subscription,
    "AWS::SNS::Topic": sns.create_topic,
    "AWS::SNS::TopicPolicy": sns.create_topic_policy,
    "AWS::SQS::Queue": sqs.create_queue,
    "AWS::SQS::QueuePolicy": sqs.create_queue_policy,
    "AWS::Scheduler::Schedule": events.create_schedule,
    "AWS::SecretsManager::Secret": secrets.create_secret,
    "AWS::StepFunctions::StateMachine": step_functions.create_state_machine,
}

# What has to wait until everything is there, because two resources may name each other.
FINISH: Mapping[str, Make] = {
    "AWS::S3::Bucket": s3.finish_bucket,
    "AWS::SQS::Queue": sqs.finish_queue,
}
