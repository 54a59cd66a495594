"""Whatever _source.json holds, it is followed or refused naming the field; nothing else happens."""

import encodings.aliases
import json
import random
import re
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.errors import Refused
from etl.rules.dates import DateReading, order_date
from etl.source.counted_dates import WORDS
from etl.source.description import Description
from etl.source.description_file import MAX_BYTES, parse_description, published_schema
from etl.source.encodings import ENCODINGS, canonical_encoding
from etl.source.first_lines import REQUIRED
from tests.unit.etl.cleaning import Written, run

SCHEMA = Path(__file__).parents[3] / "docs" / "source-description.schema.json"
HEADER = "order_id,order_date,customer_id,product,quantity,price\n"
ROW = "1,2024-01-05,C1,Widget,2,9.5\n"
KNOWN_TO_PYTHON = set(encodings.aliases.aliases.values())
FIELDS = sorted(Description.model_fields)


def refusal_of(content: bytes) -> Refused:
    with pytest.raises(Refused) as refused:
        parse_description(content)
    assert refused.value.reason == "bad_source_description"
    assert "Value error" not in refused.value.message
    return refused.value


@pytest.mark.parametrize("field", ["delimiter", "quote", "escape", "comment"])
def test_a_character_that_does_not_do_is_told_of_in_words(field: str) -> None:
    message = refusal_of(json.dumps({field: "ab cd"}).encode()).message
    assert f"{field}: must be one" in message
    assert "pattern" not in message
    assert "\\x" not in message


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ('{"delimiter": "::"}', "delimiter"),
        ('{"delimiter": "\\n"}', "delimiter"),
        ('{"delimiter": "x"}', "delimiter"),
        ('{"delimiter": "."}', "delimiter"),
        ('{"header_line": 0}', "header_line"),
        ('{"time_zone": "Mars/Olympus"}', "time_zone"),
        ('{"time_zone": "../../etc/passwd"}', "time_zone"),
        ('{"column_names": ["a", " A "]}', "column_names"),
        ('{"constants": {"a": 5}}', "constants"),
        ('{"missing": "N/A"}', "missing"),
        ('{"missing": {"price": "N/A"}}', "missing"),
        ('{"fractional_quantity": "keep"}', "fractional_quantity"),
        ('{"key": "all"}', "key"),
        ('{"quote": "ab"}', "quote"),
        ('{"escape": "n"}', "escape"),
        ('{"comment": ""}', "comment"),
        ('{"quote": ";", "delimiter": ";"}', "delimiter, quote and escape"),
        ('{"escape": "\\""}', "delimiter, quote and escape"),
        ('{"repeated_columns": "both"}', "repeated_columns"),
        ('{"decimal": 1}', "decimal"),
        ('{"encoding": "klingon"}', "encoding"),
        ('{"encoding": "base64"}', "encoding"),
        ('{"encoding": "idna"}', "encoding"),
        ('{"encoding": "a\\u0000b"}', "encoding"),
        ('{"date_formats": "%d"}', "date_formats"),
        ('{"date_formats": ["no directive"]}', "date_formats"),
        ('{"date_formats": ["%d/%m/%Y %d"]}', "date_formats"),
        ('{"date_formats": ["%Y-%m-%d", "%c %Y"]}', "date_formats"),
        ('{"date_formats": ["%Y-%m-%d%"]}', "date_formats"),
        ('{"date_formats": ["%Y-%m-%d %H:%M %Z"]}', "date_formats"),
        ('{"date_formats": ["%Y-%m-%d %I:%M"]}', "date_formats"),
        ('{"date_formats": ["%Y-%m-%d %H:%M %p"]}', "date_formats"),
        ('{"languages": ["klingon"]}', "languages"),
        ('{"languages": "de"}', "languages"),
        ('{"columns": {"a": "order_id", " A ": "price"}}', "columns"),
        ('{"columns": {"a": "  "}}', "columns"),
        ('{"key": []}', "key"),
        ('{"key": ["order_id", "ORDER_ID"]}', "key"),
        ('{"key": ["order_id", " order_id "]}', "key"),
        ('{"separator": ";"}', "separator"),
        ('{"delimiter": ";", "delimiter": ","}', "delimiter: is there twice"),
        ('{"columns": {"Amount": "price", "Amount": "quantity"}}', "Amount: is there twice"),
        ('{"key": "rows"}', 'key: must be "row", "none" or a list'),
        ('{"missing": {"price": "-"}}', "missing.price: must be a list of texts"),
        ('{"columns": {"": "price"}}', "columns: a name there must have 1"),
        ('{"comment": "\\""}', "comment must not begin with"),
        ('{"comment": ";", "delimiter": ";"}', "comment must not begin with"),
        ('{"time_zone": "localtime"}', "time_zone: 'localtime' is no time zone"),
        ("[]", "the document"),
        ("{", "the document"),
        (" ", "the document is empty"),
    ],
)
def test_wrong_source_description_is_refused_naming_the_field(content, field):
    assert field in refusal_of(content.encode()).message


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 400_000,
        b'{"key":' * 100_000,
        b'{"decimal": ' + b"9" * 900_000 + b"}",
        b'{"columns": ' + json.dumps({f"c{i}": i for i in range(40_000)}).encode() + b"}",
        b'{"' + b"x" * 900_000 + b'": 1}',
        b'{"key": ' + json.dumps(["a"] * 200_000).encode() + b"}",
        b" " * (MAX_BYTES + 1),
        b'{"key": ["\\ud800"]}',
        b"\xff\xfe",
        b"",
    ],
)
def test_description_without_measure_is_refused_in_few_words(content):
    assert len(refusal_of(content).message) < 500


@pytest.mark.parametrize(
    "content",
    [
        '\ufeff{"decimal": ","}'.encode("utf-16-le"),
        '\ufeff{"decimal": ","}'.encode("utf-16-be"),
        '{"decimal": ","}'.encode("utf-32"),
        '\ufeff\ufeff{"decimal": ","}'.encode(),
    ],
    ids=["PowerShell's", "the other way round", "UTF-32", "two marks"],
)
def test_a_description_may_be_in_another_unicode_encoding_by_its_mark(content):
    assert parse_description(content).decimal == ","


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('{"columns": {"Menge é": "quantity"}}'.encode("cp1252"), "no UTF-8: save it as UTF-8"),
        ('{"decimal": ","}'.encode("utf-16-le"), "UTF-16 without its mark"),
        (b"\xff\xfe{", "no UTF-16: save it as UTF-8"),
    ],
)
def test_an_encoding_of_a_description_that_is_not_read_is_named(content, told):
    assert told in refusal_of(content).message


@pytest.mark.parametrize("field", ["quote", "escape", "comment"])
def test_a_mark_that_the_columns_are_parted_by_is_named(field):
    """Python 3.13 takes no such quote; such a comment would be a row with nothing first."""
    with pytest.raises(Refused) as refused:
        run(HEADER + ROW, **{field: ","})
    assert refused.value.reason == "bad_source_description"
    assert f"has ',' as its {field}" in refused.value.message
    (row,) = run((HEADER + ROW).replace(",", ";"), **{field: ","}).rows
    assert row["price"] == 9.5


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.text(), values, max_size=3),
    max_leaves=5,
)
formats = st.lists(
    st.sampled_from(
        [f"%{letter}" for letter in "aAbBcdDefFgGhHIjklmMnNpPqQrRsStTuUvVwWxXyYzZ%:.-_0^#E"]
        + [
            "%Y-%m-%d",
            "%d/%m/%Y",
            " ",
            "-",
            "/",
            ":",
            "T",
            "[",
            "(?P<d>",
            "+",
            "\\",
            "\0",
            "%",
            "é",
        ]
    ),
    max_size=5,
).map("".join)
names = st.sampled_from(["order_id", " Order_ID", "price", "x", "", "  ", "ſ", "İ"]) | st.text(
    max_size=5
)
descriptions = st.fixed_dictionaries(
    {},
    optional={
        "delimiter": st.sampled_from([",", ";", "\t", "|", ":", None]) | json_values,
        "decimal": st.sampled_from([".", ","]) | json_values,
        "quote": st.sampled_from(["", "'", '"']) | json_values,
        "escape": st.sampled_from(["", "\\", "^"]) | json_values,
        "comment": st.sampled_from(["#", "--", "o"]) | json_values,
        "header_line": st.integers(1, 3) | json_values,
        "repeated_columns": st.sampled_from(["number", "first", "last", "refuse"]) | json_values,
        "encoding": st.sampled_from(sorted({*KNOWN_TO_PYTHON, *ENCODINGS})) | st.text(max_size=9),
        "date_formats": st.lists(formats | st.sampled_from(["iso", *WORDS]), max_size=3)
        | json_values,
        "languages": st.lists(st.sampled_from(["de", "xx"]), max_size=2) | json_values,
        "columns": st.dictionaries(names, names, max_size=4) | json_values,
        "key": st.lists(names, max_size=3) | st.sampled_from(["row", "none"]) | json_values,
        "column_names": st.permutations([*REQUIRED]) | st.lists(names) | json_values,
        "constants": st.dictionaries(names, st.text(max_size=3), max_size=2) | json_values,
        "missing": st.lists(names) | st.dictionaries(names, st.lists(names)) | json_values,
        "time_column": names | json_values,
        "time_zone": st.sampled_from(["Europe/Berlin", "Nowhere"]) | json_values,
        "fractional_quantity": st.sampled_from(["round", "refuse"]) | json_values,
    },
)


@settings(deadline=None, max_examples=60)
@given(descriptions | json_values)
def test_any_document_is_followed_or_refused_naming_the_field(document):
    refused = refusal_unless(lambda: follow(parse_description(json.dumps(document).encode())))

    given_names = map(str, document) if isinstance(document, dict) else []
    if refused and refused.reason == "bad_source_description":
        assert any(name in refused.message for name in [*FIELDS, "the document", *given_names])


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=200))
def test_any_bytes_are_followed_or_refused(content):
    refusal_unless(lambda: follow(parse_description(content)))


def refusal_unless(works: Callable[[], object]) -> Refused | None:
    try:
        works()
    except Refused as refused:
        return refused
    return None


def follow(description: Description) -> Written:
    """What an accepted description makes of a small file."""
    encoding = description.encoding or "utf-8"
    return run((HEADER + ROW).encode(encoding), **description.model_dump())


@settings(deadline=None)
@given(formats, st.text("0123456789 -/:.+TZ%", max_size=30))
def test_any_accepted_date_format_reads_any_text_as_a_date_or_not(form, text):
    description = json.dumps({"date_formats": [form]}).encode()

    refusal_unless(
        lambda: order_date(text.strip(), DateReading(parse_description(description).date_formats))
    )


@pytest.mark.parametrize("encoding", sorted(ENCODINGS))
def test_each_encoding_reads_whole_text_from_pieces_of_any_size(encoding):
    text = HEADER + ROW + ROW.replace("1", "2", 1)
    expected = run(text).rows

    assert run(text.encode(encoding), encoding=encoding, chunk_bytes=7).rows == expected


@pytest.mark.parametrize("encoding", sorted(ENCODINGS))
def test_bytes_that_an_encoding_does_not_know_are_refused_and_no_crash(encoding):
    source = random.Random(encoding)
    for _ in range(3):
        content = (HEADER + ROW).encode(encoding) + source.randbytes(40)
        size = source.choice([13, 1 << 20])
        refused = refusal_unless(lambda: run(content, encoding=encoding, chunk_bytes=size))  # noqa: B023 - called here
        assert refused is None or refused.reason in {"undecodable", "unterminated_quote"}


@pytest.mark.parametrize("encoding", ["utf-7", "punycode", "idna", "unicode_escape", "undefined"])
def test_encoding_of_something_else_than_files_is_not_read(encoding):
    assert canonical_encoding(encoding) is None


def test_published_schema_is_the_one_the_code_checks_by():
    assert SCHEMA.read_text() == published_schema()


def test_design_example_fits_the_published_schema_and_the_code():
    example = {
        "delimiter": ";",
        "decimal": ",",
        "encoding": "cp1252",
        "date_formats": ["%d/%m/%Y"],
        "columns": {"Order ID": "order_id"},
        "key": ["order_id", "product"],
    }

    jsonschema.validate(example, json.loads(SCHEMA.read_text()))
    description = parse_description(json.dumps(example).encode())

    assert description.model_dump(mode="json", exclude_unset=True) == example
    assert parse_description(b"{}") == Description()


DOCUMENTED = [
    json.loads(block)
    for block in re.findall(
        r"```json\n(.*?)```", (SCHEMA.parent / "etl.md").read_text(encoding="utf-8"), re.DOTALL
    )
]


@pytest.mark.parametrize("example", DOCUMENTED, ids=lambda example: ",".join(example))
def test_documented_example_is_a_sound_description(example):
    jsonschema.validate(example, json.loads(SCHEMA.read_text()))

    assert parse_description(json.dumps(example).encode())


def test_every_field_has_an_example_in_the_docs():
    shown = {field for example in DOCUMENTED for field in example}

    assert shown == set(Description.model_fields)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (b'{"decimals": ","}', "decimals: descriptions have no such field; decimal is one"),
        (b'{"zebra": 1}', "zebra: descriptions have no such field."),
    ],
)
def test_a_field_that_there_is_not_is_named_with_the_one_that_may_be_meant(document, said):
    with pytest.raises(Refused) as refused:
        parse_description(document)
    assert said in refused.value.message
