"""Distributed maps as the service runs them: in batches, ending where too much has failed, with
their results in files.

moto's parser refuses ItemBatcher and WriterConfig, its map succeeds whatever fails and writes none.
"""

import copy
from typing import TYPE_CHECKING, Any

from samulator.servers.aws.step_functions.failures import failure
from samulator.servers.aws.step_functions.item_batches import Tolerance, in_batches
from samulator.servers.aws.step_functions.item_reader import read_by
from samulator.servers.aws.step_functions.map_fields import hidden_fields, parameters
from samulator.servers.aws.step_functions.map_results import Child
from samulator.servers.aws.step_functions.result_writer import Writer, writer_of, written

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
    from moto.stepfunctions.parser.asl.component.state.state_props import StateProps
    from moto.stepfunctions.parser.asl.eval.environment import Environment

_EXCEEDED = "States.ExceedToleratedFailureThreshold"
_CAUSE = "The specified tolerated failure threshold was exceeded"
# Of a map without MaxConcurrency; there are fewer workers than that behind it anyway.
_MOST_AT_ONCE = 40


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

    select = DistributedItemProcessorWorker._eval_input

    def with_fields(state: StateMap, props: "StateProps") -> None:
        read(state, props)
        hidden = hidden_fields(state)
        batcher = parameters(state, hidden["ItemBatcher"]) if "ItemBatcher" in hidden else None
        setattr(state.iteration_component, "batcher", batcher)  # noqa: B010 - moto has none
        writer = writer_of(state, hidden["ResultWriter"]) if "ResultWriter" in hidden else None
        setattr(state.iteration_component, "writer", writer)  # noqa: B010
        if "ReaderConfig" in hidden:
            read_by(state, hidden["ReaderConfig"])

    def counted(worker: DistributedItemProcessorWorker, env: "Environment", job: "Job") -> None:
        setattr(env, "child", worker._map_run_record.children[job.job_index])  # type: ignore[attr-defined]  # noqa: B010
        work(worker, env, job)
        _end(env)
        _count(worker._map_run_record, env, job)

    def started(worker: DistributedItemProcessorWorker, env_frame: "Environment") -> None:
        select(worker, env_frame)
        child: Child = env_frame.child  # type: ignore[attr-defined]
        child.start(copy.deepcopy(env_frame.states.get_input()))

    StateMap.from_state_props = with_fields  # type: ignore[method-assign, assignment]
    DistributedItemProcessorWorker._eval_input = started  # type: ignore[method-assign, assignment]
    DistributedIterationComponent._map_run = _map_run  # type: ignore[method-assign, assignment]
    DistributedItemProcessorWorker._eval_job = counted  # type: ignore[method-assign, assignment]


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
    writer: Writer | None = getattr(component, "writer", None)
    target = _evaluated(writer.target, env) if writer and writer.target else None
    record.children = [Child(item) for item in items]
    pool = JobPool(job_program=component._get_iteration_program(), job_inputs=items)
    for _ in range(min(record.max_concurrency or _MOST_AT_ONCE, len(items))):
        component._launch_worker(env=env, eval_input=eval_input, job_pool=pool)
    pool.await_jobs()
    error = pool.get_worker_exception()
    results = written(env, writer, target, record) if writer else None
    if error is not None:
        raise error
    outputs = [job.job_output for job in pool.get_closed_jobs()]
    env.stack.append(results if writer else outputs)


def _evaluated(field: "Parargs", env: "Environment") -> dict[str, Any]:
    """Of the input of the map state, which is on the stack."""
    field.eval(env)
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


def _end(env: "Environment") -> None:
    from moto.stepfunctions.parser.asl.eval.program_state import ProgramEnded, ProgramError

    child: Child = env.child  # type: ignore[attr-defined]
    state = env.program_state()
    if isinstance(state, ProgramEnded):
        child.end("SUCCEEDED", copy.deepcopy(env.states.get_input()), {})
    elif isinstance(state, ProgramError):
        child.end("FAILED", None, dict(state.error or {}))
    else:
        child.end("ABORTED", None, {})


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
