"""The FastAPI application, built from its services."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from api.datasets import routes as datasets
from api.datasets.service import DatasetService
from api.users import list_routes as user_lists
from api.users import routes as users
from api.users.service import UserService
from api.web import openapi, problems, status
from api.web.boundary import RequestBoundary
from api.web.console import routes as console
from api.web.console.sign_in import SignIn
from api.web.status import Probe


class Application(FastAPI):
    """FastAPI with a document of its own."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            self.openapi_schema = openapi.describe(self, auth_required=self.state.auth_required)
        return self.openapi_schema


def create_app(
    users_service: UserService,
    datasets_service: DatasetService,
    probes: Mapping[str, Probe],
    *,
    auth_required: bool,
    sign_in: SignIn | None = None,
) -> FastAPI:
    """The application; with `auth_required` a request without claims is refused.

    `probes` ask the data services that /status/ready tells of; people get a token for the console
    at `sign_in`.
    """
    app = Application(
        title="Users and datasets",
        version="1.0.0",
        description="Every error is a problem (RFC 9457). A trailing slash makes no difference.",
        redirect_slashes=False,
        openapi_url=None,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.users = users_service
    app.state.datasets = datasets_service
    app.state.probes = probes
    app.state.auth_required = auth_required
    app.state.sign_in = sign_in
    for module in (status, user_lists, users, datasets, openapi, console):
        app.include_router(module.router)
    app.include_router(status.ready_router)
    app.include_router(console.front_door)
    problems.register(app)
    app.add_middleware(RequestBoundary)
    _build_routes(app)
    return app


def _build_routes(app: FastAPI) -> None:
    """FastAPI builds an included router at the first request that comes by; here it is built now.

    Lambda gives start-up more processor than a request has. Building also changes the process's
    warnings filters for a moment, which no two threads may do at once.
    """
    for _ in iter_route_contexts(app.routes):
        pass
