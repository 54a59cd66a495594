"""A request to S3: which bucket and key it names, and with what parameters."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote_to_bytes

from moto.s3.models import s3_backends
from moto.s3.responses import S3Response
from werkzeug.wrappers import Response

from samulator.servers.aws.s3.errors import S3Error

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_PLACE = "local.s3.request"


@dataclass(frozen=True)
class S3Request:
    """`bucket` and `key` are "" where the request names none; `query` decodes each name once."""

    environ: dict[str, Any]
    path: str
    bucket: str
    key: str
    query: dict[str, str]

    @classmethod
    def of(cls, environ: "WSGIEnvironment") -> "S3Request":
        """Reads it once per request. Raises S3Error where path or query are not UTF-8."""
        if _PLACE not in environ:
            environ[_PLACE] = cls._read(environ)
        request: S3Request = environ[_PLACE]
        return request

    @classmethod
    def _read(cls, environ: "WSGIEnvironment") -> "S3Request":
        raw = _raw_path(environ)
        try:
            path = unquote_to_bytes(raw).decode().removeprefix("/")
            query = dict(
                parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True, errors="strict")
            )
        except UnicodeDecodeError as error:
            raise S3Error("InvalidURI", "Couldn't parse the specified URI.") from error
        host = str(environ.get("HTTP_HOST", ""))
        label = host.split(".")[0]
        creates = environ["REQUEST_METHOD"] == "PUT" and not path
        # HTTP/1.0 may name no host: then the path names the bucket.
        if (
            label
            and S3Response.subdomain_based_buckets(_Host({"host": host}))
            and (creates or label in s3_backends.bucket_accounts)
        ):
            bucket, key = label, path
        else:
            # A name of this machine, such as s3.localhost, that is no bucket's.
            bucket, _, key = path.partition("/")
        return cls(environ, raw, bucket, key, query)

    @property
    def method(self) -> str:
        return str(self.environ["REQUEST_METHOD"])

    def header(self, name: str) -> str | None:
        """Any header by its usual name; None where it was not sent."""
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = f"HTTP_{key}"
        value = self.environ.get(key)
        return None if value is None else str(value)

    def headers(self, prefix: str) -> dict[str, str]:
        """The headers whose lower-case names start with `prefix`, without it."""
        start = "HTTP_" + prefix.upper().replace("-", "_")
        return {
            name.removeprefix(start).lower().replace("_", "-"): str(value)
            for name, value in self.environ.items()
            if name.startswith(start)
        }


class Reply(Response):
    """Names no type of content where there is none, as S3."""

    default_mimetype = None


@dataclass(frozen=True)
class _Host:
    """As much of a request as moto looks at to tell where the bucket's name is."""

    headers: dict[str, str]


def is_for_s3(environ: "WSGIEnvironment") -> bool:
    """Whether moto serves this as S3: by its signature, else as what is no call of another."""
    authorization = str(environ.get("HTTP_AUTHORIZATION", ""))
    if "Credential=" in authorization:
        scope = authorization.split("Credential=", 1)[1].split(",", 1)[0].split("/")
        return len(scope) < 2 or scope[-2] == "s3"
    if "HTTP_X_AMZ_TARGET" in environ or environ["PATH_INFO"].startswith("/moto-api"):
        return False
    form = str(environ.get("CONTENT_TYPE", "")).startswith("application/x-www-form-urlencoded")
    return not (form and environ["REQUEST_METHOD"] == "POST")


def _raw_path(environ: "WSGIEnvironment") -> str:
    raw = str(environ.get("RAW_URI") or environ["PATH_INFO"]).split("?", 1)[0]
    if raw.startswith(("http://", "https://")):
        raw = "/" + raw.split("/", 3)[3] if raw.count("/") > 2 else "/"
    return raw
