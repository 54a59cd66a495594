"""Sends requests to the services of AWS on this machine, signed as API Gateway signs them."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import aiohttp

from samulator.http.services.service_request import ServiceRequest

if TYPE_CHECKING:
    from botocore.awsrequest import AWSRequest


class ServiceUnreachable(Exception):
    """No answer came, or none in time."""


@dataclass(frozen=True)
class ServiceAnswer:
    """What the service answered; `headers` are by lower-case names."""

    status: int
    headers: dict[str, str]
    body: str


class LocalServices:
    """The services at `url`, in `region`."""

    def __init__(self, url: str, region: str) -> None:
        self._url = url
        self._region = region
        self._session: aiohttp.ClientSession | None = None

    async def ask(self, request: ServiceRequest, seconds: float) -> ServiceAnswer:
        """Return the service's answer, whatever its status. Raises ServiceUnreachable."""
        signed = self._signed(request)
        try:
            async with (
                asyncio.timeout(seconds),
                self._open().request(
                    request.method,
                    str(signed.url),
                    headers=dict(signed.headers),
                    data=signed.body,
                ) as answer,
            ):
                named = {name.lower(): value for name, value in answer.headers.items()}
                return ServiceAnswer(answer.status, named, await answer.text())
        except (TimeoutError, aiohttp.ClientError) as error:
            raise ServiceUnreachable(f"{request.service}: {error or 'no answer'}") from error

    def _signed(self, request: ServiceRequest) -> "AWSRequest":
        # Only who integrates a service signs.
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials

        url = f"{self._url}{quote(request.path, safe='/%')}"
        if request.query:
            url += f"?{urlencode(request.query)}"
        headers = {name: value for name, value in request.headers.items() if name != "host"}
        signed = AWSRequest(request.method, url, headers, request.body.encode())
        # Local servers take any credentials.
        local = Credentials("local", "local")
        SigV4Auth(local, request.service, self._region).add_auth(signed)
        return signed

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        """Return the session, made on the loop that serves."""
        if self._session is None:
            self._session = aiohttp.ClientSession(trust_env=False)
        return self._session
