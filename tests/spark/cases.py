"""Files for both engines: what each is called, its bytes, and its description."""

import codecs
import gzip
import random

from tests.unit.etl.hostile_files import HEADER, HOSTILE, row

Case = tuple[bytes, dict[str, object]]

MIXED = row(1) + row(2).replace("\n", "\r\n") + "bad\r" + row(3).replace("\n", "\r") + row(2)
ACCENTED = row(1, "é") + row(2, "ü") + row(3, '"ß\n"') + row(1, "é")
COMMAS = HEADER + "".join(f'{i},2024-01-05,C1,W,2,"{i},50",n\n' for i in range(9))
SEVERAL_LINES = "".join(row(i % 5).replace("Widget", f"P{i % 3}") for i in range(40))


def every_reason() -> str:
    """Each reason at least once, among many rows that repeat each other."""
    rng = random.Random(7)
    lines = []
    for _ in range(400):
        date = f"2024-01-{rng.randint(1, 31):02}" + rng.choice(["", "T10:00:00.25"])
        product = rng.choice(["Lamp", '"say ""hi"""'])
        quantity = rng.choice(["", "1", "7", "x"])
        price = rng.choice(["0.1", "12.5", "1e9", "$5", "n/a", ""])
        lines.append(f"{rng.randint(1, 150)},{date},C1,{product},{quantity},{price},north\n")
    lines[50:50] = ["too,short\n", HEADER, " ,2024-01-05,C,W,1,1,n\n", "7,,C,W,1,1,n\n"]
    lines[90:90] = ["8,2024-02-30,C,W,1,1,n\n", '9,2024-01-05,C,"a\nb",1,1,n\n', lines[3], lines[3]]
    return HEADER + "".join(lines)


COUNTED = HEADER + "".join(
    row(i).replace("2024-01-05", date)
    for i, date in enumerate(
        ["1704412800000001", "1704412800000000999", "/Date(1704412800000+0100)/", "1704412800"]
    )
)
HOLDING_OTHERS = (
    HEADER
    + row(1) * 30
    + '2,2024-01-05,C1,"Hat,2,9.5,n\n3,2024-01-05,C1,Rock",2,9.5,n\n'
    + row(4) * 30
    + row(5).rstrip("\n")
    + row(6)
)

OPEN = ("open at the end", "stray quotes")

CLEANED: dict[str, Case] = {
    **{name: ((HEADER + HOSTILE[name]).encode(), {}) for name in HOSTILE if name not in OPEN},
    "mixed line ends": ((HEADER + MIXED).encode(), {}),
    "byte order mark": (codecs.BOM_UTF8 + (HEADER + ACCENTED).encode(), {}),
    "every reason": (every_reason().encode(), {}),
    "gzip": (gzip.compress(every_reason().encode()), {}),
    "UTF-16": ((HEADER + ACCENTED + MIXED).encode("utf-16"), {}),
    "UTF-16 in gzip": (gzip.compress((HEADER + ACCENTED).encode("utf-16")), {}),
    "cp1252": ((HEADER + ACCENTED).encode("cp1252"), {"encoding": "cp1252"}),
    "cp1252, key of two columns": (
        (HEADER + SEVERAL_LINES + ACCENTED).encode("cp1252"),
        {"encoding": "cp1252", "key": ["order_id", "product"]},
    ),
    "every row is its own": (every_reason().encode(), {"key": "none"}),
    "whole rows are the key": (every_reason().encode(), {"key": "row"}),
    "comments and escapes": (
        (HEADER + row(1) + "# no row\n" + row(2, '"a \\" b"') + row(1)).encode(),
        {"comment": "#", "escape": "\\"},
    ),
    "decimal comma": (COMMAS.encode(), {"decimal": ","}),
    "counts as dates": (
        COUNTED.encode(),
        {"date_formats": ["unix_microseconds", "unix_nanoseconds", "dotnet_json"]},
    ),
    "rows that hold others": (HOLDING_OTHERS.encode(), {}),
    "one key on most rows": ((HEADER + row(1) * 300 + row(2) + row(1, "m") * 50).encode(), {}),
}

REFUSED: dict[str, Case] = {
    **{name: ((HEADER + HOSTILE[name]).encode(), {}) for name in OPEN},
    "no such column": (b"order_id,x\n1,2\n", {}),
    "empty": (b"", {}),
    "not UTF-8": ((HEADER + row(1) * 90).encode() + b"\xff\n" + row(2).encode() * 90, {}),
    "escaped quote before an open one": (
        (HEADER + row(1) * 40 + row(2, '"a \\" b"') + row(3) * 40 + '4,"open').encode(),
        {},
    ),
    "every row too wide": ((HEADER + row(1).replace("\n", ",more\n") * 30).encode(), {}),
    "gzip that is cut short": (gzip.compress(every_reason().encode())[:-20], {}),
    "gzip cut short behind an escaped quote": (
        gzip.compress((HEADER + row(2, '"a \\" b"') + every_reason()).encode())[:-9],
        {},
    ),
    "a key that is not there": ((HEADER + row(1)).encode(), {"key": ["nothing"]}),
}
