"""Whether a word is one that people write, or bytes of another code page."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

from etl.advice.languages.alphabets import alphabets_of, is_frequent, is_unspelt

# Where each East Asian encoding has the characters that texts are made of.
EAST_ASIAN_PAGES: Final = {
    "cp932": (0x889F, 0x9872),
    "gb18030": (0xB0A1, 0xD7F9),
    "cp950": (0xA440, 0xC67E),
    "cp949": (0xB0A1, 0xC8FE),
    "euc_jp": (0xB0A1, 0xCFD3),
}
# Names of parts of the world's scripts, as Unicode begins its characters' names.
_SCRIPTS: Final = (
    "CYRILLIC", "GREEK", "HEBREW", "ARABIC", "THAI", "HIRAGANA", "KATAKANA", "CJK", "HANGUL",
)  # fmt: skip
_EAST_ASIAN: Final = frozenset({"HIRAGANA", "KATAKANA", "CJK", "HANGUL"})
# Signs by where they stand in a word.
_ANYWHERE: Final = "’–·・ー、。"
_AT_ENDS: Final = "‘“”„«»¿¡…—•「」（）〜～"
_BEHIND: Final = "™®©²³ªº"
_WITH_NUMBERS: Final = "½¼¾×§²³"
_LOWER: Final = re.compile("[a-z]")
_FEWEST_ACCENTS: Final = 3


@dataclass(frozen=True, slots=True)
class Letters:
    """Of an encoding's languages the one that has most of the letters, and what others have."""

    encoding: str
    language: frozenset[str]
    others: frozenset[str]

    @classmethod
    def of(cls, words: Iterable[str], encoding: str) -> Self:
        counts = Counter(char for word in words for char in word if not char.isascii())
        languages = alphabets_of(encoding)
        likeliest = max(
            languages,
            key=lambda letters: sum(counts[char] for char in letters),
            default=frozenset(),
        )
        return cls(encoding, likeliest, frozenset().union(*languages))

    def score(self, word: str) -> float:
        """Between 1 for a word that people write and -1 for none."""
        others = [(place, char) for place, char in enumerate(word) if not char.isascii()]
        scripts = {_script(char) for char in word if char.isalpha() or _is_mark(char)}
        if _is_mixed_up(scripts) or (scripts & _EAST_ASIAN and _LOWER.search(word)):
            return -0.5
        is_one_letter = sum(map(str.isalpha, word)) == len(others) == 1 and others[0][1].isalpha()
        if is_one_letter and not scripts & _EAST_ASIAN:
            return 0.2
        latin = sum(_script(char) == "LATIN" for _, char in others)
        if latin >= _FEWEST_ACCENTS and latin * 4 > len(word) * 3:
            # Words of accents alone are another script, read wrongly.
            return -1.0
        strange = 0.5 if word not in (word.lower(), word.upper(), word.capitalize()) else 0
        unspelt = 0.5 if any(is_unspelt(word, script) for script in scripts) else 0
        whole = sum(self._of_character(char, place, word) for place, char in others)
        return whole / len(others) - strange - unspelt

    def _of_character(self, char: str, place: int, word: str) -> float:
        script = _script(char)
        if char in self.language:
            return 1.0
        if script in _SCRIPTS and (char.isalpha() or script == "THAI"):
            return _of_script(char, script, self.encoding)
        if script == "LATIN" and char.isalpha():
            return 0.3 if char in self.others else -0.3
        return _of_symbol(char, place, word)


def _is_mixed_up(scripts: set[str]) -> bool:
    """Whether no word has all of these: Japanese mixes its own with Chinese, and with capitals."""
    if scripts & _EAST_ASIAN:
        scripts = scripts - {"LATIN", "HIRAGANA", "KATAKANA"} or {"KATAKANA"}
    return len(scripts) > 1


def _of_symbol(char: str, place: int, word: str) -> float:
    """By where people write it: quotes around words, an apostrophe within, marks behind them."""
    if unicodedata.category(char) in ("Cc", "Co", "Cn"):
        return -2.0
    before, behind = word[:place], word[place + 1 :]
    is_inner = any(map(str.isalpha, before)) and any(map(str.isalpha, behind))
    has_letters = any(map(str.isalpha, word))
    if char in _ANYWHERE:
        return 0.9
    if (char in _AT_ENDS and not is_inner) or (
        char in _BEHIND and not any(map(str.isalpha, behind))
    ):
        return 0.5 if has_letters else 0.9
    if char == "°" and (not has_letters or behind in ("C", "F")):
        return 0.9
    if char == "¤":
        return 0.2
    is_amount = char in _WITH_NUMBERS or unicodedata.category(char) == "Sc"
    return 0.9 if is_amount and not has_letters else -0.5


def _of_script(char: str, script: str, encoding: str) -> float:
    if script in ("HIRAGANA", "KATAKANA"):
        kana = encoding in ("cp932", "euc_jp")
        return (-0.3 if "HALFWIDTH" in unicodedata.name(char) else 1.0) if kana else -0.5
    if script in ("CJK", "HANGUL"):
        low, high = EAST_ASIAN_PAGES.get(encoding, (1, 0))
        code = int.from_bytes(char.encode(encoding), "big") if high else 0
        return 1.0 if low <= code <= high else -0.2
    return 1.0 if is_frequent(char, script) else 0.4


def _is_mark(char: str) -> bool:
    return unicodedata.category(char).startswith("M")


def _script(char: str) -> str:
    name = unicodedata.name(char, "").removeprefix("HALFWIDTH ").removeprefix("FULLWIDTH ")
    return name.partition(" ")[0]
