"""Answers at the address of user pools, which tokens name and whoever checks them asks for keys."""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from samulator.issuer_keys import IssuerKeys

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# No bucket has such a name; a client that names this machine asks without the host.
_DOCUMENT = re.compile(r"/[a-z0-9-]+_[A-Za-z0-9]+/\.well-known/(?:jwks\.json|openid-configuration)")
_HOST = re.compile(r"cognito-idp\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?(?::\d+)?", re.IGNORECASE)
_KEYS = "/.well-known/jwks.json"
_ASKED = "samulator.user_pools"


class PoolAddress:
    """WSGI middleware: takes the host of user pools for a name of this machine.

    Workers lead requests for it here (`functions/user_pools.py`); nobody else can have it.
    """

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        if _HOST.fullmatch(str(environ.get("HTTP_HOST", ""))):
            environ[_ASKED] = True
            environ["HTTP_HOST"] = "localhost"
        return self._app(environ, start_response)


def is_for_user_pools(environ: "WSGIEnvironment") -> bool:
    """Whether the host or the path is that of a user pool."""
    return _ASKED in environ or _DOCUMENT.fullmatch(str(environ["PATH_INFO"])) is not None


def at_pool_address(app: "WSGIApplication", region: str, state: Path | None) -> "WSGIApplication":
    """Have moto, which goes by hosts, take what it is asked for a request to user pools.

    The keys are also those of the local issuer, whose tokens the state folder's stack takes.
    """

    def ask(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if state is not None and str(environ["PATH_INFO"]).endswith(_KEYS):
            keys = json.dumps(IssuerKeys(state).known().as_dict(private=False))
            return Response(keys, content_type="application/json")(environ, start_response)
        environ["HTTP_HOST"] = f"cognito-idp.{region}.amazonaws.com"
        return app(environ, start_response)

    return ask
