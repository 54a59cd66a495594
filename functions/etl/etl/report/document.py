"""report.json: its shape, in one place. docs/etl.md describes each field."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import etl
from etl.clean import Cleaned
from etl.errors import Refused, TooLarge
from etl.figures import Figures, total
from etl.rules.judge import KEPT, REASONS
from etl.source.description import Description

SCHEMA_VERSION = 1

SUCCEEDED = "succeeded"
REFUSED = "refused"
TOO_LARGE = "too_large"
PUBLISHING = "publishing"

Report = dict[str, Any]


def begin(status: str, source: Report) -> Report:
    """What every report starts with."""
    return {
        "schema_version": SCHEMA_VERSION,
        "status": status,
        "source": source,
        "code_version": code_version(),
    }


def success(cleaned: Cleaned, description: Description) -> Report:
    """The fields of a finished run that depend on the file alone: same bytes, same fields."""
    figures = cleaned.figures
    return {
        "rows_in": figures.rows_in,
        "rows_out": figures.rows_out,
        "duplicates": figures.duplicates,
        "rejected": figures.rejected,
        "reasons": {name: figures.reasons[name] for name in REASONS[KEPT + 1 :]},
        "lost_orders": figures.lost_orders,
        "quantity": {
            "filled": figures.filled_quantity,
            "negative": figures.negative_quantity,
            "zero": figures.zero_quantity,
        },
        "gaps": {name: figures.gaps[name] for name in cleaned.header.names},
        "sums": {
            "quantity": figures.quantity_sum,
            "price": total(figures.price_sums),
            "amount": total(figures.amount_sums),
        },
        "order_dates": _date_range(figures),
        "orders_per_month": dict(sorted(figures.orders_per_month.items())),
        "reading": {
            "delimiter": cleaned.header.delimiter,
            "columns": dict(zip(cleaned.header.names, cleaned.header.source_names, strict=True)),
            "description": description.model_dump(mode="json", exclude_defaults=True),
            "csv_dates": cleaned.date_form,
        },
    }


def refusal(refused: Refused) -> Report:
    return {"refusal": {"reason": refused.reason, "message": refused.message, "line": refused.line}}


def oversize(large: TooLarge) -> Report:
    return {
        "refusal": {"reason": "too_large", "message": str(large), "line": None},
        "limit_bytes": large.limit,
    }


@cache
def code_version() -> str:
    """The version, and a digest of the code itself: a changed rule is a changed version."""
    digest = hashlib.sha256()
    folder = Path(etl.__file__).parent
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return f"{etl.__version__}+{digest.hexdigest()[:12]}"


def _date_range(figures: Figures) -> Report:
    return {"first": _iso(figures.first_date), "last": _iso(figures.last_date)}


def _iso(moment: np.datetime64 | None) -> str | None:
    return None if moment is None else str(moment).removesuffix(".000000")
