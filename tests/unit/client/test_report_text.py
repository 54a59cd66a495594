"""What make drop says of a report."""

from pathlib import Path
from typing import Any

import pytest

from client.report_text import refusal, suggestion, summary

SOURCE = {"bucket": "sales-landing", "key": "a/b.csv", "description_key": "a/_source.json"}
CLEANED: dict[str, Any] = {
    "status": "succeeded", "seconds": 1, "reasons": {"invalid_price": 9, "invalid_quantity": 0},
    "outputs": {}, "rows_in": 10, "rows_out": 1, "duplicates": 0, "rejected": 9, "source": SOURCE,
}  # fmt: skip


def test_the_description_in_force_is_named_by_its_key_whether_it_helped_or_not() -> None:
    named = "\n  read as s3://sales-landing/a/_source.json says"
    refused = {"status": "refused", "source": SOURCE, "refusal": {"message": "No header."}}
    assert named in summary(CLEANED)
    assert named in refusal(Path("b.csv"), refused)


def test_values_that_are_still_refused_are_shown_below_their_reason() -> None:
    values = [{"value": '1,2"', "count": 8, "lines": [2, 1003], "original": None}]
    values += [{"value": None, "count": 1, "lines": [4], "original": ",x"}] * 3
    said = summary({**CLEANED, "advice": {"refused": {"invalid_price": values}}})
    assert said.split("\n")[6:10] == [
        "    invalid_price                      9",
        '      8 × "1,2\\"", line 2, 1,003',
        '      1 × ",x", line 4',
        '      1 × ",x", line 4',
    ]


def test_rows_without_a_value_to_blame_are_shown_each_with_its_own_line() -> None:
    rows = {
        "value": None,
        "count": 208,
        "lines": [2, 9],
        "original": "1,",
        "originals": ["1,", "2,"],
    }
    said = summary({**CLEANED, "advice": {"refused": {"invalid_price": [rows]}}})
    assert said.split("\n")[7:10] == [
        "      208 rows, of which the first are",
        '      "1,", line 2',
        '      "2,", line 9',
    ]


def test_a_file_that_took_the_place_of_another_says_so() -> None:
    said = summary({**CLEANED, "replaced_key": "a/b/raw.csv"})
    assert "\n  takes the place of a/b/raw.csv, whose outputs have the same keys\n" in said


def test_a_refused_file_is_led_to_its_check_and_one_that_is_too_large_is_not() -> None:
    report = {"status": "refused", "source": {**SOURCE, "description_key": None}}
    report["refusal"] = {"message": "No header."}
    report["advice"] = {"suggestion": None, "choices": [], "notices": [{"message": "?"}]}
    file = Path("in/my b.csv")
    assert refusal(file, report) == (
        "my b.csv was refused: No header.\n"
        "make check-file FILE='in/my b.csv' says what would be kept of it, and how"
    )
    assert refusal(file, report, "curl removes it") == (
        "my b.csv was refused: No header.\ncurl removes it"
    )
    assert refusal(file, {**report, "status": "too_large"}) == "my b.csv was too large: No header."


@pytest.mark.parametrize("advice", [None, {"suggestion": None, "choices": [], "notices": []}])
def test_a_refusal_that_a_check_would_only_repeat_leads_nowhere(advice: Any) -> None:
    report = {"status": "refused", "source": SOURCE | {"description_key": None}, "advice": advice}
    report["refusal"] = {"message": "It looks like a zip archive. Unpack it."}
    assert refusal(Path("b.csv"), report) == (
        "b.csv was refused: It looks like a zip archive. Unpack it."
    )


@pytest.mark.parametrize(
    ("advice", "said"),
    [
        (None, ""),
        ({"suggestion": None}, ""),
        (
            {"suggestion": {"effect": {"rows": 5000, "kept_now": 0, "kept_then": 4999}}},
            "make check-file FILE=b.csv shows a description that would keep 4,999 of 5,000 rows\n",
        ),
    ],
)
def test_a_description_that_would_keep_more_is_pointed_at(advice: Any, said: str) -> None:
    assert suggestion(Path("b.csv"), {**CLEANED, "advice": advice}) == said


def test_a_suggestion_beside_a_description_that_the_bucket_alone_has_is_shown_itself() -> None:
    effect = {"rows": 50, "kept_now": 0, "kept_then": 50}
    advice = {"suggestion": {"effect": effect, "description": {"decimal": ","}}}
    assert suggestion(Path("b.csv"), {**CLEANED, "advice": advice}, "a/_source.json") == (
        'as s3://sales-landing/a/_source.json this would keep 50 of 50 rows: {"decimal": ","}\n'
    )
