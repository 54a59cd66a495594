"""Workers of maps, one item after another.

Each of moto's goes one call deeper with each item, until Python's limit ends its thread and leaves
the execution waiting for ever: a thousand items do, where MaxConcurrency is 1.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.job import Job
    from moto.stepfunctions.parser.asl.eval.environment import Environment


def work_without_recursion() -> None:
    """Change moto's workers of maps of either kind."""
    from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.itemprocessor.distributed_item_processor_worker import (  # noqa: E501
        DistributedItemProcessorWorker,
    )
    from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.iteration_worker import (  # noqa: E501
        IterationWorker,
    )

    def inline(worker: IterationWorker, job: "Job | None", worker_frame: "Environment") -> None:
        work_off(worker, job, worker_frame, "close_frame")

    def distributed(
        worker: IterationWorker, job: "Job | None", worker_frame: "Environment"
    ) -> None:
        work_off(worker, job, worker_frame, "delete_frame")

    IterationWorker._eval_pool = inline  # type: ignore[method-assign, assignment]
    DistributedItemProcessorWorker._eval_pool = distributed  # type: ignore[method-assign, assignment]


def work_off(worker: Any, job: "Job | None", worker_frame: "Environment", end: str) -> None:  # noqa: ANN401
    """Do `job` and what the worker's pool has next; `end` is what moto does to an ended frame.

    It comes before the end of its job, for maps wait for jobs and not for workers.
    """
    while job is not None:
        frame = worker_frame.open_inner_frame()
        worker._eval_job(env=frame, job=job)
        getattr(worker_frame, end)(frame)
        is_ended = isinstance(job.job_output, Exception) or worker.stopped()
        following = None if is_ended else worker._job_pool.next_job()
        if following is None:
            if not is_ended:
                # What the states after the map come after, in the history.
                last = frame.event_history_context.last_published_event_id
                worker_frame.event_history_context.source_event_id = last
            getattr(worker._env, end)(worker_frame)
            worker._job_pool.close_job(job)
            return
        worker._job_pool.close_job(job)
        job = following
    getattr(worker._env, end)(worker_frame)
