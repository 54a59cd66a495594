"""What the service takes and moto's parser does not is changed in a definition, and no more."""

import json

from samulator.servers.aws.step_functions.definitions import as_moto_takes_it


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
