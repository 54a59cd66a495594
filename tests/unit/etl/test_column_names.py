"""What exports in many languages call their columns: each is found, beside others."""

import pytest

from etl.advice.languages.column_names import COLUMNS, rank
from etl.check import check
from etl.report.advice import Suggestion
from etl.source.description import Description

# Of each the order, customer, product, quantity, price and date.
HEADERS = {
    "Polish": "Nr zamówienia;Id klienta;Nazwa towaru;Ilość;Cena brutto;Data zamówienia",
    "Turkish": "Sipariş No;Müşteri No;Ürün Adı;Adet;Birim Fiyat;Sipariş Tarihi",
    "Italian": "N. ordine;Codice cliente;Descrizione articolo;Q.tà;Prezzo unitario;Data ordine",
    "Spanish": "N.º de pedido;N.º de cliente;Producto;Cantidad;Precio unitario;Fecha del pedido",
    "French": "N° de commande;Réf. client;Désignation;Qté;Prix unitaire HT;Date de commande",
    "Brazilian": "Nº do Pedido;Cód. Cliente;Produto;Quantidade;Valor Unitário;Data do Pedido",
    "Portuguese": "N.º encomenda;N.º cliente;Artigo;Qtd.;Preço unit.;Data",
    "Dutch": "Ordernr.;Klantnaam;Artikelomschrijving;Aantal;Prijs per stuk;Orderdatum",
    "Swedish": "Ordernr;Kundnr;Benämning;Antal;À-pris;Orderdatum",
    "Danish": "Ordrenummer;Kundenummer;Varenavn;Antal;Stykpris;Ordredato",
    "Norwegian": "Ordrenr.;Kundenr.;Varebetegnelse;Antall;Enhetspris;Ordredato",
    "Finnish": "Tilausnro;Asiakasnro;Tuotenimi;Määrä;Yksikköhinta;Tilauspvm",
    "Czech": "Číslo objednávky;Kód zákazníka;Název zboží;Množství;Cena za kus;Datum",
    "Hungarian": "Rendelésszám;Vevőkód;Terméknév;Mennyiség;Egységár;Rendelés dátuma",
    "Romanian": "Nr. comandă;Cod client;Denumire produs;Cantitate;Preț unitar;Data comenzii",
    "Croatian": "Broj narudžbe;Kupac;Naziv proizvoda;Količina;Cijena;Datum narudžbe",
    "Ukrainian": "Номер замовлення;Клієнт;Назва товару;Кількість;Ціна;Дата замовлення",
    "Greek": "Αρ. παραγγελίας;Κωδ. πελάτη;Προϊόν;Ποσότητα;Τιμή;Ημερομηνία",
    "Indonesian": "No. Pesanan;Pelanggan;Nama Produk;Jumlah;Harga Satuan;Tanggal Pesanan",
    "Taiwanese": "訂單編號;客戶編號;商品名稱;數量;單價;訂單日期",
    "WooCommerce": "Order Number;Email (Billing);Item Name;Quantity (- Refund);Item Cost;"
    "Order Date",
}
ROWS = "".join(f"{100 + i};K{i};Lamp;{i};{i}.25;2024-01-0{i};S{i};web\n" for i in range(1, 8))


def suggested(tmp_path, header: str) -> Suggestion:
    path = tmp_path / "orders.csv"
    path.write_text(f"{header};SKU;Kanal\n{ROWS}")
    advice = check(path, Description(), key=path.name).advice
    assert advice is not None
    assert advice.suggestion is not None
    return advice.suggestion


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_each_column_is_found_by_its_name(tmp_path, header):
    description = suggested(tmp_path, header).description

    assert description["columns"] == dict(zip(header.split(";"), COLUMNS, strict=True))
    assert "constants" not in description


@pytest.mark.parametrize(
    "name",
    [
        "Order status",
        "Order amount",
        "Customer group",
        "Customer order no",
        "Product category",
        "Warengruppe",
        "Lieferdatum",
        "Artikelpreis",
        "Warehouse",
        "Client IP",
        "Commande client",
        "de la",
        "",
    ],
)
def test_a_name_with_an_unknown_word_is_no_column_of_ours(name):
    assert [column for column in COLUMNS if rank(column, name) is not None] == []


def test_what_may_be_a_column_that_is_not_found_is_named(tmp_path):
    """Its name says nothing, so it stays empty: a person may know better."""
    header = "Order ID;Wer;Product;Quantity;Price;Order date"
    reasons = [one.because for one in suggested(tmp_path, header).changes]
    assert (
        "no column looks like a customer; it stays empty, unless it is Wer or SKU or Kanal: "
        "then say so by `columns`"
    ) in reasons


def test_what_was_sold_for_is_the_price_and_not_what_fees_have_left(tmp_path):
    header = "order id;buyer;description;quantity;product sales;date/time;sku;total"
    path = tmp_path / "settlement.csv"
    path.write_text(f"{header}\n{ROWS.replace(';web', ';1.50')}")
    advice = check(path, Description(), key=path.name).advice
    assert advice is not None
    assert advice.suggestion is not None
    assert advice.suggestion.description["columns"]["product sales"] == "price"
    assert "total_as_price" in {notice.kind for notice in advice.notices}
