"""Between numpy and Arrow without a copy, and without pandas.

pa.array, pa.scalar and Array.to_numpy import pandas on their first call, a second of every cold
start; what is below needs the buffers only.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

_TYPES: Final = {
    np.dtype(np.uint8): pa.uint8(),
    np.dtype(np.int32): pa.int32(),
    np.dtype(np.int64): pa.int64(),
    np.dtype(np.float64): pa.float64(),
}


def column(values: NDArray[Any], valid: NDArray[np.bool_] | None = None) -> pa.Array:
    """Numbers as an Arrow array; where `valid` is false, null."""
    values = np.ascontiguousarray(values)
    validity = None if valid is None else _bits(valid)
    buffers = [validity, pa.py_buffer(values)]
    return pa.Array.from_buffers(_TYPES[values.dtype], len(values), buffers)


def mask(values: NDArray[np.bool_]) -> pa.BooleanArray:
    return pa.Array.from_buffers(pa.bool_(), len(values), [None, _bits(values)])


def texts(values: Sequence[str]) -> pa.StringArray:
    encoded = [value.encode() for value in values]
    bounds = np.zeros(len(encoded) + 1, np.int32)
    np.cumsum([len(value) for value in encoded], out=bounds[1:])
    return pa.StringArray.from_buffers(
        len(encoded), pa.py_buffer(bounds), pa.py_buffer(b"".join(encoded))
    )


def empty_texts(count: int) -> pa.StringArray:
    bounds = np.zeros(count + 1, np.int32)
    return pa.StringArray.from_buffers(count, pa.py_buffer(bounds), pa.py_buffer(b""))


def text(value: str) -> pa.StringScalar:
    return texts([value])[0]


EMPTY: Final = text("")
NULL: Final = pa.nulls(1, pa.string())[0]


def numbers(values: pa.Array, dtype: type[np.generic]) -> NDArray[Any]:
    """An Arrow array without nulls as numpy of the same type."""
    if not len(values):
        return np.empty(0, dtype)
    return np.frombuffer(values.buffers()[1], dtype)[values.offset :][: len(values)]


def booleans(values: pa.BooleanArray) -> NDArray[np.bool_]:
    """An Arrow array of truth values without nulls as numpy."""
    if not len(values):
        return np.empty(0, bool)
    octets = np.frombuffer(values.buffers()[1], np.uint8)
    bits = np.unpackbits(octets, count=values.offset + len(values), bitorder="little")
    return bits[values.offset :].view(bool)


def _bits(values: NDArray[np.bool_]) -> pa.Buffer:
    return pa.py_buffer(np.packbits(values, bitorder="little"))
