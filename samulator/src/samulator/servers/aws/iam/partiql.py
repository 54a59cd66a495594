"""The actions that statements of PartiQL ask for.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-iam.html
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from samulator.servers.aws.iam.call import Call
from samulator.servers.aws.iam.resources import resources_of

OPERATIONS = {"ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction"}
_VERBS = {"SELECT": "Select", "INSERT": "Insert", "UPDATE": "Update", "DELETE": "Delete"}
# A name in quotes or without, and that of an index behind a dot.
_TABLE = re.compile(
    r"\b(?:FROM|INTO|UPDATE)\s+(?:\"([^\"]+)\"|([\w-]+))(?:\.(?:\"([^\"]+)\"|([\w-]+)))?", re.I
)


def statement_calls(region: str, parameters: Mapping[str, Any]) -> Iterator[Call]:
    """One call for each statement whose verb and table can be read."""
    inner = parameters.get("Statements") or parameters.get("TransactStatements") or [parameters]
    for each in inner:
        text = str(each.get("Statement") or "")
        verb = _VERBS.get(text.split(maxsplit=1)[0].upper()) if text.strip() else None
        table = _TABLE.search(text)
        if verb is None or table is None:
            continue
        names = {"TableName": table[1] or table[2], "IndexName": table[3] or table[4]}
        for resource in resources_of("dynamodb", region, names):
            yield Call(f"dynamodb:PartiQL{verb}", resource)
