"""A dirty sales file of any length, the same for the same length."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

_BLOCK = 500_000
_PRODUCTS = ["Widget", "Gadget", "Desk Lamp", "USB Cable", "Office Chair", "Notebook"]
_REGIONS = ["north", "south", "east", "west"]


def write_file(path: Path, rows: int) -> None:
    """About 48 bytes a row; 12 % repeated ids, 3 % gaps, 1 % bad dates, some bad numbers."""
    rng = np.random.default_rng(7)
    with path.open("wb") as file:
        for start in range(0, rows, _BLOCK):
            table = _block(rng, start, min(_BLOCK, rows - start))
            options = csv.WriteOptions(include_header=start == 0, quoting_style="none")
            csv.write_csv(table, file, options)


def _block(rng: np.random.Generator, start: int, size: int) -> pa.Table:
    numbers = np.arange(start, start + size)
    again = rng.random(size) < 0.12
    numbers[again] = rng.integers(0, numbers[again] + 1)
    days = rng.integers(18993, 18993 + 1096, size).astype("datetime64[D]")
    price = pc.cast(pa.array(rng.integers(100, 50_000, size) / 100), pa.string())
    return pa.table(
        {
            "order_id": _numbered("O", 100_000 + numbers),
            "order_date": _dirty(rng, pc.cast(pa.array(days), pa.string()), "2024-02-30", 0.04),
            "customer_id": _numbered("C", rng.integers(1, 50_000, size)),
            "product": _chosen(rng, _PRODUCTS, size),
            "quantity": _dirty(rng, pc.cast(pa.array(rng.integers(1, 10, size)), pa.string()), "x"),
            "price": _dirty(rng, price, "n/a"),
            "region": _chosen(rng, _REGIONS, size),
        }
    )


def _numbered(letter: str, numbers: np.ndarray) -> pa.StringArray:
    return pc.binary_join_element_wise(letter, pc.cast(pa.array(numbers), pa.string()), "")


def _chosen(rng: np.random.Generator, names: list[str], size: int) -> pa.StringArray:
    return pa.array(names).take(pa.array(rng.integers(0, len(names), size)))


def _dirty(
    rng: np.random.Generator, texts: pa.StringArray, bad: str, gaps: float = 0.03
) -> pa.StringArray:
    luck = rng.random(len(texts))
    texts = pc.if_else(pa.array(luck < gaps), "", texts)
    return pc.if_else(pa.array(luck > 0.995), bad, texts)
