"""Wherever a file is cut, no record is torn, and every byte of the output is the same."""

import gzip
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from etl.errors import Refused
from etl.source.block import ByteRange
from etl.source.description import Description
from etl.source.file import Source
from etl.source.ranges import Stretch, plan, survey
from tests.unit.etl.cleaning import Written, run
from tests.unit.etl.hostile_files import HEADER, HOSTILE, row


def outcome(source: Source, parts: Sequence[ByteRange]) -> Written | tuple[str, str, int | None]:
    """What was written, else why nothing was."""
    try:
        return run(source.path.read_bytes(), parts=parts, workers=1)
    except Refused as refused:
        return refused.reason, refused.message, refused.line


def check_cuts(source: Source, cuts: Iterable[Sequence[int]]) -> int:
    """Clean the file once for each distinct plan; how many there were."""
    whole = outcome(source, ())
    plans = {tuple(plan(source, source.header(), at)) for at in cuts}
    for parts in plans:
        assert same(outcome(source, parts), whole), parts
    return len(plans)


def same(one: object, other: object) -> bool:
    if isinstance(one, Written) and isinstance(other, Written):
        return one.files == other.files and one.cleaned.findings == other.cleaned.findings
    return one == other


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("encoding", ["utf-8", pytest.param("utf-8-sig", marks=pytest.mark.long)])
def test_cut_at_any_byte_changes_nothing(name, encoding, tmp_path):
    content = (HEADER + HOSTILE[name]).encode(encoding)

    check_cuts(stored(tmp_path, content), ([cut] for cut in range(len(content) + 1)))


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("count", [7, pytest.param(3, marks=pytest.mark.long)])
def test_several_cuts_at_any_bytes_change_nothing(name, count, tmp_path):
    size = len(HEADER + HOSTILE[name])
    step = max((size - len(HEADER)) // count, 1)
    cuts = [range(first, size + 1, step) for first in range(len(HEADER), len(HEADER) + step)]

    check_cuts(stored(tmp_path, (HEADER + HOSTILE[name]).encode()), cuts)


@pytest.mark.parametrize(
    ("content", "described"),
    [
        (gzip.compress((HEADER + row(1) + row(2)).encode()), {}),
        ((HEADER + row(1) + row(2)).encode("utf-16"), {}),
        ((HEADER + row(1) + "#,\n" + row(2)).encode(), {"comment": "#"}),
        ((HEADER + row(1) + row(2)).encode("shift_jis"), {"encoding": "shift_jis"}),
    ],
    ids=["gzip", "utf-16", "comments", "shift_jis"],
)
def test_file_that_is_only_read_from_its_beginning_is_one_range(content, described, tmp_path):
    source = stored(tmp_path, content, **described)

    assert len(plan(source, source.header(), [len(content) // 2])) == 1
    assert (
        run(content, cuts=[len(content) // 2], **described).files == run(content, **described).files
    )


def test_ranges_of_a_single_byte_encoding_are_its_own_bytes(tmp_path):
    text = HEADER + row(1, "é") + row(2, "ü") + row(3, '"ß\n"') + row(4)
    content = text.encode("cp1252")
    described = {"encoding": "cp1252"}
    source = stored(tmp_path, content, **described)

    parts = plan(source, source.header(), range(len(content)))

    assert [content[part.begin : part.end].decode("cp1252") for part in parts] == [
        *(row(1, "é"), row(2, "ü"), row(3, '"ß\n"'), row(4))
    ]
    assert [part.line for part in parts] == [2, 3, 4, 6]
    assert run(content, parts=parts, **described).files == run(content, **described).files


def test_range_that_lies_within_quotes_joins_the_one_it_belongs_to(tmp_path):
    note = '"' + "a line\n" * 200 + '"'
    content = (HEADER + row(1, note) + "".join(map(row, range(2, 90)))).encode()
    source = stored(tmp_path, content)

    parts = plan(source, source.header(), range(0, 900, 50))

    joined, behind = parts
    assert joined.begin == len(HEADER)
    assert content[: behind.begin].count(b"\n") == behind.line - 1 > 201
    assert content[behind.begin :].split(b",")[1] == b"2024-01-05"


def test_stretches_are_surveyed_again_only_where_they_did_not_begin_with_a_record(tmp_path):
    rows = [row(i, '"' + "x\n" * (i % 7) + '"') for i in range(60)]
    content = (HEADER + "".join(rows)).encode()
    source = stored(tmp_path, content)
    rounds: list[list[Stretch]] = []

    def each(look, stretches):
        rounds.append(list(stretches))
        return map(look, stretches)

    parts = plan(source, source.header(), range(0, len(content), 150), each)

    pieces = [content[part.begin : part.end].decode() for part in parts]
    assert "".join(pieces) == "".join(rows)
    assert all(piece.partition(",")[0].isdigit() and piece.endswith("\n") for piece in pieces)
    lines = [2 + content[len(HEADER) : part.begin].count(b"\n") for part in parts]
    assert [part.line for part in parts] == lines
    assert sum(map(len, rounds)) < 3 * len(rounds[0])


def test_survey_of_a_stretch_that_never_ends_stops_at_the_longest_record(tmp_path, monkeypatch):
    from etl.source import ranges

    monkeypatch.setattr(ranges, "MAX_RECORD_BYTES", 1000)
    content = (HEADER + row(1) + '2,"' + "a\n" * 5000).encode()
    source = stored(tmp_path, content)
    read: list[ByteRange] = []
    monkeypatch.setattr(
        Source,
        "text",
        lambda self, part, text=Source.text: (read.append(part), text(self, part))[1],
    )

    found = survey(source, source.header(), Stretch(len(HEADER), len(HEADER) + 60))

    assert found.end is None
    assert max(part.end for part in read) < 4000


def test_undecodable_byte_is_named_by_its_line_in_whatever_range_it_stands(tmp_path):
    content = HEADER.encode() + row(1).encode() * 5 + b"\xff\n" + row(2).encode() * 5

    source = stored(tmp_path, content)

    for cut in range(len(HEADER), len(content), 11):
        with pytest.raises(Refused, match=r"Line 7 is not utf-8"):
            run(content, parts=plan(source, source.header(), [cut]))


def stored(folder: Path, content: bytes, **described: object) -> Source:
    path = folder / "source"
    path.write_bytes(content)
    return Source(path, Description.model_validate(described, strict=False))
