"""Words that several functions use are those that the ETL writes."""

from typing import get_args

from api.datasets.models import FinalStatus
from datasets.rejected import Reason
from etl.report.model import FINAL
from etl.rules.judge import REASONS


def test_list_of_datasets_knows_each_way_in_which_a_run_ends():
    assert set(get_args(FinalStatus)) == set(FINAL)


def test_rejected_rows_are_found_by_each_reason_that_there_is():
    assert get_args(Reason) == REASONS[1:]
