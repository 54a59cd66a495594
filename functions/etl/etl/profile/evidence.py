"""What a run gathers for its advice, block by block, and equal however blocks are cut."""

from dataclasses import dataclass, field

from etl.profile.odd_rows import OddRows
from etl.profile.refusals import Refusals
from etl.profile.sample import Sample
from etl.rules.judge import Judgement


@dataclass(frozen=True, slots=True)
class Evidence:
    """The refused values of the whole file, a sample of its rows, and those that hold others."""

    refusals: Refusals = field(default_factory=Refusals)
    sample: Sample = field(default_factory=Sample)
    odd_rows: OddRows = field(default_factory=OddRows)

    @property
    def text(self) -> bytes:
        """The rows to look at closely, each with its line's end."""
        sample = self.sample.text
        return sample + self.odd_rows.missing_in(sample)

    @classmethod
    def beginning_at(cls, first_record: int) -> "Evidence":
        """Of a range of a file that so many records precede."""
        return cls(Refusals(), Sample(first_record))

    def merge(self, other: "Evidence") -> None:
        """Take in the evidence of the records that follow."""
        self.refusals.merge(other.refusals)
        self.sample.merge(other.sample)
        self.odd_rows.merge(other.odd_rows)

    def add(self, judged: Judgement) -> None:
        """Take in a block, in the order of the file."""
        self.refusals.add(judged)
        self.sample.add(judged)
        self.odd_rows.add(judged)
