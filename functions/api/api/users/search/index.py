"""Users in OpenSearch: what is indexed, how it is asked, and the limits put on both."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from uuid import UUID

from api.breaker import CircuitBreaker
from api.errors import SearchUnavailable
from api.users.models import StoredUser
from api.users.search.client import Body, Client, RequestRefused, understood
from api.users.search.document import ALIAS, document, query
from api.users.service import SearchRequest

_WRITE_SECONDS = 0.3
_SEARCH_SECONDS = 1.0
# Without its word, a cluster tells what the shards that answered know, as if it were all.
_WHOLE = {"allow_partial_search_results": "false"}


class OpenSearchUsers:
    """Raises SearchUnavailable, at once while the breaker is open."""

    def __init__(
        self, client: Client, *, write_breaker: CircuitBreaker, search_breaker: CircuitBreaker
    ) -> None:
        self._client = client
        self._write_breaker = write_breaker
        self._search_breaker = search_breaker

    def check(self) -> None:
        """The alias must be there too: without it nothing is found."""
        if self._client.call("HEAD", f"/_alias/{ALIAS}", seconds=_WRITE_SECONDS) is not True:
            raise SearchUnavailable(f"OpenSearch has no alias {ALIAS}.")

    def put(self, stored: StoredUser) -> None:
        with self._guarded(self._write_breaker):
            self._write("PUT", stored.user.id, stored.revision, document(stored.user))

    def remove(self, user_id: UUID, *, revision: int) -> None:
        with self._guarded(self._write_breaker):
            self._write("DELETE", user_id, revision, None)

    def search(self, request: SearchRequest) -> tuple[list[UUID], int]:
        """The ids of one page, best first, and the number of all hits."""
        with self._guarded(self._search_breaker):
            found = self._ask(request)
        if isinstance(found, RequestRefused):
            raise found
        return found

    def _ask(self, request: SearchRequest) -> tuple[list[UUID], int] | RequestRefused:
        """A refusal of what was asked is returned: it must not end the searches of others."""
        try:
            answer = self._client.call(
                "POST",
                f"/{ALIAS}/_search",
                body=query(request),
                parameters=_WHOLE,
                seconds=_SEARCH_SECONDS,
            )
        except RequestRefused as refusal:
            if refusal.status == HTTPStatus.BAD_REQUEST:
                return refusal
            raise
        with understood():
            if answer.get("timed_out") or (answer.get("_shards") or {}).get("failed"):
                raise SearchUnavailable("OpenSearch knows a part of the answer only.")
            hits = answer["hits"]
            return [UUID(hit["_id"]) for hit in hits["hits"]], int(hits["total"]["value"])

    def _write(self, method: str, user_id: UUID, revision: int, body: Body) -> None:
        parameters = {"version": str(revision), "version_type": "external"}
        if method == "PUT":
            # Never the beginning of an index with a guessed mapping.
            parameters["require_alias"] = "true"
        # A newer state is there already; and what is not there needs no removal.
        settled = (409,) if method == "PUT" else (409, 404)
        try:
            self._client.call(
                method,
                f"/{ALIAS}/_doc/{user_id}",
                body=body,
                parameters=parameters,
                seconds=_WRITE_SECONDS,
            )
        except RequestRefused as refusal:
            if refusal.status not in settled:
                raise

    @contextmanager
    def _guarded(self, breaker: CircuitBreaker) -> Iterator[None]:
        if breaker.is_open:
            raise SearchUnavailable("OpenSearch is left alone for a while.")
        with breaker.watch():
            yield
