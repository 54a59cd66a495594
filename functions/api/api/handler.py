"""The Lambda entry of the HTTP API."""

import binascii
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from fastapi import Response
from mangum import Mangum

from api.observability import describe, get_logger, log_request
from api.settings import Settings, SettingsError, load_settings
from api.web import gateway
from api.web.app import create_app
from api.web.console.sign_in import SignIn
from api.web.problems import MEDIA_TYPE, internal_error, plain_kind, problem_response
from api.wiring import Services, build_services

_TEXT = ["text/", "application/json", "application/javascript", "image/svg+xml", MEDIA_TYPE]


class HttpEntry:
    """Answers events of API Gateway, whatever comes; the application is built once."""

    def __init__(self, load: Callable[[], Settings]) -> None:
        self._load = load
        self._adapter: Mangum | None = None
        self._services: Services | None = None

    def prepare(self) -> Mangum:
        """Raises SettingsError, and tries again at the next call."""
        if self._adapter is None:
            settings = self._load()
            services = self._services = build_services(settings)
            app = create_app(
                services.users,
                services.datasets,
                services.probes,
                auth_required=settings.auth_required,
                sign_in=_sign_in(settings),
            )
            self._adapter = Mangum(app, lifespan="off", text_mime_types=_TEXT)
        return self._adapter

    def close(self) -> None:
        """Hangs up, as the end of an environment does."""
        if self._services is not None:
            self._services.close()

    def __call__(self, event: Any, context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's contract
        if not gateway.is_http(event):
            return _problem("", 400, "This function answers HTTP API events (payload version 2.0).")
        request_id = str(event["requestContext"].get("requestId") or "")
        try:
            return gateway.finish(self.prepare()(gateway.normalise(event), context))
        except SettingsError as error:
            get_logger().error("settings", extra={"detail": str(error)})
            log_request(_identity(event, request_id), {"status": 500})
            return _problem(request_id, 500, str(error))
        except binascii.Error:
            return _problem(request_id, 400, "The event's body is not base64 as it says.")
        except Exception as error:  # noqa: BLE001 - API Gateway would show its own bare 502
            get_logger().error("unhandled error", extra=describe(error))
            log_request(_identity(event, request_id), {"status": 500})
            return _answer(internal_error(request_id))


def _sign_in(settings: Settings) -> SignIn | None:
    url, client_id = settings.sign_in_url, settings.sign_in_client_id
    return SignIn(url, client_id) if url else None


def _identity(event: dict[str, Any], request_id: str) -> dict[str, object]:
    """As far as the gateway knows the request, which never got to its route."""
    return {"request_id": request_id, "route": str(event.get("routeKey") or "unmatched")}


def _problem(request_id: str, status: int, detail: str) -> dict[str, Any]:
    return _answer(problem_response(request_id, plain_kind(status), detail))


def _answer(response: Response) -> dict[str, Any]:
    return {
        "statusCode": response.status_code,
        "headers": dict(response.headers),
        "body": bytes(response.body).decode("ascii"),
        "isBase64Encoded": False,
    }


handler = HttpEntry(load_settings)
# Lambda gives start-up more processor than requests. What is wrong is told to the first request.
with suppress(SettingsError):
    handler.prepare()
