"""The calls of /status: is it running, and can it reach what it needs."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from api.errors import BackendUnavailable
from api.observability import describe_briefly, get_logger
from api.web.routing import GuardedRoute, OpenRoute

router = APIRouter(tags=["status"], route_class=OpenRoute)
ready_router = APIRouter(tags=["status"], route_class=GuardedRoute)

# Asks a data service and raises BackendUnavailable if it is down.
Probe = Callable[[], None]
UpOrDown = Literal["up", "down"]
_NO_STORE = {"Cache-Control": "no-store"}


class Status(BaseModel):
    """`timestamp` is the time of the answer, UTC."""

    status: Literal["running"]
    timestamp: datetime


class Readiness(BaseModel):
    """Each data service as asked now. Only PostgreSQL is needed to work."""

    postgres: UpOrDown
    redis: UpOrDown
    opensearch: UpOrDown


@router.get("/status")
async def get_status(response: Response) -> Status:
    """Says that the function runs; asks nothing else."""
    response.headers.update(_NO_STORE)
    return Status(status="running", timestamp=datetime.now(UTC))


@ready_router.get(
    "/status/ready",
    response_model=Readiness,
    responses={503: {"model": Readiness, "description": "PostgreSQL is down."}},
)
async def get_readiness(request: Request) -> Response:
    """Asks every data service."""
    probes: Mapping[str, Probe] = request.app.state.probes
    faults = {name: _fault(probe) for name, probe in probes.items()}
    for name, fault in faults.items():
        if fault is not None:
            _log_fault(request, name, fault)
    readiness = Readiness.model_validate(
        {name: "down" if fault else "up" for name, fault in faults.items()}
    )
    ready = faults["postgres"] is None
    headers = _NO_STORE if ready else {**_NO_STORE, "Retry-After": "2"}
    return Response(
        readiness.model_dump_json(),
        200 if ready else 503,
        headers=headers,
        media_type="application/json",
    )


def _fault(probe: Probe) -> BackendUnavailable | None:
    """What is wrong with a data service; asked itself, whatever its breaker says."""
    try:
        probe()
    except BackendUnavailable as error:
        return error
    return None


def _log_fault(request: Request, backend: str, fault: BackendUnavailable) -> None:
    named = {"request_id": request.state.request_id, "backend": backend}
    get_logger().warning("backend is down", extra=named | describe_briefly(fault))
