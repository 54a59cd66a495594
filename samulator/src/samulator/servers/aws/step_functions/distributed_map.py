"""Distributed maps as the service runs them: in batches, and ending where too much has failed.

moto's parser refuses ItemBatcher, and its map succeeds whatever fails.
"""

import json
from typing import TYPE_CHECKING, Any

from samulator.servers.aws.step_functions.failures import failure
from samulator.servers.aws.step_functions.item_batches import Tolerance, in_batches

if TYPE_CHECKING:
    from moto.stepfunctions.parser.asl.component.common.parargs import Parargs
    from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.distributed_iteration_component import (  # noqa: E501
        DistributedIterationComponent,
        DistributedIterationComponentEvalInput,
    )
    from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.itemprocessor.map_run_record import (  # noqa: E501
        MapRunRecord,
    )
    from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.job import Job
    from moto.stepfunctions.parser.asl.component.state.exec.state_map.state_map import StateMap
    from moto.stepfunctions.parser.asl.component.state.state_props import StateProps
    from moto.stepfunctions.parser.asl.eval.environment import Environment

# A comment is all that moto's parser keeps of a state and does not use.
_HIDDEN = "samulator:ItemBatcher:"
_EXCEEDED = "States.ExceedToleratedFailureThreshold"
_CAUSE = "The specified tolerated failure threshold was exceeded"
# Of a map without MaxConcurrency; there are fewer workers than that behind it anyway.
_MOST_AT_ONCE = 40


def hide_item_batcher(state: dict[str, Any]) -> None:
    """Move a Map's ItemBatcher to where moto's parser keeps it."""
    if state.get("Type") == "Map" and isinstance(state.get("ItemBatcher"), dict):
        # In digits, for the parser leaves the escapes of a comment as they are.
        state["Comment"] = _HIDDEN + json.dumps(state.pop("ItemBatcher")).encode().hex()


def run_distributed_maps_as_the_service_does() -> None:
    """Change moto's interpreter."""
    from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.distributed_iteration_component import (  # noqa: E501
        DistributedIterationComponent,
    )
    from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.itemprocessor.distributed_item_processor_worker import (  # noqa: E501
        DistributedItemProcessorWorker,
    )
    from moto.stepfunctions.parser.asl.component.state.exec.state_map.state_map import StateMap

    read = StateMap.from_state_props
    work = DistributedItemProcessorWorker._eval_job

    def with_batcher(state: StateMap, props: "StateProps") -> None:
        read(state, props)
        hidden = state.comment.comment if state.comment else ""
        batcher = _batcher(state, hidden.removeprefix(_HIDDEN)) if _HIDDEN in hidden else None
        setattr(state.iteration_component, "batcher", batcher)  # noqa: B010 - moto has none

    def counted(worker: DistributedItemProcessorWorker, env: "Environment", job: "Job") -> None:
        work(worker, env, job)
        _count(worker._map_run_record, env, job)

    StateMap.from_state_props = with_batcher  # type: ignore[method-assign, assignment]
    DistributedIterationComponent._map_run = _map_run  # type: ignore[method-assign, assignment]
    DistributedItemProcessorWorker._eval_job = counted  # type: ignore[method-assign, assignment]


def _batcher(state: "StateMap", digits: str) -> "Parargs":
    """What evaluates an ItemBatcher, in the query language of its state."""
    from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser

    is_path = state._is_language_query_jsonpath()
    given = {
        f"{name.removesuffix('Path')}.$" if name.endswith("Path") else name: value
        for name, value in json.loads(bytes.fromhex(digits)).items()
    }
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters" if is_path else "Arguments": given,
        "End": True,
    }
    language = "JSONPath" if is_path else "JSONata"
    machine = {"QueryLanguage": language, "StartAt": "Batch", "States": {"Batch": task}}
    program: Any = AmazonStateLanguageParser.parse(json.dumps(machine))[0]
    parameters: Parargs = program.states.states["Batch"].parargs
    return parameters


def _map_run(
    component: "DistributedIterationComponent",
    env: "Environment",
    eval_input: "DistributedIterationComponentEvalInput",
) -> None:
    """In the place of moto's: what it needs is on the stack, and so is what it leaves."""
    from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.job import JobPool

    items: list[Any] = env.stack.pop()
    record: Any = eval_input.map_run_record
    record.tolerance = Tolerance(
        record.tolerated_failure_count, record.tolerated_failure_percentage, len(items)
    )
    batcher: Parargs | None = getattr(component, "batcher", None)
    record.is_batched = batcher is not None
    if batcher is not None:
        items = in_batches(_selected(env, eval_input, items), _evaluated(batcher, env))
    pool = JobPool(job_program=component._get_iteration_program(), job_inputs=items)
    for _ in range(min(record.max_concurrency or _MOST_AT_ONCE, len(items))):
        component._launch_worker(env=env, eval_input=eval_input, job_pool=pool)
    pool.await_jobs()
    error = pool.get_worker_exception()
    if error is not None:
        raise error
    env.stack.append([job.job_output for job in pool.get_closed_jobs()])


def _evaluated(batcher: "Parargs", env: "Environment") -> dict[str, Any]:
    """Of the input of the map state, which is on the stack."""
    batcher.eval(env)
    value: dict[str, Any] = env.stack.pop()
    return value


def _selected(
    env: "Environment", asked: "DistributedIterationComponentEvalInput", items: list[Any]
) -> list[Any]:
    """What ItemSelector makes of each item, which is done before they are put together."""
    from moto.stepfunctions.parser.asl.eval.states import ItemData, MapData

    selector = asked.item_selector or asked.parameters
    if selector is None:
        return items
    # The children get batches, of which nothing is selected any more.
    setattr(asked, "item_selector", None)  # noqa: B010 - they are Final
    setattr(asked, "parameters", None)  # noqa: B010
    selected = []
    for index, item in enumerate(items):
        frame = env.open_inner_frame()
        data = MapData(Item=ItemData(Index=index, Value=item))
        frame.states.context_object.context_object_data["Map"] = data
        frame.states.reset(input_value=env.stack[-1])
        frame.stack.append(env.stack[-1])
        selector.eval(frame)
        selected.append(frame.stack[-1])
        env.delete_frame(frame)
    return selected


def _count(record: "MapRunRecord", env: "Environment", job: "Job") -> None:
    """Count the items of a batch, and give the child that fails too many the map's error."""
    from moto.stepfunctions.parser.asl.eval.program_state import ProgramEnded

    further = len(job.job_input["Items"]) - 1 if getattr(record, "is_batched", False) else 0
    items = record.item_counter
    items.total.count(further)
    if isinstance(env.program_state(), ProgramEnded):
        items.succeeded.count(further)
        items.results_written.count(further)
        return
    items.failed.count(further)
    record.execution_counter.running.offset(-1)
    failed = items.failed.get() + items.timed_out.get()
    tolerance: Tolerance | None = getattr(record, "tolerance", None)
    if tolerance is not None and tolerance.is_exceeded(failed):
        job.job_output = failure(env, _EXCEEDED, _CAUSE, "MapRunFailed")
