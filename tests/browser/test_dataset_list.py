"""The list of datasets of a bucket with many of them: pages, orders, filters."""

import json

import pytest
from playwright.sync_api import Page, expect

from samulator.servers.aws.client import s3_client
from tests.browser.conftest import Opens
from tests.embedded_stack import EmbeddedStack

# Two more than a page takes; each tenth was refused, which leaves it without counts.
COUNT = 52
REFUSED = [f"d{number:02}" for number in range(0, COUNT, 10)]


@pytest.fixture
def many(stack: EmbeddedStack, team: str) -> str:
    """A folder of datasets; only their summaries, as the ETL writes them: a list reads no more."""
    s3 = s3_client(stack.aws_url, "us-east-1")
    for number in range(COUNT):
        stem = f"{team}/d{number:02}"
        counts = {"rows_in": number, "rows_out": COUNT - number}
        told = {"status": "succeeded", **counts} if number % 10 else {"status": "refused"}
        body = {"source_key": f"{stem}.csv", "finished_at": "2026-11-23T14:00:00+00:00", **told}
        s3.put_object(
            Bucket="sales-processed",
            Key=f"_datasets/{stem}/summary.json",
            Body=json.dumps(body).encode(),
        )
    return team


def first_is(page: Page, name: str) -> None:
    expect(page.get_by_role("rowheader").first).to_have_text(name)


def test_pages_show_every_dataset_once_there_and_back(opens: Opens, many: str) -> None:
    page = opens(f"#datasets?q={many}&sort=name")
    expect(page.get_by_text("1–50 of 52 datasets")).to_be_visible()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("51–52 of 52 datasets")).to_be_visible()
    expect(page.get_by_role("rowheader")).to_have_text([f"{many}/d50", f"{many}/d51"])
    expect(page.get_by_role("button", name="Next")).to_be_hidden()
    page.reload()
    page.get_by_role("button", name="Previous").click()
    first_is(page, f"{many}/d00")
    page.go_back()
    first_is(page, f"{many}/d50")
    # Somebody else's address of a page: what stands before it is the first.
    other = opens(page.url.partition("/console")[2])
    other.get_by_role("button", name="Previous").click()
    first_is(other, f"{many}/d00")


def test_heads_sort_what_has_no_count_last(opens: Opens, many: str) -> None:
    page = opens(f"#datasets?q={many}")
    expect(page.get_by_role("columnheader", name="Finished")).to_have_attribute(
        "aria-sort", "descending"
    )
    rows_in = page.get_by_role("columnheader", name="Rows in")
    for order, first in (("descending", "d51"), ("ascending", "d01")):
        rows_in.get_by_role("button").click()
        expect(rows_in).to_have_attribute("aria-sort", order)
        first_is(page, f"{many}/{first}")
    page.reload()
    first_is(page, f"{many}/d01")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("rowheader")).to_have_text([f"{many}/d40", f"{many}/d50"])
    page.set_viewport_size({"width": 360, "height": 800})
    page.get_by_role("combobox", name="Order").select_option("Name, Z to A")
    first_is(page, f"{many}/d51")
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_search_and_status_outlive_reload_and_going_back(opens: Opens, many: str) -> None:
    page = opens("#datasets")
    page.get_by_role("searchbox", name="Search").fill(many.upper())
    page.get_by_role("combobox", name="Status").select_option("refused")
    expect(page.get_by_text(f"{len(REFUSED)} datasets", exact=True)).to_be_visible()
    page.get_by_role("columnheader", name="Dataset").get_by_role("button").click()
    shown = page.get_by_role("rowheader")
    expect(shown).to_have_text([f"{many}/{name}" for name in REFUSED])
    page.reload()
    expect(page.get_by_role("combobox", name="Status")).to_have_value("refused")
    expect(shown).to_have_text([f"{many}/{name}" for name in REFUSED])
    page.get_by_role("button", name="Refresh").click()
    expect(shown).to_have_count(len(REFUSED))
    page.get_by_role("searchbox", name="Search").fill("nothing of this name")
    expect(page.get_by_text("No dataset matches.")).to_be_visible()
    expect(page.get_by_role("table")).to_be_hidden()
