"""RedriveExecution: goes on with an execution that failed, at the state where it did.

moto has no such operation. A Parallel or a Map that failed runs as a whole again, where the service
runs the branches and items alone that failed.
https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
"""

import json
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult

if TYPE_CHECKING:
    from moto.stepfunctions.parser.backend.execution import Execution
    from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker
    from moto.stepfunctions.responses import StepFunctionResponse

_ENDED_BADLY = ("ABORTED", "FAILED", "TIMED_OUT")
_ENTERED = "stateEnteredEventDetails"
_COUNT, _DATE = "redrive_count", "redrive_date"


def serve_redrives() -> None:
    """Add the operation, and what DescribeExecution tells of it."""
    from moto.stepfunctions.responses import StepFunctionResponse

    describe = StepFunctionResponse.describe_execution

    def describe_execution(request: StepFunctionResponse) -> ActionResult:
        answer = describe(request)
        execution = _execution(request)
        reason = _why_not(execution)
        told: Any = answer.result
        told["redriveCount"] = getattr(execution, _COUNT, 0)
        told["redriveStatus"] = "NOT_REDRIVABLE" if reason else "REDRIVABLE"
        if reason:
            told["redriveStatusReason"] = reason
        if hasattr(execution, _DATE):
            told["redriveDate"] = getattr(execution, _DATE)
        return answer

    StepFunctionResponse.describe_execution = describe_execution  # type: ignore[method-assign, assignment]
    StepFunctionResponse.redrive_execution = _redrive_execution  # type: ignore[attr-defined]


def _redrive_execution(request: "StepFunctionResponse") -> ActionResult:
    from moto.stepfunctions.parser.api import ExecutionNotRedrivable, ExecutionStatus

    execution = _execution(request)
    if reason := _why_not(execution):
        raise ExecutionNotRedrivable(message=reason)
    worker = execution._get_start_execution_worker()
    before, now = execution.exec_worker, datetime.now(UTC)
    execution.exec_worker = worker
    execution.exec_status = ExecutionStatus.RUNNING
    execution.error = execution.cause = execution.stop_date = None
    setattr(execution, _COUNT, getattr(execution, _COUNT, 0) + 1)
    setattr(execution, _DATE, now)
    _prepare(worker, before, getattr(execution, _COUNT))
    threading.Thread(target=_run, args=(worker,), daemon=True).start()
    return ActionResult({"redriveDate": now})


def _execution(request: "StepFunctionResponse") -> Any:  # noqa: ANN401 - moto has two classes
    return request.stepfunction_backend.describe_execution(request._get_param("executionArn"))


def _why_not(execution: "Execution") -> str | None:
    """Why an execution cannot be redriven, in the service's words."""
    if execution.sm_type != "STANDARD":
        return "Execution is EXPRESS and cannot be redriven"
    if execution.status not in _ENDED_BADLY:
        return f"Execution is {execution.status} and cannot be redriven"
    return None


def _prepare(worker: "ExecutionWorker", before: Any, count: int) -> None:  # noqa: ANN401 - moto's
    """Have the worker begin where the one before ended, and write on in its history."""
    from moto.stepfunctions.parser.api import HistoryEventType

    env = worker._get_evaluation_environment()
    env.event_manager = before.env.event_manager
    setattr(env, "variable_store", before.env.variable_store)  # noqa: B010 - it is Final
    events = env.event_manager.get_event_history()
    env.event_history_context.source_event_id = events[-1]["id"]
    worker.env = env
    details: Any = {"executionRedrivenEventDetails": {"redriveCount": count}}
    env.event_manager.add_event(
        context=env.event_history_context,
        event_type=HistoryEventType.ExecutionRedriven,
        event_details=details,
    )


def _run(worker: "ExecutionWorker") -> None:
    """As moto's own, but for where it begins."""
    from moto.stepfunctions.parser.asl.component.common.flow.start_at import StartAt

    program: Any = worker._get_evaluation_entrypoint()
    env = worker.env
    assert env is not None
    events: Any = env.event_manager.get_event_history()
    entered = [each[_ENTERED] for each in events if _ENTERED in each]
    # States of branches and of items are no states of the machine.
    last = next((each for each in reversed(entered) if each["name"] in program.states.states), None)
    if last is not None:
        program.start_at = StartAt(last["name"])
        env.states.reset(input_value=json.loads(last["input"]))
    program.eval(env)
    worker._execution_communication.terminated()
