"""Names of columns that are put together of words: `Réf. client`, `Kundenr.`, `Data comenzii`.

No list holds each of them. A name is read if each of its words is known: what it is about (an
order, a customer, a product), what of it (a number, a name, a date), or one that only joins.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Final

# What a column is about: beginnings of words, which languages bend at their ends.
_ABOUT: Final = {
    "order": "order bestell bestel bestelling auftrag commande orden pedido encomenda ordine ordre "
    "zamowien objednav rendeles siparis comand comenz porudzb narudzb narocil tilau uzsakym "
    "pasutijum tellimus pesanan заказ замовлен поръчк παραγγελ",
    "invoice": "invoice rechnung facture factura fattura factuur faktur fatura szamla lasku счет "
    "рахун фактур τιμολογι",
    "customer": "customer client klient klant kund cliente musteri vevo ugyfel zakazn odberatel "
    "odbiorc nabywc kontrahent asiaka kupac kupc strank pelanggan klijent клиент клієнт покуп "
    "замовник контрагент πελατ",
    "product": "product produit produk produs produt prodott artik artic artig vare vara ware "
    "towar tovar zboz urun termek tuot proizvod izdel preke prece toode barang товар продукт "
    "стока προιον",
}
# What of it the column has: whole words, or the ends of words that are written as one.
_OF_IT: Final = {
    "id": "n no nr nro num nbr number numero numer nummer numar numarasi numerul cislo szam szama "
    "broj nomor numeris numurs number nomer id azonosito tunnus code cod codigo codice kod kodu "
    "koodi kode ref reference referencia riferimento referentie referens номер код αρ αριθμος "
    "κωδικος κωδ",
    "name": "name nom nombre nome nazwa nazev nazov naziv nume numele denumire denumirea navn namn "
    "naam nimi nev neve adi ime nama имя название наименование назва найменування име ονομα "
    "ονομασια περιγραφη description descripcion descrizione descricao designation bezeichnung "
    "benennung betegnelse benamning beskrivelse beskrivning omschrijving opis popis leiras title "
    "titre titolo titulo",
    "date": "date datum data fecha dato tarih tarihi datuma datums dag tid pvm paiva tanggal tgl "
    "kuupaev дата ημερομηνια",
}
_JOINING: Final = (
    "de du des d del da do dos das di della dell of the la le l el los las van der den za o a i "
    "dla pentru"
)
# The column of what is told, and how likely it is that one: the least first.
_MEANT: Final = {
    ("order", "id"): ("order_id", 0),
    ("order", ""): ("order_id", 1),
    ("invoice", "id"): ("order_id", 2),
    ("customer", "id"): ("customer_id", 0),
    ("customer", "name"): ("customer_id", 1),
    ("customer", ""): ("customer_id", 2),
    ("product", "name"): ("product", 0),
    ("product", ""): ("product", 1),
    ("product", "id"): ("product", 2),
    ("order", "date"): ("order_date", 0),
    ("invoice", "date"): ("order_date", 1),
}
# No form of a word is longer than its beginning by more letters than these.
_BENT: Final = 3
# Letters that Unicode does not take apart.
_LETTERS: Final = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"}
)


def without_accents(name: str) -> str:
    """Case and accents do not part two spellings.

    >>> without_accents("Ürün Adı"), without_accents("Beløb"), without_accents("Cód. N.º")
    ('urun adi', 'belob', 'cod. n.o')
    """
    folded = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(char for char in folded if not unicodedata.combining(char))
    return plain.translate(_LETTERS)


@cache
def composed_column(name: str) -> tuple[str, int] | None:
    """Our column whose name this is, and how likely; None if some word of it is unknown.

    >>> composed_column("Réf. client"), composed_column("Kundenr.")
    (('customer_id', 0), ('customer_id', 0))
    >>> composed_column("Data comenzii"), composed_column("Nazwa towaru")
    (('order_date', 0), ('product', 0))
    >>> composed_column("Order status"), composed_column("Customer order no.")
    (None, None)
    """
    about, of_it = set(), set()
    for word in re.findall(r"[^\W_]+", without_accents(name)):
        read = _read(word)
        if read is None:
            return None
        about |= {read[0]} - {""}
        of_it |= {read[1]} - {""}
    if len(about) != 1 or len(of_it) > 1:
        return None
    return _MEANT.get((about.pop(), of_it.pop() if of_it else ""))


@cache
def _read(word: str) -> tuple[str, str] | None:
    """What a word is about and what of it, each empty where the word does not tell."""
    if word in _JOINING.split():
        return "", ""
    for of_it, ends in _words(_OF_IT):
        if word in ends:
            return "", of_it
    for about, beginnings in _words(_ABOUT):
        for beginning in beginnings:
            rest = word.removeprefix(beginning)
            if rest != word and (read := _end(rest)) is not None:
                return about, read
    return None


def _end(rest: str) -> str | None:
    """What of it a word's end tells, a joint of some letters before it; None for no end."""
    for of_it, ends in _words(_OF_IT):
        # One letter behind a word is a form of it.
        if any(
            len(end) > 1 and rest.endswith(end) and len(rest) <= len(end) + _BENT for end in ends
        ):
            return of_it
    return "" if len(rest) <= _BENT else None


def _words(lists: Mapping[str, str]) -> Iterator[tuple[str, Sequence[str]]]:
    """The words of each kind, spelled as names are compared."""
    return ((kind, _spelled(words)) for kind, words in lists.items())


@cache
def _spelled(words: str) -> Sequence[str]:
    return without_accents(words).split()
