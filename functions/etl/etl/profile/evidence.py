"""What a run gathers for its advice, block by block, and equal however blocks are cut."""

from dataclasses import dataclass, field

from etl.profile.refusals import Refusals
from etl.profile.sample import Sample
from etl.rules.judge import Judgement


@dataclass(frozen=True, slots=True)
class Evidence:
    """The refused values of the whole file, and a sample of its rows."""

    refusals: Refusals = field(default_factory=Refusals)
    sample: Sample = field(default_factory=Sample)

    def add(self, judged: Judgement) -> None:
        """Take in a block, in the order of the file."""
        self.refusals.add(judged)
        self.sample.add(judged)
