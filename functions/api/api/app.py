"""The FastAPI application, built from its services."""

from fastapi import FastAPI

from api import problems, status
from api.boundary import RequestBoundary
from api.users import routes as users
from api.users.service import UserService

_MAX_BODY = 1024 * 1024


def create_app(service: UserService, *, auth_required: bool) -> FastAPI:
    """The application; with `auth_required` a request without claims is refused."""
    app = FastAPI(
        title="Users and datasets",
        version="1.0.0",
        redirect_slashes=False,
        max_body_size=_MAX_BODY,
        docs_url=None,
        redoc_url=None,
    )
    app.state.users = service
    app.state.auth_required = auth_required
    for router in (status.router, status.ready_router, users.router):
        app.include_router(router)
    problems.register(app)
    app.add_middleware(RequestBoundary)
    return app
