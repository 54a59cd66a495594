"""The six rules once more, one character and one row at a time, sharing no code with the ETL."""

import calendar
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction

REQUIRED = ["order_id", "customer_id", "product", "quantity", "price", "order_date"]


class ModelRefuses(Exception):
    """The model, too, finds that nobody can read this file; it says why."""


@dataclass
class Expected:
    rows: list[dict] = field(default_factory=list)
    dropped: list[tuple[int, str]] = field(default_factory=list)
    originals: list[str] = field(default_factory=list)
    rows_in: int = 0
    lost_orders: int = 0
    filled: int = 0


def records(text: str, delimiter: str) -> list[tuple[int, str, list[str]]]:
    """Line number, original text and fields of each record, by a state machine."""
    found, fields, value = [], [], ""
    state, line, record_line, begin = "start", 1, 1, 0
    i = 0
    while i < len(text):
        char = text[i]
        end_of_line = char in "\r\n"
        width = 2 if text[i : i + 2] == "\r\n" else 1
        if state == "quoted":
            if char == '"':
                state = "quote"
            else:
                value += text[i : i + width] if end_of_line else char
                line += end_of_line
            i += width if end_of_line else 1
            continue
        if state == "quote" and char == '"':
            value, state = value + '"', "quoted"
        elif char == delimiter:
            fields.append(value)
            value, state = "", "start"
        elif end_of_line:
            fields.append(value)
            found.append((record_line, text[begin:i], fields))
            fields, value, state = [], "", "start"
            line += 1
            i += width
            record_line, begin = line, i
            continue
        elif char == '"' and state == "start":
            state = "quoted"
        else:
            value, state = value + char, "plain"
        i += 1
    if state == "quoted":
        raise ModelRefuses("never closed")
    if begin < len(text):
        found.append((record_line, text[begin:], [*fields, value]))
    return [item for item in found if item[1].replace(delimiter, "x").strip(" \t")]


def expected(text: str, *, delimiter: str = ",", decimal: str = ".") -> Expected:
    header, *body = records(text.replace("\ufeff", ""), delimiter)
    names = [name.strip().lower() for name in header[2]]
    body = fitted(names, body, delimiter)
    result = Expected()
    first: dict[str, tuple[list, bool]] = {}
    lost = set()
    for line, original, fields in body:
        result.rows_in += 1
        reason, row = judge(names, fields, decimal)
        key = as_read("order_id", dict(zip(names, fields, strict=False)).get("order_id", ""))
        if reason not in ("malformed_row", "repeated_header", "missing_order_id"):
            content = [trimmed(as_read(*one)) for one in zip(names, fields, strict=True)]
            if key in first:
                kept_content, kept_good = first[key]
                if not reason and not kept_good:
                    lost.add(key)
                reason = "duplicate_exact" if content == kept_content else "duplicate_differs"
            else:
                first[key] = (content, not reason)
        if reason:
            result.dropped.append((line, reason))
            result.originals.append(original)
        else:
            result.filled += row.pop("filled")
            result.rows.append(row)
    result.lost_orders = len(lost)
    return result


def fitted(names: list[str], body: list, delimiter: str) -> list:
    """Every row one width: read if what is too much is empty, else refused. Short rows filled."""
    fewest = 1 + max(names.index(name) for name in REQUIRED)
    widths = {len(fields) for *_, fields in body if fields != names}
    if len(widths) == 1 and widths != {len(names)}:
        (width,) = widths
        rows = sum(fields != names for *_, fields in body)
        if rows > 1 or abs(width - len(names)) == 1:
            surplus = [cell for *_, fields in body for cell in fields[len(names) :]]
            behind = [fields[fewest].strip() for *_, fields in body if len(fields) > len(names)]
            is_split = (
                delimiter == ","
                and names[fewest - 1] in ("quantity", "price")
                and all(re.fullmatch("[0-9]+([.][0-9]+)?", cell) for cell in behind)
            )
            if width < len(names) or any(map(visible, surplus)) or is_split:
                raise ModelRefuses("the header")
            body = [(line, text, fields[: len(names)]) for line, text, fields in body]
    return [
        (line, text, fields + [""] * ((len(names) - len(fields)) * (len(fields) >= fewest)))
        for line, text, fields in body
    ]


def is_invisible(char: str) -> bool:
    """Control characters that are no blanks, and what Unicode tells programs to leave out."""
    if char.isspace():
        return False
    return unicodedata.category(char) == "Cc" or any(
        low <= ord(char) <= high
        for low, high in [
            *[(0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5)],
            *[(0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F)],
            *[(0x2800, 0x2800), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF)],
            *[(0xFFA0, 0xFFA0), (0xFFF0, 0xFFFB), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A)],
            (0xE0000, 0xE0FFF),
        ]
    )


def visible(text: str) -> str:
    return "".join(char for char in text if not is_invisible(char)).strip()


def trimmed(text: str) -> str:
    while text and (text[0].isspace() or is_invisible(text[0])):
        text = text[1:]
    while text and (text[-1].isspace() or is_invisible(text[-1])):
        text = text[:-1]
    return text


def unwrapped(text: str) -> str:
    """The text of a formula that is nothing but a text."""
    if not re.fullmatch('="(""|[^"])*"', text):
        return text
    return text[2:-1].replace('""', '"')


def as_read(name: str, value: str) -> str:
    if name not in REQUIRED:
        return unwrapped(value)
    text = trimmed(unwrapped(trimmed(value)))
    return text if name == "product" else visible(text)


def judge(names: list[str], fields: list[str], decimal: str) -> tuple[str | None, dict]:
    if len(fields) != len(names):
        return "malformed_row", {}
    if [visible(as_read(*one)).lower() for one in zip(names, fields, strict=True)] == names:
        return "repeated_header", {}
    row = {}
    for name, value in zip(names, fields, strict=True):
        text = as_read(name, value)
        row[name] = text if trimmed(text) else None
    if row["order_id"] is None:
        return "missing_order_id", {}
    row["filled"] = row["quantity"] is None
    quantity = Fraction(1) if row["filled"] else amount(row["quantity"], decimal)
    if quantity is None or quantity.denominator != 1 or not -(2**63) <= quantity < 2**63:
        return "invalid_quantity", {}
    row["quantity"] = int(quantity)
    if row["order_date"] is None:
        return "missing_order_date", {}
    row["order_date"] = moment(row["order_date"])
    if row["order_date"] is None:
        return "invalid_order_date", {}
    if row["price"] is not None:
        row["price"] = double(money(row["price"], decimal))
        if row["price"] is None:
            return "invalid_price", {}
    return None, row


def double(price: Fraction | None) -> float | None:
    try:
        return None if price is None else float(price)
    except OverflowError:
        return None


def numeral(text: str, decimal: str) -> Fraction | None:
    if re.search(r"[^0-9eE+.,-]", text):
        return None
    if (decimal == "," and "." in text) or (decimal == "." and "," in text):
        return None
    mantissa, _, power = text.replace(",", ".").lower().partition("e")
    if "e" in text.lower() and not re.fullmatch("[+-]?[0-9]{1,4}", power):
        return None
    if not re.fullmatch(r"[+-]?[0-9]*\.?[0-9]*", mantissa) or not re.search("[0-9]", mantissa):
        return None
    return Fraction(mantissa if "." not in mantissa else mantissa + "0") * Fraction(10) ** int(
        power or 0
    )


CURRENCIES = ["$", "€", "£", "¥", "EUR", "USD", "GBP", "CHF", "US$", "kr", "Rs.", "zł", "円"]
PAIRS = {("$", "USD"), ("€", "EUR"), ("£", "GBP")}
DASHES = "\u2212\u2010\u2011\u2012\u2013\ufe63\uff0d"


def money(text: str, decimal: str) -> Fraction | None:
    """Take one thing off an end at a time: a sign, brackets, a currency; a number must be left."""
    for dash in DASHES:
        text = text.replace(dash, "-")
    signs, names, rest = "", [], text
    while True:
        rest = rest.strip()
        before = [mark for mark in CURRENCIES if rest[: len(mark)].upper() == mark.upper()]
        behind = [mark for mark in CURRENCIES if rest[-len(mark) :].upper() == mark.upper()]
        if rest[:1] in ("+", "-"):
            signs, rest = signs + rest[0], rest[1:]
        elif rest[:1] == "(" and rest[-1:] == ")":
            signs, rest = signs + "-", rest[1:-1]
        elif re.search("[0-9]-$", rest):
            signs, rest = signs + "-", rest[:-1]
        elif before:
            mark = max(before, key=len)
            names, rest = [*names, mark], rest[len(mark) :]
        elif behind:
            mark = max(behind, key=len)
            names, rest = [*names, mark], rest[: -len(mark)]
        else:
            break
    if len(signs) > 1 or (len(names) > 1 and tuple(names) not in PAIRS):
        return None
    read = unsigned(rest, decimal)
    return None if read is None else -read if signs == "-" else read


def amount(text: str, decimal: str) -> Fraction | None:
    """The same without a currency."""
    return None if any(mark in text for mark in CURRENCIES) else money(text, decimal)


def unsigned(text: str, decimal: str) -> Fraction | None:
    if text[:1] in ("+", "-"):
        return None
    read = numeral(text, decimal)
    return grouped(text, decimal) if read is None else read


def grouped(text: str, decimal: str) -> Fraction | None:
    thousands = "." if decimal == "," else ","
    whole, mark, fraction = text.partition(decimal)
    if (mark and not re.fullmatch("[0-9]+", fraction)) or whole[:1] == "0":
        return None
    for separator in (thousands, " ", "'", "’", "\u00a0", "\u2007", "\u2009", "\u202f"):
        head, *groups = whole.split(separator)
        if not groups or not re.fullmatch("[0-9]+", head + "".join(groups)):
            continue
        widths = [len(group) for group in groups]
        western = len(head) <= 3 and set(widths) == {3}
        indian = len(head) <= 2 and widths[-1] == 3 and set(widths[:-1]) == {2}
        if head and (western or (indian and separator == "," == thousands)):
            return Fraction(head + "".join(groups) + "." + (fraction or "0"))
    return None


def moment(text: str) -> datetime | None:
    match = re.fullmatch(r"([0-9]{4})([-/])([0-9]{2})\2([0-9]{2})(.*)", text, re.DOTALL)
    if not match:
        return None
    year, month, day = int(match[1]), int(match[3]), int(match[4])
    if year == 0 or not 1 <= month <= 12 or not 1 <= day <= calendar.monthrange(year, month)[1]:
        return None
    offset = timedelta()
    if match[5]:
        offset = time_of_day(match[5]) if match[2] == "-" else None
        if offset is None:
            return None
    try:
        utc = datetime(year, month, day) + offset
    except OverflowError:
        return None
    return utc if 1900 <= utc.year <= 2100 else None


def time_of_day(text: str) -> timedelta | None:
    match = re.fullmatch(
        r"[Tt ]([0-9]{2}):([0-9]{2})(:([0-9]{2})([.,]([0-9]{1,9}))?)?"
        r"[ \t\n\r\f\v]?([Zz]|[Uu][Tt][Cc]|([+-])([0-9]{2}):?([0-9]{2})?)?",
        text,
    )
    if not match or text.endswith(":"):
        return None
    hour, minute, second = int(match[1]), int(match[2]), int(match[4] or 0)
    zone_hour, zone_minute = int(match[9] or 0), int(match[10] or 0)
    if hour > 23 or minute > 59 or second > 59 or zone_hour > 23 or zone_minute > 59:
        return None
    micros = int((match[6] or "")[:6].ljust(6, "0"))
    zone = timedelta(hours=zone_hour, minutes=zone_minute) * (-1 if match[8] == "-" else 1)
    return timedelta(hours=hour, minutes=minute, seconds=second, microseconds=micros) - zone
