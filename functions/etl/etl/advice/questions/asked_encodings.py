"""The question which encoding a file is in, where its bytes are words by several."""

from collections.abc import Callable, Iterator
from typing import Final

from etl.advice.found import Found
from etl.advice.languages.encodings import Reading, likely_encodings, open_readings
from etl.advice.questions.choices import choices
from etl.advice.trial import Sampled, Trial, merged
from etl.report.advice import Choice, Option
from etl.source.description import Description

_SHOWN: Final = 3


def asked_encodings(
    sample: Sampled, now: Trial, find: Callable[[Sampled, Description], Found]
) -> Found | None:
    """Each encoding with all else that the file needs then; None where one alone is plausible.

    `now` is refused for its encoding. Nothing is applied: a name that is read by the wrong code
    page looks like one, and nobody sees that it is none.
    """
    readings = open_readings(likely_encodings(sample.path.read_bytes()))
    if len(readings) < 2:
        return None
    tried = [
        (reading, find(sample, merged(now.description, {"encoding": reading.encoding})))
        for reading in readings
    ]
    read = [(reading, found) for reading, found in tried if not found.then.refused]
    if len(read) < 2:
        return None
    options = [
        option
        for reading, found in read
        for option in _options(sample, now, found, _says(reading, readings))
    ]
    choice = Choice(
        field="encoding",
        question="The file is no UTF-8, and its other bytes are words by more than one encoding. "
        "By which are they what was written?",
        options=tuple(options),
    )
    return Found(now, now, now, notices=read[0][1].notices, choices=(choice,))


def _says(reading: Reading, readings: list[Reading]) -> str:
    """The encoding with words that are others by another one."""
    others = {word for other in readings if other is not reading for word in other.words}
    words = [word for word in reading.words if word not in others] or list(reading.words)
    return f"{reading.encoding}: {', '.join(words[:_SHOWN])}"


def _options(sample: Sampled, now: Trial, found: Found, meaning: str) -> Iterator[Option]:
    """The whole description; where it keeps nothing without another answer, with each of these."""
    if not found.then.kept:
        asked = next(choices(sample, now, found.then, found.asked, found.questions), None)
        if asked is not None:
            for option in asked.options:
                yield option.model_copy(update={"meaning": f"{meaning}; {option.meaning}"})
            return
    described = found.then.description.model_dump(mode="json", exclude_defaults=True)
    yield Option(meaning=meaning, description=described, effect=now.effect(found.then))
