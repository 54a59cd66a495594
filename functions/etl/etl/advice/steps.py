"""What was found on the way to a description that reads a refused file."""

from dataclasses import dataclass, field

from pydantic import ValidationError

from etl.advice.question import Question
from etl.advice.trial import Sampled, Trial, merged, try_out
from etl.report.advice import Change, Notice


@dataclass(slots=True)
class Steps:
    """What was found on the way to a description that reads the file."""

    trial: Trial
    changes: list[Change] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)


def take(sample: Sampled, steps: Steps, changes: list[Change]) -> bool:
    """Go on with these changes, unless they bring nothing new."""
    if not changes:
        return False
    fields = {change.field: change.value for change in changes}
    try:
        description = merged(steps.trial.description, fields)
    except ValidationError:
        # Two columns of one name, or a name too long for a description.
        return False
    if description == steps.trial.description:
        return False
    steps.trial = try_out(sample, description)
    steps.changes = [c for c in steps.changes if c.field not in fields] + changes
    return True
