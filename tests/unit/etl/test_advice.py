"""What a report advises: proved changes are suggested, ambiguous ones are asked about."""

import json
from pathlib import Path

import pytest

from etl.check import check
from etl.check_text import check_text
from etl.report.advice import Advice
from etl.source.description import Description

HEADER = "order_id,customer_id,product,quantity,price,order_date\n"


def advice_on(
    tmp_path: Path, content: str | bytes, description: Description | None = None
) -> Advice:
    path = tmp_path / "orders.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    advice = check(path, description or Description(), key=path.name).advice
    assert advice is not None
    return advice


def dated(*dates: str) -> str:
    rows = (f"{i},C,W,1,5,{text}\n" for i, text in enumerate(dates))
    return HEADER + "".join(rows)


@pytest.mark.parametrize(
    ("dates", "formats"),
    [
        (("13/01/2024", "03/04/2024"), ["%d/%m/%Y"]),
        (("01/13/2024 3:05 PM", "03/04/2024 11:59 AM"), ["%m/%d/%Y %I:%M %p"]),
        (("31/01/2024 3:05 p. m.", "03/04/2024 11:59 a.m."), ["%d/%m/%Y %I:%M %p"]),
        (("2024-01-25 오후 3:05:00", "2024-01-06 오전 11:59:00"), ["%Y-%m-%d %p %I:%M:%S"]),
        (("2024/1/25 下午3:05", "2024/1/6 上午11:59"), ["%Y/%m/%d %p%I:%M"]),
        (("31.12.24", "01.02.99"), ["%d.%m.%y"]),
        (("2024-01-05", "5. Januar 2024"), ["iso", "%d. %b %Y"]),
        (("2024年1月5日",), ["%Y年%m月%d日"]),
        (("20240131", "20240201"), ["%Y%m%d"]),
        (("1704412800000000", "1704412801000000"), ["unix_microseconds"]),
        (("1704412800000000000",), ["unix_nanoseconds"]),
        (("/Date(1704412800000)/", "/Date(1704412801000+0100)/"), ["dotnet_json"]),
    ],
)
def test_dates_of_one_reading_get_its_format(tmp_path, dates, formats):
    suggestion = advice_on(tmp_path, dated(*dates)).suggestion
    assert suggestion is not None
    assert suggestion.description == {"date_formats": formats}
    assert suggestion.effect.kept_then == len(dates)


@pytest.mark.parametrize(
    "dates",
    [
        ("03/04/2024", "05/06/2024"),
        ("13/01/2024", "01/13/2024"),
        ("01-02-24", "03-04-24"),
    ],
    ids=["both orders read all", "each order reads some alone", "short years"],
)
def test_ambiguous_dates_are_asked_about_and_never_suggested(tmp_path, dates):
    advice = advice_on(tmp_path, dated(*dates))
    assert advice.suggestion is None
    (choice,) = advice.choices
    assert "ambiguous" in choice.question
    assert len(choice.options) >= 2
    assert all(option.effect.more_rows > 0 for option in choice.options)


def test_the_values_that_drop_rows_are_shown_with_their_lines(tmp_path):
    advice = advice_on(tmp_path, dated("13/01/2024", "13/01/2024", "soon", "2024-01-05"))
    worst, other = advice.refused["invalid_order_date"]
    assert (worst.value, worst.count, worst.lines) == ("13/01/2024", 2, (2, 3))
    assert (other.value, other.lines) == ("soon", (4,))


def test_rows_without_a_value_to_blame_are_told_one_by_one(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(dated("", "2024-01-05", ""))
    told = check_text(check(path, Description(), key=path.name), tmp_path / "_source.json")
    assert (
        "missing_order_date:\n"
        "             2  rows, of which the first are\n"
        '                "0,C,W,1,5,"  line 2\n'
        '                "2,C,W,1,5,"  line 4\n'
    ) in told


def test_a_kept_value_that_would_be_read_anew_is_counted(tmp_path):
    rows = '1,C,W,1,"12,50",2024-01-05\n2,C,W,1,1.500,2024-01-05\n'
    suggestion = advice_on(tmp_path, HEADER + rows).suggestion
    assert suggestion is not None
    assert suggestion.description == {"decimal": ","}
    assert suggestion.effect.changed_values == 1


def test_a_dash_as_quantity_is_asked_about_as_a_missing_one_counts_as_1(tmp_path):
    rows = "1,C,W,-,5,2024-01-05\n2,C,W,n/a,-,2024-01-05\n3,C,W,-,5,2024-01-05\n"
    advice = advice_on(tmp_path, HEADER + rows)
    assert advice.suggestion is not None
    words = {"quantity": ["n/a"], "price": ["-"]}
    assert advice.suggestion.description == {"missing": words}
    (choice,) = advice.choices
    assert "2 rows have - as quantity" in choice.question
    yes, no = choice.options
    assert yes.description == {"missing": {"quantity": ["n/a", "-"], "price": ["-"]}}
    assert (yes.effect.kept_then, no.effect.kept_then) == (3, 1)
    described = Description.model_validate_json(json.dumps(no.description))
    assert advice_on(tmp_path, HEADER + rows, described).choices == ()


def test_lines_of_an_order_get_the_key_that_tells_them_apart(tmp_path):
    rows = "A,C,Pen,1,5,2024-01-05\nA,C,Ink,1,6,2024-01-05\nA,C,Pen,1,5,2024-01-05\n"
    suggestion = advice_on(tmp_path, HEADER + rows).suggestion
    assert suggestion is not None
    assert suggestion.description == {"key": ["order_id", "product"]}
    assert suggestion.effect.more_rows == 1


@pytest.mark.parametrize("day", ["2024-01-05T10:00:0", "2024-01-05 10:00:0", "25.01.2024 10:00:0"])
def test_lines_of_an_order_may_have_times_of_their_own(tmp_path, day):
    rows = "".join(f"{i // 3},C{i // 3},P{i % 3},1,5,{day}{i % 3}\n" for i in range(60))
    suggestion = advice_on(tmp_path, HEADER + rows).suggestion
    assert suggestion is not None
    assert suggestion.description["key"] == ["order_id", "product"]
    assert suggestion.effect.kept_then == 60


def test_orders_that_were_changed_later_are_no_lines(tmp_path):
    rows = "A,C,Pen,1,5,2024-01-05\nA,D,Ink,1,6,2024-02-05\n"
    assert advice_on(tmp_path, HEADER + rows).suggestion is None


def test_words_for_nothing_are_suggested_by_column(tmp_path):
    rows = "1,C,W,N/A,5,2024-01-05\n2,C,W,1,ERROR,2024-01-05\n3,C,W,1,cheap,2024-01-05\n"
    suggestion = advice_on(tmp_path, HEADER + rows).suggestion
    assert suggestion is not None
    assert suggestion.description == {"missing": {"quantity": ["N/A"], "price": ["ERROR"]}}
    assert (suggestion.effect.kept_now, suggestion.effect.kept_then) == (0, 2)


def test_a_clean_file_gets_no_suggestion(tmp_path):
    advice = advice_on(tmp_path, dated("2024-01-05", "2024-01-06"))
    assert not advice.has_something_to_say
    assert advice.profile is not None
    assert [column.name for column in advice.profile.columns][:2] == ["order_id", "customer_id"]


def test_a_shape_is_the_same_whatever_stands_beside_it(tmp_path):
    texts = {"AB-12": "a-99", "x²": "a²", "Ab12345": "a9+", "Größe_7": "a_9", "Ⅷ": "Ⅷ"}

    def shapes(*products: str) -> dict[str, int]:
        rows = "".join(f"{i},C,{text},1,5,2024-01-05\n" for i, text in enumerate(products))
        profile = advice_on(tmp_path, HEADER + rows).profile
        assert profile is not None
        (column,) = (one for one in profile.columns if one.name == "product")
        return {shape.value: shape.count for shape in column.shapes}

    assert shapes(*texts) == dict.fromkeys(texts.values(), 1)
    assert all(shapes(text) == {shape: 1} for text, shape in texts.items())


def test_rounded_ids_and_totals_are_noticed(tmp_path):
    rows = "1.23E+15,C,W,1,5,2024-01-05\nTotal,C,W,1,5,2024-01-05\n"
    kinds = {notice.kind for notice in advice_on(tmp_path, HEADER + rows).notices}
    assert kinds == {"rounded_ids", "totals_kept"}


def test_a_later_format_reads_what_has_the_form_of_iso_and_is_no_day(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(dated("2026-01-05", "2026-13-06"))
    found = check(path, Description(date_formats=("iso", "%Y-%d-%m")), key=path.name)
    assert (found.rows_out, found.reasons) == (2, {})


def test_dates_of_another_order_than_those_that_are_read_are_asked_about(tmp_path):
    advice = advice_on(tmp_path, dated("2026-01-05", "2026-13-06"))
    assert advice.suggestion is None
    (choice,) = advice.choices
    assert [option.description["date_formats"] for option in choice.options] == [
        ["iso", "%Y-%d-%m"],
        ["%Y-%d-%m", "iso"],
    ]
    assert [option.effect.kept_then for option in choice.options] == [2, 2]
    assert [option.effect.changed_values for option in choice.options] == [0, 1]


def test_a_part_of_a_suggestion_that_wins_no_row_is_left_out(tmp_path):
    rows = "1,C,W,N/A,5,2024-01-05\n2,C,W,null,cheap,2024-01-05\n3,C,W,1,5,13/01/2024\n"
    suggestion = advice_on(tmp_path, HEADER + rows).suggestion
    assert suggestion is not None
    assert suggestion.description["missing"] == {"quantity": ["N/A"]}
    assert [change.because for change in suggestion.changes if change.field == "missing"] == [
        "these words stand for nothing: N/A; a missing quantity counts as 1"
    ]


def test_an_option_that_wins_no_row_is_not_offered(tmp_path):
    rows = "1,C,W,1,5,2024-01-05\n2,C,W,1,cheap,03/04/2024\n"
    assert not advice_on(tmp_path, HEADER + rows).has_something_to_say


@pytest.mark.parametrize(
    ("word", "times", "missing"),
    [("x", 1, None), ("x", 2, None), ("x", 3, ["x"]), ("oops", 3, None)],
)
def test_a_doubtful_text_means_missing_only_where_it_is_frequent(tmp_path, word, times, missing):
    texts = [word] * times + ["2"] * 5
    rows = "".join(f"{i},C,W,{text},5,2024-01-05\n" for i, text in enumerate(texts))
    suggestion = advice_on(tmp_path, HEADER + rows).suggestion
    assert (suggestion and suggestion.description) == (
        missing and {"missing": {"quantity": missing}}
    )


def test_names_of_months_are_asked_about_with_the_format_that_they_need(tmp_path):
    advice = advice_on(tmp_path, dated("5 listopad 2024"))
    (choice,) = advice.choices
    assert choice.field == "languages"
    assert [option.effect.kept_then for option in choice.options] == [1, 1]


def test_an_iso_file_under_formats_of_another_gets_iso(tmp_path):
    left_over = Description(decimal=",", date_formats=("%d/%m/%Y",))
    rows = "1,C,W,1,5.25,2024-01-05\n2,C,W,1,1.50,2024-02-03\n"
    advice = advice_on(tmp_path, HEADER + rows, left_over)
    assert advice.suggestion is not None
    assert advice.suggestion.description == {
        "decimal": ".",
        "date_formats": ["%d/%m/%Y", "iso"],
    }
    assert advice.suggestion.effect.kept_then == 2
    assert not advice.choices


def test_iso_dates_beside_their_other_order_are_asked_about(tmp_path):
    swapped = Description(date_formats=("%Y-%d-%m",))
    advice = advice_on(tmp_path, dated("2024-02-01", "2024-01-13"), swapped)
    assert advice.suggestion is None
    assert all(option.effect.kept_then == 2 for option in advice.choices[0].options)


@pytest.mark.parametrize(
    "fault",
    [
        {"key": ["nosuch"]},
        {"header_line": 3},
        {"delimiter": ";"},
        {"encoding": "utf-16"},
        {"column_names": ["order_id", "x"]},
        {"missing": ["1", "2", "3"]},
        {"constants": {"price": "x"}},
    ],
    ids=lambda fault: next(iter(fault)),
)
def test_a_description_that_is_itself_the_fault_is_to_be_left_out(tmp_path, fault):
    rows = "".join(f"{i},C{i},W,1,5,2024-01-0{i}\n" for i in (1, 2, 3))
    advice = advice_on(tmp_path, HEADER + rows, Description.model_validate_json(json.dumps(fault)))
    assert advice.suggestion is not None
    assert advice.suggestion.description == {}
    assert advice.suggestion.effect.kept_then == 3
    reasons = {change.because for change in advice.suggestion.changes}
    assert reasons == {"without the description 3 of 3 rows are kept"}


@pytest.mark.parametrize(
    ("fault", "named"),
    [
        ({"key": ["nosuch"]}, "nosuch, which `key` of _source.json asks for"),
        ({"encoding": "utf-16"}, "declares (utf-16) does not fit"),
    ],
)
def test_a_refusal_names_the_part_of_the_description_that_is_at_fault(tmp_path, fault, named):
    path = tmp_path / "orders.csv"
    path.write_text(dated("2024-01-05"))
    refusal = check(path, Description.model_validate_json(json.dumps(fault)), key=path.name).refusal
    assert refusal is not None
    assert named in refusal.message


def test_of_a_description_with_one_fault_the_rest_stays(tmp_path):
    rows = "1,C,W,1,1.500,2024-01-05\n2,C,W,1,2.500,2024-01-05\n"
    fault = Description(key=("nosuch",), decimal=",")
    suggestion = advice_on(tmp_path, HEADER + rows, fault).suggestion
    assert suggestion is not None
    assert suggestion.description == {"decimal": ","}
    assert [(change.field, change.because) for change in suggestion.changes] == [
        ("key", "without it 2 of 2 rows are kept")
    ]


def test_questions_that_only_pay_together_are_asked_together(tmp_path):
    rows = "".join(f"{i},C,W,1.5,5,0{i}/04/2024\n" for i in (1, 2, 3))
    advice = advice_on(tmp_path, HEADER + rows)
    assert advice.suggestion is None
    (choice,) = advice.choices
    assert choice.field == "date_formats, fractional_quantity"
    assert "ambiguous" in choice.question
    assert "no whole numbers: 1.5." in choice.question
    first, second = choice.options
    assert first.description == {"date_formats": ["%d/%m/%Y"], "fractional_quantity": "round"}
    assert second.description == {"date_formats": ["%m/%d/%Y"], "fractional_quantity": "round"}
    assert "day/month/year" in first.meaning
    assert "rounded" in first.meaning
    assert [option.effect.kept_then for option in choice.options] == [3, 3]


def test_a_question_that_pays_alone_is_asked_alone_and_with_the_one_that_does_not(tmp_path):
    rows = "1,C,W,1,5,03/04/2024\n2,C,W,1.5,5,05/06/2024\n"
    alone, together = advice_on(tmp_path, HEADER + rows).choices
    assert (alone.field, alone.options[0].effect.kept_then) == ("date_formats", 1)
    assert [option.effect.kept_then for option in together.options] == [2, 2]


def test_words_for_nothing_among_texts_are_a_question_and_change_nothing_by_themselves(tmp_path):
    rows = "1,NULL,W,1,5,2024-01-05\n2,\\N,W,1,5,2024-01-05\n3,C3,W,1,5,2024-01-05\n"
    advice = advice_on(tmp_path, HEADER + rows)
    assert advice.suggestion is None
    assert not advice.has_something_to_say
    (choice,) = advice.choices
    assert "customer_id has texts that often stand for a missing value: NULL (1), \\N (1)." in (
        choice.question
    )
    yes, no = choice.options
    assert yes.description == {"missing": {"customer_id": ["NULL", "\\N"]}}
    assert (yes.effect.kept_then, yes.effect.changed_values) == (3, 2)
    settled = Description.model_validate_json(json.dumps(no.description))
    assert not advice_on(tmp_path, HEADER + rows, settled).choices


def test_a_missing_order_id_is_told_to_drop_its_row(tmp_path):
    rows = "null,C,W,1,5,2024-01-05\n2,C,W,1,5,2024-01-05\n"
    (choice,) = advice_on(tmp_path, HEADER + rows).choices
    assert choice.options[0].meaning == "yes: rows without an order id are dropped"
    assert choice.options[0].effect.more_rows == -1


@pytest.mark.parametrize(
    ("header", "cell", "is_asked"),
    [
        (HEADER, "None", True),
        (HEADER.replace("\n", ",gift\n"), "none", False),
        (HEADER.replace("\n", ",gift\n"), "#N/A", True),
    ],
    ids=["customer", "a further column's value", "a program's word"],
)
def test_what_may_be_a_value_of_a_further_column_is_not_asked_about(
    tmp_path, header, cell, is_asked
):
    row = f"1,{cell},W,1,5,2024-01-05\n" if header == HEADER else f"1,C,W,1,5,2024-01-05,{cell}\n"
    assert bool(advice_on(tmp_path, header + row).choices) is is_asked


def kinds_of(advice: Advice) -> list[tuple[str, str | None]]:
    return [(notice.kind, notice.column) for notice in advice.notices]


@pytest.mark.parametrize(
    ("ids", "kind"),
    [
        (["1234567890123450", "1234567890123460", "1234567890123470"], "rounded_ids"),
        (["1234567890123450", "1234567890123461", "1234567890123470"], None),
        (["123450", "123460", "123470"], None),
        (["17850.0", "13047.0", "12583.0"], "decimal_ids"),
        (["17850.0", "13047.5", "12583.0"], None),
        (["'00017", "'00018", "'00019"], "apostrophe_ids"),
    ],
)
def test_ids_that_a_program_took_for_numbers_are_noticed(tmp_path, ids, kind):
    rows = "".join(f"{one},C,W,1,5,2024-01-05\n" for one in ids)
    assert kinds_of(advice_on(tmp_path, HEADER + rows)) == ([(kind, "order_id")] if kind else [])


def test_rows_of_another_width_are_told_with_what_mends_them(tmp_path):
    rows = "".join(f"{i},C,W,1,5,2024-01-05,\n" for i in range(3)) + "4,C,W,1,5,2024-01-05\n"
    (notice,) = advice_on(tmp_path, HEADER + rows).notices
    assert notice.kind == "uneven_rows"
    assert "3 rows have 7 fields where the header has 6." in notice.message
    named = HEADER.replace("\n", ",more\n")
    assert not advice_on(tmp_path, named + rows).notices


def test_two_decimal_marks_in_a_column_are_told_as_what_no_description_reads(tmp_path):
    rows = '1,C,W,1,"12,50",2024-01-05\n2,C,W,1,12.75,2024-01-05\n3,C,W,1,12,2024-01-05\n'
    (notice,) = advice_on(tmp_path, HEADER + rows).notices
    assert (notice.kind, notice.examples) == ("two_decimal_marks", ("12,50", "12.75"))


def test_texts_that_were_decoded_twice_are_told_with_what_they_were(tmp_path):
    (notice,) = advice_on(tmp_path, HEADER + "1,C,CafÃ©,1,5,2024-01-05\n").notices
    assert (notice.kind, notice.column) == ("damaged_texts", "product")
    assert "CafÃ© was Café" in notice.message
    assert not advice_on(tmp_path, HEADER + "1,C,Café,1,5,2024-01-05\n").notices


@pytest.mark.parametrize("others", [1, 5])
def test_no_encoding_is_suggested_that_would_spoil_the_lines_in_utf_8(tmp_path, others):
    rows = [f"{i},C,Café,1,5,2024-01-05\n" for i in range(6)]
    text = b"".join(row.encode("cp1252" if i < others else "utf-8") for i, row in enumerate(rows))
    advice = advice_on(tmp_path, HEADER.encode() + text)
    assert advice.suggestion is None
    assert kinds_of(advice) == [("two_encodings", None)]


def test_a_delimiter_that_few_use_is_found(tmp_path):
    suggestion = advice_on(tmp_path, dated("2024-01-05").replace(",", "~")).suggestion
    assert suggestion is not None
    assert suggestion.description == {"delimiter": "~"}


def test_two_columns_of_one_name_are_asked_about(tmp_path):
    header = HEADER.replace("price,", "price,price,")
    (choice,) = advice_on(tmp_path, f"{header}1,C,W,1,5,0,2024-01-05\n").choices
    assert [option.description for option in choice.options] == [
        {"repeated_columns": "first"},
        {"repeated_columns": "last"},
    ]


@pytest.mark.parametrize(
    ("prices", "meant"),
    [
        (["12,500", "1,200", "7,250"], "no: it is 12.5, for all numbers of the file"),
        (["12.500", "1.200", "7.250", "300"], "no: it is 12500, for all numbers of the file"),
        (["12,500", "1,200", "300"], None),
        (["12.500", "1.200", "7.25"], None),
        (["12,500", "1,200"], None),
        (["12.500", "3.250"], "no: it is 12500, for all numbers of the file"),
        (["12.500"], None),
        (["1.299 €", "2.450 €", "899 €"], "no: it is 1299, for all numbers of the file"),
        (["€ -1.299", "€ 2.450"], "no: it is -1299, for all numbers of the file"),
        (["Rs. 1.299", "Rs. 2.450", "Rs. 300"], "no: it is 1299, for all numbers of the file"),
        (["$1,299", "$2,450", "$3,180"], "no: it is 1.299, for all numbers of the file"),
        (["$1,299", "$2,450", "$3,180", "$899"], None),
        (["1.299 €", "2.450 €", "9.90 €"], None),
        (["1.299 €", "2.450 €", "a. A."], "no: it is 1299, for all numbers of the file"),
        ([f"{i}.990 €" for i in range(1, 61)], "no: it is 1990, for all numbers of the file"),
    ],
    ids=[
        "groups or decimals",
        "decimals or groups",
        "groups",
        "decimals",
        "too few groups",
        "two decimals",
        "one decimal",
        "a currency",
        "a currency and a sign",
        "a currency with a dot",
        "groups or decimals with a currency",
        "groups with a currency",
        "decimals with a currency",
        "beside what is no amount",
        "many of a currency",
    ],
)
def test_a_price_that_is_a_thousandfold_by_the_other_mark_is_asked_about(tmp_path, prices, meant):
    rows = "".join(f'{i},C,W,1,"{text}",2024-01-05\n' for i, text in enumerate(prices))
    advice = advice_on(tmp_path, HEADER + rows)
    assert advice.suggestion is None
    assert [choice.options[1].meaning for choice in advice.choices] == ([meant] if meant else [])
    for choice in advice.choices:
        for option in choice.options:
            assert option.effect.kept_then == len(prices) - ("a. A." in prices)
            settled = Description.model_validate_json(json.dumps(option.description))
            assert advice_on(tmp_path, HEADER + rows, settled).choices == ()


@pytest.mark.parametrize(
    ("prices", "quantities", "meant"),
    [
        (["1,759", "1,769"], ["20", "35"], "no: it is 1.759, for all numbers of the file"),
        (["1,700", "1,719", "2"], ["20", "35", "7"], "no: it is 1.7, for all numbers of the file"),
        (["5", "7"], ["1.000", "20"], "no: it is 1000, for all numbers of the file"),
        (["5.25", "1,700"], ["20", "35"], None),
        (["5", "7"], ["20", "35"], None),
    ],
    ids=["unit prices", "with a whole one", "a quantity", "a decimal dot", "no mark"],
)
def test_between_semicolons_one_number_of_three_places_is_asked_about(
    tmp_path, prices, quantities, meant
):
    rows = "".join(
        f"{i};C;W;{quantities[i]};{price};2024-01-05\n" for i, price in enumerate(prices)
    )
    advice = advice_on(tmp_path, HEADER.replace(",", ";") + rows)
    assert advice.suggestion is None
    assert [choice.options[1].meaning for choice in advice.choices] == ([meant] if meant else [])


@pytest.mark.parametrize("mark", [".", ","])
def test_a_mark_that_is_said_is_read_by_and_a_wrong_one_is_still_told(tmp_path, mark):
    other = "," if mark == "." else "."
    wrong = HEADER + "".join(f'{i},C,W,1,"{i}{other}50",2024-01-05\n' for i in range(1, 9))
    suggestion = advice_on(tmp_path, wrong, Description(decimal=mark)).suggestion
    assert suggestion is not None
    assert suggestion.description == {"decimal": other}


def test_thousands_of_a_currency_are_asked_about_beside_a_suggested_date_format(tmp_path):
    prices = ("1.299 €", "2.450 €", "3.180 €", "4.999 €")
    rows = "".join(f"{i},C,W,1,{text},{i + 13}.01.2025\n" for i, text in enumerate(prices))
    advice = advice_on(tmp_path, HEADER + rows)
    assert advice.suggestion is not None
    assert advice.suggestion.description == {"date_formats": ["%d.%m.%Y"]}
    (choice,) = advice.choices
    assert "1.299 € is read as 1.299. Is that right?" in choice.question
    assert choice.options[1].description == {"date_formats": ["%d.%m.%Y"], "decimal": ","}


@pytest.mark.parametrize("product", ['"19\\" Monitor"', '"19\\" Monitor, black"'])
def test_a_backslash_before_a_quote_within_a_text_gets_its_escape(tmp_path, product):
    rows = "".join(f"{i},C,{product},1,5,2024-01-05\n" for i in range(10))
    suggestion = advice_on(tmp_path, HEADER + rows).suggestion
    assert suggestion is not None
    assert suggestion.description == {"escape": "\\"}
    assert (suggestion.effect.kept_now, suggestion.effect.kept_then) == (0, 10)


@pytest.mark.parametrize(
    "word",
    [
        *("#NV", "#WERT!", "#BEZUG!", "#NAME?", "#ZAHL!", "#DIV/0!", "keine Angabe"),
        *("#VALEUR!", "#NOM?", "#N/D", "#¡VALOR!", "#¿NOMBRE?", "#VALORE!", "#NÚM!", "#N/B"),
        *("#ARG!", "#SAKNAS!"),
    ],
)
def test_what_spreadsheets_of_other_languages_write_for_nothing_is_known(tmp_path, word):
    rows = f"1,C,W,1,{word},2024-01-05\n2,{word},W,1,5,2024-01-05\n"
    advice = advice_on(tmp_path, HEADER + rows)
    assert advice.suggestion is not None
    assert advice.suggestion.description == {"missing": {"price": [word]}}
    assert [choice.options[0].meaning for choice in advice.choices] == [
        "yes: these cells are empty then"
    ]


def test_a_word_for_nothing_of_two_columns_is_said_once(tmp_path):
    rows = "1,C,W,N/A,5,2024-01-05\n2,C,W,1,N/A,2024-01-05\n3,C,W,1,-,2024-01-05\n"
    suggestion = advice_on(tmp_path, HEADER + rows).suggestion
    assert suggestion is not None
    assert [change.because for change in suggestion.changes] == [
        "these words stand for nothing: N/A, -; a missing quantity counts as 1"
    ]


def test_quantities_of_three_decimals_prove_no_thousands(tmp_path):
    rows = "".join(f"{i},C,W,{i}.500,5,2024-01-05\n" for i in (1, 2, 3))
    advice = advice_on(tmp_path, HEADER + rows)
    assert advice.suggestion is None
    assert {choice.field for choice in advice.choices} == {"fractional_quantity", "decimal"}


@pytest.mark.parametrize(
    ("slip", "kept", "now", "then"),
    [
        ("12,50", ["1,250", "2,400", "899"], "1,250 is 1250", "1,250 is 1.25"),
        ("7,5", [f"{number},100" for number in range(1, 20)], "1,100 is 1100", "1,100 is 1.1"),
    ],
)
def test_one_slip_makes_no_decimals_of_all_thousands(tmp_path, slip, kept, now, then):
    rows = "".join(f'{i},C,W,1,"{text}",2024-01-05\n' for i, text in enumerate([*kept, slip]))
    advice = advice_on(tmp_path, HEADER + rows)
    assert advice.suggestion is None
    (choice,) = advice.choices
    comma, dot = choice.options
    assert f"{slip} is a number by the mark , alone" in choice.question
    assert then in comma.meaning
    assert now in dot.meaning
    assert (comma.description, dot.description) == ({"decimal": ","}, {"decimal": "."})
    assert comma.effect.kept_then == len(kept) + 1
    settled = Description.model_validate(dot.description)
    assert advice_on(tmp_path, HEADER + rows, settled).choices == ()


def test_semicolons_are_proof_enough_of_decimal_commas(tmp_path):
    rows = "".join(f"{i},C,W,1,1.250,2024-01-05\n" for i in (1, 2)) + "3,C,W,1,X,2024-01-05\n"
    german = (HEADER + rows).replace(",", ";").replace("X", "12,50")
    suggestion = advice_on(tmp_path, german).suggestion
    assert suggestion is not None
    assert suggestion.description == {"decimal": ","}


def test_fractional_quantities_can_be_refused_for_good(tmp_path):
    rows = "1,C,W,1.5,5,2024-01-05\n2,C,W,2,5,2024-01-05\n"
    (choice,) = advice_on(tmp_path, HEADER + rows).choices
    rounded, refused = choice.options
    assert rounded.description == {"fractional_quantity": "round"}
    assert rounded.effect.kept_then == 2
    assert refused.description == {"fractional_quantity": "refuse"}
    assert refused.effect.kept_then == 1
    settled = Description.model_validate(refused.description)
    assert advice_on(tmp_path, HEADER + rows, settled).choices == ()


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("Sat Oct 26 09:19:00 UTC 2024", "%a %b %d %H:%M:%S UTC %Y"),
        ("Sat Oct 26 09:19:00 +0200 2024", "%a %b %d %H:%M:%S %z %Y"),
        ("20241026T091900Z", "%Y%m%dT%H%M%S%z"),
        ("20241026T0919", "%Y%m%dT%H%M"),
        ("26 окт. 2024 г.", "%d %b %Y г."),
        ("26.10.2024 09:19 Uhr", "%d.%m.%Y %H:%M Uhr"),
        ("26/Oct/2024:09:19:00 +0000", "%d/%b/%Y:%H:%M:%S %z"),
    ],
)
def test_moments_as_programs_write_them_get_their_format(tmp_path, text, form):
    suggestion = advice_on(tmp_path, dated(text)).suggestion
    assert suggestion is not None
    assert suggestion.description == {"date_formats": [form]}


def test_a_refused_file_of_which_nothing_would_be_kept_is_told_why(tmp_path):
    header = "order id,customer,sku,quantity,price,date/time\n"
    rows = "".join(f'{i},C{i},W,1,5,"Jan {i}, 2024 3:04:05 PM PST"\n' for i in (1, 2, 3))
    advice = advice_on(tmp_path, header + rows)
    assert [kind for kind, _ in kinds_of(advice)] == ["nothing_kept", "zone_abbreviations"]


@pytest.mark.parametrize(
    ("cell", "kind"), [("5 St.", "units"), ("5%", "units"), ("٤", "other_digits"), ("five", None)]
)
def test_numbers_that_are_not_read_are_told_with_what_to_export(tmp_path, cell, kind):
    advice = advice_on(tmp_path, HEADER + f"1,C,W,{cell},5,2024-01-05\n")
    assert kinds_of(advice) == ([(kind, "quantity")] if kind else [])


def test_a_notice_of_several_columns_is_said_once_and_names_them(tmp_path):
    rows = "1,C,W,٤,5,2024-01-05\n2,C,W,1,٥,2024-01-05\n3,C,W,1,5,٢٠٢٤-01-05\n"
    (notice,) = advice_on(tmp_path, HEADER + rows).notices
    assert notice.message.startswith("quantity, price, order_date: Digits of another script")
    assert notice.examples == ("٤", "٥", "٢٠٢٤-01-05")


@pytest.mark.parametrize(
    ("header", "row", "options"),
    [
        (
            "Order ID,Customer,Product,Qty Ordered,Price,Order Date",
            "C,W,2.0000,5,2024-01-05",
            [{"Qty Ordered": "quantity"}],
        ),
        (
            "Order ID,Customer,Product,Quantity,list price,discounted price,Order Date",
            "C,W,2,5.00,4.00,2024-01-05",
            [{"list price": "price"}, {"discounted price": "price"}],
        ),
        (
            "Order ID;Customer;Artikel;Menge bestellt;Menge geliefert;Preis;Datum",
            "C;W;2;1;5;2024-01-05",
            [{"Menge bestellt": "quantity"}, {"Menge geliefert": "quantity"}],
        ),
    ],
    ids=["one that no list has", "two prices", "two quantities"],
)
def test_a_column_that_its_name_speaks_for_is_asked_about_and_not_absent(
    tmp_path, header, row, options
):
    mark = ";" if ";" in header else ","
    rows = "".join(f"{i}{mark}{row}\n" for i in range(1, 5))
    advice = advice_on(tmp_path, f"{header}\n{rows}")
    assert advice.suggestion is None
    (choice,) = advice.choices
    assert choice.field == "columns"
    for option, named in zip(choice.options, options, strict=True):
        assert named.items() <= option.description["columns"].items()
        assert "constants" not in option.description
        assert option.effect.kept_then == 4


def test_what_is_unclear_of_two_columns_is_asked_together(tmp_path):
    header = "Order ID,Customer,Product,Qty Ordered,list price,net price of one,Order Date\n"
    rows = "".join(f"{i},C,W,2.0000,5.00,4.00,2024-01-05\n" for i in range(1, 5))
    (choice,) = advice_on(tmp_path, header + rows).choices
    named = [option.description["columns"] for option in choice.options]
    assert {each["Qty Ordered"] for each in named} == {"quantity"}
    prices = [name for each in named for name, column in each.items() if column == "price"]
    assert prices == ["list price", "net price of one"]
    assert all("constants" not in option.description for option in choice.options)


@pytest.mark.parametrize(
    ("name", "quantities", "is_told"),
    [
        ("Line Total", (2, 3), True),
        ("Amount", (2, 3), True),
        ("Betrag", (1, 10), True),
        ("Line Total", (1, 1), False),
        ("Unit Price", (2, 3), False),
    ],
)
def test_a_total_that_is_taken_for_a_price_is_told_where_it_counts_twice(
    tmp_path, name, quantities, is_told
):
    header = f"Order ID,Customer,Item,Qty,{name},Order Date\n"
    rows = "".join(f"{i},C,W,{n},20.00,2024-01-05\n" for i, n in enumerate(quantities, 1))
    advice = advice_on(tmp_path, header + rows)
    assert advice.suggestion is not None
    assert advice.suggestion.description["columns"][name] == "price"
    assert ("total_as_price" in {notice.kind for notice in advice.notices}) is is_told


def test_a_named_column_that_cannot_be_read_is_no_absent_one(tmp_path):
    names = HEADER.replace("order_date", "date")
    rows = "".join(f"{i},C,W,{text},5,2024-01-05\n" for i, text in enumerate("１２３"))
    advice = advice_on(tmp_path, names + rows)
    assert advice.suggestion is None
    assert [kind for kind, _ in kinds_of(advice)] == ["nothing_kept", "other_digits"]
    assert advice.notices[0].message.startswith("quantity: Read by")


def test_a_price_in_another_unit_is_told_and_not_taken_for_one(tmp_path):
    names = HEADER.replace("price", "price (k€)")
    advice = advice_on(tmp_path, names + "1,C,W,1,1.5,2024-01-05\n")
    assert ("scaled_column", "price") in kinds_of(advice)
    assert advice.suggestion is not None
    assert advice.suggestion.description == {"constants": {"price": ""}}


def test_a_share_beside_a_price_is_not_told_of_as_one(tmp_path):
    names = HEADER.replace("price", "Preis,discount (%)")
    advice = advice_on(tmp_path, names + "1,C,W,1,1.5,10,2024-01-05\n")
    assert not advice.notices
    assert advice.suggestion is not None
    assert advice.suggestion.description == {"columns": {"Preis": "price"}}


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ("'{}','C','W',1,5,2024-01-05\n", "quoted_values"),
        ("'{},C,W,1,5,2024-01-05\n", "apostrophe_ids"),
    ],
)
def test_quotes_of_another_kind_are_told_apart_from_the_mark_of_a_text(tmp_path, row, kind):
    rows = "".join(row.format(i) for i in range(3))
    assert (kind, "order_id") in kinds_of(advice_on(tmp_path, HEADER + rows))


def test_lines_that_are_quoted_as_a_whole_are_told(tmp_path):
    rows = f'"{HEADER.strip()}"\n' + '"1,C,""W"",1,5,2024-01-05"\n' * 3
    advice = advice_on(tmp_path, rows)
    assert kinds_of(advice) == [("quoted_lines", None)]


def test_values_of_no_form_that_a_description_can_name_are_told_with_one_that_is_read(tmp_path):
    advice = advice_on(tmp_path, dated("7th May 2024", "3rd June 2024", "1st July 2024"))
    (notice,) = advice.notices
    assert (notice.kind, notice.column) == ("unread_values", "order_date")
    assert "export dates like 2024-01-31" in notice.message
    assert not advice_on(tmp_path, dated("03/04/2024", "05/04/2024", "06/04/2024")).notices


def test_a_quote_that_is_never_closed_is_asked_about_as_it_may_become_part_of_an_id(tmp_path):
    rows = '1,C,W,1,5,2024-01-05\n"2,C,W,1,5,2024-01-05\n'
    advice = advice_on(tmp_path, HEADER + rows)
    assert advice.suggestion is None
    (choice,) = advice.choices
    assert choice.options[0].description == {"quote": ""}


def test_words_of_rows_that_are_dropped_anyway_are_not_asked_about(tmp_path):
    rows = "1,C,W,1,5,2024-01-05\n---,---,---,---,---,---\n"
    assert not advice_on(tmp_path, HEADER + rows).choices


def orders_and(*repeats: str) -> str:
    rows = (f"{i},C{i},W,2,5,2024-01-{i:02}\n" for i in range(1, 21))
    return HEADER + "".join(rows) + "".join(f"{row}\n" for row in repeats)


@pytest.mark.parametrize(
    ("repeats", "key", "told"),
    [
        (
            ("3,C3,W,-1,5,2024-02-01", "7,C7,W,-2,5,2024-02-02", "9,C9,W,-1,5,2024-02-02"),
            ["order_id", "product", "quantity"],
            "differ in quantity: 3 has 2 and then -1.",
        ),
        (
            ("3,C3,W,2,-5,2024-02-01",),
            ["order_id", "product", "price"],
            "differ in price: 3 has 5 and then -5.",
        ),
        (
            tuple(f"{i},C{i},W,2,5,2024-02-{i:02}" for i in range(1, 6)),
            ["order_id", "product", "order_date"],
            "differ in order_date: 1 has 2024-01-01 and then 2024-02-01.",
        ),
        (
            tuple(f"{i},C{i},W,2,{i}.50,2024-02-{i:02}" for i in range(1, 6)),
            ["order_id", "product", "price"],
            "differ in price: 1 has",
        ),
        (
            tuple(f"{i},D{i},W,1,5,2024-02-01" for i in range(1, 6)),
            ["order_id", "order_date"],
            "differ in order_date: 1 has",
        ),
    ],
    ids=[
        "refunds",
        "one refund, as a price",
        "a fourth of the orders a month later",
        "with another price",
        "of other customers",
    ],
)
def test_rows_under_an_id_that_was_there_are_asked_about(tmp_path, repeats, key, told):
    (choice,) = advice_on(tmp_path, orders_and(*repeats)).choices
    assert told in choice.question
    own, again = choice.options
    assert (own.description, again.description) == ({"key": key}, {})
    assert (own.effect.kept_then, again.effect.kept_then) == (20 + len(repeats), 20)


@pytest.mark.parametrize(
    "repeats",
    [
        ("3,C3,W,2,6,2024-01-03", "7,C7,W,3,5,2024-01-07"),
        ("3,D3,W,2,5,2024-02-03", "7,D7,W,2,5,2024-02-07"),
    ],
    ids=["as corrections", "few of other customers"],
)
def test_rows_that_may_well_be_repeats_are_not_asked_about(tmp_path, repeats):
    assert advice_on(tmp_path, orders_and(*repeats)).choices == ()


@pytest.mark.parametrize("key", [["order_id", "product"], ["customer_id"], ["region"]])
def test_repeats_by_a_described_key_are_not_asked_about(tmp_path, key):
    """Most of the rows repeat each of these keys: the run ended by a division by zero."""
    rows = "".join(f"{i % 4},C{i % 4},W,{i},5,2024-01-05\n" for i in range(1, 13))
    described = Description.model_validate(
        {"constants": {"region": "EU"}, "key": key}, strict=False
    )
    assert advice_on(tmp_path, HEADER + rows, described).choices == ()


def test_a_number_that_needs_another_mark_than_its_file_makes_those_like_it_doubtful(tmp_path):
    rows = "".join(f'{i},C,W,"{i % 3 + 1},500",2.50,2024-01-05\n' for i in range(60))
    (notice,) = advice_on(tmp_path, f'{HEADER}99,C,W,"0,250",2.50,2024-01-05\n{rows}').notices
    assert (notice.kind, notice.column) == ("two_decimal_marks", "quantity")
    assert notice.examples == ("0,250",)


def test_thousands_of_rows_under_one_id_are_parted_as_few_are(tmp_path):
    """What compared each of them with each took half a minute."""
    rows = "".join(f"0,C{i},W,1,5,2024-01-05\n" for i in range(15_000))
    (choice,) = advice_on(tmp_path, HEADER + rows).choices
    assert choice.options[0].description == {"key": ["order_id", "customer_id"]}


def test_of_encodings_by_which_no_word_is_plausible_none_is_suggested(tmp_path):
    """Words of accents alone: by gb18030 the product was 矿虫 潮ka."""
    rows = "".join(f"{i},C,żółć łąka,1,5,2024-01-05\n" for i in range(9))
    advice = advice_on(tmp_path, (HEADER + rows).encode("iso8859-2"))
    assert advice.suggestion is None
    assert [choice.field for choice in advice.choices] == ["encoding"]
