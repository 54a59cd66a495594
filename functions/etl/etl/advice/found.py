"""What was found out about a sample."""

from dataclasses import dataclass

from etl.advice.question import Question
from etl.advice.trial import Trial
from etl.report.advice import Change, Choice, Notice


@dataclass(frozen=True, slots=True)
class Found:
    """How a sample is read as it is described, as it might be, and as it is to be asked about.

    `asked` has what wins rows together with an answer only, as a decimal mark of undated rows.
    `choices` are asked before anything else can be.
    """

    now: Trial
    then: Trial
    asked: Trial
    changes: tuple[Change, ...] = ()
    questions: tuple[Question, ...] = ()
    notices: tuple[Notice, ...] = ()
    choices: tuple[Choice, ...] = ()
