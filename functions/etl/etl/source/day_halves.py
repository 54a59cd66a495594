"""Which half of the day a time is of, as languages write it: `3:04 p. m.`, `오후 3:04`."""

import re
from typing import Final

# Before noon and after it; those before the time are of languages that write them there.
_LATIN: Final = (r"a\.?\s?m\.?", r"p\.?\s?m\.?")
_BEHIND: Final = (r"π\.?\s?μ\.?|ص|öö|पूर्वाह्न", r"μ\.?\s?μ\.?|م|ös|अपराह्न")
_BEFORE: Final = ("오전|上午|午前", "오후|下午|午後")
BEHIND: Final = "|".join((*_LATIN, *_BEHIND))
BEFORE: Final = "|".join(_BEFORE)
_HALF: Final = re.compile(
    rf"(?<![^\W\d_])(?:(?P<am>{_LATIN[0]}|{_BEHIND[0]}|{_BEFORE[0]})"
    rf"|(?:{_LATIN[1]}|{_BEHIND[1]}|{_BEFORE[1]}))(?![^\W\d_])",
    re.IGNORECASE,
)


def with_english_halves(text: str) -> str:
    """AM and PM in place of what a text has for them, which is all that strptime reads.

    >>> with_english_halves("5/1/2024 3:04 p. m."), with_english_halves("2024-01-05 오전 9:00")
    ('5/1/2024 3:04 PM', '2024-01-05 AM 9:00')
    """
    return _HALF.sub(lambda found: "AM" if found["am"] else "PM", text)
