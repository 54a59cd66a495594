"""Kinds whose properties are the parameters of one operation: a row each."""

from collections.abc import Mapping
from dataclasses import dataclass

from samulator.servers.aws.resources.api import Api
from samulator.template.model import Resource


@dataclass(frozen=True)
class Operation:
    """`service` and `operation` in boto3's words; `name` is the parameter of the resource's name.

    `renamed` are parameters that CloudFormation has other words for, `defaults` those that AWS
    has a value for and moto none.
    """

    service: str
    operation: str
    name: str | None = None
    renamed: Mapping[str, str] | None = None
    defaults: Mapping[str, str] | None = None

    def __call__(self, resource: Resource, api: Api) -> None:
        """Make the resource."""
        wanted = {**(self.defaults or {}), **resource.properties}
        for theirs, ours in (self.renamed or {}).items():
            wanted[ours] = wanted.pop(theirs, None)
        if self.name is not None:
            wanted[self.name] = resource.name
        api.call(self.service, self.operation, wanted)


PLAIN: Mapping[str, Operation] = {
    "AWS::AppConfig::Application": Operation("appconfig", "create_application", "Name"),
    "AWS::Athena::WorkGroup": Operation(
        "athena", "create_work_group", "Name", {"WorkGroupConfiguration": "Configuration"}
    ),
    "AWS::CloudWatch::Alarm": Operation("cloudwatch", "put_metric_alarm", "AlarmName"),
    "AWS::CloudWatch::Dashboard": Operation("cloudwatch", "put_dashboard", "DashboardName"),
    "AWS::Cognito::IdentityPool": Operation(
        "cognito-identity", "create_identity_pool", "IdentityPoolName"
    ),
    "AWS::Cognito::UserPoolDomain": Operation("cognito-idp", "create_user_pool_domain"),
    "AWS::Cognito::UserPoolResourceServer": Operation("cognito-idp", "create_resource_server"),
    "AWS::Cognito::UserPoolUserToGroupAttachment": Operation(
        "cognito-idp", "admin_add_user_to_group"
    ),
    "AWS::Events::ApiDestination": Operation("events", "create_api_destination", "Name"),
    "AWS::Events::Connection": Operation("events", "create_connection", "Name"),
    "AWS::Events::EventBus": Operation("events", "create_event_bus", "Name"),
    "AWS::Glue::Database": Operation("glue", "create_database"),
    "AWS::Glue::Table": Operation("glue", "create_table"),
    "AWS::IAM::Group": Operation("iam", "create_group", "GroupName"),
    "AWS::IAM::User": Operation("iam", "create_user", "UserName"),
    "AWS::Kinesis::StreamConsumer": Operation("kinesis", "register_stream_consumer"),
    "AWS::KinesisFirehose::DeliveryStream": Operation(
        "firehose", "create_delivery_stream", "DeliveryStreamName"
    ),
    "AWS::Logs::MetricFilter": Operation("logs", "put_metric_filter", "filterName"),
    "AWS::Logs::ResourcePolicy": Operation("logs", "put_resource_policy"),
    "AWS::SES::ConfigurationSet": Operation("sesv2", "create_configuration_set"),
    "AWS::SES::EmailIdentity": Operation("sesv2", "create_email_identity"),
    "AWS::SES::Template": Operation("ses", "create_template"),
    "AWS::SSM::Document": Operation(
        "ssm", "create_document", "Name", defaults={"DocumentType": "Command"}
    ),
    "AWS::SSM::Parameter": Operation("ssm", "put_parameter", "Name"),
    "AWS::Scheduler::ScheduleGroup": Operation("scheduler", "create_schedule_group", "Name"),
    "AWS::SecretsManager::ResourcePolicy": Operation(
        "secretsmanager", "put_resource_policy", None, {"ResourcePolicy": "ResourcePolicy"}
    ),
    "AWS::StepFunctions::Activity": Operation("stepfunctions", "create_activity", "name"),
}
