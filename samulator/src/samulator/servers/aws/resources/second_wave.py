"""Makes what can wait when somebody asks for it, else when the start has passed its hurry."""

import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from samulator.servers.aws.emr_serverless.endpoint import is_for_emr_serverless
from samulator.servers.aws.iam.request import read_signed
from samulator.servers.aws.lambda_calls import is_for_lambda
from samulator.servers.aws.resources.declaration import is_declaration
from samulator.servers.aws.resources.waves import FIRST_SERVICES
from samulator.servers.aws.s3.request import is_for_s3

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_SECONDS = 5.0


class SecondWave:
    """WSGI middleware: a request to a service of the second wave waits until that is made."""

    def __init__(self, app: "WSGIApplication", make: Callable[[], None]) -> None:
        self._app = app
        self._make = make
        self._asked = threading.Event()
        self._is_made = threading.Event()
        threading.Thread(target=self._work, name="second-wave", daemon=True).start()

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        if not self._is_made.is_set() and not _is_first(environ):
            self._asked.set()
            self._is_made.wait()
        return self._app(environ, start_response)

    def _work(self) -> None:
        self._asked.wait(_SECONDS)
        try:
            self._make()
        finally:
            self._is_made.set()


def _is_first(environ: "WSGIEnvironment") -> bool:
    if is_declaration(environ):
        return False
    if is_for_lambda(environ) or is_for_s3(environ) or is_for_emr_serverless(environ):
        return True
    request = read_signed(environ)
    return request is not None and request.service in FIRST_SERVICES
