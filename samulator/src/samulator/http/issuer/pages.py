"""Publishes the local issuer's keys, beside the interface of another port.

https://openid.net/specs/openid-connect-discovery-1_0.html
"""

import json
from http import HTTPStatus
from typing import Any

from aiohttp import web

from samulator.http.server.answer import Answer
from samulator.http.server.server import Interface, Refusal
from samulator.issuer_keys import ALGORITHM, IssuerKeys

CONFIGURATION = "/.well-known/openid-configuration"
KEY_SET = "/.well-known/jwks.json"
_READS = ("GET", "HEAD")


class IssuerPages:
    """Answers the issuer's two documents, and leaves everything else to `interface`."""

    def __init__(self, interface: Interface, keys: IssuerKeys, issuer: str) -> None:
        self._interface = interface
        self._keys = keys
        self._issuer = issuer
        self.policy = interface.policy

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a request."""
        path = request.raw_path.partition("?")[0]
        if request.method in _READS and path == CONFIGURATION:
            return _json(self._configuration())
        if request.method in _READS and path == KEY_SET:
            return _json(self._keys.public())
        return await self._interface.answer(request)

    def refuse(self, request: web.BaseRequest, refusal: Refusal) -> web.Response:
        """Word it as the interface does."""
        return self._interface.refuse(request, refusal)

    def _configuration(self) -> dict[str, Any]:
        return {
            "issuer": self._issuer,
            "jwks_uri": f"{self._issuer}{KEY_SET}",
            "id_token_signing_alg_values_supported": [ALGORITHM],
            "response_types_supported": ["token"],
            "subject_types_supported": ["public"],
        }


def _json(document: object) -> web.Response:
    return Answer(
        status=HTTPStatus.OK,
        body=json.dumps(document).encode(),
        content_type="application/json",
    )
