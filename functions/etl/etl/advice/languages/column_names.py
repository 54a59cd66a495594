"""What the world's exports call our six columns."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from etl.advice.languages.composed_names import composed_column, without_accents

# By column, parted by commas, the likeliest first: shops, marketplaces, ERP systems and banks, in
# the languages of the largest markets. What stands behind the bar is less likely than a name that
# is put together of known words: `Nazwa towaru` is the product, and not `SKU`.
_NAMES: Final = {
    "order_id": (
        "order id, order number, order no, order nr, order #, order, amazon order id, order name, "
        "sales order, sales order number, sales document, salesorder, so number, vbeln, "
        "purchase order, po number, invoice no, invoice number, invoice id, invoice, receipt no, "
        "receipt number, transaction id, transaction number, transaction reference, transaction, "
        "reference number, reference, document number, "
        "bestellnummer, bestell nr, bestellnr, bestell id, bestellung, auftragsnummer, auftrag, "
        "auftrags nr, auftragsnr, belegnummer, beleg nr, belegnr, rechnungsnummer, "
        "rechnungs nr, vorgangsnummer, verkaufsbeleg, buchungsnummer, referenz, "
        "numero de commande, n de commande, no de commande, no commande, n commande, commande, "
        "id commande, numero commande, reference commande, numero de facture, "
        "numero de pedido, n pedido, no pedido, id pedido, id de pedido, pedido, num pedido, "
        "numero pedido, factura, folio, numero do pedido, id do pedido, codigo do pedido, "
        "numero ordine, n ordine, id ordine, ordine, bestelnummer, ordernummer, orderid, "
        "numer zamowienia, nr zamowienia, zamowienie, cislo objednavky, rendelesszam, "
        "siparis no, siparis numarasi, номер заказа, заказ, "
        "注文番号, 注文id, 受注番号, 伝票番号, 订单号, 订单编号, 訂單編號, 주문번호, "
        "رقم الطلب, رقم الفاتورة, מספר הזמנה, מספר חשבונית, mã đơn hàng, số đơn hàng, "
        "เลขที่คำสั่งซื้อ, หมายเลขคำสั่งซื้อ, tilausnumero, rendelesszam, αριθμος παραγγελιας, "
        "de venta, numero de venta, vch no, voucher no, "
        "| name, id, ref, num, no, nr"
    ),
    "customer_id": (
        "customer id, customer number, customer no, customer nr, customer code, customerid, "
        "sold to party, soldto, sold to, kunnr, client id, client number, buyer id, account id, "
        "customer email, buyer email, billing email, email, e mail, customer user id, "
        "customer name, customer, client, buyer, buyer name, account, payee, counterparty, "
        "kundennummer, kunden nr, kundennr, kunden id, kunde, debitor, auftraggeber, "
        "auftraggeber empfanger, zahlungspflichtiger, beguenstigter zahlungspflichtiger, "
        "numero client, n client, no client, code client, id client, client, "
        "numero de cliente, id cliente, id de cliente, codigo cliente, codigo do cliente, "
        "id do cliente, cliente, cpf, cpf cnpj, codice cliente, id cliente, klantnummer, "
        "klant, kundnummer, numer klienta, id klienta, klient, cislo zakaznika, "
        "musteri no, musteri, клиент, код клиента, покупатель, "
        "顧客番号, 顧客id, 顧客コード, 得意先コード, 会員id, 客户编号, 客户id, 客戶編號, "
        "고객번호, 고객id, 顧客, 客户, 고객, "
        "العميل, رقم العميل, לקוח, מספר לקוח, khách hàng, mã khách hàng, ลูกค้า, รหัสลูกค้า, "
        "asiakas, asiakasnumero, vevo, zakaznik, πελατης, from email address, comprador, "
        "contact name, bill to name, "
        "billing name"
    ),
    "product": (
        "product, product name, lineitem name, item name, item, article, material, title, "
        "product title, product description, description, item description, "
        "artikel, artikelbezeichnung, bezeichnung, produkt, "
        "produktname, ware, verwendungszweck, "
        "produit, article, designation, libelle, nom du produit, "
        "producto, nombre del producto, articulo, descripcion, produto, nome do produto, "
        "descricao, prodotto, articolo, descrizione, omschrijving, "
        "produkt, nazwa produktu, towar, nazwa, urun, urun adi, товар, наименование, "
        "商品名, 商品, 品名, 商品名称, 产品, 产品名称, 商品名稱, 상품명, 상품, "
        "المنتج, الصنف, מוצר, פריט, sản phẩm, tên sản phẩm, สินค้า, ชื่อสินค้า, tuote, termek, "
        "προιον, item title, product service, titulo, benamning, betegnelse, denumire, megnevezes, "
        "nazev, nazov, naziv, назва, найменування, opis, nama barang, "
        "| product id, product code, product sku, sku, item sku, lineitem sku, item code, item id, "
        "article number, article no, material number, matnr, asin, artikelnummer, artikel nr, "
        "artikelnr, reference article, codigo do produto, 商品コード, 品番, "
        "lineitem, particulars, memo, details, narration"
    ),
    "quantity": (
        "quantity, qty, order quantity, order qty, quantity ordered, quantity purchased, "
        "lineitem quantity, item quantity, units, units sold, unit sold, kwmeng, pieces, pcs, "
        "count, nos, "
        "menge, anzahl, stuck, stueck, stk, bestellmenge, auftragsmenge, "
        "quantite, qte, nb, nombre, cantidad, cant, unidades, quantidade, qtd, qtde, "
        "quantita, qta, pezzi, aantal, antal, ilosc, szt, mnozstvi, kusu, mennyiseg, db, "
        "adet, miktar, количество, кол во, к ть, кількість, бр, antall, ant, cantitate, "
        "kolicina, kiekis, daudzums, kogus, jumlah, kuantitas, 數量, "
        "数量, 個数, 注文数, 수량, الكمية, כמות, số lượng, จำนวน, maara, kpl, ποσοτητα"
    ),
    "price": (
        "price, unit price, item price, lineitem price, price per unit, price each, priceeach, "
        "item cost, unit cost, selling price, sale price, net price, netpr, price amount, rate, "
        "unit amount, mrp, "
        "einzelpreis, stuckpreis, stueckpreis, preis, nettopreis, verkaufspreis, vk preis, "
        "prix unitaire, prix, prix ht, prix unitaire ht, pu, pu ht, prix ttc, "
        "precio unitario, precio, preco unitario, preco, valor unitario, "
        "prezzo unitario, prezzo, stukprijs, prijs, eenheidsprijs, pris, a pris, enhetspris, "
        "cena, cena jednostkowa, cena netto, cena brutto, jednotkova cena, egysegar, ar, "
        "birim fiyat, fiyat, цена, цена за единицу, ціна, ціна за одиницю, единична цена, "
        "stykpris, pris per enhed, pris pr stk, pris per styck, styckpris, prijs per stuk, "
        "cena za kus, cena za ks, "
        "preco unit, preco por unidade, precio por unidad, prix a l unite, prezzo per unita, "
        "pret unitar, pret, cijena, cena na enoto, kaina, cena par vienibu, uhikuhind, hind, "
        "preis pro stuck, preis je stuck, preis stuck, harga satuan, harga, 單價, "
        "単価, 価格, 販売価格, 金額, 单价, 價格, 单价 元, 단가, 가격, "
        "السعر, سعر الوحدة, מחיר, đơn giá, giá, ราคา, ราคาต่อหน่วย, hinta, yksikkohinta, τιμη, "
        "sales price, product sales, net sales, gross sales, gross, grand total, "
        "amount, line total, net amount, netwr, net value, value, total, order total, item total, "
        "betrag, umsatz, summe, gesamtpreis, montant, montant ht, importe, valor, importo, bedrag, "
        "kwota, tutar, сумма, 金额"
    ),
    "order_date": (
        "order date, date ordered, ordered at, order created date, purchase date, "
        "purchased at, created at, created on, date created, order time, order datetime, "
        "sale date, sales date, document date, doc date, erdat, audat, posted date, posting date, "
        "date time, transaction date, invoice date, booking date, value date, date, datetime, "
        "timestamp, "
        "paid at, "
        "bestelldatum, auftragsdatum, belegdatum, rechnungsdatum, kaufdatum, buchungstag, "
        "buchungsdatum, angelegt am, datum, "
        "date de commande, date commande, date de facture, date operation, date d operation, "
        "fecha de pedido, fecha pedido, fecha de compra, fecha, data do pedido, data da compra, "
        "data pedido, data ordine, data, besteldatum, orderdatum, ordredato, dato, "
        "data zamowienia, datum objednavky, rendeles datuma, datum, siparis tarihi, tarih, "
        "дата заказа, дата, "
        "注文日, 注文日時, 受注日, 購入日, 日付, 订单日期, 下单时间, 订单时间, 日期, 訂單日期, "
        "주문일, 주문일자, 주문일시, 날짜, posted date time, created, "
        "التاريخ, تاريخ الطلب, תאריך, תאריך הזמנה, ngày đặt, ngày đặt hàng, ngày, วันที่, "
        "fecha de venta, วันที่สั่งซื้อ, paivamaara, tilauspaiva, ημερομηνια"
    ),
}
COLUMNS: Final = tuple(_NAMES)
# More than the kinds of composed names.
_ROOM: Final = 10
_SCALED: Final = re.compile(
    r"[\s_(\[](in |x ?)?(cents?|ct|pence|minor units?|[kt] ?[€$£]|[kt](eur|usd|gbp)|tsd\.?|"
    r"thousands?|'?000s?|millions?|mio\.?|mrd\.?|千円?|万円?|百万円?|%)(?![^\W_])",
    re.IGNORECASE,
)

_OF_A_ROW: Final = re.compile(
    r"total|\bamount|summe|betrag|gesamt|umsatz|montant|importe?\b|bedrag|kwota|tutar|сумма|金額|金额|"
    r"\bsales\b|revenue|turnover|extended|\bline\b|\bitem.price|erlös|verkäufe|ventes|ventas|vendas|"
    r"vendite|売上|销售额|매출",
    re.IGNORECASE,
)


def normalised(name: str) -> str:
    """What is equal for two spellings: case, accents, and signs between the words.

    >>> normalised("Order-ID"), normalised("N° de commande"), normalised("Menge (Stk.)")
    ('orderid', 'ndecommande', 'menge')
    """
    letters = without_accents(re.sub(r"[(\[].*?[)\]]", "", name))
    # NFKD parts a Japanese voiced kana and a Korean syllable: put the rest together again.
    return unicodedata.normalize("NFC", re.sub(r"[\W_]+", "", letters))


@cache
def _ranks() -> Mapping[str, Mapping[str, int]]:
    """Of each name its place, with room between the likely and the others."""
    ranks: dict[str, dict[str, int]] = {}
    for column, names in _NAMES.items():
        likely, _, others = names.partition("|")
        first = _composed_rank(column) + _ROOM
        placed = [*enumerate(likely.split(",")), *enumerate(others.split(","), first)]
        ranks[column] = {normalised(name): place for place, name in reversed(placed)}
        ranks[column].pop("", None)
    return ranks


def _composed_rank(column: str) -> int:
    """The place of names that are put together: the bar's, else the end."""
    return _NAMES[column].partition("|")[0].count(",") + 1


def rank(column: str, name: str) -> int | None:
    """How far down the list the name of a file's column stands; None if it is not on it.

    Nor is a price in cents or thousands: a description does not multiply.
    """
    if column == "price" and is_scaled(name):
        return None
    ranks = _ranks()[column]
    found = ranks.get(normalised(name))
    # Programs put what a column is of before it: Order Lines/Quantity.
    last = normalised(name.rpartition("/")[2])
    if found is None and last in ranks:
        found = ranks[last] + len(ranks) + _ROOM
    if found is None and (composed := composed_column(name)) and composed[0] == column:
        found = _composed_rank(column) + composed[1]
    return found


def is_scaled(name: str) -> bool:
    """Whether a column's name says that it counts in another unit than one of money.

    >>> is_scaled("price (k€)"), is_scaled("price_cents"), is_scaled("Preis (EUR)")
    (True, True, False)
    """
    return _SCALED.search(name) is not None


def may_mean(column: str, name: str) -> bool:
    """Whether a word of a name is one for the column, whatever the others make of it.

    >>> may_mean("quantity", "Qty Ordered"), may_mean("price", "discounted_price")
    (True, True)
    >>> may_mean("price", "Order Date")
    False
    """
    words = re.split(r"[\W_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name))
    return any(normalised(word) in _words(column) for word in words if word)


@cache
def _words(column: str) -> frozenset[str]:
    """Names of one word; the shortest are abbreviations of much else."""
    names = (name.strip() for name in re.split("[,|]", _NAMES[column]))
    return frozenset(normalised(name) for name in names if " " not in name and len(name) > 2)


def is_of_a_row(name: str) -> bool:
    """Whether a name that may be a price's is mostly one of the whole row.

    >>> is_of_a_row("Line Total"), is_of_a_row("Unit Price"), is_of_a_row("Amount")
    (True, False, True)
    """
    return _OF_A_ROW.search(name) is not None


def known_columns(names: Sequence[str]) -> int:
    """How many of our columns some name may be."""
    return sum(any(rank(column, name) is not None for name in names) for column in COLUMNS)
