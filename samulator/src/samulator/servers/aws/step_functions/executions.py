"""Executions that moto's interpreter could run and its interface does not start."""

import json
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult

if TYPE_CHECKING:
    from moto.stepfunctions.responses import StepFunctionResponse


def name_executions() -> None:
    """The service names those that the caller does not: moto takes None for one name."""
    from moto.stepfunctions.parser.models import StepFunctionsParserBackend

    start = StepFunctionsParserBackend.start_execution

    def start_execution(
        backend: StepFunctionsParserBackend,
        state_machine_arn: str,
        name: str | None = None,
        *further: Any,  # noqa: ANN401 - passed on
    ) -> Any:  # noqa: ANN401 - the same
        return start(backend, state_machine_arn, name or str(uuid.uuid4()), *further)

    # mypy knows what it was.
    StepFunctionsParserBackend.start_execution = start_execution  # type: ignore[method-assign, assignment]


def describe_outputs_as_json() -> None:
    """moto leaves texts unquoted and nothing out, as its executions do that run nothing."""
    from moto.stepfunctions.responses import StepFunctionResponse

    describe = StepFunctionResponse.describe_execution

    def describe_execution(request: StepFunctionResponse) -> ActionResult:
        answer = describe(request)
        arn = request._get_param("executionArn")
        execution: Any = request.stepfunction_backend.describe_execution(arn)
        if execution.status == "SUCCEEDED":
            described: Any = answer.result
            described["output"] = json.dumps(execution.output, ensure_ascii=False)
        return answer

    # mypy knows what it was.
    StepFunctionResponse.describe_execution = describe_execution  # type: ignore[method-assign, assignment]


def serve_synchronous_executions() -> None:
    """moto has executions of this kind and no operation that starts them."""
    from moto.stepfunctions.responses import StepFunctionResponse

    StepFunctionResponse.start_sync_execution = _start_sync_execution  # type: ignore[attr-defined]


def _start_sync_execution(request: "StepFunctionResponse") -> ActionResult:
    from moto.stepfunctions.parser.backend.execution import SyncExecution

    backend = request.stepfunction_backend
    machine = backend.describe_state_machine(request._get_param("stateMachineArn"))
    name = request._get_param("name") or str(uuid.uuid4())
    place = machine.arn.replace(":stateMachine:", ":express:")
    started: dict[str, Any] = {
        "name": name,
        "sm_type": machine.sm_type,
        "role_arn": machine.roleArn,
        "exec_arn": f"{place}:{name}:{uuid.uuid4()}",
        "account_id": backend.account_id,
        "region_name": backend.region_name,
        "state_machine": machine,
        "start_date": datetime.now(UTC),
        "cloud_watch_logging_session": None,
        "input_data": request._get_param("input", if_none="{}"),
        "trace_header": None,
        "activity_store": {},
    }
    execution = SyncExecution(**started)
    execution.start()
    return ActionResult(execution.to_start_sync_execution_output())
