"""The API with nothing behind it: every data service refuses at once."""

import re
from functools import lru_cache
from typing import Any

from api.handler import HttpEntry
from api.settings import Settings


def refusing_settings() -> Settings:
    """Ports on which nothing listens."""
    return Settings(
        database_host="127.0.0.1",
        database_port=9,
        database_name="x",
        database_user="x",
        database_password="x",
        database_secret_arn="",
        database_tls="disable",
        redis_host="127.0.0.1",
        redis_port=9,
        redis_tls=False,
        redis_secret_arn="",
        cache_ttl_seconds=60,
        opensearch_url="http://127.0.0.1:9",
        opensearch_auth="none",
        auth_required=False,
        sign_in_url="",
        sign_in_client_id="",
        landing_bucket="landing",
        processed_bucket="processed",
        aws_endpoint_url="",
    )


def answer_event(event: Any, context: None) -> dict[str, Any]:
    """The answer of this process's one such API."""
    return _entry()(event, context)


@lru_cache(maxsize=1)
def _entry() -> HttpEntry:
    return HttpEntry(refusing_settings)


def search_all(pattern: str, texts: list[str]) -> None:
    """Looks for `pattern` in each text."""
    for text in texts:
        re.search(pattern, text)
