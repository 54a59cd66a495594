"""Texts in which UTF-8 was taken for another encoding before the file was written."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from etl.advice.trial import Trial
from etl.profile.columns import MAX_COLUMNS
from etl.report.advice import Notice

_EXAMPLES: Final = 3
_LOOKED_AT: Final = 500


def decoded_twice(trial: Trial) -> Iterator[Notice]:
    """Texts in which UTF-8 was taken for another encoding before the file was written."""
    assert trial.header is not None
    for column in trial.header.file_names[:MAX_COLUMNS]:
        foreign = islice((text for text in trial.texts(column) if not text.isascii()), _LOOKED_AT)
        damaged = [(text, meant) for text in foreign if (meant := _meant(text)) is not None]
        if damaged:
            text, meant = damaged[0]
            yield Notice(
                kind="damaged_texts",
                column=column,
                message=f"An earlier program read UTF-8 as another encoding: {text} was {meant}. "
                "Export the file anew; it is kept as it is.",
                examples=tuple(text for text, _ in damaged[:_EXAMPLES]),
            )


def _meant(text: str) -> str | None:
    try:
        return text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return None
