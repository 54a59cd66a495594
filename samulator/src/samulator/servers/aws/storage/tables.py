"""Tables of DynamoDB on disk: each item before the write of it is answered, all at the next start.

moto's DynamoDB is imported only where there is something to keep or to bring back.
"""

import io
import json
import logging
import sqlite3
import threading
from collections.abc import Iterable
from functools import cached_property
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from werkzeug.test import Client
from werkzeug.wrappers import Response

from samulator.servers.aws.config import ACCOUNT_ID
from samulator.servers.aws.storage.encoding import decoded, encoded
from samulator.sqlite_file import SqliteFile

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from moto.dynamodb.models.dynamo_type import DynamoType, Item
    from moto.dynamodb.models.table import Table

_logger = logging.getLogger(__name__)
_LAYOUT = 1
# The requests about a table that clients made, which the template does not.
_SCHEMA = """
CREATE TABLE request (
    place INTEGER PRIMARY KEY, region TEXT NOT NULL, name TEXT NOT NULL, operation TEXT NOT NULL,
    headers TEXT NOT NULL, body BLOB NOT NULL
);
CREATE TABLE item (
    region TEXT NOT NULL, name TEXT NOT NULL, key TEXT NOT NULL, record TEXT NOT NULL,
    PRIMARY KEY (region, name, key)
)
"""
_ABOUT_TABLES = ("CreateTable", "UpdateTable", "UpdateTimeToLive")


class Tables:
    """One file, made when a table is first written to. It keeps nothing until `restore`."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "dynamodb.sqlite"
        self._is_restored = False
        self._of_request = threading.local()

    @cached_property
    def _file(self) -> SqliteFile:
        return SqliteFile(self._path, _SCHEMA, layout=_LAYOUT)

    def watch(self) -> None:
        """Have moto's DynamoDB note what each request changes."""
        from moto.dynamodb.models import DynamoDBBackend
        from moto.dynamodb.models.table import Table

        put, delete, update = Table.put_item, Table.delete_item, DynamoDBBackend.update_item

        def put_item(table: Table, *arguments: Any, **options: Any) -> "Item":  # noqa: ANN401 - moto's
            item = put(table, *arguments, **options)
            self._note(table, item.hash_key, item.range_key)
            return item

        def delete_item(
            table: Table, hash_key: "DynamoType", range_key: "DynamoType | None"
        ) -> "Item | None":
            self._note(table, hash_key, range_key)
            return delete(table, hash_key, range_key)

        def update_item(backend: DynamoDBBackend, table_name: str, *a: Any, **o: Any) -> "Item":  # noqa: ANN401 - moto's
            item = update(backend, table_name, *a, **o)
            self._note(backend.get_table(table_name), item.hash_key, item.range_key)
            return item

        Table.put_item = put_item  # type: ignore[method-assign, assignment]
        Table.delete_item = delete_item  # type: ignore[method-assign, assignment]
        DynamoDBBackend.update_item = update_item  # type: ignore[method-assign, assignment]

    def keeping(self, app: "WSGIApplication") -> "WSGIApplication":
        """The application, whose writes are on disk before they are answered."""

        def keep(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
            if not self._is_restored:
                return app(environ, start_response)
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["wsgi.input"] = io.BytesIO(body)
            changed: list[Any] = []
            self._of_request.changed = changed
            answer = Response.from_app(app, environ, buffered=True)
            operation = str(environ.get("HTTP_X_AMZ_TARGET", "")).rpartition(".")[2]
            try:
                if answer.status_code < HTTPStatus.BAD_REQUEST:
                    self._write_request(operation, environ, body)
                if changed:
                    self._write_items(changed)
            except (OSError, sqlite3.Error) as error:
                self._undo(changed)
                answer = _not_kept(error)
            return answer(environ, start_response)

        return keep

    def restore(self, app: "WSGIApplication") -> None:
        """Adds what was kept to what the template made; `app` answers calls of DynamoDB."""
        if self._path.exists():
            for headers, body in self._file.rows(
                "SELECT headers, body FROM request ORDER BY place"
            ):
                _ask(app, json.loads(headers), body)
            self._read_items()
        self._is_restored = True

    def _note(self, table: "Table", hash_key: "DynamoType", range_key: "DynamoType | None") -> None:
        changed = getattr(self._of_request, "changed", None)
        if changed is not None:
            changed.append((table, hash_key, range_key))

    def _write_request(self, operation: str, environ: "WSGIEnvironment", body: bytes) -> None:
        if operation not in (*_ABOUT_TABLES, "DeleteTable"):
            return
        named = str(json.loads(body)["TableName"])
        place = (_region(environ), named.rpartition("/")[2])
        with self._file.transaction() as connection:
            if operation == "DeleteTable":
                for table in ("request", "item"):
                    connection.execute(
                        f"DELETE FROM {table} WHERE region = ? AND name = ?",  # noqa: S608 # nosec B608 - constants
                        place,
                    )
                return
            headers = {
                "X-Amz-Target": environ["HTTP_X_AMZ_TARGET"],
                "Authorization": environ["HTTP_AUTHORIZATION"],
                "Content-Type": environ["CONTENT_TYPE"],
            }
            connection.execute(
                "INSERT INTO request (region, name, operation, headers, body) "
                "VALUES (?, ?, ?, ?, ?)",
                (*place, operation, json.dumps(headers), body),
            )

    def _write_items(self, changed: list[Any]) -> None:
        """As they are now: a transaction that failed has put them back."""
        with self._file.transaction() as connection:
            for table, hash_key, range_key in changed:
                _write_item(connection, table, hash_key, range_key)

    def _undo(self, changed: list[Any]) -> None:
        """What is on disk is the truth."""
        for table, hash_key, range_key in changed:
            query = "SELECT record FROM item WHERE region = ? AND name = ? AND key = ?"
            rows = self._file.rows(query, *_place(table, hash_key, range_key))
            if rows:
                _take_back(table, json.loads(rows[0][0], object_hook=decoded))
            elif range_key is not None:
                table.items[hash_key].pop(range_key, None)
            else:
                table.items.pop(hash_key, None)

    def _read_items(self) -> None:
        rows = self._file.rows("SELECT region, name, record FROM item ORDER BY rowid")
        if not rows:
            return
        from moto.dynamodb.models import dynamodb_backends

        for region, name, record in rows:
            table = dynamodb_backends[ACCOUNT_ID][region].tables.get(name)
            attributes = json.loads(record, object_hook=decoded)
            if table is None or not {*table.table_key_attrs} <= attributes.keys():
                _logger.error("table %s is not what it was, so that an item is not there", name)
            else:
                _take_back(table, attributes)


def _write_item(
    connection: sqlite3.Connection,
    table: "Table",
    hash_key: "DynamoType",
    range_key: "DynamoType | None",
) -> None:
    from moto.dynamodb.models import dynamodb_backends

    # Transactions put copies of tables in their place.
    now = dynamodb_backends[ACCOUNT_ID][table.region_name].tables.get(table.name)
    item = now.get_item(hash_key, range_key) if now is not None else None
    place = _place(table, hash_key, range_key)
    if item is None:
        connection.execute("DELETE FROM item WHERE region = ? AND name = ? AND key = ?", place)
    else:
        record = json.dumps(item.attrs, default=encoded)
        connection.execute("INSERT OR REPLACE INTO item VALUES (?, ?, ?, ?)", (*place, record))


def _place(
    table: "Table", hash_key: "DynamoType", range_key: "DynamoType | None"
) -> tuple[str, str, str]:
    return table.region_name, table.name, json.dumps([hash_key, range_key], default=encoded)


def _not_kept(error: Exception) -> Response:
    _logger.error("a write to a table is refused: %s", error)
    text = f"What was sent cannot be kept: {error}"
    answer = json.dumps({"__type": "InternalServerError", "message": text})
    return Response(answer, HTTPStatus.INTERNAL_SERVER_ERROR, content_type="application/json")


def _take_back(table: "Table", attributes: dict[str, Any]) -> None:
    """Past moto's own way in, which would tell the table's stream."""
    from moto.dynamodb.models.dynamo_type import DynamoType, Item

    keys = [DynamoType(attributes[name]) for name in table.table_key_attrs]
    item = Item(keys[0], keys[1] if len(keys) > 1 else None, attributes)
    if item.range_key is not None:
        table.items[item.hash_key][item.range_key] = item
    else:
        table.items[item.hash_key] = item  # type: ignore[assignment]


def _region(environ: "WSGIEnvironment") -> str:
    """Of the signature's scope, as moto reads it."""
    scope = str(environ.get("HTTP_AUTHORIZATION", "")).partition("Credential=")[2].split("/")
    return scope[2] if len(scope) > 3 else "us-east-1"


def _ask(app: "WSGIApplication", headers: dict[str, str], body: bytes) -> None:
    answer = Client(app, Response).post("http://127.0.0.1/", headers=headers, data=body)
    if answer.status_code >= HTTPStatus.BAD_REQUEST:
        said = answer.get_data(as_text=True)
        _logger.error("%s is not done again: %s", headers["X-Amz-Target"], said)
