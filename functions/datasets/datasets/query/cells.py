"""Cells of an answer, as JSON and CSV carry them exactly."""

import datetime
import decimal
import json
from collections.abc import Sequence
from typing import Any

_EXACT = 2**53


def plain(cell: Any) -> Any:  # noqa: ANN401 - a cell
    """For JSON: dates, decimals and great numbers as text, what is no number as null."""
    if cell is None or isinstance(cell, bool | str):
        return cell
    if isinstance(cell, int):
        return cell if abs(cell) <= _EXACT else str(cell)
    if isinstance(cell, float):
        return cell if cell - cell == 0 else None
    if isinstance(cell, datetime.datetime):
        return cell.isoformat() + ("" if cell.tzinfo else "Z")
    if isinstance(cell, decimal.Decimal | datetime.date | datetime.time | datetime.timedelta):
        return str(cell)
    if isinstance(cell, dict):
        return {str(name): plain(value) for name, value in cell.items()}
    if isinstance(cell, Sequence) and not isinstance(cell, bytes):
        return [plain(one) for one in cell]
    return str(cell)


def csv_cell(cell: Any) -> object:  # noqa: ANN401 - a cell
    """For CSV, of a plain cell: lists, structures and truth values in JSON's words.

    >>> csv_cell(True), csv_cell([1, None]), csv_cell("a"), csv_cell(None)
    ('true', '[1, null]', 'a', None)
    """
    if isinstance(cell, bool | list | dict):
        return json.dumps(cell, ensure_ascii=False)
    return cell
