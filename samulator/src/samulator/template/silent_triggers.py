"""What would call a function on AWS and calls none here, so that nobody waits for it."""

from collections.abc import Iterator, Mapping

from samulator.template.functions import function_name
from samulator.template.model import Resource

_PERMISSION, _POOL = "AWS::Lambda::Permission", "AWS::Cognito::UserPool"
_PLAN, _FIREHOSE = "AWS::ApiGateway::UsagePlan", "AWS::KinesisFirehose::DeliveryStream"
# What pools of this machine call a function for; others are for sending.
POOL_TRIGGERS = frozenset(
    (
        *("CreateAuthChallenge", "CustomMessage", "DefineAuthChallenge", "PostAuthentication"),
        *("PostConfirmation", "PreAuthentication", "PreSignUp", "PreTokenGeneration"),
        *("UserMigration", "VerifyAuthChallengeResponse"),
    )
)
_TOKENS, _NO_TRIGGERS = "PreTokenGenerationConfig", ("KMSKeyID",)
_KINDS = {
    "AWS::IoT::TopicRule": "there is no IoT here",
    "AWS::Logs::SubscriptionFilter": "functions log to files here, not to log groups",
}
# Services that call a function without a resource of their own, by who may invoke it.
_CALLERS = {
    "alexa-appkit.amazon.com": "Alexa",
    "alexa-connectedhome.amazon.com": "Alexa",
    "lex.amazonaws.com": "Lex",
    "lexv2.amazonaws.com": "Lex",
    "connect.amazonaws.com": "Connect",
    "ses.amazonaws.com": "SES",
    "config.amazonaws.com": "Config",
}


def pool_triggers(resource: Resource) -> Mapping[str, object]:
    """Return the functions that a user pool calls, by the names of their triggers."""
    called = resource.properties.get("LambdaConfig")
    if resource.type != _POOL or not isinstance(called, dict):
        return {}
    functions = {
        name: each.get("LambdaArn") if isinstance(each, dict) else each
        for name, each in called.items()
        if name not in _NO_TRIGGERS
    }
    if _TOKENS in functions:
        # The way to name the version of its event.
        functions["PreTokenGeneration"] = functions.pop(_TOKENS)
    return functions


def idle_triggers(resources: Mapping[str, Resource]) -> dict[str, str]:
    """Why each resource that is a trigger and nothing else does not fire, by its logical id."""
    idle = {}
    for logical_id, resource in resources.items():
        if resource.type in _KINDS:
            idle[logical_id] = f"does not fire here: {_KINDS[resource.type]}"
        principal = str(resource.properties.get("Principal", ""))
        if resource.type == _PERMISSION and principal in _CALLERS:
            name = function_name(resource.properties.get("FunctionName"))
            idle[logical_id] = f"{_CALLERS[principal]} is not here, invoke {name} by hand"
    return idle


def silent_settings(resources: Mapping[str, Resource]) -> Iterator[str]:
    """A line for each resource that is here, but for some of its settings."""
    for resource in resources.values():
        if resource.type == _PLAN and {"Throttle", "Quota"} & resource.properties.keys():
            yield f"{resource.place}: limits and quotas of usage plans do not count here"
        if resource.type == _FIREHOSE and ":function:" in str(resource.properties):
            yield f"{resource.place}: its records are stored as they come, no function changes them"
