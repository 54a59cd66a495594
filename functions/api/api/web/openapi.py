"""The OpenAPI document, and the page that shows it; both work without the internet."""

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException

from api.web.problems import Problem, responses
from api.web.routing import GuardedRoute

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API documentation</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<main id="docs"></main>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""
_START = """SwaggerUIBundle({
  url: "/openapi.json", dom_id: "#docs", deepLinking: true, tryItOutEnabled: true,
  validatorUrl: null,
});
"""
# The calls that the gateway sends elsewhere; contracts/dataset_calls.py writes it.
_OF_OTHER_FUNCTIONS = Path(__file__).with_name("dataset_calls.json")
_ASSETS = {"swagger-ui.css": "text/css", "swagger-ui-bundle.js": "text/javascript"}
_SECURITY = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "Scopes: users:read, users:write, datasets:read, datasets:write.",
}


@router.get("/openapi.json")
async def get_document(request: Request) -> dict[str, Any]:
    """This document."""
    app: FastAPI = request.app
    return app.openapi()


@router.get("/docs")
async def show_docs() -> Response:
    """The documentation as a page."""
    headers = {"Content-Security-Policy": _POLICY}
    return Response(_PAGE, headers=headers, media_type="text/html")


@router.get("/docs/{asset}")
async def get_asset(asset: str) -> Response:
    """Swagger UI's files, from the package that carries them."""
    if asset == "start.js":
        return Response(_START, media_type="text/javascript")
    if asset not in _ASSETS:
        raise HTTPException(404)
    headers = {"Cache-Control": "private, max-age=86400"}
    return Response((_folder() / asset).read_bytes(), headers=headers, media_type=_ASSETS[asset])


def describe(app: FastAPI, *, auth_required: bool) -> dict[str, Any]:
    """The document as FastAPI makes it, made true: problems instead of FastAPI's own errors."""
    document = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs", {}) | {"Problem": problem}
    neighbours = json.loads(_OF_OTHER_FUNCTIONS.read_bytes())
    schemas |= neighbours["schemas"]
    document["paths"] |= neighbours["paths"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for path, operations in document["paths"].items():
        for operation in operations.values():
            _correct(operation)
            if path != "/status":
                _guard(operation, auth_required=auth_required)
    document["components"]["securitySchemes"] = {"token": _SECURITY}
    return document


def _guard(operation: dict[str, Any], *, auth_required: bool) -> None:
    """Where no token is required, one that is sent is judged all the same."""
    operation["responses"] |= {str(status): one for status, one in responses(401, 403).items()}
    operation["security"] = [{"token": []}] if auth_required else [{}, {"token": []}]


def _correct(operation: dict[str, Any]) -> None:
    answers: dict[str, Any] = operation["responses"]
    if "HTTPValidationError" in str(answers.get("422")):
        del answers["422"]
    for parameter in operation.get("parameters", []):
        parameter["schema"] = _without_null(parameter["schema"])


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter that is optional is left out; there is no way to send null."""
    kinds = [one for one in schema.get("anyOf", []) if one != {"type": "null"}]
    if len(kinds) != 1:
        return schema
    return {**{key: value for key, value in schema.items() if key != "anyOf"}, **kinds[0]}


def _folder() -> Path:
    spec = find_spec("fastapi_offline")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the package fastapi-offline is not installed")
    return Path(spec.origin).parent / "static"
