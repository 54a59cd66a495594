"""The header: which delimiter, which columns, and where the data begins."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from etl.errors import Refused
from etl.source.description import FILE_NAME, Description
from etl.source.first_lines import MAX_HEADER_BYTES, REQUIRED, FirstLines, Line, endless

MAX_COLUMNS = 1000
_MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Header:
    """Column names in file order, the six required ones under their canonical name.

    `cells` names what a row of the file has, one by one: these columns, and those left out.
    `constants` are the last of the names, with the text that every row has there.
    """

    names: tuple[str, ...]
    source_names: tuple[str, ...]
    delimiter: str
    length: int
    first_data_line: int
    cells: tuple[str, ...]
    line: int = 1
    constants: tuple[tuple[str, str], ...] = ()
    has_time_column: bool = False

    @property
    def fewest_cells(self) -> int:
        """How many fields a row must have: behind the last required one all may be left out."""
        places = (self.cells.index(name) for name in REQUIRED if name in self.cells)
        return max(places, default=0) + 1

    def position(self, name: str) -> int:
        return self.names.index(name)

    @property
    def is_verbatim(self) -> bool:
        """Whether a row of the file can stand in the output as it is."""
        return self.delimiter == "," and self.cells == self.names and not self.has_time_column

    @property
    def file_names(self) -> tuple[str, ...]:
        """The columns that the file itself has."""
        return self.names[: len(self.names) - len(self.constants)]


def read_header(text: bytes, description: Description) -> Header:
    """Read the header off the first UTF-8 bytes of a file.

    The delimiter is the declared one, else the one that finds most of the required columns.
    Whatever the names, the work grows with the text alone: it is done before they are counted.
    Raises Refused (`empty_file`, `no_header`, `missing_column`, `duplicate_column`,
    `too_many_columns`, `unterminated_quote`).
    """
    best = FirstLines(text, description).header()
    _check_quotes(best)
    # Up to three bytes of a character may be lost where the text was cut.
    if len(text) > MAX_HEADER_BYTES <= best.length + 3:
        raise endless()
    if best.is_open:
        raise Refused("unterminated_quote", "A quote in the first line is never closed.", line=1)
    _check_count(best)
    _check_described(best, description)
    _check_columns(best, description)
    return _header(best, description)


def _header(line: Line, description: Description) -> Header:
    names = [_canonical(name, i, description) for i, name in enumerate(line.fields, 1)]
    kept = _of_one_name(names, description.repeated_columns, line.line)
    # What is left out still needs a name to be read past; no column of a file has this one.
    left_out = set(range(len(names))).difference(kept)
    cells = _numbered([f"\0{i}" if i in left_out else name for i, name in enumerate(names)])
    constants = {
        _canonical(name, 0, description): text for name, text in description.constants.items()
    }
    _check_constants(constants, cells, line.line)
    return Header(
        names=tuple(cells[i] for i in kept) + tuple(constants),
        source_names=tuple(line.fields[i] for i in kept) + ("",) * len(constants),
        delimiter=line.delimiter,
        length=line.length,
        first_data_line=line.first_data_line,
        cells=tuple(cells),
        line=line.line,
        constants=tuple(constants.items()),
        has_time_column=description.time_column is not None,
    )


def _check_constants(constants: Mapping[str, str], cells: Sequence[str], line: int) -> None:
    present = {cell.lower() for cell in cells}
    twice = [name for name in constants if name.lower() in present]
    if twice:
        raise Refused(
            "duplicate_column",
            f"{FILE_NAME} gives constants for columns that the file has: {_listed(twice)}.",
            line=line,
        )


def _canonical(name: str, position: int, description: Description) -> str:
    """Required columns lose their case; others keep the name their owner gave them."""
    renamed = description.renamed(name)
    if renamed.lower() in REQUIRED:
        return renamed.lower()
    return renamed or f"column_{position}"


def _of_one_name(names: Sequence[str], rule: str, line: int) -> list[int]:
    """The positions that stay. Raises Refused (`duplicate_column`)."""
    counts = Counter(name.lower() for name in names)
    repeated = [name for name, count in counts.items() if count > 1]
    refused = repeated if rule == "refuse" else [name for name in repeated if name in REQUIRED]
    if refused and rule in ("refuse", "number"):
        message = f"The header names a column twice: {_listed(refused)}."
        if rule == "number":
            message += ' "repeated_columns" of _source.json says which is meant, "first" or "last".'
        raise Refused("duplicate_column", message, line=line)
    if rule == "number":
        return list(range(len(names)))
    order = range(len(names)) if rule == "last" else range(len(names) - 1, -1, -1)
    return sorted({names[i].lower(): i for i in order}.values())


def _numbered(names: Sequence[str]) -> list[str]:
    """Each name once: the second `note` is `note_2`. Case is no difference."""
    taken = {name.lower() for name in names}
    seen: Counter[str] = Counter()
    cells = []
    for name in names:
        seen[name.lower()] += 1
        cell, number = name, seen[name.lower()]
        while number > 1 and cell.lower() in taken:
            cell, number = f"{name}_{number}", number + 1
        taken.add(cell.lower())
        cells.append(cell)
    return cells


def _check_quotes(line: Line) -> None:
    """An open quote makes one name of the columns after it and the rows below."""
    missing = line.missing
    for name in line.fields if missing else ():
        first_line, line_end, _ = name.replace("\r", "\n").lower().partition("\n")
        hidden = [column for column in missing if column in first_line] if line_end else []
        # A name may be written on two lines; rows below it have delimiters.
        if hidden and line.delimiter in name:
            raise Refused(
                "unterminated_quote",
                "A quote in the first line is opened but not closed there; behind it are lost: "
                f"{', '.join(hidden)}.",
                line=1,
            )


def _check_count(line: Line) -> None:
    count = len(line.fields)
    if count > MAX_COLUMNS:
        raise Refused(
            "too_many_columns",
            f"The first line has {count:,} columns, more than {MAX_COLUMNS:,}.",
            line=line.line,
        )


def _check_described(line: Line, description: Description) -> None:
    """A described column that is absent would let another one of our name stand in for it."""
    absent = description.absent_columns(line.fields)
    if line.known and absent:
        raise Refused(
            "missing_column",
            f"{FILE_NAME} names columns that the file does not have: {_listed(absent)}. "
            f"The file has: {_listed(line.fields)}.",
            line=line.line,
        )


def _check_columns(line: Line, description: Description) -> None:
    if not line.known:
        which = "The first line" if line.line == 1 else f"Line {line.line}"
        raise Refused(
            "no_header",
            f"{which} names none of the columns " + ", ".join(REQUIRED) + ".",
            line=line.line,
        )
    if line.missing:
        message = (
            f"Missing column: {', '.join(line.missing)}. The file has: {_listed(line.fields)}."
        )
        for name in line.fields:
            if name.lower() in line.missing:
                message += f' {FILE_NAME} calls {name} "{description.renamed(name)}".'
        raise Refused("missing_column", message, line=line.line)


def _listed(names: Sequence[str]) -> str:
    """The names in words, as many and as much of each as a person will read."""
    shown = [name if len(name) <= 60 else name[:60] + "…" for name in names[:_MOST_NAMED]]
    more = f" and {len(names) - _MOST_NAMED:,} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(shown) + more
