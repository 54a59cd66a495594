"""The six rules over one block, in their order: which rows stay, and why each other goes."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from etl.columns import arrow
from etl.columns.characters import visible
from etl.columns.text import Columns, Hashes, hash_rows, hash_texts, is_empty, offsets, strip
from etl.rules.dates import DateReading, judge_dates
from etl.rules.headers import refuse_other_header
from etl.rules.numbers import judge_prices, judge_quantities
from etl.rules.repeats import NO_REPEATS, Candidates, FirstRows, Indices, Repeats
from etl.rules.status import INVALID, MISSING, Judged, Verdicts
from etl.rules.texts import Texts
from etl.source.description import Description
from etl.source.fields import Fields
from etl.source.header import Header

KEPT: Final = 0
REASONS: Final = (
    "kept",
    "malformed_row",
    "repeated_header",
    "missing_order_id",
    "duplicate_exact",
    "duplicate_differs",
    "invalid_quantity",
    "missing_order_date",
    "invalid_order_date",
    "invalid_price",
)
CODES: Final = {reason: code for code, reason in enumerate(REASONS)}
Codes = NDArray[np.uint8]

# To find the different ones of texts that mostly differ costs more than to judge a few twice.
_LOOKED_AT: Final = 1000
_MOSTLY_DIFFERENT: Final = 0.75

DUPLICATES: Final = ("duplicate_exact", "duplicate_differs")


@dataclass(frozen=True, slots=True)
class Judgement:
    """The well-formed rows of a block: stripped texts, read values, a reason code per row.

    `keyed` are the rows that rules 1 and 2 leave to rule 3; `repeats` is what that one found.
    """

    fields: Fields
    texts: Columns
    quantity: Judged
    price: Judged
    order_date: Judged
    reasons: Codes
    keyed: NDArray[np.bool_]
    repeats: Repeats = NO_REPEATS

    @property
    def numbers(self) -> dict[str, Judged]:
        """The columns that are read as values, by name."""
        return {"quantity": self.quantity, "price": self.price, "order_date": self.order_date}

    def without(self, repeats: Repeats) -> "Judgement":
        """The same once rule 3 has been applied, too: it comes before those on values."""
        reasons = self.reasons.copy()
        reasons[repeats.rows] = np.where(
            repeats.exact, CODES["duplicate_exact"], CODES["duplicate_differs"]
        )
        return replace(self, reasons=reasons, repeats=repeats)


class Rules:
    """The rules as one source's header and description set them."""

    def __init__(self, header: Header, description: Description) -> None:
        self._header = header
        self._description = description
        self._header_line = [name.lower() for name in header.source_names[: len(header.file_names)]]
        self._dates = DateReading(
            description.date_formats, description.languages, description.time_zone
        )
        self._texts = Texts(header.names, description)
        self.key = description.key_columns(header.names)
        self.first_read = self._texts.first_read(self.key)

    def hash_keys(self, columns: Columns) -> Hashes:
        """First pass: a hash per row of the columns `first_read`, as the file has them.

        Rows that have no key after all do no harm here.
        """
        return hash_texts(self._texts.keys(self._texts.timed(columns), self.key))

    def judge(self, fields: Fields) -> Judgement:
        """Second pass: all rules but the third, which looks at other rows, too.

        Raises Refused (`changed_header`).
        """
        texts = self._texts.read(fields.columns)
        reasons = self._rules_1_and_2(fields.columns, texts)
        quantity, price, order_date = self._values(texts)
        keyed = reasons == KEPT
        reasons[keyed] = _rules_4_to_6(quantity, price, order_date)[keyed]
        judged = Judgement(fields, texts, quantity, price, order_date, reasons, keyed)
        is_known = reasons == CODES["repeated_header"]
        refuse_other_header(fields, judged.numbers.values(), self._header_line, is_known)
        return judged

    def _rules_1_and_2(self, columns: Columns, texts: Columns) -> Codes:
        ids = texts["order_id"]
        codes = np.where(is_empty(ids), CODES["missing_order_id"], KEPT).astype(np.uint8)
        for row in self._header_suspects(texts):
            cells = [columns[name][row].as_py() for name in self._header.file_names]
            if [visible(cell).lower() for cell in cells] == self._header_line:
                codes[row] = CODES["repeated_header"]
        return codes

    def _header_suspects(self, texts: Columns) -> list[int]:
        """The rows whose order id is that column's name in the header."""
        names = self._header.file_names
        suspected = names.index("order_id") if "order_id" in names else 0
        name, values = self._header_line[suspected], texts[names[suspected]]
        rows = np.flatnonzero(np.diff(offsets(values)) == len(name.encode()))
        same = pc.equal(pc.utf8_lower(values.take(arrow.column(rows))), arrow.text(name))
        return [int(row) for row in rows[arrow.booleans(same)]]

    def _values(self, texts: Columns) -> tuple[Judged, Judged, Judged]:
        described, dates = self._description, self._dates
        decimal, is_rounded = described.decimal_mark, described.fractional_quantity == "round"
        return (
            self._by_distinct(
                "quantity",
                texts,
                lambda values: judge_quantities(values, decimal, is_rounded=is_rounded),
            ),
            self._by_distinct("price", texts, lambda values: judge_prices(values, decimal)),
            self._by_distinct("order_date", texts, lambda values: judge_dates(values, dates)),
        )

    def _by_distinct(
        self, name: str, texts: Columns, judge: Callable[[pa.StringArray], Verdicts]
    ) -> Judged:
        """Judge each distinct text once: sales files repeat dates, quantities and prices."""
        distinct, indices = _distinct(texts[name])
        values, status = judge(self._texts.distinct(name, distinct))
        return Judged(distinct, values, status, indices)

    def candidates(self, judged: Judgement, first_rows: FirstRows) -> Candidates:
        """The rows that rule 3 must decide on, block by block in the order of the file."""
        keyed = np.flatnonzero(judged.keyed)
        hashes = hash_texts(self._texts.keys(judged.texts, self.key))
        candidates, slots = first_rows.candidates(hashes[keyed])
        return self.compared(judged, keyed[candidates], slots)

    def compared(self, judged: Judgement, rows: Indices, slots: Indices) -> Candidates:
        """What rule 3 compares of some rows of a block."""
        chosen = arrow.column(rows)
        stripped = {name: strip(column.take(chosen)) for name, column in judged.texts.items()}
        return Candidates(
            rows=rows,
            slots=slots,
            keys=self._texts.keys(stripped, self.key),
            contents=hash_rows(list(stripped.values())),
            good=judged.reasons[rows] == KEPT,
            lines=judged.fields.block.lines[judged.fields.records[rows]],
        )


def _distinct(texts: pa.StringArray) -> tuple[pa.StringArray, NDArray[np.int32]]:
    """Texts that differ and which of them each row has; all texts where most of them differ."""
    first = texts.slice(0, _LOOKED_AT)
    if len(first.dictionary_encode().dictionary) > _MOSTLY_DIFFERENT * len(first):
        return texts, np.arange(len(texts), dtype=np.int32)
    encoded = texts.dictionary_encode()
    return encoded.dictionary, arrow.numbers(encoded.indices, np.int32)


def _rules_4_to_6(quantity: Judged, price: Judged, order_date: Judged) -> Codes:
    verdicts = (
        (quantity.has(INVALID), "invalid_quantity"),
        (order_date.has(MISSING), "missing_order_date"),
        (order_date.has(INVALID), "invalid_order_date"),
        (price.has(INVALID), "invalid_price"),
    )
    codes = np.select([rows for rows, _ in verdicts], [CODES[why] for _, why in verdicts], KEPT)
    return codes.astype(np.uint8)
