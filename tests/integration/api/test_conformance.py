"""The OpenAPI document tells the truth: in process, and through the embedded gateway."""

import os

import pytest

from api.handler import HttpEntry
from tests.embedded_stack import EmbeddedStack

# More, for a longer look: CONFORMANCE_EXAMPLES=200
GIVEN = os.environ.get("CONFORMANCE_EXAMPLES")
FEW, EXAMPLES = int(GIVEN or "2"), int(GIVEN or "5")

# Every process of a run collects this module and one runs it: schemathesis is imported there alone.


@pytest.mark.parametrize(
    ("examples", "every_bound"),
    [
        pytest.param(FEW, False, id="few"),
        pytest.param(EXAMPLES, True, id="more", marks=pytest.mark.long),
    ],
)
@pytest.mark.usefixtures("settings", "s3", "patient")
def test_document_and_application_agree(
    warm_entry: HttpEntry, examples: int, every_bound: bool
) -> None:
    import schemathesis

    from tests.conformance import OF_OTHER_FUNCTIONS, config, failures

    schema = schemathesis.openapi.from_asgi(
        "/openapi.json",
        warm_entry.prepare().app,
        config=config(max_examples=examples, every_bound=every_bound),
    ).exclude(path_regex=OF_OTHER_FUNCTIONS)
    found = failures(schema)
    assert not found, "\n\n".join(found[:10])


@pytest.mark.long
def test_document_and_embedded_gateway_agree(stack: EmbeddedStack) -> None:
    import schemathesis

    from tests.conformance import OF_OTHER_FUNCTIONS, config, failures

    schema = schemathesis.openapi.from_url(
        f"{stack.url}/openapi.json", config=config(max_examples=EXAMPLES, at_gateway=True)
    ).exclude(path_regex=OF_OTHER_FUNCTIONS)
    found = failures(schema)
    assert not found, "\n\n".join(found[:10])
