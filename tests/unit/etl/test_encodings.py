"""Which encoding a file is taken to be in: one where it is clear, else those it may be."""

import pytest

from etl.advice.languages.encodings import likely_encodings, open_readings
from tests.unit.etl.test_advice import advice_on

HEADER = "order_id;customer_id;product;quantity;price;order_date\n"


def file_of(words: str, encoding: str) -> bytes:
    names = words.split()
    rows = (f"{i};C{i};{names[i % len(names)]};1;5;2024-01-05\n" for i in range(20))
    return (HEADER + "".join(rows)).encode(encoding)


def possible(words: str, encoding: str) -> list[str]:
    return [one.encoding for one in open_readings(likely_encodings(file_of(words, encoding)))]


@pytest.mark.parametrize(
    ("words", "encoding"),
    [
        ("Łódź Kraków", "cp1250"),
        ("Łódź", "cp1250"),
        ("żółty", "cp1250"),
        ("Židle Stůl", "cp1250"),
        ("Třebíč", "cp1250"),
        ("Šibenik Čačak", "cp1250"),
        ("Košice Žilina", "cp1250"),
        ("Braşov Târgu", "cp1250"),
        ("Ülőke Székek Fűtő Könyv Lámpa Bőr", "cp1250"),
        ("Café", "cp1252"),
        ("Stühle Größe", "cp1252"),
        ("STÜHLE GRÖßE", "cp1252"),
        ("Étagère Chaîne Crème Gâteau Français", "cp1252"),
        ("Niño Cámara Sillón Muñeca", "cp1252"),
        ("São Açúcar", "cp1252"),
        ("Pöytä", "cp1252"),
        ("Rødgrød Æble Blå", "cp1252"),
        ("Þór Eiður", "cp1252"),
        ("5€ 7€", "cp1252"),
        ("Gümüş Çiçek Kırmızı", "cp1254"),
        ("Kėdė Šviesa", "cp1257"),
        ("Krēsls Āda Šķīvis", "cp1257"),
        ("Стол Стул", "cp1251"),
        ("Стол Стул", "cp866"),
        ("Стол Стул Лампа", "koi8-r"),
        ("Τραπέζι καρέκλα", "cp1253"),
        ("שולחן כיסא מנורה", "cp1255"),
        ("طاولة كرسي", "cp1256"),
        ("เก้าอี้ โต๊ะ", "cp874"),
        ("椅子 テーブル", "cp932"),
        ("椅子 テーブル", "euc_jp"),
        ("椅子 桌子", "cp950"),
        ("Stühle Größe", "cp850"),
        ("Œuvre 5€", "iso8859-15"),
    ],
)
def test_clear_evidence_names_one_encoding(words, encoding):
    assert possible(words, encoding) == [encoding]


@pytest.mark.parametrize(
    ("words", "encoding", "also"),
    [
        ("Szék Lőrinc", "cp1250", "cp1252"),
        ("Crème Café", "cp1252", "cp1250"),
        ("Niño Año", "cp1252", "cp1250"),
        ("Smør Bløt", "cp1252", "cp1257"),
        ("Şişe Işık", "cp1254", "cp1252"),
        ("Ağaç", "cp1254", "cp1257"),
        ("Krēsls", "cp1257", "cp1252"),
        ("椅子 桌子", "gb18030", "cp1251"),
        ("의자 책상", "cp949", "gb18030"),
        ("Židle Stůl", "cp852", "iso8859-2"),
    ],
)
def test_evidence_for_several_names_each(words, encoding, also):
    assert {encoding, also} <= set(possible(words, encoding))


def test_several_encodings_are_asked_about_with_their_words_and_none_is_applied(tmp_path):
    advice = advice_on(tmp_path, file_of("Szék Lőrinc", "cp1250"))

    assert advice.suggestion is None
    (choice,) = advice.choices
    assert choice.field == "encoding"
    assert [option.meaning for option in choice.options] == ["cp1252: Lõrinc", "cp1250: Lőrinc"]
    assert [option.description for option in choice.options] == [
        {"encoding": "cp1252"},
        {"encoding": "cp1250"},
    ]
    assert {option.effect.kept_then for option in choice.options} == {20}


def test_an_encoding_is_asked_about_with_all_else_that_the_file_needs(tmp_path):
    content = (
        file_of("Szék Lőrinc", "cp1250").replace(b"price", b"Preis").replace(b";5;", b";5,50;")
    )
    content = content.replace(b"2024-01-05", b"03/04/2024")

    (choice,) = advice_on(tmp_path, content).choices

    assert [option.meaning for option in choice.options] == [
        "cp1252: Lõrinc; day/month/year: 03/04/2024 is 2024-04-03",
        "cp1252: Lõrinc; month/day/year: 03/04/2024 is 2024-03-04",
        "cp1250: Lőrinc; day/month/year: 03/04/2024 is 2024-04-03",
        "cp1250: Lőrinc; month/day/year: 03/04/2024 is 2024-03-04",
    ]
    assert choice.options[2].description == {
        "encoding": "cp1250",
        "decimal": ",",
        "columns": {"Preis": "price"},
        "date_formats": ["%d/%m/%Y"],
    }
    assert {option.effect.kept_then for option in choice.options} == {20}
