"""One log line and one line of metrics per request, without a caller's values."""

import os
import traceback
from collections.abc import Mapping
from functools import lru_cache

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from datasets.errors import StorageUnavailable


@lru_cache(maxsize=1)
def get_logger() -> Logger:
    """The process's logger."""
    return Logger()


def log_request(identity: Mapping[str, object], outcome: Mapping[str, object]) -> None:
    """The line of a request; the alarms count these by `status`."""
    version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION")
    extra = {**identity, **({"version": version} if version else {}), **outcome}
    get_logger().info("request", extra=extra)


def describe(error: BaseException) -> dict[str, object]:
    """Kinds and places of an error and its causes; LOG_TRACEBACKS=true adds the messages.

    Messages quote cells and keys of a caller, so a deployment's log goes without.
    """
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in chain:
        chain.append(link)
        link = link.__cause__ or link.__context__
    codes = [one.code for one in chain if isinstance(one, StorageUnavailable) and one.code]
    named = [f"{type(one).__module__}.{type(one).__qualname__}" for one in chain]
    if os.environ.get("LOG_TRACEBACKS") == "true":
        where = {"traceback": "".join(traceback.format_exception(error)).rstrip()}
    else:
        frames = traceback.extract_tb(error.__traceback__)[-12:]
        where = {"places": "; ".join(f"{one.filename}:{one.lineno} {one.name}" for one in frames)}
    return {"error": named, **({"code": codes[0]} if codes else {}), **where}


def emit(route: str, status: int, milliseconds: float) -> None:
    """Requests and their latency by route and outcome, as EMF."""
    emitter = EphemeralMetrics(
        namespace=os.environ.get("POWERTOOLS_METRICS_NAMESPACE") or "Unnamed"
    )
    emitter.add_dimension("route", route)
    emitter.add_dimension("outcome", f"{status // 100}xx")
    emitter.add_metric("Requests", MetricUnit.Count, 1)
    emitter.add_metric("LatencyMilliseconds", MetricUnit.Milliseconds, milliseconds)
    emitter.flush_metrics()
