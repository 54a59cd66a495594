"""One service of moto as an application of its own, or the reason why it cannot be served."""

import json
import logging
from typing import TYPE_CHECKING

from markupsafe import escape
from moto.moto_server.werkzeug_app import create_backend_app
from werkzeug.exceptions import InternalServerError
from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication
    from flask import Flask

_logger = logging.getLogger(__name__)
_CODE = "NotImplemented"


def service_application(service: str | None) -> "WSGIApplication":
    """Called once per service, by the name that moto has for it; None where it has none."""
    if service is None:
        return refusing("moto has no such service, so that it does not run on this machine")
    try:
        served = create_backend_app(service)  # type: ignore[arg-type]
    except ImportError as error:
        _logger.exception("%s", service)
        extra = service.replace("-", "")
        return refusing(
            f"{service} needs more than is installed here ({error}): pip install 'moto[{extra}]'"
        )
    _word_errors(served, service)
    return served


def _word_errors(served: "Flask", service: str) -> None:
    """Have clients read what is wrong, where Flask would answer a page."""
    # moto's servers bring it.
    from flask import request

    def missing(error: Exception) -> Response:
        refusal = refusing(f"{service} of this machine lacks it: {error}")
        return Response.from_app(refusal, request.environ)

    def failed(error: InternalServerError) -> Response:
        cause = error.original_exception or error
        reason = f"the local {service} failed, {type(cause).__name__}: {cause}"
        return Response.from_app(refusing(reason, "InternalFailure", 500), request.environ)

    # moto has Flask pass faults on to the server, which closes with a page of its own.
    served.config["PROPAGATE_EXCEPTIONS"] = False
    served.register_error_handler(NotImplementedError, missing)
    served.register_error_handler(InternalServerError, failed)


def refusing(reason: str, code: str = _CODE, status: int = 501) -> "WSGIApplication":
    """Answers with `reason`, as XML to those who sent a form and as JSON to the others."""

    @Request.application
    def refuse(request: Request) -> Response:
        if request.mimetype == "application/x-www-form-urlencoded":
            error = f"<Error><Code>{code}</Code><Message>{escape(reason)}</Message></Error>"
            body = f"<ErrorResponse>{error}</ErrorResponse>"
            return Response(body, status, content_type="text/xml")
        answer = json.dumps({"__type": code, "message": reason})
        headers = {"x-amzn-ErrorType": code}
        return Response(answer, status, headers, content_type="application/json")

    return refuse
