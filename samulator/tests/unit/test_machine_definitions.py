"""What the service takes and moto's parser does not is changed in a definition, and no more."""

import json

import pytest

from samulator.servers.aws.resources.step_functions import what_is_wrong
from samulator.servers.aws.step_functions.definitions import as_moto_takes_it
from samulator.servers.aws.step_functions.item_batches import Tolerance, in_batches


def distributed(config, **more):
    processor = {"ProcessorConfig": config, "StartAt": "A", "States": {"A": {"Type": "Pass"}}}
    each = {"Type": "Map", "ItemProcessor": processor, **more}
    return {"StartAt": "Each", "States": {"Each": each}}


def taken(machine):
    return json.loads(as_moto_takes_it(json.dumps(machine)))


def test_express_children_of_a_map_are_standard_ones():
    express = {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}

    assert taken(distributed(express)) == distributed({**express, "ExecutionType": "STANDARD"})


def test_a_map_within_a_branch_is_changed_too():
    inner = distributed({"ExecutionType": "EXPRESS"}, ToleratedFailurePercentage=5)
    outer = {"StartAt": "P", "States": {"P": {"Type": "Parallel", "Branches": [inner]}}}

    (branch,) = taken(outer)["States"]["P"]["Branches"]

    assert branch["States"]["Each"]["ToleratedFailurePercentage"] == 5.0
    assert '"ToleratedFailurePercentage": 5.0' in as_moto_takes_it(json.dumps(outer))
    assert branch["States"]["Each"]["ItemProcessor"]["ProcessorConfig"] == {
        "ExecutionType": "STANDARD"
    }


def test_data_of_the_same_words_stays():
    said = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": {"kind": "EXPRESS"}}}}

    assert taken(said) == said


def test_what_needs_no_change_or_is_no_json_is_passed_on_as_it_is():
    assert as_moto_takes_it('{"StartAt":  "A"}') == '{"StartAt":  "A"}'
    assert as_moto_takes_it('{"EXPRESS"') == '{"EXPRESS"'


def test_batches_have_as_many_items_as_they_may_and_what_is_told_to_each():
    batcher = {"MaxItemsPerBatch": 2, "BatchInput": {"run": 7}}

    assert in_batches([1, 2, 3], batcher) == [
        {"BatchInput": {"run": 7}, "Items": [1, 2]},
        {"BatchInput": {"run": 7}, "Items": [3]},
    ]
    assert in_batches([1, 2, 3], {}) == [{"Items": [1, 2, 3]}]
    assert in_batches([], batcher) == []


def test_a_batch_is_no_larger_than_it_may_be_but_for_one_item_that_is():
    items = ["a" * 10, "b" * 10, "c" * 100, "d"]

    batches = in_batches(items, {"MaxInputBytesPerBatch": 40})

    assert [batch["Items"] for batch in batches] == [items[:2], [items[2]], [items[3]]]
    assert len(json.dumps(batches[0], separators=(",", ":"))) <= 40


@pytest.mark.parametrize(
    ("tolerance", "failed", "is_exceeded"),
    [
        (Tolerance(0, 0.0, 10), 0, False),
        (Tolerance(0, 0.0, 10), 1, True),
        (Tolerance(2, 0.0, 10), 2, False),
        (Tolerance(2, 0.0, 10), 3, True),
        (Tolerance(0, 30.0, 10), 3, False),
        (Tolerance(0, 30.0, 10), 4, True),
        (Tolerance(5, 30.0, 10), 4, True),
        (Tolerance(0, 100.0, 10), 10, False),
    ],
)
def test_a_map_fails_when_more_of_its_items_failed_than_it_tolerates(
    tolerance, failed, is_exceeded
):
    assert tolerance.is_exceeded(failed) is is_exceeded


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (
            "ASLParserException ['line 1:55, at \"ItemBatch\", mismatched input expecting {…}']",
            'its definition is not understood at "ItemBatch" (line 1, column 55)',
        ),
        (
            "Error=RecognitionException Args=[\"Unknown service 'http'\"] in definition '{}'.",
            "its definition is not understood: Unknown service 'http'",
        ),
        ("Topic does not exist", "Topic does not exist"),
    ],
)
def test_a_refused_definition_is_told_in_short(message, said):
    assert what_is_wrong(message) == said
