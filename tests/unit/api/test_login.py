"""A refused login is told as one, however fast the server hangs up."""

import socket
import threading

import pytest
from pg8000.native import DatabaseError, InterfaceError

from api.database.login import Server, log_in
from api.database.session import sqlstate
from api.network.secrets import Login

SERVER = Server("db.example.com", 5432, "app", None)
REFUSAL = b"SFATAL\0C28P01\0Mpassword authentication failed\0\0"


def answer(server: socket.socket, reply: bytes) -> None:
    """What is sent after the first message from here on fails, as when the server is gone."""
    server.recv(4096)
    server.shutdown(socket.SHUT_RD)
    server.sendall(reply)
    server.close()


def refused(reply: bytes) -> pytest.ExceptionInfo[Exception]:
    client, server = socket.socketpair()
    thread = threading.Thread(target=answer, args=(server, reply))
    thread.start()
    with client, pytest.raises((DatabaseError, InterfaceError)) as raised:
        log_in(client, SERVER, Login("users_api", "old"))
    thread.join()
    return raised


def test_a_refusal_is_not_hidden_by_the_good_bye_that_fails_after_it() -> None:
    """Or a login with the password before would not be tried, and a rotation would cost a 503."""
    error = refused(b"E" + (len(REFUSAL) + 4).to_bytes(4, "big") + REFUSAL).value
    assert isinstance(error, DatabaseError)
    assert sqlstate(error) == "28P01"


def test_a_server_that_hangs_up_without_a_word_refused_nothing() -> None:
    assert isinstance(refused(b"").value, InterfaceError)
