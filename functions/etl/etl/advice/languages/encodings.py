"""Which encoding a text is likely in that is no UTF-8: by what its other bytes would spell."""

import re
from dataclasses import dataclass
from typing import Final

from etl.advice.languages.column_names import known_columns
from etl.advice.languages.spelling import EAST_ASIAN_PAGES, Letters
from etl.source.likeness import unmarked_utf16

# The order decides between equals: what more of the world's exports are in comes first.
_CANDIDATES: Final = (
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "cp1255", "cp1256", "cp874",
    "cp932", "gb18030", "cp950", "cp949", "euc_jp", "koi8-r", "cp866", "cp850", "cp852",
    "mac-roman", "iso8859-15", "iso8859-2",
)  # fmt: skip
_WORD: Final = re.compile(r"[^\s,;|.:\"'()/]+")
_LOOKED_AT: Final = 4000
_MOST_WORDS: Final = 40
# The share of lines that are UTF-8 in a file of another encoding: next to none but in East Asian
# ones, of which a line of one or two characters may be.
_ANY: Final = 0.02
_BY_CHANCE: Final = 0.3
# Two readings are told apart by this much of their scores where one letter speaks, by less where
# more do: chance goes with the root of their number.
_DOUBT: Final = 0.25
# Code pages of DOS, of Macs before 2001 and of Unix: few exports are in them.
_RARE: Final = frozenset({"koi8-r", "cp866", "cp850", "cp852", "mac-roman", "iso8859-2"})
_RARELY: Final = 0.2
# One character of an East Asian encoding may be two bytes of another by chance.
_FEWEST_CHARACTERS: Final = 2
_PLAUSIBLE: Final = 0.5
_MOST_READINGS: Final = 4


@dataclass(frozen=True, slots=True)
class Reading:
    """An encoding and what some of the text's words would be by it.

    `named`: how many of them name a column in some language, the best witness there is. `score` is
    1 for words that people write and below 0 for none, by so many different `letters`.
    """

    encoding: str
    score: float
    words: tuple[str, ...]
    named: int = 0
    letters: int = 0


def likely_encodings(head: bytes) -> list[Reading]:
    """The likeliest first; those that read the text alike are one. Empty for UTF-8."""
    wide = unmarked_utf16(head[:2048])
    if wide:
        return [Reading(wide, 1.0, ())]
    lines = _foreign_lines(head)
    text = b"\n".join(lines)[:_LOOKED_AT].rpartition(b"\n")[0] or b"\n".join(lines[:1])
    readings = [reading for name in _CANDIDATES if (reading := _reading(text, name))]
    readings.sort(key=lambda reading: (-reading.named, -reading.score))
    is_east_asian = bool(readings) and readings[0].encoding in EAST_ASIAN_PAGES
    if _utf8_share(lines) > (_BY_CHANCE if is_east_asian else _ANY):
        return []
    unlike: dict[tuple[str, ...], Reading] = {}
    for reading in readings:
        unlike.setdefault(reading.words, reading)
    return [reading for reading in unlike.values() if reading.score > 0]


def open_readings(readings: list[Reading]) -> list[Reading]:
    """The first, and those that nothing speaks against either: their words are as likely.

    Where the first is not plausible itself, others need not be. Of more than four the first.
    """
    least = _PLAUSIBLE if readings and readings[0].score >= _PLAUSIBLE else 0
    doubt = _DOUBT / max(1, readings[0].letters) ** 0.5 if readings else 0
    return [
        reading
        for reading in readings
        if reading.named == readings[0].named
        and reading.score > readings[0].score - doubt
        and reading.score >= least
    ][:_MOST_READINGS]


def is_mixed(head: bytes) -> bool:
    """Whether some lines spell characters in UTF-8 although others cannot be read as that.

    In another encoding hardly a line does, and to read those lines by it would spoil them.
    """
    return _utf8_share(_foreign_lines(head)) > _ANY


def _utf8_share(lines: list[bytes]) -> float:
    return sum(map(_is_utf8, lines)) / len(lines) if lines else 0.0


def _foreign_lines(head: bytes) -> list[bytes]:
    return [line for line in head.split(b"\n")[:-1] or [head] if not line.isascii()]


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _reading(text: bytes, encoding: str) -> Reading | None:
    try:
        decoded = text.decode(encoding)
    except UnicodeDecodeError:
        return None
    found = (word for word in _WORD.findall(decoded) if not word.isascii())
    words = tuple(dict.fromkeys(found))[:_MOST_WORDS]
    if not words:
        return None
    letters = Letters.of(words, encoding)
    different = {char for word in words for char in word if not char.isascii()}
    score = sum(letters.score(word) for word in words) / len(words)
    score -= _RARELY * (encoding in _RARE)
    score -= 0.5 * (encoding in EAST_ASIAN_PAGES and len(different) < _FEWEST_CHARACTERS)
    named = sum(known_columns([word]) for word in words)
    return Reading(encoding, score, words, named, len(different))
