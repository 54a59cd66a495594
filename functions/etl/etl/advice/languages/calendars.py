"""Years of other calendars than the Gregorian one, by the numbers that programs write for them."""

import re
from collections.abc import Iterable
from typing import Final

# Thailand's Buddhist years are 543 ahead, those of Islam and Iran some six hundred behind, Taiwan
# counts from 1912, Japan by its emperors. Two digits that strptime takes for 2050 to 2068 are
# mostly 2550 to 2568.
_CALENDARS: Final = (
    ("Buddhist", re.compile(r"(?<!\d)2[45]\d\d(?!\d)|.*\d[/.-](5\d|6[0-8])")),
    ("Islamic or Persian", re.compile(r"(?<!\d)1[345]\d\d(?!\d)")),
    ("Japanese", re.compile(r"(明治|大正|昭和|平成|令和|[MTSHR])\s?(\d{1,2}|元)[年./-]")),
    ("Taiwanese", re.compile(r"(民[國国])?\s?1[0-4]\d[年/.-]\d{1,2}[月/.-]")),
)
_PARTS: Final = re.compile(r"\d+|[^\W\d_]+")
_FEWEST_PARTS: Final = 3


def calendar_of(texts: Iterable[str]) -> tuple[str, list[str]] | None:
    """The name of a calendar that more than half of the texts are of, and those."""
    dates = [text for text in texts if any(map(str.isdigit, text))]
    for name, form in _CALENDARS:
        found = [text for text in dates if _is_of(form, text)]
        if found and len(found) * 2 > len(dates):
            return name, found
    return None


def _is_of(form: re.Pattern[str], text: str) -> bool:
    """The year stands at an end of the date, which has a month and a day besides."""
    if len(_PARTS.findall(text)) < _FEWEST_PARTS:
        return False
    date = text.split(" ")[0] if text[:1].isdigit() and " " in text else text
    begins = form.match(date)
    ends = re.search(rf"(?:{form.pattern})$", date)
    return begins is not None or ends is not None
