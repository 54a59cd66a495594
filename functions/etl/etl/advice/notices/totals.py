"""Rows of totals among the orders."""

import re
from collections.abc import Iterator
from typing import Final

import numpy as np

from etl.advice.trial import Trial
from etl.columns import arrow
from etl.report.advice import TOTALS_KEPT, Notice
from etl.rules.judge import KEPT

_EXAMPLES: Final = 3
_COLUMNS: Final = ("order_id", "customer_id", "product")
# In the words of the programs that write them, spreadsheets' pivot tables too.
_WORDS: Final = """
    total totals totaal totale totalt totali totales totaux sum summe summa summary suma soma somma
    somme subtotal subtotals sub-total sub-totals subtotale sous-total zwischensumme delsumma
    gesamt gesamtsumme gesamtergebnis gesamtbetrag endsumme übertrag ergebnis eindtotaal subtotaal
    celkem spolu mezisoučet razem łącznie ukupno skupaj összesen yhteensä kokku kopā ialt
    итого всего итог усього разом общо σύνολο toplam jumlah
    合計 合计 小計 小计 総計 总计 總計 累計 합계 총계 총합계 소계 الإجمالي المجموع รวม कुल סה"כ
"""
_PHRASES: Final = """
    grand total|total general|total général|total geral|totale complessivo|sous total|
    sous total général|suma końcowa|iš viso|i alt|общий итог|genel toplam|ara toplam|tổng cộng|
    carried forward|brought forward|balance forward
"""
_NAMES: Final = [*_WORDS.split(), *(phrase.strip() for phrase in _PHRASES.split("|"))]
_ALONE: Final = "|".join(sorted(map(re.escape, _NAMES), key=len, reverse=True))
# Of thousands of ids few begin so: patterns are for these.
_FIRST_WORDS: Final = frozenset(name.split()[0].casefold() for name in _NAMES)
_TOTAL: Final = re.compile(rf"(?:{_ALONE})", re.IGNORECASE)
# "Colgate Total" may be a product; "Total for C1" and "Total 2024-01" are totals.
_ENDS_SO: Final = re.compile(r"[^:]{0,20}\btotal", re.IGNORECASE)
_BEGINS_SO: Final = re.compile(
    rf"(?:{_ALONE})(?::|\s+(?:for|of|für|von|pour|per|de|за|\(|(?:19|20)[0-9]{{2}}\b)).*",
    re.IGNORECASE | re.DOTALL,
)
# No order is called so, but a product may be.
_OF_MONTH: Final = re.compile(rf"(?:{_ALONE})\s+(?:за\s+)?[^\W\d_]{{3,12}}", re.IGNORECASE)


def totals(trial: Trial) -> Iterator[Notice]:
    """Of rows that sum up others; those that count as orders are told apart."""
    begun = {name: [*filter(_begins, trial.texts(name))] for name in _COLUMNS}
    named = {name: {*filter(_may_be, texts)} for name, texts in begun.items()}
    named["order_id"] |= {*filter(_OF_MONTH.fullmatch, begun["order_id"])}
    kept = _kept(trial, named) if any(named.values()) else []
    if kept:
        yield Notice(
            kind=TOTALS_KEPT,
            message="Rows of totals are counted as orders, so that sums are too high: delete them "
            "from the export.",
            examples=tuple(kept[:_EXAMPLES]),
        )
        return
    ends_so = [text for name in _COLUMNS for text in trial.texts(name) if _ends_so(text)]
    told = list(dict.fromkeys([*(text for name in _COLUMNS for text in named[name]), *ends_so]))
    if told:
        yield Notice(
            kind="totals_rows",
            message="Rows of totals stand among the orders; without an order id or a date they are "
            "dropped, else they are counted as orders.",
            examples=tuple(told[:_EXAMPLES]),
        )


def _kept(trial: Trial, named: dict[str, set[str]]) -> list[str]:
    """Kept rows that are named so by their id, or by customer or product where the other is none.

    A product may be called so, and a customer is: their orders have the other, if any has.
    """
    kept: dict[str, None] = {}
    by_customer, by_product = (
        named[name] if _is_filled(trial, other) else set[str]()
        for name, other in (("customer_id", "product"), ("product", "customer_id"))
    )
    for judged in trial.judged:
        chosen = arrow.column(np.flatnonzero(judged.reasons == KEPT))
        cells = (
            [str(text).strip() for text in judged.texts[name].take(chosen).to_pylist()]
            for name in _COLUMNS
        )
        for order_id, customer, product in zip(*cells, strict=True):
            if order_id in named["order_id"]:
                kept[order_id] = None
            elif not product and customer in by_customer:
                kept[customer] = None
            elif not customer and product in by_product:
                kept[product] = None
    return list(kept)


def _is_filled(trial: Trial, name: str) -> bool:
    texts = trial.texts(name)
    return texts.get("", 0) * 2 < texts.total()


def _begins(text: str) -> bool:
    first = text.partition(" ")[0].rstrip(":(")
    return first.casefold() in _FIRST_WORDS


def _may_be(text: str) -> bool:
    """Of one word for it, or with what it is the total of behind it; `Total 7` may be an id."""
    bare = text.rstrip(": ")
    return _TOTAL.fullmatch(bare) is not None or _BEGINS_SO.fullmatch(text) is not None


def _ends_so(text: str) -> bool:
    return "total" in text.lower() and _ENDS_SO.fullmatch(text.rstrip(": ")) is not None
