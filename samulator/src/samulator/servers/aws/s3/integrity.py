"""Holds a request's body until every digest that came with it was found to be true."""

from collections.abc import Iterator
from typing import IO

from werkzeug.exceptions import ClientDisconnected
from werkzeug.wsgi import get_input_stream

from samulator.servers.aws.s3.checksums import HEADER, encoded
from samulator.servers.aws.s3.chunked import AwsChunked, incomplete_body
from samulator.servers.aws.s3.declared import Expected, check_value, expected_of, is_chunked
from samulator.servers.aws.s3.errors import S3Error
from samulator.servers.aws.s3.request import S3Request

CHECKSUM = "local.s3.checksum"
_BLOCK = 1 << 20


def receive(request: S3Request, body: IO[bytes]) -> None:
    """Writes the decoded body into `body` and leaves a plain request in `request.environ`.

    Raises S3Error where a digest, a length or the encoding is wrong.
    """
    expected = expected_of(request)
    stream = get_input_stream(request.environ)
    chunked = AwsChunked(stream) if is_chunked(request) else None
    length = 0
    try:
        for block in chunked or _blocks(stream):
            length += len(block)
            body.write(block)
            for digest in expected.digests.values():
                digest.update(block)
    except ClientDisconnected as gone:
        raise incomplete_body() from gone
    if expected.length is not None and length != expected.length:
        raise incomplete_body()
    _compare(expected, chunked.trailers if chunked else {})
    body.seek(0)
    _make_plain(request, length, expected)


def _blocks(stream: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: stream.read(_BLOCK), b"")


def _compare(expected: Expected, trailers: dict[str, str]) -> None:
    """Raises S3Error for the first digest that is not the body's."""
    if expected.sha256:
        _compare_sha256(expected.sha256, expected.digests["content"].digest().hex())
    if expected.md5:
        _compare_md5(expected.md5, encoded(expected.digests["MD5"]))
    if not expected.checksum_in_trailer and any(name.startswith(HEADER) for name in trailers):
        # Nobody said that it would come, so nothing was held against it.
        raise _malformed_trailer()
    if algorithm := expected.checksum_in_trailer:
        expected.checksum = (algorithm, _trailing(algorithm, trailers))
    if expected.checksum:
        algorithm, value = expected.checksum
        if encoded(expected.digests[algorithm]) != value:
            raise bad_checksum(algorithm)


def _compare_sha256(said: str, found: str) -> None:
    if said != found:
        raise S3Error(
            "XAmzContentSHA256Mismatch",
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
            fields={"ClientComputedContentSHA256": said, "S3ComputedContentSHA256": found},
        )


def _compare_md5(said: str, found: str) -> None:
    if said != found:
        raise S3Error(
            "BadDigest",
            "The Content-MD5 you specified did not match what we received.",
            fields={"ExpectedDigest": said, "CalculatedDigest": found},
        )


def _trailing(algorithm: str, trailers: dict[str, str]) -> str:
    value = trailers.get(HEADER + algorithm.lower())
    if value is None:
        raise _malformed_trailer()
    check_value(algorithm, value, "trailing header")
    return value


def _malformed_trailer() -> S3Error:
    return S3Error(
        "MalformedTrailerError",
        "The request contained trailing data that was not well-formed or did not conform to our "
        "published schema.",
    )


def bad_checksum(algorithm: str) -> S3Error:
    return S3Error(
        "BadDigest", f"The {algorithm} you specified did not match the calculated checksum."
    )


def _make_plain(request: S3Request, length: int, expected: Expected) -> None:
    """A request that was never encoded, with its checksum beside it."""
    environ = request.environ
    for name in ("HTTP_TRANSFER_ENCODING", "HTTP_X_AMZ_CONTENT_SHA256", "wsgi.input_terminated"):
        environ.pop(name, None)
    environ["CONTENT_LENGTH"] = str(length)
    environ[CHECKSUM] = expected.checksum
