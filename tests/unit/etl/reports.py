"""The report of an object that holds these rows."""

from etl.report.model import SUCCEEDED, PublishedReport, SourceVersion
from tests.unit.etl.cleaning import run

HEADER = "order_id,order_date,customer_id,product,quantity,price\n"


def report_of(rows: str) -> PublishedReport:
    source = SourceVersion(
        bucket="sales-landing",
        key="a.csv",
        version_id="v1",
        etag="etag",
        bytes=len(rows),
        last_modified="2026-11-26T00:00:00+00:00",
        event_time="2026-11-26T00:00:00.100+00:00",
    )
    return PublishedReport.begin(SUCCEEDED, source, findings=run(HEADER + rows).cleaned.findings)
