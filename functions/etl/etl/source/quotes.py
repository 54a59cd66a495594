"""Quotes that the rule does not know: blanks before an opening one, a backslash before any."""

import re
from functools import cache

from etl.errors import Refused


def has_blanks_before_quote(fields: list[str]) -> bool:
    """Whether some field of a record, as the rule reads it, keeps its quotes for a blank's sake."""
    return any(text[:1] in (" ", "\t") and text.lstrip(" \t")[:1] == '"' for text in fields)


def without_blanks(record: str, delimiter: str) -> list[str] | None:
    """The fields of a record that writes blanks around its quotes; None if it is not that.

    >>> without_blanks('1, "a, b" ,5', ",")
    ['1', 'a, b', '5']
    >>> without_blanks('1, "Best" pen', ",")  # the quotes are part of the text
    """
    field = _field(delimiter)
    fields, at = [], 0
    while True:
        match = field.match(record, at)
        if match is None:
            return None
        quoted = match["quoted"]
        fields.append(match["plain"] if quoted is None else quoted.replace('""', '"'))
        at = match.end()
        if at == len(record):
            return fields
        at += 1


@cache
def _field(delimiter: str) -> re.Pattern[str]:
    blank = "[" + " \t".replace(delimiter, "") + "]*+"
    end = f"(?={re.escape(delimiter)}|\\Z)"
    plain = f"[^{re.escape(delimiter)}\r\n]*+"
    return re.compile(
        rf'(?:{blank}"(?P<quoted>(?:[^"]|"")*+)"{blank}|(?!{blank}")(?P<plain>{plain})){end}'
    )


def refuse_backslashes(data: bytes, delimiter: str, line: int, *, final: bool) -> None:
    """Raises Refused (`escaped_quote`) if a quoted field goes on behind a quote with a backslash.

    By the rule the field would end there; whoever writes the backslash means that it does not.
    """
    at = data.find(b'\\"')
    while at >= 0:
        if _is_escape(data, at, delimiter, final=final):
            number = line + _lines_before(data, at)
            raise Refused(
                "escaped_quote",
                f"Line {number} has a backslash before a quote. If it escapes the quote, say so in "
                'the _source.json ("escape": "\\\\"); if it is text, say that ("escape": "").',
                line=number,
            )
        at = data.find(b'\\"', at + 2)


def _is_escape(data: bytes, at: int, delimiter: str, *, final: bool) -> bool:
    begin = data.rfind(b'"', 0, at)
    before = at - len(data[begin + 1 : at].rstrip(b"\\")) - begin - 1
    opens = begin >= 0 and (begin == 0 or data[begin - 1] in _ends(delimiter))
    # An even number of backslashes before this one: it is not escaped itself.
    if not opens or before % 2:
        return False
    behind = data[at + 2 : at + 4]
    if behind[:1] == b'"':
        return data[at + 3] in _ends(delimiter) if len(behind) > 1 else final
    return bool(behind) and behind[0] not in _ends(delimiter)


def _ends(delimiter: str) -> bytes:
    return delimiter.encode() + b"\r\n"


def _lines_before(data: bytes, at: int) -> int:
    text = data[:at]
    return text.count(b"\n") + text.count(b"\r") - text.count(b"\r\n")
