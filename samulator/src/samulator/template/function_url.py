"""Reads AWS::Lambda::Url.

https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html
"""

from collections.abc import Iterator

from samulator.template.invoked_function import InvokedFunctions
from samulator.template.model import Resource
from samulator.template.model_http import FunctionUrl
from samulator.template.open_api import read_cors_rules

FUNCTION_URL = "AWS::Lambda::Url"


def read_function_url(
    resource: Resource, functions: InvokedFunctions
) -> tuple[FunctionUrl | None, list[str]]:
    """Return the URL and what to warn about; None where its function does not run here."""
    properties = resource.properties
    target = properties.get("TargetFunctionArn")
    found = functions.find(target)
    if found is None:
        return None, [f"{resource.logical_id}: no function of this template is meant by {target}"]
    qualifier = properties.get("Qualifier") or found.qualifier
    url = FunctionUrl(
        id=resource.logical_id,
        function=found.logical_id,
        qualifier=None if qualifier is None else str(qualifier),
        iam=str(properties.get("AuthType", "NONE")).upper() == "AWS_IAM",
        streams=str(properties.get("InvokeMode", "")).upper() == "RESPONSE_STREAM",
        cors=read_cors_rules(properties.get("Cors")),
    )
    return url, [*_differences(url)]


def _differences(url: FunctionUrl) -> Iterator[str]:
    if url.streams:
        yield (
            f"{url.id}.InvokeMode: RESPONSE_STREAM is answered whole, for Lambda's Python runtime "
            "cannot stream"
        )
    if url.iam:
        yield f"{url.id}.AuthType: AWS_IAM lets everybody on this machine in"
