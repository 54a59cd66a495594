"""SQS on disk: each change of a message before it is answered, all of it at the next start."""

import json
import logging
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from moto.sqs.exceptions import SQSException
from moto.sqs.models import Message, Queue, SQSBackend, sqs_backends

from samulator.servers.aws.config import ACCOUNT_ID
from samulator.servers.aws.fifo_queues import remember
from samulator.servers.aws.storage.messages import message_text, read_message, take_back
from samulator.sqlite_file import SqliteFile

_logger = logging.getLogger(__name__)
_LAYOUT = 1
# Attributes and tags are those that clients set: the template's are made anew at each start.
_SCHEMA = """
CREATE TABLE queue (
    arn TEXT PRIMARY KEY, created REAL NOT NULL, attributes TEXT NOT NULL DEFAULT '{}',
    tags TEXT NOT NULL DEFAULT '{}'
);
CREATE TABLE message (
    place INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, queue TEXT NOT NULL, record TEXT NOT NULL
);
CREATE INDEX message_of_queue ON message (queue)
"""


class SqsStorage:
    """One file. It keeps nothing until `restore` was called: the template's queues are made."""

    def __init__(self, folder: Path) -> None:
        """Raises FileUnusable and OSError."""
        self._file = SqliteFile(folder / "sqs.sqlite", _SCHEMA, layout=_LAYOUT)
        self._is_restored = False

    def restore(self) -> None:
        """Adds what was kept to what the template made, then keeps; raises sqlite3.Error."""
        present = [(queue, each) for queue in _queues() for each in queue._messages]
        for arn, created, attributes, tags in self._file.rows(
            "SELECT arn, created, attributes, tags FROM queue ORDER BY rowid"
        ):
            self._read_queue(arn, created, json.loads(attributes), json.loads(tags))
        for arn, record in self._file.rows("SELECT queue, record FROM message ORDER BY place"):
            queue, message = _queue(arn), read_message(record)
            take_back(queue, message)
            remember(queue, message)
        with self._file.transaction() as connection:
            for queue in _queues():
                _note(connection, queue)
        self._keep_queues()
        self._keep_messages()
        self._is_restored = True
        for queue, message in present:
            self.add(queue, message)

    def add(self, queue: Queue, message: Message) -> None:
        """One that is added, also from another queue; raises SQSException."""
        if not self._is_restored:
            return
        with _refusing(queue.name), self._file.transaction() as connection:
            connection.execute("DELETE FROM message WHERE id = ?", (message.id,))
            connection.execute(
                "INSERT INTO message (id, queue, record) VALUES (?, ?, ?)",
                (message.id, queue.queue_arn, message_text(message)),
            )

    def _read_queue(
        self, arn: str, created: float, attributes: Mapping[str, Any], tags: dict[str, str]
    ) -> None:
        _, _, _, region, _, name = arn.split(":", 5)
        backend = sqs_backends[ACCOUNT_ID][region]
        try:
            if name not in backend.queues:
                backend.create_queue(name, tags or None, **attributes)
            elif attributes:
                backend.set_queue_attributes(name, dict(attributes))
        except SQSException as error:
            _logger.error("queue %s is not as it was set before: %s", name, error.message)
            if name not in backend.queues:
                backend.create_queue(name, tags or None)
        backend.queues[name].created_timestamp = created

    def _keep_queues(self) -> None:
        create, set_attributes = SQSBackend.create_queue, SQSBackend.set_queue_attributes
        delete = SQSBackend.delete_queue

        def create_queue(
            backend: SQSBackend,
            name: str,
            tags: dict[str, str] | None = None,
            **attributes: Any,  # noqa: ANN401 - moto's
        ) -> Queue:
            queue = create(backend, name, tags, **attributes)
            with _refusing(name), self._file.transaction() as connection:
                attributes.pop("region", None)
                _note(connection, queue)
                _set(connection, queue, attributes)
            return queue

        def set_queue_attributes(
            backend: SQSBackend, queue_name: str, attributes: dict[str, Any]
        ) -> Queue:
            queue = set_attributes(backend, queue_name, attributes)
            with _refusing(queue_name), self._file.transaction() as connection:
                _set(connection, queue, attributes)
            return queue

        def delete_queue(backend: SQSBackend, queue_name: str) -> None:
            arn = backend.get_queue(queue_name).queue_arn
            delete(backend, queue_name)
            with _refusing(queue_name), self._file.transaction() as connection:
                connection.execute("DELETE FROM message WHERE queue = ?", (arn,))
                connection.execute("DELETE FROM queue WHERE arn = ?", (arn,))

        SQSBackend.create_queue = create_queue  # type: ignore[method-assign, assignment]
        SQSBackend.set_queue_attributes = set_queue_attributes  # type: ignore[method-assign, assignment]
        SQSBackend.delete_queue = delete_queue  # type: ignore[method-assign, assignment]

    def _keep_messages(self) -> None:
        delete, purge = Queue.delete_message, SQSBackend.purge_queue

        def delete_message(queue: Queue, receipt_handle: str) -> None:
            named = [each for each in queue._messages if each.had_receipt_handle(receipt_handle)]
            for message in named:
                with _refusing(queue.name):
                    self._file.run("DELETE FROM message WHERE id = ?", message.id)
            delete(queue, receipt_handle)

        def purge_queue(backend: SQSBackend, queue_name: str) -> None:
            purge(backend, queue_name)
            with _refusing(queue_name):
                arn = backend.get_queue(queue_name).queue_arn
                self._file.run("DELETE FROM message WHERE queue = ?", arn)

        Queue.delete_message = delete_message  # type: ignore[method-assign, assignment]
        SQSBackend.purge_queue = purge_queue  # type: ignore[method-assign, assignment]
        for name in ("mark_received", "change_visibility"):
            setattr(Message, name, self._written_after(getattr(Message, name)))

    def _written_after(self, change: Callable[..., None]) -> Callable[..., None]:
        def changed(message: Message, visibility_timeout: int | None = None) -> None:
            change(message, visibility_timeout)
            with _refusing(message.id):
                self._file.run(
                    "UPDATE message SET record = ? WHERE id = ?", message_text(message), message.id
                )

        return changed


def _note(connection: sqlite3.Connection, queue: Queue) -> None:
    connection.execute(
        "INSERT INTO queue (arn, created, tags) VALUES (?, ?, ?) "
        "ON CONFLICT (arn) DO UPDATE SET tags = excluded.tags",
        (queue.queue_arn, queue.created_timestamp, json.dumps(queue.tags)),
    )


def _set(connection: sqlite3.Connection, queue: Queue, attributes: Mapping[str, Any]) -> None:
    connection.execute(
        "UPDATE queue SET attributes = json_patch(attributes, ?) WHERE arn = ?",
        (json.dumps(attributes), queue.queue_arn),
    )


def _queues() -> Iterator[Queue]:
    for backend in [*sqs_backends[ACCOUNT_ID].values()]:
        yield from backend.queues.values()


def _queue(arn: str) -> Queue:
    _, _, _, region, _, name = arn.split(":", 5)
    return sqs_backends[ACCOUNT_ID][region].queues[name]


@contextmanager
def _refusing(name: str) -> Iterator[None]:
    """What the disk does not take is not done; raises SQSException."""
    try:
        yield
    except sqlite3.Error as error:
        _logger.error("%s: a change is refused: %s", name, error)
        raise SQSException("InternalError", f"What was asked cannot be kept: {error}") from error
