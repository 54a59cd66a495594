"""Which order of day, month and year is suggested or asked about, and with which examples."""

from pathlib import Path

import pytest

from etl.check import check
from etl.report.advice import Advice
from etl.source.description import Description

HEADER = "order_id,customer_id,product,quantity,price,order_date\n"


def advice_on(tmp_path: Path, *dates: str) -> Advice:
    path = tmp_path / "orders.csv"
    rows = (f"{i},C,W,1,5,{text}\n" for i, text in enumerate(dates))
    path.write_text(HEADER + "".join(rows))
    advice = check(path, Description(), key=path.name).advice
    assert advice is not None
    return advice


def formats_asked(advice: Advice) -> list[list[str]]:
    (choice,) = advice.choices
    return [option.description["date_formats"] for option in choice.options]


@pytest.mark.parametrize(
    ("dates", "form"),
    [
        (["13.01.25"] * 30 + ["14.02.24"] * 30 + ["15.03.99"], "%d.%m.%y"),
        (["01/13/25", "12/31/99", "02/03/68"], "%m/%d/%y"),
        (["01/13/25", "12/31/24", "02/03/10"], "%m/%d/%y"),
        (["13/01/25", "31/12/99", "02/03/68"] * 8, "%d/%m/%y"),
        (["99-12-31", "24-01-05", "03-02-01"], "%y-%m-%d"),
        (["13.01.25"] * 20 + ["01.02.99"], "%d.%m.%y"),
    ],
)
def test_the_one_order_that_reads_all_dates_is_suggested_however_far_its_years(
    tmp_path, dates, form
):
    advice = advice_on(tmp_path, *dates)
    assert advice.suggestion is not None
    assert advice.suggestion.description == {"date_formats": [form]}
    assert advice.suggestion.effect.kept_then == len(dates)
    assert not advice.choices


@pytest.mark.parametrize(
    ("dates", "forms"),
    [
        (["31.12.24", "01.02.24"], ["%d.%m.%y", "%y.%m.%d"]),
        (["24.12.31", "24.02.01"], ["%y.%m.%d", "%d.%m.%y"]),
        (["13.01.25", "14.02.24"], ["%d.%m.%y", "%y.%m.%d"]),
    ],
    ids=["one year or thirty", "the year first", "few years in both"],
)
def test_orders_that_read_the_same_dates_are_asked_about_the_closer_years_first(
    tmp_path, dates, forms
):
    advice = advice_on(tmp_path, *dates)
    assert advice.suggestion is None
    assert formats_asked(advice) == [[form] for form in forms]
    assert [option.effect.kept_then for option in advice.choices[0].options] == [2, 2]


def test_an_order_that_alone_reads_one_date_is_not_suggested_where_others_read_more(tmp_path):
    advice = advice_on(tmp_path, *["13.01.25"] * 20, "01.13.99")
    assert advice.suggestion is None
    assert formats_asked(advice) == [["%d.%m.%y"], ["%y.%m.%d"], ["%m.%d.%y"]]
    assert [option.effect.kept_then for option in advice.choices[0].options] == [20, 20, 1]
    assert advice.choices[0].question.startswith("Some dates are of one order only")


@pytest.mark.parametrize(
    ("dates", "because"),
    [
        (["1", "60", "61", "45296"], "reads spreadsheet_days: 45296"),
        (["32.01.2024", "soon", "31.01.2024"], "reads %d.%m.%Y: 31.01.2024"),
        (["31.01.2024 25:00", "31.01.2024 23:00"], "reads %d.%m.%Y %H:%M: 31.01.2024 23:00"),
        (["5. Dezember 2024", "6. Foo 2024"], "reads %d. %b %Y: 5. Dezember 2024"),
        (
            ["soon", "31.01.2024", "30.01.2024", "01/31/2024"],
            "reads %d.%m.%Y, %m/%d/%Y: 31.01.2024, 01/31/2024",
        ),
    ],
)
def test_a_change_shows_dates_that_its_formats_read(tmp_path, dates, because):
    suggestion = advice_on(tmp_path, *dates).suggestion
    assert suggestion is not None
    assert [change.because for change in suggestion.changes] == [because]


def test_an_option_has_no_format_that_reads_nothing(tmp_path):
    dates = ["2025-1-5", "2025-01-05T24:00:00", "2025-01-05T23:59:60"]
    asked = [form for forms in formats_asked(advice_on(tmp_path, *dates)) for form in forms]
    assert asked == ["%Y-%m-%d", "%Y-%d-%m"]


# 1 March and 2 August 2024, where the file meant 3 January and 8 February.
SWAPPED = ("45352", "45506")


def test_numbers_of_swapped_days_and_months_are_told_and_not_read(tmp_path):
    advice = advice_on(tmp_path, "21/01/2024", SWAPPED[0], "30/01/2024", SWAPPED[1])
    assert advice.suggestion is not None
    assert advice.suggestion.description == {"date_formats": ["%d/%m/%Y"]}
    (notice,) = (each for each in advice.notices if each.kind == "swapped_days")
    assert notice.examples == SWAPPED


@pytest.mark.parametrize(
    "dates",
    [
        ("21/01/2024", "45352", "30/01/2024", "45373"),
        ("21/01/2024", "05/01/2024", "45352", "45506"),
        ("45352", "45506"),
    ],
    ids=["a number of a day past the twelfth", "a text of a day up to the twelfth", "numbers"],
)
def test_numbers_of_days_are_read_where_nothing_tells_that_they_were_swapped(tmp_path, dates):
    advice = advice_on(tmp_path, *dates)
    assert advice.suggestion is not None
    assert "spreadsheet_days" in advice.suggestion.description["date_formats"]
    assert {notice.kind for notice in advice.notices} == set()


def test_a_number_in_the_place_of_a_date_is_of_no_calendar(tmp_path):
    (notice,) = advice_on(tmp_path, "2024-01-05", "400.50", "1399.50", "2512.5").notices
    assert notice.kind == "unread_values"


@pytest.mark.parametrize(
    ("dates", "form", "turned"),
    [
        (("2024-02-03", "2024-05-03", "03/13/2024", "3/14/2024"), "%m/%d/%Y", "%Y-%d-%m"),
        (
            ("2024-02-03 00:00:00", "2024-05-03 00:00:00", "13.03.2024", "14.03.2024"),
            "%d.%m.%Y",
            "%Y-%d-%m %H:%M:%S",
        ),
    ],
    ids=["American ones", "day first, with midnights"],
)
def test_iso_dates_of_early_days_beside_late_days_are_asked_about(tmp_path, dates, form, turned):
    advice = advice_on(tmp_path, *dates)
    assert advice.suggestion is None
    (choice,) = advice.choices
    assert "mean 3 February 2024?" in choice.question
    stays, swapped = choice.options
    assert stays.description == {"date_formats": ["iso", form]}
    assert swapped.description == {"date_formats": [turned, form]}
    assert (stays.effect.changed_values, swapped.effect.changed_values) == (0, 2)
    assert stays.effect.kept_then == swapped.effect.kept_then == 4


@pytest.mark.parametrize(
    "dates",
    [
        ("2024-02-03", "2024-05-13", "03/13/2024", "03/14/2024"),
        ("2024-02-03", "2024-05-03", "03/13/2024", "03/12/2024"),
        ("2024-02-03", "2024-05-03", "03/13/2024"),
        ("2024-02-03", "03/13/2024", "03/14/2024"),
    ],
    ids=["a late ISO day", "an early other day", "one other", "one ISO date"],
)
def test_iso_dates_beside_dates_of_any_day_are_not_asked_about(tmp_path, dates):
    suggestion = advice_on(tmp_path, *dates).suggestion
    assert suggestion is not None
    assert suggestion.description == {"date_formats": ["iso", "%m/%d/%Y"]}
