"""Makes the calls of boto3's clients end by their deadlines; loaded with boto3."""

from http import HTTPStatus
from typing import Any

from botocore.awsrequest import (
    AWSHTTPConnection,
    AWSHTTPConnectionPool,
    AWSHTTPSConnection,
    AWSHTTPSConnectionPool,
)
from botocore.client import BaseClient
from botocore.exceptions import BotoCoreError, ConnectionClosedError, HTTPClientError

from api.network.deadline import remaining
from api.network.http import Bounded, bound_tls


class _HttpConnection(Bounded, AWSHTTPConnection):  # type: ignore[misc] # botocore's own mixture
    pass


class _HttpsConnection(Bounded, AWSHTTPSConnection):  # type: ignore[misc] # botocore's own mixture
    pass


class _HttpPool(AWSHTTPConnectionPool):
    ConnectionCls = _HttpConnection


class _HttpsPool(AWSHTTPSConnectionPool):
    ConnectionCls = _HttpsConnection


class _Session:
    """A client's own session, on bounded sockets. What ends at the deadline is not repeated."""

    def __init__(self, session: Any) -> None:  # noqa: ANN401 - botocore's URLLib3Session
        manager = session._manager
        manager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}
        bound_tls(manager.connection_pool_kw["ssl_context"])
        self._session = session

    def send(self, request: Any) -> Any:  # noqa: ANN401 - botocore's
        try:
            answer = self._session.send(request)
            if _is_cut(answer):
                raise ConnectionClosedError(endpoint_url=request.url)
            return answer
        except BotoCoreError:
            try:
                remaining()
            except TimeoutError as late:
                raise HTTPClientError(error=late) from late
            raise

    def close(self) -> None:
        self._session.close()


def _is_cut(answer: Any) -> bool:  # noqa: ANN401 - botocore's
    """Whether the head ended before it said how long the body is; AWS's always says.

    http.client takes a connection that ends there for the end of the head, and of an empty body: a
    list of nothing.
    """
    has_body = answer.status_code not in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
    return has_body and not {"content-length", "transfer-encoding"} & {
        name.lower() for name in answer.headers
    }


def keep_deadlines(client: BaseClient) -> None:
    """Every later call of `client` ends by the deadline around it.

    botocore has no public way to give a client its connections; the lock pins what is used here.
    """
    endpoint: Any = client._endpoint  # type: ignore[attr-defined] # not in the stubs
    endpoint.http_session = _Session(endpoint.http_session)
