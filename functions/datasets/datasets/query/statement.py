"""What a query may be: one SELECT over the table `dataset`, and functions that compute."""

import json
from collections.abc import Iterator
from typing import Any

import duckdb

from datasets.errors import InvalidInput

TABLE = "dataset"
# The others read files, memory by its address, settings, or run text as another statement.
_TABLE_FUNCTIONS = {"range", "generate_series", "unnest", "repeat", "repeat_row", "json_each"}
# Functions that read settings; the others compute.
_SETTINGS = {"current_setting"}
_ONE_SELECT = "must be one SELECT statement"


def require_select(engine: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Raises InvalidInput unless `sql` is one such statement.

    DuckDB's own parser says what is in it: a list of forbidden words would miss some.
    """
    parsed = _parsed(engine, sql)
    tables = {TABLE, *(name.casefold() for name in _common_tables(parsed))}
    for kind, name in _sources(parsed):
        if kind == "FUNCTION" and name.casefold() in _SETTINGS:
            raise _refused(f"the function {name[:100]!r} is not allowed")
        if kind == "TABLE_FUNCTION" and name not in _TABLE_FUNCTIONS:
            raise _refused(f"the table function {name[:100]!r} is not allowed")
        if kind == "BASE_TABLE" and name.casefold() not in tables:
            raise _refused(f"there is no table {name[:100]!r}; the rows are in {TABLE}")
        if kind == "SHOW_REF" and name.strip('"').casefold() not in ("", TABLE, "tables"):
            raise _refused(f"only {TABLE} can be described")


def _parsed(engine: duckdb.DuckDBPyConnection, sql: str) -> dict[str, Any]:
    # All of it: the connection takes nothing else before.
    answers = engine.execute("select json_serialize_sql(?::varchar)", [sql]).fetchall()
    try:
        parsed: dict[str, Any] = json.loads(answers[0][0])
    except RecursionError:
        raise _refused("is nested too deeply") from None
    if parsed.get("error_type") == "not implemented":  # of whatever is no SELECT
        raise _refused(_ONE_SELECT)
    if parsed.get("error"):
        raise _refused(str(parsed.get("error_message", "is no query"))[:1000])
    if len(parsed["statements"]) != 1:
        raise _refused(_ONE_SELECT)
    return parsed


def _refused(why: str) -> InvalidInput:
    return InvalidInput(why, pointer="#/sql")


def _sources(parsed: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - JSON
    for node in _nodes(parsed):
        kind = node.get("type")
        if kind in ("TABLE_FUNCTION", "BASE_TABLE", "SHOW_REF", "FUNCTION"):
            function = node if kind == "FUNCTION" else node.get("function") or {}
            yield kind, str(function.get("function_name") or node.get("table_name") or "")


def _common_tables(parsed: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    """Names that WITH gives, anywhere in the statement."""
    for node in _nodes(parsed):
        for entry in (node.get("cte_map") or {}).get("map", []):
            yield str(entry["key"])


def _nodes(parsed: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - JSON
    """Every object of the tree, without recursion: a caller decides how deep it is."""
    rest = [parsed]
    while rest:
        node = rest.pop()
        if isinstance(node, dict):
            yield node
            rest.extend(node.values())
        elif isinstance(node, list):
            rest.extend(node)
