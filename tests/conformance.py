"""Schemathesis against the API's own OpenAPI: every check, and the links between calls."""

from collections.abc import Iterator
from typing import Any

import schemathesis
from hypothesis import strategies as st
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.schemas import BaseSchema

# Emails that a caller may send; the document's word for them is its format. (hypothesis's own
# emails() takes most of a run's time and knows names that are no domains of anybody's.)
_EMAIL = r"[A-Za-z0-9!#$&'*+/=?^_`{|}~-]{1,20}@[a-z0-9]{1,12}\.(com|org|de)"
schemathesis.openapi.format("email", st.from_regex(_EMAIL, fullmatch=True))


# Other functions than the API answer these; tests/unit/datasets holds them to the document.
OF_OTHER_FUNCTIONS = r"^/datasets/(\{name\}|checks|descriptions)"


def config(
    *, max_examples: int, seed: int = 1, at_gateway: bool = False, every_bound: bool = True
) -> SchemathesisConfig:
    """Each call with so many examples; `every_bound` adds what stands at and past every bound.

    The bounds of a schema are hundreds of calls for each path, whatever `max_examples` is.
    """
    return SchemathesisConfig.from_dict(
        {
            "seed": seed,
            "generation": {"max-examples": max_examples, "no-shrink": True},
            "suppress-health-check": ["all"],
            "phases": {"coverage": {"enabled": every_bound}},
            "output": {"sanitization": {"enabled": False}},
            # 412: a well-formed If-Match that names another version.
            "checks": _accepting("412"),
            # 422: a cursor is opaque, text made up for one is refused.
            "operations": [
                *(
                    {"include-name": name, "checks": _accepting("422")}
                    for name in ("GET /users", "GET /datasets")
                ),
                # At the gateway the function that opens a dataset of such a name answers OPTIONS.
                *(
                    {
                        "include-name": name,
                        "checks": {"allow_header_conformance": {"enabled": False}},
                    }
                    for name in ("POST /datasets/runs", "POST /datasets/uploads")
                    if at_gateway
                ),
            ],
        }
    )


def _accepting(status: str) -> dict[str, Any]:
    """Valid requests that are answered with a refusal all the same."""
    # 401: a token made up is refused, also where none is needed.
    statuses = ["2xx", "3xx", "401", "404", "409", status]
    return {"positive_data_acceptance": {"expected-statuses": statuses}}


def failures(schema: BaseSchema) -> list[str]:
    """What every phase found; empty if the document and the API agree."""
    return list(_found(schema))


def _found(schema: BaseSchema) -> Iterator[str]:
    finished = False
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            yield from _failed_checks(event)
        elif isinstance(event, events.NonFatalError | events.FatalError):
            yield f"error: {getattr(event, 'value', None) or getattr(event, 'exception', None)!r}"
        elif isinstance(event, events.EngineFinished):
            finished = True
    if not finished:
        yield "schemathesis did not finish"


def _failed_checks(scenario: events.ScenarioFinished) -> Iterator[str]:
    for case_id, checks in scenario.recorder.checks.items():
        case = scenario.recorder.cases[case_id].value
        for check in checks:
            if check.failure_info is not None and not _is_mistaken(case):
                call = case.as_curl_command()
                yield f"{scenario.phase} {check.name}: {call}\n{check.failure_info.failure}"


def _is_mistaken(case: schemathesis.Case) -> bool:
    """Whether the call says something other than schemathesis means by it.

    It takes an empty If-Match for one that fits a pattern asking for characters. And API Gateway
    cuts a path at a decoded "?": what was to be a dataset's name is another call then.
    """
    in_path = "".join(str(value) for value in (case.path_parameters or {}).values())
    return "" in (case.headers or {}).values() or "?" in in_path
