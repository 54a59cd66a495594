"""Errors of states under their names, and which of them a wildcard of Retry and Catch matches.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html. moto calls
States.Runtime what it has no name for, and has States.ALL match whatever there is.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
        FailureEvent,
        FailureEventException,
    )
    from moto.stepfunctions.parser.asl.eval.environment import Environment

ALL, TASK_FAILED = "States.ALL", "States.TaskFailed"
# They end the execution, but for a Catch that names them.
_TERMINAL = frozenset({"States.Runtime", "States.DataLimitExceeded"})
_WILDCARDS = {ALL: _TERMINAL, TASK_FAILED: _TERMINAL | {"States.Timeout"}}
_TASKS = "moto.stepfunctions.parser.asl.component.state.exec.state_task"
# Tasks that moto has fail by a name of their service, whatever went wrong, and what they tell then.
_NAMING_ALL = (
    ("state_task_lambda", "StateTaskLambda", "LambdaFunctionFailed"),
    ("service.state_task_service_api_gateway", "StateTaskServiceApiGateway", "TaskFailed"),
    ("service.state_task_service_dynamodb", "StateTaskServiceDynamoDB", "TaskFailed"),
)
# What moto's expressions raise of values that they cannot work with.
_UNFIT = (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError)


def matches(names: list[str], error: str | None) -> bool:
    """Whether the ErrorEquals `names` takes `error`."""
    return error in names or any(
        error not in beyond for wildcard, beyond in _WILDCARDS.items() if wildcard in names
    )


def failure(
    env: "Environment", error: str, cause: str, event: str = "TaskFailed"
) -> "FailureEventException":
    """What a state raises that fails by `error`; `event` is told in the history."""
    from moto.stepfunctions.parser.api import ExecutionFailedEventDetails, HistoryEventType
    from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
        FailureEvent,
        FailureEventException,
    )
    from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import (
        StatesErrorName,
    )

    told: Any = ExecutionFailedEventDetails(error=error, cause=cause)
    kind = HistoryEventType(event)
    details: Any = {f"{event[0].lower()}{event[1:]}EventDetails": told}
    name = StatesErrorName.from_name(error)
    return FailureEventException(FailureEvent(env, name, kind, details))


def name_failures() -> None:
    """Change moto's interpreter."""
    from moto.stepfunctions.parser.asl.component.common.error_name.error_equals_decl import (
        ErrorEqualsDecl,
    )
    from moto.stepfunctions.parser.asl.component.common.path.result_path import ResultPath
    from moto.stepfunctions.parser.asl.component.common.string.string_expression import (
        StringIntrinsicFunction,
        StringJSONata,
    )
    from moto.stepfunctions.parser.asl.component.state.choice.state_choice import StateChoice
    from moto.stepfunctions.parser.asl.jsonata.jsonata import JSONataException

    place = ResultPath._eval_body

    def equals(declared: ErrorEqualsDecl, env: "Environment") -> None:
        error = env.stack.pop()
        names = [each.error_name for each in declared.error_names if each.error_name]
        env.stack.append(matches(names, error.error_name if error else None))

    def placed(path: ResultPath, env: "Environment") -> None:
        given = env.states.get_input()
        if path.result_path_src not in (None, "$") and not isinstance(given, dict | list):
            raise ValueError(f"{path.result_path_src} is no place in {type(given).__name__}")
        place(path, env)

    ErrorEqualsDecl._eval_body = equals  # type: ignore[method-assign, assignment]
    for module, kind, event in _NAMING_ALL:
        _tell_of_parameters(getattr(import_module(f"{_TASKS}.{module}"), kind), event)
    ResultPath._eval_body = placed  # type: ignore[method-assign, assignment]
    _name(StringIntrinsicFunction, "_eval_body", "States.IntrinsicFailure", _UNFIT)
    _name(StringJSONata, "_eval_body", "States.QueryEvaluationError", (JSONataException,))
    _name(ResultPath, "_eval_body", "States.ResultPathMatchFailure", _UNFIT)
    _name(StateChoice, "_eval_state", "States.NoChoiceMatched", (RuntimeError,))


def _tell_of_parameters(kind: Any, event: str) -> None:  # noqa: ANN401 - moto's
    """Have tasks of this kind that do not get as far as their service fail by what is wrong."""
    from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
        FailureEventException,
    )
    from moto.stepfunctions.parser.asl.utils.json_path import NoSuchJsonPathError

    from_error = kind._from_error

    def told(task: Any, env: "Environment", ex: Exception) -> "FailureEvent":  # noqa: ANN401
        if isinstance(ex, NoSuchJsonPathError):
            ex = failure(env, "States.Runtime", ex.message, event)
        failed: FailureEvent = (
            ex.failure_event if isinstance(ex, FailureEventException) else from_error(task, env, ex)
        )
        return failed

    kind._from_error = told


def _name(kind: type, method: str, error: str, raised: tuple[type[Exception], ...]) -> None:
    """Have what `method` of moto's `kind` raises fail its state by `error`."""
    evaluate = getattr(kind, method)

    def named(component: Any, env: "Environment") -> None:  # noqa: ANN401 - moto's
        try:
            evaluate(component, env)
        except raised as told:
            raise failure(env, error, f"{type(told).__name__}: {told}") from told

    setattr(kind, method, named)
