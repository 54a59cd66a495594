"""The report as a document: what one run writes, every later one reads."""

import json

import pytest
from pydantic import ValidationError

from etl.errors import Refused, TooLarge
from etl.report.model import (
    REFUSED,
    TOO_LARGE,
    PublishedReport,
    refusal_of,
)
from tests.unit.etl.reports import report_of

GOOD = "1,2024-01-05,C,W,2,9.5\n"


def test_what_is_written_reads_back_as_the_same_report():
    report = report_of(GOOD).amended(seconds=0.5, replaced_key="b.csv", last_good=None)

    assert PublishedReport.model_validate_json(report.text()) == report
    assert PublishedReport.model_validate_json(report.text()).text() == report.text()


def test_findings_stand_at_the_top_of_the_document_and_unset_fields_are_not_in_it():
    document = json.loads(report_of(GOOD).text())

    assert document["rows_in"] == document["rows_out"] == 1
    assert not {"findings", "refusal", "last_good", "table"} & document.keys()


def test_missing_facts_are_null_where_a_reader_looks_for_them():
    source = report_of(GOOD).source.model_copy(update={"version_id": None})
    refused = PublishedReport.begin(REFUSED, source, **refusal_of(Refused("empty_file", "Empty.")))
    document = json.loads(refused.amended(last_good=None).text())

    assert document["refusal"] == {"reason": "empty_file", "message": "Empty.", "line": None}
    assert document["last_good"] is None
    assert document["source"]["version_id"] is None


def test_oversize_names_the_limit():
    large = PublishedReport.begin(TOO_LARGE, report_of(GOOD).source, **refusal_of(TooLarge(9, 5)))

    assert json.loads(large.text())["limit_bytes"] == 5
    assert large.refusal.reason == "too_large"


def test_report_of_another_release_is_read_without_its_unknown_fields():
    document = json.loads(report_of(GOOD).text())
    del document["source"]["event_time"]
    document |= {"mood": "good", "code_version": "9.9"}

    read = PublishedReport.model_validate(document)

    assert (read.code_version, read.findings.rows_out) == ("9.9", 1)
    assert read.source.event_time is None


def test_report_is_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        report_of(GOOD).findings.rows_in = 2
