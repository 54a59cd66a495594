"""The characters that a reader does not see: blanks, and those that take no room at all."""

import re
from typing import Final

# What str.strip() takes off.
BLANKS: Final = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())

_RANGES = (
    # Control characters, but for those that count as blanks.
    *((0x00, 0x08), (0x0E, 0x1B), (0x7F, 0x84), (0x86, 0x9F)),
    # Unicode's Default_Ignorable_Code_Point: byte order mark, soft hyphen, joiners, directions.
    *((0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5)),
    *((0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164)),
    *((0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8)),
    *((0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF)),
    # Marks of annotations, and the Braille pattern without a dot.
    *((0xFFF9, 0xFFFB), (0x2800, 0x2800)),
)
# At the ends of a text, where only what is short to look up counts.
EDGES: Final = BLANKS + "".join(
    chr(code) for low, high in _RANGES for code in range(low, high + 1) if high < 0x10000
)
INVISIBLE_RE2: Final = "[" + "".join(f"\\x{{{a:x}}}-\\x{{{b:x}}}" for a, b in _RANGES) + "]"
# The first bytes of their UTF-8: where none of these is, nothing is invisible.
FIRST_OCTETS: Final = sorted(
    {chr(code).encode()[0] for low, high in _RANGES for code in range(low, high + 1)}
)

_INVISIBLE = re.compile("[" + "".join(f"\\U{a:08x}-\\U{b:08x}" for a, b in _RANGES) + "]")


def visible(text: str) -> str:
    """One text without invisible characters and without blanks at its ends.

    >>> visible("\\ufeff order\\u200b_id ")
    'order_id'
    """
    return _INVISIBLE.sub("", text).strip()
