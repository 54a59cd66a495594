"""The same orders as programs and people around the world export them."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

OURS = ["order_id", "customer_id", "product", "quantity", "price", "order_date"]
_ITEM = ["Item Title", "Quantity"]
_LINE = ["Order Lines/Product", "Order Lines/Quantity", "Order Lines/Unit Price"]


@dataclass(frozen=True, slots=True)
class Order:
    id: str
    customer: str
    product: str
    quantity: int
    price: Decimal
    day: date
    hour: int

    @property
    def half(self) -> str:
        return f"{self.hour % 12 or 12}:05"

    @property
    def is_pm(self) -> bool:
        return self.hour >= 12


@dataclass(frozen=True, slots=True)
class Export:
    """`outcome`: `kept` as it is, `suggested` by a description, else the kind of its notice."""

    content: bytes
    outcome: str
    prices: Callable[[Order], Decimal | None]


ORDERS = [
    Order(
        id=str(10001 + 7 * i),
        customer=f"C{100 + i % 5}",
        product=("Lamp", "Desk", "Chair")[i % 3],
        quantity=(1, 2, 3, 12, 5)[i % 5],
        price=Decimal(("12.50", "1999.00", "1234.56", "7.99")[i % 4]),
        day=date(2024, 1, 3) + timedelta(days=17 * i),
        hour=5 * i % 24,
    )
    for i in range(14)
]


def us(amount: Decimal) -> str:
    return f"{amount:,.2f}"


def german(amount: Decimal) -> str:
    return us(amount).translate({ord(","): ".", ord("."): ","})


def spaced(amount: Decimal, blank: str = "\u00a0") -> str:
    return us(amount).replace(",", blank).replace(".", ",")


def digits(text: object, zero: int) -> str:
    return "".join(chr(zero + int(c)) if c.isdigit() else c for c in str(text))


def table(names: Sequence[str], row: Callable[[Order], Sequence[Any]], delimiter: str = ",") -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    if names:
        writer.writerow(names)
    writer.writerows(row(order) for order in ORDERS)
    return text.getvalue()


def named(names: str, *cells: Callable[[Order], Any], delimiter: str = ",") -> str:
    """Columns named in our order, with quantity, price and date as these write them."""
    quantity, price, day = cells
    return table(
        names.split("|"),
        lambda o: [o.id, o.customer, o.product, quantity(o), price(o), day(o)],
        delimiter,
    )


def ours(
    *,
    quantity: Callable[[Order], Any] = lambda o: o.quantity,
    price: Callable[[Order], Any] = lambda o: o.price,
    day: Callable[[Order], Any] = lambda o: o.day,
    delimiter: str = ",",
) -> str:
    return named("|".join(OURS), quantity, price, day, delimiter=delimiter)


def exports() -> dict[str, Export]:
    found: dict[str, Export] = {}

    def add(
        name: str,
        outcome: str,
        text: str | bytes,
        encoding: str = "utf-8",
        prices: Callable[[Order], Decimal | None] = lambda o: o.price,
    ) -> None:
        content = text if isinstance(text, bytes) else text.encode(encoding)
        found[name] = Export(content, outcome, prices)

    _programs(add)
    _countries(add)
    _calendars(add)
    _damages(add)
    return found


def _programs(add: Callable[..., None]) -> None:
    rule = "-" * 60 + "\n"
    rows = "".join(
        f"|{o.id}|{o.customer}|{o.product:<10}|{o.quantity:>6}|{german(o.price):>12}-|"
        f"{o.day:%d.%m.%Y}|\n"
        for o in ORDERS
    )
    names = "|Auftrag|Kunde|Material  |Menge |Nettowert    |Belegdatum|\n"
    add("an SAP list", "suggested", rule + names + rule + rows + rule, prices=lambda o: -o.price)
    add(
        "Dynamics 365",
        "suggested",
        "\ufeff"
        + table(
            [
                "(Do Not Modify) Order",
                "Order ID",
                "Customer",
                "Product",
                "Qty",
                "Price",
                "Created On",
            ],
            lambda o: [
                f"{{{o.id}-guid}}",
                *(o.id, o.customer, o.product, o.quantity, us(o.price)),
                f"{o.day.month}/{o.day.day}/{o.day.year} {o.half} {'PM' if o.is_pm else 'AM'}",
            ],
        ),
    )
    add(
        "PayPal",
        "suggested",
        "\ufeff"
        + table(
            ["Date", "Time", "Gross", "Fee", "From Email Address", "Transaction ID", *_ITEM],
            lambda o: [
                *(f"{o.day:%d/%m/%Y}", "10:00:00", us(o.price), "-0.35"),
                *(o.customer, o.id, o.product, o.quantity),
            ],
        ),
    )
    add(
        "QuickBooks",
        "suggested",
        'Acme Inc,,,,,,\r\n"January - December, 2024",,,,,,\r\n\r\n'
        + table(
            ["", "Date", "Num", "Customer", "Product/Service", "Qty", "Sales Price"],
            lambda o: [
                *("", f"{o.day:%m/%d/%Y}", o.id, o.customer, o.product),
                *(f"{o.quantity:.2f}", us(o.price)),
            ],
        )
        + 'TOTAL,,,,,,"$99,999.99"\r\n\r\n"Friday, Jan 31, 2025 - Accrual Basis",,,,,,\r\n',
    )
    add(
        "Etsy",
        "suggested",
        table(
            ["Sale Date", "Item Name", "Buyer", "Quantity", "Price", "Order ID", "Listing ID"],
            lambda o: [f"{o.day:%m/%d/%y}", o.product, o.customer, o.quantity, o.price, o.id, "99"],
        ),
    )
    add(
        "Stripe",
        "suggested",
        table(
            ["id", "Created (UTC)", "Amount", "Customer ID", "Description", "Quantity"],
            lambda o: [
                *(o.id, f"{o.day} 10:05", german(o.price).replace(".", "")),
                *(o.customer, o.product, o.quantity),
            ],
        ),
    )
    add(
        "Sage",
        "suggested",
        named(
            "Invoice No|Account|Description|Qty|Net Amount|Date",
            lambda o: f"{o.quantity:.2f}",
            lambda o: f"£{us(o.price)}",
            lambda o: f"{o.day:%d-%b-%Y}",
        ),
    )
    add(
        "Odoo",
        "suggested",
        table(
            ["Order Reference", "Customer", *_LINE, "Order Date"],
            lambda o: [
                o.id,
                o.customer,
                o.product,
                f"{o.quantity}.0",
                o.price,
                f"{o.day} 10:05:00",
            ],
        ),
    )
    add(
        "names on two lines",
        "suggested",
        '"Order\nID","Customer\n(Code)","Product\nname","Qty\n(pcs)","Unit Price\n(EUR)",'
        '"Order\nDate"\n'
        + table([], lambda o: [o.id, o.customer, o.product, o.quantity, o.price, o.day]),
    )
    add(
        "two lines of names",
        "suggested",
        "Order,,Item,,,\nID,Customer,Name,Qty,Price,Date\n"
        + table([], lambda o: [o.id, o.customer, o.product, o.quantity, o.price, o.day]),
    )
    add("a line of units", "kept", ours().replace("\n", "\n-,-,-,pcs,EUR,yyyy-mm-dd\n", 1))
    add("Excel's separator and mark", "suggested", "\ufeffsep=;\r\n" + _commas(";"))
    add("Excel's separator in UTF-16", "suggested", "sep=\t\r\n" + _commas("\t"), "utf-16")
    add("footers", "kept", ours() + "\r\n14 rows exported\r\nPage 1 of 1\r\n")
    add("psql", "kept", _boxed() + "(14 rows)\n")
    add("Markdown", "kept", _boxed().replace("----------+", "|---|"))
    add(
        "subtotals of a pivot table",
        "suggested",
        table(
            ["Customer", "Order ID", "Product", "Quantity", "Price", "Order Date"],
            lambda o: ["", o.id, o.product, o.quantity, o.price, o.day],
        )
        + "C100 Total,,,,999.99,\r\nGrand Total,,,,9999.99,\r\n",
    )


def _commas(delimiter: str) -> str:
    return ours(price=lambda o: german(o.price), delimiter=delimiter)


def _boxed() -> str:
    rows = "".join(
        f" {o.id} | {o.customer} | {o.product} | {o.quantity} | {o.price} | {o.day}\n"
        for o in ORDERS
    )
    return " | ".join(OURS) + "\n----------+----+----+---+---+---\n" + rows


def _countries(add: Callable[..., None]) -> None:
    def dotted(o: Order) -> str:
        return f"{o.day:%d.%m.%Y}"

    def slashed(o: Order) -> str:
        return f"{o.day:%d/%m/%Y}"

    def pieces(o: Order) -> int:
        return o.quantity

    add(
        "Turkish",
        "suggested",
        named(
            "Sipariş No|Müşteri|Ürün|Adet|Fiyat|Tarih",
            pieces,
            lambda o: f"{german(o.price)} TL",
            dotted,
            delimiter=";",
        ),
        "cp1254",
    )
    add(
        "Polish",
        "suggested",
        named(
            "Nr zamówienia|Klient|Towar|Ilość|Cena|Data",
            pieces,
            lambda o: f"{spaced(o.price)} zł",
            dotted,
            delimiter=";",
        ),
        "cp1250",
    )
    add(
        "Czech",
        "suggested",
        named(
            "Číslo objednávky|Zákazník|Produkt|Množství|Cena|Datum",
            pieces,
            lambda o: f"{spaced(o.price)} Kč",
            lambda o: f"{o.day.day}. {o.day.month}. {o.day.year}",
            delimiter=";",
        ),
        "cp1250",
    )
    add(
        "Danish",
        "suggested",
        named(
            "Ordrenummer|Kunde|Vare|Antal|Pris|Dato",
            pieces,
            lambda o: f"kr. {german(o.price)}",
            lambda o: f"{o.day:%d-%m-%Y} 10.05",
            delimiter=";",
        ),
    )
    add(
        "Hebrew",
        "suggested",
        named(
            "מספר הזמנה|לקוח|מוצר|כמות|מחיר|תאריך",
            pieces,
            lambda o: f"\u200f{us(o.price)} ₪",
            slashed,
        ),
        "utf-8-sig",
    )
    add(
        "Hebrew of ISO",
        "suggested",
        named(
            "מספר הזמנה|לקוח|מוצר|כמות|מחיר|תאריך",
            pieces,
            lambda o: us(o.price),
            dotted,
            delimiter=";",
        ),
        "iso8859-8",
    )
    add(
        "Russian UTF-16 without a mark",
        "suggested",
        named(
            "Номер заказа|Клиент|Товар|Количество|Цена|Дата",
            pieces,
            lambda o: german(o.price),
            dotted,
            delimiter="\t",
        ),
        "utf-16-le",
    )
    add(
        "French thousands",
        "suggested",
        ours(price=lambda o: f"{spaced(o.price, chr(0x202F))}\u00a0€", day=slashed, delimiter=";"),
    )
    arabic = "رقم الطلب|العميل|المنتج|الكمية|السعر|التاريخ"
    add(
        "Arabic digits",
        "other_digits",
        named(
            arabic,
            lambda o: digits(o.quantity, 0x660),
            lambda o: digits(o.price, 0x660).replace(".", "٫"),
            lambda o: digits(slashed(o), 0x660),
        ),
    )
    add("Persian digits", "other_digits", ours(quantity=lambda o: digits(o.quantity, 0x6F0)))
    add("Indian digits", "other_digits", ours(price=lambda o: f"₹{digits(o.price, 0x966)}"))
    add(
        "wide digits",
        "other_digits",
        named(
            "注文番号|顧客|商品名|数量|単価|注文日",
            lambda o: digits(o.quantity, 0xFF10),
            lambda o: f"￥{digits(int(o.price), 0xFF10)}",
            lambda o: f"{o.day:%Y/%m/%d}",
        ),
    )
    for name, halves in {
        "Japanese": ("午前", "午後"),
        "Korean": ("오전 ", "오후 "),
        "Chinese": ("上午 ", "下午 "),
    }.items():
        add(
            f"halves of the day in {name}",
            "suggested",
            ours(day=lambda o, halves=halves: f"{o.day:%Y/%m/%d} {halves[o.is_pm]}{o.half}"),
        )
    add(
        "halves of the day in Greek",
        "suggested",
        ours(day=lambda o: f"{slashed(o)} {o.half} {'μμ' if o.is_pm else 'πμ'}"),
    )


def _calendars(add: Callable[..., None]) -> None:
    years = {
        "Buddhist years": lambda o: f"{o.day.day}/{o.day.month}/{o.day.year + 543}",
        "Buddhist ISO years": lambda o: f"{o.day.year + 543}-{o.day:%m-%d}",
        "short Buddhist years": lambda o: f"{o.day:%d/%m}/67",
        "Hijri years": lambda o: f"{o.day.day % 29 + 1:02}/{o.day:%m}/1445",
        "Taiwanese years": lambda o: f"{o.day.year - 1911}/{o.day:%m/%d}",
        "Japanese eras": lambda o: f"R{o.day.year - 2018}.{o.day.month}.{o.day.day}",
        "eras in Kanji": lambda o: f"令和{o.day.year - 2018}年{o.day.month}月{o.day.day}日",
    }
    for name, day in years.items():
        add(name, "other_calendar", ours(day=day))
    others = {
        "weeks": lambda o: f"{o.day:%G-W%V}",
        "days of weeks": lambda o: f"{o.day:%G-W%V-%u}",
        "quarters": lambda o: f"Q{(o.day.month + 2) // 3} {o.day.year}",
        "months": lambda o: f"{o.day:%Y-%m}",
        "days of the year": lambda o: f"{o.day:%Y-%j}",
    }
    for name, day in others.items():
        add(name, "unread_values", ours(day=day))


def _damages(add: Callable[..., None]) -> None:
    add("separators of Unicode in a text", "kept", ours().replace("Lamp", "La\u2028mp\x85"))
    add("NULs", "kept", ours(price=lambda o: f"{o.price}\0\0") + "\0" * 512)
    add("ragged quotes", "kept", ours().replace("Lamp", '"Lamp" large'))
    add(
        "accounting signs",
        "kept",
        ours(price=lambda o: f" $ ({us(o.price)})"),
        prices=lambda o: -o.price,
    )
    add("entities of HTML", "unread_values", ours(price=lambda o: f"&euro;{o.price}"))
    add("a per cent sign", "unread_values", ours(price=lambda o: f"{o.price}%"))
    add("decoded twice", "damaged_texts", ours().replace("Lamp", "CafÃ©"))
    halves = [ours().replace("Lamp", "Käse").encode(codec) for codec in ("utf-8", "cp1252")]
    add("two encodings", "two_encodings", b"".join(halves))
    add("cents", "scaled_column", ours().replace("price", "price_cents"), prices=lambda _: None)
    add("thousands", "scaled_column", ours().replace("price", "price (k€)"), prices=lambda _: None)
