"""The properties of resource types, by the names that CloudFormation has for them.

Source: the CloudFormation resource provider schemas of us-east-1, as cfn-lint 1.58 has them, with
what is read-only; a test compares both.
"""

from collections.abc import Mapping

PROPERTY_NAMES: Mapping[str, frozenset[str]] = {
    "AWS::Cognito::UserPool": frozenset(
        (
            *("AccountRecoverySetting", "AdminCreateUserConfig", "AliasAttributes", "Arn"),
            *("AutoVerifiedAttributes", "DeletionProtection", "DeviceConfiguration"),
            *("EmailAuthenticationMessage", "EmailAuthenticationSubject", "EmailConfiguration"),
            *("EmailVerificationMessage", "EmailVerificationSubject", "EnabledMfas"),
            *("IssuerConfiguration", "KeyConfiguration", "LambdaConfig", "MfaConfiguration"),
            *("Policies", "ProviderName", "ProviderURL", "Schema", "SmsAuthenticationMessage"),
            *("SmsConfiguration", "SmsVerificationMessage", "UserAttributeUpdateSettings"),
            *("UserPoolAddOns", "UserPoolId", "UserPoolName", "UserPoolTags", "UserPoolTier"),
            *("UsernameAttributes", "UsernameConfiguration", "VerificationMessageTemplate"),
            *("WebAuthnFactorConfiguration", "WebAuthnRelyingPartyID"),
            "WebAuthnUserVerification",
        )
    ),
    "AWS::Cognito::UserPoolClient": frozenset(
        (
            *("AccessTokenValidity", "AllowedOAuthFlows", "AllowedOAuthFlowsUserPoolClient"),
            *("AllowedOAuthScopes", "AnalyticsConfiguration", "AuthSessionValidity"),
            *("CallbackURLs", "ClientId", "ClientName", "ClientSecret", "DefaultRedirectURI"),
            *("EnablePropagateAdditionalUserContextData", "EnableTokenRevocation"),
            *("ExplicitAuthFlows", "GenerateSecret", "IdTokenValidity", "LogoutURLs", "Name"),
            *("PreventUserExistenceErrors", "ReadAttributes", "RefreshTokenRotation"),
            *("RefreshTokenValidity", "SupportedIdentityProviders", "TokenValidityUnits"),
            *("UserPoolId", "WriteAttributes"),
        )
    ),
    "AWS::DynamoDB::Table": frozenset(
        (
            *("Arn", "AttributeDefinitions", "BillingMode", "ContributorInsightsSpecification"),
            *("DeletionProtectionEnabled", "GlobalSecondaryIndexes", "ImportSourceSpecification"),
            *("KeySchema", "KinesisStreamSpecification", "LocalSecondaryIndexes"),
            *("OnDemandThroughput", "PointInTimeRecoverySpecification", "ProvisionedThroughput"),
            *("ResourcePolicy", "SSESpecification", "StreamArn", "StreamSpecification"),
            *("TableClass", "TableName", "Tags", "TimeToLiveSpecification", "VectorIndexes"),
            "WarmThroughput",
        )
    ),
    "AWS::Events::EventBus": frozenset(
        (
            *("Arn", "DeadLetterConfig", "Description", "EventSourceName", "KmsKeyIdentifier"),
            *("LogConfig", "Name", "Policy", "Tags"),
        )
    ),
    "AWS::Events::Rule": frozenset(
        (
            *("Arn", "Description", "EventBusName", "EventPattern", "Name", "RoleArn"),
            *("RuleName", "ScheduleExpression", "State", "Tags", "Targets"),
        )
    ),
    "AWS::Kinesis::Stream": frozenset(
        (
            *("Arn", "DesiredShardLevelMetrics", "MaxRecordSizeInKiB", "Name"),
            *("RecordDistributionStrategy", "RetentionPeriodHours", "ShardCount"),
            *("StreamEncryption", "StreamModeDetails", "Tags", "WarmThroughputMiBps"),
            "WarmThroughputObject",
        )
    ),
    "AWS::Lambda::Function": frozenset(
        (
            *("Architectures", "Arn", "CapacityProviderConfig", "Code", "CodeSigningConfigArn"),
            *("DeadLetterConfig", "Description", "DurableConfig", "Environment"),
            *("EphemeralStorage", "FileSystemConfigs", "FunctionName", "FunctionScalingConfig"),
            *("Handler", "ImageConfig", "KmsKeyArn", "Layers", "LoggingConfig", "MemorySize"),
            *("PackageType", "PublishToLatestPublished", "RecursiveLoop"),
            *("ReservedConcurrentExecutions", "Role", "Runtime", "RuntimeManagementConfig"),
            *("SnapStart", "SnapStartResponse", "Tags", "TenancyConfig", "Timeout"),
            *("TracingConfig", "VpcConfig"),
        )
    ),
    "AWS::S3::Bucket": frozenset(
        (
            *("AbacStatus", "AccelerateConfiguration", "AccessControl"),
            *("AnalyticsConfigurations", "Arn", "BucketEncryption", "BucketName"),
            *("BucketNamePrefix", "BucketNamespace", "CorsConfiguration", "DomainName"),
            *("DualStackDomainName", "IntelligentTieringConfigurations"),
            *("InventoryConfigurations", "LifecycleConfiguration", "LoggingConfiguration"),
            *("MetadataConfiguration", "MetadataTableConfiguration", "MetricsConfigurations"),
            *("NotificationConfiguration", "ObjectLockConfiguration", "ObjectLockEnabled"),
            *("OwnershipControls", "PublicAccessBlockConfiguration", "RegionalDomainName"),
            *("ReplicationConfiguration", "Tags", "VersioningConfiguration"),
            *("WebsiteConfiguration", "WebsiteURL"),
        )
    ),
    "AWS::SNS::Topic": frozenset(
        (
            *("ArchivePolicy", "ContentBasedDeduplication", "DataProtectionPolicy"),
            *("DeliveryStatusLogging", "DisplayName", "FifoThroughputScope", "FifoTopic"),
            *("KmsMasterKeyId", "MaximumMessageSize", "SignatureVersion", "Subscription", "Tags"),
            *("TopicArn", "TopicName", "TracingConfig"),
        )
    ),
    "AWS::SQS::Queue": frozenset(
        (
            *("Arn", "ContentBasedDeduplication", "DeduplicationScope", "DelaySeconds"),
            *("FifoQueue", "FifoThroughputLimit", "KmsDataKeyReusePeriodSeconds"),
            *("KmsMasterKeyId", "MaximumMessageSize", "MessageRetentionPeriod", "QueueName"),
            *("QueueUrl", "ReceiveMessageWaitTimeSeconds", "RedriveAllowPolicy", "RedrivePolicy"),
            *("SqsManagedSseEnabled", "Tags", "VisibilityTimeout"),
        )
    ),
    "AWS::SSM::Parameter": frozenset(
        (
            *("AllowedPattern", "Arn", "DataType", "Description", "Name", "Policies", "Tags"),
            *("Tier", "Type", "Value"),
        )
    ),
    "AWS::SecretsManager::Secret": frozenset(
        (
            *("Description", "GenerateSecretString", "Id", "KmsKeyId", "Name", "ReplicaRegions"),
            *("SecretString", "Tags", "Type"),
        )
    ),
    "AWS::StepFunctions::StateMachine": frozenset(
        (
            *("Arn", "Definition", "DefinitionS3Location", "DefinitionString"),
            *("DefinitionSubstitutions", "EncryptionConfiguration", "LoggingConfiguration"),
            *("Name", "RoleArn", "StateMachineName", "StateMachineRevisionId"),
            *("StateMachineType", "Tags", "TracingConfiguration"),
        )
    ),
}
