"""What screen readers hear, and whether eyes can read it, in both colour schemes."""

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from testkit.http_calls import HttpCaller
from tests.browser.conftest import Opens, People
from tests.browser.test_datasets import upload

# What stands in each part of a dataset of which no row was kept.
PARTS = {
    "Rows": "0 rows.",
    "Rejected": "50 rows were dropped.",
    "Columns": "price",
    "Query": "One SELECT",
    "Runs": "One run.",
    "Overview": "The run",
}
CONTROLS = {"button", "textbox", "searchbox", "link", "dialog", "table", "progressbar", "search"}
# Contrast by WCAG 2.2, of every text that can be seen against the ground behind it.
CONTRAST = """() => {
  const light = (rgb) => rgb.slice(0, 3)
    .map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parts(getComputedStyle(at).backgroundColor);
      if (colour.length < 4 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const texts = [...document.querySelectorAll("body *")].filter((element) =>
    element.checkVisibility() && [...element.childNodes].some((node) =>
      node.nodeType === Node.TEXT_NODE && node.data.trim()));
  return texts.map((element) => {
    const [one, other] = [parts(getComputedStyle(element).color), ground(element)].map(light);
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    return [Math.round(ratio * 10) / 10, element.textContent.slice(0, 40)];
  });
}"""


def unnamed(page: Page) -> list[str]:
    """The controls that a screen reader has no name for."""
    session = page.context.new_cdp_session(page)
    nodes: list[Any] = session.send("Accessibility.getFullAXTree")["nodes"]
    return [
        node["role"]["value"]
        for node in nodes
        if not node["ignored"] and node["role"]["value"] in CONTROLS
        if not node.get("name", {}).get("value", "").strip()
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_has_a_name_and_can_be_read(
    opens: Opens, people: People, team: str, scheme: Any
) -> None:
    people("Ada", "Bob")
    page = opens(f"#users?role={team}")
    page.emulate_media(color_scheme=scheme)
    expect(page.get_by_role("rowheader")).to_have_count(2)
    assert (unnamed(page), too_faint(page)) == ([], [])
    page.get_by_role("button", name="New user").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("must not be blank").first).to_be_visible()
    assert (unnamed(page), too_faint(page)) == ([], [])
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Delete Ada").click()
    assert (unnamed(page), too_faint(page)) == ([], [])
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Datasets").click()
    expect(page.get_by_role("button", name="Upload")).to_be_visible()
    assert (unnamed(page), too_faint(page)) == ([], [])
    red = page.evaluate("parseInt(getComputedStyle(document.body).backgroundColor.slice(4))")
    assert (red < 128) == (scheme == "dark")


def too_faint(page: Page) -> list[Any]:
    return [text for text in page.evaluate(CONTRAST) if text[0] < 4.5]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_breaks_a_rule_that_axe_knows(
    opens: Opens, people: People, german_csv: Path, team: str, api: HttpCaller, scheme: Any
) -> None:
    people("Ada", "Bob")
    page = opens("#datasets")
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    upload(page, german_csv, f"{team}/orders.csv")
    uploads = page.get_by_role("status", name="Uploads")
    expect(uploads).to_contain_text("0 of 50 rows kept.")
    described = {"key": f"{team}/orders.csv", "description": {"decimal": ","}}
    assert api("PUT", "/datasets/descriptions", body=described).status == 200
    page.get_by_label("Name in the bucket").fill(f"{team}/more.csv")
    page.get_by_label("Name in the bucket").press("Tab")
    page.get_by_text(f"Files in {team}/ are read as").click()
    assert violations(page) == []
    uploads.get_by_role("link", name="Open the dataset").click()
    page.get_by_text("A description would keep").click()
    page.get_by_text(f"Files in {team}/ are read as").locator("visible=true").click()
    expect(page.get_by_text("It was written after this run")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Remove").locator("visible=true").click()
    assert violations(page) == []
    page.keyboard.press("Escape")
    parts = page.get_by_role("navigation", name="Parts of the dataset")
    for name, shown in PARTS.items():
        parts.get_by_role("link", name=name).click()
        expect(page.locator("#dataset-part").get_by_text(shown).first).to_be_visible()
        assert violations(page) == [], name
    page.goto(f"/console#users?role={team}")
    page.get_by_label("Select Ada").check()
    assert violations(page) == []
    page.get_by_role("button", name="Change role").click()
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_answer_breaks_a_rule_that_axe_knows(
    opens: Opens, german_csv: Path, team: str, scheme: Any
) -> None:
    page = opens("#datasets")
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.get_by_label("File", exact=True).set_input_files(german_csv)
    page.get_by_label("Name in the bucket").fill(f"{team}/orders.csv")
    page.get_by_role("button", name="Check", exact=True).click()
    page.get_by_text("A description would keep 50 more rows").click()
    assert violations(page) == []
    page.get_by_role("button", name="Upload", exact=True).click()
    page.get_by_role("link", name="Open the dataset").click()
    page.get_by_role("link", name="Runs").click()
    page.get_by_role("button", name="Run again").click()
    page.get_by_role("button", name="Compare the two").click()
    expect(page.get_by_role("region", name="The two runs side by side")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("link", name="Query").click()
    page.get_by_label("SQL").fill("selec 1")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#sql-fault")).not_to_be_empty()
    assert violations(page) == []


def violations(page: Page) -> list[str]:
    """Once everything has come: what is loading is faint on purpose."""
    expect(page.locator("[aria-busy]")).to_have_count(0)
    results = Axe().run(page)
    return [results.generate_report()] if results.violations_count else []
