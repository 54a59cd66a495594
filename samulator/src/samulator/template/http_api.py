"""Reads the HTTP API that the routes of a template belong to."""

from collections.abc import Mapping, Set
from typing import Any

from samulator.template.model import Cors, TemplateError
from samulator.template.resolve import Resolver


def read_cors(http_apis: Set[str], resources: Mapping[str, Any], resolver: Resolver) -> Cors | None:
    """Return the CORS rules of the one API in `http_apis`, None without CorsConfiguration.

    Raises TemplateError when routes name several APIs: the local gateway serves one.
    """
    if len(http_apis) > 1:
        named = ", ".join(sorted(http_apis))
        raise TemplateError(f"HttpApi events name several APIs ({named}); one is served here")
    if not http_apis:
        return None
    (name,) = http_apis
    properties = (resources.get(name) or {}).get("Properties") or {}
    where = f"{name}.CorsConfiguration"
    declared = resolver.resolve(properties.get("CorsConfiguration"), where)
    if not declared:
        return None
    if not isinstance(declared, dict):
        # SAM's short form: `true` allows every origin, a string is the one origin allowed.
        return Cors(allow_origins=("*" if declared is True else str(declared),))
    return Cors(
        allow_origins=_texts(declared, "AllowOrigins"),
        allow_methods=tuple(method.upper() for method in _texts(declared, "AllowMethods")),
        allow_headers=_texts(declared, "AllowHeaders"),
        expose_headers=_texts(declared, "ExposeHeaders"),
        allow_credentials=str(declared.get("AllowCredentials", "")).lower() == "true",
        max_age=int(declared["MaxAge"]) if "MaxAge" in declared else None,
    )


def _texts(declared: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = declared.get(key) or []
    return (value,) if isinstance(value, str) else tuple(str(item) for item in value)
