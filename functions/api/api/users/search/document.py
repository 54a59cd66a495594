"""What the index knows of a user, how it is analysed, and the query put to it.

Only what osmem-server and OpenSearch analyse alike: standard, lowercase, asciifolding, edge_ngram.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from api.users.models import User
from api.users.service import SearchRequest

ALIAS = "users"
# A query clause per term and field; OpenSearch allows 1024.
_MAX_TERMS = 12
_SEPARATORS = re.compile(r"[\W_]+")


def _searchable() -> dict[str, Any]:
    prefix = {"type": "text", "analyzer": "prefixes", "search_analyzer": "words"}
    return {"type": "text", "analyzer": "words", "fields": {"prefix": prefix}}


INDEX: Mapping[str, Any] = {
    "settings": {
        # None on a single node, where a copy has no place and the domain would be yellow for good.
        "auto_expand_replicas": "0-1",
        "analysis": {
            "filter": {"starts": {"type": "edge_ngram", "min_gram": 1, "max_gram": 20}},
            "analyzer": {
                "words": {
                    "type": "custom",
                    "tokenizer": "standard",
                    "filter": ["lowercase", "asciifolding"],
                },
                "prefixes": {
                    "type": "custom",
                    "tokenizer": "standard",
                    "filter": ["lowercase", "asciifolding", "starts"],
                },
            },
        },
    },
    "mappings": {
        "dynamic": "strict",
        "properties": {
            "id": {"type": "keyword"},
            "name": _searchable(),
            "email": _searchable(),
            "email_parts": _searchable(),
            "role": _searchable(),
            "role_exact": {"type": "keyword"},
            # No tokenizer keeps these, or not every engine's.
            "symbols": {"type": "keyword"},
        },
    },
}
# Part of an index's name: an index of another shape is built anew.
SHAPE = hashlib.blake2b(json.dumps(INDEX).encode(), digest_size=4).hexdigest()
_FIELDS = ("name^3", "email^2", "email_parts^2", "role")
_PREFIX_FIELDS = ("name.prefix^3", "email.prefix^2", "email_parts.prefix^2", "role.prefix")


def document(user: User) -> dict[str, str | list[str]]:
    """The searchable text of a user; what callers see is read from PostgreSQL."""
    return {
        "id": str(user.id),
        "name": user.name,
        "email": user.email,
        "email_parts": _SEPARATORS.sub(" ", user.email),
        "role": user.role,
        "role_exact": user.role,
        "symbols": _symbols(f"{user.name} {user.email} {user.role}"),
    }


def query(request: SearchRequest) -> dict[str, Any]:
    """Every term must be found in some field: as a word with a typo or two, or as a beginning.

    A term without letters and digits is found where all its signs are.
    """
    terms = request.text.split(maxsplit=_MAX_TERMS - 1)
    role = [] if request.role is None else [{"term": {"role_exact": request.role}}]
    return {
        "query": {"bool": {"must": [_term(term) for term in terms], "filter": role}},
        "sort": [{"_score": "desc"}, {"id": "asc"}],
        "from": request.offset,
        "size": request.limit,
        "track_total_hits": True,
        "_source": False,
    }


def _term(term: str) -> dict[str, Any]:
    symbols = _symbols(term)
    if symbols and not any(map(_is_of_words, term)):
        return {"bool": {"must": [{"term": {"symbols": one}} for one in symbols]}}
    whole = {"query": term, "operator": "and", "fuzziness": "AUTO", "fields": list(_FIELDS)}
    start = {"query": term, "operator": "and", "fields": list(_PREFIX_FIELDS)}
    either = [{"multi_match": whole}, {"multi_match": start}]
    return {"bool": {"should": either, "minimum_should_match": 1}}


def _symbols(text: str) -> list[str]:
    """Each punctuation mark, emoji or other sign of `text` once.

    >>> _symbols("Zoë! (🦄 🦄)")
    ['!', '(', '🦄', ')']
    """
    return [
        character
        for character in dict.fromkeys(text)
        if unicodedata.category(character)[0] in "PSN" and not _is_of_words(character)
    ]


def _is_of_words(character: str) -> bool:
    """Whether the tokenizers make words of it: letters, digits, numbers written as letters."""
    category = unicodedata.category(character)
    return category[0] == "L" or category in ("Nd", "Nl")
