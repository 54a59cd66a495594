"""What came of a scenario."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """`wrong` is empty where the promise was kept.

    `figure` says what was measured, or why it was not run: then `times` is 0.
    """

    name: str
    times: int
    promise: str
    figure: str
    wrong: tuple[str, ...] = ()
