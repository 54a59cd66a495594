"""Declared formats of dates: strptime's, read strictly, and words for what it has no letter for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Final

from etl.source.counted_dates import WORDS
from etl.source.day_halves import with_english_halves

ISO: Final = "iso"
_DIRECTIVE = re.compile(r"%(.)|(\s+)|([^%\s]+)", re.DOTALL)
_WIDTHS = {"Y": 4, "m": 2, "d": 2, "H": 2, "I": 2, "M": 2, "S": 2, "y": 2, "j": 3, "f": 6}
_MONTHS = "bBh"
_WORD = re.compile(r"([^\W\d_]+)(\.?)")
_LONG_FRACTION = re.compile(r"([.,]\d{6})\d{1,3}(?!\d)", re.ASCII)
_ENGLISH = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)
# Of an abbreviation.
_DOT = re.compile(r"(?<=[^\W\d_])\.")


@dataclass(frozen=True, slots=True)
class _Format:
    """`strict` is what a text must match where strptime alone would guess the digits' borders."""

    form: str
    strict: re.Pattern[str] | None
    month: str
    has_fraction: bool
    has_half: bool

    def read(self, text: str, months: Mapping[str, int]) -> datetime | None:
        if self.has_fraction:
            text = _LONG_FRACTION.sub(r"\1", text)
        if self.has_half:
            text = with_english_halves(text)
        for written in self._with_english_months(text, months):
            if self.strict is not None and not self.strict.fullmatch(written):
                continue
            try:
                return datetime.strptime(written, self.form)
            except ValueError:
                continue
        return None

    def _with_english_months(self, text: str, months: Mapping[str, int]) -> list[str]:
        """As it is; with its month in English; without the dots of abbreviations, or the first."""
        if not self.month:
            return [text]

        def english(word: re.Match[str]) -> str:
            number = months.get(word[1].lower())
            if number is None:
                return word[0]
            name = _ENGLISH[number - 1]
            return (name if self.month == "B" else name[:3]) + word[2]

        named = _WORD.sub(english, text)
        bare = [_DOT.sub("", named, count=count) for count in (0, 1)]
        return list(dict.fromkeys([text, named, *bare]))


@cache
def _compiled(form: str) -> _Format:
    letters = [match[1] for match in _DIRECTIVE.finditer(form) if match[1]]
    month = next((letter for letter in letters if letter in _MONTHS), "")
    named = "B" if month == "B" else month and "b"
    return _Format(form, _strict(form), named, "f" in letters, "p" in letters)


def _strict(form: str) -> re.Pattern[str] | None:
    """Numbers that no sign parts must have their full width: 1052024 is no day of %m%d%Y."""
    parts = [match.groups(default="") for match in _DIRECTIVE.finditer(form)]
    is_number = [letter in _WIDTHS for letter, _, _ in parts]
    pattern, any_parted = "", False
    for i, (letter, blank, literal) in enumerate(parts):
        beside = any(is_number[j] for j in (i - 1, i + 1) if 0 <= j < len(parts))
        if letter in _WIDTHS:
            any_parted |= beside
            pattern += rf"\d{{{_WIDTHS[letter]}}}" if beside else r"\d+"
        else:
            pattern += r"\s+" if blank else re.escape(literal) if literal else ".+"
    return re.compile(pattern, re.IGNORECASE | re.DOTALL | re.ASCII) if any_parted else None


def read_declared(form: str, text: str, months: Mapping[str, int]) -> datetime | None:
    """The moment that the text means by this format; None if it has another form."""
    word = WORDS.get(form)
    return word(text) if word else _compiled(form).read(text, months)


def fault_of(form: str) -> str | None:
    """What is wrong with a declared format, None if nothing is.

    It must give back year, month and day, so that it fills in nothing of today's, and the hour if
    it names one.
    """
    if form == ISO or form in WORDS:
        return None
    letters = set(re.findall("%(.)", form.replace("%%", "")))
    if "Z" in letters:
        return "names a zone's abbreviation (%Z), which means another zone on another machine"
    if "p" in letters and "I" not in letters:
        return "has %p without the hour of twelve (%I), which would lose the afternoon"
    sample = datetime(2034, 12, 30, 21, 43, 56, tzinfo=UTC)
    try:
        read = datetime.strptime(sample.strftime(form), form)
    # strptime makes a regular expression of the format; a directive named twice breaks it.
    except (ValueError, re.error) as error:
        return f"is not a strptime format: {error}"
    if read.date() != sample.date():
        return "does not name year, month and day, as %d/%m/%Y does"
    if letters & set("HI") and read.hour != sample.hour:
        return "has the hour of twelve (%I) without %p"
    return None
