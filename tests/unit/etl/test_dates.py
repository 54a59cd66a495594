"""Declared dates: read as meant or not at all."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.rules.dates import DateReading, order_date
from etl.rules.status import INVALID, OK
from etl.source.counted_dates import WORDS
from etl.source.date_formats import fault_of
from etl.source.months import LANGUAGES, month_numbers
from tests.unit.etl.cleaning import run

# Two digits of a year are 1969 to 2068.
DAYS = st.dates(min_value=datetime(1973, 6, 1).date(), max_value=datetime(2068, 1, 1).date())
MOMENTS = st.datetimes(min_value=datetime(1973, 6, 1), max_value=datetime(2099, 1, 1))
HEADER = "order_id,customer_id,product,quantity,price,order_date\n"


def read(text: str, *formats: str, languages: tuple[str, ...] = ()) -> datetime | None:
    status, micros = order_date(text, DateReading(formats, languages))
    return datetime(1970, 1, 1) + timedelta(microseconds=micros) if status == OK else None


@given(DAYS, st.sampled_from(["%m%d%Y", "%d%m%Y", "%Y%m%d", "%y%m%d", "%d%m%y", "%Y%j"]))
def test_digits_without_signs_are_read_at_full_width_only(day, form):
    text = day.strftime(form)

    assert read(text, form) == datetime(day.year, day.month, day.day)
    if text.startswith("0"):
        assert read(text[1:], form) is None
    assert read(text + "0", form) is None


@given(MOMENTS, st.sampled_from(["%Y%m%dT%H%M%S", "%d/%m/%Y %H%M%S", "%Y-%m-%d %H%M%S"]))
def test_times_without_signs_are_read_at_full_width_only(moment, form):
    text = moment.strftime(form)

    assert read(text, form) == moment.replace(microsecond=0)
    assert read(text[:-1], form) is None


@given(DAYS)
def test_single_digits_between_signs_are_read(day):
    text = f"{day.day}/{day.month}/{day.year}"

    assert read(text, "%d/%m/%Y") == datetime(day.year, day.month, day.day)


@given(MOMENTS, st.integers(1, 9))
def test_fraction_of_any_length_is_read(moment, digits):
    text = f"{moment:%Y-%m-%dT%H:%M:%S}.{f'{moment.microsecond:06}000'[:digits]}Z"

    kept = moment.microsecond // 10 ** max(6 - digits, 0) * 10 ** max(6 - digits, 0)
    for form in ("iso", "%Y-%m-%dT%H:%M:%S.%f%z"):
        assert read(text, form) == moment.replace(microsecond=kept)


@given(MOMENTS)
def test_epochs_and_day_numbers_are_read_as_declared(moment):
    seconds = int(moment.replace(tzinfo=UTC, microsecond=0).timestamp())
    second = moment.replace(microsecond=0)
    days = (second - datetime(1899, 12, 30)) / timedelta(days=1)

    assert read(str(seconds), "unix_seconds") == second
    assert read(f"{seconds}250", "unix_milliseconds") == second + timedelta(milliseconds=250)
    long = second + timedelta(microseconds=250_001)
    assert read(f"{seconds}250001", "unix_microseconds") == long
    assert read(f"{seconds}250001999", "unix_nanoseconds") == long
    for text in (f"/Date({seconds}250)/", f"\\/Date({seconds}250-0500)\\/"):
        assert read(text, "dotnet_json") == second + timedelta(milliseconds=250)
    assert read(f"{days:.10f}", "spreadsheet_days") == second
    assert read(f"{days:.10f}".replace(".", ","), "spreadsheet_days") == second


@given(st.integers(0, 10**20))
def test_no_number_is_two_kinds_of_date(number):
    kinds = set(WORDS) - {"spreadsheet_days_1904"}

    assert sum(read(str(number), kind) is not None for kind in kinds) <= 1


@pytest.mark.parametrize("text", ["45296", "1704412800", "45296.4375", "0", "60"])
def test_bare_number_is_no_date_unless_declared(text):
    assert order_date(text)[0] == INVALID


def test_sixtieth_day_of_1900_never_was():
    assert read("60", "spreadsheet_days") is None
    assert read("61", "spreadsheet_days") == datetime(1900, 3, 1)


@pytest.mark.parametrize(
    ("text", "form", "month"),
    [
        *[("5 Sept 2024", "%d %b %Y", 9), ("5. Mär 2024", "%d. %b %Y", 3)],
        *[("5 janv. 2024", "%d %b %Y", 1), ("05/dez/2024", "%d/%b/%Y", 12)],
        *[("5 de enero de 2024", "%d de %B de %Y", 1), ("5-fevrier-2024", "%d-%B-%Y", 2)],
        *[("Sept. 5, 2024", "%b. %d, %Y", 9), ("Sept. 5, 2024", "%b %d, %Y", 9)],
        *[("5 августа 2024", "%d %B %Y", 8), ("5 Αυγούστου 2024", "%d %B %Y", 8)],
        *[("5 MAYIS 2024", "%d %B %Y", None), ("5 mayıs 2024", "%d %B %Y", 5)],
        *[("5 listopad 2024", "%d %B %Y", None), ("5 Foo 2024", "%d %b %Y", None)],
    ],
)
def test_month_names_are_read_where_they_mean_one_month(text, form, month):
    found = read(text, form)

    assert (found and found.month) == month


def test_declared_language_decides_what_a_name_means():
    assert read("5 listopada 2024", "%d %B %Y", languages=("pl",)).month == 11
    assert read("5 listopada 2024", "%d %B %Y", languages=("hr",)).month == 10
    assert read("5 Januar 2024", "%d %B %Y", languages=("fr",)) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_names_every_month(language):
    assert set(month_numbers((language,)).values()) == set(range(1, 13))


def test_english_names_never_give_way_to_another_language():
    everywhere = month_numbers()

    for name, number in month_numbers(("en",)).items():
        assert everywhere[name] == number


@pytest.fixture(params=["America/New_York", "UTC", "Asia/Kolkata"])
def zone_of_the_machine(request) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", request.param)
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("zone_of_the_machine")
def test_zone_of_the_machine_is_no_part_of_a_date():
    assert read("2024-01-05 10:00:00 UTC") == datetime(2024, 1, 5, 10)
    assert read("2024-01-05 10:00:00 EST") is None
    assert read("2024-01-05 10:00:00 GMT") is None
    assert fault_of("%Y-%m-%d %H:%M %Z")


@pytest.mark.parametrize("form", ["iso", *WORDS, "%d/%m/%Y", "%%Z %Y-%m-%d", "%m/%d/%Y %I:%M %p"])
def test_sound_formats_have_no_fault(form):
    assert fault_of(form) is None


def test_iso_beside_a_declared_format_is_tried_in_order():
    rows = "1,C,W,1,5,2024-01-05T10:00Z\n2,C,W,1,5,13/01/2024\n3,C,W,1,5,2024-01-06\n"

    written = run(HEADER + rows, date_formats=["%d/%m/%Y", "iso"])
    first = run(HEADER + rows, date_formats=["iso", "%d/%m/%Y"])

    assert [row["order_date"].day for row in written.rows] == [5, 13, 6]
    assert first.rows == written.rows


def test_day_number_is_read_to_the_second_where_its_decimals_tell_no_more():
    assert read("45347.304861", "spreadsheet_days") == datetime(2024, 2, 25, 7, 19)
    exact = datetime(2024, 2, 25, 7, 18, 59, 991000)
    assert read("45347.30486101", "spreadsheet_days") == exact


@pytest.mark.parametrize(
    ("before_noon", "after_noon"),
    [
        ("AM", "pm"),
        ("a.m.", "P.M."),
        ("a. m.", "p.\u00a0m."),
        ("π.μ.", "μ.μ."),
        ("오전", "오후"),
        ("上午", "下午"),
        ("午前", "午後"),
        ("ص", "م"),
        ("ÖÖ", "ÖS"),
        ("पूर्वाह्न", "अपराह्न"),
    ],
)
def test_halves_of_the_day_are_read_as_languages_write_them(before_noon, after_noon):
    for form, text in (
        ("%d/%m/%Y %I:%M %p", "05/01/2024 {} {}"),
        ("%d %b %Y %p %I:%M", "5 ene. 2024 {1} {0}"),
    ):
        assert read(text.format("12:10", before_noon), form) == datetime(2024, 1, 5, 0, 10)
        assert read(text.format("12:10", after_noon), form) == datetime(2024, 1, 5, 12, 10)
        assert read(text.format("3:10", after_noon), form) == datetime(2024, 1, 5, 15, 10)


@pytest.mark.parametrize("text", ["5/1/2024 3:10 m", "5/1/2024 3:10 pam", "5/1/2024 3:10 x.m."])
def test_what_is_no_half_of_the_day_is_no_date(text):
    assert read(text, "%d/%m/%Y %I:%M %p") is None
