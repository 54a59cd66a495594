"""The OpenAPI document tells the truth: in process, and through the embedded gateway."""

import os

import pytest
import schemathesis

from api.handler import HttpEntry
from tests.conformance import OF_OTHER_FUNCTIONS, config, failures
from tests.embedded_stack import EmbeddedStack

# More, for a longer look: CONFORMANCE_EXAMPLES=200
EXAMPLES = int(os.environ.get("CONFORMANCE_EXAMPLES", "5"))


@pytest.mark.usefixtures("settings", "s3", "patient")
def test_document_and_application_agree(warm_entry: HttpEntry) -> None:
    schema = schemathesis.openapi.from_asgi(
        "/openapi.json", warm_entry.prepare().app, config=config(max_examples=EXAMPLES)
    ).exclude(path_regex=OF_OTHER_FUNCTIONS)
    found = failures(schema)
    assert not found, "\n\n".join(found[:10])


@pytest.mark.long
def test_document_and_embedded_gateway_agree(stack: EmbeddedStack) -> None:
    schema = schemathesis.openapi.from_url(
        f"{stack.url}/openapi.json", config=config(max_examples=EXAMPLES, at_gateway=True)
    ).exclude(path_regex=OF_OTHER_FUNCTIONS)
    found = failures(schema)
    assert not found, "\n\n".join(found[:10])
