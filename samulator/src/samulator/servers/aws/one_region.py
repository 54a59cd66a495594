"""Answers calls for every region from the stack's, where all that a template declares is."""

import logging
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Signature Version 4: the credential scope is date/region/service/aws4_request.
_SCOPE = re.compile(r"(Credential=[^/,\s]+/\d{8}/)([a-z0-9-]+)(/([a-z0-9-]+)/aws4_request)")
# S3 signs what is asked as well, and its names belong to no region; IAM has none.
_GLOBAL = frozenset(("iam", "s3"))
_LOG = logging.getLogger(__name__)


class OneRegion:
    """WSGI middleware: code that names the region in which it is deployed finds its tables here.

    A client of `boto3.client("dynamodb", region_name="eu-west-3")` would otherwise look at an
    account without any resource, whatever region the stack was started with.
    """

    def __init__(self, app: "WSGIApplication", region: str) -> None:
        self._app = app
        self._region = region
        self._told: set[str] = set()

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        scope = _SCOPE.search(str(environ.get("HTTP_AUTHORIZATION", "")))
        if scope and scope[4] not in _GLOBAL and scope[2] != self._region:
            self._tell(scope[2])
            environ["HTTP_AUTHORIZATION"] = _SCOPE.sub(
                rf"\g<1>{self._region}\g<3>", environ["HTTP_AUTHORIZATION"]
            )
        return self._app(environ, start_response)

    def _tell(self, asked: str) -> None:
        if asked not in self._told:
            self._told.add(asked)
            _LOG.info("calls for %s are answered from %s, the stack's region", asked, self._region)
