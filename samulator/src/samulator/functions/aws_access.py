"""What functions are given of AWS: the services of this machine, and nothing beyond."""

from dataclasses import replace

from samulator.functions.aws_guard import ALLOWED
from samulator.template.model import Application, Function


def with_aws_access(application: Application, url: str, *, allow_aws: bool = False) -> Application:
    """Return the application with what its functions need to reach the services at `url`.

    An AWS_ENDPOINT_URL that the template or local.toml fills stays. `allow_aws` lets functions
    out to AWS where their code or their variables name it.
    """
    functions = {
        name: _with_access(function, url, allow_aws=allow_aws)
        for name, function in application.functions.items()
    }
    return replace(application, functions=functions)


def _with_access(function: Function, url: str, *, allow_aws: bool) -> Function:
    given = dict(function.environment)
    given["AWS_ENDPOINT_URL"] = given.get("AWS_ENDPOINT_URL") or url
    if allow_aws:
        given[ALLOWED] = "true"
    return replace(function, environment=given)
