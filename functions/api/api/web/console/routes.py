"""Serves the web page under a policy that lets it talk to this API and to the landing bucket."""

from pathlib import Path

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from api.datasets.service import DatasetService
from api.web.console.sign_in import SignIn
from api.web.routing import OpenRoute

# The page holds no secret, and whoever is to sign in there has no token yet.
router = APIRouter(prefix="/console", route_class=OpenRoute, include_in_schema=False)
front_door = APIRouter(route_class=OpenRoute, include_in_schema=False)

_FOLDER = Path(__file__).parent / "static"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".csv": "text/csv"}
_ASSETS = {path.name: _TYPES[path.suffix] for path in _FOLDER.iterdir() if path.suffix in _TYPES}


@front_door.get("/")
async def lead_to_page() -> Response:
    """To the page: a relative address, which no Host header can turn elsewhere."""
    return Response(status_code=307, headers={"Location": "/console"})


@router.get("")
async def show_page(request: Request) -> Response:
    """The page itself."""
    datasets: DatasetService = request.app.state.datasets
    sign_in: SignIn | None = request.app.state.sign_in
    pool = f" {sign_in.url}" if sign_in else ""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; "
        f"connect-src 'self' {datasets.upload_origin()}{pool}; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    )
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-cache"}
    headers["Referrer-Policy"] = "no-referrer"
    return Response(_read("index.html"), headers=headers, media_type="text/html")


@router.get("/config.json")
async def get_config(request: Request) -> Response:
    """Where people sign in, null where they do not."""
    sign_in: SignIn | None = request.app.state.sign_in
    config = {"sign_in": sign_in.describe() if sign_in else None}
    return JSONResponse(config, headers={"Cache-Control": "no-cache"})


@router.get("/{asset}")
async def get_asset(asset: str) -> Response:
    """A script, a style sheet or a sample file."""
    if asset not in _ASSETS:
        raise HTTPException(404)
    headers = {"Cache-Control": "no-cache"}
    return Response(_read(asset), headers=headers, media_type=_ASSETS[asset])


def _read(name: str) -> bytes:
    return (_FOLDER / name).read_bytes()
