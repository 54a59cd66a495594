"""Exports of the world: no value is another one than was meant, before or after advice."""

import pytest

from etl.check import check
from etl.errors import Refused
from etl.source.description import Description
from tests.unit.etl.cleaning import run
from tests.unit.etl.world_exports import ORDERS, Export, exports

EXPORTS = exports()


def rows_of(content: bytes, description: Description | None = None) -> dict:
    fields = (description or Description()).model_dump(exclude_defaults=True)
    try:
        rows = run(content, workers=1, **fields).rows
    except Refused:
        return {}
    return {
        row["order_id"]: (row["quantity"], row["price"], row["order_date"].date()) for row in rows
    }


def meant(export: Export) -> dict:
    prices = {order.id: export.prices(order) for order in ORDERS}
    return {
        order.id: (order.quantity, None if price is None else float(price), order.day)
        for order in ORDERS
        for price in [prices[order.id]]
    }


@pytest.mark.parametrize("name", EXPORTS)
def test_what_is_kept_of_an_export_is_what_was_meant(tmp_path, name):
    export = EXPORTS[name]
    path = tmp_path / "orders.csv"
    path.write_bytes(export.content)
    now = rows_of(export.content)
    advice = check(path, Description(), key=path.name).advice
    assert advice is not None

    assert now.items() <= meant(export).items()
    if export.outcome == "kept":
        assert now == meant(export)
    if advice.suggestion is not None:
        described = Description.model_validate(advice.suggestion.description, strict=False)
        assert rows_of(export.content, described) == meant(export)
        assert advice.suggestion.effect.kept_then == len(ORDERS)
    if export.outcome not in ("kept", "suggested"):
        assert export.outcome in {notice.kind for notice in advice.notices}
    assert (export.outcome == "suggested") <= (advice.suggestion is not None)
