"""Times in the context object, $$.Execution.StartTime and $$.State.EnteredTime, as AWS writes them.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
"""

from datetime import UTC, datetime
from typing import Any


def write_times_as_the_service_does() -> None:
    """moto passes a start on as no text, which no state can use, and writes entries otherwise."""
    from moto.stepfunctions.parser.asl.component.state import state
    from moto.stepfunctions.parser.asl.eval.evaluation_details import ExecutionDetails

    keep = ExecutionDetails.__init__
    state_data = state.StateData  # type: ignore[attr-defined]

    def with_start(details: ExecutionDetails, *given: Any, **named: Any) -> None:  # noqa: ANN401
        keep(details, *given, **named)
        if isinstance(details.start_time, datetime):
            setattr(details, "start_time", as_written(details.start_time))  # noqa: B010 - it is Final

    def entered(**named: Any) -> Any:  # noqa: ANN401 - passed on
        time = datetime.fromisoformat(named["EnteredTime"])
        return state_data(**{**named, "EnteredTime": as_written(time)})

    ExecutionDetails.__init__ = with_start  # type: ignore[method-assign, assignment]
    state.StateData = entered  # type: ignore[attr-defined, assignment]


def as_written(time: datetime) -> str:
    """A time as 2019-03-26T20:14:13.192Z."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
