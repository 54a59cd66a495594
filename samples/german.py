"""A German export: decimal commas, days before months, semicolons.

No row of it is kept without a description, and every one with it: a day after the twelfth is among
the dates, so the order of day and month is certain.
"""

import csv
import random
from datetime import date, timedelta
from typing import TextIO

ROWS = 50
COLUMNS = ("order_id", "order_date", "customer_id", "product", "quantity", "price", "region")

_SEED = 20250102
_FIRST_DAY = date(2025, 1, 3)
_PRICES = {"Bürostuhl": 189.0, "Schreibtisch": 1429.0, "Tischlampe": 34.9, "Kaffeetasse": 7.25}
_REGIONS = ("Nord", "Süd", "Ost", "West")


def write_german(file: TextIO) -> None:
    """Write the header and ROWS rows, always the same."""
    rng = random.Random(_SEED)  # noqa: S311 # nosec B311 # a sample, no secret
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for number in range(ROWS):
        product = rng.choice(list(_PRICES))
        day = _FIRST_DAY + timedelta(days=number * 5 + rng.randint(0, 3))
        writer.writerow(
            [
                f"AB-{4100 + number}",
                day.strftime("%d.%m.%Y"),
                f"K{rng.randint(1, 30):03}",
                product,
                str(rng.choice((1, 1, 2, 3, 5))),
                _german(_PRICES[product] * rng.choice((1, 1, 0.9))),
                rng.choice(_REGIONS),
            ]
        )


def _german(price: float) -> str:
    """1429.0 is 1.429,00."""
    return f"{price:,.2f}".translate(str.maketrans(",.", ".,"))
