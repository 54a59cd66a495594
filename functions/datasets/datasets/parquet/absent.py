"""What is said of a column that a dataset does not have."""

from collections.abc import Sequence


def no_column(name: str, names: Sequence[str]) -> str:
    """Names what there is, and first of all what was probably meant.

    >>> no_column("region", ["order_id", "Region"])
    "no column 'region' (did you mean 'Region'?); there are order_id, Region"
    """
    alike = [one for one in names if one.casefold() == name.strip().casefold()]
    hint = f" (did you mean {alike[0][:100]!r}?)" if alike else ""
    return f"no column {name[:100]!r}{hint}; there are {', '.join(names[:30])}"
