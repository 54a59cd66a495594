"""One cell of the matrix: what callers see of one fault, and how long it takes."""

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from random import Random

from testkit.timing import seconds_of
from tests.api_client import Answer, ApiClient
from tests.torture.calls import Call, Known, says_when
from tests.torture.faults import Fault
from tests.torture.stage import Stage

HEALTHY_CALLS = 5
# A machine on which a healthy store cannot be asked so often in a row is too busy to tell anything.
_UNFIT = 10
# A busy machine only adds to a duration: a cell that is too slow is measured again, in whole.
TRIES = 4


class Unfit(Exception):
    """Without any fault a call went wrong, or never asked the store: nothing to compare with."""


@dataclass(frozen=True)
class Timing:
    """One call under a fault; seconds. `healthy` is the slowest without one."""

    call: str
    status: int
    seconds: float
    healthy: float
    promise: float

    @property
    def bound(self) -> float:
        return self.promise + self.healthy


@dataclass(frozen=True)
class Cell:
    """What a fault did; `wrong` and `late` are sentences, none where every promise was kept."""

    fault: Fault
    timings: tuple[Timing, ...]
    recovered: str
    wrong: tuple[str, ...]
    late: tuple[str, ...]
    tries: int

    @property
    def violations(self) -> tuple[str, ...]:
        return self.wrong + self.late

    @property
    def tightest(self) -> Timing:
        """The call that came nearest to its bound."""
        return max(self.timings, key=lambda timing: timing.seconds / timing.bound)


def measure_matrix(stage: Stage, faults: list[Fault], chance: Random) -> Iterator[Cell]:
    """`chance` draws which call meets a fault first. What is wrong is never asked for again.

    Raises Unfit.
    """
    for fault in faults:
        for tries in range(1, TRIES + 1):
            cell = _measure_when_fit(stage, fault, chance, tries)
            if cell.wrong or not cell.late:
                break
        yield cell


def _measure_when_fit(stage: Stage, fault: Fault, chance: Random, tries: int) -> Cell:
    """On a busy machine the breaker of a healthy store opens; a new environment has none open."""
    for left in reversed(range(_UNFIT)):
        try:
            return _measure(stage, fault, chance, tries)
        except Unfit:
            if not left:
                raise
    raise AssertionError("there is always a last time")


def _measure(stage: Stage, fault: Fault, chance: Random, tries: int) -> Cell:
    stage.heal()
    with stage.environment(**fault.settings) as api, stage.environment() as sound:
        known = Known.create(sound)
        calls = known.calls(fault.store)
        chance.shuffle(calls)
        usual = api if fault.warm else None
        healthy = [_healthy(stage, fault.store, call, usual) for call in calls]
        known.settle(sound)
        fault.begin(stage)
        timings, wrong, late = [], [], []
        for call, baseline in zip(calls, healthy, strict=True):
            answer, seconds = _timed(partial(call.make, api))
            timing = Timing(call.name, answer.status, seconds, baseline, call.promise)
            timings.append(timing)
            is_told = answer.status == 503 and says_when(answer.headers)
            if said := call.judge(answer):
                # The machine may be too busy for PostgreSQL to answer in time.
                (late if is_told else wrong).append(f"{call.name}: {said}")
            elif fault.bearable and is_told:
                late.append(f"{call.name}: 503 under the limit")
            if seconds > timing.bound:
                late.append(f"{call.name}: {seconds:.3f} s, bound {timing.bound:.3f} s")
        fault.end(stage)
        if fault.settings:
            # What a single environment could not drop from the cache, the relay does.
            stage.sync()
        recovered = known.after(sound if fault.settings else api, fault.store)
        if recovered:
            is_told = recovered.endswith("status 503")
            (late if is_told else wrong).append(f"first request after it: {recovered}")
        if fault.killed and fault.store == "opensearch":
            stage.sync({"action": "rebuild"})
    return Cell(fault, tuple(timings), recovered or "right", tuple(wrong), tuple(late), tries)


def _timed(call: Callable[[], Answer]) -> tuple[Answer, float]:
    answers: list[Answer] = []
    seconds = seconds_of(lambda: answers.append(call()))
    return answers[0], seconds


def _healthy(stage: Stage, store: str, call: Call, warm: ApiClient | None) -> float:
    """The slowest of several, each in a new environment where the fault meets one, too.

    Raises Unfit.
    """
    found = []
    if warm:
        call.make(warm)
    for _ in range(HEALTHY_CALLS):
        with nullcontext(warm) if warm else stage.environment() as api:
            stage.proxy(store).count()
            answer, seconds = _timed(partial(call.make, api))
            said = call.judge(answer)
            if said or answer.status == 503:
                raise Unfit(f"{call.name}: {answer.status} {said}")
            if not stage.proxy(store).round_trips:
                raise Unfit(f"{call.name}: {store} was not asked")
            found.append(seconds)
    return max(found)
