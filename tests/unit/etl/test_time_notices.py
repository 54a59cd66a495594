"""Times of day and zones beside the dates, or in them where nothing reads them."""

import json
from pathlib import Path

import pytest

from etl.check import check
from etl.report.advice import Notice
from etl.source.description import Description

HEADER = "order_id,customer_id,product,quantity,price,{}\n"


def notices_on(
    tmp_path: Path, dates: list[str], names: str = "order_date", beside: str = "", **described
) -> list[Notice]:
    """On rows of these dates, with the same text in a column beside each."""
    rows = "".join(f"{i},C,W,1,5,{date}{beside and f',{beside}'}\n" for i, date in enumerate(dates))
    path = tmp_path / "orders.csv"
    path.write_text(HEADER.format(names) + rows)
    advice = check(path, Description.model_validate(described), key=path.name).advice
    assert advice is not None
    return list(advice.notices)


@pytest.mark.parametrize(
    "text", ["2024-01-05 24:00:00", "2024-01-05T24:00", "05/13/2024 24:00:00.0"]
)
def test_the_end_of_a_day_is_told(tmp_path, text):
    (notice,) = notices_on(tmp_path, ["2024-01-05", text])
    assert (notice.kind, notice.examples) == ("end_of_day", (text,))
    assert "00:00 of the next day" in notice.message


@pytest.mark.parametrize("text", ["2024-01-05 10:24:00x", "24.00.2024", "2024-01-05 24:01"])
def test_what_is_no_end_of_a_day_is_not_told_as_one(tmp_path, text):
    kinds = [notice.kind for notice in notices_on(tmp_path, ["2024-01-05", text])]
    assert "end_of_day" not in kinds


@pytest.mark.parametrize(
    "text",
    [
        "2024-01-05 10:00 Europe/Berlin",
        "2024-01-05T10:00+01:00[Europe/Berlin]",
        "2024-01-05 10:00:00 America/Argentina/Ushuaia",
    ],
)
def test_the_name_of_a_zone_behind_a_time_is_told(tmp_path, text):
    (notice,) = notices_on(tmp_path, [text] * 3)
    assert (notice.kind, notice.examples) == ("zone_names", (text,))


@pytest.mark.parametrize(
    ("time", "formats"),
    [("10:05", []), ("9:05", ["%Y-%m-%d %H:%M"]), ("9:05:07 PM", ["%Y-%m-%d %I:%M:%S %p"])],
)
def test_times_of_day_in_a_column_of_their_own_are_told_with_its_fields(tmp_path, time, formats):
    names, dates = "order_date,at", ["2024-01-05"] * 3
    (notice,) = notices_on(tmp_path, dates, names, time)
    assert (notice.kind, notice.column) == ("time_beside_date", "at")
    fields = {"time_column": "at"} | ({"date_formats": formats} if formats else {})
    assert notice.message.endswith(f"together by {json.dumps(fields)}.")
    described = Description.model_validate_json(json.dumps(fields))
    found = check(tmp_path / "orders.csv", described, key="orders.csv")
    assert found.rows_out == 3
    assert found.advice is not None
    assert found.advice.notices == ()
    assert notices_on(tmp_path, ["2024-01-05 09:00"] * 3, names, time) == []


def test_a_zone_in_a_column_of_its_own_is_told_with_its_field(tmp_path):
    names, zone, dates = "order_date,zone", "Europe/Berlin", ["2024-01-05 10:00"] * 3
    (notice,) = notices_on(tmp_path, dates, names, zone)
    assert notice.kind == "zone_beside_date"
    assert '"time_zone": "Europe/Berlin"' in notice.message
    assert notices_on(tmp_path, dates, names, zone, time_zone=zone) == []
    for other in ("2024-01-05", "2024-01-05 10:00Z", "2024-01-05T10:00:00+01:00"):
        assert notices_on(tmp_path, [other] * 3, names, zone) == []
    # A country that is a zone's old name, too.
    assert notices_on(tmp_path, dates, names, "Japan") == []


def test_a_zone_in_the_name_of_the_dates_is_told(tmp_path):
    columns = {"order_date (CET)": "order_date"}
    dates = ["2024-01-05 10:00"] * 3
    (notice,) = notices_on(tmp_path, dates, "order_date (CET)", columns=columns)
    assert notice.kind == "zone_beside_date"
    assert "times are of CET" in notice.message
    found = notices_on(
        tmp_path, dates, "order_date (CET)", columns=columns, time_zone="Europe/Berlin"
    )
    assert found == []
