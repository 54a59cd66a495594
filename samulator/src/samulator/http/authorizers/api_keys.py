"""Asks for the key of a usage plan, which the caller sends or the authorizer names."""

from samulator.http.authorizers.decision import Denied, Grant, Refusal
from samulator.http.gateway.request import HttpRequest
from samulator.template.model_http import RestApi
from samulator.template.model_web_socket import WebSocketApi

API_KEY = "x-api-key"


class ApiKeys:
    """The keys of one API."""

    def __init__(self, api: RestApi | WebSocketApi) -> None:
        self._api = api.id
        self._keys = {key.value for key in api.api_keys}
        self._from_authorizer = api.key_from_authorizer

    def check(self, request: HttpRequest, grant: Grant) -> None:
        """Raises Denied."""
        key = grant.key if self._from_authorizer else request.header(API_KEY)
        if key not in self._keys:
            wanted = "the authorizer's usageIdentifierKey" if self._from_authorizer else API_KEY
            raise Denied(Refusal.INVALID_API_KEY, f"{wanted} is no key of {self._api}")
