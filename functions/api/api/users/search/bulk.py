"""Many users into the index at once."""

import json
from collections.abc import Iterable, Mapping
from uuid import UUID

from api.errors import SearchUnavailable
from api.users.models import StoredUser
from api.users.search.client import Client, understood
from api.users.search.document import ALIAS, document

_SECONDS = 10.0


def write_bulk(
    client: Client,
    index: str,
    revisions: Mapping[UUID, int],
    users: Mapping[UUID, StoredUser],
) -> set[UUID]:
    """Puts those of `revisions` that are in `users` and removes the others; newer states stay.

    Returns the ids that the index refused. Raises SearchUnavailable.
    """
    body = "".join(_lines(index, revisions, users))
    parameters = {"require_alias": "true"} if index == ALIAS else {}
    answer = client.call("POST", "/_bulk", body=body, parameters=parameters, seconds=_SECONDS)
    with understood():
        return set(_refused(answer["items"]))


def _lines(
    index: str, revisions: Mapping[UUID, int], users: Mapping[UUID, StoredUser]
) -> Iterable[str]:
    for user_id, revision in revisions.items():
        stored = users.get(user_id)
        target = {
            "_index": index,
            "_id": str(user_id),
            "version": stored.revision if stored else revision,
            "version_type": "external",
        }
        yield json.dumps({"index" if stored else "delete": target}) + "\n"
        if stored:
            yield json.dumps(document(stored.user)) + "\n"


def _refused(items: Iterable[Mapping[str, Mapping[str, object]]]) -> Iterable[UUID]:
    for item in items:
        ((action, result),) = item.items()
        status = int(str(result["status"]))
        gone = action == "delete" and status == 404
        if "index_not_found_exception" in str(result.get("error")):
            raise SearchUnavailable(f"OpenSearch has no index {result.get('_index')}.")
        if status >= 300 and status != 409 and not gone:
            yield UUID(str(result["_id"]))
