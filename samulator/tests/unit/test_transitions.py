"""Definitions that lead nowhere are refused in AWS's words, and told to people with a remedy."""

import json

import pytest

from samulator.servers.aws.step_functions.transitions import invalid_definition, refusal

END = {"Type": "Pass", "End": True}
MISSING = "MISSING_TRANSITION_TARGET: "


def to(name):
    return {"Type": "Pass", "Next": name}


def machine(states, start="A"):
    return {"StartAt": start, "States": states}


def told(definition):
    """What AWS lists, without what it says around the list."""
    message = invalid_definition(json.dumps(definition))
    if message is None:
        return []
    assert message.startswith("Invalid State Machine Definition: '")
    return message.removeprefix("Invalid State Machine Definition: '")[:-1].split(", ")


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        (machine({"A": to("B"), "B": END}), []),
        (machine({"A": {"Type": "Fail"}}), []),
        (
            machine({"A": to("C"), "B": END}),
            [
                f"{MISSING}Missing 'Next' target: C at /States/A/Next",
                f'{MISSING}State "B" is not reachable. at /States/B',
            ],
        ),
        (
            machine({"A": END}, start="Z"),
            [
                f"{MISSING}Missing 'Next' target: Z at /StartAt",
                f'{MISSING}State "A" is not reachable. at /States/A',
            ],
        ),
        (
            machine(
                {
                    "A": {
                        "Type": "Choice",
                        "Choices": [{"Next": "B"}, {"Next": "Y"}],
                        "Default": "X",
                    },
                    "B": END | {"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "W"}]},
                }
            ),
            [
                f"{MISSING}Missing 'Next' target: X at /States/A/Default",
                f"{MISSING}Missing 'Next' target: Y at /States/A/Choices[1]/Next",
                f"{MISSING}Missing 'Next' target: W at /States/B/Catch[0]/Next",
            ],
        ),
        (
            machine({"A": {"Type": "Pass"}, "B": END}),
            [
                "SCHEMA_VALIDATION_FAILED: One of these fields is required: [Next",
                "End] at /States/A",
                f'{MISSING}State "B" is not reachable. at /States/B',
            ],
        ),
        (
            machine({"A": to("B"), "B": to("A")}),
            ["MISSING_END_STATE: Workflow has no terminal state at null"],
        ),
    ],
)
def test_states_lead_to_states_that_there_are_and_to_an_end(definition, expected):
    assert told(definition) == expected


def test_branches_and_processors_have_states_of_their_own():
    each = {"Type": "Map", "ItemProcessor": machine({"B": END}, start="C"), "End": True}
    both = {"Type": "Parallel", "Branches": [machine({"D": END}, "D"), machine({"A": to("F")})]}

    assert told(machine({"E": both | {"Next": "F"}, "F": each}, start="E")) == [
        f"{MISSING}Missing 'Next' target: F at /States/E/Branches[1]/States/A/Next",
        f"{MISSING}Missing 'Next' target: C at /States/F/ItemProcessor/StartAt",
        f'{MISSING}State "B" is not reachable. at /States/F/ItemProcessor/States/B',
    ]


def test_people_read_what_was_probably_meant():
    assert refusal(json.dumps(machine({"A": to("Finsh"), "Finish": END}))) == (
        "AWS refuses its definition: Missing 'Next' target: Finsh at /States/A/Next; "
        "did you mean Finish? (and 1 more)"
    )
    assert refusal(json.dumps(machine({"A": to("Z"), "B": END}))) == (
        "AWS refuses its definition: Missing 'Next' target: Z at /States/A/Next; "
        "the states there are A, B (and 1 more)"
    )
    assert refusal(json.dumps(machine({"A": END}))) is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"States": 3}', '{"States": {"A": 3}}'])
def test_what_is_no_machine_is_for_the_parser_to_refuse(text):
    assert invalid_definition(text) is None
