"""A raw.csv of 5,200 rows with repeats, gaps and empty dates that cleans to 4,680."""

import csv
import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import TextIO

COLUMNS = ("order_id", "order_date", "customer_id", "product", "quantity", "price", "region")

ROWS = 5200
CLEAN_ROWS = 4680
REPEATS = 312
EMPTY_DATES = ROWS - CLEAN_ROWS - REPEATS

_SEED = 20250101
_FIRST_DAY = date(2025, 1, 1)
_DAYS = 365
_PRICES = {
    "Desk lamp": 34.90,
    "Office chair": 189.00,
    "Notebook, ruled": 4.50,
    "USB cable": 9.99,
    'Monitor 27"': 249.00,
    "Coffee mug": 7.25,
    "Standing desk": 429.00,
    "Headset": 59.95,
}
_REGIONS = ("north", "south", "east", "west")
_GAP_SHARE = 0.02

Row = list[str]


def write_sales(file: TextIO) -> None:
    """Write the header and ROWS rows, always the same."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(sales_rows())


def sales_rows() -> Iterator[Row]:
    """Orders in the order of their days, with repeats some way behind their first row."""
    # Not for secrets: the same numbers on every machine are what is wanted.
    rng = random.Random(_SEED)  # noqa: S311 # nosec B311 # see above
    orders = [_order(rng, number) for number in range(ROWS - REPEATS)]
    for order in rng.sample(orders, EMPTY_DATES):
        order[1] = ""
    for original in rng.sample(orders[:-50], REPEATS):
        at = orders.index(original) + rng.randint(1, 40)
        orders.insert(at, _repeat(rng, original))
    yield from orders


def _order(rng: random.Random, number: int) -> Row:
    product = rng.choice(list(_PRICES))
    row = [
        f"SO-{100_000 + number}",
        (_FIRST_DAY + timedelta(days=number * _DAYS // (ROWS - REPEATS))).isoformat(),
        f"C{rng.randint(1, 900):04}",
        product,
        str(rng.choices((1, 2, 3, 5, 10), (50, 25, 12, 8, 5))[0]),
        f"{_PRICES[product] * rng.choice((1, 1, 1, 0.9)):.2f}",
        rng.choice(_REGIONS),
    ]
    for column in (2, 4, 5, 6):
        if rng.random() < _GAP_SHARE:
            row[column] = ""
    return row


def _repeat(rng: random.Random, original: Row) -> Row:
    """Most repeats are the same line sent twice; some are a later correction."""
    repeat = list(original)
    if rng.random() < 0.2:
        repeat[4] = str(int(repeat[4] or 1) + 1)
    return repeat
