"""The Lambda entry that keeps the index in step: every minute, and on {"action":"rebuild"}.

It also forgets the Idempotency-Keys that have expired.
"""

import time
from collections.abc import Set
from typing import Any

from api.errors import SearchUnavailable
from api.observability import describe, emit, get_logger, no_value_leaves
from api.settings import Settings, load_settings
from api.users.creation import forget_expired
from api.users.search.outbox import Relay
from api.users.search.reindex import has_index, rebuild
from api.wiring import build_cache, build_database, build_search_client

# Drains stop this long before the function would be stopped.
_SPARE_SECONDS = 15.0
_DEFAULT_SECONDS = 30.0
# Nobody waits here: a slow cache is told of a batch's writes in its one round trip all the same.
_CACHE_SECONDS = 1.0
_MOST_TRACES = 100


class UnknownAction(ValueError):
    """The event asks for something that this function does not do."""


@no_value_leaves()
def handler(event: Any, context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's contract
    """Returns what was done and what is left; with OpenSearch down everything stays queued."""
    return synchronise(load_settings(), event, context)


def synchronise(settings: Settings, event: object, context: object) -> dict[str, Any]:
    """The same on given settings. A rebuild that was asked for and failed raises."""
    database = build_database(settings, answer_seconds=30.0)
    client = build_search_client(settings)
    cache = build_cache(settings, call_seconds=_CACHE_SECONDS)
    relay = Relay(database, cache, client)
    report: dict[str, Any] = {"search": "up", "drained": 0}
    try:
        try:
            asked = _wants_rebuild(event)
            if asked or not has_index(client):
                report["rebuilt"] = rebuild(database, client, wait=asked)
            report["drained"] = relay.drain(until=_deadline(context))
        except SearchUnavailable as error:
            report["search"] = "down"
            get_logger().warning("the index is out of reach", extra=describe(error))
        report["keys_forgotten"] = forget_expired(database)
        backlog = relay.backlog()
    finally:
        for store in (database, cache, client):
            store.close()
    report |= {"pending": backlog.rows, "oldest_seconds": round(backlog.oldest_seconds, 1)}
    get_logger().info("search sync", extra=report | _some(relay.traces))
    emit({"OutboxRows": backlog.rows, "OutboxAgeSeconds": backlog.oldest_seconds}, {})
    if report["search"] == "down" and _wants_rebuild(event):
        raise SearchUnavailable("The index was not rebuilt: OpenSearch does not answer.")
    return report


def _some(traces: Set[str]) -> dict[str, object]:
    """For the log: by them the requests' own lines are found, whose field is xray_trace_id."""
    return {"traces": sorted(traces)[:_MOST_TRACES]} if traces else {}


def _wants_rebuild(event: object) -> bool:
    """Raises UnknownAction."""
    action = event.get("action") if isinstance(event, dict) else None
    if action not in (None, "rebuild"):
        # An EventBridge event has no action of its own.
        raise UnknownAction(f'unknown action {action!r}; the one there is: {{"action":"rebuild"}}')
    return action == "rebuild"


def _deadline(context: object) -> float:
    remaining = getattr(context, "get_remaining_time_in_millis", None)
    seconds = remaining() / 1000 - _SPARE_SECONDS if remaining else _DEFAULT_SECONDS
    return time.monotonic() + max(seconds, 1.0)
