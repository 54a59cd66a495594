"""Columns that may be the price beside the one that is taken for it."""

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from etl.advice.languages.column_names import is_scaled, may_mean
from etl.advice.layout.detect import are_numbers
from etl.advice.trial import Trial
from etl.profile.columns import MAX_COLUMNS
from etl.report.advice import Notice

_LOOKED_AT: Final = 100
_EXAMPLES: Final = 3
# Amounts that are no price of what was ordered.
_NO_PRICE: Final = re.compile(
    r"tax|\bvat\b|discount|ship|freight|deliver|handling|\bfees?\b|rate|refund|paid|payment|tip\b|"
    r"balance|credit|debit|cost|steuer|mwst|\bust\b|rabatt|versand|skonto|porto|tva\b|remise|"
    r"frais|livraison|\biva\b|descuento|env[ií]o|imposto|desconto|frete|sconto|spedizione|btw\b|"
    r"korting|verzend|moms|podatek|rabat|dph\b|kdv\b|indirim|ндс|скидк|税|送料|割引|运费|折扣",
    re.IGNORECASE,
)


def several_prices(now: Trial, then: Trial) -> Iterator[Notice]:
    """Net beside gross, or the row's total beside the price of one: which was taken.

    Nobody is told where the description in force says it.
    """
    header = then.header
    described = now.description
    if header is None or "price" in {*described.columns.values(), *described.column_names}:
        return
    names = list(zip(header.names, header.source_names, strict=True))[:MAX_COLUMNS]
    taken = dict(names).get("price")
    others = [
        theirs
        for name, theirs in names
        if name not in ("price", "quantity")
        and may_mean("price", theirs)
        and not _NO_PRICE.search(theirs.replace("_", " "))
        and not is_scaled(theirs)
        and are_numbers([text for text in islice(then.texts(name), _LOOKED_AT) if text])
    ]
    if not taken or not others:
        return
    rest = {name: ours for name, ours in then.description.columns.items() if ours != "price"}
    # A column of our name needs another one.
    freed = {taken: f"{taken}_2"} if taken.lower() == "price" else {}
    turned = {**rest, others[0]: "price", **freed}
    are = "are amounts, too. If one of them" if len(others) > 1 else "is an amount, too. If it"
    yield Notice(
        kind="several_prices",
        column="price",
        message=f"The price is taken from {taken}; {' and '.join(others[:_EXAMPLES])} {are} is the "
        f"price of one piece, the description says so by {_columns(turned)}; that none is, by "
        f"{_columns({**rest, taken: 'price'})}.",
        examples=(taken, *others)[:_EXAMPLES],
    )


def _columns(columns: dict[str, str]) -> str:
    return json.dumps({"columns": columns}, ensure_ascii=False)
