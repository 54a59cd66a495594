"""report.html: the report for people, one file, readable offline and by phone."""

import re
from collections.abc import Iterable
from html import escape
from importlib.resources import files

from etl.report.advice_page import advice_section
from etl.report.chart import month_bars, share_bar
from etl.report.lost_orders import lost_orders_told
from etl.report.model import FAILED, REFUSED, TOO_LARGE, Findings, Report

_EXPLAINED = {
    "malformed_row": "Wrong number of fields",
    "repeated_header": "The header line again, inside the data",
    "missing_order_id": "No order id",
    "duplicate_exact": "Repeat of an earlier order, the same throughout",
    "duplicate_differs": "Repeat of an earlier order, with other values",
    "invalid_quantity": "Quantity is not a whole number",
    "missing_order_date": "No order date",
    "invalid_order_date": "Order date is not a date in a declared format",
    "invalid_price": "Price is not a number",
}
_PLACE = re.compile(r"\{\{(\w+)\}\}")
_HEADLINES = {
    REFUSED: "This file was refused",
    TOO_LARGE: "This file is too large for one function",
    FAILED: "The job that cleans large files failed",
}


def report_page(report: Report) -> str:
    """The same figures as report.json; equal reports give equal pages."""
    body = _cleaned(report.findings) if report.findings else _refused(report)
    parts = {
        "title": escape(report.source.key.rpartition("/")[2]),
        "body": _replaced(report) + _warnings(report) + body + _advice(report),
        "source": _source(report),
    }
    # In one pass: what is put in comes from files and may itself look like a place in the page.
    page = files("etl.report").joinpath("page.html").read_text(encoding="utf-8")
    return _PLACE.sub(lambda place: parts[place[1]], page)


def _replaced(report: Report) -> str:
    if not report.replaced_key:
        return ""
    return (
        '<section class="note"><p>The report here before this one was of another file, '
        f"<code>{escape(report.replaced_key)}</code>. Both names lead to the same place, which "
        "the newer file takes. To keep both, rename one of them.</p></section>"
    )


def _warnings(report: Report) -> str:
    if not report.warnings:
        return ""
    lines = "".join(f"<li>{escape(warning.message)}</li>" for warning in report.warnings)
    return (
        '<section class="warned"><h2>This file deserves a second look</h2>'
        f"<ul>{lines}</ul></section>"
    )


def _advice(report: Report) -> str:
    return advice_section(report.advice) if report.advice else ""


def _refused(report: Report) -> str:
    good = report.last_good
    message = report.refusal.message if report.refusal else ""
    earlier = (
        f"<p>The output of an earlier file, {good.rows_out:,} rows, is still in place.</p>"
        if good
        else "<p>Nothing was written. The file itself is untouched.</p>"
    )
    return (
        f'<section class="refusal"><h2>{_HEADLINES[report.status]}</h2>'
        f"<p>{escape(message)}</p>{earlier}</section>"
    )


def _cleaned(findings: Findings) -> str:
    sections = (_summary, _dropped, _months, _gaps, _sums)
    return "".join(section(findings) for section in sections)


def _summary(findings: Findings) -> str:
    parts = [
        ("kept", "kept", findings.rows_out),
        ("repeat", "duplicates", findings.duplicates),
        ("reject", "rejected", findings.rejected),
    ]
    rows_in = findings.rows_in
    tiles = "".join(
        f'<li><b class="{css}">{count:,}</b> {label}<small>{_percent(count, rows_in)}</small></li>'
        for css, label, count in parts
    )
    alarm = '<p class="alarm">Not one row is left.</p>' if findings.is_empty else ""
    return (
        f"<section><p class='rows-in'><b>{rows_in:,}</b> rows came in</p>"
        f"{share_bar([(css, count) for css, _, count in parts])}"
        f'<ul class="tiles">{tiles}</ul>{alarm}</section>'
    )


def _dropped(findings: Findings) -> str:
    reasons = {name: n for name, n in findings.reasons.items() if n}
    if not reasons:
        return "<section><h2>What was dropped</h2><p>Nothing.</p></section>"
    rows = [
        (f"{escape(_EXPLAINED[name])} <code>{escape(name)}</code>", n, n)
        for name, n in sorted(reasons.items(), key=lambda item: -item[1])
    ]
    lost = lost_orders_told(findings.lost_orders)
    warning = f'<p class="note">{lost}</p>' if lost else ""
    return (
        f"<section><h2>What was dropped, and why</h2>{_bars(rows, findings.rows_in)}{warning}"
        "<p>Each dropped row stands in <code>rejected_rows.csv</code> with its line number "
        "and its original text.</p></section>"
    )


def _months(findings: Findings) -> str:
    counts = findings.orders_per_month
    if not counts:
        return ""
    return f"<section><h2>Orders per month</h2>{month_bars(counts)}</section>"


def _gaps(findings: Findings) -> str:
    gaps = {name: n for name, n in findings.gaps.items() if n}
    if not gaps:
        return "<section><h2>Gaps in the kept rows</h2><p>None.</p></section>"
    rows = [
        (f"<code>{escape(name)}</code>" + (" filled with 1" if name == "quantity" else ""), n, n)
        for name, n in sorted(gaps.items(), key=lambda item: -item[1])
    ]
    return f"<section><h2>Gaps in the kept rows</h2>{_bars(rows, findings.rows_out)}</section>"


def _bars(rows: Iterable[tuple[str, int, int]], whole: int) -> str:
    lines = "".join(
        f"<tr><td>{label}</td><td class='n'>{count:,}</td>"
        f"<td class='n'>{_percent(count, whole)}</td>"
        f"<td class='bar'>{share_bar([('reject', size), ('rest', whole - size)])}</td></tr>"
        for label, count, size in rows
    )
    return f"<table>{lines}</table>"


def _sums(findings: Findings) -> str:
    dates, sums, quantity = findings.order_dates, findings.sums, findings.quantity
    facts = [
        ("First order", _day(dates.first)),
        ("Last order", _day(dates.last)),
        ("Sum of quantity", f"{sums.quantity:,}"),
        ("Sum of price", _amount(sums.price)),
        ("Sum of quantity × price", _amount(sums.amount)),
        ("Rows with negative quantity", f"{quantity.negative:,}"),
        ("Rows with quantity zero", f"{quantity.zero:,}"),
        ("Rows whose quantity was rounded", f"{quantity.rounded:,}"),
        ("Rows whose last cells were left out", f"{findings.short_rows:,}"),
    ]
    return f"<section><h2>Figures of the kept rows</h2>{_facts(facts)}</section>"


def _source(report: Report) -> str:
    names = {
        "bucket": "Bucket",
        "key": "Key",
        "version_id": "Version",
        "etag": "ETag",
        "bytes": "Bytes",
        "last_modified": "Written",
        "description_key": "Read as this says",
    }
    source = report.source.model_dump()
    facts = [(label, str(source[name])) for name, label in names.items() if source.get(name)]
    return _facts([*facts, ("Code version", report.code_version)])


def _facts(facts: Iterable[tuple[str, str]]) -> str:
    lines = "".join(f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>" for k, v in facts)
    return f"<dl>{lines}</dl>"


def _day(moment: str | None) -> str:
    return moment.removesuffix("T00:00:00").replace("T", " ") if moment else "none"


def _amount(value: float | None) -> str:
    return "too large" if value is None else f"{value:,.2f}"


def _percent(part: int, whole: int) -> str:
    if not whole or not part:
        return "0 %"
    share = 100 * part / whole
    return "< 0.1 %" if share < 0.1 else f"{share:.1f} %"
