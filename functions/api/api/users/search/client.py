"""OpenSearch over HTTP with limits; the client library is loaded at the first call."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from api.errors import SearchUnavailable
from api.network.deadline import own_deadline
from api.tracing import span

if TYPE_CHECKING:
    from opensearchpy import Transport, Urllib3AWSV4SignerAuth

Body = Mapping[str, Any] | str | None
_SAID = "OpenSearch does not answer as it should."


class RequestRefused(SearchUnavailable):
    """OpenSearch answered with the error `status`."""

    def __init__(self, status: int) -> None:
        super().__init__(_SAID, code=str(status))
        self.status = status


@contextmanager
def understood() -> Iterator[None]:
    """Turns an answer of an unknown shape into SearchUnavailable; for reading it, nothing else."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise SearchUnavailable(_SAID) from error


def _operation(method: str, path: str) -> str:
    """Without an id or the name of an index: "PUT _doc"."""
    endpoint = next((part for part in path.split("/") if part.startswith("_")), "")
    return f"{method} {endpoint}".strip()


class Client:
    """One node or endpoint. On AWS (`auth` sigv4) every request is signed."""

    def __init__(self, url: str, *, auth: Literal["none", "sigv4"]) -> None:
        self._url = url.rstrip("/")
        self._auth = auth

    def call(
        self,
        method: str,
        path: str,
        *,
        seconds: float,
        body: Body = None,
        parameters: Mapping[str, str] | None = None,
    ) -> Any:  # noqa: ANN401 - JSON
        """The decoded answer; for HEAD whether the thing is there.

        `seconds` bounds connecting and reading together. Raises SearchUnavailable; RequestRefused
        if the answer is an error.
        """
        from opensearchpy import OpenSearchException
        from urllib3.exceptions import HTTPError

        options = {**(parameters or {}), "request_timeout": seconds}
        headers = {"content-type": "application/x-ndjson"} if isinstance(body, str) else None
        # The library stumbles over an error that is not shaped as OpenSearch's.
        traced = span("OpenSearch", _operation(method, path), namespace="remote")
        with understood(), own_deadline(seconds), traced:
            try:
                return self._transport.perform_request(
                    method, path, params=options, body=body, headers=headers
                )
            except OpenSearchException as error:
                status = getattr(error, "status_code", None)
                if isinstance(status, int):
                    raise RequestRefused(status) from error
                raise SearchUnavailable(_SAID) from error
            except (HTTPError, OSError) as error:
                raise SearchUnavailable(_SAID) from error

    def close(self) -> None:
        """Hangs up; a later call connects again."""
        if "_transport" in vars(self):
            self._transport.close()
            del self._transport

    @cached_property
    def _transport(self) -> "Transport":
        from opensearchpy import OpenSearch

        from api.users.search.transport import BoundedHttp

        secure = self._url.startswith("https:")
        return OpenSearch(
            self._url,
            connection_class=BoundedHttp,
            http_auth=self._signer() if self._auth == "sigv4" else None,
            use_ssl=secure,
            verify_certs=secure,
            http_compress=secure,
            pool_maxsize=1,
            max_retries=0,
            retry_on_timeout=False,
        ).transport

    def _signer(self) -> "Urllib3AWSV4SignerAuth":
        import botocore.session
        from opensearchpy import Urllib3AWSV4SignerAuth

        host = urlsplit(self._url).hostname or ""
        service = "aoss" if host.endswith(".aoss.amazonaws.com") else "es"
        credentials = botocore.session.get_session().get_credentials()
        return Urllib3AWSV4SignerAuth(credentials, os.environ["AWS_REGION"], service)
