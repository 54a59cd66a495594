"""By what a write is known where it is gone on with: the trace of its request."""

from api.tracing import current, is_on, parts, segment_since, send


def trace_header() -> str | None:
    """X-Amzn-Trace-Id of what is done now, without its lineage; None outside of Lambda.

    Also with tracing off, for the logs of the request name its root, in `xray_trace_id`.
    """
    known = current()
    if "Root" not in known:
        return None
    sampled = "1" if is_on() and known.get("Sampled") == "1" else "0"
    return f"Root={known['Root']};Parent={known.get('Parent', '')};Sampled={sampled}"


def root_of(trace: str) -> str:
    """The id of the trace in what `trace_header` gave, as the logs have it."""
    return parts(trace).get("Root", "")


def tell_of(trace: str, name: str, started: float) -> None:
    """Add what was done since `started` (seconds since the epoch) to the trace of an earlier call.

    `trace` is what `trace_header` gave there.
    """
    send(parts(trace), segment_since(started, name))
