"""What a start that is slow here comes to on AWS."""

import pytest

from samulator.functions.worker import slow_start


@pytest.mark.parametrize(
    ("seconds", "timeout", "end"),
    [
        (12.0, 3, "whose Timeout of 3 s is too short for it"),
        (12.0, 30, "of 30 s has to do for both"),
    ],
)
def test_an_initialisation_of_more_than_ten_seconds_is_told_with_the_timeout(seconds, timeout, end):
    told = slow_start(seconds, timeout) or ""

    assert told.startswith("Its initialisation took 12.0 s: Lambda ends it after 10 s and repeats")
    assert told.endswith(end)


def test_one_that_is_in_time_is_not_told():
    assert slow_start(9.9, 3) is None
