"""What the calls of one dataset answer with, as JSON schemas."""

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
VALUES: Schema = {"type": "object", "additionalProperties": True}
_WHOLE: Schema = {"type": "integer"}
_MAYBE_TEXT: Schema = {"type": ["string", "null"]}
_MAYBE_WHOLE: Schema = {"type": ["integer", "null"]}
_OF_ONE_VERSION = {"status": TEXT, "version": TEXT}


def object_of(properties: Schema, *, optional: list[str] | None = None) -> Schema:
    required = [name for name in properties if name not in (optional or [])]
    return {"type": "object", "properties": properties, "required": required}


def _list(of: Schema) -> Schema:
    return {"type": "array", "items": of}


DATASET = object_of(
    {
        "name": TEXT,
        "source_key": TEXT,
        "notices": _list(object_of({"code": TEXT, "message": TEXT})),
        "status": TEXT,
        "version": _MAYBE_TEXT,
        "warnings": _list(object_of({"code": TEXT, "message": TEXT})),
        "report": VALUES,
        "downloads": {"type": "object", "additionalProperties": TEXT},
        "expires_in": _WHOLE,
    }
)
ROWS = object_of(
    {
        "items": _list(VALUES),
        "next_cursor": _MAYBE_TEXT,
        "columns": _list(object_of({"name": TEXT, "type": TEXT})),
        "total": _MAYBE_WHOLE,
        "matched": _MAYBE_WHOLE,
        **_OF_ONE_VERSION,
    }
)
REJECTED = object_of(
    {
        "items": _list(
            object_of({"line": _WHOLE, "reason": TEXT, "detail": TEXT, "original": TEXT})
        ),
        "next_cursor": _MAYBE_TEXT,
        "total": _MAYBE_WHOLE,
        **_OF_ONE_VERSION,
    }
)
SUMMARY = object_of(
    {
        "by": TEXT,
        "measure": TEXT,
        "items": _list(
            object_of(
                {
                    "key": {"type": ["string", "number", "null"]},
                    "value": {"type": ["number", "null"]},
                    "rows": _WHOLE,
                }
            )
        ),
        "groups": _WHOLE,
        "rows": _WHOLE,
        **_OF_ONE_VERSION,
    }
)
RUNS = {
    "anyOf": [
        object_of(
            {
                "items": _list(object_of({"id": TEXT, "source": VALUES, "status": TEXT})),
                "next_cursor": _MAYBE_TEXT,
                "total": _WHOLE,
                "truncated": {"type": "boolean"},
            }
        ),
        object_of({"id": TEXT, "report": VALUES}),
    ]
}
_FILE = object_of({"url": TEXT, "bytes": _WHOLE, "sha256": TEXT})
PARTS = object_of(
    {
        "items": _list(
            object_of(
                {
                    "number": _WHOLE,
                    "rows": _WHOLE,
                    "dropped": _WHOLE,
                    **dict.fromkeys(("csv", "parquet", "rejected"), _FILE),
                }
            )
        ),
        "total": _WHOLE,
        "next_start": _MAYBE_WHOLE,
        "expires_in": _WHOLE,
        "status": TEXT,
        "version": _MAYBE_TEXT,
    }
)
QUERY = object_of(
    {
        "columns": _list(object_of({"name": TEXT, "type": TEXT})),
        "rows": _list(_list({})),
        "truncated": {"type": "boolean"},
        "milliseconds": _WHOLE,
        **_OF_ONE_VERSION,
    }
)
DESCRIPTION = object_of(
    {
        "key": TEXT,
        "description_key": TEXT,
        "description": {"type": ["object", "null"], "additionalProperties": True},
        "refusal": {
            "anyOf": [object_of({"reason": TEXT, "message": TEXT}), {"type": "null"}],
        },
        "etag": TEXT,
        "last_modified": {"type": "string", "format": "date-time"},
    }
)
