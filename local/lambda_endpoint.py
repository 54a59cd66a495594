"""Lambda's Invoke API for boto3 and the AWS CLI, as `sam local start-lambda` offers it."""

from aiohttp import web

from local.runtime.functions import Functions


def create_lambda_endpoint(functions: Functions) -> web.Application:
    """Return the application that answers /2015-03-31/functions/{name}/invocations."""
    raise NotImplementedError
