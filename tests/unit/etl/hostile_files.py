"""Small files in which a cut may tear a record: quotes over lines, mixed line ends, marks."""

HEADER = "order_id,order_date,customer_id,product,quantity,price,region\n"
ROW = "{},2024-01-05,C1,Widget,2,9.5,{}\n"


def row(number: int, region: str = "n") -> str:
    return ROW.format(number, region)


HOSTILE = {
    "quoted lines": row(1, '"a\nb\r\n""c"') + row(2) + row(1, '"\n,\n"') + "bad\n" + row(3),
    "CRLF": (row(1) + row(2, '"x\n"') + "bad\n" + row(1)).replace("\n", "\r\n"),
    "lone CR": (row(1) + row(2, '"x\n"') + "bad\n" + row(1)).replace("\n", "\r"),
    "blank runs": row(1) + "\n" * 9 + " \t\n" * 3 + row(2) + "\r\n" * 5 + "bad\n\n\n" + row(1),
    "stray quotes": row(1, '5" pipe') + row(2, '"x"y') + "bad\n" + row(3, '"a\nb"') + row(1, '"'),
    "marks within": row(1, "\ufeffé") + "\ufeff" + row(2, '"\ufeff\n"') + "bad\n" + row("\ufeff1"),
    "no last line end": row(1) + row(2) + "bad\n" + row(1).rstrip("\n"),
    "end mark of DOS": row(1) + "bad\n" + row(2) + "\x1a\n" + row(1, "late\x1a") + "\x1a\x1a",
    "open at the end": row(1) + row(2, '"x\ny"') + row(3, '"never\nclosed'),
    "nothing below": "",
    "repeats and times": row(1) + row(1) + row(2).replace("-05,", "-05T10:00:00,") + row(1, "m"),
    "every row wider": "".join(row(i).replace("\n", ",\n") for i in range(4)),
}
