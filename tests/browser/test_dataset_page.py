"""From a file that nothing is kept of to an answer: the page of one dataset."""

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from testkit.http_calls import HttpCaller
from tests.browser.conftest import Opens
from tests.browser.test_datasets import upload


def grid(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name)


def first_cells(page: Page, name: str, column: int) -> list[str]:
    return grid(page, name).locator(f"tbody td:nth-child({column})").all_inner_texts()


def part(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Parts of the dataset").get_by_role(
        "link", name=name
    ).click()


def test_german_file_is_amber_until_its_description_is_written(
    opens: Opens, german_csv: Path, team: str
) -> None:
    page = opens("#datasets")
    upload(page, german_csv, f"{team}/orders.csv")
    uploads = page.get_by_role("status", name="Uploads")
    expect(uploads).to_contain_text("0 of 50 rows kept.")
    expect(uploads.get_by_role("listitem")).to_have_class("warned")
    uploads.get_by_role("link", name="Open the dataset").click()
    status = page.locator("#dataset-status")
    expect(status).to_have_text("warned")
    page.get_by_text("A description would keep 50 more rows").click()
    expect(page.get_by_label("_source.json")).to_contain_text('"decimal": ","')
    page.get_by_role("button", name="Write it and run again").click()
    expect(page.get_by_text("Ran again: 50 of 50 rows kept.")).to_be_visible()
    expect(status).to_have_text("succeeded")

    for name, saved_as in (
        ("processed_output.parquet", "orders-processed.parquet"),
        ("rejected_rows.csv", "orders-rejected.csv"),
    ):
        link = page.get_by_role("link", name=name)
        expect(link).to_have_attribute("href", re.compile(re.escape(f"%27%27{saved_as}&")))

    part(page, "Rows")
    expect(page.get_by_text("50 rows.")).to_be_visible()
    price = page.get_by_role("columnheader", name="price")
    price.get_by_role("button").click()
    expect(price).to_have_attribute("aria-sort", "ascending")
    price.get_by_role("button").click()
    expect(price).to_have_attribute("aria-sort", "descending")
    assert first_cells(page, "Rows that were kept", 6)[0] == "1,429.00"
    page.get_by_label("Value").fill("lampe")
    page.get_by_role("button", name="Filter", exact=True).click()
    expect(page.get_by_text("product contains lampe")).to_be_visible()
    assert set(first_cells(page, "Rows that were kept", 4)) == {"Tischlampe"}
    with page.expect_download() as saved:
        page.get_by_role("button", name="CSV of these rows").click()
    assert saved.value.suggested_filename == "orders-rows.csv"
    lines = saved.value.path().read_text("utf-8").splitlines()
    assert len(lines) == 1 + len(first_cells(page, "Rows that were kept", 4))
    page.go_back()
    expect(page.get_by_text("50 rows.")).to_be_visible()

    part(page, "Runs")
    page.get_by_role("button", name="Compare the two").click()
    sides = page.get_by_role("region", name="The two runs side by side")
    expect(sides.get_by_role("row", name="Rows kept")).to_contain_text("+50")
    page.reload()
    expect(sides.get_by_role("row", name="Status")).to_contain_text("changed")

    part(page, "Overview")
    page.get_by_text(f"Files in {team}/ are read as {team}/_source.json says").click()
    expect(page.get_by_label(f"What {team}/_source.json says")).to_contain_text('"decimal": ","')
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text(f"Files in {team}/ have no description any more.")).to_be_visible()


def test_rejected_rows_are_shown_with_line_reason_and_original_text(
    opens: Opens, raw_csv: Path, team: str
) -> None:
    page = opens("#datasets")
    upload(page, raw_csv, f"{team}/sales.csv")
    page.get_by_role("link", name="Open the dataset").click()
    for title in ("Revenue by month", "Revenue by product", "Revenue by region"):
        expect(page.get_by_role("img", name=title)).to_be_visible()
    part(page, "Rejected")
    expect(page.get_by_text("520 rows were dropped.")).to_be_visible()
    page.get_by_label("Reason").select_option("missing_order_date")
    rejected = grid(page, "Rows that were dropped")
    expect(rejected.get_by_text("missing order date")).to_have_count(50)
    expect(rejected.locator("code").first).to_contain_text(",,")
    part(page, "Columns")
    card = page.locator(".card").filter(has=page.get_by_role("heading", name="product"))
    expect(card.get_by_role("link")).to_have_count(5)
    card.get_by_role("link").first.click()
    expect(page.get_by_text("product is ")).to_be_visible()


def test_file_is_checked_before_anything_of_it_is_uploaded(
    opens: Opens, german_csv: Path, team: str
) -> None:
    page = opens("#datasets")
    page.get_by_label("File", exact=True).set_input_files(german_csv)
    page.get_by_label("Name in the bucket").fill(f"{team}/orders.csv")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_text("0 of 50 rows would be kept.")).to_be_visible()
    page.get_by_text("A description would keep 50 more rows").click()
    page.get_by_role("button", name="Upload with this description").click()
    uploads = page.get_by_role("status", name="Uploads")
    expect(uploads).to_contain_text("50 of 50 rows kept.")


def test_a_description_that_somebody_wrote_since_the_check_is_not_uploaded_over(
    opens: Opens, german_csv: Path, team: str, api: HttpCaller
) -> None:
    page = opens("#datasets")
    page.get_by_label("File", exact=True).set_input_files(german_csv)
    page.get_by_label("Name in the bucket").fill(f"{team}/orders.csv")
    page.get_by_role("button", name="Check", exact=True).click()
    page.get_by_text("A description would keep 50 more rows").click()
    place = f"{team}/_source.json"
    others = {"key": place, "description": {"delimiter": ";"}}
    assert api("PUT", "/datasets/descriptions", body=others).status == 200
    page.get_by_role("button", name="Upload with this description").click()
    expect(page.get_by_text("Check again first: somebody wrote another")).to_be_visible()
    stored = api("GET", f"/datasets/descriptions?key={place}").json()
    assert stored["description"] == others["description"]
    expect(page.get_by_role("status", name="Uploads")).not_to_contain_text("orders.csv")


def test_file_is_run_again_as_it_is_and_both_runs_are_listed(
    opens: Opens, german_csv: Path, team: str, api: HttpCaller
) -> None:
    page = opens("#datasets")
    upload(page, german_csv, f"{team}/orders.csv")
    page.get_by_role("link", name="Open the dataset").click()
    part(page, "Runs")
    runs = grid(page, "Runs").locator("tbody tr")
    expect(runs).to_have_count(1)
    # The ETL keeps a run after its report: whoever asks between the two finds the runs before.
    before = api("GET", f"/datasets/{team}%2Forders/runs").json()
    assert len(before["items"]) == 1
    page.route("**/runs?*", lambda route: route.fulfill(json=before), times=1)
    page.get_by_role("button", name="Run again").click()
    expect(page.get_by_text("Ran again: 0 of 50 rows kept.")).to_be_visible()
    expect(page.get_by_text("2 runs, the newest first.")).to_be_visible()
    expect(runs).to_have_count(2)


def test_query_is_answered_by_a_table_that_can_be_saved(
    opens: Opens, raw_csv: Path, team: str
) -> None:
    page = opens("#datasets")
    upload(page, raw_csv, f"{team}/sales.csv")
    page.get_by_role("link", name="Open the dataset").click()
    part(page, "Query")
    page.get_by_label("SQL").fill(
        "select count(*) as orders, min(order_date) as first from dataset where quantity > 0"
    )
    page.get_by_role("button", name="Run", exact=True).click()
    answer = grid(page, "Answer of the query")
    expect(answer.get_by_role("columnheader")).to_have_text(["orders", "first"])
    expect(answer.get_by_role("cell").first).to_have_text("4,680")
    expect(page.get_by_text("1 row in ")).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("button", name="CSV of this answer").click()
    assert saved.value.suggested_filename == "sales_query.csv"
    assert saved.value.path().read_text("utf-8-sig").splitlines()[0] == "orders,first"


def test_query_that_is_not_answered_says_why_as_the_api_does(
    opens: Opens, german_csv: Path, api: HttpCaller, team: str
) -> None:
    page = opens("#datasets")
    upload(page, german_csv, f"{team}/orders.csv")
    page.get_by_role("link", name="Open the dataset").click()
    part(page, "Query")
    sql = page.get_by_label("SQL")
    sql.fill("selec 1")
    problem = api("POST", f"/datasets/{team}%2Forders/query", body={"sql": "selec 1"}).json()
    fault = next(iter(problem.get("errors") or [problem]))["detail"]
    sql.press("Control+Enter")
    expect(page.locator("#sql-fault")).to_have_text(fault)
    expect(sql).to_have_attribute("aria-invalid", "true")
    expect(sql).to_have_value("selec 1")


def test_order_of_day_and_month_is_asked_and_nothing_chosen_beforehand(
    opens: Opens, team: str, tmp_path: Path
) -> None:
    file = tmp_path / "orders.csv"
    lines = [f"{number},c,p,1,2,0{number}/04/2026" for number in range(1, 9)]
    header = "order_id,customer_id,product,quantity,price,order_date"
    file.write_text("\n".join([header, *lines, ""]))
    page = opens("#datasets")
    upload(page, file, f"{team}/orders.csv")
    page.get_by_role("link", name="Open the dataset").click()
    page.get_by_text("A question that the file does not answer").click()
    page.get_by_role("button", name="Write it and run again").click()
    expect(page.get_by_text("Choose an answer first.")).to_be_visible()
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Write it and run again").click()
    expect(page.get_by_text("Ran again: 8 of 8 rows kept.")).to_be_visible()
