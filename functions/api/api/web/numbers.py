"""Whole numbers of a query string."""

import re
from typing import Annotated

from pydantic import BeforeValidator

_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")


def _digits(value: object) -> object:
    """pydantic reads 1_0, 1.0 and blanks around a number too; a number is digits here."""
    if isinstance(value, str) and not _WHOLE.fullmatch(value):
        raise ValueError("must be a whole number, in digits")
    return value


WholeNumber = Annotated[int, BeforeValidator(_digits)]
