"""Activities: tasks that wait until a worker of one's own asks for them.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetActivityTask.html. moto has
the tasks, and neither the operation nor a way to it from an activity that was created.
"""

import threading
import time
from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult

if TYPE_CHECKING:
    from moto.stepfunctions.parser.backend.activity import Activity, ActivityTask
    from moto.stepfunctions.responses import StepFunctionResponse

# A worker that asks waits so long for a task.
_SECONDS = 60.0
_PAUSE_SECONDS = 0.1


class _Activities(dict[str, "Activity"]):
    """The queues of tasks of the activities that moto's backends have, by ARN."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()

    def get(self, arn: str, default: Any = None) -> Any:  # noqa: ANN401 - as of a dict
        """The activity, None where none was created."""
        from moto.stepfunctions.parser.backend.activity import Activity
        from moto.stepfunctions.responses import get_backend

        _, _, _, region, account, _, name = arn.split(":", 6)
        if arn not in get_backend(account, region).activities:
            return default
        with self._lock:
            return self.setdefault(arn, Activity(arn, name))

    def next_task(self, arn: str) -> "ActivityTask | None":
        """The task that waits longest, if any does."""
        with self._lock:
            activity = super().get(arn)
            return activity.get_task() if activity is not None and activity._tasks else None


_ACTIVITIES = _Activities()


def serve_activities() -> None:
    """Have tasks of activities wait for workers, and workers get them."""
    from moto.stepfunctions.parser.asl.eval.callback.callback import ActivityTaskStartEndpoint
    from moto.stepfunctions.parser.backend.execution import Execution
    from moto.stepfunctions.responses import StepFunctionResponse

    start = Execution.__init__

    def with_activities(execution: Execution, *given: Any, **named: Any) -> None:  # noqa: ANN401
        start(execution, *given, **{**named, "activity_store": _ACTIVITIES})

    Execution.__init__ = with_activities  # type: ignore[method-assign, assignment]
    # moto reads it of a task that nobody took, and sets it where one was taken.
    ActivityTaskStartEndpoint._outcome = None
    StepFunctionResponse.get_activity_task = _get_activity_task  # type: ignore[attr-defined]


def _get_activity_task(request: "StepFunctionResponse") -> ActionResult:
    backend = request.stepfunction_backend
    arn = request._get_param("activityArn")
    backend.describe_activity(arn)
    end = time.monotonic() + _SECONDS
    while time.monotonic() < end:
        task = _ACTIVITIES.next_task(arn)
        if task is None:
            time.sleep(_PAUSE_SECONDS)
        elif _begin(backend, task.task_token, request._get_param("workerName")):
            return ActionResult({"taskToken": task.task_token, "input": task.task_input})
    return ActionResult({})


def _begin(backend: Any, token: str, worker: str | None) -> bool:  # noqa: ANN401 - moto's
    """Tell the execution that its task was taken; False where it has ended meanwhile."""
    for execution in backend._get_executions():
        endpoint = execution.exec_worker.env.callback_pool_manager.get(token)
        if endpoint is not None:
            endpoint.notify_activity_task_start(worker)
            return bool(execution.exec_worker.env.is_running())
    return False
