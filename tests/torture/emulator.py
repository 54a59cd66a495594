"""More than a browser asks of a stack: slow, endless, too long, too many, while code is saved."""

import socket
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

from samulator.functions.failure import EVENT_LIMIT, REQUEST_LIMIT
from samulator.http.gateway.request import BODY_LIMIT, HEAD_LIMIT
from testkit.raw_http import RawAnswer, parse
from testkit.timing import LONG_SECONDS, wait_until
from tests.embedded_stack import EmbeddedStack
from tests.torture.findings import Finding
from tests.torture.small_app import SmallApp, ask

SLOW = 20
PIPELINED = 50
CLIENTS = 200
_EACH = 3
_LOAD = 4
_PATIENT = 10
_HEAD = "{method} {path} HTTP/1.1\r\nHost: localhost\r\n"
_LAST = "Connection: close\r\n\r\n"
_INVOKE = "/2015-03-31/functions/Echo/invocations"


def ask_too_much(app: SmallApp, stack: EmbeddedStack, saves: int) -> Iterator[Finding]:
    """Slow clients are there all the while, and are looked at in the end."""
    slow = [_connect(stack.ports.api) for _ in range(SLOW)]
    try:
        for client in slow:
            client.sendall(_head("GET", "/").encode() + b"X-Never: ")
        yield flood_with_headers(stack)
        yield pipeline(stack)
        yield send_to_the_limits(stack)
        yield crowd(stack)
        yield save_under_load(app, stack, saves)
        yield wait_for_slow(slow)
    finally:
        for client in slow:
            client.close()


def flood_with_headers(stack: EmbeddedStack) -> Finding:
    """A mebibyte of headers and one byte more; the head never ends."""
    head = _head("GET", "/").encode()
    line = b"X-A: " + b"x" * 60_000 + b"\r\n"
    flood = (head + line * 20)[: (1 << 20) + 1]
    answers = _exchange(stack.ports.api, flood, ends=False)
    statuses = [answer.status for answer in answers]
    return Finding(
        "head of 1 MiB and a byte, without end",
        1,
        "431",
        ", ".join(map(str, statuses)),
        () if statuses == [431] else (f"answers {statuses}",),
    )


def pipeline(stack: EmbeddedStack) -> Finding:
    """All requests of a connection are sent before the first answer is read."""
    asked = "".join(
        _head("GET", f"/?{n}") + (_LAST if n == PIPELINED - 1 else "\r\n") for n in range(PIPELINED)
    )
    answers = _exchange(stack.ports.api, asked.encode())
    got = [(answer.status, answer.body.decode()) for answer in answers]
    wanted = [(200, f"whole 0 {n}") for n in range(PIPELINED)]
    return Finding(
        f"{PIPELINED} requests in one piece on one connection",
        1,
        "each is answered, in its order",
        f"{len(got)} answers",
        () if got == wanted else (f"answers {got}",),
    )


def send_to_the_limits(stack: EmbeddedStack) -> Finding:
    """What is at the limit of a head, a body or a payload, and what is one byte past it."""
    api, endpoint = stack.ports.api, stack.ports.lambda_endpoint
    event = "X-Amz-Invocation-Type: Event"
    # API Gateway takes a body of 10 MiB, of which Lambda takes no more than 6.
    cases = {
        "head": (api, _of_head, HEAD_LIMIT, (200, 431)),
        "body": (api, partial(_body, "/"), BODY_LIMIT, (413, 413)),
        "Invoke": (endpoint, partial(_body, _INVOKE), REQUEST_LIMIT, (200, 413)),
        "Event": (endpoint, partial(_body, _INVOKE, header=event), EVENT_LIMIT, (202, 413)),
    }
    found, wrong = [], []
    for name, (port, write, limit, wanted) in cases.items():
        statuses = [_status(port, write(size=limit + more)) for more in (0, 1)]
        found.append(f"{name} {statuses[0]}, {statuses[1]}")
        if tuple(statuses) != wanted:
            wrong.append(f"{name}: {statuses} instead of {wanted}")
    return Finding(
        f"head of {HEAD_LIMIT:,} bytes, body of {BODY_LIMIT:,}, payload of {REQUEST_LIMIT:,} to"
        f" invoke and of {EVENT_LIMIT:,} as an event: at the limit and one byte past it",
        2 * len(cases),
        "as AWS answers it",
        "; ".join(found),
        tuple(wrong),
    )


def crowd(stack: EmbeddedStack) -> Finding:
    """Each client opens a connection for each request, and all begin at once."""
    begin = threading.Barrier(CLIENTS)

    def client(number: int) -> list[tuple[int, str]]:
        begin.wait(LONG_SECONDS)
        return [ask(stack, f"{number}") for _ in range(_EACH)]

    with ThreadPoolExecutor(CLIENTS) as threads:
        results = [*threads.map(client, range(CLIENTS))]
    wrong = Counter(
        f"{status} {body[:60]}"
        for number, answers in enumerate(results)
        for status, body in answers
        if (status, body) != (200, f"whole 0 {number}")
    )
    return Finding(
        f"{CLIENTS} clients at once, each {_EACH} times",
        CLIENTS * _EACH,
        "each gets its own answer",
        f"{CLIENTS * _EACH - wrong.total()} right answers",
        tuple(f"{times} times {answer}" for answer, times in wrong.items()),
    )


def save_under_load(app: SmallApp, stack: EmbeddedStack, saves: int) -> Finding:
    """Code is saved again and again while clients ask; most saves are replaced unused."""
    done = threading.Event()

    def client(_number: int) -> list[tuple[int, str]]:
        answers = [ask(stack)]
        while not done.is_set():
            answers.append(ask(stack))
        return answers

    with ThreadPoolExecutor(_LOAD) as threads:
        clients = [threads.submit(client, number) for number in range(_LOAD)]
        try:
            for number in range(1, saves + 1):
                app.save(number)
                if number % _PATIENT == 0 or number == saves:
                    wait_until(partial(_is_used, stack, number), f"save {number} is not used")
        finally:
            done.set()
        answers = [answer for one in clients for answer in one.result()]
    right = {(200, f"whole {number} ") for number in range(saves + 1)}
    wrong = Counter(answer for answer in answers if answer not in right)
    return Finding(
        f"{saves:,} saves of the code under {_LOAD} clients",
        saves,
        f"each request is answered, by code that was whole; each {_PATIENT}th save is waited for",
        f"{len(answers):,} answers by {len({*answers})} saves",
        tuple(f"{times} times {answer}" for answer, times in wrong.items()),
    )


def _is_used(stack: EmbeddedStack, save: int) -> bool:
    return ask(stack) == (200, f"whole {save} ")


def wait_for_slow(slow: list[socket.socket]) -> Finding:
    """Those that began a head before everything else and never ended it."""
    statuses = [[answer.status for answer in parse(_all_of(client))] for client in slow]
    wrong = [f"answers {told}" for told in statuses if told != [408]]
    return Finding(
        f"{len(slow)} clients that never end their head, beside all of these",
        len(slow),
        "408, and nobody else waits for them",
        f"{len(slow) - len(wrong)} times 408",
        tuple(wrong),
    )


def _head(method: str, path: str) -> str:
    return _HEAD.format(method=method, path=path)


def _of_head(size: int) -> bytes:
    """A request whose line and header values have that size, as API Gateway counts."""
    line, values = "GET / HTTP/1.1", len("localhost") + len("close")
    filler = "x" * (size - len(line) - values)
    return f"{_head('GET', '/')}X-Filler: {filler}\r\n{_LAST}".encode()


def _body(path: str, *, size: int, header: str = "X-Plain: 1") -> bytes:
    """A text in JSON of that size."""
    head = f"{_head('POST', path)}{header}\r\nContent-Type: application/json\r\n"
    text = '"' + "x" * (size - 2) + '"'
    return f"{head}Content-Length: {size}\r\n{_LAST}{text}".encode()


def _status(port: int, sent: bytes) -> int:
    (answer,) = _exchange(port, sent)
    return answer.status


def _exchange(port: int, sent: bytes, *, ends: bool = True) -> list[RawAnswer]:
    with _connect(port) as connection:
        with suppress(ConnectionError):
            connection.sendall(sent)
            if ends:
                connection.shutdown(socket.SHUT_WR)
        return parse(_all_of(connection))


def _connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=LONG_SECONDS)


def _all_of(connection: socket.socket) -> bytes:
    received = b""
    with suppress(ConnectionResetError):
        while more := connection.recv(65536):
            received += more
    return received
