"""Every port that the stack listens on, as a web page of somebody else meets it."""

import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass

import psutil
import pytest

from testkit.http_calls import HttpCaller
from testkit.timing import LONG_SECONDS
from tests.embedded_stack import ROOT, EmbeddedStack

NEXT = "/2018-06-01/runtime/invocation/next"
PATHS = ["/", NEXT, "/users/", "/_all/_search", "/sales-landing", "/?Action=ListQueues"]


@dataclass(frozen=True)
class Page:
    """What a browser sends for a page, be it across origins or under a name bound to loopback."""

    method: str
    headers: str

    def ask(self, address: tuple[str, int], path: str) -> bytes:
        """All that is answered until the server closes; b"" also where it just hangs up."""
        host, port = address
        headers = self.headers.format(port=port).replace("\n", "\r\n")
        head = f"{self.method} {path} HTTP/1.1\r\n{headers}\r\nContent-Length: 2\r\n\r\n{{}}"
        received = b""
        place = socket.create_connection((host, port), timeout=LONG_SECONDS)
        with place as connection, suppress(ConnectionError):
            connection.sendall(head.encode())
            while more := connection.recv(65536):
                received += more
        return received


PAGES = [
    Page(method, headers)
    for method in ("GET", "POST", "PUT", "DELETE")
    for headers in (
        "Host: evil.example:{port}",
        "Host: 127.0.0.1:{port}\nOrigin: https://evil.example",
        "Host: 127.0.0.1:{port}\nOrigin: null",
        "Host: 127.0.0.1:{port}\nSec-Fetch-Site: cross-site\nSec-Fetch-Mode: no-cors",
    )
]


def listening(stack: EmbeddedStack) -> set[tuple[str, int]]:
    """The addresses on which the stack and all its processes take TCP connections."""
    stack_process = psutil.Process(stack.process.pid)
    found = set()
    for process in [stack_process, *stack_process.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            found |= {
                (connection.laddr.ip, connection.laddr.port)
                for connection in process.net_connections("tcp")
                if connection.status == psutil.CONN_LISTEN
            }
    return found


def search_server_is_out_of_reach() -> bool:
    """Containers without rights of their own allow no network of their own either."""
    program = "import sys; from samulator.servers.search import isolation; "
    program += "sys.exit(not isolation.isolate())"
    return subprocess.run([sys.executable, "-c", program], check=False, cwd=ROOT).returncode == 0


@pytest.mark.skipif(
    not search_server_is_out_of_reach(),
    reason="this system lets no program hide the search server's own port (decision 36)",
)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.method} {page.headers}")
def test_no_port_answers_a_page_of_somebody_else(stack: EmbeddedStack, page: Page) -> None:
    """403 of HTTP servers; the others see no command of theirs in it and hang up."""
    HttpCaller(stack.url)("GET", "/status")
    addresses = listening(stack)
    assert {port for _, port in addresses} > {port for _, port in stack.ports.items()}
    assert all(ip == "127.0.0.1" for ip, _ in addresses)

    for address in sorted(addresses):
        for path in PATHS:
            answer = page.ask(address, path)
            is_http = answer.startswith(b"HTTP/")
            assert answer.split(b" ")[1] == b"403" if is_http else is_refusal(answer), address


def is_refusal(answer: bytes) -> bool:
    """Whether Redis said that it knows no such thing, or a server said nothing."""
    return all(line.startswith(b"-ERR ") for line in answer.splitlines())


def test_no_page_takes_an_invocation_away_from_its_worker(stack: EmbeddedStack) -> None:
    call = HttpCaller(stack.url)
    assert call("GET", "/status").status == 200
    addresses = listening(stack)
    for page in PAGES:
        for address in addresses:
            page.ask(address, NEXT)
    answer = call("GET", "/status")

    # A function whose invocation somebody took would be given up after its timeout.
    assert (answer.status, answer.json()["status"]) == (200, "running")


def test_programs_of_this_machine_are_answered_everywhere(stack: EmbeddedStack) -> None:
    program = Page("GET", "Host: localhost:{port}\nConnection: close")
    for name in ("api", "lambda_endpoint", "aws", "opensearch"):
        answer = program.ask(("127.0.0.1", getattr(stack.ports, name)), "/nobody")
        assert answer.startswith(b"HTTP/1.1 "), name
        assert not answer.startswith(b"HTTP/1.1 403 "), name
