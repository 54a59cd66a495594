"""Which encoding a text is likely in that is no UTF-8: by what its other bytes would spell."""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import Final

from etl.advice.column_names import known_columns
from etl.source.likeness import unmarked_utf16

# The order decides between equals: what more of the world's exports are in comes first.
_CANDIDATES: Final = (
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "cp1255", "cp1256",
    "cp932", "gb18030", "cp950", "cp949", "euc_jp", "koi8-r", "cp866", "cp850", "cp852",
    "mac-roman",
)  # fmt: skip
# Where each East Asian encoding has the characters that texts are made of.
_COMMON: Final = {
    "cp932": (0x889F, 0x9872),
    "gb18030": (0xB0A1, 0xD7F9),
    "cp950": (0xA440, 0xC67E),
    "cp949": (0xB0A1, 0xC8FE),
    "euc_jp": (0xB0A1, 0xCFD3),
}
# Letters that the languages of a code page write often; its other ones are rare.
_USUAL: Final = {
    "cp1252": "äöüßéèêëàâçîïôùûáíóúñãõåæøÄÖÜÉÈÀÇÁÓÍÚÑÅÆØœ€£°²",
    "cp1250": "ąćęłńóśźżáčďéěíňřšťúůýžőűöüäôľăâîșțşţđĄĆĘŁŃÓŚŹŻČĚŘŠŤŮŽŐŰ€",
    "cp1254": "çğıöşüÇĞİÖŞÜâî€",
    "cp1257": "ąčęėįšųūžāēģīķļņõäöüĄČĘŠŽ€",
    "cp850": "äöüßéèêëàâçîïôùûáíóúñãõåæøÄÖÜÉ",
    "cp852": "ąćęłńóśźżáčďéěíňřšťúůýžőűöüäô",
    "mac-roman": "äöüßéèêëàâçîïôùûáíóúñãõåæøÄÖÜÉ",
}
# Names of parts of the world's scripts, as Unicode begins its characters' names.
_SCRIPTS: Final = (
    "CYRILLIC", "GREEK", "HEBREW", "ARABIC", "HIRAGANA", "KATAKANA", "CJK", "HANGUL",
)  # fmt: skip
_CHINESE: Final = frozenset({"CJK", "HANGUL"})
_WORD: Final = re.compile(r"[^\s,;|.:\"'()/]+")
_LOOKED_AT: Final = 4000
# The share of lines that are UTF-8 in a file of another encoding: next to none but in East Asian
# ones, of which a line of one or two characters may be.
_ANY: Final = 0.02
_BY_CHANCE: Final = 0.3


@dataclass(frozen=True, slots=True)
class Reading:
    """An encoding and what some of the text's words would be by it."""

    encoding: str
    score: float
    words: tuple[str, ...]


def likely_encodings(head: bytes) -> list[Reading]:
    """The likeliest first; those that read the text alike are one. Empty for UTF-8."""
    wide = unmarked_utf16(head[:2048])
    if wide:
        return [Reading(wide, 1.0, ())]
    lines = _foreign_lines(head)
    text = b"\n".join(lines)[:_LOOKED_AT].rpartition(b"\n")[0] or b"\n".join(lines[:1])
    readings = [reading for name in _CANDIDATES if (reading := _reading(text, name))]
    readings.sort(key=lambda reading: -reading.score)
    is_east_asian = bool(readings) and readings[0].encoding in _COMMON
    if _utf8_share(lines) > (_BY_CHANCE if is_east_asian else _ANY):
        return []
    unlike: dict[tuple[str, ...], Reading] = {}
    for reading in readings:
        unlike.setdefault(reading.words, reading)
    return [reading for reading in unlike.values() if reading.score > 0]


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
    words = Counter(word for word in _WORD.findall(decoded) if not word.isascii())
    if not words:
        return None
    score = sum(_score(word, encoding) * count for word, count in words.items())
    # A column's name in a language that people write is the best witness.
    named = sum(known_columns([word]) for word in words)
    return Reading(encoding, (score + 5 * named) / (sum(words.values()) + 5), tuple(words)[:40])


def _score(word: str, encoding: str) -> float:
    """Between 1 for a word that people write and -1 for none."""
    others = [char for char in word if not char.isascii()]
    scripts = {_script(char) for char in word if char.isalpha()}
    if len(scripts - {"KATAKANA", "HIRAGANA", "CJK"}) + bool(scripts & _CHINESE) > 1:
        return -0.5
    latin = [char for char in others if _script(char) == "LATIN"]
    # Words of many accents are another script, read wrongly; so is cAPITALS.
    if len(latin) > 2 and len(latin) * 2 > len(word):
        return -1.0
    strange = 0.3 if word[1:] != word[1:].lower() else 0
    return sum(_of_character(char, encoding) for char in others) / len(others) - strange


def _of_character(char: str, encoding: str) -> float:
    script = _script(char)
    if char in _USUAL.get(encoding, ""):
        return 1.0
    if script in _SCRIPTS:
        return _of_script(char, script, encoding)
    if script == "LATIN":
        return 0.3
    if unicodedata.category(char) in ("Cc", "Co", "Cn"):
        return -2.0
    return 0.4 if char in "€£¥°²³§«»’‘“”–—…•™®©ªº¿¡·、。「」・（）ー〜～円" else -0.7


def _of_script(char: str, script: str, encoding: str) -> float:
    if script in ("HIRAGANA", "KATAKANA"):
        kana = encoding in ("cp932", "euc_jp")
        return (-0.3 if "HALFWIDTH" in unicodedata.name(char) else 1.0) if kana else -0.5
    if script in ("CJK", "HANGUL"):
        low, high = _COMMON.get(encoding, (1, 0))
        code = int.from_bytes(char.encode(encoding), "big") if high else 0
        return 1.0 if low <= code <= high else -0.2
    return 1.0


def _script(char: str) -> str:
    name = unicodedata.name(char, "").removeprefix("HALFWIDTH ").removeprefix("FULLWIDTH ")
    return name.partition(" ")[0]
