"""DuckDB, made for one query: nothing to reach but the dataset's files, nothing to set."""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb

from datasets.errors import InvalidInput, TooMuchWork
from datasets.query.bounds import Bounds
from datasets.query.cells import plain
from datasets.query.statement import TABLE, require_select

_MAX_CHARACTERS = 4_000_000


class Engine:
    """Over the Parquet files at `paths`, as one table. Each method raises duckdb.Error.

    DuckDB's own guide to SQL of strangers: access closed but for the named files, settings locked
    (duckdb.org/docs/2.0/operations_manual/securing_duckdb).
    """

    def __init__(self, paths: Sequence[str], bounds: Bounds) -> None:
        self._bounds = bounds
        files = ", ".join(f"'{path}'" for path in paths)
        self.connection = duckdb.connect(
            ":memory:",
            config={
                "autoload_known_extensions": "false",
                "autoinstall_known_extensions": "false",
                "allow_community_extensions": "false",
                "python_enable_replacements": "false",
                "temp_directory": "",
                "memory_limit": f"{bounds.memory_mb}MB",
                "threads": "2",
            },
        )
        self.connection.execute(f"set allowed_paths = [{files}]")
        self.connection.execute("set enable_external_access = false")
        self.connection.execute(f"create view {TABLE} as from read_parquet([{files}])")
        self.connection.execute("set lock_configuration = true")

    def answer(self, sql: str) -> dict[str, Any]:
        """Columns and rows. Raises InvalidInput for what is no query, TooMuchWork at the bounds."""
        bounds = self._bounds
        try:
            with self._interrupted():
                require_select(self.connection, sql)
                return self._rows(sql)
        except duckdb.InterruptException:
            raise TooMuchWork(f"The query took longer than {bounds.seconds:g} s.") from None
        except duckdb.OutOfMemoryException:
            raise TooMuchWork(
                f"The query wanted more than {bounds.memory_mb} MB of memory."
            ) from None
        except duckdb.Error as error:
            raise InvalidInput(str(error)[:1000], pointer="#/sql") from None

    @contextmanager
    def _interrupted(self) -> Iterator[None]:
        timer = threading.Timer(self._bounds.seconds, self.connection.interrupt)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _rows(self, sql: str) -> dict[str, Any]:
        result, most = self.connection.sql(sql), self._bounds.rows
        columns = [
            {"name": name, "type": str(kind)}
            for name, kind in zip(result.columns, result.types, strict=True)
        ]
        found: list[list[Any]] = []
        characters = 0
        for row in result.limit(most + 1).fetchall():
            cells = [plain(cell) for cell in row]
            characters += len(json.dumps(cells, ensure_ascii=False))
            if characters > _MAX_CHARACTERS:
                raise TooMuchWork("The answer would be larger than 4 MB: select less.")
            found.append(cells)
        return {"columns": columns, "rows": found[:most], "truncated": len(found) > most}
