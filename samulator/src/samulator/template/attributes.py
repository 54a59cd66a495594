"""What Ref and GetAtt give for each type of resource: values as the resource would have on AWS.

In the texts, `{name}` is the physical name, `{id}` the logical id, `{lower}` its letters and
digits in lower case, `{hash}` forty hexadecimal digits made of it, `{url}` where AWS's services
answer here.
"""

from collections.abc import Mapping

# The property that names a resource, with dots between the levels of it; without it the logical
# id does.
NAME_PROPERTIES: Mapping[str, str] = {
    "AWS::ApiGateway::ApiKey": "Name",
    "AWS::ApiGateway::RestApi": "Name",
    "AWS::ApiGateway::Stage": "StageName",
    "AWS::ApiGateway::UsagePlan": "UsagePlanName",
    "AWS::ApiGatewayV2::Api": "Name",
    "AWS::ApiGatewayV2::Stage": "StageName",
    "AWS::Athena::WorkGroup": "Name",
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::CloudWatch::Dashboard": "DashboardName",
    "AWS::Cognito::UserPool": "UserPoolName",
    "AWS::Cognito::UserPoolClient": "ClientName",
    "AWS::Cognito::UserPoolDomain": "Domain",
    "AWS::Cognito::UserPoolGroup": "GroupName",
    "AWS::Cognito::UserPoolUser": "Username",
    "AWS::DynamoDB::GlobalTable": "TableName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::ECR::Repository": "RepositoryName",
    "AWS::EMRServerless::Application": "Name",
    "AWS::Events::ApiDestination": "Name",
    "AWS::Events::Connection": "Name",
    "AWS::Events::EventBus": "Name",
    "AWS::Events::Rule": "Name",
    "AWS::Glue::Database": "DatabaseInput.Name",
    "AWS::Glue::Table": "TableInput.Name",
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::User": "UserName",
    "AWS::KMS::Alias": "AliasName",
    "AWS::Kinesis::Stream": "Name",
    "AWS::KinesisFirehose::DeliveryStream": "DeliveryStreamName",
    "AWS::Lambda::Alias": "Name",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Lambda::LayerVersion": "LayerName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::Pipes::Pipe": "Name",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SES::ConfigurationSet": "Name",
    "AWS::SES::EmailIdentity": "EmailIdentity",
    "AWS::SES::Template": "Template.TemplateName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::SSM::Document": "Name",
    "AWS::SSM::Parameter": "Name",
    "AWS::Scheduler::Schedule": "Name",
    "AWS::Scheduler::ScheduleGroup": "Name",
    "AWS::SecretsManager::Secret": "Name",
    "AWS::StepFunctions::Activity": "Name",
    "AWS::StepFunctions::StateMachine": "StateMachineName",
}

# The property that makes one of these a FIFO, whose name ends in .fifo.
FIFO_PROPERTIES: Mapping[str, str] = {
    "AWS::SNS::Topic": "FifoTopic",
    "AWS::SQS::Queue": "FifoQueue",
}

# AWS names a stream by the time at which it was enabled.
STREAM_LABEL = "2020-01-01T00:00:00.000"
_LAMBDA = "arn:aws:lambda:{region}:{account}"
_FUNCTION = _LAMBDA + ":function:{name}"
_QUEUE_URL = "{url}/{account}/{name}"
_SECRET = "arn:aws:secretsmanager:{region}:{account}:secret:{name}-{hash:.6}"  # noqa: S105 # nosec B105
_POOL = "{region}_{hash:.9}"
_TABLE = "arn:aws:dynamodb:{region}:{account}:table/{name}"
_STATE_MACHINE = "arn:aws:states:{region}:{account}:stateMachine:{name}"
_JOBS = "{hash:.16}"
_EVENTS = "arn:aws:events:{region}:{account}"
_UUID = "{hash:.8}-0000-4000-8000-{hash:.12}"

# Ref; the physical name of a type in NAME_PROPERTIES, else the logical id.
REFS: Mapping[str, str] = {
    "AWS::ApiGateway::ApiKey": "{id}",
    "AWS::ApiGateway::RestApi": "{id}",
    "AWS::ApiGateway::UsagePlan": "{id}",
    "AWS::ApiGatewayV2::Api": "{id}",
    "AWS::AppSync::GraphQLApi": "arn:aws:appsync:{region}:{account}:apis/{id}",
    "AWS::CertificateManager::Certificate": "arn:aws:acm:{region}:{account}:certificate/{id}",
    "AWS::CloudFormation::Stack": "{stack}",
    "AWS::Cognito::IdentityPool": "{region}:" + _UUID,
    "AWS::Cognito::UserPool": _POOL,
    "AWS::Cognito::UserPoolClient": "{hash:.26}",
    "AWS::EMRServerless::Application": _JOBS,
    "AWS::IAM::ManagedPolicy": "arn:aws:iam::{account}:policy/{name}",
    "AWS::KMS::Key": _UUID,
    "AWS::Lambda::EventSourceMapping": _UUID,
    "AWS::Lambda::LayerVersion": _LAMBDA + ":layer:{name}:1",
    "AWS::Lambda::Url": "{function}",
    "AWS::SNS::Topic": "arn:aws:sns:{region}:{account}:{name}",
    "AWS::SQS::Queue": _QUEUE_URL,
    "AWS::SecretsManager::Secret": _SECRET,
    "AWS::SecretsManager::SecretTargetAttachment": "{secret}",
    "AWS::StepFunctions::Activity": "arn:aws:states:{region}:{account}:activity:{name}",
    "AWS::StepFunctions::StateMachine": _STATE_MACHINE,
}

ATTRIBUTES: Mapping[str, Mapping[str, str]] = {
    "AWS::ApiGateway::RestApi": {"RootResourceId": "{lower}root", "RestApiId": "{id}"},
    "AWS::ApiGateway::Resource": {"ResourceId": "{id}"},
    "AWS::ApiGatewayV2::Api": {
        "ApiEndpoint": "{scheme}://{id}.execute-api.{region}.amazonaws.com",
        "ApiId": "{id}",
    },
    "AWS::Cognito::UserPool": {
        "Arn": "arn:aws:cognito-idp:{region}:{account}:userpool/" + _POOL,
        "ProviderName": "cognito-idp.{region}.amazonaws.com/" + _POOL,
        "ProviderURL": "https://cognito-idp.{region}.amazonaws.com/" + _POOL,
        "UserPoolId": _POOL,
    },
    "AWS::Cognito::UserPoolClient": {
        "ClientId": "{hash:.26}",
        "ClientSecret": "{hash}",
        "Name": "{name}",
    },
    "AWS::DynamoDB::Table": {
        "Arn": _TABLE,
        "StreamArn": _TABLE + f"/stream/{STREAM_LABEL}",
    },
    "AWS::EMRServerless::Application": {
        "ApplicationId": _JOBS,
        "Arn": "arn:aws:emr-serverless:{region}:{account}:/applications/" + _JOBS,
    },
    "AWS::Events::ApiDestination": {"Arn": _EVENTS + ":api-destination/{name}/" + _UUID},
    "AWS::Events::Connection": {"Arn": _EVENTS + ":connection/{name}/" + _UUID},
    "AWS::Events::EventBus": {
        "Arn": "arn:aws:events:{region}:{account}:event-bus/{name}",
        "Name": "{name}",
    },
    "AWS::Events::Rule": {"Arn": "arn:aws:events:{region}:{account}:rule/{bus}{name}"},
    "AWS::IAM::ManagedPolicy": {"PolicyArn": "arn:aws:iam::{account}:policy/{name}"},
    "AWS::IAM::Role": {"Arn": "arn:aws:iam::{account}:role/{name}", "RoleId": "AROA{hash:.16}"},
    "AWS::IAM::User": {"Arn": "arn:aws:iam::{account}:user/{name}"},
    "AWS::KMS::Key": {
        "Arn": "arn:aws:kms:{region}:{account}:key/" + _UUID,
        "KeyId": _UUID,
    },
    "AWS::Kinesis::Stream": {"Arn": "arn:aws:kinesis:{region}:{account}:stream/{name}"},
    "AWS::KinesisFirehose::DeliveryStream": {
        "Arn": "arn:aws:firehose:{region}:{account}:deliverystream/{name}"
    },
    "AWS::Lambda::Function": {"Arn": _FUNCTION},
    "AWS::Lambda::LayerVersion": {"LayerVersionArn": _LAMBDA + ":layer:{name}:1"},
    "AWS::Lambda::Url": {
        "FunctionArn": "{function}",
        "FunctionUrl": "https://{lower}.lambda-url.{region}.on.aws/",
    },
    "AWS::Logs::LogGroup": {"Arn": "arn:aws:logs:{region}:{account}:log-group:{name}:*"},
    "AWS::Pipes::Pipe": {"Arn": "arn:aws:pipes:{region}:{account}:pipe/{name}"},
    "AWS::S3::Bucket": {
        "Arn": "arn:aws:s3:::{name}",
        "DomainName": "{name}.s3.amazonaws.com",
        "DualStackDomainName": "{name}.s3.dualstack.{region}.amazonaws.com",
        "RegionalDomainName": "{name}.s3.{region}.amazonaws.com",
        "WebsiteURL": "http://{name}.s3-website-{region}.amazonaws.com",
    },
    "AWS::SNS::Topic": {
        "TopicArn": "arn:aws:sns:{region}:{account}:{name}",
        "TopicName": "{name}",
    },
    "AWS::SQS::Queue": {
        "Arn": "arn:aws:sqs:{region}:{account}:{name}",
        "QueueName": "{name}",
        "QueueUrl": _QUEUE_URL,
    },
    "AWS::Scheduler::Schedule": {
        "Arn": "arn:aws:scheduler:{region}:{account}:schedule/{group}/{name}"
    },
    "AWS::Scheduler::ScheduleGroup": {
        "Arn": "arn:aws:scheduler:{region}:{account}:schedule-group/{name}"
    },
    "AWS::SecretsManager::Secret": {"Id": _SECRET},
    "AWS::StepFunctions::Activity": {
        "Arn": "arn:aws:states:{region}:{account}:activity:{name}",
        "Name": "{name}",
    },
    "AWS::StepFunctions::StateMachine": {"Arn": _STATE_MACHINE, "Name": "{name}"},
}

# Of what runs on AWS alone: the values have the right shape, and nobody answers there.
_RDS_HOST = "{lower}.{hash:.12}.{region}.rds.amazonaws.com"
_CACHE_HOST = "{lower}.{hash:.6}.cache.amazonaws.com"
_SEARCH_HOST = "search-{lower}-{hash:.26}.{region}.es.amazonaws.com"
ELSEWHERE: Mapping[str, Mapping[str, str]] = {
    "AWS::AppSync::GraphQLApi": {
        "GraphQLUrl": "https://{hash:.26}.appsync-api.{region}.amazonaws.com/graphql",
    },
    "AWS::CloudFront::Distribution": {"DomainName": "d{hash:.13}.cloudfront.net"},
    "AWS::ECR::Repository": {
        "RepositoryUri": "{account}.dkr.ecr.{region}.amazonaws.com/{lower}",
    },
    "AWS::ElastiCache::CacheCluster": {
        "RedisEndpoint.Address": _CACHE_HOST,
        "RedisEndpoint.Port": "6379",
    },
    "AWS::ElastiCache::ReplicationGroup": {
        "PrimaryEndPoint.Address": _CACHE_HOST,
        "PrimaryEndPoint.Port": "6379",
    },
    "AWS::ElastiCache::ServerlessCache": {
        "Endpoint.Address": _CACHE_HOST,
        "Endpoint.Port": "6379",
    },
    "AWS::ElasticLoadBalancingV2::LoadBalancer": {
        "DNSName": "{lower}-{hash:.10}.{region}.elb.amazonaws.com",
    },
    "AWS::OpenSearchServerless::Collection": {
        "CollectionEndpoint": "https://{hash:.20}.{region}.aoss.amazonaws.com",
    },
    "AWS::OpenSearchService::Domain": {"DomainEndpoint": _SEARCH_HOST},
    "AWS::RDS::DBCluster": {
        "Endpoint.Address": _RDS_HOST,
        "Endpoint.Port": "5432",
        "ReadEndpoint.Address": _RDS_HOST,
    },
    "AWS::RDS::DBInstance": {"Endpoint.Address": _RDS_HOST, "Endpoint.Port": "5432"},
    "AWS::RDS::DBProxy": {"Endpoint": _RDS_HOST},
}
