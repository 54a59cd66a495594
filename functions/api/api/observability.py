"""Logs and metrics: JSON lines and EMF on standard output, without personal data."""

import logging
import os
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from api.errors import BackendUnavailable

_NAMESPACE = "POWERTOOLS_METRICS_NAMESPACE"
# "true" on a developer's machine alone; any other value, and none, means a deployment.
_TRACEBACKS = "LOG_TRACEBACKS"


@lru_cache(maxsize=1)
def get_logger() -> Logger:
    """The process's logger. Mangum and opensearch-py are kept from logging paths and bodies."""
    for name in ("mangum", "opensearch", "opensearchpy.trace"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return Logger()


class Failed(Exception):
    """Takes the place of an error whose message may quote a row; the message names its kinds."""


def log_request(identity: Mapping[str, object], outcome: Mapping[str, object]) -> None:
    """The one line of each request, also of one that never got into the application.

    The alarms count these lines by `status`, a release's also by `version`, the code that ran.
    """
    version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION")
    extra = {**identity, **({"version": version} if version else {}), **outcome}
    get_logger().info("request", extra=extra)


def describe(error: BaseException) -> dict[str, object]:
    """The kinds and places of an error and its causes, not their messages: those quote values.

    Where LOG_TRACEBACKS is "true" the whole traceback with its messages, in place of the places.
    `code` is how a data service names its reason; see BackendUnavailable.
    """
    return _what(_chain(error)) | _where(error)


def describe_briefly(error: BaseException) -> dict[str, object]:
    """The kinds of an error and its causes: enough where the place is known and it comes often.

    Where LOG_TRACEBACKS is "true" the first cause in its own words, too.
    """
    chain = _chain(error)
    return _what(chain) | ({"cause": str(chain[-1])} if _shows_all() else {})


def _what(chain: list[BaseException]) -> dict[str, object]:
    codes = [link.code for link in chain if isinstance(link, BackendUnavailable) and link.code]
    return ({"code": codes[0]} if codes else {}) | {"error": [_kind(link) for link in chain]}


@contextmanager
def no_value_leaves() -> Iterator[None]:
    """Around an entry whose errors Lambda itself logs: deployed, a foreign message stays inside.

    Our own errors hold no value of a row and pass as they are.
    """
    try:
        yield
    except Exception as error:
        if _shows_all() or type(error).__module__.startswith("api."):
            raise
        get_logger().error("unhandled error", extra=describe(error))
        raise Failed(", caused by ".join(map(_kind, _chain(error)))) from None


def _chain(error: BaseException) -> list[BaseException]:
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in chain:
        chain.append(link)
        link = link.__cause__ or link.__context__
    return chain


def _kind(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}"


def _shows_all() -> bool:
    return os.environ.get(_TRACEBACKS) == "true"


def _where(error: BaseException) -> dict[str, object]:
    if _shows_all():
        return {"traceback": "".join(traceback.format_exception(error)).rstrip()}
    return {
        "places": [
            f"{frame.filename}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)[-12:]
        ]
    }


def emit(metrics: dict[str, float], dimensions: dict[str, str]) -> None:
    """One EMF line; names ending in `Milliseconds` or `Seconds` say their unit."""
    emitter = EphemeralMetrics(namespace=os.environ.get(_NAMESPACE) or "Unnamed")
    for name, text in dimensions.items():
        emitter.add_dimension(name, text)
    for name, value in metrics.items():
        emitter.add_metric(name, _unit(name), value)
    emitter.flush_metrics()


def _unit(name: str) -> MetricUnit:
    if name.endswith("Milliseconds"):
        return MetricUnit.Milliseconds
    return MetricUnit.Seconds if name.endswith("Seconds") else MetricUnit.Count
