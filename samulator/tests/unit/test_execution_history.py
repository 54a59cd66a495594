"""What GetExecutionHistory answers, page by page, as its reference says."""

import pytest

from samulator.servers.aws.step_functions.history import HistoryQuery, history_page

EVENTS = [
    {"id": 1, "type": "ExecutionStarted", "executionStartedEventDetails": {"input": "{}"}},
    {
        "id": 2,
        "type": "PassStateEntered",
        "stateEnteredEventDetails": {"name": "A", "input": "{}"},
    },
    {
        "id": 3,
        "type": "PassStateExited",
        "stateExitedEventDetails": {
            "name": "A",
            "output": "{}",
            "outputDetails": {"truncated": False},
        },
    },
]


def ids(request):
    answer = history_page(EVENTS, HistoryQuery.of(request))
    return [event["id"] for event in answer["events"]], answer.get("nextToken")


def test_all_events_come_in_the_order_in_which_they_were():
    assert ids({"maxResults": None, "reverseOrder": None}) == ([1, 2, 3], None)


def test_the_latest_come_first_where_a_call_asks_for_them():
    assert ids({"reverseOrder": True, "maxResults": 1}) == ([3], "1")


def test_a_token_leads_to_the_next_page():
    first, token = ids({"maxResults": 2})
    second, end = ids({"maxResults": 2, "nextToken": token})

    assert (first, second, end) == ([1, 2], [3], None)


def test_a_page_has_100_events_where_no_number_is_given():
    answer = history_page([{"id": number} for number in range(250)], HistoryQuery.of({}))

    assert (len(answer["events"]), answer["nextToken"]) == (100, "100")


def test_data_is_left_out_where_a_call_says_so():
    answer = history_page(EVENTS, HistoryQuery.of({"includeExecutionData": False}))

    assert [event.get("stateExitedEventDetails") for event in answer["events"]] == [
        None,
        None,
        {"name": "A"},
    ]


def test_a_token_that_no_page_had_is_refused():
    with pytest.raises(ValueError, match="invalid literal"):
        HistoryQuery.of({"nextToken": "x"})
