"""What a run leaves of the one before: nothing that its report does not list.

A small file after a large one under the same prefix would leave parts, a large one after a small
one its three files. The new report names them, and whoever records it deletes them: a run that is
killed in between is made up for by the next look at its report.
"""

from collections.abc import Iterator

from etl.report.model import CLEANED, LastGood, Output, PublishedReport, ReplacedFile


def replaced_files(report: PublishedReport, before: LastGood | None) -> list[ReplacedFile]:
    """The files of the last good run that a run which cleaned its file does not write itself."""
    if before is None or report.status not in CLEANED:
        return []
    ours = {output.key for output in listed(report)}
    return [
        ReplacedFile(key=output.key)
        for output in listed(before)
        if output.key is not None and output.key not in ours
    ]


def listed(report: PublishedReport | LastGood) -> Iterator[Output]:
    """Every file that a report describes, parts included."""
    yield from report.outputs.values()
    for part in report.parts:
        yield from part.outputs
