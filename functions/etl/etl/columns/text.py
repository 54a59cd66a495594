"""Columns of text: blanks at the ends, exact joins, hashes, and the bytes beneath."""

import hashlib
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from etl.columns import arrow
from etl.columns.characters import EDGES

Hashes = NDArray[np.uint64]
Columns = dict[str, pa.StringArray]

_PADDED_BYTES = 64
_COLON = arrow.text(":")


def octets(values: pa.StringArray) -> NDArray[np.uint8]:
    """All values of the column as one run of bytes, without a copy."""
    data = values.buffers()[2]
    if data is None:
        return np.empty(0, np.uint8)
    bounds = offsets(values)
    return np.frombuffer(data, np.uint8)[bounds[0] : bounds[-1]]


def offsets(values: pa.StringArray) -> NDArray[np.int32]:
    """Where each value begins in the column's data buffer, and the end of the last."""
    if not len(values):
        return np.zeros(1, np.int32)
    return np.frombuffer(values.buffers()[1], np.int32)[values.offset :][: len(values) + 1]


def lengths_of(values: pa.StringArray) -> NDArray[np.int32]:
    """How many bytes each value has."""
    lengths: NDArray[np.int32] = np.diff(offsets(values))
    return lengths


def padded(values: pa.StringArray, most: int) -> NDArray[np.uint8]:
    """A row of bytes for each value, with zeros behind it; only zeros for one of more than `most`.

    All rows are as long as the longest value, rounded up to whole words of eight bytes.
    """
    lengths = lengths_of(values)
    longest = int(lengths.max(initial=0))
    if longest > most:
        values = pc.if_else(arrow.mask(lengths <= most), values, arrow.EMPTY)
    width = -(-min(longest, most) // 8) * 8 or 8
    return octets(pc.ascii_rpad(values, width, "\0")).reshape(-1, width)


def strip(values: pa.StringArray) -> pa.StringArray:
    """Each value without blanks and invisible characters at its ends; no copy if none has any."""
    return pc.utf8_trim(values, characters=EDGES) if _has_blank_edge(values) else values


def first_octets(values: pa.StringArray) -> NDArray[np.uint8]:
    """The first byte of each value; where a value is empty, its neighbour's."""
    begin = offsets(values)[:-1] - offsets(values)[0]
    run = octets(values)
    first: NDArray[np.uint8] = run[begin[begin < len(run)]]
    return first


def has_unusual_octets(values: pa.StringArray) -> bool:
    """Whether any byte is a blank, a control character or part of a longer character."""
    return bool(_may_be_blank(octets(values)).any())


def _has_blank_edge(values: pa.StringArray) -> bool:
    run, bounds = octets(values), offsets(values)
    if not _may_be_blank(run).any():
        return False
    # Where a value is empty these are its neighbours' bytes, which count anyway.
    begin, last = bounds[:-1] - bounds[0], bounds[1:] - bounds[0] - 1
    edges = run[begin[begin < len(run)]], run[last]
    return any(bool(_may_be_blank(edge).any()) for edge in edges)


def _may_be_blank(run: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which bytes are an ASCII blank, a control character or part of a longer character."""
    # Unsigned, so that what is below 33 wraps around: one comparison instead of two.
    found: NDArray[np.bool_] = run - np.uint8(33) > 126 - 33
    return found


def is_empty(values: pa.StringArray) -> NDArray[np.bool_]:
    empty: NDArray[np.bool_] = lengths_of(values) == 0
    return empty


def is_blank(values: pa.StringArray) -> NDArray[np.bool_]:
    """Which values are empty or nothing but blanks and invisible characters."""
    blank = is_empty(values)
    run, bounds = octets(values), offsets(values)
    if not _may_be_blank(run).any():
        return blank
    filled = np.flatnonzero(~blank)
    suspects = filled[_may_be_blank(run[bounds[filled] - bounds[0]])]
    if len(suspects):
        blank[suspects] = is_empty(
            pc.utf8_trim(values.take(arrow.column(suspects)), characters=EDGES)
        )
    return blank


def join(columns: Sequence[pa.StringArray]) -> pa.StringArray:
    """One text per row that two rows share only if they share every column's text."""
    if len(columns) == 1:
        return columns[0]
    lengths = [pc.cast(pc.binary_length(column), pa.string()) for column in columns]
    parts = [part for pair in zip(lengths, columns, strict=True) for part in pair]
    return pc.binary_join_element_wise(*parts, _COLON)


def hash_texts(values: pa.StringArray) -> Hashes:
    """A 64-bit hash per value: fast, not secret, and allowed to collide."""
    lengths = lengths_of(values).astype(np.uint64)
    if not len(lengths):
        return lengths
    words = padded(values, _PADDED_BYTES).view(np.uint64)
    mixed = _mix(lengths)
    for i in range(words.shape[1]):
        # The padding is no part of the value: it depends on the column's other values.
        mixed = np.where(lengths > 8 * i, _mix(mixed ^ words[:, i]), mixed)
    for row in np.flatnonzero(lengths > _PADDED_BYTES):
        mixed[row] = _digest(values[int(row)].as_py())
    return mixed


def hash_rows(columns: Sequence[pa.StringArray]) -> Hashes:
    """A 64-bit hash of each row over all columns."""
    mixed = hash_texts(columns[0])
    for other in columns[1:]:
        mixed = _mix(mixed + np.uint64(1)) ^ hash_texts(other)
    return mixed


def _mix(hashes: Hashes) -> Hashes:
    """The finaliser of splitmix64: one to one, every input bit moves every output bit."""
    hashes = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    hashes = (hashes ^ (hashes >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return hashes ^ (hashes >> np.uint64(31))


def _digest(text: str) -> np.uint64:
    return np.uint64(int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big"))
