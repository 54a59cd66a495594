"""A signed request of a client: by whose key, to which service and region, with what parameters."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


@dataclass(frozen=True)
class SignedRequest:
    """`service` is what the signature names; `query` decodes each name once."""

    environ: dict[str, Any]
    access_key: str
    region: str
    service: str
    query: Mapping[str, str]

    @property
    def method(self) -> str:
        return str(self.environ["REQUEST_METHOD"])

    @property
    def path(self) -> str:
        """Of the URL, decoded."""
        return unquote(str(self.environ.get("RAW_URI") or self.environ["PATH_INFO"]).split("?")[0])

    def body(self) -> bytes:
        """All of it; whoever reads next finds it too."""
        length = int(self.environ.get("CONTENT_LENGTH") or 0)
        content: bytes = self.environ["wsgi.input"].read(length) if length else b""
        self.environ["wsgi.input"] = io.BytesIO(content)
        return content

    def parameters(self) -> Mapping[str, Any]:
        """What the body says, JSON or a form; nothing where it is neither."""
        content = self.body()
        if str(self.environ.get("CONTENT_TYPE", "")).startswith("application/x-www-form"):
            return _single(content.decode(errors="replace"))
        try:
            read = json.loads(content) if content else {}
        except ValueError:
            return {}
        return read if isinstance(read, Mapping) else {}


def read_signed(environ: "WSGIEnvironment") -> SignedRequest | None:
    """Returns None for a request that nobody signed."""
    query = _single(str(environ.get("QUERY_STRING", "")))
    authorization = str(environ.get("HTTP_AUTHORIZATION", ""))
    scope = ""
    if "Credential=" in authorization:
        scope = authorization.split("Credential=", 1)[1].split(",", 1)[0]
    elif "X-Amz-Credential" in query:
        scope = query["X-Amz-Credential"]
    parts = scope.split("/")
    if len(parts) >= 5:
        return SignedRequest(environ, parts[0], parts[-3], parts[-2].lower(), query)
    # The old signature, which S3 alone takes still.
    key = query.get("AWSAccessKeyId") or authorization.removeprefix("AWS ").partition(":")[0]
    return SignedRequest(environ, key, "us-east-1", "s3", query) if key else None


def _single(text: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(text, keep_blank_values=True).items()}
