"""Advice that ends no run: rows that are cleaned are not lost to a fault of what only advises.

docs/decisions/0081-advice-ends-no-run.md
"""

import logging
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Final

from etl.advice.advise import advise, advise_on_refused
from etl.errors import Refused
from etl.profile.evidence import Evidence
from etl.report.advice import ADVICE_FAILED, Advice, Notice
from etl.source.file import Source
from etl.source.header import Header

logger = logging.getLogger(__name__)

_HERE: Final = Path(__file__).parents[1]


def advice_on_run(source: Source, header: Header, evidence: Evidence) -> Advice:
    """For a file that was read; where no advice can be given, a notice that says so."""
    advice = _unfailing(lambda: advise(source, header, evidence), "The rows are cleaned as always.")
    return advice or Advice(rows=0, is_complete=False)


def advice_on_refusal(source: Source, refused: Refused) -> Advice | None:
    """For a file that was refused as a whole; None where no advice helps."""
    return _unfailing(lambda: advise_on_refused(source, refused), "The reason is as it stands.")


def _unfailing(give: Callable[[], Advice | None], unharmed: str) -> Advice | None:
    try:
        return give()
    except Exception as error:  # noqa: BLE001 - the run is warned of it, and its rows stay
        # Without the error's own words, which may quote the file.
        cause = f"{type(error).__qualname__} at {_place(error)}"
        logger.error("No advice: %s", cause)
        return Advice(
            rows=0,
            is_complete=False,
            notices=(
                Notice(
                    kind=ADVICE_FAILED,
                    message=f"No advice could be given, which is a fault of the cleaning program "
                    f"and not of the file: {cause}. {unharmed}",
                ),
            ),
        )


def _place(error: Exception) -> str:
    """The last line of ours that it came from."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(_HERE)]
    return f"{Path(ours[-1].filename).relative_to(_HERE.parent)}:{ours[-1].lineno}"
