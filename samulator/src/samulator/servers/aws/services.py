"""One service of moto as an application of its own, or the reason why it cannot be served."""

import json
import logging
from typing import TYPE_CHECKING

from markupsafe import escape
from moto.moto_server.werkzeug_app import create_backend_app
from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_logger = logging.getLogger(__name__)
_CODE = "NotImplemented"


def service_application(service: str | None) -> "WSGIApplication":
    """Called once per service, by the name that moto has for it; None where it has none."""
    if service is None:
        return refusing("moto has no such service, so that it does not run on this machine")
    try:
        served: WSGIApplication = create_backend_app(service)  # type: ignore[arg-type]
    except ImportError as error:
        _logger.exception("%s", service)
        extra = service.replace("-", "")
        return refusing(
            f"{service} needs more than is installed here ({error}): pip install 'moto[{extra}]'"
        )
    return served


def refusing(reason: str) -> "WSGIApplication":
    """Answers 501 with `reason`, as XML to those who sent a form and as JSON to the others."""

    @Request.application
    def refuse(request: Request) -> Response:
        if request.mimetype == "application/x-www-form-urlencoded":
            error = f"<Error><Code>{_CODE}</Code><Message>{escape(reason)}</Message></Error>"
            body = f"<ErrorResponse>{error}</ErrorResponse>"
            return Response(body, 501, content_type="text/xml")
        answer = json.dumps({"__type": _CODE, "message": reason})
        headers = {"x-amzn-ErrorType": _CODE}
        return Response(answer, 501, headers, content_type="application/json")

    return refuse
