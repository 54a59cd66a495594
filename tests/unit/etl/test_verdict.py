"""Which cleaned files are warned of, and which are not."""

from dataclasses import replace

import pytest

from etl.report.model import Findings, PreviousRun, Sums
from etl.report.verdict import Limits, status_of, warnings_of
from tests.unit.etl.reports import report_of

LIMITS = Limits()


def findings(*, rows_in: int = 1000, columns: tuple[str, ...] = (), **lost: int) -> Findings:
    """Of a file whose kept rows are one piece at 9.5 each."""
    duplicates = sum(n for reason, n in lost.items() if reason.startswith("duplicate_"))
    rows_out = rows_in - sum(lost.values())
    some = report_of("1,2024-01-05,C,W,1,9.5\n").findings
    assert some is not None
    names = {**some.reading.columns, **dict.fromkeys(columns, "theirs")}
    return some.model_copy(
        update={
            "rows_in": rows_in,
            "rows_out": rows_out,
            "duplicates": duplicates,
            "rejected": sum(lost.values()) - duplicates,
            "reasons": lost,
            "sums": sums(rows_out),
            "reading": some.reading.model_copy(update={"columns": names}),
        }
    )


def sums(rows: int, price: float = 9.5) -> Sums:
    return Sums(quantity=rows, price=rows * price, amount=rows * price)


def before(*, rows: int = 1000, price: float = 9.5, without: str = "") -> PreviousRun:
    columns = [name for name in findings().reading.columns if name != without]
    return PreviousRun(
        finished_at=None, rows_in=rows, rows_out=rows, sums=sums(rows, price), columns=columns
    )


def codes(found: Findings, previous: PreviousRun | None = None, limits: Limits = LIMITS) -> list:
    return [warning.code for warning in warnings_of(found, limits, previous)]


def test_a_file_that_loses_little_is_a_success():
    assert codes(findings(invalid_price=100, missing_order_id=100)) == []
    assert status_of(warnings_of(findings(), LIMITS)) == "succeeded"


def test_a_file_without_rows_is_a_success_but_behind_one_that_had_them():
    none = findings(rows_in=0)
    assert codes(none) == []
    assert codes(none, before(rows=99)) == []
    assert codes(none, before(rows=100)) == ["row_drift"]


def test_a_file_of_which_no_row_is_left_is_warned_of_with_the_reason():
    found = warnings_of(findings(rows_in=50, invalid_price=50), LIMITS)

    assert status_of(found) == "warned"
    assert [warning.code for warning in found] == ["no_row_left", "reason_share"]
    assert found[0].message == "None of the 50 rows was kept."
    assert (found[1].reason, found[1].share, found[1].limit) == ("invalid_price", 1.0, 0.1)


def test_a_share_is_warned_of_above_its_limit_and_not_at_it():
    assert codes(findings(invalid_price=100)) == []
    assert codes(findings(invalid_price=101)) == ["reason_share"]
    spread = {f"reason{i}": 100 for i in range(2)}
    assert codes(findings(**spread)) == []
    assert codes(findings(**spread, other=1)) == ["rows_lost"]


def test_repeats_are_a_loss_only_where_they_differ():
    assert codes(findings(duplicate_exact=300)) == ["reason_share"]
    assert codes(findings(duplicate_differs=300)) == ["rows_lost", "reason_share"]


def test_an_empty_file_loses_nothing():
    assert codes(findings(rows_in=0)) == []


def test_columns_that_came_and_went_are_named():
    (warning,) = warnings_of(findings(columns=("note",)), LIMITS, before(without="price"))

    assert (warning.code, warning.came, warning.went) == ("columns_changed", ["note", "price"], [])
    assert warning.message == "Since the run before 2 columns came (note, price)."
    assert codes(findings(columns=("note",)), before(), replace(LIMITS, column_changes=1)) == []


@pytest.mark.parametrize(
    ("rows", "found"), [(2000, []), (2001, ["row_drift"]), (600, ["row_drift"])]
)
def test_a_file_much_shorter_or_longer_than_the_one_before_is_warned_of(rows, found):
    assert codes(findings(), before(rows=rows)) == found


def test_prices_that_lost_their_decimal_mark_are_warned_of_once_per_figure():
    found = warnings_of(findings(), LIMITS, before(price=950.0))

    assert [(warning.code, warning.column) for warning in found] == [
        ("mean_drift", "price"),
        ("mean_drift", "amount"),
    ]
    assert found[0].message == "The mean price of a row is 9.50, 950.00 in the run before."


def test_few_rows_and_sums_that_no_double_holds_say_nothing_of_drift():
    assert codes(findings(rows_in=99), before(price=950.0)) == []
    unknown = before().model_copy(update={"sums": Sums(quantity=1000, price=None, amount=None)})
    assert codes(findings(), unknown) == []
