"""Under which name a browser saves a file of a dataset."""

from urllib.parse import quote

_FORMS = {
    "processed_output.csv": "{}.csv",
    "processed_output.parquet": "{}.parquet",
    "rejected_rows.csv": "{}-rejected.csv",
    "report.html": "{}-report.html",
    "report.json": "{}-report.json",
}
_SHOWN = (".html", ".json")


def download_name(stem: str, output: str) -> str:
    """After the dataset: everybody has a processed_output.csv already.

    >>> download_name("2026/orders", "rejected_rows.csv"), download_name("raw", "report.html")
    ('orders-rejected.csv', 'raw-report.html')
    """
    return _FORMS.get(output, "{}-" + output).format(stem.rpartition("/")[2] or "dataset")


def disposition(filename: str) -> str:
    """Content-Disposition (RFC 6266): pages are shown, data is saved.

    >>> disposition("orders é.csv")
    "attachment; filename*=UTF-8''orders%20%C3%A9.csv"
    """
    how = "inline" if filename.endswith(_SHOWN) else "attachment"
    return f"{how}; filename*=UTF-8''{quote(filename, safe='')}"
