"""The API's document has the calls of the functions beside it, as these are."""

import json
from pathlib import Path

from contracts import dataset_calls
from datasets import handler, query_handler
from datasets.settings import QuerySettings
from etl.checks.operations import OPERATIONS
from tests.template_document import read_document

ROOT = Path(__file__).parents[3]
SETTINGS = QuerySettings(
    processed_bucket="processed",
    auth_required=False,
    aws_endpoint_url="",
    query_seconds=10,
    query_memory_mb=512,
    query_file_mb=1,
)


def test_document_is_as_the_functions_models_have_it():
    written = dataset_calls.FILE.read_text(encoding="utf-8")
    assert written == dataset_calls.text(), "python -m contracts.dataset_calls writes it anew"


def test_document_has_every_call_of_the_functions_beside_the_api():
    served = {
        (route.method, route.template)
        for build in (handler.build, query_handler.build)
        for route in build(SETTINGS)
    }
    checks = read_document(ROOT / "template.yaml")["Resources"]["DatasetCheckFunction"]
    for event in checks["Properties"]["Events"].values():
        place = event["Properties"]
        path = place["Path"].rstrip("/")
        # Preflight requests have a route of their own, which no authorizer guards.
        assert place["Method"] in ("ANY", "OPTIONS", *OPERATIONS[path])
        served |= {(method, path) for method in OPERATIONS[path]}
    documented = json.loads(dataset_calls.FILE.read_bytes())["paths"]
    assert served == {
        (method.upper(), path) for path, calls in documented.items() for method in calls
    }
