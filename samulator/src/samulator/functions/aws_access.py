"""What functions are given of AWS: the services of this machine, and nothing beyond."""

from dataclasses import replace
from urllib.parse import urlsplit

from samulator.functions.aws_guard import ALLOWED
from samulator.functions.custom_answers import VARIABLE as ANSWERS
from samulator.functions.execute_api import VARIABLE as CONNECTIONS
from samulator.servers.aws.iam.callers import caller_of
from samulator.template.model import Application


def with_aws_access(
    application: Application, url: str, *, allow_aws: bool = False, iam: bool = False
) -> Application:
    """Return the application with what its functions need to reach the services at `url`.

    An AWS_ENDPOINT_URL that the template or local.toml fills stays, and so do credentials.
    `allow_aws` lets functions out to AWS where their code or their variables name it; with `iam`
    each has the credentials of its own role.
    """
    functions = {}
    for name, function in application.functions.items():
        given = dict(function.environment)
        given["AWS_ENDPOINT_URL"] = given.get("AWS_ENDPOINT_URL") or url
        if allow_aws:
            given[ALLOWED] = "true"
        caller = caller_of(application, name) if iam else None
        if caller is not None and "AWS_ACCESS_KEY_ID" not in given:
            given |= caller.credentials
        functions[name] = replace(function, environment=given)
    return replace(application, functions=functions)


def with_connections(
    application: Application, url: str, *, connections: str | None = None
) -> Application:
    """Return the application with what its functions need to reach the Lambda endpoint at `url`.

    There calls of @connections are taken, unless they go to `connections`, and answers for custom
    resources.
    """
    apis = " ".join([connections or url, *(api.id.lower() for api in application.web_socket_apis)])
    posting = {CONNECTIONS: apis} if application.web_socket_apis else {}
    answering = {ANSWERS: urlsplit(url).netloc}
    functions = {}
    for name, function in application.functions.items():
        given = posting | (answering if function.makes_custom_resources else {})
        functions[name] = replace(function, environment={**function.environment, **given})
    return replace(application, functions=functions)
