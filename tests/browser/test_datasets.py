"""The datasets' part of the web page: from a file on a desk to its report."""

import base64
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Opens


def upload(page: Page, path: Path, key: str) -> None:
    page.get_by_label("File", exact=True).set_input_files(path)
    page.get_by_label("Name in the bucket").fill(key)
    page.get_by_role("button", name="Upload").click()


def drop(page: Page, path: Path) -> None:
    """Drags a file onto the page, as from a desk."""
    content = base64.b64encode(path.read_bytes()).decode()
    page.evaluate(
        """([name, content]) => {
          const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([bytes], name));
          for (const kind of ["dragover", "drop"]) {
            const options = { dataTransfer, bubbles: true, cancelable: true };
            document.body.dispatchEvent(new DragEvent(kind, options));
          }
        }""",
        [path.name, content],
    )


def test_uploaded_file_becomes_a_dataset_with_a_page_of_its_own(
    opens: Opens, raw_csv: Path, team: str
) -> None:
    page = opens("#datasets")
    page.get_by_label("File", exact=True).set_input_files(raw_csv)
    expect(page.get_by_label("Name in the bucket")).to_have_value("raw.csv")
    upload(page, raw_csv, f"{team}/q1 é.csv")
    uploads = page.get_by_role("status", name="Uploads")
    expect(uploads).to_contain_text("4,680 of 5,200 rows kept.")
    row = page.get_by_role("row").filter(has_text=f"{team}/q1 é")
    expect(row).to_contain_text("succeeded")
    uploads.get_by_role("link", name="Open the dataset").click()
    title = page.get_by_role("heading", name=f"{team}/q1 é")
    expect(title).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("208")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="report.html").click()
    expect(opened.value.get_by_text("4,680").first).to_be_visible()
    page.reload()
    expect(title).to_be_visible()
    page.go_back()
    expect(title).to_be_hidden()
    row.get_by_role("link").click()
    expect(title).to_be_visible()
    page.get_by_role("link", name="All datasets").click()
    expect(row).to_be_visible()


def test_refused_file_says_why_and_the_last_good_one_stays(
    opens: Opens, raw_csv: Path, team: str, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("order_id,foo\n1,2\n")
    page = opens("#datasets", width=360)
    uploads = page.get_by_role("status", name="Uploads")
    upload(page, raw_csv, f"{team}.csv")
    expect(uploads).to_contain_text("rows kept")
    upload(page, bad, f"{team}.csv")
    expect(uploads).to_contain_text("was refused: Missing column: customer_id")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.get_by_role("link", name="Open the dataset").first.click()
    main = page.get_by_role("main")
    expect(main).to_contain_text("Missing column: customer_id")
    expect(main).to_contain_text("4,680 rows of the file before")
    expect(page.get_by_role("link", name="processed_output.parquet")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_dragged_file_is_uploaded_and_a_sample_can_be_tried(
    opens: Opens, team: str, tmp_path: Path
) -> None:
    file = tmp_path / f"{team}.csv"
    file.write_text(
        "order_id,customer_id,product,quantity,price,order_date\n1,c,p,1,2,2026-01-01\n"
    )
    page = opens("#datasets")
    drop(page, file)
    uploads = page.get_by_role("status", name="Uploads")
    expect(uploads).to_contain_text("1 of 1 rows kept.")
    page.get_by_role("button", name="a sales file with faults").click()
    expect(uploads).to_contain_text("of 600 rows kept.")
    (tmp_path / "notes.txt").write_text("no table")
    drop(page, tmp_path / "notes.txt")
    expect(uploads).to_contain_text("must end in .csv or .csv.gz")


def test_file_that_cannot_be_taken_is_said_before_it_is_sent(opens: Opens, raw_csv: Path) -> None:
    page = opens("#datasets")
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_text("Choose a file.")).to_be_visible()
    upload(page, raw_csv, "notes.txt")
    key = page.get_by_label("Name in the bucket")
    expect(key).to_be_focused()
    expect(page.get_by_text("must end in .csv or .csv.gz")).to_be_visible()
    expect(page.get_by_role("status", name="Uploads").get_by_role("listitem")).to_have_count(0)


def test_dataset_that_is_not_there_is_said(opens: Opens) -> None:
    page = opens("#datasets/nothing%20here")
    expect(page.get_by_role("heading", name="nothing here")).to_be_visible()
    expect(page.get_by_text("No dataset has this name")).to_be_visible()
    page.get_by_role("link", name="All datasets").click()
    expect(page.get_by_role("heading", name="Datasets", exact=True)).to_be_visible()
