"""`python -m etl`: files in, files out, no cloud."""

import io
import json
import os
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from etl.__main__ import main
from etl.progress import ProgressBar
from etl.report.model import Report
from etl.report.page import report_page
from samples.sales import write_sales

HEADER = "order_id,order_date,customer_id,product,quantity,price,region\n"


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    path = tmp_path / "raw.csv"
    with path.open("w", newline="") as file:
        write_sales(file)
    return path


def test_sample_file_gives_five_files_and_a_summary(sample, tmp_path, capsys):
    out = tmp_path / "out"

    assert main([str(sample), str(out)]) == 0

    names = ["processed_output.csv", "processed_output.parquet", "rejected_rows.csv"]
    assert sorted(p.name for p in out.iterdir()) == [*names, "report.html", "report.json"]
    report = json.loads((out / "report.json").read_text())
    assert (report["rows_in"], report["rows_out"]) == (5200, 4680)
    assert "5,200  rows in" in capsys.readouterr().out


def test_refused_file_says_why_and_leaves_nothing_of_an_earlier_one(sample, tmp_path, capsys):
    out = tmp_path / "out"
    main([str(sample), str(out)])
    (out / "notes.txt").write_text("mine")
    sample.write_text("a,b\n")

    assert main([str(sample), str(out)]) == 2

    assert "names none of the columns" in capsys.readouterr().err
    assert sorted(path.name for path in out.iterdir()) == [
        "notes.txt",
        "report.html",
        "report.json",
    ]
    report = json.loads((out / "report.json").read_text())
    assert (report["status"], report["refusal"]["reason"]) == ("refused", "no_header")
    assert "names none of the columns" in report["refusal"]["message"]
    assert "This file was refused" in (out / "report.html").read_text()


def test_wrong_description_is_a_refusal_that_the_folder_tells_of(sample, tmp_path):
    (tmp_path / "_source.json").write_text('{"decimal": 3}')

    assert main([str(sample), str(tmp_path / "out")]) == 2

    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["refusal"]["reason"] == "bad_source_description"


def test_file_without_a_single_good_row_is_warned_of_in_words_and_by_the_exit_status(
    tmp_path, capsys
):
    path = tmp_path / "raw.csv"
    path.write_text(HEADER + "1,,C,W,1,1,n\n")

    assert main([str(path), str(tmp_path / "out")]) == 3

    assert f"{path}: None of the 1 rows was kept.\n" in capsys.readouterr().err
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert (report["status"], report["warnings"][0]["code"]) == ("warned", "no_row_left")
    page = (tmp_path / "out" / "report.html").read_text()
    assert "<h2>This file deserves a second look</h2><ul><li>None of the 1 rows" in page


def test_limits_of_warnings_are_variables_and_a_wrong_one_is_named(
    sample, tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("ETL_WARN_LOST_SHARE", "0.03")
    assert main([str(sample), str(tmp_path / "out")]) == 3

    monkeypatch.setenv("ETL_WARN_LOST_SHARE", "much")
    assert main([str(sample), str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith("ETL_WARN_LOST_SHARE=much: ")


def test_a_shorter_file_of_the_same_name_is_warned_of_once(tmp_path):
    path, out = tmp_path / "raw.csv", tmp_path / "out"

    def clean(rows: int, name: Path = path) -> int:
        lines = (f"{i},2024-01-05,C,W,1,1,n\n" for i in range(rows))
        name.write_text(HEADER + "".join(lines))
        return main([str(name), str(out)])

    assert [clean(300), clean(100), clean(100), clean(101)] == [0, 3, 3, 0]
    assert clean(400, tmp_path / "other.csv") == 0


def test_name_that_is_not_utf8_is_one_line_and_a_refusal(tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.csv"))
    path.write_text(HEADER)

    done = subprocess.run(
        [sys.executable, "-m", "etl", path, tmp_path / "out"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        check=False,
    )

    assert done.returncode == 2
    assert done.stdout == b""
    assert done.stderr.endswith(b"caf\\udce9.csv: The file's name is not UTF-8; rename it.\n")
    assert done.stderr.count(b"\n") == 1
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert (report["source"]["key"], report["status"]) == (r"caf\xe9.csv", "refused")


def test_file_that_its_own_results_would_replace_is_left_alone(tmp_path, capsys):
    path = tmp_path / "processed_output.csv"
    path.write_text(HEADER)

    assert main([str(path), str(tmp_path)]) == 2

    assert "name another folder" in capsys.readouterr().err
    assert [one.name for one in tmp_path.iterdir()] == ["processed_output.csv"]


def test_source_description_beside_the_file_is_followed(tmp_path):
    (tmp_path / "_source.json").write_text('{"date_formats": ["%d.%m.%Y"]}')
    path = tmp_path / "orders.csv"
    path.write_text(HEADER + "1,05.01.2024,C,W,1,1,n\n")

    assert main([str(path), str(tmp_path / "out")]) == 0

    out = tmp_path / "out"
    description = str(tmp_path / "_source.json")
    assert json.loads((out / "report.json").read_text())["source"]["description_key"] == description
    assert f"<dt>Read as this says</dt><dd>{description}</dd>" in (out / "report.html").read_text()


def test_rows_lost_under_a_description_are_warned_of_with_its_name(tmp_path, capsys):
    description = tmp_path / "_source.json"
    description.write_text('{"date_formats": ["%d.%m.%Y"]}')
    path = tmp_path / "orders.csv"
    path.write_text(HEADER + "1,2024-01-05,C,W,1,1,n\n")

    assert main([str(path), str(tmp_path / "out")]) == 3

    assert f"None of the 1 rows was kept, read as {description} says." in capsys.readouterr().err


def test_check_says_where_the_description_that_it_found_belongs(tmp_path, capsys):
    path = tmp_path / "orders.csv"
    path.write_text(HEADER + "1,13.01.2024,C,W,1,1,n\n")

    assert main(["--check", str(path)]) == 3

    place = tmp_path / "_source.json"
    assert f"Save it as {place}; it counts for every file of that folder.\n" in (
        capsys.readouterr().out
    )


def test_missing_file_is_one_line_not_a_traceback(tmp_path, capsys):
    assert main([str(tmp_path / "none.csv"), str(tmp_path / "out")]) == 2
    assert "No such file" in capsys.readouterr().err


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_bar_is_drawn_on_a_terminal_for_long_files_and_wiped(monkeypatch):
    times = iter(range(100))
    monkeypatch.setattr("etl.progress.time.monotonic", lambda: next(times))
    screen = Terminal()

    with ProgressBar(100, screen) as bar:
        bar.advance(50)
        bar.advance(50)

    assert "[###############               ]  50%" in screen.getvalue()
    assert screen.getvalue().endswith("\r\x1b[K")


def test_progress_bar_is_silent_for_short_files_and_in_pipes():
    terminal, pipe = Terminal(), io.StringIO()

    for stream in (terminal, pipe):
        with ProgressBar(100, stream) as bar:
            bar.advance(100)

    assert terminal.getvalue() == pipe.getvalue() == ""


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.seen.add(tag)
        self.links += [value for name, value in attrs if name in ("src", "href")]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list) -> None:
        self.seen.add(tag)


def page_of(folder: Path, *rows: str) -> tuple[str, dict]:
    path = folder / "a & b.csv"
    path.write_text(HEADER.replace("region", "<script>") + "".join(rows))
    main([str(path), str(folder / "out")])
    report = json.loads((folder / "out" / "report.json").read_text())
    return (folder / "out" / "report.html").read_text(), report


def test_page_is_well_formed_offline_and_has_no_script(tmp_path):
    text, _ = page_of(tmp_path, "1,2024-01-05,C,W,1,1,\n", "1,2026-03-05,C,W,1,1,n\n", "x\n")
    page = Page(text)

    assert page.open == []
    assert "script" not in page.seen
    assert page.links == []
    assert "a &amp; b.csv" in text
    assert "&lt;script&gt;" in text
    assert "Wrong number of fields" in text


def test_page_of_many_years_counts_by_year(tmp_path):
    text, _ = page_of(tmp_path, *(f"{y},{y}-01-05,C,W,1,1,n\n" for y in range(1990, 2030)))

    assert "<title>2001: 1</title>" in text


def test_page_of_an_empty_file_and_of_a_lost_one(tmp_path):
    empty, report = page_of(tmp_path)
    lost, _ = page_of(tmp_path, "1,,C,W,1,1,n\n")

    assert "0</b> rows came in" in empty
    assert "Not one row is left" in lost
    assert report_page(Report.model_validate(report)) == empty


def test_a_check_beside_a_wrong_description_is_a_refusal(sample, tmp_path, capsys):
    (tmp_path / "_source.json").write_text('{"decimal": 3}')
    assert main(["--check", str(sample)]) == 2
    assert "_source.json is wrong: decimal" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ("", 0),
        ("1,2024-01-05,C,W,1,1,n\n", 0),
        ("1,2024-01-05,C,W,1,1,n\n" * 30 + "2,05.13.2024,C,W,1,1,n\n", 3),
        ("".join(f"{i},2024-01-05,C,W,1,1,n\n" for i in range(30)) + "x,31.12.2024,C,W,1,1,n\n", 0),
        ("1,13.01.2024,C,W,1,1,n\n", 3),
        ("1,2024-01-05,C,W,1,1,n\nTotal,2024-01-05,,,1,1,\n", 3),
        ('1,2024-01-05,"C,W,1,1,n\n', 2),
        (None, 2),
    ],
    ids=[
        "no row",
        "good",
        "repeats",
        "little to gain",
        "nothing kept",
        "a total as an order",
        "open quote",
        "empty",
    ],
)
def test_a_check_ends_with_the_code_of_the_run(tmp_path, rows, code):
    path = tmp_path / "orders.csv"
    path.write_text("" if rows is None else HEADER + rows)
    assert main([str(path), str(tmp_path / "out")]) == code
    assert main(["--check", str(path)]) == code


def test_a_check_says_what_the_run_would_be_warned_of_and_that_no_row_is_there(tmp_path, capsys):
    path = tmp_path / "orders.csv"
    path.write_text(HEADER)
    main(["--check", str(path)])
    assert "The file has a header and no row below it." in capsys.readouterr().out
    path.write_text(HEADER + "1,13.01.2024,C,W,1,1,n\n")
    main(["--check", str(path)])
    assert "It would be warned of:\n  None of the 1 rows was kept.\n" in capsys.readouterr().out


def test_run_and_check_name_the_orders_of_which_no_row_is_left(tmp_path, capsys):
    path = tmp_path / "orders.csv"
    path.write_text(f"{HEADER}1,2024-01-01,C,W,x,5,N\n1,2024-01-01,C,W,1,5,N\n")
    told = "1 order has no row left: the first row was bad"
    main([str(path), str(tmp_path / "out")])
    assert told in capsys.readouterr().out
    main(["--check", str(path)])
    assert told in capsys.readouterr().out


def test_a_check_says_once_what_it_would_be_warned_of(tmp_path, capsys):
    path = tmp_path / "orders.csv"
    path.write_text(f"{HEADER}1,2024-01-01,C,W,1,5,N\nTotal,2024-01-01,,,1,5,\n")
    main(["--check", str(path)])
    assert capsys.readouterr().out.count("Rows of totals are counted as orders") == 1


def test_a_description_is_checked_as_one(tmp_path, capsys):
    place = tmp_path / "_source.json"
    place.write_text('{"decimal": ","}')
    assert main(["--check", str(place)]) == 0
    assert capsys.readouterr().out == f"{place} is a right description: it sets decimal\n"
    place.write_text('{"decimal": 3}')
    assert main(["--check", str(place)]) == 3
    assert capsys.readouterr().err.startswith(f"{place}: _source.json is wrong: decimal: ")
    place.unlink()
    assert main(["--check", str(place)]) == 2
