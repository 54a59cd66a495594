"""Twelve exports as the world writes them: the suggestion keeps their rows and reads them right."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pyarrow import parquet

from etl.check import check
from etl.clean import clean
from etl.report.advice import Advice
from etl.source.description import Description
from etl.source.description_file import parse_description
from etl.source.file import Source

ROWS = 200


@dataclass(frozen=True)
class Sale:
    """What a row means, whatever it is written as. A line is one product of an order."""

    number: int
    line: int
    customer: str
    product: str
    quantity: int
    cents: int
    at: datetime


@dataclass(frozen=True)
class Layout:
    """How an export writes sales. Without a count, each row is one piece.

    `is_asked`: its dates have years of two digits that may be days as well.
    """

    write: Callable[[list[Sale]], str]
    encoding: str = "utf-8"
    is_timed: bool = False
    has_lines: bool = False
    is_counted: bool = True
    is_asked: bool = False


def sales(has_lines: bool) -> list[Sale]:
    chance = random.Random(12)
    found = []
    for number in range(1, ROWS + 1):
        at = datetime(2024, 1, 1) + timedelta(minutes=chance.randrange(500_000))
        customer = f"K{chance.randrange(90):03}"
        for line in range(chance.randrange(1, 4) if has_lines else 1):
            product = f"Produkt {chance.randrange(40)}-{line}"
            cents = chance.choice([chance.randrange(99, 9_999), chance.randrange(100_000, 999_999)])
            found.append(
                Sale(number, line + 1, customer, product, chance.randrange(1, 40), cents, at)
            )
    return found


def grouped(cents: int, group: str, mark: str) -> str:
    return f"{cents / 100:,.2f}".replace(",", "\0").replace(".", mark).replace("\0", group)


def indian(cents: int) -> str:
    whole, last = str(cents // 100), ""
    if len(whole) > 3:
        whole, last = whole[:-3], "," + whole[-3:]
        while len(whole) > 2:
            whole, last = whole[:-2], f",{whole[-2:]}{last}"
    return f"{whole}{last}.{cents % 100:02}"


def table(delimiter: str, header: str, row: Callable[[Sale], list[str]]) -> Callable:
    def write(found: list[Sale]) -> str:
        lines = [header.replace(";", delimiter), *(delimiter.join(row(one)) for one in found)]
        return "\r\n".join(lines) + "\r\n"

    return write


def quoted(text: str) -> str:
    return f'"{text}"'


german = table(
    ";",
    "Bestellnummer;Kundennummer;Artikel;Menge;Einzelpreis (€);Bestelldatum;Größe",
    lambda s: [
        f"B{s.number}", s.customer, s.product, str(s.quantity), grouped(s.cents, ".", ","),
        f"{s.at:%d.%m.%Y}", "groß",
    ],
)  # fmt: skip
french = table(
    ";",
    "N° de commande;Code client;Désignation;Qté;Prix unitaire HT;Date de commande",
    lambda s: [
        f"C{s.number}", s.customer, s.product + " été", str(s.quantity),
        grouped(s.cents, "\u202f", ",") + " €", f"{s.at:%d/%m/%Y}",
    ],
)  # fmt: skip
indian_export = table(
    ",",
    "Order No;Customer Name;Item Description;Qty;Rate;Invoice Date",
    lambda s: [
        f"IN/{s.number}", s.customer, s.product, str(s.quantity), quoted("₹ " + indian(s.cents)),
        f"{s.at:%d-%b-%Y}",
    ],
)  # fmt: skip
brazilian = table(
    ";",
    "Número do Pedido;CPF;Produto;Quantidade;Preço Unitário;Data do Pedido",
    lambda s: [
        f"P{s.number}", s.customer, s.product, str(s.quantity),
        "R$ " + grouped(s.cents, ".", ","), f"{s.at:%d/%m/%Y %H:%M}",
    ],
)  # fmt: skip
japanese = table(
    ",",
    "注文番号;会員ID;商品名;数量;単価;注文日",
    lambda s: [
        f"J{s.number}", s.customer, s.product + "ペン", str(s.quantity),
        quoted(f"{s.cents / 100:,.2f}円"), f"{s.at.year}年{s.at.month}月{s.at.day}日",
    ],
)  # fmt: skip
american = table(
    ",",
    "Order #;Customer;Product Name;Qty;Unit Price;Order Date",
    lambda s: [
        f"{s.number:06}", s.customer, s.product, str(s.quantity),
        quoted(f"${s.cents / 100:,.2f}"), f"{s.at:%m/%d/%Y %I:%M %p}",
    ],
)  # fmt: skip
shopify = table(
    ",",
    "Name;Email;Financial Status;Paid at;Created at;Lineitem quantity;Lineitem name;Lineitem price",
    lambda s: [
        f"#{s.number}", f"{s.customer}@example.com", "paid" if s.line == 1 else "", "",
        f"{s.at:%Y-%m-%d %H:%M:%S} +0000", str(s.quantity), s.product, f"{s.cents / 100:.2f}",
    ],
)  # fmt: skip
woocommerce = table(
    ",",
    "Order Number;Order Status;Order Date;Customer User ID;Item Name;Quantity;Item Cost",
    lambda s: [
        str(s.number), "wc-completed", f"{s.at:%Y-%m-%d %H:%M:%S}", s.customer, s.product,
        str(s.quantity), f"{s.cents / 100:.2f}",
    ],
)  # fmt: skip
amazon = table(
    "\t",
    "settlement-id;transaction-type;order-id;sku;quantity-purchased;price-type;price-amount;"
    "posted-date",
    lambda s: [
        "987", "Order", f"302-{s.number:07}", s.product, str(s.quantity), "Principal",
        f"{s.cents / 100:.2f}".replace(".", ","), f"{s.at:%d.%m.%Y}",
    ],
)  # fmt: skip
sap = table(
    "|",
    "VBELN;POSNR;KUNNR;MATNR;KWMENG;NETPR;ERDAT",
    lambda s: [
        f"{s.number:010}", f"{s.line * 10:06}", s.customer, f"{s.product}", f"{s.quantity},000",
        grouped(s.cents, ".", ","), f"{s.at:%Y%m%d}",
    ],
)  # fmt: skip
excel = table(
    "\t",
    "Order ID;Customer ID;Product;Quantity;Price;Order Date",
    lambda s: [
        f"E{s.number}", s.customer, s.product, str(s.quantity), f"{s.cents / 100:.2f}",
        f"{s.at.month}/{s.at.day}/{s.at:%Y}",
    ],
)  # fmt: skip


def bank(found: list[Sale]) -> str:
    title = "Kontoauszug;;;;\r\nKonto;DE00 1234;;;\r\nZeitraum;2024;;;\r\n\r\n"
    rows = table(
        ";",
        "Buchungstag;Referenz;Auftraggeber/Empfänger;Verwendungszweck;Betrag",
        lambda s: [
            f"{s.at:%d.%m.%y}", f"R{s.number}", s.customer, s.product, grouped(s.cents, ".", ","),
        ],
    )  # fmt: skip
    return title + rows(found)


LAYOUTS = {
    "German": Layout(german, "cp1252"),
    "French": Layout(french, "utf-8"),
    "Indian": Layout(indian_export),
    "Brazilian": Layout(brazilian, "cp1252", is_timed=True),
    "Japanese": Layout(japanese, "cp932"),
    "US with AM/PM": Layout(american, is_timed=True),
    "Shopify": Layout(shopify, is_timed=True, has_lines=True),
    "WooCommerce": Layout(woocommerce, is_timed=True, has_lines=True),
    "Amazon settlement": Layout(amazon, has_lines=True),
    "SAP": Layout(sap, has_lines=True),
    "Excel UTF-16": Layout(excel, "utf-16"),
    "bank with title lines": Layout(bank, "cp1252", is_counted=False, is_asked=True),
}


def advice_on(path: Path) -> Advice:
    advice = check(path, Description(), key=path.name).advice
    assert advice is not None
    return advice


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_the_suggestion_or_first_option_keeps_the_good_rows_and_changes_no_value(tmp_path, layout):
    wanted = sales(layout.has_lines)
    path = tmp_path / "export.csv"
    path.write_bytes(layout.write(wanted).encode(layout.encoding))
    advice = advice_on(path)
    assert (advice.suggestion is None) is layout.is_asked
    suggestion = advice.suggestion or advice.choices[0].options[0]
    # As a person would: copied into the file beside it.
    described = parse_description(json.dumps(suggestion.description).encode())
    cleaned = clean(Source(path, described), tmp_path, workers=1)
    assert cleaned.findings.rows_out >= 0.99 * len(wanted)
    assert suggestion.effect.kept_then == cleaned.findings.rows_out
    rows = parquet.read_table(tmp_path / "processed_output.parquet").to_pylist()
    for row, sale in zip(rows, wanted, strict=True):
        assert str(sale.number) in row["order_id"]
        assert row["product"].startswith(sale.product)
        assert row["price"] == sale.cents / 100
        assert row["quantity"] == (sale.quantity if layout.is_counted else 1)
        at = sale.at if layout.is_timed else sale.at.replace(hour=0, minute=0)
        assert row["order_date"] == at


@pytest.mark.parametrize("layout", [LAYOUTS["German"], LAYOUTS["Excel UTF-16"]])
def test_ambiguous_dates_of_an_export_wait_for_a_person(tmp_path, layout):
    ambiguous = [sale for sale in sales(False) if sale.at.day <= 12]
    path = tmp_path / "export.csv"
    path.write_bytes(layout.write(ambiguous).encode(layout.encoding))
    advice = advice_on(path)
    applied = advice.suggestion.description if advice.suggestion else {}
    assert "date_formats" not in applied
    (choice,) = advice.choices
    assert choice.field == "date_formats"
    assert {option.effect.kept_then for option in choice.options} == {len(ambiguous)}
