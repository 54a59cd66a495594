"""Describes, for the API's OpenAPI document, the calls of datasets that other functions answer.

`python -m contracts.dataset_calls` writes it anew. Parameters and bodies are of the functions'
own models; dataset_answers has what they answer with.
"""

import json
import sys
from pathlib import Path

from pydantic import BaseModel

from contracts.dataset_answers import (
    DATASET,
    DESCRIPTION,
    PARTS,
    QUERY,
    REJECTED,
    ROWS,
    RUNS,
    SUMMARY,
    TEXT,
    VALUES,
    Schema,
    object_of,
)
from datasets.parts import PartsParameters
from datasets.query.call import QueryBody, QueryParameters
from datasets.rejected import RejectedParameters
from datasets.rows.call import RowsParameters
from datasets.runs import RunsParameters
from datasets.summary.call import SummaryParameters
from etl.check import Check
from etl.source.description import Description

FILE = Path(__file__).parents[1] / "functions" / "api" / "api" / "web" / "dataset_calls.json"
_REF = "#/components/schemas/{model}"
_NAME = {
    "name": "name",
    "in": "path",
    "required": True,
    "description": "A dataset's name as the list has it, or the key of its source.",
    "schema": {"type": "string", "minLength": 1},
}
_OF_A_SENT_FILE = {
    "key": {**TEXT, "description": "Where the file would go; of a file that is sent."},
    "size": {
        **TEXT,
        "pattern": "^[0-9]{1,18}$",
        "description": "The whole file's bytes, at least those sent: it may be its beginning.",
    },
    "description": {**TEXT, "description": "A description to try, as JSON."},
}
_READS: tuple[tuple[str, str, str, type[BaseModel] | None, Schema], ...] = (
    ("", "get_dataset", "Opens a dataset: its report, and URLs of its files.", None, DATASET),
    ("/rows", "list_rows", "Lists rows that were kept.", RowsParameters, ROWS),
    ("/rejected", "list_rejected", "Lists dropped rows.", RejectedParameters, REJECTED),
    ("/summary", "summarise", "Sums a dataset up by groups.", SummaryParameters, SUMMARY),
    ("/parts", "list_parts", "Lists the files of a dataset in parts.", PartsParameters, PARTS),
    ("/runs", "list_runs", "Lists runs, or shows one by its id.", RunsParameters, RUNS),
)


def document() -> Schema:
    """Paths and schemas, to be taken into the document of the API."""
    schemas: Schema = {}
    paths: Schema = {}
    for ending, operation, summary, model, answer in _READS:
        call = _call(operation, summary, [_NAME, *_parameters(model)], answer)
        paths[f"/datasets/{{name}}{ending}"] = {"get": call}
    paths["/datasets/{name}/query"] = {
        "post": _call(
            "query_dataset",
            "Answers one read-only SELECT over the table `dataset`, in DuckDB's dialect.",
            [_NAME, *_parameters(QueryParameters)],
            QUERY,
            body=_body({"application/json": _model(QueryBody, schemas)}),
        )
    }
    description = _model(Description, schemas)
    key = {"type": "string", "examples": ["2026/orders.csv"]}
    landed = object_of({"key": key, "description": description}, optional=["description"])
    file: Schema = {"type": "string", "format": "binary"}
    paths["/datasets/checks"] = {
        "post": _call(
            "check_file",
            "Says what would be kept of a file, and which description would keep more.",
            [_query(name, schema) for name, schema in _OF_A_SENT_FILE.items()],
            _model(Check, schemas),
            body=_body(
                {"application/json": landed, "application/octet-stream": file, "text/csv": file}
            ),
        )
    }
    paths["/datasets/descriptions"] = _descriptions(key, description)
    return {"paths": paths, "schemas": dict(sorted(schemas.items()))}


def _descriptions(key: Schema, description: Schema) -> Schema:
    is_at = _header("If-Match", "Only if the description is at one of these ETags, or * for any.")
    is_new = _header("If-None-Match", "Only if it is at none of these ETags; * if there is none.")
    is_known = _header("If-None-Match", "304 if the description is at one of these ETags.")
    written = object_of({"key": TEXT, "description_key": TEXT, "description": VALUES})
    of_a_folder = {**TEXT, "description": "Of a file of the folder, or of the description itself."}
    asked = _query("key", of_a_folder, required=True)
    return {
        "get": _call(
            "get_description",
            "Shows the description of a file's folder.",
            [asked, is_at, is_known],
            DESCRIPTION,
        ),
        "put": _call(
            "write_description",
            "Writes the description of a file's folder; POST /datasets/runs then runs it.",
            [is_at, is_new],
            written,
            body=_body({"application/json": object_of({"key": key, "description": description})}),
        ),
        "delete": _call(
            "delete_description",
            "Deletes the description of a file's folder; its files are then read without one.",
            [asked, is_at, is_new],
            None,
        ),
    }


def text() -> str:
    """The document as the file has it."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


def _query(name: str, schema: Schema, *, required: bool = False) -> Schema:
    return {"name": name, "in": "query", "required": required, "schema": schema}


def _header(name: str, description: str) -> Schema:
    schema = {**TEXT, "description": description}
    return {"name": name, "in": "header", "required": False, "schema": schema}


def _parameters(model: type[BaseModel] | None) -> list[Schema]:
    if model is None:
        return []
    schema = model.model_json_schema()
    required = schema.get("required", ())
    return [
        _query(name, _without_null(field), required=name in required)
        for name, field in schema["properties"].items()
    ]


def _without_null(field: Schema) -> Schema:
    """A parameter that is optional is left out; there is no way to send null."""
    kinds = [one for one in field.get("anyOf", []) if one != {"type": "null"}]
    kept = {key: value for key, value in field.items() if key not in ("anyOf", "title", "default")}
    default = {} if field.get("default") is None else {"default": field["default"]}
    return {**kept, **(kinds[0] if len(kinds) == 1 else {}), **default}


def _model(model: type[BaseModel], schemas: Schema) -> Schema:
    schema = model.model_json_schema(ref_template=_REF)
    schemas |= schema.pop("$defs", {})
    schemas[model.__name__] = schema
    return {"$ref": _REF.format(model=model.__name__)}


def _body(content: Schema) -> Schema:
    return {"required": True, "content": {kind: {"schema": of} for kind, of in content.items()}}


def _call(
    operation: str,
    summary: str,
    parameters: list[Schema],
    answer: Schema | None,
    *,
    body: Schema | None = None,
) -> Schema:
    """`answer` is None where there is nothing to show: 204."""
    content: Schema = {"application/json": {"schema": answer}}
    if any(parameter["name"] == "format" for parameter in parameters):
        content["text/csv"] = {"schema": TEXT}
    statuses = [404, 422, 503] if body is None else [404, 413, 415, 422, 503]
    if parameters and parameters[0] is _NAME and operation != "get_dataset":
        statuses = sorted([*statuses, 409])
    is_conditional = any(parameter["in"] == "header" for parameter in parameters)
    if is_conditional:
        statuses = sorted([*statuses, 412])
    problem = {"schema": {"$ref": _REF.format(model="Problem")}}
    problems = {
        str(status): {
            "description": "A problem (RFC 9457)",
            "content": {"application/problem+json": problem},
        }
        for status in statuses
    }
    done = {"200": {"description": "Done", "content": content}}
    if is_conditional:
        done["200"]["headers"] = {"ETag": {"schema": TEXT}}
    if operation == "get_description":
        done["304"] = {
            "description": "The caller has this one.",
            "headers": {"ETag": {"schema": TEXT}},
        }
    if answer is None:
        done = {"204": {"description": "Done"}}
    return {
        "tags": ["datasets"],
        "operationId": operation,
        "summary": summary,
        "parameters": parameters,
        **({"requestBody": body} if body else {}),
        "responses": {**done, **problems},
    }


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
    sys.stdout.write(f"{FILE} is written\n")
