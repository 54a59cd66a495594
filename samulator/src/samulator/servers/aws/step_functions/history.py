"""Pages of an execution's history, in the order that is asked for; moto answers all of it.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetExecutionHistory.html
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_PER_PAGE = 100
_MOST = 1000
# Members of events' details that hold data, and what tells whether they were cut.
_DATA = frozenset(("input", "inputDetails", "output", "outputDetails"))
_DETAILS = "EventDetails"


@dataclass(frozen=True)
class HistoryQuery:
    """What a call asks for. `start` is the position of the first event in the order asked for."""

    start: int = 0
    size: int = _PER_PAGE
    is_reverse: bool = False
    has_data: bool = True

    @classmethod
    def of(cls, request: Mapping[str, Any]) -> "HistoryQuery":
        """Read a call's members. Raises ValueError for a nextToken that no page had."""
        size = int(request.get("maxResults") or _PER_PAGE)
        return cls(
            start=int(request.get("nextToken") or 0),
            size=min(size, _MOST),
            is_reverse=bool(request.get("reverseOrder")),
            has_data=request.get("includeExecutionData") is not False,
        )


def history_page(events: Sequence[Mapping[str, Any]], query: HistoryQuery) -> dict[str, Any]:
    """Return what the call answers: `events`, and `nextToken` where there are more."""
    ordered = [*reversed(events)] if query.is_reverse else [*events]
    end = query.start + query.size
    page = ordered[query.start : end]
    answer: dict[str, Any] = {"events": page if query.has_data else [*map(_without_data, page)]}
    if end < len(ordered):
        answer["nextToken"] = str(end)
    return answer


def page_histories() -> None:
    """Have moto answer GetExecutionHistory so."""
    from moto.core.responses import ActionResult
    from moto.stepfunctions.exceptions import InvalidToken
    from moto.stepfunctions.responses import StepFunctionResponse

    def get_execution_history(self: StepFunctionResponse) -> ActionResult:
        names = ("maxResults", "nextToken", "reverseOrder", "includeExecutionData")
        history = self.stepfunction_backend.get_execution_history(self._get_param("executionArn"))
        try:
            query = HistoryQuery.of({name: self._get_param(name) for name in names})
        except ValueError as error:
            raise InvalidToken from error
        return ActionResult(history_page(history["events"], query))

    StepFunctionResponse.get_execution_history = get_execution_history  # type: ignore[method-assign]


def _without_data(event: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: {key: each for key, each in value.items() if key not in _DATA}
        if name.endswith(_DETAILS) and isinstance(value, dict)
        else value
        for name, value in event.items()
    }
