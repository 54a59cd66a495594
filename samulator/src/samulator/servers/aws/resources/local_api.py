"""Calls operations of AWS on the application of this process, without a socket in between."""

import io
import logging
from collections.abc import Iterator, Mapping
from typing import IO, TYPE_CHECKING, Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.client import BaseClient
from botocore.config import Config
from werkzeug.test import EnvironBuilder, run_wsgi_app

from samulator.servers.aws.client import direct, local_session
from samulator.servers.aws.resources.fit import fit

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_logger = logging.getLogger(__name__)
_URL = "http://127.0.0.1"
_NO_RETRIES = Config(
    s3={"addressing_style": "path"},
    retries={"total_max_attempts": 1},
    # Whether parameters are right is for the service to say, as on AWS.
    parameter_validation=False,
)


class LocalApi:
    """Clients of boto3, one per service, whose requests are answered by `application`."""

    def __init__(self, application: "WSGIApplication", region: str) -> None:
        self.region = region
        self._application = application
        self._session = local_session(region)
        self._clients: dict[str, BaseClient] = {}

    def call(
        self, service: str, operation: str, parameters: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """As Api says."""
        client = self._client(service)
        name = client.meta.method_to_api_mapping[operation]
        shape = client.meta.service_model.operation_model(name).input_shape
        wanted = fit(parameters, shape) if shape is not None else {}
        answer: Mapping[str, Any] = getattr(client, operation)(**wanted)
        return answer

    def _client(self, service: str) -> BaseClient:
        if service not in self._clients:
            client: BaseClient = self._session.client(  # type: ignore[call-overload]
                service, endpoint_url=_URL, config=direct(_NO_RETRIES)
            )
            client.meta.events.register("before-send", self._answer)  # type: ignore[arg-type]
            self._clients[service] = client
        return self._clients[service]

    def _answer(self, request: AWSPreparedRequest, **_event: object) -> AWSResponse:
        builder = EnvironBuilder(
            path=request.url.removeprefix(_URL),
            method=request.method,
            headers=[(str(name), _text(value)) for name, value in request.headers.items()],
            input_stream=io.BytesIO(_content(request.body)),
        )
        environ = builder.get_environ()
        try:
            body, status, headers = run_wsgi_app(self._application, environ, buffered=True)
            content = b"".join(body)
        except Exception as error:
            # moto ends in any exception where it lacks something: one resource fails, not the rest.
            _logger.exception("%s %s", request.method, request.url)
            raise ValueError(f"moto fails: {error or type(error).__name__}") from error
        code = int(status.split()[0])
        return AWSResponse(request.url, code, dict(headers), _Raw(content))  # type: ignore[arg-type]


class _Raw(io.BytesIO):
    def stream(self, **_amount: object) -> Iterator[bytes]:
        """As urllib3's response has it."""
        yield self.read()


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _content(body: str | bytes | bytearray | IO[Any] | None) -> bytes:
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    return bytes(body if isinstance(body, bytes | bytearray) else body.read())
