"""The faults of the matrix: what is done to which store, and to whom."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from pydantic import SecretStr

from tests.store_faults import break_, error_of_postgres, http_answer
from tests.tcp_proxy import TcpProxy
from tests.torture.names import SILENT, UNKNOWN
from tests.torture.stage import SUMMARY, Stage

Begin = Callable[[Stage], None]

_NO_HITS: dict[str, Any] = {"hits": {"hits": [], "total": {"value": 0}}, "timed_out": False}
_FAILED_SHARDS = {"_shards": {"total": 5, "successful": 4, "failed": 1}}
# Of each store far enough below its limit for a machine that is busy with others.
_BEARABLE_SECONDS = {"postgres": 0.2, "redis": 0.01, "opensearch": 0.05, "s3": 0.2}
_LATER = {
    "08006": "connection failed",
    "25006": "server is read-only",
    "40001": "serialisation failed",
    "40P01": "deadlock",
    "53100": "disk full",
    "53200": "out of memory",
    "55P03": "lock not available",
    "57014": "statement was cancelled",
    "57P01": "server is shutting down",
    "58030": "disk failed",
    "F0000": "wrong configuration file",
    "XX000": "error of PostgreSQL itself",
    "XX001": "damaged data",
}


@dataclass(frozen=True)
class Fault:
    """`begin` breaks `store`; what is `warm` has used it before, else it logs in during the fault.

    `settings` are what the environment is told wrongly; `killed`: the server itself ends, and is
    started again for the first request after the fault; `bearable`: slower than usual, but under
    the limits, so that each call does what it was asked for.
    """

    store: str
    name: str
    begin: Begin
    warm: bool = True
    killed: bool = False
    bearable: bool = False
    settings: dict[str, Any] = field(default_factory=dict)

    def end(self, stage: Stage) -> None:
        if self.killed:
            stage.restart(self.store)
        stage.heal()


def all_faults() -> list[Fault]:
    """For each store those that any connection can have, then those of its own protocol."""
    return [
        *_of_any("postgres"),
        *_of_postgres(),
        *_of_any("redis"),
        *_of_redis(),
        *_of_any("opensearch"),
        *_of_opensearch(),
        *_of_any("s3"),
        Fault("s3", "answers cut within a summary", _cut_summary, warm=False),
    ]


def _of_any(store: str) -> list[Fault]:
    def on_proxy(change: Callable[[TcpProxy], None]) -> Begin:
        return lambda stage: change(stage.proxy(store))

    def put(**values: object) -> Begin:
        return on_proxy(lambda proxy: vars(proxy).update(values))

    bearable = _BEARABLE_SECONDS[store]
    return [
        Fault(store, "refused", on_proxy(TcpProxy.refuse)),
        Fault(store, "refused, new environment", on_proxy(TcpProxy.refuse), warm=False),
        Fault(store, "black hole on connecting", on_proxy(TcpProxy.black_hole), warm=False),
        Fault(store, "black hole on a warm connection", put(silent=True)),
        Fault(store, "reset", on_proxy(partial(break_, fault="reset"))),
        Fault(store, "closed while idle", on_proxy(partial(break_, fault="cut"))),
        Fault(store, "2 s slow", put(delay=2.0)),
        Fault(store, "each message 0.9 s late", put(late=0.9)),
        Fault(store, "each message 0.9 s late, new environment", put(late=0.9), warm=False),
        Fault(store, "a byte in 50 ms", put(drip=0.05)),
        Fault(store, "a byte in 20 ms, new environment", put(drip=0.02), warm=False),
        Fault(store, "a byte in 10 ms", put(drip=0.01)),
        Fault(store, "garbage", on_proxy(partial(break_, fault="garbage"))),
        Fault(store, "answers cut after 5 bytes", put(cut_after=5)),
        Fault(store, "answers cut after 60 bytes", put(cut_after=60)),
        Fault(
            store,
            f"{bearable * 1000:.0f} ms slow, under the limit",
            put(delay=bearable),
            bearable=True,
        ),
        _misnamed(store, "name not found", UNKNOWN),
        _misnamed(store, "name server that never answers", SILENT),
        Fault(store, "frozen (SIGSTOP) and thawed", lambda stage: stage.freeze(store)),
        Fault(store, "killed and restarted", lambda stage: stage.kill(store), killed=True),
    ]


def _cut_summary(stage: Stage) -> None:
    """Behind the head of a 200, whose length the body does not reach."""
    stage.s3.cut_after = len(json.dumps(SUMMARY)) // 2


def _misnamed(store: str, fault: str, host: str) -> Fault:
    settings = {
        "postgres": {"database_host": host},
        "redis": {"redis_host": host},
        "opensearch": {"opensearch_url": f"http://{host}:9200"},
        "s3": {"aws_endpoint_url": f"http://{host}:9000"},
    }
    return Fault(store, fault, lambda stage: None, warm=False, settings=settings[store])


def _says(store: str, name: str, answer: bytes, *, warm: bool = True) -> Fault:
    def begin(stage: Stage) -> None:
        stage.proxy(store).garbage = answer

    return Fault(store, name, begin, warm=warm)


def _of_postgres() -> Sequence[Fault]:
    reasons = {
        "28P01": "wrong password",
        "28000": "user may not log in",
        "3D000": "no such database",
        "08004": "connection rejected",
        "42501": "user may not use it",
        "53100": "disk full",
        "53300": "out of connections",
        "57P03": "starting",
        "58030": "disk failed",
        "F0000": "wrong configuration file",
        "XX000": "error of PostgreSQL itself",
    }
    logins = [
        _says(
            "postgres",
            f"login refused: {code}, {reason}",
            error_of_postgres(code, "FATAL"),
            warm=False,
        )
        for code, reason in reasons.items()
    ]
    ready = b"Z\0\0\0\5I"
    statements = [
        _says(
            "postgres",
            f"statement refused: {code}, {reason}",
            error_of_postgres(code, "ERROR") + ready,
        )
        for code, reason in _LATER.items()
    ]
    real = Fault(
        "postgres",
        "wrong password, said by the server itself",
        lambda stage: None,
        warm=False,
        settings={"database_password": SecretStr("wrong")},
    )
    return [real, *logins, *statements]


def _of_redis() -> Sequence[Fault]:
    return [
        _says("redis", f"says {words.split()[0]}", f"-{words}\r\n".encode())
        for words in (
            "NOAUTH Authentication required.",
            "READONLY You can't write against a read only replica.",
            "OOM command not allowed when used memory > 'maxmemory'.",
            "LOADING Redis is loading the dataset in memory",
        )
    ] + [_says("redis", "says another's value", b"$2\r\n{}\r\n")]


def _of_opensearch() -> Sequence[Fault]:
    def refusal(kind: str, status: int) -> dict[str, Any]:
        return {"error": {"type": kind}, "status": status}

    answers = {
        "partial: timed_out": ("200 OK", _NO_HITS | {"timed_out": True}),
        "partial: failed shards": ("200 OK", _NO_HITS | _FAILED_SHARDS),
        "200 that makes no sense": ("200 OK", {"hits": []}),
        "401": ("401 Unauthorized", refusal("security_exception", 401)),
        "403, index is read-only": ("403 Forbidden", refusal("cluster_block_exception", 403)),
        "429": ("429 Too Many Requests", refusal("circuit_breaking_exception", 429)),
        "503": ("503 Service Unavailable", refusal("no_master", 503)),
    }
    return [
        _says("opensearch", name, http_answer(status, body))
        for name, (status, body) in answers.items()
    ]
