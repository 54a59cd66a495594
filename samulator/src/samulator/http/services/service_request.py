"""A request to a service of AWS, by the action or the path that an integration names."""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

# Services whose actions are told by a header and whose bodies are JSON: prefix, version of JSON.
_JSON_TARGETS = {
    "dynamodb": ("DynamoDB_20120810", "1.0"),
    "events": ("AWSEvents", "1.1"),
    "kinesis": ("Kinesis_20131202", "1.1"),
    "secretsmanager": ("secretsmanager", "1.1"),
    "ssm": ("AmazonSSM", "1.1"),
    "states": ("AWSStepFunctions", "1.0"),
    "cognito-idp": ("AWSCognitoIdentityProviderService", "1.1"),
}
# Versions that requests in AWS's query protocol name, where they name none themselves.
_QUERY_VERSIONS = {"sqs": "2012-11-05", "sns": "2010-03-31"}
_FORM = "application/x-www-form-urlencoded"


class UnknownService(Exception):
    """No such service is served on this machine; the message names it."""


@dataclass
class ServiceRequest:
    """What goes to the service; `headers` are by lower-case names."""

    service: str
    method: str
    path: str = "/"
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""


def service_request(service: str, target: str, method: str) -> ServiceRequest:
    """Return a request without body for a URI's "action/Name" or "path/where".

    Raises UnknownService.
    """
    kind, _, rest = target.partition("/")
    if kind == "path":
        return _by_path(service, rest, method)
    name, _, query = rest.partition("&")
    if service in _JSON_TARGETS:
        prefix, version = _JSON_TARGETS[service]
        headers = {
            "x-amz-target": f"{prefix}.{name}",
            "content-type": f"application/x-amz-json-{version}",
        }
        return ServiceRequest(service, "POST", headers=headers)
    if service in _QUERY_VERSIONS:
        # In the body, where the local services read it, though API Gateway has it in the query.
        said = {"Action": name, **dict(parse_qsl(query))}
        return ServiceRequest(service, "POST", query=said, headers={"content-type": _FORM})
    raise UnknownService(f"{service} is asked for {name}, and answers no API here")


def _by_path(service: str, where: str, method: str) -> ServiceRequest:
    path, _, query = where.partition("?")
    if service not in ("s3", *_QUERY_VERSIONS, *_JSON_TARGETS):
        raise UnknownService(f"{service} answers no API here")
    headers = {"content-type": _FORM} if service in _QUERY_VERSIONS else {}
    return ServiceRequest(
        service, method, f"/{path}", query=dict(parse_qsl(query)), headers=headers
    )


def finish(request: ServiceRequest) -> ServiceRequest:
    """Move what the query protocol says into one form, and complete it."""
    if request.service not in _QUERY_VERSIONS:
        return request
    # Of the body too: a template writes it unquoted, and its values may hold "=" and "&" of JSON.
    said = {**_form(request.body), **request.query}
    said.setdefault("Version", _QUERY_VERSIONS[request.service])
    request.query, request.body, request.method = {}, urlencode(said), "POST"
    request.headers["content-type"] = _FORM
    return request


def _form(body: str) -> dict[str, str]:
    return dict(parse_qsl(body, keep_blank_values=True))
